using System;
using System.Collections.Generic;
using System.Diagnostics;

class Virtual12 {
    abstract class Node {
        protected readonly long a, b;

        protected Node(long a, long b) {
            this.a = a;
            this.b = b;
        }

        public abstract long Value(long i);
    }

    sealed class Constant : Node {
        public Constant(long a, long b) : base(a, b) { }

        public override long Value(long i) { return a; }
    }

    sealed class Sum : Node {
        public Sum(long a, long b) : base(a, b) { }

        public override long Value(long i) { return a + b + i; }
    }

    sealed class Difference : Node {
        public Difference(long a, long b) : base(a, b) { }

        public override long Value(long i) { return a - b + i; }
    }

    sealed class Product : Node {
        public Product(long a, long b) : base(a, b) { }

        public override long Value(long i) { return a * b - i; }
    }

    sealed class Scaled : Node {
        public Scaled(long a, long b) : base(a, b) { }

        public override long Value(long i) { return a * i; }
    }

    sealed class Offset : Node {
        public Offset(long a, long b) : base(a, b) { }

        public override long Value(long i) { return i - a; }
    }

    sealed class Greater : Node {
        public Greater(long a, long b) : base(a, b) { }

        public override long Value(long i) { return i > a ? i : a; }
    }

    sealed class Smaller : Node {
        public Smaller(long a, long b) : base(a, b) { }

        public override long Value(long i) { return i < b ? i : b; }
    }

    sealed class Square : Node {
        public Square(long a, long b) : base(a, b) { }

        public override long Value(long i) { return a * a + i; }
    }

    sealed class Mixed : Node {
        public Mixed(long a, long b) : base(a, b) { }

        public override long Value(long i) { return a * 3 + b * 5 - i; }
    }

    sealed class Counter : Node {
        private long count;

        public Counter(long a, long b) : base(a, b) { }

        public override long Value(long i) { return ++count; }
    }

    sealed class Toggle : Node {
        private bool on;

        public Toggle(long a, long b) : base(a, b) { }

        public override long Value(long i) {
            on = !on;
            return on ? a : b;
        }
    }

    static Node MakeNode(int kind, long a, long b) {
        switch (kind) {
            case 0: return new Constant(a, b);
            case 1: return new Sum(a, b);
            case 2: return new Difference(a, b);
            case 3: return new Product(a, b);
            case 4: return new Scaled(a, b);
            case 5: return new Offset(a, b);
            case 6: return new Greater(a, b);
            case 7: return new Smaller(a, b);
            case 8: return new Square(a, b);
            case 9: return new Mixed(a, b);
            case 10: return new Counter(a, b);
            default: return new Toggle(a, b);
        }
    }

    static string Workload(bool small) {
        int rounds = small ? 200 : 80000;
        List<Node> nodes = new List<Node>();
        long seed = 42, total = 0;
        for (int i = 0; i < 1000; i++) {
            seed = seed * 16807 % 2147483647;
            nodes.Add(MakeNode((int)(seed % 12), seed % 100, seed % 77));
        }
        for (int round = 0; round < rounds; round++) {
            for (int i = 0; i < nodes.Count; i++) total += nodes[i].Value(round);
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
