// Memory for code and what addresses in it mean.
#include "run/code_cache.h"

#include <cstring>
#include <fstream>
#include <thread>

namespace skua::jit {
namespace {

std::unique_ptr<CodeRange> range_at(const CodeCache::Place& place, std::uint32_t size) {
    auto range = std::make_unique<CodeRange>();
    range->start = place.run;
    range->size = size;
    return range;
}

TEST_CASE("Code is written in one place and runs in another") {
    CodeCache cache;
    REQUIRE(cache.reserve(64 << 10));
    const std::uint8_t code[] = {0xB8, 0x2A, 0, 0, 0, 0xC3};  // mov eax, 42; ret
    const auto place = cache.allocate(sizeof code);
    REQUIRE(place.run != nullptr);
    REQUIRE(place.run != place.write);
    std::memcpy(place.write, code, sizeof code);
    CHECK(reinterpret_cast<int (*)()>(place.run)() == 42);
}

TEST_CASE("No page of code is writable and executable at once") {
    CodeCache cache;
    REQUIRE(cache.reserve(64 << 10));
    const auto place = cache.allocate(16);
    int seen = 0;
    std::ifstream maps("/proc/self/maps");
    for (std::string line; std::getline(maps, line);) {
        std::uint64_t lo = 0, hi = 0;
        char mode[8] = {};
        if (std::sscanf(line.c_str(), "%lx-%lx %4s", &lo, &hi, mode) != 3) continue;
        const auto inside = [&](const std::uint8_t* p) {
            return reinterpret_cast<std::uint64_t>(p) >= lo && reinterpret_cast<std::uint64_t>(p) < hi;
        };
        if (!inside(place.run) && !inside(place.write)) continue;
        ++seen;
        CHECK(std::string(mode) == (inside(place.run) ? "r-xs" : "rw-s"));
    }
    CHECK(seen == 2);
}

TEST_CASE("Pieces are aligned, do not overlap, and end when the cache is full") {
    CodeCache cache;
    REQUIRE(cache.reserve(4096));
    const std::uint8_t* end = nullptr;
    std::size_t pieces = 0;
    for (;; ++pieces) {
        const std::size_t size = 1 + pieces * 37 % 200;
        const auto place = cache.allocate(size);
        if (!place.run) break;
        CHECK(reinterpret_cast<std::uintptr_t>(place.run) % 32 == 0);
        CHECK(place.run >= end);
        end = place.run + size;
    }
    CHECK(pieces > 20);
    CHECK(cache.used() <= 4096);
    CHECK(cache.allocate(~std::size_t{0}).run == nullptr);
    const std::size_t left = 4096 - (cache.used() + 31) / 32 * 32;
    CHECK((left == 0 || cache.allocate(left).run != nullptr));  // a smaller one may still fit
}

TEST_CASE("An address finds its range") {
    CodeCache cache;
    REQUIRE(cache.reserve(64 << 10));
    const auto a = cache.allocate(64), b = cache.allocate(32), c = cache.allocate(10);
    for (const auto& [place, size] : {std::pair{a, 64u}, {b, 32u}, {c, 10u}})
        cache.add(range_at(place, size));
    CHECK(cache.find(a.run)->start == a.run);
    CHECK(cache.find(a.run + 63)->start == a.run);
    CHECK(cache.find(b.run)->start == b.run);
    CHECK(cache.find(c.run + 9)->start == c.run);
    CHECK(cache.find(c.run + 11) == nullptr);
    CHECK(cache.find(a.run - 1) == nullptr);
    CHECK(cache.find(nullptr) == nullptr);
}

TEST_CASE("A return address names its frames, other addresses none") {
    vm::Instr instrs[3] = {};
    CodeCache cache;
    REQUIRE(cache.reserve(4096));
    const auto place = cache.allocate(100);
    CodeRange range;
    range.start = place.run;
    range.size = 100;
    range.calls = {{5, 0, 2}, {50, 2, 1}, {90, 3, 0}};
    range.frames = {&instrs[0], &instrs[1], &instrs[2]};
    REQUIRE(range.call_at(place.run + 5) != nullptr);
    const auto at5 = range.frames_of(*range.call_at(place.run + 5));
    REQUIRE(at5.size() == 2);
    CHECK(at5[0] == &instrs[0]);
    CHECK(at5[1] == &instrs[1]);
    REQUIRE(range.call_at(place.run + 50) != nullptr);
    const auto at50 = range.frames_of(*range.call_at(place.run + 50));
    REQUIRE(at50.size() == 1);
    CHECK(at50[0] == &instrs[2]);
    REQUIRE(range.call_at(place.run + 90) != nullptr);
    CHECK(range.frames_of(*range.call_at(place.run + 90)).empty());
    CHECK(range.call_at(place.run + 6) == nullptr);
    CHECK(range.call_at(place.run + 99) == nullptr);
}

TEST_CASE("Looking up goes on while another thread adds") {
    CodeCache cache;
    REQUIRE(cache.reserve(1 << 20));
    const auto first = cache.allocate(32);
    cache.add(range_at(first, 32));
    std::thread adder([&] {
        for (int i = 0; i < 2000; ++i) {
            const auto place = cache.allocate(64);
            cache.add(range_at(place, 64));
        }
    });
    int wrong = 0;
    for (int i = 0; i < 20000; ++i) wrong += cache.find(first.run + i % 32)->start != first.run;
    adder.join();
    CHECK(wrong == 0);
}

}  // namespace
}  // namespace skua::jit
