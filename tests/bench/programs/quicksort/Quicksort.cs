using System;
using System.Diagnostics;

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

    static string Workload(bool small) {
        int count = small ? 10000 : 1000000;
        int[] a = new int[count];
        long seed = 42, sum = 0;
        for (int i = 0; i < count; i++) {
            seed = seed * 16807 % 2147483647;
            a[i] = (int)seed;
        }
        Sort(a, 0, count - 1);
        for (int i = 1; i < count; i++) {
            if (a[i - 1] > a[i]) throw new InvalidOperationException("not sorted at " + i);
        }
        for (int i = 0; i < count; i += 1000) sum += a[i];
        return a[0] + " " + a[count - 1] + " " + sum + "\n";
    }

    static int Main(string[] args) {
        int rounds = args.Length > 0 ? int.Parse(args[0]) : 1;
        string output = null;
        for (int round = 0; round == 0 || round < rounds; round++) {
            Stopwatch watch = Stopwatch.StartNew();
            string text = Workload(rounds == 0);
            if (args.Length > 0) Console.Error.WriteLine(watch.ElapsedTicks * (1000000000L / Stopwatch.Frequency));
            if (round > 0 && text != output) return 1;
            output = text;
        }
        Console.Write(output);
        return 0;
    }
}
