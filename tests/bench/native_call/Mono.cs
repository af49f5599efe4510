using System;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

/** By P/Invoke; the library is found by LD_LIBRARY_PATH. */
static class Mono {
    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    delegate IntPtr Function(IntPtr x);

    [DllImport("call_library")] static extern int add(int a, int b);
    [DllImport("call_library")] static extern IntPtr touch([MarshalAs(UnmanagedType.LPStr)] string text, IntPtr length);
    [DllImport("call_library")] static extern IntPtr repeat(Function function, IntPtr count);
    [DllImport("call_library")] static extern IntPtr checksum(byte[] bytes, IntPtr length);

    static readonly byte[] bytes = new byte[1 << 20];

    static long Ints(int n) {
        int x = 0;
        for (int i = 0; i < n; i++) x = add(x, i);
        return x;
    }

    static long Texts(int n, string text) {
        long result = 0;
        for (int i = 0; i < n; i++) result += (long) touch(text, (IntPtr) text.Length);
        return result;
    }

    static long Callbacks(int n) { return (long) repeat(x => (IntPtr) ((long) x + 1), (IntPtr) n); }

    static long Arrays(int n) {
        long result = 0;
        for (int i = 0; i < n; i++) result += (long) checksum(bytes, (IntPtr) bytes.Length);
        return result;
    }

    static void Measure(string name, int count, Func<int, long> body) {
        double best = 1e18;
        long result = 0;
        for (int round = 0; round < 100; round++) {
            var watch = Stopwatch.StartNew();
            result = body(count);
            best = Math.Min(best, watch.ElapsedTicks * (1e9 / Stopwatch.Frequency) / count);
        }
        Console.WriteLine(string.Format(CultureInfo.InvariantCulture, "{0} {1:F3} {2}", name, best, result));
    }

    static void Main() {
        for (int i = 0; i < bytes.Length; i++) bytes[i] = (byte) (i * 7);
        Measure("ints", 200000, Ints);
        Measure("string", 50000, n => Texts(n, "twenty bytes of text"));
        Measure("callback", 20000, Callbacks);
        Measure("bytes", 40, Arrays);
    }
}
