public class Fannkuch {
    // How many times the first p[0] elements can be reversed before the first one is 0. `p` is used up.
    static int flips(int[] p) {
        int count = 0, first = p[0];
        while (first != 0) {
            for (int low = 1, high = first - 1; low < high; low++, high--) {
                int t = p[low];
                p[low] = p[high];
                p[high] = t;
            }
            int next = p[first];
            p[first] = first;
            first = next;
            count++;
        }
        return count;
    }

    static String workload(boolean small) {
        int n = small ? 7 : 10;
        int[] order = new int[n], work = new int[n], turns = new int[n];
        for (int i = 0; i < n; i++) order[i] = i;
        int most = 0, checksum = 0, r = n;
        boolean even = true;
        while (true) {
            for (; r > 1; r--) turns[r - 1] = r;
            System.arraycopy(order, 0, work, 0, n);
            int count = flips(work);
            most = Math.max(most, count);
            checksum += even ? count : -count;
            // The next permutation: turn the first r + 1 elements, for the smallest r that has turns left.
            while (true) {
                if (r == n) return checksum + "\nmost flips of " + n + ": " + most + "\n";
                int first = order[0];
                for (int i = 0; i < r; i++) order[i] = order[i + 1];
                order[r] = first;
                if (--turns[r] > 0) break;
                r++;
            }
            even = !even;
        }
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
