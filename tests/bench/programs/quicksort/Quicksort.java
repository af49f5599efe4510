public class Quicksort {
    static void quicksort(int[] a, int low, int high) {
        int i = low, j = high, pivot = a[(low + high) / 2];
        while (i <= j) {
            while (a[i] < pivot) i++;
            while (a[j] > pivot) j--;
            if (i <= j) {
                int t = a[i];
                a[i] = a[j];
                a[j] = t;
                i++;
                j--;
            }
        }
        if (low < j) quicksort(a, low, j);
        if (i < high) quicksort(a, i, high);
    }

    static String workload(boolean small) {
        final int count = small ? 10000 : 1000000;
        int[] a = new int[count];
        long seed = 42, sum = 0;
        for (int i = 0; i < count; i++) {
            seed = seed * 16807 % 2147483647;
            a[i] = (int) seed;
        }
        quicksort(a, 0, count - 1);
        for (int i = 1; i < count; i++) {
            if (a[i - 1] > a[i]) throw new IllegalStateException("not sorted at " + i);
        }
        for (int i = 0; i < count; i += 1000) sum += a[i];
        return a[0] + " " + a[count - 1] + " " + sum + "\n";
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
