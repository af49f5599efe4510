#!/usr/bin/env python3
"""Programs do the same on other machines: aarch64, and s390x, whose bytes are in the other order.

Cross-compiles Skua without its compiled tier for each of them, compiles every conformance program and example once,
by the vmc of this machine, and runs these archives, the same files byte for byte, on each machine under qemu-user.
Output, exit code, what is written to standard error and, if vmrun has --trace-hash, the trace must be those of
this machine. See docs/portability.md.

    run.py [aarch64] [s390x] [--install] [--host build/release] [--filter WORD]...
"""
import argparse
import difflib
import hashlib
import pathlib
import re
import shutil
import sys
import time

import targets
from targets import ROOT, TARGETS

sys.path.insert(0, str(ROOT / "tests/conformance"))
import run as conformance  # noqa: E402: the folder is added above


# Logs begin with it.
TIME_OF_DAY = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")


# What emulators do otherwise than machines.
NOT_EMULATED = {"library/processes_not_started": "qemu makes fork of vfork, so posix_spawn never learns that exec failed"}


class Machine:
    """Where programs run: this one, or one under an emulator."""

    def __init__(self, name, folder, emulator=()):
        self.name, self.folder, self.emulator = name, folder, list(emulator)

    def call(self, tool, arguments, timeout, stdin="", cwd=None):
        return conformance.run([*self.emulator, self.folder / tool, *arguments], timeout, stdin, cwd)


def prepare(case, host, folder, timeout):
    """The case's archive, made on this machine."""
    classes, archive = folder / "classes", folder / "case.ska"
    shutil.rmtree(folder, ignore_errors=True)
    classes.mkdir(parents=True)
    wrong = conformance.compile_case(case, host.folder / "vmc", classes, timeout)
    if wrong:
        sys.exit(f"{case.name}: {wrong}")
    code, out, err = host.call("vmar", ["create", archive, classes, "--main", case.module], timeout)
    if code != 0:
        sys.exit(f"{case.name}: vmar ended with {code}:\n{out + err}")
    return archive


def run_program(machine, case, archive, flags, timeout):
    """Exit code, output, standard error. Every machine finds the same empty folder for {tmp}."""
    box = archive.parent / "tmp"
    shutil.rmtree(box, ignore_errors=True)
    box.mkdir()

    def filled(text):
        return text.replace("{tmp}", str(box)).replace("{dir}", str(case.main.parent))

    flags = [flag for flag in flags if case.traced or flag != "--trace-hash"]
    arguments = [*flags, *map(filled, case.flags), archive, *map(filled, case.args)]
    code, out, err = machine.call("vmrun", arguments, timeout, case.stdin, case.cwd or archive.parent)
    return code, out, TIME_OF_DAY.sub("(time)", err)


def difference(here, there):
    """Words for how a run differs from this machine's, or None."""
    parts = []
    for name, mine, other in zip(("exit code", "output", "standard error"), here, there):
        if mine == other:
            continue
        if name == "exit code":
            parts.append(f"exit code {other} instead of {mine}")
        else:
            lines = difflib.unified_diff(mine.splitlines(), other.splitlines(), "here", "there", lineterm="", n=0)
            parts.append(f"{name} differs:\n" + "\n".join(list(lines)[:12]))
    return "\n".join(parts) or None


def check_tools(machine, host, std_archive, archives, folder, timeout):
    """The other programs: verification, and that what is written there is what is written here."""
    problems = []

    def same(what, tool, arguments):
        results = [m.call(tool, arguments, timeout) for m in (host, machine)]
        wrong = difference(*results)
        if wrong or results[0][0] != 0:
            problems.append(f"{what}: {wrong or results[0][2]}")

    same("vmar verify, all archives", "vmar", ["verify", std_archive, *archives])
    same("vmdis --verify std.ska", "vmdis", ["--verify", std_archive])
    text = folder / "std.skasm"
    same("vmdis std.ska", "vmdis", [std_archive])
    text.write_text(host.call("vmdis", [std_archive], timeout)[1])
    made = {}
    for m in (host, machine):
        out, packed = folder / f"assembled-{m.name}", folder / f"packed-{m.name}.ska"
        shutil.rmtree(out, ignore_errors=True)
        packed.unlink(missing_ok=True)
        out.mkdir()
        for tool, arguments in (("vmdis", ["--assemble", text, "-o", out]), ("vmar", ["create", packed, out])):
            code, _, err = m.call(tool, arguments, timeout)
            if code != 0:
                problems.append(f"{tool} {arguments[0]} on {m.name} ended with {code}: {err}")
        made[m.name] = digest([*sorted(out.rglob("*.skc")), packed])
    if len(set(made.values())) != 1:
        problems.append("assembled class files, or the archive made of them, are not the same to the byte")
    return problems


def check_compiler(machine, host, cases, folder, timeout):
    """vmc on that machine makes the same class files of the same sources."""
    problems = []
    for case in cases:
        made = {}
        for m in (host, machine):
            classes = folder / f"compiled-{m.name}"
            shutil.rmtree(classes, ignore_errors=True)
            classes.mkdir()
            code, _, err = m.call("vmc", [*case.sources, "--source-root", case.source_root, *case.vmc_flags, "-o", classes],
                                  timeout)
            made[m.name] = (code, err, digest(sorted(classes.rglob("*.skc"))))
        if made[host.name] != made[machine.name]:
            problems.append(f"{case.name}: class files differ {made[machine.name][1]}")
    return problems


def digest(files):
    total = hashlib.sha256()
    for file in files:
        total.update(hashlib.sha256(file.read_bytes()).digest())
    return total.hexdigest()


def ask_for(packages, allowed):
    if not packages:
        return
    names = " ".join(packages)
    if not allowed and sys.stdin.isatty():
        allowed = input(f"To be installed with apt-get: {names}. Go on? [y/N] ").strip().lower() in ("y", "yes")
    if not allowed:
        sys.exit(f"missing packages: {names}. Install them, or say --install")
    targets.install(packages)


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("machine", nargs="*", metavar="MACHINE", help=f"of {', '.join(TARGETS)}; all if none is named")
    parser.add_argument("--install", action="store_true", help="install missing cross compilers and qemu without asking")
    parser.add_argument("--host", type=pathlib.Path, default=ROOT / "build/release", help="this machine's build")
    parser.add_argument("--work", type=pathlib.Path, default=ROOT / "build", help="for all that is made")
    parser.add_argument("--filter", action="append", default=[], help="only programs whose name contains one of these")
    parser.add_argument("--with-compiler", action="store_true",
                        help="build vmc for the other machines too, and compare what it makes of the examples")
    parser.add_argument("--timeout", type=float, default=1800, help="seconds for one program")
    parser.add_argument("--jobs", type=int, default=1, help="compilations at a time while building")
    options = parser.parse_args()
    for name in options.machine:
        if name not in TARGETS:
            parser.error(f"no machine is called '{name}': {', '.join(TARGETS)}")
    return options


def main():
    options = parse_arguments()
    chosen = [TARGETS[name] for name in dict.fromkeys(options.machine or TARGETS)]
    ask_for(targets.missing_packages(chosen), options.install)
    host = Machine("x86-64", options.host.resolve() / "bin")
    std_archive = options.host.resolve() / "lib/skua/std.ska"
    for needed in (host.folder / "vmc", host.folder / "vmrun", host.folder / "vmar", std_archive):
        if not needed.is_file():
            sys.exit(f"there is no {needed}: ./bootstrap build, or name another build with --host")
    builds = options.work.resolve()
    work = builds / "portability"
    work.mkdir(parents=True, exist_ok=True)

    machines = []
    for target in chosen:
        begun = time.monotonic()
        folder = targets.build(target, builds, std_archive, options.with_compiler, options.jobs)
        print(f"{target.processor}: built in {time.monotonic() - begun:.0f} s", flush=True)
        machines.append(Machine(target.processor, folder, target.emulator))

    tests = list(conformance.find_tests(ROOT / "tests/conformance"))
    examples = list(conformance.find_examples(ROOT / "examples"))
    cases = [c for c in tests + examples
             if not options.filter or any(f in c.name for f in options.filter)]
    for case in cases:
        if case.name in NOT_EMULATED:
            print(f"left out: {case.name}: {NOT_EMULATED[case.name]}")
    cases = [case for case in cases if case.name not in NOT_EMULATED]
    if not cases:
        sys.exit("no such program")
    archives = [prepare(case, host, work / "programs" / case.name.replace("/", "."), options.timeout) for case in cases]
    sealed = digest([std_archive, *archives])
    print(f"{len(cases)} programs in archives, with std.ska sha256 {sealed}", flush=True)

    _, usage, _ = host.call("vmrun", ["--help"], options.timeout)
    flags = [flag for flag in ("--deterministic", "--trace-hash") if flag in usage]
    print(f"compared: output, exit code, standard error{', trace hash' if '--trace-hash' in flags else ''}", flush=True)
    begun = time.monotonic()
    expected = [run_program(host, case, archive, ["--jit=off", *flags], options.timeout)
                for case, archive in zip(cases, archives)]
    print(f"x86-64: {len(cases)} programs in {time.monotonic() - begun:.0f} s", flush=True)

    failed = False
    for machine in machines:
        begun, different = time.monotonic(), 0
        for case, archive, here in zip(cases, archives, expected):
            there = run_program(machine, case, archive, flags, options.timeout)
            wrong = difference(here, there)
            if wrong:
                different += 1
                print(f"DIFFERENT {machine.name} {case.name}\n" + "\n".join("    " + line for line in wrong.splitlines()),
                      flush=True)
        print(f"{machine.name}: {len(cases) - different} programs equal, {different} different, "
              f"in {time.monotonic() - begun:.0f} s", flush=True)
        begun = time.monotonic()
        problems = check_tools(machine, host, std_archive, archives, work, options.timeout)
        if options.with_compiler:
            problems += check_compiler(machine, host, examples, work, options.timeout)
        for problem in problems:
            print(f"DIFFERENT {machine.name} {problem}", flush=True)
        print(f"{machine.name}: vmar and vmdis{' and vmc' if options.with_compiler else ''}: "
              f"{'equal' if not problems else 'different'}, in {time.monotonic() - begun:.0f} s", flush=True)
        failed = failed or different > 0 or bool(problems)
    if digest([std_archive, *archives]) != sealed or any(
            digest([m.folder.parent / "lib/skua/std.ska"]) != digest([std_archive]) for m in machines):
        sys.exit("the archives have changed while they were run")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
