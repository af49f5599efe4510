"""A small host while malloc fails under the library that it embeds (fault_host.c).

usage: host_faults.py BIN SHIM HOST [--step N]

One of N calls of malloc fails, 1: each of them.
"""

import argparse
import os
import random
import subprocess
import sys
import tempfile

parser = argparse.ArgumentParser()
parser.add_argument("bin")
parser.add_argument("shim")
parser.add_argument("host")
parser.add_argument("--step", type=int, default=1)
parser.add_argument("--first", type=int, default=0)
options = parser.parse_args()
here = os.path.dirname(os.path.abspath(__file__))
with tempfile.TemporaryDirectory(prefix="skua-host-faults-") as folder:
    classes, archive = os.path.join(folder, "classes"), os.path.join(folder, "hosted.ska")
    subprocess.run([os.path.join(options.bin, "vmc"), os.path.join(here, "hosted.skua"), "-o", classes], check=True)
    subprocess.run([os.path.join(options.bin, "vmar"), "create", archive, classes], check=True)
    # Another choice each time.
    first = options.first or random.randrange(options.step) + 1
    command = [options.host, archive, str(options.step), str(first)]
    done = subprocess.run(command, env=dict(os.environ, LD_PRELOAD=os.path.abspath(options.shim), FAULT_CALL="malloc"),
                          stdin=subprocess.DEVNULL, check=False)
    if done.returncode != 0:
        print(f"{' '.join(command[2:])}: exit code {done.returncode}; again: --step {options.step} --first {first}")
        sys.exit(1)
