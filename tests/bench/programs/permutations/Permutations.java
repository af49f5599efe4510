import java.util.function.Consumer;

public class Permutations {
    static void swap(int[] items, int i, int j) {
        int t = items[i];
        items[i] = items[j];
        items[j] = t;
    }

    static void permute(int[] items, int at, Consumer<int[]> visit) {
        if (at == items.length) {
            visit.accept(items);
            return;
        }
        for (int i = at; i < items.length; i++) {
            swap(items, at, i);
            permute(items, at + 1, visit);
            swap(items, at, i);
        }
    }

    static final class Tally {
        long count, checksum;
    }

    static String workload(boolean small) {
        int n = small ? 6 : 10, rounds = small ? 2 : 6;
        Tally tally = new Tally();
        for (int round = 0; round < rounds; round++) {
            int[] items = new int[n];
            for (int i = 0; i < n; i++) items[i] = (i + round) % n;
            permute(items, 0, p -> {
                tally.count++;
                tally.checksum = (tally.checksum * 31 + p[0] * 7 + p[n - 1]) % 1000003;
            });
        }
        return tally.count + " permutations, checksum " + tally.checksum + "\n";
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
