using System;
using System.Diagnostics;

class SpectralNorm {
    static double A(int i, int j) { return 1.0 / ((i + j) * (i + j + 1) / 2 + i + 1); }

    static void Multiply(double[] v, double[] result) {
        for (int i = 0; i < v.Length; i++) {
            double sum = 0;
            for (int j = 0; j < v.Length; j++) sum += A(i, j) * v[j];
            result[i] = sum;
        }
    }

    static void MultiplyTransposed(double[] v, double[] result) {
        for (int i = 0; i < v.Length; i++) {
            double sum = 0;
            for (int j = 0; j < v.Length; j++) sum += A(j, i) * v[j];
            result[i] = sum;
        }
    }

    static void MultiplyBoth(double[] v, double[] result, double[] spare) {
        Multiply(v, spare);
        MultiplyTransposed(spare, result);
    }

    static string Workload(bool small) {
        int n = small ? 60 : 2000;
        double[] u = new double[n], v = new double[n], spare = new double[n];
        for (int i = 0; i < n; i++) u[i] = 1;
        for (int i = 0; i < 10; i++) {
            MultiplyBoth(u, v, spare);
            MultiplyBoth(v, u, spare);
        }
        double uv = 0, vv = 0;
        for (int i = 0; i < n; i++) {
            uv += u[i] * v[i];
            vv += v[i] * v[i];
        }
        return (long)(Math.Sqrt(uv / vv) * 1e9) + "\n";
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
