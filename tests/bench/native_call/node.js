// By Node-API.
const library = require(process.argv[2]);

function ints(n) {
    let x = 0;
    for (let i = 0; i < n; i++) x = library.add(x, i);
    return x;
}

function texts(n, text) {
    let result = 0;
    for (let i = 0; i < n; i++) result += library.touch(text);
    return result;
}

const callbacks = n => library.repeat(x => x + 1, n);

const bytes = new Uint8Array(1 << 20);
for (let i = 0; i < bytes.length; i++) bytes[i] = i * 7;
function arrays(n) {
    let result = 0;
    for (let i = 0; i < n; i++) result += library.sum(bytes);
    return result;
}

function measure(name, count, body) {
    let best = 1e18, result = 0;
    for (let round = 0; round < 100; round++) {
        const start = process.hrtime.bigint();
        result = body(count);
        best = Math.min(best, Number(process.hrtime.bigint() - start) / count);
    }
    console.log(`${name} ${best.toFixed(3)} ${result}`);
}

measure("ints", 200000, ints);
measure("string", 50000, n => texts(n, "twenty bytes of text"));
measure("callback", 20000, callbacks);
measure("bytes", 40, arrays);
