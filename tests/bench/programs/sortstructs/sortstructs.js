class Record {
    constructor(group, score, id) {
        this.group = group;
        this.score = score;
        this.id = id;
    }
}

function makeRecords(count) {
    const records = [];
    let seed = 42;
    for (let i = 0; i < count; i++) {
        seed = seed * 16807 % 2147483647;
        const group = seed % 100;
        seed = seed * 16807 % 2147483647;
        records.push(new Record(group, seed % 100000 / 8, i));
    }
    return records;
}

function byGroup(a, b) {
    if (a.group !== b.group) return a.group - b.group;
    if (a.score !== b.score) return a.score > b.score ? -1 : 1;
    return a.id - b.id;
}

function byScore(a, b) {
    if (a.score !== b.score) return a.score < b.score ? -1 : 1;
    return b.id - a.id;
}

function checksum(records) {
    let sum = 0;
    for (const r of records) sum = (sum * 31 + r.id) % 1000003;
    return sum;
}

function workload(small) {
    const records = makeRecords(small ? 1500 : 300000);
    const grouped = records.slice().sort(byGroup);
    const scored = records.slice().sort(byScore);
    return `${checksum(records)} ${checksum(grouped)} ${checksum(scored)}\n`;
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
