#!/usr/bin/env python3
"""std.json against Python's json, which follows RFC 8259 but for what is said in `python_value`: texts that are valid, and such
texts with mistakes, must be accepted by both or neither, and mean the same.

    json_oracle.py BIN [--count N]     N texts (SKUA_SEARCH=long: 200,000)
"""
import argparse
import json
import math
import os
import pathlib
import random
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
PIECES = [b"[", b"]", b"{", b"}", b",", b":", b'"', b"\\", b"\\u", b"\\ud83d", b"\\udc26", b"\\n", b"\\x", b"/", b"//", b"/**/", b"#", b"'",
          b" ", b"\t", b"\n", b"\r", b"\x0b", b"\x0c", b"\x00", b"\x1f", b"\x7f", b"\xc2\x85", b"\xc2\xa0", b"\xe2\x80\xa8", b"\xef\xbb\xbf",
          b"\xff", b"\xc3", b"\x80", b"\xed\xa0\xbd", b"\xc0\xaf", b"\xf4\x90\x80\x80", "é🐦".encode(), "١".encode(),
          b"0", b"1", b"-", b"+", b".", b"e", b"E", b"00", b"-0", b"1.", b".5", b"1e", b"1E400", b"-1e-400", b"0x1", b"1_0",
          b"12345678901234567890", b"true", b"false", b"null", b"True", b"NaN", b"Infinity", b"-Infinity", b"nul", b'"a":', b"[[]", b"{}", b",,"]


class NotAccepted(Exception):
    pass


def value(rng, depth):
    """A valid text, in one of the many ways in which it can be written."""
    space = lambda: rng.choice([b"", b"", b"", b" ", b"\n\t", b"\r\n "])
    kind = rng.randrange(8 if depth > 0 else 5)
    if kind == 0:
        return rng.choice([b"true", b"false", b"null"])
    if kind in (1, 2):
        whole = rng.choice(["0", str(rng.randrange(1, 10 ** rng.randrange(1, 25)))])
        fraction = rng.choice(["", "", "." + "".join(rng.choice("0123456789") for _ in range(rng.randrange(1, 25)))])
        exponent = rng.choice(["", "", rng.choice("eE") + rng.choice(["", "+", "-"]) + str(rng.randrange(400)).zfill(rng.randrange(1, 5))])
        return (rng.choice(["", "-"]) + whole + fraction + exponent).encode()
    if kind in (3, 4):
        return b'"' + b"".join(rng.choice([b"a", b"bc", "é".encode(), "日本".encode(), "🐦".encode(), b"\x7f", b"\\n", b'\\"', b"\\\\", b"\\/",
                                           b"\\u0000", b"\\u00E9", b"\\uD83D\\uDC26", b"\\u2028", b"/", b"'"])
                               for _ in range(rng.randrange(8))) + b'"'
    parts = []
    for _ in range(rng.randrange(4)):
        item = space() + value(rng, depth - 1) + space()
        if kind > 5:
            item = space() + b'"' + rng.choice([b"a", b"b", b"", "ü".encode(), b"\\u0061"]) + b'"' + space() + b":" + item
        parts.append(item)
    inner = b",".join(parts) or space()
    return b"{" + inner + b"}" if kind > 5 else b"[" + inner + b"]"


def broken(rng, text):
    for _ in range(rng.randrange(1, 4)):
        at = rng.randrange(len(text) + 1)
        how = rng.randrange(4)
        if how == 0:
            text = text[:at] + rng.choice(PIECES) + text[at:]
        elif how == 1:
            text = text[:at] + text[at + rng.randrange(1, 4):]
        elif how == 2:
            text = text[:at]
        else:
            text = text[:at] + text[max(0, at - rng.randrange(9)):]
    return text


def refuse(name):
    raise NotAccepted(name)


def number(digits):
    """As std.json has numbers: of 64 bits where whole, else the nearest float."""
    if re.fullmatch(r"-?[0-9]+", digits) and digits != "-0" and -2 ** 63 <= int(digits) < 2 ** 63:
        return int(digits)
    result = float(digits)
    if math.isinf(result):
        raise NotAccepted("too large")
    return result


def no_halves(found):
    """Python lets half of a surrogate pair pass; here it is looked for in all that was read, what a later key replaces included."""
    if re.search("[\ud800-\udfff]", json.dumps(found, ensure_ascii=False)):
        raise NotAccepted("half of a surrogate pair")
    return found


def python_value(data):
    """What std.json should make of a text; NotAccepted if nothing."""
    try:
        text = data.decode("utf-8")
        if text.startswith("\ufeff"):  # one is skipped
            text = text[1:]
        return no_halves(json.loads(text, parse_constant=refuse, parse_int=number, parse_float=number,
                                    object_pairs_hook=lambda pairs: dict(no_halves(pairs))))
    except ValueError as error:
        raise NotAccepted(str(error)) from error


def same(a, b):
    if type(a) is not type(b):
        return False
    if isinstance(a, float):
        return a == b and math.copysign(1, a) == math.copysign(1, b)
    if isinstance(a, list):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict):
        return list(a) == list(b) and all(same(a[key], b[key]) for key in a)
    return a == b


def agree(answer, accepted, expected):
    if answer == "no" or not accepted:
        return answer == "no" and not accepted
    try:
        return same(json.loads(answer, parse_int=number, parse_float=number), expected)
    except ValueError:  # the two ways to read it gave different values
        return False


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bin", type=pathlib.Path)
    parser.add_argument("--count", type=int, default=200_000 if os.environ.get("SKUA_SEARCH") == "long" else 20_000)
    parser.add_argument("--seed", type=int, default=8259)
    options = parser.parse_args()
    rng = random.Random(options.seed)
    texts = [piece for piece in PIECES] + [a + b for a in PIECES for b in PIECES]
    while len(texts) < options.count:
        text = value(rng, rng.randrange(5))
        texts.append(text if rng.randrange(3) == 0 else broken(rng, text))
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([options.bin / "vmc", HERE / "json_oracle.skua", "-o", folder], check=True)
        done = subprocess.run([options.bin / "vmrun", "--class-path", folder, "json_oracle"], capture_output=True,
                              input="".join(text.hex() + "\n" for text in texts).encode(), check=False)
    answers = done.stdout.decode().split("\n")[:-1]
    if done.returncode != 0 or len(answers) != len(texts):
        print(f"exit code {done.returncode}, {len(answers)} answers to {len(texts)} texts\n{done.stderr.decode()[:2000]}")
        return 1
    accepted = wrong = 0
    for text, answer in zip(texts, answers):
        try:
            expected, says = python_value(text), True
        except NotAccepted as error:
            expected, says = error, False
        accepted += says
        if not agree(answer, says, expected):
            wrong += 1
            if wrong <= 10:
                print(f"{text!r}: Python: {expected!r}, std.json: {answer[:300]}")
    print(f"{len(texts)} texts, {accepted} of them JSON; {wrong} answers differ from Python's")
    return 1 if wrong or accepted < len(texts) // 5 else 0


if __name__ == "__main__":
    sys.exit(main())
