"""Checks the layering in the sources, where a link line cannot see it: inline code and headers.

usage: check_layers.py SOURCE_ROOT
"""

import os
import re
import sys

# Which folders' public headers a folder may include, beside its own.
BELOW = {
    "classfile": [],
    "gc": [],
    "vm": ["classfile", "gc"],
    "jit": ["vm", "classfile", "gc"],
    "compiler": ["classfile"],
    "stdlib": [],
}
# Programs and libskua stand above the layers: they give the machine its compiled tier.
ABOVE = {os.path.join("vm", "tools"): ["jit"], os.path.join("vm", "embed"): ["jit"]}
# The headers of plugins and hosts lie in vm/, but belong to everyone: they include nothing of vm.
NATIVE_API = {"skua/native.h", "skua/native.hpp", "skua/cross.hpp", "skua/bind.hpp", "skua/embed.h", "skua/describe.h"}
MAY_USE_NATIVE_API = {"vm", "jit", "stdlib"}

INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]')


def sources(folder):
    for path, _, files in os.walk(folder):
        for name in sorted(files):
            if name.endswith((".h", ".hpp", ".cpp", ".c", ".inc", ".def")):
                yield os.path.join(path, name)


def main():
    root = sys.argv[1]
    wrong = []
    checked = 0
    names = {}
    for folder, below in BELOW.items():
        for path in sources(os.path.join(root, folder)):
            checked += 1
            shown = os.path.relpath(path, root)
            name = os.path.basename(path)
            if name in names:
                wrong.append(f"{shown}: another file is called {name}: {names[name]}")
            names[name] = shown
            with open(path, encoding="utf-8") as file:
                lines = file.read().splitlines()
            if len(lines) > 800:
                wrong.append(f"{shown}: {len(lines)} lines; a file has one concept and at most 800")
            for number, line in enumerate(lines, 1):
                match = INCLUDE.match(line)
                if not match:
                    continue
                header = match.group(1)
                if header in NATIVE_API:
                    if folder not in MAY_USE_NATIVE_API:
                        wrong.append(f"{shown}:{number}: {folder} may not use {header}")
                elif header.startswith("skua/"):
                    layer = header.split("/")[1]
                    if layer != folder and layer not in below + ABOVE.get(os.path.dirname(shown), []):
                        wrong.append(f"{shown}:{number}: {folder} may not include {header}")
                elif header.startswith("../../"):
                    wrong.append(f"{shown}:{number}: {header} reaches out of the folder")
    # What outsiders compile against needs nothing of ours beside itself.
    for header in sorted(NATIVE_API):
        path = os.path.join(root, "vm/include", header)
        with open(path, encoding="utf-8") as file:
            for number, line in enumerate(file, 1):
                match = INCLUDE.match(line)
                if match and match.group(1).startswith("skua/") and match.group(1) not in NATIVE_API:
                    wrong.append(f"{header}:{number}: includes {match.group(1)}, which is not installed")
    for line in wrong:
        print(line)
    if checked == 0:
        print("no sources found: wrong root?")
        sys.exit(2)
    print(f"{checked} files checked, {len(wrong)} wrong")
    sys.exit(1 if wrong else 0)


main()
