// Values that got a second definition, because code was copied: makes the phis that uses need.
//
// One variable at a time: start(), define() each definition, then ask at_start() and at_end() where it is
// used. Every way from the entry to such a place must pass a definition. finish() puts the phis in place;
// then settle the graph. (Braun et al., CC 2013, as in the builder.)
#pragma once

#include <vector>

#include "ir/ir.h"

namespace skua::jit {

class SsaRepair {
public:
    explicit SsaRepair(Graph& graph) : graph_(graph) {}

    void start(Type type);
    void define(Block* block, Node* value) { set(ends_, block, value); }
    Node* at_start(Block* block);
    Node* at_end(Block* block);
    void finish();

private:
    static Node* get(const Vector<Node*>& of, const Block* block);
    void set(Vector<Node*>& of, const Block* block, Node* value);

    Graph& graph_;
    Type type_ = Type::Void;
    Vector<Node*> ends_, starts_;  // by block
    Vector<std::uint32_t> touched_;
    Vector<Node*> phis_;
};

// A copy of some blocks and their nodes. Edges among them are copied; edges that leave them lead to the
// same blocks, whose phis get the copies' values; edges that enter them are not copied, and the copies' phis
// have no inputs for them.
struct Clone {
    Vector<Node*> nodes;    // by the original's id; null outside
    Vector<Block*> blocks;  // likewise
    [[nodiscard]] Node* of(Node* n) const { return n->id < nodes.size() && nodes[n->id] ? nodes[n->id] : n; }
};
Clone clone_blocks(Graph& graph, const Vector<Block*>& originals);

// How the copies are entered: where the originals are entered, so that a copy's definitions dominate the
// copy's uses of them, or anywhere.
enum class Entered : std::uint8_t { AsOriginals, Anywhere };

// Once the edges are as they shall be: what was defined in the originals is used elsewhere by way of phis
// of the two definitions. The caller settles.
void repair_uses(Graph& graph, const Clone& clone, const Vector<Block*>& originals,
                 Entered entered = Entered::AsOriginals);

}  // namespace skua::jit
