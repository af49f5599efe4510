#!/usr/bin/env python3
"""Numbers as text: random bit patterns must come back from their text, and what is printed and parsed must be what
Python's exact arithmetic says.

    number_text.py BIN [--count N]     N patterns (SKUA_SEARCH=long: 10 million)
"""
import argparse
import os
import pathlib
import random
import struct
import subprocess
import sys
import tempfile
from fractions import Fraction

HERE = pathlib.Path(__file__).resolve().parent
SAMPLE = 4000
LONG = 10_000_000


def double_of(bits):
    return struct.unpack("<d", struct.pack("<Q", bits))[0]


def single_of(bits):
    return struct.unpack("<f", struct.pack("<I", bits))[0]


def nearest_single(value):
    """The bits of the f32 nearest to a positive Fraction, ties to even."""
    if value >= Fraction(2) ** 128 - Fraction(2) ** 103:
        return 0x7F800000
    low, high = 0, 0x7F7FFFFF  # the largest that is not above the value
    while low < high:
        middle = (low + high + 1) // 2
        if Fraction(single_of(middle)) <= value:
            low = middle
        else:
            high = middle - 1
    after = Fraction(2) ** 128 if low == 0x7F7FFFFF else Fraction(single_of(low + 1))
    before = value - Fraction(single_of(low))
    behind = after - value
    return low if before < behind or (before == behind and low % 2 == 0) else low + 1


def layout(digits, exponent):
    """As the library lays out significant digits d.ddd times ten to the exponent."""
    if -4 <= exponent < 16:
        if exponent < 0:
            return "0." + "0" * (-exponent - 1) + digits
        digits = digits.ljust(exponent + 2, "0")
        return digits[:exponent + 1] + "." + digits[exponent + 1:]
    return digits[0] + ("." + digits[1:] if len(digits) > 1 else "") + f"e{exponent:+03d}"


def shortest_single(bits):
    """The fewest digits that read back as this positive finite f32, and of those the nearest."""
    value = Fraction(single_of(bits))
    for count in range(1, 10):
        text = f"{single_of(bits):.{count - 1}e}"
        mantissa, exponent = text.split("e")
        if nearest_single(Fraction(text)) == bits:
            return layout(mantissa.replace(".", ""), int(exponent))
        # The nearest may lie on the other side of a power of two's shorter half.
        unit = Fraction(10) ** (int(exponent) - count + 1)
        for other in (Fraction(text) - unit, Fraction(text) + unit):
            if other > 0 and nearest_single(other) == bits and abs(other - value) < unit:
                whole = str(other / unit)
                return layout(whole.rstrip("0") or "0", int(exponent) + len(whole) - count)
    raise AssertionError(bits)


def decimal(rng):
    """A text of a number: short, long, or next to the middle between two floats, where rounding is hardest."""
    kind = rng.randrange(4)
    if kind == 0:
        return f"{rng.randrange(10 ** rng.randrange(1, 25))}e{rng.randrange(-345, 320)}"
    if kind == 1:
        return f"{rng.randrange(10 ** 9)}.{rng.randrange(10 ** rng.randrange(1, 60))}"
    if kind == 2:
        bits = rng.getrandbits(63) % 0x7FEFFFFFFFFFFFFF
        middle = (Fraction(double_of(bits)) + Fraction(double_of(bits + 1))) / 2
    else:
        bits = rng.getrandbits(31) % 0x7F7FFFFF
        middle = (Fraction(single_of(bits)) + Fraction(single_of(bits + 1))) / 2
    shift = middle.denominator.bit_length() - 1  # a power of two: the decimal form ends
    digits = str(middle.numerator * 5 ** shift)
    nudge = rng.randrange(3)  # exactly, a little above, a little below
    if nudge == 1:
        digits, shift = digits + "1", shift + 1
    elif nudge == 2:
        digits, shift = str(int(digits + "0") - 1), shift + 1
    return f"{digits}e-{shift}"


def whole(rng, low, high):
    """A text that may be a whole number, often near a bound."""
    n = rng.choice([low, high, 0, rng.randrange(low, high + 1)]) + rng.randrange(-2, 3)
    text = str(n)
    return rng.choice([text, text, text, "+" + text, "-" + text, text + "0", "0" + text, text + " ", text + "x", "-", "+", ""])


INTEGERS = {"int": (-2 ** 63, 2 ** 63 - 1), "u64": (0, 2 ** 64 - 1), "i32": (-2 ** 31, 2 ** 31 - 1), "u32": (0, 2 ** 32 - 1),
            "i16": (-2 ** 15, 2 ** 15 - 1), "u16": (0, 2 ** 16 - 1), "i8": (-128, 127), "u8": (0, 255)}


def integer_answer(kind, text):
    low, high = INTEGERS[kind]
    digits = text[1:] if text[:1] in ("+", "-") else text
    if not digits.isdigit() or not digits.isascii() or not low <= int(text) <= high:
        return "none"
    return "none" if low == 0 and kind == "u64" and text.startswith("-") else str(int(text))


def questions(rng):
    """Pairs of a line for the program and the answer that is right."""
    for _ in range(SAMPLE):
        bits = rng.getrandbits(64)
        yield f"f64 {bits:016x}", repr(double_of(bits))
        # Doubles with few digits, too.
        value = float(f"{rng.randrange(10 ** rng.randrange(1, 17))}e{rng.randrange(-30, 30)}")
        yield f"f64 {struct.unpack('<Q', struct.pack('<d', value))[0]:016x}", repr(value)
    for _ in range(SAMPLE // 4):
        bits = rng.randrange(1, 0x7F800000)
        yield f"f32 {bits:08x}", shortest_single(bits)
        bits = struct.unpack("<I", struct.pack("<f", rng.randrange(1 << 60) / (1 << rng.randrange(40))))[0]
        if bits:
            yield f"f32 {bits:08x}", shortest_single(bits)
    for text in ("0", "80000000", "7f800000", "ff800000", "00000001", "7f7fffff", "4b800000", "5a0e1bca"):
        bits = int(text, 16)
        special = {0: "0.0", 0x80000000: "-0.0", 0x7F800000: "inf", 0xFF800000: "-inf"}
        yield f"f32 {text}", special.get(bits) or shortest_single(bits)
    for _ in range(SAMPLE):
        text = decimal(rng)
        bits = struct.unpack("<Q", struct.pack("<d", float(text)))[0]
        yield f"parse64 {text}", f"{bits:x}"
        yield f"parse32 {text}", f"{nearest_single(Fraction(text)):x}"
    for text in ("", " 1", "1 ", "1e", "e5", ".", "-", "+-1", "1.2.3", "0x10", "1_000", "infinity", "INF", "NaN", "1e5x", "--1", "٣"):
        yield f"parse64 {text}", "none"
        yield f"parse32 {text}", "none"
    for kind, (low, high) in INTEGERS.items():
        for _ in range(300):
            text = whole(rng, low, high)
            yield f"{kind} {text}", integer_answer(kind, text)
    for _ in range(SAMPLE // 4):
        bits = rng.getrandbits(64) if rng.random() < 0.3 else 0x3C00000000000000 + rng.getrandbits(59)
        value = double_of(bits)
        if value != value or value in (float("inf"), float("-inf")):
            continue
        for kind in (".0f", ".3f", ".17f", ".0e", ".5e", ".20e", ".1g", ".6g", ".17g"):
            yield f"{kind} {value!r}", format(value, kind)


def main():
    options = argparse.ArgumentParser()
    options.add_argument("bin", type=pathlib.Path)
    options.add_argument("--count", type=int, default=LONG if os.environ.get("SKUA_SEARCH") == "long" else 300_000)
    options.add_argument("--seed", type=int, default=random.randrange(2 ** 32))
    options = options.parse_args()
    print(f"seed {options.seed}")
    with tempfile.TemporaryDirectory(prefix="skua-numbers-") as classes:
        subprocess.run([options.bin / "vmc", HERE / "number_text.skua", "-o", classes], check=True)
        program = [options.bin / "vmrun", "--class-path", classes, "number_text"]
        done = subprocess.run([*program, "round_trip", str(options.count), str(options.seed)], capture_output=True, text=True)
        print(done.stdout + done.stderr, end="", flush=True)
        wrong = done.returncode != 0 or not done.stdout.startswith(f"{options.count} patterns")
        pairs = list(questions(random.Random(options.seed)))
        lines = "".join(line + "\n" for line, _ in pairs)
        done = subprocess.run([*program, "answers"], input=lines.encode(), capture_output=True)
        answers = done.stdout.decode().splitlines()
        differences = [(line, found, right) for (line, right), found in zip(pairs, answers) if found != right]
        for line, found, right in differences[:20]:
            print(f"{line}: {found}, but Python says {right}")
        print(f"{len(pairs)} questions, {len(answers)} answers, {len(differences)} wrong {done.stderr.decode()}")
        sys.exit(1 if wrong or differences or len(answers) != len(pairs) else 0)


main()
