// Linked code to SSA: jumps, branches, switches.
#include "build/builder.h"
#include "run/runtime_table.h"
#include "skua/vm/vm.h"

namespace skua::jit {

using vm::Instr;
using vm::LOp;

// The block at an offset from the current instruction; over a back edge, a block that polls first.
Block* Builder::target(std::int64_t offset, bool back_edge) {
    const auto word = static_cast<std::uint32_t>(pc_ - frame_->body->code.data() + offset);
    Block* to = frame_->blocks[word];
    if (!back_edge) return to;
    Block* poll = new_block(1);
    Block* before = block_;
    block_ = poll;
    if (in_try()) {
        Node* quiet = node(Op::Eq, Type::I64, {node(Op::Interrupted, Type::I64, {}), i64(0)});
        Block* on = new_block(2);
        Block* stop = new_block(1);
        branch(quiet, on, stop);
        block_ = stop;
        runtime(kServeInterrupt, Type::I64, {});
        jump(on);
        block_ = on;
    } else {
        guard(Op::Poll, Type::Void, {});
    }
    jump(to);
    block_ = before;
    return poll;
}

std::int64_t Builder::stack_allowed() const {
    return static_cast<std::int64_t>(options_.vm->options().max_stack_bytes);
}

void Builder::check_stack(Node* used, std::int64_t most) {
    Block* fine = new_block(1);
    Block* over = new_block(1);
    branch(node(Op::Le, Type::I64, {used, i64(most)}), fine, over);
    block_ = over;
    runtime(kThrowStackOverflow, Type::I64, {});
    node(Op::Unreachable, Type::Void, {});
    block_ = fine;
}

bool Builder::build_branch(const Instr* pc, LOp op) {
    // Jumps away if the condition holds, else goes on behind the instruction.
    const auto conditional = [&](Node* condition, bool back_edge, std::uint32_t words = 1) {
        Block* taken = target(pc->sc(), back_edge);
        Block* next = target(words, false);
        branch(condition, taken, next);
    };
    const auto unless = [&](Node* condition, bool back_edge, std::uint32_t words = 1) {
        Block* taken = target(pc->sc(), back_edge);
        Block* next = target(words, false);
        branch(condition, next, taken);
    };
    const auto compare = [&](Op o, Node* x, Node* y) { return node(o, Type::I64, {x, y}); };
    const std::uint32_t a = pc->a, b = pc->b;

    switch (op) {
        case LOp::Fuel:
            guard(Op::Fuel, Type::Void, {}, pc->imm32());
            return true;
        case LOp::Enter: {
            Node* used = node(Op::Add, Type::I64, {node(Op::StackUsed, Type::I64, {}), i64(pc->imm32())});
            check_stack(used, stack_allowed());
            guard(Op::SetStackUsed, Type::Void, {used});
            set(a, used);
            return true;
        }
        case LOp::EnterLeaf:
            check_stack(node(Op::StackUsed, Type::I64, {}), stack_allowed() - pc->imm32());
            return true;
        case LOp::Leave:
            guard(Op::SetStackUsed, Type::Void, {node(Op::Sub, Type::I64, {get(b), i64(8 * pc->c)})});
            return true;
        case LOp::Jmp:
            jump(target(pc->imm32(), false));
            return true;
        case LOp::JmpL:
            jump(target(pc->imm32(), true));
            return true;
#define BOTH(Name, statement)        \
    case LOp::Name: {                \
        constexpr bool back = false; \
        statement;                   \
        return true;                 \
    }                                \
    case LOp::Name##L: {             \
        constexpr bool back = true;  \
        statement;                   \
        return true;                 \
    }
            BOTH(JT, conditional(get(b), back))
            BOTH(JF, unless(get(b), back))
            BOTH(JEq, conditional(compare(Op::Eq, get(a), get(b)), back))
            BOTH(JNe, conditional(compare(Op::Ne, get(a), get(b)), back))
            BOTH(JLt, conditional(compare(Op::Lt, get(a), get(b)), back))
            BOTH(JLe, conditional(compare(Op::Le, get(a), get(b)), back))
            BOTH(JLtU, conditional(compare(Op::LtU, get(a), get(b)), back))
            BOTH(JLeU, conditional(compare(Op::LeU, get(a), get(b)), back))
            BOTH(JEqK, conditional(compare(Op::Eq, get(a), i64(pc->sb())), back))
            BOTH(JNeK, conditional(compare(Op::Ne, get(a), i64(pc->sb())), back))
            BOTH(JLtK, conditional(compare(Op::Lt, get(a), i64(pc->sb())), back))
            BOTH(JLeK, conditional(compare(Op::Le, get(a), i64(pc->sb())), back))
            BOTH(JGtK, conditional(compare(Op::Lt, i64(pc->sb()), get(a)), back))
            BOTH(JGeK, conditional(compare(Op::Le, i64(pc->sb()), get(a)), back))
            BOTH(JEqF, conditional(compare(Op::FEq, getf(a), getf(b)), back))
            BOTH(JNeF, conditional(compare(Op::FNe, getf(a), getf(b)), back))
            BOTH(JLtF, conditional(compare(Op::FLt, getf(a), getf(b)), back))
            BOTH(JLeF, conditional(compare(Op::FLe, getf(a), getf(b)), back))
            BOTH(JNltF, unless(compare(Op::FLt, getf(a), getf(b)), back))
            BOTH(JNleF, unless(compare(Op::FLe, getf(a), getf(b)), back))
            BOTH(JStrEq, conditional(strings_equal(get(a), get(b)), back))
            BOTH(JStrNe, unless(strings_equal(get(a), get(b)), back))
#undef BOTH
        case LOp::JIs:
        case LOp::JIsNot: {
            Node* is = node(Op::Is, Type::I64, {get(b)});
            is->ptr = pc[1].pointer;
            if (op == LOp::JIs) {
                conditional(is, false, 2);
            } else {
                unless(is, false, 2);
            }
            return true;
        }
        case LOp::SwitchDense: {
            const auto& table = *static_cast<const vm::SwitchTable*>(pc[1].pointer);
            Node* value = get(b);
            Vector<Block*> targets;
            for (auto offset : table.offsets) targets.push_back(target(offset, offset <= 0));
            targets.push_back(target(table.default_offset, table.default_offset <= 0));
            Block* from = block_;
            node(Op::Switch, Type::Void, {value})->imm = table.lo;
            block_ = nullptr;
            for (Block* to : targets) edge(from, to);
            return true;
        }
        case LOp::SwitchSparse: {
            const auto& table = *static_cast<const vm::SwitchTable*>(pc[1].pointer);
            Block* otherwise = new_block(static_cast<std::uint32_t>(table.values.size() + 1));
            switch_sparse(table, get(b), 0, table.values.size(), otherwise);
            block_ = otherwise;
            if (!state(otherwise).sealed) seal(otherwise);
            jump(target(table.default_offset, table.default_offset <= 0));
            return true;
        }
        default:
            return false;
    }
}

// A binary search as a tree of branches over values[lo..hi).
void Builder::switch_sparse(const vm::SwitchTable& table, Node* value, std::size_t lo, std::size_t hi,
                            Block* otherwise) {
    if (hi - lo <= 2) {
        for (std::size_t i = lo; i < hi; ++i) {
            Node* equal = node(Op::Eq, Type::I64, {value, i64(table.values[i])});
            Block* hit = target(table.offsets[i], table.offsets[i] <= 0);
            Block* next = new_block(1);
            branch(equal, hit, next);
            block_ = next;
        }
        jump(otherwise);
        return;
    }
    const std::size_t middle = lo + (hi - lo) / 2;
    Node* less = node(Op::Lt, Type::I64, {value, i64(table.values[middle])});
    Block* low = new_block(1);
    Block* high = new_block(1);
    branch(less, low, high);
    block_ = low;
    switch_sparse(table, value, lo, middle, otherwise);
    block_ = high;
    switch_sparse(table, value, middle, hi, otherwise);
}

}  // namespace skua::jit
