const LOAD = 0, ADD = 1, SUBTRACT = 2, MULTIPLY = 3, REMAINDER = 4, HALVE = 5,
    JUMP = 6, JUMP_EQUAL = 7, JUMP_LESS = 8, GET = 9, PUT = 10, HALT = 11;

// A register machine with instructions of four numbers: operation, a, b, c.
class Machine {
    constructor(code, memorySize) {
        this.code = code;
        this.registers = new Int32Array(16);
        this.memory = new Int32Array(memorySize);
        this.executed = 0;
    }

    run() {
        const code = this.code, r = this.registers, memory = this.memory;
        let at = 0;
        for (;;) {
            const a = code[at + 1], b = code[at + 2], c = code[at + 3];
            let next = at + 4;
            this.executed++;
            switch (code[at]) {
                case LOAD: r[a] = b; break;
                case ADD: r[a] = r[b] + r[c]; break;
                case SUBTRACT: r[a] = r[b] - r[c]; break;
                case MULTIPLY: r[a] = r[b] * r[c]; break;
                case REMAINDER: r[a] = r[b] % r[c]; break;
                case HALVE: r[a] = r[b] / 2; break;
                case JUMP: next = a * 4; break;
                case JUMP_EQUAL: if (r[a] === r[b]) next = c * 4; break;
                case JUMP_LESS: if (r[a] < r[b]) next = c * 4; break;
                case GET: r[a] = memory[r[b]]; break;
                case PUT: memory[r[a]] = r[b]; break;
                default: return;
            }
            at = next;
        }
    }
}

function program(limit, size) {
    return new Int32Array([
        LOAD, 0, 0, 0,                    //  0 zero
        LOAD, 1, 1, 0,                    //  1 one
        LOAD, 2, 2, 0,                    //  2 two
        LOAD, 3, 3, 0,                    //  3 three
        LOAD, 4, 1, 0,                    //  4 n = 1
        LOAD, 5, limit, 0,                //  5
        LOAD, 7, 0, 0,                    //  6 steps = 0
        ADD, 6, 4, 0,                     //  7 x = n
        JUMP_EQUAL, 6, 1, 17,             //  8 while x != 1
        ADD, 7, 7, 1,                     //  9 steps += 1
        REMAINDER, 8, 6, 2,               // 10
        JUMP_EQUAL, 8, 0, 15,             // 11 if x is odd
        MULTIPLY, 6, 6, 3,                // 12 x = 3 * x + 1
        ADD, 6, 6, 1,                     // 13
        JUMP, 8, 0, 0,                    // 14
        HALVE, 6, 6, 0,                   // 15 else x = x / 2
        JUMP, 8, 0, 0,                    // 16
        ADD, 4, 4, 1,                     // 17 n += 1
        JUMP_LESS, 4, 5, 7,               // 18
        LOAD, 4, 2, 0,                    // 19 the sieve: i = 2
        LOAD, 5, size, 0,                 // 20
        LOAD, 9, 0, 0,                    // 21 primes = 0
        GET, 8, 4, 0,                     // 22
        JUMP_EQUAL, 8, 1, 31,             // 23 if memory[i] == 0
        ADD, 9, 9, 1,                     // 24 primes += 1
        ADD, 6, 4, 4,                     // 25 j = 2 * i
        JUMP_LESS, 6, 5, 28,              // 26 while j < size
        JUMP, 31, 0, 0,                   // 27
        PUT, 6, 1, 0,                     // 28 memory[j] = 1
        ADD, 6, 6, 4,                     // 29 j += i
        JUMP, 26, 0, 0,                   // 30
        ADD, 4, 4, 1,                     // 31 i += 1
        JUMP_LESS, 4, 5, 22,              // 32
        HALT, 0, 0, 0,                    // 33
    ]);
}

function workload(small) {
    const limit = small ? 200 : 75000, size = small ? 1000 : 500000;
    let out = '';
    for (let round = 0; round < 2; round++) {
        const machine = new Machine(program(limit - round, size - round), size);
        machine.run();
        out += `${machine.registers[7]} steps, ${machine.registers[9]} primes, ${machine.executed} executed\n`;
    }
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
