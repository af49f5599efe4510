// Linked code to SSA: where a handler of the function, or of one that it is inlined into, covers the
// instruction.
//
// There, whatever throws is a call that ends its block with a Catch; guards become branches to calls that
// throw. A Catch leads to a block that takes the exception and asks the handlers in order, as the interpreter
// does; if none wants it, it is thrown on.
#include "build/builder.h"
#include "ir/guard_condition.h"
#include "run/runtime_table.h"

namespace skua::jit {

namespace {

bool is_root_of_errors(const vm::Class& cls) {
    return cls.is_error && (!cls.super || !cls.super->is_error);
}

}  // namespace

// The handlers that cover the current instruction, in the order in which they are asked.
Vector<Builder::Cover> Builder::covers() const {
    Vector<Cover> out;
    const vm::Instr* pc = pc_;
    for (const Frame* frame = frame_; frame; frame = frame->outer) {
        const auto word = static_cast<std::uint32_t>(pc - frame->body->code.data());
        for (const vm::LinkedHandler& handler : frame->body->handlers) {
            if (word >= handler.start && word < handler.end) out.push_back({frame, &handler});
        }
        if (frame->call_site) pc = frame->call_site->pc;
    }
    return out;
}

bool Builder::in_try() {
    if (covered_at_ != pc_) {
        covered_at_ = pc_;
        covered_ = !covers().empty();
    }
    return covered_;
}

// Behind a call that may throw; the current block goes on where it did not.
void Builder::catch_from() {
    if (!block_ || !in_try()) return;
    Block* next = new_block(1);
    Block* landing = new_block(1);
    landing->cold = true;
    Block* from = block_;
    node(Op::Catch, Type::Void, {});
    edge(from, next);
    edge(from, landing);
    block_ = landing;
    Node* error = node(Op::TakePending, Type::I64, {});
    for (const Cover& cover : covers()) {
        Block* caught = block_;
        Block* other = nullptr;
        if (!is_root_of_errors(*cover.handler->type)) {
            Node* is = node(Op::Is, Type::I64, {error});
            is->ptr = cover.handler->type;
            caught = new_block(1);
            other = new_block(1);
            branch(is, caught, other);
            block_ = caught;
        }
        write_slot(block_, cover.frame->base + cover.handler->slot, error);
        jump(cover.frame->blocks.at(cover.handler->target));
        block_ = other;
        if (!block_) break;
    }
    if (block_) {
        Node* again = node(Op::Throw, Type::Void, {error});
        again->site = site();
    }
    block_ = next;
}

// Goes on if the condition holds; else calls `entry`, which throws.
void Builder::throw_unless(Node* condition, const RuntimeEntry& entry,
                           std::initializer_list<Node*> operands) {
    Block* fine = new_block(1);
    Block* bad = new_block(1);
    const Vector<Node*> inputs(operands);
    branch(condition, fine, bad);
    block_ = bad;
    runtime(entry, Type::I64, inputs);
    node(Op::Unreachable, Type::Void, {});
    block_ = fine;
}

// What the guard would check, made visible. The guard itself stays behind it and always holds.
void Builder::check_before_guard(Op op, Type type, std::initializer_list<Node*> operands, std::int64_t imm,
                                 const void* ptr) {
    const Vector<Node*> in(operands);
    const MakeNode make = [this](Op o, Type t, std::initializer_list<Node*> inputs) {
        return node(o, t, inputs);
    };
    Node* holds = guard_condition(graph_, make, op, type, in, imm, ptr);
    switch (op) {
        case Op::NullCheck:
            return throw_unless(holds, kThrowNull, {});
        case Op::BoundsCheck:
        case Op::BytesCheck:
            return throw_unless(holds, kThrowBounds, {in[0], in[1]});
        case Op::DivCheck:
            return throw_unless(holds, kThrowDivide, {});
        case Op::CharCheck:
            return throw_unless(holds, kThrowChar, {in[0]});
        case Op::CastCheck:
            return throw_unless(holds, kThrowCast, {in[0], pointer(ptr)});
        default:
            return throw_unless(holds, kThrowOverflow, {});
    }
}

}  // namespace skua::jit
