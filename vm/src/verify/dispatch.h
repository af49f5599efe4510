// Method dispatch as the declarations give it: shared by the declaration rules and the linker.
#pragma once

#include "skua/vm/verifier.h"

namespace skua::vm {

struct Implementation {
    FunctionDef* function = nullptr;  // null: none
    const Type* owner = nullptr;      // the open type that declares it, in the type's own variables
    bool ambiguous = false;           // several defaults, none the most specific: `function` is one of them
};

// Takes part in virtual or interface dispatch: an instance method that is not private, no
// constructor and has no type parameters.
[[nodiscard]] bool is_dispatched(const FunctionDef& f);
// Is it found by name when a method is dispatched, so that a subtype's method of that name would
// take its place, wanted or not? All dispatched methods but closed ones of classes.
[[nodiscard]] bool is_in_way(const FunctionDef& f);
// May a method of a subtype take its place? Not if it is an override that is not open itself.
[[nodiscard]] bool can_be_overridden(const FunctionDef& f);

// What an instance of exactly `type` runs for `method`, a dispatched method of one of its
// supertypes. Of an abstract type the answer may be abstract.
[[nodiscard]] Implementation find_implementation_of(TypeDef& type, FunctionDef& method);

}  // namespace skua::vm
