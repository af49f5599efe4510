class Shape {
    cost(i) {
        return 0;
    }
}

class Square extends Shape {
    constructor(side) {
        super();
        this.side = side;
    }

    cost(i) {
        return this.side * this.side + i;
    }
}

class Rectangle extends Shape {
    constructor(width, height) {
        super();
        this.width = width;
        this.height = height;
    }

    cost(i) {
        return this.width * this.height - i;
    }
}

class Frame extends Shape {
    constructor(width, height) {
        super();
        this.width = width;
        this.height = height;
    }

    cost(i) {
        return this.width + this.height + i + i;
    }
}

function workload(small) {
    const rounds = small ? 200 : 20000;
    const shapes = [];
    let seed = 42;
    for (let i = 0; i < 1000; i++) {
        seed = seed * 16807 % 2147483647;
        const kind = seed % 3, size = seed % 100;
        shapes.push(kind === 0 ? new Square(size) : kind === 1 ? new Rectangle(size, size + 1) : new Frame(size, size + 1));
    }
    let total = 0;
    for (let round = 0; round < rounds; round++) {
        for (let i = 0; i < shapes.length; i++) total += shapes[i].cost(round);
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
