// The pass `selects`: two ways that only choose values become conditional moves.
//
//     if (c) { x = a } else { x = b }    becomes    x = Select(c, a, b)
//     if (c) { return a } return b                  return Select(c, a, b)
//
// What each way computes is computed on both, so it must be little and do no harm. A branch that the
// processor foretells is cheaper than waiting for both values, one that it does not costs ten times a
// conditional move; which it is, nobody has counted, so only the cheapest ways are taken. Behind the passes
// that learn from branches, in front of those that want loops of one block.
#include <algorithm>
#include <iterator>

#include "ir/order.h"
#include "opt/cfg.h"
#include "opt/counters.h"
#include "opt/dce.h"
#include "opt/facts.h"
#include "opt/passes.h"

namespace skua::jit {
namespace {

constexpr std::size_t kMaxComputed = 2;  // nodes on both ways together
constexpr std::size_t kMaxChosen = 2;    // values

class Chooser {
public:
    Chooser(Graph& graph, Block* top) : graph_(graph), top_(top), yes_(top->succs[0]), no_(top->succs[1]) {}

    bool run() {
        if (yes_ == no_ || yes_->cold || no_->cold || !ends_alike()) return false;
        if (yes_->nodes.size() + no_->nodes.size() > kMaxComputed + 2) return false;
        if (!harmless(yes_) || !harmless(no_) || !find_choices()) return false;
        for (Block* way : {yes_, no_}) {
            for (std::size_t i = 0; i + 1 < way->nodes.size(); ++i) insert_at_end(top_, way->nodes[i]);
            way->nodes.erase(way->nodes.begin(), way->nodes.end() - 1);
        }
        if (yes_->terminator()->op == Op::Return) {
            make_return();
        } else {
            make_join();
        }
        return true;
    }

private:
    // Both lead to the same block, or out of the function.
    bool ends_alike() const {
        if (yes_->preds.size() != 1 || no_->preds.size() != 1) return false;
        const Node *a = yes_->terminator(), *b = no_->terminator();
        if (a->op != b->op) return false;
        if (a->op == Op::Return) return a->input_count == b->input_count;
        return a->op == Op::Jump && yes_->succs[0] == no_->succs[0] && yes_->succs[0] != top_;
    }

    bool harmless(const Block* way) const {
        return std::all_of(way->nodes.begin(), way->nodes.end() - 1, [&](const Node* n) {
            switch (n->op) {
                case Op::Add:
                case Op::Sub:
                case Op::And:
                case Op::Or:
                case Op::Xor:
                case Op::Shl:
                case Op::Shr:
                case Op::ShrU:
                case Op::Neg:
                case Op::Not:
                case Op::Trunc:
                case Op::SExt:
                case Op::ZExt:
                case Op::SExt8:
                case Op::SExt16:
                case Op::ZExt8:
                case Op::ZExt16:
                case Op::Select:
                    return !is_vector(n->type);
                case Op::Load:
                    return is_open(n);
                default:
                    return is_compare(n->op) && !is_float(n->in(0)->type);
            }
        });
    }

    // A field of an object that the block in front of the ways reaches at least as far into.
    bool is_open(const Node* load) const {
        if (is_float(load->type) || load->input_count != 1 || load->mem.alias != Alias::Field) return false;
        const auto end = [](const Node* n) {
            return n->mem.disp + static_cast<std::int32_t>(mem_size(n->mem.rep));
        };
        return load->mem.disp >= 0 && std::any_of(top_->nodes.begin(), top_->nodes.end(), [&](const Node* n) {
                   if (n->op == Op::New) return n == load->in(0);
                   const bool field = (n->op == Op::Load && n->input_count == 1) ||
                                      (n->op == Op::Store && n->input_count == 2);
                   return field && n->mem.alias == Alias::Field && n->in(0) == load->in(0) &&
                          end(n) >= end(load);
               });
    }

    bool add_choice(Node* a, Node* b) {
        if (a == b) return true;
        if (a->type != Type::I64 && a->type != Type::I32) return false;
        ++chosen_;
        return chosen_ <= kMaxChosen;
    }

    bool find_choices() {
        if (yes_->terminator()->op == Op::Return) {
            const Node *a = yes_->terminator(), *b = no_->terminator();
            for (std::uint32_t i = 0; i < a->input_count; ++i) {
                if (!add_choice(a->in(i), b->in(i))) return false;
            }
            return true;
        }
        const Block* join = yes_->succs[0];
        const auto from_yes = pred_index(join, yes_), from_no = pred_index(join, no_);
        for (const Node* phi : join->nodes) {
            if (phi->op != Op::Phi) break;
            if (!add_choice(phi->in(from_yes), phi->in(from_no))) return false;
        }
        return true;
    }

    // Each with a comparison of its own, which is made together with it.
    Node* choose(Node* a, Node* b) {
        if (a == b) return a;
        Node* condition = top_->terminator()->in(0);
        if (is_compare(condition->op) && !is_float(condition->in(0)->type)) {
            condition = graph_.new_node(condition->op, condition->type, condition->all());
            insert_at_end(top_, condition);
        }
        Node* select = graph_.new_node(Op::Select, a->type, {condition, a, b});
        insert_at_end(top_, select);
        return select;
    }

    void make_return() {
        Node *a = yes_->terminator(), *b = no_->terminator();
        for (std::uint32_t i = 0; i < a->input_count; ++i) a->inputs[i] = choose(a->in(i), b->in(i));
        make_jump(graph_, top_, 0);
    }

    void make_join() {
        Block* join = yes_->succs[0];
        const auto from_yes = pred_index(join, yes_), from_no = pred_index(join, no_);
        for (Node* phi : join->nodes) {
            if (phi->op != Op::Phi) break;
            phi->inputs[from_yes] = choose(phi->in(from_yes), phi->in(from_no));
        }
        make_jump(graph_, top_, 0);  // nothing leads to `no_` any more
    }

    Graph& graph_;
    Block *top_, *yes_, *no_;
    std::size_t chosen_ = 0;
};

}  // namespace

void selects(Graph& graph) {
    bool any = false;
    for (bool changed = true; changed;) {
        changed = false;
        // What lies inside of a way first.
        const auto order = reverse_post_order(graph);
        for (auto at = order.rbegin(); at != order.rend(); ++at) {
            Block* block = *at;
            if (block->terminator()->op == Op::Branch && !block->cold) changed |= Chooser(graph, block).run();
        }
        if (!changed) break;
        any = true;
        graph.drop_unreachable();
        merge_blocks(graph);
        graph.drop_unreachable();
        graph.settle();
    }
    if (any) eliminate_dead_code(graph);  // comparisons whose branch is no more
}

}  // namespace skua::jit
