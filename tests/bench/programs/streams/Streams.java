import java.util.function.LongBinaryOperator;
import java.util.function.LongPredicate;
import java.util.function.LongSupplier;
import java.util.function.LongUnaryOperator;

// A stream without end is a function that returns its next element.
public class Streams {
    static LongSupplier naturals() {
        long[] n = {0};
        return () -> ++n[0];
    }

    static LongSupplier map(LongSupplier source, LongUnaryOperator f) {
        return () -> f.applyAsLong(source.getAsLong());
    }

    static LongSupplier filter(LongSupplier source, LongPredicate keep) {
        return () -> {
            long x = source.getAsLong();
            while (!keep.test(x)) x = source.getAsLong();
            return x;
        };
    }

    static LongSupplier scan(LongSupplier source, long initial, LongBinaryOperator f) {
        long[] state = {initial};
        return () -> state[0] = f.applyAsLong(state[0], source.getAsLong());
    }

    static LongSupplier zip(LongSupplier a, LongSupplier b, LongBinaryOperator f) {
        return () -> f.applyAsLong(a.getAsLong(), b.getAsLong());
    }

    static long sumOf(LongSupplier source, int count) {
        long sum = 0;
        for (int i = 0; i < count; i++) sum += source.getAsLong();
        return sum;
    }

    static String workload(boolean small) {
        int count = small ? 1000 : 100000, rounds = small ? 5 : 100;
        long total = 0;
        for (int round = 0; round < rounds; round++) {
            int factor = round + 3;
            LongSupplier residues = map(naturals(), x -> x * factor % 1009);
            LongSupplier kept = filter(residues, x -> x % 3 != 0);
            LongSupplier sums = scan(kept, round, (a, x) -> (a + x) % 65521);
            LongSupplier even = filter(naturals(), x -> x % 2 == 0);
            total += sumOf(zip(sums, even, (a, b) -> a * 2 + b % 7), count);
        }
        return total + "\n";
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
