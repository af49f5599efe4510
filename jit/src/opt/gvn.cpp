// The pass `gvn`: a value that was computed on every way here is not computed again; a guard that held on
// every way here holds; a load gives what was stored or loaded there last.
//
// One walk in reverse post order with a hash table of what is there; an entry counts if its block dominates.
// Memory: each partition (memory.h) has a version at each point. A store or call makes a new one, a join has
// the version that all its predecessors agree on or else a new one, a loop header has a new one of
// all that its loop writes. Two loads of one address in one version load the same.
#include <algorithm>

#include "ir/order.h"
#include "opt/cfg.h"
#include "opt/facts.h"
#include "opt/memory.h"
#include "opt/passes.h"
#include "skua/vm/class.h"

namespace skua::jit {
namespace {

std::uint64_t mix(std::uint64_t hash, std::uint64_t value) {
    hash = (hash ^ value) * 0x9E3779B97F4A7C15ull;
    return hash ^ (hash >> 32);
}

class ValueNumbering {
public:
    explicit ValueNumbering(Graph& graph)
        : graph_(graph), partitions_(graph), chain_(graph.node_count() + 1024, nullptr) {
        std::size_t size = 64;
        while (size < graph.node_count()) size *= 2;
        heads_.assign(size, nullptr);
        versions_of_.assign(graph.node_count() + 1024, 0);
        for (auto& block : graph.blocks) {
            for (const Node* n : block->nodes) {
                if (n->op != Op::Store || n->in(0)->op != Op::New) continue;
                if (first_store_.empty()) {  // most functions have no such store
                    first_store_.assign(graph.node_count(), nullptr);
                    next_store_.assign(graph.node_count(), nullptr);
                }
                next_store_[n->id] = first_store_[n->in(0)->id];
                first_store_[n->in(0)->id] = n;
            }
        }
    }

    void run() {
        order_ = reverse_post_order(graph_, &loops_);
        exit_versions_.resize(order_.size());
        // Now: the entry block's list, where constants stand, is rebuilt by the walk.
        for (int value : {0, 1}) truth_[value] = graph_.constant(Type::I64, value);
        for (Block* block : order_) visit(*block);
        graph_.settle();
    }

private:
    // ---- memory versions ------------------------------------------------------------------------------
    Vector<std::uint32_t> entry_versions(const Block& block) {
        Vector<std::uint32_t> versions(partitions_.count(), 0);
        if (block.preds.empty()) return versions;
        bool backward = false;
        const Vector<std::uint32_t>* first = nullptr;
        for (const Block* pred : block.preds) {
            if (pred->order >= block.order) {
                backward = true;
                continue;
            }
            if (!first) {
                first = &exit_versions_[pred->order];
                versions = *first;
                continue;
            }
            const auto& other = exit_versions_[pred->order];
            for (std::size_t p = 0; p < versions.size(); ++p) {
                if (versions[p] != other[p]) versions[p] = kDiffer;
            }
        }
        if (backward) {
            const auto loop =
                std::find_if(loops_.begin(), loops_.end(), [&](const Loop& l) { return l.header == &block; });
            Partitions::Set written(partitions_.count());
            if (loop == loops_.end()) {
                written.add_all();  // into the middle of a cycle
            } else {
                written = partitions_.written_by(*loop);
            }
            for (std::uint32_t p = 0; p < versions.size(); ++p) {
                if (written.has(p)) versions[p] = kDiffer;
            }
        }
        for (auto& version : versions) {
            if (version == kDiffer) version = ++last_version_;
        }
        return versions;
    }

    // ---- the table ---------------------------------------------------------------------------------------
    static bool is_numbered(const Node* n) {
        const OpInfo& op = info(n->op);
        return (op.pure && n->op != Op::Const && n->op != Op::Param && n->op != Op::FrameSlot) || op.guard ||
               n->op == Op::Is;
    }

    static std::uint64_t hash_address(const Node* n, std::uint32_t version) {
        std::uint64_t hash = mix(n->in(0)->id, static_cast<std::uint32_t>(n->mem.disp));
        if (has_index(n)) hash = mix(hash, n->in(1)->id + 1);
        return mix(hash, version);
    }
    static bool same_address(const Node* a, const Node* b) {
        const bool a_indexed = has_index(a), b_indexed = has_index(b);
        return a->in(0) == b->in(0) && a->mem.disp == b->mem.disp && a_indexed == b_indexed &&
               (!a_indexed || (a->in(1) == b->in(1) && a->mem.stride == b->mem.stride)) &&
               a->mem.byteswap == b->mem.byteswap;
    }

    static std::uint64_t hash_operation(Op op, Type type, std::int64_t imm) {
        return mix(static_cast<std::uint64_t>(op) * 8 + static_cast<std::uint64_t>(type),
                   static_cast<std::uint64_t>(imm));
    }
    static std::uint64_t hash_value(const Node* n) {
        std::uint64_t hash = hash_operation(n->op, n->type, n->imm);
        for (const Node* in : n->all()) hash = mix(hash, in->id);
        return hash;
    }
    static bool same_value(const Node* a, const Node* b) {
        return a->op == b->op && a->type == b->type && a->imm == b->imm && a->ptr == b->ptr &&
               a->input_count == b->input_count &&
               std::equal(a->inputs, a->inputs + a->input_count, b->inputs);
    }

    Node*& head(std::uint64_t hash) { return heads_[hash & (heads_.size() - 1)]; }
    void insert(std::uint64_t hash, Node* n) {
        grow(n);
        chain_[n->id] = head(hash);
        head(hash) = n;
    }
    void grow(const Node* n) {
        if (n->id < chain_.size()) return;
        chain_.resize(n->id + 1024, nullptr);
        versions_of_.resize(n->id + 1024, 0);
    }

    void number(Node* n) {
        const std::uint64_t hash = hash_value(n);
        for (Node* known = head(hash); known; known = chain_[known->id]) {
            if (known->op == Op::Load || known->op == Op::Store) continue;
            if (same_value(known, n) && dominates(known->block, n->block)) {
                n->replaced_by = known;
                return;
            }
        }
        insert(hash, n);
    }

    // Whether a check on every way here has found the reference not to be null.
    bool is_checked(const Node* reference, const Block* block) {
        const std::uint64_t hash = mix(hash_operation(Op::NullCheck, Type::I64, 0), reference->id);
        for (const Node* known = head(hash); known; known = chain_[known->id]) {
            if (known->op == Op::NullCheck && known->in(0) == reference && dominates(known->block, block))
                return true;
        }
        return false;
    }

    // ---- loads and stores
    // -----------------------------------------------------------------------------------
    // A field that is set once, when the object is made: what was stored there is there for ever, whatever
    // happened in between. Null if this is none.
    Node* stored_for_ever(const Node* n) {
        if (n->mem.alias != Alias::Field || n->input_count != 1 || n->in(0)->op != Op::New ||
            first_store_.empty())
            return nullptr;
        const Node* object = n->in(0);
        const Node* found = nullptr;
        for (const Node* store = first_store_[object->id]; store; store = next_store_[store->id]) {
            if (store->mem.disp != n->mem.disp) continue;
            if (found) return nullptr;
            found = store;
        }
        if (!found || versions_of_[found->id] == 0 || !dominates(found->block, n->block)) return nullptr;
        if (!is_immutable(*static_cast<const vm::Class*>(object->ptr), n->mem.disp)) return nullptr;
        return stored_value(found, n);
    }
    static bool is_immutable(const vm::Class& cls, std::int32_t offset) {
        if (cls.kind == vm::ClassKind::Closure) return true;  // captures
        if (cls.kind != vm::ClassKind::Object) return false;
        for (const auto& field : cls.fields) {
            const auto first = static_cast<std::int64_t>(field.offset);
            if (offset >= first && offset < first + field.layout->size) return !field.def->is_mutable();
        }
        return false;
    }

    void load(Node* n) {
        if (Node* value = stored_for_ever(n)) {
            n->replaced_by = value;
            return;
        }
        const std::uint32_t version = versions_[partitions_.of(n)];
        const std::uint64_t hash = hash_address(n, version);
        for (Node* known = head(hash); known; known = chain_[known->id]) {
            if ((known->op != Op::Load && known->op != Op::Store) || versions_of_[known->id] != version ||
                partitions_.of(known) != partitions_.of(n) || !same_address(known, n) ||
                !dominates(known->block, n->block))
                continue;
            Node* value = known->op == Op::Load
                              ? (known->mem.rep == n->mem.rep && known->type == n->type ? known : nullptr)
                              : stored_value(known, n);
            if (!value) continue;
            n->replaced_by = value;
            return;
        }
        versions_of_[n->id] = version;
        insert(hash, n);
    }

    // What a load of the place of a store gives; may put conversions in front of the load.
    Node* stored_value(const Node* store, const Node* load) {
        Node* value = resolve(store->in(store->input_count - 1));
        if (mem_size(store->mem.rep) != mem_size(load->mem.rep) || load->mem.byteswap) return nullptr;
        const auto make = [&](Op op, Type type, Node* in) {
            Node* n = graph_.new_node(op, type, {in});
            grow(n);
            n->block = block_;
            out_.push_back(n);
            return n;
        };
        if (value->type == load->type && mem_size(load->mem.rep) == 8) return value;
        if (load->mem.rep == MemRep::F32 && value->type == Type::F32) return value;
        if (is_float(value->type)) {
            value = make(Op::Bitcast, Type::I64, value);
            if (mem_size(load->mem.rep) == 8) return value;
        }
        if (load->type == Type::F64 || load->type == Type::F32) {
            if (value->type == Type::I32) value = make(Op::ZExt, Type::I64, value);
            return make(Op::Bitcast, load->type, value);
        }
        const auto low = [&] { return value->type == Type::I32 ? value : make(Op::Trunc, Type::I32, value); };
        const auto wide = [&] { return value->type == Type::I32 ? make(Op::ZExt, Type::I64, value) : value; };
        switch (load->mem.rep) {
            case MemRep::I8:
                return make(Op::SExt8, Type::I64, wide());
            case MemRep::U8:
                return make(Op::ZExt8, Type::I64, wide());
            case MemRep::I16:
                return make(Op::SExt16, Type::I64, wide());
            case MemRep::U16:
                return make(Op::ZExt16, Type::I64, wide());
            case MemRep::I32:
                return make(Op::SExt, Type::I64, low());
            case MemRep::U32:
                return make(Op::ZExt, Type::I64, low());
            default:
                return nullptr;
        }
    }

    void store(Node* n) {
        const std::uint32_t partition = partitions_.of(n);
        const std::uint32_t version = ++last_version_;
        versions_[partition] = version;
        versions_of_[n->id] = version;
        insert(hash_address(n, version), n);
    }

    // ---- blocks
    // ----------------------------------------------------------------------------------------------- Whether
    // `n` is known to be 0 or not on the way here from the branches on it: 0, 1, or -1.
    int decided(const Node* n, const Block* block) const {
        constexpr int kMaxSteps = 40;
        for (int steps = 0; block && steps < kMaxSteps; block = block->idom, ++steps) {
            if (block->preds.size() != 1) continue;
            const Block* pred = block->preds[0];
            const Node* last = pred->terminator();
            if (last->op != Op::Branch || pred->succs[0] == pred->succs[1]) continue;
            const bool taken = pred->succs[0] == block;
            const Node* condition = resolve(last->in(0));
            if (condition == n) return taken;
            if (const int known = implied(condition, taken, n); known >= 0) return known;
        }
        return -1;
    }
    // Of two comparisons of the same values.
    static int implied(const Node* condition, bool holds, const Node* n) {
        if (!is_int_compare(condition->op) || !is_int_compare(n->op)) return -1;
        const bool same = condition->in(0) == n->in(0) && condition->in(1) == n->in(1);
        const bool swapped = condition->in(0) == n->in(1) && condition->in(1) == n->in(0);
        if (!same && !swapped) return -1;
        const auto is = [](const Node* c, Op a, Op b) { return c->op == a || c->op == b; };
        const bool strict = is(condition, Op::Lt, Op::LtU);
        const bool both_signed = is(condition, Op::Lt, Op::Le) && is(n, Op::Lt, Op::Le);
        const bool both_unsigned = is(condition, Op::LtU, Op::LeU) && is(n, Op::LtU, Op::LeU);
        if (is(condition, Op::Eq, Op::Ne)) {
            const bool equal = (condition->op == Op::Eq) == holds;
            if (is(n, Op::Eq, Op::Ne)) return equal == (n->op == Op::Eq);
            if (equal) return is(n, Op::Le, Op::LeU);
            return -1;
        }
        if (is(n, Op::Eq, Op::Ne)) {
            // x < y, or not x <= y: they differ.
            if (strict == holds) return n->op == Op::Ne;
            return -1;
        }
        if (!both_signed && !both_unsigned) return -1;
        const bool n_strict = is(n, Op::Lt, Op::LtU);
        if (holds) {
            if (same) return strict || !n_strict ? 1 : -1;
            return strict ? 0 : n_strict ? 0 : -1;  // x < y: not y < x, not y <= x; x <= y: not y < x
        }
        if (same) return !strict || n_strict ? 0 : -1;  // not x <= y: neither; not x < y: not x < y
        return strict ? (n_strict ? -1 : 1) : 1;        // not x < y: y <= x; not x <= y: both
    }

    void visit(Block& block) {
        block_ = &block;
        versions_ = entry_versions(block);
        out_.clear();
        for (Node* n : block.nodes) {
            if (n->replaced_by) {
                out_.push_back(n);
                continue;
            }
            for (std::uint32_t i = 0; i < n->input_count; ++i) n->inputs[i] = resolve(n->inputs[i]);
            // Not floats: which of two NaNs comes out depends on the order.
            if (info(n->op).commutative && !is_float(n->in(0)->type) && n->in(0)->id > n->in(1)->id &&
                !n->in(1)->is_const())
                std::swap(n->inputs[0], n->inputs[1]);
            if (is_compare(n->op)) {
                if (const int known = decided(n, &block); known >= 0) {
                    n->replaced_by = truth_[known];
                    out_.push_back(n);
                    continue;
                }
            }
            if (n->op == Op::NullCheck && decided(n->in(0), &block) == 1) {
                n->replaced_by = n->in(0);
            } else if (n->op == Op::Load) {
                load(n);
            } else if (n->op == Op::Store) {
                store(n);
            } else if (clobbers_memory(n)) {
                for (std::uint32_t p = 1; p < versions_.size(); ++p) versions_[p] = ++last_version_;
            } else if (is_numbered(n)) {
                number(n);
            } else if (n->op == Op::Branch && !n->in(0)->is_const()) {
                const int known = is_checked(n->in(0), &block) ? 1 : decided(n->in(0), &block);
                if (known >= 0) n->inputs[0] = truth_[known];
            }
            out_.push_back(n);
        }
        block.nodes = out_;
        exit_versions_[block.order] = std::move(versions_);
    }

    static constexpr std::uint32_t kDiffer = ~std::uint32_t{0};

    Graph& graph_;
    Partitions partitions_;
    Vector<Block*> order_;
    Vector<Loop> loops_;
    Block* block_ = nullptr;
    Node* truth_[2] = {};  // the constants 0 and 1
    Vector<Node*> heads_, chain_;
    Vector<std::uint32_t> versions_, versions_of_;  // now, by partition; of accesses, by node
    Vector<Vector<std::uint32_t>> exit_versions_;
    std::uint32_t last_version_ = 0;
    Vector<Node*> out_;
    Vector<const Node*> first_store_, next_store_;  // into fresh objects: by object, by store
};

}  // namespace

void gvn(Graph& graph) {
    ValueNumbering(graph).run();
    graph.drop_unreachable();
}

}  // namespace skua::jit
