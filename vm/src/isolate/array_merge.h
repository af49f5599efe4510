// What a plugin has changed in its copy of an array, put into the array itself.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "native/value_shape.h"
#include "skua/native.h"
#include "skua/vm/object.h"

namespace skua::vm {

// Bytes of an element of a primitive type; 0 for the kinds that are no primitives.
std::size_t element_bytes(SkKind kind);

// Stores those elements, from byte `low` to before byte `high` (multiples of the element's size, within the
// array), in which `work` differs from `snapshot`; others may have been changed by other guest threads
// meanwhile. `work` may change while it is read. False: an element would be no value of its type (a char
// that is none), and was left as it was; a bool is 1 if it is not 0.
bool merge_array(Array& array, SkKind kind, const std::uint8_t* snapshot, const std::uint8_t* work,
                 std::size_t low, std::size_t high);

// The same of an array of structs, tuples or nullable values, leaf by leaf; references are left alone, since
// natives do not write them that way. Empty, or what an element would be: "holds what is no character".
std::string merge_values(Array& array, const ValueShape& shape, const std::uint8_t* snapshot,
                         const std::uint8_t* work, std::size_t low, std::size_t high);

}  // namespace skua::vm
