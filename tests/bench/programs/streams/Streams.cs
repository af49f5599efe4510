using System;
using System.Diagnostics;

// A stream without end is a function that returns its next element.
class Streams {
    static Func<long> Naturals() {
        long n = 0;
        return () => ++n;
    }

    static Func<long> Map(Func<long> source, Func<long, long> f) { return () => f(source()); }

    static Func<long> Filter(Func<long> source, Func<long, bool> keep) {
        return () => {
            long x = source();
            while (!keep(x)) x = source();
            return x;
        };
    }

    static Func<long> Scan(Func<long> source, long initial, Func<long, long, long> f) {
        long state = initial;
        return () => state = f(state, source());
    }

    static Func<long> Zip(Func<long> a, Func<long> b, Func<long, long, long> f) { return () => f(a(), b()); }

    static long SumOf(Func<long> source, int count) {
        long sum = 0;
        for (int i = 0; i < count; i++) sum += source();
        return sum;
    }

    static string Workload(bool small) {
        int count = small ? 1000 : 100000, rounds = small ? 5 : 100;
        long total = 0;
        for (int round = 0; round < rounds; round++) {
            int factor = round + 3;
            Func<long> residues = Map(Naturals(), x => x * factor % 1009);
            Func<long> kept = Filter(residues, x => x % 3 != 0);
            Func<long> sums = Scan(kept, round, (a, x) => (a + x) % 65521);
            Func<long> even = Filter(Naturals(), x => x % 2 == 0);
            total += SumOf(Zip(sums, even, (a, b) => a * 2 + b % 7), count);
        }
        return total + "\n";
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
