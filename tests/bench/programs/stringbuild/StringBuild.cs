using System;
using System.Diagnostics;
using System.Text;

class StringBuild {
    static string Report(int lines, string[] names) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < lines; i++) {
            text.Append("item ").Append(i).Append(": ").Append(names[i % names.Length]);
            text.Append(' ').Append((int)(i * 7919L % 100000)).Append('\n');
        }
        return text.ToString();
    }

    static string Workload(bool small) {
        string[] names = {"alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa"};
        int lines = small ? 500 : 200000, rounds = small ? 3 : 10;
        long bytes = 0, checksum = 0;
        for (int round = 0; round < rounds; round++) {
            string text = Report(lines + round, names);
            bytes += text.Length;
            for (int at = round; at < text.Length; at += 97) checksum += text[at];
        }
        return bytes + " bytes, checksum " + checksum + "\n";
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
