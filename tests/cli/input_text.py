"""Text that is not UTF-8, in source and in input; closed pipes; source that is hostile."""

import os
import subprocess

from harness import BAD_INPUT, NOT_DELIVERED, UNCAUGHT, Wrong, expect

NOT_UTF8 = [b"\xff", b"\xc3", b"\xc0\xaf", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\x80"]


def test_invalid_utf8_in_source(b):
    for number, piece in enumerate(NOT_UTF8):
        b.write("bad.skua", b'fn main() {\n    println("' + piece + b'")\n}\n')
        b.run("vmc", "bad.skua", "-o", "out", code=BAD_INPUT, says=["bad.skua:2:", "UTF-8"], lines=12)
        b.write("bad.skua", b"// " + piece + b"\nfn main() {}\n")
        b.run("vmc", "bad.skua", "-o", "out", code=BAD_INPUT, says=["bad.skua:1:", "UTF-8"], lines=12)
    b.write("bad.skua", "fn main() {}\n".encode("utf-16"))
    b.run("vmc", "bad.skua", "-o", "out", code=BAD_INPUT, says="bad.skua", lines=12)
    b.write("bad.skua", b"fn main() {\n    println(\"a\0b\")\n}\n")
    b.run("vmc", "bad.skua", "-o", "out", code=(0, BAD_INPUT), lines=12)
    expect(not os.path.exists(b.path("out")) or b.files_below("out") in ([], ["bad.skc"]), "half-written output")


def test_invalid_utf8_in_input(b):
    """An error that names the place, for lines as for the rest of the input; what came before is given."""
    b.compile("program.skua", """
fn main() {
    var line = readLine()
    while line != null {
        println("<${line}>")
        line = readLine()
    }
}
""")
    for piece in NOT_UTF8:
        place = f"line 2 of standard input is not UTF-8 text: byte 0x{piece[0]:02X} in column 4"
        outcome = b.start("program", stdin=b"fine\nso " + piece + b"\n", code=UNCAUGHT, says=place, lines=12)
        expect(outcome.output.startswith(b"<fine>\n"), "the line before it", outcome)
        try:
            outcome.output.decode("utf-8")
        except UnicodeDecodeError:
            raise Wrong("invalid UTF-8 got through\n" + outcome.describe()) from None
    b.compile("rest.skua", 'import std.io.readAll\nfn main() {\n    println(readLine())\n    println(readAll())\n}\n')
    place = "line 3 of standard input is not UTF-8 text: byte 0xFF in column 2"
    b.start("rest", stdin=b"first\nsecond\nx\xff\n", code=UNCAUGHT, says=place, lines=12)
    outcome = b.start("program", stdin=b"no newline at the end", code=0)
    expect(outcome.output == b"<no newline at the end>\n", "the last line", outcome)
    outcome = b.start("program", stdin=b"", code=0)
    expect(outcome.output == b"", "no input", outcome)


def test_invalid_utf8_in_arguments(b):
    b.compile("program.skua", "fn main(args: [string]) {\n    println(args[0])\n}\n")
    outcome = b.start("program", os.fsdecode(b"\xff\xfe"), code=(0, 64, BAD_INPUT, UNCAUGHT), lines=6)
    try:
        outcome.output.decode("utf-8")
    except UnicodeDecodeError:
        raise Wrong("invalid UTF-8 got through\n" + outcome.describe()) from None


def closed_pipe():
    """The writing end of a pipe that nobody reads any more."""
    reading, writing = os.pipe()
    os.close(reading)
    return writing


def test_closed_output(b):
    b.compile("endless.skua", "fn main() {\n    while true { println(\"more\") }\n}\n")
    b.compile("short.skua", "fn main() {\n    println(\"hello\")\n}\n")
    b.run("vmar", "create", "x.ska", "out", "--main", "short", code=0)
    for command in (["vmrun", "--class-path", "out", "endless"], ["vmrun", "--class-path", "out", "short"],
                    ["vmdis", "out/short.skc"], ["vmar", "list", "x.ska"], ["vmdis", "--help"]):
        pipe = closed_pipe()
        try:
            b.run(*command, stdout=pipe, code=(UNCAUGHT, NOT_DELIVERED), lines=12)
        finally:
            os.close(pipe)
    # As in `vmrun ... | head -1`.
    process = subprocess.Popen([os.path.join(b.programs, "vmrun"), "--class-path", b.path("out"), "endless"],
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdout.readline()
    process.stdout.close()
    try:
        errors = process.stderr.read()
        process.wait(timeout=60)
    except subprocess.TimeoutExpired:
        process.kill()
        raise Wrong("prints into a closed pipe for ever") from None
    expect(process.returncode in (UNCAUGHT, NOT_DELIVERED), f"exit code {process.returncode}: {errors!r}")


def test_full_output(b):
    if not os.path.exists("/dev/full"):
        return
    b.compile("short.skua", "fn main() {\n    println(\"hello\")\n}\n")
    with open("/dev/full", "wb") as full:
        b.start("short", stdout=full, code=(UNCAUGHT, NOT_DELIVERED), lines=12)
        b.run("vmdis", "out/short.skc", stdout=full, code=NOT_DELIVERED, lines=12)


def rejected(b, source, says=(), lines=400, seconds=20):
    b.write("bad.skua", source)
    return b.run("vmc", "bad.skua", "-o", "out", code=BAD_INPUT, says=[r"bad\.skua:[0-9]+:[0-9]+", *says], lines=lines,
                 seconds=seconds)


def test_errors_in_source(b):
    rejected(b, "fn main() {\n    let x: int = \"one\"\n}\n", [r"bad\.skua:2:", "int", "string"], lines=12)
    rejected(b, "fn main() {\n    printlm(1)\n}\n", [r"bad\.skua:2:5", "printlm", "println"], lines=12)
    rejected(b, "fn main() {\n", [r"bad\.skua:"], lines=12)
    rejected(b, "fn main( {\n}\n", [r"bad\.skua:1:"], lines=24)
    rejected(b, "}}}}\n", [r"bad\.skua:1:"], lines=24)
    rejected(b, "import nowhere.at.all\nfn main() {}\n", [r"bad\.skua:1:", "nowhere"], lines=12)
    rejected(b, "fn f(): int = 1\nfn f(): int = 2\nfn main() {}\n", [r"bad\.skua:2:", "f"], lines=16)
    outcome = rejected(b, "fn main() {\n    let a = one\n    let b = two\n    let c = three\n}\n", ["one", "two", "three"])
    expect(outcome.errors.count(b"error") == 3, "three errors, no more", outcome)


def test_hostile_source(b):
    """No source makes the compiler crash, hang, or eat memory without bound."""
    deep = 100_000
    for source in ("let x = " + "(" * deep + "1" + ")" * deep + "\n",
                   "let x = " + "-" * deep + "1\n",
                   "let x = " + "[" * deep + "]" * deep + "\n",
                   "fn main() " + "{" * deep + "}" * deep + "\n",
                   "fn main() " + "{ if true " * deep + "}" * deep + "\n",
                   "let x: " + "[" * deep + "int" + "]" * deep + " = 1\n",
                   "let x: int" + "?" * deep + " = 1\n",
                   "let x: " + "List<" * deep + "int" + ">" * deep + " = 1\n",
                   "let x = " + "\"${" * deep + "}\"" * deep + "\n",
                   "fn main() { f" + "()" * deep + " }\n",
                   "/*" * deep + "\n",
                   "\"" + "a" * 1_000_000,
                   "'\n", "\"\"\"\n", "r\"\n", "\\\n", "0x\n", "1e\n", "99999999999999999999999999\n",
                   "let " + "x" * 1_000_000 + " = 1\nlet y = " + "x" * 999_999 + "\n"):
        b.write("bad.skua", source)
        b.run("vmc", "bad.skua", "-o", "out", code=BAD_INPUT, says=r"bad\.skua", lines=400, seconds=10)
    # Long, but right: either compiled or refused with a reason.
    for source in ("let x = 1" + " + 1" * 20_000 + "\nfn main() { println(\"${x}\") }\n",
                   "fn main() {\n" + "    println(\"x\")\n" * 20_000 + "}\n",
                   "".join(f"fn f{i}(): int = {i}\n" for i in range(20_000)) + "fn main() {}\n",
                   "fn main() { let a = [" + "1, " * 100_000 + "1]\n    println(\"${a.len}\") }\n"):
        b.write("bad.skua", source)
        b.run("vmc", "bad.skua", "-o", "out", code=(0, BAD_INPUT), lines=400, seconds=20)


def test_endless_types(b):
    """Instantiations that never end are refused where they would arise."""
    b.write("bad.skua", """
class Pair<A, B>(let a: A, let b: B)
fn grow<T>(x: T, n: int): int = if n == 0 { 0 } else { grow(Pair(x, x), n - 1) }
fn main() { println("${grow(1, 1000)}") }
""")
    outcome = b.run("vmc", "bad.skua", "-o", "out", code=(0, BAD_INPUT), lines=24)
    if outcome.code == 0:
        b.start("bad", code=UNCAUGHT, says="Error", lines=120, seconds=30)
    rejected(b, "struct A(b: B)\nstruct B(a: A)\nfn main() {}\n", ["A|B"], lines=24)
