import java.util.Arrays;

public class SortStructs {
    static final class Record {
        final int group;
        final double score;
        final int id;

        Record(int group, double score, int id) {
            this.group = group;
            this.score = score;
            this.id = id;
        }
    }

    static Record[] makeRecords(int count) {
        Record[] records = new Record[count];
        long seed = 42;
        for (int i = 0; i < count; i++) {
            seed = seed * 16807 % 2147483647;
            int group = (int) (seed % 100);
            seed = seed * 16807 % 2147483647;
            records[i] = new Record(group, seed % 100000 / 8.0, i);
        }
        return records;
    }

    static int byGroup(Record a, Record b) {
        if (a.group != b.group) return a.group - b.group;
        if (a.score != b.score) return a.score > b.score ? -1 : 1;
        return a.id - b.id;
    }

    static int byScore(Record a, Record b) {
        if (a.score != b.score) return a.score < b.score ? -1 : 1;
        return b.id - a.id;
    }

    static long checksum(Record[] records) {
        long sum = 0;
        for (Record r : records) sum = (sum * 31 + r.id) % 1000003;
        return sum;
    }

    static String workload(boolean small) {
        Record[] records = makeRecords(small ? 1500 : 300000);
        Record[] grouped = records.clone();
        Arrays.sort(grouped, SortStructs::byGroup);
        Record[] scored = records.clone();
        Arrays.sort(scored, SortStructs::byScore);
        return checksum(records) + " " + checksum(grouped) + " " + checksum(scored) + "\n";
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
