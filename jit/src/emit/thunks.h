// Pieces of machine code that all compiled functions share: they stand once in the code cache and are called
// with the anchor not yet set (their return address lies in the function; see docs/jit.md).
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "run/code_cache.h"

namespace skua::jit {

// What the thunks that preserve registers save, in this order from the return address downwards; the floating
// registers lie below.
inline constexpr std::array<std::uint8_t, 13> kSavedByThunks = {0, 1, 2, 3, 5, 6, 7, 8, 9, 10, 12, 13, 14};

struct Thunks {
    // Jumped to: leaves all compiled frames, thread->pending is set.
    const std::uint8_t* unwind = nullptr;
    // Called from a prologue, before the frame exists: its lowest address in r11. Preserves every register.
    const std::uint8_t* stack_check = nullptr;
    // Called, never return; operands in rsi and rdx.
    const std::uint8_t *throw_null = nullptr, *throw_bounds = nullptr, *throw_divide = nullptr,
                       *throw_overflow = nullptr, *throw_char = nullptr, *throw_cast = nullptr,
                       *throw_object = nullptr;
    // Called; preserve every register but r11 (and the flags). poll, fuel: nothing. new_object: class in r11,
    // object in r11. new_array: class in r11, length in thread->compiled.args[0], array in r11. is: class in
    // r11, reference in thread->compiled.args[0], 0 or 1 in r11.
    const std::uint8_t *poll = nullptr, *fuel = nullptr, *new_object = nullptr, *new_array = nullptr,
                       *is = nullptr;
};

// False, with the reason, if the cache has no room or the processor lacks what the compiler emits
// (AVX, BMI1, BMI2, POPCNT).
bool make_thunks(CodeCache& cache, Thunks& out, std::string& why_not);

}  // namespace skua::jit
