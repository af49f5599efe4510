// Functions that stand for another one in function values.
//
// An archive that makes a function value of somebody else's function, `paths.map(fs.remove)`, decides that it
// is called and with what, but has no call on the stack when it is. The stand-in is that call: it counts as
// the archive's code, and calls the function.
#include <algorithm>

#include "caps/callers.h"
#include "link/linked_builder.h"
#include "link/linker.h"

namespace skua::vm {

Result<Function*> function_for_value(Vm& vm, Function& target, const CodeSource* source) {
    if (source == nullptr || source->kind != CodeSource::Kind::Archive || source_of(target) == source)
        return &target;
    LinkerState& state = vm.linker();
    std::lock_guard guard(state.lock);
    Function*& known = state.stand_ins[{source, &target}];
    if (known != nullptr) return known;

    auto made = std::make_unique<Function>();
    made->source = source;
    made->owner = target.owner;
    made->param_types = target.param_types;
    made->result_type = target.result_type;
    made->arg_slots = target.arg_slots;
    made->result_slots = target.result_slots;
    made->shape = target.shape;
    made->display_name = target.display_name;
    const std::uint32_t result = target.arg_slots;
    const std::uint32_t window = result + std::max(target.result_slots, 1u);
    made->frame_slots = window + std::max(target.arg_slots, target.result_slots);

    LinkedBuilder code(false);
    if (target.arg_slots > 0) code.emit(LOp::MovN, window, 0, target.arg_slots);
    code.emit_pointer(LOp::Call, result, window, target.arg_slots, &target);
    if (target.result_slots == 0)
        code.emit(LOp::Ret0, 0, 0, 0);
    else if (target.result_slots == 1)
        code.emit(LOp::Ret, 0, result, 0);
    else
        code.emit(LOp::RetN, 0, result, target.result_slots);
    auto body = code.finish();
    if (!body) return std::move(body).error();
    (*body)->function = made.get();
    const LinkedBody* kept = register_body(vm, *std::move(body));
    made->body.store(kept, std::memory_order_release);
    made->code.store(kept->code.data(), std::memory_order_release);
    state.thunks.push_back(std::move(made));
    return known = state.thunks.back().get();
}

}  // namespace skua::vm
