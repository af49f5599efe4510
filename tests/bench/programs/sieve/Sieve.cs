using System;
using System.Diagnostics;
using System.Text;

class Sieve {
    static int Count(int n) {
        bool[] composite = new bool[n + 1];
        int count = 0;
        for (int i = 2; i <= n; i++) {
            if (!composite[i]) {
                count++;
                for (long j = (long)i * i; j <= n; j += i) composite[j] = true;
            }
        }
        return count;
    }

    static string Workload(bool small) {
        StringBuilder text = new StringBuilder();
        for (int round = 0; round < 3; round++) text.Append(Count((small ? 50000 : 5000000) + round)).Append('\n');
        return text.ToString();
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
