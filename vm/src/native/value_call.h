// Natives some of whose parameters are structs, tuples or nullable values: each is put together on the
// native's stack, where the collector sees what it refers to, and passed by its address. Such a result is
// written there through a pointer that comes last.
#pragma once

#include <memory>
#include <vector>

#include "native/native_registry.h"
#include "native/value_shape.h"

namespace skua::vm {

struct ValuePlan {
    struct Param {
        ValueShape shape;
        std::uint32_t slot;    // the first of the frame that it has
        std::uint32_t memory;  // if it goes by address: at which byte
    };
    std::vector<Param> params;
    ValueShape result;
    std::uint32_t result_memory = 0;
    std::uint32_t memory = 0;            // bytes
    std::vector<NativeKind> leaf_kinds;  // of the arguments' slots, for the trace
    std::vector<NativeKind> result_kinds;
};

// Whether `function`, which is to be bound to `native`, wants a plan; then made, with the call's signature as
// the C function sees it. Errors: more parameters than 12 with the place of the result.
Result<std::unique_ptr<ValuePlan>> plan_values(Vm& vm, const Function& function, NativeSignature& signature);

// As call_c_function, with all of the frame. False: NullError is pending, and the native has not been called.
bool call_with_values(Thread& thread, const Function& function, const NativeFunction& native, SkEnv* env,
                      Slot* frame);

}  // namespace skua::vm
