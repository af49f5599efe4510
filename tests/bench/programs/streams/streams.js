// A stream without end is a function that returns its next element.

function naturals() {
    let n = 0;
    return () => ++n;
}

function map(source, f) {
    return () => f(source());
}

function filter(source, keep) {
    return () => {
        let x = source();
        while (!keep(x)) x = source();
        return x;
    };
}

function scan(source, initial, f) {
    let state = initial;
    return () => state = f(state, source());
}

function zip(a, b, f) {
    return () => f(a(), b());
}

function sumOf(source, count) {
    let sum = 0;
    for (let i = 0; i < count; i++) sum += source();
    return sum;
}

function workload(small) {
    const count = small ? 1000 : 100000, rounds = small ? 5 : 100;
    let total = 0;
    for (let round = 0; round < rounds; round++) {
        const residues = map(naturals(), x => x * (round + 3) % 1009);
        const kept = filter(residues, x => x % 3 !== 0);
        const sums = scan(kept, round, (a, x) => (a + x) % 65521);
        const even = filter(naturals(), x => x % 2 === 0);
        total += sumOf(zip(sums, even, (a, b) => a * 2 + b % 7), count);
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
