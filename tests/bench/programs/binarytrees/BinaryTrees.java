public class BinaryTrees {
    static final class Tree {
        final Tree left, right;

        Tree(Tree left, Tree right) {
            this.left = left;
            this.right = right;
        }

        int check() { return left == null ? 1 : 1 + left.check() + right.check(); }
    }

    static Tree make(int depth) {
        return depth > 0 ? new Tree(make(depth - 1), make(depth - 1)) : new Tree(null, null);
    }

    public static void main(String[] args) {
        final int min = 4, max = 16;
        System.out.println("stretch tree of depth " + (max + 1) + ", check: " + make(max + 1).check());
        Tree kept = make(max);
        for (int depth = min; depth <= max; depth += 2) {
            int rounds = 1 << (max - depth + min), total = 0;
            for (int i = 0; i < rounds; i++) total += make(depth).check();
            System.out.println(rounds + " trees of depth " + depth + ", check: " + total);
        }
        System.out.println("long lived tree of depth " + max + ", check: " + kept.check());
    }
}
