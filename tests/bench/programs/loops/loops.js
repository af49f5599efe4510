// Finds the loops of control flow graphs: dominators by the iterative algorithm of Cooper, Harvey
// and Kennedy, then natural loops from the inside out.

class Block {
    constructor(id) {
        this.id = id;
        this.successors = [];
        this.predecessors = [];
        this.order = -1;  // in reverse postorder
        this.dominator = null;
        this.inLoop = null;  // the innermost one
    }
}

class Loop {
    constructor(header) {
        this.header = header;
        this.parent = null;
        this.size = 0;
    }

    depth() {
        let n = 1;
        for (let outer = this.parent; outer !== null; outer = outer.parent) n++;
        return n;
    }
}

class Graph {
    constructor() {
        this.blocks = [];
    }

    add() {
        const block = new Block(this.blocks.length);
        this.blocks.push(block);
        return block;
    }

    connect(source, target) {
        source.successors.push(target);
        target.predecessors.push(source);
    }

    addAfter(source) {
        const block = this.add();
        this.connect(source, block);
        return block;
    }

    addDiamond(source) {
        const left = this.addAfter(source), right = this.addAfter(source), end = this.addAfter(left);
        this.connect(right, end);
        return end;
    }

    addLoops(source, depth, width) {
        const header = this.addAfter(source);
        let at = header;
        for (let i = 0; i < width; i++) {
            at = this.addDiamond(at);
            if (depth > 1) at = this.addLoops(at, depth - 1, width);
        }
        const latch = this.addAfter(at);
        this.connect(latch, header);
        return this.addAfter(latch);
    }
}

function common(x, y) {
    while (x !== y) {
        while (x.order > y.order) x = x.dominator;
        while (y.order > x.order) y = y.dominator;
    }
    return x;
}

function dominates(a, b) {
    while (b.order > a.order) b = b.dominator;
    return a === b;
}

class LoopFinder {
    constructor(graph) {
        this.graph = graph;
        this.loops = [];
        this.ordered = [];
    }

    run() {
        this.number();
        this.findDominators();
        for (let i = this.ordered.length - 1; i >= 0; i--) this.findLoop(this.ordered[i]);
        for (const block of this.ordered) {
            for (let loop = block.inLoop; loop !== null; loop = loop.parent) loop.size++;
        }
    }

    // Depth first, with a stack of blocks and of how many of their successors were taken.
    number() {
        const stack = [], taken = [], postorder = [];
        const entry = this.graph.blocks[0];
        entry.order = 0;
        stack.push(entry);
        taken.push(0);
        while (stack.length > 0) {
            const top = stack.length - 1;
            const block = stack[top], next = taken[top];
            if (next < block.successors.length) {
                taken[top] = next + 1;
                const successor = block.successors[next];
                if (successor.order < 0) {
                    successor.order = 0;
                    stack.push(successor);
                    taken.push(0);
                }
            } else {
                postorder.push(block);
                stack.pop();
                taken.pop();
            }
        }
        for (let i = 0; i < postorder.length; i++) {
            const block = postorder[postorder.length - 1 - i];
            block.order = i;
            this.ordered.push(block);
        }
    }

    findDominators() {
        const ordered = this.ordered;
        ordered[0].dominator = ordered[0];
        let changed = true;
        while (changed) {
            changed = false;
            for (let i = 1; i < ordered.length; i++) {
                const block = ordered[i];
                let dominator = null;
                for (const p of block.predecessors) {
                    if (p.dominator !== null) dominator = dominator === null ? p : common(p, dominator);
                }
                if (block.dominator !== dominator) {
                    block.dominator = dominator;
                    changed = true;
                }
            }
        }
    }

    findLoop(header) {
        const work = header.predecessors.filter(p => dominates(header, p));
        if (work.length === 0) return;
        const loop = new Loop(header);
        this.loops.push(loop);
        while (work.length > 0) {
            const block = work.pop();
            let outermost = block.inLoop;
            if (outermost === null) {
                block.inLoop = loop;
                if (block !== header) work.push(...block.predecessors);
                continue;
            }
            // The outermost of the loops around the block that are known so far.
            while (outermost.parent !== null) outermost = outermost.parent;
            if (outermost === loop) continue;
            outermost.parent = loop;
            for (const p of outermost.header.predecessors) {
                if (p.inLoop !== outermost) work.push(p);
            }
        }
    }
}

function workload(small) {
    const nests = small ? 1 : 15, depth = small ? 3 : 5, rounds = small ? 2 : 35;
    let text = '', checksum = 0;
    for (let round = 0; round < rounds; round++) {
        const graph = new Graph();
        let at = graph.add();
        for (let i = 0; i < nests; i++) at = graph.addLoops(graph.addDiamond(at), depth, 3);
        const finder = new LoopFinder(graph);
        finder.run();
        let deepest = 0;
        for (const loop of finder.loops) {
            deepest = Math.max(deepest, loop.depth());
            checksum = (checksum * 31 + loop.header.id + loop.size * loop.depth()) % 1000003;
        }
        text = `${graph.blocks.length} blocks, ${finder.loops.length} loops, ${deepest} deep`;
    }
    return `${text}, checksum ${checksum}\n`;
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
