using System;
using System.Diagnostics;

class Fib {
    static long Compute(long n) { return n < 2 ? n : Compute(n - 1) + Compute(n - 2); }

    static string Workload(bool small) { return Compute(small ? 18 : 35) + "\n"; }

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
