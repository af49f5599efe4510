// Linked code to SSA: calls, inlining, dispatch by profile, returns, throws.
#include <algorithm>

#include "build/builder.h"
#include "run/runtime_table.h"
#include "skua/vm/link_ahead.h"
#include "skua/vm/tier_support.h"

namespace skua::jit {

using vm::CallSite;
using vm::Instr;
using vm::LOp;

namespace {

constexpr std::uint32_t kMaxNativeSlots = 256;  // of the buffer that a call through the machine has
constexpr std::size_t kMaxTargets = 3;          // of a dispatched call that is guarded class by class

Mem class_word() {
    return {};
}

// What the site has seen; empty if that is too much to list.
std::vector<vm::SiteEntry> profile(const CallSite& site) {
    std::vector<vm::SiteEntry> seen;
    for (const auto& way : site.seen) {
        if (const vm::SiteEntry* entry = way.load(std::memory_order_acquire)) seen.push_back(*entry);
    }
    if (seen.size() > kMaxTargets) seen.clear();
    return seen;
}

}  // namespace

bool Builder::arguments(const std::vector<vm::LeafKind>& kinds, std::uint32_t window, Vector<Node*>& inputs) {
    if (kinds.size() + inputs.size() > vm::Thread::Compiled::kMaxLeaves) {
        failed_ = true;
        result_.why_not = "a call has too many arguments";
        return false;
    }
    for (std::uint32_t i = 0; i < kinds.size(); ++i)
        inputs.push_back(as(raw(window + i), leaf_type(kinds[i])));
    return true;
}

void Builder::store_results(Node* call, const std::vector<vm::LeafKind>& kinds, std::uint32_t result) {
    Vector<Node*> values{call};
    for (std::uint32_t i = 1; i < kinds.size(); ++i) {
        Node* more = node(Op::Result, leaf_type(kinds[i]), {call});
        more->imm = i;
        values.push_back(more);
    }
    for (std::uint32_t i = 0; i < kinds.size(); ++i) set(result + i, values[i]);
}

bool Builder::try_inline(vm::Function& callee, std::uint32_t window, std::uint32_t result) {
    if (!options_.inline_calls) return false;
    const vm::LinkedBody* body = callee.body.load(std::memory_order_acquire);
    if (!body || !body->handlers.empty()) return false;
    const auto words = static_cast<std::uint32_t>(body->code.size());
    if (words > options_.max_callee_words) return false;
    const bool small = words <= options_.small_callee_words;
    // What is large must not use up what is small and may stand in a loop behind it.
    const std::uint32_t budget = options_.budget_words + (small ? options_.small_budget_words : 0);
    if (inlined_words_ + words > budget) return false;
    int depth = 0, recursion = 0;
    for (const Frame* f = frame_; f; f = f->outer, ++depth) recursion += f->body == body ? 1 : 0;
    // Of what is small, some rounds become one.
    if (recursion > (small ? options_.max_recursion : 0)) return false;
    if (depth > options_.max_depth || (depth > 3 && !small)) return false;
    inlined_words_ += words;

    Frame inner{body, frame_->base + window, frame_, site(), nullptr, frame_->base + result, {}};
    Frame* outer = frame_;
    const Instr* pc = pc_;
    const Site* at = site_;
    frame_ = &inner;
    const bool done = translate_body(inner, 0);
    frame_ = outer;
    pc_ = pc;
    site_ = at;
    if (!done) failed_ = true;
    return true;
}

// Directly, or with the checks that only the machine makes.
bool Builder::call_native(vm::Function& callee, std::uint32_t window, std::uint32_t result) {
    const auto checked_call = [&] {
        Vector<Node*> inputs;
        for (std::uint32_t i = 0; i < callee.arg_slots; ++i) inputs.push_back(get(window + i));
        // The results of a struct will lie where the arguments do.
        while (inputs.size() < callee.result_slots) inputs.push_back(i64(0));
        return runtime(kCallNative, callee.result_slots ? Type::I64 : Type::Void, inputs, &callee);
    };
    if (std::max(callee.arg_slots, callee.result_slots) > kMaxNativeSlots) {
        result_.why_not = "a native has too many arguments";
        return false;
    }
    const auto is_float_value = [](vm::NativeValue v) {
        return v == vm::NativeValue::F64 || v == vm::NativeValue::F32;
    };
    const vm::NativeTarget target = vm::native_target(callee);
    const auto floats =
        static_cast<std::size_t>(std::count_if(target.params.begin(), target.params.end(), is_float_value));
    // What the C convention passes in registers; the first integer one is the environment's.
    if (!target.address || floats > 8 || target.params.size() - floats > 5) {
        Node* call = checked_call();
        store_results(call, std::vector<vm::LeafKind>(callee.result_slots, vm::LeafKind::Slot), result);
        return true;
    }
    for (std::uint32_t i = 0; i < target.params.size(); ++i) {
        if (!(target.not_null >> i & 1) || known_not_null(get(window + i))) continue;
        Block* null = new_block(1);
        Block* fine = new_block(1);
        branch(get(window + i), fine, null);
        block_ = null;
        checked_call();  // throws, with the message
        node(Op::Unreachable, Type::Void, {});
        block_ = fine;
    }
    Vector<Node*> inputs;
    for (std::uint32_t i = 0; i < target.params.size(); ++i) {
        inputs.push_back(target.params[i] == vm::NativeValue::F64   ? getf(window + i)
                         : target.params[i] == vm::NativeValue::F32 ? getf32(window + i)
                                                                    : get(window + i));
    }
    const Type type = target.result == vm::NativeValue::Void  ? Type::Void
                      : target.result == vm::NativeValue::F64 ? Type::F64
                      : target.result == vm::NativeValue::F32 ? Type::F32
                                                              : Type::I64;
    Node* call = graph_.append(block_, graph_.new_node(Op::CallNative, type, inputs));
    call->ptr = target.address;
    call->mem.key = reinterpret_cast<std::uintptr_t>(&callee);
    call->site = site();
    catch_from();
    if (type == Type::Void) return true;
    // C leaves the rest of the register undefined.
    switch (target.result) {
        case vm::NativeValue::I8:
            call = node(Op::SExt8, Type::I64, {call});
            break;
        case vm::NativeValue::I16:
            call = node(Op::SExt16, Type::I64, {call});
            break;
        case vm::NativeValue::I32:
            call = node(Op::SExt, Type::I64, {trunc(call)});
            break;
        case vm::NativeValue::U8:
            call = node(Op::ZExt8, Type::I64, {call});
            break;
        case vm::NativeValue::U16:
            call = node(Op::ZExt16, Type::I64, {call});
            break;
        case vm::NativeValue::Bool:
            call = node(Op::Ne, Type::I64, {node(Op::ZExt8, Type::I64, {call}), i64(0)});
            break;
        case vm::NativeValue::Char:
            call = node(Op::ZExt, Type::I64, {trunc(call)});
            break;
        default:
            break;
    }
    set(result, call);
    return true;
}

bool Builder::call_function(vm::Function& callee, std::uint32_t window, std::uint32_t result) {
    if (vm::link_native_ahead(options_.vm, callee)) return call_native(callee, window, result);
    if (try_inline(callee, window, result)) return !failed_;
    Vector<Node*> inputs;
    if (!arguments(callee.shape.params, window, inputs)) return false;
    const auto& results = callee.shape.results;
    Node* call = graph_.append(
        block_, graph_.new_node(Op::Call, results.empty() ? Type::Void : leaf_type(results[0]), inputs));
    call->ptr = &callee;
    call->site = site();
    catch_from();
    store_results(call, results, result);
    result_.callees.push_back(&callee);
    return true;
}

// Class by class for what the profile lists, then by table.
bool Builder::call_dispatched(const CallSite& site_info, Node* receiver, std::uint32_t window,
                              std::uint32_t result, LOp op) {
    const bool is_virtual = op == LOp::CallV || op == LOp::CallVPoly;
    if (const vm::Class* known = known_class(receiver)) {
        vm::Function* target = nullptr;
        if (is_virtual) {
            target = known->vtable[site_info.vtable_index];
        } else {
            for (const auto& entry : profile(site_info)) {
                if (entry.cls == known) target = entry.function;
            }
        }
        if (target) return call_function(*target, window, result);
    }
    const auto seen = profile(site_info);
    Block* join = new_block(static_cast<std::uint32_t>(seen.size() + 1));
    Node* cls = seen.empty() ? nullptr : load(receiver, nullptr, class_word());
    for (const auto& entry : seen) {
        Block* hit = new_block(1);
        Block* miss = new_block(1);
        branch(node(Op::Eq, Type::I64, {cls, pointer(entry.cls)}), hit, miss);
        block_ = hit;
        if (!call_function(*entry.function, window, result)) return false;
        if (block_) jump(join);
        block_ = miss;
    }
    Vector<Node*> inputs;
    Op call_op = Op::CallVirtual;
    if (!is_virtual) {
        call_op = Op::CallIndirect;
        inputs.push_back(runtime(kFindImplementation, Type::I64, {receiver, pointer(site_info.selector)}));
    }
    if (!arguments(site_info.shape.params, window, inputs)) return false;
    const auto& results = site_info.shape.results;
    Node* call = graph_.append(
        block_, graph_.new_node(call_op, results.empty() ? Type::Void : leaf_type(results[0]), inputs));
    call->imm = site_info.vtable_index;
    call->site = site();
    catch_from();
    store_results(call, results, result);
    jump(join);
    block_ = join;
    if (!state(join).sealed) seal(join);
    return true;
}

// Where the callee's frame expects them: behind the arguments.
void Builder::append_captures(Node* closure, const vm::Function& callee, const CallSite& site_info,
                              std::uint32_t window) {
    const std::uint32_t first = site_info.argument_slots;
    for (std::uint32_t i = first; i < callee.arg_slots; ++i) {
        Mem mem;
        mem.alias = Alias::Field;  // as ClosureNew stores them
        mem.disp = static_cast<std::int32_t>(sizeof(vm::Object) + 8 * (i - first));
        mem.key = static_cast<std::uint64_t>(mem.disp);
        set(window + i, load(closure, nullptr, mem));
    }
}

bool Builder::call_closure(const CallSite& site_info, std::uint32_t closure_register, std::uint32_t window,
                           std::uint32_t result) {
    Node* closure = checked_reference(closure_register);
    if (const vm::Class* known = known_class(closure); known && known->closure_function) {
        append_captures(closure, *known->closure_function, site_info, window);
        return call_function(*known->closure_function, window, result);
    }
    const auto seen = profile(site_info);
    Block* join = new_block(static_cast<std::uint32_t>(seen.size() + 1));
    Node* cls = seen.empty() ? nullptr : load(closure, nullptr, class_word());
    for (const auto& entry : seen) {
        Block* hit = new_block(1);
        Block* miss = new_block(1);
        branch(node(Op::Eq, Type::I64, {cls, pointer(entry.cls)}), hit, miss);
        block_ = hit;
        append_captures(closure, *entry.function, site_info, window);
        if (!call_function(*entry.function, window, result)) return false;
        if (block_) jump(join);
        block_ = miss;
    }
    Vector<Node*> inputs{closure};
    if (!arguments(site_info.shape.params, window, inputs)) return false;
    const auto& results = site_info.shape.results;
    Node* call = graph_.append(
        block_,
        graph_.new_node(Op::CallClosure, results.empty() ? Type::Void : leaf_type(results[0]), inputs));
    call->site = site();
    catch_from();
    store_results(call, results, result);
    jump(join);
    block_ = join;
    if (!state(join).sealed) seal(join);
    return true;
}

bool Builder::build_call(const Instr* pc, LOp op) {
    const std::uint32_t a = pc->a, b = pc->b, c = pc->c;
    const auto leave = [&](std::uint32_t first, std::uint32_t count) {
        if (frame_->outer) {
            Vector<Node*> values;
            for (std::uint32_t i = 0; i < count; ++i) values.push_back(raw(first + i));
            for (std::uint32_t i = 0; i < count; ++i) write_slot(block_, frame_->result + i, values[i]);
            jump(frame_->return_block);
            return;
        }
        Vector<Node*> values;
        for (std::uint32_t i = 0; i < count; ++i) values.push_back(as(raw(first + i), graph_.results[i]));
        graph_.append(block_, graph_.new_node(Op::Return, Type::Void, values));
        block_ = nullptr;
    };
    const auto end = [&](bool done) {
        if (!done) failed_ = true;
        return true;
    };
    switch (op) {
        case LOp::Call:
            return end(call_function(*static_cast<vm::Function*>(const_cast<void*>(pc[1].pointer)), b, a));
        case LOp::CallV:
        case LOp::CallVPoly:
        case LOp::CallI:
        case LOp::CallIPoly: {
            Node* receiver = checked_reference(b);
            return end(call_dispatched(*static_cast<const CallSite*>(pc[1].pointer), receiver, b, a, op));
        }
        case LOp::CallC:
            return end(call_closure(*static_cast<const CallSite*>(pc[1].pointer), c, b, a));
        case LOp::Ret:
            leave(b, 1);
            return true;
        case LOp::RetN:
            leave(b, c);
            return true;
        case LOp::Ret0:
            leave(0, 0);
            return true;
        case LOp::Throw: {
            Node* error = checked_reference(b);
            if (in_try()) {
                runtime(kThrow, Type::I64, {error});
                node(Op::Unreachable, Type::Void, {});
            } else {
                guard(Op::Throw, Type::Void, {error});
            }
            block_ = nullptr;
            return true;
        }
        case LOp::LinkFail:
            runtime(kLinkFailure, Type::I64, {pointer(pc[1].pointer)});
            node(Op::Unreachable, Type::Void, {});
            block_ = nullptr;
            return true;
        default:
            return false;
    }
}

}  // namespace skua::jit
