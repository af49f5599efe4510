#include "runtime/determinism.h"

#include <catch2/catch.hpp>
#include <vector>

#include "runtime/canonical_nan.h"
#include "skua/gc/heap.h"

namespace skua::vm::test {

TEST_CASE("the clock moves by looking and by sleeping") {
    Determinism world(0);
    CHECK(world.read_clock(false) == 1000);
    CHECK(world.read_clock(true) == Determinism::kEpochNanos + 2000);
    world.sleep(5'000'000'000);
    CHECK(world.read_clock(false) == 5'000'003'000);
    world.sleep(INT64_MAX);
    const std::int64_t end = world.read_clock(false);
    world.sleep(INT64_MAX);
    CHECK(world.read_clock(false) > end);
    CHECK(world.read_clock(true) > 0);
}

TEST_CASE("equal seeds give equal bytes, in whatever portions") {
    // The first two numbers of SplitMix64 from the seed 0, from its authors' program.
    std::vector<unsigned char> bytes(16);
    Determinism(0).random_bytes(bytes.data(), bytes.size());
    CHECK(bytes == std::vector<unsigned char>{0xAF, 0xCD, 0x1D, 0x7B, 0x39, 0xA8, 0x20, 0xE2, 0xF4, 0x65,
                                              0xB9, 0xA1, 0x6A, 0x9E, 0x78, 0x6E});
    Determinism again(0);
    std::vector<unsigned char> parts(16);
    again.random_bytes(parts.data(), 8);
    again.random_bytes(parts.data() + 8, 8);
    CHECK(parts == bytes);
    Determinism(1).random_bytes(parts.data(), parts.size());
    CHECK(parts != bytes);
}

TEST_CASE("objects are numbered as they are asked for") {
    gc::initialize({});
    gc::ThreadHeap* heap = gc::attach_thread();
    REQUIRE(heap != nullptr);
    static const gc::ClassHeader cls;
    {
        Determinism world(0);
        void* a = heap->allocate(&cls, 32);
        void* b = heap->allocate(&cls, 32);
        CHECK(world.identity(b) == 1);
        CHECK(world.identity(a) == 2);
        CHECK(world.identity(b) == 1);
        // Garbage is forgotten, and its addresses are not mistaken for what lies there later.
        std::uint64_t last = 2;
        for (int i = 0; i < 20000; ++i) {
            const std::uint64_t number = world.identity(heap->allocate(&cls, 32));
            CHECK(number == last + 1);
            last = number;
            if (i % 1000 == 0) gc::collect();
        }
        CHECK(world.identity(a) == 2);
    }
    gc::detach_thread(heap);
}

TEST_CASE("there is one NaN") {
    CHECK(canonical_nan(0xFFF8000000000000) == 0x7FF8000000000000);
    CHECK(canonical_nan(0x7FF0000000000001) == 0x7FF8000000000000);
    CHECK(canonical_nan(0x7FF0000000000000) == 0x7FF0000000000000);
    CHECK(canonical_nan(0x8000000000000000) == 0x8000000000000000);
    CHECK(canonical_nan32(0xFFC00001) == 0x7FC00000);
    CHECK(canonical_nan32(0xFF800000) == 0xFF800000);
}

}  // namespace skua::vm::test
