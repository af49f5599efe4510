import java.util.ArrayList;
import java.util.List;

public class Collision {
    static final class Vec2 {
        final double x, y;

        Vec2(double x, double y) {
            this.x = x;
            this.y = y;
        }

        Vec2 plus(Vec2 o) { return new Vec2(x + o.x, y + o.y); }

        Vec2 minus(Vec2 o) { return new Vec2(x - o.x, y - o.y); }

        Vec2 times(double k) { return new Vec2(x * k, y * k); }

        double dot(Vec2 o) { return x * o.x + y * o.y; }
    }

    static final class Ball {
        Vec2 position, velocity;
        final double radius;

        Ball(Vec2 position, Vec2 velocity, double radius) {
            this.position = position;
            this.velocity = velocity;
            this.radius = radius;
        }
    }

    static final class Random {
        private long seed;

        Random(long seed) { this.seed = seed; }

        double next() {
            seed = seed * 16807 % 2147483647;
            return seed / 2147483647.0;
        }
    }

    // Balls of equal mass in a square box, in cells that are as wide as the largest ball.
    static final class Box {
        final int cellCount;
        final List<Ball> balls = new ArrayList<>();
        int collisions;
        private final List<List<Ball>> cells = new ArrayList<>();
        private final double side;

        Box(int cellCount) {
            this.cellCount = cellCount;
            side = cellCount;
            for (int i = 0; i < cellCount * cellCount; i++) cells.add(new ArrayList<>());
        }

        private int clamp(int i) { return Math.max(0, Math.min(i, cellCount - 1)); }

        void step(double dt) {
            for (List<Ball> cell : cells) cell.clear();
            for (Ball ball : balls) {
                move(ball, dt);
                int column = clamp((int) ball.position.x), row = clamp((int) ball.position.y);
                cells.get(row * cellCount + column).add(ball);
            }
            for (int row = 0; row < cellCount; row++) {
                for (int column = 0; column < cellCount; column++) meetAround(row, column);
            }
        }

        private void move(Ball ball, double dt) {
            ball.position = ball.position.plus(ball.velocity.times(dt));
            Vec2 p = ball.position, v = ball.velocity;
            if ((p.x < ball.radius && v.x < 0) || (p.x > side - ball.radius && v.x > 0)) ball.velocity = new Vec2(-v.x, v.y);
            if ((p.y < ball.radius && v.y < 0) || (p.y > side - ball.radius && v.y > 0)) {
                ball.velocity = new Vec2(ball.velocity.x, -v.y);
            }
        }

        // Every pair of neighbouring cells is looked at once: the cell itself and those right and below.
        private void meetAround(int row, int column) {
            List<Ball> here = cells.get(row * cellCount + column);
            for (int i = 0; i < here.size(); i++) {
                Ball ball = here.get(i);
                for (int j = i + 1; j < here.size(); j++) meet(ball, here.get(j));
                if (column + 1 < cellCount) meetAll(ball, cells.get(row * cellCount + column + 1));
                if (row + 1 < cellCount) {
                    int below = (row + 1) * cellCount + column;
                    if (column > 0) meetAll(ball, cells.get(below - 1));
                    meetAll(ball, cells.get(below));
                    if (column + 1 < cellCount) meetAll(ball, cells.get(below + 1));
                }
            }
        }

        private void meetAll(Ball ball, List<Ball> others) {
            for (Ball other : others) meet(ball, other);
        }

        private void meet(Ball a, Ball b) {
            Vec2 apart = b.position.minus(a.position);
            double reach = a.radius + b.radius, distance2 = apart.dot(apart);
            if (distance2 >= reach * reach || distance2 == 0) return;
            Vec2 normal = apart.times(1 / Math.sqrt(distance2));
            double closing = a.velocity.minus(b.velocity).dot(normal);
            if (closing <= 0) return;
            a.velocity = a.velocity.minus(normal.times(closing));
            b.velocity = b.velocity.plus(normal.times(closing));
            collisions++;
        }
    }

    static String workload(boolean small) {
        Box box = new Box(small ? 10 : 60);
        Random random = new Random(42);
        double side = box.cellCount;
        int count = small ? 60 : 2000, steps = small ? 50 : 4000;
        for (int i = 0; i < count; i++) {
            Vec2 position = new Vec2(random.next() * side, random.next() * side);
            Vec2 velocity = new Vec2(random.next() * 4 - 2, random.next() * 4 - 2);
            box.balls.add(new Ball(position, velocity, 0.2 + random.next() * 0.3));
        }
        for (int i = 0; i < steps; i++) box.step(0.02);
        Vec2 sum = new Vec2(0, 0);
        double energy = 0;
        for (Ball ball : box.balls) {
            sum = sum.plus(ball.position);
            energy += ball.velocity.dot(ball.velocity);
        }
        return box.collisions + " collisions, at " + (long) (sum.x * 1e6) + " " + (long) (sum.y * 1e6) + ", energy "
            + (long) (energy * 1e6) + "\n";
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
