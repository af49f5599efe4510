// Structs, tuples and nullable values, as a plugin in a process of its own has them: C's layout, references
// being RemoteRef *. What the machine tells of their types is kept as long as the process.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "isolate/lane_layout.h"
#include "native/native_signature.h"
#include "skua/native.h"

namespace skua::remote {

class RemoteLane;

struct Shape {
    vm::NativeKind kind = vm::NativeKind::Void;
    std::uint32_t size = 0, align = 1;
    std::vector<std::uint32_t> refs;  // where the references are

    auto operator<=>(const Shape&) const = default;
};

struct CallShape {
    std::vector<const Shape*> params;
    const Shape* result = nullptr;
};

// From words 2 and 3 of a reply.
CallShape shapes_in(const RemoteLane& lane, const isolate::Message& reply);
CallShape shapes_at(const RemoteLane& lane, std::uint64_t offset, std::uint64_t length);

// A value that lies in the lane, where it is given its references.
void* learn_value(RemoteLane& lane, const Shape& shape, std::uint64_t offset);
// A value of the plugin's to where the machine reads it, for the next request; null is 0.
std::uint64_t say_value(RemoteLane& lane, const Shape& shape, const void* value);
// One that was written in the lane: references become numbers.
void number_value(const Shape& shape, void* value);

// An argument, a field's value or the like, as a word of the next request.
std::uint64_t say_word(RemoteLane& lane, const Shape& shape, const SkValue& value);
// And back: from words 0 and 3 of a reply.
void learn_word(RemoteLane& lane, const Shape& shape, const isolate::Message& reply, SkValue& value);

}  // namespace skua::remote
