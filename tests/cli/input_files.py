"""Files that are missing, are folders, cannot be read; and wrong command lines."""

import os

from harness import BAD_INPUT, NO_INPUT, USAGE, expect

HELLO = 'fn main() {\n    println("hello")\n}\n'


def test_missing_files(b):
    b.compile("hello.skua", HELLO)
    b.run("vmc", "nowhere.skua", "-o", "out2", code=NO_INPUT, says="nowhere.skua", lines=3)
    b.run("vmdis", "nowhere.skc", code=NO_INPUT, says="nowhere.skc", lines=3)
    b.run("vmdis", "--verify", "nowhere.skc", code=NO_INPUT, says="nowhere.skc", lines=3)
    b.run("vmdis", "--assemble", "nowhere.skasm", "-o", "x.skc", code=NO_INPUT, says="nowhere.skasm", lines=3)
    b.run("vmrun", "nowhere.ska", code=NO_INPUT, says="nowhere.ska", lines=3)
    b.run("vmrun", "--class-path", "nowhere", "hello", code=NO_INPUT, says="nowhere", lines=4)
    b.start("nowhere", code=NO_INPUT, says="nowhere", lines=4)
    b.run("vmar", "list", "nowhere.ska", code=NO_INPUT, says="nowhere.ska", lines=3)
    b.run("vmar", "verify", "nowhere.ska", code=NO_INPUT, says="nowhere.ska", lines=3)
    b.run("vmar", "extract", "nowhere.ska", "-o", "x", code=NO_INPUT, says="nowhere.ska", lines=3)
    b.run("vmar", "create", "x.ska", "nowhere", "--main", "hello", code=NO_INPUT, says="nowhere", lines=3)
    expect(not os.path.exists(b.path("x.ska")), "vmar create left a file behind")
    b.run("vmc", "run", "nowhere.skua", code=NO_INPUT, says="nowhere.skua", lines=3)


def test_missing_program_arguments(b):
    b.compile("hello.skua", HELLO)
    whole = {"vmc": ["hello.skua", "-o", "out"], "vmrun": ["hello"], "vmar": ["list", "x.ska"], "vmdis": ["out/hello.skc"]}
    for program, args in whole.items():
        b.run(program, code=USAGE, lines=40)
        b.run(program, "--no-such-option", *args, code=USAGE, says="no-such-option", lines=40)
        outcome = b.run(program, "--help", code=0)
        expect(program.encode() in outcome.output, "--help does not name the program", outcome)
        b.run(program, "--version", code=0)
    b.run("vmar", "frobnicate", "x.ska", code=USAGE, says="frobnicate", lines=40)
    b.run("vmar", "create", code=USAGE, lines=40)
    for bad in ("0", "lots", "-5M", "99999999999999999999G"):
        b.run("vmrun", "--max-heap=" + bad, "--class-path", "out", "hello", code=USAGE, says="max-heap", lines=40)
    b.run("vmrun", "--allow=everything.and.more", "--class-path", "out", "hello", code=USAGE,
          says="everything.and.more", lines=40)


def test_folders_as_files(b):
    os.mkdir(b.path("folder.skua"))
    os.mkdir(b.path("folder.skc"))
    os.mkdir(b.path("folder.ska"))
    b.run("vmc", "folder.skua", "-o", "out", code=NO_INPUT, says="folder.skua", lines=3)
    b.run("vmc", "run", "folder.skua", code=NO_INPUT, says="folder.skua", lines=3)
    b.run("vmdis", "folder.skc", code=NO_INPUT, says="folder.skc", lines=3)
    b.run("vmrun", "folder.ska", code=NO_INPUT, says="folder.ska", lines=3)
    b.run("vmar", "list", "folder.ska", code=NO_INPUT, says="folder.ska", lines=3)
    # A class file's own place on the class path taken by a folder.
    os.makedirs(b.path("classes/hello.skc"))
    b.run("vmrun", "--class-path", "classes", "hello", code=(NO_INPUT, BAD_INPUT), says="hello", lines=4)


def test_files_as_folders(b):
    b.compile("hello.skua", HELLO)
    b.write("plain", "not a folder")
    b.run("vmc", "hello.skua", "-o", "plain", code=73, says="plain", lines=3)
    b.run("vmrun", "--class-path", "plain", "hello", code=(NO_INPUT, BAD_INPUT), says="plain", lines=4)
    b.run("vmar", "create", "x.ska", "plain", "--main", "hello", code=(NO_INPUT, BAD_INPUT), says="plain", lines=3)
    expect(b.read("plain") == b"not a folder", "the file was overwritten")


def test_unreadable_files(b):
    b.compile("hello.skua", HELLO)
    for name in ("hello.skua", "out/hello.skc"):
        os.chmod(b.path(name), 0)
    b.run("vmc", "hello.skua", "-o", "out2", limit_rights=True, code=NO_INPUT, says="hello.skua.*ermi", lines=3)
    b.run("vmdis", "out/hello.skc", limit_rights=True, code=NO_INPUT, says="hello.skc.*ermi", lines=3)
    b.start("hello", limit_rights=True, code=NO_INPUT, says=["hello", "ermi"], lines=4)
    b.run("vmar", "create", "x.ska", "out", "--main", "hello", limit_rights=True, code=NO_INPUT, says="ermi", lines=3)
    expect(not os.path.exists(b.path("x.ska")), "vmar create left a file behind")


def test_special_files(b):
    os.mkfifo(b.path("pipe.skua"))
    os.mkfifo(b.path("pipe.skc"))
    # Nothing may wait for somebody to write into a pipe, or read an endless device to its end.
    b.run("vmc", "pipe.skua", "-o", "out", code=(NO_INPUT, BAD_INPUT), lines=3)
    b.run("vmdis", "pipe.skc", code=(NO_INPUT, BAD_INPUT), lines=3)
    b.run("vmdis", "/dev/zero", code=(NO_INPUT, BAD_INPUT), lines=3)
    b.run("vmc", "/dev/zero", "-o", "out", code=(USAGE, NO_INPUT, BAD_INPUT), lines=3)
    b.run("vmrun", "/dev/zero", code=(USAGE, NO_INPUT, BAD_INPUT), lines=3)


def test_special_files_on_the_class_path(b):
    b.compile("hello.skua", HELLO)
    b.run("vmar", "create", "locked.ska", "out", code=0)
    os.chmod(b.path("locked.ska"), 0)
    os.mkfifo(b.path("pipe"))
    for option in ("--class-path", "--std"):
        b.run("vmc", "hello.skua", "-o", "out2", option, "pipe", code=NO_INPUT, says="pipe: is not a regular", lines=2)
        b.run("vmc", "hello.skua", "-o", "out2", option, "locked.ska", limit_rights=True, code=NO_INPUT,
              says="locked.ska.*ermi", lines=2)
        b.start("hello", options=(option, "pipe"), code=NO_INPUT, says="pipe: is not a regular", lines=2)
    # A class file that is none, where a module is looked for: nothing may wait for it or overlook it.
    b.write("user.skua", "import lib\nfn main() { lib.f() }\n")
    os.mkdir(b.path("path"))
    os.mkfifo(b.path("path/lib.skc"))
    b.run("vmc", "user.skua", "-o", "out2", "--class-path", "path", code=BAD_INPUT, says="lib.skc: is not a regular")
    os.remove(b.path("path/lib.skc"))
    os.mkdir(b.path("path/lib.skc"))
    b.run("vmc", "user.skua", "-o", "out2", "--class-path", "path", code=BAD_INPUT, says="lib.skc: is not a regular")
    os.rmdir(b.path("path/lib.skc"))
    os.chmod(b.write("path/lib.skc", b.read("out/hello.skc")), 0)
    b.run("vmc", "user.skua", "-o", "out2", "--class-path", "path", limit_rights=True, code=BAD_INPUT,
          says="lib.skc: cannot be read.*ermi")


def test_another_library(b):
    b.compile("hello.skua", HELLO)
    b.run("vmar", "create", "other.ska", "out", code=0)
    for library in ("out", "other.ska"):
        b.start("hello", options=("--std", library), code=BAD_INPUT, says="not the standard library", lines=2)
        b.run("vmc", "hello.skua", "-o", "out2", "--std", library, code=BAD_INPUT, says="not the standard library",
              lines=2)


def test_empty_files(b):
    for name in ("empty.skua", "empty.skc", "empty.ska"):
        b.write(name, b"")
    b.run("vmc", "empty.skua", "-o", "out", code=0)
    b.start("empty", code=(NO_INPUT, BAD_INPUT), lines=4)
    b.run("vmc", "run", "empty.skua", code=BAD_INPUT, says="empty.skua: has no function `main`", lines=1)
    b.run("vmdis", "empty.skc", code=BAD_INPUT, says="empty.skc", lines=3)
    b.run("vmrun", "empty.ska", code=BAD_INPUT, says="empty.ska", lines=3)
    b.run("vmar", "verify", "empty.ska", code=BAD_INPUT, says="empty.ska", lines=3)


def test_no_main(b):
    b.compile("library.skua", "pub fn f(): int = 1\n")
    b.start("library", code=BAD_INPUT, says=["library", "main"], lines=4)
    b.run("vmar", "create", "x.ska", "out", "--main", "nowhere", code=(BAD_INPUT, NO_INPUT), says="nowhere", lines=3)
