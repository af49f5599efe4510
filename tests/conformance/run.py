#!/usr/bin/env python3
"""Runs Skua programs and compares what they do with what they say they do.

Two kinds of cases:
  tests   AREA/NAME.skua, or a folder AREA/NAME/ with main.skua and further modules. What is
          expected is in comment lines of the (main) file:
              //> text      a line of standard output, in order
              //err: text   occurs in standard error
              //exit: 70    exit code (0 if none is named)
              //stdin: text a line of standard input
              //args: a b   arguments, blanks between them
              //flag: --x   a further option of vmrun, e.g. --allow=fs.read
              //trace: why  the trace hash is of the world, e.g. of times of files: it is not compared
              //separate: x the modules in folder x are compiled first, by themselves; the others then
                            see only their class files
          {tmp} in args stands for an empty folder of the case's own, {dir} for the case's folder.
  examples NAME/NAME.skua and the modules beside it, with NAME/expected.txt, and NAME/args, NAME/stdin
          if there are any (arguments are relative to the project's root); `//! requires: fs.read` of a
          module becomes --allow.

  docs     the ```skua blocks of a Markdown file: each must compile; if a ```text block follows at
          once, the program is run and must print it.

Each case is compiled by vmc and run by vmrun twice: interpreted from a folder of class files, and by
default from an archive. Exit code 0 if all pass.

    run.py --bin build/release/bin [--examples DIR | --docs FILE] [--mode NAME=OPTIONS]... [FILTER...]
"""
import argparse
import concurrent.futures
import difflib
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent


class Case:
    """A program with what it needs and what it must do."""

    def __init__(self, name, main, sources, source_root):
        self.name, self.main, self.sources, self.source_root = name, main, sources, source_root
        self.stdout, self.stdin, self.args, self.flags = "", "", [], []
        self.errors, self.exit, self.cwd = [], 0, None
        self.compile_only, self.separate, self.traced = False, [], True
        self.vmc_flags = []

    @property
    def module(self):
        relative = self.main.relative_to(self.source_root).with_suffix("")
        return ".".join(relative.parts)


def read_case(main, sources, source_root, name):
    case = Case(name, main, sources, source_root)
    out = []
    for line in main.read_text(encoding="utf-8", errors="surrogateescape").splitlines():
        if line.startswith("//>"):
            out.append(line[4:] if line[3:4] == " " else line[3:])
            continue
        match = re.match(r"//(err|exit|stdin|args|flag|trace|separate): ?(.*)", line)
        if not match:
            continue
        key, value = match.groups()
        if key == "err":
            case.errors.append(value)
        elif key == "exit":
            case.exit = int(value)
        elif key == "stdin":
            case.stdin += value + "\n"
        elif key == "args":
            case.args += shlex.split(value)
        elif key == "flag":
            case.flags.append(value)
        elif key == "trace":
            case.traced = False
        elif key == "separate":
            case.separate.append(value)
    case.stdout = "".join(line + "\n" for line in out)
    case.vmc_flags = ["-Wno-all"]  # tests do odd things on purpose; examples and documents must not
    return case


def find_tests(folder):
    for path in sorted(folder.glob("*/*")):
        if path.parent.name == "diagnostics":  # wrong programs: tests/unit/compiler checks them
            continue
        if path.suffix == ".skua":
            yield read_case(path, [path], path.parent, f"{path.parent.name}/{path.stem}")
        elif (path / "main.skua").is_file():
            yield read_case(path / "main.skua", sorted(path.rglob("*.skua")), path, f"{path.parent.name}/{path.name}")


def find_examples(folder):
    for path in sorted(folder.glob("*/expected.txt")):
        main = path.parent / (path.parent.name + ".skua")
        if not main.is_file():
            continue
        sources = [main] + sorted(s for s in path.parent.rglob("*.skua") if s != main)
        case = Case(f"examples/{path.parent.name}", main, sources, main.parent)
        case.stdout = path.read_text(encoding="utf-8")
        case.cwd = ROOT
        for extra in ("args", "stdin"):
            if (path.parent / extra).is_file():
                text = (path.parent / extra).read_text(encoding="utf-8")
                setattr(case, extra, shlex.split(text) if extra == "args" else text)
        rights = {right.strip() for source in sources
                  for line in re.findall(r"^//! requires: (.*)$", source.read_text(encoding="utf-8"), re.M)
                  for right in line.split(",")}
        case.flags = ["--allow=" + right for right in sorted(rights)]
        yield case


def find_samples(page, folder):
    text = page.read_text(encoding="utf-8")
    for i, match in enumerate(re.finditer(r"^```skua\n(.*?)^```\n(?:```text\n(.*?)^```\n)?", text, re.M | re.S)):
        line = text.count("\n", 0, match.start()) + 1
        main = folder / f"sample{i}" / "sample.skua"
        main.parent.mkdir()
        main.write_text(match.group(1), encoding="utf-8")
        case = Case(f"{page.name}:{line}", main, [main], main.parent)
        case.stdout, case.compile_only = match.group(2) or "", match.group(2) is None
        yield case


def run(command, timeout, stdin="", cwd=None):
    try:
        done = subprocess.run([str(c) for c in command], input=stdin.encode("utf-8", "surrogateescape"),
                              capture_output=True, timeout=timeout, cwd=cwd)
    except subprocess.TimeoutExpired:
        return None, "", f"no end after {timeout} s"
    return done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace")


def check(case, mode, code, out, err):
    """The ways in which a run differs from what is expected."""
    problems = []
    if code != case.exit:
        problems.append(f"exit code {code}, expected {case.exit}")
    if out != case.stdout:
        diff = difflib.unified_diff(case.stdout.splitlines(), out.splitlines(), "expected", "printed", lineterm="", n=1)
        problems.append("\n".join(list(diff)[:20]) or "the last line break differs")
    at = 0
    for wanted in case.errors:  # in this order
        found = err.find(wanted, at)
        if found < 0:
            problems.append(f"standard error lacks: {wanted}")
        else:
            at = found + len(wanted)
    if problems and err:
        problems.append("standard error:\n" + err[-2000:])
    return [f"{mode}: {p}" for p in problems]


def compile_case(case, vmc, classes, timeout):
    """Its class files into an empty folder; what went wrong, or None."""
    rest, known, steps = case.sources, [], []
    for folder in case.separate:
        root = case.source_root / folder
        own = [s for s in rest if root in s.parents]
        rest = [s for s in rest if root not in s.parents]
        steps.append((root, own))
    for root, sources in [*steps, (case.source_root, rest)]:
        code, out, err = run([vmc, *sources, "--source-root", root, *known, *case.vmc_flags, "-o", classes], timeout)
        if code != 0:
            return f"vmc ended with {code}:\n{(out + err)[-2000:]}"
        if out or err:
            return f"vmc printed:\n{out + err}"
        known = ["--class-path", classes]
    return None


def run_case(case, options):
    work = pathlib.Path(tempfile.mkdtemp(prefix="skua-"))
    try:
        classes, archive = work / "classes", work / "case.ska"
        classes.mkdir()
        vmc, vmrun, vmar = (options.bin / tool for tool in ("vmc", "vmrun", "vmar"))
        wrong = compile_case(case, vmc, classes, options.timeout)
        if wrong:
            return case, [wrong]
        if case.compile_only:
            return case, []
        # How deep a recursion gets, and when the heap is full, is each tier's own matter.
        if options.trace_hashes and not case.traced:
            return case, []
        if options.trace_hashes and re.search("StackOverflowError|OutOfMemoryError", case.main.read_text(encoding="utf-8")):
            return case, []
        problems = []

        def fresh(text):
            box = work / "tmp"
            shutil.rmtree(box, ignore_errors=True)
            box.mkdir()
            return text.replace("{tmp}", str(box)).replace("{dir}", str(case.main.parent))

        hashes = {}
        for mode, extra in options.modes:
            flags = [fresh(flag) for flag in case.flags] + extra
            if options.trace_hashes:
                flags += ["--deterministic=7", "--trace-hash"]
            code, out, err = run([vmrun, *flags, "--class-path", classes, case.module, *map(fresh, case.args)],
                                 options.timeout, case.stdin, case.cwd)
            if not options.trace_hashes:
                problems += check(case, mode, code, out, err)
                continue
            found = re.findall(r"^trace hash: ([0-9a-f]{64})$", err, re.M)
            hashes.setdefault((code, found[0] if len(found) == 1 else f"{found} {err[-500:]}"), []).append(mode)
        if len(hashes) > 1:
            problems.append(f"the trace hashes differ: {hashes}")
        if options.trace_hashes and any(len(trace) != 64 for _, trace in hashes):
            problems.append(f"no trace hash: {hashes}")
        if options.only_modes:
            return case, problems
        code, out, err = run([vmar, "create", archive, classes, "--main", case.module], options.timeout)
        if code != 0:
            return case, problems + [f"vmar ended with {code}:\n{out + err}"]
        flags = [fresh(flag) for flag in case.flags]
        code, out, err = run([vmrun, *flags, archive, *map(fresh, case.args)], options.timeout, case.stdin, case.cwd)
        problems += check(case, "archive", code, out, err)
        return case, problems
    finally:
        shutil.rmtree(work, ignore_errors=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", type=pathlib.Path, default=ROOT / "build/release/bin")
    parser.add_argument("--examples", type=pathlib.Path, help="run the examples of this folder instead of the tests")
    parser.add_argument("--docs", type=pathlib.Path, help="run the samples of this Markdown file instead of the tests")
    parser.add_argument("--tests", type=pathlib.Path, default=HERE)
    parser.add_argument("--mode", action="append", default=[], metavar="NAME=OPTIONS",
                        help="a further run of each case with these options of vmrun")
    parser.add_argument("--only-modes", action="store_true", help="leave out the usual two runs")
    parser.add_argument("--trace-hashes", action="store_true",
                        help="compare what --trace-hash says in all modes, with --deterministic, and nothing else")
    parser.add_argument("--every", type=int, default=1, help="only each so many-th case")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 2)
    parser.add_argument("--timeout", type=float, default=60)
    parser.add_argument("filter", nargs="*", help="only cases whose name contains one of these")
    options = parser.parse_args()
    options.bin = options.bin.resolve()
    for tool in ("vmc", "vmrun", "vmar"):
        if not (options.bin / tool).is_file():
            sys.exit(f"no {tool} in {options.bin}: build it, or name another folder with --bin")
    options.modes = [] if options.only_modes else [("interpreted", ["--jit=off"])]
    for mode in options.mode:
        name, _, flags = mode.partition("=")
        options.modes.append((name, shlex.split(flags)))

    samples = tempfile.TemporaryDirectory(prefix="skua-samples-")
    if options.examples:
        cases = list(find_examples(options.examples.resolve()))
    elif options.docs:
        cases = list(find_samples(options.docs, pathlib.Path(samples.name)))
    else:
        cases = list(find_tests(options.tests.resolve()))
    if options.filter:
        cases = [c for c in cases if any(f in c.name for f in options.filter)]
    cases = cases[::options.every]
    if not cases:
        sys.exit("no such case")
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for case, problems in pool.map(lambda c: run_case(c, options), cases):
            if problems:
                failed += 1
                print(f"FAILED {case.name}")
                print("\n".join("    " + line for p in problems for line in p.splitlines()), flush=True)
    print(f"{len(cases) - failed} of {len(cases)} cases passed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
