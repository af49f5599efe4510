// Values that are structs, tuples or nullable, on their way to a plugin's process and back: as C has them,
// with numbers in place of references (lane_layout.h).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "isolate/local_refs.h"
#include "native/value_shape.h"

namespace skua::vm {

// Bytes that a value takes at most: each leaf with its padding is no larger than a word.
inline constexpr std::size_t kMaxValueBytes = kMaxValueSlots * sizeof(Slot);

// Appends what the other side is told of a type.
void append_shape(const ValueShape& shape, std::vector<std::uint32_t>& words);

// A value of the plugin's, with numbers, to one of the machine's, both of shape.layout->size bytes. False: it
// names an object that was not given. `memory` is this process's alone.
bool numbers_to_objects(const LocalRefs& refs, const ValueShape& shape, void* memory);

// Is that a value of its type? Empty, or what it is not: "holds a string, not a std.core.Error". Booleans,
// and what is absent, are put right.
std::string value_wrong(const ValueShape& shape, void* memory);

// Where the references of a value lie, at most kMaxValueSlots.
template <typename F>
void each_reference(const Layout& layout, F&& f) {
    if (!layout.has_refs) return;
    for (const Leaf& leaf : layout.leaves)
        if (leaf.rep == Rep::Ref) f(leaf.offset);
}

}  // namespace skua::vm
