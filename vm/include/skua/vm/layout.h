// How a closed type lies in registers and in memory: flattened to scalar leaves.
//
// Structs and tuples are their components in order. T? is one reference if T is a reference
// type that is not itself nullable, else a flag leaf (1 = present) followed by T's leaves.
#pragma once

#include <cstdint>
#include <vector>

#include "skua/classfile/result.h"
#include "skua/vm/linked_code.h"
#include "skua/vm/type.h"

namespace skua::vm {

// Representation of one leaf: its size in memory and how it extends to a slot.
enum class Rep : std::uint8_t { I8, U8, I16, U16, I32, W32, W64, Ref };
// I32: 4 bytes, sign-extended (i32 and u32). W32: 4 bytes, zero-extended (f32, char). W64: 8 bytes (i64 u64
// f64).

[[nodiscard]] constexpr std::uint32_t rep_size(Rep r) {
    switch (r) {
        case Rep::I8:
        case Rep::U8:
            return 1;
        case Rep::I16:
        case Rep::U16:
            return 2;
        case Rep::I32:
        case Rep::W32:
            return 4;
        default:
            return 8;
    }
}

struct Leaf {
    Rep rep;
    std::uint32_t offset;  // in bytes from the start of the value
};

struct Layout {
    std::vector<Leaf> leaves;                     // register order; never empty except for Void
    std::vector<std::uint32_t> component_leaf;    // struct, tuple: first leaf of each component
    std::vector<std::uint32_t> component_offset;  // struct, tuple: byte offset of each component
    std::vector<const Type*> components;          // struct, tuple: closed component types
    std::uint32_t size = 0;                       // in memory, a multiple of align
    std::uint32_t align = 1;
    bool has_refs = false;

    [[nodiscard]] std::uint32_t slots() const { return static_cast<std::uint32_t>(leaves.size()); }
};

inline constexpr std::uint32_t kMaxValueSlots = 256;  // a flattened value's limit

// Computes and caches. Errors: a missing struct class, a value type that contains itself or has
// more than kMaxValueSlots leaves.
Result<const Layout*> layout_of(TypeTable& types, const Type* type);

// How the leaves of a closed type whose layout is known cross a call, appended in order.
void append_leaf_kinds(TypeTable& types, const Type* type, std::vector<LeafKind>& kinds);

// Is a closed type represented by one nullable pointer?
Result<bool> is_reference(const Type* type);

}  // namespace skua::vm
