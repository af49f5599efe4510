"""Writes a C program that prints how the public types of native.h lie in memory: every member of every struct and
union that the header defines, and the value of every enumerator.

usage: layout_program.py native.h layout.c
"""

import re
import sys


def without_comments(text):
    return re.sub(r"/\*.*?\*/", " ", text, flags=re.S)


def members(body):
    """Names, in order, of the members of a struct's body."""
    names = []
    for declaration in body.split(";"):
        declaration = declaration.strip()
        if not declaration:
            continue
        pointer = re.search(r"\(\*(\w+)\)\s*\(", declaration)
        if pointer:
            names.append(pointer.group(1))
        else:
            names += [re.search(r"(\w+)\s*(\[\w+\])?$", part.strip()).group(1) for part in declaration.split(",")]
    return names


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        header = without_comments(file.read())
    lines = ["#include <stdio.h>", "#include <stddef.h>", '#include "skua/native.h"', "int main(void) {"]
    lines.append('    printf("SK_ABI_VERSION %u\\n", SK_ABI_VERSION);')
    lines.append('    printf("SK_NAME_BYTES %d\\n", SK_NAME_BYTES);')
    for body in re.findall(r"typedef enum \w+ \{(.*?)\}", header, flags=re.S):
        for name in re.findall(r"\b(SK_\w+)", body):
            lines.append(f'    printf("enum {name} %d\\n", (int){name});')
    found = re.findall(r"(?:typedef )?(?:struct|union) (\w+) \{(.*?)\n\}", header, flags=re.S)
    for name, body in sorted(found, key=lambda entry: entry[0] == "SkApi"):
        if name != "SkApi":  # it grows
            lines.append(f'    printf("size {name} %zu\\n", sizeof({name}));')
        for member in members(body):
            lines.append(f'    printf("{name}.{member} %zu\\n", offsetof({name}, {member}));')
    lines += ["    return 0;", "}", ""]
    with open(sys.argv[2], "w", encoding="utf-8") as file:
        file.write("\n".join(lines))


main()
