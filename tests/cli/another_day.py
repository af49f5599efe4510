"""Built twice, on another day: what vmc and vmar make is the same to the byte by whatever clock they run.

usage: another_day.py FOLDER_OF_PROGRAMS FALSE_CLOCK
"""

import datetime
import os
import subprocess
import sys

import harness
from harness import Wrong, expect
from input_archives import make_project

DAY = 86400
# The machine's own day, the next one, four years and eight hours on, and back before the epoch of zip (1980).
SHIFTS = [0, DAY, 4 * 365 * DAY + 8 * 3600, -50 * 365 * DAY]
CLOCK = "import std.time\nfn main() {\n    println(time.unixNanos())\n}\n"


def at(b, false_clock, shift, program, *args):
    """Runs a program by the other clock; its output, and how often it looked at the clock."""
    count = b.path("count")
    environment = {k: v for k, v in os.environ.items() if k != "SOURCE_DATE_EPOCH"}
    done = subprocess.run([false_clock, str(shift), count, os.path.join(b.programs, program), *args], cwd=b.folder,
                          capture_output=True, timeout=60, check=False, env=environment)
    if done.returncode == 77:
        raise harness.Skipped("nothing may be traced here")
    expect(done.returncode == 0, f"{program} by another clock: {done.returncode} {done.stderr!r}")
    return done.stdout, int(b.read("count"))


def test(b, false_clock):
    # The clock is false indeed, for the program and for what it starts.
    b.write("clock.skua", CLOCK)
    for shift in SHIFTS:
        shown, looks = at(b, false_clock, shift, "vmc", "run", "clock.skua")
        off = datetime.datetime.now().timestamp() + shift - int(shown) / 1e9
        expect(abs(off) < 60 and looks > 0, f"the clock is not {shift} s off but shows {shown!r}")
    made = {}
    for i, shift in enumerate(SHIFTS):
        make_project(b, f"day{i}")
        at(b, false_clock, shift, "vmc", "pack", f"day{i}", "-o", f"{i}.ska")
        at(b, false_clock, shift, "vmc", f"day{i}/src/deep/part.skua", "-o", f"classes{i}", "--force")
        at(b, false_clock, shift, "vmar", "create", f"created{i}.ska", f"classes{i}", "--name", "part", "--version", "1.0.0")
        b.run("vmar", "keygen", "key", code=0) if i == 0 else None
        at(b, false_clock, shift, "vmar", "sign", f"created{i}.ska", "--key", "key")
        at(b, false_clock, shift, "vmar", "deps", f"{i}.ska", "--lock", "--archive-path", f"day{i}/archives")
        made[shift] = [b.read(name) for name in (f"{i}.ska", f"created{i}.ska", "skua.lock", f"day{i}/skua.lock")]
        os.remove(b.path("skua.lock"))
    for shift in SHIFTS[1:]:
        expect(made[shift] == made[0], f"{shift} s later the bytes are others")


def main():
    bench = harness.Bench(os.path.abspath(sys.argv[1]), False)
    try:
        test(bench, os.path.abspath(sys.argv[2]))
        print("another_day: ok")
    except harness.Skipped as why:
        print(f"another_day: skipped, {why}")
    except Wrong as why:
        sys.exit(f"another_day: FAILED\n{why}")
    finally:
        bench.remove()


main()
