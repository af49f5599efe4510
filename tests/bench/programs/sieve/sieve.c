#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

static int sieve(int n) {
    bool* composite = calloc((size_t)n + 1, 1);
    int count = 0;
    for (int i = 2; i <= n; i++) {
        if (!composite[i]) {
            count++;
            for (long j = (long)i * i; j <= n; j += i) composite[j] = true;
        }
    }
    free(composite);
    return count;
}

int main(void) {
    for (int round = 0; round < 3; round++) printf("%d\n", sieve(5000000 + round));
    return 0;
}
