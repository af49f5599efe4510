#include "native/value_shape.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "link/linker.h"
#include "runtime/runtime.h"

namespace skua::vm {

namespace {

NativeKind kind_of(const Type* type, bool reference, bool nullable) {
    using enum NativeKind;
    if (reference) return nullable ? NullableReference : Reference;
    switch (type->kind) {
        case TypeKind::Void:
            return Void;
        case TypeKind::I8:
            return I8;
        case TypeKind::I16:
            return I16;
        case TypeKind::I32:
            return I32;
        case TypeKind::I64:
            return I64;
        case TypeKind::U8:
            return U8;
        case TypeKind::U16:
            return U16;
        case TypeKind::U32:
            return U32;
        case TypeKind::U64:
            return U64;
        case TypeKind::F32:
            return F32;
        case TypeKind::F64:
            return F64;
        case TypeKind::Bool:
            return Bool;
        case TypeKind::Char:
            return Char;
        default:
            return Value;
    }
}

Result<void> collect_checks(Vm& vm, const Type* type, std::uint32_t first, std::uint32_t flag,
                            ValueShape& shape) {
    auto reference = is_reference(type);
    if (!reference) return std::move(reference).error();
    if (*reference) {
        auto cls = class_of(vm, type);
        if (!cls) return std::move(cls).error();
        shape.checks.push_back({first, *cls, type->kind == TypeKind::Nullable, flag});
        return {};
    }
    if (type->kind == TypeKind::Bool) shape.checks.push_back({first, nullptr, false, flag});
    if (type->kind == TypeKind::Char) shape.chars.push_back(first);
    auto layout = layout_of(vm.types(), type);
    if (!layout) return std::move(layout).error();
    const bool optional = type->kind == TypeKind::Nullable;
    if (optional) shape.optionals.push_back({first, first + (*layout)->slots()});
    for (std::size_t i = 0; i < (*layout)->components.size(); i++)
        SKUA_TRY(collect_checks(vm, (*layout)->components[i], first + (*layout)->component_leaf[i],
                                optional && i > 0 ? first : flag, shape));
    return {};
}

Slot slot_of(NativeKind kind, const SkValue& value) {
    switch (kind) {
        case NativeKind::I8:
            return static_cast<Slot>(std::int64_t{static_cast<std::int8_t>(value.i64)});
        case NativeKind::I16:
            return static_cast<Slot>(std::int64_t{static_cast<std::int16_t>(value.i64)});
        case NativeKind::I32:
        case NativeKind::U32:  // u32 lies sign-extended in a slot
            return static_cast<Slot>(std::int64_t{static_cast<std::int32_t>(value.i64)});
        case NativeKind::U8:
            return static_cast<std::uint8_t>(value.u64);
        case NativeKind::U16:
            return static_cast<std::uint16_t>(value.u64);
        case NativeKind::Bool:
            return value.i64 != 0;
        case NativeKind::Char:
            return static_cast<std::uint32_t>(value.u64);
        case NativeKind::F32:
            return std::bit_cast<std::uint32_t>(value.f32);
        default:
            return value.u64;
    }
}

std::string place(std::string_view call, unsigned index) {
    return call.empty() ? "the value" : "argument " + std::to_string(index + 1) + " of " + std::string(call);
}

[[gnu::cold]] bool throw_null_value(Thread& thread, const std::string& where, bool inside) {
    throw_error(thread, "std.core.NullError",
                where + (inside ? " holds null where its type has none" : " is null"));
    return false;
}

[[gnu::cold]] bool throw_other_type(Thread& thread, const std::string& where, const Object& object,
                                    const Class& wanted, bool inside) {
    throw_error(thread, "std.core.CastError",
                where + (inside ? " holds a " : " is a ") + type_text(object.cls->type) + ", not a " +
                    type_text(wanted.type));
    return false;
}

}  // namespace

Result<ValueShape> shape_of(Vm& vm, const Type* type) {
    ValueShape shape;
    shape.type = type;
    auto layout = layout_of(vm.types(), type);
    if (!layout) return std::move(layout).error();
    shape.layout = *layout;
    if (type->kind == TypeKind::Void) return shape;
    auto reference = is_reference(type);
    if (!reference) return std::move(reference).error();
    shape.kind = kind_of(type, *reference, type->kind == TypeKind::Nullable);
    if (*reference || shape.kind == NativeKind::Value)
        SKUA_TRY(collect_checks(vm, type, 0, ValueShape::kNoFlag, shape));
    return shape;
}

void leaves_to_memory(const Layout& layout, const Slot* from, void* memory) {
    auto* bytes = static_cast<std::uint8_t*>(memory);
    for (const Leaf& leaf : layout.leaves) {
        const Slot slot = *from++;
        switch (rep_size(leaf.rep)) {
            case 1: {
                const auto v = static_cast<std::uint8_t>(slot);
                std::memcpy(bytes + leaf.offset, &v, 1);
                break;
            }
            case 2: {
                const auto v = static_cast<std::uint16_t>(slot);
                std::memcpy(bytes + leaf.offset, &v, 2);
                break;
            }
            case 4: {
                const auto v = static_cast<std::uint32_t>(slot);
                std::memcpy(bytes + leaf.offset, &v, 4);
                break;
            }
            default:
                std::memcpy(bytes + leaf.offset, &slot, 8);
        }
    }
}

void slots_from_memory(const ValueShape& shape, const void* memory, Slot* to) {
    load_leaves(*shape.layout, static_cast<const std::uint8_t*>(memory), to);
    for (const ValueShape::Check& check : shape.checks)
        if (check.cls == nullptr) to[check.leaf] = to[check.leaf] != 0;
    for (const ValueShape::Optional& optional : shape.optionals)
        if (to[optional.flag] == 0) std::fill(to + optional.flag, to + optional.end, Slot{0});
}

bool checked_slots(Thread& thread, const ValueShape& shape, const SkValue& value, Slot* to,
                   std::string_view call, unsigned index) {
    const bool inside = shape.kind == NativeKind::Value;
    if (!inside) {
        *to = slot_of(shape.kind, value);
    } else {
        if (value.data == nullptr) return throw_null_value(thread, place(call, index), false);
        slots_from_memory(shape, value.data, to);
    }
    for (const ValueShape::Check& check : shape.checks) {
        if (check.cls == nullptr) continue;
        const auto* object = reinterpret_cast<const Object*>(to[check.leaf]);
        if (object == nullptr) {
            if (check.lacks(to)) return throw_null_value(thread, place(call, index), inside);
        } else if (!is_instance(object, check.cls)) {
            return throw_other_type(thread, place(call, index), *object, *check.cls, inside);
        }
    }
    return true;
}

void value_from_slots(const ValueShape& shape, const Slot* from, SkValue& value) {
    switch (shape.kind) {
        case NativeKind::Void:
            return;
        case NativeKind::Value:
            if (value.data != nullptr) leaves_to_memory(*shape.layout, from, value.data);
            return;
        case NativeKind::F32:
            value.u64 = 0;
            value.f32 = std::bit_cast<float>(static_cast<std::uint32_t>(*from));
            return;
        case NativeKind::U32:
            value.u64 = static_cast<std::uint32_t>(*from);
            return;
        default:
            value.u64 = *from;
    }
}

}  // namespace skua::vm
