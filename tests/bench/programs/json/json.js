class Member {
    constructor(name, value) {
        this.name = name;
        this.value = value;
    }
}

// A value is null, a boolean, a number, a string, an array of values, or one of these.
class Obj {
    constructor(members) {
        this.members = members;
    }
}

class Parser {
    constructor(text) {
        this.text = text;
        this.at = 0;
    }

    document() {
        const result = this.value();
        this.skipBlanks();
        if (this.at < this.text.length) throw this.failure('end expected');
        return result;
    }

    failure(what) {
        return new Error(`${what} at ${this.at}`);
    }

    // The next character's code, or 0 at the end.
    peek() {
        return this.at < this.text.length ? this.text.charCodeAt(this.at) : 0;
    }

    skipBlanks() {
        for (;;) {
            const c = this.peek();
            if (c !== 0x20 && c !== 0x0A && c !== 0x0D && c !== 0x09) return;
            this.at++;
        }
    }

    accept(code) {
        if (this.peek() !== code) return false;
        this.at++;
        return true;
    }

    expect(code) {
        if (!this.accept(code)) throw this.failure(`${String.fromCharCode(code)} expected`);
    }

    word(name, value) {
        if (!this.text.startsWith(name, this.at)) throw this.failure(`${name} expected`);
        this.at += name.length;
        return value;
    }

    value() {
        this.skipBlanks();
        switch (this.peek()) {
            case 0x7B: return this.object();
            case 0x5B: return this.array();
            case 0x22: return this.string();
            case 0x74: return this.word('true', true);
            case 0x66: return this.word('false', false);
            case 0x6E: return this.word('null', null);
            default: return this.number();
        }
    }

    object() {
        const members = [];
        this.at++;
        this.skipBlanks();
        if (this.accept(0x7D)) return new Obj(members);
        do {
            this.skipBlanks();
            const name = this.string();
            this.skipBlanks();
            this.expect(0x3A);
            members.push(new Member(name, this.value()));
            this.skipBlanks();
        } while (this.accept(0x2C));
        this.expect(0x7D);
        return new Obj(members);
    }

    array() {
        const items = [];
        this.at++;
        this.skipBlanks();
        if (this.accept(0x5D)) return items;
        do {
            items.push(this.value());
            this.skipBlanks();
        } while (this.accept(0x2C));
        this.expect(0x5D);
        return items;
    }

    number() {
        const negative = this.accept(0x2D), start = this.at;
        let n = 0;
        for (let c = this.peek(); c >= 48 && c <= 57; c = this.peek()) {
            n = n * 10 + c - 48;
            this.at++;
        }
        if (this.at === start) throw this.failure('value expected');
        return negative ? -n : n;
    }

    string() {
        this.expect(0x22);
        const start = this.at;
        for (;;) {
            const c = this.peek();
            if (c === 0x22) return this.text.slice(start, this.at++);
            if (c === 0x5C) return this.escaped(start);
            if (c === 0) throw this.failure('unfinished string');
            this.at++;
        }
    }

    // The rest of a string in which there is an escape.
    escaped(start) {
        let out = '', from = start;
        for (;;) {
            const c = this.peek();
            if (c === 0) throw this.failure('unfinished string');
            if (c === 0x22) return out + this.text.slice(from, this.at++);
            if (c === 0x5C) {
                out += this.text.slice(from, this.at++);
                switch (this.peek()) {
                    case 0x6E: out += '\n'; break;
                    case 0x74: out += '\t'; break;
                    case 0x22: out += '"'; break;
                    case 0x5C: out += '\\'; break;
                    default: throw this.failure('unknown escape');
                }
                from = this.at + 1;
            }
            this.at++;
        }
    }
}

class Writer {
    constructor() {
        this.out = '';
    }

    write(value) {
        if (value === null) {
            this.out += 'null';
        } else if (value === true) {
            this.out += 'true';
        } else if (value === false) {
            this.out += 'false';
        } else if (typeof value === 'number') {
            this.out += value;
        } else if (typeof value === 'string') {
            this.writeText(value);
        } else if (Array.isArray(value)) {
            this.out += '[';
            for (let i = 0; i < value.length; i++) {
                if (i > 0) this.out += ',';
                this.write(value[i]);
            }
            this.out += ']';
        } else {
            this.out += '{';
            const members = value.members;
            for (let i = 0; i < members.length; i++) {
                if (i > 0) this.out += ',';
                this.writeText(members[i].name);
                this.out += ':';
                this.write(members[i].value);
            }
            this.out += '}';
        }
    }

    writeText(text) {
        this.out += '"';
        let from = 0;
        for (let i = 0; i < text.length; i++) {
            let escape;
            switch (text.charCodeAt(i)) {
                case 0x0A: escape = '\\n'; break;
                case 0x09: escape = '\\t'; break;
                case 0x22: escape = '\\"'; break;
                case 0x5C: escape = '\\\\'; break;
                default: continue;
            }
            this.out += text.slice(from, i) + escape;
            from = i + 1;
        }
        this.out += (from === 0 ? text : text.slice(from)) + '"';
    }
}

// The sum of all numbers and of the lengths of all texts.
function measure(value) {
    if (value === null) return 1;
    if (value === true) return 2;
    if (value === false) return 3;
    if (typeof value === 'number') return value;
    if (typeof value === 'string') return value.length;
    let sum = 0;
    if (Array.isArray(value)) {
        for (const item of value) sum += measure(item);
    } else {
        for (const member of value.members) sum += member.name.length + measure(member.value);
    }
    return sum;
}

class Random {
    constructor(seed) {
        this.seed = seed;
    }

    next(bound) {
        this.seed = this.seed * 16807 % 2147483647;
        return this.seed % bound;
    }

    word() {
        const length = 3 + this.next(8);
        let out = '';
        for (let i = 0; i < length; i++) out += String.fromCharCode(97 + this.next(26));
        return out;
    }
}

function makeRecord(i, random) {
    const tags = [];
    const count = random.next(5);
    for (let k = 0; k < count; k++) tags.push(random.word());
    const position = [];
    position.push(new Member('x', random.next(2000) - 1000));
    position.push(new Member('y', random.next(2000) - 1000));
    const members = [];
    members.push(new Member('id', i));
    members.push(new Member('name', random.word()));
    members.push(new Member('active', random.next(2) === 0));
    members.push(new Member('parent', i % 3 === 0 ? null : Math.floor(i / 3)));
    members.push(new Member('tags', tags));
    members.push(new Member('position', new Obj(position)));
    const note = i % 5 === 0 ? 'a "quoted" word,\n\ta back\\slash' : 'nothing to be said about this one';
    members.push(new Member('note', note));
    return new Obj(members);
}

function textOf(value) {
    const writer = new Writer();
    writer.write(value);
    return writer.out;
}

function workload(small) {
    const random = new Random(42);
    const records = [];
    for (let i = 0; i < (small ? 30 : 4000); i++) records.push(makeRecord(i, random));
    const text = textOf(records);
    let sum = 0, same = 0;
    for (let round = 0; round < (small ? 3 : 45); round++) {
        const value = new Parser(text).document();
        sum += measure(value);
        if (textOf(value) === text) same++;
    }
    return `${text.length} bytes, sum ${sum}, ${same} times the same\n`;
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
