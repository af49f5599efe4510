using System;

class Quicksort {
    static void Sort(int[] a, int low, int high) {
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
        if (low < j) Sort(a, low, j);
        if (i < high) Sort(a, i, high);
    }

    static void Main() {
        const int count = 1000000;
        int[] a = new int[count];
        long seed = 42, sum = 0;
        for (int i = 0; i < count; i++) {
            seed = seed * 16807 % 2147483647;
            a[i] = (int) seed;
        }
        Sort(a, 0, count - 1);
        for (int i = 1; i < count; i++) {
            if (a[i - 1] > a[i]) Console.WriteLine("not sorted at " + i);
        }
        for (int i = 0; i < count; i += 1000) sum += a[i];
        Console.WriteLine(a[0] + " " + a[count - 1] + " " + sum);
    }
}
