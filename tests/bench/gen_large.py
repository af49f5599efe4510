#!/usr/bin/env python3
"""A program of some 10,000 lines in Skua, Java and C#, to measure compilers with.

The three are the same program: interfaces, a class hierarchy, value types with operators, a
generic container, closures, strings, maps, pattern matching, errors, and arithmetic functions
that differ from unit to unit. Running any of them prints the same checksum.

    gen_large.py skua|java|cs FOLDER [UNITS]      writes it and says where
"""
import os
import random
import sys

UNITS = 58


class Writer:
    """Lines with indentation, and the words in which the languages differ."""

    def __init__(self, language):
        self.language = language
        self.lines = []
        self.depth = 0

    def __call__(self, text=""):
        self.lines.append("    " * self.depth + text if text else "")

    def open(self, text):
        self(text + " {")
        self.depth += 1

    def close(self, text="}"):
        self.depth -= 1
        self(text)

    def orelse(self):
        self.depth -= 1
        self("} else {")
        self.depth += 1

    def pick(self, skua, java, cs):
        return {"skua": skua, "java": java, "cs": cs}[self.language]

    # -- statements that all three have

    def let(self, name, value):
        self(self.pick(f"let {name} = {value}", f"final long {name} = {value};", f"long {name} = {value};"))

    def var(self, name, value):
        self(self.pick(f"var {name} = {value}", f"long {name} = {value};", f"long {name} = {value};"))

    def do(self, text):
        self(text + self.pick("", ";", ";"))

    def If(self, condition):
        self.open(self.pick(f"if {condition}", f"if ({condition})", f"if ({condition})"))

    def While(self, condition):
        self.open(self.pick(f"while {condition}", f"while ({condition})", f"while ({condition})"))

    def count(self, name, low, high):
        loop = f"for (long {name} = {low}; {name} < {high}; {name}++)"
        self.open(self.pick(f"for {name} in {low}..{high}", loop, loop))

    def function(self, name, params, result="int", static=True):
        types = {"int": "long", "string": self.pick("", "String", "string"), "bool": self.pick("", "boolean", "bool")}
        if self.language == "skua":
            listed = ", ".join(f"{p}: {t}" for p, t in params)
            self.open(f"fn {name}({listed}): {result}")
        else:
            listed = ", ".join(f"{types.get(t, t)} {p}" for p, t in params)
            word = "static " if static else ""
            self.open(f"public {word}{types.get(result, result)} {name}({listed})")


# ---- expressions of integers, alike in all three --------------------------------------------------

def expression(rng, names, depth):
    if depth == 0 or rng.random() < 0.15:
        return rng.choice(names) if rng.random() < 0.7 else str(rng.randint(1, 999))
    left = expression(rng, names, depth - 1)
    operator = rng.choice(["+", "-", "*", "+", "&", "^", "|", "%", "/"])
    if operator in ("%", "/"):
        return f"({left} {operator} {rng.randint(2, 97)})"
    return f"({left} {operator} {expression(rng, names, depth - 1)})"


def condition(rng, names):
    operator = rng.choice(["<", ">", "<=", ">=", "==", "!="])
    simple = f"{rng.choice(names)} {operator} {rng.randint(1, 99)} + {rng.choice(names)}"
    if rng.random() < 0.3:
        simple += f" {rng.choice(['&&', '||'])} {rng.choice(names)} {rng.choice(['<', '>'])} {rng.randint(0, 500)}"
    return simple


def arithmetic(w, rng, name):
    w.function(name, [("a", "int"), ("b", "int"), ("c", "int")])
    names = ["a", "b", "c"]
    temporaries = [f"t{i}" for i in range(rng.randint(2, 3))]
    for t in temporaries:
        w.let(t, expression(rng, names, 2))
        names.append(t)
    w.var("sum", expression(rng, names, 1))
    kind = rng.randint(0, 2)
    if kind == 0:
        w.count("i", 0, rng.randint(3, 9))
        w.do(f"sum = (sum * 31 + i + {expression(rng, names, 2)}) % 1000003")
        w.close()
    elif kind == 1:
        w.var("left", str(rng.randint(3, 12)))
        w.While("left > 0")
        w.If(condition(rng, names + ["sum"]))
        w.do(f"sum += {expression(rng, names + ['left'], 1)}")
        w.orelse()
        w.do(f"sum = sum / 3 - {expression(rng, names + ['left'], 1)}")
        w.close()
        w.do("left -= 1")
        w.close()
    else:
        w.If(condition(rng, names))
        w.do(f"sum ^= {expression(rng, names, 2)}")
        w.orelse()
        w.do(f"sum -= {expression(rng, names, 2)}")
        w.close()
    w.do(f"return (sum + a - b + c + {' + '.join(temporaries)}) % 1000003")
    w.close()
    w()


# ---- one unit: some 175 lines ----------------------------------------------------------------------------

def shapes(w, u, rng):
    width, height, factor = rng.randint(2, 9), rng.randint(2, 9), rng.randint(2, 5)
    if w.language == "skua":
        w.open(f"interface Shape{u}")
        w("fn area(): int")
        w(f'fn label(): string = "shape {u} of ${{area()}}"')
        w.close()
        w()
        w.open(f"open class Rect{u}(let width: int, let height: int) : Shape{u}")
        w("open fn area(): int = width * height")
        w(f"fn scaled(by: int): Rect{u} = Rect{u}(width * by, height * by)")
        w("open fn corners(): int = 4")
        w.close()
        w()
        w.open(f"class Square{u}(side: int, let name: string) : Rect{u}(side, side)")
        w(f"override fn area(): int = width * width + {factor}")
        w("override fn corners(): int = name.len")
        w.close()
        w()
        w.open(f"class Disc{u}(let radius: int) : Shape{u}")
        w("fn area(): int = radius * radius * 355 / 113")
        w(f'fn label(): string = "disc ${{radius}}"')
        w.close()
        w()
        w.open(f"fn measure{u}(shapes: [Shape{u}]): int")
        w("var total = 0")
        w.open("for s in shapes")
        w("total += s.area() + s.label().len")
        w.open(f"if s is Square{u}")
        w("total += s.corners()")
        w.close()
        w.close()
        w("return total")
        w.close()
    else:
        java = w.language == "java"
        text = "String" if java else "string"
        length = ".length()" if java else ".Length"
        w.open(f"interface Shape{u}")
        w("long area();")
        if java:
            w(f'default String label() {{ return "shape {u} of " + area(); }}')
        else:
            w("string label();")
        w.close()
        w()
        w.open(f"class Rect{u} " + ("implements" if java else ":") + f" Shape{u}")
        w(f"public {'final' if java else 'readonly'} long width, height;")
        w(f"public Rect{u}(long width, long height) {{ this.width = width; this.height = height; }}")
        w(f"public {'' if java else 'virtual '}long area() {{ return width * height; }}")
        w(f"public Rect{u} scaled(long by) {{ return new Rect{u}(width * by, height * by); }}")
        w(f"public {'' if java else 'virtual '}long corners() {{ return 4; }}")
        if not java:
            w(f'public string label() {{ return "shape {u} of " + area(); }}')
        w.close()
        w()
        w.open(f"class Square{u} " + ("extends" if java else ":") + f" Rect{u}")
        w(f"public {'final' if java else 'readonly'} {text} name;")
        if java:
            w(f"public Square{u}(long side, String name) {{ super(side, side); this.name = name; }}")
            w("@Override")
        else:
            w(f"public Square{u}(long side, string name) : base(side, side) {{ this.name = name; }}")
        over = "" if java else "override "
        w(f"public {over}long area() {{ return width * width + {factor}; }}")
        w(f"public {over}long corners() {{ return name{length}; }}")
        w.close()
        w()
        w.open(f"class Disc{u} " + ("implements" if java else ":") + f" Shape{u}")
        w(f"public {'final' if java else 'readonly'} long radius;")
        w(f"public Disc{u}(long radius) {{ this.radius = radius; }}")
        w("public long area() { return radius * radius * 355 / 113; }")
        w(f'public {text} label() {{ return "disc " + radius; }}')
        w.close()
        w()
        w.open(f"{'final' if java else 'static'} class Measure{u}")
        w.open(f"public static long measure{u}(Shape{u}[] shapes)")
        w("long total = 0;")
        w.open(f"for (Shape{u} s : shapes)" if java else f"foreach (Shape{u} s in shapes)")
        w(f"total += s.area() + s.label(){length};")
        if java:
            w.open(f"if (s instanceof Square{u} q)")
            w("total += q.corners();")
        else:
            w.open(f"if (s is Square{u})")
            w(f"total += ((Square{u})s).corners();")
        w.close()
        w.close()
        w("return total;")
        w.close()
        w.close()
    w()
    return width, height


def values(w, u):
    if w.language == "skua":
        w.open(f"struct Vec{u}(x: int, y: int)")
        w(f"fn +(o: Vec{u}): Vec{u} = Vec{u}(x + o.x, y + o.y)")
        w(f"fn times(k: int): Vec{u} = Vec{u}(x * k, y * k)")
        w(f"fn dot(o: Vec{u}): int = x * o.x + y * o.y")
        w.close()
    elif w.language == "cs":
        w.open(f"struct Vec{u}")
        w("public readonly long x, y;")
        w(f"public Vec{u}(long x, long y) {{ this.x = x; this.y = y; }}")
        w(f"public static Vec{u} operator +(Vec{u} a, Vec{u} o) {{ return new Vec{u}(a.x + o.x, a.y + o.y); }}")
        w(f"public Vec{u} times(long k) {{ return new Vec{u}(x * k, y * k); }}")
        w(f"public long dot(Vec{u} o) {{ return x * o.x + y * o.y; }}")
        w.close()
    else:
        w.open(f"record Vec{u}(long x, long y)")
        w(f"Vec{u} plus(Vec{u} o) {{ return new Vec{u}(x + o.x, y + o.y); }}")
        w(f"Vec{u} times(long k) {{ return new Vec{u}(x * k, y * k); }}")
        w(f"long dot(Vec{u} o) {{ return x * o.x + y * o.y; }}")
        w.close()
    w()


def container(w, u):
    if w.language == "skua":
        w.open(f"class Store{u}<T>(let title: string)")
        w("private let items = List<T>()")
        w("fn put(item: T) { items.add(item) }")
        w.open("fn count(wanted: (T) -> bool): int")
        w("var n = 0")
        w.open("for item in items")
        w("if wanted(item) { n += 1 }")
        w.close()
        w("return n")
        w.close()
        w.open("fn fold(start: int, step: (int, T) -> int): int")
        w("var total = start")
        w.open("for item in items")
        w("total = step(total, item)")
        w.close()
        w("return total + title.len")
        w.close()
        w.close()
    else:
        java = w.language == "java"
        text = "String" if java else "string"
        w.open(f"class Store{u}<T>")
        w(f"public {'final' if java else 'readonly'} {text} title;")
        w("private final ArrayList<T> items = new ArrayList<>();" if java
          else "private readonly List<T> items = new List<T>();")
        w(f"public Store{u}({text} title) {{ this.title = title; }}")
        w(f"public void put(T item) {{ items.{'add' if java else 'Add'}(item); }}")
        w.open("public long count(Predicate<T> wanted)" if java else "public long count(Func<T, bool> wanted)")
        w("long n = 0;")
        w.open("for (T item : items)" if java else "foreach (T item in items)")
        w("if (wanted.test(item)) { n += 1; }" if java else "if (wanted(item)) { n += 1; }")
        w.close()
        w("return n;")
        w.close()
        w.open("public long fold(long start, BiFunction<Long, T, Long> step)" if java
               else "public long fold(long start, Func<long, T, long> step)")
        w("long total = start;")
        w.open("for (T item : items)" if java else "foreach (T item in items)")
        w("total = step.apply(total, item);" if java else "total = step(total, item);")
        w.close()
        w(f"return total + title.{'length()' if java else 'Length'};")
        w.close()
        w.close()
    w()


def words(w, u, rng):
    """Strings, a map, a match."""
    list_of = rng.sample(["amber", "birch", "cedar", "dune", "ember", "fjord", "grove", "heath", "islet", "knoll"], 4)
    weights = [rng.randint(1, 50) for _ in list_of]
    w.function(f"weight{u}", [("word", "string")])
    if w.language == "skua":
        w.open("return match word")
        for word, weight in zip(list_of, weights):
            w(f'"{word}" => {weight}')
        w("_ => word.len")
        w.close()
    else:
        w.open("switch (word)")
        for word, weight in zip(list_of, weights):
            w(f'case "{word}": return {weight};')
        w(f"default: return word.{w.pick('', 'length()', 'Length')};")
        w.close()
    w.close()
    w()
    w.function(f"count{u}", [("rounds", "int")])
    quoted = ", ".join(f'"{x}"' for x in list_of + ["other"])
    if w.language == "skua":
        w(f"let names = [{quoted}]")
        w("let seen = Map<string, int>()")
        w.open("for i in 0..rounds")
        w("let name = names[i * 7 % names.len]")
        w(f"seen[name] = (seen.get(name) ?? 0) + weight{u}(name)")
        w.close()
        w("var total = 0")
        w.open("for name in names")
        w("let n = seen.get(name)")
        w.open("if n != null")
        w('let line = "${name}: ${n}"')
        w("total += n * 10 + line.len")
        w.close()
        w.close()
        w("return total")
    elif w.language == "java":
        w(f"final String[] names = {{{quoted}}};")
        w("final HashMap<String, Long> seen = new HashMap<>();")
        w.open("for (long i = 0; i < rounds; i++)")
        w("final String name = names[(int) (i * 7 % names.length)];")
        w(f"seen.put(name, seen.getOrDefault(name, 0L) + weight{u}(name));")
        w.close()
        w("long total = 0;")
        w.open("for (String name : names)")
        w("final Long n = seen.get(name);")
        w.open("if (n != null)")
        w('final String line = name + ": " + n;')
        w("total += n * 10 + line.length();")
        w.close()
        w.close()
        w("return total;")
    else:
        w(f"string[] names = {{{quoted}}};")
        w("var seen = new Dictionary<string, long>();")
        w.open("for (long i = 0; i < rounds; i++)")
        w("string name = names[i * 7 % names.Length];")
        w("long before;")
        w(f"seen[name] = (seen.TryGetValue(name, out before) ? before : 0) + weight{u}(name);")
        w.close()
        w("long total = 0;")
        w.open("foreach (string name in names)")
        w("long n;")
        w.open("if (seen.TryGetValue(name, out n))")
        w('string line = name + ": " + n;')
        w("total += n * 10 + line.Length;")
        w.close()
        w.close()
        w("return total;")
    w.close()
    w()


def failure(w, u, rng):
    limit = rng.randint(20, 60)
    w.function(f"checked{u}", [("x", "int")])
    w.If(f"x > {limit}")
    w(w.pick(f'throw ArgumentError("too much: ${{x}}")', 'throw new IllegalArgumentException("too much: " + x);',
             'throw new ArgumentException("too much: " + x);'))
    w.close()
    w.do(f"return x * {rng.randint(2, 9)}")
    w.close()
    w()
    w.function(f"careful{u}", [("n", "int")])
    w.var("total", "0")
    w.count("i", 0, "n")
    if w.language == "skua":
        w.open("try")
        w(f"total += checked{u}(i * 9)")
        w.close("} catch e: ArgumentError {")
        w.depth += 1
        w("total += e.message.len")
        w.close()
    else:
        w.open("try")
        w(f"total += checked{u}(i * 9);")
        w.close(w.pick("", "} catch (IllegalArgumentException e) {", "} catch (ArgumentException e) {"))
        w.depth += 1
        w(f"total += e.{w.pick('', 'getMessage().length()', 'Message.Length')};")
        w.close()
    w.close()
    w.do("return total")
    w.close()
    w()


def run_unit(w, u, rng, width, height, functions):
    """Calls everything of the unit once."""
    w.function(f"run{u}", [])
    w.var("sum", "0")
    if w.language == "skua":
        w(f"let shapes: [Shape{u}] = [Rect{u}({width}, {height}), Square{u}({width}, \"sq\"), Disc{u}({height})]")
        w(f"sum += measure{u}(shapes) + Rect{u}({width}, {height}).scaled(2).area()")
        w(f"let v = Vec{u}({width}, {height}) + Vec{u}(1, 2).times(3)")
        w(f"sum += v.dot(Vec{u}(2, 1))")
        w(f'let store = Store{u}<int>("store {u}")')
        w.open("for i in 0..12")
        w(f"store.put(i * {rng.randint(2, 7)})")
        w.close()
        w(f"let bound = {rng.randint(10, 30)}")
        w("sum += store.count(x => x > bound) * 100 + store.fold(1, (t, x) => t + x)")
    else:
        java = w.language == "java"
        factor, bound = rng.randint(2, 7), rng.randint(10, 30)
        w(f"Shape{u}[] shapes = {{new Rect{u}({width}, {height}), new Square{u}({width}, \"sq\"), new Disc{u}({height})}};")
        w(f"sum += Measure{u}.measure{u}(shapes) + new Rect{u}({width}, {height}).scaled(2).area();")
        if java:
            w(f"Vec{u} v = new Vec{u}({width}, {height}).plus(new Vec{u}(1, 2).times(3));")
        else:
            w(f"Vec{u} v = new Vec{u}({width}, {height}) + new Vec{u}(1, 2).times(3);")
        w(f"sum += v.dot(new Vec{u}(2, 1));")
        w(f'Store{u}<{"Long" if java else "long"}> store = new Store{u}<{"" if java else "long"}>("store {u}");')
        w.open("for (long i = 0; i < 12; i++)")
        w(f"store.put(i * {factor});")
        w.close()
        w(f"{'final ' if java else ''}long bound = {bound};")
        w(f"sum += store.count(x {'->' if java else '=>'} x > bound) * 100 + store.fold(1{'L' if java else ''}, (t, x) {'->' if java else '=>'} t + x);")
    for name in functions:
        w.do(f"sum += {name}({rng.randint(1, 50)}, {rng.randint(1, 50)}, {rng.randint(1, 50)})")
    w.do(f"sum += count{u}(40) + careful{u}(9)")
    w.do("return sum % 1000003")
    w.close()
    w()


def unit(w, u):
    rng = random.Random(u)  # the same choices for every language
    width, height = shapes(w, u, rng)
    values(w, u)
    container(w, u)
    functions = [f"mix{u}x{i}" for i in range(4)]
    inside = w.language != "skua"
    if inside:
        w.open(f"{w.pick('', 'final', 'static')} class Unit{u}")
    for name in functions:
        arithmetic(w, random.Random(f"{u} {name}"), name)
    words(w, u, random.Random(u + 1000))
    failure(w, u, random.Random(u + 2000))
    run_unit(w, u, random.Random(u + 3000), width, height, functions)
    if inside:
        w.close()
        w()


def generate(language, units=UNITS):
    w = Writer(language)
    if language == "java":
        w("import java.util.ArrayList;")
        w("import java.util.HashMap;")
        w("import java.util.function.BiFunction;")
        w("import java.util.function.Predicate;")
        w()
    elif language == "cs":
        w("using System;")
        w("using System.Collections.Generic;")
        w()
    for u in range(units):
        unit(w, u)
    if language == "skua":
        w.open("fn main()")
        w("var sum = 0")
        for u in range(units):
            w(f"sum += run{u}()")
        w('println("${sum}")')
        w.close()
    else:
        java = language == "java"
        w.open("public class Large" if java else "static class Large")
        w.open("public static void main(String[] args)" if java else "static void Main()")
        w("long sum = 0;")
        for u in range(units):
            w(f"sum += Unit{u}.run{u}();")
        w("System.out.println(sum);" if java else "Console.WriteLine(sum);")
        w.close()
        w.close()
    return "\n".join(w.lines) + "\n"


def write(language, folder, units=UNITS):
    """Writes the program of that language (skua, java, cs) into the folder; the path of the file."""
    path = os.path.join(folder, {"skua": "large.skua", "java": "Large.java", "cs": "Large.cs"}[language])
    with open(path, "w", encoding="utf-8") as file:
        file.write(generate(language, units))
    return path


if __name__ == "__main__":
    if len(sys.argv) not in (3, 4) or sys.argv[1] not in ("skua", "java", "cs"):
        sys.exit(__doc__)
    print(write(sys.argv[1], sys.argv[2], *map(int, sys.argv[3:])))
