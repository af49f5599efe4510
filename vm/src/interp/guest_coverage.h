// Which parts of guest code have run, for libFuzzer: it sees the machine's own branches, and to those all
// guest code looks alike. Counts at each Fuel instruction, so only where instructions are limited. Nothing of
// this is in a build without SKUA_FUZZ.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

#include "skua/vm/linked_code.h"

#ifdef SKUA_GUEST_COVERAGE
extern "C" {
extern std::uint8_t skua_guest_counters[];  // 65536, where libFuzzer looks (guest_coverage.cpp)
extern bool skua_guest_coverage;            // off at first: of use where the same code runs again and again
}
#endif

namespace skua::vm {

// A block of a function as Fuel has it in its unused field: the same in every machine of a process.
inline std::uint32_t guest_place([[maybe_unused]] std::string_view function,
                                 [[maybe_unused]] std::uint32_t instruction) {
#ifdef SKUA_GUEST_COVERAGE
    const std::uint64_t mixed = (std::hash<std::string_view>()(function) + instruction) * 0x9E3779B97F4A7C15u;
    return static_cast<std::uint32_t>(mixed >> 48);
#else
    return 0;
#endif
}

inline void count_guest_block([[maybe_unused]] const Instr* pc) {
#ifdef SKUA_GUEST_COVERAGE
    if (skua_guest_coverage) ++skua_guest_counters[pc->a];
#endif
}

}  // namespace skua::vm
