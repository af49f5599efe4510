function makeLog(lines) {
    const levels = ['INFO', 'WARN', 'DEBUG', 'ERROR'];
    const parts = ['home', 'static', 'images', 'api', 'users', 'index'];
    let out = '';
    let seed = 42;
    for (let i = 0; i < lines; i++) {
        seed = seed * 16807 % 2147483647;
        out += `${10 + seed % 13}:${10 + seed % 49}:${10 + seed % 47} ${levels[seed % 7 % 4]} user=u${seed % 5000}`;
        out += ` bytes=${seed % 100000} path=`;
        for (let k = 0; k < 1 + seed % 4; k++) out += '/' + parts[(seed + k) % 6];
        out += '\n';
    }
    return out;
}

class Scanner {
    constructor(text) {
        this.text = text;
        this.at = 0;
        this.slashes = 0;  // in the last path
    }

    get isAtEnd() {
        return this.at >= this.text.length;
    }

    skip(count) {
        this.at += count;
    }

    number() {
        const text = this.text;
        let n = 0;
        for (; this.at < text.length; this.at++) {
            const c = text.charCodeAt(this.at);
            if (c < 48 || c > 57) break;
            n = n * 10 + c - 48;
        }
        return n;
    }

    // A run of letters.
    word() {
        const text = this.text, start = this.at;
        for (; this.at < text.length; this.at++) {
            const c = text.charCodeAt(this.at) | 32;
            if (c < 97 || c > 122) break;
        }
        return text.slice(start, this.at);
    }

    // To the end of the line: how long that is; how many slashes there are is in `slashes`.
    path() {
        const text = this.text, start = this.at;
        this.slashes = 0;
        for (; this.at < text.length; this.at++) {
            const c = text.charCodeAt(this.at);
            if (c === 10) break;
            if (c === 47) this.slashes++;
        }
        return this.at - start;
    }
}

function scan(text, found) {
    const scanner = new Scanner(text);
    while (!scanner.isAtEnd) {
        found.lines++;
        const hours = scanner.number();
        scanner.skip(1);
        const minutes = scanner.number();
        scanner.skip(1);
        found.seconds = (found.seconds + (hours * 60 + minutes) * 60 + scanner.number()) % 1000003;
        scanner.skip(1);
        const level = scanner.word();
        if (level === 'WARN') found.warnings++;
        else if (level === 'ERROR') found.errors++;
        scanner.skip(7);  // " user=u"
        found.users = (found.users + scanner.number()) % 1000003;
        scanner.skip(7);  // " bytes="
        found.bytes += scanner.number();
        scanner.skip(6);  // " path="
        found.longest = Math.max(found.longest, scanner.path());
        found.slashes += scanner.slashes;
        scanner.skip(1);
    }
}

function workload(small) {
    const text = makeLog(small ? 200 : 40000);
    const f = {lines: 0, seconds: 0, warnings: 0, errors: 0, users: 0, bytes: 0, slashes: 0, longest: 0};
    for (let round = 0; round < (small ? 5 : 110); round++) scan(text, f);
    return `${text.length} bytes: ${f.lines} ${f.seconds} ${f.warnings} ${f.errors} ` +
        `${f.users} ${f.bytes} ${f.slashes} ${f.longest}\n`;
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
