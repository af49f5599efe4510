#!/usr/bin/env python3
"""Seeds for campaigns, from what the tests have.

    make_seeds.py --bin build/release/bin machine FOLDER    the conformance programs, compiled, a file each
    make_seeds.py --bin build/release/bin archive FOLDER    the same in archives
    make_seeds.py --bin build/release/bin compiler FOLDER   sources: conformance, diagnostics, examples, library

A program that asks for the time, for random numbers or for the system is left out: it may do different things twice.
"""
import argparse
import pathlib
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
OUTSIDE = [b"std.process", b"std.random", b"std.env", b"std.fs", b"std.log", b"std.time", b"std.testing", b"std.args"]


def compiled(binaries, source, folder):
    """The class files of a program, or nothing if it does not compile by itself or is no test for two tiers."""
    done = subprocess.run([binaries / "vmc", source, "-o", folder], capture_output=True)
    files = sorted(folder.rglob("*.skc"))
    if done.returncode or any(word in f.read_bytes() for f in files for word in OUTSIDE):
        return []
    return files


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--bin", type=pathlib.Path, required=True)
    options.add_argument("kind", choices=["machine", "archive", "compiler"])
    options.add_argument("folder", type=pathlib.Path)
    options = options.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    sources = sorted((ROOT / "tests/conformance").glob("*/*.skua"))
    made = 0
    if options.kind == "compiler":
        sources += sorted((ROOT / "examples").rglob("*.skua")) + sorted((ROOT / "stdlib").rglob("*.skua"))
        for source in sources:
            if source.stat().st_size < 20_000:
                shutil.copy(source, options.folder / f"{source.parent.name}-{source.name}")
                made += 1
    else:
        for source in sources:
            if source.parent.name == "diagnostics":
                continue
            with tempfile.TemporaryDirectory() as scratch:
                classes = pathlib.Path(scratch) / "classes"
                files = compiled(options.bin, source, classes)
                if not files:
                    continue
                target = options.folder / f"{source.parent.name}-{source.stem}"
                if options.kind == "archive":
                    subprocess.run([options.bin / "vmar", "create", f"{target}.ska", classes], check=True)
                else:
                    contents = [f.read_bytes() for f in files]
                    target.write_bytes(b"".join(len(c).to_bytes(4, "little") + c for c in contents))
                made += 1
    print(f"{made} seeds in {options.folder}")
    return 0 if made else 1


if __name__ == "__main__":
    sys.exit(main())
