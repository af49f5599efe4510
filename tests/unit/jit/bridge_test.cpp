// Compiled code that calls what is interpreted, by hand-written code: values, errors, depth, hotness.
#include <bit>

#include "hand_code.h"

namespace skua::jit::test {
namespace {

using vm::Slot;

Slot bits(double x) {
    return std::bit_cast<Slot>(x);
}
Slot bits(float x) {
    return std::bit_cast<std::uint32_t>(x);
}

// The bodies of NAME_jit are never run; where the linker would copy them into their caller, a handler keeps
// it from that.
constexpr const char* kBridgeProgram = R"(
.module t
.function public static sub(a: i64, b: i64) i64
  .regs r2: i64
  sub.i64 r2, r0, r1
  ret r2
.end
.function public static sub_jit(a: i64, b: i64) i64
  ret r0
.end
.function public static ratio(a: f32, b: f32) f32
  .regs r2: f32
  div.f32 r2, r0, r1
  ret r2
.end
.function public static ratio_jit(a: f32, b: f32) f32
  ret r0
.end
.function public static nothing() void
  ret.void
.end
.function public static nothing_jit() void
  ret.void
.end
.function public static divide(a: i64, b: i64) i64
  .regs r2: i64
  div.i64 r2, r0, r1
  ret r2
.end
.function public static divide_jit(a: i64, b: i64) i64
  .regs r2: i64, r3: std.core.Error
  .handler try..end -> end, std.core.Error, r3
try:
  add.i64 r2, r0, r0
end:
  ret r0
.end
.function public static guarded(a: i64, b: i64) i64
  .regs r2: i64, r3: std.core.Error
  .handler try..end -> catch, std.core.ArithmeticError, r3
try:
  call r2, t::divide_jit(i64,i64)i64, (r0, r1)
end:
  ret r2
catch:
  const.int r2, -7
  ret r2
.end
.function public static guarded_jit(a: i64, b: i64) i64
  ret r0
.end
.function public static down(n: i64) i64
  .regs r1: i64, r2: i64, r3: i64
  const.int r1, 0
  br.eq.i64 r0, r1, done
  const.int r2, 1
  sub.i64 r3, r0, r2
  call r3, t::down_jit(i64)i64, (r3)
  add.i64 r1, r3, r2
done:
  ret r1
.end
.function public static down_jit(n: i64) i64
  .regs r1: i64, r2: std.core.Error
  .handler try..end -> end, std.core.Error, r2
try:
  add.i64 r1, r0, r0
end:
  ret r0
.end
)";

struct Bridged : HandMachine {
    Bridged() : HandMachine(kBridgeProgram), thread(vm.attach_thread()) { REQUIRE(thread != nullptr); }
    // NAME_jit forwards to NAME.
    void forward(std::string_view name) {
        HandMachine::forward(linked(*thread, std::string(name) + "_jit"), function("t", name));
    }
    std::unique_ptr<vm::Thread, void (*)(vm::Thread*)> thread;
};

TEST_CASE("Arguments and a result cross the bridge, and the callee is linked on the way") {
    Bridged m;
    m.forward("sub");
    m.forward("ratio");
    m.forward("nothing");
    CHECK(m.call(*m.thread, "sub_jit", {50, 8}) == 42);
    CHECK(m.call(*m.thread, "ratio_jit", {bits(1.0f), bits(4.0f)}) == bits(0.25f));
    CHECK(vm::invoke(*m.thread, m.function("t", "nothing_jit"), {}, nullptr));
    CHECK(m.thread->compiled.boundary_sp == 0);
    CHECK(m.thread->native_depth == 0);
}

TEST_CASE("More leaves than there are registers, of all kinds, in and out") {
    // Twenty parameters; the function gives them back as one tuple, from the last to the first.
    const char* const kinds[] = {"i64", "f64", "f32", "i64", "f64", "i64", "i64", "f32", "i64", "f64",
                                 "i64", "i64", "f32", "f64", "f64", "f64", "i64", "f32", "f64", "i64"};
    constexpr std::size_t n = std::size(kinds);
    for (const std::size_t first : {0u, 1u, 2u}) {  // which kind the first result has
        std::vector<std::size_t> order;
        for (std::size_t i = 0; i < n; ++i) order.push_back(first == 0 ? n - 1 - i : (i + first) % n);
        std::string params, results, values;
        for (std::size_t i = 0; i < n; ++i) {
            params += (i ? ", " : "") + ("p" + std::to_string(i)) + ": " + kinds[i];
            results += (i ? "," : "") + std::string(kinds[order[i]]);
            values += (i ? ", r" : "r") + std::to_string(order[i]);
        }
        const auto declare = [&](const std::string& name, const std::string& from) {
            return ".function public static " + name + "(" + params + ") (" + results + ")\n  .regs r" +
                   std::to_string(n) + ": (" + results + ")\n" + from + "  ret r" + std::to_string(n) +
                   "\n.end\n";
        };
        const std::string pack = "  pack r" + std::to_string(n) + ", (" + values + ")\n";
        HandMachine m(".module t\n" + declare("mix", pack) + declare("mix_jit", ""));
        auto thread = m.vm.attach_thread();
        m.forward(m.linked(*thread, "mix_jit"), m.function("t", "mix"));
        std::vector<Slot> args;
        for (std::size_t i = 0; i < n; ++i) {
            const auto number = static_cast<int>(i) - 9;
            args.push_back(kinds[i][0] == 'i'                    ? static_cast<Slot>(number * 1000003)
                           : std::string_view(kinds[i]) == "f64" ? bits(number * 0.37)
                                                                 : bits(static_cast<float>(number) * 1.5f));
        }
        Slot got[n] = {};
        REQUIRE(vm::invoke(*thread, m.function("t", "mix_jit"), args, got));
        for (std::size_t i = 0; i < n; ++i) {
            INFO("result " << i << ", first " << first);
            CHECK(got[i] == args[order[i]]);
        }
    }
}

TEST_CASE("An error leaves compiled frames and is caught by the interpreter") {
    Bridged m;
    m.forward("divide");
    m.forward("guarded");
    CHECK(m.call(*m.thread, "guarded", {12, 4}) == 3);
    CHECK(m.call(*m.thread, "guarded", {12, 0}) == static_cast<Slot>(-7));
    // compiled, interpreted, compiled, interpreted
    CHECK(m.call(*m.thread, "guarded_jit", {12, 0}) == static_cast<Slot>(-7));
    CHECK(m.call(*m.thread, "guarded_jit", {12, 6}) == 2);
    CHECK(m.thread->compiled.boundary_sp == 0);
    CHECK(m.thread->native_depth == 0);
    CHECK(m.thread->pending == nullptr);
}

TEST_CASE("A trace names interpreted and compiled frames alike") {
    Bridged m;
    m.forward("divide");
    const std::string interpreted = m.call_error(*m.thread, "divide", {1, 0});
    const std::string text = m.call_error(*m.thread, "divide_jit", {1, 0});
    const std::size_t inner = text.find("at t.divide "), outer = text.find("at t.divide_jit ");
    INFO(text);
    REQUIRE(inner != std::string::npos);
    REQUIRE(outer != std::string::npos);
    CHECK(inner < outer);
    CHECK(std::count(text.begin(), text.end(), '\n') ==
          std::count(interpreted.begin(), interpreted.end(), '\n') + 1);
}

TEST_CASE("Interpreted and compiled frames alternate as deep as the stack allows") {
    Bridged m;
    m.forward("down");
    CHECK(m.call(*m.thread, "down", {3000}) == 3000);
    for (int i = 0; i < 2; ++i) {
        const std::string text = m.call_error(*m.thread, "down", {1'000'000'000});
        CHECK(text.find("StackOverflowError") != std::string::npos);
        CHECK(text.find("more calls") != std::string::npos);
        CHECK(m.thread->compiled.boundary_sp == 0);
        CHECK(m.thread->native_depth == 0);
        CHECK(m.thread->fp == nullptr);
        CHECK(m.call(*m.thread, "down_jit", {3000}) == 3000);
    }
}

TEST_CASE("Once the callee is compiled, calls no longer take the bridge") {
    Bridged m;
    m.forward("sub");
    CHECK(m.call(*m.thread, "sub_jit", {5, 3}) == 2);
    m.function("t", "sub").compiled_entry = m.code(0, [](x86::Assembler& a, CodeRange&) {
        a.lea(x86::rax, x86::ptr(x86::rdi, x86::rsi, 0));
        a.ret();
    });
    CHECK(m.call(*m.thread, "sub_jit", {5, 3}) == 8);
}

TEST_CASE("Calls across the bridge make their callee hot") {
    Bridged m;
    m.forward("sub");
    vm::Function& callee = m.function("t", "sub");
    for (int i = 0; i < 200; ++i) m.call(*m.thread, "sub_jit", {5, 3});
    CHECK(std::count(m.tier->hot.begin(), m.tier->hot.end(), &callee) > 2);
    CHECK(callee.samples > 40);
}

TEST_CASE("An interrupt is served on the bridge") {
    Bridged m;
    m.forward("sub");
    m.call(*m.thread, "sub_jit", {5, 3});
    m.thread->request_interrupt();
    m.thread->ticks = 1;  // the call of sub_jit uses it up
    const std::string text = m.call_error(*m.thread, "sub_jit", {5, 3});
    CHECK(text.find("InterruptError") != std::string::npos);
    CHECK(text.find("at t.sub_jit ") != std::string::npos);
    CHECK(m.call(*m.thread, "sub_jit", {5, 3}) == 2);
}

}  // namespace
}  // namespace skua::jit::test
