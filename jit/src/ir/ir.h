// The intermediate representation of the compiled tier: SSA over a control-flow graph.
//
// A Graph is one function (or a loop of it, for on-stack replacement), made by build/, changed by
// opt/, turned into machine code by emit/. Nodes and blocks live in the graph's arena and are
// freed with it. What always holds between passes (verify_graph checks it):
//   - a node's inputs dominate it; a Phi's i-th input dominates the end of preds[i];
//   - every block ends in its only terminator, phis come first;
//   - no critical edges: a block with several successors has no successor with several predecessors;
//   - a node that may throw or call has a site;
//   - the entry block has no predecessors and is blocks[0].
// What throws leaves the graph, except for a call that a Catch follows: exceptions have edges only where a
// handler of the function may catch them.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>

#include "ir/scratch.h"
#include "skua/vm/linked_code.h"

namespace skua::jit {

// References are I64. Vectors are made by the pass `pack` alone and live inside of a block.
enum class Type : std::uint8_t { Void, I32, I64, F32, F64, F32x4, F64x2, I64x2 };
inline constexpr int kTypeCount = 8;
[[nodiscard]] constexpr bool is_float(Type t) {
    return t == Type::F32 || t == Type::F64;
}
[[nodiscard]] constexpr bool is_vector(Type t) {
    return t >= Type::F32x4;
}
inline constexpr std::uint32_t kVectorBytes = 16;
[[nodiscard]] constexpr std::uint32_t lane_count(Type vector) {
    return vector == Type::F32x4 ? 4 : 2;
}
// Of the scalar in each lane.
[[nodiscard]] constexpr Type lane_type(Type vector) {
    return vector == Type::F32x4 ? Type::F32 : vector == Type::F64x2 ? Type::F64 : Type::I64;
}

enum class Op : std::uint8_t {
#define SKUA_IR_OP(Name, flags, doc) Name,
#include "ir/ops.def"
#undef SKUA_IR_OP
    Count
};

struct OpInfo {
    const char* name;
    bool pure, commutative, guard, load, store, call, allocates, terminator;
    // May leave the graph by a guest exception.
    [[nodiscard]] bool throws() const { return guard || call || allocates; }
};
[[nodiscard]] constexpr OpInfo make_op_info(const char* name, std::string_view flags) {
    const auto has = [flags](char flag) { return flags.find(flag) != std::string_view::npos; };
    return {name, has('P'), has('C'), has('G'), has('L'), has('S'), has('K'), has('A'), has('T')};
}
inline constexpr OpInfo kOpInfo[] = {
#define SKUA_IR_OP(Name, flags, doc) make_op_info(#Name, flags),
#include "ir/ops.def"
#undef SKUA_IR_OP
};
[[nodiscard]] constexpr const OpInfo& info(Op op) {
    return kOpInfo[static_cast<std::size_t>(op)];
}
// Does the operation work on vectors of this type, lane by lane?
[[nodiscard]] bool has_lanes(Op op, Type vector);
// A call in form only: it may end the function, but runs nothing of the program and changes none of its
// memory.
[[nodiscard]] inline bool is_checkpoint(Op op) {
    return op == Op::Poll || op == Op::Fuel || op == Op::SetStackUsed;
}

// Where a throwing node stands in the source: the instruction of linked code, and the call into
// which it was inlined.
struct Site {
    const vm::Instr* pc;
    const Site* outer;  // null in the function itself
};

// A guard that is no longer executed because a pass has found that it always holds.
struct Proof {
    Op guard;
    Type type;
    std::int64_t imm;
    const void* ptr;
    const char* pass;
};

enum class MemRep : std::uint8_t { I8, U8, I16, U16, I32, U32, W64, F32, F64 };
[[nodiscard]] constexpr std::uint32_t mem_size(MemRep r) {
    switch (r) {
        case MemRep::I8:
        case MemRep::U8:
            return 1;
        case MemRep::I16:
        case MemRep::U16:
            return 2;
        case MemRep::I32:
        case MemRep::U32:
        case MemRep::F32:
            return 4;
        default:
            return 8;
    }
}

// What a memory access may touch. Accesses of different alias classes never overlap; of one class they
// may, and of Field only if `key` (the byte offset in the object) is equal, of Element only if `key`
// (the element's size in bytes * 65536 + the leaf's offset) is equal, of Static if the address is.
enum class Alias : std::uint8_t {
    Constant,  // never written while anyone can see it: class words, lengths of arrays and strings, literals
    Field,
    Element,
    Bytes,  // unaligned access to byte arrays: overlaps Element accesses of byte arrays and Bytes
    Static,
};

struct Mem {
    MemRep rep = MemRep::W64;
    Alias alias = Alias::Constant;
    bool reference = false;     // a store of a reference into an object: through the write barrier
    std::uint8_t byteswap = 0;  // 1: big-endian access
    std::uint32_t stride = 0;
    std::int32_t disp = 0;
    std::uint64_t key = 0;
};

struct Block;

struct Node {
    Op op = Op::Const;
    Type type = Type::Void;
    std::uint32_t id = 0;  // unique in the graph, dense enough for side tables (Graph::node_count)
    std::uint32_t input_count = 0;
    std::uint32_t input_capacity = 0;
    Node** inputs = nullptr;
    Block* block = nullptr;
    std::int64_t imm = 0;
    const void* ptr = nullptr;
    const Site* site = nullptr;
    Mem mem;
    // Set by passes that replace the node; Graph::settle() rewrites all users. Null otherwise.
    Node* replaced_by = nullptr;

    [[nodiscard]] Node* in(std::uint32_t i) const { return inputs[i]; }
    [[nodiscard]] std::span<Node* const> all() const { return {inputs, input_count}; }
    [[nodiscard]] bool is_const() const { return op == Op::Const; }
    [[nodiscard]] bool is_const(std::int64_t value) const {
        return op == Op::Const && imm == value && !is_float(type);
    }
};

// What stands for the node now.
[[nodiscard]] inline Node* resolve(Node* n) {
    while (n->replaced_by) n = n->replaced_by;
    return n;
}

struct Block : InScratch<Block> {
    std::uint32_t id = 0;  // index in Graph::blocks
    Vector<Node*> nodes;   // phis first, the terminator last
    Vector<Block*> preds, succs;
    bool cold = false;  // leads to a throw, or is the unlikely side of a guard

    // Set by compute_order / compute_dominators / compute_loops (order.h).
    std::uint32_t order = 0;  // position in reverse post order
    Block* idom = nullptr;
    std::uint32_t dom_depth = 0;
    Block* loop = nullptr;  // header of the innermost loop around this block; headers: themselves
    std::uint32_t loop_depth = 0;

    [[nodiscard]] Node* terminator() const { return nodes.back(); }
};

class Graph {
public:
    Graph() = default;
    Graph(const Graph&) = delete;
    Graph& operator=(const Graph&) = delete;

    const vm::Function* function = nullptr;
    std::string name;              // for printing
    Vector<Type> params, results;  // leaves; params empty for OSR graphs
    bool osr = false;
    Vector<std::unique_ptr<Block>> blocks;
    // To check the passes: guards that settle() drops leave an Assert behind, which names this pass. Null:
    // off.
    const char* assert_by = nullptr;

    Block* new_block();
    // A node without a place; the caller puts it into a block (append or by hand).
    Node* new_node(Op op, Type type, std::span<Node* const> inputs = {});
    Node* new_node(Op op, Type type, std::initializer_list<Node*> inputs) {
        return new_node(op, type, std::span<Node* const>(inputs.begin(), inputs.size()));
    }
    Node* append(Block* block, Node* node) {
        node->block = block;
        block->nodes.push_back(node);
        return node;
    }
    // Constants stand in the entry block, once per type and value.
    Node* constant(Type type, std::int64_t bits);
    void add_input(Node* node, Node* input);
    const Site* new_site(const vm::Instr* pc, const Site* outer);

    // Follows replaced_by everywhere, drops replaced nodes from their blocks.
    void settle();
    // What stays of a guard (assert_by is set); the caller puts it in the guard's place.
    Node* new_assert(const Node* guard);
    // Drops blocks that cannot be reached and the phi inputs from them; renumbers blocks.
    void drop_unreachable();

    [[nodiscard]] std::uint32_t node_count() const { return next_node_; }
    // Ids below `count` are given by the caller (the parser keeps those of the text).
    void reserve_ids(std::uint32_t count) { next_node_ = std::max(next_node_, count); }
    [[nodiscard]] Block* entry() const { return blocks.front().get(); }

private:
    Arena arena_;
    std::uint32_t next_node_ = 0;
    std::unordered_multimap<std::uint64_t, Node*, std::hash<std::uint64_t>, std::equal_to<std::uint64_t>,
                            ScratchAllocator<std::pair<const std::uint64_t, Node*>>>
        constants_;
    std::size_t constant_count_ = 0;  // at the head of the entry block
};

// One line per node; text.h says more.
std::string print(const Graph& graph);

}  // namespace skua::jit
