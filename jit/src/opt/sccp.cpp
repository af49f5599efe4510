// The pass `sccp`: sparse conditional constant propagation, after Wegman and Zadeck, "Constant Propagation
// with Conditional Branches" (TOPLAS 1991). Values are taken for constants, and ways for never taken, until
// the opposite shows; so a phi of a loop whose way round only a change of the phi would open is found to be
// constant, where `simplify`, which starts from what is certain, would not. `simplify` folds the branches
// behind it.
#include <algorithm>
#include <optional>

#include "opt/constants.h"
#include "opt/passes.h"

namespace skua::jit {
namespace {

struct Value {
    enum class Kind : std::uint8_t { Unknown, Constant, Varies } kind = Kind::Unknown;
    std::int64_t bits = 0;

    friend bool operator==(const Value&, const Value&) = default;
};

constexpr Value kUnknown{Value::Kind::Unknown, 0};
constexpr Value kVaries{Value::Kind::Varies, 0};
constexpr Value constant_value(std::int64_t bits) {
    return {Value::Kind::Constant, bits};
}

class Propagation {
public:
    explicit Propagation(Graph& graph)
        : graph_(graph),
          values_(graph.node_count()),
          users_(graph.node_count()),
          reached_(graph.blocks.size()) {
        for (const auto& block : graph.blocks) {
            ways_.emplace_back(block->preds.size(), false);
            for (Node* n : block->nodes) {
                for (const Node* in : n->all()) users_[in->id].push_back(n);
            }
        }
    }

    // Whether any value is a constant that was none.
    bool run() {
        reach(graph_.entry());
        while (!blocks_.empty() || !nodes_.empty()) {
            if (nodes_.empty()) {
                Block* block = blocks_.back();
                blocks_.pop_back();
                for (Node* n : block->nodes) visit(n);
                continue;
            }
            Node* n = nodes_.back();
            nodes_.pop_back();
            if (reached_[n->block->id]) visit(n);
        }
        return replace();
    }

private:
    void reach(Block* block) {
        if (reached_[block->id]) return;
        reached_[block->id] = true;
        blocks_.push_back(block);
    }

    // The way from `from` to its successor number `which` is taken.
    void take(const Block* from, std::size_t which) {
        Block* to = from->succs[which];
        Vector<bool>& ways = ways_[to->id];
        for (std::size_t i = 0; i < to->preds.size(); ++i) {
            if (to->preds[i] != from || ways[i]) continue;
            ways[i] = true;
            if (reached_[to->id]) {
                for (Node* phi : to->nodes) {
                    if (phi->op != Op::Phi) break;
                    nodes_.push_back(phi);
                }
            }
        }
        reach(to);
    }

    void visit(Node* n) {
        if (info(n->op).terminator) return leave(n);
        const Value& old = values_[n->id];
        if (old.kind == Value::Kind::Varies) return;
        const Value now = value_of(n);
        if (now == old) return;
        values_[n->id] = now;
        for (Node* user : users_[n->id]) nodes_.push_back(user);
    }

    void leave(const Node* n) {
        const Block* block = n->block;
        if (n->op == Op::Branch || n->op == Op::Switch) {
            const Value& chosen = values_[n->in(0)->id];
            if (chosen.kind == Value::Kind::Unknown) return;
            if (chosen.kind == Value::Kind::Constant) {
                std::size_t which = chosen.bits ? 0 : 1;
                if (n->op == Op::Switch) {
                    const auto offset =
                        static_cast<std::uint64_t>(chosen.bits) - static_cast<std::uint64_t>(n->imm);
                    which =
                        static_cast<std::size_t>(std::min<std::uint64_t>(offset, block->succs.size() - 1));
                }
                return take(block, which);
            }
        }
        for (std::size_t i = 0; i < block->succs.size(); ++i) take(block, i);
    }

    [[nodiscard]] Value value_of(const Node* n) const {
        if (n->is_const()) return constant_value(n->imm);
        if (n->op == Op::Phi) {
            Value all = kUnknown;
            for (std::uint32_t i = 0; i < n->input_count; ++i) {
                if (!ways_[n->block->id][i]) continue;
                const Value& in = values_[n->in(i)->id];
                if (in.kind == Value::Kind::Unknown || in == all) continue;
                if (all.kind != Value::Kind::Unknown) return kVaries;
                all = in;
            }
            return all;
        }
        // Not guards: what uses their value must stay behind them.
        if (!info(n->op).pure || n->input_count == 0 || n->input_count > 2) return kVaries;
        for (const Node* in : n->all()) {
            if (values_[in->id].kind == Value::Kind::Varies) return kVaries;
        }
        for (const Node* in : n->all()) {
            if (values_[in->id].kind == Value::Kind::Unknown) return kUnknown;
        }
        const std::int64_t a = values_[n->in(0)->id].bits;
        const std::int64_t b = n->input_count == 2 ? values_[n->in(1)->id].bits : a;
        const std::optional<std::int64_t> result = fold(n->op, n->type, n->in(0)->type, a, b);
        return result ? constant_value(*result) : kVaries;
    }

    bool replace() {
        Vector<Node*> constant;
        for (const auto& block : graph_.blocks) {
            if (!reached_[block->id]) continue;
            for (Node* n : block->nodes) {
                if (values_[n->id].kind == Value::Kind::Constant && !n->is_const()) constant.push_back(n);
            }
        }
        for (Node* n : constant) n->replaced_by = graph_.constant(n->type, values_[n->id].bits);
        return !constant.empty();
    }

    Graph& graph_;
    Vector<Value> values_;         // by node
    Vector<Vector<Node*>> users_;  // by node
    Vector<bool> reached_;         // by block
    Vector<Vector<bool>> ways_;    // by block and predecessor: taken
    Vector<Block*> blocks_;        // reached, to be looked at
    Vector<Node*> nodes_;          // to be looked at again
};

}  // namespace

void sccp(Graph& graph) {
    if (Propagation(graph).run()) graph.settle();
}

}  // namespace skua::jit
