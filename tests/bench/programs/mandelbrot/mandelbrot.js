// How often z = z * z + c can be taken before |z| exceeds 2, up to `limit`.
function iterations(cx, cy, limit) {
    let x = 0, y = 0, i = 0;
    while (i < limit) {
        const xx = x * x, yy = y * y;
        if (xx + yy > 4) break;
        y = 2 * x * y + cy;
        x = xx - yy + cx;
        i++;
    }
    return i;
}

function workload(small) {
    const size = small ? 40 : 1400, limit = small ? 50 : 200;
    let inside = 0, total = 0;
    for (let row = 0; row < size; row++) {
        const cy = 2 * row / size - 1;
        for (let column = 0; column < size; column++) {
            const cx = 3 * column / size - 2;
            const n = iterations(cx, cy, limit);
            total += n;
            if (n === limit) inside++;
        }
    }
    return `${inside} inside, ${total} iterations\n`;
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
