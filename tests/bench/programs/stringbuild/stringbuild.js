function report(lines, names) {
    let out = '';
    for (let i = 0; i < lines; i++) {
        out += 'item ' + i + ': ' + names[i % names.length] + ' ' + i * 7919 % 100000 + '\n';
    }
    return out;
}

function workload(small) {
    const names = ['alpha', 'beta', 'gamma', 'delta', 'epsilon', 'zeta', 'eta', 'theta', 'iota', 'kappa'];
    const lines = small ? 500 : 200000, rounds = small ? 3 : 10;
    let bytes = 0, checksum = 0;
    for (let round = 0; round < rounds; round++) {
        const text = report(lines + round, names);
        bytes += text.length;
        for (let at = round; at < text.length; at += 97) checksum += text.charCodeAt(at);
    }
    return `${bytes} bytes, checksum ${checksum}\n`;
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
