"""Times whole processes, side by side, and compares what they print."""

import math
import os
import statistics
import subprocess

from peers import environment

LIMIT_SECONDS = 300


class Run:
    """One process: wall-clock seconds from before the fork to the exit, peak resident kilobytes, and the
    seconds of each iteration if the program was asked for them."""

    def __init__(self, seconds, kilobytes, iterations=()):
        self.seconds = seconds
        self.kilobytes = kilobytes
        self.iterations = list(iterations)


class Failure(Exception):
    pass


class Launcher:
    def __init__(self, here, scratch):
        self.binary = os.path.join(scratch, "launch")
        self.output = os.path.join(scratch, "stdout")
        self.errors = os.path.join(scratch, "stderr")
        subprocess.run(["cc", "-O2", os.path.join(here, "launch.c"), "-o", self.binary], check=True)

    def run(self, command, expected=None, iterations=0):
        """Runs the command once; with iterations, it gets their number as an argument and must write as
        many times, in nanoseconds, to standard error. Failure if it does not, does not exit with 0, or
        prints something else than expected."""
        if iterations:
            command = [*command, str(iterations)]
        done = subprocess.run([self.binary, self.output, self.errors, str(LIMIT_SECONDS), *command],
                              env=environment(), stdout=subprocess.PIPE, text=True, check=True)
        nanoseconds, kilobytes, status = map(int, done.stdout.split())
        if status != 0:
            with open(self.errors, errors="replace") as file:
                raise Failure(f"{' '.join(command)}: wait status {status}\n{file.read(2000)}")
        if expected is not None:
            with open(self.output, "rb") as file:
                if file.read() != expected:
                    raise Failure(f"{' '.join(command)}: printed something else than expected")
        return Run(nanoseconds / 1e9, kilobytes, self.times(command, iterations) if iterations else ())

    def times(self, command, count):
        with open(self.errors, errors="replace") as file:
            lines = file.read().split()
        if len(lines) != count or not all(line.isdigit() for line in lines):
            raise Failure(f"{' '.join(command)}: {count} times expected on standard error: {' '.join(lines)[:200]}")
        return [int(line) / 1e9 for line in lines]


def alternate(launcher, commands, rounds, expected=None, progress=None, iterations=0):
    """Runs every command once per round, each round starting with another one, so that a machine
    that slows down slows all of them. commands: {name: argv}; iterations: a number, or {name: number}.
    Returns ({name: [Run]}, {name: why it failed})."""
    runs = {name: [] for name in commands}
    failures = {}
    for turn in range(rounds):
        names = [n for n in commands if n not in failures]
        shift = turn % len(names) if names else 0
        for name in names[shift:] + names[:shift]:
            if progress:
                progress(turn, name)
            try:
                count = iterations[name] if isinstance(iterations, dict) else iterations
                runs[name].append(launcher.run(commands[name], expected, count))
            except Failure as failure:
                failures[name] = str(failure)
    return {n: r for n, r in runs.items() if n not in failures}, failures


def seconds(runs):
    return statistics.median(r.seconds for r in runs)


def megabytes(runs):
    return statistics.median(r.kilobytes for r in runs) / 1024


class Ratio:
    """How many times longer `slow` took than `fast`, round by round: median, smallest, largest."""

    def __init__(self, slow, fast):
        each = sorted(s.seconds / f.seconds for s, f in zip(slow, fast))
        self.median = statistics.median(each)
        self.low = each[0]
        self.high = each[-1]

    def __str__(self):
        return f"{self.median:.2f} ({self.low:.2f}-{self.high:.2f})"


def geometric_mean(values):
    values = list(values)
    return math.exp(sum(math.log(v) for v in values) / len(values)) if values else float("nan")
