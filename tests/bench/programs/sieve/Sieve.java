public class Sieve {
    static int sieve(int n) {
        boolean[] composite = new boolean[n + 1];
        int count = 0;
        for (int i = 2; i <= n; i++) {
            if (!composite[i]) {
                count++;
                for (long j = (long) i * i; j <= n; j += i) composite[(int) j] = true;
            }
        }
        return count;
    }

    public static void main(String[] args) {
        for (int round = 0; round < 3; round++) System.out.println(sieve(5000000 + round));
    }
}
