"""vmc test and vmc new: which tests run, what is said of those that fail, exit codes, projects."""

import json
import os

from harness import BAD_INPUT, NO_INPUT, NO_OUTPUT, USAGE, expect

FAILED = 1

MIXED = """import std.testing.*
var count = 0

fn half(n: int): int {
    if n % 2 != 0 { throw ArgumentError("odd: ${n}") }
    return n / 2
}

test "passes" { assert(half(4) == 2) }
test "compares" { assert(half(8) == 3) }
test "equal" {
    println("halving")
    assertEqual(half(6), 4)
}
test "throws" { half(5) }
test "counts" {
    count += 1
    assert(count == 1)
}
test "counts again" {
    count += 1
    assert(count == 1)
}
"""


def test_vmc_test(b):
    """A failing test does not stop the others; each has globals of its own; both sides are shown."""
    b.write("mixed.skua", MIXED)
    outcome = b.run("vmc", "test", "mixed.skua", code=FAILED, lines=0)
    expect(outcome.output.decode().rsplit(" (", 1)[0] == """mixed.skua:10: FAILED "compares": assertion failed: half(8) == 3: left is 4, right is 3
mixed.skua:13: FAILED "equal": expected 4, found 3
    it printed:
    | halving
mixed.skua:5: FAILED "throws": uncaught std.core.ArgumentError: odd: 5
    at mixed.half (mixed.skua:5)
    at test "throws" (mixed.skua:15)
3 tests failed, 3 passed""", "output", outcome)
    outcome = b.run("vmc", "test", "mixed.skua", "--filter=count", "--verbose", "--color=always", code=0, lines=0)
    expect(b"\x1b[1;32mpassed\x1b[0m \"counts again\"" in outcome.output, "colour, if asked for", outcome)
    expect(b"2 tests passed" in outcome.output, "the filter", outcome)
    b.run("vmc", "test", "mixed.skua", "--filter=frobnicate", code=NO_INPUT, says="frobnicate", lines=2)
    outcome = b.run("vmc", "test", "mixed.skua", "--list", "--filter=throws", code=0)
    expect(outcome.output == b"mixed.skua:15: throws\n", "the list", outcome)
    expect(os.listdir(b.folder) == ["mixed.skua"], "vmc test wrote something")


def test_vmc_test_json(b):
    b.write("mixed.skua", MIXED)
    outcome = b.run("vmc", "test", "mixed.skua", "--message-format=json", "--jobs=1", code=FAILED, lines=0)
    events = [json.loads(line) for line in outcome.output.decode().splitlines()]
    expect([e["event"] for e in events] == ["test"] * 6 + ["summary"], "events", outcome)
    expect([e["outcome"] for e in events[:-1]] == ["passed", "failed", "failed", "failed", "passed", "passed"], "outcomes",
           outcome)
    thrown = events[3]
    expect((thrown["name"], thrown["line"], thrown["error"], thrown["message"], thrown["failedAt"]) ==
           ("throws", 15, "std.core.ArgumentError", "odd: 5", {"file": "mixed.skua", "line": 5}), "details", outcome)
    expect(events[2]["output"] == "halving\n", "what was printed", outcome)
    expect((events[-1]["passed"], events[-1]["failed"]) == (3, 3), "summary", outcome)


def test_vmc_test_ways_to_fail(b):
    """A test passes if its function returns, and in no other way."""
    b.write("ways.skua", """//! requires: process
import std.process
test "exits" { process.exit(0) }
test "does not end" { while true { } }
test "recursion" {
    fn deep(n: int): int = 1 + deep(n + 1)
    println(deep(0))
}
test "much output" {
    for i in 0..100000 { println("line ${i}") }
    throw Error("after\\nsome lines")
}
test "memory" {
    let all = List<[int]>()
    while true { all.add([0; 100000]) }
}
test "passes" { }
""")
    limit = 30 if b.slow else 2
    outcome = b.run("vmc", "test", "ways.skua", f"--timeout={limit}", "--max-heap=64M", code=FAILED, seconds=60, lines=0)
    text = outcome.output.decode()
    for part in ['ways.skua:3: FAILED "exits": the program ended in the middle of the test, with exit code 0',
                 'ways.skua:4: FAILED "does not end": it was still running after ' + f"{limit} s",
                 'ways.skua:6: FAILED "recursion": uncaught std.core.StackOverflowError', "more calls",
                 'FAILED "much output":\n    uncaught std.core.Error: after\n    some lines', "it printed (the beginning):",
                 'FAILED "memory": uncaught std.core.OutOfMemoryError', "5 tests failed, 1 passed"]:
        expect(part in text, f"output should have: {part}", outcome)
    expect(len(text) < 200000, "the output of a test is cut")


def test_vmc_test_folders(b):
    """Folders, modules that are imported, errors in the source, nothing to run."""
    b.write("src/a/words.skua", "pub fn twice(s: string): string = s + s\n\ntest \"words\" { assert(twice(\"a\") == \"aa\") }\n")
    b.write("src/b.skua", "import a.words\ntest \"of b\" { assert(words.twice(\"x\").len == 2) }\n")
    b.write("src/.hidden/c.skua", "nonsense\n")
    outcome = b.run("vmc", "test", "src", code=0, lines=0)
    expect(b"2 tests passed" in outcome.output, "a folder", outcome)
    outcome = b.run("vmc", "test", "src/b.skua", code=0, lines=0)
    expect(b"1 test passed" in outcome.output, "of a module that is only imported, no tests are run", outcome)
    outcome = b.run("vmc", "test", "src", "--filter=a.words", "--list", code=0)
    expect(outcome.output == b"src/a/words.skua:3: words\n", "a filter by module", outcome)
    b.write("none.skua", "fn main() { }\n")
    outcome = b.run("vmc", "test", "none.skua", code=0, lines=0)
    expect(outcome.output == b"no tests\n", "no tests", outcome)
    b.write("bad.skua", "test \"x\" { assert(1 == \"1\") }\n")
    for command in (["test"], ["check"], ["-o", "out"]):
        b.run("vmc", *command, "bad.skua", code=BAD_INPUT, says=r"bad.skua:1:21: error: ", lines=4)
    b.run("vmc", "test", code=USAGE, says="skua.toml", lines=2)
    b.run("vmc", "test", "missing.skua", code=NO_INPUT, says="missing.skua", lines=2)
    b.run("vmc", "test", "none.skua", "--jobs=x", code=USAGE, lines=2)
    b.run("vmc", "test", "none.skua", "--timeout=0", code=USAGE, lines=2)
    os.mkdir(b.path("empty"))
    b.run("vmc", "test", "empty", code=NO_INPUT, says="without source files", lines=2)


def test_vmc_test_left_out(b):
    """Class files carry tests only where they run."""
    b.compile("t.skua", "fn main() { }\ntest \"a name to look for\" { println(\"a text to look for\") }\n")
    expect(b"to look for" not in b.read("out/t.skc") and b"test$" not in b.read("out/t.skc"), "the test is in the class file")


def test_vmc_new(b):
    """What `vmc new` makes works at once, and nothing is overwritten."""
    outcome = b.run("vmc", "new", "greeter", code=0, lines=0)
    expect(b"greeter" in outcome.output, "says what to do next", outcome)
    expect(b.files_below("greeter") == [".gitignore", "README.md", "skua.toml", "src/greeting.skua", "src/greeting_test.skua",
                                        "src/main.skua"], "files")
    outcome = b.run("vmc", "run", "greeter", "Ann", code=0, lines=0)
    expect(outcome.output == b"Hello, Ann!\n", "vmc run", outcome)
    outcome = b.run("vmc", "test", "greeter", code=0, lines=0)
    expect(b"1 test passed" in outcome.output, "vmc test", outcome)
    b.run("vmc", "check", "greeter", "-Werror", code=0, lines=0)
    b.run("vmc", "greeter", "-o", "out", code=0, lines=0)
    outcome = b.run("vmrun", "--class-path", "out", "main", code=0)
    expect(outcome.output == b"Hello, world!\n", "compiled", outcome)
    before = b.read("greeter/src/main.skua")
    b.write("file", "x")
    b.run("vmc", "new", "greeter", code=NO_OUTPUT, says="exists", lines=2)
    b.run("vmc", "new", "file", code=NO_OUTPUT, says="exists", lines=2)
    expect(b.read("greeter/src/main.skua") == before, "it was overwritten")
    b.run("vmc", "new", "no/such/folder", code=NO_OUTPUT, says="no/such/folder", lines=2)
    for name in ("", "a b", "-x", "..", "ü", "a\"b"):
        b.run("vmc", "new", "--", name, code=USAGE, lines=2)
    b.run("vmc", "new", code=USAGE, lines=2)


def test_vmc_project_file(b):
    """A skua.toml that is wrong is located."""
    b.write("p/code/app/start.skua", "fn main() { println(\"started\") }\n")
    b.write("p/skua.toml", "[project]\nname = \"p\"\nsource = 'code'  # TOML as it is elsewhere\nmain = \"app.start\"\n\n[tool.other]\nx = 1\n")
    outcome = b.run("vmc", "run", "p", code=0)
    expect(outcome.output == b"started\n", "output", outcome)
    for text, says in [("[project\n", "skua.toml:1:"), ("[project]\nname = 1\n", "skua.toml:2:8: `name` must be a string"),
                       ("[project]\nname = \"p\"\nsorce = \"x\"\n", "skua.toml:3:1: there is no key `sorce`"),
                       ("name = \"p\"\n", "skua.toml:1:1: there is no table `name`"), ("[project]\nname = \"p\"\n[dependancies]\n", "skua.toml:3:2: there is no table `dependancies`"), ("\n", "no table"), ("[project]\n", "no name"), ("\xff\xfe".encode("latin1"), "skua.toml"),
                       ("[[project]]\n", "no table"), ("x = " + "[" * 100000, "skua.toml")]:
        b.write("p/skua.toml", text)
        b.run("vmc", "run", "p", code=BAD_INPUT, says=says, lines=2)
        b.run("vmc", "check", "p", code=BAD_INPUT, says=says, lines=2)
    b.write("p/skua.toml", "[project]\nname = \"p\"\nsource = \"nowhere\"\n")
    b.run("vmc", "test", "p", code=NO_INPUT, says="nowhere", lines=2)
    b.write("p/skua.toml", "[project]\nname = \"p\"\nsource = \"code\"\n")
    b.run("vmc", "run", "p", code=NO_INPUT, says="code/main.skua", lines=2)


def test_vmrun_entry(b):
    """What `vmc test` is built on: another function than main, and its outcome told to an open file."""
    b.compile("e.skua", "pub fn one() { println(1) }\npub fn two() { throw Error(\"two\") }\npub fn bad(n: int) { }\nfn main() { println(0) }\n")
    outcome = b.start("e", options=["--entry=one"], code=0)
    expect(outcome.output == b"1\n", "output", outcome)
    b.start("e", options=["--entry=two", "--outcome-to=2"], code=70, says=r"^uncaught std.core.Error: two\n    at e.two \(e.skua:2\)\n$")
    outcome = b.start("e", options=["--entry=one", "--outcome-to=1"], code=0)
    expect(outcome.output == b"1\nreturned\n" or outcome.output == b"returned\n1\n", "outcome", outcome)
    b.start("e", options=["--entry=bad"], code=BAD_INPUT, says="parameters", lines=2)
    b.start("e", options=["--entry=three"], code=BAD_INPUT, says="three", lines=2)
    b.start("e", options=["--outcome-to=77"], code=USAGE, says="77", lines=2)
    b.start("e", options=["--outcome-to=x"], code=USAGE, says="x", lines=2)


def test_vmc_warning_flags(b):
    """Warnings have names, can be turned off, and can be errors; nothing is written then."""
    b.write("w.skua", "import std.fs\nfn main() {\n    let x = 1\n}\n")
    outcome = b.run("vmc", "w.skua", "-o", "out", "--color=never", code=0)
    expect(outcome.errors.decode() == """w.skua:1:8: warning: `std.fs` is imported but not used [unused-import]
    1 | import std.fs
      |        ^^^^^^
      = help: remove the import
w.skua:3:9: warning: `x` is never used [unused-variable]
    3 |     let x = 1
      |         ^
      = help: remove it, or begin its name with `_`
""", "text", outcome)
    outcome = b.run("vmc", "check", "w.skua", "--message-format=json", code=0)
    kinds = [(m["severity"], m["warning"]) for m in map(json.loads, outcome.errors.decode().splitlines())]
    expect(kinds == [("warning", "unused-import"), ("warning", "unused-variable")], "JSON", outcome)
    b.run("vmc", "check", "w.skua", "-Wno-unused-import", "-Wno-unused-variable", code=0, lines=0)
    b.run("vmc", "check", "w.skua", "-Wno-all", "-Werror", code=0, lines=0)
    b.run("vmc", "check", "w.skua", "-Wno-all", "-Wunused-import", code=0, says="unused-import", lines=4)
    b.run("vmc", "w.skua", "-o", "other", "-Werror", code=BAD_INPUT, says=r"error: `x` is never used \[unused-variable\]", lines=8)
    expect(not os.path.exists(b.path("other")), "-Werror wrote something")
    outcome = b.run("vmc", "run", "w.skua", code=0, says="unused")
    outcome = b.run("vmc", "check", "w.skua", "-Wfrob", code=USAGE, says=["frob", "unused-import"], lines=2)
    outcome = b.run("vmc", "--help", code=0)
    expect(b"unused-import" in outcome.output and b"deprecated" in outcome.output, "--help names the warnings", outcome)


def test_vmc_deprecated(b):
    """`deprecated:` in a documentation comment, seen through source and through class files."""
    b.write("lib/old.skua", """/// Adds. Example: `add(1, 2)`
/// deprecated: use `sum`
pub fn add(a: int, b: int): int = a + b
/// deprecated: there is `Point`
pub class Pair(let a: int) {
    /// deprecated: it is always 0
    let zero = 0
}
/// deprecated: 10
pub let LIMIT = 10
pub class Box(let n: int) {
    /// Not what it was.
    /// deprecated:
    fn open(): int = n
}
pub fn own(): int = add(LIMIT, 2)
""")
    b.write("use/app.skua", """import old
import old.{Box}
fn main() {
    println(old.add(1, 2))
    let p: old.Pair? = null
    println("${p} ${old.LIMIT} ${Box(3).open()} ${old.Pair(1).zero}")
    let f: (int, int) -> int = old.add
    println(f(1, 2))
}
""")
    b.run("vmc", "lib/old.skua", "-o", "out", code=0, lines=0)
    from_source = b.run("vmc", "check", "--source-root", "lib", "lib/old.skua", code=0, lines=0)
    outcome = b.run("vmc", "check", "use/app.skua", "--class-path", "out", "--message-format=json", code=0)
    found = [(m["line"], m["message"], m.get("suggestion", "")) for m in map(json.loads, outcome.errors.decode().splitlines())]
    expect(found == [(4, "`add` is deprecated", "use `sum`"), (5, "`Pair` is deprecated", "there is `Point`"),
                     (6, "`LIMIT` is deprecated", "10"), (6, "`open` is deprecated", ""),
                     (6, "`Pair` is deprecated", "there is `Point`"), (6, "`zero` is deprecated", "it is always 0"),
                     (7, "`add` is deprecated", "use `sum`")], "what is deprecated", outcome)
    b.write("all/old.skua", b.read("lib/old.skua"))
    b.write("all/app.skua", b.read("use/app.skua"))
    both = b.run("vmc", "check", "all/app.skua", "all/old.skua", "--message-format=json", code=0)
    expect([m["line"] for m in map(json.loads, both.errors.decode().splitlines())] == [f[0] for f in found], "from source", both)


def test_vmc_no_warnings(b):
    """The library and the examples compile without warnings, and the tests in the examples pass."""
    root = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
    library = os.path.join(root, "stdlib", "skua")
    b.run("vmc", "check", "--no-std", "-Werror", "--source-root", library, library, code=0, lines=0)
    examples = os.path.join(root, "examples")
    for name in sorted(os.listdir(examples)):
        if os.path.isfile(os.path.join(examples, name, name + ".skua")):
            b.run("vmc", "check", "-Werror", os.path.join(examples, name), code=0, lines=0)
            b.run("vmc", "test", os.path.join(examples, name), code=0, lines=0)
