using System;

class Sieve {
    static int Count(int n) {
        bool[] composite = new bool[n + 1];
        int count = 0;
        for (int i = 2; i <= n; i++) {
            if (!composite[i]) {
                count++;
                for (long j = (long)i * i; j <= n; j += i) composite[j] = true;
            }
        }
        return count;
    }

    static void Main() {
        for (int round = 0; round < 3; round++) Console.WriteLine(Count(5000000 + round));
    }
}
