class Vec2 {
    constructor(x, y) {
        this.x = x;
        this.y = y;
    }

    plus(o) {
        return new Vec2(this.x + o.x, this.y + o.y);
    }

    minus(o) {
        return new Vec2(this.x - o.x, this.y - o.y);
    }

    times(k) {
        return new Vec2(this.x * k, this.y * k);
    }

    dot(o) {
        return this.x * o.x + this.y * o.y;
    }
}

class Ball {
    constructor(position, velocity, radius) {
        this.position = position;
        this.velocity = velocity;
        this.radius = radius;
    }
}

class Random {
    constructor(seed) {
        this.seed = seed;
    }

    next() {
        this.seed = this.seed * 16807 % 2147483647;
        return this.seed / 2147483647;
    }
}

// Balls of equal mass in a square box, in cells that are as wide as the largest ball.
class Box {
    constructor(cellCount) {
        this.cellCount = cellCount;
        this.balls = [];
        this.collisions = 0;
        this.cells = [];
        for (let i = 0; i < cellCount * cellCount; i++) this.cells.push([]);
    }

    clamp(i) {
        return Math.max(0, Math.min(i, this.cellCount - 1));
    }

    step(dt) {
        const n = this.cellCount;
        for (const cell of this.cells) cell.length = 0;
        for (const ball of this.balls) {
            this.move(ball, dt);
            const column = this.clamp(Math.trunc(ball.position.x)), row = this.clamp(Math.trunc(ball.position.y));
            this.cells[row * n + column].push(ball);
        }
        for (let row = 0; row < n; row++) {
            for (let column = 0; column < n; column++) this.meetAround(row, column);
        }
    }

    move(ball, dt) {
        const side = this.cellCount;
        ball.position = ball.position.plus(ball.velocity.times(dt));
        const p = ball.position, v = ball.velocity;
        if ((p.x < ball.radius && v.x < 0) || (p.x > side - ball.radius && v.x > 0)) ball.velocity = new Vec2(-v.x, v.y);
        if ((p.y < ball.radius && v.y < 0) || (p.y > side - ball.radius && v.y > 0)) {
            ball.velocity = new Vec2(ball.velocity.x, -v.y);
        }
    }

    // Every pair of neighbouring cells is looked at once: the cell itself and those right and below.
    meetAround(row, column) {
        const n = this.cellCount, cells = this.cells, here = cells[row * n + column];
        for (let i = 0; i < here.length; i++) {
            const ball = here[i];
            for (let j = i + 1; j < here.length; j++) this.meet(ball, here[j]);
            if (column + 1 < n) this.meetAll(ball, cells[row * n + column + 1]);
            if (row + 1 < n) {
                const below = (row + 1) * n + column;
                if (column > 0) this.meetAll(ball, cells[below - 1]);
                this.meetAll(ball, cells[below]);
                if (column + 1 < n) this.meetAll(ball, cells[below + 1]);
            }
        }
    }

    meetAll(ball, others) {
        for (const other of others) this.meet(ball, other);
    }

    meet(a, b) {
        const apart = b.position.minus(a.position);
        const reach = a.radius + b.radius, distance2 = apart.dot(apart);
        if (distance2 >= reach * reach || distance2 === 0) return;
        const normal = apart.times(1 / Math.sqrt(distance2));
        const closing = a.velocity.minus(b.velocity).dot(normal);
        if (closing <= 0) return;
        a.velocity = a.velocity.minus(normal.times(closing));
        b.velocity = b.velocity.plus(normal.times(closing));
        this.collisions++;
    }
}

function workload(small) {
    const box = new Box(small ? 10 : 60);
    const random = new Random(42);
    const side = box.cellCount, count = small ? 60 : 2000, steps = small ? 50 : 4000;
    for (let i = 0; i < count; i++) {
        const position = new Vec2(random.next() * side, random.next() * side);
        const velocity = new Vec2(random.next() * 4 - 2, random.next() * 4 - 2);
        box.balls.push(new Ball(position, velocity, 0.2 + random.next() * 0.3));
    }
    for (let i = 0; i < steps; i++) box.step(0.02);
    let sum = new Vec2(0, 0), energy = 0;
    for (const ball of box.balls) {
        sum = sum.plus(ball.position);
        energy += ball.velocity.dot(ball.velocity);
    }
    const whole = x => Math.trunc(x * 1e6);
    return `${box.collisions} collisions, at ${whole(sum.x)} ${whole(sum.y)}, energy ${whole(energy)}\n`;
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
