"""vmar as its user sees it: create, list, extract, verify. usage: vmar_test.py VMAR FIXTURES"""

import os
import shutil
import subprocess
import sys
import tempfile

vmar, fixtures = (os.path.abspath(a) for a in sys.argv[1:])
folder = tempfile.mkdtemp(prefix="skua-vmar-")
os.chdir(folder)
failures = 0


def run(*args, code=0, says="", **options):
    done = subprocess.run([vmar, *args], capture_output=True, text=True, timeout=60, **options)
    check(done.returncode == code, f"vmar {' '.join(args)}: exit code {done.returncode}, not {code}: {done.stderr}")
    check(says in done.stderr, f"vmar {' '.join(args)}: should say '{says}': {done.stderr}")
    check((done.returncode == 0) == (done.stderr == ""), f"vmar {' '.join(args)}: {done.stderr!r}")
    return done.stdout


def check(good, what):
    global failures
    if not good:
        failures += 1
        print(what)


def read(path):
    with open(path, "rb") as file:
        return file.read()


def write(path, content):
    with open(path, "wb") as file:
        file.write(content)


os.makedirs("in/fixture")
shutil.copy(os.path.join(fixtures, "fixture.skc"), "in/fixture.skc")
for name in ("Stack", "Pair", "Shape"):
    shutil.copy(os.path.join(fixtures, f"fixture.{name}.skc"), f"in/fixture/{name}.skc")
write("in/fixture/data.txt", b"text " * 1000)
write("in/.hidden", b"")
create = ("in", "--main", "fixture", "--name", "app", "--version", "2.1", "--requires", "env", "--requires", "fs.read:data")

# What goes in comes out, and is listed.
run("create", "a.ska", *create)
check(run("list", "a.ska").splitlines() == ["META/manifest", "fixture.skc", "fixture/Pair.skc", "fixture/Shape.skc",
                                            "fixture/Stack.skc", "fixture/data.txt"], "list")
check(run("list", "--manifest", "a.ska") == "skua-manifest: 1\nname: app\nversion: 2.1\nmain: fixture\nrequires: env\n"
      "requires: fs.read:data\nrequires: net:example.org:80\n", "manifest: " + run("list", "-m", "a.ska"))
check("      5000        " in run("list", "--long", "a.ska"), "list --long")
check(run("verify", "a.ska").startswith("a.ska: ok, 6 entries, sha256 "), "verify")
run("extract", "a.ska", "-o", "out")
for path in ("fixture.skc", "fixture/Stack.skc", "fixture/data.txt"):
    check(read("in/" + path) == read("out/" + path), f"extract: {path}")
check(not os.path.exists("out/META"), "extract: META is the archive's own")
run("extract", "a.ska", "fixture/data.txt", "-o", "one")
check(os.listdir("one/fixture") == ["data.txt"], "extract one")

# The same input gives the same bytes, whatever the clock, order or mask.
shutil.copytree("in", "copy")
os.utime("copy/fixture.skc", (1, 1))
os.chmod("copy/fixture/Pair.skc", 0o600)
run("create", "b.ska", "copy", *create[1:], env={"TZ": "Asia/Tokyo"}, umask=0o077)
check(read("a.ska") == read("b.ska"), "not reproducible")
check(os.stat("b.ska").st_mode & 0o777 == 0o600, "umask")
run("create", "files.ska", "in/fixture/Pair.skc", "in/fixture.skc", "--store")
check(run("list", "files.ska").splitlines() == ["META/manifest", "fixture.skc", "fixture/Pair.skc"], "class files by name")
run("create", "in/inside.ska", "in", "--main", "fixture")
run("create", "in/inside.ska", "in", "--main", "fixture")
check("inside" not in run("list", "in/inside.ska"), "the output is not its own input")
os.remove("in/inside.ska")

# Other zip programs read it.
if shutil.which("unzip"):
    check(subprocess.run(["unzip", "-tq", "a.ska"], capture_output=True).returncode == 0, "unzip -t")

# What is wrong is said, by the right exit code, and nothing is written.
run(code=64)
run("frobnicate", code=64, says="there is no command 'frobnicate'")
run("create", "x.ska", code=64, says="INPUT is required")
run("list", code=64, says="ARCHIVE is required; 'vmar list --help' shows what can be said")
run(code=64, says="'vmar --help' shows what can be said")
run("create", "x.ska", "in", "--requires", "two\nlines", code=64, says="control character")
run("create", "x.ska", "in", "--requires", "frob", code=64, says="'frob' is not a capability: the capabilities are")
run("create", "x.ska", "in", "--requires", "net:", code=64, says="nothing follows the `:`")
run("create", "x.ska", "in", "--passes", "json/frob", code=64, says="'frob' is not a capability")
run("create", "x.ska", "in", "--name", "a b", code=64, says="'a b' cannot be the name of an archive")
run("create", "x.ska", "in", "--version", "1.x", code=64, says="'1.x' is not a version")
run("create", "x.ska", "in", "--main", "nothing", code=65, says="'nothing' of --main is not among the inputs")
run("create", "x.ska", "in", "--main", "fixture.Stack", code=65, says="not among the inputs")
run("create", "x.ska", "in/fixture", code=65, says="holds the type fixture.Pair")
run("create", "x.ska", "in/fixture/data.txt", code=65, says="not a Skua class file")
run("create", "x.ska", "in", "in", code=65, says="already has an entry")
run("create", "x.ska", "absent", code=66, says="absent: cannot be read")
run("list", "absent.ska", code=66, says="absent.ska: cannot be read")
run("list", ".", code=66)
run("create", "absent/x.ska", "in", code=73, says="absent/x.ska: cannot be created")
run("extract", "a.ska", "-o", "a.ska", code=73)
run("extract", "a.ska", "absent", code=65, says="no such entry")
check(not os.path.exists("x.ska"), "a failed create left a file")
damaged = bytearray(read("a.ska"))
damaged[len(damaged) // 2] ^= 1
write("bad.ska", damaged)
check("a.ska: ok" in run("verify", "a.ska", "bad.ska", code=65, says="bad.ska"), "verify goes on after a bad archive")
if os.path.exists("/dev/full"):
    with open("/dev/full", "w") as full:
        done = subprocess.run([vmar, "list", "a.ska"], stdout=full, stderr=subprocess.PIPE, timeout=60)
        check(done.returncode == 74, f"full output: {done.returncode}")
reader, writer = os.pipe()
os.close(reader)
done = subprocess.run([vmar, "list", "a.ska"], stdout=writer, stderr=subprocess.PIPE, timeout=60)
check(done.returncode == 74, f"closed pipe: {done.returncode}")
check(run("--version").startswith("vmar (Skua) "), "--version")
for command in ("create", "list", "extract", "verify", "keygen", "sign", "deps", "diff"):
    check(run(command, "--help").find(f"Usage: vmar {command}") >= 0, f"{command} --help")
check("Examples:" in run("--help"), "--help has examples")

os.chdir("/")
shutil.rmtree(folder)
print(f"{failures} failures")
sys.exit(1 if failures else 0)
