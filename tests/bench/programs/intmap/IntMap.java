import java.util.HashMap;
import java.util.Map;

public class IntMap {
    static final class Random {
        private long seed;

        Random(long seed) { this.seed = seed; }

        int next() {
            seed = seed * 16807 % 2147483647;
            return (int) seed;
        }
    }

    static String workload(boolean small) {
        int count = small ? 3000 : 500000, hits = 0;
        Map<Integer, Integer> map = new HashMap<>();
        Random random = new Random(42);
        for (int i = 0; i < count; i++) {
            int key = random.next();
            map.put(key, i);
            int shared = key % 1000;
            map.put(shared, map.getOrDefault(shared, 0) + 1);
        }
        int size = map.size();
        long sum = 0;
        for (int round = 0; round < 3; round++) {
            random = new Random(42);
            for (int i = 0; i < count; i++) {
                int key = random.next();
                sum += map.getOrDefault(key, 0);
                if (map.containsKey(key + round)) hits++;
            }
        }
        random = new Random(42);
        for (int i = 0; i < count; i++) {
            int key = random.next();
            if (i % 3 == 0) map.remove(key);
        }
        long rest = 0;
        for (Map.Entry<Integer, Integer> entry : map.entrySet()) rest += entry.getKey() % 1000 + entry.getValue();
        return size + " keys, " + hits + " hits, sum " + sum + "; " + map.size() + " left, sum " + rest + "\n";
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
