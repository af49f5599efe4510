"""Installs a build into an empty folder, moves it, and uses it from there as a stranger would.

usage: check_install.py CMAKE BUILD_FOLDER SOURCE_ROOT
"""

import os
import shutil
import subprocess
import sys
import tempfile

EXPECTED = {"bin/vmc", "bin/vmrun", "bin/vmar", "bin/vmdis", "bin/skua-plugin-host", "lib/skua/std.ska", "include/skua/native.h",
            "include/skua/native.hpp", "include/skua/cross.hpp", "include/skua/bind.hpp", "include/skua/embed.h", "include/skua/describe.h"}
# The library of hosts: files of the folder for libraries, which depends on the system.
LIBRARY = {"libskua.so", "libskua.so.0", "libskua.so.0.1.0", "libskua.a", "cmake/Skua/SkuaConfig.cmake",
           "cmake/Skua/SkuaConfigVersion.cmake", "cmake/Skua/SkuaPlugin.cmake", "pkgconfig/skua.pc"}


def main():
    cmake, build, source = sys.argv[1:]
    scratch = tempfile.mkdtemp(prefix="skua-install-")
    first, prefix = os.path.join(scratch, "first"), os.path.join(scratch, "moved here")

    def run(*command, **options):
        done = subprocess.run(command, cwd=scratch, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              timeout=120, **options)
        if done.returncode != 0:
            sys.exit(f"{command}: exit code {done.returncode}\n{done.stdout}")
        return done.stdout

    try:
        run(cmake, "--install", build, "--prefix", first)
        installed = {os.path.relpath(os.path.join(path, name), first)
                     for path, _, names in os.walk(first) for name in names}
        libraries = next(os.path.dirname(file) for file in installed if os.path.basename(file) == "libskua.so")
        expected = EXPECTED | {os.path.join(libraries, name) for name in LIBRARY}
        if installed != expected:
            sys.exit(f"missing: {sorted(expected - installed)}; not expected: {sorted(installed - expected)}")
        os.rename(first, prefix)
        tools = os.path.join(prefix, "bin")
        plain = {"PATH": "/usr/bin:/bin"}

        hello = os.path.join(source, "examples/hello/hello.skua")
        run(os.path.join(tools, "vmc"), hello, "-o", "classes", env=plain)
        with open(os.path.join(source, "examples/hello/expected.txt")) as file:
            expected = file.read()
        for command in (["vmrun", "--class-path", "classes", "hello"], ["vmc", "run", hello]):
            printed = run(os.path.join(tools, command[0]), *command[1:], env=plain)
            if printed != expected:
                sys.exit(f"{command} printed {printed!r}, not {expected!r}")

        # A plugin needs the installed header and nothing else of ours.
        plugin = os.path.join(source, "examples/plugins/checksum")
        os.mkdir(os.path.join(scratch, "plugins"))
        run("cc", "-std=c99", "-shared", "-fPIC", "-Wall", "-Wextra", "-Werror", "-I", os.path.join(prefix, "include"),
            os.path.join(plugin, "checksum.c"), "-o", os.path.join(scratch, "plugins/checksum.so"))
        print(run(sys.executable, os.path.join(plugin, "check.py"), "--bin", tools, "--plugins",
                  os.path.join(scratch, "plugins")))

        # The programs need no shared library beyond the C library's own.
        for name in ("vmc", "vmrun", "vmar", "vmdis"):
            listed = subprocess.run(["ldd", os.path.join(tools, name)], stdout=subprocess.PIPE,
                                    stderr=subprocess.DEVNULL, text=True).stdout  # fails for a static program
            needed = [line.split()[0] for line in listed.splitlines()]
            foreign = [n for n in needed if not n.startswith(("linux-vdso", "libc.", "libm.", "libdl.", "libpthread.",
                                                              "/lib64/ld-linux", "/lib/ld-linux"))]
            if foreign:
                sys.exit(f"{name} needs {foreign} at every start")
    finally:
        shutil.rmtree(scratch)


main()
