"""Turns what compiled.py measured into docs/performance-compiled.md and its picture."""

import os
import time

import compiled_goals
import picture
from confidence import Interval, median
from measure import geometric_mean
from report import git, machine, table

SKUA = "skua"


def conditions():
    """When, where, of what, and how busy the machine was."""
    changed = " with local changes" if git("status", "--porcelain", "--untracked-files=no") else ""
    return [f"{time.strftime('%Y-%m-%d %H:%M UTC', time.gmtime())}, at commit {git('rev-parse', '--short=12', 'HEAD')}{changed}",
            f"{machine()}; load average {os.getloadavg()[0]:.1f} at the start"]


class Kind:
    """One kind of measurement, "whole" or "steady": medians, each row's limit, and ratios to both."""

    best_java = "better java"

    def __init__(self, result, kind):
        self.peers = [p for p in result["peers"] if p not in result["missing"]]
        javas = [p for p in self.peers if p.split()[0] == "java"]
        # The better Java of each row is a column of the ratios.
        self.peers_and_best = [p for p in self.peers if p not in javas]
        self.peers_and_best[:0] = [*javas, self.best_java] if javas else []
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
            better = [p for p in javas if p in rounds]
            if better:
                self.ahead[program][self.best_java] = self.ahead[program][min(better, key=medians.get)]

    def mean_behind(self):
        return geometric_mean(i.ratio for i in self.behind.values())

    def mean_ahead(self, peer):
        return geometric_mean(row[peer].ratio for row in self.ahead.values() if peer in row)


def seconds_table(result, kind, unit):
    """The limits one by one, the row's best in bold."""
    scale, digits = (1000, 1) if unit == "milliseconds" else (1, 3)
    columns = [*result["limits"], SKUA, *kind.peers]
    rows = []
    for program, medians in kind.medians.items():
        row = [program]
        for column in columns:
            cell = f"{medians[column] * scale:.{digits}f}" if column in medians else "-"
            row.append(f"**{cell}**" if column == kind.limits.get(program) else cell)
        rows.append(row)
    return table([unit] + columns, rows)


def ratio_table(kind):
    rows = []
    for program in kind.ahead:
        rows.append([program, str(kind.behind.get(program, "-"))] +
                    [str(kind.ahead[program].get(p, "-")) for p in kind.peers_and_best])
    rows.append(["geometric mean", f"{kind.mean_behind():.2f}"] + [f"{kind.mean_ahead(p):.2f}" for p in kind.peers_and_best])
    return table(["", "skua / best of C"] + [f"{p} / skua" for p in kind.peers_and_best], rows)


def warm_up_table(result, steady):
    """First iterations: milliseconds, and how many times the fastest C's first one."""
    columns = [SKUA, *steady.peers]
    rows, ratios = [], {c: [] for c in columns}
    for program, kinds in result["rows"].items():
        first = {c: median(r) for c, r in kinds["first"].items()}
        base = min((first[name] for name in result["limits"] if name in first), default=None)
        row = [program, f"{base * 1000:.1f}" if base else "-"]
        for c in columns:
            if c not in first or not base:
                row.append("-")
                continue
            row.append(f"{first[c] * 1000:.1f} ({first[c] / base:.2f})")
            if program in compiled_goals.OBJECTS:
                ratios[c].append(first[c] / base)
        rows.append(row)
    if any(ratios.values()):
        rows.append(["geometric mean of the object-oriented ones", ""] +
                    [f"{geometric_mean(ratios[c]):.2f}" if ratios[c] else "-" for c in columns])
    return table(["first iteration, milliseconds", "best of C"] + columns, rows)


def summary(kind):
    """A row per peer: where it is behind Skua with confidence, level, and ahead."""
    rows = []
    for peer in kind.peers_and_best:
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


def section(title, note, result, kind, unit):
    parts = [f"## {title}", "", note, "", by_limit(kind), ""]
    if kind.peers:
        parts += [summary(kind), ""]
    return parts + [seconds_table(result, kind, unit), "", ratio_table(kind), ""]


def compiler_section(result):
    parts = ["## Compiler", ""]
    if result.get("compiler"):
        speed, milliseconds = compiled_goals.compile_speed(result)
        parts += [f"What one process of each program has compiled by the time it ends: {speed:.2f} MB of linked code per "
                  f"second of one processor, {milliseconds:.0f} ms in all. Inlined callees count as often as they are inlined.", ""]
        rows = [[program, f"{count:.0f}", f"{linked / 1000:.1f}", f"{machine_code / 1000:.1f}", f"{spent:.1f}",
                 f"{linked / 1000 / spent:.2f}"]
                for program, (count, linked, machine_code, spent) in result["compiler"].items()]
        parts += [table(["", "functions and loops", "linked code, kB", "machine code, kB", "milliseconds", "MB per second"], rows), ""]
    if result.get("hello"):
        off, on = result["hello"]["--jit=off"], result["hello"]["--jit=on"]
        parts += [f"Hello world, start to exit: {median(off) * 1000:.2f} ms with `--jit=off`, {median(on) * 1000:.2f} ms with "
                  f"`--jit=on`, {Interval(on, off)} times as long.", ""]
    return parts if len(parts) > 2 else []


def head(result):
    repeats = ", ".join(f"{name} {count}" for name, count in result["repeats"].items())
    parts = ["# Performance of compiled code", "",
             "Written by the command below; nothing here is edited by hand. The same algorithm is written in each",
             "language the way its users write it (tests/bench/programs/), and every output was compared with the",
             "expected one. The best of C is the fastest of " + ", ".join(result["limits"]) + ", row by row.",
             "[performance.md](performance.md) is about the interpreter.", "",
             "    " + result["command"].rstrip(), ""]
    when, where = result["conditions"]
    parts += [f"- when: {when}", f"- machine: {where}"]
    if "minutes" in result:
        parts.append(f"- it took {result['minutes']:.0f} minutes")
    parts += [f"- whole processes: {result['runs']} of each program in Skua, C and Go, {result['peer_runs']} in the others, 1 if it "
              f"takes longer than {result['slow_process']} s; the languages take turns; medians",
              f"- a whole process does its workload once, except for short programs: {repeats} times",
              f"- steady state: {result['steady_runs']} processes in Skua, C and Go, {result['peer_steady_runs']} in the others, the "
              f"last iterations of each, after {result['warm_seconds']} s of iterations for what compiles while it runs, after one "
              "iteration for C and Go",
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
    means = {c: geometric_mean(row[c] for _, _, row in rows if c in row) for c in [SKUA, *kind.peers]}
    rows.append(("all", "geometric mean", means))
    return picture.Panel(title, rows)


def render(result, groups):
    """(the page, the picture)"""
    steady, whole = Kind(result, "steady"), Kind(result, "whole")
    parts = head(result)
    judged = compiled_goals.goals(result, steady, whole)
    if judged:
        parts += ["## Goals", "", table(["goal", "measured", ""], [[g, m, "met" if ok else "**missed**"] for g, m, ok in judged]), ""]
    parts += ["![times relative to the best of C](performance-compiled.svg)", "",
              "Ratios: those of the medians, in brackets the bounds of 95% confidence (bootstrap). In the column of",
              "C smaller is better for Skua, in the others larger.", ""]
    if whole.ahead:
        parts += section("Whole process", "From before the fork to the exit, start-up and warm-up included.", result, whole, "seconds")
    if steady.ahead:
        parts += section("Steady state", "One iteration of a process that is warm.", result, steady, "milliseconds")
        parts += ["## Warm-up", "", "The first iteration of a process, in brackets how many times as long as that of the fastest C.", "",
                  warm_up_table(result, steady), ""]
    parts += compiler_section(result)
    if result["failures"]:
        parts += ["## Failures", ""]
        for who, why in result["failures"].items():
            parts += [f"- {who}", "", "      " + "\n      ".join(why.strip().splitlines()[:12]), ""]
    panels = [dots(kind, groups, title) for kind, title in (
        (whole, "Whole process: time from start to exit, best of C = 1"),
        (steady, "Steady state: time of one iteration, best of C = 1")) if kind.behind]
    return "\n".join(parts), picture.draw(panels, [SKUA, *steady.peers])
