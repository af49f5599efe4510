function quicksort(a, low, high) {
    let i = low, j = high;
    const pivot = a[(low + high) >> 1];
    while (i <= j) {
        while (a[i] < pivot) i++;
        while (a[j] > pivot) j--;
        if (i <= j) {
            const t = a[i];
            a[i] = a[j];
            a[j] = t;
            i++;
            j--;
        }
    }
    if (low < j) quicksort(a, low, j);
    if (i < high) quicksort(a, i, high);
}

function workload(small) {
    const count = small ? 10000 : 1000000;
    const a = new Int32Array(count);
    let seed = 42;
    for (let i = 0; i < count; i++) {
        seed = seed * 16807 % 2147483647;
        a[i] = seed;
    }
    quicksort(a, 0, count - 1);
    for (let i = 1; i < count; i++) {
        if (a[i - 1] > a[i]) throw new Error(`not sorted at ${i}`);
    }
    let sum = 0;
    for (let i = 0; i < count; i += 1000) sum += a[i];
    return `${a[0]} ${a[count - 1]} ${sum}\n`;
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
