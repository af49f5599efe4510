#!/usr/bin/env python3
"""Breaks correct programs in one place and looks at what vmc says.

A mutant is a program of tests/conformance or examples with one token deleted, doubled, swapped with the next one,
replaced by another, or with the rest of the file cut off. vmc must end by itself with code 0 or 65, in time, in words
of its own, at a place inside of the file, and with no more than a handful of errors. What breaks a rule is kept in
--keep and shown; exit code 1 then.

    mutate_sources.py --vmc build/release/bin/vmc [--seconds 60] [--mutants N] [--seed N] [--most 8] [--keep DIR]
"""
import argparse
import json
import pathlib
import random
import re
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BATCH = 40
TOKEN = re.compile(r'//[^\n]*|/\*.*?\*/|"""|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'|\w+|=>|->|\.\.=?|[=!<>]=+|&&|\|\||\?[?.]?|\n|[^\w\s]',
                   re.S)
OTHERS = ["(", ")", "[", "]", "{", "}", "<", ">", ",", ";", ":", ".", "=", "=>", "->", "?", "!", "+", "..", "|", "\"",
          "'", "${", "\"\"\"", "/*", "*/", "\\", "fn", "let", "var", "class", "match", "if", "else", "for", "in", "is",
          "as", "return", "break", "throw", "try", "catch", "null", "this", "super", "x", "int", "0", "1.5", "0x", "\n",
          "\n\n", "é", "\u200b", "\0", "_"]
# Words of ANTLR and of the compiler's inside.
FOREIGN = re.compile(r"no viable alternative|mismatched input|extraneous input|token recognition|missing '|<EOF>|"
                     r"_\b.*has_error|\$infer|null pointer|std::|<error>|(type|return|expected) `\?`", re.I)

# In the compiler's own words; the source may call something so.
OWN = re.compile(r"internal|assert", re.I)


def is_foreign(text):
    return FOREIGN.search(text) or OWN.search(re.sub("`[^`]*`", "", text))


def mutate(text, chosen):
    tokens = [m.span() for m in TOKEN.finditer(text)]
    if not tokens:
        return text
    i = chosen.randrange(len(tokens))
    a, b = tokens[i]
    kind = chosen.randrange(6)
    if kind == 0:
        return text[:a] + text[b:]
    if kind == 1:
        return text[:b] + " " + text[a:b] + text[b:]
    if kind == 2 and i + 1 < len(tokens):
        c, d = tokens[i + 1]
        return text[:a] + text[c:d] + text[b:c] + text[a:b] + text[d:]
    if kind == 3:
        return text[:a] + chosen.choice(OTHERS) + text[b:]
    if kind == 4:
        return text[:a] + chosen.choice(OTHERS) + " " + text[a:]
    return text[:a] if chosen.random() < 0.3 else text[:a] + chosen.choice(OTHERS) + text[b:]


def run(vmc, files):
    try:
        done = subprocess.run([vmc, "check", "--max-errors=0", "--message-format=json", *files],
                              capture_output=True, timeout=60)
    except subprocess.TimeoutExpired:
        return None, ""
    return done.returncode, done.stderr.decode("utf-8", "replace")


def judge(vmc, path, most):
    """What is wrong with what vmc says about the file; empty if nothing is."""
    started = time.monotonic()
    code, text = run(vmc, [path])
    seconds = time.monotonic() - started
    if code is None:
        return "no end"
    if code not in (0, 65):
        return f"exit code {code}: {text[-300:]}"
    errors = []
    lines = path.read_text(encoding="utf-8").count("\n") + 1
    for line in text.splitlines():
        if not line.startswith("{"):
            return f"not a message: {line[:200]}"
        message = json.loads(line)
        if message["severity"] != "error":
            continue
        errors.append(f"{message['line']}:{message['column']}: {message['message']}")
        if not 1 <= message["line"] <= lines:
            return f"outside of the file: {line[:200]}"
        if is_foreign(message["message"]) or is_foreign(message.get("suggestion", "")):
            return f"words: {line[:300]}"
    if len(errors) > most:
        return f"{len(errors)} errors:\n    " + "\n    ".join(errors[:12])
    if code == 65 and not errors:
        return "no error, and yet it failed"
    if seconds > 20:
        return f"{seconds:.0f} s"
    return ""


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--vmc", type=pathlib.Path, default=ROOT / "build/release/bin/vmc")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--mutants", type=int, default=10**9, help="no more than so many")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--most", type=int, default=8)
    parser.add_argument("--keep", type=pathlib.Path)
    options = parser.parse_args()
    sources = []
    for path in sorted((ROOT / "tests/conformance").glob("*/*.skua")) + sorted((ROOT / "examples").glob("*/*.skua")):
        if path.parent.name in ("diagnostics", "stress"):
            continue
        text = path.read_text(encoding="utf-8", errors="surrogateescape")
        if text.isascii() and len(text) < 20_000 and "import " not in text.replace("import std.", ""):
            sources.append((path, text))
    chosen = random.Random(options.seed)
    end = time.monotonic() + options.seconds
    tried = failed = 0
    with tempfile.TemporaryDirectory(prefix="skua-mutants-") as folder:
        work = pathlib.Path(folder)
        while time.monotonic() < end and tried < options.mutants:
            batch = []
            for i in range(BATCH):
                path, text = chosen.choice(sources)
                mutant = work / f"m{i}.skua"
                mutant.write_text(mutate(text, chosen), encoding="utf-8")
                batch.append((mutant, path))
            tried += len(batch)
            for mutant, path in batch:
                verdict = judge(options.vmc, mutant, options.most)
                if not verdict:
                    continue
                failed += 1
                kept = ""
                if options.keep:
                    options.keep.mkdir(parents=True, exist_ok=True)
                    target = options.keep / f"{path.stem}_{options.seed}_{tried}_{mutant.stem}.skua"
                    target.write_bytes(mutant.read_bytes())
                    kept = f" ({target})"
                print(f"FAILED {path.relative_to(ROOT)}{kept}: {verdict}", flush=True)
    print(f"{tried} mutants, {failed} of them badly reported")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
