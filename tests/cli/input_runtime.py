"""Programs that ask for too much: recursion, arrays, memory; and the one door to the system."""

import os

from harness import NOT_DELIVERED, UNCAUGHT, expect


def test_deep_recursion(b):
    outcome = b.program("""
fn down(n: int): int = down(n + 1) + 1
fn main() {
    println("start")
    let answer = try { down(0) } catch e: StackOverflowError { -1 }
    println("${answer}")
    println("${down(0)}")
}
""", code=UNCAUGHT, says=["StackOverflowError", r"program\.skua:2"], lines=300)
    expect(outcome.output == b"start\n-1\n", "catching it once and going on", outcome)


def test_deep_recursion_in_data(b):
    """Equality, hash and text of a long chain walk it without leaving the machine's stack."""
    b.program("""
struct Link(next: Node?)
class Node(let link: Link) : Display, Equatable<Node>, Hashable {
    fn equals(other: Node): bool = link == other.link
    fn hash(): int = 1
    fn toString(): string = "node ${link}"
}
fn chain(n: int): Node {
    var node = Node(Link(null))
    for i in 0..n { node = Node(Link(node)) }
    return node
}
fn main() {
    let a = chain(1_000_000)
    let b = chain(1_000_000)
    let same = try { "${a == b}" } catch e: StackOverflowError { "too deep" }
    println(same)
    let text = try { "${a}".len } catch e: StackOverflowError { -1 }
    println("${text}")
}
""", code=0, seconds=40)


def test_endless_exceptions(b):
    outcome = b.program("""
fn main() {
    var n = 0
    var error: Error? = null
    while n < 100_000 {
        try { throw StateError("number ${n}", error) } catch e: StateError { if n % 1000 == 0 { error = e } }
        n += 1
    }
    println("${n}")
    throw StateError("last", error)
}
""", code=UNCAUGHT, says=["last", "caused by"], lines=400)
    expect(outcome.output == b"100000\n", "throwing and catching", outcome)


def test_huge_arrays(b):
    outcome = b.program("""
fn attempt(n: int): string = try {
    let a = [0; n]
    "made ${a.len}"
} catch e: OutOfMemoryError { "memory" } catch e: ArgumentError { "argument" }
fn main() {
    for n in [-1, -9223372036854775807, 9223372036854775807, 1152921504606846976, 2305843009213693952, 1_000_000_000_000, 3] {
        println(attempt(n))
    }
    let bytes: u8 = 0
    println("${[bytes; 9223372036854775807].len}")
}
""", options=["--max-heap=256M"], code=UNCAUGHT, lines=12,
                        says=["OutOfMemoryError: no heap has room for an array of 9223372036854775807 elements of 1 byte",
                              r"program\.skua:1[0-9]"])
    lines = outcome.output.decode().split()
    expect(len(lines) == 8 and lines[-2:] == ["made", "3"], "one answer for each", outcome)
    expect(all(line in ("argument", "memory") for line in lines[:-2]), "no such array can be made", outcome)


def test_endless_allocation(b):
    source = """
class Node(let next: Node?)
fn grow(): int {
    var head: Node? = null
    var n = 0
    while true {
        head = Node(head)
        n += 1
    }
    return n
}
fn main() {
    let answer = try { grow() } catch e: OutOfMemoryError { -1 }
    println("${answer}")
    let text = StringBuilder()
    while true { text.append("more and more and more ") }
}
"""
    outcome = b.program(source, options=["--max-heap=64M"], code=UNCAUGHT,
                        says=["OutOfMemoryError", "heap", r"program\.skua:1[0-9]"], lines=16, seconds=60)
    expect(outcome.output == b"-1\n", "catching it once and going on", outcome)


def test_endless_allocation_of_lists(b):
    outcome = b.program("""
fn main() {
    let all = List<List<int>>()
    try {
        while true { all.add(List([1, 2, 3])) }
    } catch e: OutOfMemoryError {
        println("full")
    }
    all.clear()
    var n = 0
    for i in 0..1000 { n += List([1, 2, 3]).len }
    println("${n}")
}
""", options=["--max-heap=64M"], code=0, seconds=60)
    expect(outcome.output == b"full\n3000\n", "memory is given back", outcome)


def test_machine_errors(b):
    outcome = b.program("""
class Box(var n: int)
fn attempt(what: int): string = try {
    let a = [1, 2, 3]
    let zero = a.len - 3
    match what {
        0 => "${a[3]}"
        1 => "${a[-1]}"
        2 => "${a[0] / zero}"
        3 => "${a[0] % zero}"
        4 => "${Map<string, int>()["x"]}"
        5 => "${int.parse("12x")}"
        6 => "${"abc"[5]}"
        7 => "${-9223372036854775807 - 1 / (zero - 1)}"
        8 => "${char(0x110000 + zero)}"
        _ => "none"
    }
} catch e: Error { e.message }
fn main() {
    for i in 0..10 { println("${i}: ${attempt(i)}") }
    let a = [1]
    println("${a[a.len]}")
}
""", code=UNCAUGHT, says=["IndexError", r"program\.skua:2[0-9]"], lines=8)
    lines = outcome.output.decode().splitlines()
    expect(len(lines) == 10 and all(len(line) > 3 for line in lines), "each with a message", outcome)


def test_denied_by_default(b):
    b.write("secret.txt", "secret")
    source = """
import std.fs
fn main(args: [string]) {
    println(fs.readText(args[0]))
}
"""
    b.compile("program.skua", source)
    outcome = b.start("program", "secret.txt", code=UNCAUGHT,
                      says=["PermissionError", "fs.read", "secret.txt", "--allow"], lines=12)
    expect(b"secret" not in outcome.output, "the file was read", outcome)
    outcome = b.start("program", "secret.txt", options=["--allow=fs.read"], code=0)
    expect(outcome.output == b"secret\n", "granted, it is read", outcome)
    os.mkdir(b.path("data"))
    b.write("data/open.txt", "open")
    b.start("program", "data/open.txt", options=["--allow=fs.read:data"], code=0)
    b.start("program", "secret.txt", options=["--allow=fs.read:data"], code=UNCAUGHT, says="PermissionError", lines=12)
    b.start("program", "data/../secret.txt", options=["--allow=fs.read:data"], code=UNCAUGHT, says="PermissionError",
            lines=12)
    os.symlink("../secret.txt", b.path("data/link.txt"))
    b.start("program", "data/link.txt", options=["--allow=fs.read:data"], code=UNCAUGHT, says="PermissionError",
            lines=12)
    b.start("program", "nowhere.txt", options=["--allow=fs.read"], code=UNCAUGHT, says=["IOError", "nowhere.txt"],
            lines=12)
    b.start("program", "data", options=["--allow=fs.read"], code=UNCAUGHT, says=["IOError", "data"], lines=12)


def test_exit_codes(b):
    for value, code in (("0", 0), ("3", 3), ("255", 255)):
        b.compile("program.skua", f"fn main(): int = {value}\n")
        outcome = b.start("program", code=code)
        expect(outcome.errors == b"", "nothing to say", outcome)
    # What `main` returns is a number like any other; of an exit code there are eight bits.
    b.compile("program.skua", "fn main(): int = 300\n")
    b.start("program", code=44)


def test_output_not_delivered(b):
    """Found out at the end, as the other programs say it."""
    b.compile("program.skua", "fn main() { print(\"one\") }\n")
    reader, writer = os.pipe()
    os.close(reader)
    b.start("program", stdout=writer, code=NOT_DELIVERED, says="^vmrun: standard output: could not be written: ", lines=1)
    os.close(writer)
