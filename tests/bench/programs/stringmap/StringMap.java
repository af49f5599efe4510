import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

public class StringMap {
    static final class Random {
        private long seed;

        Random(long seed) { this.seed = seed; }

        int next(int bound) {
            seed = seed * 16807 % 2147483647;
            return (int) (seed % bound);
        }
    }

    static String makeWord(Random random) {
        StringBuilder word = new StringBuilder();
        int length = 4 + random.next(9);
        for (int k = 0; k < length; k++) word.append((char) ('a' + random.next(26)));
        return word.toString();
    }

    static String workload(boolean small) {
        int count = small ? 500 : 60000, rounds = small ? 5 : 20, absent = 0;
        Random random = new Random(42);
        List<String> words = new ArrayList<>(), missing = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String word = makeWord(random);
            words.add(word);
            missing.add(word + "!");
        }
        Map<String, Integer> map = new HashMap<>();
        for (int round = 0; round < rounds; round++) {
            for (int i = 0; i < count; i++) {
                map.merge(words.get(i * 7919 % count), i % 10, Integer::sum);
                if (!map.containsKey(missing.get(i))) absent++;
            }
        }
        long sum = 0;
        for (Map.Entry<String, Integer> entry : map.entrySet()) sum += (long) entry.getKey().length() * entry.getValue();
        return map.size() + " words, " + absent + " absent, sum " + sum + "\n";
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
