class Random {
    constructor(seed) {
        this.seed = seed;
    }

    next() {
        this.seed = this.seed * 16807 % 2147483647;
        return this.seed;
    }
}

function workload(small) {
    const count = small ? 3000 : 500000;
    const map = new Map();
    let random = new Random(42);
    for (let i = 0; i < count; i++) {
        const key = random.next();
        map.set(key, i);
        const shared = key % 1000;
        map.set(shared, (map.get(shared) ?? 0) + 1);
    }
    const size = map.size;
    let hits = 0, sum = 0;
    for (let round = 0; round < 3; round++) {
        random = new Random(42);
        for (let i = 0; i < count; i++) {
            const key = random.next();
            sum += map.get(key) ?? 0;
            if (map.has(key + round)) hits++;
        }
    }
    random = new Random(42);
    for (let i = 0; i < count; i++) {
        const key = random.next();
        if (i % 3 === 0) map.delete(key);
    }
    let rest = 0;
    for (const [key, value] of map) rest += key % 1000 + value;
    return `${size} keys, ${hits} hits, sum ${sum}; ${map.size} left, sum ${rest}\n`;
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
