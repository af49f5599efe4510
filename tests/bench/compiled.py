"""The second table of the benchmark: the compiled tier beside compilers and just-in-time compilers.
`./bootstrap bench --compiled` calls it and it writes docs/performance-compiled.md and .svg.

Two measurements of each program in each language: the whole process, as in run.py, and one process
that repeats its workload and times each iteration, which shows warm-up and steady state.
"""

import argparse
import json
import os
import shlex
import sys
import tempfile

import compiled_report
import measure
import peers
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


def options():
    parser = argparse.ArgumentParser(prog="./bootstrap bench --compiled", description=__doc__)
    parser.add_argument("--compiled", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--build", default=os.path.join(ROOT, "build/release"), help="the build to measure")
    parser.add_argument("--runs", type=int, default=5, help="whole processes of each program and language (default 5)")
    parser.add_argument("--steady-runs", type=int, default=3, help="processes that repeat their workload (default 3)")
    parser.add_argument("--iterations", type=int, default=10, help="how often they repeat it (default 10)")
    parser.add_argument("--only", action="append", metavar="NAME",
                        help="only this program; may be given again. Nothing is written")
    parser.add_argument("--peer", action="append", metavar="NAME",
                        help="only peers whose name contains this; may be given again. Nothing is written")
    parser.add_argument("--vmrun-option", action="append", metavar="OPTION",
                        help="passed to vmrun instead of --jit=on; may be given again. Nothing is written")
    parser.add_argument("--no-write", action="store_true", help="print the page, write no files below docs/")
    parser.add_argument("--save", metavar="FILE", help="write what was measured to a file, after each program")
    parser.add_argument("--from", metavar="FILE", dest="source",
                        help="measure nothing; make page and picture from a file that --save has written")
    args = parser.parse_args()
    for name in args.only or []:
        if name not in EVERY:
            parser.error(f"nothing is called '{name}': {', '.join(EVERY)}")
    if min(args.runs, args.steady_runs, args.iterations - 1) < 1:
        parser.error("at least one run, one steady run and two iterations")
    return args


def measure_program(launcher, languages, program, args, scratch):
    """({"whole": {language: rounds}, "steady": ..., "first": ...}, failures). Each round is a list of seconds."""
    progress(f"{program}: building")
    commands, failures = build_all(languages, program, scratch)
    expected = expected_output(os.path.join(HERE, "programs", program))
    # Once unmeasured: the files get into the page cache, and a wrong output stops it early.
    _, failed = measure.alternate(launcher, commands, 1, expected, lambda _, name: progress(f"{program}: {name}, trial"))
    failures.update(failed)
    commands = {name: argv for name, argv in commands.items() if name not in failures}
    whole, failed = measure.alternate(
        launcher, commands, args.runs, expected,
        lambda turn, name: progress(f"{program}: {name}, whole process, {turn + 1} of {args.runs}"))
    failures.update(failed)
    commands = {name: argv for name, argv in commands.items() if name not in failures}
    repeated, failed = measure.alternate(
        launcher, commands, args.steady_runs, expected,
        lambda turn, name: progress(f"{program}: {name}, {args.iterations} iterations, {turn + 1} of {args.steady_runs}"),
        args.iterations)
    failures.update(failed)
    # The first half warms up.
    late = (args.iterations + 1) // 2
    return {
        "whole": {name: [[run.seconds] for run in runs] for name, runs in whole.items() if name in repeated},
        "steady": {name: [run.iterations[late:] for run in runs] for name, runs in repeated.items()},
        "first": {name: [run.iterations[:1] for run in runs] for name, runs in repeated.items()},
    }, failures


def machine_and_versions(args, limits, skua, others):
    return {
        "command": "./bootstrap bench " + shlex.join(sys.argv[3:]),
        "conditions": compiled_report.conditions(),
        "runs": args.runs, "steady_runs": args.steady_runs, "iterations": args.iterations,
        "skua": "vmrun " + " ".join(skua.options) if skua.options else "vmrun, which has no --jit: interpreted",
        "limits": [limit.name for limit in limits],
        "peers": [peer.name for peer in others],
        "versions": {language.name: language.version for language in [*limits, *others] if language.program},
        "missing": {language.name: language.package for language in [*limits, *others] if not language.program},
    }


def measure_all(args):
    build = os.path.abspath(args.build)
    vmrun = os.path.join(build, "bin/vmrun")
    if not os.path.exists(vmrun):
        sys.exit(f"bench: no vmrun in {args.build}/bin: build first")
    usual = ["--jit=on"] if peers.knows(vmrun, "--jit") else []
    skua = peers.Skua(build, usual if args.vmrun_option is None else args.vmrun_option)
    limits, others = peers.limits(), peers.compiled_peers()
    if args.peer:
        others = [p for p in others if any(n in p.name for n in args.peer)]
    result = machine_and_versions(args, limits, skua, others)
    result.update({"rows": {}, "failures": {}})
    languages = [language for language in [*limits, skua, *others] if language.program]
    if not any(language in limits for language in languages):
        sys.exit("bench: no C compiler")
    for name, package in result["missing"].items():
        progress(f"{name}: not found; not measured (apt-get install {package})")
    with tempfile.TemporaryDirectory(prefix="skua-bench-") as scratch:
        launcher = measure.Launcher(HERE, scratch)
        for program in [name for name in EVERY if not args.only or name in args.only]:
            rows, failures = measure_program(launcher, languages, program, args, scratch)
            result["rows"][program] = rows
            result["failures"].update({f"{program}: {who}": why for who, why in failures.items()})
            if args.save:
                with open(args.save, "w") as file:
                    json.dump(result, file, indent=1)
    return result


def main():
    args = options()
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
