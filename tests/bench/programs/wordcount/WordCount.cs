using System;
using System.Collections.Generic;
using System.Text;

class WordCount {
    const int Vocabulary = 5000, Words = 500000;
    static long seed = 42;

    static int Next(int bound) {
        seed = seed * 16807 % 2147483647;
        return (int)(seed % bound);
    }

    static string MakeText() {
        List<string> vocabulary = new List<string>();
        for (int i = 0; i < Vocabulary; i++) {
            int length = 3 + Next(8);
            StringBuilder word = new StringBuilder();
            for (int k = 0; k < length; k++) word.Append((char)('a' + Next(26)));
            vocabulary.Add(word.ToString());
        }
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < Words; i++) {
            int a = Next(Vocabulary), b = Next(Vocabulary);
            if (i > 0) text.Append(' ');
            text.Append(vocabulary[a * b / Vocabulary]);
        }
        return text.ToString();
    }

    static void Main() {
        string text = MakeText();
        Dictionary<string, int> counts = new Dictionary<string, int>();
        foreach (string word in text.Split(' ')) {
            int count;
            counts.TryGetValue(word, out count);
            counts[word] = count + 1;
        }
        List<KeyValuePair<string, int>> entries = new List<KeyValuePair<string, int>>(counts);
        entries.Sort((a, b) => a.Value != b.Value ? b.Value - a.Value : string.CompareOrdinal(a.Key, b.Key));
        Console.WriteLine(text.Length + " bytes, " + entries.Count + " distinct");
        for (int i = 0; i < 10; i++) Console.WriteLine(entries[i].Key + " " + entries[i].Value);
    }
}
