function sieve(n) {
    const composite = new Uint8Array(n + 1);
    let count = 0;
    for (let i = 2; i <= n; i++) {
        if (composite[i] === 0) {
            count++;
            for (let j = i * i; j <= n; j += i) composite[j] = 1;
        }
    }
    return count;
}

function workload(small) {
    let out = '';
    for (let round = 0; round < 3; round++) out += `${sieve((small ? 50000 : 5000000) + round)}\n`;
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
