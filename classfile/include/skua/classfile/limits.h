// The limits of the class file format, and the orders of its tables. Normative in
// docs/classfile-format.md.
#pragma once

#include <cstdint>

#include "skua/classfile/class_file.h"

namespace skua::classfile {

inline constexpr std::uint32_t kMaxTypeDepth = 64;
inline constexpr std::uint32_t kMaxTypeSize = 16384;  // of a type written out: 1 + name bytes + arguments
inline constexpr std::uint32_t kMaxNameBytes = 1024;
inline constexpr std::uint32_t kMaxTypeParams = 255;
inline constexpr std::uint32_t kMaxParams = 255;  // receiver included
inline constexpr std::uint32_t kMaxRegisters = 65535;
inline constexpr std::uint32_t kMaxTupleComponents = 255;
inline constexpr std::uint32_t kMaxPathSteps = 64;
inline constexpr std::uint32_t kMaxFileBytes = 64u << 20;

// Element by element, then the shorter one. std::vector's own comparison is wrong on big-endian machines:
// libstdc++ 12 takes memcmp for it there, but of as many bytes as there are elements.
[[nodiscard]] inline bool list_less(const std::vector<std::uint32_t>& a,
                                    const std::vector<std::uint32_t>& b) {
    const std::size_t common = a.size() < b.size() ? a.size() : b.size();
    for (std::size_t i = 0; i < common; ++i)
        if (a[i] != b[i]) return a[i] < b[i];
    return a.size() < b.size();
}

// Strict orders of table entries whose indices are already final. Types are ordered by nesting
// depth first, which type_less leaves to its caller.
[[nodiscard]] inline bool type_less(const TypeDesc& a, const TypeDesc& b) {
    if (a.kind != b.kind) return a.kind < b.kind;
    if (a.name != b.name) return a.name < b.name;
    if (a.index != b.index) return a.index < b.index;
    return list_less(a.args, b.args);
}

[[nodiscard]] inline bool entry_less(const FieldStep& a, const FieldStep& b) {
    if (a.owner != b.owner) return a.owner < b.owner;
    if (a.name != b.name) return a.name < b.name;
    return a.type < b.type;
}

[[nodiscard]] inline bool entry_less(const FieldPath& a, const FieldPath& b) {
    const std::size_t common = a.steps.size() < b.steps.size() ? a.steps.size() : b.steps.size();
    for (std::size_t i = 0; i < common; ++i)
        if (!(a.steps[i] == b.steps[i])) return entry_less(a.steps[i], b.steps[i]);
    return a.steps.size() < b.steps.size();
}

[[nodiscard]] inline bool entry_less(const MethodRef& a, const MethodRef& b) {
    if (a.owner != b.owner) return a.owner < b.owner;
    if (a.name != b.name) return a.name < b.name;
    if (a.type_args != b.type_args) return list_less(a.type_args, b.type_args);
    if (a.params != b.params) return list_less(a.params, b.params);
    return a.result < b.result;
}

}  // namespace skua::classfile
