"""Fault injection: the programs while memory, files and pipes fail under them (fault_shim.c).

Whatever fails, a program ends by itself with a documented exit code and, if that is not 0, says why; what it
was to write is there as a whole or not at all, and nothing else is left behind. If it says 0, everything is
as without the fault.

usage: faults.py BIN SHIM [--sites N] [--seed S] [--only SCENARIO]...

Each scenario is first run while its calls are counted; then one call fails, at N places spread over them
(0: at each), and from one of these places on all fail.
"""

import argparse
import errno
import os
import random
import shutil
import struct
import subprocess
import sys
import tempfile

DOCUMENTED = {0, 1, 64, 65, 66, 70, 71, 73, 74}
SOURCE = """
import std.fs
import std.regex.Regex

class Point(let x: int, let y: int) {
    fn norm(): int = x * x + y * y
}

fn fib(n: int): int = if n < 2 { n } else { fib(n - 1) + fib(n - 2) }

fn main(args: [string]): int {
    let points = List<Point>()
    for i in 0..2000 { points.add(Point(i, i + 1)) }
    var sum = fib(18)
    for p in points { sum += p.norm() }
    let names = Map<string, int>()
    for i in 0..500 { names["name${i}"] = i }
    let pattern = Regex("n(a|b)me[0-9]+")
    var found = 0
    for (name, _) in names { if pattern.matches(name) { found += 1 } }
    if args.len > 1 {
        let text = fs.readText(args[0])
        fs.writeText(args[1], text + text)
    }
    println("${sum} ${found}")
    return 0
}
"""
# What the program above prints and writes.
PRINTED = b"5333336584 500\n"

# Little else than patterns: RE2 bears no failed allocation by itself (stdlib/native/memory_reserve.h).
PATTERNS = """
import std.regex.Regex
import std.regex.RegexError

fn main(): int {
    var found = 0
    let text = "name=Ann; age=41; name=Zoë; age=7"
    for pattern in [r"(?P<key>\\w+)=(?P<value>[^;]*)", "(?i)NAME", r"[[:alpha:]]+\\d{1,3}|\\pL{2,}", "(a|b)*c|(x+x+)+y"] {
        for m in Regex(pattern).findAll(text) { found += m.text.len }
    }
    found += Regex("(name|age)=").replace(text, "$1:").len
    try {
        found += Regex("(a").findAll("a").count()
    } catch e: RegexError {
        found += 1
    }
    println(found)
    return 0
}
"""
PATTERNS_PRINTED = b"92\n"


class Scenario:
    """A command in a fresh folder: what it is to make there, and what it prints."""

    def __init__(self, name, command, calls, outputs=(), printed=None, inputs=(), last=0):
        """`last`: only so many calls at the end fail, after what every program does; 0: any."""
        self.name, self.command, self.calls, self.last = name, command, calls, last
        self.outputs, self.printed, self.inputs = outputs, printed, inputs


class Bench:
    def __init__(self, programs, shim):
        self.programs, self.shim = os.path.abspath(programs), os.path.abspath(shim)
        self.folder = tempfile.mkdtemp(prefix="skua-faults-")
        self.counter = os.path.join(self.folder, "count")
        self.work = os.path.join(self.folder, "work")
        self.given = os.path.join(self.folder, "given")
        os.makedirs(self.given)
        self.runs = 0

    def prepare(self):
        for name, text in (("program", SOURCE), ("patterns", PATTERNS)):
            with open(os.path.join(self.given, name + ".skua"), "w", encoding="utf-8") as file:
                file.write(text)
        source = os.path.join(self.given, "program.skua")
        with open(os.path.join(self.given, "in.txt"), "w", encoding="utf-8") as file:
            file.write("line of text\n" * 5000)
        self.plain("vmc", source, "-o", os.path.join(self.given, "classes"))
        self.plain("vmc", os.path.join(self.given, "patterns.skua"), "-o", os.path.join(self.given, "patterns"))
        self.plain("vmar", "create", os.path.join(self.given, "app.ska"), os.path.join(self.given, "classes"),
                   "--main", "program")
        self.plain("vmdis", os.path.join(self.given, "classes", "program.skc"),
                   stdout=open(os.path.join(self.given, "program.skasm"), "wb"))

    def plain(self, program, *args, stdout=None):
        subprocess.run([os.path.join(self.programs, program), *args], check=True, stdout=stdout, timeout=60)

    def fresh(self):
        shutil.rmtree(self.work, ignore_errors=True)
        shutil.copytree(self.given, self.work)

    def run(self, scenario, call, at=0, mode="fail", error=0):
        """Exit code, standard output, standard error; and how many calls there were."""
        self.fresh()
        for name in scenario.outputs:
            path = os.path.join(self.work, name)
            if os.path.isdir(path):
                shutil.rmtree(path)
            elif os.path.exists(path):
                os.remove(path)
        with open(self.counter, "wb") as file:
            file.write(bytes(8))
        environment = dict(os.environ, LD_PRELOAD=self.shim, FAULT_CALL=call, FAULT_AT=str(at), FAULT_MODE=mode,
                           FAULT_ERRNO=str(error), FAULT_COUNT=self.counter)
        command = [os.path.join(self.programs, scenario.command[0]), *scenario.command[1:]]
        try:
            done = subprocess.run(command, cwd=self.work, env=environment, stdin=subprocess.DEVNULL,
                                  capture_output=True, timeout=60, check=False)
        except subprocess.TimeoutExpired:
            return None, b"", b"still running after 60 s", 0
        self.runs += 1
        with open(self.counter, "rb") as file:
            count = struct.unpack("<Q", file.read(8))[0]
        return done.returncode, done.stdout, done.stderr, count

    def files(self):
        found = {}
        for path, _, names in os.walk(self.work):
            for name in names:
                full = os.path.join(path, name)
                with open(full, "rb") as file:
                    found[os.path.relpath(full, self.work)] = file.read()
        return found


def wrong(scenario, good, before, code, output, errors, files):
    """What is not as it must be, or None."""
    text = errors.decode("utf-8", "replace")
    if code is None:
        return "does not end"
    if code < 0:
        return f"killed by signal {-code}"
    if code not in DOCUMENTED:
        return f"exit code {code} is not documented"
    if "terminate called" in text or "internal error" in text:
        return "ends by an internal error"
    if code != 0 and not text.strip():
        return "fails without saying why"
    if code == 0 and output != good["output"]:
        return "says that all is well, and has printed something else"
    if scenario.printed is not None and not scenario.printed.startswith(output):
        return "prints what it would not print without the fault"
    for name, content in files.items():
        if name in before or name.endswith(".skua-build"):
            if name in before and before[name] != content:
                return f"changed {name}"
        elif name not in good["files"]:
            return f"leaves {name} behind"
        elif name not in scenario.inputs and good["files"][name] != content:
            return f"leaves {name} half-written"
    if code == 0 and any(name not in files for name in good["files"] if not name.endswith(".skua-build")):
        return "says that all is well, and a file is missing"
    return None


def places(count, sites, rng, last=0):
    if 0 < last < count:
        return [count - last + at for at in places(last, sites, rng)]
    if sites == 0 or count <= sites:
        return list(range(1, count + 1))
    # The first ones, where nothing is set up yet, and one of each of equal shares of the rest.
    first = list(range(1, sites // 4 + 1))
    rest = sites - len(first)
    step = (count - len(first)) / rest
    return first + [len(first) + 1 + int(i * step + rng.random() * step) for i in range(rest)]


def check(bench, scenario, sites, rng, failures):
    code, output, errors, _ = bench.run(scenario, "none")
    if code != 0 or (scenario.printed is not None and output != scenario.printed):
        failures.append(f"{scenario.name}: without faults: exit code {code}, {output!r}, {errors!r}")
        return
    good = {"output": output, "files": bench.files()}
    bench.fresh()
    before = {name: content for name, content in bench.files().items()
              if not any(name == o or name.startswith(o + "/") for o in scenario.outputs)}

    def one(call, at, mode, error=0):
        code, output, errors, _ = bench.run(scenario, call, at, mode, error)
        what = wrong(scenario, good, before, code, output, errors, bench.files())
        if mode in ("short", "eintr") and what is None and code != 0:
            what = f"exit code {code}"
        if what:
            failures.append(f"{scenario.name}: {call} {at} {mode} {errno.errorcode.get(error, '')}: {what}\n"
                            f"    {errors.decode('utf-8', 'replace')[:500]}")

    for call in scenario.calls:
        if call in ("short", "eintr"):
            one("none", 0, call)
            continue
        count = bench.run(scenario, call)[3]
        chosen = places(count, sites, rng, scenario.last)
        for at in chosen:
            one(call, at, "fail", errno.ENOSPC if call == "write" and at % 2 else 0)
        for at in chosen[::4]:
            one(call, at, "on")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("bin")
    parser.add_argument("shim")
    parser.add_argument("--sites", type=int, default=12)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", action="append", dest="scenario", default=[])
    options = parser.parse_args()
    bench = Bench(options.bin, options.shim)
    every = ["malloc", "mmap", "open", "read", "close", "short", "eintr"]
    run = ["vmrun", "--allow-all", "--class-path", "classes"]
    args = ["program", "in.txt", "out.txt"]
    # out.txt is the guest's: it is told by an IOError that it is not complete.
    scenarios = [
        Scenario("interpreted", [*run, "--jit=off", *args], [*every, "write"], ["out.txt"], PRINTED, ["out.txt"]),
        Scenario("compiled", [*run, "--jit=force", *args], [*every, "pthread_create"], ["out.txt"], PRINTED,
                 ["out.txt"]),
        Scenario("warm", [*run, "--jit-threshold=40", *args], ["malloc", "mmap", "pthread_create"], ["out.txt"],
                 PRINTED, ["out.txt"]),
        Scenario("archive", ["vmrun", "--allow-all", "app.ska", "in.txt", "out.txt"], every, ["out.txt"], PRINTED,
                 ["out.txt"]),
        Scenario("patterns", ["vmrun", "--jit=off", "--class-path", "patterns", "patterns"], ["malloc"],
                 printed=PATTERNS_PRINTED, last=30000),
        Scenario("vmc", ["vmc", "program.skua", "-o", "classes"], [*every, "write", "rename", "mkostemp"],
                 ["classes"]),
        Scenario("vmar_create", ["vmar", "create", "app.ska", "classes", "--main", "program"],
                 [*every, "write", "rename", "mkostemp"], ["app.ska"]),
        Scenario("vmar_extract", ["vmar", "extract", "app.ska", "-o", "unpacked"],
                 [*every, "write", "rename", "mkostemp"], ["unpacked"]),
        Scenario("vmdis", ["vmdis", "classes/program.skc"], every),
        Scenario("vmdis_assemble", ["vmdis", "--assemble", "program.skasm", "-o", "made"],
                 [*every, "write", "rename", "mkostemp"], ["made"]),
    ]
    names = {s.name for s in scenarios}
    for name in options.scenario:
        if name not in names:
            parser.error(f"there is no scenario {name}; there are {', '.join(sorted(names))}")
    failures = []
    try:
        bench.prepare()
        for scenario in scenarios:
            if not options.scenario or scenario.name in options.scenario:
                check(bench, scenario, options.sites, random.Random(options.seed), failures)
    finally:
        shutil.rmtree(bench.folder)
    for failure in failures:
        print(failure)
    print(f"{bench.runs} runs, {len(failures)} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
