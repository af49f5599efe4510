class Tree {
    constructor(left, right) {
        this.left = left;
        this.right = right;
    }

    check() {
        return this.left === null ? 1 : 1 + this.left.check() + this.right.check();
    }
}

function make(depth) {
    return depth > 0 ? new Tree(make(depth - 1), make(depth - 1)) : new Tree(null, null);
}

function workload(small) {
    const min = 4, max = small ? 8 : 16;
    let out = `stretch tree of depth ${max + 1}, check: ${make(max + 1).check()}\n`;
    const kept = make(max);
    for (let depth = min; depth <= max; depth += 2) {
        const rounds = 1 << (max - depth + min);
        let total = 0;
        for (let i = 0; i < rounds; i++) total += make(depth).check();
        out += `${rounds} trees of depth ${depth}, check: ${total}\n`;
    }
    return out + `long lived tree of depth ${max}, check: ${kept.check()}\n`;
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
