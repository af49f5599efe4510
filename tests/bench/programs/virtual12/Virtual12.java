import java.util.ArrayList;
import java.util.List;

public class Virtual12 {
    abstract static class Node {
        final long a, b;

        Node(long a, long b) {
            this.a = a;
            this.b = b;
        }

        abstract long value(long i);
    }

    static final class Constant extends Node {
        Constant(long a, long b) { super(a, b); }

        @Override
        long value(long i) { return a; }
    }

    static final class Sum extends Node {
        Sum(long a, long b) { super(a, b); }

        @Override
        long value(long i) { return a + b + i; }
    }

    static final class Difference extends Node {
        Difference(long a, long b) { super(a, b); }

        @Override
        long value(long i) { return a - b + i; }
    }

    static final class Product extends Node {
        Product(long a, long b) { super(a, b); }

        @Override
        long value(long i) { return a * b - i; }
    }

    static final class Scaled extends Node {
        Scaled(long a, long b) { super(a, b); }

        @Override
        long value(long i) { return a * i; }
    }

    static final class Offset extends Node {
        Offset(long a, long b) { super(a, b); }

        @Override
        long value(long i) { return i - a; }
    }

    static final class Greater extends Node {
        Greater(long a, long b) { super(a, b); }

        @Override
        long value(long i) { return i > a ? i : a; }
    }

    static final class Smaller extends Node {
        Smaller(long a, long b) { super(a, b); }

        @Override
        long value(long i) { return i < b ? i : b; }
    }

    static final class Square extends Node {
        Square(long a, long b) { super(a, b); }

        @Override
        long value(long i) { return a * a + i; }
    }

    static final class Mixed extends Node {
        Mixed(long a, long b) { super(a, b); }

        @Override
        long value(long i) { return a * 3 + b * 5 - i; }
    }

    static final class Counter extends Node {
        private long count;

        Counter(long a, long b) { super(a, b); }

        @Override
        long value(long i) { return ++count; }
    }

    static final class Toggle extends Node {
        private boolean on;

        Toggle(long a, long b) { super(a, b); }

        @Override
        long value(long i) {
            on = !on;
            return on ? a : b;
        }
    }

    static Node makeNode(int kind, long a, long b) {
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

    static String workload(boolean small) {
        int rounds = small ? 200 : 80000;
        List<Node> nodes = new ArrayList<>();
        long seed = 42, total = 0;
        for (int i = 0; i < 1000; i++) {
            seed = seed * 16807 % 2147483647;
            nodes.add(makeNode((int) (seed % 12), seed % 100, seed % 77));
        }
        for (int round = 0; round < rounds; round++) {
            for (int i = 0; i < nodes.size(); i++) total += nodes.get(i).value(round);
        }
        return total + "\n";
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
