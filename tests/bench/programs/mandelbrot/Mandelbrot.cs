using System;
using System.Diagnostics;

class Mandelbrot {
    // How often z = z * z + c can be taken before |z| exceeds 2, up to `limit`.
    static int Iterations(double cx, double cy, int limit) {
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

    static string Workload(bool small) {
        int size = small ? 40 : 1400, limit = small ? 50 : 200, inside = 0;
        long total = 0;
        for (int row = 0; row < size; row++) {
            double cy = 2.0 * row / size - 1;
            for (int column = 0; column < size; column++) {
                double cx = 3.0 * column / size - 2;
                int n = Iterations(cx, cy, limit);
                total += n;
                if (n == limit) inside++;
            }
        }
        return inside + " inside, " + total + " iterations\n";
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
