import java.util.HashMap;
import java.util.Map;

public class Lru {
    static final class Node {
        final int key;
        final long value;
        Node previous, next;

        Node(int key, long value) {
            this.key = key;
            this.value = value;
        }
    }

    // The most recently used node comes first in a ring that begins and ends at `ends`.
    static final class Cache {
        private final int capacity;
        private final Map<Integer, Node> nodes = new HashMap<>();
        private final Node ends = new Node(0, 0);

        Cache(int capacity) {
            this.capacity = capacity;
            ends.next = ends;
            ends.previous = ends;
        }

        Node get(int key) {
            Node node = nodes.get(key);
            if (node == null) return null;
            unlink(node);
            linkFirst(node);
            return node;
        }

        void put(int key, long value) {
            if (nodes.size() == capacity) {
                Node oldest = ends.previous;
                unlink(oldest);
                nodes.remove(oldest.key);
            }
            Node node = new Node(key, value);
            nodes.put(key, node);
            linkFirst(node);
        }

        private static void unlink(Node node) {
            node.previous.next = node.next;
            node.next.previous = node.previous;
        }

        private void linkFirst(Node node) {
            node.previous = ends;
            node.next = ends.next;
            node.next.previous = node;
            ends.next = node;
        }
    }

    static final class Random {
        private long seed;

        Random(long seed) { this.seed = seed; }

        int next(int bound) {
            seed = seed * 16807 % 2147483647;
            return (int) (seed % bound);
        }
    }

    static String workload(boolean small) {
        int operations = small ? 20000 : 6000000, range = small ? 1000 : 50000, hits = 0;
        Cache cache = new Cache(range / 5);
        Random random = new Random(42);
        long sum = 0;
        for (int i = 0; i < operations; i++) {
            // Small keys are asked for more often than large ones.
            int key = (int) ((long) random.next(range) * random.next(range) / range);
            Node found = cache.get(key);
            if (found != null) {
                hits++;
                sum += found.value;
            } else {
                cache.put(key, key * 3L + i % 7);
            }
        }
        return hits + " hits of " + operations + ", sum " + sum + "\n";
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
