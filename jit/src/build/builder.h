// The builder's inside; see build.h. One file per area: builder.cpp (frames, blocks, SSA),
// build_scalar.cpp, build_branch.cpp, build_object.cpp, build_equality.cpp, build_call.cpp,
// float_phis.cpp.
#pragma once

#include "build/build.h"
#include "skua/vm/linked_code.h"

namespace skua::jit {

// One function's body being translated: the function itself, or an inlined callee.
struct Frame {
    const vm::LinkedBody* body;
    std::uint32_t base;  // its slot 0
    const Frame* outer;
    const Site* call_site;          // where it was called; null for the function itself
    Block* return_block = nullptr;  // inlined: where returns go
    std::uint32_t result = 0;       // inlined: the slot for results
    Vector<Block*> blocks;          // by word: of the leaders; else null
};

// What nobody ever writes where it can be seen: lengths, the bytes of texts.
inline Mem constant_word(std::int32_t disp, MemRep rep = MemRep::W64) {
    Mem mem;
    mem.rep = rep;
    mem.disp = disp;
    return mem;
}

class Builder {
public:
    Builder(Graph& graph, const BuildOptions& options, BuildResult& result)
        : graph_(graph), options_(options), result_(result) {}
    bool run(const vm::Function& function, const vm::Instr* osr_header);

private:
    struct BlockState {
        bool sealed = false;
        std::uint32_t expected = 0, arrived = 0;  // edges
        Vector<Node*> slots;
        Vector<Node*> phis;
        Vector<std::pair<std::uint32_t, Node*>> incomplete;
    };

    // ---- frames and blocks (builder.cpp) --------------------------------------------------------
    bool translate_body(Frame& frame, std::uint32_t first_word);
    bool scan(Frame& frame, std::uint32_t first_word, Vector<std::uint32_t>& leaders, std::uint32_t& returns);
    bool translate(const vm::Instr* pc, vm::LOp op);  // false: cannot be compiled (why_not is set)
    Block* new_block(std::uint32_t expected);
    void edge(Block* from, Block* to);
    void jump(Block* to);
    void branch(Node* condition, Block* if_true, Block* if_false);
    void seal(Block* block);
    BlockState& state(const Block* block) { return states_[block->id]; }
    void finish_phis();
    void split_critical_edges();
    void mark_cold();
    bool fail(std::string why) {
        result_.why_not = std::move(why);
        return false;
    }

    // ---- slots ---------------------------------------------------------------------------------------
    Node* read_slot(Block* block, std::uint32_t slot);
    void write_slot(Block* block, std::uint32_t slot, Node* value);
    Node* entry_value(std::uint32_t slot);
    void add_phi_inputs(Block* block, std::uint32_t slot, Node* phi);
    // Of the current frame, as a slot's content or converted.
    Node* raw(std::uint32_t r) { return read_slot(block_, frame_->base + r); }
    Node* get(std::uint32_t r) { return as(raw(r), Type::I64); }
    Node* get32(std::uint32_t r) { return trunc(get(r)); }
    Node* getf(std::uint32_t r) { return as(raw(r), Type::F64); }
    Node* getf32(std::uint32_t r) { return as(raw(r), Type::F32); }
    void set(std::uint32_t r, Node* value) { write_slot(block_, frame_->base + r, value); }
    void set32(std::uint32_t r, Node* value) { set(r, node(Op::SExt, Type::I64, {value})); }

    // ---- nodes ------------------------------------------------------------------------------------------
    Node* node(Op op, Type type, std::initializer_list<Node*> inputs) {
        return graph_.append(block_, graph_.new_node(op, type, inputs));
    }
    // `imm` and `ptr` as the node wants them.
    Node* guard(Op op, Type type, std::initializer_list<Node*> inputs, std::int64_t imm = 0,
                const void* ptr = nullptr);
    Node* new_object(const vm::Class& cls);
    Node* new_array(const vm::Class& cls, Node* length);
    Node* i64(std::int64_t value) { return graph_.constant(Type::I64, value); }
    Node* i32(std::int64_t value) { return graph_.constant(Type::I32, value); }
    Node* pointer(const void* p) {
        return i64(static_cast<std::int64_t>(reinterpret_cast<std::uintptr_t>(p)));
    }
    Node* as(Node* value, Type type);  // between I64 and floats, by bits
    Node* trunc(Node* value);          // I64 to I32
    const Site* site();                // of the current instruction
    Node* load(Node* base, Node* index, const Mem& mem);
    void store(Node* base, Node* index, const Mem& mem, Node* value);
    Node* runtime(const struct RuntimeEntry& entry, Type type, std::span<Node* const> inputs,
                  const void* aux = nullptr);
    Node* runtime(const struct RuntimeEntry& entry, Type type, std::initializer_list<Node*> inputs,
                  const void* aux = nullptr) {
        return runtime(entry, type, std::span<Node* const>(inputs.begin(), inputs.size()), aux);
    }
    Node* checked_reference(std::uint32_t r);  // NullCheck, remembered in the slot
    static const vm::Class* known_class(const Node* reference);
    static bool known_not_null(const Node* reference);

    // ---- handlers (build_handler.cpp) ---------------------------------------------------------------
    struct Cover {
        const Frame* frame;
        const vm::LinkedHandler* handler;
    };
    [[nodiscard]] Vector<Cover> covers() const;
    bool in_try();
    void catch_from();
    void throw_unless(Node* condition, const struct RuntimeEntry& entry,
                      std::initializer_list<Node*> operands);
    void check_before_guard(Op op, Type type, std::initializer_list<Node*> operands, std::int64_t imm,
                            const void* ptr);

    // ---- areas: true if the instruction is theirs
    // -------------------------------------------------------------
    bool build_scalar(const vm::Instr* pc, vm::LOp op);
    bool build_branch(const vm::Instr* pc, vm::LOp op);
    bool build_object(const vm::Instr* pc, vm::LOp op);
    bool build_array(const vm::Instr* pc, vm::LOp op);
    bool build_text(const vm::Instr* pc, vm::LOp op);
    bool build_call(const vm::Instr* pc, vm::LOp op);
    bool build_fused(const vm::Instr* pc, vm::LOp op);

    Block* target(std::int64_t offset, bool back_edge);
    [[nodiscard]] std::int64_t stack_allowed() const;  // VmOptions::exact_stack
    void check_stack(Node* used, std::int64_t most);   // StackOverflowError if used > most
    // False: the machine must compare.
    bool build_equality(const vm::Type& type, std::uint32_t result, std::uint32_t left, std::uint32_t right);
    Node* strings_equal(Node* a, Node* b);  // either may be null
    Node* has_text(Node* string, std::string_view text);
    void decide(Node* condition, std::int64_t value, std::uint32_t result, Block* join);
    void switch_sparse(const vm::SwitchTable& table, Node* value, std::size_t lo, std::size_t hi,
                       Block* otherwise);
    Node* element_index(Node* array, std::uint32_t index_register);
    void call_on_window(const struct RuntimeEntry& entry, std::uint32_t window, std::uint32_t count,
                        const void* aux);
    void fill_array(const vm::Class& cls, std::uint32_t window);
    void new_with_leaves(const vm::Class& cls, std::uint32_t first_register, std::uint32_t offset,
                         std::uint32_t result);

    // Calls `callee` on the arguments at `window` (of the current frame); results to `result`.
    bool call_function(vm::Function& callee, std::uint32_t window, std::uint32_t result);
    bool call_native(vm::Function& callee, std::uint32_t window, std::uint32_t result);
    bool try_inline(vm::Function& callee, std::uint32_t window, std::uint32_t result);
    void store_results(Node* call, const std::vector<vm::LeafKind>& kinds, std::uint32_t result);
    bool call_dispatched(const vm::CallSite& site, Node* receiver, std::uint32_t window, std::uint32_t result,
                         vm::LOp op);
    bool call_closure(const vm::CallSite& site, std::uint32_t closure, std::uint32_t window,
                      std::uint32_t result);
    bool arguments(const std::vector<vm::LeafKind>& kinds, std::uint32_t window, Vector<Node*>& inputs);
    void append_captures(Node* closure, const vm::Function& callee, const vm::CallSite& site,
                         std::uint32_t window);

    Graph& graph_;
    const BuildOptions& options_;
    BuildResult& result_;
    Vector<BlockState> states_;
    Frame* frame_ = nullptr;
    Block* block_ = nullptr;  // null: what follows cannot be reached
    const vm::Instr* pc_ = nullptr;
    const Site* site_ = nullptr;             // of pc_, once asked for
    const vm::Instr* covered_at_ = nullptr;  // what covered_ is of
    bool covered_ = false;
    std::uint32_t inlined_words_ = 0;
    HashMap<std::uint32_t, Node*> frame_slots_;  // OSR: entry values
    bool failed_ = false;
};

[[nodiscard]] Type leaf_type(vm::LeafKind kind);

// Phis and loads were made as slots (I64); those that only carry floats become floats.
void type_float_phis(Graph& graph);

}  // namespace skua::jit
