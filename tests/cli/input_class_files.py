"""Class files and archives that are truncated, random, of a newer version, or lie."""

import os
import random

from harness import BAD_INPUT, UNCAUGHT, expect, tier_modes

PROGRAM = """
class Point(let x: int, let y: int) {
    fn sum(): int = x + y
}

fn twice<T>(x: T, f: (T) -> T): T = f(f(x))

fn main() {
    let points = List([Point(1, 2), Point(3, 4)])
    var total = 0
    for p in points { total += p.sum() }
    println("${total} ${twice(2, x => x * x)}")
}
"""


def prepare(b):
    b.compile("program.skua", PROGRAM)
    b.run("vmar", "create", "good.ska", "out", "--main", "program", code=0)
    outcome = b.start("program", code=0)
    expect(outcome.output == b"10 16\n", "the program itself is wrong", outcome)


def test_truncated_class_files(b):
    prepare(b)
    whole = b.read("out/program.skc")
    lengths = range(0, len(whole), max(1, len(whole) // (12 if b.slow else 60)))
    for length in lengths:
        b.write("cut/program.skc", whole[:length])
        b.run("vmdis", "cut/program.skc", code=BAD_INPUT, says="program.skc", lines=4)
        b.start("program", out="cut", code=BAD_INPUT, says="program", lines=6)
    for added in (b"\0", b"\x7f\x02\x01z"):  # the latter by itself is a section
        b.write("cut/program.skc", whole + added)
        b.run("vmdis", "cut/program.skc", code=BAD_INPUT, says="program.skc", lines=4)
        b.start("program", out="cut", code=BAD_INPUT, says="program", lines=6)
    # Also where it ends between two sections.
    b.compile("hello.skua", "fn main() { println(\"hello\") }\n", out="small")
    whole = b.read("small/hello.skc")
    for length in range(len(whole)):
        b.write("small/hello.skc", whole[:length])
        b.start("hello", out="small", code=BAD_INPUT, says="hello", lines=6)


def test_random_class_files(b):
    generator = random.Random(1)
    for number in range(10 if b.slow else 60):
        b.write("random/program.skc", generator.randbytes(generator.choice([1, 7, 100, 5000])))
        b.run("vmdis", "random/program.skc", code=BAD_INPUT, says="program.skc", lines=4)
        b.start("program", out="random", code=BAD_INPUT, says="program", lines=6)


def test_damaged_class_files(b):
    """Valid class files with some bytes changed: rejected, or run to some documented end."""
    prepare(b)
    generator = random.Random(2)
    for name in ("program.skc", "program/Point.skc"):
        whole = b.read("out/" + name)
        for number in range(15 if b.slow else 100):
            damaged = bytearray(whole)
            for change in range(generator.choice([1, 1, 1, 2, 8])):
                damaged[generator.randrange(4, len(damaged))] = generator.choice(
                    [0, 1, 0x7f, 0x80, 0xff, generator.randrange(256)])
            b.write("out/" + name, bytes(damaged))
            b.run("vmdis", "--verify", "--class-path", "out", b.path("out/" + name), code=(0, BAD_INPUT))
            # What was changed may be a loop, which is then endless.
            b.run("vmrun", "--max-heap=64M", "--max-instructions=50000000", "--class-path", "out", "program")
        b.write("out/" + name, whole)


def test_newer_version(b):
    prepare(b)
    whole = bytearray(b.read("out/program.skc"))
    expect(whole[4] < 0x70, "the major version is the byte after the magic")
    whole[4] += 1
    b.write("out/program.skc", bytes(whole))
    major = str(whole[4])
    b.run("vmdis", "out/program.skc", code=BAD_INPUT, says=["program.skc", r"version", major], lines=4)
    b.start("program", code=BAD_INPUT, says=["program.skc", "version", major], lines=6)


def test_not_class_files(b):
    prepare(b)
    b.write("text.skc", PROGRAM)
    b.run("vmdis", "text.skc", code=BAD_INPUT, says="text.skc", lines=4)
    b.run("vmdis", "good.ska", code=0)
    b.write("renamed.ska", b.read("out/program.skc"))
    b.run("vmrun", "renamed.ska", code=BAD_INPUT, says="renamed.ska", lines=4)
    b.run("vmc", "out/program.skc", "-o", "out2", code=(64, BAD_INPUT), lines=12)
    # A class file under another class's name.
    b.write("wrong/other.skc", b.read("out/program.skc"))
    b.start("other", out="wrong", code=BAD_INPUT, says=["other", "program"], lines=6)


def test_damaged_archives(b):
    prepare(b)
    whole = b.read("good.ska")
    for length in range(0, len(whole), max(1, len(whole) // (8 if b.slow else 40))):
        b.write("bad.ska", whole[:length])
        b.run("vmar", "verify", "bad.ska", code=BAD_INPUT, says="bad.ska", lines=4)
        b.run("vmrun", "bad.ska", code=BAD_INPUT, says="bad.ska", lines=6)
    for label, content in (("trailing", whole + b"x"), ("prefixed", b"#!/bin/sh\n" + whole)):
        b.write("bad.ska", content)
        b.run("vmar", "verify", "bad.ska", code=BAD_INPUT, says="bad.ska", lines=4)
    generator = random.Random(3)
    for number in range(20 if b.slow else 150):
        damaged = bytearray(whole)
        at = generator.randrange(len(damaged))
        damaged[at] ^= 1 << generator.randrange(8)
        b.write("bad.ska", bytes(damaged))
        b.run("vmar", "verify", "bad.ska", code=BAD_INPUT, says="bad.ska", lines=6)
        b.run("vmrun", "bad.ska")
    expect(b.read("good.ska") == whole, "an archive was changed by reading it")


def test_cyclic_inheritance(b):
    b.write("cycle.skua", "open class A() : C()\nopen class B() : A()\nopen class C() : B()\nfn main() { A() }\n")
    b.run("vmc", "cycle.skua", "-o", "out", code=BAD_INPUT, says=["cycle.skua:[0-9]+:[0-9]+", "A"], lines=24)
    # The same in class files: compile a chain, then replace one link by a class that closes it.
    b.compile("chain.skua", "pub open class A()\npub open class B() : A()\nfn main() { B()\n    println(\"made\") }\n")
    b.start("chain", code=0)
    b.compile("other/chain.skua", "pub open class B()\npub open class A() : B()\n", out="other/out")
    b.write("out/chain/A.skc", b.read("other/out/chain/A.skc"))
    b.start("chain", code=(BAD_INPUT, UNCAUGHT), says=["chain.(A|B)", "cycl|itself|own supertype"], lines=12)
    b.run("vmdis", "--verify", "--class-path", "out", b.path("out/chain/A.skc"), code=BAD_INPUT, says="chain", lines=12)


def test_missing_class_at_run_time(b):
    b.compile("cold.skua", """
class Needed(let n: int)
class Gone(let n: int)
fn rare(): int = Gone(1).n
fn main(args: [string]) {
    println("${Needed(2).n}")
    if args.len > 0 { println("${rare()}") }
    println("end")
}
""")
    os.remove(b.path("out/cold/Gone.skc"))
    outcome = b.start("cold", code=0)
    expect(outcome.output == b"2\nend\n", "a class that is not reached stops the program", outcome)
    outcome = b.start("cold", "x", code=UNCAUGHT, says=["LinkError", "cold.Gone", r"cold\.skua:[0-9]+"], lines=16)
    expect(outcome.output == b"2\n", "what was printed before is lost", outcome)


def test_missing_superclass_at_run_time(b):
    """As a missing class: it stops what makes an object below it, and nothing before that."""
    b.write("geo.skua", """
pub interface Named { fn name(): string }
pub open class Sq(let s: float) : Named {
    open fn area(): float = s * s
    fn name(): string = "square"
}
""")
    b.write("app.skua", """
import geo
open class Big(s: float) : geo.Sq(s)
class Bigger(s: float) : Big(s) { override fn area(): float = 2.0 * s }
struct Tag(n: int) : geo.Named { fn name(): string = "tag ${n}" }
fn area(x: geo.Sq): float = x.area()
fn name(x: geo.Named): string = x.name()
fn first<T: geo.Named>(x: T): string = x.name()
fn main(args: [string]) {
    println("start")
    let what = args.len
    if what == 1 { println("${area(Big(2.0))}") }
    if what == 2 {
        let made: Bigger? = try { Bigger(2.0) } catch e: LinkError { null }
        println("${made == null}")
        println("${area(Bigger(2.0))}")
    }
    if what == 3 { println(name(Tag(1))) }
    if what == 4 { println(first(Tag(1)) + first(Big(1.0))) }
    println("end")
}
""")
    b.run("vmc", "geo.skua", "app.skua", "-o", "out", code=0)
    arguments = [["x"] * n for n in range(5)]
    for args, printed in zip(arguments, (b"", b"4.0\n", b"false\n4.0\n", b"tag 1\n", b"tag 1square\n")):
        outcome = b.start("app", *args, code=0)
        expect(outcome.output == b"start\n" + printed + b"end\n", "with all of its classes", outcome)
    for mode in tier_modes(b):
        for name in ("geo/Sq", "geo/Named"):
            os.rename(b.path(f"out/{name}.skc"), b.path("aside"))
            for args in arguments:
                missing = name.replace("/", ".")
                if not args or (name == "geo/Sq" and len(args) == 3):
                    outcome = b.start("app", *args, options=["--jit=" + mode], code=0)
                    continue
                outcome = b.start("app", *args, options=["--jit=" + mode], code=UNCAUGHT, lines=4,
                                  says=["LinkError", f"class {missing} was not found as {name}.skc", "class path .*out",
                                        r"app\.skua:[0-9]+"])
                expect(outcome.output == b"start\n" + (b"true\n" if len(args) == 2 else b""), "stops too early or too late",
                       outcome)
            os.rename(b.path("aside"), b.path(f"out/{name}.skc"))
    # The module's other types are gone as well: one missing class where another one is wanted.
    for name in ("geo/Sq", "app/Big", "app/Bigger"):
        os.remove(b.path(f"out/{name}.skc"))
    outcome = b.start("app", code=0)
    expect(outcome.output == b"start\nend\n", "missing classes on paths that are not taken", outcome)


def test_missing_method_at_run_time(b):
    b.compile("lib.skua", "pub class Tool(let n: int) {\n    fn old(): int = n\n    fn kept(): int = n + 1\n}\n")
    b.write("app.skua", """
import lib.{Tool}
fn main() {
    let tool = Tool(1)
    println("${tool.kept()}")
    let answer = try { "${tool.old()}" } catch e: LinkError { "caught" }
    println(answer)
    println("${tool.old()}")
}
""")
    b.run("vmc", "app.skua", "-o", "out", "--class-path", "out", code=0)
    outcome = b.start("app", code=0)
    expect(outcome.output == b"2\n1\n1\n", "separate compilation", outcome)
    b.compile("lib.skua", "pub class Tool(let n: int) {\n    fn kept(): int = n + 1\n}\n")
    outcome = b.start("app", code=UNCAUGHT, says=["LinkError", "old", r"app\.skua:8"], lines=16)
    expect(outcome.output == b"2\ncaught\n", "the missing method", outcome)


def test_missing_members_say_what_to_do(b):
    b.write("lib.skua", """
pub open class Shape() { pub open fn describe(): string = "shape" }
pub fn join(a: string, b: string = "x"): string = a + b
pub fn gone(a: int = 1): int = a
pub var count = 3
""")
    b.write("use.skua", """
import lib
fn main(args: [string]) {
    if args.len == 0 { println(lib.join("a")) }
    if args.len == 1 { println(lib.Shape().describe()) }
    if args.len == 2 { println("${lib.gone()}") }
    if args.len == 3 { println("${lib.count}") }
}
""")
    b.run("vmc", "lib.skua", "use.skua", "-o", "out", code=0)
    b.compile("lib.skua", "pub open class Shape()\npub fn join(a: string, b: string): string = a + b\n")
    for n, what in enumerate(("lib has no default value for parameter 'b' of 'join'", "lib.Shape has no function 'describe'",
                              "lib has no function 'gone'", "lib has no field 'count'")):
        outcome = b.start("use", *["x"] * n, code=UNCAUGHT, lines=2,
                          says=["LinkError", what + " in .*out/lib(/Shape)?.skc", "compile use again"])
        expect(b"$" not in outcome.errors, "speaks of names that nobody wrote", outcome)


def test_library_verifies_itself(b):
    """The library's own class files are what is meant, although vmdis finds a library beside itself."""
    archive = os.path.join(b.programs, "../lib/skua/std.ska")
    outcome = b.run("vmdis", "--verify", archive, code=0)
    expect(b" types verified" in outcome.output, "the library is to be verified", outcome)
    b.run("vmar", "extract", archive, "-o", "std", code=0)
    b.run("vmdis", "--verify", "std/std/core/Range.skc", code=0)
    # An error in the given file is found, not overlooked in favour of the file beside vmdis.
    text = b.run("vmdis", "std/std/core/Cell.skc", code=0).output
    b.write("cell.skasm", text + b"\n.function broken() i64\n    .regs r0: string\n    ret r0\n.end\n")
    b.run("vmdis", "--assemble", "cell.skasm", "-o", "broken.skc", code=0)
    b.run("vmdis", "--verify", "broken.skc", code=BAD_INPUT, says=[r"V\d\d\d", "broken"], lines=4)
