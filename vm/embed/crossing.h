// Which values a host and the guest can give one another, and in which form the guest has them.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "native/native_signature.h"
#include "skua/vm/vm.h"

namespace skua::embed {

// The type of a parameter, of a result or of a part of one.
struct Crossing {
    vm::NativeKind kind = vm::NativeKind::Void;
    const vm::Type* type = nullptr;
    std::uint32_t slots = 0;
    // Of NativeKind::Value: the fields of a struct, the parts of a tuple; of a nullable value, what there is
    // if it is not null, behind a slot that says so.
    std::vector<Crossing> parts;

    [[nodiscard]] bool is_nullable_value() const {
        return kind == vm::NativeKind::Value && type->is(vm::TypeKind::Nullable);
    }
    // Is every value of the type more than zeros: is there a reference in it that is not null?
    [[nodiscard]] bool has_no_default() const;
};

struct CallTypes {
    std::vector<Crossing> params;
    Crossing result;
    std::uint32_t param_slots = 0;
    std::string signature;  // "(string,i64)bool"
};

// Empty, or what cannot cross.
std::string read_types(vm::Vm& machine, std::span<const vm::Type* const> params, const vm::Type* result,
                       CallTypes& types);

// "field x", "part 2": what parts[index] is called in messages.
std::string part_name(const Crossing& whole, std::size_t index);

}  // namespace skua::embed
