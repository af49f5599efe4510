function a(i, j) {
    return 1 / ((i + j) * (i + j + 1) / 2 + i + 1);
}

function multiply(v, out) {
    for (let i = 0; i < v.length; i++) {
        let sum = 0;
        for (let j = 0; j < v.length; j++) sum += a(i, j) * v[j];
        out[i] = sum;
    }
}

function multiplyTransposed(v, out) {
    for (let i = 0; i < v.length; i++) {
        let sum = 0;
        for (let j = 0; j < v.length; j++) sum += a(j, i) * v[j];
        out[i] = sum;
    }
}

function multiplyBoth(v, out, spare) {
    multiply(v, spare);
    multiplyTransposed(spare, out);
}

function workload(small) {
    const n = small ? 60 : 2000;
    const u = new Float64Array(n).fill(1), v = new Float64Array(n), spare = new Float64Array(n);
    for (let i = 0; i < 10; i++) {
        multiplyBoth(u, v, spare);
        multiplyBoth(v, u, spare);
    }
    let uv = 0, vv = 0;
    for (let i = 0; i < n; i++) {
        uv += u[i] * v[i];
        vv += v[i] * v[i];
    }
    return `${Math.trunc(Math.sqrt(uv / vv) * 1e9)}\n`;
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
