#include "opt/frequency.h"

#include <algorithm>

#include "opt/facts.h"

namespace skua::jit {
namespace {

constexpr double kRounds = 8;
constexpr double kMost = 1e9;

// On the way from here as long as there is only one.
bool leads_to_call(const Block* block) {
    for (int steps = 0; steps < 4; ++steps) {
        if (std::any_of(block->nodes.begin(), block->nodes.end(), is_real_call)) return true;
        if (block->succs.size() != 1 || block->succs[0]->preds.size() != 1) return false;
        block = block->succs[0];
    }
    return false;
}

// The chance that the branch goes on where its condition is not 0.
double holds(const Node* condition) {
    const bool ne = condition->op == Op::Ne || condition->op == Op::FNe;
    if (!ne && condition->op != Op::Eq && condition->op != Op::FEq) return 0.5;
    // Flags say nothing.
    if (is_bool(condition->in(0)) || is_bool(condition->in(1))) return 0.5;
    return ne ? 0.75 : 0.25;
}

double share(const Block* from, const Block* to) {
    if (from->succs.size() != 2) return 1.0 / static_cast<double>(from->succs.size());
    const Block* other = from->succs[from->succs[0] == to ? 1 : 0];
    const auto even = [](bool mine, bool others, double rare) {
        return mine == others ? 0.0 : mine ? rare : 1 - rare;
    };
    if (const double p = even(to->cold, other->cold, 0.01); p > 0) return p;
    if (from->loop_depth > 0) {
        const double p =
            even(to->loop_depth < from->loop_depth, other->loop_depth < from->loop_depth, 1 / kRounds);
        if (p > 0) return p;
    }
    const Node* last = from->terminator();
    double p = last->op == Op::Branch ? holds(last->in(0)) : 0.5;
    if (to == from->succs[1]) p = 1 - p;
    if (const double q = even(leads_to_call(to), leads_to_call(other), 0.25); q > 0)
        p = p * q / (p * q + (1 - p) * (1 - q));
    return p;
}

}  // namespace

bool is_real_call(const Node* n) {
    return (info(n->op).call && !is_checkpoint(n->op)) || info(n->op).allocates;
}

Vector<double> estimate_frequencies(const Vector<Block*>& order, std::size_t block_count) {
    Vector<double> frequency(block_count, 0);
    for (const Block* block : order) {
        double sum = block->preds.empty() ? 1 : 0;
        for (const Block* pred : block->preds) {
            if (pred->order < block->order) sum += frequency[pred->id] * share(pred, block);
        }
        if (block->loop == block) sum *= kRounds;
        frequency[block->id] = std::clamp(sum, 1e-6, kMost);
    }
    return frequency;
}

}  // namespace skua::jit
