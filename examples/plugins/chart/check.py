"""Runs the modules' tests and the demo, then looks at the pictures: sizes, that bars, lines, points and texts are where they should be,
in the colours they should have. Not bit for bit, as fonts and cairo's edges differ a little between releases."""

import argparse
import collections
import os
import struct
import subprocess
import sys
import tempfile
import zlib

HERE = os.path.dirname(os.path.abspath(__file__))
BLUE, RED, GREEN, ORANGE = (0x00, 0x72, 0xB2), (0xD5, 0x5E, 0x00), (0x00, 0x9E, 0x73), (0xE6, 0x9F, 0x00)
WHITE = (255, 255, 255)


class Picture:
    """A PNG of 8-bit RGB or RGBA, decoded with nothing but zlib."""

    def __init__(self, data):
        assert data[:8] == b"\x89PNG\r\n\x1a\n", "no PNG"
        self.width, self.height, depth, kind = struct.unpack(">IIBB", data[16:26])
        assert depth == 8 and kind in (2, 6), (depth, kind)
        at, packed = 8, b""
        while at < len(data):
            length, name = struct.unpack(">I4s", data[at:at + 8])
            body = data[at + 8:at + 8 + length]
            assert zlib.crc32(name + body) == struct.unpack(">I", data[at + 8 + length:at + 12 + length])[0], name
            if name == b"IDAT":
                packed += body
            at += 12 + length
        self.step = 3 if kind == 2 else 4
        raw, self.rows = zlib.decompress(packed), []
        stride, step, above = self.width * self.step, self.step, bytearray(self.width * self.step)
        for y in range(self.height):
            how, row = raw[y * (stride + 1)], bytearray(raw[y * (stride + 1) + 1:(y + 1) * (stride + 1)])
            if how == 1:
                for i in range(step, stride):
                    row[i] = row[i] + row[i - step] & 255
            elif how == 2:
                row = bytearray([a + b & 255 for a, b in zip(row, above)])
            elif how == 3:
                for i in range(stride):
                    row[i] = row[i] + ((row[i - step] if i >= step else 0) + above[i]) // 2 & 255
            elif how == 4:
                for i in range(stride):
                    a, b, c = (row[i - step], above[i], above[i - step]) if i >= step else (0, above[i], 0)
                    pa, pb, pc = abs(b - c), abs(a - c), abs(a + b - 2 * c)
                    row[i] = row[i] + (a if pa <= pb and pa <= pc else b if pb <= pc else c) & 255
            self.rows.append(row)
            above = row

    def at(self, x, y):
        return tuple(self.rows[int(y)][int(x) * self.step:int(x) * self.step + 3])

    def count(self, color, left=0, top=0, right=None, bottom=None):
        n = 0
        for row in self.rows[top:bottom]:
            part = row[left * self.step:(right or self.width) * self.step]
            n += sum(c == color for c in zip(part[0::self.step], part[1::self.step], part[2::self.step]))
        return n

    def like(self, color):
        seen = collections.Counter()
        for row in self.rows:
            seen.update(zip(row[0::self.step], row[1::self.step], row[2::self.step]))
        return sum(n for c, n in seen.items() if all(abs(a - b) <= 3 for a, b in zip(c, color)))

    def ink(self, left, top, right, bottom):
        """The share of pixels that are darker than half."""
        dark = sum(sum(self.at(x, y)) < 380 for y in range(top, bottom) for x in range(left, right))
        return dark / ((right - left) * (bottom - top))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", required=True)
    parser.add_argument("--plugins", required=True)
    options = parser.parse_args()
    failures = []
    plugin = ("--plugin-path=" + options.plugins, "--allow=plugin:chart")

    def run(*args):
        return subprocess.run([os.path.join(options.bin, "vmc"), *args], capture_output=True, text=True, timeout=120, cwd=HERE)

    def check(what, good):
        if not good:
            failures.append(what)

    outcome = run("test", *plugin, "chart_test.skua", "axis.skua")
    check("tests:\n" + outcome.stdout + outcome.stderr, outcome.returncode == 0)
    with tempfile.TemporaryDirectory() as folder:
        outcome = run("run", *plugin, "demo.skua", folder)
        check("without the grant: " + outcome.stderr, outcome.returncode == 70 and "fs.write of" in outcome.stderr)
        outcome = run("run", *plugin, "--allow=fs.write:" + folder, "demo.skua", folder, "1.0")
        check("demo: " + outcome.stdout + outcome.stderr, outcome.returncode == 0)
        if failures:
            sys.exit("\n".join(failures))
        pictures = {}
        for name in ("bars", "lines", "points", "stacked"):
            with open(os.path.join(folder, name + ".png"), "rb") as file:
                pictures[name] = Picture(file.read())
            picture = pictures[name]
            check(f"{name}: size {picture.width} by {picture.height}", (picture.width, picture.height) == (800, 480))
            check(f"{name}: corners", all(picture.at(x, y) == WHITE for x in (0, 799) for y in (0, 479)))
            check(f"{name}: title", 0.08 < picture.ink(16, 15, 180, 35) < 0.5)
            check(f"{name}: left margin is free", picture.ink(0, 0, 12, 480) == 0)
            check(f"{name}: right margin is free", picture.ink(792, 0, 800, 480) == 0)

        bars = pictures["bars"]
        # Each month's bar is as high as its rain, in the scale of the highest.
        rain = (255, 215, 213, 126, 112, 119, 154, 197, 258, 264, 262, 296)
        tops = []
        for month in range(12):
            x = 70 + (778 - 70) / 12 * (month + 0.5) - 15
            tops.append(min(y for y in range(480) if y > 75 and bars.at(x, y) == BLUE))
        bottom = max(y for y in range(480) if bars.at(748, y) == BLUE) + 1
        for month in range(12):
            wanted = bottom - rain[month] / 296 * (bottom - tops[11])
            check(f"bars: month {month + 1} begins at {tops[month]}, not {wanted:.0f}", abs(tops[month] - wanted) < 3)
        check(f"bars: share of blue {bars.count(BLUE)}", 100000 < bars.count(BLUE) < 190000)
        check(f"bars: the line {bars.count(RED)}", 1200 < bars.count(RED) < 6000)

        lines = pictures["lines"]
        for color, name in ((BLUE, "blue"), (RED, "red"), (GREEN, "green"), (ORANGE, "orange")):
            check(f"lines: {name} {lines.count(color)}", 700 < lines.count(color) < 6000)
            legend = lines.count(color, 0, 60, 400, 80)
            check(f"lines: {name} in the legend {legend}", 20 <= legend < 100)
        check("lines: the axis of x", lines.ink(60, 430, 780, 455) > 0.002 and lines.ink(350, 455, 480, 475) > 0.02)

        points = pictures["points"]
        check("points: none where none are", points.ink(80, 130, 200, 200) == 0)
        for color in (BLUE, RED, GREEN):   # shining through a little: mixed with white
            seen = points.like(tuple(255 - (255 - part) * 0.85 for part in color))
            check(f"points: {seen} of {color}", seen > 800)
        with open(os.path.join(folder, "lines.svg"), encoding="utf-8") as file:
            svg = file.read()
        check("svg", svg.startswith("<?xml") and svg.count("<path") > 8 and svg.rstrip().endswith("</svg>") and 'width="800' in svg)
        stacked = pictures["stacked"]
        for color in (BLUE, RED, GREEN, ORANGE):
            check(f"stacked: {color} {stacked.count(color)}", stacked.count(color) > 4000)

        # The picture in the README is this one, but for a few edges.
        with open(os.path.join(HERE, "bars.png"), "rb") as file:
            shown = Picture(file.read())
        far = sum(abs(a - b) > 64 for r, s in zip(shown.rows, bars.rows) for a, b in zip(r, s))
        check(f"the README's picture differs in {far} places; copy bars.png from the demo's folder", far < 0.01 * 800 * 480 * 3)
    if failures:
        sys.exit("\n".join(failures))


main()
