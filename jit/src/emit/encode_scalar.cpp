// Encoding: arithmetic, conversions, comparisons, guards.
#include "emit/encoder.h"
#include "run/machine_offsets.h"
#include "skua/classfile/check.h"

namespace skua::jit {

using namespace asmjit;
using Id = x86::Inst::Id;

namespace {

constexpr std::uint64_t kTwo63 = 0x43E0000000000000;       // 2^63 as f64
constexpr std::uint64_t kTwo64 = 0x43F0000000000000;       // 2^64
constexpr std::uint64_t kMinusTwo63 = 0xC3E0000000000000;  // -2^63
constexpr std::uint64_t kMinusOne = 0xBFF0000000000000;    // -1.0

}  // namespace

void Encoder::two_address(Id id, const Inst& in, bool commutative, bool needs_flags) {
    const x86::Gp def = def_gp(in.size), first = use_gp(in, 0, in.size);
    const Operand second = last(in, in.size);
    if (def.id() != first.id()) {
        if (second.isReg() && second.id() == def.id()) {
            // Selection lets only commutative operands share a register with the result.
            SKUA_CHECK(commutative);
            a_.emit(id, def, first);
            return;
        }
        if (!needs_flags && id == x86::Inst::kIdAdd && second.isReg()) {
            a_.lea(def, x86::ptr(first.r64(), second.as<x86::Gp>().r64()));
            return;
        }
        if (!needs_flags && second.isImm() && (id == x86::Inst::kIdAdd || id == x86::Inst::kIdSub) &&
            in.imm > INT32_MIN) {
            a_.lea(def, x86::ptr(first.r64(),
                                 static_cast<std::int32_t>(id == x86::Inst::kIdAdd ? in.imm : -in.imm)));
            return;
        }
        a_.mov(def, first);
    }
    a_.emit(id, def, second);
}

void Encoder::conditional_move(const Inst& in) {
    const std::uint32_t no = tied_use(in), yes = no + 1;
    if (def_gp().id() != use_gp(in, no).id()) a_.mov(def_gp(), use_gp(in, no));
    const x86::Gp compared = use_gp(in, 0, in.size);
    if (in.op == MOp::TestSelect) {
        a_.test(compared, compared);
    } else {
        a_.emit(x86::Inst::kIdCmp, compared, no == 2 ? any(in, 1, in.size) : Operand(Imm(in.imm)));
    }
    a_.emit(x86::Inst::cmovccFromCond(code_of(in.cond)), def_gp(), any(in, yes, 8));
}

void Encoder::shift_immediate(Id id, const Inst& in) {
    const x86::Gp def = def_gp(in.size), first = use_gp(in, 0, in.size);
    if (def.id() != first.id()) {
        if (id == x86::Inst::kIdShl && in.imm == 1) {
            a_.lea(def, x86::ptr(first.r64(), first.r64()));
            return;
        }
        if (in.imm != 0 && (id == x86::Inst::kIdRol || id == x86::Inst::kIdRor)) {
            a_.rorx(def, first, id == x86::Inst::kIdRor ? in.imm : in.size * 8 - in.imm);
            return;
        }
        a_.mov(def, first);
    }
    if (in.imm != 0) a_.emit(id, def, Imm(in.imm));
}

void Encoder::rotate_by_cl(Id id, const Inst& in) {
    const x86::Gp def = def_gp(in.size), first = use_gp(in, 0, in.size);
    if (def.id() != first.id()) a_.mov(def, first);
    a_.emit(id, def, x86::cl);
}

void Encoder::divide(const Inst& in) {
    const bool wide = in.size == 8;
    const x86::Gp by = use_gp(in, 1, in.size);
    if (in.op == MOp::DivU || in.op == MOp::RemU) {
        a_.xor_(x86::edx, x86::edx);
        a_.div(by);
        return;
    }
    const bool remainder = in.op == MOp::Rem;
    Label done = a_.newLabel(), minus_one = a_.newLabel();
    // The smallest number divided by -1 would trap.
    a_.cmp(by, -1);
    a_.je(minus_one);
    if (wide) {
        a_.cqo();
    } else {
        a_.cdq();
    }
    a_.idiv(by);
    a_.bind(done);
    later([this, minus_one, done, remainder, wide] {
        a_.bind(minus_one);
        if (remainder) {
            a_.xor_(x86::edx, x86::edx);
        } else {
            a_.neg(gpr(gp::rax, wide ? 8 : 4));
        }
        a_.jmp(done);
    });
}

bool Encoder::encode_integer(const Inst& in) {
    const auto unary = [&](Id id) {
        const x86::Gp def = def_gp(in.size), first = use_gp(in, 0, in.size);
        if (def.id() != first.id()) a_.mov(def, first);
        a_.emit(id, def);
    };
    const auto from_any = [&](Id id) { a_.emit(id, def_gp(in.size), any(in, 0, in.size)); };
    switch (in.op) {
        case MOp::Add:
            two_address(x86::Inst::kIdAdd, in, true, false);
            return true;
        case MOp::Sub:
            two_address(x86::Inst::kIdSub, in, false, false);
            return true;
        case MOp::And:
            two_address(x86::Inst::kIdAnd, in, true, false);
            return true;
        case MOp::Or:
            two_address(x86::Inst::kIdOr, in, true, false);
            return true;
        case MOp::Xor:
            two_address(x86::Inst::kIdXor, in, true, false);
            return true;
        case MOp::AndNot:
            a_.andn(def_gp(in.size), use_gp(in, 0, in.size), use_gp(in, 1, in.size));
            return true;
        case MOp::IMul:
            two_address(x86::Inst::kIdImul, in, true, false);
            return true;
        case MOp::IMulImm:
            a_.emit(x86::Inst::kIdImul, def_gp(in.size), any(in, 0, in.size), Imm(in.imm));
            return true;
        case MOp::ShlImm:
            shift_immediate(x86::Inst::kIdShl, in);
            return true;
        case MOp::ShrImm:
            shift_immediate(x86::Inst::kIdShr, in);
            return true;
        case MOp::SarImm:
            shift_immediate(x86::Inst::kIdSar, in);
            return true;
        case MOp::RolImm:
            shift_immediate(x86::Inst::kIdRol, in);
            return true;
        case MOp::RorImm:
            shift_immediate(x86::Inst::kIdRor, in);
            return true;
        case MOp::RolCl:
            rotate_by_cl(x86::Inst::kIdRol, in);
            return true;
        case MOp::RorCl:
            rotate_by_cl(x86::Inst::kIdRor, in);
            return true;
        case MOp::Shlx:
            a_.shlx(def_gp(in.size), use_gp(in, 0, in.size), use_gp(in, 1, in.size));
            return true;
        case MOp::Shrx:
            a_.shrx(def_gp(in.size), use_gp(in, 0, in.size), use_gp(in, 1, in.size));
            return true;
        case MOp::Sarx:
            a_.sarx(def_gp(in.size), use_gp(in, 0, in.size), use_gp(in, 1, in.size));
            return true;
        case MOp::Neg:
            unary(x86::Inst::kIdNeg);
            return true;
        case MOp::Not:
            unary(x86::Inst::kIdNot);
            return true;
        case MOp::Bswap:
            unary(x86::Inst::kIdBswap);
            return true;
        case MOp::Lzcnt:
            // Without LZCNT, which not every x86-64-v3 virtual machine admits to: for 0 the width.
            a_.emit(x86::Inst::kIdBsr, def_gp(in.size), any(in, 0, in.size));
            a_.mov(gpr(kScratchGp, 4), in.size * 16 - 1);
            a_.cmovz(def_gp(in.size), gpr(kScratchGp, in.size));
            a_.xor_(def_gp(in.size), in.size * 8 - 1);
            return true;
        case MOp::Tzcnt:
            from_any(x86::Inst::kIdTzcnt);
            return true;
        case MOp::Popcnt:
            from_any(x86::Inst::kIdPopcnt);
            return true;
        case MOp::Lea:
            a_.lea(def_gp(in.size), memory(in, 8));
            return true;
        case MOp::MovSx8:
            a_.movsx(def_gp(), use_gp(in, 0).r8());
            return true;
        case MOp::MovSx16:
            a_.movsx(def_gp(), use_gp(in, 0).r16());
            return true;
        case MOp::MovZx8:
            a_.movzx(def_gp(4), use_gp(in, 0).r8());
            return true;
        case MOp::MovZx16:
            a_.movzx(def_gp(4), use_gp(in, 0).r16());
            return true;
        case MOp::MovSx32:
            a_.emit(x86::Inst::kIdMovsxd, def_gp(), any(in, 0, 4));
            return true;
        case MOp::MovZx32:
            a_.emit(x86::Inst::kIdMov, def_gp(4), any(in, 0, 4));
            return true;
        case MOp::MovImm:
            load_immediate(def_gp(), in.imm);
            return true;
        case MOp::MulHi:
            a_.imul(use_gp(in, 1));
            return true;
        case MOp::MulHiU:
            a_.mul(use_gp(in, 1));
            return true;
        case MOp::Div:
        case MOp::Rem:
        case MOp::DivU:
        case MOp::RemU:
            divide(in);
            return true;
        case MOp::SetCmp:
            a_.emit(x86::Inst::kIdCmp, use_gp(in, 0, in.size), last(in, in.size));
            a_.set(code_of(in.cond), def_gp().r8());
            a_.movzx(def_gp(4), def_gp().r8());
            return true;
        case MOp::SetTest:
            a_.test(use_gp(in, 0, in.size), use_gp(in, 0, in.size));
            a_.set(code_of(in.cond), def_gp().r8());
            a_.movzx(def_gp(4), def_gp().r8());
            return true;
        case MOp::CmpSelect:
        case MOp::TestSelect:
            conditional_move(in);
            return true;
        case MOp::SetFCmp: {
            a_.emit(in.size == 8 ? x86::Inst::kIdVucomisd : x86::Inst::kIdVucomiss, use_xmm(in, 0),
                    last(in, in.size));
            const x86::Gp def = def_gp().r8();
            a_.set(code_of(in.cond), def);
            if (in.imm) {
                const x86::Gp scratch = gpr(kScratchGp).r8();
                if (in.cond == Cond::E) {
                    a_.setnp(scratch);
                    a_.and_(def, scratch);
                } else {
                    a_.setp(scratch);
                    a_.or_(def, scratch);
                }
            }
            a_.movzx(def_gp(4), def);
            return true;
        }
        default:
            return false;
    }
}

bool Encoder::encode_float(const Inst& in) {
    const bool wide = in.size == 8;
    const auto binary = [&](Id d, Id s) {
        a_.emit(wide ? d : s, def_xmm(), use_xmm(in, 0), last(in, in.size));
    };
    switch (in.op) {
        case MOp::LoadConst:
            if (in.imm == 0) {
                a_.vxorps(def_xmm(), def_xmm(), def_xmm());
            } else if (wide) {
                a_.vmovsd(def_xmm(), pooled(static_cast<std::uint64_t>(in.imm), 8));
            } else {
                a_.vmovss(def_xmm(), pooled(static_cast<std::uint64_t>(in.imm), 4));
            }
            return true;
        case MOp::FAdd:
            binary(x86::Inst::kIdVaddsd, x86::Inst::kIdVaddss);
            return true;
        case MOp::FSub:
            binary(x86::Inst::kIdVsubsd, x86::Inst::kIdVsubss);
            return true;
        case MOp::FMul:
            binary(x86::Inst::kIdVmulsd, x86::Inst::kIdVmulss);
            return true;
        case MOp::FDiv:
            binary(x86::Inst::kIdVdivsd, x86::Inst::kIdVdivss);
            return true;
        case MOp::FSqrt:
            a_.emit(wide ? x86::Inst::kIdVsqrtsd : x86::Inst::kIdVsqrtss, def_xmm(), use_xmm(in, 0),
                    use_xmm(in, 0));
            return true;
        case MOp::FRound:
            a_.emit(wide ? x86::Inst::kIdVroundsd : x86::Inst::kIdVroundss, def_xmm(), use_xmm(in, 0),
                    use_xmm(in, 0), Imm(in.imm));
            return true;
        case MOp::FNeg:
            a_.vxorps(def_xmm(), use_xmm(in, 0), pooled_mask(wide ? 0x8000000000000000 : 0x80000000));
            return true;
        case MOp::FAbs:
            a_.vandps(def_xmm(), use_xmm(in, 0), pooled_mask(wide ? 0x7FFFFFFFFFFFFFFF : 0x7FFFFFFF));
            return true;
        case MOp::CvtIntToF:
            a_.vxorps(def_xmm(), def_xmm(), def_xmm());  // or it would wait for what the register held
            a_.emit(wide ? x86::Inst::kIdVcvtsi2sd : x86::Inst::kIdVcvtsi2ss, def_xmm(), def_xmm(),
                    use_gp(in, 0));
            return true;
        case MOp::CvtFToF:
            a_.emit(wide ? x86::Inst::kIdVcvtss2sd : x86::Inst::kIdVcvtsd2ss, def_xmm(), use_xmm(in, 0),
                    use_xmm(in, 0));
            return true;
        case MOp::CvtFToI64:
        case MOp::CvtFToI32:
            convert_to_integer(in);
            return true;
        case MOp::MovGpToXmm:
            if (wide) {
                a_.vmovq(def_xmm(), use_gp(in, 0));
            } else {
                a_.vmovd(def_xmm(), use_gp(in, 0, 4));
            }
            return true;
        case MOp::MovXmmToGp:
            if (wide) {
                a_.vmovq(def_gp(), use_xmm(in, 0));
            } else {
                a_.vmovd(def_gp(4), use_xmm(in, 0));
            }
            return true;
        default:
            return false;
    }
}

// Saturating; NaN to 0. The instruction gives the smallest i64 for all that does not fit.
void Encoder::convert_to_integer(const Inst& in) {
    const bool narrow = in.op == MOp::CvtFToI32;
    const x86::Gp def = def_gp();
    const x86::Xmm x = use_xmm(in, 0);
    Label odd = a_.newLabel(), done = a_.newLabel();
    a_.vcvttsd2si(def, x);
    if (narrow) {
        a_.movsxd(gpr(kScratchGp), def.r32());
        a_.cmp(gpr(kScratchGp), def);
        a_.jne(odd);
    } else {
        a_.cmp(def, 1);
        a_.jo(odd);
    }
    a_.bind(done);
    later([this, odd, done, def, x, narrow] {
        Label positive = a_.newLabel(), nan = a_.newLabel();
        a_.bind(odd);
        a_.vxorps(x86::xmm(kScratchXmm), x86::xmm(kScratchXmm), x86::xmm(kScratchXmm));
        a_.vucomisd(x, x86::xmm(kScratchXmm));
        a_.jp(nan);
        a_.ja(positive);
        load_immediate(def, narrow ? INT32_MIN : INT64_MIN);
        a_.jmp(done);
        a_.bind(positive);
        load_immediate(def, narrow ? INT32_MAX : INT64_MAX);
        a_.jmp(done);
        a_.bind(nan);
        a_.xor_(def.r32(), def.r32());
        a_.jmp(done);
    });
}

bool Encoder::encode_guard(const Inst& in) {
    const Site* site = in.node ? in.node->site : nullptr;
    const auto overflow = [&](Cond cond) { trap(cond, thunks_.throw_overflow, site); };
    switch (in.op) {
        case MOp::TestTrap:
            a_.test(use_gp(in, 0, in.size), use_gp(in, 0, in.size));
            trap(Cond::E, in.node->op == Op::NullCheck ? thunks_.throw_null : thunks_.throw_divide, site);
            return true;
        case MOp::CmpTrap: {
            const Operand second = last(in, 8);
            a_.emit(x86::Inst::kIdCmp, use_gp(in, 0), second);
            if (in.cond == Cond::BE) {
                trap(Cond::BE, thunks_.throw_bounds, site, Imm(in.imm), use_gp(in, 0));
            } else {
                trap(Cond::AE, thunks_.throw_bounds, site, use_gp(in, 0), second);
            }
            return true;
        }
        case MOp::BytesTrap: {
            const Operand length = any(in, 1, 8);
            a_.mov(temp_gp(), use_gp(in, 0));
            a_.add(temp_gp(), in.imm);
            trap(Cond::B, thunks_.throw_bounds, site, use_gp(in, 0), length);
            a_.emit(x86::Inst::kIdCmp, temp_gp(), length);
            trap(Cond::A, thunks_.throw_bounds, site, use_gp(in, 0), length);
            return true;
        }
        case MOp::CharTrap:
            a_.cmp(use_gp(in, 0), 0x10FFFF);
            trap(Cond::A, thunks_.throw_char, site, use_gp(in, 0));
            a_.lea(temp_gp(), x86::ptr(use_gp(in, 0), -0xD800));
            a_.cmp(temp_gp(), 0x7FF);
            trap(Cond::BE, thunks_.throw_char, site, use_gp(in, 0));
            return true;
        case MOp::CastTrap: {
            const x86::Gp object = use_gp(in, 0), scratch = gpr(kScratchGp);
            Label done = a_.newLabel(), slow = a_.newLabel();
            a_.test(object, object);
            a_.jz(done);
            a_.mov(scratch, reinterpret_cast<std::uint64_t>(in.node->ptr));
            a_.cmp(x86::qword_ptr(object), scratch);
            a_.jne(slow);
            a_.bind(done);
            later([this, slow, done, object, site, cls = in.node->ptr] {
                a_.bind(slow);
                a_.mov(x86::qword_ptr(x86::r15, offset::kArgs), object);
                call_thunk(thunks_.is, nullptr);
                a_.test(gpr(kScratchGp), gpr(kScratchGp));
                a_.jnz(done);
                a_.mov(x86::rsi, x86::qword_ptr(x86::r15, offset::kArgs));
                a_.mov(x86::rdx, reinterpret_cast<std::uint64_t>(cls));
                call_thunk(thunks_.throw_cast, site);
            });
            return true;
        }
        case MOp::AddTrap:
            two_address(x86::Inst::kIdAdd, in, true, true);
            overflow(in.cond);
            return true;
        case MOp::SubTrap:
            two_address(x86::Inst::kIdSub, in, false, true);
            overflow(in.cond);
            return true;
        case MOp::MulTrap:
            two_address(x86::Inst::kIdImul, in, true, true);
            overflow(in.cond);
            return true;
        case MOp::MulTrapU:
            a_.mul(use_gp(in, 1, in.size));
            overflow(in.cond);
            return true;
        case MOp::FToI64Trap: {
            const x86::Gp def = def_gp();
            const x86::Xmm x = use_xmm(in, 0);
            Label odd = a_.newLabel(), done = a_.newLabel();
            a_.vcvttsd2si(def, x);
            a_.cmp(def, 1);
            a_.jo(odd);
            a_.bind(done);
            later([this, odd, done, x, site] {
                Label bad = a_.newLabel();
                a_.bind(odd);
                a_.vucomisd(x, pooled(kMinusTwo63, 8));
                a_.jp(bad);
                a_.je(done);
                a_.bind(bad);
                call_thunk(thunks_.throw_overflow, site);
            });
            return true;
        }
        case MOp::FToU64Trap: {
            const x86::Gp def = def_gp(), temp = temp_gp();
            const x86::Xmm x = use_xmm(in, 0), scratch = x86::xmm(kScratchXmm);
            Label big = a_.newLabel(), done = a_.newLabel();
            a_.vucomisd(x, pooled(kMinusOne, 8));
            overflow(Cond::BE);  // NaN, too
            a_.vucomisd(x, pooled(kTwo64, 8));
            overflow(Cond::AE);
            a_.vucomisd(x, pooled(kTwo63, 8));
            a_.jae(big);
            a_.vcvttsd2si(def, x);
            a_.bind(done);
            later([this, big, done, def, temp, x, scratch] {
                a_.bind(big);
                a_.vsubsd(scratch, x, pooled(kTwo63, 8));
                a_.vcvttsd2si(def, scratch);
                a_.mov(temp, std::uint64_t{1} << 63);
                a_.xor_(def, temp);
                a_.jmp(done);
            });
            return true;
        }
        default:
            return false;
    }
}

}  // namespace skua::jit
