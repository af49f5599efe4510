using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Text;

// Golomb rulers by constraint propagation on bounds, and branch and bound.
class Constraints {
    sealed class Variable {
        public int low, high;
        public readonly List<Constraint> watchers = new List<Constraint>();

        public Variable(int low, int high) {
            this.low = low;
            this.high = high;
        }

        public bool IsFixed { get { return low == high; } }
    }

    abstract class Constraint {
        public bool queued;

        // Narrows the variables; false if there is no solution.
        public abstract bool Propagate(Solver solver);
    }

    // x + y == z
    sealed class Sum : Constraint {
        readonly Variable x, y, z;

        public Sum(Variable x, Variable y, Variable z) {
            this.x = x;
            this.y = y;
            this.z = z;
        }

        public override bool Propagate(Solver solver) {
            return solver.AtLeast(z, x.low + y.low) && solver.AtMost(z, x.high + y.high)
                && solver.AtLeast(x, z.low - y.high) && solver.AtMost(x, z.high - y.low)
                && solver.AtLeast(y, z.low - x.high) && solver.AtMost(y, z.high - x.low);
        }
    }

    // x < y
    sealed class Less : Constraint {
        readonly Variable x, y;

        public Less(Variable x, Variable y) {
            this.x = x;
            this.y = y;
        }

        public override bool Propagate(Solver solver) { return solver.AtLeast(y, x.low + 1) && solver.AtMost(x, y.high - 1); }
    }

    // What one variable is fixed to is cut off the ends of the others.
    sealed class AllDifferent : Constraint {
        readonly List<Variable> variables;

        public AllDifferent(List<Variable> variables) { this.variables = variables; }

        public override bool Propagate(Solver solver) {
            foreach (Variable v in variables) {
                if (!v.IsFixed) continue;
                int value = v.low;
                foreach (Variable w in variables) {
                    if (w == v) continue;
                    if (w.low == value && !solver.AtLeast(w, value + 1)) return false;
                    if (w.high == value && !solver.AtMost(w, value - 1)) return false;
                }
            }
            return true;
        }
    }

    struct Change {
        public readonly Variable variable;
        public readonly int low, high;

        public Change(Variable variable, int low, int high) {
            this.variable = variable;
            this.low = low;
            this.high = high;
        }
    }

    sealed class Solver {
        readonly Stack<Change> trail = new Stack<Change>();
        readonly Stack<Constraint> queue = new Stack<Constraint>();

        public int Mark { get { return trail.Count; } }

        public bool AtLeast(Variable v, int value) {
            if (value <= v.low) return true;
            if (value > v.high) return false;
            trail.Push(new Change(v, v.low, v.high));
            v.low = value;
            Enqueue(v);
            return true;
        }

        public bool AtMost(Variable v, int value) {
            if (value >= v.high) return true;
            if (value < v.low) return false;
            trail.Push(new Change(v, v.low, v.high));
            v.high = value;
            Enqueue(v);
            return true;
        }

        void Enqueue(Variable v) {
            foreach (Constraint c in v.watchers) {
                if (!c.queued) {
                    c.queued = true;
                    queue.Push(c);
                }
            }
        }

        public bool Propagate() {
            while (queue.Count > 0) {
                Constraint c = queue.Pop();
                c.queued = false;
                if (!c.Propagate(this)) return false;
            }
            return true;
        }

        public void Undo(int mark) {
            while (queue.Count > 0) queue.Pop().queued = false;
            while (trail.Count > mark) {
                Change change = trail.Pop();
                change.variable.low = change.low;
                change.variable.high = change.high;
            }
        }
    }

    sealed class Ruler {
        readonly int order;
        readonly Solver solver = new Solver();
        readonly List<Variable> marks = new List<Variable>();
        public int best, nodes;

        public Ruler(int order) {
            this.order = order;
            best = order * order;
            marks.Add(new Variable(0, 0));
            for (int i = 1; i < order; i++) marks.Add(new Variable(1, best));
            List<Variable> distances = new List<Variable>();
            for (int i = 0; i < order; i++) {
                for (int j = i + 1; j < order; j++) {
                    Variable distance = new Variable(1, best);
                    Watch(new Sum(marks[i], distance, marks[j]), marks[i], distance, marks[j]);
                    distances.Add(distance);
                }
            }
            for (int i = 1; i < order; i++) {
                Watch(new Less(marks[i - 1], marks[i]), marks[i - 1], marks[i]);
            }
            // A ruler and its mirror image count once.
            Variable first = distances[0], last = distances[distances.Count - 1];
            Watch(new Less(first, last), first, last);
            Watch(new AllDifferent(distances), distances.ToArray());
        }

        void Watch(Constraint constraint, params Variable[] variables) {
            foreach (Variable v in variables) v.watchers.Add(constraint);
            constraint.Propagate(solver);
        }

        public void Search() {
            nodes++;
            int at = 0;
            while (at < order && marks[at].IsFixed) at++;
            Variable last = marks[order - 1];
            if (at == order) {
                best = last.low;
                return;
            }
            Variable mark = marks[at];
            int before = solver.Mark;
            if (solver.AtMost(last, best - 1) && solver.AtMost(mark, mark.low) && solver.Propagate()) Search();
            solver.Undo(before);
            if (solver.AtMost(last, best - 1) && solver.AtLeast(mark, mark.low + 1) && solver.Propagate()) Search();
            solver.Undo(before);
        }
    }

    static string Workload(bool small) {
        StringBuilder text = new StringBuilder();
        for (int order = small ? 3 : 6; order <= (small ? 5 : 8); order++) {
            for (int round = 0; round < 3; round++) {
                Ruler ruler = new Ruler(order);
                ruler.Search();
                text.Append(order + " marks, length " + ruler.best + ", " + ruler.nodes + " nodes\n");
            }
        }
        return text.ToString();
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
