// Comparing and hashing strings; execution tiers do it too.
#pragma once

#include <cstdint>
#include <cstring>

#include "skua/vm/object.h"

namespace skua::vm {

[[nodiscard]] std::uint32_t compute_string_hash(const String& string);

template <typename T>
[[nodiscard]] inline T load_word(const char* p) {
    T word;
    std::memcpy(&word, p, sizeof word);
    return word;
}
// Most texts are a few words long: a call of memcmp would cost more than the comparison.
[[nodiscard]] inline bool bytes_equal(const char* a, const char* b, std::size_t n) {
    constexpr std::size_t kShort = 32;
    if (n > kShort) return std::memcmp(a, b, n) == 0;
    if (n >= 8) {
        for (std::size_t i = 0; i + 8 < n; i += 8) {
            if (load_word<std::uint64_t>(a + i) != load_word<std::uint64_t>(b + i)) return false;
        }
        return load_word<std::uint64_t>(a + n - 8) == load_word<std::uint64_t>(b + n - 8);
    }
    if (n >= 4) {
        return load_word<std::uint32_t>(a) == load_word<std::uint32_t>(b) &&
               load_word<std::uint32_t>(a + n - 4) == load_word<std::uint32_t>(b + n - 4);
    }
    for (std::size_t i = 0; i < n; ++i) {
        if (a[i] != b[i]) return false;
    }
    return true;
}
[[nodiscard]] inline bool strings_equal(const String* a, const String* b) {
    if (a == b) return true;
    if (!a || !b || a->length != b->length) return false;
    return bytes_equal(a->chars(), b->chars(), a->length);
}
[[nodiscard]] inline std::uint32_t string_hash(String& string) {
    // Threads may compute it at the same time; they store the same value.
    std::uint32_t hash = __atomic_load_n(&string.hash, __ATOMIC_RELAXED);
    if (hash == 0) {
        hash = compute_string_hash(string);
        __atomic_store_n(&string.hash, hash, __ATOMIC_RELAXED);
    }
    return hash;
}

}  // namespace skua::vm
