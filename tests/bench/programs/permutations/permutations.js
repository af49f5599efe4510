function swap(items, i, j) {
    const t = items[i];
    items[i] = items[j];
    items[j] = t;
}

function permute(items, at, visit) {
    if (at === items.length) {
        visit(items);
        return;
    }
    for (let i = at; i < items.length; i++) {
        swap(items, at, i);
        permute(items, at + 1, visit);
        swap(items, at, i);
    }
}

function workload(small) {
    const n = small ? 6 : 10, rounds = small ? 2 : 6;
    let count = 0, checksum = 0;
    for (let round = 0; round < rounds; round++) {
        const items = [];
        for (let i = 0; i < n; i++) items.push((i + round) % n);
        permute(items, 0, p => {
            count++;
            checksum = (checksum * 31 + p[0] * 7 + p[n - 1]) % 1000003;
        });
    }
    return `${count} permutations, checksum ${checksum}\n`;
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
