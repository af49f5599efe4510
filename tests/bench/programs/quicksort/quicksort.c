#include <stdio.h>
#include <stdlib.h>

static void quicksort(int* a, int low, int high) {
    int i = low, j = high, pivot = a[(low + high) / 2];
    while (i <= j) {
        while (a[i] < pivot) i++;
        while (a[j] > pivot) j--;
        if (i <= j) {
            int t = a[i];
            a[i] = a[j];
            a[j] = t;
            i++;
            j--;
        }
    }
    if (low < j) quicksort(a, low, j);
    if (i < high) quicksort(a, i, high);
}

int main(void) {
    enum { COUNT = 1000000 };
    int* a = malloc(COUNT * sizeof *a);
    long seed = 42, sum = 0;
    for (int i = 0; i < COUNT; i++) {
        seed = seed * 16807 % 2147483647;
        a[i] = (int)seed;
    }
    quicksort(a, 0, COUNT - 1);
    for (int i = 1; i < COUNT; i++)
        if (a[i - 1] > a[i]) printf("not sorted at %d\n", i);
    for (int i = 0; i < COUNT; i += 1000) sum += a[i];
    printf("%d %d %ld\n", a[0], a[COUNT - 1], sum);
    return 0;
}
