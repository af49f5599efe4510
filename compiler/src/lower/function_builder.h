// Builds the code of one function: typed registers, labels, lines, handlers.
//
// A thin layer between lowering and classfile::CodeBuilder. It drops code that cannot be
// reached, so lowering need not know whether a statement ends; when the function is complete,
// it threads jumps to jumps, removes jumps to the next instruction and unused registers, and
// encodes the rest.
//
// Registers: locals() and fresh() are never shared, so a value that is defined once stays
// defined once (the linker folds such constants and places such arguments); temp() registers
// are handed out again once their statement is over.
//
// Owned by the lowering of one function; one thread.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "skua/classfile/class_file.h"
#include "skua/classfile/instruction.h"

namespace skua::compiler {

using classfile::Op;
using classfile::Reg;
using classfile::TypeIndex;

class FunctionBuilder {
public:
    struct Label {
        std::uint32_t id = kNoLabel;
        [[nodiscard]] bool valid() const { return id != kNoLabel; }
        friend bool operator==(Label, Label) = default;
    };
    static constexpr std::uint32_t kNoLabel = 0xFFFFFFFF;

    // ---- registers -------------------------------------------------------------------------
    Reg add_parameter(TypeIndex type) { return fresh(type); }  // before any other register
    Reg local(TypeIndex type, classfile::StrIndex name);       // a named variable
    Reg fresh(TypeIndex type);
    Reg temp(TypeIndex type);
    [[nodiscard]] TypeIndex type_of(Reg r) const { return registers_[r]; }

    // A register that holds the constant throughout the outermost loop being lowered, loaded before it;
    // a fresh one loaded here if there is no loop.
    Reg loop_constant(Op op, TypeIndex type, std::int64_t bits);

    // Temporaries taken since the mark may be reused after the release.
    [[nodiscard]] std::size_t mark() const { return live_temps_.size(); }
    void release(std::size_t mark);

    // ---- code ------------------------------------------------------------------------------
    [[nodiscard]] Label new_label();
    void bind(Label label);
    // Binds a label that later code jumps back to, at a place that may have no predecessor yet.
    // `entered`: the loop was reachable where it began.
    void bind_loop(Label label, bool entered);
    void emit(Op op, std::initializer_list<std::int64_t> operands) {
        emit(op, std::span(operands.begin(), operands.size()));
    }
    void emit(Op op, std::span<const std::int64_t> operands);
    void jump(Label target) { emit(Op::Br, {target.id}); }
    // Beyond this many instructions nothing is emitted any more, and overflow() is true.
    void limit(std::uint32_t instructions) { limit_ = instructions; }
    [[nodiscard]] bool overflow() const { return overflow_; }
    [[nodiscard]] bool reachable() const { return reachable_; }
    [[nodiscard]] bool used(Label label) const { return labels_[label.id].references > 0; }
    [[nodiscard]] std::uint32_t position() const { return static_cast<std::uint32_t>(code_.size()); }

    // Brackets a loop; call enter before anything that is evaluated in each round.
    void enter_loop();
    void leave_loop() { --loop_depth_; }

    // ---- known values ------------------------------------------------------------------------
    // A value computed from a variable (its unwrapped or cast form) may be used again wherever its
    // computation dominates: labels bound later forget what was learnt since their first use. What
    // depends on a variable that is assigned is forgotten at loops as well.
    void remember(const void* variable, const void* key, Reg value, bool assigned);
    [[nodiscard]] std::optional<Reg> recall(const void* variable, const void* key) const;
    void forget(const void* variable);

    // Instructions emitted from now on belong to this place. A statement always gets an entry
    // in the line table, other places only if their instruction can throw.
    void set_place(std::uint32_t line, std::uint32_t column, bool statement);

    // Protects [start, end). Call innermost first: earlier entries win.
    void add_handler(std::uint32_t start, std::uint32_t end, Label target, TypeIndex type, Reg reg);
    // Can an error arise there?
    [[nodiscard]] bool can_throw(std::uint32_t start, std::uint32_t end) const;
    // `since`: the first protected instruction.
    void bind_handler(Label target, std::uint32_t since);

    // `parameters`: how many of the first registers must stay.
    [[nodiscard]] classfile::Code finish(std::uint32_t parameters);

private:
    struct Item {
        Op op = Op::Nop;
        std::uint32_t first = 0, count = 0;  // operands, labels as label ids
    };
    struct LabelState {
        std::uint32_t position = kNoLabel;
        std::uint32_t references = 0;
        std::uint32_t first_reference = 0;  // position
    };
    struct Known {
        const void* variable;
        const void* key;
        Reg value;
        std::uint32_t position;
        bool assigned;
    };
    struct Hoisted {
        std::uint32_t at;  // the placeholder before the loop
        Op op;
        TypeIndex type;
        std::int64_t bits;
        Reg reg;
    };
    struct HandlerItem {
        std::uint32_t start, end;
        Label target;
        TypeIndex type;
        Reg reg;
    };
    struct Place {
        std::uint32_t line = 0, column = 0;
        friend bool operator==(const Place&, const Place&) = default;
    };

    template <typename Operands, typename F>
    static void for_each_label(const Item& item, Operands& operands, F f);  // f(label id &)
    template <typename F>
    void for_each_register(const Item& item, F f);  // f(std::int64_t& register)
    [[nodiscard]] bool may_throw(std::uint32_t instruction) const;
    void thread_jumps();
    [[nodiscard]] std::vector<bool> live_code();
    void compact_code();
    [[nodiscard]] std::vector<Reg> compact_registers(std::uint32_t parameters, classfile::Code& code);

    std::vector<TypeIndex> registers_;
    std::vector<classfile::LocalName> names_;
    std::vector<Reg> live_temps_;
    std::unordered_map<TypeIndex, std::vector<Reg>> free_temps_;

    std::vector<Item> code_;
    std::vector<std::int64_t> operands_;
    std::vector<LabelState> labels_;
    std::vector<HandlerItem> handlers_;
    std::vector<classfile::LineEntry> lines_;
    Place place_;
    Place last_place_;
    bool statement_pending_ = false;
    bool reachable_ = true;
    std::vector<Known> known_;
    std::vector<Hoisted> hoisted_;
    std::uint32_t loop_depth_ = 0;
    std::uint32_t before_loop_ = 0;
    std::uint32_t limit_ = 0xFFFFFFFF;
    bool overflow_ = false;
};

using Label = FunctionBuilder::Label;

// A range of registers' temporaries that ends with the scope.
class TempScope {
public:
    explicit TempScope(FunctionBuilder& builder) : builder_(builder), mark_(builder.mark()) {}
    ~TempScope() { builder_.release(mark_); }
    TempScope(const TempScope&) = delete;
    TempScope& operator=(const TempScope&) = delete;

private:
    FunctionBuilder& builder_;
    std::size_t mark_;
};

}  // namespace skua::compiler
