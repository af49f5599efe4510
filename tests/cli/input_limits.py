"""Limits that end a program, in both tiers; memory outside of the heap; and doing the same each time."""

import gzip
import os
import re
import subprocess
import time

from harness import UNCAUGHT, USAGE, expect, tier_modes


def peak_of(b, options, *args, code):
    """Runs the program; its outcome and the most memory it had, in MiB."""
    command = [os.path.join(b.programs, "vmrun"), *options, "--class-path", b.path("out"), "program", *args]
    wrapper = ("import resource, subprocess, sys\n"
               "done = subprocess.run(sys.argv[1:], stdin=subprocess.DEVNULL)\n"
               "print('peak', resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=sys.stderr)\n"
               "sys.exit(done.returncode)")
    done = subprocess.run(["python3", "-c", wrapper, *command], capture_output=True, cwd=b.folder, timeout=120,
                          check=False)
    errors = done.stderr.decode("utf-8", "replace")
    expect(done.returncode == code, f"exit code {done.returncode}: {errors}")
    return done.stdout.decode(), errors, int(re.search(r"^peak (\d+)$", errors, re.M).group(1)) >> 10


BUSY = """
import std.fs
import std.io
import std.process
import std.time
fn work(n: int): int {
    var sum = 0
    for i in 0..n { sum = sum * 31 + i }
    return sum
}
fn down(n: int): int = if n == 0 { 0 } else { 1 + down(n - 1) }
fn thrower(n: int): int { throw ArgumentError("${n}") }
fn main(args: [string]) {
    println("begin")
    io.flush()
    var sum = 0
    try {
        if args[0] == "loop" { while true { sum += 1 } }
        if args[0] == "calls" { while true { sum += work(3) } }
        if args[0] == "recursion" { while true { sum += down(1000) } }
        if args[0] == "errors" { while true { try { sum += thrower(1) } catch e: Error { sum += 1 } } }
        if args[0] == "sleep" { time.sleep(1000.0) }
        if args[0] == "naps" { while true { time.sleep(0.01) } }
        if args[0] == "run" { process.run("sleep", ["1000"]) }
        if args[0] == "wait" { process.start("sleep", ["2"]).wait() }
        if args[0] == "input" { io.readLine() }
        if args[0] == "reading" { fs.readText("pipe") }
        if args[0] == "writing" { fs.writeText("pipe", "x") }
        if args[0] == "output" { while true { println("a line that nobody reads") } }
        if args[0] == "never" { while true { try { while true { sum += work(3) } } catch e: Error { sum += 1 } finally { sum += 1 } } }
    } catch e: Error {
        println("caught ${e.message}")
    } finally {
        println("finally")
    }
}
"""


def test_limits_timeout(b):
    """--timeout ends code of both tiers, sleeping, reading and writing; nothing of the guest catches it."""
    b.compile("program.skua", BUSY)
    says = r"uncaught std.core.LimitError: the limit of 300 ms is reached; --timeout sets it"
    for mode in tier_modes(b):
        for what in ("loop", "calls", "recursion", "errors", "never"):
            for ms in (300, 3000, 9000):  # on a busy machine the first line may take longer than that
                begin = time.monotonic()
                outcome = b.start("program", what, options=[f"--timeout={ms}ms", f"--jit={mode}"], code=UNCAUGHT,
                                  says=rf"uncaught std.core.LimitError: the limit of ({ms} ms|{ms // 1000} s) is reached; --timeout sets it")
                expect(time.monotonic() - begin >= ms / 1000, "ended too early", outcome)
                if outcome.output:
                    break
            expect(outcome.output == b"begin\n", f"{mode} {what}", outcome)
    for what in ("sleep", "naps", "run", "wait", "input", "output"):
        unread, nobody = os.pipe()
        silent, writer = os.pipe()
        command = [os.path.join(b.programs, "vmrun"), "--timeout=300ms", "--allow=process", "--class-path", b.path("out"), "program", what]
        done = subprocess.run(command, stdin=silent, stdout=nobody, stderr=subprocess.PIPE, timeout=30, check=False)
        for fd in (unread, nobody, silent, writer):
            os.close(fd)
        text = done.stderr.decode()
        # What has been printed can then not be delivered either, which has its own code.
        expect(done.returncode in ((UNCAUGHT, 74) if what == "output" else (UNCAUGHT,)) and re.search(says, text),
               f"{what}: {done.returncode} {text}")
    # Opening a pipe that has no other end. The time after which the process ends by force is not needed.
    os.mkfifo(b.path("pipe"))
    for what in ("reading", "writing"):
        begin = time.monotonic()
        b.start("program", what, options=["--timeout=300ms", "--allow=fs"], code=UNCAUGHT, says=says)
        expect(b.slow or time.monotonic() - begin < 1.2, f"{what}: ended by force")
    b.start("program", "none", options=["--timeout=20s"], code=0)
    for wrong in ("", "0", "-1s", "many", "10y", "1e30h", "s"):
        b.start("program", options=[f"--timeout={wrong}"], code=USAGE, says="--timeout")


HANDLES = """
import std.fs
import std.regex.Regex
fn main(args: [string]) {
    let kept = List<fs.File>()
    try {
        if args[0] == "closed" { for i in 0..1000 { use f = fs.open(args[1]); f.readLine() } }
        if args[0] == "patterns" { for i in 0..1000 { Regex("a${i}").matches("b") } }
        if args[0] == "open" { for i in 0..1000 { kept.add(fs.open(args[1])); println("${kept.len}") } }
        println("done")
    } catch e: Error {
        println("caught ${e.message}")
    }
}
"""


def test_limits_handles(b):
    """--max-handles: what is closed or garbage does not count; the next one ends the program."""
    b.compile("program.skua", HANDLES)
    file = b.write("some.txt", "a line\n")
    for mode in tier_modes(b):
        options = ["--max-handles=20", "--allow=fs.read", f"--jit={mode}"]
        for what in ("closed", "patterns"):
            outcome = b.start("program", what, file, options=options, code=0)
            expect(outcome.output == b"done\n", mode, outcome)
        outcome = b.start("program", "open", file, options=options, code=UNCAUGHT,
                          says="LimitError: the limit of 20 open handles is reached; --max-handles sets it")
        expect(outcome.output == b"".join(b"%d\n" % i for i in range(1, 21)), mode, outcome)
    b.start("program", options=["--max-handles=none"], code=USAGE, says="--max-handles")


GENERIC = """
class Pair<A, B>(let a: A?, let b: B?)
fn grow<T>(x: T?, n: int): int {
    let both = Pair<T, int>(x, n)
    if n == 0 { return if both.a == null { 0 } else { 1 } }
    return grow<Pair<T, int>>(null, n - 1) + grow<Pair<int, T>>(null, n - 1)
}
fn main() {
    try { println("${grow<int>(1, 50)}") } catch e: Error { println("caught ${e.message}") }
}
"""


DEEP = """
var depth = 0
class Deep(let n: int) {
    fn down(): int { depth += 1; return Deep(n + 1).down() + 1 }
}
interface Step { fn go(n: int): int }
class One(): Step { fn go(n: int): int { depth += 1; return pick(n).go(n + 1) + 1 } }
class Two(let x: float): Step { fn go(n: int): int { depth += 1; let y = x * 2.0; return pick(n).go(n + 1) + int(y) } }
fn pick(n: int): Step = if n % 3 == 0 { One() } else { Two(1.0) }

fn plain(n: int): int { depth += 1; return plain(n + 1) + 1 }
fn even(n: int): int { depth += 1; return odd(n + 1) + 1 }
fn odd(n: int): int { depth += 1; return small(n) + even(n + 1) }
fn small(n: int): int = n * 2
fn closure(f: (int) -> int, n: int): int { depth += 1; return f(n) + closure(x => x + 1, n + 1) }
fn catching(n: int): int {
    depth += 1
    try { return catching(n + 1) + small(n) } catch e: StackOverflowError { return n }
}
fn finalling(n: int): int {
    depth += 1
    try { return finalling(n + 1) + small(n) } finally { depth += 1000000 }
}
fn measure(name: string, f: () -> int) {
    for _ in 0..3 {
        depth = 0
        try { println("${name} gave ${f()}") } catch e: StackOverflowError { println("${name} ${depth}") }
        println("${name} then ${depth}")
    }
}
fn main(args: [string]) {
    if args.len > 0 { plain(0) }
    measure("plain", () => plain(0))
    measure("deep", () => Deep(0).down())
    measure("mutual", () => even(0))
    measure("iface", () => pick(0).go(0))
    measure("catching", () => catching(0))
    measure("finalling", () => finalling(0))
    measure("lambda", () => fix(0))
    measure("sorting", () => sorting(0))
    var sum = 0
    for i in 0..200000 { sum += shallow(i % 10) + small(i) }
    println(sum)
    measure("shallow", () => shallow(100000000))
    measure("plain", () => plain(0))
}
fn shallow(n: int): int { depth += 1; if n == 0 { return 0 } else { return shallow(n - 1) + small(n) } }
fn fix(n: int): int {
    depth += 1
    let g = (x: int) => fix(x) + n
    return g(n + 1)
}
fn sorting(n: int): int {
    depth += 1
    let xs = [3, 1, 2, n]
    let ys = xs.map(x => x + 1).filter(x => x > sorting(n + 1))
    return ys.len
}
"""


def test_limits_stack(b):
    """Where --max-stack or --deterministic is said, the stack is full at the same call, whatever runs the program."""
    b.compile("program.skua", DEEP)
    for options, least in ((["--max-stack=256K"], 500), (["--max-stack=64K", "--deterministic"], 100)):
        seen = {}
        for mode in tier_modes(b):
            for more in ([], ["--gc-stress=1000"]) + ((["--jit-threshold=1"],) if mode == "on" else ()):
                outcome = b.start("program", options=[*options, f"--jit={mode}", *more], code=0, seconds=60)
                seen.setdefault(outcome.output, []).append((mode, more))
        expect(len(seen) == 1, f"{options}: {seen}")
        depths = re.findall(r"(\w+) (\d+)\n\1 then \2\n", next(iter(seen)).decode())
        expect(len(depths) == 3 * 9 and len(set(depths)) == 8 and all(int(d) > least for _, d in depths), str(depths))
    for mode in tier_modes(b):
        b.start("program", "uncaught", options=["--max-stack=64K", f"--jit={mode}"], code=UNCAUGHT,
                says=[r"StackOverflowError: the stack of 64 KiB is used up; --max-stack sets its size",
                      r"at program.plain \(program.skua:11\)"], lines=300)


INSTANCES = """
fn work(n: int): int {
  var s = 0
  for i in 0..n { s += i * n }
  return s
}
class Pair<A, B>(let a: A, let b: B) { fn size(n: int): int = n * 2 + work(n % 10) }
fn twist<A, B>(a: A, b: B, n: int): int {
  if n % 16 == 0 { println("${n}") }
  if n == 0 { return 0 }
  let p = Pair<A, B>(a, b)
  return if n % 2 == 0 { twist(b, 1, n / 2) + twist(p, 2, n / 2) + p.size(n) } else { twist(p, "a", n - 1) + twist(a, 'c', n - 1) + work(n) }
}
fn main(args: [string]) {
  var k = 0
  while k < 3000 {
    work(k)
    k += 1
  }
  for i in 0..100 {
    println("${i}")
    println("${twist(1, "x", i)}")
  }
}
"""


def test_limits_metadata(b):
    """A program that instantiates without end comes to --max-metadata, at the same call whatever runs it, and to no more
    memory than that."""
    b.compile("program.skua", INSTANCES)
    for limit in ("1100K", "2M"):
        seen = {}
        for mode in tier_modes(b):
            for more in ([],) if mode != "on" else ([], ["--jit-threshold=1"], ["--jit-threshold=1", "--gc-stress=50"]):
                outcome = b.start("program", options=[f"--max-metadata={limit}", f"--jit={mode}", *more], code=UNCAUGHT)
                seen.setdefault((outcome.output, outcome.errors), []).append((mode, more))
        expect(len(seen) == 1, f"{limit}: {seen}")
    b.compile("program.skua", GENERIC)
    for mode in tier_modes(b):
        output, errors, peak = peak_of(b, ["--max-metadata=8M", "--max-heap=64M", f"--jit={mode}"], code=UNCAUGHT)
        expect(output == "" and re.search(r"LimitError: the limit of 8192 KiB for classes and their code is reached; "
                                          r"--max-metadata sets it", errors), errors)
        expect(b.slow or peak < 120, f"{mode}: {peak} MiB")
    b.start("program", options=["--max-metadata=1K"], code=USAGE, says="--max-metadata")


OUTSIDE = """
import std.compress
import std.fs
import std.regex.Regex
import std.bigint.BigInt
fn main(args: [string]) {
    let patterns = List<Regex>()
    try {
        if args[0] == "file" { println("${fs.readText(args[1]).len}") }
        if args[0] == "lines" { for line in fs.lines(args[1]) { println("${line.len}") } }
        if args[0] == "bomb" { println("${compress.expand(fs.readBytes(args[1]), limit: int.MAX).len}") }
        if args[0] == "stream" {
            use expander = compress.Decompressor(limit: int.MAX)
            println("${expander.update(fs.readBytes(args[1])).len}")
        }
        if args[0] == "patterns" { for i in 0..100_000 { patterns.add(Regex("x${i}")) } }
        if args[0] == "text" { var s = "text"; while true { s = s + s } }
        if args[0] == "repeat" { println("${"0123456789".repeat(50_000_000).len}") }
        if args[0] == "number" { println("${(BigInt(3) << 2_000_000_000).bitLength}") }
        println("done")
    } catch e: OutOfMemoryError {
        patterns.clear()
        println("caught ${e.message}")
    }
}
"""


def test_limits_memory_outside(b):
    """What natives take outside of the heap is bounded by --max-heap as well: files, patterns, streams, texts."""
    b.compile("program.skua", OUTSIDE)
    with open(b.path("zeros"), "wb") as file:
        file.truncate(900 << 20)
    bomb = b.path("bomb.gz")
    with open(bomb, "wb") as file:  # members of 64 MiB each, one after the other: 10 GiB
        file.write(gzip.compress(bytes(64 << 20), 9) * 160)
    for what, path in (("file", "zeros"), ("file", "/dev/zero"), ("lines", "/dev/zero"), ("bomb", bomb),
                       ("stream", bomb), ("patterns", ""), ("text", ""), ("repeat", ""), ("number", "")):
        output, errors, peak = peak_of(b, ["--max-heap=32M", "--allow=fs.read", "--allow=fs.read:/dev/zero"], what, path, code=0)
        expect(re.fullmatch(r"caught .*--max-heap.*\n|caught a text of \d+ bytes\n", output), f"{what} {path}: {output} {errors}")
        expect(b.slow or peak < 260, f"{what} {path}: {peak} MiB")


WORLD = """
import std.env
import std.process
import std.random
import std.time
import std.encoding
import std.math
fn bytes(x: float): [u8] {
    let data = [u8(0); 12]
    data.putF64be(0, x)
    data.putF32be(8, f32(x))
    return data
}
class Thing(let n: int)
fn main() {
    let t = time.nanos()
    time.sleep(3600.0)
    println("${time.nanos() - t} ${time.unixNanos()} ${process.id()}")
    println("${random.fromSystem().bits()} ${random.fromSystem().bits()}")
    let things = Map<Thing, int>()
    for i in 0..100 { things[Thing(i)] = i }
    var sum = 0
    for (thing, i) in things { sum = sum * 31 + thing.hash() + thing.n * i }
    println("${sum}")
    let zero = float.parse("0")
    println("${(zero / zero).hash()} ${(-(zero / zero)).hash()} ${math.sin(1.0)}")
    let infinite = 1.0 / zero
    for x in [zero / zero, -(zero / zero), infinite - infinite, infinite * zero, math.log(-1.0)] { println(bytes(x)) }
    println(bytes(-infinite))
}
"""


def test_limits_deterministic(b):
    """--deterministic: time, chance, identity, NaN; the trace hash is that of what the program does."""
    b.compile("program.skua", WORLD)
    seen = {}
    for seed in ("", "=0", "=1"):
        for mode in tier_modes(b):
            for more in ([], ["--gc-stress=3"], ["--max-instructions=1000000"]):
                outcome = b.start("program", options=["--allow-all", f"--deterministic{seed}", "--trace-hash",
                                                      f"--jit={mode}", *more], code=0)
                key = (outcome.output, outcome.errors)
                seen.setdefault(key, set()).add(seed)
    expect(sorted(map(sorted, seen.values())) == [["", "=0"], ["=1"]], str(seen))
    seen_by_output = {output: seeds for (output, _), seeds in seen.items()}
    for output, errors in seen:
        lines = output.decode().splitlines()
        expect(lines[0] == "3600000001000 946688400000003000 1", lines[0])
        expect(len(set(lines[3].split()[:2])) == 1, lines[3])
        expect(lines[4:9] == ["[127, 248, 0, 0, 0, 0, 0, 0, 127, 192, 0, 0]"] * 5, str(lines))
        expect(lines[9] == "[255, 240, 0, 0, 0, 0, 0, 0, 255, 128, 0, 0]", lines[9])
        expect(re.fullmatch(rb"trace hash: [0-9a-f]{64}\n", errors), errors)
    b.start("program", options=["--deterministic=some"], code=USAGE, says="--deterministic")
    # By way of vmc as well.
    for seed in ("", "=0", "=1"):
        outcome = b.run("vmc", "run", "--allow", "random", "--allow", "env", "--allow", "process", f"--deterministic{seed}",
                        b.path("program.skua"), code=0)
        expect(seed in seen_by_output[outcome.output], f"vmc run --deterministic{seed}", outcome)
    b.run("vmc", "run", "--deterministic=some", b.path("program.skua"), code=USAGE, says="--deterministic=some")


def test_limits_hash_of_ends(b):
    """A trace has a hash however the program ends, and another one if it does anything else."""
    b.compile("program.skua", """
import std.process
fn main(args: [string]) {
    println(args[1])
    if args[0] == "throw" { throw ArgumentError("no") }
    if args[0] == "exit" { process.exit(3) }
}
""")
    hashes = set()
    for what, code in (("return", 0), ("throw", UNCAUGHT), ("exit", 3)):
        for text in ("one", "two"):
            outcome = b.start("program", what, text, options=["--trace-hash"], code=code)
            found = re.findall(rb"trace hash: ([0-9a-f]{64})\n", outcome.errors)
            expect(len(found) == 1, "one hash", outcome)
            hashes.add(found[0])
    expect(len(hashes) == 6, str(hashes))


def test_limits_failing_allocations(b):
    """Each allocation of guest memory may be the one that fails: an OutOfMemoryError, caught or not."""
    b.compile("program.skua", """
class Node(let n: int, let next: Node?)
fn build(n: int): int {
    var list: Node? = null
    let texts = List<string>()
    for i in 0..n { list = Node(i, list); texts.add("text ${i}") }
    let sizes = Map<string, int>()
    for text in texts { sizes[text] = text.len }
    return sizes.len
}
fn main() {
    var caught = 0
    for round in 0..3 {
        try { caught += build(20) * 100 } catch e: OutOfMemoryError { caught += 1 }
    }
    println("${caught}")
}
""")
    seen = set()
    for mode in tier_modes(b):
        for n in list(range(1, 40)) + list(range(40, 700, 23)):
            outcome = b.start("program", options=[f"--fail-allocation={n}", f"--jit={mode}"], code={0, UNCAUGHT})
            if outcome.code == UNCAUGHT:
                expect(b"OutOfMemoryError: the heap is full; --max-heap sets its size" in outcome.errors, f"{n}", outcome)
            else:
                expect(outcome.output in (b"6000\n", b"4001\n"), f"{n}", outcome)
            seen.add((outcome.code, outcome.output))
    expect({(0, b"6000\n"), (0, b"4001\n")} <= seen, str(seen))
