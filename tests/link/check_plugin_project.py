"""Installs a build into an empty folder, and makes, builds, tests, breaks and uses plugins with what is there: by
CMake and by make with pkg-config.

usage: check_plugin_project.py CMAKE BUILD_FOLDER
"""

import os
import shutil
import subprocess
import sys
import tempfile

PROGRAM = """import fast
fn main() {
    println(fast.mean([1.0, 2.0]))
}
"""


def main():
    cmake, build = sys.argv[1:]
    scratch = tempfile.mkdtemp(prefix="skua-plugin-")
    prefix = os.path.join(scratch, "installed here")
    plain = {"PATH": "/usr/local/bin:/usr/bin:/bin"}

    def run(*command, code=0, says=(), cwd=scratch, env=None):
        done = subprocess.run(command, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=240,
                              env={**plain, **(env or {})})
        missing = [text for text in ([says] if isinstance(says, str) else says) if text not in done.stdout]
        if (done.returncode != 0) != (code != 0) or missing:
            sys.exit(f"{command} in {cwd}: exit code {done.returncode}, without {missing}\n{done.stdout}")
        return done.stdout

    def edit(path, before, after):
        with open(path, encoding="utf-8") as file:
            text = file.read()
        if before not in text:
            sys.exit(f"{path} does not have {before!r}")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text.replace(before, after))

    try:
        run(cmake, "--install", build, "--prefix", prefix)
        vmc, vmrun = (os.path.join(prefix, "bin", name) for name in ("vmc", "vmrun"))
        # In C++, by CMake: one command configures, builds and tests.
        run(vmc, "new", "--plugin", "fast", says=["made fast", "cmake --workflow --preset default"])
        fast = os.path.join(scratch, "fast")
        workflow = (cmake, "--workflow", "--preset", "default")
        found = {"CMAKE_PREFIX_PATH": prefix}
        run(*workflow, cwd=fast, env=found, says="100% tests passed, 0 tests failed out of 2")
        run(vmc, "new", "--plugin", "fast", code=73, says="exists already")
        # Installed, it is found by who needs it.
        run(cmake, "--install", "build", "--prefix", prefix, cwd=fast)
        if not os.path.exists(os.path.join(prefix, "lib/skua/plugins/fast.so")):
            sys.exit("the plugin was not installed")
        run(vmc, "pack", cwd=fast, says="fast-0.1.0.ska: library, 2 class files")
        os.makedirs(os.path.join(scratch, "app/src"))
        with open(os.path.join(scratch, "app/src/main.skua"), "w", encoding="utf-8") as file:
            file.write(PROGRAM)
        with open(os.path.join(scratch, "app/skua.toml"), "w", encoding="utf-8") as file:
            file.write('[project]\nname = "app"\nversion = "1.0.0"\ncapabilities = ["plugin:fast"]\n\n[dependencies]\n'
                       'fast = { version = "^0.1", passes = ["plugin:fast"] }\n')
        run(vmc, "pack", "--archive-path", fast, "app")
        run(vmrun, "--archive-path", fast, "--allow=plugin:fast", "app/app-1.0.0.ska", says="1.5\n")
        # A native that changes: the declaration is wrong, and the bindings are out of date, until they are made anew.
        source = os.path.join(fast, "src/fast.cpp")
        edit(source, '"fast.WordCounter.add", "text"', '"fast.WordCounter.add", "words"')
        run(*workflow, cwd=fast, env=found, code=1, says=["fast.skua: is not what the plugin says", "fast_bindings (Failed)"])
        run(cmake, "--build", "build", "--target", "bindings", cwd=fast)
        run(*workflow, cwd=fast, env=found, says="100% tests passed")
        # In C, by make.
        run(vmc, "new", "--plugin", "--language=c", "plain", says="make test")
        folder = os.path.join(scratch, "plain")
        pkgconfig = [os.path.join(path, "pkgconfig") for path, names, _ in os.walk(prefix) if "pkgconfig" in names][0]
        make = ("make", "test", "PKG_CONFIG_PATH=" + pkgconfig)
        run(*make, cwd=folder, says="3 tests passed")
        edit(os.path.join(folder, "src/plain.c"), '"plain.mean", "([f64])f64"', '"plain.mean", "([f32])f64"')
        run(*make, cwd=folder, code=2, says=["plain.skua:10:21: error: native `mean` does not fit the plugin `plain` 0.1.0 (build/plain.so): expected "
                                             "`([f32]): float`, found `([float]): float`", "help: write `fn mean(values: [f32]): float`"])
        # Both languages have the same Skua side.
        with open(os.path.join(folder, "skua/plain.skua"), encoding="utf-8") as file:
            in_c = file.read().replace("plain", "NAME")
        with open(os.path.join(fast, "skua/fast.skua"), encoding="utf-8") as file:
            in_cpp = file.read().replace("fast", "NAME").replace("add(words: string)", "add(text: string)")
        if in_c != in_cpp:
            sys.exit("the modules differ")
        for name in ("a-b", "class", "test", "9x", "skua", "ü"):
            run(vmc, "new", "--plugin", name, code=64, says="cannot be a plugin's name")
        run(vmc, "new", "--plugin", "--language=rust", "x", code=64)
    finally:
        shutil.rmtree(scratch)


main()
