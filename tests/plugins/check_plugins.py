"""Runs use_geo.skua in every tier and with collections all the time; expected.txt is what it prints. The program ends
while a thread of the plugin is attached and runs guest code.

BLESS=1 writes expected.txt.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "cli"))
from harness import Bench, tier_modes  # noqa: E402


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", required=True)
    parser.add_argument("--plugins", required=True)
    options = parser.parse_args()
    expected = os.path.join(HERE, "expected.txt")
    bench = Bench(options.bin, True)
    wrong = []
    with tempfile.TemporaryDirectory() as folder:
        compiled = subprocess.run([os.path.join(options.bin, "vmc"), *(os.path.join(HERE, name) for name in (
            "geo.skua", "use_geo.skua")), "-o", folder], capture_output=True, text=True)
        if compiled.returncode != 0 or compiled.stderr:
            sys.exit(compiled.stderr)

        def run(*mode, rounds="3000", more=()):
            return subprocess.run(
                [os.path.join(options.bin, "vmrun"), *mode, "--plugin-path", options.plugins, "--allow=plugin:geo",
                 "--class-path", folder, "use_geo", rounds, *more], capture_output=True, text=True, timeout=120)

        ways = [([f"--jit={mode}"], "3000") for mode in tier_modes(bench)]
        ways += [([*way, "--gc-stress=41"], "100") for way, _ in ways[::2]]
        for mode, rounds in ways:
            outcome = run(*mode, rounds=rounds)
            outcome.stdout = re.sub(r" on the class path .*", "", outcome.stdout)
            if os.environ.get("BLESS"):
                with open(expected, "w", encoding="utf-8") as file:
                    file.write(outcome.stdout)
            with open(expected, encoding="utf-8") as file:
                if outcome.returncode != 0 or outcome.stdout != file.read():
                    wrong.append(f"{mode}: exit code {outcome.returncode}\n{outcome.stdout}{outcome.stderr}")
        # Threads of plugins count.
        outcome = run("--max-threads=1", rounds="1")
        if outcome.returncode != 0 or "\n-11\n-11\n" not in outcome.stdout:
            wrong.append(f"--max-threads: exit code {outcome.returncode}\n{outcome.stdout}{outcome.stderr}")
    bench.remove()
    if wrong:
        sys.exit("\n".join(wrong))


main()
