import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

public class WordCount {
    static final int VOCABULARY = 5000, WORDS = 500000;
    static long seed = 42;

    static int next(int bound) {
        seed = seed * 16807 % 2147483647;
        return (int) (seed % bound);
    }

    static String makeText() {
        List<String> vocabulary = new ArrayList<>();
        for (int i = 0; i < VOCABULARY; i++) {
            int length = 3 + next(8);
            StringBuilder word = new StringBuilder();
            for (int k = 0; k < length; k++) word.append((char) ('a' + next(26)));
            vocabulary.add(word.toString());
        }
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < WORDS; i++) {
            int a = next(VOCABULARY), b = next(VOCABULARY);
            if (i > 0) text.append(' ');
            text.append(vocabulary.get(a * b / VOCABULARY));
        }
        return text.toString();
    }

    public static void main(String[] args) {
        String text = makeText();
        Map<String, Integer> counts = new HashMap<>();
        for (String word : text.split(" ")) counts.merge(word, 1, Integer::sum);
        List<Map.Entry<String, Integer>> entries = new ArrayList<>(counts.entrySet());
        entries.sort((a, b) -> a.getValue().equals(b.getValue())
            ? a.getKey().compareTo(b.getKey()) : b.getValue() - a.getValue());
        System.out.println(text.length() + " bytes, " + entries.size() + " distinct");
        for (int i = 0; i < 10; i++) System.out.println(entries.get(i).getKey() + " " + entries.get(i).getValue());
    }
}
