using System;
using System.Collections.Generic;
using System.Diagnostics;

class IntMap {
    sealed class Random {
        long seed;

        public Random(long seed) { this.seed = seed; }

        public int Next() {
            seed = seed * 16807 % 2147483647;
            return (int)seed;
        }
    }

    static string Workload(bool small) {
        int count = small ? 3000 : 500000, hits = 0;
        Dictionary<int, int> map = new Dictionary<int, int>();
        Random random = new Random(42);
        for (int i = 0; i < count; i++) {
            int key = random.Next();
            map[key] = i;
            int shared = key % 1000, before;
            map.TryGetValue(shared, out before);
            map[shared] = before + 1;
        }
        int size = map.Count;
        long sum = 0;
        for (int round = 0; round < 3; round++) {
            random = new Random(42);
            for (int i = 0; i < count; i++) {
                int key = random.Next(), value;
                if (map.TryGetValue(key, out value)) sum += value;
                if (map.ContainsKey(key + round)) hits++;
            }
        }
        random = new Random(42);
        for (int i = 0; i < count; i++) {
            int key = random.Next();
            if (i % 3 == 0) map.Remove(key);
        }
        long rest = 0;
        foreach (KeyValuePair<int, int> entry in map) rest += entry.Key % 1000 + entry.Value;
        return size + " keys, " + hits + " hits, sum " + sum + "; " + map.Count + " left, sum " + rest + "\n";
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
