#include "opt/constants.h"
#include "opt/facts.h"
#include "opt/reducer.h"

namespace skua::jit {
namespace {

constexpr int kMaxReductions = 6;  // of nodes made while reducing a node that was made

}  // namespace

bool Reducer::run(Block& block) {
    block_ = &block;
    changed_ = false;
    Vector<Node*> before = std::move(block.nodes);
    block.nodes.clear();
    // The constants at the head of the entry block stay in place: new ones are put behind them.
    std::size_t i = 0;
    while (i < before.size() && before[i]->is_const()) block.nodes.push_back(before[i++]);
    for (; i < before.size(); ++i) {
        Node* n = before[i];
        for (std::uint32_t k = 0; k < n->input_count; ++k) n->inputs[k] = resolve(n->inputs[k]);
        if (Node* simpler = reduce(n); simpler && simpler != n) {
            n->replaced_by = simpler;
            changed_ = true;
            if (graph_.assert_by && info(n->op).guard) block.nodes.push_back(n);  // settle makes it an Assert
        } else {
            block.nodes.push_back(n);
        }
    }
    return changed_;
}

Node* Reducer::make(Op op, Type type, std::initializer_list<Node*> inputs) {
    Node* n = graph_.new_node(op, type, inputs);
    n->block = block_;
    if (depth_ < kMaxReductions) {
        ++depth_;
        Node* simpler = reduce(n);
        --depth_;
        if (simpler) return simpler;
    }
    block_->nodes.push_back(n);
    return n;
}

Node* Reducer::reduce(Node* n) {
    const OpInfo& op = info(n->op);
    if (n->op == Op::Phi) return reduce_phi(n);
    if (n->op == Op::Branch) {
        reduce_branch(n);
        return nullptr;
    }
    if (n->op == Op::Load || n->op == Op::Store || n->op == Op::Is) return reduce_memory(n);
    if (!op.pure && !op.guard) return nullptr;
    if (n->input_count == 0) return nullptr;

    const bool constant_inputs = n->in(0)->is_const() && (n->input_count == 1 || n->in(1)->is_const());
    if (constant_inputs && n->input_count <= 2) {
        const Node* second = n->input_count == 2 ? n->in(1) : n->in(0);
        if (n->op != Op::BytesCheck && n->op != Op::CastCheck) {
            if (auto value = fold(n->op, n->type, n->in(0)->type, n->in(0)->imm, second->imm))
                return constant(n->type, *value);
        }
    }
    if (op.commutative && n->in(0)->is_const() && !n->in(1)->is_const()) {
        std::swap(n->inputs[0], n->inputs[1]);
        changed_ = true;
    }
    if (op.guard) return reduce_guard(n);
    if (is_compare(n->op)) return reduce_compare(n);
    switch (n->op) {
        case Op::Trunc:
        case Op::SExt:
        case Op::ZExt:
        case Op::SExt8:
        case Op::SExt16:
        case Op::ZExt8:
        case Op::ZExt16:
        case Op::Bitcast:
            return reduce_convert(n);
        case Op::Shl:
        case Op::Shr:
        case Op::ShrU:
        case Op::Rotl:
        case Op::Rotr:
            return reduce_shift(n);
        case Op::Div:
        case Op::Rem:
        case Op::DivU:
        case Op::RemU:
            return reduce_divide(n);
        default:
            return is_float(n->type) ? reduce_float(n) : reduce_integer(n);
    }
}

// All inputs are one value, or the phi itself, perhaps behind guards that hand it on: a reference that is
// checked for null in a loop is a phi of itself, checked.
Node* Reducer::reduce_phi(Node* n) {
    Node *same = nullptr, *bare = nullptr;
    for (Node* input : n->all()) {
        input = resolve(input);
        Node* value = input;
        while (is_check(value->op)) value = resolve(value->in(0));
        if (value == n) continue;
        if (!same) {
            same = input;
            bare = value;
        } else if (value != bare) {
            return nullptr;
        } else if (input != same) {
            same = bare;
        }
    }
    return same;
}

void Reducer::reduce_branch(Node* n) {
    for (;;) {
        Node* condition = n->in(0);
        bool swap = false;
        if (condition->op == Op::Ne && condition->in(1)->is_const(0) && condition->in(0)->type == Type::I64) {
            n->inputs[0] = condition->in(0);
        } else if (condition->op == Op::Eq && condition->in(1)->is_const(0) &&
                   condition->in(0)->type == Type::I64) {
            n->inputs[0] = condition->in(0);
            swap = true;
        } else if (condition->op == Op::Xor && condition->in(1)->is_const(1) && is_bool(condition->in(0))) {
            n->inputs[0] = condition->in(0);
            swap = true;
        } else if (is_not_null(condition) && !condition->is_const()) {
            n->inputs[0] = i64(1);
        } else {
            return;
        }
        if (swap) {
            std::swap(n->block->succs[0], n->block->succs[1]);
            swapped_edges_ = true;
        }
        changed_ = true;
    }
}

}  // namespace skua::jit
