"""Grants: what is denied, files beneath a granted folder whatever links and races do, rights of archives."""

import ctypes
import hashlib
import json
import os
import struct
import subprocess
import threading
import zipfile
import zlib

from harness import BAD_INPUT, UNCAUGHT, USAGE, Skipped, Wrong, has_tier


# Does one thing after the other, and says how each ended.
FILES = """
import std.fs
import std.env

fn act(what: string, path: string): string = match what {
    "read" => fs.readText(path)
    "bytes" => "${fs.readBytes(path).len}"
    "open" => opened(path)
    "list" => fs.listDir(path).join(" ")
    "exists" => "${fs.exists(path)}"
    "file" => "${fs.isFile(path)}"
    "folder" => "${fs.isFolder(path)}"
    "size" => "${fs.size(path)}"
    "modified" => "${fs.modified(path) > 0}"
    "walk" => fs.walk(path).toList().join(" ")
    "link" => "${fs.isLink(path)}"
    "copy" => done(() => fs.copy("data/own.txt", path))
    "temporary" => done(() => { fs.createTempDir("x", path) })
    "empty" => done(() => fs.removeAll(path))
    "write" => done(() => fs.writeText(path, "written"))
    "append" => done(() => fs.appendText(path, "written"))
    "create" => done(() => fs.create(path).close())
    "mkdir" => done(() => fs.createDir(path))
    "remove" => done(() => fs.remove(path))
    "rename" => done(() => fs.rename(path, path + ".new"))
    "onto" => done(() => fs.rename("data/own.txt", path))
    "get" => env.get(path) ?? "null"
    "names" => "${env.names().len > 0}"
    "input" => readLine() ?? "null"
    _ => throw ArgumentError(what)
}
fn opened(path: string): string {
    use file = fs.open(path)
    return file.readAll()
}
fn done(work: () -> void): string {
    work()
    return "done"
}
fn main(args: [string]) {
    var i = 0
    while i + 1 < args.len {
        let result = try { act(args[i], args[i + 1]) } catch e: PermissionError { "DENIED ${e.message}" } catch e: IOError { "FAILED ${e.message}" }
        println("${args[i]} ${args[i + 1]}: ${result}")
        i += 2
    }
}
"""
READING = ("read", "bytes", "open", "list", "exists", "file", "folder", "size", "modified", "walk")
WRITING = ("write", "append", "create", "copy", "temporary", "mkdir")
CHANGING = ("remove", "rename", "onto")


def outcomes(b, options, acts, stdin=b"", **wanted):
    """Of [(what, path)]: {(what, path): result}."""
    words = [word for act in acts for word in act]
    out = b.start("program", *words, options=options, code=0, stdin=stdin, **wanted).output.decode()
    found = {}
    for (what, path), line in zip(acts, out.splitlines()):
        head = f"{what} {path}: "
        if not line.startswith(head):
            raise Wrong(f"{head!r} expected, found {line!r}")
        found[what, path] = line[len(head):]
    if len(found) != len(acts):
        raise Wrong(f"{len(acts)} results expected:\n{out}")
    return found


def expect_all(found, begin):
    for (what, path), result in found.items():
        if not result.startswith(begin):
            raise Wrong(f"{what} {path}: {begin!r} expected, found {result!r}")


def expect_equal(what, found, wanted):
    if found != wanted:
        raise Wrong(f"{what}: {wanted!r} expected, found {found!r}")


def test_links_do_not_lead_out(b):
    """Every operation, every way to name what lies outside of the granted folder."""
    b.compile("program.skua", FILES)
    b.write("outside/secret.txt", "secret")
    b.write("data/own.txt", "own")
    b.write("data/sub/deep.txt", "deep")
    os.symlink("../outside/secret.txt", b.path("data/file"))
    os.symlink("../outside", b.path("data/folder"))
    os.symlink(b.path("outside/secret.txt"), b.path("data/absolute"))
    os.symlink("../outside/new.txt", b.path("data/dangling"))
    os.symlink("folder", b.path("data/twice"))
    os.symlink("/proc/self/root" + b.path("outside/secret.txt"), b.path("data/magic"))
    outside = ["data/../outside/secret.txt", "data/sub/../../outside/secret.txt", "data/folder/secret.txt",
               "data/twice/secret.txt", "data/folder/new.txt", b.path("outside/secret.txt"),
               "/proc/self/root" + b.path("outside/secret.txt"), "/proc/self/cwd/outside/secret.txt",
               "data/folder/../secret.txt", "data/..", "."]
    followed = ["data/file", "data/absolute", "data/dangling", "data/magic", "data/folder", "data/twice"]
    grants = [f"--allow=fs:{b.path('data')}"]
    expect_all(outcomes(b, grants, [(w, p) for p in outside + followed for w in READING]), "DENIED fs.read of ")
    expect_all(outcomes(b, grants, [(w, p) for p in outside for w in WRITING if w != "mkdir"]), "DENIED fs.write of ")
    expect_all(outcomes(b, grants, [("mkdir", p) for p in outside[:-2]]), "DENIED fs.write of ")
    expect_all(outcomes(b, grants, [(w, p) for p in followed for w in WRITING if w != "mkdir"]), "DENIED fs.write of ")
    expect_all(outcomes(b, grants, [(w, p) for p in outside[:-2] for w in CHANGING]), "DENIED fs.write of ")
    expect_equal("outside", sorted(os.listdir(b.path("outside"))), ["secret.txt"])
    expect_equal("the file outside", b.read("outside/secret.txt"), b"secret")
    # A link itself lies in the folder: it may be removed and renamed, which does nothing to what it leads to.
    expect_all(outcomes(b, grants, [("rename", "data/file"), ("remove", "data/file.new"), ("remove", "data/folder")]), "done")
    expect_equal("outside", sorted(os.listdir(b.path("outside"))), ["secret.txt"])
    # What is removed with all that is in it may have links in it, which lead nowhere then.
    os.makedirs(b.path("data/full/inner"))
    os.symlink("../../../outside", b.path("data/full/inner/away"))
    found = outcomes(b, grants, [("link", "data/full/inner/away"), ("walk", "data/full"), ("empty", "data/full"),
                                 ("empty", "data/../outside"), ("empty", b.path("outside")), ("exists", "data/full")])
    expect_equal("removed", [r[:36] for r in found.values()],
                 ["true", "data/full/inner data/full/inner/away", "done", "DENIED fs.read of 'data/../outside' ",
                  f"DENIED fs.read of '{b.path('outside')}"[:36], "false"])
    expect_equal("outside", sorted(os.listdir(b.path("outside"))), ["secret.txt"])
    # Links that stay within are followed, and so is what leads in from outside.
    os.symlink("sub/deep.txt", b.path("data/within"))
    os.symlink("data", b.path("shortcut"))
    os.symlink("sub/made.txt", b.path("data/dangling_within"))
    found = outcomes(b, grants, [("read", "data/within"), ("read", "shortcut/own.txt"), ("read", "data/sub/../own.txt"),
                                 ("write", "data/dangling_within"), ("list", "data/sub/"), ("mkdir", "data/a/b/./c/"),
                                 ("mkdir", "data/a/../a/b"), ("folder", "data/a/b/c"), ("exists", "data/none"),
                                 ("mkdir", "data"), ("read", "data/own.txt/"), ("list", "data/own.txt"), ("remove", "data/a/.."),
                                 ("mkdir", "data/own.txt"), ("remove", "data/a/b/c"), ("remove", "data/a")])
    expect_equal("within", list(found.values()),
                 ["deep", "own", "own", "done", "deep.txt made.txt", "done", "done", "true", "false", "done",
                  "FAILED cannot open 'data/own.txt/': Not a directory", "FAILED cannot list 'data/own.txt': Not a directory",
                  "FAILED cannot remove 'data/a/..': Invalid argument",
                  "FAILED cannot create folder 'data/own.txt': File exists", "done",
                  "FAILED cannot remove 'data/a': Directory not empty"])


def test_folder_that_does_not_exist_yet(b):
    b.compile("program.skua", FILES)
    found = outcomes(b, ["--allow=fs:new/folder"], [("mkdir", "new/folder/deep"), ("write", "new/folder/a.txt"),
                                                    ("read", "new/folder/a.txt"), ("write", "new/b.txt")])
    # What is above it is not granted, and so not made.
    expect_equal("first", found["mkdir", "new/folder/deep"][:28], "DENIED fs.write of 'new' was")
    os.mkdir(b.path("new"))
    found = outcomes(b, ["--allow=fs:new/folder"], [("mkdir", "new/folder/deep"), ("write", "new/folder/a.txt"),
                                                    ("read", "new/folder/a.txt"), ("write", "new/b.txt")])
    expect_equal("second", list(found.values())[:3], ["done", "done", "written"])
    expect_equal("beside", found["write", "new/b.txt"][:6], "DENIED")
    found = outcomes(b, ["--allow=fs.write:one.txt"], [("write", "one.txt"), ("write", "one.txt.bak"), ("rename", "one.txt"),
                                                       ("remove", "one.txt")])
    expect_equal("a file", [r[:6] for r in found.values()], ["done", "DENIED", "DENIED", "done"])


def test_devices_and_processes_must_be_named(b):
    b.compile("program.skua", FILES)
    b.write("plain.txt", "plain")
    os.symlink("/dev/null", b.path("null"))
    os.symlink("/proc/self/status", b.path("status"))
    os.symlink("/proc/self/root", b.path("root"))
    special = ["/proc/self/status", "/proc/self/environ", "/proc/self/root/etc/passwd", "/proc/self/cwd/plain.txt",
               "/proc/self/fd/0", "/dev/null", "/dev/zero", "/dev/fd/0", "/dev/stdin", "/dev/../dev/null", "null", "status",
               "root/etc/passwd", "/proc", "/dev"]
    for grant in ("--allow=fs.read:/", "--allow=fs.read"):
        expect_all(outcomes(b, [grant], [(w, p) for p in special for w in READING]), "DENIED fs.read of ")
        expect_equal(grant, outcomes(b, [grant], [("read", "plain.txt")])["read", "plain.txt"], "plain")
    expect_all(outcomes(b, ["--allow=fs.write:/"], [("write", p) for p in special]), "DENIED fs.write of ")
    found = outcomes(b, ["--allow=fs.read:/proc/self/status", "--allow=fs.read:/dev/null", "--allow=fs.write:/dev/null"],
                     [("exists", "/proc/self/status"), ("read", "/dev/null"), ("write", "/dev/null"), ("exists", "/dev/zero"),
                      ("exists", "/proc/self/environ")])
    expect_equal("named", [r[:6] for r in found.values()], ["true", "", "done", "DENIED", "DENIED"])
    found = outcomes(b, ["--allow=fs.read:/dev"], [("exists", "/dev/null"), ("exists", "/proc/self/status")])
    expect_equal("a folder of devices", [r[:6] for r in found.values()], ["true", "DENIED"])
    found = outcomes(b, ["--allow=fs.read:/dev/stdin"], [("read", "/dev/stdin"), ("exists", "/dev/fd/1")], stdin=b"a pipe")
    expect_equal("standard input", [r[:6] for r in found.values()], ["a pipe", "DENIED"])
    found = outcomes(b, ["--allow-all"], [("exists", "/dev/null"), ("exists", "/proc/self/status")])
    expect_equal("everything", list(found.values()), ["true", "true"])


def test_deny_wins(b):
    b.compile("program.skua", FILES)
    b.write("data/own.txt", "own")
    b.write("data/secret/key.txt", "key")
    os.symlink("secret", b.path("data/link"))
    denied = [(w, p) for p in ("data/secret/key.txt", "data/secret", "data/link/key.txt", "data/link") for w in READING]
    for grant in ("--allow-all", "--allow=fs", "--allow=fs:data", "--allow=fs.read:data/secret/key.txt"):
        for order in ([grant, "--deny=fs.read:data/secret"], ["--deny=fs.read:data/secret", grant]):
            expect_all(outcomes(b, order, denied), "DENIED fs.read of ")
    # Names tell what is denied, so what is denied keeps its name.
    moving = [(w, p) for p in ("data/secret", "data/secret/key.txt", "data") for w in ("remove", "rename", "onto")]
    for grant in ("--allow-all", "--allow=fs", "--allow=fs:."):
        expect_all(outcomes(b, [grant, "--deny=fs.read:data/secret"], moving), "DENIED fs.write of ")
    expect_equal("kept", sorted(os.listdir(b.path("data"))), ["link", "own.txt", "secret"])
    found = outcomes(b, ["--allow=fs:data", "--deny=fs.read:data/secret"], [("read", "data/own.txt"), ("rename", "data/own.txt")])
    expect_equal("others", list(found.values()), ["own", "done"])
    found = outcomes(b, ["--allow-all", "--deny=env:HOME"], [("get", "HOME"), ("get", "PATH"), ("names", "")])
    expect_equal("env", [r[:6] for r in found.values()], ["DENIED", os.environ["PATH"][:6], "DENIED"])
    found = outcomes(b, ["--deny=stdin"], [("input", "")], stdin=b"text\n")
    expect_equal("stdin", list(found.values()), ["DENIED stdin is denied by --deny"])
    b.start("program", "read", "x", options=["--deny=stdout"], code=UNCAUGHT, says="stdout is denied by --deny")
    expect_equal("args", b.start("program", "read", "x", options=["--deny=args"], code=0).output, b"")
    b.start("program", options=["--deny=frob"], code=USAGE, says="random, clock, stdin, stdout, stderr, args")
    for wrong in ("frob", "fs.read:", "random:x", "/fs.read", "lib/fs.read"):
        b.start("program", options=[f"--deny={wrong}"], code=USAGE, lines=2)
        b.start("program", options=[f"--allow={wrong}"], code=USAGE, lines=2)


RACER = """
import std.fs
fn main() {
    var read = 0
    var other = 0
    for i in 0..8000 {
        let text = try { fs.readText("data/place/name.txt") } catch e: PermissionError { "" } catch e: IOError { "" }
        if text == "within" { read += 1 } else if text == "" { other += 1 } else { throw StateError("read: ${text}") }
        if i % 3 == 0 {
            try { fs.writeText("data/place/written.txt", "x") } catch e: PermissionError { } catch e: IOError { }
            try { fs.createDir("data/place/made") } catch e: PermissionError { } catch e: IOError { }
            try { fs.remove("data/place/name.txt.old") } catch e: PermissionError { } catch e: IOError { }
            try { fs.rename("data/place/written.txt", "data/place/moved.txt") } catch e: PermissionError { } catch e: IOError { }
        }
    }
    println("${read > 0} ${other > 0}")
}
"""


def test_racing_exchange(b):
    """A folder within is exchanged for a link that leads out, thousands of times, while the guest uses it."""
    b.compile("program.skua", RACER)
    b.write("data/place/name.txt", "within")
    b.write("outside/name.txt", "SECRET")
    b.write("outside/name.txt.old", "old")
    os.symlink("../outside", b.path("data/away"))
    libc = ctypes.CDLL(None, use_errno=True)
    try:
        exchange = libc.renameat2
    except AttributeError:
        raise Skipped("this C library has no renameat2") from None
    names = [b.path("data/place").encode(), b.path("data/away").encode()]
    if exchange(-100, names[0], -100, names[1], 2) != 0:
        raise Skipped("this file system cannot exchange two names")
    stop = threading.Event()

    def swap():
        while not stop.is_set():
            exchange(-100, names[0], -100, names[1], 2)

    thread = threading.Thread(target=swap)
    thread.start()
    try:
        outcome = b.start("program", options=["--allow=fs:data"], code=0, seconds=120)
    finally:
        stop.set()
        thread.join()
    expect_equal("both were met", outcome.output, b"true true\n")
    expect_equal("outside", sorted(os.listdir(b.path("outside"))), ["name.txt", "name.txt.old"])
    expect_equal("outside", b.read("outside/name.txt"), b"SECRET")


LIBRARY = """
import std.fs
import std.env
pub interface Source {
    fn text(): string
}
pub fn read(path: string): string = fs.readText(path)
pub fn short(path: string): bool = fs.exists(path)
pub fn twice<T>(f: () -> T): T {
    f()
    return f()
}
pub fn reader(path: string): () -> string = () => fs.readText(path)
pub fn reference(): (string) -> string = fs.readText
pub fn bound(path: string): () -> string = FileSource(path).text
pub fn lazily(paths: [string]): Iterator<string> = paths.iterator().map(fs.readText)
pub fn source(path: string): Source = FileSource(path)
pub fn firstLine(file: fs.File): string = file.readLine() ?? ""
pub fn sorted(xs: List<Key>): List<Key> = xs
pub class FileSource(let path: string) : Source {
    fn text(): string = fs.readText(path)
}
pub class Key(let path: string) : Display {
    fn toString(): string = fs.readText(path)
}
pub fn deep(n: int, path: string): string = if n == 0 { fs.readText(path) } else { deep(n - 1, path) + "" }
pub fn variable(name: string): string? = env.get(name)
pub fn ask(s: Source): string = s.text()
pub let loaded: string = try { fs.readText("data/a.txt") } catch e: PermissionError { "denied" }
pub fn touch(): string = loaded
"""

PROGRAM = """
import std.fs
import lib

class Own(let path: string) : lib.Source {
    fn text(): string = fs.readText(path)
}
let config = fs.readText("data/a.txt")

class Holder {
    static let first = fs.readText("data/a.txt")
}
fn show(name: string, work: () -> string) {
    let result = try { work() } catch e: PermissionError { "DENIED ${e.message}" }
    println("${name}: ${result}")
}
fn main() {
    let path = "data/a.txt"
    show("own", () => fs.readText(path))
    show("own library use", () => lib.twice(() => "x"))
    show("call", () => lib.read(path))
    show("inlined", () => "${lib.short(path)}")
    show("closure", () => { let f = lib.reader(path); f() })
    show("reference", () => { let f = lib.reference(); f(path) })
    show("bound", () => { let f = lib.bound(path); f() })
    show("lazy", () => { var all = ""; for text in lib.lazily([path]) { all += text }; all })
    show("interface", () => lib.source(path).text())
    show("through std", () => "${lib.Key(path)}")
    show("callback", () => lib.twice(() => fs.readText(path)))
    show("own object", () => lib.ask(Own(path)))
    show("handle", () => { use file = fs.open(path); lib.firstLine(file) })
    show("deep", () => lib.deep(3000, path))
    show("loop", () => { var last = ""; for i in 0..3000 { last = try { lib.read(path) } catch e: PermissionError { "no" } }; last })
    show("loop of references", () => { let f = lib.reference(); var last = ""; for i in 0..3000 { last = try { f(path) } catch e: PermissionError { "no" } }; last })
    show("loop inlined", () => { var n = 0; for i in 0..3000 { n += try { if lib.short(path) { 1 } else { 2 } } catch e: PermissionError { 0 } }; "${n}" })
    show("initialiser", () => lib.touch())
    show("own initialiser", () => lib.twice(() => "${config.len}${Holder.first.len}"))
    show("environment", () => lib.variable("HOME") ?? "null")
}
"""
ALL_HERE = ["call", "inlined", "closure", "reference", "bound", "lazy", "interface", "through std", "callback", "own object",
            "deep"]


def build_library(b, name="lib", source=LIBRARY, *options):
    b.compile(f"{name}.skua", source, out=f"{name}_classes")
    b.run("vmar", "create", f"{name}.ska", f"{name}_classes", "--name", name, *options, code=0)


def build_program(b, source=PROGRAM, libraries=("lib",), *options):
    b.write("app.skua", source)
    path = ":".join(f"{name}.ska" for name in libraries)
    b.run("vmc", "--class-path", path, "app.skua", "-o", "app_classes", code=0)
    b.run("vmar", "create", "app.ska", "app_classes", "--name", "app", "--main", "app", *options, code=0)


def results(outcome):
    return dict(line.split(": ", 1) for line in outcome.output.decode().splitlines())


def test_rights_of_archives(b):
    """A library has what was passed on to it, however its code comes to run, in both tiers."""
    b.write("data/a.txt", "text")
    build_library(b)
    build_program(b)
    for mode in ([], ["--jit=off"], ["--jit=force"], ["--jit-threshold=50"]) if has_tier(b) else ([],):
        common = [*mode, "--class-path", "lib.ska"]
        found = results(b.run("vmrun", *common, "--allow=fs.read:data", "--allow=env", "app.ska", code=0, seconds=60))
        expect_equal("own", found["own"], "text")
        expect_equal("own library use", found["own library use"], "x")
        refused = ("DENIED fs.read of 'data/a.txt', which archive '{}' asked for, was not granted to {}; "
                   "run with --allow=lib/fs.read:data/a.txt")
        for name in ALL_HERE:
            own = name in ("callback", "own object")
            expect_equal(f"{mode} {name}", found[name],
                         refused.format("app", "archive 'lib', on whose behalf the call was made") if own
                         else refused.format("lib", "it"))
        expect_equal("handle", found["handle"], "text")
        expect_equal("loop", found["loop"], "no")
        expect_equal("loop of references", found["loop of references"], "no")
        expect_equal("loop inlined", found["loop inlined"], "0")
        expect_equal("initialiser", found["initialiser"], "denied")
        # Who touches it first has no part in an initialiser.
        expect_equal("own initialiser", found["own initialiser"], "44")
        expect_equal("environment", found["environment"],
                     "DENIED env of 'HOME', which archive 'lib' asked for, was not granted to it; "
                     "run with --allow=lib/env:HOME")
        for passed in ("lib/fs.read:data", "*/fs.read", "lib/fs"):
            found = results(b.run("vmrun", *common, "--allow=fs.read:data", f"--allow={passed}", "app.ska", code=0, seconds=60))
            for name in ALL_HERE:
                expect_equal(f"{mode} {passed} {name}", found[name], "true" if name == "inlined" else "text")
            expect_equal("loop", found["loop"], "text")
            expect_equal("initialiser", found["initialiser"], "text")
            expect_equal("environment", found["environment"],
                         "DENIED env of 'HOME', which archive 'lib' asked for, was not granted; run with --allow=env:HOME")
        # Never more than the program.
        outcome = b.run("vmrun", *common, "--allow=lib/fs.read", "app.ska", code=UNCAUGHT, says="which archive 'app' asked for")
        expect_equal("nothing", outcome.output, b"own: DENIED fs.read of 'data/a.txt', which archive 'app' asked for, was not "
                     b"granted; run with --allow=fs.read:data/a.txt\n" if outcome.output else b"")
        found = results(b.run("vmrun", *common, "--allow-all", "--deny=lib/fs.read:data", "app.ska", code=0, seconds=60))
        expect_equal("denied to it", found["call"], "DENIED fs.read of 'data/a.txt', which archive 'lib' asked for, "
                     "is denied to it by --deny")
        expect_equal("all", found["own"], "text")


def patch_manifest(b, path, old, new):
    """Other text of the same length in a stored manifest, with the digest and the checksums that go with it."""
    data = bytearray(b.read(path))
    info = {name: zipfile.ZipFile(b.path(path)).getinfo(name) for name in ("META/index", "META/manifest")}

    def contents(name):
        start = info[name].header_offset + 30 + len(name)
        return slice(start, start + info[name].file_size)

    was = hashlib.sha256(data[contents("META/manifest")]).hexdigest().encode()
    data[contents("META/manifest")] = data[contents("META/manifest")].replace(old, new)
    now = hashlib.sha256(data[contents("META/manifest")]).hexdigest().encode()
    data[contents("META/index")] = data[contents("META/index")].replace(was, now)
    for name, entry in info.items():
        data = data.replace(struct.pack("<I", entry.CRC), struct.pack("<I", zlib.crc32(data[contents(name)])))
    b.write(path, bytes(data))


def test_manifest_passes_on(b):
    b.write("data/a.txt", "text")
    build_library(b, "lib", LIBRARY, "--requires", "fs.read:data")
    build_program(b, PROGRAM, ("lib",), "--requires", "fs.read:data", "--requires", "env:HOME", "--passes",
                  "lib/fs.read:data", "--passes", "unknown/env")
    found = results(b.run("vmrun", "--class-path", "lib.ska", "--allow=fs.read:data", "app.ska", code=0))
    expect_equal("passed on", found["call"], "text")
    found = results(b.run("vmrun", "--class-path", "lib.ska", "--allow=fs.read:data", "--deny=lib/fs.read", "app.ska", code=0))
    expect_equal("denied by the user", found["call"][:6], "DENIED")
    # A library cannot pass on anything, to itself least of all.
    build_library(b, "lib", LIBRARY, "--passes", "lib/fs.read:data", "--passes", "*/fs.read")
    build_program(b)
    found = results(b.run("vmrun", "--class-path", "lib.ska", "--allow=fs.read:data", "app.ska", code=0))
    expect_equal("by itself", found["call"][:6], "DENIED")
    b.run("vmar", "create", "bad.ska", "app_classes", "--passes", "fs.read", code=USAGE, says="ARCHIVE/CAP")
    # A capability that there is not: vmar does not write it, but others may.
    build_program(b, PROGRAM, ("lib",), "--store", "--passes", "lib/random")
    patch_manifest(b, "app.ska", b"lib/random", b"lib/frobni")
    b.run("vmrun", "--class-path", "lib.ska", "app.ska", code=BAD_INPUT, says="frob")


def test_show_capabilities(b):
    b.write("data/a.txt", "text")
    build_library(b, "lib", LIBRARY, "--requires", "fs.read:data", "--requires", "net")
    build_program(b, PROGRAM, ("lib",), "--requires", "fs:data", "--requires", "env:HOME", "--passes", "lib/fs.read:data")
    command = ["--class-path", "lib.ska", "--allow=fs.read:data", "--allow=fs.write:data", "--deny=env"]
    text = b.run("vmrun", "--show-capabilities", *command, "app.ska", code=0).output.decode()
    expect_equal("text", text, """\
program app (app.ska) states that it needs
    env:HOME: env of 'HOME', which archive 'app' asked for, is denied by --deny
    fs:data: granted
    and passes on lib/fs.read:data
archive lib (lib.ska) states that it needs
    fs.read:data: granted
    net: net, which archive 'lib' asked for, was not granted; run with --allow=net
granted by the command line: fs.read:data fs.write:data, but not env
""")
    shown = json.loads(b.run("vmrun", "--show-capabilities=json", *command, "app.ska", code=0).output)
    expect_equal("json", [(a["name"], a["program"], [(n["capability"], n["granted"]) for n in a["needs"]])
                          for a in shown["archives"]],
                 [("app", True, [("env:HOME", False), ("fs:data", True)]), ("lib", False, [("fs.read:data", True), ("net", False)])])
    expect_equal("allow", (shown["allow"], shown["deny"], shown["allow_all"]),
                 (["fs.read:data", "fs.write:data"], ["env"], False))
    b.compile("program.skua", FILES)
    b.run("vmrun", "--show-capabilities", "--class-path", "out", "program", code=0)


def test_archives_keep_to_their_modules(b):
    """No archive adds classes to another one's module, where it would see what is private."""
    b.write("data/a.txt", "text")
    build_library(b, "lib", "pub fn value(): int = 1\nclass Inner(let x: int)\n")
    build_program(b, "import lib\nfn main() { println(lib.value()) }\n")
    # The same module in a second archive, with one class more.
    b.compile("lib.skua", "pub fn value(): int = 1\nclass Inner(let x: int)\npub class Other(let x: int)\n", out="second")
    for name in os.listdir(b.path("second")):
        if name not in ("lib", ) and not name.startswith("."):
            os.remove(b.path("second/" + name))
    for name in os.listdir(b.path("second/lib")):
        if name != "Other.skc":
            os.remove(b.path("second/lib/" + name))
    b.run("vmar", "create", "evil.ska", "second", "--name", "evil", code=0)
    b.write("user.skua", "import lib\nfn main() { println(lib.value())\n println(lib.Other(2).x) }\n")
    b.compile("lib.skua", "pub fn value(): int = 1\nclass Inner(let x: int)\npub class Other(let x: int)\n", out="whole")
    b.run("vmc", "--class-path", "whole", "user.skua", "-o", "user_classes", code=0)
    outcome = b.run("vmrun", "--class-path", "user_classes:lib.ska:evil.ska", "user", code=UNCAUGHT,
                    says="module lib is that of lib.ska")
    expect_equal("before", outcome.output, b"1\n")
