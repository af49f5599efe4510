using System;

class Fib {
    static long Compute(long n) { return n < 2 ? n : Compute(n - 1) + Compute(n - 2); }

    static void Main() { Console.WriteLine(Compute(35)); }
}
