#define _POSIX_C_SOURCE 200809L
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

// Radix 2, in place, decimation in time. `cosines` and `sines` are of the angles 2 pi k / n.
struct fft {
    int n;
    double *cosines, *sines;
};

static void prepare(struct fft* f, int n) {
    f->n = n;
    f->cosines = malloc((size_t)n / 2 * sizeof(double));
    f->sines = malloc((size_t)n / 2 * sizeof(double));
    for (int k = 0; k < n / 2; k++) {
        double angle = 2 * 3.141592653589793 * k / n;
        f->cosines[k] = cos(angle);
        f->sines[k] = sin(angle);
    }
}

static void reorder(int n, double* re, double* im) {
    for (int i = 0, j = 0; i < n - 1; i++) {
        if (i < j) {
            double x = re[i], y = im[i];
            re[i] = re[j];
            re[j] = x;
            im[i] = im[j];
            im[j] = y;
        }
        int bit = n / 2;
        for (; bit <= j; bit /= 2) j -= bit;
        j += bit;
    }
}

// `sign` is 1 forward and -1 back; back does not divide by n.
static void transform(const struct fft* f, double* re, double* im, double sign) {
    int n = f->n;
    reorder(n, re, im);
    for (int half = 1; half < n; half *= 2) {
        int stride = n / (2 * half);
        for (int start = 0; start < n; start += 2 * half) {
            for (int k = 0; k < half; k++) {
                double wr = f->cosines[k * stride], wi = -sign * f->sines[k * stride];
                int p = start + k, q = p + half;
                double xr = re[q] * wr - im[q] * wi, xi = re[q] * wi + im[q] * wr;
                re[q] = re[p] - xr;
                im[q] = im[p] - xi;
                re[p] += xr;
                im[p] += xi;
            }
        }
    }
}

static void workload(bool small, char* text) {
    int n = small ? 1024 : 65536, rounds = small ? 2 : 40;
    struct fft f;
    prepare(&f, n);
    double* re = malloc((size_t)n * sizeof *re);
    double* im = calloc((size_t)n, sizeof *im);
    double* first = malloc((size_t)n * sizeof *first);
    long seed = 42;
    for (int i = 0; i < n; i++) {
        seed = seed * 16807 % 2147483647;
        first[i] = re[i] = (double)(seed % 2000 - 1000) / 1000;
    }
    double energy = 0;
    for (int round = 0; round < rounds; round++) {
        transform(&f, re, im, 1);
        double sum = 0;
        for (int i = 0; i < n; i++) sum += re[i] * re[i] + im[i] * im[i];
        energy += sum / n;
        transform(&f, re, im, -1);
        for (int i = 0; i < n; i++) {
            re[i] /= n;
            im[i] /= n;
        }
    }
    double worst = 0;
    for (int i = 0; i < n; i++) worst = fmax(worst, fabs(re[i] - first[i]));
    sprintf(text, "energy %ld, %s\n", (long)(energy * 1000 + 0.5), worst < 1e-9 ? "as before" : "changed");
    free(f.cosines);
    free(f.sines);
    free(re);
    free(im);
    free(first);
}

int main(int argc, char** argv) {
    static char output[4096], text[4096];
    int rounds = argc > 1 ? atoi(argv[1]) : 1;
    for (int round = 0; round == 0 || round < rounds; round++) {
        struct timespec start, end;
        clock_gettime(CLOCK_MONOTONIC, &start);
        workload(rounds == 0, text);
        clock_gettime(CLOCK_MONOTONIC, &end);
        long long spent = (end.tv_sec - start.tv_sec) * 1000000000LL + end.tv_nsec - start.tv_nsec;
        if (argc > 1) fprintf(stderr, "%lld\n", spent);
        if (round > 0 && strcmp(text, output) != 0) return 1;
        strcpy(output, text);
    }
    fputs(output, stdout);
    return 0;
}
