// The pass `pack`: what an unrolled loop does to neighbouring elements one by one, it does to as many at once
// as a vector register holds.
//
//     a[i] = a[i] + x * b[i]; a[i + 1] = a[i + 1] + x * b[i + 1]
//
// becomes two vector loads, a multiplication by a splat of x, an addition and a vector store. Stores side by
// side are the seeds; from them the values are followed as long as they are made alike (Larsen and
// Amarasinghe, "Exploiting Superword Level Parallelism with Multimedia Instruction Sets", PLDI 2000). Nothing
// is gathered from scalars: a pack comes about as a whole or not at all.
//
// Only where the index is a phi of the same block, a loop's counter: elements that one round stores in parts
// are then not what the next one loads as a whole, which processors do slowly.
//
// A vector lives from its definition to its use in the same block, and no call stands between the two:
// nothing that saves registers has to save their upper halves.
#include <algorithm>

#include "opt/dce.h"
#include "opt/memory.h"
#include "opt/passes.h"

namespace skua::jit {
namespace {

constexpr int kMaxValueDepth = 12;           // of the values behind a store
constexpr std::size_t kMaxBlockNodes = 400;  // of a block

// An access to memory as base + root * stride + offset.
struct Place {
    const Node *base, *root;
    std::int64_t offset;
};

bool is_access(const Node* n) {
    return n->op == Op::Load || n->op == Op::Store;
}
std::int64_t access_size(const Node* n) {
    const Type type = n->op == Op::Load ? n->type : n->in(n->input_count - 1)->type;
    return is_vector(type) ? kVectorBytes : mem_size(n->mem.rep);
}

// True if it is indexed.
bool place_of(const Node* access, Place& out) {
    if (access->input_count != (access->op == Op::Load ? 2u : 3u)) return false;
    out = {access->in(0), access->in(1), access->mem.disp};
    const Node* index = out.root;
    if (index->op == Op::Add && index->in(1)->is_const()) {
        // May wrap, as the machine's addresses do.
        const auto k = static_cast<std::uint64_t>(index->in(1)->imm) * access->mem.stride;
        out.root = index->in(0);
        out.offset = static_cast<std::int64_t>(static_cast<std::uint64_t>(out.offset) + k);
    }
    return true;
}

// The lanes' type for elements of this kind, or Void.
Type vector_of(const Node* access, const Node* value) {
    const Mem& mem = access->mem;
    if (mem.byteswap || mem.reference || mem.stride != mem_size(mem.rep)) return Type::Void;
    if (mem.rep == MemRep::F64 && value->type == Type::F64) return Type::F64x2;
    if (mem.rep == MemRep::F32 && value->type == Type::F32) return Type::F32x4;
    if (mem.rep == MemRep::W64 && value->type == Type::I64) return Type::I64x2;
    return Type::Void;
}

// A store that may be the lane of a pack.
bool is_seed(const Node* n) {
    Place at{};
    return n->op == Op::Store && place_of(n, at) && at.root->op == Op::Phi && at.root->block == n->block &&
           vector_of(n, n->in(2)) != Type::Void;
}

using Lanes = Vector<Node*>;

class Packer {
public:
    Packer(Graph& graph, Block* block) : graph_(graph), block_(block), partitions_(graph) {}

    // One pack; false if there is none left.
    bool run() {
        look();
        Vector<Node*> stores;
        std::copy_if(block_->nodes.begin(), block_->nodes.end(), std::back_inserter(stores), is_seed);
        for (Node* first : stores) {
            if (pack_from(first, stores)) return true;
        }
        return false;
    }

private:
    void look() {
        partitions_ = Partitions(graph_);
        uses_.assign(graph_.node_count(), 0);
        for (auto& b : graph_.blocks) {
            for (const Node* n : b->nodes) {
                for (const Node* in : n->all()) ++uses_[in->id];
            }
        }
        position_.assign(graph_.node_count(), 0);
        for (std::size_t i = 0; i < block_->nodes.size(); ++i)
            position_[block_->nodes[i]->id] = static_cast<std::uint32_t>(i);
    }

    // Of the store at the lowest address and those of the lanes above it.
    bool pack_from(Node* first, const Vector<Node*>& stores) {
        type_ = vector_of(first, first->in(2));
        Lanes pack{first};
        while (pack.size() < lane_count(type_)) {
            const auto next = std::find_if(stores.begin(), stores.end(), [&](const Node* n) {
                return is_neighbour(first, n, pack.size()) && vector_of(n, n->in(2)) == type_;
            });
            if (next == stores.end()) return false;
            pack.push_back(*next);
        }
        made_.clear();
        known_.clear();
        members_ = pack;
        Lanes values;
        for (Node* store : pack) values.push_back(store->in(2));
        Node* value = vector(values, 0);
        if (!value || !is_self_contained() || !may_move(pack)) return false;
        put(pack, value);
        return true;
    }

    // Is `n` the access `lane` elements above `first`?
    bool is_neighbour(const Node* first, const Node* n, std::size_t lane) const {
        Place low{}, at{};
        if (!place_of(first, low) || !place_of(n, at)) return false;
        return at.base == low.base && at.root == low.root && n->mem.stride == first->mem.stride &&
               n->mem.rep == first->mem.rep && n->mem.alias == first->mem.alias &&
               static_cast<std::uint64_t>(at.offset) - static_cast<std::uint64_t>(low.offset) ==
                   lane * mem_size(n->mem.rep);
    }

    // The vector of these values, or null.
    Node* vector(const Lanes& values, int depth) {
        Node* first = values[0];
        if (std::all_of(values.begin(), values.end(), [&](const Node* n) { return n == first; })) {
            const auto before = std::find_if(made_.begin(), made_.end(), [&](const Node* n) {
                return n->op == Op::Splat && n->in(0) == first;
            });
            return before != made_.end() ? *before : make(Op::Splat, {first});
        }
        for (Known& known : known_) {
            if (known.values != values) continue;
            ++known.uses;
            return known.vector;
        }
        if (depth > kMaxValueDepth) return nullptr;
        for (const Node* n : values) {
            if (n->block != block_ || n->op != first->op || n->type != first->type) return nullptr;
        }
        Node* made = nullptr;
        if (first->op == Op::Load) {
            made = vector_load(values);
        } else if (has_lanes(first->op, type_)) {
            Lanes inputs;
            for (std::uint32_t i = 0; i < first->input_count; ++i) {
                Lanes operands;
                for (const Node* n : values) operands.push_back(n->in(i));
                inputs.push_back(vector(operands, depth + 1));
                if (!inputs.back()) return nullptr;
            }
            made = make(first->op, {});
            for (Node* input : inputs) graph_.add_input(made, input);
        }
        if (!made) return nullptr;
        members_.insert(members_.end(), values.begin(), values.end());
        known_.push_back({values, made, 1});
        return made;
    }
    Node* vector_load(const Lanes& loads) {
        if (vector_of(loads[0], loads[0]) != type_) return nullptr;
        for (std::size_t lane = 1; lane < loads.size(); ++lane) {
            if (!is_neighbour(loads[0], loads[lane], lane)) return nullptr;
        }
        Node* made = make(Op::Load, {loads[0]->in(0), loads[0]->in(1)});
        made->mem = loads[0]->mem;
        return made;
    }
    Node* make(Op op, std::initializer_list<Node*> inputs) {
        return made_.emplace_back(graph_.new_node(op, type_, inputs));
    }

    // Is nothing that goes used by what stays?
    bool is_self_contained() const {
        return std::all_of(known_.begin(), known_.end(), [&](const Known& known) {
            return std::all_of(known.values.begin(), known.values.end(),
                               [&](const Node* n) { return uses_[n->id] == known.uses; });
        });
    }

    // All members come to stand where the last store is: whatever they pass by must not notice.
    bool may_move(const Lanes& stores) const {
        std::uint32_t first = UINT32_MAX, last = 0;
        for (const Node* n : members_) first = std::min(first, position_[n->id]);
        for (const Node* n : stores) last = std::max(last, position_[n->id]);
        for (std::uint32_t i = first; i <= last; ++i) {
            const Node* n = block_->nodes[i];
            if (info(n->op).throws()) return false;
            if (!is_access(n)) continue;
            const bool is_member = std::find(members_.begin(), members_.end(), n) != members_.end();
            for (const Node* m : members_) {
                if (!is_access(m) || position_[m->id] >= i) continue;
                // Loads of a pack are in front of its stores, as its loads are of what they are stored to.
                const bool swap = is_member ? n->op == Op::Load && m->op == Op::Store
                                            : n->op == Op::Store || m->op == Op::Store;
                if (swap && !are_apart(n, m)) return false;
            }
        }
        return true;
    }

    // Do the two surely touch different memory? At different offsets from one index they do in one array, and
    // two arrays never overlap.
    bool are_apart(const Node* x, const Node* y) const {
        const std::uint32_t kind = partitions_.of(x);
        if (kind == Partitions::kConstant || kind != partitions_.of(y)) return true;
        Place a{}, b{};
        if (!place_of(x, a) || !place_of(y, b)) return false;
        if (a.root != b.root || x->mem.stride != y->mem.stride) return false;
        const auto distance = static_cast<std::int64_t>(static_cast<std::uint64_t>(a.offset) -
                                                        static_cast<std::uint64_t>(b.offset));
        return distance >= access_size(y) || distance <= -access_size(x);
    }

    void put(const Lanes& stores, Node* value) {
        Node* store = graph_.new_node(Op::Store, Type::Void, {stores[0]->in(0), stores[0]->in(1), value});
        store->mem = stores[0]->mem;
        made_.push_back(store);
        std::uint32_t last = 0;
        for (const Node* n : stores) last = std::max(last, position_[n->id]);
        for (Node* n : made_) n->block = block_;
        auto& nodes = block_->nodes;
        nodes.insert(nodes.begin() + last, made_.begin(), made_.end());
        std::erase_if(nodes, [&](const Node* n) {
            return std::find(members_.begin(), members_.end(), n) != members_.end();
        });
    }

    Graph& graph_;
    Block* block_;
    Partitions partitions_;
    Vector<std::uint32_t> uses_;      // by node
    Vector<std::uint32_t> position_;  // in the block, by node
    // Of the pack at hand.
    Type type_ = Type::Void;
    struct Known {
        Lanes values;
        Node* vector;
        std::uint32_t uses;
    };
    Vector<Known> known_;
    Vector<Node*> members_;  // scalar nodes that go
    Vector<Node*> made_;     // in the order of their use
};

}  // namespace

void pack(Graph& graph) {
    bool changed = false;
    for (auto& block : graph.blocks) {
        if (block->nodes.size() > kMaxBlockNodes) continue;
        if (std::count_if(block->nodes.begin(), block->nodes.end(), is_seed) < 2) continue;
        Packer packer(graph, block.get());
        while (packer.run()) changed = true;
    }
    if (changed) eliminate_dead_code(graph);
}

}  // namespace skua::jit
