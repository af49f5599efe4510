const VOCABULARY = 5000;
let seed;

function next(bound) {
    seed = seed * 16807 % 2147483647;
    return seed % bound;
}

function makeText(words) {
    const vocabulary = [];
    for (let i = 0; i < VOCABULARY; i++) {
        const length = 3 + next(8);
        let word = '';
        for (let k = 0; k < length; k++) word += String.fromCharCode(97 + next(26));
        vocabulary.push(word);
    }
    const parts = [];
    for (let i = 0; i < words; i++) {
        const a = next(VOCABULARY), b = next(VOCABULARY);
        parts.push(vocabulary[Math.floor(a * b / VOCABULARY)]);
    }
    return parts.join(' ');
}

function workload(small) {
    seed = 42;
    const text = makeText(small ? 5000 : 500000);
    const counts = new Map();
    for (const word of text.split(' ')) counts.set(word, (counts.get(word) ?? 0) + 1);
    const entries = [...counts.entries()];
    entries.sort((a, b) => a[1] !== b[1] ? b[1] - a[1] : a[0] < b[0] ? -1 : 1);
    let out = `${text.length} bytes, ${entries.length} distinct\n`;
    for (let i = 0; i < 10; i++) out += `${entries[i][0]} ${entries[i][1]}\n`;
    return out;
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
