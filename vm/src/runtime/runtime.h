// Operations on guest objects that handlers and the linker share. Those that can fail leave the
// error in thread.pending and return null or false.
#pragma once

#include <cstring>

#include "skua/vm/tier_support.h"
#include "skua/vm/vm.h"

namespace skua::vm {

inline Object* allocate_object(Thread& thread, const Class& cls);
void fill_memory_reserve(Thread& thread);
[[gnu::cold]] Object* out_of_memory(Thread& thread, std::uint64_t bytes);

inline Object* allocate_object(Thread& thread, const Class& cls) {
    void* p = cls.has_refs ? thread.heap->allocate(&cls, cls.instance_size)
                           : thread.heap->allocate_atomic(&cls, cls.instance_size);
    if (!p) [[unlikely]]
        return out_of_memory(thread, cls.instance_size);
    return static_cast<Object*>(p);
}

// Is `object` not null and an instance of `target`?
[[nodiscard]] inline bool is_instance(const Object* object, const Class* target) {
    if (!object) return false;
    if (object->cls == target) return true;
    return is_instance_slow(*object, *target);
}

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
// Spreads the bits of an integer (the finaliser of MurmurHash3, by Austin Appleby, public domain),
// kept non-negative so that the library can take remainders.
[[nodiscard]] inline std::int64_t int_hash(std::uint64_t x) {
    x ^= x >> 33;
    x *= 0xFF51AFD7ED558CCDull;
    x ^= x >> 33;
    x *= 0xC4CEB9FE1A85EC53ull;
    x ^= x >> 33;
    return static_cast<std::int64_t>(x >> 1);
}

// The text of a double, at most 32 bytes, as contracts.md defines it; its length.
std::size_t format_double(double value, char* out);
std::size_t format_float(float value, char* out);

// Between slots and memory.
void load_leaves(const Layout& layout, const std::uint8_t* from, Slot* to);
void store_leaves(const Layout& layout, void* object, std::uint8_t* to, const Slot* from);

// The class of a std.core error; null if it cannot be linked (then a Diagnostic has been printed once).
Class* error_class(Vm& vm, std::string_view name);
// Fills Error.trace of an error that has none.
void fill_trace(Thread& thread, Object* error);

}  // namespace skua::vm
