#!/usr/bin/env python3
"""Runs unicode_tables.skua on the tables of Debian's package unicode-data, and compares the tables that the library was
built with to them.

    unicode_tables.py BIN
"""
import bz2
import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
NATIVE = HERE.parent.parent / "stdlib" / "native"
TABLES = pathlib.Path("/usr/share/unicode")
PACKED = "NormalizationTest.txt"


def compare_tables():
    """The generated file is what its generator makes of tables of its version."""
    made = (NATIVE / "unicode_tables.inc").read_text(encoding="utf-8")
    now = subprocess.run([sys.executable, NATIVE / "make_unicode_tables.py", TABLES], capture_output=True, text=True,
                         check=True).stdout
    versions = [re.search(r"version ([\d.]+)", text)[1] for text in (made, now)]
    if versions[0] != versions[1]:
        print(f"unicode_tables.inc is of version {versions[0]}, the installed tables are of {versions[1]}: not compared")
    elif made != now:
        sys.exit("unicode_tables.inc differs from what make_unicode_tables.py makes")


def main():
    programs = pathlib.Path(sys.argv[1])
    if not (TABLES / "UnicodeData.txt").is_file():
        sys.exit(f"no tables in {TABLES}: install the package unicode-data")
    compare_tables()
    with tempfile.TemporaryDirectory(prefix="skua-unicode-") as work:
        folder = pathlib.Path(work) / "tables"
        folder.mkdir()
        for path in TABLES.iterdir():
            if path.suffix == ".txt" or path.is_dir():
                (folder / path.name).symlink_to(path)
        if not (folder / PACKED).exists():
            (folder / PACKED).write_bytes(bz2.decompress((TABLES / (PACKED + ".bz2")).read_bytes()))
        classes = pathlib.Path(work) / "classes"
        subprocess.run([programs / "vmc", HERE / "unicode_tables.skua", "-o", classes], check=True)
        rights = [f"--allow=fs.read:{folder}", f"--allow=fs.read:{TABLES}"]
        sys.exit(subprocess.run([programs / "vmrun", *rights, "--class-path", classes, "unicode_tables", folder]).returncode)


main()
