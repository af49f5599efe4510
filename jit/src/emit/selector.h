// The inside of instruction selection. One file per area: select.cpp (blocks, control, values),
// select_scalar.cpp, select_memory.cpp, select_call.cpp.
#pragma once

#include <map>

#include "emit/lir.h"

namespace skua::jit {

// Registers of arguments by the C convention, which compiled code follows as well.
inline constexpr Reg kIntegerArgs[] = {gp::rdi, gp::rsi, gp::rdx, gp::rcx, gp::r8, gp::r9};
inline constexpr unsigned kFloatArgs = 8;

class Selector {
public:
    explicit Selector(Graph& graph) : graph_(graph) { lir_.graph = &graph; }
    Lir run();

private:
    struct Value {
        VReg v = kNoVReg;
        const Node* constant = nullptr;
    };
    struct Address {
        VReg base = kNoVReg, index = kNoVReg;
        std::uint8_t shift = 0;
        std::int32_t disp = 0;
    };

    // ---- blocks and values (select.cpp) ------------------------------------------------------------
    void order_blocks();
    void count_uses();
    void mark_folded(const Block& block);
    void select_block(LirBlock& out);
    void select_node(const Node* n);
    void select_phis(LirBlock& out);
    void select_terminator(const Node* n);
    void select_return(const Node* n);
    void select_params();

    // The value of a node, looking through those that only check or rename it.
    const Node* origin(const Node* n);
    Value value(const Node* n);
    VReg reg(const Node* n);  // constants are made here
    VReg def_of(const Node* n);
    [[nodiscard]] static RegClass class_of(Type t) {
        return is_float(t) || is_vector(t) ? RegClass::Xmm : RegClass::Gp;
    }
    [[nodiscard]] std::uint32_t uses(const Node* n) const { return use_counts_[n->id]; }
    // A constant that an instruction of this width takes as an immediate.
    [[nodiscard]] static bool immediate(const Node* n, std::int64_t& out);

    Inst& add(MOp op, const Node* n, std::uint8_t size = 8);
    Use& use(VReg v, bool any = false, bool late = false);
    Use& use_fixed(const Node* n, Reg r);  // of the current instruction
    void set_address(const Address& a);    // appends its uses to the current instruction
    [[nodiscard]] static std::uint8_t size_of(Type t) {
        return is_vector(t) ? kVectorBytes : t == Type::I32 || t == Type::F32 ? 4 : 8;
    }

    // ---- comparisons: put the operands into the current instruction, return the condition -----------
    bool fuses(const Node* compare, const Node* user) const;
    // The input of an And that is a Not made together with it, or null.
    const Node* folded_not(const Node* n) const;
    void compare_operands(const Node* compare, MOp compare_op, MOp test_op, const Node* owner);
    void float_compare_operands(const Node* compare, MOp op, const Node* owner);

    // ---- areas: true if the node is theirs -------------------------------------------------------------
    bool select_integer(const Node* n);
    bool select_float(const Node* n);
    bool select_vector(const Node* n);
    bool select_guard(const Node* n);
    bool select_memory(const Node* n);
    bool select_call(const Node* n);

    void binary(MOp op, const Node* n);
    void shift(const Node* n, MOp by_immediate, MOp by_register, bool fixed_count);
    void multiply(const Node* n);
    void choose(const Node* n);
    void divide(const Node* n);
    void leaf_call(const Node* n, const void* function);
    Address address(const Node* n);
    void load(const Node* n);
    void store(const Node* n);
    // The last operand of the current instruction: a register, a constant in the pool, or memory.
    // Made by prepare_last before the instruction begins.
    void prepare_last(const Node* n);
    void last_operand(const Node* n);
    void clobber();  // what a call destroys
    void guest_arguments(const Node* n, std::uint32_t first);
    void runtime_call(const Node* n);

    Graph& graph_;
    Lir lir_;
    Vector<std::uint32_t> use_counts_;                       // by node
    Vector<VReg> vregs_;                                     // by node
    Vector<std::uint8_t> folded_;                            // by node: selected with its user
    Vector<std::uint32_t> block_index_;                      // by Block::id
    std::map<std::pair<VReg, std::uint32_t>, VReg> scaled_;  // index * factor, in the current block
    VReg frame_ = kNoVReg;                                   // OSR: the interpreter's frame
    const Block* block_ = nullptr;
    // From prepare_last to last_operand.
    Address pending_;
    VReg pending_value_ = kNoVReg;
    Vector<std::pair<const Node*, Reg>> fixed_;  // from guest_arguments to the call
};

}  // namespace skua::jit
