using System;
using System.Diagnostics;

class Queens {
    readonly int n;
    readonly bool[] columns, rising, falling;
    readonly int[] places;
    int solutions, checksum;

    Queens(int n) {
        this.n = n;
        columns = new bool[n];
        rising = new bool[2 * n];
        falling = new bool[2 * n];
        places = new int[n];
    }

    void Place(int row) {
        if (row == n) {
            solutions++;
            checksum = (checksum * 31 + places[0] * n + places[n - 1]) % 1000003;
            return;
        }
        for (int column = 0; column < n; column++) {
            int up = row + column, down = row - column + n;
            if (!columns[column] && !rising[up] && !falling[down]) {
                columns[column] = rising[up] = falling[down] = true;
                places[row] = column;
                Place(row + 1);
                columns[column] = rising[up] = falling[down] = false;
            }
        }
    }

    static string Workload(bool small) {
        Queens board = new Queens(small ? 7 : 13);
        board.Place(0);
        return board.solutions + " ways to place " + board.n + " queens, checksum " + board.checksum + "\n";
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
