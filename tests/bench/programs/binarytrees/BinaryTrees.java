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

    static String workload(boolean small) {
        final int min = 4, max = small ? 8 : 16;
        StringBuilder out = new StringBuilder();
        out.append("stretch tree of depth " + (max + 1) + ", check: " + make(max + 1).check() + "\n");
        Tree kept = make(max);
        for (int depth = min; depth <= max; depth += 2) {
            int rounds = 1 << (max - depth + min), total = 0;
            for (int i = 0; i < rounds; i++) total += make(depth).check();
            out.append(rounds + " trees of depth " + depth + ", check: " + total + "\n");
        }
        return out.append("long lived tree of depth " + max + ", check: " + kept.check() + "\n").toString();
    }

    public static void main(String[] args) {
        int rounds = args.length > 0 ? Integer.parseInt(args[0]) : 1;
        String output = null;
        for (int round = 0; round == 0 || round < rounds; round++) {
            long start = System.nanoTime();
            String text = workload(rounds == 0);
            if (args.length > 0) System.err.println(System.nanoTime() - start);
            if (round > 0 && !text.equals(output)) System.exit(1);
            output = text;
        }
        System.out.print(output);
    }
}
