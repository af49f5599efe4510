using System;
using System.Collections.Generic;
using System.Diagnostics;

class Collision {
    struct Vec2 {
        public readonly double x, y;

        public Vec2(double x, double y) {
            this.x = x;
            this.y = y;
        }

        public static Vec2 operator +(Vec2 a, Vec2 b) { return new Vec2(a.x + b.x, a.y + b.y); }

        public static Vec2 operator -(Vec2 a, Vec2 b) { return new Vec2(a.x - b.x, a.y - b.y); }

        public static Vec2 operator *(Vec2 a, double k) { return new Vec2(a.x * k, a.y * k); }

        public double Dot(Vec2 o) { return x * o.x + y * o.y; }
    }

    sealed class Ball {
        public Vec2 position, velocity;
        public readonly double radius;

        public Ball(Vec2 position, Vec2 velocity, double radius) {
            this.position = position;
            this.velocity = velocity;
            this.radius = radius;
        }
    }

    sealed class Random {
        long seed;

        public Random(long seed) { this.seed = seed; }

        public double Next() {
            seed = seed * 16807 % 2147483647;
            return seed / 2147483647.0;
        }
    }

    // Balls of equal mass in a square box, in cells that are as wide as the largest ball.
    sealed class Box {
        public readonly int cellCount;
        public readonly List<Ball> balls = new List<Ball>();
        public int collisions;
        readonly List<List<Ball>> cells = new List<List<Ball>>();
        readonly double side;

        public Box(int cellCount) {
            this.cellCount = cellCount;
            side = cellCount;
            for (int i = 0; i < cellCount * cellCount; i++) cells.Add(new List<Ball>());
        }

        int Clamp(int i) { return Math.Max(0, Math.Min(i, cellCount - 1)); }

        public void Step(double dt) {
            foreach (List<Ball> cell in cells) cell.Clear();
            foreach (Ball ball in balls) {
                Move(ball, dt);
                int column = Clamp((int)ball.position.x), row = Clamp((int)ball.position.y);
                cells[row * cellCount + column].Add(ball);
            }
            for (int row = 0; row < cellCount; row++) {
                for (int column = 0; column < cellCount; column++) MeetAround(row, column);
            }
        }

        void Move(Ball ball, double dt) {
            ball.position = ball.position + ball.velocity * dt;
            Vec2 p = ball.position, v = ball.velocity;
            if ((p.x < ball.radius && v.x < 0) || (p.x > side - ball.radius && v.x > 0)) ball.velocity = new Vec2(-v.x, v.y);
            if ((p.y < ball.radius && v.y < 0) || (p.y > side - ball.radius && v.y > 0)) {
                ball.velocity = new Vec2(ball.velocity.x, -v.y);
            }
        }

        // Every pair of neighbouring cells is looked at once: the cell itself and those right and below.
        void MeetAround(int row, int column) {
            List<Ball> here = cells[row * cellCount + column];
            for (int i = 0; i < here.Count; i++) {
                Ball ball = here[i];
                for (int j = i + 1; j < here.Count; j++) Meet(ball, here[j]);
                if (column + 1 < cellCount) MeetAll(ball, cells[row * cellCount + column + 1]);
                if (row + 1 < cellCount) {
                    int below = (row + 1) * cellCount + column;
                    if (column > 0) MeetAll(ball, cells[below - 1]);
                    MeetAll(ball, cells[below]);
                    if (column + 1 < cellCount) MeetAll(ball, cells[below + 1]);
                }
            }
        }

        void MeetAll(Ball ball, List<Ball> others) {
            foreach (Ball other in others) Meet(ball, other);
        }

        void Meet(Ball a, Ball b) {
            Vec2 apart = b.position - a.position;
            double reach = a.radius + b.radius, distance2 = apart.Dot(apart);
            if (distance2 >= reach * reach || distance2 == 0) return;
            Vec2 normal = apart * (1 / Math.Sqrt(distance2));
            double closing = (a.velocity - b.velocity).Dot(normal);
            if (closing <= 0) return;
            a.velocity = a.velocity - normal * closing;
            b.velocity = b.velocity + normal * closing;
            collisions++;
        }
    }

    static string Workload(bool small) {
        Box box = new Box(small ? 10 : 60);
        Random random = new Random(42);
        double side = box.cellCount;
        int count = small ? 60 : 2000, steps = small ? 50 : 4000;
        for (int i = 0; i < count; i++) {
            Vec2 position = new Vec2(random.Next() * side, random.Next() * side);
            Vec2 velocity = new Vec2(random.Next() * 4 - 2, random.Next() * 4 - 2);
            box.balls.Add(new Ball(position, velocity, 0.2 + random.Next() * 0.3));
        }
        for (int i = 0; i < steps; i++) box.Step(0.02);
        Vec2 sum = new Vec2(0, 0);
        double energy = 0;
        foreach (Ball ball in box.balls) {
            sum = sum + ball.position;
            energy += ball.velocity.Dot(ball.velocity);
        }
        return box.collisions + " collisions, at " + (long)(sum.x * 1e6) + " " + (long)(sum.y * 1e6) + ", energy "
            + (long)(energy * 1e6) + "\n";
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
