// The pass `unroll`: short loops that count do four rounds at a time.
//
//     do { body } while (next < limit)
//
// becomes, the old loop doing what is left over,
//
//     if (start < limit - 3 * step) {
//         do { body; body; body; body } while (next < limit - 3 * step)
//         if (!(next < limit)) leave
//     }
//     do { body } while (next < limit)
//
// Tests, polls and additions of the counter are then one in four, and addresses differ by constants.
#include <algorithm>

#include "opt/cfg.h"
#include "opt/counters.h"
#include "opt/facts.h"
#include "opt/passes.h"
#include "opt/ssa_repair.h"

namespace skua::jit {
namespace {

constexpr int kCopies = 4;
constexpr std::size_t kMaxBodyNodes = 24;  // of a body
constexpr int kMaxUnrolled = 24;           // loops of a graph

class Unroller {
public:
    Unroller(Graph& graph, const Loop& loop) : graph_(graph), loop_(loop), body_(loop.header) {}

    bool run() {
        if (!is_simple()) return false;
        const InLoop inside(graph_, loop_);
        Vector<Counter> counters;
        before_ = find_preheader(loop_);
        if (!before_ || before_->succs.size() != 1) return false;
        if (!find_counters(loop_, inside, before_, counters)) return false;
        if (counters.empty()) return false;
        counter_ = counters[0];
        if (is_short()) return false;
        unroll();
        return true;
    }

private:
    // One block and the way back.
    bool is_simple() {
        if (body_->cold || loop_.blocks.size() != 2 || loop_.latches.size() != 1) return false;
        const Block* latch = loop_.latches[0];
        if (latch == body_ || body_->terminator()->op != Op::Branch) return false;
        for (const Node* n : latch->nodes) {
            if (n->op != Op::Poll && n->op != Op::Jump) return false;
        }
        std::size_t nodes = 0;
        for (const Node* n : body_->nodes) {
            if (n->op == Op::Phi) continue;
            if (info(n->op).call || info(n->op).allocates) return false;
            ++nodes;
        }
        stays_ = body_->succs[0] == latch ? 0 : 1;
        return nodes <= kMaxBodyNodes && body_->succs[1 - stays_] != latch;
    }
    bool is_short() const {
        if (!counter_.start->is_const() || !counter_.limit->is_const() || !counter_.step->is_const())
            return false;
        const std::int64_t start = counter_.start->imm, limit = counter_.limit->imm;
        if (limit <= start) return true;
        // The distance may exceed the largest signed number.
        const std::uint64_t distance = static_cast<std::uint64_t>(limit) - static_cast<std::uint64_t>(start);
        return distance / static_cast<std::uint64_t>(counter_.step->imm) < 2 * kCopies;
    }

    Node* emit(Block* block, Op op, std::initializer_list<Node*> inputs) {
        Node* n = graph_.new_node(op, Type::I64, inputs);
        insert_at_end(block, n);
        return n;
    }

    void unroll() {
        const bool fixed_step = counter_.step->is_const();
        const std::int64_t most_ahead = (kCopies - 1) * (fixed_step ? counter_.step->imm : kMaxStep);
        const std::uint32_t entry = pred_index(body_, before_), back = pred_index(body_, loop_.latches[0]);
        Block* exit = body_->succs[1 - stays_];
        const Clone clone = clone_blocks(graph_, {body_, loop_.latches[0]});
        Block* fast = clone.blocks[body_->id];
        Block* latch = clone.blocks[loop_.latches[0]->id];

        // In front: whether there are enough rounds.
        Node* behind = graph_.constant(Type::I64, -most_ahead);
        if (!fixed_step)
            behind = emit(before_, Op::Mul, {counter_.step, graph_.constant(Type::I64, 1 - kCopies)});
        Node* limit = emit(before_, Op::Add, {counter_.limit, behind});
        Node* enough = emit(before_, counter_.inclusive ? Op::Le : Op::Lt, {counter_.start, limit});
        const auto at_least = [&](std::int64_t least, Node* n) {
            if (max_unsigned(n) <= INT64_MAX) return;
            Node* fine = emit(before_, Op::Le, {graph_.constant(Type::I64, least), n});
            enough = emit(before_, Op::And, {enough, fine});
        };
        if (!fixed_step) {
            Node* less = emit(before_, Op::Add, {counter_.step, graph_.constant(Type::I64, -1)});
            Node* fine = emit(before_, Op::LtU, {less, graph_.constant(Type::I64, kMaxStep)});
            enough = emit(before_, Op::And, {enough, fine});
        }
        // The subtraction must not wrap.
        at_least(counter_.is_unsigned ? 0 : INT64_MIN + most_ahead, counter_.limit);
        if (counter_.is_unsigned) at_least(0, counter_.start);
        before_->nodes.pop_back();
        graph_.append(before_, graph_.new_node(Op::Branch, Type::Void, {enough}));
        before_->succs = {fast, body_};
        fast->preds.insert(fast->preds.begin(), before_);

        copy_rounds(clone, fast, entry, back);

        // Behind the fast loop: the rest, or out.
        Block* rest = graph_.new_block();
        Node* next = clone.of(counter_.next);
        const Op compare = counter_.inclusive ? Op::Le : Op::Lt;
        Node* more = graph_.new_node(compare, Type::I64, {next, counter_.limit});
        Node* again = graph_.new_node(compare, Type::I64, {next, limit});
        graph_.append(rest, more);
        graph_.append(rest, graph_.new_node(Op::Branch, Type::Void, {more}));
        *std::find(exit->preds.begin(), exit->preds.end(), fast) = rest;
        rest->succs = {body_, exit};
        rest->preds.push_back(fast);
        body_->preds.push_back(rest);
        for (Node* phi : body_->nodes) {
            if (phi->op != Op::Phi) break;
            graph_.add_input(phi, clone.of(phi->in(back)));
        }
        fast->nodes.pop_back();
        graph_.append(fast, again);
        graph_.append(fast, graph_.new_node(Op::Branch, Type::Void, {again}));
        fast->succs = {latch, rest};

        repair_uses(graph_, clone, {body_, loop_.latches[0]});
        graph_.settle();
        for (Block* block : {before_, fast, rest, body_}) {
            for (Block* to : Vector<Block*>(block->succs)) {
                if (block->succs.size() > 1 && to->preds.size() > 1) split_edge(graph_, block, to);
            }
        }
    }

    // The clone's nodes become the last round; those in front of it start from phis of their own.
    void copy_rounds(const Clone& clone, Block* fast, std::uint32_t entry, std::uint32_t back) {
        Vector<Node*> phis, rest;
        for (Node* n : fast->nodes) (n->op == Op::Phi ? phis : rest).push_back(n);
        fast->nodes.clear();
        Vector<Node*> now(graph_.node_count() + phis.size(), nullptr);  // by the clone's id
        std::size_t which = 0;
        for (Node* old : body_->nodes) {
            if (old->op != Op::Phi) break;
            Node* phi = graph_.append(fast, graph_.new_node(Op::Phi, old->type));
            graph_.add_input(phi, old->in(entry));
            graph_.add_input(phi, clone.of(old->in(back)));
            now[phis[which++]->id] = phi;
        }
        const auto in_round = [&](Node* n) { return n->id < now.size() && now[n->id] ? now[n->id] : n; };
        for (int round = 1; round < kCopies; ++round) {
            for (std::size_t i = 0; i + 1 < rest.size(); ++i) {
                const Node* n = rest[i];
                Node* copy = graph_.append(fast, graph_.new_node(n->op, n->type, n->all()));
                copy->imm = n->imm;
                copy->ptr = n->ptr;
                copy->site = n->site;
                copy->mem = n->mem;
                for (std::uint32_t k = 0; k < copy->input_count; ++k)
                    copy->inputs[k] = in_round(copy->inputs[k]);
                now[n->id] = copy;
            }
            // All at once: a phi's next value may be another phi.
            Vector<Node*> values;
            values.reserve(phis.size());
            for (const Node* phi : phis) values.push_back(in_round(phi->in(0)));
            for (std::size_t i = 0; i < phis.size(); ++i) now[phis[i]->id] = values[i];
        }
        for (Node* n : rest) graph_.append(fast, n);
        for (Node* phi : phis) phi->replaced_by = now[phi->id];
    }

    Graph& graph_;
    const Loop& loop_;
    Block* body_;
    Block* before_ = nullptr;
    Counter counter_{};
    std::size_t stays_ = 0;  // the branch's successor that is the latch
};

}  // namespace

void unroll(Graph& graph) {
    Vector<bool> done;
    for (int i = 0; i < kMaxUnrolled; ++i) {
        bool changed = false;
        for (const Loop& loop : find_loops(graph)) {
            done.resize(graph.blocks.size(), false);
            if (done[loop.header->id] || !is_innermost(loop)) continue;
            const std::uint32_t first_new = static_cast<std::uint32_t>(graph.blocks.size());
            done[loop.header->id] = true;
            if (!Unroller(graph, loop).run()) continue;
            done.resize(graph.blocks.size(), false);
            std::fill(done.begin() + first_new, done.end(), true);
            changed = true;
            break;
        }
        if (!changed) return;
    }
}

}  // namespace skua::jit
