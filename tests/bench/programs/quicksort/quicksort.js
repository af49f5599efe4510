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

function main() {
    const count = 1000000;
    const a = new Int32Array(count);
    let seed = 42;
    for (let i = 0; i < count; i++) {
        seed = seed * 16807 % 2147483647;
        a[i] = seed;
    }
    quicksort(a, 0, count - 1);
    for (let i = 1; i < count; i++) {
        if (a[i - 1] > a[i]) console.log(`not sorted at ${i}`);
    }
    let sum = 0;
    for (let i = 0; i < count; i += 1000) sum += a[i];
    console.log(`${a[0]} ${a[count - 1]} ${sum}`);
}

main();
