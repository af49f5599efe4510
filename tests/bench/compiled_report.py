"""Turns what compiled.py measured into docs/performance-compiled.md and its picture."""

import os
import time

import picture
from measure import geometric_mean
from report import git, machine, table
from confidence import Interval, median

SKUA = "skua"


def conditions():
    """When, where, of what, and how busy the machine was."""
    changed = " with local changes" if git("status", "--porcelain", "--untracked-files=no") else ""
    return [f"{time.strftime('%Y-%m-%d %H:%M UTC', time.gmtime())}, at commit {git('rev-parse', '--short=12', 'HEAD')}{changed}",
            f"{machine()}; load average {os.getloadavg()[0]:.1f} at the start"]


class Kind:
    """One kind of measurement, "whole" or "steady": medians, each row's limit, and ratios to both."""

    def __init__(self, result, kind):
        self.peers = [p for p in result["peers"] if p not in result["missing"]]
        self.medians = {}  # program: {language: seconds}
        self.limits = {}   # program: the name of the fastest C
        self.behind = {}   # program: Interval of Skua's time by the limit's
        self.ahead = {}    # program: {peer: Interval of the peer's time by Skua's}
        for program, kinds in result["rows"].items():
            rounds = kinds[kind]
            medians = {language: median(r) for language, r in rounds.items()}
            self.medians[program] = medians
            present = [name for name in result["limits"] if name in medians]
            if present:
                self.limits[program] = min(present, key=medians.get)
            if SKUA not in medians:
                continue
            if present:
                self.behind[program] = Interval(rounds[SKUA], rounds[self.limits[program]])
            self.ahead[program] = {p: Interval(rounds[p], rounds[SKUA]) for p in self.peers if p in rounds}

    def mean_behind(self):
        return geometric_mean(i.ratio for i in self.behind.values())

    def mean_ahead(self, peer):
        return geometric_mean(row[peer].ratio for row in self.ahead.values() if peer in row)


def seconds_table(kind, unit):
    scale, digits = (1000, 1) if unit == "milliseconds" else (1, 3)
    columns = [SKUA, *kind.peers]
    rows = []
    for program, medians in kind.medians.items():
        limit = kind.limits.get(program)
        rows.append([program, f"{medians[limit] * scale:.{digits}f} ({limit})" if limit else "-"] +
                    [f"{medians[c] * scale:.{digits}f}" if c in medians else "-" for c in columns])
    return table([unit, "best of C"] + columns, rows)


def ratio_table(kind):
    rows = []
    for program in kind.ahead:
        rows.append([program, str(kind.behind.get(program, "-"))] +
                    [str(kind.ahead[program].get(p, "-")) for p in kind.peers])
    rows.append(["geometric mean", f"{kind.mean_behind():.2f}"] + [f"{kind.mean_ahead(p):.2f}" for p in kind.peers])
    return table(["", "skua / best of C"] + [f"{p} / skua" for p in kind.peers], rows)


def warm_up_table(result, steady):
    columns = [SKUA, *steady.peers]
    rows = []
    for program, kinds in result["rows"].items():
        first = {c: median(r) for c, r in kinds["first"].items()}
        rows.append([program] + [f"{first[c] * 1000:.1f} ({first[c] / steady.medians[program][c]:.1f})" if c in first else "-"
                                 for c in columns])
    return table(["first iteration, milliseconds"] + columns, rows)


def summary(kind):
    """A row per peer: where it is behind Skua with confidence, level, and ahead."""
    rows = []
    for peer in kind.peers:
        row = [i[peer] for i in kind.ahead.values() if peer in i]
        faster = sum(i.low > 1 for i in row)
        slower = [name for name, i in kind.ahead.items() if peer in i and i[peer].high < 1]
        rows.append([peer, f"{kind.mean_ahead(peer):.2f}", str(faster), str(len(row) - faster - len(slower)), str(len(slower)),
                     ", ".join(slower) or "-"])
    return table(["", "its time / skua's, geometric mean", "skua faster", "no difference", "skua slower", "slower on"], rows)


def by_limit(kind):
    within = [name for name, i in kind.behind.items() if i.ratio <= 2]
    beyond = sorted((name for name in kind.behind if name not in within), key=lambda n: -kind.behind[n].ratio)
    text = (f"Skua takes {kind.mean_behind():.2f} times the best of C in the geometric mean, at most twice as long on "
            f"{len(within)} of {len(kind.behind)} programs.")
    if beyond:
        text += " More on " + ", ".join(f"{n} ({kind.behind[n].ratio:.1f})" for n in beyond) + "."
    return text


def section(title, note, kind, unit):
    return [f"## {title}", "", note, "", by_limit(kind), "", summary(kind), "", seconds_table(kind, unit), "",
            ratio_table(kind), ""]


def head(result):
    parts = ["# Performance of compiled code", "",
             "Written by the command below; nothing here is edited by hand. The same algorithm is written in each",
             "language the way its users write it (tests/bench/programs/), and every output was compared with the",
             "expected one. The best of C is the fastest of " + ", ".join(result["limits"]) + ", row by row.", "",
             "    " + result["command"], ""]
    when, where = result["conditions"]
    parts += [f"- when: {when}", f"- machine: {where}",
              f"- {result['runs']} whole processes and {result['steady_runs']} processes of {result['iterations']} iterations of"
              " each program in each language; the languages take turns; medians",
              f"- skua: {result['skua']}"]
    parts += [f"- {name}: {version}" for name, version in result["versions"].items()]
    parts += [f"- {name}: **not found**, not measured (Debian: {package})" for name, package in result["missing"].items()]
    return parts + ["- luajit times its iterations by processor time: standard Lua has no monotonic clock", ""]


def dots(kind, groups, title):
    """The picture's panel of a kind: times relative to the best of C."""
    rows = []
    for group, names in groups.items():
        for name in names:
            if name in kind.behind:
                base = kind.medians[name][kind.limits[name]]
                rows.append((group, name, {c: kind.medians[name][c] / base for c in [SKUA, *kind.peers] if c in kind.medians[name]}))
    return picture.Panel(title, rows)


def render(result, groups):
    """(the page, the picture)"""
    steady, whole = Kind(result, "steady"), Kind(result, "whole")
    parts = head(result)
    parts += ["![times relative to the best of C](performance-compiled.svg)", "",
              "Ratios: those of the medians, in brackets the bounds of 95% confidence (bootstrap). In the column of",
              "C smaller is better for Skua, in the others larger.", ""]
    if steady.ahead:
        parts += section("Steady state", "One iteration, of the second half of those of a process.", steady, "milliseconds")
        parts += ["### Warm-up", "", "The first iteration of a process, in brackets how many times a later one.", "",
                  warm_up_table(result, steady), ""]
    if whole.ahead:
        parts += section("Whole process", "From before the fork to the exit, start-up and warm-up included; one iteration.",
                         whole, "seconds")
    if result["failures"]:
        parts += ["## Failures", ""]
        for who, why in result["failures"].items():
            parts += [f"- {who}", "", "      " + "\n      ".join(why.strip().splitlines()[:12]), ""]
    panels = [dots(steady, groups, "Steady state: time of one iteration, best of C = 1"),
              dots(whole, groups, "Whole process: time from start to exit, best of C = 1")]
    return "\n".join(parts), picture.draw([p for p in panels if p.rows], [SKUA, *steady.peers])
