import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

public class WordCount {
    static final int VOCABULARY = 5000;
    static long seed;

    static int next(int bound) {
        seed = seed * 16807 % 2147483647;
        return (int) (seed % bound);
    }

    static String makeText(int words) {
        List<String> vocabulary = new ArrayList<>();
        for (int i = 0; i < VOCABULARY; i++) {
            int length = 3 + next(8);
            StringBuilder word = new StringBuilder();
            for (int k = 0; k < length; k++) word.append((char) ('a' + next(26)));
            vocabulary.add(word.toString());
        }
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < words; i++) {
            int a = next(VOCABULARY), b = next(VOCABULARY);
            if (i > 0) text.append(' ');
            text.append(vocabulary.get(a * b / VOCABULARY));
        }
        return text.toString();
    }

    static String workload(boolean small) {
        seed = 42;
        String text = makeText(small ? 5000 : 500000);
        Map<String, Integer> counts = new HashMap<>();
        for (String word : text.split(" ")) counts.merge(word, 1, Integer::sum);
        List<Map.Entry<String, Integer>> entries = new ArrayList<>(counts.entrySet());
        entries.sort((a, b) -> a.getValue().equals(b.getValue())
            ? a.getKey().compareTo(b.getKey()) : b.getValue() - a.getValue());
        StringBuilder out = new StringBuilder();
        out.append(text.length() + " bytes, " + entries.size() + " distinct\n");
        for (int i = 0; i < 10; i++) out.append(entries.get(i).getKey() + " " + entries.get(i).getValue() + "\n");
        return out.toString();
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
