// How many times the first p[0] elements can be reversed before the first one is 0. `p` is used up.
function flips(p) {
    let count = 0, first = p[0];
    while (first !== 0) {
        for (let low = 1, high = first - 1; low < high; low++, high--) {
            const t = p[low];
            p[low] = p[high];
            p[high] = t;
        }
        const next = p[first];
        p[first] = first;
        first = next;
        count++;
    }
    return count;
}

function workload(small) {
    const n = small ? 7 : 10;
    const order = new Int32Array(n), work = new Int32Array(n), turns = new Int32Array(n);
    for (let i = 0; i < n; i++) order[i] = i;
    let most = 0, checksum = 0, even = true, r = n;
    for (;;) {
        for (; r > 1; r--) turns[r - 1] = r;
        for (let i = 0; i < n; i++) work[i] = order[i];
        const count = flips(work);
        most = Math.max(most, count);
        checksum += even ? count : -count;
        // The next permutation: turn the first r + 1 elements, for the smallest r that has turns left.
        for (;;) {
            if (r === n) return `${checksum}\nmost flips of ${n}: ${most}\n`;
            const first = order[0];
            for (let i = 0; i < r; i++) order[i] = order[i + 1];
            order[r] = first;
            if (--turns[r] > 0) break;
            r++;
        }
        even = !even;
    }
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
