public class Mandelbrot {
    // How often z = z * z + c can be taken before |z| exceeds 2, up to `limit`.
    static int iterations(double cx, double cy, int limit) {
        double x = 0, y = 0;
        int i = 0;
        while (i < limit) {
            double xx = x * x, yy = y * y;
            if (xx + yy > 4) break;
            y = 2 * x * y + cy;
            x = xx - yy + cx;
            i++;
        }
        return i;
    }

    static String workload(boolean small) {
        int size = small ? 40 : 1400, limit = small ? 50 : 200, inside = 0;
        long total = 0;
        for (int row = 0; row < size; row++) {
            double cy = 2.0 * row / size - 1;
            for (int column = 0; column < size; column++) {
                double cx = 3.0 * column / size - 2;
                int n = iterations(cx, cy, limit);
                total += n;
                if (n == limit) inside++;
            }
        }
        return inside + " inside, " + total + " iterations\n";
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
