// Encoding: loads, stores, objects.
#include "emit/encoder.h"
#include "run/machine_offsets.h"
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
    if (size == 1) value = static_cast<std::int8_t>(value);  // NOLINT(bugprone-signed-char-misuse)
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

// Small arrays come from the free lists as objects do; the size is known now or when it runs.
void Encoder::new_array(const Inst& in) {
    const auto* cls = static_cast<const vm::Class*>(in.node->ptr);
    const std::uint64_t stride = cls->element->size;
    const bool constant = in.use_count == 0;
    const std::uint64_t most = (gc::kMaxListBytes - sizeof(vm::Array)) / (stride ? stride : 1);
    const x86::Gp def = def_gp(), size = temp_gp(), scratch = gpr(kScratchGp);
    const x86::Xmm wide = x86::xmm(kScratchXmm);
    const Site* site = in.node->site;
    const auto class_bits = reinterpret_cast<std::uint64_t>(cls);
    const Operand length = constant ? Operand(Imm(in.imm)) : Operand(use_gp(in, 0));
    const auto slow_call = [this, def, scratch, class_bits, site, length] {
        a_.emit(x86::Inst::kIdMov, x86::qword_ptr(x86::r15, offset::kArgs), length);
        a_.mov(scratch, class_bits);
        call_thunk(thunks_.new_array, site);
        a_.mov(def, scratch);
    };
    if (constant && (in.imm < 0 || static_cast<std::uint64_t>(in.imm) > most)) {
        slow_call();
        return;
    }
    const auto kind = cls->mark_descriptor == gc::kNoReferences     ? gc::ListKind::Atomic
                      : cls->mark_descriptor == gc::kReferenceArray ? gc::ListKind::References
                                                                    : gc::ListKind::Object;
    const std::uint64_t known =
        (sizeof(vm::Array) + stride * static_cast<std::uint64_t>(in.imm) + gc::kGranule - 1) / gc::kGranule;
    Label slow = a_.newLabel(), done = a_.newLabel();
    if (!constant) {
        // In granules.
        a_.cmp(use_gp(in, 0), most);
        a_.ja(slow);
        a_.imul(size, use_gp(in, 0), stride);
        a_.add(size, sizeof(vm::Array) + gc::kGranule - 1);
        a_.shr(size, 4);
    }
    const auto lists = static_cast<std::int32_t>(gc::ThreadHeap::list_offset(kind, constant ? known : 0));
    const x86::Mem head = constant ? x86::qword_ptr(scratch, lists) : x86::qword_ptr(scratch, size, 3, lists);
    a_.mov(scratch, x86::qword_ptr(x86::r15, offset::kHeap));
    a_.mov(def, head);
    a_.test(def, def);
    a_.jz(slow);
    a_.vmovq(wide, x86::qword_ptr(def));
    a_.vmovq(head, wide);
    a_.mov(scratch, class_bits);
    a_.mov(x86::qword_ptr(def), scratch);
    a_.emit(x86::Inst::kIdMov, x86::qword_ptr(def, 8), length);
    if (kind == gc::ListKind::Atomic) {
        // The other lists' memory is zeroed but for its first word.
        a_.vxorps(wide, wide, wide);
        if (constant && known <= 8) {
            for (std::uint64_t g = 1; g < known; ++g)
                a_.vmovups(x86::xmmword_ptr(def, static_cast<std::int32_t>(g * 16)), wide);
        } else {
            Label next = a_.newLabel(), end = a_.newLabel();
            if (constant) {
                a_.mov(size, known * 16);
            } else {
                a_.shl(size, 4);
            }
            a_.bind(next);
            a_.sub(size, 16);
            a_.jbe(end);
            a_.vmovups(x86::xmmword_ptr(def, size), wide);
            a_.jmp(next);
            a_.bind(end);
        }
    }
    a_.bind(done);
    later([this, slow, done, slow_call] {
        a_.bind(slow);
        slow_call();
        a_.jmp(done);
    });
}

// Jumps to `no` unless the object is an instance; falls through, or jumps to `yes`, if it is. Destroys
// `temp`.
void Encoder::test_class(const vm::Class& cls, const x86::Gp& object, const x86::Gp& temp, const Label& yes,
                         const Label& no) {
    const x86::Gp scratch = gpr(kScratchGp);
    a_.test(object, object);
    a_.jz(no);
    a_.mov(scratch, x86::qword_ptr(object));
    a_.mov(temp, reinterpret_cast<std::uint64_t>(&cls));
    a_.cmp(scratch, temp);
    switch (cls.kind) {
        case vm::ClassKind::Object:
            if (cls.is_closed()) {
                a_.jne(no);
                return;
            }
            // The superclass at the same depth.
            a_.je(yes);
            a_.cmp(x86::dword_ptr(scratch, offset::kDepth), cls.depth);
            a_.jbe(no);
            a_.mov(scratch, x86::qword_ptr(scratch, offset::kDisplay));
            a_.cmp(x86::qword_ptr(scratch, static_cast<std::int32_t>(8 * cls.depth)), temp);
            a_.jne(no);
            return;
        case vm::ClassKind::Interface:
        case vm::ClassKind::Closure:
            a_.je(yes);
            a_.mov(x86::qword_ptr(x86::r15, offset::kArgs), object);
            a_.mov(scratch, temp);
            call_thunk(thunks_.is, nullptr);
            a_.test(scratch, scratch);
            a_.jz(no);
            return;
        default:
            // Has instances of no other class.
            a_.jne(no);
            return;
    }
}

void Encoder::is_instance(const Inst& in) {
    const x86::Gp def = def_gp();
    Label yes = a_.newLabel(), no = a_.newLabel(), done = a_.newLabel();
    test_class(*static_cast<const vm::Class*>(in.node->ptr), use_gp(in, 0), def, yes, no);
    a_.bind(yes);
    a_.mov(def.r32(), 1);
    a_.jmp(done);
    a_.bind(no);
    a_.xor_(def.r32(), def.r32());
    a_.bind(done);
}

// `in.pool` is the Is.
void Encoder::is_branch(const Inst& in) {
    const auto& succs = lir_.blocks[block_].succs;
    test_class(*static_cast<const vm::Class*>(in.pool->ptr), use_gp(in, 0), temp_gp(), labels_[succs[0]],
               labels_[succs[1]]);
    jump_to(succs[0]);
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
