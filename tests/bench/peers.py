"""The languages that are measured: where each one's programs are, how they are built and started."""

import glob
import os
import shutil
import subprocess


def environment():
    """Without settings that make a peer read files or change its behaviour at start-up."""
    env = dict(os.environ)
    for name in ("NODE_EXTRA_CA_CERTS", "NODE_OPTIONS", "PYTHONPATH", "PYTHONSTARTUP", "PYTHONHOME",
                 "JAVA_TOOL_OPTIONS", "_JAVA_OPTIONS", "LUA_INIT", "LUA_PATH", "MONO_OPTIONS",
                 "GOFLAGS", "GOGC", "GOMAXPROCS"):
        env.pop(name, None)
    env["LC_ALL"] = "C.UTF-8"
    return env


def ask(*command):
    """The first line that a command prints, or an empty string."""
    try:
        done = subprocess.run(command, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              timeout=60, text=True, errors="replace")
    except (OSError, subprocess.SubprocessError):
        return ""
    lines = done.stdout.strip().splitlines()
    return lines[0].strip() if done.returncode == 0 and lines else ""


def real_program(*names, reveal=None):
    """The program itself: Debian's if there is one, else what PATH finds. A version manager's shim
    on PATH starts a shell first, so the program is asked (`reveal`) where it really is."""
    for name in names:
        if os.path.exists("/usr/bin/" + name):
            return os.path.realpath("/usr/bin/" + name) if reveal else "/usr/bin/" + name
    for name in names:
        found = shutil.which(name)
        if found and reveal:
            found = ask(found, *reveal) or found
        if found and os.path.exists(found):
            return found
    return None


class Language:
    """One column of the tables. `program` is None if it is not on this machine.

    `artifact` names what a build makes: languages of the same artifact share it. `warms_up`: compiles while
    the program runs."""

    built = set()  # commands that compiled something, in this process

    def __init__(self, name, extension, program, version, package):
        self.name = name
        self.extension = extension
        self.artifact = extension
        self.warms_up = True
        self.program = program
        self.version = version if program else ""
        self.package = package

    def source(self, folder):
        found = sorted(f for f in glob.glob(os.path.join(folder, "*." + self.extension))
                       if not f.endswith(".luajit.lua"))
        if not found:
            raise RuntimeError(f"{os.path.basename(folder)} is not written in {self.name}")
        return found[0]

    def build(self, folder, out):
        """Builds what is in `folder` into `out` and returns the command that runs it."""
        raise NotImplementedError

    def compile(self, command):
        if tuple(command) in self.built:
            return
        done = subprocess.run(command, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if done.returncode != 0:
            raise RuntimeError(" ".join(command) + " failed:\n" + done.stdout)
        self.built.add(tuple(command))


def knows(program, option):
    """Whether the program's help names the option."""
    done = subprocess.run([program, "--help"], env=environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return option in done.stdout


class Skua(Language):
    def __init__(self, build, options=()):
        self.tools = os.path.join(build, "bin")
        self.options = list(options)
        program = os.path.join(self.tools, "vmrun")
        super().__init__("skua", "skua", program if os.path.exists(program) else None,
                         ask(program, "--version"), "")

    def compiler(self, source, out):
        return [os.path.join(self.tools, "vmc"), source, "-o", out, "--force"]

    def build(self, folder, out):
        source = self.source(folder)
        self.compile(self.compiler(source, out))
        module = os.path.basename(source).rsplit(".", 1)[0]
        return [self.program, *self.options, "--class-path", out, module]


class C(Language):
    """C, or C++ where a program is written in it."""

    def __init__(self, names=("gcc", "cc"), level="-O2", package="gcc", cxx=("g++", "c++")):
        program = real_program(*names)
        self.cxx = real_program(*cxx)
        self.level = level
        super().__init__(f"{names[0]} {level}", "c", program, ask(program or names[0], "--version"), package)
        self.artifact = self.name.replace(" ", "")
        self.warms_up = False

    def build(self, folder, out):
        binary = os.path.join(out, "a.out")
        cpp = glob.glob(os.path.join(folder, "*.cpp"))
        if cpp and not self.cxx:
            raise RuntimeError("no C++ compiler")
        command = [self.cxx, "-std=c++20", self.level, cpp[0]] if cpp else [self.program, self.level, self.source(folder)]
        self.compile([*command, "-o", binary, "-lm"])
        return [binary]


class Java(Language):
    def __init__(self, name="java -Xint", options=("-Xint",)):
        program = real_program("java")
        self.javac = real_program("javac")
        self.options = list(options)
        if not self.javac:
            program = None
        super().__init__(name, "java", program, ask(program or "java", "-version"), "default-jdk-headless")

    def compiler(self, source, out):
        return [self.javac, "-d", out, source]

    def build(self, folder, out):
        source = self.source(folder)
        self.compile(self.compiler(source, out))
        return [self.program, *self.options, "-cp", out, os.path.basename(source)[:-len(".java")]]


class Mono(Language):
    def __init__(self, name="mono --interp", options=("--interp",)):
        program = real_program("mono")
        self.mcs = real_program("mcs")
        self.options = list(options)
        if not self.mcs:
            program = None
        super().__init__(name, "cs", program, ask(program or "mono", "--version"), "mono-runtime mono-mcs")

    def compiler(self, source, out):
        return [self.mcs, "-optimize", "-out:" + os.path.join(out, "a.exe"), source]

    def build(self, folder, out):
        self.compile(self.compiler(self.source(folder), out))
        return [self.program, *self.options, os.path.join(out, "a.exe")]


class Go(Language):
    def __init__(self):
        program = real_program("go")
        super().__init__("go", "go", program, ask(program or "go", "version"), "golang-go")
        self.warms_up = False

    def build(self, folder, out):
        binary = os.path.join(out, "a.out")
        self.compile([self.program, "build", "-o", binary, self.source(folder)])
        return [binary]


class Script(Language):
    """A language that runs its source."""

    def __init__(self, name, extension, program, version, package, options=()):
        super().__init__(name, extension, program, version, package)
        self.options = list(options)

    def build(self, folder, out):
        return [self.program, *self.options, self.source(folder)]


class LuaJit(Script):
    """Where a program needs what the two Luas write differently, there is a .luajit.lua beside the .lua."""

    def source(self, folder):
        own = glob.glob(os.path.join(folder, "*.luajit.lua"))
        return own[0] if own else super().source(folder)


def real_node():
    return real_program("node", "nodejs", reveal=["-p", "process.execPath"])


def all_peers():
    """The interpreters."""
    luajit = real_program("luajit")
    lua = real_program("lua5.4")
    node = real_node()
    python = real_program("python3", reveal=["-c", "import sys; print(sys.executable)"])
    return [
        Java(),
        LuaJit("luajit -joff", "lua", luajit, ask(luajit or "luajit", "-v"), "luajit", ["-joff"]),
        Script("lua5.4", "lua", lua, ask(lua or "lua5.4", "-v"), "lua5.4"),
        Script("node --jitless", "js", node, ask(node or "node", "--version"), "nodejs", ["--jitless"]),
        Script("python3", "py", python, ask(python or "python3", "--version"), "python3"),
        Mono(),
    ]


def compiled_peers():
    """What compiles to machine code, as its users start it."""
    luajit = real_program("luajit")
    node = real_node()
    return [
        Java("java", ()),
        Java("java serial", ("-XX:+UseSerialGC",)),
        Script("node", "js", node, ask(node or "node", "--version"), "nodejs"),
        LuaJit("luajit", "lua", luajit, ask(luajit or "luajit", "-v"), "luajit"),
        Mono("mono", ()),
        Go(),
    ]


def limits():
    """The best of these is the limit of a row."""
    return [C(), C(level="-O3"), C(("clang",), "-O2", "clang", ("clang++",))]
