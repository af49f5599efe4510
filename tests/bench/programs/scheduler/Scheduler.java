public class Scheduler {
    enum Status { READY, BLOCKED, SLEEPING }

    static final class Message {
        int value;
        Message next;

        Message(int value) { this.value = value; }
    }

    abstract static class Process {
        final int priority;
        Process next;  // in the queue or list where the process is
        Status status = Status.READY;
        int wakeAt;
        private Message first, last;

        Process(int priority) { this.priority = priority; }

        // Does a little work and says what the process waits for then.
        abstract Status step(Kernel kernel);

        void put(Message message) {
            if (last == null) first = message;
            else last.next = message;
            last = message;
        }

        Message take() {
            Message message = first;
            if (message != null) {
                first = message.next;
                if (first == null) last = null;
                message.next = null;
            }
            return message;
        }
    }

    static final class ReadyQueue {
        private Process first, last;

        void put(Process process) {
            process.next = null;
            if (last == null) first = process;
            else last.next = process;
            last = process;
        }

        Process take() {
            Process process = first;
            if (process != null) {
                first = process.next;
                if (first == null) last = null;
            }
            return process;
        }
    }

    static final class Kernel {
        int clock, idle, messages;
        private final ReadyQueue[] ready = {new ReadyQueue(), new ReadyQueue(), new ReadyQueue(), new ReadyQueue()};
        private Process sleepers;
        private int nextWake = Integer.MAX_VALUE;
        private Message free;

        Message message(int value) {
            Message used = free;
            if (used == null) {
                messages++;
                return new Message(value);
            }
            free = used.next;
            used.next = null;
            used.value = value;
            return used;
        }

        void recycle(Message message) {
            message.next = free;
            free = message;
        }

        void send(Process receiver, Message message) {
            receiver.put(message);
            if (receiver.status == Status.BLOCKED) start(receiver);
        }

        void start(Process process) {
            process.status = Status.READY;
            ready[process.priority].put(process);
        }

        private void sleep(Process process) {
            process.next = sleepers;
            sleepers = process;
            nextWake = Math.min(nextWake, process.wakeAt);
        }

        private void wake() {
            Process process = sleepers;
            sleepers = null;
            nextWake = Integer.MAX_VALUE;
            while (process != null) {
                Process next = process.next;
                if (process.wakeAt <= clock) start(process);
                else sleep(process);
                process = next;
            }
        }

        private Process pick() {
            for (ReadyQueue queue : ready) {
                Process process = queue.take();
                if (process != null) return process;
            }
            return null;
        }

        void run(int end) {
            while (clock < end) {
                clock++;
                if (clock >= nextWake) wake();
                Process process = pick();
                if (process == null) {
                    idle++;
                    continue;
                }
                process.status = process.step(this);
                switch (process.status) {
                    case READY: start(process); break;
                    case SLEEPING: sleep(process); break;
                    default: break;
                }
            }
        }
    }

    static final class Producer extends Process {
        private final Process receiver;
        private long seed;
        private int sent;

        Producer(Process receiver, long seed) {
            super(2);
            this.receiver = receiver;
            this.seed = seed;
        }

        @Override
        Status step(Kernel kernel) {
            seed = seed * 16807 % 2147483647;
            kernel.send(receiver, kernel.message((int) (seed % 1000)));
            sent++;
            if (sent % 4 != 0) return Status.READY;
            wakeAt = kernel.clock + 20 + (int) (seed % 7);
            return Status.SLEEPING;
        }
    }

    static final class Filter extends Process {
        private final Process even, odd;

        Filter(Process even, Process odd) {
            super(1);
            this.even = even;
            this.odd = odd;
        }

        @Override
        Status step(Kernel kernel) {
            Message message = take();
            if (message == null) return Status.BLOCKED;
            message.value = message.value * 3 + 1;
            kernel.send(message.value % 2 == 0 ? even : odd, message);
            return Status.READY;
        }
    }

    static final class Consumer extends Process {
        int count, checksum;

        Consumer() { super(0); }

        @Override
        Status step(Kernel kernel) {
            Message message = take();
            if (message == null) return Status.BLOCKED;
            count++;
            checksum = (checksum * 31 + message.value) % 1000003;
            kernel.recycle(message);
            return Status.READY;
        }
    }

    static final class Worker extends Process {
        long sum;
        private long seed;
        private int steps;

        Worker(long seed) {
            super(3);
            this.seed = seed;
        }

        @Override
        Status step(Kernel kernel) {
            for (int k = 0; k < 4; k++) {
                seed = seed * 16807 % 2147483647;
                sum = (sum + seed) % 1000003;
            }
            steps++;
            if (steps % 16 != 0) return Status.READY;
            wakeAt = kernel.clock + 30;
            return Status.SLEEPING;
        }
    }

    static final class Monitor extends Process {
        private final Consumer[] consumers;
        int seen;

        Monitor(Consumer[] consumers) {
            super(0);
            this.consumers = consumers;
        }

        @Override
        Status step(Kernel kernel) {
            for (Consumer consumer : consumers) seen = (seen + consumer.count) % 1000003;
            wakeAt = kernel.clock + 100;
            return Status.SLEEPING;
        }
    }

    static String workload(boolean small) {
        Kernel kernel = new Kernel();
        Consumer[] consumers = {new Consumer(), new Consumer(), new Consumer()};
        Filter[] filters = {new Filter(consumers[0], consumers[1]), new Filter(consumers[1], consumers[2])};
        Worker[] workers = {new Worker(7), new Worker(11)};
        Monitor monitor = new Monitor(consumers);
        for (Consumer consumer : consumers) kernel.start(consumer);
        for (Filter filter : filters) kernel.start(filter);
        for (int i = 0; i < 6; i++) kernel.start(new Producer(filters[i % 2], 42 + i));
        for (Worker worker : workers) kernel.start(worker);
        kernel.start(monitor);
        kernel.run(small ? 50000 : 24000000);
        StringBuilder out = new StringBuilder();
        for (Consumer consumer : consumers) out.append(consumer.count + " " + consumer.checksum + "\n");
        out.append(kernel.messages + " messages, idle " + kernel.idle + ", monitor " + monitor.seen + ", ");
        return out.append("workers " + workers[0].sum + " " + workers[1].sum + "\n").toString();
    }

    public static void main(String[] args) {
        int rounds = args.length > 0 ? Integer.parseInt(args[0]) : 1;
        String output = null;
        for (int round = 0; round == 0 || round < rounds; round++) {
            long start = System.nanoTime();
            String text = workload(rounds == 0);
            if (args.length > 0) System.err.println(System.nanoTime() - start);
            if (round > 0 && !text.equals(output)) System.exit(1);
            output = text;
        }
        System.out.print(output);
    }
}
