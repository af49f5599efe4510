"""The second table of the benchmark: the compiled tier beside compilers and just-in-time compilers.
`./bootstrap bench --compiled` calls it and it writes docs/performance-compiled.md and .svg.

Three measurements of each program in each language: the whole process; the first iteration of its workload,
timed by the program itself in the same processes (warm-up); and the later iterations of a process that goes on
repeating it (steady state). So that all of it ends within a quarter of an hour, what the goals are about, Skua, C
and Go, is measured more often than the rest, and what takes seconds less often.
"""

import argparse
import json
import math
import os
import shlex
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor

import check
import compiled_report
import compiler_speed
import measure
import peers
from confidence import median
from run import HERE, ROOT, build_all, expected_output, progress

PAGE = os.path.join(ROOT, "docs/performance-compiled.md")
PICTURE = os.path.join(ROOT, "docs/performance-compiled.svg")

# By what they are about, in the order of the tables.
PROGRAMS = {
    "numbers": ["nbody", "spectralnorm", "mandelbrot", "fannkuch", "matmul", "fft", "sha256", "sieve"],
    "memory": ["binarytrees", "lru", "intmap", "stringmap", "wordcount", "stringbuild", "quicksort", "sortstructs"],
    "objects": ["scheduler", "constraints", "virtualcalls", "virtual12", "json", "collision", "loops"],
    "control": ["fib", "queens", "textscan", "interp", "permutations", "streams"],
}
EVERY = [name for names in PROGRAMS.values() for name in names]

# How often a whole process repeats its workload, where once takes C clearly less than 0.2 s. Most of these
# are measured with interpreters, too (run.py), and are sized for that.
REPEATS = {"nbody": 6, "matmul": 2, "sha256": 5, "sieve": 6, "wordcount": 5, "stringbuild": 2, "quicksort": 2,
           "virtualcalls": 6, "fib": 12}

WARM_SECONDS = 0.5    # of iterations, until a language that compiles while it runs counts as warm
COUNTED = 2           # iterations that count, of each process; 1 if one takes longer than SLOW_ITERATION
SLOW_ITERATION = 1.0  # seconds
SLOW_PROCESS = 1.5    # seconds; a language other than Skua, C and Go that takes longer is not measured again
MOST_ITERATIONS = 30


def options():
    parser = argparse.ArgumentParser(prog="./bootstrap bench --compiled", description=__doc__)
    parser.add_argument("--compiled", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--build", default=os.path.join(ROOT, "build/release"), help="the build to measure")
    parser.add_argument("--runs", type=int, default=3,
                        help="whole processes of each program in Skua, C and Go (default 3)")
    parser.add_argument("--peer-runs", type=int, default=2, help="the same in the other languages (default 2)")
    parser.add_argument("--steady-runs", type=int, default=2,
                        help="processes that repeat their workload until it is warm, in Skua, C and Go (default 2)")
    parser.add_argument("--peer-steady-runs", type=int, default=1, help="the same in the other languages (default 1)")
    parser.add_argument("--short-runs", type=int, default=40, help="runs of hello world (default 40)")
    parser.add_argument("--only", action="append", metavar="NAME",
                        help="only this program; may be given again. Nothing is written")
    parser.add_argument("--peer", action="append", metavar="NAME",
                        help="only peers whose name contains this, or none; may be given again. Nothing is written")
    parser.add_argument("--vmrun-option", action="append", metavar="OPTION",
                        help="passed to vmrun instead of --jit=on; may be given again. Nothing is written")
    parser.add_argument("--no-write", action="store_true", help="print the page, write no files below docs/")
    parser.add_argument("--check", action="store_true",
                        help="measure nothing; run every program in every language, Lua 5.4 included, and compare what "
                             "it prints")
    parser.add_argument("--save", metavar="FILE", help="write what was measured to a file, after each program")
    parser.add_argument("--from", metavar="FILE", dest="source",
                        help="measure nothing; make page and picture from a file that --save has written")
    args = parser.parse_args()
    for name in args.only or []:
        if name not in EVERY:
            parser.error(f"nothing is called '{name}': {', '.join(EVERY)}")
    if min(args.runs, args.peer_runs, args.steady_runs, args.peer_steady_runs, args.short_runs) < 1:
        parser.error("at least one run of each kind")
    return args


def iterations_for(language, seconds):
    """How often a process repeats a workload that takes so long: (iterations, how many of them warm up)."""
    warm = math.ceil(WARM_SECONDS / seconds) if language.warms_up else 1
    counted = COUNTED if seconds <= SLOW_ITERATION else 1
    total = min(warm + counted, MOST_ITERATIONS)
    return total, total - counted


class Measurement:
    """Of one program: {language: rounds}, a round being the list of seconds that were measured in it."""

    def __init__(self, launcher, program, commands, expected):
        self.launcher = launcher
        self.program = program
        self.commands = commands
        self.expected = expected
        self.failures = {}
        self.whole, self.first, self.steady = {}, {}, {}

    def run(self, languages, iterations, turn, what):
        """{language name: Run}, each once; the first in turn is another one each time."""
        names = [language.name for language in languages]
        shift = turn % len(names) if names else 0
        commands = {name: self.commands[name] for name in names[shift:] + names[:shift]
                    if name in self.commands and name not in self.failures}
        runs, failed = measure.alternate(
            self.launcher, commands, 1, self.expected,
            lambda _, name: progress(f"{self.program}: {name}, {what}, {turn + 1}"), iterations)
        self.failures.update(failed)
        return {name: run for name, (run,) in runs.items()}

    def measure_whole(self, languages, turn):
        for name, run in self.run(languages, REPEATS.get(self.program, 1), turn, "whole process").items():
            self.whole.setdefault(name, []).append([run.seconds])
            self.first.setdefault(name, []).append(run.iterations[:1])

    def measure_steady(self, languages, turn):
        plan = {language.name: iterations_for(language, median(self.first[language.name]))
                for language in languages if language.name in self.first}
        totals = {name: total for name, (total, _) in plan.items()}
        for name, run in self.run([language for language in languages if language.name in plan], totals, turn,
                                  "steady state").items():
            self.steady.setdefault(name, []).append(run.iterations[plan[name][1]:])
            self.first[name].append(run.iterations[:1])

    def result(self):
        complete = set(self.steady) - set(self.failures)
        return {kind: {name: rounds for name, rounds in getattr(self, kind).items() if name in complete}
                for kind in ("whole", "first", "steady")}


def measure_program(launcher, program, built, often, others, args):
    """({"whole": {language: rounds}, "first": ..., "steady": ...}, failures)"""
    commands, failures = built
    measurement = Measurement(launcher, program, commands, expected_output(os.path.join(HERE, "programs", program)))
    # All take turns as long as all are measured.
    for turn in range(max(args.runs, args.peer_runs)):
        quick = [language for language in others
                 if median(measurement.whole.get(language.name, [[0]])) <= SLOW_PROCESS and turn < args.peer_runs]
        measurement.measure_whole([*(often if turn < args.runs else []), *quick], turn)
    for turn in range(max(args.steady_runs, args.peer_steady_runs)):
        measurement.measure_steady([*(often if turn < args.steady_runs else []),
                                    *(others if turn < args.peer_steady_runs else [])], turn)
    return measurement.result(), {**failures, **measurement.failures}


def build_programs(languages, programs, scratch):
    """{program: (commands, failures)}, two at a time, all before anything is measured."""
    def build(program):
        progress(f"{program}: building")
        return build_all(languages, program, scratch)

    with ThreadPoolExecutor(2) as pool:
        return dict(zip(programs, pool.map(build, programs)))


def machine_and_versions(args, limits, skua, others):
    return {
        "command": "./bootstrap bench " + shlex.join(sys.argv[3:]),
        "conditions": compiled_report.conditions(),
        "runs": args.runs, "peer_runs": args.peer_runs, "steady_runs": args.steady_runs,
        "peer_steady_runs": args.peer_steady_runs, "repeats": REPEATS, "warm_seconds": WARM_SECONDS,
        "slow_process": SLOW_PROCESS,
        "skua": "vmrun " + " ".join(skua.options) if skua.options else "vmrun, which has no --jit: interpreted",
        "limits": [limit.name for limit in limits],
        "peers": [peer.name for peer in others],
        "versions": {language.name: language.version for language in [*limits, *others] if language.program},
        "missing": {language.name: language.package for language in [*limits, *others] if not language.program},
    }


def languages_of(args):
    """(C, Skua, peers), of which some may not be on this machine."""
    build = os.path.abspath(args.build)
    vmrun = os.path.join(build, "bin/vmrun")
    if not os.path.exists(vmrun):
        sys.exit(f"bench: no vmrun in {args.build}/bin: build first")
    usual = ["--jit=on"] if peers.knows(vmrun, "--jit") else []
    skua = peers.Skua(build, usual if args.vmrun_option is None else args.vmrun_option)
    others = peers.compiled_peers()
    if args.peer:
        others = [p for p in others if any(n in p.name for n in args.peer)]
    return peers.limits(), skua, others


def measure_all(args):
    limits, skua, others = languages_of(args)
    result = machine_and_versions(args, limits, skua, others)
    result.update({"rows": {}, "failures": {}})
    languages = [language for language in [*limits, skua, *others] if language.program]
    often = [language for language in languages if language in limits or language is skua or language.name == "go"]
    if not any(language in limits for language in languages):
        sys.exit("bench: no C compiler")
    for name, package in result["missing"].items():
        progress(f"{name}: not found; not measured (apt-get install {package})")
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="skua-bench-") as scratch:
        launcher = measure.Launcher(HERE, scratch)
        programs = [name for name in EVERY if not args.only or name in args.only]
        built = build_programs(languages, programs, scratch)
        for program in programs:
            rows, failures = measure_program(launcher, program, built[program], often,
                                             [language for language in languages if language not in often], args)
            result["rows"][program] = rows
            result["failures"].update({f"{program}: {who}": why for who, why in failures.items()})
            if args.save:
                with open(args.save, "w") as file:
                    json.dump(result, file, indent=1)
        result["compiler"] = compiler_speed.measure_compiler(
            launcher, skua, {name: built[name][0][skua.name] for name in programs if skua.name in built[name][0]})
        result["hello"] = compiler_speed.measure_hello(launcher, skua, scratch, args.short_runs)
    result["minutes"] = (time.monotonic() - started) / 60
    if args.save:
        with open(args.save, "w") as file:
            json.dump(result, file, indent=1)
    return result


def main():
    args = options()
    if args.check:
        limits, skua, others = languages_of(args)
        lua = [p for p in peers.all_peers() if p.name == "lua5.4" and (not args.peer or any(n in p.name for n in args.peer))]
        wrong = check.check_all([language for language in [*limits, skua, *others, *lua] if language.program],
                                [name for name in EVERY if not args.only or name in args.only])
        sys.exit("\n".join(wrong) if wrong else 0)
    if args.source:
        with open(args.source) as file:
            result = json.load(file)
    else:
        result = measure_all(args)
    page, picture = compiled_report.render(result, PROGRAMS)
    print(page)
    if not (args.only or args.peer or args.vmrun_option is not None or args.no_write):
        for path, text in ((PAGE, page), (PICTURE, picture)):
            with open(path, "w") as file:
                file.write(text)
            progress("written: " + os.path.relpath(path, ROOT))
    if result["failures"]:
        sys.exit("bench: some programs failed, see above")
