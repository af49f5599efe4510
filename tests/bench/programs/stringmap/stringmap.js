class Random {
    constructor(seed) {
        this.seed = seed;
    }

    next(bound) {
        this.seed = this.seed * 16807 % 2147483647;
        return this.seed % bound;
    }
}

function makeWord(random) {
    const length = 4 + random.next(9);
    let word = '';
    for (let k = 0; k < length; k++) word += String.fromCharCode(97 + random.next(26));
    return word;
}

function workload(small) {
    const count = small ? 500 : 60000, rounds = small ? 5 : 20;
    const random = new Random(42);
    const words = [], missing = [];
    for (let i = 0; i < count; i++) {
        const word = makeWord(random);
        words.push(word);
        missing.push(word + '!');
    }
    const map = new Map();
    let absent = 0;
    for (let round = 0; round < rounds; round++) {
        for (let i = 0; i < count; i++) {
            const word = words[i * 7919 % count];
            map.set(word, (map.get(word) ?? 0) + i % 10);
            if (!map.has(missing[i])) absent++;
        }
    }
    let sum = 0;
    for (const [word, value] of map) sum += word.length * value;
    return `${map.size} words, ${absent} absent, sum ${sum}\n`;
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
