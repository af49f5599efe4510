using System;
using System.Diagnostics;

class SortStructs {
    struct Record {
        public int Group;
        public double Score;
        public int Id;
    }

    static Record[] MakeRecords(int count) {
        Record[] records = new Record[count];
        long seed = 42;
        for (int i = 0; i < count; i++) {
            seed = seed * 16807 % 2147483647;
            records[i].Group = (int)(seed % 100);
            seed = seed * 16807 % 2147483647;
            records[i].Score = seed % 100000 / 8.0;
            records[i].Id = i;
        }
        return records;
    }

    static int ByGroup(Record a, Record b) {
        if (a.Group != b.Group) return a.Group - b.Group;
        if (a.Score != b.Score) return a.Score > b.Score ? -1 : 1;
        return a.Id - b.Id;
    }

    static int ByScore(Record a, Record b) {
        if (a.Score != b.Score) return a.Score < b.Score ? -1 : 1;
        return b.Id - a.Id;
    }

    static long Checksum(Record[] records) {
        long sum = 0;
        foreach (Record r in records) sum = (sum * 31 + r.Id) % 1000003;
        return sum;
    }

    static string Workload(bool small) {
        Record[] records = MakeRecords(small ? 1500 : 300000);
        Record[] grouped = (Record[])records.Clone();
        Array.Sort(grouped, ByGroup);
        Record[] scored = (Record[])records.Clone();
        Array.Sort(scored, ByScore);
        return Checksum(records) + " " + Checksum(grouped) + " " + Checksum(scored) + "\n";
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
