// The pass `ranges`: guards that always hold, by what bounds.h can prove, and comparisons that are decided.
//
// A check of a loop's counter that cannot be proven because nothing is known of where the counter starts is
// replaced by one check of its start in front of the loop, if every later value is good when the first one
// is, and if the loop's check is the first thing that anybody could observe of the loop: its exception is the
// same then.
#include <algorithm>
#include <limits>

#include "opt/bounds.h"
#include "opt/cfg.h"
#include "opt/facts.h"
#include "opt/loops.h"
#include "opt/passes.h"

namespace skua::jit {
namespace {

using Wide = Bounds::Wide;

class Ranges {
public:
    Ranges(Graph& graph, const Vector<Block*>& order) : graph_(graph), bounds_(graph, order) {}

    void decide(Block* block) {
        for (Node* n : block->nodes) {
            if (n->replaced_by) continue;
            if (is_int_compare(n->op)) {
                compare(n);
            } else if (info(n->op).guard) {
                guard(n);
            }
        }
    }

    // Guards of counters, see above.
    void hoist_first_checks(const Loop& loop) {
        Block* before = find_preheader(loop);
        if (!before) return;
        const InLoop inside(graph_, loop);
        for (const Block* block = loop.header;;) {
            for (Node* n : block->nodes) {
                if (n->replaced_by || is_harmless(n)) continue;
                if (n->op != Op::BoundsCheck || !hoist_first_check(n, loop, inside, before)) return;
            }
            if (block->succs.size() != 1) return;
            block = block->succs[0];
            if (!inside.has(block) || block == loop.header || block->preds.size() != 1) return;
        }
    }

    // In front of what they were: its inputs are there.
    void insert_asserts() {
        for (auto& [assert, plain] : asserts_) {
            auto& nodes = plain->block->nodes;
            nodes.insert(std::find(nodes.begin(), nodes.end(), plain), assert);
        }
    }

    void apply_hoists() {
        for (const Hoist& hoist : hoists_) {
            Node* index = hoist.start;
            if (hoist.offset != 0) {
                index =
                    graph_.new_node(Op::Add, Type::I64, {index, graph_.constant(Type::I64, hoist.offset)});
                insert_at_end(hoist.before, index);
            }
            Node* check = graph_.new_node(Op::BoundsCheck, Type::I64, {index, hoist.check->in(1)});
            check->site = hoist.check->site;
            insert_at_end(hoist.before, check);
        }
    }

private:
    struct Hoist {
        Node* check;
        Block* before;
        Node* start;
        std::int64_t offset;
    };

    static bool is_harmless(const Node* n) {
        const OpInfo& op = info(n->op);
        return !op.guard && !op.store && !op.call && !op.allocates;
    }

    bool hoist_first_check(Node* n, const Loop& loop, const InLoop& inside, Block* before) {
        Node* length = n->in(1);
        if (!inside.invariant(length) && !length->is_const()) return false;
        const Node* index = Bounds::canonical(n->in(0));
        std::int64_t offset = 0;
        if (index->op == Op::Add && index->in(1)->is_const()) {
            offset = index->in(1)->imm;
            index = Bounds::canonical(index->in(0));
        }
        if (index->op != Op::Phi || index->block != loop.header || index->type != Type::I64) return false;
        if (offset < -(1 << 30) || offset > 1 << 30) return false;
        if (!bounds_.keeps(index, offset, length, Wide{-1} - offset, loop.latches)) return false;
        Node* start = nullptr;
        for (std::uint32_t i = 0; i < index->input_count; ++i) {
            if (loop.header->preds[i] == before) start = index->in(i);
        }
        if (!start) return false;
        hoists_.push_back({n, before, start, offset});
        n->replaced_by = n->in(0);
        return true;
    }

    void compare(Node* n) {
        const Bounds::Point at = bounds_.before(n);
        const Node *x = n->in(0), *y = n->in(1);
        const auto decide = [&](bool value) { n->replaced_by = graph_.constant(Type::I64, value); };
        const auto less_equal = [&](const Node* a, const Node* b, Wide c) {
            return bounds_.less_equal(a, b, c, at);
        };
        switch (n->op) {
            case Op::Lt:
                if (less_equal(x, y, -1)) return decide(true);
                if (less_equal(y, x, 0)) return decide(false);
                return;
            case Op::Le:
                if (less_equal(x, y, 0)) return decide(true);
                if (less_equal(y, x, -1)) return decide(false);
                return;
            case Op::Eq:
            case Op::Ne:
                if (less_equal(x, y, -1) || less_equal(y, x, -1)) return decide(n->op == Op::Ne);
                return;
            case Op::LtU:
            case Op::LeU: {
                if (!less_equal(nullptr, x, 0) || !less_equal(nullptr, y, 0)) return;
                // As signed ones, which say more.
                n->op = n->op == Op::LtU ? Op::Lt : Op::Le;
                return compare(n);
            }
            default:
                return;
        }
    }

    void guard(Node* n) {
        const Bounds::Point at = bounds_.before(n);
        const auto between = [&](const Node* x, Wide low, Wide high) {
            return bounds_.less_equal(nullptr, x, -low, at) && bounds_.less_equal(x, nullptr, high, at);
        };
        const auto drop = [&] { n->replaced_by = n->in(0); };
        const auto plain = [&](Op op) {
            if (graph_.assert_by) asserts_.emplace_back(graph_.new_assert(n), n);
            n->op = op;
            n->site = nullptr;
        };
        const bool narrow = n->type == Type::I32;
        const Wide max = narrow ? Wide{std::numeric_limits<std::int32_t>::max()}
                                : Wide{std::numeric_limits<std::int64_t>::max()};
        const Wide min = -max - 1, root = narrow ? 46340 : 3037000499;
        const Node* x = n->in(0);
        const Node* y = n->input_count > 1 ? n->in(1) : nullptr;
        switch (n->op) {
            case Op::BoundsCheck:
                if (bounds_.less_equal(nullptr, x, 0, at) && bounds_.less_equal(x, y, -1, at)) drop();
                return;
            case Op::BytesCheck:
                if (bounds_.less_equal(nullptr, x, 0, at) && bounds_.less_equal(x, y, -Wide{n->imm}, at))
                    drop();
                return;
            case Op::DivCheck:
                if (bounds_.less_equal(nullptr, x, -1, at) || bounds_.less_equal(x, nullptr, -1, at)) drop();
                return;
            case Op::CharCheck:
                if (between(x, 0, 0xD7FF) || between(x, 0xE000, 0x10FFFF)) drop();
                return;
            case Op::AddChecked:
                if (y->is_const()
                        ? between(x, y->imm < 0 ? min - y->imm : min, y->imm > 0 ? max - y->imm : max)
                        : between(x, min / 2, max / 2) && between(y, min / 2, max / 2))
                    plain(Op::Add);
                return;
            case Op::SubChecked:
                if (y->is_const()
                        ? between(x, y->imm > 0 ? min + y->imm : min, y->imm < 0 ? max + y->imm : max)
                        : (between(x, min / 2, max / 2) && between(y, min / 2, max / 2)) ||
                              (between(x, 0, max) && between(y, 0, max)))
                    plain(Op::Sub);
                return;
            case Op::MulChecked:
                if (between(x, -root, root) && between(y, -root, root)) plain(Op::Mul);
                return;
            case Op::AddCheckedU:
                if (between(x, 0, max) && between(y, 0, max)) plain(Op::Add);
                return;
            case Op::SubCheckedU:
                if (between(y, 0, max) && bounds_.less_equal(y, x, 0, at)) plain(Op::Sub);
                return;
            default:
                return;
        }
    }

    Graph& graph_;
    Bounds bounds_;
    Vector<Hoist> hoists_;
    Vector<std::pair<Node*, Node*>> asserts_;  // with the plain operation that stands for the guard
};

}  // namespace

void ranges(Graph& graph) {
    // Made now: they stand in the entry block, whose nodes are walked over below.
    (void)graph.constant(Type::I64, 0);
    (void)graph.constant(Type::I64, 1);
    const auto order = reverse_post_order(graph);
    const auto loops = compute_loops(order);
    Ranges pass(graph, order);
    for (Block* block : order) pass.decide(block);
    for (const Loop& loop : loops) pass.hoist_first_checks(loop);
    pass.apply_hoists();
    pass.insert_asserts();
    graph.settle();
}

}  // namespace skua::jit
