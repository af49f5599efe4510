using System;
using System.Diagnostics;
using System.Text;

class BinaryTrees {
    sealed class Tree {
        readonly Tree left, right;

        public Tree(Tree left, Tree right) {
            this.left = left;
            this.right = right;
        }

        public int Check() { return left == null ? 1 : 1 + left.Check() + right.Check(); }
    }

    static Tree Make(int depth) {
        return depth > 0 ? new Tree(Make(depth - 1), Make(depth - 1)) : new Tree(null, null);
    }

    static string Workload(bool small) {
        int min = 4, max = small ? 8 : 16;
        StringBuilder text = new StringBuilder();
        text.Append("stretch tree of depth " + (max + 1) + ", check: " + Make(max + 1).Check() + "\n");
        Tree kept = Make(max);
        for (int depth = min; depth <= max; depth += 2) {
            int rounds = 1 << (max - depth + min), total = 0;
            for (int i = 0; i < rounds; i++) total += Make(depth).Check();
            text.Append(rounds + " trees of depth " + depth + ", check: " + total + "\n");
        }
        return text.Append("long lived tree of depth " + max + ", check: " + kept.Check() + "\n").ToString();
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
