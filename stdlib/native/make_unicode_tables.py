#!/usr/bin/env python3
"""Writes unicode_tables.inc from the tables of the Unicode Character Database, as Debian's package unicode-data has
them below /usr/share/unicode: what utf8proc does not know. Special case mappings (SpecialCasing.txt), what surrounds a
final sigma (DerivedCoreProperties.txt), word boundaries (WordBreakProperty.txt).

    make_unicode_tables.py [FOLDER] > unicode_tables.inc
"""
import pathlib
import re
import sys

FOLDER = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "/usr/share/unicode")


def rows(name):
    """The fields of each line that has some."""
    for line in (FOLDER / name).read_text(encoding="utf-8").splitlines():
        fields = [field.strip() for field in line.split("#")[0].split(";")]
        if fields[0]:
            yield fields


def ranges(name, wanted):
    """Ascending, joined where they touch: (first, last, value)."""
    found = []
    for fields in rows(name):
        value = wanted(fields[1])
        if value is not None:
            first, _, last = fields[0].partition("..")
            found.append((int(first, 16), int(last or first, 16), value))
    joined = []
    for first, last, value in sorted(found):
        if joined and joined[-1][1] + 1 == first and joined[-1][2] == value:
            joined[-1] = (joined[-1][0], last, value)
        else:
            joined.append((first, last, value))
    return joined


def print_table(head, entries):
    print(head + " = {")
    line = "   "
    for entry in entries:
        if len(line) + len(entry) > 108:
            print(line)
            line = "   "
        line += " " + entry + ","
    print(line + "\n};")


def characters(codes):
    return "{" + ", ".join(f"0x{int(code, 16):X}" for code in codes.split()) + "}"


version = re.search(r"SpecialCasing-([\d.]+)\.txt", (FOLDER / "SpecialCasing.txt").read_text(encoding="utf-8"))[1]
print(f"// Made by make_unicode_tables.py from the Unicode Character Database, version {version}.")
print()
# Conditional mappings, of which only the final sigma depends on no language, have a fifth field with something in it.
special = sorted((int(f[0], 16), f) for f in rows("SpecialCasing.txt") if len(f) == 5)
print_table("constexpr SpecialCase kSpecialCases[]",
            [f"{{0x{code:X}, {characters(f[3])}, {characters(f[1])}, {characters(f[2])}}}" for code, f in special])
for name in ("Cased", "Case_Ignorable"):
    found = ranges("DerivedCoreProperties.txt", lambda value: name if value == name else None)
    print_table(f"constexpr CharRange k{name.replace('_', '')}[]", [f"{{0x{a:X}, 0x{b:X}}}" for a, b, _ in found])
found = ranges("auxiliary/WordBreakProperty.txt", lambda value: value.replace("_", ""))
print_table("constexpr WordRange kWordRanges[]", [f"{{0x{a:X}, 0x{b:X}, WordClass::{value}}}" for a, b, value in found])
