// The pass `carried`: what a loop stores in a field and loads in the next round is carried in a register.
//
// `at += 1` on a field in a loop is a load, an addition and a store, and each round waits for the store of
// the one before to be seen by the load, several cycles. Where nothing else in the loop may write the field,
// the loads become phis of what was stored, and of what was there when the loop was entered. The stores stay:
// whoever looks at the object in a handler or behind the loop finds what it should. What may write the field
// on blocks that are hardly ever executed (a call for the rare case) is followed by a load there.
#include <algorithm>

#include "opt/cfg.h"
#include "opt/facts.h"
#include "opt/loops.h"
#include "opt/memory.h"
#include "opt/passes.h"
#include "opt/readable.h"
#include "opt/ssa_repair.h"

namespace skua::jit {
namespace {

constexpr std::size_t kMaxPlaces = 6;  // of a loop: each takes a register

// A field of an object, or a static one, that a loop stores to.
struct CarriedField {
    const Node* store;     // one that does
    Node* load = nullptr;  // one that reads it, and not where another load or store of the block has
    Vector<Node*> loads;   // all such
    Vector<std::pair<Block*, Node*>>
        ends;             // what it holds at the end of a block; null: is to be loaded there
    bool always = false;  // a load is in the loop's header
    bool known = true;    // what it holds
};

// What a load gives is what a store was given.
bool keeps_bits(const Node* n, Type type) {
    return n->mem.byteswap == 0 && (mem_size(n->mem.rep) == 8 || n->mem.rep == MemRep::F32) &&
           type == n->type;
}
bool is_place(const Node* n) {
    return n->op == Op::Store && !has_index(n) &&
           (n->mem.alias == Alias::Field || n->mem.alias == Alias::Static);
}
Type stored_type(const Node* store) {
    return store->in(store->input_count - 1)->type;
}

class Carrier {
public:
    Carrier(Graph& graph, const Partitions& partitions, const Accesses& accesses, const Loop& loop,
            Block* before)
        : graph_(graph),
          partitions_(partitions),
          accesses_(accesses),
          loop_(loop),
          before_(before),
          inside_(graph, loop) {}

    bool run() {
        Vector<CarriedField> places;
        for (const Block* block : loop_.blocks) {
            for (const Node* n : block->nodes) {
                if (!is_place(n) || !inside_.invariant(n->in(0)) || places.size() == kMaxPlaces) continue;
                if (std::none_of(places.begin(), places.end(),
                                 [&](const CarriedField& p) { return is_at(n, p); }))
                    places.push_back({n, nullptr, {}, {}});
            }
        }
        for (CarriedField& place : places) {
            for (Block* block : loop_.blocks) {
                if (place.known) look_at(*block, place);
            }
        }
        std::erase_if(places, [&](const CarriedField& p) {
            return !p.known || !p.load || !is_readable(p.load, before_, p.always, accesses_);
        });
        for (const CarriedField& place : places) carry(place);
        return !places.empty();
    }

private:
    bool is_at(const Node* access, const CarriedField& place) const {
        return access->in(0) == place.store->in(0) && access->mem.disp == place.store->mem.disp &&
               !has_index(access) && partitions_.of(access) == partitions_.of(place.store);
    }

    // What the block does to the place.
    void look_at(Block& block, CarriedField& place) {
        bool at_start = true;  // the place holds what it held at the block's start
        bool lost = false;
        Node* value = nullptr;
        for (Node* n : block.nodes) {
            if (n->op == Op::Load || n->op == Op::Store) {
                if (partitions_.of(n) != partitions_.of(place.store)) continue;
                if (!is_at(n, place)) {
                    const bool fresh = n->in(0)->op == Op::New && !inside_.invariant(n->in(0));
                    if (n->op == Op::Load || fresh) continue;  // what the loop makes is another object
                    at_start = false, lost = true;
                    continue;
                }
                const Type type = stored_type(place.store);
                if (n->mem.rep != place.store->mem.rep ||
                    !(n->op == Op::Load ? keeps_bits(n, type)
                                        : n->mem.byteswap == 0 && stored_type(n) == type)) {
                    place.known = false;
                    return;
                }
                if (n->op == Op::Store) {
                    value = n->in(n->input_count - 1);
                    at_start = lost = false;
                } else if (at_start) {
                    if (!place.load || block.cold < place.load->block->cold) place.load = n;
                    place.always |= &block == loop_.header;
                    place.loads.push_back(n);
                }
            } else if (clobbers_memory(n)) {
                at_start = false, lost = true;
            }
        }
        if (at_start) return;
        // Between a call and its Catch there is no place for a load.
        if (lost && (!block.cold || block.terminator()->op == Op::Catch)) place.known = false;
        place.ends.emplace_back(&block, lost ? nullptr : value);
    }

    Node* load_at_end(Block* block, const Node* like) {
        Node* n = graph_.new_node(Op::Load, like->type, {like->in(0)});
        n->mem = like->mem;
        insert_at_end(block, n);
        return n;
    }

    void carry(const CarriedField& place) {
        SsaRepair repair(graph_);
        repair.start(place.load->type);
        repair.define(before_, load_at_end(before_, place.load));
        for (auto [block, value] : place.ends)
            repair.define(block, value ? value : load_at_end(block, place.load));
        for (Node* load : place.loads) load->replaced_by = repair.at_start(load->block);
        repair.finish();
    }

    Graph& graph_;
    const Partitions& partitions_;
    const Accesses& accesses_;
    const Loop& loop_;
    Block* before_;
    InLoop inside_;
};

}  // namespace

void carried(Graph& graph) {
    const auto loops = find_loops(graph);
    if (loops.empty()) return;
    const Partitions partitions(graph);
    const Accesses accesses(graph);
    Vector<bool> has_changed(graph.blocks.size(), false);  // by header: the loop, or one in it
    bool changed = false;
    for (const Loop& loop : loops) {
        Block* before = find_preheader(loop);
        bool done = has_changed[loop.header->id];
        if (!done && before) done = Carrier(graph, partitions, accesses, loop, before).run();
        if (!done) continue;
        changed = true;
        if (loop.parent) has_changed[loop.parent->id] = true;
    }
    if (changed) graph.settle();
}

}  // namespace skua::jit
