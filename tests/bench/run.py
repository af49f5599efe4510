#!/usr/bin/env python3
"""Measures Skua's interpreter beside others and writes docs/performance.md. Called by `./bootstrap bench`.

Whole processes, start-up included; every output compared; runs alternated; medians. Standard
library only. `./bootstrap bench --compiled` measures what compiles to machine code: compiled.py.
"""

import argparse
import os
import shlex
import sys
import tempfile

import measure
import peers
import report

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
PROGRAMS = ["fib", "sieve", "nbody", "wordcount", "binarytrees", "virtualcalls", "quicksort", "sha256"]


def options():
    parser = argparse.ArgumentParser(prog="./bootstrap bench", description=__doc__)
    parser.add_argument("--compiled", action="store_true",
                        help="another table, with options of its own (--compiled --help): the compiled tier beside "
                             "compilers; writes docs/performance-compiled.md")
    parser.add_argument("--build", default=os.path.join(ROOT, "build/release"), help="the build to measure")
    parser.add_argument("--runs", type=int, default=5, help="runs of each program in each language (default 5)")
    parser.add_argument("--short-runs", type=int, default=40,
                        help="runs of what takes milliseconds: hello world, compilers (default 40)")
    parser.add_argument("--only", action="append", metavar="NAME",
                        help="only this: a program, hello, or compile; may be given again. Nothing is written")
    parser.add_argument("--peer", action="append", metavar="NAME",
                        help="only peers whose name contains this; may be given again. Nothing is written")
    parser.add_argument("--vmrun-option", action="append", default=[], metavar="OPTION",
                        help="passed to vmrun, after --jit=off. Nothing is written")
    parser.add_argument("--no-write", action="store_true", help="print the tables, leave docs/performance.md alone")
    return parser.parse_args()


def progress(what):
    print(what, file=sys.stderr, flush=True)


def expected_output(folder, name="expected.txt"):
    with open(os.path.join(folder, name), "rb") as file:
        return file.read()


def build_all(languages, program, scratch):
    """({language name: argv}, {language name: why it cannot be built})"""
    folder = os.path.join(HERE, "programs", program)
    commands, failures = {}, {}
    for language in languages:
        out = os.path.join(scratch, program + "-" + language.artifact)
        os.makedirs(out, exist_ok=True)
        try:
            commands[language.name] = language.build(folder, out)
        except RuntimeError as error:
            failures[language.name] = str(error)
    return commands, failures


def measure_program(launcher, languages, program, rounds, scratch):
    progress(f"{program}: building")
    commands, failures = build_all(languages, program, scratch)
    expected = expected_output(os.path.join(HERE, "programs", program))
    for name in commands:
        # Once unmeasured: the files get into the page cache, and a wrong output stops it early.
        progress(f"{program}: {name}, trial")
        _, failed = measure.alternate(launcher, {name: commands[name]}, 1, expected)
        failures.update(failed)
    commands = {name: argv for name, argv in commands.items() if name not in failures}
    runs, failed = measure.alternate(launcher, commands, rounds, expected,
                                     lambda turn, name: progress(f"{program}: round {turn + 1} of {rounds}, {name}"))
    failures.update(failed)
    return runs, failures


def measure_compilers(launcher, skua, others, rounds, scratch):
    """[(row, runs by compiler)], failures: hello world and a generated program of 10,000 lines."""
    rows, failures = [], {}
    hello = os.path.join(HERE, "programs", "hello")
    large = os.path.join(scratch, "large")
    os.makedirs(large, exist_ok=True)
    sys.path.insert(0, HERE)
    import gen_large
    sources = {"hello world": {}, "10,000 lines": {}}
    by_extension = {"skua": skua, **{p.extension: p for p in others}}
    for extension, language in by_extension.items():
        sources["hello world"][extension] = language.source(hello)
        sources["10,000 lines"][extension] = gen_large.write(extension, large)
    for row, files in sources.items():
        commands = {}
        for extension, language in by_extension.items():
            out = os.path.join(scratch, "compiled-" + extension)
            os.makedirs(out, exist_ok=True)
            command = language.compiler(files[extension], out)
            commands[os.path.basename(command[0])] = command
        count = rounds if row == "hello world" else max(5, rounds // 4)
        progress(f"compiling {row}: {count} rounds of {', '.join(commands)}")
        measure.alternate(launcher, commands, 1)
        runs, failed = measure.alternate(launcher, commands, count)
        rows.append((row, runs))
        failures.update({f"{name}, {row}": why for name, why in failed.items()})
    return rows, failures


def main():
    args = options()
    vmrun = os.path.join(args.build, "bin/vmrun")
    interpreted = ["--jit=off"] if os.path.exists(vmrun) and peers.knows(vmrun, "--jit") else []
    skua = peers.Skua(os.path.abspath(args.build), [*interpreted, *args.vmrun_option])
    if not skua.program:
        sys.exit(f"bench: no vmrun in {args.build}/bin: build first")
    every = peers.all_peers()
    limit = peers.C()
    if not limit.program:
        sys.exit("bench: no C compiler")
    chosen = [p for p in every if p.program and (not args.peer or any(n in p.name for n in args.peer))]
    for peer in every:
        progress(f"{peer.name}: {peer.version}" if peer.program else
                 f"{peer.name}: not found; not measured (apt-get install {peer.package})")

    result = report.Result(every, skua, limit, args.runs, args.short_runs,
                           "./bootstrap bench " + shlex.join(sys.argv[3:]))
    with tempfile.TemporaryDirectory(prefix="skua-bench-") as scratch:
        launcher = measure.Launcher(HERE, scratch)
        languages = [limit, skua, *chosen]
        wanted = args.only or ["hello", "compile", *PROGRAMS]
        for name in wanted:
            if name == "compile":
                result.compilers, failures = measure_compilers(
                    launcher, skua, [p for p in chosen if p.extension in ("java", "cs")], args.short_runs, scratch)
            elif name == "hello":
                result.hello, failures = measure_program(launcher, languages, "hello", args.short_runs, scratch)
            elif name in PROGRAMS:
                result.rows[name], failures = measure_program(launcher, languages, name, args.runs, scratch)
            else:
                sys.exit(f"bench: nothing is called '{name}': hello, compile, {', '.join(PROGRAMS)}")
            result.failures.update({f"{name}: {who}": why for who, why in failures.items()})

    text = report.markdown(result)
    print(text)
    whole = not (args.only or args.peer or args.vmrun_option or args.no_write)
    if whole:
        with open(os.path.join(ROOT, "docs/performance.md"), "w") as file:
            file.write(text)
        progress("written: docs/performance.md")
    if result.failures:
        sys.exit("bench: some programs failed, see above")


if __name__ == "__main__":
    if "--compiled" in sys.argv:
        import compiled

        compiled.main()
    elif "--native-calls" in sys.argv:
        import native_calls

        native_calls.main()
    else:
        main()
