#include "link/linked_builder.h"

#include <limits>

namespace skua::vm {
namespace {

bool is_short(std::int64_t offset) {
    return offset >= std::numeric_limits<std::int16_t>::min() &&
           offset <= std::numeric_limits<std::int16_t>::max();
}

LOp back_edge(LOp op) {
    return static_cast<LOp>(static_cast<int>(op) + 1);
}

LOp by_rep(Rep rep, LOp i8, LOp u8, LOp i16, LOp u16, LOp i32, LOp w32, LOp w64, LOp ref) {
    switch (rep) {
        case Rep::I8:
            return i8;
        case Rep::U8:
            return u8;
        case Rep::I16:
            return i16;
        case Rep::U16:
            return u16;
        case Rep::I32:
            return i32;
        case Rep::W32:
            return w32;
        case Rep::W64:
            return w64;
        case Rep::Ref:
            return ref;
    }
    return ref;
}

}  // namespace

using enum LOp;
LOp get_op(Rep r) {
    return by_rep(r, Get8S, Get8U, Get16S, Get16U, Get32S, Get32U, Get64, Get64);
}
LOp put_op(Rep r) {
    return by_rep(r, Put8, Put8, Put16, Put16, Put32, Put32, Put64, PutRef);
}
LOp array_get_op(Rep r) {
    return by_rep(r, AGet8S, AGet8U, AGet16S, AGet16U, AGet32S, AGet32U, AGet64, AGet64);
}
LOp array_put_op(Rep r) {
    return by_rep(r, APut8, APut8, APut16, APut16, APut32, APut32, APut64, APutRef);
}
LOp leaf_get_op(Rep r) {
    return by_rep(r, EGet8S, EGet8U, EGet16S, EGet16U, EGet32S, EGet32U, EGet64, EGet64);
}
LOp leaf_put_op(Rep r) {
    return by_rep(r, EPut8, EPut8, EPut16, EPut16, EPut32, EPut32, EPut64, EPutRef);
}

void LinkedBuilder::truncate(std::uint32_t position) {
    code_.resize(position);
    while (!fixups_.empty() && fixups_.back().at >= position) fixups_.pop_back();
    while (!inlined_.empty() && inlined_.back().start >= position) inlined_.pop_back();
    while (!switches_.empty() && switches_.back().origin >= position) switches_.pop_back();
}

void LinkedBuilder::emit(LOp op, std::uint32_t a, std::uint32_t b, std::uint32_t c) {
    if (a > 0xFFFF || b > 0xFFFF || c > 0xFFFF) operand_overflow_ = true;
    Instr in;
    in.op = static_cast<std::uint16_t>(op);
    in.a = static_cast<std::uint16_t>(a);
    in.b = static_cast<std::uint16_t>(b);
    in.c = static_cast<std::uint16_t>(c);
    code_.push_back(in);
}

void LinkedBuilder::emit_word(LOp op, std::uint32_t a, std::uint32_t b, std::uint32_t c, std::uint64_t word) {
    emit(op, a, b, c);
    Instr second;
    second.word = word;
    code_.push_back(second);
}

void LinkedBuilder::emit_element(LOp op, std::uint32_t a, std::uint32_t b, std::uint32_t c,
                                 std::uint32_t stride, std::uint32_t offset) {
    emit(op, a, b, c);
    Instr second;
    second.lo = stride;
    second.hi = offset;
    code_.push_back(second);
}

void LinkedBuilder::emit_pointer(LOp op, std::uint32_t a, std::uint32_t b, std::uint32_t c,
                                 const void* pointer) {
    emit(op, a, b, c);
    Instr second;
    second.pointer = pointer;
    code_.push_back(second);
}

void LinkedBuilder::emit_pointers(LOp op, std::uint32_t a, std::uint32_t b, const void* p, const void* q) {
    emit_pointer(op, a, b, 0, p);
    Instr third;
    third.pointer = q;
    code_.push_back(third);
}

void LinkedBuilder::emit_load(std::uint32_t a, std::int64_t value) {
    if (value >= std::numeric_limits<std::int32_t>::min() &&
        value <= std::numeric_limits<std::int32_t>::max()) {
        emit(LdI, a, 0, 0);
        code_.back().hi = static_cast<std::uint32_t>(value);
    } else {
        emit_word(LdC, a, 0, 0, static_cast<std::uint64_t>(value));
    }
}

void LinkedBuilder::emit_fuel(std::uint32_t instructions, std::uint32_t place) {
    emit(Fuel, place, 0, 0);
    code_.back().hi = instructions;
}

void LinkedBuilder::emit_enter(LOp op, std::uint32_t slot, std::uint32_t bytes) {
    emit(op, slot, 0, 0);
    code_.back().hi = bytes;
}

void LinkedBuilder::jump(std::uint32_t target, std::uint32_t current) {
    const std::uint32_t at = position();
    emit(target <= current ? JmpL : Jmp, 0, 0, 0);
    fixups_.push_back({FixupKind::Long, at, at, target});
}

void LinkedBuilder::branch(LOp op, std::uint32_t a, std::uint32_t b, std::uint32_t target,
                           std::uint32_t current) {
    if (far_) {
        emit(op, a, b, 2);
        emit(Jmp, 0, 0, 0);
        code_.back().hi = 2;
        jump(target, current);
        return;
    }
    const std::uint32_t at = position();
    emit(target <= current ? back_edge(op) : op, a, b, 0);
    fixups_.push_back({FixupKind::Short, at, at, target});
}

void LinkedBuilder::branch_pointer(LOp op, std::uint32_t b, const void* pointer, std::uint32_t target,
                                   std::uint32_t current) {
    // These have no back-edge form, so a loop that ends in one goes through a jump that counts.
    const std::uint32_t at = position();
    if (far_ || target <= current) {
        emit_pointer(op, 0, b, 3, pointer);
        emit(Jmp, 0, 0, 0);
        code_.back().hi = 2;
        jump(target, current);
        return;
    }
    emit_pointer(op, 0, b, 0, pointer);
    fixups_.push_back({FixupKind::Short, at, at, target});
}

std::uint32_t LinkedBuilder::emit_local_branch(LOp op, std::uint32_t a, std::uint32_t b,
                                               const void* pointer) {
    const std::uint32_t at = position();
    if (pointer) {
        emit_pointer(op, a, b, 0, pointer);
    } else {
        emit(op, a, b, 0);
    }
    return at;
}

void LinkedBuilder::bind_local(std::uint32_t at) {
    const std::uint32_t offset = position() - at;
    if (static_cast<LOp>(code_[at].op) == Jmp) {
        code_[at].hi = offset;
    } else {
        code_[at].c = static_cast<std::uint16_t>(offset);
    }
}

void LinkedBuilder::switch_table(LOp op, std::uint32_t b, SwitchTable* table,
                                 std::vector<std::uint32_t> targets, std::uint32_t default_target) {
    const std::uint32_t at = position();
    emit_pointer(op, 0, b, 0, table);
    switches_.push_back({table, at, std::move(targets), default_target});
}

void LinkedBuilder::mark(std::uint32_t index) {
    starts_.resize(index + 1, position());
    starts_[index] = position();
    if (!positions_.empty() && positions_.back().word == position()) {
        positions_.back().instruction = index;
    } else {
        positions_.push_back({position(), index});
    }
}

Result<std::unique_ptr<LinkedBody>> LinkedBuilder::finish() {
    if (operand_overflow_) {
        Diagnostic d;
        d.message = "the function needs more than 65535 register slots";
        return d;
    }
    for (const Fixup& fixup : fixups_) {
        const std::int64_t offset = static_cast<std::int64_t>(starts_[fixup.target]) - fixup.origin;
        if (fixup.kind == FixupKind::Long) {
            code_[fixup.at].hi = static_cast<std::uint32_t>(offset);
        } else if (is_short(offset)) {
            code_[fixup.at].c = static_cast<std::uint16_t>(offset);
        } else {
            too_far_ = true;
        }
    }
    if (too_far_) {
        Diagnostic d;
        d.message = "a branch does not reach its target";
        return d;
    }
    for (SwitchFixup& fixup : switches_) {
        fixup.table->offsets.clear();
        for (std::uint32_t target : fixup.targets) {
            fixup.table->offsets.push_back(static_cast<std::int32_t>(starts_[target]) -
                                           static_cast<std::int32_t>(fixup.origin));
        }
        fixup.table->default_offset = static_cast<std::int32_t>(starts_[fixup.default_target]) -
                                      static_cast<std::int32_t>(fixup.origin);
    }
    auto body = std::make_unique<LinkedBody>();
    body->code = std::move(code_);
    body->positions = std::move(positions_);
    body->inlined = std::move(inlined_);
    return body;
}

}  // namespace skua::vm
