"""Archives: signatures, dependencies and lock files, `vmc pack`, and what an archive may not do."""

import io
import os
import re
import shutil
import subprocess
import zipfile

from harness import BAD_INPUT, NO_INPUT, NO_OUTPUT, UNCAUGHT, USAGE, expect

KEY = r"ed25519:[0-9a-f]{64}"


def library(b, name, version, source, *options, into="archives", class_path=""):
    """Packs a module of its own as an archive. Returns its path."""
    work = f"work/{name}-{version}"
    b.write(f"{work}/{name}.skua", source)
    path = f"{into}/{name}-{version}.ska"
    os.makedirs(b.path(into), exist_ok=True)
    b.run("vmc", f"{work}/{name}.skua", "-o", f"{work}/out", "--class-path", class_path, code=0)
    b.run("vmar", "create", path, f"{work}/out", "--name", name, "--version", version, *options, code=0)
    return path


def program(b, *options, source="fn main() {\n    println(\"ran\")\n}\n", path="app.ska", class_path=""):
    b.write("work/app/app.skua", source)
    b.run("vmc", "work/app/app.skua", "-o", "work/app/out", "--class-path", class_path, code=0)
    b.run("vmar", "create", path, "work/app/out", "--name", "app", "--version", "1.0.0", "--main", "app", *options, code=0)
    return path


def refused(b, *args, code=BAD_INPUT, **wanted):
    """Nothing of the program has run."""
    outcome = b.run("vmrun", *args, code=code, lines=2, **wanted)
    expect(outcome.output == b"", "it ran", outcome)


def test_archive_signatures(b):
    key = b.run("vmar", "keygen", "me", code=0).output.decode().strip()
    expect(re.fullmatch(KEY, key), "keygen prints the public key")
    expect(os.stat(b.path("me")).st_mode & 0o777 == 0o600, "others can read the secret key")
    expect(b.read("me.pub").decode() == f"skua-public-key 1\n{key}\n", "the public key's file")
    b.run("vmar", "keygen", "me", code=NO_OUTPUT, says="me: .*exists", lines=1)
    b.run("vmar", "keygen", "other", code=0)
    program(b)
    plain = b.read("app.ska")
    refused(b, "--require-signature=me.pub", "app.ska", says=r"app.ska: \[A027\] the archive is not signed")
    b.run("vmar", "sign", "app.ska", "--key", "me", "-o", "signed.ska", code=0)
    expect(b.read("app.ska") == plain, "sign -o changes its input")
    b.run("vmar", "sign", "app.ska", "--key", "me", code=0)
    signed = b.read("app.ska")
    expect(signed == b.read("signed.ska"), "a signature is not reproducible")
    for wanted in ("me.pub", key):
        outcome = b.run("vmrun", f"--require-signature={wanted}", "app.ska", code=0)
        expect(outcome.output == b"ran\n", "output", outcome)
    b.run("vmrun", "--require-signature", "other.pub", "--require-signature", "me.pub", "app.ska", code=0)
    refused(b, "--require-signature=other.pub", "app.ska", says=[r"\[A027\]", "not signed by a key that is required, but by " + key])
    b.run("vmar", "verify", "app.ska", "--key", "other.pub", code=BAD_INPUT, says=r"\[A027\]", lines=1)
    outcome = b.run("vmar", "verify", "app.ska", "--key", "me.pub", code=0)
    expect(f"app.ska: signed by {key}\n" in outcome.output.decode(), "verify does not say who signed", outcome)
    # A second signature beside the first.
    b.run("vmar", "sign", "app.ska", "--key", "other", code=0)
    b.run("vmrun", "--require-signature=other.pub", "app.ska", code=0)
    b.run("vmrun", "--require-signature=me.pub", "app.ska", code=0)
    # Every change is noticed: here every 37th byte, in the unit tests every third bit.
    for i in range(0, len(signed), 37):
        bad = bytearray(signed)
        bad[i] ^= 0x10
        b.write("bad.ska", bytes(bad))
        refused(b, "--require-signature=me.pub", "bad.ska")
    # Another archive with the first one's signature.
    program(b, source="fn main() {\n    println(\"evil\")\n}\n", path="evil.ska")
    evil, good = zipfile.ZipFile(b.path("evil.ska")), zipfile.ZipFile(b.path("signed.ska"))
    expect("META/signature" in good.namelist() and "META/signature" not in evil.namelist(), "where the signature is")
    b.run("vmar", "sign", "evil.ska", "--key", "other", code=0)
    refused(b, "--require-signature=me.pub", "evil.ska", says=r"\[A027\]")
    # Everything that code can come from.
    refused(b, "--require-signature=me.pub", "--class-path", "work/app/out", "app", says="is a folder, which cannot be signed")
    refused(b, "--require-signature=me.pub", "--class-path", "evil.ska", "app.ska", says=r"evil.ska: \[A027\]")
    std = os.path.join(b.programs, "../lib/skua/std.ska")
    refused(b, "--require-signature=me.pub", "--std", std, "app.ska", says=r"standard library: .*\[A027\]")
    # Keys that are none.
    b.write("text", "hello\n")
    refused(b, "--require-signature=text", "app.ska", says="text: this is not a public key")
    refused(b, "--require-signature=me", "app.ska", says="this is a secret key.*.pub")
    refused(b, "--require-signature=ed25519:12", "app.ska", code=USAGE, says="not a public key")
    refused(b, "--require-signature=absent", "app.ska", code=NO_INPUT, says="absent: cannot be read")
    refused(b, "--require-signature=", "app.ska", code=USAGE, says="needs a value")
    b.run("vmar", "sign", "app.ska", "--key", "me.pub", code=BAD_INPUT, says="a public key, where a secret one is wanted", lines=1)
    b.run("vmar", "sign", "app.ska", "--key", "absent", code=NO_INPUT, lines=1)
    b.run("vmar", "sign", "bad.ska", "--key", "me", code=BAD_INPUT, lines=1)
    b.run("vmar", "sign", "app.ska", code=USAGE, lines=1)


def test_archive_encrypted_keys(b):
    """A passphrase comes from a file, or a pipe; without one nothing is asked for where there is no terminal."""
    b.write("pass", "correct horse\nthe second line does not count\n")
    b.write("empty", "\nno\n")
    b.write("long", "x" * 1025)
    program(b)
    key = b.run("vmar", "keygen", "me", "--passphrase-file", "pass", code=0).output.decode().strip()
    file = b.read("me").decode()
    expect(file.startswith("skua-encrypted-key 1\nargon2id13 3 268435456 ") and key[8:] not in file, "the encrypted file", None)
    expect(os.stat(b.path("me")).st_mode & 0o777 == 0o600, "others can read the secret key")
    outcome = b.run("vmar", "sign", "app.ska", "--key", "me", "--passphrase-file", "/dev/stdin", stdin=b"correct horse", code=0)
    expect(outcome.output.decode() == f"app.ska: signed by {key}\n", "sign", outcome)
    b.run("vmrun", "--require-signature=me.pub", "app.ska", code=0)
    wrong = [("me", [], "me: is encrypted; name the file .* --passphrase-file"), ("me", ["empty"], "empty: its first line.* is empty"),
             ("me", ["long"], "long: a passphrase has at most 1024 bytes"), ("me", ["me.pub"], "me: the passphrase is wrong, or the file is damaged")]
    # The last one is the right key with another salt, those before ask for too much or are cut off.
    for i, (change, says) in enumerate((((" 3 ", " 65 "), "wants more than 64 passes or 1 GiB"), ((" 268435456 ", " 9999999999 "), "or 1 GiB"),
                                        ((" 3 ", " x "), "not a secret key"), (("xsalsa", "ysalsa"), "not a secret key"),
                                        ((file[80:], ""), "not a secret key"), ((file[-9:], "f" * 8), "not a secret key"), ((file[-3:], "zz\n"), "not a secret key"))):
        b.write(f"bad{i}", file.replace(*change))
        wrong.append((f"bad{i}", ["pass"], says))
    for name, passphrase, says in wrong:
        options = ["--passphrase-file", *passphrase] if passphrase else []
        b.run("vmar", "sign", "app.ska", "--key", name, *options, code=BAD_INPUT, says=says, lines=1)
    b.run("vmar", "sign", "app.ska", "--key", "me", "--passphrase-file", "absent", code=NO_INPUT, says="absent: cannot be read", lines=1)
    b.run("vmar", "keygen", "other", "--passphrase-file", "empty", code=BAD_INPUT, lines=1)
    expect(not os.path.exists(b.path("other")), "a key without the passphrase that was wanted")
    refused(b, "--require-signature=me", "app.ska", says="this is a secret key.*.pub")


def test_archive_signed_dependencies(b):
    b.run("vmar", "keygen", "me", code=0)
    lib = library(b, "lib", "1.0.0", "pub fn f(): string = \"lib\"\n")
    program(b, "--dependency", "lib ^1", source="import lib\nfn main() {\n    println(lib.f())\n}\n", class_path=lib)
    b.run("vmar", "sign", "app.ska", "--key", "me", code=0)
    expect(b.run("vmrun", "app.ska", code=0).output == b"lib\n", "output")
    refused(b, "--require-signature=me.pub", "app.ska", says=r"archives/lib-1.0.0.ska: \[A027\]")
    b.run("vmar", "sign", lib, "--key", "me", code=0)
    expect(b.run("vmrun", "--require-signature=me.pub", "app.ska", code=0).output == b"lib\n", "output")


def test_archive_dependencies(b):
    """Who wants what, and what was found."""
    uses = "import json\nfn main() {\n    println(json.version())\n}\n"
    for version in ("1.2.0", "1.10.0", "2.0.0", "2.1.0-rc.1"):
        library(b, "json", version, f"pub fn version(): string = \"{version}\"\n")
    newest = "archives/json-2.0.0.ska"

    def runs(want, version, *options, **more):
        program(b, *(["--dependency", want] if want else []), source=uses, class_path=newest)
        outcome = b.run("vmrun", *options, "app.ska", code=0, **more)
        expect(outcome.output.decode() == version + "\n", f"{want!r} should be {version}", outcome)

    runs("json", "2.0.0")
    runs("json ^1.2", "1.10.0")
    runs("json ~1.2", "1.2.0")
    runs("json >=1.2 <1.10", "1.2.0")
    runs("json >=2.1.0-rc.1", "2.1.0-rc.1")
    # What is on the class path is not chosen but there.
    runs("json", "1.2.0", "--class-path", "archives/json-1.2.0.ska")
    refused(b, "--class-path", "archives/json-1.2.0.ska", program(b, "--dependency", "json ^2", source=uses, class_path=newest),
            says=[r"\[D002\] no json is what is wanted: app 1.0.0 wants json \^2", r"found: json 1.2.0 \(archives/json-1.2.0.ska\)"])
    # Other folders.
    os.rename(b.path("archives"), b.path("elsewhere"))
    refused(b, "app.ska", code=NO_INPUT, says=[r"\[D001\] app 1.0.0 wants json \^2", "in ., archives", "--archive-path"])
    for options, env in ((["--archive-path", "elsewhere"], {}), ([], {"SKUA_ARCHIVES": "nowhere:elsewhere"}),
                         (["--archive-path=elsewhere"], {"SKUA_ARCHIVES": "nowhere"})):
        expect(b.run("vmrun", *options, "app.ska", code=0, env=env).output == b"2.0.0\n", "other folders")
    os.rename(b.path("elsewhere"), b.path("archives"))
    # No version fits.
    program(b, "--dependency", "json ^3", source=uses, class_path=newest)
    refused(b, "app.ska", says=[r"\[D002\]", r"app 1.0.0 wants json \^3; found: json 2.1.0-rc.1 .*json 2.0.0 .*json 1.10.0 .*json 1.2.0"])
    # A digest.
    digest = re.search("sha256 ([0-9a-f]{64})", b.run("vmar", "verify", newest, code=0).output.decode()).group(1)
    runs(f"json sha256:{digest}", "2.0.0")
    program(b, "--dependency", "json ^2 sha256:" + "0" * 64, source=uses, class_path=newest)
    refused(b, "app.ska", says=["wants json ^2 sha256:0".replace("^", r"\^"), f"found: .*json 2.0.0 .* sha256:{digest}"])
    # Two who want different ones: an older report is taken, which can live with that.
    report = "import json\npub fn all(): string = json.version()\n"
    library(b, "report", "1.0.0", report, "--dependency", "json >=1 <3", class_path=newest)
    library(b, "report", "1.1.0", report, "--dependency", "json ^2", class_path=newest)
    both = "import json\nimport report\nfn main() {\n    println(report.all())\n}\n"
    program(b, "--dependency", "json ^1", "--dependency", "report ^1", source=both, class_path="archives/json-1.2.0.ska:archives/report-1.0.0.ska")
    expect(b.run("vmrun", "app.ska", code=0).output == b"1.10.0\n", "choosing again")
    outcome = b.run("vmar", "deps", "app.ska", code=0)
    expect(re.fullmatch(r"json 1.10.0 sha256:[0-9a-f]{64} archives/json-1.10.0.ska\n    app 1.0.0 wants \^1\n    report 1.0.0 wants >=1 <3\n"
                        r"report 1.0.0 sha256:[0-9a-f]{64} archives/report-1.0.0.ska\n    app 1.0.0 wants \^1\n", outcome.output.decode()),
           "vmar deps", outcome)
    os.remove(b.path("archives/report-1.0.0.ska"))
    for command in (("vmrun", "app.ska"), ("vmar", "deps", "app.ska")):
        b.run(*command, code=BAD_INPUT, lines=1, says=[r"\[D002\] no json is what is wanted: app 1.0.0 wants json \^1, report 1.1.0 wants json \^2",
                                                     "found: .*json 1.10.0"])
    # A circle, and what cannot be used.
    library(b, "one", "1.0.0", "pub fn f(): int = 1\n", "--dependency", "two")
    library(b, "two", "1.0.0", "pub fn g(): int = 2\n", "--dependency", "one *")
    program(b, "--dependency", "one", source=uses, class_path=newest)
    refused(b, "app.ska", says=r"\[D003\] dependencies go in a circle: one 1.0.0 -> two 1.0.0 -> one 1.0.0")
    b.write("archives/three.ska", b"PK\3\4 not an archive")
    program(b, "--dependency", "three", source=uses, class_path=newest)
    refused(b, "app.ska", says=[r"app 1.0.0 wants three; found: archives/three.ska: \[A001\]"])
    for wrong in ("json 1.x", "json >=", "../json", "", "json 1 || 2", "json sha256:12", "-json"):
        b.run("vmar", "create", "x.ska", "work/app/out", "--dependency", wrong, code=USAGE, lines=1)
    expect(not os.path.exists(b.path("x.ska")), "written all the same")


def test_archive_lock_file(b):
    json = library(b, "json", "1.0.0", "pub fn version(): int = 1\n")
    uses = "import json\nfn main() {\n    println(json.version())\n}\n"
    program(b, "--dependency", "json ^1", source=uses, class_path=json)
    b.run("vmar", "deps", "--lock", "app.ska", code=0)
    lock = b.read("skua.lock").decode()
    expect(re.fullmatch(r"skua-lock 1\nprogram app\njson 1.0.0 sha256:[0-9a-f]{64}\n", lock), "the lock file")
    # A newer version does not count while there is a lock file.
    library(b, "json", "1.1.0", "pub fn version(): int = 2\n")
    expect(b.run("vmrun", "app.ska", code=0).output == b"1\n", "locked")
    os.rename(b.path("skua.lock"), b.path("my.lock"))
    expect(b.run("vmrun", "app.ska", code=0).output == b"2\n", "not locked")
    expect(b.run("vmrun", "--lock=my.lock", "app.ska", code=0).output == b"1\n", "--lock")
    refused(b, "--lock=absent", "app.ska", code=NO_INPUT, says="absent: cannot be read")
    # Other contents of the same version.
    shutil.copy(b.path(json), b.path("saved.ska"))
    library(b, "json", "1.0.0", "pub fn version(): int = 666\n")
    refused(b, "--lock=my.lock", "app.ska", says=[r"\[D004\] app 1.0.0 wants json \^1; my.lock says json 1.0.0 sha256:", r"found: json 1.1.0 .*json 1.0.0 .*sha256:"])
    refused(b, "--lock=my.lock", "--class-path", json, "app.ska", says=r"\[D004\]")
    os.remove(b.path(json))
    refused(b, "--lock=my.lock", "app.ska", says=[r"\[D004\]", "found: json 1.1.0"])
    # What is on the class path and wanted is locked as well, and nothing else is taken for it.
    spare = library(b, "spare", "1.0.0", "pub fn f(): int = 1\n", into="elsewhere")
    given = library(b, "json", "1.5.0", "pub fn version(): int = 5\n", into="elsewhere")
    b.run("vmar", "deps", "--lock", "app.ska", "--class-path", given, "--class-path", spare, code=0)
    expect(re.fullmatch(r"skua-lock 1\nprogram app\njson 1.5.0 sha256:[0-9a-f]{64}\n", b.read("skua.lock").decode()), "class path")
    expect(b.run("vmrun", "--class-path", f"{spare}:{given}", "app.ska", code=0).output == b"5\n", "locked on the class path")
    refused(b, "app.ska", says=[r"\[D004\]", "skua.lock says json 1.5.0 sha256:.*; found: json 1.1.0"])
    library(b, "json", "1.5.0", "pub fn version(): int = 555\n", into="elsewhere")
    refused(b, "--class-path", given, "app.ska", says=r"\[D004\].*skua.lock says json 1.5.0 sha256:")
    # A lock file that lacks one, of another program, that is none.
    b.write("skua.lock", "skua-lock 1\nprogram app\n")
    refused(b, "app.ska", says=r"\[D004\] skua.lock does not have json: app 1.0.0 wants json \^1")
    refused(b, "--class-path", given, "app.ska", says=r"\[D004\] skua.lock does not have json")
    b.write("skua.lock", "skua-lock 1\nprogram other\n")
    expect(b.run("vmrun", "app.ska", code=0).output == b"2\n", "another program's lock file")
    for text in ("", "skua-lock 2\n", "skua-lock 1\njson\n", "skua-lock 1\njson 1.0.0 sha256:12\n", lock + lock.split("\n", 2)[2], "skua-lock 1\n\n", b"\xff" * 100, b"x" * (2 << 20)):
        b.write("skua.lock", text)
        refused(b, "app.ska", says=r"\[D005\] .*skua.lock|skua.lock.*\[D005\]")


PROJECT = """[project]
name = "tool"
version = "1.2.0"
capabilities = ["env"]

[dependencies]
json = "^1"
"""


def make_project(b, folder):
    b.write(f"{folder}/skua.toml", PROJECT)
    b.write(f"{folder}/src/main.skua", "//! requires: fs.read:data\nimport json\nimport deep.part\nfn main() {\n    println(\"${json.version()} ${part.name()}\")\n}\n")
    b.write(f"{folder}/src/deep/part.skua", "pub fn name(): string = \"part\"\npub class Thing(let x: int)\n")
    b.write(f"{folder}/src/main_test.skua", "import deep.part\ntest \"name\" {\n    assert(part.name() == \"part\")\n}\n")
    json = library(b, "json", "1.0.0", "pub fn version(): int = 1\n")
    os.makedirs(b.path(f"{folder}/archives"), exist_ok=True)
    shutil.copy(b.path(json), b.path(f"{folder}/archives"))


def test_vmc_pack(b):
    make_project(b, "p")
    outcome = b.run("vmc", "pack", "p", code=0)
    expect(re.fullmatch(r"p/tool-1.2.0.ska: program, 3 class files, sha256 [0-9a-f]{64}\n", outcome.output.decode()), "what it says", outcome)
    expect(b.run("vmar", "list", "-m", "p/tool-1.2.0.ska").output == b"skua-manifest: 1\nname: tool\nversion: 1.2.0\nmain: main\n"
           b"requires: env\nrequires: fs.read:data\ndependency: json ^1\n", "the manifest")
    expect(b.read("p/skua.lock").startswith(b"skua-lock 1\nprogram tool\njson 1.0.0 sha256:"), "the lock file")
    expect(b.run("vmrun", "p/tool-1.2.0.ska", code=0).output == b"1 part\n", "it runs")
    # The other commands find what the project depends on, too.
    expect(b.run("vmc", "run", cwd="p", code=0).output == b"1 part\n", "vmc run")
    b.run("vmc", "check", "p", code=0)
    b.run("vmc", "test", "p", code=0)
    # The lock file holds until --update.
    library(b, "json", "1.1.0", "pub fn version(): int = 2\n", into="p/archives")
    b.run("vmc", "pack", "p", code=0)
    expect(b.run("vmrun", "p/tool-1.2.0.ska", code=0).output == b"1 part\n", "locked")
    b.run("vmc", "pack", "p", "--update", "-o", "x.ska", code=0)
    expect(b.run("vmrun", "p/tool-1.2.0.ska", code=0).output == b"2 part\n", "updated")
    b.write("p/archives/json-1.1.0.ska", b.read("p/archives/json-1.0.0.ska"))
    for command in (["pack"], ["run"], ["check"], ["-o", "out"]):
        b.run("vmc", *command, cwd="p", code=BAD_INPUT, says=r"\[D004\]", lines=1)
    os.remove(b.path("p/skua.lock"))
    # What a dependency may use.
    b.write("q/skua.toml", PROJECT.replace('"^1"', '{ version = "^1", passes = ["fs.read:data", "env"] }'))
    for name in ("src", "archives"):
        shutil.copytree(b.path(f"p/{name}"), b.path(f"q/{name}"))
    b.run("vmc", "pack", "q", "-o", "q.ska", code=0)
    expect(b"passes: json/env\npasses: json/fs.read:data\n" in b.run("vmar", "list", "-m", "q.ska").output, "what is passed on")
    b.write("p/skua.toml", PROJECT)
    b.run("vmc", "pack", "p", "-o", "p.ska", code=0)
    expect(b"json/fs.read:data" in b.run("vmar", "diff", "p.ska", "q.ska", code=0).output, "a difference in what is passed on")
    os.remove(b.path("p/skua.lock"))
    # A library, and one that compiles against it without its source.
    b.write("lib/skua.toml", "[project]\nname = \"lib\"\nversion = \"0.3.0\"\n")
    b.write("lib/src/geo.skua", "/// Doc.\npub fn area(w: int, h: int = 2): int = w * h\n")
    expect(b"lib/lib-0.3.0.ska: library, 1 class files" in b.run("vmc", "pack", "lib", code=0).output, "a library")
    shutil.rmtree(b.path("lib/src"))
    b.write("user.skua", "import geo\nfn main() {\n    println(geo.area(h: 5, w: 4) + geo.area(1))\n}\n")
    expect(b.run("vmc", "run", "--class-path", "lib/lib-0.3.0.ska", "user.skua", code=0).output == b"22\n", "against a library")
    # What is wrong.
    b.run("vmc", "pack", "nowhere", code=NO_INPUT, says="nowhere: has no project", lines=1)
    head = "[project]\nname = \"tool\"\n"
    for text, says in ((head, "has no version"), (head + "version = \"1\"\n", "`1` is not a version"), (head + "version = \"1.2.3.4\"\n", "not a version"),
                       (PROJECT.replace('"tool"', '"a/b"'), "`a/b` cannot be the name of an archive"),
                       (PROJECT.replace('["env"]', '"env"'), "skua.toml:4:16: `capabilities` must be an array"),
                       (PROJECT.replace('"env"', '"envy"'), "skua.toml:4:17: `envy`"), (PROJECT.replace("^1", "^x"), "skua.toml:7:8: '\\^x' is not a range"),
                       (PROJECT.replace('"^1"', "1"), "skua.toml:7:8: a dependency is a range"), (PROJECT.replace('"^1"', '{ passes = "env" }'), "skua.toml:7:19: `passes` must be an array"), (PROJECT.replace('"^1"', '{ path = "x" }'), "skua.toml:7:10: .*version and sha256"),
                       (PROJECT.replace("json =", "\"../json\" ="), "'../json' cannot be the name"),
                       (PROJECT.replace('version = "1.2.0"', 'version = "1.2.0"\nmain = "deep.part"'), "`deep.part` has no function `main`"),
                       (PROJECT.replace("json", "yaml"), r"\[D001\] tool 1.2.0 wants yaml \^1|no module")):
        b.write("p/skua.toml", text)
        b.run("vmc", "pack", "p", "-o", "bad.ska", code=[BAD_INPUT, NO_INPUT], says=says, lines=4)
        expect(not os.path.exists(b.path("bad.ska")) and not os.path.exists(b.path("p/skua.lock")), "a failure left a file")


def test_vmc_pack_reproducible(b):
    """The same sources, the same bytes: in another folder, locale, time zone, on another day, with another mask and
    files that a folder lists in another order."""
    make_project(b, "first")
    b.run("vmc", "pack", "first", "-o", "1.ska", code=0)
    other = "much/deeper/second folder"
    make_project(b, other)
    for name in ("src", "src/deep"):
        folder = b.path(f"{other}/{name}")
        moved = [(f, b.read(f"{other}/{name}/{f}")) for f in sorted(os.listdir(folder), reverse=True) if f.endswith(".skua")]
        for f, _ in moved:
            os.remove(os.path.join(folder, f))
        for i in range(50):
            b.write(f"{other}/{name}/.hidden{i}", "")
        for f, text in moved:
            b.write(f"{other}/{name}/{f}", text)
            os.utime(os.path.join(folder, f), (1, 1))
            os.chmod(os.path.join(folder, f), 0o700)
    mask = os.umask(0o077)
    try:
        env = {"LC_ALL": "tr_TR.UTF-8", "LANG": "C", "TZ": "Pacific/Kiritimati", "SOURCE_DATE_EPOCH": "12345", "HOME": "/nowhere", "USER": "nobody"}
        b.run("vmc", "pack", "-o", "../2.ska", cwd=other, env=env, code=0)
        b.run("vmc", "pack", b.path(other), "-o", "3.ska", env=env, code=0)
    finally:
        os.umask(mask)
    first = b.read("1.ska")
    expect(first == b.read("much/deeper/2.ska"), "other bytes from another folder")
    expect(first == b.read("3.ska"), "other bytes when the folder is named in full")
    expect(b.read("first/skua.lock") == b.read(f"{other}/skua.lock"), "another lock file")
    for date in {info.date_time for info in zipfile.ZipFile(io.BytesIO(first)).infolist()}:
        expect(date == (1980, 1, 1, 0, 0, 0), "a time that is not fixed")
    # By way of class files, as well.
    b.run("vmc", "first", "-o", "classes", code=0)
    b.run("vmar", "create", "4.ska", "classes", "--name", "tool", "--version", "1.2.0", "--main", "main", "--requires", "env",
          "--dependency", "json ^1", code=0)
    expect(first == b.read("4.ska"), "vmar create makes another archive")


def test_archive_modules_are_sealed(b):
    """Nobody adds classes to a module of another archive, or of the library, to see what only the module may see."""
    b.write("good/bank.skua", "pub class Account(let owner: string) {\n    private var n = 1\n}\npub fn open(): Account = Account(\"Ann\")\nfn secret(): string = \"secret\"\n"
            "pub fn visible(): string = secret()\n")
    b.write("evil/bank.skua", "pub class Thief {\n    pub fn steal(): string = secret()\n}\nfn secret(): string = \"secret\"\n")
    for side in ("good", "evil"):
        b.run("vmc", f"{side}/bank.skua", "-o", f"{side}/out", code=0)
    os.remove(b.path("evil/out/bank.skc"))
    for side in ("good", "evil"):
        b.run("vmar", "create", f"{side}.ska", f"{side}/out", code=0)
    b.write("both/bank.skua", b.read("good/bank.skua") + b.read("evil/bank.skua").split(b"fn secret")[0])
    b.write("both/app.skua", "import bank\nfn main() {\n    println(bank.open().owner)\n    println(bank.Thief().steal())\n}\n")
    b.run("vmc", "both/bank.skua", "both/app.skua", "-o", "both/out", code=0)
    os.makedirs(b.path("app"))
    shutil.copy(b.path("both/out/app.skc"), b.path("app"))
    outcome = b.run("vmrun", "--class-path", "app:good.ska:evil.ska", "app", code=UNCAUGHT,
                    says="module bank is that of .*good.ska; classes of one module come from one archive")
    expect(b"secret" not in outcome.output, "stolen", outcome)
    expect(b.run("vmrun", "--class-path", "both/out", "app", code=0).output == b"Ann\nsecret\n", "one module, one folder")
    # A class in a module of the library.
    b.write("evil.sasm", ".class public std.core.Evil\n.function public static f() i64\n.regs r0: i64\n    const.int r0, 1\n    ret r0\n.end\n")
    b.write("m.sasm", ".module public m\n.function public main() void\n.regs r0: i64\n    call r0, std.core.Evil::f()i64, ()\n    ret.void\n.end\n")
    for name in ("evil", "m"):
        b.run("vmdis", "--assemble", f"{name}.sasm", "-o", "asm", code=0)
    outcome = b.run("vmrun", "--class-path", "asm", "m", code=[UNCAUGHT, BAD_INPUT])
    expect(b"modules of std belong to the standard library" in outcome.errors, "a class of std from elsewhere", outcome)


def test_archive_made_by_others(b):
    """Zip files that other programs make, whole and wrong, and folders with nothing to pack."""
    b.compile("app.skua", "fn main() {\n    println(1)\n}\n")
    for name, method in (("stored.ska", zipfile.ZIP_STORED), ("deflated.ska", zipfile.ZIP_DEFLATED)):
        with zipfile.ZipFile(b.path(name), "w", method) as archive:
            archive.write(b.path("out/app.skc"), "app.skc")
        for command in (("vmrun", name), ("vmrun", "--class-path", name, "app"), ("vmar", "list", name), ("vmar", "verify", name)):
            b.run(*command, code=BAD_INPUT, says=r"\[A0[0-9][0-9]\]", lines=2)
    os.makedirs(b.path("empty/deeper"))
    b.write("empty/.hidden", "x")
    b.run("vmar", "create", "x.ska", "empty", code=BAD_INPUT, says="empty: holds no files to pack", lines=1)
    expect(not os.path.exists(b.path("x.ska")), "an empty archive was written")
    # More than 4 MiB, cut off while it runs: an error of the program, not the end of the process by a signal.
    b.write("out/noise", os.urandom(5 << 20))
    b.write("big/big.skua", "import m0\nfn main() {\n    eprintln(\"ready\")\n    readLine()\n    println(m0.f())\n}\n")
    for i in range(9):  # the first ones are loaded before they are called
        b.write(f"big/m{i}.skua", f"import m{i + 1}\npub fn f(): int = m{i + 1}.f()\n" if i < 8 else "pub fn f(): int = 7\n")
    b.run("vmc", "big", "-o", "out", code=0)
    b.run("vmar", "create", "big.ska", "out", "--main", "big", "--store", code=0)
    expect(b.run("vmrun", "big.ska", stdin=b"\n", code=0).output == b"7\n", "a large archive")
    process = subprocess.Popen([os.path.join(b.programs, "vmrun"), b.path("big.ska")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    first = process.stderr.readline()
    expect(first == b"ready\n", "it does not start")
    os.truncate(b.path("big.ska"), 100)
    output, errors = process.communicate(b"\n", timeout=20)
    expect(process.returncode == UNCAUGHT and b"cannot be read" in errors, f"exit code {process.returncode}: {errors!r}")
