using System;
using System.Diagnostics;
using System.Text;

class Interp {
    const int LOAD = 0, ADD = 1, SUBTRACT = 2, MULTIPLY = 3, REMAINDER = 4, HALVE = 5,
        JUMP = 6, JUMP_EQUAL = 7, JUMP_LESS = 8, GET = 9, PUT = 10, HALT = 11;

    // A register machine with instructions of four numbers: operation, a, b, c.
    sealed class Machine {
        public readonly int[] registers = new int[16];
        public long executed;
        readonly int[] code, memory;

        public Machine(int[] code, int memorySize) {
            this.code = code;
            memory = new int[memorySize];
        }

        public void Run() {
            int[] code = this.code, r = registers;
            int at = 0;
            while (true) {
                int a = code[at + 1], b = code[at + 2], c = code[at + 3];
                int next = at + 4;
                executed++;
                switch (code[at]) {
                    case LOAD: r[a] = b; break;
                    case ADD: r[a] = r[b] + r[c]; break;
                    case SUBTRACT: r[a] = r[b] - r[c]; break;
                    case MULTIPLY: r[a] = r[b] * r[c]; break;
                    case REMAINDER: r[a] = r[b] % r[c]; break;
                    case HALVE: r[a] = r[b] / 2; break;
                    case JUMP: next = a * 4; break;
                    case JUMP_EQUAL: if (r[a] == r[b]) next = c * 4; break;
                    case JUMP_LESS: if (r[a] < r[b]) next = c * 4; break;
                    case GET: r[a] = memory[r[b]]; break;
                    case PUT: memory[r[a]] = r[b]; break;
                    default: return;
                }
                at = next;
            }
        }
    }

    static int[] Program(int limit, int size) {
        return new int[] {
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
        };
    }

    static string Workload(bool small) {
        int limit = small ? 200 : 75000, size = small ? 1000 : 500000;
        StringBuilder text = new StringBuilder();
        for (int round = 0; round < 2; round++) {
            Machine machine = new Machine(Program(limit - round, size - round), size);
            machine.Run();
            text.Append(machine.registers[7] + " steps, " + machine.registers[9] + " primes, " + machine.executed + " executed\n");
        }
        return text.ToString();
    }

    static int Main(string[] args) {
        int rounds = args.Length > 0 ? int.Parse(args[0]) : 1;
        string output = null;
        for (int round = 0; round == 0 || round < rounds; round++) {
            Stopwatch watch = Stopwatch.StartNew();
            string text = Workload(rounds == 0);
            if (args.Length > 0) Console.Error.WriteLine(watch.ElapsedTicks * (1000000000L / Stopwatch.Frequency));
            if (round > 0 && text != output) return 1;
            output = text;
        }
        Console.Write(output);
        return 0;
    }
}
