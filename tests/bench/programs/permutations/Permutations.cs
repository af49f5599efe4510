using System;
using System.Diagnostics;

class Permutations {
    static void Swap(int[] items, int i, int j) {
        int t = items[i];
        items[i] = items[j];
        items[j] = t;
    }

    static void Permute(int[] items, int at, Action<int[]> visit) {
        if (at == items.Length) {
            visit(items);
            return;
        }
        for (int i = at; i < items.Length; i++) {
            Swap(items, at, i);
            Permute(items, at + 1, visit);
            Swap(items, at, i);
        }
    }

    static string Workload(bool small) {
        int n = small ? 6 : 10, rounds = small ? 2 : 6;
        long count = 0, checksum = 0;
        for (int round = 0; round < rounds; round++) {
            int[] items = new int[n];
            for (int i = 0; i < n; i++) items[i] = (i + round) % n;
            Permute(items, 0, p => {
                count++;
                checksum = (checksum * 31 + p[0] * 7 + p[n - 1]) % 1000003;
            });
        }
        return count + " permutations, checksum " + checksum + "\n";
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
