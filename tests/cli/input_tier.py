"""The compiled tier's options, in builds with and without it: what they accept, say and change nothing of."""

import glob
import os
import re
import subprocess

from harness import USAGE, Skipped, expect, has_tier, tier_modes

COUNT = """
class Counter(var n: int) {
    fn add(k: int) { n += k }
}
fn step(c: Counter, i: int): int {
    c.add(i)
    return c.n % 7
}
fn main() {
    let c = Counter(0)
    var sum = 0
    for i in 0..200_000 { sum += step(c, i) }
    println("${c.n} ${sum}")
}
"""


def test_tier_values(b):
    b.compile("program.skua", COUNT)
    wrong = {"--jit=maybe": "--jit=force", "--jit=": "value", "--jit-threshold=0": "number",
             "--jit-threshold=many": "number", "--jit-threshold=-1": "number", "--jit-registers=2": "from 3",
             "--jit-cache=1K": "size", "--jit-cache=8G": "size", "--jit-log=yes": "with a value", "--jit-frob": "--jit-frob"}
    for option, says in wrong.items():
        if not has_tier(b) and option not in ("--jit=", "--jit-frob"):
            says = "no compiled tier"
        b.start("program", options=[option], code=USAGE, says=says, lines=2)
    b.run("vmrun", "--jit", code=USAGE, says="value", lines=2)
    b.run("vmc", "run", "--jit=maybe", "program.skua", code=USAGE, says="--jit", lines=2)


def test_tier_absent(b):
    """A build without it runs with --jit=off and says what it lacks to anything else."""
    b.compile("program.skua", COUNT)
    b.start("program", options=["--jit=off"], code=0)
    if has_tier(b):
        raise Skipped("this build has the compiled tier")
    for option in ("--jit=on", "--jit=force", "--jit-threshold=5", "--jit-registers=8", "--print-ir", "--print-ir=build",
                   "--print-asm", "--jit-only=x", "--jit-log", "--perf-map", "--jit-cache=1M",
                   "--jit-check-eliminated"):
        b.start("program", options=[option], code=USAGE, says=["no compiled tier", re.escape(option)], lines=2)


def test_tier_modes(b):
    b.compile("program.skua", COUNT)
    wanted = b.start("program", options=["--jit=off"], code=0).output
    if not has_tier(b):
        raise Skipped("this build has no compiled tier")
    for options in ([], ["--jit=on"], ["--jit", "force"], ["--jit=force", "--jit-registers=3"], ["--jit=force", "--jit-check-eliminated"], ["--jit-threshold=1"],
                    ["--jit-threshold=50", "--gc-stress=3"], ["--jit-only=Counter"], ["--jit-cache=64K"]):
        outcome = b.start("program", options=options, code=0, lines=0)
        expect(outcome.output == wanted, f"the same with {options}", outcome)
        if "--gc-stress=3" not in options:
            outcome = b.run("vmc", "run", *options, "program.skua", code=0, lines=0)
            expect(outcome.output == wanted, f"the same from vmc run with {options}", outcome)


def test_tier_says(b):
    b.compile("program.skua", COUNT)
    if not has_tier(b):
        raise Skipped("this build has no compiled tier")
    log = b.start("program", options=["--jit=force", "--jit-log"], code=0).errors.decode()
    expect(re.search(r"^\[jit\] program\.step: \d+ bytes of linked code, \d+ nodes, \d+ bytes, [\d.]+ ms$", log, re.M), f"a line for step:\n{log}")
    log = b.start("program", options=["--jit=force", "--jit-log", "--jit-only=program.st"], code=0).errors.decode()
    expect(len(log.splitlines()) == 1 and "program.step" in log, f"one line only:\n{log}")
    # Long enough that the compiling thread has its turn on a busy machine.
    b.compile("longer.skua", COUNT.replace("200_000", "40_000_000"))
    log = b.start("longer", options=["--jit-log"], code=0).errors.decode()
    expect(re.search(r"^\[jit\] longer\.main loop at \d+: \d+ bytes of linked code, \d+ nodes", log, re.M), f"in the background:\n{log}")
    only = ["--jit=force", "--jit-only=program.step"]
    text = b.start("program", options=[*only, "--print-ir=build"], code=0).errors.decode()
    expect("; program.step, after build" in text and "block" in text, f"the graph:\n{text}")
    expect("program.main" not in text, f"of one function only:\n{text}")
    every = b.start("program", options=[*only, "--print-ir"], code=0).errors.decode()
    expect(every.startswith(text), f"after every pass:\n{every}")
    text = b.start("program", options=[*only, "--print-asm"], code=0).errors.decode()
    expect(re.search(r"\bret\b", text), f"machine code:\n{text}")
    text = b.run("vmc", "run", *only, "--print-ir=build", "program.skua", code=0).errors.decode()
    expect("; program.step, after build" in text, f"vmc run hands it on:\n{text}")


def test_tier_full(b):
    """A full code cache ends compiling, once and with a word, not the program."""
    if not has_tier(b):
        raise Skipped("this build has no compiled tier")
    functions = "".join(f"""
fn calc{i}(a: int, b: int): int {{
    var x = a
    for k in 0..b {{ x = (x * {i + 3} + k) ^ (x >> {i % 13 + 1}) + x / {i + 2} - x % {i + 5} }}
    return x
}}
""" for i in range(400))
    calls = "".join(f"    sum ^= calc{i}(sum, 5)\n" for i in range(400))
    b.compile("program.skua", functions + f"fn main() {{\n    var sum = 1\n{calls}    println(\"${{sum}}\")\n}}\n")
    wanted = b.start("program", options=["--jit=off"], code=0).output
    outcome = b.start("program", options=["--jit=force", "--jit-log", "--jit-cache=64K"], code=0)
    expect(outcome.output == wanted, "the same result", outcome)
    text = outcome.errors.decode()
    lines = text.splitlines()
    expect(lines[-1] == "[jit] the code cache of 65536 bytes is full, which --jit-cache sets: nothing more is compiled", f"the last line:\n{text}")
    expect(text.count("nothing more") == 1 and len(lines) > 50, f"said once, after many functions:\n{text}")


def test_tier_perf_map(b):
    folder = b.compile("program.skua", COUNT)
    if not has_tier(b):
        raise Skipped("this build has no compiled tier")
    process = subprocess.Popen([os.path.join(b.programs, "vmrun"), "--jit=force", "--perf-map", "--class-path", folder,
                                "program"], stdout=subprocess.DEVNULL)
    process.wait(60)
    path = f"/tmp/perf-{process.pid}.map"
    with open(path, encoding="utf-8") as file:
        text = file.read()
    os.unlink(path)
    expect(re.search(r"^[0-9a-f]{6,16} [0-9a-f]+ program\.step$", text, re.M), f"a line for step:\n{text}")
    before = glob.glob("/tmp/perf-*.map")
    b.start("program", options=["--jit=force"], code=0)
    expect(glob.glob("/tmp/perf-*.map") == before, "no file unless it is asked for")


DEEP = """
interface Walk { fn go(n: int) }
var deepest = 0
fn note(n: int) { if n > deepest { deepest = n } }
class Plain : Walk {
    fn go(n: int) { note(n); go(n + 1); note(0) }
}
class Virtual(let other: Walk) : Walk {
    fn go(n: int) { note(n); other.go(n + 1); note(0) }
}
class Back(var other: Walk?) : Walk {
    fn go(n: int) { note(n); let o = other; if o != null { o.go(n + 1) }; note(0) }
}
class Caught : Walk {
    fn go(n: int) {
        note(n)
        try { go(n + 1) } catch e: StateError { note(0) }
    }
}
class CaughtBetween : Walk {
    fn go(n: int) {
        note(n)
        try { between(n + 1) } catch e: StateError { note(0) }
    }
    fn between(n: int) {
        var k = n
        for i in 0..n % 3 { k = k * 7 ^ i + k / 3 - (k << 2) + (k >> 3) * 5 % 11 }
        note(n)
        go(n + 1)
        note(k & 0)
    }
}
class Texts : Walk {
    fn go(n: int) {
        note(n)
        let text = "${n} and ${n * 2}"
        go(n + 1)
        note(text.len - text.len)
    }
}
class Closed : Walk {
    fn go(n: int) {
        note(n)
        let f = (k: int) => go(k + n - n)
        f(n + 1)
        note(0)
    }
}
fn sum(n: int, a: float, b: float, c: int): float {
    note(n)
    return sum(n + 1, a * 0.5, b + 1.0, c + 3) * a + b * float(c)
}
class Values : Walk {
    fn go(n: int) { println("${sum(n, 1.0, 2.0, 3)}") }
}
fn main() {
    let back = Back(null)
    back.other = Virtual(back)
    let all: [Walk] = [Plain(), back, Caught(), CaughtBetween(), Texts(), Closed(), Values()]
    for w in all {
        deepest = 0
        try { w.go(0) } catch e: StackOverflowError { }
        println("${deepest}")
    }
}
"""


def test_tier_depth(b):
    """A recursion that --max-stack allows when it is interpreted is allowed when it is compiled."""
    if not has_tier(b):
        raise Skipped("this build has no compiled tier")
    b.compile("program.skua", DEEP)
    for stack in ("1M", "8M", "40M"):  # the last one on a thread of its own
        depths = {}
        for mode in ("off", "force"):
            outcome = b.start("program", options=[f"--jit={mode}", f"--max-stack={stack}"], code=0, seconds=60)
            depths[mode] = [int(line) for line in outcome.output.split()]
        for off, force in zip(depths["off"], depths["force"], strict=True):
            expect(off > 1000 and force > off * 0.9, f"depths with {stack}: {depths}")


LIMITED = """import std.io
fn work(n: int): int {
    var sum = 0
    for i in 0..n {
        try {
            if i % 7 == 3 { throw StateError("seven") }
            sum += i
        } catch e: StateError { sum -= 1 } finally { sum += 2 }
    }
    return sum
}
fn main(args: [string]) {
    let sums = List<int>()
    for k in 0..100 { sums.add(work(k)) }
    println("${sums.len}")
    io.flush()
    try {
        while true { sums[0] = work(10) }
    } catch e: Error { println("caught") } finally { println("finally") }
}
"""


def test_tier_limit(b):
    """--max-instructions ends a program at the same place, interpreted or compiled, and nothing catches it."""
    b.compile("program.skua", LIMITED)
    modes = tier_modes(b)
    for limit in (1, 2, 100, 12_345, 100_000, 3_000_000):
        seen = set()
        for mode in modes:
            outcome = b.start("program", options=[f"--jit={mode}", f"--max-instructions={limit}"], code=70, seconds=60)
            seen.add((outcome.output, outcome.errors))
        expect(len(seen) == 1, f"limit {limit}: {seen}")
        output, errors = seen.pop()
        expect(output == (b"100\n" if limit >= 100_000 else b""), f"limit {limit}: {output}")
        text = errors.decode()
        expect(f"LimitError: the limit of {limit} instructions is reached; --max-instructions sets it" in text
               and "    at " in text, text)


HEAP = """
class Node(var next: Node?)
var kept: Node? = null
fn grow(): int {
    var n: Node? = null
    while true { n = Node(n) }
}
fn main() {
    for i in 0..3 {
        try { while true { kept = Node(kept) } } catch e: OutOfMemoryError { kept = null; println("kept: ${e.message}") }
    }
    for i in 0..3 {
        try { println(grow()) } catch e: OutOfMemoryError { println("grown: ${e.message}") }
    }
    var list: Node? = null
    while true { list = Node(list) }
}
"""


# Results of several slots go straight into the arguments of the next call, which lie in the callee's frame.
WINDOW = """
struct Wide(a: int, b: string, c: int, d: string)

// Recursive, so that they are not inlined.
fn make(k: int): Wide = if k > 9 { make(k - 1) } else { Wide(k, "b${k}", k + 1, "d${k}") }

fn looped(k: int): Wide {
    if k > 9 { return looped(k - 1) }
    var sum = 0
    for i in 0..20_000 { sum += i % (k + 1) }
    return Wide(k, "s${sum}", k + 2, "t${k}")
}

fn show(n: int, w: Wide): string = if n > 9 { show(n - 1, w) } else { "${n} ${w}" }

fn main() {
    println(show(7, make(1)))
    println(show(8, looped(1)))
}
"""


def test_tier_results_in_place(b):
    """Compiled functions and loops hand their results to an interpreted caller as interpreted ones do."""
    b.compile("program.skua", WINDOW)
    expected = b"7 Wide(a: 1, b: b1, c: 2, d: d1)\n8 Wide(a: 1, b: s10000, c: 3, d: t1)\n"
    runs = [["--jit=off"]]
    if has_tier(b):
        runs += [["--jit=force", "--jit-only=program.make"], ["--jit=force", "--jit-only=program.looped"],
                 ["--jit-threshold=40", "--jit-only=program.looped"]]
    for options in runs:
        for _ in range(5):  # when a loop is taken over is chance
            outcome = b.start("program", options=options, code=0)
            expect(outcome.output == expected, " ".join(options), outcome)


# Each node that has been evicted leads to the one that was evicted next.
CACHE = """
class Node(let key: int, let value: int) {
    var previous: Node? = null
    var next: Node? = null
}

// The most recently used node comes first in a ring that begins and ends at `ends`.
class Cache(let capacity: int) {
    private let nodes = Map<int, Node>()
    private let ends = Node(0, 0)

    init {
        ends.next = ends
        ends.previous = ends
    }

    fn get(key: int): int? {
        let node = nodes.get(key)
        if node == null { return null }
        unlink(node)
        linkFirst(node)
        return node.value
    }

    fn put(key: int, value: int) {
        if nodes.len == capacity {
            let oldest = ends.previous!!
            unlink(oldest)
            nodes.remove(oldest.key)
        }
        let node = Node(key, value)
        nodes[key] = node
        linkFirst(node)
    }

    private fn unlink(node: Node) {
        let previous = node.previous!!
        let next = node.next!!
        previous.next = next
        next.previous = previous
    }

    private fn linkFirst(node: Node) {
        let second = ends.next!!
        node.previous = ends
        node.next = second
        second.previous = node
        ends.next = node
    }
}

class Random(var seed: int) {
    fn next(bound: int): int {
        seed = seed * 16807 % 2147483647
        return seed % bound
    }
}

fn workload(): int {
    let range = 50_000
    let cache = Cache(range / 5)
    let random = Random(42)
    var hits = 0
    for i in 0..300_000 {
        let key = random.next(range) * random.next(range) / range
        if cache.get(key) != null { hits += 1 } else { cache.put(key, i) }
    }
    return hits
}

fn main() {
    for round in 0..4 { println(workload()) }
}
"""


def test_tier_keeps_nothing_dead(b):
    """A single stale word, in a slot of a compiled frame or in a register that C++ saves, keeps all nodes alive that are
    evicted from then on: more than the heap has room for."""
    b.compile("program.skua", CACHE)
    modes = [[f"--jit={mode}"] for mode in tier_modes(b)]
    if has_tier(b):
        modes.append(["--jit=force", "--jit-registers=3"])
    for mode in modes:
        outcome = b.start("program", options=[*mode, "--max-heap=8M"], code=0, seconds=60)
        expect(outcome.output == b"105793\n" * 4, "the hits", outcome)


def test_tier_out_of_memory(b):
    """A handler of OutOfMemoryError has the memory of what filled the heap, whatever the tier left in registers and
    frames; and a list that nobody looks at fills the heap, too."""
    b.compile("program.skua", HEAP)
    for mode in tier_modes(b):
        for heap in ("8M", "33M", "48M"):
            outcome = b.start("program", options=[f"--jit={mode}", f"--max-heap={heap}"], code=70, says="program.skua:16",
                              seconds=60, lines=3)
            expect(outcome.output.count(b"kept: ") == 3 and outcome.output.count(b"grown: ") == 3, outcome.output)


def test_tier_limit_options(b):
    """What is no number of instructions is refused."""
    b.compile("program.skua", LIMITED)
    for wrong in ("0", "-1", "many", "99999999999999999999", "1e6"):
        b.start("program", options=[f"--max-instructions={wrong}"], code=64, says="--max-instructions")
