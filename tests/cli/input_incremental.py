"""vmc FILES -o DIR compiles what has changed and what that concerns, and leaves what a compilation from nothing would."""

import hashlib
import os
import pty
import random
import re
import shutil
import subprocess
import time

from harness import BAD_INPUT, expect


def compiled(b, *args, out="out"):
    """Compiles; the modules that were compiled, and why."""
    outcome = b.run("vmc", *args, "-o", out, "--verbose", "--color=never", code=0)
    found = {}
    for line in outcome.errors.decode().splitlines():
        parts = line.split(": ", 3)
        if parts[0] == "vmc" and parts[2] == "compiled":
            found[parts[1]] = parts[3]
    return found


def contents(b, folder):
    return {name: b.read(f"{folder}/{name}") for name in b.files_below(folder) if name.endswith(".skc")}


def expect_as_new(b, *args):
    """What lies in `out` is what compiling into an empty folder gives."""
    shutil.rmtree(b.path("clean"), ignore_errors=True)
    b.run("vmc", *args, "-o", "clean", code=0)
    old, new = contents(b, "out"), contents(b, "clean")
    differing = sorted(name for name in set(old) | set(new) if old.get(name) != new.get(name))
    expect(not differing, f"not as a compilation from nothing: {differing}")


def test_vmc_incremental(b):
    b.write("src/app.skua", "import lib.shapes\nimport lib.text\nfn main() { println(text.frame(\"${shapes.area(2)} ${shapes.SIZE}\")) }\n")
    b.write("src/lib/shapes.skua", "import lib.numbers\npub let SIZE = 3\npub fn area(n: int): int {\n    return numbers.square(n)\n}\n")
    b.write("src/lib/numbers.skua", "pub fn square(n: int): int = n * n\npub class Old()\n")
    b.write("src/lib/text.skua", "pub fn frame(s: string): string = \"[${s}]\"\n")
    expect(set(compiled(b, "src")) == {"app", "lib.shapes", "lib.numbers", "lib.text"}, "the first time, all")
    expect(compiled(b, "src") == {}, "nothing has changed")

    # A body: only that module.
    b.write("src/lib/numbers.skua", "pub fn square(n: int): int = n * n * 1\npub class Old()\n")
    expect(compiled(b, "src") == {"lib.numbers": "its source has changed"}, "a body")
    expect_as_new(b, "src")
    # A comment between declarations: likewise.
    b.write("src/lib/numbers.skua", "// squares\n\npub fn square(n: int): int = n * n\npub class Old()\n")
    expect(set(compiled(b, "src")) == {"lib.numbers"}, "a comment")
    # A declaration: those that see it, through others too; a type that is gone takes its file along.
    b.write("src/lib/numbers.skua", "pub fn square(n: int): int = n * n\npub fn cube(n: int): int = n * n * n\n")
    found = compiled(b, "src")
    expect(set(found) == {"lib.numbers", "lib.shapes", "app"}, f"a declaration: {found}")
    expect("lib.numbers" in found["app"], "the reason")
    expect("lib/numbers/Old.skc" not in b.files_below("out"), "the file of a type that is gone")
    expect_as_new(b, "src")
    # The value of a constant is part of the code that uses it.
    b.write("src/lib/shapes.skua", "import lib.numbers\npub let SIZE = 4\npub fn area(n: int): int {\n    return numbers.square(n)\n}\n")
    expect(set(compiled(b, "src")) == {"lib.shapes", "app"}, "a constant")
    expect(b.start("app", code=0).output == b"[4 4]\n", "the new constant")
    # An inferred result.
    b.write("src/lib/text.skua", "pub fn frame(s: string) = \"[${s}]\"\n")
    expect(set(compiled(b, "src")) == {"lib.text", "app"}, "an inferred result")
    b.write("src/lib/text.skua", "pub fn frame(s: string) = \"<${s}>\".len\n")
    expect(set(compiled(b, "src")) == {"lib.text", "app"}, "another type")
    expect(b.start("app", code=0).output == b"5\n", "the new type")
    expect_as_new(b, "src")

    # Class files that somebody has removed or changed.
    os.remove(b.path("out/lib/text.skc"))
    expect("missing" in compiled(b, "src")["lib.text"], "a removed class file")
    b.write("out/lib/shapes.skc", b.read("out/lib/shapes.skc")[:-1])
    expect(set(compiled(b, "src")) == {"lib.shapes"}, "a changed class file")
    expect_as_new(b, "src")
    # A source that is gone or new; a subset; all again.
    found = compiled(b, "src/app.skua", "src/lib/shapes.skua", "src/lib/text.skua", "--class-path", "out")
    expect("gone" in found["app"] and "lib.text" not in found, f"a module that is now on the class path: {found}")
    b.write("src/lib/more.skua", "pub fn more(): int = 1\n")
    compiled(b, "src")
    expect_as_new(b, "src")
    expect(compiled(b, "src") == {}, "settled")
    b.write("src/app.skua", b.read("src/app.skua") + b"// more\n")
    expect(compiled(b, "src")["app"] == "its source has changed", "app")

    # An error leaves everything as it was, and is reported each time.
    before = contents(b, "out")
    b.write("src/lib/shapes.skua", "import lib.numbers\npub let SIZE = 4\npub fn area(n: string): int = n.len\n")
    for _ in range(2):
        b.run("vmc", "src", "-o", "out", code=BAD_INPUT, says="src/app.skua:3:")
    expect(contents(b, "out") == before, "an error changed the output")
    # So are warnings.
    b.write("src/lib/shapes.skua", "import lib.numbers\nimport lib.text\npub let SIZE = 4\npub fn area(n: int): int {\n    return numbers.square(n)\n}\n")
    for _ in range(2):
        b.run("vmc", "src", "-o", "out", code=0, says="unused-import")
    expect(set(compiled(b, "src", "-Wno-unused-import")) == {"app", "lib.shapes", "lib.numbers", "lib.text", "lib.more"}, "other flags")
    expect(compiled(b, "src", "-Wno-unused-import") == {}, "no warnings wanted, no warnings")
    b.run("vmc", "src", "-o", "out", code=0, says="unused-import")
    expect(len(compiled(b, "src", "--force")) == 5, "--force")


def test_vmc_incremental_class_path(b):
    """What is compiled against class files notices when these change."""
    def library(body):
        b.write("lib/words.skua", body)
        b.run("vmc", "lib/words.skua", "-o", "classes", code=0)
    b.write("app.skua", "import words\nfn main() { println(words.one()) }\n")
    library("pub fn one(): int = 1\n")
    expect(set(compiled(b, "app.skua", "--class-path", "classes")) == {"app"}, "first")
    expect(compiled(b, "app.skua", "--class-path", "classes") == {}, "second")
    library("pub fn one(): string = \"one\"\n")
    expect(compiled(b, "app.skua", "--class-path", "classes") == {"app": "the class path has changed"}, "changed")
    b.run("vmar", "create", "words.ska", "classes", code=0)
    expect(compiled(b, "app.skua", "--class-path", "words.ska") == {}, "the same in an archive")
    outcome = b.run("vmrun", "--class-path", "out:words.ska", "app", code=0)
    expect(outcome.output == b"one\n", "output", outcome)
    b.run("vmc", "app.skua", "-o", "out", code=BAD_INPUT, says="words")


def test_vmc_incremental_damaged_state(b):
    """A state file that is damaged, too large, no file or another's counts as none."""
    b.write("a.skua", "fn main() { println(1) }\n")
    compiled(b, "a.skua")
    good = b.read("out/.skua-build")
    for bad in (b"", good[:-1], good[:len(good) // 2], good.replace(b"lookup", b"lookap", 1), b"\xff" * 5000, good + good,
                good.replace(b"output a.skc", b"output ../../a.skc")):
        b.write("out/.skua-build", bad)
        expect(set(compiled(b, "a.skua")) == {"a"}, "compiled with a damaged state")
        expect(compiled(b, "a.skua") == {}, "and mended it")
    # Somebody's state that would have files elsewhere removed.
    b.write("victim.skc", "x")
    digest = hashlib.sha256(b"x").hexdigest().encode()
    lines = good[:good.rindex(b"end ")] + b"output ../victim.skc " + digest + b"\n"
    b.write("out/.skua-build", lines + b"end " + hashlib.sha256(lines).hexdigest().encode() + b"\n")
    b.write("a.skua", "fn main() { println(2) }\n")
    expect(set(compiled(b, "a.skua")) == {"a"}, "compiled with another's state")
    expect(b.read("victim.skc") == b"x", "a file elsewhere was removed")
    os.remove(b.path("out/.skua-build"))
    os.mkdir(b.path("out/.skua-build"))
    b.run("vmc", "a.skua", "-o", "out", says="skua-build", code=73)


class Program:
    """Modules in which anything may change, and which compile whatever it is."""

    def __init__(self, rng):
        self.rng = rng
        self.modules = {f"m{i}": self.module() for i in range(6)}

    def module(self):
        return {"constant": 1, "body": 1, "result": "int", "fields": 1, "extra": False, "default": 1, "private": 1,
                "open": False, "case": 1, "inferred": 0, "imports": {f"m{i}" for i in range(6) if self.rng.random() < 0.4}}

    def change(self):
        name = self.rng.choice(sorted(self.modules))
        m = self.modules[name]
        kind = self.rng.choice(["constant", "body", "result", "fields", "extra", "default", "private", "open", "case", "inferred",
                                "imports", "remove"])
        if kind in ("constant", "body", "default", "private", "inferred"):
            m[kind] += 1
        elif kind in ("fields", "case"):
            m[kind] = self.rng.randint(1, 4)
        elif kind in ("extra", "open"):
            m[kind] = not m[kind]
        elif kind == "result":
            m[kind] = self.rng.choice(["int", "float", "string"])
        elif kind == "imports":
            m[kind] ^= {f"m{self.rng.randrange(6)}"}
        elif len(self.modules) > 3 and self.rng.random() < 0.5:
            del self.modules[name]
        else:
            self.modules[f"m{self.rng.randrange(6)}"] = self.module()

    def source(self, name):
        m = self.modules[name]
        others = sorted(o for o in m["imports"] if o in self.modules and o != name)
        value = {"int": "7", "float": "0.5", "string": "\"s\""}[m["result"]]
        fields = ", ".join(f"f{i}: int = {i}" for i in range(m["fields"]))
        lines = [f"import {o}" for o in others]
        lines += [f"pub let K = {m['constant']}",
                  f"pub let DERIVED = " + " + ".join(["K"] + [f"{o}.K" for o in others]),
                  f"pub fn written(n: int = {m['default']}): int {{ return n + {m['body']} + helper() }}",
                  f"fn helper(): int = {m['private']}",
                  f"pub fn result() = {value}",
                  "pub fn through() = " + (f"{others[0]}.result()" if others else str(m["inferred"])),
                  f"pub struct S({fields})",
                  "pub " + ("open " if m["open"] else "") + "class C(let n: int) { " + ("open " if m["open"] else "") +
                  "fn get(): int = n; static let LIMIT = 5 + K }",
                  "pub enum E { " + "; ".join(f"E{i}" for i in range(m["case"])) + " }",
                  f"extend int {{ fn add_{name}(): int = this + {m['body']} }}"]
        if m["extra"]:
            lines.append("pub class Extra() { fn say(): string = \"extra\" }")
        for o in others:
            lines.append(f"pub fn use_{o}(): string = \"${{{o}.K}} ${{{o}.DERIVED}} ${{{o}.written()}} ${{{o}.result()}} ${{{o}.through()}} "
                         f"${{{o}.S()}} ${{{o}.C(1).get()}} ${{{o}.C.LIMIT}} ${{{o}.E.E0}} ${{1.add_{o}()}}\"")
        return "\n".join(lines) + "\n"


def test_vmc_incremental_random(b):
    """After any changes, the output is what a compilation from nothing gives, byte for byte."""
    rounds = 12 if b.slow else 60
    for seed in range(2):
        rng = random.Random(seed)
        program = Program(rng)
        shutil.rmtree(b.path("out"), ignore_errors=True)
        left = 0
        for _ in range(rounds):
            for _ in range(rng.randint(1, 2)):
                program.change()
            shutil.rmtree(b.path("src"), ignore_errors=True)
            for name in program.modules:
                b.write(f"src/{name}.skua", program.source(name))
            left += len(program.modules) - len(compiled(b, "src", "-Wno-all"))
            for gone in {f"m{i}" for i in range(6)} - set(program.modules):  # vmc keeps what it was not asked about
                shutil.rmtree(b.path(f"out/{gone}"), ignore_errors=True)
                if os.path.exists(b.path(f"out/{gone}.skc")):
                    os.remove(b.path(f"out/{gone}.skc"))
            expect_as_new(b, "src", "-Wno-all")
        expect(left > rounds // 2, f"only {left} modules were left alone in {rounds} rounds")


def test_vmc_progress(b):
    """On a terminal, a long compilation says where it stands, and takes that back; elsewhere it says nothing."""
    body = "".join(f"    let v{i} = n * {i} + v{i - 1} % 7\n" for i in range(1, 1500))
    count = 0
    wanted = 40
    while count < wanted:  # as many as take long enough
        for i in range(count, wanted):
            b.write(f"src/many/m{i}.skua", f"pub fn f(n: int): int {{\n    let v0 = n\n{body}    return v1499\n}}\n")
        count = wanted
        start = time.monotonic()
        b.run("vmc", "src", "-o", "out", "--force", code=0, lines=0, seconds=60)
        if time.monotonic() - start < 0.8:
            wanted = min(2 * count, 640)
    ours, theirs = pty.openpty()
    process = subprocess.Popen([os.path.join(b.programs, "vmc"), "src", "-o", "out", "--force"], cwd=b.folder, stdin=subprocess.DEVNULL,
                               stdout=subprocess.DEVNULL, stderr=theirs, env={**os.environ, "TERM": "xterm"})
    os.close(theirs)
    shown = b""
    while True:
        try:
            piece = os.read(ours, 65536)
        except OSError:  # Linux's way to say that nobody holds the other end
            break
        if not piece:
            break
        shown += piece
    os.close(ours)
    expect(process.wait() == 0, f"exit code {process.returncode}: {shown!r}")
    text = shown.decode()
    expect(re.search(rf"\r\x1b\[K(reading|checking|compiling) \d+ of {count}: ", text), f"no progress: {text[:300]!r}")
    expect(text.endswith("\r\x1b[K") and "\n" not in text, f"the line was not taken back: {text[-100:]!r}")
