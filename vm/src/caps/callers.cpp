#include "caps/callers.h"

#include <algorithm>

#include "runtime/guest_frames.h"
#include "skua/vm/class.h"
#include "skua/vm/tier.h"
#include "skua/vm/vm.h"

namespace skua::vm {

namespace {

class Collector {
public:
    // The calls at one place: functions inlined there and the one around them. False to stop.
    bool operator()(const Instr* pc) {
        if (pc == last_) return true;  // a recursion stands at one place again and again
        last_ = pc;
        const LinkedBody* body = body_at(pc);
        if (body == nullptr) return true;  // the stub of a native
        const auto word = static_cast<std::uint32_t>(pc - body->code.data());
        for (const auto& inlined : body->inlined)
            if (word >= inlined.start && word < inlined.end) add(source_of(*inlined.function));
        add(source_of(*body->function));
        return body->function->def == nullptr || body->function->def->name != "static$init";
    }

    std::vector<const CodeSource*> found;

    void add(const CodeSource* source) {
        if (source == nullptr || source->kind == CodeSource::Kind::System) return;
        if (std::find(found.begin(), found.end(), source) == found.end()) found.push_back(source);
    }

private:
    const Instr* last_ = nullptr;
};

}  // namespace

const CodeSource* source_of(const Function& function) {
    return function.def != nullptr ? function.def->owner->source : function.source;
}

std::vector<const CodeSource*> callers_of(const Thread& thread) {
    Collector collect;
    for (const Thread::NativeFrame* native = thread.archive_natives; native; native = native->outer)
        collect.add(native->source);
    walk_guest_frames(
        thread,
        [&](const Thread::Compiled::Span& span) {
            bool go_on = true;
            thread.vm->tier()->walk(span.anchor_sp, span.boundary_sp,
                                    [&](const Instr* at) { return go_on = collect(at); });
            return go_on;
        },
        [&](const Instr* pc) { return collect(pc); });
    return std::move(collect.found);
}

}  // namespace skua::vm
