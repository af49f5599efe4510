public class StringBuild {
    static String report(int lines, String[] names) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < lines; i++) {
            out.append("item ").append(i).append(": ").append(names[i % names.length]);
            out.append(' ').append((int) (i * 7919L % 100000)).append('\n');
        }
        return out.toString();
    }

    static String workload(boolean small) {
        String[] names = {"alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa"};
        int lines = small ? 500 : 200000, rounds = small ? 3 : 10;
        long bytes = 0, checksum = 0;
        for (int round = 0; round < rounds; round++) {
            String text = report(lines + round, names);
            bytes += text.length();
            for (int at = round; at < text.length(); at += 97) checksum += text.charAt(at);
        }
        return bytes + " bytes, checksum " + checksum + "\n";
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
