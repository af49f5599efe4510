// Selection: loads, stores, objects.
#include <algorithm>
#include <bit>
#include <limits>

#include "emit/selector.h"

namespace skua::jit {
namespace {

bool fits32(std::int64_t x) {
    return x >= std::numeric_limits<std::int32_t>::min() && x <= std::numeric_limits<std::int32_t>::max();
}

}  // namespace

void Selector::set_address(const Address& a) {
    Inst& in = lir_.insts.back();
    in.shift = a.shift;
    in.disp = a.disp;
    if (a.base != kNoVReg) {
        in.base = static_cast<std::int8_t>(in.use_count);
        use(a.base);
    }
    if (a.index != kNoVReg) {
        lir_.insts.back().index = static_cast<std::int8_t>(lir_.insts.back().use_count);
        use(a.index);
    }
}

// Of a Load or Store; emits what the address needs.
Selector::Address Selector::address(const Node* n) {
    Address a;
    const std::uint32_t operands = n->op == Op::Load ? n->input_count : n->input_count - 1;
    std::int64_t disp = n->mem.disp;
    const Node* base = origin(n->in(0));
    std::int64_t absolute = 0;
    if (immediate(base, absolute) && fits32(absolute + disp)) {
        disp += absolute;
    } else {
        a.base = reg(n->in(0));
    }
    if (operands == 2) {
        const Node* index = origin(n->in(1));
        const std::int64_t stride = n->mem.stride;
        if (index->op == Op::Add && index->type == Type::I64 && uses(index) == 1 &&
            origin(index->in(1))->is_const()) {
            const std::int64_t k = origin(index->in(1))->imm;
            if (fits32(k) && fits32(k * stride + disp)) {
                disp += k * stride;
                index = origin(index->in(0));
            }
        }
        if (index->is_const() && fits32(index->imm) && fits32(index->imm * stride + disp)) {
            disp += index->imm * stride;
        } else {
            const int shift = std::min(3, std::countr_zero(static_cast<std::uint64_t>(stride)));
            const auto factor = static_cast<std::uint32_t>(stride >> shift);
            a.index = reg(index);
            a.shift = static_cast<std::uint8_t>(shift);
            if (factor > 1) {
                VReg& scaled = scaled_.try_emplace({a.index, factor}, kNoVReg).first->second;
                if (scaled == kNoVReg) {
                    scaled = lir_.new_vreg(RegClass::Gp);
                    const bool lea = factor == 3 || factor == 5 || factor == 9;
                    Inst& in = add(lea ? MOp::Lea : MOp::IMulImm, n);
                    in.def = scaled;
                    if (lea) {
                        Address by;
                        by.base = by.index = a.index;
                        by.shift = static_cast<std::uint8_t>(std::countr_zero(factor - 1));
                        set_address(by);
                    } else {
                        in.imm = factor;
                        use(a.index);
                    }
                }
                a.index = scaled;
            }
        }
    }
    a.disp = static_cast<std::int32_t>(disp);
    return a;
}

void Selector::load(const Node* n) {
    if (uses(n) == 0) return;
    const Address a = address(n);
    Inst& in = add(MOp::Load, n, size_of(n->type));
    in.def = def_of(n);
    set_address(a);
    if (!n->mem.byteswap) return;
    // Loaded little-endian and zero-extended (encode.cpp looks at byteswap), then turned around.
    VReg v = in.def;
    const auto step = [&](MOp op, std::uint8_t size, std::int64_t imm = 0) {
        const VReg from = v;
        v = lir_.new_vreg(RegClass::Gp);
        Inst& next = add(op, n, size);
        next.def = v;
        next.imm = imm;
        use(from);
    };
    const std::size_t loaded = lir_.insts.size() - 1;
    lir_.insts[loaded].def = v = lir_.new_vreg(RegClass::Gp);
    switch (n->mem.rep) {
        case MemRep::I16:
            step(MOp::Bswap, 4);
            step(MOp::SarImm, 4, 16);
            step(MOp::MovSx32, 8);
            break;
        case MemRep::U16:
            step(MOp::Bswap, 4);
            step(MOp::ShrImm, 4, 16);
            break;
        case MemRep::I32:
            step(MOp::Bswap, 4);
            step(MOp::MovSx32, 8);
            break;
        case MemRep::U32:
            step(MOp::Bswap, 4);
            break;
        default:
            step(MOp::Bswap, 8);
            break;
    }
    lir_.insts.back().def = def_of(n);
}

void Selector::store(const Node* n) {
    const Node* stored = n->in(n->input_count - 1);
    const Node* o = origin(stored);
    const Address a = address(n);
    std::int64_t imm = 0;
    const bool zero = o->is_const() && is_float(o->type) && o->imm == 0;
    if (!n->mem.byteswap && (zero || immediate(o, imm))) {
        Inst& in = add(MOp::StoreImm, n);
        in.imm = zero ? 0 : imm;
        set_address(a);
        return;
    }
    VReg v = reg(stored);
    if (n->mem.byteswap) {
        const VReg swapped = lir_.new_vreg(RegClass::Gp);
        const std::uint32_t bytes = mem_size(n->mem.rep);
        Inst& in = add(MOp::Bswap, n, bytes == 8 ? 8 : 4);
        in.def = swapped;
        use(v);
        v = swapped;
        if (bytes == 2) {
            v = lir_.new_vreg(RegClass::Gp);
            Inst& shift = add(MOp::ShrImm, n, 4);
            shift.def = v;
            shift.imm = 16;
            use(swapped);
        }
    }
    add(MOp::Store, n, size_of(stored->type));
    use(v);
    set_address(a);
}

bool Selector::select_memory(const Node* n) {
    switch (n->op) {
        case Op::Load:
            load(n);
            return true;
        case Op::Store:
            store(n);
            return true;
        case Op::Is: {
            if (uses(n) == 0) return true;
            const VReg v = reg(n->in(0));
            Inst& in = add(MOp::Is, n);
            in.def = def_of(n);
            lir_.calls = true;
            use(v, false, true);
            return true;
        }
        case Op::New: {
            Inst& in = add(MOp::New, n);
            in.def = def_of(n);
            in.temp = lir_.new_vreg(RegClass::Gp);
            lir_.calls = true;
            return true;
        }
        case Op::NewArray: {
            std::int64_t length = 0;
            const bool constant = immediate(origin(n->in(0)), length);
            const VReg v = constant ? kNoVReg : reg(n->in(0));
            Inst& in = add(MOp::NewArray, n);
            in.def = def_of(n);
            in.temp = lir_.new_vreg(RegClass::Gp);
            in.imm = length;
            lir_.calls = true;
            if (!constant) use(v, false, true);
            return true;
        }
        default:
            return false;
    }
}

}  // namespace skua::jit
