"""Plugins: vmc bindgen, declarations of natives against a plugin, files that are no plugins, plugins in manifests."""

import json
import os
import re
import shutil
import struct
import subprocess

from harness import BAD_INPUT, NO_INPUT, NO_OUTPUT, UNCAUGHT, USAGE, Wrong, expect

HERE = os.path.dirname(os.path.abspath(__file__))
HEADERS = os.path.join(HERE, "../../vm/include")


def build(b, source, output, *options):
    """Compiles a plugin of tests/cli/plugins."""
    path = b.path(output)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    done = subprocess.run(["cc", "-std=c11", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-I", HEADERS, *options,
                           os.path.join(HERE, "plugins", source), "-o", path], capture_output=True, text=True)
    if done.returncode != 0:
        raise Wrong(f"{source}: cannot be compiled\n{done.stderr}")
    return output


def test_plugin_bindgen(b):
    build(b, "shapes.c", "lib/shapes.so")
    with open(os.path.join(HERE, "plugins/shapes.skua.expected"), encoding="utf-8") as file:
        wanted = file.read()
    outcome = b.run("vmc", "bindgen", "lib/shapes.so", code=0)
    expect(outcome.output.decode() == wanted, "what is generated", outcome)
    for says in ("the native `shapes.Missing.f` is left out: the plugin does not describe the type `shapes.Missing`",
                 "the native `shapes.missing` is left out: the plugin does not describe .* which its signature names",
                 "the native `shapes.while` is left out: no function of Skua can have this name",
                 "the native `nameless` is left out", "the method `Sum.wrong` is left out: the first parameter of its native"):
        b.check(outcome, 0, says)
    expect(outcome.errors.count(b"left out") == 5, "what is left out", outcome)
    # Round trip: it compiles, the check accepts it, and it runs.
    b.run("vmc", "bindgen", "lib/shapes.so", "-o", "src/shapes.skua", code=0)
    b.run("vmc", "bindgen", "lib/shapes.so", "-o", "src/shapes.skua", "--check", code=0)
    b.run("vmc", "check", "--plugin-path", "lib", "src/shapes.skua", code=0, lines=0)
    b.write("src/use.skua", """import shapes
fn main() {
    println(shapes.area(2.0, 3.0))
    println(shapes.label("a", [1], List([1])) + shapes.label(null, [], List<int>()))
    println(shapes.ask(n => n > 3, 4))
    use sum = shapes.Sum(40)
    sum.add(2)
    println("${sum.value} ${sum.copy().handle != 0}")
    let counter = shapes.Counter()
    println("${counter.next()} ${counter.kind()}")
    shapes.Counter.nothing()
}
""")
    # The generated module says that it needs the plugin, which vmc run grants.
    outcome = b.run("vmc", "run", "--plugin-path=lib", "src/use.skua", code=0)
    expect(outcome.output == b"6.0\na!none\ntrue\n42 true\n1 14\n", "what it does", outcome)
    # Files of others are left alone; its own are made anew.
    b.run("vmc", "bindgen", "lib/shapes.so", "-o", "src/use.skua", code=NO_OUTPUT, says="use.skua: was not made by vmc bindgen")
    b.write("src/shapes.skua", wanted + "// changed\n")
    b.run("vmc", "bindgen", "lib/shapes.so", "-o", "src/shapes.skua", "--check", code=BAD_INPUT, says="is not what the plugin says")
    b.run("vmc", "bindgen", "lib/shapes.so", "-o", "src", code=0)
    expect(b.read("src/shapes.skua").decode() == wanted, "a folder as output")
    b.run("vmc", "bindgen", "lib/shapes.so", "-o", "new/folder", code=0)
    expect(b.read("new/folder/shapes.skua").decode() == wanted, "a new folder as output")
    # What is wrong.
    b.run("vmc", "bindgen", "lib/nowhere.so", code=NO_INPUT, says="nowhere.so: cannot be read", lines=1)
    b.run("vmc", "bindgen", "src/use.skua", code=BAD_INPUT, says="use.skua: it is no shared library", lines=1)
    b.run("vmc", "bindgen", "lib/shapes.so", "--check", code=USAGE, says="-o", lines=1)
    b.run("vmc", "bindgen", code=USAGE)


def test_plugin_declarations(b):
    """A native that does not fit its plugin is an error at its declaration."""
    build(b, "shapes.c", "lib/shapes.so")
    check = ("vmc", "check", "--plugin-path", "lib")
    for line, says in (
            ('native("shapes") pub fn area(w: float, h: int): float',
             [r"shapes.skua:1:22: error: native `area` does not fit the plugin `shapes` 1.2.0 \(lib/shapes.so\): "
              r"expected `\(float, float\): float`, found `\(float, int\): float`",
              r"help: write `fn area\(width: float, height: float\): float`"]),
            ('pub native("shapes") fn ask(f: (int) -> int, n: int): bool',
             [r"expected `\(\(int\) -> bool, int\): bool`, found `\(\(int\) -> int, int\): bool`", r"help: write `fn ask\(f: \(int\) -> bool, n: int\): bool`"]),
            ('pub native("shapes") fn addToSum(handle: int, n: i32): int', [r"expected `\(int, i32\)`, found `\(int, i32\): int`"]),
            ('pub native("shapes") fn label(a: string, b: [u8], c: List<int>): string', [r"expected `\(string\?, \[u8\], List<int>\): string`"]),
            ('class List<T>\npub native("shapes") fn label(a: string?, b: [u8], c: List<int>): string',
             [r"expected `\(string\?,\[u8\],std.collections.List<i64>\)string`, found `\(string\?,\[u8\],shapes.List<i64>\)string`"]),
            ('pub native("shapes") fn aera(w: float, h: float): float', ["has no native `shapes.aera`", "help: did you mean `shapes.area`"]),
            ('pub native("shapes") fn entirelyElse()', ["has no native `shapes.entirelyElse`", "help: it has `shapes.area`, .* and 12 more"]),
            ('pub class Counter {\n    native("shapes") fn kind(): int\n    native("shapes") fn nothing()\n}',
             [r"expected `\(\)void`, found `\(shapes.Counter\)void`", "its first parameter is the object itself"]),
            ('pub struct Counter(n: int) {\n    native("shapes") fn kind(deep: bool): int\n}', [r"expected `\(\): int`, found `\(bool\): int`", r"write `fn kind\(\): int`"])):
        b.write("shapes.skua", line + "\n")
        b.run("vmc", "check", "shapes.skua", code=0)  # nobody looks
        b.run(*check, "shapes.skua", code=BAD_INPUT, says=says)
        b.run("vmc", "-o", "out", "--plugin-path", "nowhere:lib", "shapes.skua", code=BAD_INPUT, says=says)
        expect(not os.path.exists(b.path("out")), "class files were written")
    # Editors get what to write instead.
    b.write("shapes.skua", 'native("shapes") pub fn area(w: float, h: int): float\n')
    found = json.loads(b.run(*check, "--message-format=json", "shapes.skua", code=BAD_INPUT).errors.splitlines()[0])
    expect(found["replacement"] == "fn area(width: float, height: float): float", str(found))
    # Plugins that are not found are left alone.
    b.write("other.skua", 'pub native("elsewhere") fn f()\n')
    b.run(*check, "other.skua", code=0, lines=0)
    # A module that was compiled is compared anew when the plugin is another one.
    b.write("broken.skua", 'pub native("broken") fn twice(x: int): int\n')
    build(b, "broken.c", "lib/broken.so")
    compile_it = ("vmc", "-o", "out", "--verbose", "--plugin-path", "lib", "broken.skua")
    b.run(*compile_it, code=0, says="broken: compiled")
    b.run(*compile_it, code=0, says="broken: unchanged")
    build(b, "broken.c", "lib/broken.so", '-DSIGNATURE="(i32)i64"')
    b.run(*compile_it, code=BAD_INPUT, says=r"expected `\(i32\): int`, found `\(int\): int`")
    # At run time, both sides are named, too.
    b.write("main.skua", "import broken\nfn main() {\n    println(broken.twice(21))\n}\n")
    b.run("vmc", "-o", "out", "broken.skua", "main.skua", code=0)
    run = ("vmrun", "--plugin-path", "lib", "--allow=plugin:broken", "--class-path", "out", "main")
    b.run(*run, code=UNCAUGHT, says=r"LinkError: native broken.twice is declared as \(i64\)i64, but native library 'broken' \(lib/broken.so, "
          r"version 1.0.0\) registers \(i32\)i64")
    build(b, "broken.c", "lib/broken.so")
    expect(b.run(*run, code=0).output == b"42\n", "it fits again")
    # Types that are only names to the text: functions, and types of the program's own.
    for declared, registered, call in (("f: (int) -> int", "((i64)->bool)i64", "n => n"), ("p: Pair", "(i64)i64", "broken.Pair(1, 2)"),
                                       ("n: int", "(broken.Pair)i64", "1"), ("xs: List<int>", "(std.collections.List<string>)i64", "List<int>()")):
        b.write("broken.skua", f'pub class Pair(let a: int, let b: int)\npub native("broken") fn twice({declared}): int\n')
        b.write("main.skua", f"import broken\nfn main() {{\n    println(broken.twice({call}))\n}}\n")
        b.run("vmc", "-o", "out", "broken.skua", "main.skua", code=0)
        build(b, "broken.c", "lib/broken.so", f'-DSIGNATURE="{registered}"')
        b.run(*run, code=UNCAUGHT, says=r"LinkError: native broken.twice is declared as \(.*\)i64, but native library 'broken' .* registers " + re.escape(registered))
        b.run("vmc", "check", "--plugin-path=lib", "broken.skua", code=BAD_INPUT, says="does not fit the plugin")
    build(b, "shapes.c", "lib/broken.so")
    b.run(*run, code=UNCAUGHT, says="lib/broken.so names itself 'shapes', not 'broken'")
    os.remove(b.path("lib/broken.so"))
    b.run(*run, code=UNCAUGHT, says=r"LinkError: no native library 'broken': broken.so is in none of lib, .*lib/skua/plugins")


def test_plugin_broken(b):
    """Whatever a plugin is or does, vmc says so and goes on; so does vmrun where the plugin leaves it the choice."""
    b.write("broken.skua", 'pub native("broken") fn twice(x: int): int\nfn main() {\n    println(twice(21))\n}\n')
    b.run("vmc", "-o", "out", "broken.skua", code=0)

    def refused(says, runs=True, warns=None):
        b.run("vmc", "check", "--plugin-path", "lib", "broken.skua", code=BAD_INPUT, says=["broken.skua:1:25: error: ", says])
        b.run("vmc", "bindgen", "lib/broken.so", code=BAD_INPUT, says=says, lines=1)
        if runs:
            b.run("vmrun", "--plugin-path", "lib", "--allow=plugin", "--class-path", "out", "broken", code=UNCAUGHT,
                  says=["uncaught std.core.LinkError", warns or says])

    build(b, "broken.c", "lib/broken.so")
    expect(b.run("vmrun", "--plugin-path", "lib", "--allow=plugin", "--class-path", "out", "broken", code=0).output == b"42\n", "as it is")
    whole = b.read("lib/broken.so")
    for number, says in ((1, "has two natives broken.twice"), (2, r"the native broken.bad .* '\(i64' is not a signature"),
                         (3, "row 1 .* lacks a name"), (5, "was built for version 2 of the native API; this is version 1"),
                         (6, "was built for version 0 of the native API"), (12, "undefined symbol: nobody_has_this"),
                         (15, "is not a Skua plugin: it does not export skua_plugin"), (16, "refuses to work with skua")):
        build(b, "broken.c", "lib/broken.so", f"-DWRONG={number}", "-Wl,-z,lazy")
        refused(says)
    for number, says in ((4, r"by signal 11 \(Segmentation fault\)|with exit code"), (8, "describes a native 'broken.thrice', which its table of natives does not have"),
                         (9, r"skua_plugin_description\) with wrong sizes"), (10, "with wrong sizes"), (11, "is not valid UTF-8"),
                         (13, "ended the process that loaded it, with exit code 0"), (14, r"by signal 6 \(Aborted\)"), (17, "by signal 11|with exit code"),
                         (18, "loading it takes longer than")):
        build(b, "broken.c", "lib/broken.so", f"-DWRONG={number}")
        if number == 18:  # it waits for five seconds
            b.run("vmc", "check", "--plugin-path", "lib", "broken.skua", code=BAD_INPUT, says=says)
        else:
            refused(says, runs=False)
    # Start-up code that does what it can: nothing comes of it.
    b.write("world/victim", "precious")
    build(b, "broken.c", "lib/broken.so", "-DWRONG=19", f'-DFOLDER="{b.path("world")}"')
    outcome = b.run("vmc", "check", "--plugin-path", "lib", "broken.skua")
    if not b.slow:  # sanitizers need what is forbidden
        b.check(outcome, 0)
        expect(b.files_below("world") == ["victim"] and b.read("world/victim") == b"precious", "it changed something")
        expect(os.stat(b.path("world/victim")).st_mode & 0o777 != 0o777, "it changed a mode")
    build(b, "broken.c", "lib/broken.so", "-DWRONG=7")
    b.run("vmc", "check", "--plugin-path", "lib", "broken.skua", code=BAD_INPUT, says="lib/broken.so names itself `other`: expected `broken`")
    # A library that it was linked with, and that has gone.
    build(b, "broken.c", "lib/libgone.so", "-DWRONG=15", "-Wl,-soname,libgone.so")
    build(b, "broken.c", "lib/broken.so", "-Wl,--no-as-needed", b.path("lib/libgone.so"))
    os.remove(b.path("lib/libgone.so"))
    refused("libgone.so: cannot open shared object file")
    # Files that are something else.
    build(b, "broken.c", "lib/broken.so", "-c")
    refused("it is an object file, not a shared library")

    def patched(at, bytes_of):
        return whole[:at] + bytes_of + whole[at + len(bytes_of):]

    other = 183 if struct.unpack_from("<H", whole, 18)[0] != 183 else 62
    for content, says in ((b"", "the file is empty"), (b"hello", "it is no shared library"), (b"MZ\x90" + bytes(100), "for Windows"),
                          (b"\xCF\xFA\xED\xFE" + bytes(100), "for another system"), (b"PK\x03\x04" + bytes(100), "it is an archive"),
                          (whole[:40], "the file is cut off"), (whole[:len(whole) // 4], "the file is cut off"),
                          (patched(18, struct.pack("<H", other)), "it was built for .*, this machine is"),
                          (patched(18, struct.pack("<H", 999)), "built for machine 999 of the ELF standard"),
                          (patched(4, b"\x01"), "it was built for"), (patched(5, b"\x02"), "it was built for"),
                          (patched(16, struct.pack("<H", 2)), "it is a program"), (patched(54, struct.pack("<H", 1)), "list of segments is damaged")):
        b.write("lib/broken.so", content)
        refused(says)
    os.remove(b.path("lib/broken.so"))
    os.mkdir(b.path("lib/broken.so"))
    refused("it is a folder")
    os.rmdir(b.path("lib/broken.so"))
    os.mkfifo(b.path("lib/broken.so"))
    refused("not a regular file")


PROJECT = """[project]
name = "doubler"
version = "1.0.0"
plugin-path = ["build"]

[plugins]
broken = "^1.0"
"""


def test_plugin_manifest(b):
    """Archives name the plugins that they need: where these are looked for, and which ones are taken."""
    b.write("p/skua.toml", PROJECT)
    b.write("p/src/main.skua", 'native("broken") fn twice(x: int): int\nfn main() {\n    println(twice(21))\n}\n'
            'test "twice" {\n    assert(twice(2) == 4)\n}\n')
    # The name of the native is that of the module: main.twice.
    build(b, "broken.c", "p/build/broken.so", "-DSIGNATURE=\"(i64)i64\"")
    b.run("vmc", "check", "p", code=BAD_INPUT, says="has no native `main.twice`")
    b.write("p/src/broken.skua", 'pub native("broken") fn twice(x: int): int\n')
    b.write("p/src/main.skua", 'import broken\nfn main() {\n    println(broken.twice(21))\n}\ntest "twice" {\n    assert(broken.twice(2) == 4)\n}\n')
    # A project's own plugins are granted, as its other capabilities are.
    for command, output in ((["run"], b"42\n"), (["test"], b"1 test passed"), (["check"], b"")):
        outcome = b.run("vmc", *command, cwd="p", code=0)
        expect(output in outcome.output, "within the project", outcome)
    b.write("p/skua.toml", PROJECT.replace("^1.0", "^2"))
    b.run("vmc", "check", "p", code=BAD_INPUT, says=r"broken.skua:1:25: error: the project wants the plugin `broken` in versions \^2, but p/build/broken.so is of version 1.0.0")
    b.write("p/skua.toml", PROJECT)
    b.run("vmc", "pack", cwd="p", code=0)
    manifest = b.run("vmar", "list", "-m", "p/doubler-1.0.0.ska", code=0)
    expect(b"requires: plugin:broken\nplugin: broken ^1.0\n" in manifest.output, "the manifest", manifest)
    # Where it is looked for.
    os.mkdir(b.path("app"))
    shutil.copy(b.path("p/doubler-1.0.0.ska"), b.path("app/app.ska"))
    app = ("--allow=plugin:broken", "app/app.ska")
    nowhere = b.run("vmrun", *app, code=NO_INPUT, lines=1,
                    says=r"no native library 'broken', which doubler 1.0.0 needs: broken.so is in none of app/plugins, .*lib/skua/plugins; run with --plugin-path=DIR")
    expect(nowhere.output == b"", "it ran", nowhere)
    expect(b.run("vmrun", "--plugin-path=p/build", *app, code=0).output == b"42\n", "by --plugin-path")
    shutil.copytree(b.path("p/build"), b.path("app/plugins"))
    expect(b.run("vmrun", *app, code=0).output == b"42\n", "beside the archive")
    b.run("vmrun", "app/app.ska", code=UNCAUGHT, says=["PermissionError: cannot load the plugin app/plugins/broken.so: plugin of 'broken'.* was not granted",
                                                       "--allow=plugin:broken"])
    shown = b.run("vmrun", "--show-capabilities", "app/app.ska", code=0).output.decode()
    expect(re.search(r"    plugin:broken: plugin of 'broken'.* was not granted; run with --allow=plugin:broken", shown), shown)
    expect("plugin broken ^1.0, which doubler 1.0.0 needs: app/plugins/broken.so\n" in shown, shown)
    # In an installation.
    os.makedirs(b.path("installed/bin"))
    os.makedirs(b.path("installed/lib/skua/plugins"))
    shutil.copy(os.path.join(b.programs, "vmrun"), b.path("installed/bin/vmrun"))
    os.symlink(os.path.join(b.programs, "../lib/skua/std.ska"), b.path("installed/lib/skua/std.ska"))
    shutil.move(b.path("app/plugins/broken.so"), b.path("installed/lib/skua/plugins/broken.so"))
    here, b.programs = b.programs, b.path("installed/bin")
    outcome = b.run("vmrun", *app, code=0)
    b.programs = here
    expect(outcome.output == b"42\n", "in the installation", outcome)
    # Which one it is.
    for version, says in (("2.0.0", "is of version 2.0.0"), ("0.9", "is of version 0.9"), ("new", "is of version new, which is not MAJOR"), ("", "does not say its version")):
        build(b, "broken.c", "app/plugins/broken.so", f'-DVERSION="{version}"')
        b.run("vmrun", *app, code=UNCAUGHT, says=r"LinkError: doubler 1.0.0 needs the plugin 'broken' \^1.0, but app/plugins/broken.so " + says)
    build(b, "broken.c", "app/plugins/broken.so", '-DVERSION="1.9"')
    expect(b.run("vmrun", *app, code=0).output == b"42\n", "a later version")
    # By its digest.
    digest = subprocess.run(["sha256sum", b.path("app/plugins/broken.so")], capture_output=True, text=True, check=True).stdout.split()[0]
    b.run("vmc", "-o", "out", "p/src/broken.skua", "p/src/main.skua", code=0)
    b.run("vmar", "create", "app/exact.ska", "out", "--name", "exact", "--main", "main", "--plugin", f"broken >=1 sha256:{digest}", code=0)
    exact = ("--allow=plugin", "app/exact.ska")
    expect(b.run("vmrun", *exact, code=0).output == b"42\n", "the same file")
    shown = json.loads(b.run("vmrun", "--show-capabilities=json", *exact, code=0).output)
    expect(shown["plugins"] == [{"name": "broken", "versions": ">=1", "sha256": digest, "archive": "exact", "file": "app/plugins/broken.so", "why": ""}],
           str(shown))
    build(b, "broken.c", "app/plugins/broken.so", '-DVERSION="1.9.1"')
    b.run("vmrun", *exact, code=UNCAUGHT, says=r"broken.so is not the one that exact needs: its SHA-256 is [0-9a-f]{64}, wanted is " + digest)
    changes = b.run("vmar", "diff", "app/app.ska", "app/exact.ska").output.decode()
    expect("plugin" in changes and ">=1 sha256:" in changes, changes)
    # A library's plugin, which the program must pass on.
    b.run("vmc", "-o", "lib-out", "p/src/broken.skua", code=0)
    os.mkdir(b.path("libs"))
    b.run("vmar", "create", "libs/sums.ska", "lib-out", "--name", "sums", "--version", "1.0.0", "--plugin", "broken ^1", code=0)
    b.run("vmc", "-o", "main-out", "--class-path", "libs/sums.ska", "p/src/main.skua", code=0)
    b.run("vmar", "create", "two.ska", "main-out", "--name", "two", "--main", "main", "--dependency", "sums ^1", code=0)
    two = ("vmrun", "--archive-path=libs", "--allow=plugin:broken")
    b.run(*two, "two.ska", code=NO_INPUT, says="which sums 1.0.0 needs: broken.so is in none of .*libs/plugins", lines=1)
    shutil.copytree(b.path("app/plugins"), b.path("libs/plugins"))
    b.run(*two, "two.ska", code=UNCAUGHT, says="PermissionError: .*which archive 'sums' asked for.*--allow=sums/plugin:broken")
    expect(b.run(*two, "--allow=sums/plugin:broken", "two.ska", code=0).output == b"42\n", "passed on")
    # What is wrong in skua.toml.
    for text, says in ((PROJECT.replace('"^1.0"', '"x"'), "skua.toml:7:10: 'x' is not a range"), (PROJECT.replace('"^1.0"', "1"), "skua.toml:7:10: a plugin is a range"),
                       (PROJECT.replace('"^1.0"', '{ passes = [] }'), "skua.toml:7:12: a plugin has the keys version and sha256"),
                       (PROJECT.replace('["build"]', '"build"'), "skua.toml:4:15: `plugin-path` must be an array"),
                       (PROJECT.replace('["build"]', '["a:b"]'), "skua.toml:4:16: a folder of `plugin-path`"),
                       (PROJECT.replace("[plugins]\n", "").replace("broken =", "plugins ="), "there is no key `plugins`"),
                       (PROJECT.replace("broken =", '"a/b" ='), "'a/b' cannot be the name")):
        b.write("p/skua.toml", text)
        b.run("vmc", "check", "p", code=BAD_INPUT, says=says, lines=1)
    b.run("vmar", "create", "bad.ska", "out", "--plugin", "../x", code=[USAGE, BAD_INPUT], says="cannot be the name", lines=1)
