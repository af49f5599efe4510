// The wrapped memset: what may be left out, and what must not.
#include "fresh_memory.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstring>
#include <sys/mman.h>
#include <vector>

using skua::gc::FreshMemoryScope;

namespace {

constexpr std::size_t kBytes = 64u << 10;

// Not seen through by the compiler, so that each call is one of the library's function.
void* (*volatile clear)(void*, int, std::size_t) = std::memset;

class Mapping {
public:
    Mapping()
        : memory_(static_cast<unsigned char*>(
              mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0))) {}
    ~Mapping() { munmap(memory_, kBytes); }
    Mapping(const Mapping&) = delete;
    Mapping& operator=(const Mapping&) = delete;
    unsigned char* operator*() const { return memory_; }
    [[nodiscard]] bool resident() const {
        unsigned char pages[kBytes / 4096] = {};
        mincore(memory_, kBytes, pages);
        return std::any_of(std::begin(pages), std::end(pages), [](unsigned char p) { return (p & 1) != 0; });
    }

private:
    unsigned char* memory_;
};

bool all(const unsigned char* bytes, std::size_t count, unsigned char value) {
    return std::all_of(bytes, bytes + count, [value](unsigned char b) { return b == value; });
}

}  // namespace

TEST_CASE("clearing a mapping of the scope touches nothing") {
    const FreshMemoryScope scope;
    const Mapping mapping;
    CHECK(clear(*mapping, 0, kBytes / 2) == *mapping);
    CHECK(!mapping.resident());
    CHECK(all(*mapping, kBytes, 0));
}

TEST_CASE("in a scope, everything else is cleared as ever") {
    std::vector<unsigned char> used(kBytes, 0xFF);
    const Mapping before;
    clear(*before, 0xFF, kBytes);
    const FreshMemoryScope scope;
    const Mapping inside;

    clear(used.data(), 0, kBytes);  // memory of another kind
    CHECK(all(used.data(), kBytes, 0));
    clear(*before, 0, kBytes);  // a mapping from before
    CHECK(all(*before, kBytes, 0));
    clear(*inside, 7, kBytes);  // another value
    CHECK(all(*inside, kBytes, 7));
    clear(*inside, 0, FreshMemoryScope::kLeastSkipped - 1);  // a small piece
    CHECK(all(*inside, FreshMemoryScope::kLeastSkipped - 1, 0));
    CHECK((*inside)[FreshMemoryScope::kLeastSkipped - 1] == 7);
}

TEST_CASE("behind a scope, its mappings are memory like any other") {
    const Mapping outside;
    unsigned char* memory = nullptr;
    {
        const FreshMemoryScope scope;
        memory = static_cast<unsigned char*>(
            mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    }
    clear(memory, 0xFF, kBytes);
    clear(memory, 0, kBytes);
    CHECK(all(memory, kBytes, 0));
    munmap(memory, kBytes);
}
