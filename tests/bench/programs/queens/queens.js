class Board {
    constructor(n) {
        this.n = n;
        this.columns = new Array(n).fill(false);
        this.rising = new Array(2 * n).fill(false);
        this.falling = new Array(2 * n).fill(false);
        this.places = new Array(n).fill(0);
        this.solutions = 0;
        this.checksum = 0;
    }

    place(row) {
        const n = this.n;
        if (row === n) {
            this.solutions++;
            this.checksum = (this.checksum * 31 + this.places[0] * n + this.places[n - 1]) % 1000003;
            return;
        }
        for (let column = 0; column < n; column++) {
            const up = row + column, down = row - column + n;
            if (!this.columns[column] && !this.rising[up] && !this.falling[down]) {
                this.columns[column] = this.rising[up] = this.falling[down] = true;
                this.places[row] = column;
                this.place(row + 1);
                this.columns[column] = this.rising[up] = this.falling[down] = false;
            }
        }
    }
}

function workload(small) {
    const board = new Board(small ? 7 : 13);
    board.place(0);
    return `${board.solutions} ways to place ${board.n} queens, checksum ${board.checksum}\n`;
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
