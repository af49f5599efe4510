using System;

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

    static void Main() {
        const int min = 4, max = 16;
        Console.WriteLine("stretch tree of depth " + (max + 1) + ", check: " + Make(max + 1).Check());
        Tree kept = Make(max);
        for (int depth = min; depth <= max; depth += 2) {
            int rounds = 1 << (max - depth + min), total = 0;
            for (int i = 0; i < rounds; i++) total += Make(depth).Check();
            Console.WriteLine(rounds + " trees of depth " + depth + ", check: " + total);
        }
        Console.WriteLine("long lived tree of depth " + max + ", check: " + kept.Check());
    }
}
