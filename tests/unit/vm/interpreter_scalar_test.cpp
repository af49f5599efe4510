// Every scalar instruction, interpreted, against an oracle written with other means (128-bit
// arithmetic, <cmath>), on all pairs of edge values: once with operands in registers and once with
// the right, respectively the left operand a constant, which the linker turns into an immediate.
#include <bit>
#include <cmath>
#include <functional>
#include <limits>
#include <optional>
#include <set>

#include "vm_fixture.h"

namespace skua::vm::test {
namespace {

using i128 = __int128;
using u128 = unsigned __int128;
using Maybe = std::optional<std::int64_t>;  // nullopt: throws
using Oracle = std::function<Maybe(std::int64_t, std::int64_t)>;

std::int64_t wrap32(i128 v) {
    return static_cast<std::int32_t>(static_cast<std::uint32_t>(v));
}
std::int64_t wrap64(i128 v) {
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(v));
}
std::uint32_t u32(std::int64_t v) {
    return static_cast<std::uint32_t>(v);
}
std::uint64_t u64(std::int64_t v) {
    return static_cast<std::uint64_t>(v);
}

template <typename T>
Maybe fits(i128 v) {
    if (v < std::numeric_limits<T>::min() || v > static_cast<i128>(std::numeric_limits<T>::max()))
        return std::nullopt;
    return sizeof(T) == 4 ? wrap32(v) : wrap64(v);
}

struct Row {
    std::string mnemonic;
    int bits;
    Oracle oracle;
};

std::vector<Row> integer_rows() {
    std::vector<Row> rows;
    for (int bits : {32, 64}) {
        const std::string s = bits == 32 ? "i32" : "i64", us = bits == 32 ? "u32" : "u64";
        auto wrap = bits == 32 ? wrap32 : wrap64;
        auto unsign = [bits](std::int64_t v) -> u128 { return bits == 32 ? u32(v) : u64(v); };
        auto add = [&](const std::string& m, Oracle o) { rows.push_back({m, bits, std::move(o)}); };
        add("add." + s, [=](auto a, auto b) { return wrap(i128{a} + b); });
        add("sub." + s, [=](auto a, auto b) { return wrap(i128{a} - b); });
        add("mul." + s, [=](auto a, auto b) { return wrap(i128{a} * b); });
        add("div." + s, [=](auto a, auto b) { return b == 0 ? Maybe() : wrap(i128{a} / b); });
        add("rem." + s, [=](auto a, auto b) { return b == 0 ? Maybe() : wrap(i128{a} % b); });
        add("div." + us, [=](auto a, auto b) {
            return b == 0 ? Maybe() : wrap(static_cast<i128>(unsign(a) / unsign(b)));
        });
        add("rem." + us, [=](auto a, auto b) {
            return b == 0 ? Maybe() : wrap(static_cast<i128>(unsign(a) % unsign(b)));
        });
        add("and." + s, [=](auto a, auto b) { return a & b; });
        add("or." + s, [=](auto a, auto b) { return a | b; });
        add("xor." + s, [=](auto a, auto b) { return a ^ b; });
        add("shl." + s,
            [=](auto a, auto b) { return wrap(static_cast<i128>(unsign(a) << (b & (bits - 1)))); });
        add("shr." + s, [=](auto a, auto b) { return wrap(i128{a} >> (b & (bits - 1))); });
        add("shr." + us,
            [=](auto a, auto b) { return wrap(static_cast<i128>(unsign(a) >> (b & (bits - 1)))); });
        auto rotate = [=](std::int64_t a, std::int64_t n) {
            const u128 v = unsign(a);
            n &= bits - 1;
            return wrap(static_cast<i128>((v << n) | (v >> (bits - n))));
        };
        add("rotl." + s, [=](auto a, auto b) { return rotate(a, b); });
        add("rotr." + s, [=](auto a, auto b) { return rotate(a, bits - (b & (bits - 1))); });
        auto signed_fit = bits == 32 ? fits<std::int32_t> : fits<std::int64_t>;
        auto unsigned_fit = bits == 32 ? fits<std::uint32_t> : fits<std::uint64_t>;
        auto wide = [unsign](std::int64_t v) { return static_cast<i128>(unsign(v)); };
        add("add.checked." + s, [=](auto a, auto b) { return signed_fit(i128{a} + b); });
        add("sub.checked." + s, [=](auto a, auto b) { return signed_fit(i128{a} - b); });
        add("mul.checked." + s, [=](auto a, auto b) { return signed_fit(i128{a} * b); });
        add("add.checked." + us, [=](auto a, auto b) { return unsigned_fit(wide(a) + wide(b)); });
        add("sub.checked." + us, [=](auto a, auto b) { return unsigned_fit(wide(a) - wide(b)); });
        add("mul.checked." + us, [=](auto a, auto b) {
            const u128 product = unsign(a) * unsign(b);
            return product > (bits == 32 ? u128{UINT32_MAX} : u128{UINT64_MAX})
                       ? Maybe()
                       : wrap(static_cast<i128>(product));
        });
    }
    rows.push_back({"mulhi.i64", 64, [](auto a, auto b) { return wrap64((i128{a} * b) >> 64); }});
    rows.push_back({"mulhi.u64", 64,
                    [](auto a, auto b) { return static_cast<std::int64_t>((u128{u64(a)} * u64(b)) >> 64); }});
    return rows;
}

std::vector<Row> comparison_rows() {
    std::vector<Row> rows;
    for (int bits : {32, 64}) {
        const std::string s = bits == 32 ? "i32" : "i64", us = bits == 32 ? "u32" : "u64";
        auto unsign = [bits](std::int64_t v) { return bits == 32 ? std::uint64_t{u32(v)} : u64(v); };
        rows.push_back({"eq." + s, bits, [](auto a, auto b) { return a == b; }});
        rows.push_back({"ne." + s, bits, [](auto a, auto b) { return a != b; }});
        rows.push_back({"lt." + s, bits, [](auto a, auto b) { return a < b; }});
        rows.push_back({"le." + s, bits, [](auto a, auto b) { return a <= b; }});
        rows.push_back({"lt." + us, bits, [=](auto a, auto b) { return unsign(a) < unsign(b); }});
        rows.push_back({"le." + us, bits, [=](auto a, auto b) { return unsign(a) <= unsign(b); }});
    }
    return rows;
}

const std::vector<std::int64_t> kEdges = {0,
                                          1,
                                          -1,
                                          2,
                                          3,
                                          7,
                                          -7,
                                          31,
                                          32,
                                          63,
                                          64,
                                          100,
                                          -100,
                                          32767,
                                          32768,
                                          -32768,
                                          -32769,
                                          65535,
                                          INT32_MAX,
                                          INT32_MIN,
                                          INT32_MAX - 1,
                                          INT64_MAX,
                                          INT64_MIN,
                                          INT64_MIN + 1,
                                          0x123456789ABCDEF};

std::vector<std::int64_t> edges(int bits) {
    std::set<std::int64_t> values;
    for (std::int64_t v : kEdges) values.insert(bits == 32 ? wrap32(v) : v);
    return {values.begin(), values.end()};
}

// One function per row and form. `form` 0: registers; 1: right constant; 2: left constant.
std::string function_text(const Row& row, const std::string& name, int form, std::int64_t constant,
                          bool compares, bool branches) {
    const std::string type = row.bits == 32 ? "i32" : "i64";
    const std::string result = compares && !branches ? "bool" : type;
    std::string text = ".function public static " + name + "(a: " + type + (form == 0 ? ", b: " + type : "") +
                       ") " + result + "\n";
    const std::string left = form == 2 ? "r2" : "r0", right = form == 0 ? "r1" : form == 1 ? "r2" : "r0";
    if (form == 0) {
        text += "  .regs r2: " + result + "\n  .line 1:1\n";
        if (branches)
            return text + "  br." + row.mnemonic +
                   " r0, r1, yes\n  const.int r2, 0\n  ret r2\nyes:\n  const.int r2, 1\n  ret r2\n.end\n";
        return text + "  " + row.mnemonic + " r2, r0, r1\n  ret r2\n.end\n";
    }
    text +=
        "  .regs r1: " + result + ", r2: " + type + "\n  const.int r2, " + std::to_string(constant) + "\n";
    if (branches)
        return text + "  br." + row.mnemonic + " " + left + ", " + right +
               ", yes\n  const.int r1, 0\n  ret r1\nyes:\n  const.int r1, 1\n  ret r1\n.end\n";
    return text + "  " + row.mnemonic + " r1, " + left + ", " + right + "\n  ret r1\n.end\n";
}

void check_row(VmFixture& fixture, Thread& thread, const Row& row, Function& f, std::vector<Slot> args,
               Maybe expected) {
    Slot result = 0;
    const bool returned = invoke(thread, f, args, &result);
    const std::int64_t a = static_cast<std::int64_t>(args[0]);
    INFO(row.mnemonic << " " << f.display_name << " first argument " << a);
    REQUIRE(returned == expected.has_value());
    if (returned) {
        REQUIRE(static_cast<std::int64_t>(result) == *expected);
    } else {
        REQUIRE(describe_error(thread, thread.pending).find("std.core.ArithmeticError") == 0);
        thread.pending = nullptr;
    }
    (void)fixture;
}

void check_rows(const std::vector<Row>& rows, bool compares, bool branches) {
    std::string text = ".module t\n";
    for (std::size_t r = 0; r < rows.size(); ++r) {
        const std::string base = "f" + std::to_string(r) + "x";
        text += function_text(rows[r], base, 0, 0, compares, branches);
        int n = 0;
        for (std::int64_t k : edges(rows[r].bits)) {
            text += function_text(rows[r], base + "R" + std::to_string(n), 1, k, compares, branches);
            text += function_text(rows[r], base + "L" + std::to_string(n), 2, k, compares, branches);
            ++n;
        }
    }
    VmFixture fixture(text);
    auto thread = fixture.vm.attach_thread();
    for (std::size_t r = 0; r < rows.size(); ++r) {
        const Row& row = rows[r];
        const std::string base = "f" + std::to_string(r) + "x";
        Function& in_registers = fixture.function("t", base);
        const auto values = edges(row.bits);
        for (std::size_t i = 0; i < values.size(); ++i) {
            Function& right = fixture.function("t", base + "R" + std::to_string(i));
            Function& left = fixture.function("t", base + "L" + std::to_string(i));
            for (std::int64_t other : values) {
                const std::int64_t k = values[i];
                check_row(fixture, *thread, row, in_registers, {u64(other), u64(k)}, row.oracle(other, k));
                check_row(fixture, *thread, row, right, {u64(other)}, row.oracle(other, k));
                check_row(fixture, *thread, row, left, {u64(other)}, row.oracle(k, other));
            }
        }
    }
}

}  // namespace

TEST_CASE("integer instructions agree with 128-bit arithmetic") {
    check_rows(integer_rows(), false, false);
}

TEST_CASE("integer comparisons give the right bool") {
    check_rows(comparison_rows(), true, false);
}

TEST_CASE("integer compare-and-branch goes the right way") {
    check_rows(comparison_rows(), true, true);
}

TEST_CASE("floating-point instructions agree with the C++ operators") {
    const char* names[] = {"add.f64", "sub.f64", "mul.f64", "div.f64"};
    std::string text = ".module t\n";
    for (const char* name : names) {
        text += std::string(".function public static ") + std::string(name, 3) +
                "(a: f64, b: f64) f64\n .regs r2: f64\n " + name + " r2, r0, r1\n ret r2\n.end\n";
    }
    for (const char* name : {"min.f64", "max.f64"}) {
        text += std::string(".function public static ") + std::string(name, 3) +
                "(a: f64, b: f64) f64\n .regs r2: f64\n " + name + " r2, r0, r1\n ret r2\n.end\n";
    }
    for (const char* name : {"lt", "le", "eq", "ne", "nlt", "nle"}) {
        text += std::string(".function public static br_") + name +
                "(a: f64, b: f64) i64\n .regs r2: i64\n br." + name +
                ".f64 r0, r1, yes\n const.int r2, 0\n ret r2\nyes:\n const.int r2, 1\n ret r2\n.end\n";
    }
    VmFixture fixture(text);
    auto thread = fixture.vm.attach_thread();
    const double inf = std::numeric_limits<double>::infinity(),
                 nan = std::numeric_limits<double>::quiet_NaN();
    const std::vector<double> values = {0.0, -0.0, 1.0, -1.5, 1e308, -1e308, 5e-324, inf, -inf, nan, 3.25};
    auto same = [](double x, double y) {
        return std::bit_cast<Slot>(x) == std::bit_cast<Slot>(y) || (x != x && y != y);
    };
    for (double a : values) {
        for (double b : values) {
            const std::vector<Slot> args = {std::bit_cast<Slot>(a), std::bit_cast<Slot>(b)};
            auto run = [&](const char* name) { return fixture.call(*thread, name, args); };
            CAPTURE(a, b);
            CHECK(same(std::bit_cast<double>(run("add")), a + b));
            CHECK(same(std::bit_cast<double>(run("sub")), a - b));
            CHECK(same(std::bit_cast<double>(run("mul")), a * b));
            CHECK(same(std::bit_cast<double>(run("div")), a / b));
            const bool any_nan = a != a || b != b;
            const bool both_zero = a == 0 && b == 0;
            const double least = any_nan ? nan : both_zero ? (std::signbit(a) ? a : b) : std::fmin(a, b);
            const double most = any_nan ? nan : both_zero ? (std::signbit(a) ? b : a) : std::fmax(a, b);
            CHECK(same(std::bit_cast<double>(run("min")), least));
            CHECK(same(std::bit_cast<double>(run("max")), most));
            CHECK(run("br_lt") == (a < b));
            CHECK(run("br_le") == (a <= b));
            CHECK(run("br_eq") == (a == b));
            CHECK(run("br_ne") == (a != b));
            CHECK(run("br_nlt") == !(a < b));
            CHECK(run("br_nle") == !(a <= b));
        }
    }
}

TEST_CASE("saturating and trapping conversions") {
    VmFixture fixture(R"(
.module t
.function public static sat32(a: f64) i32
  .regs r1: i32
  f64.i32.sat r1, r0
  ret r1
.end
.function public static satu32(a: f64) u32
  .regs r1: u32
  f64.u32.sat r1, r0
  ret r1
.end
.function public static sat64(a: f64) i64
  .regs r1: i64
  f64.i64.sat r1, r0
  ret r1
.end
.function public static satu64(a: f64) u64
  .regs r1: u64
  f64.u64.sat r1, r0
  ret r1
.end
.function public static trap64(a: f64) i64
  .regs r1: i64
  f64.i64.trap r1, r0
  ret r1
.end
)");
    auto thread = fixture.vm.attach_thread();
    struct Case {
        double in;
        std::int64_t s32, u32, s64;
        std::uint64_t u64;
        bool traps;
    };
    const double inf = std::numeric_limits<double>::infinity();
    const Case cases[] = {
        {0.0, 0, 0, 0, 0, false},
        {-1.9, -1, 0, -1, 0, false},
        {2.9, 2, 2, 2, 2, false},
        {4294967295.0, INT32_MAX, -1, 4294967295, 4294967295, false},  // u32 is kept sign-extended
        {1e10, INT32_MAX, -1, 10000000000, 10000000000, false},
        {-1e10, INT32_MIN, 0, -10000000000, 0, false},
        {9223372036854775808.0, INT32_MAX, -1, INT64_MAX, 9223372036854775808ull, true},
        {-9223372036854775808.0, INT32_MIN, 0, INT64_MIN, 0, false},
        {1e300, INT32_MAX, -1, INT64_MAX, UINT64_MAX, true},
        {inf, INT32_MAX, -1, INT64_MAX, UINT64_MAX, true},
        {-inf, INT32_MIN, 0, INT64_MIN, 0, true},
        {std::numeric_limits<double>::quiet_NaN(), 0, 0, 0, 0, true},
    };
    for (const Case& c : cases) {
        CAPTURE(c.in);
        const std::vector<Slot> args = {std::bit_cast<Slot>(c.in)};
        CHECK(static_cast<std::int64_t>(fixture.call(*thread, "sat32", args)) == c.s32);
        CHECK(static_cast<std::int64_t>(fixture.call(*thread, "satu32", args)) == c.u32);
        CHECK(static_cast<std::int64_t>(fixture.call(*thread, "sat64", args)) == c.s64);
        CHECK(fixture.call(*thread, "satu64", args) == c.u64);
        if (c.traps) {
            CHECK(fixture.call_error(*thread, "trap64", args).find("std.core.ArithmeticError") == 0);
        } else {
            CHECK(static_cast<std::int64_t>(fixture.call(*thread, "trap64", args)) == c.s64);
        }
    }
}

}  // namespace skua::vm::test
