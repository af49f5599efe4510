"""vmc's own command line: run, check, JSON, modules and capabilities."""

import json
import os
import shutil

from harness import BAD_INPUT, NO_INPUT, NOT_DELIVERED, UNCAUGHT, USAGE, expect


def test_vmc_run(b):
    b.write("app.skua", """import tools.text
fn main(args: [string]): int {
    println("${text.twice(args[0])} ${args.len}")
    return 3
}
""")
    b.write("tools/text.skua", "pub fn twice(s: string): string = s + s\n")
    outcome = b.run("vmc", "run", "app.skua", "ab", "--help", "-o", code=3)
    expect(outcome.output == b"abab 3\n", "output", outcome)
    b.run("vmc", "check", "app.skua", code=0, lines=0)  # sees the modules that `vmc run` sees
    b.write("parts.skua", """import tools.box.Box
import tools.{deep, box}
import tools.deep.depth
fn main() { println("${Box(3).n} ${depth()} ${box.Box(4).n} ${deep.depth()}") }
""")
    b.write("tools/box.skua", "pub class Box(let n: int)\n")
    b.write("tools/deep.skua", "pub fn depth(): int = 2\n")
    expect(b.run("vmc", "run", "parts.skua", code=0).output == b"3 2 4 2\n", "imports of parts of modules")
    for name in ("parts.skua", "tools/box.skua", "tools/deep.skua"):
        os.remove(b.path(name))
    expect(b.run("vmc", "run", "app.skua", "--", "x", code=3).output == b"xx 1\n", "after --")
    expect(sorted(os.listdir(b.folder)) == ["app.skua", "tools"], "vmc run wrote something")
    b.run("vmc", "run", code=USAGE, says="source file", lines=2)
    b.run("vmc", "run", "--frob", "app.skua", code=USAGE, says="--frob", lines=2)
    b.run("vmc", "--no-std", "run", "app.skua", code=USAGE, says="vmc run", lines=2)
    b.write("broken.skua", "fn main() { println(1 }\n")
    b.run("vmc", "run", "broken.skua", code=BAD_INPUT, says="broken.skua:1:", lines=4)


def test_vmc_grants(b):
    """`vmc run` grants what the source says it needs and what --allow adds, and no more."""
    program = """fn main(args: [string]) {
    for line in fs.lines(args[0]) { println(line) }
}
"""
    b.write("data/in.txt", "one line\n")
    b.write("denied.skua", "import std.fs\n" + program)
    b.run("vmc", "run", "denied.skua", "data/in.txt", code=UNCAUGHT, says=["PermissionError", "fs.read"])
    b.write("granted.skua", "//! requires: fs.read:data, env\nimport std.fs\n" + program)
    b.run("vmc", "run", "--allow=fs.read:data", "--allow", "env", "denied.skua", "data/in.txt", code=0)
    b.run("vmc", "run", "--allow=frob", "denied.skua", "data/in.txt", code=USAGE, says="--allow", lines=2)
    outcome = b.run("vmc", "run", "granted.skua", "data/in.txt", code=0)
    expect(outcome.output == b"one line\n", "output", outcome)
    b.run("vmc", "run", "granted.skua", "granted.skua", code=UNCAUGHT, says="PermissionError")
    b.compile("granted.skua", "//! requires: fs.read:data, env\nfn main() {}\n")
    expect(b"skua.requires" in b.read("out/granted.skc") and b"env\nfs.read:data\n" in b.read("out/granted.skc"),
           "the class file does not say what it requires")
    b.write("bad.skua", "//! requires: fs.reading\nfn main() {}\n")
    b.run("vmc", "bad.skua", "-o", "out", code=BAD_INPUT, says=["bad.skua:1:15: error: `fs.reading`", "fs.read"], lines=4)


def test_vmc_check(b):
    b.write("good.skua", "fn main() {\n    println(1)\n}\n")
    b.run("vmc", "check", "good.skua", code=0, lines=0)
    expect(os.listdir(b.folder) == ["good.skua"], "vmc check wrote something")
    b.write("bad.skua", "fn main() {\n\tlet x = 1 +\n\tlet y = f(\n}\n")
    outcome = b.run("vmc", "check", "bad.skua", "--color=never", code=BAD_INPUT, lines=6)
    expect(outcome.errors.decode() == """bad.skua:2:13: error: expected an expression after `+`, found the end of the line
    2 |     let x = 1 +
      |                ^
bad.skua:4:1: error: expected `)` to close the `(` opened at 3:11, found `}`
    4 | }
      | ^
""", "the messages", outcome)
    b.run("vmc", "check", "bad.skua", "--max-errors=1", code=BAD_INPUT, says="stopped after 1 error", lines=4)
    b.run("vmc", "check", "bad.skua", "good.skua", "nowhere.skua", code=(BAD_INPUT, NO_INPUT), says=["bad.skua:2", "nowhere.skua"])


def test_vmc_json(b):
    b.write("bad.skua", "fn main() {\n    prinln(\"\u00e9\", x)\n}\n")
    outcome = b.run("vmc", "check", "--message-format=json", "bad.skua", code=BAD_INPUT)
    found = [json.loads(line) for line in outcome.errors.decode().splitlines()]
    expect([(f["severity"], f["file"], f["line"], f["column"], f["endColumn"]) for f in found] ==
           [("error", "bad.skua", 2, 5, 11), ("error", "bad.skua", 2, 17, 18)], "places", outcome)
    expect("prinln" in found[0]["message"] and "println" in found[0]["suggestion"], "words", outcome)
    b.run("vmc", "check", "--message-format=xml", "bad.skua", code=USAGE, says="message-format", lines=2)


def test_vmc_modules(b):
    b.write("src/a/one.skua", "import a.b.two\npub fn f(): int = two.g()\n")
    b.write("src/a/b/two.skua", "pub fn g(): int = 1\n")
    b.run("vmc", "src/a/one.skua", "src/a/b/two.skua", "-o", "out1", code=BAD_INPUT, says="a.b.two")
    b.run("vmc", "src/a/one.skua", "src/a/b/two.skua", "--source-root", "src", "-o", "out", code=0)
    expect(b.files_below("out") == ["a/b/two.skc", "a/one.skc"], f"{b.files_below('out')}")
    expect(not os.path.exists(b.path("out1")), "the failed run made a folder")
    b.run("vmc", "src/a/one.skua", "./src/a/one.skua", "-o", "out", code=USAGE, says="twice", lines=2)
    b.run("vmc", "src/a/one.skua", "--source-root", "elsewhere", "-o", "out", code=USAGE, says="source root", lines=2)
    b.write("my-app.skua", "fn main() {}\n")
    b.run("vmc", "my-app.skua", "-o", "out", code=BAD_INPUT, says="my-app", lines=2)
    b.write("text.txt", "fn main() {}\n")
    b.run("vmc", "text.txt", "-o", "out", code=USAGE, says=r"\.skua", lines=2)
    b.run("vmc", "text", "-o", "out", code=USAGE, says="text", lines=2)
    b.run("vmc", "--std", "nowhere.ska", "my_app.skua", "-o", "out", code=NO_INPUT, lines=3)
    # The second class file depends on the first only through its class file.
    b.write("src/a/one.skua", "import a.b.two\npub fn f(): int = two.g() + two.g()\n")
    b.run("vmc", "src/a/one.skua", "--source-root", "src", "--class-path", "out", "-o", "out", code=0)


def test_vmc_paths_of_all_kinds(b):
    """Absolute and relative names, with and without `..`, say together where the modules lie."""
    b.write("mix/a.skua", "import sub.b\nfn main() { println(\"${b.f()}\") }\n")
    b.write("mix/sub/b.skua", "pub fn f(): int = 1\n")
    for files in (["mix/a.skua", b.path("mix/sub/b.skua")], ["mix/../mix/a.skua", "mix/sub/b.skua"],
                  [b.path("mix/a.skua"), "./mix/sub/../sub/b.skua"],
                  [f"../{os.path.basename(b.folder)}/mix/a.skua", "mix/sub/b.skua"],
                  ["mix/a.skua", "mix/sub/b.skua", "--source-root", b.path("mix")],
                  [b.path("mix/a.skua"), "mix/sub/b.skua", "--source-root", "mix/sub/.."]):
        b.run("vmc", *files, "-o", "out", code=0)
        expect(b.files_below("out") == ["a.skc", "sub/b.skc"], f"{files}: {b.files_below('out')}")
        shutil.rmtree(b.path("out"))
    b.run("vmc", b.path("mix/a.skua"), "mix/sub/b.skua", "--source-root", "mix/sub", "-o", "out", code=USAGE,
          says="a.skua: is not below the source root", lines=2)


def test_vmc_unusable_class_file(b):
    """A class file on the class path that is of no use: one error, which says why and what to do."""
    b.compile("hello.skua", "pub fn f(): int = 1\nfn main() { f() }\n", out="lib")
    whole = b.read("lib/hello.skc")
    b.write("use.skua", "import hello\nfn main() { println(\"${hello.f()}\") }\n")
    b.write("deep.skua", "import hello.f\nfn main() { println(\"${f()}\") }\n")
    for bytes_, why in ((whole[:4] + b"\x02" + whole[5:], "version 2"), (whole[:-1], "F0"), (whole + b"\0", "F0"),
                        (b"", "empty")):
        b.write("lib/hello.skc", bytes_)
        for source in ("use.skua", "deep.skua"):
            outcome = b.run("vmc", source, "-o", "out", "--class-path", "lib", code=BAD_INPUT, says=[why, "hello.skc"])
            expect(outcome.errors.count(b"error:") == 1 and b"no module" not in outcome.errors, "one error", outcome)
    b.write("lib/hello.skc", whole)
    b.run("vmc", "use.skua", "-o", "out", "--class-path", "lib", code=0)


def test_vmc_large_files(b):
    with open(b.path("large.skua"), "wb") as file:
        file.truncate(100 << 20)
    b.run("vmc", "large.skua", "-o", "out", code=BAD_INPUT, says=["large.skua", "16 MiB"], lines=2)
    b.write("nul.skua", b"fn main() {\0}\n")
    b.run("vmc", "nul.skua", "-o", "out", code=BAD_INPUT, says=r"nul\.skua:1:12: error: a NUL byte", lines=6)


def test_vmc_help_not_delivered(b):
    if not os.path.exists("/dev/full"):
        return
    with open("/dev/full", "wb") as full:
        b.run("vmc", "--help", stdout=full, code=NOT_DELIVERED, says="standard output", lines=2)
