public class TextScan {
    static String makeLog(int lines) {
        String[] levels = {"INFO", "WARN", "DEBUG", "ERROR"};
        String[] parts = {"home", "static", "images", "api", "users", "index"};
        StringBuilder out = new StringBuilder();
        long seed = 42;
        for (int i = 0; i < lines; i++) {
            seed = seed * 16807 % 2147483647;
            out.append(10 + seed % 13).append(':').append(10 + seed % 49).append(':').append(10 + seed % 47);
            out.append(' ').append(levels[(int) (seed % 7 % 4)]).append(" user=u").append(seed % 5000);
            out.append(" bytes=").append(seed % 100000).append(" path=");
            for (int k = 0; k < 1 + seed % 4; k++) out.append('/').append(parts[(int) ((seed + k) % 6)]);
            out.append('\n');
        }
        return out.toString();
    }

    static final class Statistics {
        long lines, seconds, warnings, errors, users, bytes, slashes, longest;
    }

    static final class Scanner {
        int slashes;  // in the last path
        private final String text;
        private int at;

        Scanner(String text) { this.text = text; }

        boolean isAtEnd() { return at >= text.length(); }

        void skip(int count) { at += count; }

        long number() {
            long n = 0;
            for (; at < text.length(); at++) {
                char c = text.charAt(at);
                if (c < '0' || c > '9') break;
                n = n * 10 + c - '0';
            }
            return n;
        }

        // A run of letters.
        String word() {
            int start = at;
            for (; at < text.length(); at++) {
                int c = text.charAt(at) | 32;
                if (c < 'a' || c > 'z') break;
            }
            return text.substring(start, at);
        }

        // To the end of the line: how long that is; how many slashes there are is in `slashes`.
        int path() {
            int start = at;
            slashes = 0;
            for (; at < text.length(); at++) {
                char c = text.charAt(at);
                if (c == '\n') break;
                if (c == '/') slashes++;
            }
            return at - start;
        }
    }

    static void scan(String text, Statistics found) {
        Scanner scanner = new Scanner(text);
        while (!scanner.isAtEnd()) {
            found.lines++;
            long hours = scanner.number();
            scanner.skip(1);
            long minutes = scanner.number();
            scanner.skip(1);
            found.seconds = (found.seconds + (hours * 60 + minutes) * 60 + scanner.number()) % 1000003;
            scanner.skip(1);
            String level = scanner.word();
            if (level.equals("WARN")) found.warnings++;
            else if (level.equals("ERROR")) found.errors++;
            scanner.skip(7);  // " user=u"
            found.users = (found.users + scanner.number()) % 1000003;
            scanner.skip(7);  // " bytes="
            found.bytes += scanner.number();
            scanner.skip(6);  // " path="
            found.longest = Math.max(found.longest, scanner.path());
            found.slashes += scanner.slashes;
            scanner.skip(1);
        }
    }

    static String workload(boolean small) {
        String text = makeLog(small ? 200 : 40000);
        Statistics f = new Statistics();
        for (int round = 0; round < (small ? 5 : 110); round++) scan(text, f);
        return text.length() + " bytes: " + f.lines + " " + f.seconds + " " + f.warnings + " " + f.errors + " "
            + f.users + " " + f.bytes + " " + f.slashes + " " + f.longest + "\n";
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
