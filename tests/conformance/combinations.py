#!/usr/bin/env python3
"""Wrong programs made of wrong parts: as many errors come as there are parts, each where it belongs.

combined_errors.txt holds parts of programs with one mistake each, of every kind. A part says, as the files of
diagnostics/ do, what vmc must report and on which line:

    fn area@(r: float): float = r * r
    fn main@() { println(area@("x")) }   // error: argument `r`: expected `float`, found `string`

`@` is replaced by a number, so that parts do not meet. All pairs of parts are joined to programs, and
triples that a seed chooses. A program must give the errors of its parts and no others.

    combinations.py --vmc build/release/bin/vmc [--triples N] [--seed N]
"""
import argparse
import itertools
import json
import pathlib
import random
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
BATCH = 150  # programs that one run of vmc checks


def read_parts(path):
    text = path.read_text(encoding="utf-8")
    return [part.strip("\n") for part in re.split(r"^---.*\n", text, flags=re.M) if part.strip()]


def join(parts):
    """The program, and what it must report: (line, message)."""
    lines, expected = [], []
    parts = sorted(parts, key=lambda part: not part.startswith("import"))  # imports stand first
    for number, part in enumerate(parts):
        for line in part.replace("@", str(number)).split("\n"):
            code, *announced = re.split(r" *// error: ", line)
            lines.append(code)
            expected += [(len(lines), message) for message in announced]
        lines.append("")
    return "\n".join(lines) + "\n", expected


def check(vmc, programs, work):
    """Runs vmc over programs and yields those that do not report what they should."""
    for i, (_, source, _) in enumerate(programs):
        (work / f"p{i}.skua").write_text(source, encoding="utf-8")
    files = [work / f"p{i}.skua" for i in range(len(programs))]
    done = subprocess.run([vmc, "check", "--max-errors=0", "--message-format=json", *files], capture_output=True,
                          text=True, timeout=600)
    found = {}
    for line in done.stderr.splitlines():
        if not line.startswith("{"):
            sys.exit(f"vmc: {line}")
        message = json.loads(line)
        if message["severity"] == "error":
            found.setdefault(pathlib.Path(message["file"]).stem, []).append((message["line"], message["message"]))
    if done.returncode != 65:
        sys.exit(f"vmc ended with {done.returncode}")
    for i, (names, source, expected) in enumerate(programs):
        rest = list(found.get(f"p{i}", []))
        missing = []
        for line, part in expected:
            match = next((f for f in rest if f[0] == line and part in f[1]), None)
            if match:
                rest.remove(match)
            else:
                missing.append((line, part))
        if rest or missing:
            yield names, source, missing, rest


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--vmc", type=pathlib.Path, default=HERE.parent.parent / "build/release/bin/vmc")
    parser.add_argument("--parts", type=pathlib.Path, default=HERE / "combined_errors.txt")
    parser.add_argument("--triples", type=int, default=600)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    parts = read_parts(options.parts)
    chosen = random.Random(options.seed)
    groups = [(i,) for i in range(len(parts))]
    groups += itertools.combinations(range(len(parts)), 2)
    groups += [tuple(chosen.sample(range(len(parts)), 3)) for _ in range(options.triples)]
    programs = []
    for group in groups:
        source, expected = join([parts[i] for i in group])
        if len(expected) != len(group):
            sys.exit(f"a part must announce one error:\n{source}")
        programs.append((group, source, expected))
    failed = 0
    with tempfile.TemporaryDirectory(prefix="skua-combined-") as folder:
        for start in range(0, len(programs), BATCH):
            for group, source, missing, surplus in check(options.vmc, programs[start:start + BATCH],
                                                         pathlib.Path(folder)):
                failed += 1
                if failed <= 10:
                    print(f"FAILED: parts {group}\n{source}")
                    for line, part in missing:
                        print(f"    line {line}: not reported: {part}")
                    for line, message in surplus:
                        print(f"    line {line}: not announced: {message}")
    print(f"{len(programs) - failed} of {len(programs)} programs report what is wrong and nothing else")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
