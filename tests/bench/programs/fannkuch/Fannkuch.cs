using System;
using System.Diagnostics;

class Fannkuch {
    // How many times the first p[0] elements can be reversed before the first one is 0. `p` is used up.
    static int Flips(int[] p) {
        int count = 0, first = p[0];
        while (first != 0) {
            for (int low = 1, high = first - 1; low < high; low++, high--) {
                int t = p[low];
                p[low] = p[high];
                p[high] = t;
            }
            int next = p[first];
            p[first] = first;
            first = next;
            count++;
        }
        return count;
    }

    static string Workload(bool small) {
        int n = small ? 7 : 10;
        int[] order = new int[n], work = new int[n], turns = new int[n];
        for (int i = 0; i < n; i++) order[i] = i;
        int most = 0, checksum = 0, r = n;
        bool even = true;
        while (true) {
            for (; r > 1; r--) turns[r - 1] = r;
            Array.Copy(order, work, n);
            int count = Flips(work);
            most = Math.Max(most, count);
            checksum += even ? count : -count;
            // The next permutation: turn the first r + 1 elements, for the smallest r that has turns left.
            while (true) {
                if (r == n) return checksum + "\nmost flips of " + n + ": " + most + "\n";
                int first = order[0];
                for (int i = 0; i < r; i++) order[i] = order[i + 1];
                order[r] = first;
                if (--turns[r] > 0) break;
                r++;
            }
            even = !even;
        }
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
