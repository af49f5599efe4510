// Translates one verified function for closed type arguments into linked code.
//
// Steps: close the register types and look at each register's definitions and uses (analyze);
// fold constants that have one definition into their uses; let a temporary that is defined once and
// used once as an argument live in the callee's window from the start; give every other
// register its slots; find registers that may be read before they are written and zero them at
// entry; then translate instruction by instruction. An instruction whose names cannot be resolved
// becomes a LinkFail.
//
// Frame: [parameters][registers][return address][window for callees and operand lists].
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "link/linked_builder.h"
#include "link/linker.h"

namespace skua::vm {

// What the LinkError says that a LinkFail throws.
inline Diagnostic link_error(std::string message) {
    Diagnostic d;
    d.message = std::move(message);
    return d;
}

class Translator {
public:
    // Caller holds the linker's lock; `function.def` is verified.
    Translator(Vm& vm, Thread& thread, Function& function);

    struct Output {
        std::unique_ptr<LinkedBody> body;
        std::uint32_t frame_slots;
    };
    Result<Output> run();

private:
    using Op = classfile::Op;
    using Instruction = classfile::Instruction;

    static constexpr std::uint32_t kUnknown = 0xFFFFFFFF;

    struct RegInfo {
        const Type* type = nullptr;      // closed; null if it cannot be closed
        const Layout* layout = nullptr;  // null: `trouble` says why, every use becomes a LinkFail
        std::string trouble;
        std::uint32_t slot = 0;
        std::uint32_t defs = 0, uses = 0;
        std::uint32_t def_at = kUnknown, use_at = kUnknown;  // last seen
        std::uint32_t window_offset = kUnknown;  // argument temporaries: slot offset in the window
        bool is_constant = false;                // one const.int definition
        bool folded = false;                     // constant, and every use takes it as an immediate
        std::int64_t constant = 0;
    };

    // ---- analysis (translator_analyze.cpp)
    Result<void> close_registers();
    void find_blocks();
    void count_uses();
    void find_constants();
    void coalesce_arguments();
    void assign_slots();
    void find_zeroed();
    void find_live_at_handlers();  // translator_liveness.cpp
    template <typename F>
    void for_each_register(const Instruction& in,
                           F&& f) const;  // f(reg, is_write, column, list position or -1)
    [[nodiscard]] bool uses_window(const Instruction& in) const;
    [[nodiscard]] bool constant_reaches(const RegInfo& reg, std::uint32_t at) const;
    [[nodiscard]] bool can_fold(const Instruction& in, unsigned column, int list_position,
                                std::int64_t value) const;

    // ---- translation
    Result<void> translate(std::uint32_t index);
    Result<void> translate_scalar(const Instruction& in, bool& handled);  // translator_scalar.cpp
    Result<void> translate_branch(const Instruction& in, bool& handled);  // translator_branch.cpp
    Result<void> translate_object(const Instruction& in, bool& handled);  // translator_object.cpp
    Result<void> translate_array(const Instruction& in, bool& handled);   // translator_array.cpp
    void make_nan_canonical(const Instruction& in);
    Result<void> translate_value(const Instruction& in, bool& handled);  // translator_value.cpp
    Result<void> translate_call(const Instruction& in, bool& handled);   // translator_call.cpp
    void emit_fail(const Diagnostic& why);
    void emit_fuel();
    // With VmOptions::exact_stack: the frame's size is counted at entry and given back where the frame ends;
    // handlers set the count back to what it was in this frame.
    [[nodiscard]] bool calls() const;
    void emit_enter();
    void emit_leave();

    // ---- helpers
    [[nodiscard]] std::int64_t operand(const Instruction& in, unsigned column) const {
        return code_.operand(in, column);
    }
    [[nodiscard]] RegInfo& reg(const Instruction& in, unsigned column) {
        return regs_[static_cast<std::size_t>(operand(in, column))];
    }
    [[nodiscard]] std::uint32_t slot(const Instruction& in, unsigned column) {
        return slot_of(reg(in, column));
    }
    [[nodiscard]] std::uint32_t slot_of(const RegInfo& r) const {
        return r.window_offset == kUnknown ? r.slot : window_ + r.window_offset;
    }
    [[nodiscard]] bool immediate(const Instruction& in, unsigned column, std::int64_t& value);
    [[nodiscard]] const Type* close(const Type* open);
    Result<const Type*> close_index(classfile::TypeIndex index);
    void emit_move(std::uint32_t dst, std::uint32_t src, std::uint32_t count);
    // Puts a register list into the window, in order; returns the slots used.
    std::uint32_t emit_arguments(std::span<const std::int64_t> registers, std::uint32_t first_offset = 0);
    Result<void> emit_static_call(const Instruction& in, Function& callee);
    // Copies a small callee in place of the call; the arguments are in the window.
    bool try_inline(Function& callee, std::uint32_t result);
    // Is this a comparison that only the branch behind it uses? Then the branch compares.
    [[nodiscard]] bool fuses_with_branch(std::uint32_t index) const;
    void emit_fused_branch(const Instruction& compare, bool if_true, std::uint32_t target);
    std::uint32_t result_slot(const Instruction& in);
    void need_window(std::uint32_t slots) { window_slots_ = std::max(window_slots_, slots); }

    struct Path {
        Class* cls = nullptr;        // class or owner of statics of the first step
        const Type* type = nullptr;  // of the last step, closed
        const Layout* layout = nullptr;
        std::uint32_t offset = 0;  // bytes from the object, element or value
        std::uint32_t leaf = 0;    // first leaf within the value; statics: within the block
    };
    enum class PathRoot { Object, Static, Value };
    Result<Path> resolve_path(classfile::FieldIndex index, PathRoot root);
    struct Callee {
        FunctionDef* def = nullptr;
        const Type* owner = nullptr;  // closed, declares it
        std::vector<const Type*> type_args;
    };
    // Why a member that code names is not there: of which file, and what to do.
    [[nodiscard]] Diagnostic no_function(TypeDef& owner, std::string_view name) const;
    [[nodiscard]] Diagnostic missing_member(const TypeDef& owner, const std::string& what) const;
    Result<Callee> resolve_method(classfile::MethodIndex index);
    void emit_leaves_get(const Layout& layout, std::uint32_t dst, std::uint32_t object, std::uint32_t offset);

    Vm& vm_;
    Thread& thread_;
    Function& function_;
    FunctionDef& def_;
    const classfile::DecodedCode& code_;
    std::vector<RegInfo> regs_;
    std::vector<std::uint32_t> block_of_;                          // per instruction
    std::vector<std::uint32_t> block_starts_;                      // first instruction of each block
    std::vector<std::pair<std::uint32_t, std::uint32_t>> zeroed_;  // slot ranges
    // Per entry of the handler table: the registers that its target may read.
    std::vector<std::vector<bool>> live_at_handler_;
    std::vector<bool> handles_;  // per instruction: a handler begins here; only where calls are counted
    std::uint32_t stack_used_ = kUnknown;  // slot of what Enter has counted; a leaf has none
    std::uint32_t window_ = 0;             // first slot of the window
    std::uint32_t window_slots_ = 0;
    std::uint32_t current_ = 0;  // instruction being translated
    LinkedBuilder out_{false};
};

}  // namespace skua::vm
