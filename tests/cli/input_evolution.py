"""Which changes of a library keep old callers linking: docs/classfile-format.md, "Binary compatibility".

Each row is a library, its next version, and a caller. The caller is compiled against the old one, without
its source, and run with the new one. `vmar diff` must have said how that ends.
"""

import json
import os
import subprocess

from harness import BAD_INPUT, UNCAUGHT, expect

# UNLIKE: this caller links, others would not.
LINKS, FAILS, UNLIKE = "links", "fails", "unlike"

SHAPE = "pub interface Shape {\n    fn area(): int\n    fn twice(): int = this.area() * 2\n}\n"
SQUARE = "import lib\nclass Square : lib.Shape {\n    fn area(): int = 9\n}\nfn main() {\n    let s: lib.Shape = Square()\n    println(s.twice())\n}\n"
OPEN = "pub open class Base(let x: int) {\n    pub open fn hi(): int = 1\n    pub fn fixed(): int = 2\n}\n"
DERIVED = "import lib\nclass Derived : lib.Base(1) {\n    override fn hi(): int = 5\n}\nfn main() {\n    let b: lib.Base = Derived()\n    println(b.hi() + b.fixed())\n}\n"
BASES = "pub open class A {\n    pub open fn f(): int = 1\n}\npub open class B : A {}\npub class C : A {}\n"
INHERITS = "import lib\nclass D : lib.B {}\nfn main() {\n    println(D().f() + lib.C().f())\n}\n"
POINT = "pub class Point(let x: int, var y: int)\n"
MAKE = "import lib\nfn main() {\n    let p = lib.Point(1, 2)\n    println(p.x + p.y)\n}\n"
COLOR = "pub enum Color { Red, Blue, Custom(rgb: int) }\npub fn any(): Color = Color.Red\n"
MATCH = ("import lib\nfn name(c: lib.Color): string = match c {\n    lib.Color.Red => \"red\"\n    lib.Color.Blue => \"blue\"\n    lib.Color.Custom(rgb) => \"custom\"\n}\n"
         "fn main() {\n    println(name(lib.any()))\n}\n")

# name: (old library, new library, caller, does it link, what `vmar diff` calls the change)
ROWS = {
    # -- additions
    "type_added": ("pub fn f(): int = 1", "pub fn f(): int = 1\npub class More(let x: int)", "println(lib.f())", LINKS, "added"),
    "function_added": ("pub fn f(): int = 1", "pub fn f(): int = 1\npub fn g(): int = 2", "println(lib.f())", LINKS, "added"),
    "global_added": ("pub let a = 1", "pub let b = 3\npub let a = 1", "println(lib.a)", LINKS, "added"),
    "field_added": (POINT, "pub class Point(let x: int, var y: int) {\n    pub var z = 3\n}", MAKE, LINKS, "added"),
    "method_added": (POINT, "pub class Point(let x: int, var y: int) {\n    pub fn sum(): int = this.x + this.y\n}", MAKE, LINKS, "added"),
    "interface_method_added": (SHAPE, SHAPE[:-2] + "    fn thrice(): int = this.area() * 3\n}\n", SQUARE, LINKS, "added"),
    "interface_demand_added": (SHAPE, SHAPE[:-2] + "    fn name(): string\n}\n", SQUARE, FAILS, "added"),
    "class_demand_added": ("pub abstract class Base {\n    pub abstract fn hi(): int\n}",
                           "pub abstract class Base {\n    pub abstract fn hi(): int\n    pub abstract fn bye(): int\n}",
                           "import lib\nclass D : lib.Base {\n    override fn hi(): int = 1\n}\nfn main() {\n    let b: lib.Base = D()\n    println(b.hi())\n}",
                           FAILS, "added"),
    "interface_added": (POINT, "pub class Point(let x: int, var y: int) : Display {\n    fn toString(): string = \"P\"\n}", MAKE, LINKS, "supertype added"),
    "class_between": ("pub open class A {\n    pub fn a(): int = 1\n}\npub class C : A {}",
                      "pub open class A {\n    pub fn a(): int = 1\n}\npub open class B : A {}\npub class C : B {}",
                      "let a: lib.A = lib.C()\nprintln(a.a())", LINKS, "supertype added"),
    "interface_supertype_wants_more": ("pub interface Named {\n    fn name(): string\n}\n" + SHAPE,
                                       "pub interface Named {\n    fn name(): string\n}\n" + SHAPE.replace("Shape {", "Shape : Named {"),
                                       SQUARE, FAILS, "supertypes want more"),
    "interface_below_the_library's": (SHAPE, SHAPE.replace("Shape {", "Shape : Display {"), SQUARE, FAILS, "supertypes want more"),
    "class_supertype_wants_more": ("pub abstract class Z {\n    pub abstract fn z(): int\n}\npub abstract class A {\n    pub fn g(): int = 3\n}",
                                   "pub abstract class Z {\n    pub abstract fn z(): int\n}\npub abstract class A : Z {\n    pub fn g(): int = 3\n}",
                                   "import lib\nclass D : lib.A {}\nfn main() {\n    println(D().g())\n}", FAILS, "supertypes want more"),
    "supertype_that_is_fulfilled": ("pub abstract class A {\n    pub fn g(): int = 3\n}",
                                    "pub abstract class A : Display {\n    fn toString(): string = \"A\"\n    pub fn g(): int = 3\n}",
                                    "import lib\nclass D : lib.A {}\nfn main() {\n    println(D().g())\n}", LINKS, "supertype added"),
    "override_added": (BASES, BASES.replace("pub class C : A {}", "pub class C : A {\n    override fn f(): int = 2\n}"), INHERITS, LINKS, "added"),
    "override_added_between": (BASES, BASES.replace("open class B : A {}", "open class B : A {\n    override fn f(): int = 2\n}"), INHERITS, LINKS, "added"),
    "default_added": ("pub fn f(a: int, b: int): int = a + b", "pub fn f(a: int, b: int = 2): int = a + b", "println(lib.f(1, 2))", LINKS, "default value added"),
    # -- what nobody outside sees
    "body": ("pub fn f(): int = 1", "pub fn f(): int {\n    var x = 1\n    x += 1\n    return x\n}", "println(lib.f())", LINKS, None),
    "private_function": ("pub fn f(): int = g()\nfn g(): int = 1", "pub fn f(): int = 1", "println(lib.f())", LINKS, None),
    "default_value": ("pub fn f(a: int = 1): int = a", "pub fn f(a: int = 7): int = a", "println(lib.f())", LINKS, "default value of a changed"),
    "default_value_elsewhere": ("pub fn f(a: int = 1): int = a", "// more\npub let one = 1\n\npub fn f(b: int = 1): int = b", "println(lib.f())", LINKS, "parameters renamed"),
    "reordered": ("pub let a = 1\npub let b = 2\npub fn f(): int = 1\npub fn g(): int = 2",
                  "pub fn g(): int = 2\npub fn f(): int = 1\npub let b = 2\npub let a = 1",
                  "println(lib.a + lib.b + lib.f() + lib.g())", LINKS, None),
    # -- more allowed
    "made_public": ("fn g(): int = 1\npub fn f(): int = g()", "pub fn g(): int = 1\npub fn f(): int = g()", "println(lib.f())", LINKS, "added"),
    "made_var": ("pub class C(let x: int)", "pub class C(var x: int)", "println(lib.C(1).x)", LINKS, "made assignable"),
    "class_opened": ("pub class C(let x: int)", "pub open class C(let x: int)", "println(lib.C(1).x)", LINKS, "opened"),
    "bound_removed": ("pub class Box<T: Comparable<T>>(let x: T)", "pub class Box<T>(let x: T)", "println(lib.Box<int>(1).x)", LINKS, "bounds relaxed"),
    "parameter_renamed": ("pub fn f(a: int): int = a", "pub fn f(b: int): int = b", "println(lib.f(a: 1))", LINKS, "parameters renamed"),
    # -- removals
    "function_removed": ("pub fn f(): int = 1\npub fn g(): int = 1", "pub fn g(): int = 1", "println(lib.f())", FAILS, "removed"),
    "function_hidden": ("pub fn f(): int = 1\npub fn g(): int = f()", "fn f(): int = 1\npub fn g(): int = f()", "println(lib.f())", FAILS, "no longer public"),
    "type_removed": (POINT, "pub fn f(): int = 1", MAKE, FAILS, "removed"),
    "type_hidden": (POINT, "class Point(let x: int, var y: int)\npub fn f(): int = Point(1, 2).y", MAKE, FAILS, "no longer public"),
    "global_removed": ("pub let a = 1\npub let b = 2", "pub let b = 2", "println(lib.a)", FAILS, "removed"),
    "field_removed": ("pub class C {\n    pub let x = 1\n}", "pub class C {}", "println(lib.C().x)", FAILS, "removed"),
    "field_hidden": ("pub class C {\n    pub let x = 1\n}", "pub class C {\n    private let x = 1\n    pub fn y(): int = this.x\n}", "println(lib.C().x)", FAILS, "no longer public"),
    "method_removed": ("pub class C {\n    pub fn f(): int = 1\n}", "pub class C {}", "println(lib.C().f())", FAILS, "removed"),
    "method_moved_up": ("pub open class A {}\npub class C : A {\n    pub fn f(): int = 1\n}", "pub open class A {\n    pub fn f(): int = 1\n}\npub class C : A {}",
                        "println(lib.C().f())", FAILS, "removed"),
    "default_removed": ("pub fn f(a: int = 1): int = a", "pub fn f(a: int): int = a", "println(lib.f())", FAILS, "default value removed"),
    "supertype_removed": ("pub interface I {\n    fn f(): int = 1\n}\npub class C : I {}", "pub interface I {\n    fn f(): int = 1\n}\npub class C {}",
                          "let i: lib.I = lib.C()\nprintln(i.f())", FAILS, "supertype removed"),
    "extension_removed": ("extend string {\n    pub fn loud(): string = this + \"!\"\n}\npub fn f(): int = 1", "pub fn f(): int = 1",
                          "import lib.{f}\nimport lib\nfn main() {\n    println(\"a\".loud())\n}", FAILS, "removed"),
    # -- other signatures
    "parameter_type": ("pub fn f(a: int): int = a", "pub fn f(a: float): int = int(a)", "println(lib.f(1))", FAILS, "parameters changed"),
    "parameter_added": ("pub fn f(a: int): int = a", "pub fn f(a: int, b: int = 1): int = a + b", "println(lib.f(1))", FAILS, "parameters changed"),
    "result_type": ("pub fn f(): int = 1", "pub fn f(): float = 1.0", "println(lib.f())", FAILS, "result changed"),
    "result_nullable": ("pub fn f(): string = \"a\"", "pub fn f(): string? = \"a\"", "println(lib.f())", FAILS, "result changed"),
    "type_parameter": ("pub fn f<T>(a: T): T = a", "pub fn f<T, U>(a: T): T = a", "println(lib.f(1))", FAILS, "type parameters changed"),
    "bound_added": ("pub class Box<T>(let x: T)", "pub class Box<T: Comparable<T>>(let x: T)", "import lib\nclass K(let n: int)\nfn main() {\n    println(lib.Box<K>(K(1)).x.n)\n}", FAILS, "bounds changed"),
    "bound_added_and_fulfilled": ("pub class Box<T>(let x: T)", "pub class Box<T: Comparable<T>>(let x: T)", "println(lib.Box<int>(1).x)", UNLIKE, "bounds changed"),
    "field_type": ("pub class C {\n    pub let x = 1\n}", "pub class C {\n    pub let x = 1.5\n}", "println(lib.C().x)", FAILS, "type changed"),
    "constructor": (POINT, "pub class Point(let x: int)  {\n    pub var y = 0\n}", MAKE, FAILS, "parameters changed"),
    "made_let": ("pub class C {\n    pub var x = 1\n}", "pub class C {\n    pub let x = 1\n}", "let c = lib.C()\nc.x = 2\nprintln(c.x)", FAILS, "no longer assignable"),
    "made_static": ("pub class C {\n    pub fn f(): int = 1\n}", "pub class C {\n    pub static fn f(): int = 1\n}", "println(lib.C().f())", FAILS, "made static"),
    "kind": (POINT, "pub struct Point(x: int, y: int)", MAKE, FAILS, "is another kind of type"),
    "method_opened": ("pub open class C {\n    pub fn f(): int = 1\n}", "pub open class C {\n    pub open fn f(): int = 1\n}", "println(lib.C().f())", FAILS, "opened"),
    "override_opened": (OPEN + "pub class D : Base(1) {\n    override fn hi(): int = 3\n}", OPEN + "pub open class D : Base(1) {\n    override fn hi(): int = 3\n}",
                        "println(lib.D().hi())", FAILS, "opened"),
    # -- who extends and overrides
    "class_closed": (OPEN, OPEN.replace("pub open class", "pub class").replace("open fn", "fn"), DERIVED, FAILS, "closed"),
    "method_closed": (OPEN, OPEN.replace("open fn", "fn"), DERIVED, FAILS, "closed"),
    "class_made_abstract": ("pub open class C {\n    pub fn f(): int = 1\n}", "pub abstract class C {\n    pub fn f(): int = 1\n}", "println(lib.C().f())", FAILS, "made abstract"),
    "method_made_abstract": (SHAPE, SHAPE.replace(" = this.area() * 2", ""), SQUARE, FAILS, "made abstract"),
    # -- structs
    "component_added": ("pub struct P(x: int)", "pub struct P(x: int, y: int)", "println(lib.P(1).x)", FAILS, "components changed"),
    "component_reordered": ("pub struct P(x: int, y: int)", "pub struct P(y: int, x: int)", "println(lib.P(1, 2).x)", UNLIKE, "components changed"),
    "component_default": ("pub struct P(x: int, y: int = 1)", "pub struct P(x: int, y: int = 3)", "println(lib.P(1).y)", LINKS, "default value of y changed"),
    "struct_checks_its_values": ("pub struct P(x: int)", "pub struct P(x: int) {\n    init {\n        assert(x > 0)\n    }\n}",
                                 "println(lib.P(1).x)", FAILS, "checks or completes its values now"),
    "struct_method_added": ("pub struct P(x: int)", "pub struct P(x: int) {\n    pub fn f(): int = 1\n}", "println(lib.P(1).x)", LINKS, "added"),
    # -- enums
    "case_added": (COLOR, COLOR.replace("Blue,", "Blue, Green,"), MATCH, UNLIKE, "case added"),
    "case_added_and_met": (COLOR, COLOR.replace("Blue,", "Blue, Green,").replace("= Color.Red", "= Color.Green"), MATCH, FAILS, "case added"),
    "case_removed": (COLOR, COLOR.replace("Blue,", ""), MATCH.replace("lib.any()", "lib.Color.Blue"), FAILS, "removed"),
    "payload_changed": (COLOR, COLOR.replace("rgb: int", "rgb: string"), MATCH.replace("lib.any()", "lib.Color.Custom(1)"), FAILS, "parameters changed"),
}


def caller(text):
    return text if text.startswith("import") else "import lib\nfn main() {\n    " + text.replace("\n", "\n    ") + "\n}\n"


def check_row(b, name):
    old, new, text, links, change = ROWS[name]
    b.write("old/lib.skua", old)
    b.write("new/lib.skua", new)
    b.write("app.skua", caller(text))
    for version in ("old", "new"):
        b.run("vmc", f"{version}/lib.skua", "-o", f"{name}/{version}", code=0)
        b.run("vmar", "create", f"{name}/{version}.ska", f"{name}/{version}", code=0)
    b.run("vmc", "app.skua", "-o", f"{name}/app", "--class-path", f"{name}/old.ska", code=0)
    before = b.run("vmrun", "--class-path", f"{name}/app:{name}/old.ska", "app", code=0)
    expect(before.output != b"", f"{name}: the caller shows nothing", before)
    wanted = {"code": 0} if links != FAILS else {"code": [UNCAUGHT, BAD_INPUT], "says": "LinkError|VerifyError|not found|V[0-9]{3}"}
    b.run("vmrun", "--class-path", f"{name}/app:{name}/new.ska", "app", **wanted)
    diff = b.run("vmar", "diff", f"{name}/old.ska", f"{name}/new.ska", "--message-format=json", code=[0, 1])
    lines = [json.loads(line) for line in diff.output.decode().splitlines()]
    expect(diff.code == (0 if links == LINKS else 1) and lines[-1]["links"] == (links == LINKS), f"{name}: vmar diff is wrong", diff)
    changes = [line["change"] for line in lines[:-1] if (line["effect"] == "breaks") != (links == LINKS)]
    expect(changes == [] if change is None else change in changes, f"{name}: {change!r} is not what vmar diff says", diff)


def check_rows(b, first, last):
    names = list(ROWS)
    for name in names[names.index(first):names.index(last) + 1]:
        check_row(b, name)


def test_evolution_additions(b):
    check_rows(b, "type_added", "parameter_renamed")


def test_evolution_removals(b):
    check_rows(b, "function_removed", "extension_removed")


def test_evolution_signatures(b):
    check_rows(b, "parameter_type", "override_opened")


def test_evolution_inheritance_and_values(b):
    check_rows(b, "class_closed", list(ROWS)[-1])


def test_archive_diff(b):
    """What `vmar diff` prints, its exit codes, capabilities and the version that it asks for."""
    b.write("old/lib.skua", "//! requires: env\npub fn f(a: int): int = a\npub let x = 1\n")
    b.write("new/lib.skua", "//! requires: net\npub fn f(a: int, b: int = 2): int = a + b\npub let x = 1\npub let y = 1\n")
    for version, number in (("old", "1.2.0"), ("new", "1.3.0")):
        b.run("vmc", f"{version}/lib.skua", "-o", f"out/{version}", code=0)
        b.run("vmar", "create", f"{version}.ska", f"out/{version}", "--name", "lib", "--version", number, code=0)
    outcome = b.run("vmar", "diff", "old.ska", "new.ska", code=1)
    expect(outcome.output.decode() == """lib 1.2.0 -> lib 1.3.0
Old callers do not link:
  function lib.f: parameters changed
    - fn f(a: i64): i64
    + fn f(a: i64, b: i64 = ...): i64
Old callers do not notice:
  global lib.y: added
    + let y: i64
It asks for other things:
  capability net: added
  capability env: removed
Old callers that use what is named above do not link: 1 change.
The version should be 2.0.0 or higher.
""", "the text of vmar diff", outcome)
    same = b.run("vmar", "diff", "old.ska", "old.ska", code=0)
    expect(same.output == b"lib 1.2.0 -> lib 1.2.0\nNo difference in API, capabilities or dependencies.\nOld callers still link.\n", "no difference", same)
    b.run("vmar", "diff", "old.ska", "absent.ska", code=66, says="absent.ska: cannot be read", lines=1)
    b.write("bad.ska", b"PK")
    b.run("vmar", "diff", "bad.ska", "old.ska", code=BAD_INPUT, says="bad.ska", lines=1)
    b.run("vmar", "diff", "old.ska", code=64, lines=1)
    expect(os.path.exists(b.path("old.ska")), "gone")


def test_archive_diff_endless_supertypes(b):
    """A chain of superclasses that no verifier accepts costs vmar neither its stack nor much time."""
    count = 3000
    b.write("chain.skasm", "".join(f".class public open abstract x.C{i}\n.extends x.C{i + 1}\n" for i in range(count)) +
            f".class public open abstract x.C{count}\n")
    b.run("vmdis", "--assemble", "chain.skasm", "-o", "chain", code=0)
    b.run("vmar", "create", "chain.ska", "chain", code=0)
    vmar = os.path.join(b.programs, "vmar")
    done = subprocess.run(["sh", "-c", 'ulimit -s 512 && exec "$0" diff chain.ska chain.ska', vmar], cwd=b.folder, capture_output=True,
                          timeout=60, check=False)
    expect(done.returncode == 0 and b"Old callers still link." in done.stdout, f"{done.returncode} {done.stderr!r}")
