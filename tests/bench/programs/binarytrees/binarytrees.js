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

const min = 4, max = 16;
console.log(`stretch tree of depth ${max + 1}, check: ${make(max + 1).check()}`);
const kept = make(max);
for (let depth = min; depth <= max; depth += 2) {
    const rounds = 1 << (max - depth + min);
    let total = 0;
    for (let i = 0; i < rounds; i++) total += make(depth).check();
    console.log(`${rounds} trees of depth ${depth}, check: ${total}`);
}
console.log(`long lived tree of depth ${max}, check: ${kept.check()}`);
