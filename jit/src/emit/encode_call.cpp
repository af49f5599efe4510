// Encoding: calls, polls, throws, parameters.
#include <bit>

#include "emit/encoder.h"
#include "run/machine_offsets.h"
#include "run/runtime_entry.h"

namespace skua::jit {

using namespace asmjit;

void Encoder::runtime_call(const Inst& in) {
    const auto& entry = *static_cast<const RuntimeEntry*>(in.node->ptr);
    if (!entry.leaf) a_.mov(x86::qword_ptr(x86::r15, offset::kAnchor), x86::rsp);
    a_.mov(x86::rdi, x86::r15);
    if (entry.form == RuntimeEntry::Form::Buffer) {
        load_immediate(x86::rsi, static_cast<std::int64_t>(in.node->mem.key));
        a_.mov(x86::rdx, x86::rsp);
    }
    call_address(entry.address);
    record(in.node->site, in.landing);
    switch (entry.throws) {
        case RuntimeEntry::Throws::Never:
            break;
        case RuntimeEntry::Throws::IfZero:
            a_.test(x86::rax, x86::rax);
            a_.jz(unwind_);
            break;
        case RuntimeEntry::Throws::TestPending:
            a_.cmp(x86::qword_ptr(x86::r15, offset::kPending), 0);
            a_.jne(unwind_);
            break;
    }
}

void Encoder::call_thunk_if(x86::CondCode condition, const std::uint8_t* thunk, const Site* site) {
    Label rare = a_.newLabel(), back = a_.newLabel();
    a_.j(condition, rare);
    a_.bind(back);
    later([this, rare, back, thunk, site] {
        a_.bind(rare);
        call_thunk(thunk, site);
        a_.jmp(back);
    });
}

void Encoder::clear_dead() {
    for (RegMask left = allocation_.dead_preserved[inst_]; left != 0; left &= left - 1) {
        const x86::Gp r = gpr(static_cast<std::uint32_t>(std::countr_zero(left)), 4);
        a_.xor_(r, r);
    }
}

bool Encoder::encode_call(const Inst& in) {
    const x86::Mem target = x86::qword_ptr(x86::rax, offset::kCompiledEntry);
    clear_dead();
    switch (in.op) {
        case MOp::Call:
            if (in.node->ptr == lir_.graph->function && !lir_.graph->osr) {
                a_.call(entry_);
            } else {
                a_.mov(x86::rax, reinterpret_cast<std::uint64_t>(in.node->ptr));
                a_.call(target);
            }
            record(in.node->site, in.landing);
            return true;
        case MOp::CallVirtual:
            a_.mov(x86::rax, x86::qword_ptr(x86::rdi));
            a_.mov(x86::rax, x86::qword_ptr(x86::rax, offset::kVtable));
            a_.mov(x86::rax, x86::qword_ptr(x86::rax, static_cast<std::int32_t>(8 * in.node->imm)));
            a_.call(target);
            record(in.node->site, in.landing);
            return true;
        case MOp::CallIndirect:
            a_.call(target);
            record(in.node->site, in.landing);
            return true;
        case MOp::CallClosure:
            a_.mov(x86::r11, x86::qword_ptr(x86::r10));
            a_.mov(x86::rax, x86::qword_ptr(x86::r11, offset::kClosureFunction));
            a_.call(x86::qword_ptr(x86::r11, offset::kClosureEntry));
            record(in.node->site, in.landing);
            return true;
        case MOp::CallRuntime:
            runtime_call(in);
            return true;
        case MOp::CallNative:
            a_.mov(x86::qword_ptr(x86::r15, offset::kAnchor), x86::rsp);
            a_.lea(x86::rdi, x86::ptr(x86::r15, offset::kNativeEnv));
            call_address(in.node->ptr);
            record(in.node->site, in.landing);
            a_.cmp(x86::qword_ptr(x86::r15, offset::kPending), 0);
            a_.jne(unwind_);
            return true;
        case MOp::CallLeaf:
            call_address(reinterpret_cast<const void*>(in.imm));
            record(nullptr);
            return true;
        case MOp::Poll:
            a_.cmp(x86::byte_ptr(x86::r15, offset::kInterrupted), 0);
            call_thunk_if(x86::CondCode::kNE, thunks_.poll, in.node->site);
            return true;
        case MOp::Fuel:
            a_.sub(x86::qword_ptr(x86::r15, offset::kFuel), in.imm);
            call_thunk_if(x86::CondCode::kS, thunks_.fuel, in.node->site);
            return true;
        case MOp::Throw:
            call_thunk(thunks_.throw_object, in.node->site);
            return true;
        case MOp::Interrupted:
            a_.movzx(def_gp(4), x86::byte_ptr(x86::r15, offset::kInterrupted));
            return true;
        case MOp::StackUsed:
            a_.mov(def_gp(), x86::qword_ptr(x86::r15, offset::kStackUsed));
            return true;
        case MOp::SetStackUsed:
            a_.mov(x86::qword_ptr(x86::r15, offset::kStackUsed), use_gp(in, 0, 8));
            return true;
        case MOp::TakePending:
            a_.mov(def_gp(), x86::qword_ptr(x86::r15, offset::kPending));
            a_.mov(x86::qword_ptr(x86::r15, offset::kPending), 0);
            return true;
        case MOp::Param:
        case MOp::Frame:
            return true;  // they are where they are
        case MOp::ParamMemory:
        case MOp::ResultLoad: {
            const auto word = static_cast<std::int32_t>(8 * in.imm);
            const bool buffer = in.op == MOp::ResultLoad && in.node->in(0)->op == Op::CallRuntime;
            const std::int32_t where = in.op == MOp::ResultLoad ? offset::kResults : offset::kArgs;
            const x86::Mem from =
                buffer ? x86::qword_ptr(x86::rsp, word) : x86::qword_ptr(x86::r15, where + word);
            if (lir_.classes[in.def] == RegClass::Gp) {
                a_.mov(def_gp(), from);
            } else {
                a_.vmovsd(def_xmm(), from);
            }
            return true;
        }
        default:
            return false;
    }
}

}  // namespace skua::jit
