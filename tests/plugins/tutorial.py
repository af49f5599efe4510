"""Does what docs/plugin-api.md says: takes the files out of it, runs its commands, and compares what comes out.

A block behind `<!-- file: NAME -->` is that file; one behind `<!-- run -->` is run by sh, with the programs under test in
PATH and INCLUDE set, and the `text` block behind it is what must come out.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile


def blocks(text):
    """Pairs of a marker (or nothing) and the block behind it."""
    return [(marker or "", language, body) for marker, language, body in re.findall(
        r"(?:<!-- ([^\n]*) -->\n)?```(\w*)\n(.*?)^```$", text, flags=re.M | re.S)]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", required=True)
    parser.add_argument("--include", required=True)
    parser.add_argument("--docs", required=True)
    parser.add_argument("--cc", required=True)
    parser.add_argument("--cxx", required=True)
    options = parser.parse_args()
    with open(options.docs, encoding="utf-8") as file:
        found = blocks(file.read())
    wrong, runs = [], 0
    with tempfile.TemporaryDirectory() as folder:
        tools = os.path.join(folder, "tools")
        os.mkdir(tools)
        for name, program in (("cc", options.cc), ("c++", options.cxx)):
            os.symlink(program, os.path.join(tools, name))
        environment = {**os.environ, "INCLUDE": options.include,
                       "PATH": tools + ":" + options.bin + ":" + os.environ["PATH"]}
        for i, (marker, _, body) in enumerate(found):
            if marker.startswith("file: "):
                with open(os.path.join(folder, marker.removeprefix("file: ")), "w", encoding="utf-8") as file:
                    file.write(body)
            if marker != "run":
                continue
            runs += 1
            outcome = subprocess.run(["sh", "-e", "-c", body], cwd=folder, env=environment, capture_output=True, text=True,
                                     timeout=120)
            if outcome.returncode != 0 or outcome.stderr or outcome.stdout != found[i + 1][2]:
                wrong.append(f"{body}exit code {outcome.returncode}\n{outcome.stdout}{outcome.stderr}")
    if runs != 2:
        wrong.append(f"{options.docs} has {runs} blocks to run, not 2")
    if wrong:
        sys.exit("\n".join(wrong))


main()
