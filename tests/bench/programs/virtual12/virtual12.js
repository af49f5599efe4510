class Node {
    constructor(a, b) {
        this.a = a;
        this.b = b;
    }
}

class Constant extends Node {
    value() {
        return this.a;
    }
}

class Sum extends Node {
    value(i) {
        return this.a + this.b + i;
    }
}

class Difference extends Node {
    value(i) {
        return this.a - this.b + i;
    }
}

class Product extends Node {
    value(i) {
        return this.a * this.b - i;
    }
}

class Scaled extends Node {
    value(i) {
        return this.a * i;
    }
}

class Offset extends Node {
    value(i) {
        return i - this.a;
    }
}

class Greater extends Node {
    value(i) {
        return i > this.a ? i : this.a;
    }
}

class Smaller extends Node {
    value(i) {
        return i < this.b ? i : this.b;
    }
}

class Square extends Node {
    value(i) {
        return this.a * this.a + i;
    }
}

class Mixed extends Node {
    value(i) {
        return this.a * 3 + this.b * 5 - i;
    }
}

class Counter extends Node {
    constructor(a, b) {
        super(a, b);
        this.count = 0;
    }

    value(i) {
        return ++this.count;
    }
}

class Toggle extends Node {
    constructor(a, b) {
        super(a, b);
        this.on = false;
    }

    value(i) {
        this.on = !this.on;
        return this.on ? this.a : this.b;
    }
}

const classes = [Constant, Sum, Difference, Product, Scaled, Offset, Greater,
    Smaller, Square, Mixed, Counter, Toggle];

function workload(small) {
    const rounds = small ? 200 : 80000;
    const nodes = [];
    let seed = 42, total = 0;
    for (let i = 0; i < 1000; i++) {
        seed = seed * 16807 % 2147483647;
        nodes.push(new classes[seed % 12](seed % 100, seed % 77));
    }
    for (let round = 0; round < rounds; round++) {
        for (let i = 0; i < nodes.length; i++) total += nodes[i].value(round);
    }
    return `${total}\n`;
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
