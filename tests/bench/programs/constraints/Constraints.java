import java.util.ArrayList;
import java.util.List;

// Golomb rulers by constraint propagation on bounds, and branch and bound.
public class Constraints {
    static final class Variable {
        int low, high;
        final List<Constraint> watchers = new ArrayList<>();

        Variable(int low, int high) {
            this.low = low;
            this.high = high;
        }

        boolean isFixed() { return low == high; }
    }

    abstract static class Constraint {
        boolean queued;

        // Narrows the variables; false if there is no solution.
        abstract boolean propagate(Solver solver);
    }

    // x + y == z
    static final class Sum extends Constraint {
        private final Variable x, y, z;

        Sum(Variable x, Variable y, Variable z) {
            this.x = x;
            this.y = y;
            this.z = z;
        }

        @Override
        boolean propagate(Solver solver) {
            return solver.atLeast(z, x.low + y.low) && solver.atMost(z, x.high + y.high)
                && solver.atLeast(x, z.low - y.high) && solver.atMost(x, z.high - y.low)
                && solver.atLeast(y, z.low - x.high) && solver.atMost(y, z.high - x.low);
        }
    }

    // x < y
    static final class Less extends Constraint {
        private final Variable x, y;

        Less(Variable x, Variable y) {
            this.x = x;
            this.y = y;
        }

        @Override
        boolean propagate(Solver solver) { return solver.atLeast(y, x.low + 1) && solver.atMost(x, y.high - 1); }
    }

    // What one variable is fixed to is cut off the ends of the others.
    static final class AllDifferent extends Constraint {
        private final List<Variable> variables;

        AllDifferent(List<Variable> variables) { this.variables = variables; }

        @Override
        boolean propagate(Solver solver) {
            for (Variable v : variables) {
                if (!v.isFixed()) continue;
                int value = v.low;
                for (Variable w : variables) {
                    if (w == v) continue;
                    if (w.low == value && !solver.atLeast(w, value + 1)) return false;
                    if (w.high == value && !solver.atMost(w, value - 1)) return false;
                }
            }
            return true;
        }
    }

    static final class Change {
        final Variable variable;
        final int low, high;

        Change(Variable variable, int low, int high) {
            this.variable = variable;
            this.low = low;
            this.high = high;
        }
    }

    static final class Solver {
        private final List<Change> trail = new ArrayList<>();
        private final List<Constraint> queue = new ArrayList<>();

        int mark() { return trail.size(); }

        boolean atLeast(Variable v, int value) {
            if (value <= v.low) return true;
            if (value > v.high) return false;
            trail.add(new Change(v, v.low, v.high));
            v.low = value;
            enqueue(v);
            return true;
        }

        boolean atMost(Variable v, int value) {
            if (value >= v.high) return true;
            if (value < v.low) return false;
            trail.add(new Change(v, v.low, v.high));
            v.high = value;
            enqueue(v);
            return true;
        }

        private void enqueue(Variable v) {
            for (Constraint c : v.watchers) {
                if (!c.queued) {
                    c.queued = true;
                    queue.add(c);
                }
            }
        }

        boolean propagate() {
            while (!queue.isEmpty()) {
                Constraint c = queue.remove(queue.size() - 1);
                c.queued = false;
                if (!c.propagate(this)) return false;
            }
            return true;
        }

        void undo(int mark) {
            while (!queue.isEmpty()) queue.remove(queue.size() - 1).queued = false;
            while (trail.size() > mark) {
                Change change = trail.remove(trail.size() - 1);
                change.variable.low = change.low;
                change.variable.high = change.high;
            }
        }
    }

    static final class Ruler {
        private final int order;
        private final Solver solver = new Solver();
        private final List<Variable> marks = new ArrayList<>();
        int best, nodes;

        Ruler(int order) {
            this.order = order;
            best = order * order;
            marks.add(new Variable(0, 0));
            for (int i = 1; i < order; i++) marks.add(new Variable(1, best));
            List<Variable> distances = new ArrayList<>();
            for (int i = 0; i < order; i++) {
                for (int j = i + 1; j < order; j++) {
                    Variable distance = new Variable(1, best);
                    watch(new Sum(marks.get(i), distance, marks.get(j)), List.of(marks.get(i), distance, marks.get(j)));
                    distances.add(distance);
                }
            }
            for (int i = 1; i < order; i++) {
                watch(new Less(marks.get(i - 1), marks.get(i)), List.of(marks.get(i - 1), marks.get(i)));
            }
            // A ruler and its mirror image count once.
            Variable first = distances.get(0), last = distances.get(distances.size() - 1);
            watch(new Less(first, last), List.of(first, last));
            watch(new AllDifferent(distances), distances);
        }

        private void watch(Constraint constraint, List<Variable> variables) {
            for (Variable v : variables) v.watchers.add(constraint);
            constraint.propagate(solver);
        }

        void search() {
            nodes++;
            int at = 0;
            while (at < order && marks.get(at).isFixed()) at++;
            Variable last = marks.get(order - 1);
            if (at == order) {
                best = last.low;
                return;
            }
            Variable mark = marks.get(at);
            int before = solver.mark();
            if (solver.atMost(last, best - 1) && solver.atMost(mark, mark.low) && solver.propagate()) search();
            solver.undo(before);
            if (solver.atMost(last, best - 1) && solver.atLeast(mark, mark.low + 1) && solver.propagate()) search();
            solver.undo(before);
        }
    }

    static String workload(boolean small) {
        StringBuilder out = new StringBuilder();
        for (int order = small ? 3 : 6; order <= (small ? 5 : 8); order++) {
            for (int round = 0; round < 3; round++) {
                Ruler ruler = new Ruler(order);
                ruler.search();
                out.append(order + " marks, length " + ruler.best + ", " + ruler.nodes + " nodes\n");
            }
        }
        return out.toString();
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
