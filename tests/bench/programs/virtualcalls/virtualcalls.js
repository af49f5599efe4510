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

const shapes = [];
let seed = 42;
for (let i = 0; i < 1000; i++) {
    seed = seed * 16807 % 2147483647;
    const kind = seed % 3, size = seed % 100;
    shapes.push(kind === 0 ? new Square(size) : kind === 1 ? new Rectangle(size, size + 1) : new Frame(size, size + 1));
}

function sum(shapes) {
    let total = 0;
    for (let round = 0; round < 20000; round++) {
        for (let i = 0; i < shapes.length; i++) total += shapes[i].cost(round);
    }
    return total;
}

console.log(sum(shapes));
