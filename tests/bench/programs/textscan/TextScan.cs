using System;
using System.Diagnostics;
using System.Text;

class TextScan {
    static string MakeLog(int lines) {
        string[] levels = {"INFO", "WARN", "DEBUG", "ERROR"};
        string[] parts = {"home", "static", "images", "api", "users", "index"};
        StringBuilder text = new StringBuilder();
        long seed = 42;
        for (int i = 0; i < lines; i++) {
            seed = seed * 16807 % 2147483647;
            text.Append(10 + seed % 13).Append(':').Append(10 + seed % 49).Append(':').Append(10 + seed % 47);
            text.Append(' ').Append(levels[seed % 7 % 4]).Append(" user=u").Append(seed % 5000);
            text.Append(" bytes=").Append(seed % 100000).Append(" path=");
            for (int k = 0; k < 1 + seed % 4; k++) text.Append('/').Append(parts[(seed + k) % 6]);
            text.Append('\n');
        }
        return text.ToString();
    }

    sealed class Statistics {
        public long Lines, Seconds, Warnings, Errors, Users, Bytes, Slashes, Longest;
    }

    sealed class Scanner {
        readonly string text;
        int at;

        public Scanner(string text) { this.text = text; }

        public bool IsAtEnd { get { return at >= text.Length; } }

        public void Skip(int count) { at += count; }

        public long Number() {
            long n = 0;
            for (; at < text.Length; at++) {
                char c = text[at];
                if (c < '0' || c > '9') break;
                n = n * 10 + c - '0';
            }
            return n;
        }

        // A run of letters.
        public string Word() {
            int start = at;
            for (; at < text.Length; at++) {
                int c = text[at] | 32;
                if (c < 'a' || c > 'z') break;
            }
            return text.Substring(start, at - start);
        }

        // To the end of the line: how long that is, and how many slashes there are.
        public int Path(out int slashes) {
            int start = at;
            slashes = 0;
            for (; at < text.Length; at++) {
                char c = text[at];
                if (c == '\n') break;
                if (c == '/') slashes++;
            }
            return at - start;
        }
    }

    static void Scan(string text, Statistics found) {
        Scanner scanner = new Scanner(text);
        while (!scanner.IsAtEnd) {
            found.Lines++;
            long hours = scanner.Number();
            scanner.Skip(1);
            long minutes = scanner.Number();
            scanner.Skip(1);
            found.Seconds = (found.Seconds + (hours * 60 + minutes) * 60 + scanner.Number()) % 1000003;
            scanner.Skip(1);
            string level = scanner.Word();
            if (level == "WARN") found.Warnings++;
            else if (level == "ERROR") found.Errors++;
            scanner.Skip(7);  // " user=u"
            found.Users = (found.Users + scanner.Number()) % 1000003;
            scanner.Skip(7);  // " bytes="
            found.Bytes += scanner.Number();
            scanner.Skip(6);  // " path="
            int slashes;
            found.Longest = Math.Max(found.Longest, scanner.Path(out slashes));
            found.Slashes += slashes;
            scanner.Skip(1);
        }
    }

    static string Workload(bool small) {
        string text = MakeLog(small ? 200 : 40000);
        Statistics f = new Statistics();
        for (int round = 0; round < (small ? 5 : 110); round++) Scan(text, f);
        return text.Length + " bytes: " + f.Lines + " " + f.Seconds + " " + f.Warnings + " " + f.Errors + " "
            + f.Users + " " + f.Bytes + " " + f.Slashes + " " + f.Longest + "\n";
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
