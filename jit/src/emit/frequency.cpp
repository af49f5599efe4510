#include "emit/frequency.h"

#include <algorithm>

namespace skua::jit {
namespace {

constexpr double kRounds = 8;
constexpr double kMost = 1e9;

// On the way from here as long as there is only one.
bool leads_to_call(const Block* block) {
    for (int steps = 0; steps < 4; ++steps) {
        for (const Node* n : block->nodes) {
            if ((info(n->op).call && !is_checkpoint(n->op)) || info(n->op).allocates) return true;
        }
        if (block->succs.size() != 1 || block->succs[0]->preds.size() != 1) return false;
        block = block->succs[0];
    }
    return false;
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
    if (const double p = even(leads_to_call(to), leads_to_call(other), 0.25); p > 0) return p;
    return 0.5;
}

}  // namespace

std::vector<double> estimate_frequencies(const std::vector<Block*>& order, std::size_t block_count) {
    std::vector<double> frequency(block_count, 0);
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
