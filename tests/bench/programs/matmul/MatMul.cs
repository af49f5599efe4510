using System;
using System.Diagnostics;

class MatMul {
    static double[][] Matrix(int n, Func<int, int, double> value) {
        double[][] rows = new double[n][];
        for (int i = 0; i < n; i++) {
            rows[i] = new double[n];
            for (int j = 0; j < n; j++) rows[i][j] = value(i, j);
        }
        return rows;
    }

    static void Multiply(double[][] a, double[][] b, double[][] c) {
        for (int i = 0; i < a.Length; i++) {
            double[] left = a[i], sum = c[i];
            for (int k = 0; k < b.Length; k++) {
                double x = left[k];
                double[] right = b[k];
                for (int j = 0; j < sum.Length; j++) sum[j] += x * right[j];
            }
        }
    }

    static string Workload(bool small) {
        int n = small ? 40 : 640;
        double[][] a = Matrix(n, (i, j) => (i * 7 + j * 13) % 101 / 8.0);
        double[][] b = Matrix(n, (i, j) => (i * 11 + j * 5) % 97 / 4.0 - 10);
        double[][] c = Matrix(n, (i, j) => 0);
        Multiply(a, b, c);
        double trace = 0, sum = 0;
        for (int i = 0; i < n; i++) {
            trace += c[i][i];
            for (int j = 0; j < n; j++) sum += c[i][j] * ((i + j) % 3 - 1);
        }
        return (long)(trace * 32) + " " + (long)(sum * 32) + "\n";
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
