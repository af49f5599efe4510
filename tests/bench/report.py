"""Turns what was measured into docs/performance.md."""

import os
import platform
import subprocess
import time

from measure import Ratio, geometric_mean, megabytes, seconds

SKUA = "skua"
LIMIT = "gcc -O2"


class Result:
    def __init__(self, every_peer, skua, limit, runs, short_runs, command):
        self.peers = every_peer
        self.skua = skua
        self.limit = limit
        self.runs = runs
        self.short_runs = short_runs
        self.command = command.strip()
        self.rows = {}       # program: {language: [Run]}
        self.hello = {}      # language: [Run]
        self.compilers = []  # (what, {compiler: [Run]})
        self.failures = {}   # "program: language": why


def first_line(path, key):
    try:
        with open(path) as file:
            for line in file:
                if line.startswith(key):
                    return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return "unknown"


def git(*args):
    here = os.path.dirname(os.path.abspath(__file__))
    done = subprocess.run(["git", "-C", here, *args], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    return done.stdout.strip()


def machine():
    system = "unknown"
    try:
        with open("/etc/os-release") as file:
            for line in file:
                if line.startswith("PRETTY_NAME="):
                    system = line.split("=", 1)[1].strip().strip('"')
    except OSError:
        pass
    memory = first_line("/proc/meminfo", "MemTotal").split()[0]
    gigabytes = f"{int(memory) / 1048576:.0f} GiB" if memory.isdigit() else memory
    return (f"{first_line('/proc/cpuinfo', 'model name')}, {os.cpu_count()} cores, {gigabytes}, "
            f"{system}, Linux {platform.release()}")


def table(header, rows):
    lines = ["| " + " | ".join(header) + " |", "|" + "|".join(["---"] + ["---:"] * (len(header) - 1)) + "|"]
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join(lines)


def names_of(result):
    present = set()
    for runs in [*result.rows.values(), result.hello]:
        present.update(runs)
    return [p.name for p in result.peers if p.name in present]


def best_peer(result, runs):
    """The name of the peer that was fastest in this row."""
    present = [p for p in names_of(result) if p in runs]
    return min(present, key=lambda name: seconds(runs[name])) if present else None


def times_table(result):
    columns = [LIMIT, SKUA, *names_of(result)]
    rows = []
    for program, runs in result.rows.items():
        rows.append([program] + [f"{seconds(runs[c]):.3f}" if c in runs else "-" for c in columns])
    return table(["seconds"] + columns, rows)


def ratio_table(result):
    columns = names_of(result)
    rows = []
    for program, runs in result.rows.items():
        if SKUA not in runs:
            continue
        row = [program]
        row.append(str(Ratio(runs[SKUA], runs[LIMIT])) if LIMIT in runs else "-")
        row += [str(Ratio(runs[c], runs[SKUA])) if c in runs else "-" for c in columns]
        rows.append(row)
    means = ["geometric mean"]
    complete = [r for r in result.rows.values() if SKUA in r]
    means.append(f"{geometric_mean(Ratio(r[SKUA], r[LIMIT]).median for r in complete if LIMIT in r):.2f}")
    for column in columns:
        means.append(f"{geometric_mean(Ratio(r[column], r[SKUA]).median for r in complete if column in r):.2f}")
    rows.append(means)
    return table(["", f"skua / {LIMIT}"] + [f"{c} / skua" for c in columns], rows)


def hello_table(result):
    columns = [c for c in [LIMIT, SKUA, *names_of(result)] if c in result.hello]
    return table(["hello world"] + columns,
                 [["milliseconds, start to exit"] + [f"{seconds(result.hello[c]) * 1000:.1f}" for c in columns],
                  ["peak resident MiB"] + [f"{megabytes(result.hello[c]):.1f}" for c in columns]])


def compiler_table(result):
    columns = sorted({name for _, runs in result.compilers for name in runs}, key=lambda n: (n != "vmc", n))
    rows = [[what] + [f"{seconds(runs[c]) * 1000:.0f}" if c in runs else "-" for c in columns]
            for what, runs in result.compilers]
    return table(["milliseconds to compile"] + columns, rows)


def goals(result):
    """[(goal, measured, met)]: those that this run can judge."""
    found = []
    complete = {name: runs for name, runs in result.rows.items() if SKUA in runs}
    if complete and names_of(result):
        behind, worst = [], []
        for name, runs in complete.items():
            best = best_peer(result, runs)
            if best:
                ratio = Ratio(runs[best], runs[SKUA]).median
                worst.append(ratio)
                if ratio <= 1:
                    behind.append(f"{name} ({best} / skua {ratio:.2f})")
        found.append(("ahead of every peer on every row",
                      "behind on " + ", ".join(behind) if behind else f"smallest lead {min(worst):.2f}", not behind))
        means = {p: geometric_mean(Ratio(r[p], r[SKUA]).median for r in complete.values() if p in r)
                 for p in names_of(result)}
        strongest = min(means, key=means.get)
        found.append(("at least twice as fast as the best peer in the geometric mean",
                      f"{means[strongest]:.2f} times {strongest}; {geometric_mean(worst):.2f} times each row's best",
                      means[strongest] >= 2))
    limited = {n: Ratio(r[SKUA], r[LIMIT]).median for n, r in complete.items() if LIMIT in r}
    if limited:
        mean = geometric_mean(limited.values())
        most = max(limited, key=limited.get)
        found.append((f"within 8 times {LIMIT} in the geometric mean",
                      f"{mean:.2f}; largest {limited[most]:.2f} ({most})", mean <= 8))
    if SKUA in result.hello:
        mine = seconds(result.hello[SKUA]) * 1000
        found.append(("hello world below 10 ms", f"{mine:.1f} ms", mine < 10))
        if "lua5.4" in result.hello:
            ratio = Ratio(result.hello[SKUA], result.hello["lua5.4"])
            found.append(("hello world below 3 times lua5.4", f"{ratio.median:.2f}", ratio.median < 3))
        memory = megabytes(result.hello[SKUA])
        found.append(("hello world below 16 MiB resident", f"{memory:.1f} MiB", memory < 16))
    for what, runs in result.compilers:
        if "vmc" not in runs:
            continue
        mine = seconds(runs["vmc"]) * 1000
        if what == "hello world":
            found.append(("vmc on hello world below 60 ms", f"{mine:.0f} ms", mine < 60))
        elif "mcs" in runs:
            theirs = seconds(runs["mcs"]) * 1000
            found.append((f"vmc on {what} ahead of mcs", f"{mine:.0f} ms, mcs {theirs:.0f} ms", mine < theirs))
    return found


def markdown(result):
    parts = ["# Performance", ""]
    parts += ["Written by the command below; nothing here is edited by hand. Every number is of a whole process,",
              "from before the fork to the exit, start-up included, and every program's output was compared with",
              "the expected one. The same algorithm is written in each language the way its users write it:",
              "tests/bench/programs/. Skua runs from class files, Java from class files, C# from an assembly,",
              "the others from source.", ""]
    parts += ["    " + result.command, ""]
    parts += [f"- when: {time.strftime('%Y-%m-%d %H:%M UTC', time.gmtime())}, at commit {git('rev-parse', '--short=12', 'HEAD')}"
              + (" with local changes" if git("status", "--porcelain", "--untracked-files=no") else ""),
              f"- machine: {machine()}; load average {os.getloadavg()[0]:.1f} at the end",
              f"- {result.runs} runs of each program, {result.short_runs} of what takes milliseconds; the languages take"
              " turns; medians",
              f"- {LIMIT}: {result.limit.version}"]
    parts.append("- skua: " + " ".join(["vmrun", *result.skua.options]) + ": the interpreter; compiled code is measured in "
                 "performance-compiled.md")
    for peer in result.peers:
        parts.append(f"- {peer.name}: {peer.version}" if peer.program else
                     f"- {peer.name}: **not found**, not measured (Debian: {peer.package})")
    parts.append("")
    judged = goals(result)
    if judged:
        parts += ["## Goals", "",
                  table(["goal", "measured", ""], [[g, m, "met" if ok else "**missed**"] for g, m, ok in judged]), ""]
    if result.rows:
        parts += ["## Programs", "", times_table(result), "",
                  "How many times as long, round by round: median (smallest-largest). In the first column smaller is",
                  "better for Skua, in the others larger.", "", ratio_table(result), ""]
    if result.hello:
        parts += ["## Start-up", "", hello_table(result), ""]
    if result.compilers:
        parts += ["## Compilers", "", compiler_table(result), ""]
    if result.failures:
        parts += ["## Failures", ""]
        for who, why in result.failures.items():
            parts += [f"- {who}", "", "      " + "\n      ".join(why.strip().splitlines()[:12]), ""]
    return "\n".join(parts)
