// The inside of encoding: from allocated machine instructions to bytes. encode.cpp: blocks, frame, branches,
// stubs; encode_scalar.cpp, encode_memory.cpp, encode_call.cpp: instructions; encode_moves.cpp: parallel
// moves.
#pragma once

#include <asmjit/x86.h>
#include <functional>
#include <map>

#include "emit/allocate.h"
#include "emit/emit.h"
#include "skua/vm/class.h"

namespace skua::jit {

[[nodiscard]] inline asmjit::x86::CondCode code_of(Cond c) {
    return static_cast<asmjit::x86::CondCode>(c);
}

class Encoder {
public:
    Encoder(const Lir& lir, const Allocation& allocation, const Thunks& thunks, bool print);
    // Everything into the cache. False: it is full.
    bool run(CodeCache& cache, Emitted& out);

private:
    // A call's place, for CodeRange.
    struct CallPlace {
        asmjit::Label behind;
        const Site* site;
        std::int32_t landing;  // block, or -1
        std::uint32_t inst;    // whose call it is
    };

    // ---- blocks (encode.cpp) ---------------------------------------------------------------------------
    void prologue();
    template <typename Visit>
    void each_saved(Visit&& visit);
    void epilogue();
    void block(std::size_t index);
    void instruction(std::uint32_t i);
    void interpreter_entry();
    void closure_entry();
    void constants();
    bool finish(CodeCache& cache, Emitted& out);
    void branch(const Inst& in, Cond cond);
    void float_branch(const Inst& in);
    void jump_to(std::uint32_t block);
    void switch_table(const Inst& in);
    void skip_empty_blocks();
    [[nodiscard]] bool is_next(std::uint32_t block) const {
        std::size_t next = block_ + std::size_t{1};
        while (next < lir_.blocks.size() && skipped_[next]) ++next;
        return goal_[block] == next;
    }

    // ---- operands
    // ------------------------------------------------------------------------------------------
    [[nodiscard]] const Location& at(const Inst& in, std::uint32_t use) const {
        return allocation_.uses[in.first_use + use];
    }
    [[nodiscard]] static asmjit::x86::Gp gpr(std::uint32_t n, std::uint8_t size = 8);
    [[nodiscard]] asmjit::x86::Gp use_gp(const Inst& in, std::uint32_t use, std::uint8_t size = 8) const;
    [[nodiscard]] asmjit::x86::Xmm use_xmm(const Inst& in, std::uint32_t use) const;
    [[nodiscard]] asmjit::x86::Gp def_gp(std::uint8_t size = 8) const;
    [[nodiscard]] asmjit::x86::Xmm def_xmm() const;
    [[nodiscard]] asmjit::x86::Gp temp_gp() const;
    [[nodiscard]] asmjit::x86::Mem slot(std::uint32_t n, std::uint32_t size = 8) const;
    [[nodiscard]] asmjit::x86::Mem memory(const Inst& in, std::uint32_t size) const;
    [[nodiscard]] asmjit::x86::Mem pooled(std::uint64_t bits, std::uint32_t size);
    [[nodiscard]] asmjit::x86::Mem pooled_mask(std::uint64_t bits);  // twice, 16 bytes
    // Register, stack slot, memory, constant or immediate: whatever the instruction's last operand is.
    asmjit::Operand last(const Inst& in, std::uint8_t size);
    asmjit::Operand any(const Inst& in, std::uint32_t use, std::uint8_t size) const;

    // ---- moves
    // ---------------------------------------------------------------------------------------------
    void moves(std::uint32_t inst, MovePlace place);
    void parallel(Vector<Move> pending);
    void one_move(const Move& m, bool scratch_gp_busy);
    void load_constant(const Move& m);
    void load_immediate(const asmjit::x86::Gp& to, std::int64_t value);

    // ---- instructions: true if theirs
    // -----------------------------------------------------------------------
    bool encode_integer(const Inst& in);
    bool encode_float(const Inst& in);
    void encode_vector(const Inst& in);
    void splat(const Inst& in);
    bool encode_guard(const Inst& in);
    bool encode_memory(const Inst& in);
    bool encode_call(const Inst& in);
    void two_address(asmjit::x86::Inst::Id id, const Inst& in, bool commutative, bool needs_flags);
    void conditional_move(const Inst& in);
    void shift_immediate(asmjit::x86::Inst::Id id, const Inst& in);
    void rotate_by_cl(asmjit::x86::Inst::Id id, const Inst& in);
    void divide(const Inst& in);
    void convert_to_integer(const Inst& in);
    void load(const Inst& in);
    void store(const Inst& in);
    void store_immediate(const Inst& in);
    void argument_to_memory(const Inst& in);
    void new_object(const Inst& in);
    void new_array(const Inst& in);
    void is_instance(const Inst& in);
    void is_branch(const Inst& in);
    void test_class(const vm::Class& cls, const asmjit::x86::Gp& object, const asmjit::x86::Gp& temp,
                    const asmjit::Label& yes, const asmjit::Label& no);
    void runtime_call(const Inst& in);

    // ---- calls and stubs
    // -------------------------------------------------------------------------------------
    void clear_dead();
    void call_address(const void* target);
    void call_thunk(const std::uint8_t* thunk, const Site* site);
    // The same, out of the way, of a thunk that preserves everything.
    void call_thunk_if(asmjit::x86::CondCode condition, const std::uint8_t* thunk, const Site* site);
    void record(const Site* site, std::int32_t landing = -1);
    // Code out of line, emitted behind the function.
    void later(std::function<void()> stub) {
        stubs_.push_back([this, inst = inst_, stub = std::move(stub)] {
            inst_ = inst;
            stub();
        });
    }
    // Jumps to a stub that throws if `cond` holds; rsi and rdx get the operands (of kind None: not).
    void trap(Cond cond, const std::uint8_t* thunk, const Site* site, asmjit::Operand rsi = {},
              asmjit::Operand rdx = {});

    const Lir& lir_;
    const Allocation& allocation_;
    const Thunks& thunks_;
    bool print_;
    Arena memory_;  // of code_, in front of what it would get from malloc
    asmjit::CodeHolder code_;
    asmjit::StringLogger logger_;
    asmjit::x86::Assembler a_;
    Vector<asmjit::Label> labels_;  // by block
    asmjit::Label entry_, unwind_;
    std::uint32_t frame_size_ = 0;
    RegMask saved_ = 0;  // by the prologue, of the registers that calls preserve
    std::size_t block_ = 0;
    std::uint32_t inst_ = 0;
    std::size_t next_move_ = 0;
    std::map<std::uint64_t, asmjit::Label> pool_, masks_;
    Vector<std::pair<asmjit::Label, Vector<asmjit::Label>>> tables_;
    Vector<std::function<void()>> stubs_;
    Vector<CallPlace> calls_;
    Vector<bool> skipped_;        // blocks without code
    Vector<std::uint32_t> goal_;  // where a jump to a block ends: past those that are skipped
    Vector<std::pair<std::uint32_t, asmjit::Label>> interpreter_calls_;
    asmjit::Label closure_entry_;
    const vm::Class* closure_class_ = nullptr;
    asmjit::Label interpreter_entry_, interpreter_call_, interpreter_end_;
    asmjit::Label end_;
};

}  // namespace skua::jit
