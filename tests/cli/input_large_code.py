"""Class files that obey every rule and are as large as the format allows: linking and compiling them ends soon, with
code that runs or with an error that says which limit it is."""

from harness import UNCAUGHT, tier_modes

PAIR = ".struct public t.Pair<T>\n.field public a: !0\n.field public b: !0\n"
WIDE = "(" + ",".join(["i64"] * 250) + ")"


def pairs(depth):
    return "t.Pair<" * depth + "i64" + ">" * depth


def module(registers, code, before="", functions=""):
    regs = "".join(f"    .regs r{i}: {t}\n" for i, t in enumerate(registers))
    return f"{before}.module t\n{functions}.function public main() void\n{regs}{code}    ret.void\n.end\n"


def run_text(b, text, says=None):
    b.write("t.skasm", text)
    b.run("vmdis", "--assemble", "t.skasm", "-o", "out", code=0)
    for mode in tier_modes(b):
        outcome = b.start("t", options=[f"--jit={mode}", "--max-heap=256M"], code=UNCAUGHT if says else 0, says=says)
    return outcome


def test_values_without_end(b):
    """Two to the power of 50 components, in a register and in an array."""
    code = "    equals r1, r0, r0\n"
    run_text(b, module([pairs(50), "bool"], code, PAIR), "LinkError.*more than 256 scalar components")
    run_text(b, module([f"[{pairs(50)}]", "i64"], "    array.new r0, r1\n", PAIR), "more than 256 scalar")
    run_text(b, module([pairs(8), "bool"], code, PAIR))


def test_many_slots(b):
    """Registers, arguments, captures and elements, each of 250 slots."""
    count = 254
    signature = ",".join([WIDE] * count)
    params = ", ".join(f"a{i}: {WIDE}" for i in range(count))
    function = (f".function public f({params}) i64\n    .regs r{count}: i64\n"
                f"    extract r{count}, r{count - 1}, {WIDE}::\"249\":i64\n    ret r{count}\n.end\n")
    given = ", ".join(["r0"] * count)
    run_text(b, module([WIDE, "i64"], f"    call r1, t::f({signature})i64, ({given})\n", functions=function))
    run_text(b, module([WIDE, "i64", "()->i64"], f"    closure r2, t::f({signature})i64, ({given})\n"
                       "    call.closure r1, r2, ()\n", functions=function))
    run_text(b, module([WIDE, f"[{WIDE}]"], f"    array.lit r1, ({', '.join(['r0'] * 1000)})\n"))
    used = "".join(f"    insert r{i}, {WIDE}::\"3\":i64, r400\n" for i in range(400))
    run_text(b, module([WIDE] * 400 + ["i64"], used + "    move r0, r399\n"), "LinkError.*65535 register slots")
    run_text(b, module(["string"], f"    str.concat r0, ({', '.join(['r0'] * 70000)})\n"), "65535 register slots")


def test_instantiations_without_end(b):
    """Each call asks for two further instantiations."""
    function = (".function public f<T, U>(n: i64) void\n    .regs r1: i64\n    const.int r1, 1\n    br.le.i64 r0, r1, E\n"
                "    sub.i64 r0, r0, r1\n    call _, t::f<[!!0],(!!0,!!1)>(i64)void, (r0)\n"
                "    call _, t::f<!!1,!!0?>(i64)void, (r0)\nE:  ret.void\n.end\n")
    run_text(b, module(["i64"], "    const.int r0, 18\n    call _, t::f<i64,i64>(i64)void, (r0)\n", functions=function),
             "LinkError")


def test_many_instructions(b):
    """Where something quadratic would show: handlers, branches, values that live through loops, calls of calls."""
    n = 3000 if b.slow else 20_000
    run_text(b, module(["std.core.Error", "i64"],
                       "    .handler A..B -> B, std.core.Error, r0\n" * n + "A:  nop\n" +
                       "    div.i64 r1, r1, r1\n" * n + "B:  nop\n"))
    run_text(b, module(["bool"], "".join(f"L{i}: br.true r0, L{i * 7919 % n}\n" for i in range(n))))
    k = 300 if b.slow else 1500
    body = "".join(f"    add.i64 r{i}, r{(i * 37 + 1) % k}, r{i * 11 % k}\n    br.true r{k}, M{i}\nM{i}: nop\n"
                   for i in range(k))
    run_text(b, module(["i64"] * k + ["bool", "i64", "i64"], f"    const.int r{k + 1}, 9000\nL:  nop\n{body}"
                       f"    const.int r{k + 2}, 1\n    sub.i64 r{k + 1}, r{k + 1}, r{k + 2}\n"
                       f"    br.lt.i64 r{k + 2}, r{k + 1}, L\n" if not b.slow else body))
    chain = "".join(f".function public f{i}() void\n" + f"    call _, t::f{i + 1}()void, ()\n" * 2 + "    ret.void\n.end\n"
                    for i in range(16))
    run_text(b, module([], "    call _, t::f0()void, ()\n",
                       functions=chain + ".function public f16() void\n    ret.void\n.end\n"))
