"""Runs the plugin of the first version in every tier that there is."""

import argparse
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "cli"))
from harness import Bench, tier_modes  # noqa: E402

# Hooks print by the C library, at once. std.io writes what it has gathered in a hook of its own, which was
# registered between the two, when the program first printed.
EXPECTED = """hook late 1
std.core.ArgumentError: plain
std.core.IndexError: 3 of four
std.core.IOError: cannot open 'x': No such file or directory
std.core.PermissionError: net of 'example.org:1' was not granted; run with --allow=net:example.org:1
std.core.ArgumentError: again
1400
182.0
ou-four
[1, 20, 300] [-1, -20, -300]
1001000
100
first.Owner 1 0 0 1 1 none 1
hook early 2
"""


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", required=True)
    parser.add_argument("--plugins", required=True)
    options = parser.parse_args()
    wrong = []
    bench = Bench(options.bin, True)
    modes = [[f"--jit={mode}"] for mode in tier_modes(bench)] + [["--gc-stress=50"]]
    bench.remove()
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([os.path.join(options.bin, "vmc"), os.path.join(HERE, "first.skua"), "-o", folder], check=True)
        for mode in modes:
            outcome = subprocess.run(
                [os.path.join(options.bin, "vmrun"), *mode, "--plugin-path", options.plugins, "--allow=plugin:first",
                 "--allow=random", "--class-path", folder, "first"], capture_output=True, text=True, timeout=120)
            if outcome.returncode != 3 or outcome.stdout != EXPECTED or outcome.stderr:
                wrong.append(f"{mode}: exit code {outcome.returncode}\n{outcome.stdout}{outcome.stderr}")
    if wrong:
        sys.exit("\n".join(wrong))


main()
