using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Text;

class WordCount {
    const int Vocabulary = 5000;
    static long seed;

    static int Next(int bound) {
        seed = seed * 16807 % 2147483647;
        return (int)(seed % bound);
    }

    static string MakeText(int words) {
        List<string> vocabulary = new List<string>();
        for (int i = 0; i < Vocabulary; i++) {
            int length = 3 + Next(8);
            StringBuilder word = new StringBuilder();
            for (int k = 0; k < length; k++) word.Append((char)('a' + Next(26)));
            vocabulary.Add(word.ToString());
        }
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < words; i++) {
            int a = Next(Vocabulary), b = Next(Vocabulary);
            if (i > 0) text.Append(' ');
            text.Append(vocabulary[a * b / Vocabulary]);
        }
        return text.ToString();
    }

    static string Workload(bool small) {
        seed = 42;
        string text = MakeText(small ? 5000 : 500000);
        Dictionary<string, int> counts = new Dictionary<string, int>();
        foreach (string word in text.Split(' ')) {
            int count;
            counts.TryGetValue(word, out count);
            counts[word] = count + 1;
        }
        List<KeyValuePair<string, int>> entries = new List<KeyValuePair<string, int>>(counts);
        entries.Sort((a, b) => a.Value != b.Value ? b.Value - a.Value : string.CompareOrdinal(a.Key, b.Key));
        StringBuilder result = new StringBuilder();
        result.Append(text.Length + " bytes, " + entries.Count + " distinct\n");
        for (int i = 0; i < 10; i++) result.Append(entries[i].Key + " " + entries[i].Value + "\n");
        return result.ToString();
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
