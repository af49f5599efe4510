// Machine instructions over virtual registers: what selection makes of the IR, registers are allocated for,
// and encoding turns into bytes.
//
// Instructions stand in one vector in the order of the code; blocks are ranges of it. A virtual register
// (VReg) has one definition, except that allocation joins the registers of a phi where they do not
// interfere. Constants have no virtual register: they are operands, or are made in front of their use.
//
// Positions, for live ranges: instruction i has four.
//   4i     the gap before it: a parallel move puts operands into fixed registers; split values change place
//   4i + 1 it reads its operands
//   4i + 2 it writes its result and clobbers
//   4i + 3 the gap behind it: a result in a fixed register moves to its place
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "ir/ir.h"

namespace skua::jit {

using VReg = std::uint32_t;
inline constexpr VReg kNoVReg = ~VReg{0};

enum class RegClass : std::uint8_t { Gp, Xmm };
using Reg = std::uint8_t;  // number in its class, as the hardware counts
inline constexpr Reg kNoReg = 0xFF;

namespace gp {
inline constexpr Reg rax = 0, rcx = 1, rdx = 2, rbx = 3, rsp = 4, rbp = 5, rsi = 6, rdi = 7, r8 = 8, r9 = 9,
                     r10 = 10, r11 = 11, r12 = 12, r13 = 13, r14 = 14, r15 = 15;
}
// Never allocated, free for the encoder between any two instructions.
inline constexpr Reg kScratchGp = gp::r11;
inline constexpr Reg kScratchXmm = 15;

using RegMask = std::uint32_t;
inline constexpr RegMask kAllGp = 0xFFFF & ~(1u << gp::rsp) & ~(1u << gp::r15) & ~(1u << kScratchGp);
inline constexpr RegMask kAllXmm = 0xFFFF & ~(1u << kScratchXmm);
// What calls preserve, of C++ and of compiled code, and what they destroy.
inline constexpr RegMask kPreservedGp =
    1u << gp::rbx | 1u << gp::rbp | 1u << gp::r12 | 1u << gp::r13 | 1u << gp::r14;
inline constexpr RegMask kCallGp = kAllGp & ~kPreservedGp;

enum class MOp : std::uint8_t {
    Nop,
    // Two-address: def = use 0 op (use 1 | imm | memory).
    Add,
    Sub,
    And,
    Or,
    Xor,
    IMul,
    ShlImm,
    ShrImm,
    SarImm,
    RolImm,
    RorImm,
    RolCl,
    RorCl,
    Neg,
    Not,
    Bswap,
    AndNot,  // def = ~use 0 & use 1
    // def = op use 0.
    IMulImm,
    Shlx,
    Shrx,
    Sarx,
    Lzcnt,
    Tzcnt,
    Popcnt,
    Lea,
    MovSx8,
    MovSx16,
    MovSx32,
    MovZx8,
    MovZx16,
    MovZx32,
    Mov32,
    MulHi,
    MulHiU,
    Div,
    Rem,
    DivU,
    RemU,
    MovImm,
    LoadConst,
    Load,
    Store,
    StoreImm,
    ArgToMemory,
    FAdd,
    FSub,
    FMul,
    FDiv,
    FSqrt,
    FNeg,
    FAbs,
    FRound,
    Splat,
    VectorInteger,  // which one, its node says
    CvtIntToF,
    CvtFToF,
    CvtFToI64,
    CvtFToI32,
    CallLeaf,
    MovGpToXmm,
    MovXmmToGp,
    SetCmp,
    SetTest,
    SetFCmp,
    // What is compared (use 0, use 1 or imm), then the value if not, the value if so.
    CmpSelect,
    TestSelect,
    // Ends of blocks.
    Jump,
    CmpBranch,
    TestBranch,
    FCmpBranch,
    IsBranch,
    Switch,
    Return,
    Stop,
    // Guards: leave for a stub if `cond` holds.
    CmpTrap,
    TestTrap,
    AddTrap,
    SubTrap,
    MulTrap,
    MulTrapU,
    BytesTrap,
    CharTrap,
    CastTrap,
    FToI64Trap,
    FToU64Trap,
    Is,
    New,
    NewArray,
    Call,
    CallVirtual,
    CallIndirect,
    CallClosure,
    CallRuntime,
    CallNative,
    Poll,
    Fuel,
    Throw,
    Param,
    ParamMemory,
    Frame,
    FrameLoad,
    ResultLoad,
    Interrupted,
    StackUsed,
    SetStackUsed,
    TakePending,
    Catch,
};

// As x86 encodes them.
enum class Cond : std::uint8_t {
    O = 0,
    NO = 1,
    B = 2,
    AE = 3,
    E = 4,
    NE = 5,
    BE = 6,
    A = 7,
    S = 8,
    NS = 9,
    L = 12,
    GE = 13,
    LE = 14,
    G = 15
};
[[nodiscard]] constexpr Cond inverse(Cond c) {
    return static_cast<Cond>(static_cast<std::uint8_t>(c) ^ 1u);
}

struct Use {
    VReg v = kNoVReg;                // or:
    const Node* constant = nullptr;  // only where `fixed`, in ArgToMemory and in phis
    Reg fixed = kNoReg;              // must be in this register (of the class of the value)
    bool any = false;                // may be in memory
    bool late = false;               // read after the result is written: shares no register with it
};

struct Inst {
    MOp op = MOp::Nop;
    std::uint8_t size = 8;  // bytes of the operands: 4, 8, or 16 for vectors
    Cond cond = Cond::E;
    const Node* node = nullptr;
    std::uint32_t first_use = 0;
    std::uint16_t use_count = 0;
    VReg def = kNoVReg;
    Reg def_fixed = kNoReg;
    VReg temp = kNoVReg;
    // Address [use base + use index << shift + disp], if base >= 0 (or index >= 0). The uses are Reg.
    std::int8_t base = -1, index = -1;
    std::uint8_t shift = 0;
    std::int32_t disp = 0;
    std::int64_t imm = 0;
    const Node* pool = nullptr;  // floating constant as the last operand; IsBranch: the Is
    RegMask clobbers_gp = 0, clobbers_xmm = 0;
    // Calls: the block (index in Lir::blocks) where an exception lands; values that live there are on the
    // stack.
    std::int32_t landing = -1;
};

// The operand whose place the result takes, if it can.
[[nodiscard]] constexpr std::uint32_t tied_use(const Inst& in) {
    const bool select = in.op == MOp::CmpSelect || in.op == MOp::TestSelect;
    return select ? in.use_count - 2u : 0u;
}

struct LirPhi {
    VReg def;
    Vector<Use> inputs;  // in the order of Block::preds
};

struct LirBlock {
    Block* block = nullptr;
    std::uint32_t first = 0, last = 0;  // instructions; last is one behind
    Vector<LirPhi> phis;
    Vector<std::uint32_t> preds, succs;  // indices in Lir::blocks
    double frequency = 1;
    std::uint32_t rank = 0;  // block_rank.h
    std::uint32_t loop_depth = 0;

    [[nodiscard]] std::uint32_t from() const { return first * 4; }
    [[nodiscard]] std::uint32_t to() const { return last * 4; }
};

struct Lir {
    Graph* graph = nullptr;
    Vector<LirBlock> blocks;  // in the order of the code
    Vector<Inst> insts;
    Vector<Use> uses;
    Vector<RegClass> classes;          // by VReg
    Vector<bool> wide;                 // by VReg: a vector
    std::uint32_t outgoing_slots = 0;  // at the frame's lower end, for buffers of runtime calls
    bool calls = false;                // anything that pushes a return address and may come back

    VReg new_vreg(RegClass cls, bool is_wide = false) {
        classes.push_back(cls);
        wide.push_back(is_wide);
        return static_cast<VReg>(classes.size() - 1);
    }
    [[nodiscard]] std::span<const Use> uses_of(const Inst& in) const {
        return {uses.data() + in.first_use, in.use_count};
    }
};

// Instruction selection: addresses, immediates, compare-and-branch. The graph keeps its edges; nodes are
// only read.
Lir select_instructions(Graph& graph);

}  // namespace skua::jit
