// The one NaN of a deterministic machine: quiet, positive, without payload. CPUs and compilers differ in
// which one an operation gives.
#pragma once

#include <bit>
#include <cstdint>

namespace skua::vm {

inline std::uint64_t canonical_nan(std::uint64_t bits) {
    const auto value = std::bit_cast<double>(bits);
    return value != value ? 0x7FF8000000000000 : bits;
}
// Of an f32 in the low half of a slot.
inline std::uint64_t canonical_nan32(std::uint64_t bits) {
    const auto value = std::bit_cast<float>(static_cast<std::uint32_t>(bits));
    return value != value ? 0x7FC00000 : bits;
}

}  // namespace skua::vm
