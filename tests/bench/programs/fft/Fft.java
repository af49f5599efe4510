public class Fft {
    // Radix 2, in place, decimation in time. `cosines` and `sines` are of the angles 2 pi k / n.
    final int n;
    final double[] cosines, sines;

    Fft(int n) {
        this.n = n;
        cosines = new double[n / 2];
        sines = new double[n / 2];
        for (int k = 0; k < n / 2; k++) {
            double angle = 2 * Math.PI * k / n;
            cosines[k] = Math.cos(angle);
            sines[k] = Math.sin(angle);
        }
    }

    private void reorder(double[] re, double[] im) {
        for (int i = 0, j = 0; i < n - 1; i++) {
            if (i < j) {
                double x = re[i], y = im[i];
                re[i] = re[j];
                re[j] = x;
                im[i] = im[j];
                im[j] = y;
            }
            int bit = n / 2;
            for (; bit <= j; bit /= 2) j -= bit;
            j += bit;
        }
    }

    // `sign` is 1 forward and -1 back; back does not divide by n.
    void transform(double[] re, double[] im, double sign) {
        reorder(re, im);
        for (int half = 1; half < n; half *= 2) {
            int stride = n / (2 * half);
            for (int start = 0; start < n; start += 2 * half) {
                for (int k = 0; k < half; k++) {
                    double wr = cosines[k * stride], wi = -sign * sines[k * stride];
                    int p = start + k, q = p + half;
                    double xr = re[q] * wr - im[q] * wi, xi = re[q] * wi + im[q] * wr;
                    re[q] = re[p] - xr;
                    im[q] = im[p] - xi;
                    re[p] += xr;
                    im[p] += xi;
                }
            }
        }
    }

    static String workload(boolean small) {
        int n = small ? 1024 : 65536, rounds = small ? 2 : 40;
        Fft fft = new Fft(n);
        double[] re = new double[n], im = new double[n];
        long seed = 42;
        for (int i = 0; i < n; i++) {
            seed = seed * 16807 % 2147483647;
            re[i] = (seed % 2000 - 1000) / 1000.0;
        }
        double[] first = re.clone();
        double energy = 0;
        for (int round = 0; round < rounds; round++) {
            fft.transform(re, im, 1);
            double sum = 0;
            for (int i = 0; i < n; i++) sum += re[i] * re[i] + im[i] * im[i];
            energy += sum / n;
            fft.transform(re, im, -1);
            for (int i = 0; i < n; i++) {
                re[i] /= n;
                im[i] /= n;
            }
        }
        double worst = 0;
        for (int i = 0; i < n; i++) worst = Math.max(worst, Math.abs(re[i] - first[i]));
        return "energy " + (long) (energy * 1000 + 0.5) + ", " + (worst < 1e-9 ? "as before" : "changed") + "\n";
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
