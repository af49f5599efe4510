"""The goals of the compiled tier, judged by what compiled.py measured."""

from confidence import Interval, median
from measure import geometric_mean

OBJECTS = ["scheduler", "constraints", "virtualcalls", "virtual12", "json", "collision", "loops"]
STRING_MAPS = ["stringmap", "wordcount"]
MEGABYTE = 1e6


def listed(ratios, bound):
    """Those beyond the bound, the worst first."""
    beyond = sorted(((ratio, name) for name, ratio in ratios.items() if ratio > bound), reverse=True)
    return ", ".join(f"{name} {ratio:.2f}" for ratio, name in beyond)


def first_iterations(result):
    """{program: how many times the first iteration takes that of the fastest C}"""
    ratios = {}
    for program, kinds in result["rows"].items():
        first = kinds["first"]
        limits = [median(first[name]) for name in result["limits"] if name in first]
        if "skua" in first and limits:
            ratios[program] = median(first["skua"]) / min(limits)
    return ratios


def ahead(kind, names, what):
    """Whether Skua is faster than each of the peers in the geometric mean."""
    means = {name: kind.mean_ahead(name) for name in names if any(name in row for row in kind.ahead.values())}
    if not means:
        return []
    return [(what, ", ".join(f"{name} {mean:.2f}" for name, mean in means.items()), min(means.values()) > 1)]


def compile_speed(result):
    """(megabytes of linked code per second of one processor, milliseconds of all compilations)"""
    rows = result["compiler"].values()
    milliseconds = sum(row[3] for row in rows)
    return sum(row[1] for row in rows) / MEGABYTE / (milliseconds / 1000), milliseconds


def goals(result, steady, whole):
    """[(goal, measured, met)]"""
    found = []
    if whole.ahead:
        found += ahead(whole, whole.peers_and_best, "whole process: ahead of each in the geometric mean (its time / Skua's)")
    if steady.behind:
        ratios = {name: interval.ratio for name, interval in steady.behind.items()}
        mean = geometric_mean(ratios.values())
        found.append(("steady state: within 1.25 of the best of C in the geometric mean", f"{mean:.2f}", mean <= 1.25))
        found.append(("steady state: no program above 2", listed(ratios, 2) or f"most {max(ratios.values()):.2f}",
                      max(ratios.values()) <= 2))
    if steady.ahead:
        found += ahead(steady, ["node", steady.best_java], "steady state: ahead of V8 and of the better Java")
    ratios = {name: ratio for name, ratio in first_iterations(result).items() if name in OBJECTS}
    if ratios:
        found.append(("warm-up: the first iteration of each object-oriented program within 1.5 of C",
                      f"mean {geometric_mean(ratios.values()):.2f}; " + (listed(ratios, 1.5) or f"most {max(ratios.values()):.2f}"),
                      max(ratios.values()) <= 1.5))
    ratios = {name: steady.behind[name].ratio for name in STRING_MAPS if name in steady.behind}
    if ratios:
        found.append(("string-keyed maps: within 2 of C, steady state",
                      ", ".join(f"{name} {ratio:.2f}" for name, ratio in ratios.items()), max(ratios.values()) <= 2))
    if result.get("compiler"):
        speed, _ = compile_speed(result)
        found.append(("compiler: at least 1 MB of linked code per second and core", f"{speed:.2f} MB", speed >= 1))
    if result.get("hello"):
        ratio = Interval(result["hello"]["--jit=on"], result["hello"]["--jit=off"])
        found.append(("hello world starts no slower than interpreted", f"{ratio} times as long", ratio.low <= 1))
    return found
