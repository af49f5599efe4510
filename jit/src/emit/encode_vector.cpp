// Encoding: instructions whose operands are vectors. They need AVX, not AVX2 (decision 006).
#include "emit/encoder.h"
#include "skua/classfile/check.h"

namespace skua::jit {

using namespace asmjit;
using Id = x86::Inst::Id;

namespace {

Id instruction_of(Op op, Type type) {
    const bool f32 = type == Type::F32x4;
    switch (op) {
        case Op::FAdd:
            return f32 ? x86::Inst::kIdVaddps : x86::Inst::kIdVaddpd;
        case Op::FSub:
            return f32 ? x86::Inst::kIdVsubps : x86::Inst::kIdVsubpd;
        case Op::FMul:
            return f32 ? x86::Inst::kIdVmulps : x86::Inst::kIdVmulpd;
        case Op::FDiv:
            return f32 ? x86::Inst::kIdVdivps : x86::Inst::kIdVdivpd;
        case Op::FSqrt:
            return f32 ? x86::Inst::kIdVsqrtps : x86::Inst::kIdVsqrtpd;
        case Op::FNeg:
            return x86::Inst::kIdVxorps;
        case Op::FAbs:
            return x86::Inst::kIdVandps;
        case Op::Add:
            return x86::Inst::kIdVpaddq;
        case Op::Sub:
            return x86::Inst::kIdVpsubq;
        case Op::And:
            return x86::Inst::kIdVpand;
        case Op::Or:
            return x86::Inst::kIdVpor;
        case Op::Xor:
            return x86::Inst::kIdVpxor;
        default:
            SKUA_CHECK(false);
            return x86::Inst::kIdNone;
    }
}

// The same in each lane.
std::uint64_t two_words(std::uint64_t bits, Type type) {
    return type == Type::F32x4 ? bits << 32 | (bits & 0xFFFFFFFF) : bits;
}

}  // namespace

void Encoder::splat(const Inst& in) {
    const x86::Xmm def = def_xmm();
    const Type type = in.node->type;
    if (in.pool) {
        a_.vmovups(def, pooled_mask(two_words(static_cast<std::uint64_t>(in.pool->imm), type)));
    } else if (type == Type::F64x2) {
        a_.vmovddup(def, use_xmm(in, 0));
    } else if (type == Type::F32x4) {
        a_.vshufps(def, use_xmm(in, 0), use_xmm(in, 0), 0);
    } else {
        a_.vmovq(def, use_gp(in, 0));
        a_.vpunpcklqdq(def, def, def);
    }
}

void Encoder::encode_vector(const Inst& in) {
    const Type type = in.node->type;
    switch (in.op) {
        case MOp::Load:
            a_.vmovups(def_xmm(), memory(in, kVectorBytes));
            return;
        case MOp::Store:
            a_.vmovups(memory(in, kVectorBytes), use_xmm(in, 0));
            return;
        case MOp::Splat:
            splat(in);
            return;
        case MOp::FSqrt:
            a_.emit(instruction_of(in.node->op, type), def_xmm(), use_xmm(in, 0));
            return;
        case MOp::FNeg:
        case MOp::FAbs: {
            const bool f32 = type == Type::F32x4;
            const std::uint64_t sign = f32 ? 0x80000000 : 0x8000000000000000;
            const std::uint64_t mask = in.op == MOp::FNeg ? sign : sign - 1;
            a_.emit(instruction_of(in.node->op, type), def_xmm(), use_xmm(in, 0),
                    pooled_mask(two_words(mask, type)));
            return;
        }
        default:
            a_.emit(instruction_of(in.node->op, type), def_xmm(), use_xmm(in, 0), last(in, kVectorBytes));
            return;
    }
}

}  // namespace skua::jit
