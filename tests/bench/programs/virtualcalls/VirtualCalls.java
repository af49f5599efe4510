public class VirtualCalls {
    abstract static class Shape {
        abstract long cost(long i);
    }

    static final class Square extends Shape {
        final long side;

        Square(long side) { this.side = side; }

        @Override
        long cost(long i) { return side * side + i; }
    }

    static final class Rectangle extends Shape {
        final long width, height;

        Rectangle(long width, long height) {
            this.width = width;
            this.height = height;
        }

        @Override
        long cost(long i) { return width * height - i; }
    }

    static final class Frame extends Shape {
        final long width, height;

        Frame(long width, long height) {
            this.width = width;
            this.height = height;
        }

        @Override
        long cost(long i) { return width + height + i + i; }
    }

    static String workload(boolean small) {
        int rounds = small ? 200 : 20000;
        Shape[] shapes = new Shape[1000];
        long seed = 42;
        for (int i = 0; i < shapes.length; i++) {
            seed = seed * 16807 % 2147483647;
            long kind = seed % 3, size = seed % 100;
            shapes[i] = kind == 0 ? new Square(size) : kind == 1 ? new Rectangle(size, size + 1) : new Frame(size, size + 1);
        }
        long total = 0;
        for (int round = 0; round < rounds; round++) {
            for (int i = 0; i < shapes.length; i++) total += shapes[i].cost(round);
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
