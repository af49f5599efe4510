"""Measures what a call of C costs from Skua's compiled code and from its peers, and writes docs/native-call-cost.md.

Called by `./bootstrap bench --native-calls`. Every program makes the same four calls (tests/bench/native_call) in one process
and prints, for each, nanoseconds per call, the best of a hundred rounds, and what came out, which must be the same for all. The
processes are alternated; of several runs, the median counts. Standard library only.
"""

import argparse
import glob
import os
import re
import statistics
import subprocess
import sys
import tempfile

import peers

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
SOURCES = os.path.join(HERE, "native_call")
CALLS = ["ints", "string", "callback", "bytes"]


def run(command, out=None, env=None):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=300, cwd=out,
                          env={**peers.environment(), **(env or {})})
    if done.returncode != 0:
        raise RuntimeError(" ".join(command) + " failed:\n" + done.stdout)
    return done.stdout


def first_existing(*patterns):
    for pattern in patterns:
        for path in sorted(glob.glob(pattern)):
            return path
    return None


def source(name):
    return os.path.join(SOURCES, name)


def shared(out, name, *files, include=()):
    run(["gcc", "-O3", "-shared", "-fPIC", *("-I" + i for i in include), *(source(f) for f in files), "-o", os.path.join(out, name)])
    return os.path.join(out, name)


# Each gives the command that runs the program, its environment, and the version to be shown; or raises with the reason.

def c_program(out, _):
    shared(out, "libcall_library.so", "library.c")
    run(["gcc", "-O2", source("c_bench.c"), "-L" + out, "-lcall_library", "-o", os.path.join(out, "c_bench")])
    return [os.path.join(out, "c_bench")], {"LD_LIBRARY_PATH": out}, peers.ask("gcc", "--version")


def skua_program(out, build):
    tools = os.path.join(build, "bin")
    plugins = os.path.join(out, "plugins")
    os.makedirs(plugins, exist_ok=True)
    shared(plugins, "native_call.so", "native_call.c", include=(os.path.join(ROOT, "vm/include"),))
    run([os.path.join(tools, "vmc"), source("native_call.skua"), "-o", os.path.join(out, "skua")])
    return ([os.path.join(tools, "vmrun"), "--plugin-path", plugins, "--allow=plugin:native_call", "--class-path", os.path.join(out, "skua"),
             "native_call"], {}, peers.ask(os.path.join(tools, "vmrun"), "--version"))


def java_home(lowest):
    """The Java of Debian for JNI; for Panama the lowest that has it, among those that are installed."""
    found = []
    for javac in glob.glob("/usr/lib/jvm/*/bin/javac"):
        version = re.search(r"javac (\d+)", peers.ask(javac, "-version"))
        if version and int(version.group(1)) >= lowest:
            found.append((int(version.group(1)), os.path.dirname(os.path.dirname(javac))))
    if not found:
        raise RuntimeError(f"no JDK {lowest} or later below /usr/lib/jvm")
    return min(found)[1]


def jni_program(out, _):
    home = java_home(8)
    shared(out, "libjni.so", "jni.c", include=(home + "/include", home + "/include/linux"))
    run([home + "/bin/javac", "-d", out, source("Jni.java")])
    return [home + "/bin/java", "-cp", out, "Jni", os.path.join(out, "libjni.so")], {}, peers.ask(home + "/bin/java", "-version")


def panama_program(out, _):
    home = java_home(22)
    run([home + "/bin/javac", "-d", out, source("Panama.java")])
    return ([home + "/bin/java", "--enable-native-access=ALL-UNNAMED", "-Dlibrary=" + os.path.join(out, "libcall_library.so"), "-cp", out, "Panama"],
            {}, peers.ask(home + "/bin/java", "-version"))


def luajit_program(out, _):
    program = peers.real_program("luajit")
    if not program:
        raise RuntimeError("no luajit")
    return [program, source("luajit.lua"), os.path.join(out, "libcall_library.so")], {}, peers.ask(program, "-v")


def node_program(out, _):
    program = peers.real_node()
    if not program:
        raise RuntimeError("no node")
    header = first_existing(os.path.join(os.path.dirname(os.path.dirname(program)), "include/node/node_api.h"),
                            "/usr/include/node/node_api.h", "/usr/include/nodejs/src/node_api.h")
    if not header:
        raise RuntimeError("no node_api.h (libnode-dev)")
    shared(out, "library.node", "node.c", include=(os.path.dirname(header),))
    return [program, source("node.js"), os.path.join(out, "library.node")], {}, peers.ask(program, "--version")


def mono_program(out, _):
    program, compiler = peers.real_program("mono"), peers.real_program("mcs")
    if not program or not compiler:
        raise RuntimeError("no mono or mcs")
    run([compiler, "-optimize", "-out:" + os.path.join(out, "mono.exe"), source("Mono.cs")])
    return [program, os.path.join(out, "mono.exe")], {"LD_LIBRARY_PATH": out}, peers.ask(program, "--version")


PROGRAMS = {
    "C": c_program, "Skua": skua_program, "JNI": jni_program, "Panama": panama_program, "LuaJIT FFI": luajit_program,
    "Node-API": node_program, "Mono P/Invoke": mono_program,
}


EXPLAINED = """
- **Two ints**: an addition, called in a loop. Compiled Skua calls the native as C would, with the SkEnv as one more argument; before the
  call it stores where its frame is, in case the native calls back, and behind it looks whether an error is pending.
- **Text**: the native reads its length, first and last byte. Skua passes its own object, whose bytes are UTF-8 with a NUL behind
  them; `sk_string_data` and `sk_string_len` of native.h are inline. LuaJIT passes its text likewise; the others copy or convert it.
- **Callback**: one native call, in which C calls a function of the language 20,000 times, with an int and for an int.
- **Array**: 1 MB of bytes is added up, which takes what reading it takes; nobody here copies it, by the means that each language has for
  that (JNI: GetPrimitiveArrayCritical; Panama: critical functions).

Natives of Skua, JNI and Node-API are written against their headers, as plugins are, and contain the work; LuaJIT, Panama and P/Invoke
call the same functions in a shared library.
"""


def parse(text):
    """{call: (nanoseconds, result)}"""
    lines = [line.split() for line in text.strip().splitlines()]
    return {name: (float(each), result) for name, each, result in lines}


def markdown(times, versions, why_not, runs, command):
    def shown(ns):
        return f"{ns:,.1f}" if ns < 1000 else f"{ns:,.0f}"

    lines = ["# What a call of C costs", "",
             "Nanoseconds per call of the same four C functions, out of compiled code, the median of "
             f"{runs} alternated runs of the whole program, each the best of a hundred rounds. Measured by `{command}` on {processor()}.", "",
             "| | two ints | text of 20 bytes | callback | array of 1 MB |", "|---|---|---|---|---|"]
    best = {call: min(v[call] for k, v in times.items() if k != "C") for call in CALLS}
    for name, row in times.items():
        cells = [f"**{shown(row[c])}**" if name != "C" and row[c] <= best[c] * 1.01 else shown(row[c]) for c in CALLS]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    lines += ["", "C is what the functions themselves take, called from C through a shared library; the cheapest of the others, and what is within a hundredth of it, is in bold.", ""]
    lines += EXPLAINED.strip().splitlines() + [""]
    lines += [f"- {name}: {versions[name]}" for name in times]
    lines += [f"- {name} was not measured: {why.splitlines()[0]}" for name, why in why_not.items()]
    lines.append("")
    return "\n".join(lines)


def processor():
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        found = re.search(r"model name\s*: (.*)", file.read())
    return found.group(1) if found else "an unknown processor"


def main():
    parser = argparse.ArgumentParser(prog="./bootstrap bench --native-calls", description=__doc__)
    parser.add_argument("--native-calls", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--build", default=os.path.join(ROOT, "build/release"))
    parser.add_argument("--runs", type=int, default=7, help="runs of each program (default 7)")
    parser.add_argument("--peer", action="append", metavar="NAME", help="only Skua and peers whose name contains this; nothing is written")
    parser.add_argument("--no-write", action="store_true", help="print the table, leave docs/native-call-cost.md alone")
    args = parser.parse_args()
    commands, versions, why_not, seen = {}, {}, {}, {}
    with tempfile.TemporaryDirectory(prefix="skua-calls-") as out:
        for name, build in PROGRAMS.items():
            if args.peer and name not in ("C", "Skua") and not any(p.lower() in name.lower() for p in args.peer):
                continue
            try:
                *commands[name], versions[name] = build(out, os.path.abspath(args.build))
            except (RuntimeError, OSError) as error:
                commands.pop(name, None)
                why_not[name] = str(error)
                print(f"{name}: {error}", file=sys.stderr)
        expected = None
        for turn in range(args.runs):
            for name, (command, env) in commands.items():
                print(f"round {turn + 1} of {args.runs}: {name}", file=sys.stderr, flush=True)
                found = parse(run(command, out, env))
                results = {call: found[call][1] for call in CALLS}
                expected = expected or results
                if results != expected:
                    sys.exit(f"{name} comes to {results}, not {expected}")
                for call in CALLS:
                    seen.setdefault(name, {}).setdefault(call, []).append(found[call][0])
    times = {name: {call: statistics.median(row[call]) for call in CALLS} for name, row in seen.items()}
    text = markdown(times, versions, why_not, args.runs, "./bootstrap bench --native-calls")
    print(text)
    if not args.peer and not args.no_write:
        with open(os.path.join(ROOT, "docs/native-call-cost.md"), "w", encoding="utf-8") as file:
            file.write(text)
