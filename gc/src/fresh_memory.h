// Memory that the system has just given is zero; clearing it again costs a page fault per 4 KiB.
//
// While the collector starts it clears 128 KiB of tables in fresh mappings: 32 faults, a twentieth of hello
// world's whole time. It offers no way around, so the link wraps memset (-Wl,--wrap=memset, see
// CMakeLists.txt; that covers our own objects and static libraries): inside of a FreshMemoryScope, clearing
// a big piece of a mapping that was made in the same scope does nothing. The tables then get their pages
// when they are first used, which a small program does not live to see.
#pragma once

#include <cstddef>

namespace skua::gc {

// One per thread at a time. What the scope surrounds must clear at least kLeastSkipped bytes at once only of
// mappings that it has not written to; the collector's start does so (its tables come from an allocator that
// never gives memory twice).
class FreshMemoryScope {
public:
    static constexpr std::size_t kLeastSkipped = 16u << 10;

    FreshMemoryScope();
    ~FreshMemoryScope();
    FreshMemoryScope(const FreshMemoryScope&) = delete;
    FreshMemoryScope& operator=(const FreshMemoryScope&) = delete;
};

// A mapping of zeros that was just made. Remembered if this thread is in a scope, and its first few mappings
// only.
void note_fresh_mapping(void* memory, std::size_t bytes);

}  // namespace skua::gc
