public class MatMul {
    interface Value {
        double at(int i, int j);
    }

    static double[][] matrix(int n, Value value) {
        double[][] rows = new double[n][n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) rows[i][j] = value.at(i, j);
        }
        return rows;
    }

    static void multiply(double[][] a, double[][] b, double[][] c) {
        for (int i = 0; i < a.length; i++) {
            double[] left = a[i], sum = c[i];
            for (int k = 0; k < b.length; k++) {
                double x = left[k];
                double[] right = b[k];
                for (int j = 0; j < sum.length; j++) sum[j] += x * right[j];
            }
        }
    }

    static String workload(boolean small) {
        int n = small ? 40 : 640;
        double[][] a = matrix(n, (i, j) -> (i * 7 + j * 13) % 101 / 8.0);
        double[][] b = matrix(n, (i, j) -> (i * 11 + j * 5) % 97 / 4.0 - 10);
        double[][] c = new double[n][n];
        multiply(a, b, c);
        double trace = 0, sum = 0;
        for (int i = 0; i < n; i++) {
            trace += c[i][i];
            for (int j = 0; j < n; j++) sum += c[i][j] * ((i + j) % 3 - 1);
        }
        return (long) (trace * 32) + " " + (long) (sum * 32) + "\n";
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
