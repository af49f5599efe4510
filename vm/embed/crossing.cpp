#include "crossing.h"

#include <algorithm>

#include "native/value_shape.h"

namespace skua::embed {
namespace {

// Structs cannot contain themselves, so that this ends.
std::string read_crossing(vm::Vm& machine, const vm::Type* type, Crossing& out) {
    auto shape = vm::shape_of(machine, type);
    if (!shape) return shape.error().message;
    out.kind = shape->kind;
    out.type = type;
    out.slots = shape->layout->slots();
    if (out.kind != vm::NativeKind::Value) return {};
    std::span<const vm::Type* const> parts = shape->layout->components;
    if (type->is(vm::TypeKind::Nullable)) {
        parts = parts.subspan(1);  // behind the flag
        if (type->elem()->is(vm::TypeKind::Nullable))
            return vm::type_text(type) + " has two kinds of null, of which a host has but one";
    }
    for (const vm::Type* part : parts)
        if (std::string wrong = read_crossing(machine, part, out.parts.emplace_back()); !wrong.empty())
            return wrong;
    return {};
}

}  // namespace

bool Crossing::has_no_default() const {
    if (kind != vm::NativeKind::Value) return kind == vm::NativeKind::Reference;
    return !is_nullable_value() && std::any_of(parts.begin(), parts.end(),
                                               [](const Crossing& part) { return part.has_no_default(); });
}

std::string read_types(vm::Vm& machine, std::span<const vm::Type* const> params, const vm::Type* result,
                       CallTypes& types) {
    if (params.size() > vm::kMaxNativeParams)
        return "it has " + std::to_string(params.size()) + " parameters, and a host can give 12";
    for (std::size_t i = 0; i < params.size(); i++) {
        Crossing& param = types.params.emplace_back();
        if (std::string wrong = read_crossing(machine, params[i], param); !wrong.empty())
            return "parameter " + std::to_string(i + 1) + ": " + wrong;
        types.param_slots += param.slots;
        types.signature += (i == 0 ? "(" : ",") + vm::type_text(params[i]);
    }
    types.signature += (params.empty() ? "()" : ")") + vm::type_text(result);
    const std::string wrong = read_crossing(machine, result, types.result);
    return wrong.empty() ? wrong : "the result: " + wrong;
}

std::string part_name(const Crossing& whole, std::size_t index) {
    if (whole.type->is(vm::TypeKind::Tuple)) return "part " + std::to_string(index + 1);
    std::size_t at = 0;
    for (const vm::FieldDef& field : whole.type->def.load(std::memory_order_acquire)->fields)
        if (!field.is_static() && at++ == index) return "field " + std::string(field.name);
    return "field " + std::to_string(index + 1);
}

}  // namespace skua::embed
