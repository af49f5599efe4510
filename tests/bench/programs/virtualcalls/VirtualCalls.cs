using System;
using System.Diagnostics;

class VirtualCalls {
    abstract class Shape {
        public abstract long Cost(long i);
    }

    sealed class Square : Shape {
        readonly long side;

        public Square(long side) { this.side = side; }

        public override long Cost(long i) { return side * side + i; }
    }

    sealed class Rectangle : Shape {
        readonly long width, height;

        public Rectangle(long width, long height) {
            this.width = width;
            this.height = height;
        }

        public override long Cost(long i) { return width * height - i; }
    }

    sealed class Frame : Shape {
        readonly long width, height;

        public Frame(long width, long height) {
            this.width = width;
            this.height = height;
        }

        public override long Cost(long i) { return width + height + i + i; }
    }

    static string Workload(bool small) {
        int rounds = small ? 200 : 20000;
        Shape[] shapes = new Shape[1000];
        long seed = 42;
        for (int i = 0; i < shapes.Length; i++) {
            seed = seed * 16807 % 2147483647;
            long kind = seed % 3, size = seed % 100;
            if (kind == 0) shapes[i] = new Square(size);
            else if (kind == 1) shapes[i] = new Rectangle(size, size + 1);
            else shapes[i] = new Frame(size, size + 1);
        }
        long total = 0;
        for (int round = 0; round < rounds; round++) {
            for (int i = 0; i < shapes.Length; i++) total += shapes[i].Cost(round);
        }
        return total + "\n";
    }

    static int Main(string[] args) {
        int rounds = args.Length > 0 ? int.Parse(args[0]) : 1;
        string output = null;
        for (int round = 0; round == 0 || round < rounds; round++) {
            Stopwatch watch = Stopwatch.StartNew();
            string text = Workload(rounds == 0);
            if (args.Length > 0) Console.Error.WriteLine(watch.ElapsedTicks * (1000000000L / Stopwatch.Frequency));
            if (round > 0 && text != output) return 1;
            output = text;
        }
        Console.Write(output);
        return 0;
    }
}
