// Walking compiled frames on a stack that the test has laid out.
#include "run/frame_walk.h"

namespace skua::jit {
namespace {

constexpr std::uint32_t kSmall = 8, kLarge = 40;  // bytes from rsp to the return address

// Two pieces of code: `leaf` with the small frame, whose call has two guest frames; `loop` with the large
// one, with one guest frame at its first call and none at its second, which is its last instruction.
struct Laid {
    Laid() {
        REQUIRE(cache.reserve(4096));
        leaf = cache.allocate(32).run;
        loop = cache.allocate(32).run;  // begins where leaf ends
        add({.start = leaf,
             .size = 32,
             .frame_size = kSmall,
             .calls = {{32, 0, 2}},
             .frames = {&instrs[0], &instrs[1]},
             .live = {}});
        // Behind one outgoing word four slots; of the first call the second and the fourth are used
        // afterwards.
        add({.start = loop,
             .size = 32,
             .frame_size = kLarge,
             .calls = {{10, 0, 1, 0, 0}, {32, 0, 0}},
             .frames = {&instrs[2]},
             .slots_offset = 8,
             .slots = 4,
             .live = {0xAFFFF}});
    }
    void add(CodeRange range) { cache.add(std::make_unique<CodeRange>(std::move(range))); }
    // Frames from the innermost: a call of leaf's, three of loop's, and the last one without a guest frame.
    void lay() {
        std::size_t at = 0;
        const auto frame = [&](const std::uint8_t* return_address, std::uint32_t size) {
            words[at] = reinterpret_cast<std::uintptr_t>(return_address);
            at += 1 + size / 8;
        };
        frame(leaf + 32, kSmall);
        for (int i = 0; i < 3; ++i) frame(loop + 10, kLarge);
        frame(loop + 32, kLarge);
        // at: where the return address to skua_jit_enter would lie
        boundary = reinterpret_cast<std::uintptr_t>(&words[at + 1]);
        anchor = reinterpret_cast<std::uintptr_t>(&words[1]);
    }

    vm::Instr instrs[3] = {};
    CodeCache cache;
    const std::uint8_t *leaf = nullptr, *loop = nullptr;
    std::uintptr_t words[64] = {};
    std::uintptr_t anchor = 0, boundary = 0;
};

TEST_CASE("All guest frames come, innermost first") {
    Laid stack;
    stack.lay();
    std::vector<const vm::Instr*> seen;
    walk_compiled(stack.cache, stack.anchor, stack.boundary, [&](const vm::Instr* at) {
        seen.push_back(at);
        return true;
    });
    const vm::Instr* i = stack.instrs;
    CHECK(seen == std::vector<const vm::Instr*>{&i[0], &i[1], &i[2], &i[2], &i[2]});
}

TEST_CASE("Slots that a call's code does not use any more are cleared, and nothing else") {
    Laid stack;
    stack.lay();
    const std::size_t count = (stack.boundary - stack.anchor) / 8;
    std::size_t at = 1;  // the innermost frame's first word
    std::vector<std::size_t> dead;
    const auto frame = [&](std::uint32_t size, std::vector<std::size_t> cleared) {
        for (std::size_t i = 0; i < size / 8; ++i) stack.words[at + i] = 0x1000 + at + i;
        for (std::size_t i : cleared) dead.push_back(at + i);
        at += 1 + size / 8;
    };
    frame(kSmall, {});  // nothing is known of its call
    for (int i = 0; i < 3; ++i) frame(kLarge, {1, 3});
    frame(kLarge, {});
    std::vector<std::uintptr_t> expected(std::begin(stack.words), std::begin(stack.words) + count + 1);
    for (std::size_t i : dead) expected[i] = 0;
    clear_dead_slots(stack.cache, stack.anchor, stack.boundary);
    CHECK(std::vector<std::uintptr_t>(std::begin(stack.words), std::begin(stack.words) + count + 1) ==
          expected);
}

TEST_CASE("Of the registers that a thunk has saved, dead ones are cleared, and only the innermost call's") {
    CodeCache cache;
    REQUIRE(cache.reserve(4096));
    const std::uint8_t* code = cache.allocate(32).run;
    constexpr std::uint64_t kLive = 1u << 1 | 1u << 13;  // rcx, r13
    cache.add(std::make_unique<CodeRange>(CodeRange{.start = code,
                                                    .size = 32,
                                                    .frame_size = kSmall,
                                                    .calls = {{10, 0, 0, 0, 0}},
                                                    .frames = {},
                                                    .live = {kLive}}));
    std::uintptr_t words[64], expected[64];
    for (std::size_t i = 0; i < 64; ++i) words[i] = 0x1000 + i;
    const std::size_t anchor = 20;
    words[anchor - 1] = words[anchor + 1] = reinterpret_cast<std::uintptr_t>(code + 10);  // of two frames
    std::copy(std::begin(words), std::end(words), expected);
    std::size_t at = anchor - 2;
    for (int r = 0; r < 15; ++r) {
        if (r == 4 || r == 11) continue;  // rsp, r11
        if ((kLive >> r & 1) == 0) expected[at] = 0;
        --at;
    }
    clear_dead_slots(cache, reinterpret_cast<std::uintptr_t>(&words[anchor]),
                     reinterpret_cast<std::uintptr_t>(&words[anchor + 4]));
    CHECK(std::equal(std::begin(words), std::end(words), std::begin(expected)));
}

// Three frames of one call each, innermost first: `inner` has saved rbx and r13 behind two slots, `middle`
// uses r12 but saves nothing (it was entered from the interpreter), `outer` catches and uses rbp and r13.
TEST_CASE("At a landing registers are what the frames inside have saved; what the code there uses is zero") {
    CodeCache cache;
    REQUIRE(cache.reserve(4096));
    const std::uint8_t *inner = cache.allocate(32).run, *middle = cache.allocate(32).run,
                       *outer = cache.allocate(32).run;
    const auto add = [&](CodeRange range) { cache.add(std::make_unique<CodeRange>(std::move(range))); };
    add({.start = inner,
         .size = 32,
         .frame_size = 40,
         .calls = {{10, 0, 0}},
         .frames = {},
         .slots_offset = 8,
         .slots = 2,
         .live = {},
         .preserved = 1u << 3 | 1u << 13,
         .saves = true});
    add({.start = middle,
         .size = 32,
         .frame_size = kSmall,
         .calls = {{10, 0, 0}},
         .frames = {},
         .live = {},
         .preserved = 1u << 12});
    add({.start = outer,
         .size = 32,
         .frame_size = kSmall,
         .calls = {{10, 0, 0, 20}},
         .frames = {},
         .live = {},
         .preserved = 1u << 5 | 1u << 13,
         .saves = true});
    const auto word = [](const std::uint8_t* code) { return reinterpret_cast<std::uintptr_t>(code + 10); };
    // The return address, then the frame from its lower end on.
    std::uintptr_t words[] = {word(inner), 1, 2, 3, 0xB, 0xD, word(middle), 4, word(outer), 5, 0, 0};
    PreservedRegisters registers = {0x10, 0x11, 0x12, 0x13, 0x14};  // rbx, rbp, r12, r13, r14
    const Landing landing = find_landing(cache, reinterpret_cast<std::uintptr_t>(&words[1]),
                                         reinterpret_cast<std::uintptr_t>(&words[11]), registers);
    CHECK(landing.address == outer + 20);
    CHECK(landing.sp == reinterpret_cast<std::uintptr_t>(&words[9]));
    CHECK(registers == PreservedRegisters{0xB, 0, 0x12, 0, 0x14});
}

TEST_CASE("A walk ends when it is told to") {
    Laid stack;
    stack.lay();
    int seen = 0;
    walk_compiled(stack.cache, stack.anchor, stack.boundary, [&](const vm::Instr*) { return ++seen < 3; });
    CHECK(seen == 3);
}

TEST_CASE("Nothing is walked above the boundary") {
    Laid stack;
    stack.lay();
    int seen = 0;
    walk_compiled(stack.cache, stack.boundary, stack.boundary, [&](const vm::Instr*) { return ++seen > 0; });
    CHECK(seen == 0);
}

}  // namespace
}  // namespace skua::jit
