"""Builds hosts against an installed copy of Skua, as a stranger would, and runs them.

usage: embed_test.py --cmake CMAKE --build BUILD-FOLDER --source SOURCE-ROOT [--sanitize=KINDS] [--generator=NAME]
           [--valgrind=PROGRAM] [PART...]

Parts, all of them by default: host (what skua/embed.h promises), static (the same, linked statically), packages
(dependencies, signatures, isolated plugins), examples, python, pkgconfig, tutorial (docs/embedding.md).
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))


class Wrong(Exception):
    pass


class Setup:
    def __init__(self, options, folder):
        self.options = options
        self.folder = folder
        self.prefix = os.path.join(folder, "installed")
        self.examples = os.path.join(options.source, "examples/embed")
        self.environment = dict(os.environ)
        if options.sanitize:
            self.environment["SKUA_TEST_SANITIZED"] = options.sanitize
        if options.sanitize or options.valgrind:
            self.environment["SKUA_TEST_SLOW"] = "yes"

    def run(self, *command, env=None, seconds=240):
        try:
            done = subprocess.run(command, cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                                  timeout=seconds, env=env or self.environment)
        except subprocess.TimeoutExpired as error:
            raise Wrong(f"{' '.join(command)}: not done after {seconds} s\n{error.stdout or ''}") from error
        if done.returncode != 0:
            raise Wrong(f"{' '.join(command)}: exit code {done.returncode}\n{done.stdout}")
        return done.stdout

    def program(self, name):
        return os.path.join(self.prefix, "bin", name)

    def library(self, name):
        for path, _, names in os.walk(self.prefix):
            if name in names:
                return os.path.join(path, name)
        raise Wrong(f"{name} is not installed")

    def install(self):
        first = os.path.join(self.folder, "first")
        self.run(self.options.cmake, "--install", self.options.build, "--prefix", first)
        os.rename(first, self.prefix)  # what is installed can be moved

    def compile(self, source, name=None):
        """The class folder and the archive of a module."""
        name = name or os.path.splitext(os.path.basename(source))[0]
        classes, archive = os.path.join(self.folder, name), os.path.join(self.folder, name + ".ska")
        self.run(self.program("vmc"), source, "-o", classes)
        self.run(self.program("vmar"), "create", archive, classes)
        return classes, archive

    def build(self, tutorial):
        flags = []
        if self.options.sanitize:
            text = f"-g1 -fno-omit-frame-pointer -fsanitize={self.options.sanitize}"
            flags = [f"-DCMAKE_C_FLAGS={text}", f"-DCMAKE_CXX_FLAGS={text}", "-DWITH_STATIC=OFF"]
        tree = os.path.join(self.folder, "tree")
        self.run(self.options.cmake, "-S", os.path.join(HERE, "consumer"), "-B", tree, "-G", self.options.generator,
                 "-DCMAKE_BUILD_TYPE=Debug", f"-DCMAKE_PREFIX_PATH={self.prefix}", f"-DTUTORIAL={tutorial}", *flags)
        self.run(self.options.cmake, "--build", tree)
        return tree


def expect(shown, got, file):
    with open(file, encoding="utf-8") as f:
        want = f.read()
    if got != want:
        raise Wrong(f"{shown} printed\n{got}\nand not, as {file} says,\n{want}")


def write_tutorial(setup):
    """The samples of docs/embedding.md: each `c` block is a whole function or the rest of a host's file; each `skua` block a
    module, named by its first comment."""
    folder = os.path.join(setup.folder, "samples")
    os.makedirs(folder)
    with open(os.path.join(setup.options.source, "docs/embedding.md"), encoding="utf-8") as file:
        text = file.read()
    programs, modules, outputs = [], [], []
    for kind, name, code in re.findall(r"^```(c|skua|text) ([\w.]+)\n(.*?)^```$", text, re.M | re.S):
        if kind == "text":
            outputs.append((name, code))
            continue
        with open(os.path.join(folder, name), "a", encoding="utf-8") as file:
            file.write(code)
        known = programs if kind == "c" else modules
        if name not in known:
            known.append(name)
    with open(os.path.join(folder, "CMakeLists.txt"), "w", encoding="utf-8") as file:
        for name in programs:
            file.write(f"add_executable({name[:-2]} {name})\n"
                       f"target_link_libraries({name[:-2]} PRIVATE Skua::skua Threads::Threads)\n")
    return folder, modules, outputs


def check_tutorial(setup, tree, folder, modules, outputs):
    for name in modules:
        setup.compile(os.path.join(folder, name))
    if not outputs:
        raise Wrong("docs/embedding.md has no sample with its output")
    for name, want in outputs:
        got = setup.run(os.path.join(tree, "tutorial", name))
        if got != want:
            raise Wrong(f"docs/embedding.md: {name} printed\n{got}\nand not\n{want}")


def check_host(setup, tree, name="embed_host"):
    classes, archive = setup.compile(os.path.join(HERE, "guest/guest.skua"))
    command = [os.path.join(tree, name), classes, archive]
    if setup.options.valgrind:
        # Time limits and slices of a few milliseconds are of no use here, and neither is a heap that is filled.
        tests = ["scalars", "texts_and_arrays", "objects", "errors", "rights", "interrupt", "exit", "streams", "slices",
                 "threads", "loading"]
        command = [setup.options.valgrind, "--error-exitcode=9", "-q", "--leak-check=no",
                   "--suppressions=" + os.path.join(HERE, "valgrind.supp"), *command, *tests]
    print(setup.run(*command, seconds=500))


def check_examples(setup, tree):
    for module, host, folder in (("greetings", "greetings_host", "c"), ("discounts", "discounts_host", "cpp")):
        if setup.options.sanitize and folder == "cpp":
            continue  # linked statically
        classes, _ = setup.compile(os.path.join(setup.examples, folder, module + ".skua"))
        got = setup.run(os.path.join(tree, "examples", host), classes)
        expect(host, got, os.path.join(setup.examples, folder, "expected.txt"))
    check_game(setup, tree)


def check_game(setup, tree):
    """Frames with new rules half-way, of which the first hundred fail; the state goes on."""
    source = os.path.join(setup.examples, "game/drift.skua")
    _, first = setup.compile(source)
    changed = os.path.join(setup.folder, "changed")
    os.makedirs(changed)
    with open(source, encoding="utf-8") as file:
        text = file.read()
    start = "pub fn update(world: [float], seconds: float) {\n"
    if text.count(start) != 1 or text.count("gravity = 0.02") != 1:
        raise Wrong("drift.skua is not what this test changes")
    text = text.replace("gravity = 0.02", "gravity = 0.0").replace(
        start, "var frames = 0\n" + start + "    frames += 1\n    while frames == 50 { }\n")
    with open(os.path.join(changed, "drift.skua"), "w", encoding="utf-8") as file:
        file.write(text)
    _, second = setup.compile(os.path.join(changed, "drift.skua"), "drift2")
    host = os.path.join(tree, "examples/game_host")
    frames = 400 if setup.options.sanitize else 2000
    got = setup.run(host, first, second, str(frames))
    print(got)
    found = re.search(rf"^frame {frames // 2}: new rules, in [\d.]+ ms\n"
                      rf"frame {frames // 2 + 49}: limit of instructions \(drift.skua:\d+\)\n"
                      rf"{frames} frames, 1 failed, (\d+) sounds; milliseconds: median ([\d.]+), 99th percentile ([\d.]+), "
                      r"longest [\d.]+\nstate (-?[\d.]+)\n$", got)
    if not found or int(found[1]) == 0:
        raise Wrong(f"game_host printed\n{got}")
    if not setup.options.sanitize and float(found[2]) >= 1:
        raise Wrong(f"a frame takes a millisecond or more:\n{got}")
    # Rules that are of no use change nothing: the old ones go on to the same state as without a change.
    same = setup.run(host, first, first, str(frames))
    broken = setup.run(host, first, source, str(frames))
    if broken.splitlines()[-1] != same.splitlines()[-1] or "drift.skua" not in broken:
        raise Wrong(f"with rules that cannot be loaded:\n{broken}\nand without:\n{same}")


def check_python(setup, _tree):
    if setup.options.sanitize:
        print("python: skipped, its interpreter is not built with the sanitizer")
        return
    classes, _ = setup.compile(os.path.join(setup.examples, "python/words.skua"))
    env = dict(setup.environment, PYTHONDONTWRITEBYTECODE="1", PYTHONIOENCODING="utf-8")
    got = setup.run(sys.executable, os.path.join(setup.examples, "python/words_host.py"), setup.library("libskua.so"),
                    classes, env=env)
    expect("words_host.py", got, os.path.join(setup.examples, "python/expected.txt"))


def check_packages(setup, tree):
    folder = setup.folder
    guest, vmar = os.path.join(HERE, "guest"), setup.program("vmar")
    for name in ("lib", "signed/lib", "plugins"):
        os.makedirs(os.path.join(folder, name))
    shutil.copy(os.path.join(tree, "boom.so"), os.path.join(folder, "plugins/boom.so"))
    setup.run(setup.program("vmc"), os.path.join(guest, "util/doubler.skua"), "-o", "classes_of_util")
    setup.run(setup.program("vmc"), os.path.join(guest, "app/quad.skua"), "--class-path", "classes_of_util", "-o", "classes_of_app")
    setup.run(setup.program("vmc"), os.path.join(guest, "blast.skua"), "-o", "blast")
    setup.run(vmar, "create", "lib/util-1.2.0.ska", "classes_of_util", "--name", "util", "--version", "1.2.0")
    setup.run(vmar, "create", "app.ska", "classes_of_app", "--name", "app", "--version", "1.0.0", "--dependency", "util ^1.0")
    setup.run(vmar, "create", "blast.ska", "blast", "--name", "blast", "--version", "1.0.0", "--plugin", "boom ^1.0")
    for key in ("key", "other"):
        setup.run(vmar, "keygen", key)
    for name in ("app.ska", "lib/util-1.2.0.ska"):
        shutil.copy(os.path.join(folder, name), os.path.join(folder, "signed", name))
        setup.run(vmar, "sign", "signed/" + name, "--key", "key")
    setup.run(vmar, "deps", "app.ska", "--lock", "--archive-path", "lib")
    with open(os.path.join(folder, "skua.lock"), encoding="utf-8") as file:
        lock = file.read()
    changed = re.sub(r"[0-9a-f]{64}", "0" * 64, lock)
    if changed == lock:
        raise Wrong("skua.lock has no digest:\n" + lock)
    with open(os.path.join(folder, "other.lock"), "w", encoding="utf-8") as file:
        file.write(changed)
    print(setup.run(os.path.join(tree, "packages_host"), folder))


def check_pkgconfig(setup, _tree):
    tool = shutil.which("pkg-config")
    if tool is None or setup.options.sanitize:
        print("pkgconfig: skipped, there is no pkg-config" if tool is None else "pkgconfig: skipped, with a sanitizer")
        return
    classes, _ = setup.compile(os.path.join(setup.examples, "c/greetings.skua"))
    env = dict(setup.environment, PKG_CONFIG_PATH=os.path.dirname(setup.library("skua.pc")))
    flags = setup.run(tool, "--cflags", "--libs", "skua", env=env).split()
    library = os.path.dirname(setup.library("libskua.so"))
    host = os.path.join(setup.folder, "greetings_pkgconfig")
    setup.run("cc", "-std=c11", os.path.join(setup.examples, "c/greetings_host.c"), *flags, f"-Wl,-rpath,{library}", "-o", host)
    expect("greetings_host", setup.run(host, classes), os.path.join(setup.examples, "c/expected.txt"))


def main():
    parser = argparse.ArgumentParser()
    for name in ("cmake", "build", "source"):
        parser.add_argument("--" + name, required=True)
    parser.add_argument("--sanitize", default="")
    parser.add_argument("--generator", default="Ninja")
    parser.add_argument("--valgrind", default="")
    parser.add_argument("parts", nargs="*")
    options = parser.parse_args()
    parts = options.parts or ["host", "static", "packages", "examples", "python", "pkgconfig", "tutorial"]
    folder = tempfile.mkdtemp(prefix="skua-embed-")
    try:
        setup = Setup(options, folder)
        setup.install()
        samples, modules, outputs = write_tutorial(setup)
        tree = setup.build(samples)
        for part in parts:
            if part == "host":
                check_host(setup, tree)
            elif part == "static":
                if not options.sanitize:
                    check_host(setup, tree, "embed_host_static")
            elif part == "tutorial":
                check_tutorial(setup, tree, samples, modules, outputs)
            else:
                {"packages": check_packages, "examples": check_examples, "python": check_python, "pkgconfig": check_pkgconfig}[part](setup, tree)
            print(f"{part}: ok", flush=True)
    except Wrong as wrong:
        print(wrong)
        sys.exit(1)
    finally:
        shutil.rmtree(folder)


main()
