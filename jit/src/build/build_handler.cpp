// Linked code to SSA: where a handler of the function, or of one that it is inlined into, covers the
// instruction.
//
// There, whatever throws is a call that ends its block with a Catch; guards become branches to calls that
// throw. A Catch leads to a block that takes the exception and asks the handlers in order, as the interpreter
// does; if none wants it, it is thrown on.
#include "build/builder.h"
#include "run/runtime_table.h"

namespace skua::jit {

namespace {

bool is_root_of_errors(const vm::Class& cls) {
    return cls.is_error && (!cls.super || !cls.super->is_error);
}

}  // namespace

// The handlers that cover the current instruction, in the order in which they are asked.
std::vector<Builder::Cover> Builder::covers() const {
    std::vector<Cover> out;
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
    const std::vector<Node*> inputs(operands);
    branch(condition, fine, bad);
    block_ = bad;
    runtime(entry, Type::I64, inputs);
    node(Op::Unreachable, Type::Void, {});
    block_ = fine;
}

// What the guard would check, made visible. The guard itself stays behind it and always holds.
void Builder::check_before_guard(Op op, Type type, std::initializer_list<Node*> operands, std::int64_t imm,
                                 const void* ptr) {
    const std::vector<Node*> in(operands);
    const auto both = [&](Node* a, Node* b) { return node(Op::And, Type::I64, {a, b}); };
    const auto flag = [&](Op o, Node* a, Node* b) { return node(o, Type::I64, {a, b}); };
    const auto f64 = [&](std::int64_t bits) { return graph_.constant(Type::F64, bits); };
    constexpr std::int64_t kTwo63 = 0x43E0000000000000, kTwo64 = 0x43F0000000000000;
    constexpr auto kMinusTwo63 = static_cast<std::int64_t>(0xC3E0000000000000),
                   kMinusOne = static_cast<std::int64_t>(0xBFF0000000000000);
    switch (op) {
        case Op::NullCheck:
            return throw_unless(in[0], kThrowNull, {});
        case Op::BoundsCheck:
            return throw_unless(flag(Op::LtU, in[0], in[1]), kThrowBounds, {in[0], in[1]});
        case Op::BytesCheck: {
            // Lengths are not negative: index <=u length - width, and the width fits.
            Node* last = node(Op::Sub, Type::I64, {in[1], i64(imm)});
            return throw_unless(both(flag(Op::Le, i64(imm), in[1]), flag(Op::LeU, in[0], last)), kThrowBounds,
                                {in[0], in[1]});
        }
        case Op::DivCheck:
            return throw_unless(flag(Op::Ne, in[0], graph_.constant(type, 0)), kThrowDivide, {});
        case Op::CharCheck: {
            Node* surrogate = node(Op::Sub, Type::I64, {in[0], i64(0xD800)});
            return throw_unless(
                both(flag(Op::LeU, in[0], i64(0x10FFFF)), flag(Op::LtU, i64(0x7FF), surrogate)), kThrowChar,
                {in[0]});
        }
        case Op::CastCheck: {
            Node* is = node(Op::Is, Type::I64, {in[0]});
            is->ptr = ptr;
            Node* fits = node(Op::Or, Type::I64, {is, flag(Op::Eq, in[0], i64(0))});
            return throw_unless(fits, kThrowCast, {in[0], pointer(ptr)});
        }
        case Op::FToI64Checked:
            return throw_unless(
                both(flag(Op::FLe, f64(kMinusTwo63), in[0]), flag(Op::FLt, in[0], f64(kTwo63))),
                kThrowOverflow, {});
        case Op::FToU64Checked:
            return throw_unless(both(flag(Op::FLt, f64(kMinusOne), in[0]), flag(Op::FLt, in[0], f64(kTwo64))),
                                kThrowOverflow, {});
        default:
            return throw_unless(no_overflow(op, type, in[0], in[1]), kThrowOverflow, {});
    }
}

Node* Builder::no_overflow(Op op, Type type, Node* x, Node* y) {
    const auto wide = [&](Op o, Node* a, Node* b) { return node(o, Type::I64, {a, b}); };
    const bool is_signed = op == Op::AddChecked || op == Op::SubChecked || op == Op::MulChecked;
    const Op plain = op == Op::AddChecked || op == Op::AddCheckedU   ? Op::Add
                     : op == Op::SubChecked || op == Op::SubCheckedU ? Op::Sub
                                                                     : Op::Mul;
    if (type == Type::I32) {
        const Op extend = is_signed ? Op::SExt : Op::ZExt;
        Node* r = wide(plain, node(extend, Type::I64, {x}), node(extend, Type::I64, {y}));
        return wide(Op::Eq, node(extend, Type::I64, {node(Op::Trunc, Type::I32, {r})}), r);
    }
    switch (op) {
        case Op::AddChecked: {
            Node* r = wide(Op::Add, x, y);
            return wide(Op::Le, i64(0),
                        wide(Op::And, node(Op::Not, Type::I64, {wide(Op::Xor, x, y)}), wide(Op::Xor, x, r)));
        }
        case Op::SubChecked: {
            Node* r = wide(Op::Sub, x, y);
            return wide(Op::Le, i64(0), wide(Op::And, wide(Op::Xor, x, y), wide(Op::Xor, x, r)));
        }
        case Op::MulChecked:
            return wide(Op::Eq, wide(Op::MulHi, x, y), wide(Op::Shr, wide(Op::Mul, x, y), i64(63)));
        case Op::AddCheckedU:
            return wide(Op::LeU, x, wide(Op::Add, x, y));
        case Op::SubCheckedU:
            return wide(Op::LeU, y, x);
        default:
            return wide(Op::Eq, wide(Op::MulHiU, x, y), i64(0));
    }
}

}  // namespace skua::jit
