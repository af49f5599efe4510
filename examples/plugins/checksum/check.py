"""Compiles the demo and runs it with and without the rights it needs; compares what it says."""

import argparse
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
# CRC-32 of "123456789" is the check value of this checksum in every catalogue: 0xCBF43926.
EXPECTED = "3421780262\n3421780262\nthis checksum stream is closed\n"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", required=True)
    parser.add_argument("--plugins", required=True)
    options = parser.parse_args()
    failures = []

    def run(program, *args):
        return subprocess.run([os.path.join(options.bin, program), *args], capture_output=True, text=True, timeout=60, cwd=HERE)

    def check(what, outcome, code, output, errors=()):
        good = outcome.returncode == code and (output is None or outcome.stdout == output) and all(
            text in outcome.stderr for text in errors)
        if not good:
            failures.append(f"{what}: exit code {outcome.returncode}\n{outcome.stdout}{outcome.stderr}")

    with tempfile.TemporaryDirectory() as folder:
        sources = [os.path.join(HERE, name) for name in ("checksum.skua", "demo.skua")]
        check("compiling", run("vmc", *sources, "-o", folder), 0, "")
        start = ("--class-path", folder, "demo")
        plugin = ("--plugin-path", options.plugins)
        check("all granted", run("vmrun", *plugin, "--allow=plugin:checksum", "--allow=fs.read:digits.txt", *start,
                                 "digits.txt", "nowhere.txt"), 0,
              EXPECTED + "3421780262\nfs.read of 'nowhere.txt' was not granted; run with --allow=fs.read:nowhere.txt\n")
        check("missing file", run("vmrun", *plugin, "--allow=plugin", "--allow=fs.read", *start, "nowhere.txt"), 0,
              EXPECTED + "cannot open 'nowhere.txt': No such file or directory\n")
        check("plugin not granted", run("vmrun", *plugin, *start), 70, "",
              ("PermissionError", "plugin of 'checksum' was not granted", "--allow=plugin:checksum"))
        check("no plugin path", run("vmrun", "--allow=plugin", *start), 70, "", ("LinkError", "--plugin-path"))
        rights = ("--plugin-path=" + options.plugins, "--allow=plugin:checksum")
        check("vmc run", run("vmc", "run", *rights, "demo.skua"), 0, EXPECTED)
        # In an archive of its own, the module must be passed the plugin, and what the plugin asks for.
        library, program = (os.path.join(folder, name) for name in ("library.ska", "program"))
        check("library", run("vmc", sources[0], "-o", os.path.join(folder, "library")), 0, "")
        check("packing", run("vmar", "create", library, os.path.join(folder, "library"), "--name", "sums"), 0, None)
        check("program", run("vmc", "--class-path", library, sources[1], "-o", program), 0, "")
        start_both = ("--class-path", program + ":" + library, "demo")
        check("not passed on", run("vmrun", *plugin, "--allow=plugin", *start_both), 70, "",
              ("PermissionError", "which archive 'sums' asked for, was not granted to it", "--allow=sums/plugin:checksum"))
        check("passed on", run("vmrun", *plugin, "--allow=plugin", "--allow=sums/plugin:checksum", "--allow=fs.read",
                               *start_both, "digits.txt"), 0, EXPECTED + "fs.read of 'digits.txt', which archive 'sums' asked "
              "for, was not granted to it; run with --allow=sums/fs.read:digits.txt\n")
        # A file that was not copied as a whole: mapping what is not there would end the process.
        with open(os.path.join(options.plugins, "checksum.so"), "rb") as file:
            whole = file.read()
        for length in (*range(0, len(whole) - 1, max(1, len(whole) // 12)), 70, 3000):
            with open(os.path.join(folder, "checksum.so"), "wb") as file:
                file.write(whole[:length])
            outcome = run("vmrun", "--plugin-path", folder, "--allow=plugin", *start)
            # Behind the segments lie tables that only tools read.
            if outcome.returncode != 0 or length < len(whole) // 4:
                check(f"cut off at {length}", outcome, 70, "", ("LinkError", "checksum.so"))
    if failures:
        sys.exit("\n".join(failures))


main()
