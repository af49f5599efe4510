#!/usr/bin/env python3
"""A campaign of the fuzz targets: one process after the other, in turns, until the time is over.

    campaign.py --bin build/fuzz/tests/bin --work FOLDER --minutes N [--seconds-each N] [TARGET...]

Corpora are kept in FOLDER/corpus-TARGET and grow from campaign to campaign; what a target starts with is put there
before (make_seeds.py, tests/fuzz/seeds). FOLDER/results.json adds up executions; they are shown at the end, with the coverage of
the corpus as libFuzzer counts it (edges of the machine's own code). A find stops nothing: the input is in
FOLDER/finds-TARGET, and the exit code is 1.
"""
import argparse
import json
import os
import pathlib
import re
import subprocess
import sys
import time

ALL = ["archive", "assembler", "class_file", "verifier", "library", "machine", "compiler"]
# Longer inputs cost more than they find.
LENGTH = {"archive": 2048, "assembler": 2048, "class_file": 2048, "verifier": 4096, "library": 512, "machine": 16384,
          "compiler": 4096}


def run(options, target, seconds):
    program = options.bin / f"fuzz_{target}"
    corpus, finds = options.work / f"corpus-{target}", options.work / f"finds-{target}"
    for folder in (corpus, finds):
        folder.mkdir(parents=True, exist_ok=True)
    before = set(finds.iterdir())
    command = [program, f"-max_total_time={seconds}", "-timeout=25", "-rss_limit_mb=2500", "-detect_leaks=0",
               f"-max_len={LENGTH[target]}", "-print_final_stats=1", f"-artifact_prefix={finds}/", corpus]
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True, errors="replace",
                          env={**os.environ, "ASAN_OPTIONS": "detect_leaks=0:detect_stack_use_after_return=0"})
    executed = re.findall(r"number_of_executed_units: (\d+)", done.stderr)
    # After a crash there are no statistics: the last line says how far it came.
    counted = re.findall(r"^#(\d+)\t", done.stderr, re.M)
    coverage = re.findall(r" cov: (\d+) ft: (\d+) corp: (\d+)", done.stderr)
    new = sorted(set(finds.iterdir()) - before)
    if done.returncode and not new:
        print(done.stderr[-2000:], file=sys.stderr)
    for find in new:
        (options.work / f"{find.name}.log").write_text(done.stderr[-20000:])
    return int((executed or counted or ["0"])[-1]), coverage[-1] if coverage else None, new


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", type=pathlib.Path, required=True)
    parser.add_argument("--work", type=pathlib.Path, required=True)
    parser.add_argument("--minutes", type=float, required=True)
    parser.add_argument("--seconds-each", type=int, default=120)
    parser.add_argument("targets", nargs="*")
    options = parser.parse_args()
    options.bin = options.bin.resolve()
    targets = [t for t in options.targets or ALL if (options.bin / f"fuzz_{t}").exists()]
    options.work.mkdir(parents=True, exist_ok=True)
    results = options.work / "results.json"
    totals = json.loads(results.read_text()) if results.exists() else {}
    end = time.monotonic() + options.minutes * 60
    found = 0
    while targets and time.monotonic() < end:
        for target in targets:
            seconds = int(min(options.seconds_each, end - time.monotonic()))
            if seconds < 5:
                break
            executed, coverage, new = run(options, target, seconds)
            total = totals.setdefault(target, {"executions": 0, "seconds": 0})
            total["executions"] += executed
            total["seconds"] += seconds
            if coverage:
                total["edges"], total["features"], total["inputs"] = map(int, coverage)
            found += len(new)
            results.write_text(json.dumps(totals, indent=1) + "\n")
    print(f"{'target':12} {'executions':>12} {'seconds':>8} {'edges':>7} {'inputs':>7}")
    for target, total in totals.items():
        print(f"{target:12} {total['executions']:12,} {total['seconds']:8} {total.get('edges', 0):7} {total.get('inputs', 0):7}")
    print(f"{sum(t['executions'] for t in totals.values()):,} executions, {found} finds")
    return 1 if found or not totals else 0


if __name__ == "__main__":
    sys.exit(main())
