// Golomb rulers by constraint propagation on bounds, and branch and bound.

class Variable {
    constructor(low, high) {
        this.low = low;
        this.high = high;
        this.watchers = [];
    }

    get isFixed() {
        return this.low === this.high;
    }
}

// A constraint's `propagate` narrows the variables; false if there is no solution.
class Constraint {
    constructor() {
        this.queued = false;
    }
}

// x + y == z
class Sum extends Constraint {
    constructor(x, y, z) {
        super();
        this.x = x;
        this.y = y;
        this.z = z;
    }

    propagate(solver) {
        const x = this.x, y = this.y, z = this.z;
        return solver.atLeast(z, x.low + y.low) && solver.atMost(z, x.high + y.high) &&
            solver.atLeast(x, z.low - y.high) && solver.atMost(x, z.high - y.low) &&
            solver.atLeast(y, z.low - x.high) && solver.atMost(y, z.high - x.low);
    }
}

// x < y
class Less extends Constraint {
    constructor(x, y) {
        super();
        this.x = x;
        this.y = y;
    }

    propagate(solver) {
        return solver.atLeast(this.y, this.x.low + 1) && solver.atMost(this.x, this.y.high - 1);
    }
}

// What one variable is fixed to is cut off the ends of the others.
class AllDifferent extends Constraint {
    constructor(variables) {
        super();
        this.variables = variables;
    }

    propagate(solver) {
        for (const v of this.variables) {
            if (!v.isFixed) continue;
            const value = v.low;
            for (const w of this.variables) {
                if (w === v) continue;
                if (w.low === value && !solver.atLeast(w, value + 1)) return false;
                if (w.high === value && !solver.atMost(w, value - 1)) return false;
            }
        }
        return true;
    }
}

class Solver {
    constructor() {
        this.trail = [];
        this.queue = [];
    }

    get mark() {
        return this.trail.length;
    }

    atLeast(v, value) {
        if (value <= v.low) return true;
        if (value > v.high) return false;
        this.trail.push({variable: v, low: v.low, high: v.high});
        v.low = value;
        this.enqueue(v);
        return true;
    }

    atMost(v, value) {
        if (value >= v.high) return true;
        if (value < v.low) return false;
        this.trail.push({variable: v, low: v.low, high: v.high});
        v.high = value;
        this.enqueue(v);
        return true;
    }

    enqueue(v) {
        for (const c of v.watchers) {
            if (!c.queued) {
                c.queued = true;
                this.queue.push(c);
            }
        }
    }

    propagate() {
        while (this.queue.length > 0) {
            const c = this.queue.pop();
            c.queued = false;
            if (!c.propagate(this)) return false;
        }
        return true;
    }

    undo(mark) {
        while (this.queue.length > 0) this.queue.pop().queued = false;
        while (this.trail.length > mark) {
            const change = this.trail.pop();
            change.variable.low = change.low;
            change.variable.high = change.high;
        }
    }
}

class Ruler {
    constructor(order) {
        this.order = order;
        this.solver = new Solver();
        this.best = order * order;
        this.nodes = 0;
        this.marks = [new Variable(0, 0)];
        const marks = this.marks, distances = [];
        for (let i = 1; i < order; i++) marks.push(new Variable(1, this.best));
        for (let i = 0; i < order; i++) {
            for (let j = i + 1; j < order; j++) {
                const distance = new Variable(1, this.best);
                this.watch(new Sum(marks[i], distance, marks[j]), [marks[i], distance, marks[j]]);
                distances.push(distance);
            }
        }
        for (let i = 1; i < order; i++) this.watch(new Less(marks[i - 1], marks[i]), [marks[i - 1], marks[i]]);
        // A ruler and its mirror image count once.
        const first = distances[0], last = distances[distances.length - 1];
        this.watch(new Less(first, last), [first, last]);
        this.watch(new AllDifferent(distances), distances);
    }

    watch(constraint, variables) {
        for (const v of variables) v.watchers.push(constraint);
        constraint.propagate(this.solver);
    }

    search() {
        const solver = this.solver, marks = this.marks;
        this.nodes++;
        let at = 0;
        while (at < this.order && marks[at].isFixed) at++;
        const last = marks[this.order - 1];
        if (at === this.order) {
            this.best = last.low;
            return;
        }
        const mark = marks[at];
        const before = solver.mark;
        if (solver.atMost(last, this.best - 1) && solver.atMost(mark, mark.low) && solver.propagate()) this.search();
        solver.undo(before);
        if (solver.atMost(last, this.best - 1) && solver.atLeast(mark, mark.low + 1) && solver.propagate()) this.search();
        solver.undo(before);
    }
}

function workload(small) {
    let out = '';
    for (let order = small ? 3 : 6; order <= (small ? 5 : 8); order++) {
        for (let round = 0; round < 3; round++) {
            const ruler = new Ruler(order);
            ruler.search();
            out += `${order} marks, length ${ruler.best}, ${ruler.nodes} nodes\n`;
        }
    }
    return out;
}

const rounds = process.argv.length > 2 ? Number(process.argv[2]) : 1;
let output = '';
for (let round = 0; round === 0 || round < rounds; round++) {
    const start = process.hrtime.bigint();
    const text = workload(rounds === 0);
    if (process.argv.length > 2) console.error(String(process.hrtime.bigint() - start));
    if (round > 0 && text !== output) process.exit(1);
    output = text;
}
process.stdout.write(output);
