// The pass `narrow`: 32-bit numbers are extended only where somebody looks at more than their low half.
//
// A u32 that goes round a loop is extended in each round, since slots hold all 64 bits. If all that becomes
// of it is arithmetic of which the low half is wanted, the extension is left out (AnyExt). Which uses want
// the high half is found by assuming that none does and going back from those that do.
#include <algorithm>

#include "opt/passes.h"

namespace skua::jit {
namespace {

// Whether the low half of the result is made of nothing but the input's low half, and the high half of the
// input is wanted only for that of the result.
bool works_on_halves(const Node* n, std::uint32_t input) {
    if (n->type != Type::I64) return false;
    switch (n->op) {
        case Op::Add:
        case Op::Sub:
        case Op::Mul:
        case Op::And:
        case Op::Or:
        case Op::Xor:
        case Op::Not:
        case Op::Neg:
        case Op::Phi:
            return true;
        case Op::Select:
            return input > 0;
        case Op::Shl:
            return n->in(1)->is_const() && n->in(1)->imm >= 0 && n->in(1)->imm < 64;
        default:
            return false;
    }
}

// Whether the operation looks at the high half of its input, whatever is done with its own result.
bool wants_high_half(const Node* n, std::uint32_t input) {
    switch (n->op) {
        case Op::Trunc:
        case Op::SExt8:
        case Op::SExt16:
        case Op::ZExt8:
        case Op::ZExt16:
            return false;
        case Op::Store:
            return input + 1 != n->input_count || mem_size(n->mem.rep) > 4 || n->mem.byteswap != 0;
        default:
            return true;
    }
}

}  // namespace

void narrow(Graph& graph) {
    Vector<std::uint8_t> wide(graph.node_count(), 0);  // by node: its high half is wanted
    Vector<Node*> found;                               // of these: whose inputs are not looked at yet
    const auto want = [&](Node* n) {
        if (n->type != Type::I64 || wide[n->id]) return;
        wide[n->id] = 1;
        found.push_back(n);
    };
    bool any = false;
    for (const auto& block : graph.blocks) {
        for (const Node* n : block->nodes) {
            any |= n->op == Op::SExt || n->op == Op::ZExt;
            for (std::uint32_t i = 0; i < n->input_count; ++i) {
                if (!works_on_halves(n, i) && wants_high_half(n, i)) want(n->in(i));
            }
        }
    }
    if (!any) return;
    while (!found.empty()) {
        const Node* n = found.back();
        found.pop_back();
        for (std::uint32_t i = 0; i < n->input_count; ++i) {
            if (works_on_halves(n, i)) want(n->in(i));
        }
    }
    for (const auto& block : graph.blocks) {
        for (Node* n : block->nodes) {
            if ((n->op != Op::SExt && n->op != Op::ZExt) || wide[n->id]) continue;
            if (n->in(0)->op == Op::Trunc) {
                n->replaced_by = n->in(0)->in(0);
            } else {
                n->op = Op::AnyExt;
            }
        }
    }
    graph.settle();
}

}  // namespace skua::jit
