#!/usr/bin/env python3
"""Bad input to every reader of the library: truncated, deeply nested, endless on one line, in the wrong encoding.

Each must end by itself with a value or an error that says where, and is no longer than a line or two, in time and memory
that grow with the input at most, or, where a reader goes through its input piece by piece, in memory that does not grow.

    hostile_input.py BIN [--megabytes N] [--slow] [--verbose] [FILTER...]     N: the size of each input (1)
"""
import argparse
import json
import os
import pathlib
import random
import re
import subprocess
import sys
import tempfile
import time
import zlib

HERE = pathlib.Path(__file__).resolve().parent
START = 80  # megabytes that a program may take for an input of any size
# CPU seconds that a reader may take, and those for each megabyte: what is linear takes a tenth of it on a slow day.
SECONDS, SECONDS_PER_MEGABYTE = 4, 0.8
LONGEST_MESSAGE = 400
LONGEST_PIECE = -260  # a reader that goes piece by piece has room for its longest piece, several times while that grows

PLACE = r"\d+:\d+: "
JSON, CSV, TOML = (rf"std\.{name}\.{kind}Error: {PLACE}" for name, kind in (("json", "Json"), ("csv", "Csv"), ("toml", "Toml")))
BYTE = r"std\.\w+\.\w+: .*byte \d+"
NOT_UTF8 = r"std\.core\.IOError: line \d+ of .* is not UTF-8 text: byte 0x\w\w in column \d+"
OK = "ok "


def gzip(data, kind=31):
    packer = zlib.compressobj(6, zlib.DEFLATED, kind)
    return packer.compress(data) + packer.flush()


def cases(n):
    """Reader, name, content, what must be said, and how many times its size it may take of memory, or minus how many megabytes;
    n: bytes."""
    rng = random.Random(11)
    noise = rng.randbytes(n)
    ones = b"1," * (n // 2)
    records = b'{"id": 12345, "name": "ann", "tags": ["a", "b"]},\n'
    many = records * (n // len(records))
    for reader, times in (("json", 20), ("json.events", 0), ("json.elements", 0), ("json.stdin", 0)):
        yield reader, "elements", b"[" + ones + b"1]", OK, times
        yield reader, "truncated", b"[" + ones + b"1", JSON + "expected ',' or ']'.*found the end", times
        yield reader, "truncated records", b"[" + many, JSON + "expected a value, found the end", times
        yield reader, "wrong at the end", b"[" + many + b"x]", JSON + "expected a value, found 'x'", times
        yield reader, "nested arrays", b"[" * n, JSON + "expected at most 1000", times
        yield reader, "nested objects", b'[' + b'{"a":' * (n // 5), JSON + "expected at most 1000", times
        yield reader, "space", b"[" + b" " * n, JSON + "expected a value, found the end", times
        yield reader, "lines", b"[" + b"\n" * n, JSON + "expected a value, found the end", times
        # One text or number that does not end: readers that go piece by piece keep up to 16 MB of it.
        yield reader, "open text", b'["' + b"x" * n, JSON, times or LONGEST_PIECE
        yield reader, "escapes", b'["' + b"\\n" * (n // 2), JSON, times or LONGEST_PIECE
        yield reader, "number", b"[1" + b"0" * n + b"]", JSON, times or LONGEST_PIECE
        yield reader, "fraction", b"[0." + b"1" * n, JSON, times or LONGEST_PIECE
        yield reader, "key", b'{"' + b"k" * n, JSON, times or LONGEST_PIECE
        wrong = NOT_UTF8 if reader == "json" else JSON + "expected UTF-8, found the byte 0x"
        yield reader, "UTF-16", many.decode().encode("utf-16"), wrong, times
        yield reader, "Latin-1 at the end", b"[" + many + b'"gr\xfc\xdfe"]', wrong, times
        yield reader, "truncated character", b'["' + "é".encode() * (min(n, 1 << 20) // 2) + b"\xe6\x97", wrong, times or LONGEST_PIECE
    yield "json", "many fields", b"{" + b",".join(b'"k%d":1' % i for i in range(n // 10)) + b"}", OK, 40
    yield "json", "one key", b"{" + b'"k":1,' * (n // 6), JSON + "expected a key", 24

    for reader, times in (("csv", 24), ("csv.open", 0)):
        rows = b"ann,31,Bergen\n"
        yield reader, "rows", rows * (n // len(rows)), OK, times
        yield reader, "another row at the end", rows * (n // len(rows)) + b"x,y\n", CSV + "expected 3 fields", times
        yield reader, "open quote", b'a,b\n1,"' + b"x" * n, CSV, times or LONGEST_PIECE
        yield reader, "open quote over lines", b'a,b\n1,"' + b"x\n" * (n // 2), CSV, times or LONGEST_PIECE
        yield reader, "quotes", b'"' + b'""' * (n // 2), CSV, times or LONGEST_PIECE
        yield reader, "separators", b"," * n, OK if n <= 16 << 20 else CSV + "expected a row of at most", 40 if times else -900
        yield reader, "quote inside", rows * (n // len(rows)) + b'a"b,c,d', CSV, times
        wrong = NOT_UTF8 if reader == "csv" else CSV + "expected UTF-8, found the byte 0x"
        yield reader, "Latin-1 at the end", rows * (n // len(rows)) + b"gr\xfc\xdfe,1,2\n", wrong, times

    size = TOML + "expected a document of at most"
    for name, content, says in (
            ("elements", b"a = [" + ones + b"1]", OK),
            ("truncated", b"a = [" + ones, TOML),
            ("nested arrays", b"a = " + b"[" * n, TOML + "expected at most 1000"),
            ("nested tables", b"a = " + b"{a = " * (n // 5), TOML + "expected at most 1000"),
            ("deep key", b"a." * (n // 2) + b"a = 1", TOML + "expected at most 1000"),
            ("deep header", b"[" + b"a." * (n // 2) + b"a]", TOML + "expected at most 1000"),
            ("open text", b'a = "' + b"x" * n, TOML),
            ("open lines", b'a = """' + b"x\n" * (n // 2), TOML),
            ("escapes", b'a = "' + b"\\n" * (n // 2), TOML),
            ("number", b"a = 1" + b"0" * n, TOML),
            ("underscores", b"a = 1" + b"_0" * (n // 2), TOML),
            ("comment", b"# " + b"x" * n + b"\nx", TOML),
            ("tables", b"[[a]]\n" * (n // 6), OK),
            ("keys", b"".join(b"k%d = 1\n" % i for i in range(n // 12)), OK),
            ("twice", b"".join(b"k%d = 1\n" % i for i in range(n // 12)) + b"k0 = 2\n", TOML + 'expected a new key, found "k0"'),
            ("nested keys", b"".join(b"[a.k%d]\nb.c = 1\n" % i for i in range(n // 20)), OK)):
        yield "toml", name, content, says if len(content) <= 16 << 20 else size, 240 if name == "nested keys" else 60
    yield "toml", "UTF-16", b"a = 1\n".decode().encode("utf-16") * (n // 14), NOT_UTF8, 4

    for name, content in (("letters", b"a" * n), ("brackets", b"(" * n), ("alternatives", b"(a|" * (n // 3)), ("class", b"[" + b"a-z" * (n // 3)),
                          ("repetition", b"(" * (n // 20) + b"a{1000}" + b"){1000}" * (n // 20)), ("escapes", b"\\" * n),
                          ("names", b"(?P<a>" * (n // 6))):
        yield "regex", name, content, OK + "|std.regex.RegexError: .*byte", 60 if n <= 1 << 20 else 4
    yield "regex.search", "backtracking", b"a" * n + b"x" * 10, OK, 40

    for reader in ("date", "time", "datetime", "duration"):
        for name, content in (("digits", b"1" * n), ("signs", b"-" * n), ("a beginning", b"2024-02-29T12:30:05." + b"1" * n),
                              ("hours", b"1h" * (n // 2)), ("text", "é".encode() * (n // 2)), ("nothing", b"")):
            yield reader, name, content, r"ok |std.core.FormatError: .*(byte \d+|at the end)", 6
    yield "args", "option", b"--" + b"x" * n, "UsageError: unknown option", 6
    yield "args", "letters", b"-" + b"v" * n + b"x", "UsageError: ", 6
    yield "args", "number", b"--count=" + b"9" * n, "UsageError: option --count", 6
    yield "args.many", "arguments", b"a " * (n // 2), OK, 80
    yield "args.many", "options", b"-v " * (n // 3) + b"-x", OK + "|UsageError: ", 80

    yield "base64", "noise at the end", b"QUJD" * (n // 4) + b"QU*=", BYTE, 6
    yield "base64", "truncated", b"QUJD" * (n // 4) + b"QU", BYTE, 6
    yield "base64", "letters", "é".encode() * (n // 2), BYTE, 6
    yield "hex", "odd", b"f" * (n | 1), BYTE, 6
    yield "hex", "noise at the end", b"f" * (n & ~1) + b"fg", BYTE, 6
    yield "percent", "truncated", b"%41" * (n // 3) + b"%4", BYTE, 6
    yield "percent", "no UTF-8", b"%C3%A9" * (n // 6) + b"%C3", BYTE, 6
    yield "percent", "signs", b"%" * n, BYTE, 6
    yield "utf16", "odd", b"a\0" * (n // 2) + b"a", BYTE, 8
    yield "utf16", "half a pair", b"a\0" * (n // 2) + b"\x3d\xd8", BYTE, 8
    yield "utf16", "noise", noise, BYTE, 8
    yield "varint", "endless", b"\x80" * n, BYTE, 6
    yield "varint", "truncated", b"\x01" * n + b"\x80", BYTE, 6

    packed, zeros = gzip(noise), gzip(bytes(n * 20))
    for reader in ("gzip", "gzip.whole"):
        times = 0 if reader == "gzip" else 6
        yield reader, "truncated", packed[:-10], BYTE, times
        yield reader, "damaged", packed[:n // 2] + bytes([packed[n // 2] ^ 1]) + packed[n // 2 + 1:], BYTE, times
        yield reader, "noise", noise, BYTE, times
        yield reader, "garbage behind", packed + noise[:1000], BYTE, times
        yield reader, "bomb", zeros, (OK + "|" if reader == "gzip" else "") + "std.compress.ExpansionError: byte", 0
    yield "zlib", "truncated", gzip(noise, 15)[:-1], BYTE, 0
    yield "zlib", "gzip", packed, BYTE, 0

    for reader in ("int", "u8", "float", "f32"):
        for name, content in (("digits", b"9" * n), ("zeros", b"0" * n), ("noise at the end", b"1" * n + b"x"), ("signs", b"-" * n),
                              ("fraction", b"0." + b"3" * n), ("exponent", b"1e" + b"9" * n), ("space", b" " * n), ("nothing", b"")):
            yield reader, name, content, r"ok (\d+\.?\d*|inf)$|std.core.FormatError: ", 6
    for reader in ("bigint", "bigint.16"):
        yield reader, "noise at the end", b"9" * n + b"x", BYTE, 6
        yield reader, "signs", b"-" * n, BYTE, 6
        yield reader, "digits", b"7" * min(n, 1_000_000), OK, 40
        yield reader, "too many digits", b"7" * (n + 1_000_000), "std.core.FormatError: an integer of at most 1000000 digits", 6
    yield "lines", "one", b"x" * n, OK, 8
    yield "lines", "many", b"\n" * n, OK, 0
    yield "lines", "Latin-1 at the end", b"x\n" * (n // 2) + b"\xfc\n", NOT_UTF8, 0


def launch():
    """Runs the commands that come in, and reports on them. A process of its own: the kernel counts a program's memory from
    what its parent had when it started it."""
    for line in sys.stdin:
        command, stdin, output, seconds = json.loads(line)
        started = time.monotonic()
        with open(stdin, "rb") as given, open(output, "wb") as out:
            process = subprocess.Popen(command, stdin=given, stdout=out, stderr=subprocess.STDOUT)
            done = 0
            while not done:
                done, status, usage = os.wait4(process.pid, os.WNOHANG)
                if not done and time.monotonic() - started > 10 * seconds:
                    process.kill()
                time.sleep(0.002)
        process.returncode = os.waitstatus_to_exitcode(status)
        print(json.dumps([process.returncode, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024]), flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bin", type=pathlib.Path)
    parser.add_argument("--megabytes", type=float, default=1)
    parser.add_argument("--slow", action="store_true", help="a build with sanitizers: time and memory are not comparable")
    parser.add_argument("--verbose", action="store_true")
    parser.add_argument("filters", nargs="*")
    options = parser.parse_intermixed_args()
    launcher = subprocess.Popen([sys.executable, __file__, "--launch"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    failures = count = 0
    total = 0.0
    with tempfile.TemporaryDirectory(prefix="skua-hostile-") as folder:
        subprocess.run([options.bin / "vmc", HERE / "hostile_input.skua", "-o", folder], check=True)
        path = pathlib.Path(folder) / "input"
        n = int(options.megabytes * (1 << 20))
        for reader, name, content, says, times in cases(n):
            title = f"{reader}: {name}"
            if options.filters and not any(f in title for f in options.filters):
                continue
            count += 1
            path.write_bytes(content)
            seconds = SECONDS + SECONDS_PER_MEGABYTE * options.megabytes
            megabytes = START + (-times if times < 0 else times * len(content) / (1 << 20))
            command = [options.bin / "vmrun", f"--allow=fs.read:{folder}", "--class-path", folder, "hostile_input", reader, path]
            print(json.dumps([[str(word) for word in command], str(path), str(path) + ".out", seconds]), file=launcher.stdin, flush=True)
            code, cpu, used = json.loads(launcher.stdout.readline())
            out = pathlib.Path(str(path) + ".out").read_text(encoding="utf-8", errors="replace")
            total += cpu
            problems = []
            if code != 0:
                problems.append(f"exit code {code}")
            if not re.match(says, out, re.S):
                problems.append(f"does not say {says}")
            if len(out) > LONGEST_MESSAGE and code == 0:
                problems.append(f"says {len(out)} characters")
            if cpu > seconds and not options.slow:
                problems.append(f"takes {cpu:.1f} s of {seconds:.1f}")
            if used > megabytes and not options.slow:
                problems.append(f"takes {used:.0f} MB of {megabytes:.0f}")
            if options.verbose or problems:
                print(f"{title}: {cpu:.2f} s, {used:.0f} MB: {out[:200].strip()}")
            for problem in problems:
                print(f"    FAILED {title}: {problem}")
            failures += bool(problems)
    launcher.stdin.close()
    launcher.wait()
    print(f"{count} inputs of {options.megabytes:g} MB, {failures} not as they should be; {total:.0f} s of CPU")
    return 1 if failures or not count else 0


if __name__ == "__main__":
    sys.exit(launch() if sys.argv[1:] == ["--launch"] else main())
