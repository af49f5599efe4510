// How guest objects lie in memory. Everything that knows an offset includes this header.
//
// Word 0 of every object is its Class; there is no other header. Reference stores go through
// gc::write_barrier (empty with today's heap). Objects do not move while a stack sees them, and
// nobody relies on an address beyond that (identity hashes live in a side table).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace skua::vm {

struct Class;

// A register of linked code: 64 bits. Canonical contents by type:
//   i64 u64: the value; i8 i16 i32 and u32: the 32-bit pattern sign-extended; u8 u16 bool char:
//   zero-extended; f64: its bits; f32: its bits in the low half, high half zero; reference: the pointer.
// So integer comparisons of any width are 64-bit comparisons, signed or unsigned.
using Slot = std::uint64_t;

struct Object {
    Class* cls;
};

struct Array : Object {
    std::uint64_t length;  // in elements

    [[nodiscard]] std::uint8_t* data() { return reinterpret_cast<std::uint8_t*>(this + 1); }
    template <typename T>
    [[nodiscard]] T* elements() {
        return reinterpret_cast<T*>(this + 1);
    }
};
static_assert(sizeof(Array) == 16);

// Immutable UTF-8. A NUL byte follows the text, for C callers.
struct String : Object {
    std::uint32_t length;  // in bytes
    std::uint32_t hash;    // 0 until computed

    [[nodiscard]] char* chars() { return reinterpret_cast<char*>(this + 1); }
    [[nodiscard]] const char* chars() const { return reinterpret_cast<const char*>(this + 1); }
    [[nodiscard]] std::string_view view() const { return {chars(), length}; }
};
static_assert(sizeof(String) == 16);
inline constexpr std::uint64_t kMaxStringLength = 0x7FFFFFFF;

// A function value. cls->closure.function is the code; captures follow, one slot per leaf.
struct Closure : Object {
    [[nodiscard]] Slot* captures() { return reinterpret_cast<Slot*>(this + 1); }
};

// A value type seen as an interface: the value in memory layout follows.
struct Box : Object {
    [[nodiscard]] std::uint8_t* payload() { return reinterpret_cast<std::uint8_t*>(this + 1); }
};

}  // namespace skua::vm
