"""Whether every benchmark program comes to what it must in every language: ./bootstrap bench --compiled --check."""

import os
import tempfile
from concurrent.futures import ThreadPoolExecutor

import measure
from run import HERE, build_all, expected_output, progress

# The argument, the file with what it makes the program print, and how many times it writes. Two
# iterations show that a workload leaves nothing behind that changes the next one.
CASES = [("0", "expected_small.txt", 1), ("2", "expected.txt", 2)]


def check_program(languages, program, scratch):
    """[what is wrong]"""
    commands, failures = build_all(languages, program, scratch)
    wrong = [f"{program}: {name}: {why}" for name, why in failures.items()]
    own = os.path.join(scratch, program)
    os.makedirs(own, exist_ok=True)
    launcher = measure.Launcher(HERE, own)
    for argument, file, count in CASES:
        expected = expected_output(os.path.join(HERE, "programs", program), file)
        for name, command in commands.items():
            try:
                run = launcher.run([*command, argument], expected)
                launcher.times([*command, argument], count)
            except measure.Failure as failure:
                wrong.append(f"{program}: {name}: {failure}")
            else:
                progress(f"{program}: {name}: {file}, {run.seconds:.2f} s")
    return wrong


def check_all(languages, programs):
    """[what is wrong], two programs at a time: nothing is measured."""
    with tempfile.TemporaryDirectory(prefix="skua-bench-") as scratch, ThreadPoolExecutor(2) as pool:
        results = list(pool.map(lambda program: check_program(languages, program, scratch), programs))
    return [line for wrong in results for line in wrong]
