// Appends linked instructions and resolves their branches.
#pragma once

#include <memory>
#include <vector>

#include "skua/classfile/result.h"
#include "skua/vm/layout.h"
#include "skua/vm/linked_code.h"

namespace skua::vm {

LOp get_op(Rep rep);  // load of a field at a 16-bit offset
LOp put_op(Rep rep);
LOp array_get_op(Rep rep);  // element that is one leaf
LOp array_put_op(Rep rep);
LOp leaf_get_op(Rep rep);  // leaf of a struct element
LOp leaf_put_op(Rep rep);

class LinkedBuilder {
public:
    // With far_branches, conditional branches reach anywhere at the price of two words more.
    explicit LinkedBuilder(bool far_branches) : far_(far_branches) {}

    [[nodiscard]] std::uint32_t position() const { return static_cast<std::uint32_t>(code_.size()); }
    void truncate(std::uint32_t position);  // undo everything from here on, fixups included

    // Operands above 65535 make finish() fail: the function needs too many slots.
    void emit(LOp op, std::uint32_t a, std::uint32_t b, std::uint32_t c);
    void emit_word(LOp op, std::uint32_t a, std::uint32_t b, std::uint32_t c, std::uint64_t word);
    // A leaf of an array's element: its second word has the elements' distance and the leaf's offset.
    void emit_element(LOp op, std::uint32_t a, std::uint32_t b, std::uint32_t c, std::uint32_t stride,
                      std::uint32_t offset);
    void emit_pointer(LOp op, std::uint32_t a, std::uint32_t b, std::uint32_t c, const void* pointer);
    void emit_pointers(LOp op, std::uint32_t a, std::uint32_t b, const void* p, const void* q);
    void emit_load(std::uint32_t a, std::int64_t value);  // LdI or LdC
    // `place`: which block this is, for guest_coverage.h; nobody else looks at it.
    void emit_fuel(std::uint32_t instructions, std::uint32_t place);

    void emit_enter(LOp op, std::uint32_t slot,
                    std::uint32_t bytes);  // Enter, or EnterLeaf, where no slot is used

    // Branches to the portable instruction `target`; `current` is the one being translated, so
    // that targets not after it are back edges.
    void branch(LOp op, std::uint32_t a, std::uint32_t b, std::uint32_t target, std::uint32_t current);
    void branch_pointer(LOp op, std::uint32_t b, const void* pointer, std::uint32_t target,
                        std::uint32_t current);
    void jump(std::uint32_t target, std::uint32_t current);
    // A short forward branch inside the translation of one instruction.
    [[nodiscard]] std::uint32_t emit_local_branch(LOp op, std::uint32_t a, std::uint32_t b,
                                                  const void* pointer = nullptr);
    void bind_local(std::uint32_t branch_position);
    void switch_table(LOp op, std::uint32_t b, SwitchTable* table, std::vector<std::uint32_t> targets,
                      std::uint32_t default_target);

    // Copies the body of a callee whose slot 0 is `base`; its returns write to `result` and go on
    // behind the copy. Nothing is emitted if the body has something that cannot be copied.
    bool inline_body(const LinkedBody& body, std::uint32_t base, std::uint32_t result);

    // Says that the translation of portable instruction `index` starts here.
    void mark(std::uint32_t index);
    [[nodiscard]] std::uint32_t word_of(std::uint32_t index) const { return starts_[index]; }

    // Resolves everything. Fails if a branch does not reach (try again with far_branches), see `too_far`.
    Result<std::unique_ptr<LinkedBody>> finish();
    [[nodiscard]] bool too_far() const { return too_far_; }

private:
    enum class FixupKind : std::uint8_t { Short, Long };
    struct Fixup {
        FixupKind kind;
        std::uint32_t at, origin, target;  // word to patch, word offsets count from, portable index
    };
    struct SwitchFixup {
        SwitchTable* table;
        std::uint32_t origin;
        std::vector<std::uint32_t> targets;
        std::uint32_t default_target;
    };

    std::vector<Instr> code_;
    std::vector<std::uint32_t> starts_;  // portable index -> word
    std::vector<LinkedBody::Position> positions_;
    std::vector<Fixup> fixups_;
    std::vector<SwitchFixup> switches_;
    std::vector<LinkedBody::Inlined> inlined_;
    bool far_;
    bool too_far_ = false;
    bool operand_overflow_ = false;
};

}  // namespace skua::vm
