#include "isolate/value_wire.h"

#include <cstring>

#include "isolate/lane_layout.h"
#include "runtime/runtime.h"

namespace skua::vm {

void append_shape(const ValueShape& shape, std::vector<std::uint32_t>& words) {
    std::vector<std::uint32_t> places;
    if (shape.kind == NativeKind::Value)
        each_reference(*shape.layout, [&](std::uint32_t at) { places.push_back(at); });
    std::uint32_t fixed[isolate::kShapeFixed] = {};
    fixed[isolate::kShapeKind] = static_cast<std::uint32_t>(shape.kind);
    fixed[isolate::kShapeSize] = shape.layout->size;
    fixed[isolate::kShapeAlign] = shape.layout->align;
    fixed[isolate::kShapeRefs] = static_cast<std::uint32_t>(places.size());
    words.insert(words.end(), std::begin(fixed), std::end(fixed));
    words.insert(words.end(), places.begin(), places.end());
}

bool numbers_to_objects(const LocalRefs& refs, const ValueShape& shape, void* memory) {
    bool known = true;
    each_reference(*shape.layout, [&](std::uint32_t offset) {
        auto* at = static_cast<std::uint8_t*>(memory) + offset;
        std::uint64_t number;
        std::memcpy(&number, at, sizeof number);
        const Object* object = refs.object(number);
        std::memcpy(at, &object, sizeof object);
        known = known && (number == 0 || object != nullptr);
    });
    return known;
}

std::string value_wrong(const ValueShape& shape, void* memory) {
    Slot slots[kMaxValueSlots];
    slots_from_memory(shape, memory, slots);
    leaves_to_memory(*shape.layout, slots, memory);
    for (const ValueShape::Check& check : shape.checks) {
        if (check.cls == nullptr) continue;
        const auto* object = reinterpret_cast<const Object*>(slots[check.leaf]);
        if (object == nullptr ? check.lacks(slots) : !is_instance(object, check.cls))
            return (object == nullptr ? "holds null" : "holds a " + type_text(object->cls->type)) +
                   ", not a " + type_text(check.cls->type);
    }
    for (const std::uint32_t leaf : shape.chars)
        if (slots[leaf] > 0x10FFFF || (slots[leaf] >= 0xD800 && slots[leaf] <= 0xDFFF))
            return "holds what is no character";
    return {};
}

}  // namespace skua::vm
