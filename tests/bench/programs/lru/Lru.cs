using System;
using System.Collections.Generic;
using System.Diagnostics;

class Lru {
    sealed class Node {
        public readonly int Key;
        public readonly long Value;
        public Node Previous, Next;

        public Node(int key, long value) {
            Key = key;
            Value = value;
        }
    }

    // The most recently used node comes first in a ring that begins and ends at `ends`.
    sealed class Cache {
        readonly int capacity;
        readonly Dictionary<int, Node> nodes = new Dictionary<int, Node>();
        readonly Node ends = new Node(0, 0);

        public Cache(int capacity) {
            this.capacity = capacity;
            ends.Next = ends;
            ends.Previous = ends;
        }

        public bool TryGet(int key, out long value) {
            Node node;
            if (!nodes.TryGetValue(key, out node)) {
                value = 0;
                return false;
            }
            Unlink(node);
            LinkFirst(node);
            value = node.Value;
            return true;
        }

        public void Put(int key, long value) {
            if (nodes.Count == capacity) {
                Node oldest = ends.Previous;
                Unlink(oldest);
                nodes.Remove(oldest.Key);
            }
            Node node = new Node(key, value);
            nodes[key] = node;
            LinkFirst(node);
        }

        static void Unlink(Node node) {
            node.Previous.Next = node.Next;
            node.Next.Previous = node.Previous;
        }

        void LinkFirst(Node node) {
            node.Previous = ends;
            node.Next = ends.Next;
            node.Next.Previous = node;
            ends.Next = node;
        }
    }

    sealed class Random {
        long seed;

        public Random(long seed) { this.seed = seed; }

        public int Next(int bound) {
            seed = seed * 16807 % 2147483647;
            return (int)(seed % bound);
        }
    }

    static string Workload(bool small) {
        int operations = small ? 20000 : 6000000, range = small ? 1000 : 50000, hits = 0;
        Cache cache = new Cache(range / 5);
        Random random = new Random(42);
        long sum = 0;
        for (int i = 0; i < operations; i++) {
            // Small keys are asked for more often than large ones.
            int key = (int)((long)random.Next(range) * random.Next(range) / range);
            long found;
            if (cache.TryGet(key, out found)) {
                hits++;
                sum += found;
            } else {
                cache.Put(key, key * 3L + i % 7);
            }
        }
        return hits + " hits of " + operations + ", sum " + sum + "\n";
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
