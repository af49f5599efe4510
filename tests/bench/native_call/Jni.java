import java.util.function.LongUnaryOperator;

/** By JNI, as its users write it: regions for texts, critical access for arrays. */
class Jni {
    static native int add(int a, int b);
    static native long touch(String text);
    static native long repeat(LongUnaryOperator function, long count);
    static native long checksum(byte[] bytes);

    static long ints(int n) {
        int x = 0;
        for (int i = 0; i < n; i++) x = add(x, i);
        return x;
    }

    static long texts(int n, String text) {
        long result = 0;
        for (int i = 0; i < n; i++) result += touch(text);
        return result;
    }

    static long arrays(int n, byte[] bytes) {
        long result = 0;
        for (int i = 0; i < n; i++) result += checksum(bytes);
        return result;
    }

    interface Body { long run(int n); }

    static void measure(String name, int count, Body body) {
        double best = 1e18;
        long result = 0;
        for (int round = 0; round < 100; round++) {
            long start = System.nanoTime();
            result = body.run(count);
            best = Math.min(best, (double) (System.nanoTime() - start) / count);
        }
        System.out.printf(java.util.Locale.ROOT, "%s %.3f %d%n", name, best, result);
    }

    public static void main(String[] args) {
        System.load(args[0]);
        byte[] bytes = new byte[1 << 20];
        for (int i = 0; i < bytes.length; i++) bytes[i] = (byte) (i * 7);
        measure("ints", 200000, Jni::ints);
        measure("string", 50000, n -> texts(n, "twenty bytes of text"));
        measure("callback", 20000, n -> repeat(x -> x + 1, n));
        measure("bytes", 40, n -> arrays(n, bytes));
    }
}
