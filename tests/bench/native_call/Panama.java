import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.file.Path;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

/** By the foreign function API of JDK 22 and later; heap arrays without a copy. */
class Panama {
    static final Arena FOREVER = Arena.global();
    static final MethodHandle ADD, TOUCH, REPEAT, SUM;
    static final MemorySegment PLUS_ONE;

    static long plusOne(long x) { return x + 1; }

    static {
        Linker linker = Linker.nativeLinker();
        SymbolLookup library = SymbolLookup.libraryLookup(Path.of(System.getProperty("library")), FOREVER);
        ADD = linker.downcallHandle(library.find("add").get(), FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
        TOUCH = linker.downcallHandle(library.find("touch").get(), FunctionDescriptor.of(JAVA_LONG, ADDRESS, JAVA_LONG));
        REPEAT = linker.downcallHandle(library.find("repeat").get(), FunctionDescriptor.of(JAVA_LONG, ADDRESS, JAVA_LONG));
        SUM = linker.downcallHandle(library.find("checksum").get(), FunctionDescriptor.of(JAVA_LONG, ADDRESS, JAVA_LONG),
                                    Linker.Option.critical(true));
        try {
            MethodHandle target = MethodHandles.lookup().findStatic(Panama.class, "plusOne", MethodType.methodType(long.class, long.class));
            PLUS_ONE = linker.upcallStub(target, FunctionDescriptor.of(JAVA_LONG, JAVA_LONG), FOREVER);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    static long ints(int n) throws Throwable {
        int x = 0;
        for (int i = 0; i < n; i++) x = (int) ADD.invokeExact(x, i);
        return x;
    }

    static long texts(int n, String text) throws Throwable {
        long result = 0;
        for (int i = 0; i < n; i++) {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment copy = arena.allocateFrom(text);
                result += (long) TOUCH.invokeExact(copy, copy.byteSize() - 1);
            }
        }
        return result;
    }

    static long callbacks(int n) throws Throwable { return (long) REPEAT.invokeExact(PLUS_ONE, (long) n); }

    static long arrays(int n, byte[] bytes) throws Throwable {
        long result = 0;
        for (int i = 0; i < n; i++) result += (long) SUM.invokeExact(MemorySegment.ofArray(bytes), (long) bytes.length);
        return result;
    }

    interface Body { long run(int n) throws Throwable; }

    static void measure(String name, int count, Body body) throws Throwable {
        double best = 1e18;
        long result = 0;
        for (int round = 0; round < 100; round++) {
            long start = System.nanoTime();
            result = body.run(count);
            best = Math.min(best, (double) (System.nanoTime() - start) / count);
        }
        System.out.printf(java.util.Locale.ROOT, "%s %.3f %d%n", name, best, result);
    }

    public static void main(String[] args) throws Throwable {
        byte[] bytes = new byte[1 << 20];
        for (int i = 0; i < bytes.length; i++) bytes[i] = (byte) (i * 7);
        measure("ints", 200000, Panama::ints);
        measure("string", 50000, n -> texts(n, "twenty bytes of text"));
        measure("callback", 20000, Panama::callbacks);
        measure("bytes", 40, n -> arrays(n, bytes));
    }
}
