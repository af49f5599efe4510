"""Runs one bad-input test, or all of them. ctest calls it once per test.

usage: bad_input.py FOLDER_OF_PROGRAMS [--slow] [NAME...]
"""

import sys

import harness
import input_archives
import input_evolution
import input_files
import input_library
import input_capabilities
import input_limits
import input_class_files
import input_runtime
import input_text
import input_tier
import input_incremental
import input_large_code
import input_plugins
import input_vmc
import input_vmc_test
import output_files


def main():
    args = sys.argv[1:]
    slow = "--slow" in args
    programs, *wanted = [a for a in args if a != "--slow"]
    tests = {}
    for module in (input_archives, input_evolution, input_files, input_capabilities, input_class_files, input_library, input_runtime, input_text, input_tier, input_incremental, input_vmc, input_vmc_test, output_files, input_large_code, input_limits, input_plugins):
        for name, function in vars(module).items():
            if name.startswith("test_"):
                tests[name[len("test_"):]] = function
    failed = 0
    for name in wanted or tests:
        bench = harness.Bench(programs, slow)
        try:
            tests[name](bench)
            print(f"{name}: ok")
        except harness.Skipped as why:
            print(f"{name}: skipped, {why}")
        except harness.Wrong as why:
            failed += 1
            print(f"{name}: FAILED\n{why}\n")
        finally:
            bench.remove()
    sys.exit(1 if failed else 0)


main()
