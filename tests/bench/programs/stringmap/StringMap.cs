using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Text;

class StringMap {
    sealed class Random {
        long seed;

        public Random(long seed) { this.seed = seed; }

        public int Next(int bound) {
            seed = seed * 16807 % 2147483647;
            return (int)(seed % bound);
        }
    }

    static string MakeWord(Random random) {
        StringBuilder word = new StringBuilder();
        int length = 4 + random.Next(9);
        for (int k = 0; k < length; k++) word.Append((char)('a' + random.Next(26)));
        return word.ToString();
    }

    static string Workload(bool small) {
        int count = small ? 500 : 60000, rounds = small ? 5 : 20, absent = 0;
        Random random = new Random(42);
        List<string> words = new List<string>(), missing = new List<string>();
        for (int i = 0; i < count; i++) {
            string word = MakeWord(random);
            words.Add(word);
            missing.Add(word + "!");
        }
        Dictionary<string, int> map = new Dictionary<string, int>();
        for (int round = 0; round < rounds; round++) {
            for (int i = 0; i < count; i++) {
                string word = words[i * 7919 % count];
                int value;
                map.TryGetValue(word, out value);
                map[word] = value + i % 10;
                if (!map.ContainsKey(missing[i])) absent++;
            }
        }
        long sum = 0;
        foreach (KeyValuePair<string, int> entry in map) sum += (long)entry.Key.Length * entry.Value;
        return map.Count + " words, " + absent + " absent, sum " + sum + "\n";
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
