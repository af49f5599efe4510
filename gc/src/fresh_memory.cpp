#include "fresh_memory.h"

#include <cstdint>

// Weak: a program linked without the option has no such symbol and never calls the wrapper.
// The names are the linker's.
// NOLINTBEGIN(bugprone-reserved-identifier)
extern "C" [[gnu::weak]] void* __real_memset(void* to, int value, std::size_t bytes);

namespace skua::gc {
namespace {

struct Mapping {
    std::uintptr_t lo, hi;
};
constexpr std::size_t kMaxMappings = 8;

struct Scope {
    bool open = false;
    std::size_t count = 0;
    Mapping mappings[kMaxMappings] = {};
};
thread_local Scope t_scope;

}  // namespace

FreshMemoryScope::FreshMemoryScope() {
    t_scope.open = true;
}

FreshMemoryScope::~FreshMemoryScope() {
    t_scope.open = false;
    t_scope.count = 0;
}

void note_fresh_mapping(void* memory, std::size_t bytes) {
    Scope& scope = t_scope;
    if (!scope.open || scope.count == kMaxMappings) return;
    const auto lo = reinterpret_cast<std::uintptr_t>(memory);
    scope.mappings[scope.count++] = {lo, lo + bytes};
}

namespace {

bool is_fresh(const void* memory, std::size_t bytes) {
    const auto lo = reinterpret_cast<std::uintptr_t>(memory);
    for (std::size_t i = 0; i < t_scope.count; i++)
        if (lo >= t_scope.mappings[i].lo && lo + bytes <= t_scope.mappings[i].hi) return true;
    return false;
}

}  // namespace
}  // namespace skua::gc

extern "C" void* __wrap_memset(void* to, int value, std::size_t bytes) {
    using namespace skua::gc;
    if (bytes >= FreshMemoryScope::kLeastSkipped && value == 0 && t_scope.open && is_fresh(to, bytes))
        return to;
    return __real_memset(to, value, bytes);
}
// NOLINTEND(bugprone-reserved-identifier)
