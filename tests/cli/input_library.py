"""What the library makes of files: gzip both ways with the program gzip, hostile patterns, texts and archives."""

import hashlib
import hmac
import random
import subprocess
import zlib

from harness import UNCAUGHT, expect, tier_modes

PACKER = """
import std.compress
import std.compress.{Compressor, Decompressor, Format}
import std.fs
import std.fs.{File}

fn copy(from: File, to: File, change: ([u8], int) -> [u8]) {
    let buffer = [u8(0); 1000]
    var n = from.read(buffer)
    while n > 0 {
        to.writeBytes(change(buffer, n))
        n = from.read(buffer)
    }
}

fn main(args: [string]) {
    let format = match args.getOrNull(3) {
        "zlib" => Format.Zlib
        "deflate" => Format.Deflate
        _ => Format.Gzip
    }
    if args[0] == "pack" {
        fs.writeBytes(args[2], compress.pack(fs.readBytes(args[1]), format))
    } else if args[0] == "expand" {
        fs.writeBytes(args[2], compress.expand(fs.readBytes(args[1]), format, limit: 10000000))
    } else {
        use from = fs.open(args[1])
        use to = fs.create(args[2])
        if args[0] == "packStream" {
            use packer = Compressor(format, level: 9)
            copy(from, to, (buffer, n) => packer.update(buffer, 0, n))
            to.writeBytes(packer.finish())
        } else {
            use expander = Decompressor(format)
            copy(from, to, (buffer, n) => expander.update(buffer, 0, n))
            expander.finish()
        }
    }
}
"""


def test_gzip_both_ways(b):
    b.compile("packer.skua", PACKER)

    rights = [f"--allow=fs.read:{b.folder}", f"--allow=fs.write:{b.folder}"]

    def pack(verb, source, target, **wanted):
        return b.start("packer", verb, b.path(source), b.path(target), options=rights, **wanted)

    rng = random.Random(4)
    samples = [b"", b"x", b"hello, hello, hello\n" * 5000, rng.randbytes(70000), bytes(300000),
               b"".join(rng.randbytes(rng.randrange(40)) * rng.randrange(9) for _ in range(2000))]
    for sample in samples:
        b.write("sample", sample)
        for verb in ("pack", "packStream"):
            pack(verb, "sample", "ours.gz", code=0)
            subprocess.run(["gzip", "-t", b.path("ours.gz")], check=True)
            back = subprocess.run(["gzip", "-dc", b.path("ours.gz")], check=True, capture_output=True).stdout
            expect(back == sample, f"gzip makes something else of what {verb} wrote")
        for level in ("-1", "-9"):
            # With a name and a time in the header, as a file has them.
            subprocess.run(["gzip", level, "-k", "-f", b.path("sample")], check=True)
            for verb in ("expand", "expandStream"):
                pack(verb, "sample.gz", "back", code=0)
                expect(b.read("back") == sample, f"{verb} makes something else of what gzip {level} wrote")
    two = subprocess.run(["gzip", "-c"], input=b"one ", check=True, capture_output=True).stdout
    b.write("two.gz", two + subprocess.run(["gzip", "-c"], input=b"two", check=True, capture_output=True).stdout)
    pack("expandStream", "two.gz", "back", code=0)
    expect(b.read("back") == b"one two", "two members")
    b.write("cut.gz", two[:-3])
    for verb in ("expand", "expandStream"):
        pack(verb, "cut.gz", "back", code=UNCAUGHT, says=f"byte {len(two) - 3}: the gzip data end too early", lines=8)
        pack(verb, "packer.skua", "back", code=UNCAUGHT, says="byte 0: no gzip data begin here", lines=8)
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    b.write("bomb.gz", b"".join(packer.compress(bytes(1 << 20)) for _ in range(200)) + packer.flush())
    pack("expand", "bomb.gz", "back", code=UNCAUGHT, says="expand to more than 10000000 bytes", lines=8)


def test_zlib_both_ways(b):
    """The same with Python's zlib, in all three formats."""
    b.compile("packer.skua", PACKER)
    rights = [f"--allow=fs.read:{b.folder}", f"--allow=fs.write:{b.folder}"]
    rng = random.Random(5)
    samples = [b"", b"hello, hello, hello\n" * 5000, rng.randbytes(70000)]
    for sample in samples:
        for name, bits in (("gzip", 31), ("zlib", 15), ("deflate", -15)):
            for level in (0, 1, 9):
                packer = zlib.compressobj(level, zlib.DEFLATED, bits)
                b.write("theirs", packer.compress(sample) + packer.flush())
                b.start("packer", "expandStream" if level else "expand", b.path("theirs"), b.path("back"), name, options=rights, code=0)
                expect(b.read("back") == sample, f"{name} of level {level} by zlib is read as something else")
            for verb in ("pack", "packStream"):
                b.write("sample", sample)
                b.start("packer", verb, b.path("sample"), b.path("ours"), name, options=rights, code=0)
                expect(zlib.decompress(b.read("ours"), bits) == sample, f"zlib makes something else of what {verb} wrote as {name}")


def test_digests(b):
    """Python's digests of the same data, for each size around the blocks of the algorithms and a large one."""
    b.compile("digests.skua", """
import std.encoding.encodeHex
import std.hash
import std.hash.{Crc32, Digest}

fn main(args: [string]) {
    for arg in args {
        let data = [u8(0); int.parse(arg)]
        for i in 0..data.len { data[i] = u8(i * i * 31 + (i >> 3)) }
        let key = data.slice(0, data.len.clamp(0, 64))
        let digests = [Digest.sha256(), Digest.sha512(), Digest.blake2b(64), Digest.hmacSha256(key)]
        for d in digests { d.update(data, 0, data.len / 3).update(data, data.len / 3) }
        println(digests.map(d => encodeHex(d.finish())).join(" ") + " ${Crc32().update(data).finish():08x}")
        assert(digests[0].finish() == hash.sha256(data))
    }
}
""")
    sizes = [*range(140), 239, 240, 255, 256, 257, 1000003]
    told = b.start("digests", *map(str, sizes), code=0, seconds=60).output.decode().splitlines()
    for size, line in zip(sizes, told, strict=True):
        data = bytes((i * i * 31 + (i >> 3)) & 255 for i in range(size))
        wanted = [hashlib.sha256(data).hexdigest(), hashlib.sha512(data).hexdigest(), hashlib.blake2b(data).hexdigest(),
                  hmac.new(data[:64], data, "sha256").hexdigest(), f"{zlib.crc32(data):08x}"]
        expect(line.split(" ") == wanted, f"digests of {size} bytes: {line}")


def test_maps_of_ints_allocate_nothing(b):
    """Counted by a collection at every hundredth allocation. What is removed leaves holes, which are closed now and then."""
    b.compile("operations.skua", """
fn main(args: [string]) {
    let ints = Map<int, int>()
    let floats = Map<int, float>()
    let seen = Set<int>()
    for i in 0..1000 {
        ints[i * 7919] = i
        floats[i] = 0.5
        seen.add(i)
    }
    var sum = 0
    let what = args[0]
    for i in 0..int.parse(args[1]) {
        let key = i % 1000 * 7919
        ints[key] = ints[key] + 1
        sum += ints.get(key) ?? 0
        ints.update(key, 0, n => n + 1)
        floats[i % 1000] = floats.getOr(i % 1000, 1.0) * 0.5
        if !ints.containsKey(key + 1) && seen.contains(i % 1000) { sum += 1 }
        if what == "remove" {
            sum += ints.remove(key) ?? 0
            ints[key] = i
        }
        if what == "allocate" { sum += "${i}".len }
    }
    println("${sum} ${ints.len}")
}
""")

    def hundreds(what, count, *options):
        outcome = b.start("operations", what, str(count), options=["--gc-stress=100", "--gc-log", *options], code=0, seconds=60)
        return outcome.errors.count(b"[gc]")

    for options in [(f"--jit={mode}",) for mode in tier_modes(b)]:
        before = hundreds("", 0, *options)
        expect(hundreds("", 100000, *options) == before, f"operations of maps of ints allocate {options}")
        expect(hundreds("remove", 100000, *options) < before + 10, f"removing from maps of ints allocates {options}")
        expect(hundreds("allocate", 20000, *options) >= before + 200, "allocations should be counted here")


def test_hostile_patterns(b):
    """Errors, not crashes or waiting: large, deep, and ambiguous patterns; large texts for the rest of the library."""
    b.compile("hostile.skua", """
import std.encoding
import std.regex.{Regex}
import std.unicode
import std.unicode.{Form}

fn attempt(work: () -> void) {
    try {
        work()
    } catch e: FormatError {
        println(if e.message.len < 300 { e.message } else { "long" })
    }
}

fn main() {
    for piece in ["(", "[", "a*", "(?:", "a|", "(a", "((a*)*", "\\\\", "x{1000}", "[[:alpha:]", "(?P<n>a)",
                  "\\\\Q", "é", "."] {
        attempt(() => { Regex(piece.repeat(20000)) })
    }
    attempt(() => { Regex("(a|aa)+$").matchesIn("a".repeat(1000000) + "b") })
    attempt(() => { Regex("(.*)(.*)(.*)(.*)(.*)x").find("a".repeat(100000)) })
    for text in ["\\u{301}\\u{323}", "\\u{FDFA}", "\\u{1F1E6}", "\\u{1100}", "a'", "Σ'", "\\u{200D}", "1,", "\\r"] {
        let long = text.repeat(200000)
        attempt(() => {
            unicode.normalize(long, Form.Nfkc)
            unicode.title(unicode.lower(long))
            unicode.width(long)
            unicode.words(long).forEach(w => { })
        })
    }
    attempt(() => { encoding.decodeBase64("A".repeat(10000001)) })
    attempt(() => { encoding.decodeHex("0".repeat(10000001)) })
    println("end")
}
""")
    outcome = b.start("hostile", code=0, seconds=60)
    expect(outcome.output.endswith(b"end\n"), "the program should come to its end", outcome)
