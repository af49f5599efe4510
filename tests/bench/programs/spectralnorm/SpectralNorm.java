import java.util.Arrays;

public class SpectralNorm {
    static double a(int i, int j) { return 1.0 / ((i + j) * (i + j + 1) / 2 + i + 1); }

    static void multiply(double[] v, double[] out) {
        for (int i = 0; i < v.length; i++) {
            double sum = 0;
            for (int j = 0; j < v.length; j++) sum += a(i, j) * v[j];
            out[i] = sum;
        }
    }

    static void multiplyTransposed(double[] v, double[] out) {
        for (int i = 0; i < v.length; i++) {
            double sum = 0;
            for (int j = 0; j < v.length; j++) sum += a(j, i) * v[j];
            out[i] = sum;
        }
    }

    static void multiplyBoth(double[] v, double[] out, double[] spare) {
        multiply(v, spare);
        multiplyTransposed(spare, out);
    }

    static String workload(boolean small) {
        int n = small ? 60 : 2000;
        double[] u = new double[n], v = new double[n], spare = new double[n];
        Arrays.fill(u, 1);
        for (int i = 0; i < 10; i++) {
            multiplyBoth(u, v, spare);
            multiplyBoth(v, u, spare);
        }
        double uv = 0, vv = 0;
        for (int i = 0; i < n; i++) {
            uv += u[i] * v[i];
            vv += v[i] * v[i];
        }
        return (long) (Math.sqrt(uv / vv) * 1e9) + "\n";
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
