using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Text;

class JsonTree {
    abstract class Json {
        public abstract void Write(StringBuilder target);

        // The sum of all numbers and of the lengths of all texts.
        public abstract long Measure();
    }

    sealed class Null : Json {
        public override void Write(StringBuilder target) { target.Append("null"); }

        public override long Measure() { return 1; }
    }

    sealed class Bool : Json {
        readonly bool value;

        public Bool(bool value) { this.value = value; }

        public override void Write(StringBuilder target) { target.Append(value ? "true" : "false"); }

        public override long Measure() { return value ? 2 : 3; }
    }

    sealed class Number : Json {
        readonly long value;

        public Number(long value) { this.value = value; }

        public override void Write(StringBuilder target) { target.Append(value); }

        public override long Measure() { return value; }
    }

    sealed class Text : Json {
        readonly string value;

        public Text(string value) { this.value = value; }

        public override void Write(StringBuilder target) { Write(value, target); }

        public override long Measure() { return value.Length; }

        public static void Write(string text, StringBuilder target) {
            target.Append('"');
            int from = 0;
            for (int i = 0; i < text.Length; i++) {
                string escape;
                switch (text[i]) {
                    case '\n': escape = "\\n"; break;
                    case '\t': escape = "\\t"; break;
                    case '"': escape = "\\\""; break;
                    case '\\': escape = "\\\\"; break;
                    default: continue;
                }
                target.Append(text, from, i - from).Append(escape);
                from = i + 1;
            }
            target.Append(text, from, text.Length - from).Append('"');
        }
    }

    sealed class Array : Json {
        readonly List<Json> items;

        public Array(List<Json> items) { this.items = items; }

        public override void Write(StringBuilder target) {
            target.Append('[');
            for (int i = 0; i < items.Count; i++) {
                if (i > 0) target.Append(',');
                items[i].Write(target);
            }
            target.Append(']');
        }

        public override long Measure() {
            long sum = 0;
            foreach (Json item in items) sum += item.Measure();
            return sum;
        }
    }

    sealed class Member {
        public readonly string name;
        public readonly Json value;

        public Member(string name, Json value) {
            this.name = name;
            this.value = value;
        }
    }

    sealed class Obj : Json {
        readonly List<Member> members;

        public Obj(List<Member> members) { this.members = members; }

        public override void Write(StringBuilder target) {
            target.Append('{');
            for (int i = 0; i < members.Count; i++) {
                if (i > 0) target.Append(',');
                Text.Write(members[i].name, target);
                target.Append(':');
                members[i].value.Write(target);
            }
            target.Append('}');
        }

        public override long Measure() {
            long sum = 0;
            foreach (Member member in members) sum += member.name.Length + member.value.Measure();
            return sum;
        }
    }

    sealed class Parser {
        readonly string text;
        int at;

        public Parser(string text) { this.text = text; }

        public Json Document() {
            Json result = Value();
            SkipBlanks();
            if (at < text.Length) throw Failure("end expected");
            return result;
        }

        FormatException Failure(string what) { return new FormatException(what + " at " + at); }

        // The next character, or 0 at the end.
        char Peek() { return at < text.Length ? text[at] : '\0'; }

        void SkipBlanks() {
            while (true) {
                char c = Peek();
                if (c != ' ' && c != '\n' && c != '\r' && c != '\t') return;
                at++;
            }
        }

        bool Accept(char c) {
            if (Peek() != c) return false;
            at++;
            return true;
        }

        void Expect(char c) {
            if (!Accept(c)) throw Failure(c + " expected");
        }

        Json Word(string name, Json value) {
            if (string.CompareOrdinal(text, at, name, 0, name.Length) != 0) throw Failure(name + " expected");
            at += name.Length;
            return value;
        }

        Json Value() {
            SkipBlanks();
            switch (Peek()) {
                case '{': return Object();
                case '[': return Array();
                case '"': return new Text(String());
                case 't': return Word("true", new Bool(true));
                case 'f': return Word("false", new Bool(false));
                case 'n': return Word("null", new Null());
                default: return Number();
            }
        }

        Json Object() {
            List<Member> members = new List<Member>();
            at++;
            SkipBlanks();
            if (Accept('}')) return new Obj(members);
            do {
                SkipBlanks();
                string name = String();
                SkipBlanks();
                Expect(':');
                members.Add(new Member(name, Value()));
                SkipBlanks();
            } while (Accept(','));
            Expect('}');
            return new Obj(members);
        }

        Json Array() {
            List<Json> items = new List<Json>();
            at++;
            SkipBlanks();
            if (Accept(']')) return new Array(items);
            do {
                items.Add(Value());
                SkipBlanks();
            } while (Accept(','));
            Expect(']');
            return new Array(items);
        }

        Json Number() {
            bool negative = Accept('-');
            int start = at;
            long n = 0;
            for (char c = Peek(); c >= '0' && c <= '9'; c = Peek()) {
                n = n * 10 + c - '0';
                at++;
            }
            if (at == start) throw Failure("value expected");
            return new Number(negative ? -n : n);
        }

        string String() {
            Expect('"');
            int start = at;
            while (true) {
                char c = Peek();
                if (c == '"') return text.Substring(start, at++ - start);
                if (c == '\\') return Escaped(start);
                if (c == '\0') throw Failure("unfinished string");
                at++;
            }
        }

        // The rest of a string in which there is an escape.
        string Escaped(int start) {
            StringBuilder target = new StringBuilder();
            int from = start;
            while (true) {
                char c = Peek();
                if (c == '\0') throw Failure("unfinished string");
                if (c == '"') {
                    target.Append(text, from, at++ - from);
                    return target.ToString();
                }
                if (c == '\\') {
                    target.Append(text, from, at++ - from);
                    switch (Peek()) {
                        case 'n': target.Append('\n'); break;
                        case 't': target.Append('\t'); break;
                        case '"': target.Append('"'); break;
                        case '\\': target.Append('\\'); break;
                        default: throw Failure("unknown escape");
                    }
                    from = at + 1;
                }
                at++;
            }
        }
    }

    sealed class Random {
        long seed;

        public Random(long seed) { this.seed = seed; }

        public int Next(int bound) {
            seed = seed * 16807 % 2147483647;
            return (int)(seed % bound);
        }

        public string Word() {
            StringBuilder target = new StringBuilder();
            int length = 3 + Next(8);
            for (int i = 0; i < length; i++) target.Append((char)('a' + Next(26)));
            return target.ToString();
        }
    }

    static Json MakeRecord(int i, Random random) {
        List<Json> tags = new List<Json>();
        int count = random.Next(5);
        for (int k = 0; k < count; k++) tags.Add(new Text(random.Word()));
        List<Member> position = new List<Member>();
        position.Add(new Member("x", new Number(random.Next(2000) - 1000)));
        position.Add(new Member("y", new Number(random.Next(2000) - 1000)));
        List<Member> members = new List<Member>();
        members.Add(new Member("id", new Number(i)));
        members.Add(new Member("name", new Text(random.Word())));
        members.Add(new Member("active", new Bool(random.Next(2) == 0)));
        members.Add(new Member("parent", i % 3 == 0 ? (Json)new Null() : new Number(i / 3)));
        members.Add(new Member("tags", new Array(tags)));
        members.Add(new Member("position", new Obj(position)));
        string note = i % 5 == 0 ? "a \"quoted\" word,\n\ta back\\slash" : "nothing to be said about this one";
        members.Add(new Member("note", new Text(note)));
        return new Obj(members);
    }

    static string TextOf(Json value) {
        StringBuilder target = new StringBuilder();
        value.Write(target);
        return target.ToString();
    }

    static string Workload(bool small) {
        Random random = new Random(42);
        List<Json> records = new List<Json>();
        for (int i = 0; i < (small ? 30 : 4000); i++) records.Add(MakeRecord(i, random));
        string text = TextOf(new Array(records));
        long sum = 0;
        int same = 0;
        for (int round = 0; round < (small ? 3 : 45); round++) {
            Json value = new Parser(text).Document();
            sum += value.Measure();
            if (TextOf(value) == text) same++;
        }
        return text.Length + " bytes, sum " + sum + ", " + same + " times the same\n";
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
