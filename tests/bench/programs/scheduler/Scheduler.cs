using System;
using System.Diagnostics;
using System.Text;

class Scheduler {
    enum Status { Ready, Blocked, Sleeping }

    sealed class Message {
        public int value;
        public Message next;

        public Message(int value) { this.value = value; }
    }

    abstract class Process {
        public readonly int priority;
        public Process next;  // in the queue or list where the process is
        public Status status = Status.Ready;
        public int wakeAt;
        Message first, last;

        public Process(int priority) { this.priority = priority; }

        // Does a little work and says what the process waits for then.
        public abstract Status Step(Kernel kernel);

        public void Put(Message message) {
            if (last == null) first = message;
            else last.next = message;
            last = message;
        }

        public Message Take() {
            Message message = first;
            if (message != null) {
                first = message.next;
                if (first == null) last = null;
                message.next = null;
            }
            return message;
        }
    }

    sealed class ReadyQueue {
        Process first, last;

        public void Put(Process process) {
            process.next = null;
            if (last == null) first = process;
            else last.next = process;
            last = process;
        }

        public Process Take() {
            Process process = first;
            if (process != null) {
                first = process.next;
                if (first == null) last = null;
            }
            return process;
        }
    }

    sealed class Kernel {
        public int clock, idle, messages;
        readonly ReadyQueue[] ready = {new ReadyQueue(), new ReadyQueue(), new ReadyQueue(), new ReadyQueue()};
        Process sleepers;
        int nextWake = int.MaxValue;
        Message free;

        public Message Obtain(int value) {
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

        public void Recycle(Message message) {
            message.next = free;
            free = message;
        }

        public void Send(Process receiver, Message message) {
            receiver.Put(message);
            if (receiver.status == Status.Blocked) Start(receiver);
        }

        public void Start(Process process) {
            process.status = Status.Ready;
            ready[process.priority].Put(process);
        }

        void Sleep(Process process) {
            process.next = sleepers;
            sleepers = process;
            nextWake = Math.Min(nextWake, process.wakeAt);
        }

        void Wake() {
            Process process = sleepers;
            sleepers = null;
            nextWake = int.MaxValue;
            while (process != null) {
                Process next = process.next;
                if (process.wakeAt <= clock) Start(process);
                else Sleep(process);
                process = next;
            }
        }

        Process Pick() {
            foreach (ReadyQueue queue in ready) {
                Process process = queue.Take();
                if (process != null) return process;
            }
            return null;
        }

        public void Run(int end) {
            while (clock < end) {
                clock++;
                if (clock >= nextWake) Wake();
                Process process = Pick();
                if (process == null) {
                    idle++;
                    continue;
                }
                process.status = process.Step(this);
                switch (process.status) {
                    case Status.Ready: Start(process); break;
                    case Status.Sleeping: Sleep(process); break;
                    default: break;
                }
            }
        }
    }

    sealed class Producer : Process {
        readonly Process receiver;
        long seed;
        int sent;

        public Producer(Process receiver, long seed) : base(2) {
            this.receiver = receiver;
            this.seed = seed;
        }

        public override Status Step(Kernel kernel) {
            seed = seed * 16807 % 2147483647;
            kernel.Send(receiver, kernel.Obtain((int)(seed % 1000)));
            sent++;
            if (sent % 4 != 0) return Status.Ready;
            wakeAt = kernel.clock + 20 + (int)(seed % 7);
            return Status.Sleeping;
        }
    }

    sealed class Filter : Process {
        readonly Process even, odd;

        public Filter(Process even, Process odd) : base(1) {
            this.even = even;
            this.odd = odd;
        }

        public override Status Step(Kernel kernel) {
            Message message = Take();
            if (message == null) return Status.Blocked;
            message.value = message.value * 3 + 1;
            kernel.Send(message.value % 2 == 0 ? even : odd, message);
            return Status.Ready;
        }
    }

    sealed class Consumer : Process {
        public int count, checksum;

        public Consumer() : base(0) { }

        public override Status Step(Kernel kernel) {
            Message message = Take();
            if (message == null) return Status.Blocked;
            count++;
            checksum = (checksum * 31 + message.value) % 1000003;
            kernel.Recycle(message);
            return Status.Ready;
        }
    }

    sealed class Worker : Process {
        public long sum;
        long seed;
        int steps;

        public Worker(long seed) : base(3) {
            this.seed = seed;
        }

        public override Status Step(Kernel kernel) {
            for (int k = 0; k < 4; k++) {
                seed = seed * 16807 % 2147483647;
                sum = (sum + seed) % 1000003;
            }
            steps++;
            if (steps % 16 != 0) return Status.Ready;
            wakeAt = kernel.clock + 30;
            return Status.Sleeping;
        }
    }

    sealed class Monitor : Process {
        readonly Consumer[] consumers;
        public int seen;

        public Monitor(Consumer[] consumers) : base(0) {
            this.consumers = consumers;
        }

        public override Status Step(Kernel kernel) {
            foreach (Consumer consumer in consumers) seen = (seen + consumer.count) % 1000003;
            wakeAt = kernel.clock + 100;
            return Status.Sleeping;
        }
    }

    static string Workload(bool small) {
        Kernel kernel = new Kernel();
        Consumer[] consumers = {new Consumer(), new Consumer(), new Consumer()};
        Filter[] filters = {new Filter(consumers[0], consumers[1]), new Filter(consumers[1], consumers[2])};
        Worker[] workers = {new Worker(7), new Worker(11)};
        Monitor monitor = new Monitor(consumers);
        foreach (Consumer consumer in consumers) kernel.Start(consumer);
        foreach (Filter filter in filters) kernel.Start(filter);
        for (int i = 0; i < 6; i++) kernel.Start(new Producer(filters[i % 2], 42 + i));
        foreach (Worker worker in workers) kernel.Start(worker);
        kernel.Start(monitor);
        kernel.Run(small ? 50000 : 24000000);
        StringBuilder text = new StringBuilder();
        foreach (Consumer consumer in consumers) text.Append(consumer.count + " " + consumer.checksum + "\n");
        text.Append(kernel.messages + " messages, idle " + kernel.idle + ", monitor " + monitor.seen + ", ");
        return text.Append("workers " + workers[0].sum + " " + workers[1].sum + "\n").ToString();
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
