"""How fast compiled code comes about, and what the compiled tier costs a program that needs none."""

import os
import re

import measure
import peers
from run import HERE, expected_output, progress

# A line of vmrun --jit-log about a function or loop that was compiled.
LINE = re.compile(r"^\[jit\] .*: (\d+) bytes of linked code, \d+ nodes, (\d+) bytes, (\d+\.\d+) ms$", re.MULTILINE)


def measure_compiler(launcher, skua, commands):
    """{program: [functions and loops, bytes of linked code, bytes of machine code, milliseconds]}: what each
    program had compiled in one process, by the processor time of the thread that compiles."""
    found = {}
    if not peers.knows(skua.program, "--jit-log"):
        return found
    for program, command in commands.items():
        progress(f"{program}: compiler log")
        launcher.run([command[0], "--jit-log", *command[1:]])
        with open(launcher.errors, errors="replace") as file:
            lines = LINE.findall(file.read())
        if lines:
            found[program] = [len(lines), *(sum(float(line[i]) for line in lines) for i in range(3))]
    return found


def measure_hello(launcher, skua, scratch, rounds):
    """{option: rounds}: seconds from start to exit of hello world without and with the compiled tier."""
    if not peers.knows(skua.program, "--jit"):
        return {}
    folder = os.path.join(HERE, "programs", "hello")
    out = os.path.join(scratch, "hello-skua")
    os.makedirs(out, exist_ok=True)
    plain = [option for option in skua.options if not option.startswith("--jit=")]
    commands = {}
    for option in ("--jit=off", "--jit=on"):
        commands[option] = peers.Skua(os.path.dirname(skua.tools), [*plain, option]).build(folder, out)
    progress(f"hello: {rounds} rounds of {', '.join(commands)}")
    measure.alternate(launcher, commands, 1)
    runs, _ = measure.alternate(launcher, commands, rounds, expected_output(folder))
    return {option: [[run.seconds] for run in each] for option, each in runs.items()}
