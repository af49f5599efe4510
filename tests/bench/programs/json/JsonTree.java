import java.util.ArrayList;
import java.util.List;

public class JsonTree {
    abstract static class Json {
        abstract void write(StringBuilder out);

        // The sum of all numbers and of the lengths of all texts.
        abstract long measure();
    }

    static final class Null extends Json {
        @Override
        void write(StringBuilder out) { out.append("null"); }

        @Override
        long measure() { return 1; }
    }

    static final class Bool extends Json {
        private final boolean value;

        Bool(boolean value) { this.value = value; }

        @Override
        void write(StringBuilder out) { out.append(value ? "true" : "false"); }

        @Override
        long measure() { return value ? 2 : 3; }
    }

    static final class Number extends Json {
        private final long value;

        Number(long value) { this.value = value; }

        @Override
        void write(StringBuilder out) { out.append(value); }

        @Override
        long measure() { return value; }
    }

    static final class Text extends Json {
        private final String value;

        Text(String value) { this.value = value; }

        @Override
        void write(StringBuilder out) { write(value, out); }

        @Override
        long measure() { return value.length(); }

        static void write(String text, StringBuilder out) {
            out.append('"');
            int from = 0;
            for (int i = 0; i < text.length(); i++) {
                String escape;
                switch (text.charAt(i)) {
                    case '\n': escape = "\\n"; break;
                    case '\t': escape = "\\t"; break;
                    case '"': escape = "\\\""; break;
                    case '\\': escape = "\\\\"; break;
                    default: continue;
                }
                out.append(text, from, i).append(escape);
                from = i + 1;
            }
            out.append(text, from, text.length()).append('"');
        }
    }

    static final class Array extends Json {
        private final List<Json> items;

        Array(List<Json> items) { this.items = items; }

        @Override
        void write(StringBuilder out) {
            out.append('[');
            for (int i = 0; i < items.size(); i++) {
                if (i > 0) out.append(',');
                items.get(i).write(out);
            }
            out.append(']');
        }

        @Override
        long measure() {
            long sum = 0;
            for (Json item : items) sum += item.measure();
            return sum;
        }
    }

    static final class Member {
        final String name;
        final Json value;

        Member(String name, Json value) {
            this.name = name;
            this.value = value;
        }
    }

    static final class Obj extends Json {
        private final List<Member> members;

        Obj(List<Member> members) { this.members = members; }

        @Override
        void write(StringBuilder out) {
            out.append('{');
            for (int i = 0; i < members.size(); i++) {
                if (i > 0) out.append(',');
                Text.write(members.get(i).name, out);
                out.append(':');
                members.get(i).value.write(out);
            }
            out.append('}');
        }

        @Override
        long measure() {
            long sum = 0;
            for (Member member : members) sum += member.name.length() + member.value.measure();
            return sum;
        }
    }

    static final class Parser {
        private final String text;
        private int at;

        Parser(String text) { this.text = text; }

        Json document() {
            Json result = value();
            skipBlanks();
            if (at < text.length()) throw failure("end expected");
            return result;
        }

        private RuntimeException failure(String what) { return new RuntimeException(what + " at " + at); }

        // The next character, or 0 at the end.
        private char peek() { return at < text.length() ? text.charAt(at) : 0; }

        private void skipBlanks() {
            while (true) {
                char c = peek();
                if (c != ' ' && c != '\n' && c != '\r' && c != '\t') return;
                at++;
            }
        }

        private boolean accept(char c) {
            if (peek() != c) return false;
            at++;
            return true;
        }

        private void expect(char c) {
            if (!accept(c)) throw failure(c + " expected");
        }

        private Json word(String name, Json value) {
            if (!text.startsWith(name, at)) throw failure(name + " expected");
            at += name.length();
            return value;
        }

        private Json value() {
            skipBlanks();
            switch (peek()) {
                case '{': return object();
                case '[': return array();
                case '"': return new Text(string());
                case 't': return word("true", new Bool(true));
                case 'f': return word("false", new Bool(false));
                case 'n': return word("null", new Null());
                default: return number();
            }
        }

        private Json object() {
            List<Member> members = new ArrayList<>();
            at++;
            skipBlanks();
            if (accept('}')) return new Obj(members);
            do {
                skipBlanks();
                String name = string();
                skipBlanks();
                expect(':');
                members.add(new Member(name, value()));
                skipBlanks();
            } while (accept(','));
            expect('}');
            return new Obj(members);
        }

        private Json array() {
            List<Json> items = new ArrayList<>();
            at++;
            skipBlanks();
            if (accept(']')) return new Array(items);
            do {
                items.add(value());
                skipBlanks();
            } while (accept(','));
            expect(']');
            return new Array(items);
        }

        private Json number() {
            boolean negative = accept('-');
            int start = at;
            long n = 0;
            for (char c = peek(); c >= '0' && c <= '9'; c = peek()) {
                n = n * 10 + c - '0';
                at++;
            }
            if (at == start) throw failure("value expected");
            return new Number(negative ? -n : n);
        }

        private String string() {
            expect('"');
            int start = at;
            while (true) {
                char c = peek();
                if (c == '"') return text.substring(start, at++);
                if (c == '\\') return escaped(start);
                if (c == 0) throw failure("unfinished string");
                at++;
            }
        }

        // The rest of a string in which there is an escape.
        private String escaped(int start) {
            StringBuilder out = new StringBuilder();
            int from = start;
            while (true) {
                char c = peek();
                if (c == 0) throw failure("unfinished string");
                if (c == '"') {
                    out.append(text, from, at++);
                    return out.toString();
                }
                if (c == '\\') {
                    out.append(text, from, at++);
                    switch (peek()) {
                        case 'n': out.append('\n'); break;
                        case 't': out.append('\t'); break;
                        case '"': out.append('"'); break;
                        case '\\': out.append('\\'); break;
                        default: throw failure("unknown escape");
                    }
                    from = at + 1;
                }
                at++;
            }
        }
    }

    static final class Random {
        private long seed;

        Random(long seed) { this.seed = seed; }

        int next(int bound) {
            seed = seed * 16807 % 2147483647;
            return (int) (seed % bound);
        }

        String word() {
            StringBuilder out = new StringBuilder();
            int length = 3 + next(8);
            for (int i = 0; i < length; i++) out.append((char) ('a' + next(26)));
            return out.toString();
        }
    }

    static Json makeRecord(int i, Random random) {
        List<Json> tags = new ArrayList<>();
        int count = random.next(5);
        for (int k = 0; k < count; k++) tags.add(new Text(random.word()));
        List<Member> position = new ArrayList<>();
        position.add(new Member("x", new Number(random.next(2000) - 1000)));
        position.add(new Member("y", new Number(random.next(2000) - 1000)));
        List<Member> members = new ArrayList<>();
        members.add(new Member("id", new Number(i)));
        members.add(new Member("name", new Text(random.word())));
        members.add(new Member("active", new Bool(random.next(2) == 0)));
        members.add(new Member("parent", i % 3 == 0 ? new Null() : new Number(i / 3)));
        members.add(new Member("tags", new Array(tags)));
        members.add(new Member("position", new Obj(position)));
        String note = i % 5 == 0 ? "a \"quoted\" word,\n\ta back\\slash" : "nothing to be said about this one";
        members.add(new Member("note", new Text(note)));
        return new Obj(members);
    }

    static String textOf(Json value) {
        StringBuilder out = new StringBuilder();
        value.write(out);
        return out.toString();
    }

    static String workload(boolean small) {
        Random random = new Random(42);
        List<Json> records = new ArrayList<>();
        for (int i = 0; i < (small ? 30 : 4000); i++) records.add(makeRecord(i, random));
        String text = textOf(new Array(records));
        long sum = 0;
        int same = 0;
        for (int round = 0; round < (small ? 3 : 45); round++) {
            Json value = new Parser(text).document();
            sum += value.measure();
            if (textOf(value).equals(text)) same++;
        }
        return text.length() + " bytes, sum " + sum + ", " + same + " times the same\n";
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
