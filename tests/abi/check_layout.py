"""Compares what the compiler says of native.h with what is written down: native_abi.txt is today's, and each
released version's (native_abi_first.txt) must be a part of it: all of its lines, in their order, and nothing new
before the end of its function table.

usage: check_layout.py PROGRAM FOLDER      BLESS=1 writes native_abi.txt
"""

import os
import subprocess
import sys


def read(folder, name):
    with open(os.path.join(folder, name), encoding="utf-8") as file:
        return file.read().splitlines()


def main():
    program, folder = sys.argv[1:]
    now = subprocess.run([program], capture_output=True, text=True, check=True, timeout=60).stdout.splitlines()
    if os.environ.get("BLESS"):
        with open(os.path.join(folder, "native_abi.txt"), "w", encoding="utf-8") as file:
            file.write("\n".join(now) + "\n")
    wrong = []
    if now != read(folder, "native_abi.txt"):
        wrong.append("native.h differs from native_abi.txt; if it has only grown at its end, run this with BLESS=1")
    for version in ["native_abi_first.txt"]:
        old = read(folder, version)
        wrong += [f"{version}: '{line}' is not so any more: old plugins would break" for line in old if line not in now]
        table = [line for line in old if line.startswith("SkApi.")]
        if [line for line in now if line.startswith("SkApi.")][:len(table)] != table:
            wrong.append(f"{version}: functions have been moved or put between")
        if not table:
            wrong.append(f"{version}: has no function table")
    if wrong:
        sys.exit("\n".join(wrong))


main()
