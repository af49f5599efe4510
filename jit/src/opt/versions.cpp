// The pass `versions`: an innermost loop whose checks cannot be proven gets a copy. In front of the two
// stands a test that all the checks of counters will hold, whatever the way through the loop; if it succeeds,
// the version without them runs, else the copy with them, which throws exactly where the source says.
//
// A counter goes from `start` by a step that does not change as long as the next value is below (or at)
// `limit`. A check of index = counter * factor + what does not change, against a length that does not change,
// holds throughout if it holds for the first and the greatest counter and nothing overflows between them.
#include <algorithm>

#include "opt/cfg.h"
#include "opt/counters.h"
#include "opt/facts.h"
#include "opt/loops.h"
#include "opt/passes.h"
#include "opt/ssa_repair.h"

namespace skua::jit {
namespace {

constexpr std::size_t kMaxCopiedNodes = 250;  // of a loop that is copied
constexpr std::size_t kMaxChecks = 40;
constexpr int kMaxVersions = 24;  // per graph
constexpr std::int64_t kSmall = std::int64_t{1} << 30;

struct Index {
    const Counter* counter = nullptr;  // null: does not change
    Node* factor = nullptr;            // null: 1
    Vector<Node*> terms;               // that do not change
    std::int64_t offset = 0;
};

struct Check {
    Node* guard;
    Index index;
    Node* array;   // whose length is loaded in the loop; null if `length` does not change
    Node* length;  // the load, or the value
};

class Versioner {
public:
    Versioner(Graph& graph, const Loop& loop) : graph_(graph), loop_(loop), inside_(graph, loop) {}

    bool run() {
        before_ = find_preheader(loop_);
        if (!before_ || loop_.header->cold || !find_counters(loop_, inside_, before_, counters_))
            return false;
        std::size_t nodes = 0;
        for (const Block* block : loop_.blocks) nodes += block->nodes.size();
        if (nodes > kMaxCopiedNodes) return false;
        find_checks();
        if (checks_.empty() || checks_.size() > kMaxChecks) return false;
        make_versions();
        return true;
    }

private:
    Node* invariant_value(Node* n) const { return jit::invariant_value(inside_, n); }
    std::uint32_t index_of(const Block* pred) const { return pred_index(loop_.header, pred); }

    // ---- what the loop does -------------------------------------------------------------------------
    const Counter* counter_of(const Node* n) const {
        for (const Counter& counter : counters_) {
            if (counter.phi == n) return &counter;
        }
        return nullptr;
    }

    bool decompose(Node* n, Index& index) const {
        n = behind_checks(n);
        if (inside_.invariant(n)) {
            if (n->is_const()) {
                index.offset += n->imm;
                return n->imm > -kSmall && n->imm < kSmall && index.offset > -kSmall && index.offset < kSmall;
            }
            index.terms.push_back(n);
            return index.terms.size() <= 3;
        }
        if (const Counter* counter = counter_of(n)) {
            if (index.counter) return false;
            index.counter = counter;
            return true;
        }
        switch (n->op) {
            case Op::Add:
                return decompose(n->in(0), index) && decompose(n->in(1), index);
            case Op::Shl:
            case Op::Mul: {
                const Counter* counter = counter_of(behind_checks(n->in(0)));
                Node* factor = invariant_value(n->in(1));
                if (!counter) {
                    counter = counter_of(behind_checks(n->in(1)));
                    factor = n->op == Op::Mul ? invariant_value(n->in(0)) : nullptr;
                }
                if (!counter || index.counter || !factor) return false;
                if (n->op == Op::Shl) {
                    if (!factor->is_const() || factor->imm < 0 || factor->imm > 20) return false;
                    factor = graph_.constant(Type::I64, std::int64_t{1} << factor->imm);
                }
                index.counter = counter;
                index.factor = factor;
                return true;
            }
            default:
                return false;
        }
    }

    void find_checks() {
        bool bounds = false;
        for (const Block* block : loop_.blocks) {
            if (block->cold) continue;
            for (Node* n : block->nodes) {
                if (n->op == Op::NullCheck && invariant_value(n->in(0))) {
                    nulls_.push_back(n);
                } else if (n->op == Op::BoundsCheck) {
                    Check check{n, {}, nullptr, n->in(1)};
                    if (!inside_.invariant(check.length)) {
                        if (!is_length_load(check.length)) continue;
                        check.array = invariant_value(check.length->in(0));
                        if (!check.array) continue;
                    }
                    if (!decompose(n->in(0), check.index)) continue;
                    checks_.push_back(check);
                    bounds = true;
                }
            }
        }
        if (!bounds) checks_.clear();
    }

    // ---- the test -----------------------------------------------------------------------------------------
    Node* emit(Op op, std::initializer_list<Node*> inputs) {
        Node* n = graph_.new_node(op, Type::I64, inputs);
        insert_at_end(test_, n);
        return n;
    }
    Node* k(std::int64_t value) { return graph_.constant(Type::I64, value); }
    void require(Node* condition) { branch_on(condition, new_test(), slow_); }

    Node* length_of(const Check& check) {
        if (!check.array) return check.length;
        for (const auto& [array, mem, length] : lengths_) {
            if (array == check.array && mem == check.length->mem.rep) return length;
        }
        Node* load = emit(Op::Load, {check.array});
        load->mem = check.length->mem;
        lengths_.push_back({check.array, check.length->mem.rep, load});
        return load;
    }

    void require_not_negative(Node* n) {
        if (max_unsigned(n) <= INT64_MAX) return;
        if (std::find(not_negative_.begin(), not_negative_.end(), n) != not_negative_.end()) return;
        not_negative_.push_back(n);
        require(emit(Op::Le, {k(0), n}));
    }

    void require_step(Node* step) {
        if (step->is_const() || std::find(steps_.begin(), steps_.end(), step) != steps_.end()) return;
        steps_.push_back(step);
        require(emit(Op::LtU, {emit(Op::Add, {step, k(-1)}), k(kMaxStep)}));
    }

    // For a counter that begins at a constant one comparison is enough, if the loop is entered only where its
    // limit lies ahead: the first index is not negative, and the last, which is not less, below the length.
    bool require_last_only(const Index& index, Node* length) {
        if (!index.counter || index.factor || !index.terms.empty()) return false;
        const auto& [phi, first, next, limit, step, inclusive, is_unsigned] = *index.counter;
        if (!step->is_const()) return false;
        const std::int64_t below = -index.offset - (inclusive ? 1 : 0);  // limit <= length + below
        if (!first->is_const() || first->imm < 0 || first->imm >= kSmall || first->imm + index.offset < 0 ||
            (is_unsigned && below < 0) || max_unsigned(length) > kMaxArrayLength ||
            !known_at_least(before_, limit, first->imm + (inclusive ? 0 : 1), is_unsigned))
            return false;
        Node* most = below == 0 ? length : emit(Op::Add, {length, k(below)});
        require(emit(is_unsigned ? Op::LeU : Op::Le, {limit, most}));
        return true;
    }

    void require_check(const Check& check) {
        Node* length = length_of(check);
        const Index& index = check.index;
        if (require_last_only(index, length)) return;
        if (max_unsigned(length) > kMaxArrayLength)
            require(emit(Op::LtU, {length, k(static_cast<std::int64_t>(kMaxArrayLength))}));
        // What does not change: small enough that sums are exact.
        Node* fixed = nullptr;
        for (Node* term : index.terms) {
            constexpr std::int64_t kHalf = std::int64_t{1} << 58;
            if (index.counter && max_unsigned(term) > static_cast<std::uint64_t>(kHalf))
                require(emit(Op::LtU, {emit(Op::Add, {term, k(kHalf)}), k(2 * kHalf)}));
            fixed = fixed ? emit(Op::Add, {fixed, term}) : term;
        }
        if (index.offset != 0 || !fixed)
            fixed = fixed ? emit(Op::Add, {fixed, k(index.offset)}) : k(index.offset);
        if (!index.counter) {
            require(emit(Op::LtU, {fixed, length}));
            return;
        }
        const Counter& counter = *index.counter;
        Node *first = counter.start, *limit = counter.limit;
        require_step(counter.step);
        if (counter.is_unsigned) {
            require_not_negative(first);
            require_not_negative(limit);
        }
        if (index.factor) {
            constexpr std::int64_t kTop = std::int64_t{1} << 28;
            require(emit(Op::LtU, {first, k(kTop)}));
            require(emit(Op::LtU, {limit, k(kTop)}));
            if (!index.factor->is_const()) require(emit(Op::LtU, {index.factor, k(kTop)}));
            first = emit(Op::Mul, {first, index.factor});
            if (!counter.inclusive) limit = emit(Op::Add, {limit, k(-1)});
            limit = emit(Op::Mul, {limit, index.factor});
        }
        // The first index lies inside; modulo 2^64 is enough: the check itself computes no other way.
        require(emit(Op::LtU, {emit(Op::Add, {first, fixed}), length}));
        // So does the last: limit + fixed < length, or <= where limit itself is not reached.
        Node* room = emit(Op::Sub, {length, fixed});
        const bool reached = counter.inclusive || index.factor;
        require(emit(reached ? Op::Lt : Op::Le, {limit, room}));
    }

    Block* new_test() {
        Block* block = graph_.new_block();
        graph_.append(block, graph_.new_node(Op::Jump, Type::Void));
        return block;
    }
    // Ends the test: on to `good`, else to the copy.
    void branch_on(Node* condition, Block* good, Block* bad) {
        test_->nodes.pop_back();
        graph_.append(test_, graph_.new_node(Op::Branch, Type::Void, {condition}));
        Block* leave = new_test();
        leave->cold = true;
        test_->succs = {good, leave};
        good->preds.push_back(test_);
        leave->preds.push_back(test_);
        leave->succs.push_back(bad);
        bad->preds.push_back(leave);
        test_ = good;
    }

    void make_versions() {
        const Clone clone = clone_blocks(graph_, loop_.blocks);
        for (const Block* block : loop_.blocks) clone.blocks[block->id]->cold = true;
        // before -> tests -> the loop, or -> slow -> the copy.
        Block* header = loop_.header;
        const std::uint32_t entry = index_of(before_);
        slow_ = new_test();
        slow_->cold = true;
        Block* copy = clone.blocks[header->id];
        slow_->succs.push_back(copy);
        copy->preds.push_back(slow_);
        for (Node* phi : header->nodes) {
            if (phi->op != Op::Phi) break;
            graph_.add_input(clone.nodes[phi->id], phi->in(entry));
        }
        test_ = before_;
        Vector<Node*> tested;
        const auto require_not_null = [&](Node* reference) {
            if (is_not_null(reference) || std::find(tested.begin(), tested.end(), reference) != tested.end())
                return;
            tested.push_back(reference);
            require(reference);
        };
        for (const Node* n : nulls_) require_not_null(behind_checks(n->in(0)));
        for (const Check& check : checks_) {
            if (check.array) require_not_null(check.array);
        }
        for (const Check& check : checks_) require_check(check);
        if (test_ != before_) {
            header->preds[entry] = test_;
            test_->succs.assign(1, header);
            std::erase(before_->succs, header);
        }
        for (const Check& check : checks_) check.guard->replaced_by = check.guard->in(0);
        for (Node* n : nulls_) n->replaced_by = n->in(0);
        repair_uses(graph_, clone, loop_.blocks);
        graph_.settle();
        for (const Vector<Block*>& blocks : {loop_.blocks, clone.blocks}) {
            for (Block* block : blocks) {
                if (!block || block->succs.size() < 2) continue;
                for (Block* to : Vector<Block*>(block->succs)) {
                    if (to->preds.size() > 1) split_edge(graph_, block, to);
                }
            }
        }
    }

    struct Length {
        Node* array;
        MemRep rep;
        Node* load;
    };

    Graph& graph_;
    const Loop& loop_;
    InLoop inside_;
    Block* before_ = nullptr;
    Vector<Counter> counters_;
    Vector<Check> checks_;
    Vector<Node*> nulls_;
    Vector<Node*> not_negative_, steps_;  // tested
    Block* test_ = nullptr;
    Block* slow_ = nullptr;  // leads to the copy
    Vector<Length> lengths_;
};

}  // namespace

void versions(Graph& graph) {
    for (int i = 0; i < kMaxVersions; ++i) {
        const auto loops = find_loops(graph);
        const bool made = std::any_of(loops.begin(), loops.end(), [&](const Loop& loop) {
            return is_innermost(loop) && Versioner(graph, loop).run();
        });
        if (!made) return;
    }
}

}  // namespace skua::jit
