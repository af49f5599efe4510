"""No half-written output: a file is there as a whole, or it is as it was before."""

import os
import resource
import signal
import stat
import subprocess

from harness import BAD_INPUT, NO_OUTPUT, expect

GOOD = "pub fn f(): int = 1\nfn main() {\n    println(\"${f()}\")\n}\n"


def test_errors_leave_output_alone(b):
    b.compile("a.skua", GOOD)
    before = b.read("out/a.skc")
    b.write("a.skua", "pub fn f(): int = \"no\"\nfn main() {}\n")
    b.write("b.skua", GOOD)
    b.run("vmc", "a.skua", "b.skua", "-o", "out", code=BAD_INPUT, says="a.skua:1", lines=12)
    expect(b.files_below("out") == ["a.skc"], "new or lost files after an error")
    expect(b.read("out/a.skc") == before, "a class file was changed by a failed run")


def test_output_folder_cannot_be_written(b):
    b.write("a.skua", GOOD)
    os.mkdir(b.path("locked"), 0o555)
    b.run("vmc", "a.skua", "-o", "locked", limit_rights=True, code=NO_OUTPUT, says="locked.*ermi", lines=3)
    b.run("vmc", "a.skua", "-o", "locked/deeper", limit_rights=True, code=NO_OUTPUT, says="locked.*ermi", lines=3)
    b.run("vmc", "a.skua", "-o", "out", code=0)
    b.run("vmar", "create", "locked/x.ska", "out", "--main", "a", limit_rights=True, code=NO_OUTPUT, says="locked.*ermi",
          lines=3)
    b.run("vmar", "create", "nowhere/x.ska", "out", "--main", "a", code=NO_OUTPUT, says="nowhere", lines=3)
    expect(b.files_below("locked") == [], "something was written")


def test_output_too_large(b):
    """The disk is full, or nearly: a limit on the size of files stands for it."""
    b.write("a.skua", "fn main() {\n" + "    println(\"some text\")\n" * 3000 + "}\n")
    b.run("vmc", "a.skua", "-o", "out", code=0)
    b.run("vmar", "create", "x.ska", "out", "--main", "a", code=0)
    archive, class_file = b.read("x.ska"), b.read("out/a.skc")
    b.write("a.skasm", b.run("vmdis", "out/a.skc", code=0).output)
    # What is already what it should be is not written again: something must be different.
    b.write("a.skua", "fn main() {\n" + "    println(\"other text\")\n" * 3000 + "}\n")

    def small_files_only():
        # The program has to see to it itself that writing more fails, as on a full disk, instead of ending it.
        signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
        resource.setrlimit(resource.RLIMIT_FSIZE, (512, 512))

    def limited(*command):
        process = subprocess.run([os.path.join(b.programs, command[0]), *command[1:]], cwd=b.folder,
                                 stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60,
                                 preexec_fn=small_files_only)
        text = process.stderr.decode("utf-8", "replace")
        expect(process.returncode == NO_OUTPUT, f"{command}: exit code {process.returncode}: {text}")
        expect(len(text.strip().splitlines()) in (1, 2), f"{command}: {text!r}")

    limited("vmc", "a.skua", "-o", "out")
    limited("vmar", "create", "x.ska", "out", "--main", "a")
    limited("vmdis", "--assemble", "a.skasm", "-o", "out/a.skc")
    limited("vmar", "extract", "x.ska", "-o", "out")
    expect(b.files_below("out") == ["a.skc"], f"left behind: {b.files_below('out')}")
    expect(b.read("out/a.skc") == class_file and b.read("x.ska") == archive, "the old output is damaged")
    expect(sorted(os.listdir(b.folder)) == ["a.skasm", "a.skua", "out", "x.ska"], f"left behind: {os.listdir(b.folder)}")


def test_output_special_files(b):
    """What is no regular file is not replaced by one; of a symbolic link, the file that it leads to is."""
    b.compile("a.skua", GOOD)
    b.write("a.skasm", b.run("vmdis", "out/a.skc", code=0).output)
    b.run("vmar", "create", "good.ska", "out", "--main", "a", code=0)
    commands = {
        "x.ska": ("vmar", "create", "x.ska", "out", "--main", "a"),
        "x.skc": ("vmdis", "--assemble", "a.skasm", "-o", "x.skc"),
        "new/a.skc": ("vmc", "a.skua", "-o", "new"),
        "unpacked/a.skc": ("vmar", "extract", "good.ska", "-o", "unpacked"),
    }
    for target, command in commands.items():
        path = b.path(target)
        b.run(*command, code=0)
        whole = b.read(target)
        os.remove(path)
        os.mkfifo(path)
        b.run(*command, code=NO_OUTPUT, says=[target, "pipe"], lines=1)
        expect(stat.S_ISFIFO(os.stat(path).st_mode), f"{command} replaced a pipe")
        os.rename(path, b.path("pipe"))
        os.symlink(b.path("pipe"), path)
        b.run(*command, code=NO_OUTPUT, says=[target, "pipe"], lines=1)
        os.remove(path)
        os.symlink(b.path("nowhere/x"), path)
        b.run(*command, code=NO_OUTPUT, says=[target, "link"], lines=1)
        os.remove(path)
        b.write("real/old", "old")
        os.symlink(b.path("real/old"), path)
        b.run(*command, code=0)
        expect(os.path.islink(path) and b.read("real/old") == whole, f"{command} did not follow the link")
        os.remove(path)
        os.remove(b.path("pipe"))
        left = [name for name in os.listdir(os.path.dirname(path)) if name.startswith(os.path.basename(target))]
        expect(left == [] and b.files_below("real") == ["old"], f"left behind: {left}")


def test_extract_stays_inside(b):
    """An archive does not write outside the folder that it is extracted into."""
    b.compile("a.skua", GOOD)
    b.run("vmar", "create", "x.ska", "out", "--main", "a", code=0)
    b.run("vmar", "extract", "x.ska", "-o", "extracted", code=0)
    expect("a.skc" in b.files_below("extracted"), f"not extracted: {b.files_below('extracted')}")
    expect(b.read("extracted/a.skc") == b.read("out/a.skc"), "extracted differs")
    # The name inside, in both places where a zip has it, replaced by one of the same length.
    whole = b.read("x.ska")
    for evil in (b"../ak", b"/a.sk", b"..\\.c"):
        b.write("evil.ska", whole.replace(b"a.skc", evil))
        b.run("vmar", "extract", "evil.ska", "-o", "extracted2", code=BAD_INPUT, says="evil.ska", lines=4)
        expect(not os.path.exists(b.path("extracted2")) or b.files_below("extracted2") == [], "something was extracted")
    expect(not os.path.exists(b.path("ak")), "written outside")
