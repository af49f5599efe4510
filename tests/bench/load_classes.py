#!/usr/bin/env python3
"""Loading 2,000 classes from an archive, against the JVM from a jar.

usage: load_classes.py FOLDER_OF_PROGRAMS [--classes N] [--rounds N]

Each program makes one object of each of N classes and calls one of its methods, N of them in all; the sum is printed. A
second program has one class. What the first takes longer, divided by N - 1, is the cost of a class: finding it in
the archive, unpacking, digest, reading, verifying, linking, one call. Programs take turns, so that all meet the same
machine; medians of elapsed and of processor time are printed.
"""

import argparse
import os
import resource
import shutil
import statistics
import subprocess
import tempfile
import time

import peers

CALLS = 100  # in one function: neither compiler likes very long ones


def skua_source(n):
    text = []
    for i in range(n):
        text.append(f"pub class C{i}(let x: int) {{\n    pub fn plus(y: int): int = this.x + y + {i}\n    pub fn times(y: int): int = this.x * y\n}}\n")
    groups = range(0, n, CALLS)
    for g in groups:
        text.append(f"fn part{g}(): int {{\n    var sum = 0\n")
        text += [f"    sum += C{i}({i}).plus({i})\n" for i in range(g, min(n, g + CALLS))]
        text.append("    return sum\n}\n")
    text.append("fn main() {\n    var sum = 0\n" + "".join(f"    sum += part{g}()\n" for g in groups) + "    println(sum)\n}\n")
    return "".join(text)


def java_sources(n):
    files = {}
    for i in range(n):
        files[f"C{i}.java"] = (f"public class C{i} {{\n    private final long x;\n    public C{i}(long x) {{ this.x = x; }}\n"
                               f"    public long plus(long y) {{ return x + y + {i}; }}\n    public long times(long y) {{ return x * y; }}\n}}\n")
    groups = range(0, n, CALLS)
    text = ["public class Main {\n"]
    for g in groups:
        text.append(f"    static long part{g}() {{\n        long sum = 0;\n")
        text += [f"        sum += new C{i}({i}).plus({i});\n" for i in range(g, min(n, g + CALLS))]
        text.append("        return sum;\n    }\n")
    text.append("    public static void main(String[] args) {\n        long sum = 0;\n" + "".join(f"        sum += part{g}();\n" for g in groups))
    text.append("        System.out.println(sum);\n    }\n}\n")
    files["Main.java"] = "".join(text)
    return files


def prepare_skua(programs, folder, n):
    os.makedirs(folder)
    with open(f"{folder}/many.skua", "w") as file:
        file.write(skua_source(n))
    subprocess.run([f"{programs}/vmc", f"{folder}/many.skua", "-o", f"{folder}/out"], check=True)
    for name, options in (("deflated", []), ("stored", ["--store"])):
        subprocess.run([f"{programs}/vmar", "create", f"{folder}/{name}.ska", f"{folder}/out", "--main", "many", *options], check=True)


def prepare_java(folder, n):
    os.makedirs(f"{folder}/out")
    for name, text in java_sources(n).items():
        with open(f"{folder}/{name}", "w") as file:
            file.write(text)
    sources = sorted(f"{folder}/{f}" for f in os.listdir(folder) if f.endswith(".java"))
    with open(f"{folder}/list", "w") as file:
        file.write("\n".join(sources))
    subprocess.run(["javac", "-d", f"{folder}/out", f"@{folder}/list"], check=True)
    subprocess.run(["jar", "--create", "--file", f"{folder}/many.jar", "--main-class", "Main", "-C", f"{folder}/out", "."], check=True)


def timed(command):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    output = subprocess.run(command, check=True, capture_output=True, env=peers.environment()).stdout
    elapsed = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return elapsed, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, output


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("programs")
    parser.add_argument("--classes", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=21)
    options = parser.parse_args()
    n = options.classes
    folder = tempfile.mkdtemp(prefix="skua-load-")
    try:
        ways = {}
        for size in (1, n):
            prepare_skua(options.programs, f"{folder}/skua{size}", size)
            for kind in ("stored", "deflated"):
                ways.setdefault(f"skua, {kind} archive", {})[size] = [f"{options.programs}/vmrun", f"{folder}/skua{size}/{kind}.ska"]
            if shutil.which("javac") and shutil.which("jar"):
                prepare_java(f"{folder}/java{size}", size)
                ways.setdefault("java, jar", {})[size] = ["java", "-jar", f"{folder}/java{size}/many.jar"]
                ways.setdefault("java -Xint, jar", {})[size] = ["java", "-Xint", "-jar", f"{folder}/java{size}/many.jar"]
        times, outputs = {}, set()
        for _ in range(options.rounds):
            for way, commands in ways.items():
                for size, command in commands.items():
                    elapsed, processor, output = timed(command)
                    times.setdefault((way, size), []).append((elapsed, processor))
                    if size == n:
                        outputs.add(output.strip())
        assert len(outputs) == 1, f"the programs disagree: {outputs}"
        print(f"{'':32}{'1 class':>10}{f'{n} classes':>14}{'per class':>12}{'processor time per class':>26}")
        for way in ways:
            one = [statistics.median(t[k] for t in times[way, 1]) for k in (0, 1)]
            many = [statistics.median(t[k] for t in times[way, n]) for k in (0, 1)]
            each = [(many[k] - one[k]) / (n - 1) * 1e6 for k in (0, 1)]
            print(f"{way:32}{one[0] * 1e3:>7.1f} ms{many[0] * 1e3:>11.1f} ms{each[0]:>9.1f} us{each[1]:>23.1f} us")
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
