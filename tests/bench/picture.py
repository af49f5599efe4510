"""Draws dot plots as SVG: a line per program, a dot per language, times relative to a limit on a
logarithmic scale."""

import math
from xml.sax.saxutils import escape

WIDTH = 960
LEFT, RIGHT = 130, 30      # room for names, room for the last label of the axis
LINE = 20                  # height of a row
TOP, BOTTOM = 60, 40       # of a panel: title and axis labels
GROUP_GAP = 10
# Told apart by people who see colours differently too (Okabe and Ito); shapes tell them apart in print.
STYLES = [("#d55e00", "circle"), ("#0072b2", "square"), ("#56b4e9", "diamond"), ("#009e73", "up"), ("#cc79a7", "down"),
          ("#e69f00", "cross"), ("#666666", "plus")]


class Panel:
    """rows: (group, name, {language: ratio})"""

    def __init__(self, title, rows):
        self.title = title
        self.rows = rows

    def height(self):
        groups = len({group for group, _, _ in self.rows})
        return TOP + BOTTOM + LINE * len(self.rows) + GROUP_GAP * (groups - 1)


def text(x, y, content, anchor="start", **attributes):
    more = "".join(f' {name.replace("_", "-")}="{value}"' for name, value in attributes.items())
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{more}>{escape(content)}</text>'


def line(x1, y1, x2, y2, colour, width=1):
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}" stroke-width="{width}"/>'


def mark(x, y, style, size):
    colour, shape = style
    if shape == "circle":
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{size}" fill="{colour}"/>'
    if shape in ("cross", "plus"):
        s = size * (0.8 if shape == "cross" else 1.1)
        ends = [(-s, -s, s, s), (-s, s, s, -s)] if shape == "cross" else [(-s, 0, s, 0), (0, -s, 0, s)]
        return "".join(line(x + a, y + b, x + c, y + d, colour, 2) for a, b, c, d in ends)
    s = size
    points = {"square": [(-s, -s), (s, -s), (s, s), (-s, s)], "diamond": [(0, -s - 1), (s + 1, 0), (0, s + 1), (-s - 1, 0)],
              "up": [(0, -s), (s, s), (-s, s)], "down": [(0, s), (s, -s), (-s, -s)]}[shape]
    return f'<polygon points="{" ".join(f"{x + a:.1f},{y + b:.1f}" for a, b in points)}" fill="{colour}"/>'


def ticks(low, high):
    """1, 2, 5 times the powers of ten within the bounds."""
    values = [factor * 10.0 ** power for power in range(-3, 6) for factor in (1, 2, 5)]
    return [value for value in values if low <= value <= high]


def scale(panels):
    ratios = [ratio for panel in panels for _, _, row in panel.rows for ratio in row.values()]
    low, high = min([0.9, *ratios]) * 0.93, max([2, *ratios]) * 1.07
    span = math.log(high / low)
    return low, high, lambda ratio: LEFT + (WIDTH - LEFT - RIGHT) * math.log(ratio / low) / span


def draw_panel(panel, top, languages, bounds):
    low, high, x_of = bounds
    bottom = top + panel.height() - BOTTOM
    parts = [text(LEFT, top + 24, panel.title, font_weight="bold", font_size=14)]
    for value in ticks(low, high):
        strong = value == 1
        parts.append(line(x_of(value), top + TOP - 14, x_of(value), bottom, "#222" if strong else "#ddd", 1.5 if strong else 1))
        parts.append(text(x_of(value), bottom + 16, f"{value:g}", "middle", fill="#444"))
    y, previous = top + TOP, None
    for group, name, row in panel.rows:
        if previous not in (None, group):
            y += GROUP_GAP
        previous = group
        parts.append(text(LEFT - 10, y + 4, name, "end"))
        parts.append(line(LEFT, y, WIDTH - RIGHT, y, "#eee"))
        # The first language last, so that it lies on top.
        for language in reversed(languages):
            if language in row:
                first = language == languages[0]
                parts.append(mark(x_of(row[language]), y, STYLES[languages.index(language) % len(STYLES)], 5.5 if first else 4))
        y += LINE
    return parts


def legend(languages, y):
    parts, x = [], LEFT
    for index, language in enumerate(languages):
        parts.append(mark(x, y, STYLES[index % len(STYLES)], 5))
        parts.append(text(x + 11, y + 4, language, font_weight="bold" if index == 0 else "normal"))
        x += 40 + 7.5 * len(language)
    return parts


def draw(panels, languages):
    """The SVG document. The first language stands out."""
    parts, top = [], 40
    bounds = scale(panels)
    for panel in panels:
        parts += draw_panel(panel, top, languages, bounds)
        top += panel.height()
    return "\n".join(
        [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {top}" font-family="sans-serif" font-size="12">',
         f'<rect width="{WIDTH}" height="{top}" fill="#fff"/>', *legend(languages, 22), *parts, "</svg>", ""])
