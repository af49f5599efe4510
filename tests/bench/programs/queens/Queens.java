public class Queens {
    final int n;
    final boolean[] columns, rising, falling;
    final int[] places;
    int solutions, checksum;

    Queens(int n) {
        this.n = n;
        columns = new boolean[n];
        rising = new boolean[2 * n];
        falling = new boolean[2 * n];
        places = new int[n];
    }

    void place(int row) {
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
                place(row + 1);
                columns[column] = rising[up] = falling[down] = false;
            }
        }
    }

    static String workload(boolean small) {
        Queens board = new Queens(small ? 7 : 13);
        board.place(0);
        return board.solutions + " ways to place " + board.n + " queens, checksum " + board.checksum + "\n";
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
