// Encoding: loads, stores, objects.
#include "emit/encoder.h"
#include "emit/layout.h"
#include "skua/vm/class.h"

namespace skua::jit {

using namespace asmjit;

void Encoder::load(const Inst& in) {
    const Mem& mem = in.node->mem;
    const x86::Mem from = memory(in, mem_size(mem.rep));
    const bool plain = mem.byteswap != 0;  // turned around and extended behind
    switch (mem.rep) {
        case MemRep::I8:
            a_.movsx(def_gp(), from);
            return;
        case MemRep::U8:
            a_.movzx(def_gp(4), from);
            return;
        case MemRep::I16:
            if (plain) {
                a_.movzx(def_gp(4), from);
            } else {
                a_.movsx(def_gp(), from);
            }
            return;
        case MemRep::U16:
            a_.movzx(def_gp(4), from);
            return;
        case MemRep::I32:
            if (plain) {
                a_.mov(def_gp(4), from);
            } else {
                a_.movsxd(def_gp(), from);
            }
            return;
        case MemRep::U32:
            a_.mov(def_gp(4), from);
            return;
        case MemRep::W64:
            a_.mov(def_gp(), from);
            return;
        case MemRep::F32:
            a_.vmovss(def_xmm(), from);
            return;
        case MemRep::F64:
            a_.vmovsd(def_xmm(), from);
            return;
    }
}

void Encoder::store(const Inst& in) {
    const MemRep rep = in.node->mem.rep;
    const std::uint32_t size = mem_size(rep);
    const x86::Mem to = memory(in, size);
    const bool xmm = lir_.classes[lir_.uses[in.first_use].v] == RegClass::Xmm;
    if (xmm) {
        if (size == 8) {
            a_.vmovsd(to, use_xmm(in, 0));
        } else {
            a_.vmovss(to, use_xmm(in, 0));
        }
        return;
    }
    const x86::Gp value = use_gp(in, 0);
    switch (size) {
        case 1:
            a_.mov(to, value.r8());
            return;
        case 2:
            a_.mov(to, value.r16());
            return;
        case 4:
            a_.mov(to, value.r32());
            return;
        default:
            a_.mov(to, value);
            return;
    }
}

void Encoder::store_immediate(const Inst& in) {
    const std::uint32_t size = mem_size(in.node->mem.rep);
    std::int64_t value = in.imm;
    if (size == 1) value = static_cast<std::int8_t>(value);
    if (size == 2) value = static_cast<std::int16_t>(value);
    a_.mov(memory(in, size), value);
}

// To the outgoing slots, to the thread (imm 1), or to the interpreter's frame (base): always a whole slot.
void Encoder::argument_to_memory(const Inst& in) {
    x86::Mem to = x86::qword_ptr(in.imm ? x86::r15 : x86::rsp, in.disp);
    if (in.base >= 0) to = memory(in, 8);
    const Use& u = lir_.uses[in.first_use];
    const x86::Gp scratch = gpr(kScratchGp);
    if (u.constant) {
        const std::int64_t bits = u.constant->imm;
        if (bits == static_cast<std::int32_t>(bits)) {
            a_.mov(to, bits);
        } else {
            a_.mov(scratch, bits);
            a_.mov(to, scratch);
        }
        return;
    }
    if (lir_.classes[u.v] == RegClass::Gp) {
        a_.mov(to, use_gp(in, 0));
    } else if (in.size == 8) {
        a_.vmovsd(to, use_xmm(in, 0));
    } else {
        // The high half of an f32's slot is zero.
        a_.vmovd(scratch.r32(), use_xmm(in, 0));
        a_.mov(to, scratch);
    }
}

// A pop from the thread's free list for the size, or a call.
void Encoder::new_object(const Inst& in) {
    const auto* cls = static_cast<const vm::Class*>(in.node->ptr);
    const x86::Gp def = def_gp(), heap = temp_gp(), scratch = gpr(kScratchGp);
    const std::size_t size_class = (cls->instance_size + gc::kGranule - 1) / gc::kGranule;
    const Site* site = in.node->site;
    const auto class_bits = reinterpret_cast<std::uint64_t>(cls);
    const auto slow_call = [this, def, scratch, class_bits, site] {
        a_.mov(scratch, class_bits);
        call_thunk(thunks_.new_object, site);
        a_.mov(def, scratch);
    };
    if (size_class >= gc::kSizeClasses) {
        slow_call();
        return;
    }
    const auto kind = cls->has_refs ? gc::ListKind::Object : gc::ListKind::Atomic;
    const x86::Mem head =
        x86::qword_ptr(heap, static_cast<std::int32_t>(gc::ThreadHeap::list_offset(kind, size_class)));
    Label slow = a_.newLabel(), done = a_.newLabel();
    a_.mov(heap, x86::qword_ptr(x86::r15, offset::kHeap));
    a_.mov(def, head);
    a_.test(def, def);
    a_.jz(slow);
    a_.mov(scratch, x86::qword_ptr(def));
    a_.mov(head, scratch);
    a_.mov(scratch, class_bits);
    a_.mov(x86::qword_ptr(def), scratch);
    if (kind == gc::ListKind::Atomic) {
        // Objects on the other lists are zeroed but for their first word.
        for (std::uint32_t at = 8; at < cls->instance_size; at += 8)
            a_.mov(x86::qword_ptr(def, static_cast<std::int32_t>(at)), 0);
    }
    a_.bind(done);
    later([this, slow, done, slow_call] {
        a_.bind(slow);
        slow_call();
        a_.jmp(done);
    });
}

void Encoder::new_array(const Inst& in) {
    const x86::Gp scratch = gpr(kScratchGp);
    const x86::Mem length = x86::qword_ptr(x86::r15, offset::kArgs);
    if (in.use_count > 0) {
        a_.mov(length, use_gp(in, 0));
    } else {
        a_.mov(length, in.imm);
    }
    a_.mov(scratch, reinterpret_cast<std::uint64_t>(in.node->ptr));
    call_thunk(thunks_.new_array, in.node->site);
    a_.mov(def_gp(), scratch);
}

void Encoder::is_instance(const Inst& in) {
    const x86::Gp def = def_gp(), object = use_gp(in, 0), scratch = gpr(kScratchGp);
    const auto* cls = static_cast<const vm::Class*>(in.node->ptr);
    Label done = a_.newLabel();
    a_.xor_(def.r32(), def.r32());
    a_.test(object, object);
    a_.jz(done);
    a_.mov(scratch, reinterpret_cast<std::uint64_t>(cls));
    a_.cmp(x86::qword_ptr(object), scratch);
    a_.sete(def.r8());
    // Only classes and interfaces have instances of other classes.
    if (cls->kind == vm::ClassKind::Object || cls->kind == vm::ClassKind::Interface ||
        cls->kind == vm::ClassKind::Closure) {
        Label slow = a_.newLabel();
        a_.jne(slow);
        later([this, slow, done, def, object, scratch] {
            a_.bind(slow);
            a_.mov(x86::qword_ptr(x86::r15, offset::kArgs), object);
            call_thunk(thunks_.is, nullptr);
            a_.mov(def, scratch);
            a_.jmp(done);
        });
    }
    a_.bind(done);
}

bool Encoder::encode_memory(const Inst& in) {
    switch (in.op) {
        case MOp::Load:
            load(in);
            return true;
        case MOp::Store:
            store(in);
            return true;
        case MOp::StoreImm:
            store_immediate(in);
            return true;
        case MOp::ArgToMemory:
            argument_to_memory(in);
            return true;
        case MOp::New:
            new_object(in);
            return true;
        case MOp::NewArray:
            new_array(in);
            return true;
        case MOp::Is:
            is_instance(in);
            return true;
        case MOp::FrameLoad:
            if (lir_.classes[in.def] == RegClass::Gp) {
                a_.mov(def_gp(), x86::qword_ptr(use_gp(in, 0), static_cast<std::int32_t>(8 * in.imm)));
            } else {
                a_.vmovsd(def_xmm(), x86::qword_ptr(use_gp(in, 0), static_cast<std::int32_t>(8 * in.imm)));
            }
            return true;
        default:
            return false;
    }
}

}  // namespace skua::jit
