// When the tier compiles what, and that it changes nothing but the time.
#include "skua/vm/tier.h"

#include <chrono>
#include <thread>

#include "run/loop_nest.h"
#include "run/trampolines.h"
#include "skua/jit/jit.h"
#include "vm_fixture.h"

namespace skua::jit {
namespace {

using vm::Function;
using vm::Instr;
using vm::LOp;
using vm::Slot;

// sum(n): 0 + 1 + ... + (n - 1). nest(n, m): n times m times 1. twice(a): by two calls of a function that is
// too long to be copied. guarded(a, b): a / b, or -1. down(n): n, by recursion. forever(): a loop without an
// end. tree(n): 2 to the n, by recursion.
constexpr const char* kProgram = R"(
.module t
.function public static sum(n: i64) i64
  .regs r1: i64, r2: i64, r3: i64
  const.int r3, 1
loop:
  br.le.i64 r0, r1, done
  add.i64 r2, r2, r1
  add.i64 r1, r1, r3
  br loop
done:
  ret r2
.end
.function public static nest(n: i64, m: i64) i64
  .regs r2: i64, r3: i64, r4: i64, r5: i64
  const.int r5, 1
outer:
  br.le.i64 r0, r2, done
  const.int r3, 0
inner:
  br.le.i64 r1, r3, next
  add.i64 r4, r4, r5
  add.i64 r3, r3, r5
  br inner
next:
  add.i64 r2, r2, r5
  br outer
done:
  ret r4
.end
.function public static part(a: i64) i64
  .regs r1: i64, r2: i64
  const.int r1, 1234567890123
  xor.i64 r2, r0, r1
  xor.i64 r2, r2, r1
  add.i64 r2, r2, r1
  sub.i64 r2, r2, r1
  xor.i64 r2, r2, r1
  xor.i64 r2, r2, r1
  add.i64 r2, r2, r1
  sub.i64 r2, r2, r1
  xor.i64 r2, r2, r1
  xor.i64 r2, r2, r1
  add.i64 r2, r2, r1
  sub.i64 r2, r2, r1
  xor.i64 r2, r2, r1
  xor.i64 r2, r2, r1
  add.i64 r2, r2, r1
  sub.i64 r2, r2, r1
  xor.i64 r2, r2, r1
  xor.i64 r2, r2, r1
  add.i64 r2, r2, r1
  sub.i64 r2, r2, r1
  ret r2
.end
.function public static twice(a: i64) i64
  .regs r1: i64, r2: i64
  call r1, t::part(i64)i64, (r0)
  call r2, t::part(i64)i64, (r0)
  add.i64 r1, r1, r2
  ret r1
.end
.function public static guarded(a: i64, b: i64) i64
  .regs r2: i64, r3: std.core.Error
  .handler try..end -> catch, std.core.ArithmeticError, r3
try:
  div.i64 r2, r0, r1
end:
  ret r2
catch:
  const.int r2, -1
  ret r2
.end
.function public static down(n: i64) i64
  .regs r1: i64, r2: i64, r3: i64
  br.eq.i64 r0, r1, done
  const.int r2, 1
  sub.i64 r3, r0, r2
  call r3, t::down(i64)i64, (r3)
  add.i64 r1, r3, r2
done:
  ret r1
.end
.function public static forever() i64
  .regs r0: i64, r1: i64
  const.int r1, 3
loop:
  add.i64 r0, r0, r1
  br loop
  ret r0
.end
.function public static tree(n: i64) i64
  .regs r1: i64, r2: i64, r3: i64
  const.int r1, 1
  br.lt.i64 r0, r1, leaf
  sub.i64 r0, r0, r1
  call r2, t::tree(i64)i64, (r0)
  call r3, t::tree(i64)i64, (r0)
  add.i64 r2, r2, r3
  ret r2
leaf:
  ret r1
.end
)";

Options with_threshold(std::uint32_t threshold, bool background = false) {
    Options options;
    options.threshold = threshold;
    options.background = background;
    options.code_cache = 1 << 20;
    return options;
}

struct Machine : vm::test::VmFixture {
    explicit Machine(const Options& options, std::string_view program = kProgram)
        : VmFixture(program), background(options.background) {
        std::string why_not;
        auto tier = make_tier(vm, options, why_not);
        INFO(why_not);
        REQUIRE(tier != nullptr);
        vm.set_tier(std::move(tier));
        thread = vm.attach_thread();
        REQUIRE(thread != nullptr);
    }
    Slot run(std::string_view name, std::vector<Slot> args) { return call(*thread, name, std::move(args)); }
    bool compiled(std::string_view name) {
        Function& f = function("t", name);
        const bool whole = f.code.load() == f.compiled_stub;
        const bool entered = f.compiled_entry.load() != reinterpret_cast<const void*>(&skua_jit_bridge);
        // The entry is published first: in the background, perhaps between the two loads.
        CHECK((entered == whole || (background && entered)));
        return whole;
    }
    // Words of marked loop headers.
    std::vector<std::size_t> marked(std::string_view name) {
        std::vector<std::size_t> words;
        const auto& code = function("t", name).body.load()->code;
        for (const Instr* header : headers(name))
            if (header->op >= static_cast<std::uint16_t>(LOp::Count))
                words.push_back(static_cast<std::size_t>(header - code.data()));
        return words;
    }
    // Targets of back edges, ascending.
    std::vector<const Instr*> headers(std::string_view name) {
        std::vector<const Instr*> found;
        const auto& code = function("t", name).body.load()->code;
        for (std::size_t w = 0; w < code.size(); ++w) {
            // The test's functions have no second words.
            if (vm::plain_op(code[w].op) == LOp::JmpL) found.push_back(&code[w] + code[w].imm32());
            if (vm::plain_op(code[w].op) == LOp::JLtL) found.push_back(&code[w] + code[w].sc());
        }
        std::sort(found.begin(), found.end());
        return found;
    }

    const bool background;
    std::unique_ptr<vm::Thread, void (*)(vm::Thread*)> thread{nullptr, nullptr};
};

Slot sum_to(Slot n) {
    return n * (n - 1) / 2;
}

TEST_CASE("With a threshold of zero everything is compiled when it is first called") {
    Machine m(with_threshold(0));
    CHECK(m.run("twice", {21}) == 42);
    CHECK(m.compiled("twice"));
    CHECK(m.compiled("part"));
    CHECK(m.run("sum", {1000}) == sum_to(1000));
    CHECK(m.compiled("sum"));
    CHECK_FALSE(m.compiled("down"));  // never called
}

TEST_CASE("A function is compiled when it has been called often enough") {
    Machine m(with_threshold(1000));
    for (int i = 0; i < 500; ++i) m.run("part", {7});
    CHECK_FALSE(m.compiled("part"));
    for (int i = 0; i < 1500; ++i) m.run("part", {7});
    CHECK(m.compiled("part"));
    CHECK(m.run("part", {7}) == 7);
    CHECK_FALSE(m.compiled("sum"));
}

TEST_CASE("Functions that are called in turn are all compiled") {
    Machine m(with_threshold(8192));
    const char* const names[] = {"part", "sum", "nest", "down", "guarded"};
    for (int i = 0; i < 20'000; ++i) {  // five calls a round: no divisor of what lies between two samples
        m.run("part", {7});
        m.run("sum", {0});
        m.run("nest", {0, 0});
        m.run("down", {0});
        m.run("guarded", {6, 3});
    }
    for (const char* name : names) CHECK(m.compiled(name));
}

TEST_CASE("A loop of a function that is called once is taken over in its middle") {
    Machine m(with_threshold(1000));
    constexpr Slot kLoops = 5'000'000;
    CHECK(m.run("sum", {kLoops}) == sum_to(kLoops));
    CHECK(m.marked("sum").size() == 1);
    CHECK_FALSE(m.compiled("sum"));
    // Compiled code does not count.
    CHECK(m.function("t", "sum").samples < kLoops / 100);
    // The next call enters the loop's code when it comes there, with the frame as it is.
    for (Slot n : {Slot{0}, Slot{1}, Slot{10}, Slot{12345}}) CHECK(m.run("sum", {n}) == sum_to(n));
}

TEST_CASE("The outermost loop around a header is found") {
    Machine m(with_threshold(1u << 30));
    m.run("nest", {1, 1});
    m.run("sum", {1});
    const auto nest = m.headers("nest");
    REQUIRE(nest.size() == 2);
    const vm::LinkedBody& body = *m.function("t", "nest").body.load();
    CHECK(outermost_loop(body, nest[1]) == nest[0]);
    CHECK(outermost_loop(body, nest[0]) == nest[0]);
    const auto sum = m.headers("sum");
    REQUIRE(sum.size() == 1);
    CHECK(outermost_loop(*m.function("t", "sum").body.load(), sum[0]) == sum[0]);
}

TEST_CASE("Of nested loops the outermost gets the code") {
    Machine m(with_threshold(1000));
    CHECK(m.run("nest", {2000, 500}) == 1'000'000);
    const auto& code = m.function("t", "nest").body.load()->code;
    const auto outer = static_cast<std::size_t>(m.headers("nest")[0] - code.data());
    CHECK(m.marked("nest") == std::vector<std::size_t>{outer});
    CHECK(m.function("t", "nest").samples < 20'000);
}

TEST_CASE("An inner loop that does not end soon gets code of its own") {
    Machine m(with_threshold(80));
    constexpr Slot kLoops = 3'000'000;
    CHECK(m.run("nest", {1, kLoops}) == kLoops);
    CHECK(m.marked("nest").size() == 2);
    CHECK(m.function("t", "nest").samples < kLoops / 10);
    CHECK(m.run("nest", {3, 4}) == 12);
}

TEST_CASE("Compiling in the background makes no difference to results") {
    Machine m(with_threshold(50, true));
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    int wrong = 0;
    while ((!m.compiled("sum") || !m.compiled("twice") || !m.compiled("part")) &&
           std::chrono::steady_clock::now() < until) {
        wrong += m.run("sum", {37}) != sum_to(37);
        wrong += m.run("twice", {5}) != 10;
    }
    CHECK(wrong == 0);
    CHECK(m.compiled("sum"));
    CHECK(m.compiled("twice"));
    CHECK(m.compiled("part"));
}

TEST_CASE("Compiled code catches its exceptions") {
    Machine m(with_threshold(0));
    for (int i = 0; i < 20'000; ++i)
        REQUIRE(m.run("guarded", {12, static_cast<Slot>(i % 3)}) == (i % 3 ? 12 / (i % 3) : ~Slot{0}));
    CHECK(m.compiled("guarded"));
}

TEST_CASE("Only functions of the given name are compiled") {
    Options options = with_threshold(0);
    options.only = "t.par";
    Machine m(options);
    CHECK(m.run("twice", {21}) == 42);
    CHECK(m.compiled("part"));
    CHECK_FALSE(m.compiled("twice"));
}

TEST_CASE("When the cache is full, the rest is interpreted") {
    std::string program = ".module t\n";
    constexpr int kFunctions = 300;
    for (int i = 0; i < kFunctions; ++i) {
        program += ".function public static f" + std::to_string(i) +
                   "(a: i64) i64\n  .regs r1: i64\n  const.int r1, " + std::to_string(i + 1) + "\n";
        for (int k = 0; k < 6; ++k) program += "  add.i64 r0, r0, r1\n  div.i64 r0, r0, r1\n";
        program += "  ret r0\n.end\n";
    }
    Options options = with_threshold(0);
    options.code_cache = 32 << 10;
    Machine m(options, program);
    int compiled = 0;
    for (int round = 0; round < 2; ++round) {
        compiled = 0;
        for (int i = 0; i < kFunctions; ++i) {
            Slot expected = 1000;
            for (int k = 0; k < 6; ++k)
                expected = (expected + static_cast<Slot>(i) + 1) / (static_cast<Slot>(i) + 1);
            const std::string name = "f" + std::to_string(i);
            REQUIRE(m.run(name, {1000}) == expected);
            compiled += m.compiled(name);
        }
    }
    CHECK(compiled > 10);
    CHECK(compiled < kFunctions);
    CHECK_FALSE(m.compiled("f" + std::to_string(kFunctions - 1)));
}

TEST_CASE("An interrupt ends a compiled loop") {
    for (const std::uint32_t threshold : {0u, 100u}) {
        Machine m(with_threshold(threshold));
        std::thread other([&] {
            std::this_thread::sleep_for(std::chrono::milliseconds(100));
            m.thread->request_interrupt();
        });
        const std::string text = m.call_error(*m.thread, "forever", {});
        other.join();
        CHECK(text.find("InterruptError") != std::string::npos);
        CHECK(text.find("at t.forever ") != std::string::npos);
        if (threshold != 0) CHECK(m.marked("forever").size() == 1);
        CHECK(m.run("sum", {10}) == 45);
    }
}

TEST_CASE("An interrupt ends a recursion without loops") {
    for (const std::uint32_t threshold : {0u, 1u << 30}) {
        Machine m(with_threshold(threshold));
        CHECK(m.run("tree", {10}) == 1024);
        std::thread other([&] {
            std::this_thread::sleep_for(std::chrono::milliseconds(100));
            m.thread->request_interrupt();
        });
        const std::string text = m.call_error(*m.thread, "tree", {60});
        other.join();
        CHECK(text.find("InterruptError") != std::string::npos);
        CHECK(text.find("at t.tree ") != std::string::npos);
        CHECK(m.run("tree", {10}) == 1024);
    }
}

TEST_CASE("Compiled recursion ends in a StackOverflowError, deeper than interpreted") {
    const auto deepest = [](std::uint32_t threshold) {
        Machine m(with_threshold(threshold));
        const std::string text = m.call_error(*m.thread, "down", {1'000'000'000});
        CHECK(text.find("StackOverflowError") != std::string::npos);
        CHECK(m.run("down", {1000}) == 1000);
        const std::size_t more = text.find("... and ");
        REQUIRE(more != std::string::npos);
        return std::stoull(text.substr(more + 8));
    };
    const auto interpreted = deepest(1u << 30), compiled = deepest(0);
    CHECK(interpreted > 10'000);
    CHECK(compiled >= interpreted);
}

TEST_CASE("Threads run what is being compiled under them") {
    Machine m(with_threshold(200, true));
    m.run("sum", {1});
    gc::prepare_threads();
    std::atomic<int> wrong{0};
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([&] {
            auto own = m.vm.attach_thread();
            const auto run = [&](Function& f, std::vector<Slot> args) {
                Slot result = 0;
                return vm::invoke(*own, f, args, &result) ? result : ~Slot{0};
            };
            Function &sum = m.function("t", "sum"), &twice = m.function("t", "twice"),
                     &nest = m.function("t", "nest"), &down = m.function("t", "down");
            for (Slot i = 0; i < 300; ++i) {
                wrong += run(sum, {i}) != (i == 0 ? 0 : sum_to(i));
                wrong += run(twice, {i}) != 2 * i;
                wrong += run(nest, {i, 10}) != 10 * i;
                wrong += run(down, {i}) != i;
            }
        });
    }
    for (auto& thread : threads) thread.join();
    CHECK(wrong == 0);
}

TEST_CASE("A machine may end while it compiles") {
    for (int i = 0; i < 20; ++i) {
        Machine m(with_threshold(1, true));
        m.run("twice", {1});
        m.run("sum", {5});
        m.run("nest", {5, 5});
    }
}

}  // namespace
}  // namespace skua::jit
