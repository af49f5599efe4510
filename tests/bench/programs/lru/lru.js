class Node {
    constructor(key, value) {
        this.key = key;
        this.value = value;
        this.previous = null;
        this.next = null;
    }
}

// The most recently used node comes first in a ring that begins and ends at `ends`.
class Cache {
    constructor(capacity) {
        this.capacity = capacity;
        this.nodes = new Map();
        this.ends = new Node(0, 0);
        this.ends.next = this.ends;
        this.ends.previous = this.ends;
    }

    get(key) {
        const node = this.nodes.get(key);
        if (node === undefined) return undefined;
        this.unlink(node);
        this.linkFirst(node);
        return node.value;
    }

    put(key, value) {
        if (this.nodes.size === this.capacity) {
            const oldest = this.ends.previous;
            this.unlink(oldest);
            this.nodes.delete(oldest.key);
        }
        const node = new Node(key, value);
        this.nodes.set(key, node);
        this.linkFirst(node);
    }

    unlink(node) {
        node.previous.next = node.next;
        node.next.previous = node.previous;
    }

    linkFirst(node) {
        node.previous = this.ends;
        node.next = this.ends.next;
        node.next.previous = node;
        this.ends.next = node;
    }
}

class Random {
    constructor(seed) {
        this.seed = seed;
    }

    next(bound) {
        this.seed = this.seed * 16807 % 2147483647;
        return this.seed % bound;
    }
}

function workload(small) {
    const operations = small ? 20000 : 6000000, range = small ? 1000 : 50000;
    const cache = new Cache(Math.floor(range / 5));
    const random = new Random(42);
    let hits = 0, sum = 0;
    for (let i = 0; i < operations; i++) {
        // Small keys are asked for more often than large ones.
        const key = Math.floor(random.next(range) * random.next(range) / range);
        const found = cache.get(key);
        if (found !== undefined) {
            hits++;
            sum += found;
        } else {
            cache.put(key, key * 3 + i % 7);
        }
    }
    return `${hits} hits of ${operations}, sum ${sum}\n`;
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
