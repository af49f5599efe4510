const READY = 0, BLOCKED = 1, SLEEPING = 2;

class Message {
    constructor(value) {
        this.value = value;
        this.next = null;
    }
}

class Process {
    constructor(priority) {
        this.priority = priority;
        this.next = null;  // in the queue or list where the process is
        this.status = READY;
        this.wakeAt = 0;
        this.first = null;
        this.last = null;
    }

    put(message) {
        if (this.last === null) this.first = message;
        else this.last.next = message;
        this.last = message;
    }

    take() {
        const message = this.first;
        if (message !== null) {
            this.first = message.next;
            if (this.first === null) this.last = null;
            message.next = null;
        }
        return message;
    }
}

class ReadyQueue {
    constructor() {
        this.first = null;
        this.last = null;
    }

    put(process) {
        process.next = null;
        if (this.last === null) this.first = process;
        else this.last.next = process;
        this.last = process;
    }

    take() {
        const process = this.first;
        if (process !== null) {
            this.first = process.next;
            if (this.first === null) this.last = null;
        }
        return process;
    }
}

class Kernel {
    constructor() {
        this.clock = 0;
        this.idle = 0;
        this.messages = 0;
        this.ready = [new ReadyQueue(), new ReadyQueue(), new ReadyQueue(), new ReadyQueue()];
        this.sleepers = null;
        this.nextWake = Number.MAX_SAFE_INTEGER;
        this.free = null;
    }

    message(value) {
        const used = this.free;
        if (used === null) {
            this.messages++;
            return new Message(value);
        }
        this.free = used.next;
        used.next = null;
        used.value = value;
        return used;
    }

    recycle(message) {
        message.next = this.free;
        this.free = message;
    }

    send(receiver, message) {
        receiver.put(message);
        if (receiver.status === BLOCKED) this.start(receiver);
    }

    start(process) {
        process.status = READY;
        this.ready[process.priority].put(process);
    }

    sleep(process) {
        process.next = this.sleepers;
        this.sleepers = process;
        this.nextWake = Math.min(this.nextWake, process.wakeAt);
    }

    wake() {
        let process = this.sleepers;
        this.sleepers = null;
        this.nextWake = Number.MAX_SAFE_INTEGER;
        while (process !== null) {
            const next = process.next;
            if (process.wakeAt <= this.clock) this.start(process);
            else this.sleep(process);
            process = next;
        }
    }

    pick() {
        for (const queue of this.ready) {
            const process = queue.take();
            if (process !== null) return process;
        }
        return null;
    }

    run(end) {
        while (this.clock < end) {
            this.clock++;
            if (this.clock >= this.nextWake) this.wake();
            const process = this.pick();
            if (process === null) {
                this.idle++;
                continue;
            }
            process.status = process.step(this);
            if (process.status === READY) this.start(process);
            else if (process.status === SLEEPING) this.sleep(process);
        }
    }
}

// Each `step` does a little work and says what the process waits for then.

class Producer extends Process {
    constructor(receiver, seed) {
        super(2);
        this.receiver = receiver;
        this.seed = seed;
        this.sent = 0;
    }

    step(kernel) {
        this.seed = this.seed * 16807 % 2147483647;
        kernel.send(this.receiver, kernel.message(this.seed % 1000));
        this.sent++;
        if (this.sent % 4 !== 0) return READY;
        this.wakeAt = kernel.clock + 20 + this.seed % 7;
        return SLEEPING;
    }
}

class Filter extends Process {
    constructor(even, odd) {
        super(1);
        this.even = even;
        this.odd = odd;
    }

    step(kernel) {
        const message = this.take();
        if (message === null) return BLOCKED;
        message.value = message.value * 3 + 1;
        kernel.send(message.value % 2 === 0 ? this.even : this.odd, message);
        return READY;
    }
}

class Consumer extends Process {
    constructor() {
        super(0);
        this.count = 0;
        this.checksum = 0;
    }

    step(kernel) {
        const message = this.take();
        if (message === null) return BLOCKED;
        this.count++;
        this.checksum = (this.checksum * 31 + message.value) % 1000003;
        kernel.recycle(message);
        return READY;
    }
}

class Worker extends Process {
    constructor(seed) {
        super(3);
        this.seed = seed;
        this.sum = 0;
        this.steps = 0;
    }

    step(kernel) {
        for (let k = 0; k < 4; k++) {
            this.seed = this.seed * 16807 % 2147483647;
            this.sum = (this.sum + this.seed) % 1000003;
        }
        this.steps++;
        if (this.steps % 16 !== 0) return READY;
        this.wakeAt = kernel.clock + 30;
        return SLEEPING;
    }
}

class Monitor extends Process {
    constructor(consumers) {
        super(0);
        this.consumers = consumers;
        this.seen = 0;
    }

    step(kernel) {
        for (const consumer of this.consumers) this.seen = (this.seen + consumer.count) % 1000003;
        this.wakeAt = kernel.clock + 100;
        return SLEEPING;
    }
}

function workload(small) {
    const kernel = new Kernel();
    const consumers = [new Consumer(), new Consumer(), new Consumer()];
    const filters = [new Filter(consumers[0], consumers[1]), new Filter(consumers[1], consumers[2])];
    const workers = [new Worker(7), new Worker(11)];
    const monitor = new Monitor(consumers);
    for (const consumer of consumers) kernel.start(consumer);
    for (const filter of filters) kernel.start(filter);
    for (let i = 0; i < 6; i++) kernel.start(new Producer(filters[i % 2], 42 + i));
    for (const worker of workers) kernel.start(worker);
    kernel.start(monitor);
    kernel.run(small ? 50000 : 24000000);
    let out = '';
    for (const consumer of consumers) out += `${consumer.count} ${consumer.checksum}\n`;
    out += `${kernel.messages} messages, idle ${kernel.idle}, monitor ${monitor.seen}, `;
    return out + `workers ${workers[0].sum} ${workers[1].sum}\n`;
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
