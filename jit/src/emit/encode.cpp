#include <algorithm>
#include <bit>
#include <cstdio>

#include "emit/assembler_memory.h"
#include "emit/encoder.h"
#include "emit/names.h"
#include "run/machine_offsets.h"
#include "run/trampolines.h"
#include "skua/classfile/check.h"

namespace skua::jit {

using namespace asmjit;

namespace {

// Frames up to this size stay inside the reserve that the stack limit leaves.
constexpr std::uint32_t kSmallFrame = 4096;
constexpr std::int64_t kSmallImmediate = 1 << 30;

// For labels, fixups and relocations of so many instructions, more or less.
Support::Temporary zone_for(Arena& memory, std::size_t instructions) {
    const std::size_t size = 4096 + 32 * instructions;
    return {memory.make_array<std::byte>(size), size};
}

}  // namespace

Encoder::Encoder(const Lir& lir, const Allocation& allocation, const Thunks& thunks, bool print)
    : lir_(lir),
      allocation_(allocation),
      thunks_(thunks),
      print_(print),
      code_(zone_for(memory_, lir.insts.size())) {
    begin_code(code_);
    if (print_) code_.setLogger(&logger_);
    code_.attach(&a_);
    a_.addEncodingOptions(EncodingOptions::kOptimizedAlign);  // long no-ops: they are executed
    entry_ = a_.newLabel();
    unwind_ = a_.newLabel();
    interpreter_entry_ = a_.newLabel();
    interpreter_call_ = a_.newLabel();
    interpreter_end_ = a_.newLabel();
    closure_entry_ = a_.newLabel();
    end_ = a_.newLabel();
    for (std::size_t i = 0; i < lir_.blocks.size(); ++i) labels_.push_back(a_.newLabel());
    skip_empty_blocks();
    if (!lir_.graph->osr) saved_ = allocation_.preserved;  // skua_jit_enter has saved all
    const std::uint32_t slots =
        lir_.outgoing_slots + allocation_.stack_slots + static_cast<std::uint32_t>(std::popcount(saved_));
    // The return address takes 8 bytes of a multiple of 16.
    if (slots > 0 || lir_.calls) frame_size_ = slots * 8 + (slots % 2 == 0 ? 8 : 0);
}

// Blocks in which register allocation needed no moves; those that jump to them jump on.
void Encoder::skip_empty_blocks() {
    const auto count = static_cast<std::uint32_t>(lir_.blocks.size());
    skipped_.assign(count, false);
    std::size_t move = 0;
    for (std::uint32_t i = 0; i < count; ++i) {
        goal_.push_back(i);
        const LirBlock& b = lir_.blocks[i];
        bool empty = i > 0;
        for (std::uint32_t at = b.first; at < b.last; ++at) {
            const MOp op = lir_.insts[at].op;
            empty = empty && (op == MOp::Nop || op == MOp::Jump);
            for (; move < allocation_.moves.size() && allocation_.moves[move].inst == at; ++move)
                empty = false;
        }
        skipped_[i] = empty && b.succs[0] != i;
    }
    for (std::uint32_t i = 0; i < count; ++i) {
        std::uint32_t steps = 0;
        while (skipped_[goal_[i]] && ++steps < count) goal_[i] = lir_.blocks[goal_[i]].succs[0];
    }
    for (std::uint32_t i = 0; i < count; ++i) {
        if (skipped_[goal_[i]]) skipped_[i] = false;  // in a ring of empty blocks
    }
    for (std::uint32_t i = 0; i < count; ++i) {
        while (skipped_[goal_[i]]) goal_[i] = lir_.blocks[goal_[i]].succs[0];
        if (skipped_[i]) labels_[i] = labels_[goal_[i]];
    }
}

bool Encoder::run(CodeCache& cache, Emitted& out) {
    a_.bind(entry_);
    prologue();
    for (block_ = 0; block_ < lir_.blocks.size(); ++block_) {
        if (!skipped_[block_]) block(block_);
    }
    for (std::size_t i = 0; i < stubs_.size(); ++i) stubs_[i]();
    a_.bind(unwind_);
    a_.jmp(imm(thunks_.unwind));
    a_.bind(end_);
    if (!lir_.graph->osr) {
        interpreter_entry();
        closure_entry();
    }
    constants();
    return finish(cache, out);
}

void Encoder::prologue() {
    if (lir_.calls || frame_size_ > 0) {
        Label stub = a_.newLabel(), back = a_.newLabel();
        const bool small = frame_size_ <= kSmallFrame;
        const auto lowest = x86::ptr(x86::rsp, small ? 0 : -static_cast<std::int32_t>(frame_size_));
        if (!small) a_.lea(gpr(kScratchGp), lowest);
        a_.cmp(gpr(small ? gp::rsp : kScratchGp), x86::qword_ptr(x86::r15, offset::kStackLimit));
        a_.jb(stub);
        a_.bind(back);
        later([this, stub, back, lowest] {
            a_.bind(stub);
            a_.lea(gpr(kScratchGp), lowest);
            a_.call(imm(thunks_.stack_check));
            a_.jmp(back);
        });
    }
    if (frame_size_ > 0) a_.sub(x86::rsp, frame_size_);
    each_saved([&](const x86::Gp& r, const x86::Mem& to) { a_.mov(to, r); });
    if (!lir_.graph->osr) return;
    // A loop that is entered here may run for long, and buffers of calls are scanned as roots.
    for (std::uint32_t i = 0; i < lir_.outgoing_slots; ++i)
        a_.mov(x86::qword_ptr(x86::rsp, static_cast<std::int32_t>(8 * i)), 0);
}

// Above the slots of values, in ascending order.
template <typename Visit>
void Encoder::each_saved(Visit&& visit) {
    std::uint32_t at = allocation_.stack_slots;
    for (RegMask left = saved_; left != 0; left &= left - 1)
        visit(gpr(static_cast<std::uint32_t>(std::countr_zero(left))), slot(at++));
}

void Encoder::epilogue() {
    each_saved([&](const x86::Gp& r, const x86::Mem& from) { a_.mov(r, from); });
    if (frame_size_ > 0) a_.add(x86::rsp, frame_size_);
    a_.ret();
}

void Encoder::block(std::size_t index) {
    const LirBlock& b = lir_.blocks[index];
    const bool header = b.block->loop == b.block && !b.block->cold;
    if (header) a_.align(AlignMode::kCode, 16);
    a_.bind(labels_[index]);
    if (print_) {
        char line[64];
        std::snprintf(line, sizeof line, "block%u, depth %u", b.block->id, b.loop_depth);
        a_.comment(line);
    }
    for (inst_ = b.first; inst_ < b.last; ++inst_) instruction(inst_);
}

void Encoder::instruction(std::uint32_t i) {
    const Inst& in = lir_.insts[i];
    moves(i, MovePlace::BlockStart);
    moves(i, MovePlace::Before);
    moves(i, MovePlace::BlockEnd);
    if (print_ && in.op != MOp::Nop) a_.comment(describe(in).c_str());
    switch (in.op) {
        case MOp::Nop:
            break;
        case MOp::Jump:
        case MOp::Catch:
            jump_to(lir_.blocks[block_].succs[0]);
            break;
        case MOp::CmpBranch:
            a_.emit(x86::Inst::kIdCmp, use_gp(in, 0, in.size), last(in, in.size));
            branch(in, in.cond);
            break;
        case MOp::TestBranch:
            a_.test(use_gp(in, 0, in.size), use_gp(in, 0, in.size));
            branch(in, in.cond);
            break;
        case MOp::FCmpBranch:
            a_.emit(in.size == 8 ? x86::Inst::kIdVucomisd : x86::Inst::kIdVucomiss, use_xmm(in, 0),
                    last(in, in.size));
            float_branch(in);
            break;
        case MOp::IsBranch:
            is_branch(in);
            break;
        case MOp::Switch:
            switch_table(in);
            break;
        case MOp::Return:
            epilogue();
            break;
        case MOp::Stop:
            a_.ud2();
            break;
        default: {
            if (in.size == kVectorBytes) {
                encode_vector(in);
                break;
            }
            const bool done = encode_integer(in) || encode_float(in) || encode_guard(in) ||
                              encode_memory(in) || encode_call(in);
            SKUA_CHECK(done);
            break;
        }
    }
    moves(i, MovePlace::After);
}

void Encoder::jump_to(std::uint32_t block) {
    if (!is_next(block)) a_.jmp(labels_[block]);
}

void Encoder::branch(const Inst&, Cond cond) {
    const auto& succs = lir_.blocks[block_].succs;
    if (is_next(succs[0])) {
        a_.j(code_of(inverse(cond)), labels_[succs[1]]);
        return;
    }
    a_.j(code_of(cond), labels_[succs[0]]);
    jump_to(succs[1]);
}

void Encoder::float_branch(const Inst& in) {
    if (!in.imm) {
        branch(in, in.cond);
        return;
    }
    const auto& succs = lir_.blocks[block_].succs;
    // Equality: unordered operands set the parity flag beside the zero flag.
    a_.jp(labels_[in.cond == Cond::E ? succs[1] : succs[0]]);
    branch(in, in.cond);
}

void Encoder::switch_table(const Inst& in) {
    const auto& succs = lir_.blocks[block_].succs;
    const auto count = static_cast<std::uint32_t>(succs.size() - 1);
    const x86::Gp index = temp_gp(), scratch = gpr(kScratchGp);
    if (in.imm > -kSmallImmediate && in.imm < kSmallImmediate) {
        a_.lea(index, x86::ptr(use_gp(in, 0), static_cast<std::int32_t>(-in.imm)));
    } else {
        a_.mov(scratch, in.imm);
        a_.mov(index, use_gp(in, 0));
        a_.sub(index, scratch);
    }
    a_.cmp(index, count);
    a_.jae(labels_[succs.back()]);
    Label table = a_.newLabel();
    a_.lea(scratch, x86::ptr(table));
    a_.movsxd(index, x86::dword_ptr(scratch, index, 2));
    a_.add(index, scratch);
    a_.jmp(index);
    Vector<Label> targets;
    for (std::uint32_t i = 0; i < count; ++i) targets.push_back(labels_[succs[i]]);
    tables_.emplace_back(table, std::move(targets));
}

// From the interpreter's frame (in rdi) to arguments, and results back into it.
void Encoder::interpreter_entry() {
    static constexpr std::uint32_t kArgs[] = {7, 6, 2, 1, 8, 9};
    const Graph& graph = *lir_.graph;
    a_.align(AlignMode::kCode, 16);
    a_.bind(interpreter_entry_);
    a_.sub(x86::rsp, 24);
    a_.mov(x86::qword_ptr(x86::rsp, 8), x86::rdi);
    std::uint32_t integers = 0, floats = 0;
    int first_integer = -1;
    for (std::size_t i = 0; i < graph.params.size(); ++i) {
        const x86::Mem from = x86::qword_ptr(x86::rdi, static_cast<std::int32_t>(8 * i));
        if (is_float(graph.params[i]) && floats < 8) {
            if (graph.params[i] == Type::F64) {
                a_.vmovsd(x86::xmm(floats++), from);
            } else {
                a_.vmovss(x86::xmm(floats++), x86::dword_ptr(x86::rdi, static_cast<std::int32_t>(8 * i)));
            }
        } else if (!is_float(graph.params[i]) && integers < std::size(kArgs)) {
            if (integers == 0) {
                first_integer = static_cast<int>(i);
            } else {
                a_.mov(x86::gpq(kArgs[integers]), from);
            }
            ++integers;
        } else {
            a_.mov(x86::rax, from);
            a_.mov(x86::qword_ptr(x86::r15, offset::kArgs + static_cast<std::int32_t>(8 * i)), x86::rax);
        }
    }
    if (first_integer >= 0) a_.mov(x86::rdi, x86::qword_ptr(x86::rdi, 8 * first_integer));
    a_.call(entry_);
    a_.bind(interpreter_call_);
    a_.mov(x86::rdx, x86::qword_ptr(x86::rsp, 8));
    for (std::size_t i = 0; i < graph.results.size(); ++i) {
        const auto disp = static_cast<std::int32_t>(8 * i);
        if (i > 0) {
            a_.mov(x86::rax, x86::qword_ptr(x86::r15, offset::kResults + disp));
        } else if (graph.results[0] == Type::F64) {
            a_.vmovq(x86::rax, x86::xmm0);
        } else if (graph.results[0] == Type::F32) {
            a_.vmovd(x86::eax, x86::xmm0);
        }
        a_.mov(x86::qword_ptr(x86::rdx, disp), x86::rax);
    }
    a_.add(x86::rsp, 24);
    a_.ret();
    a_.bind(interpreter_end_);
}

// Where the function is called with a closure in r10: the captures become the arguments behind the others.
void Encoder::closure_entry() {
    closure_class_ = lir_.graph->function->closure_class.load(std::memory_order_acquire);
    if (!closure_class_) return;
    static constexpr std::uint32_t kArgs[] = {7, 6, 2, 1, 8, 9};
    const auto& params = lir_.graph->params;
    const std::size_t first = params.size() - closure_class_->capture_slots;
    a_.align(AlignMode::kCode, 16);
    a_.bind(closure_entry_);
    std::uint32_t integers = 0, floats = 0;
    for (std::size_t i = 0; i < params.size(); ++i) {
        const bool fp = is_float(params[i]);
        std::uint32_t& count = fp ? floats : integers;
        const bool in_register = count < (fp ? 8 : std::size(kArgs));
        const std::uint32_t at = count++;
        if (i < first) continue;
        const x86::Mem capture =
            x86::qword_ptr(x86::r10, static_cast<std::int32_t>(sizeof(vm::Object) + 8 * (i - first)));
        if (!in_register) {
            a_.mov(x86::r11, capture);
            a_.mov(x86::qword_ptr(x86::r15, offset::kArgs + static_cast<std::int32_t>(8 * i)), x86::r11);
        } else if (fp) {
            a_.vmovsd(x86::xmm(at), capture);
        } else {
            a_.mov(x86::gpq(kArgs[at]), capture);
        }
    }
    a_.jmp(entry_);
}

void Encoder::constants() {
    if (!masks_.empty()) a_.align(AlignMode::kData, 16);
    for (auto& [bits, label] : masks_) {
        a_.bind(label);
        a_.embedUInt64(bits);
        a_.embedUInt64(bits);
    }
    if (!pool_.empty()) a_.align(AlignMode::kData, 8);
    for (auto& [bits, label] : pool_) {
        a_.bind(label);
        a_.embedUInt64(bits);
    }
    for (auto& [label, targets] : tables_) {
        a_.align(AlignMode::kData, 4);
        a_.bind(label);
        for (const Label& target : targets) a_.embedLabelDelta(target, label, 4);
    }
}

bool Encoder::finish(CodeCache& cache, Emitted& out) {
    finished(code_.flatten());
    finished(code_.resolveUnresolvedLinks());
    const std::size_t size = code_.codeSize();
    const auto place = cache.allocate(size);
    if (!place.run) return false;
    finished(code_.relocateToBase(reinterpret_cast<std::uint64_t>(place.run)));
    finished(code_.copyFlattenedData(place.write, size));

    const auto offset_of = [&](const Label& label) {
        return static_cast<std::uint32_t>(code_.labelOffset(label));
    };
    auto range = std::make_unique<CodeRange>();
    range->start = place.run;
    range->size = offset_of(end_);
    range->frame_size = frame_size_;
    range->slots_offset = 8 * lir_.outgoing_slots;
    range->slots = allocation_.stack_slots;
    range->preserved = allocation_.preserved;
    range->saves = saved_ != 0;
    range->live.assign(allocation_.live.begin(), allocation_.live.end());
    std::sort(calls_.begin(), calls_.end(), [&](const CallPlace& a, const CallPlace& b) {
        return offset_of(a.behind) < offset_of(b.behind);
    });
    for (const CallPlace& call : calls_) {
        const auto first = static_cast<std::uint32_t>(range->frames.size());
        for (const Site* s = call.site; s; s = s->outer) range->frames.push_back(s->pc);
        const std::uint32_t landing =
            call.landing < 0 ? 0 : offset_of(labels_[static_cast<std::size_t>(call.landing)]);
        range->calls.push_back({offset_of(call.behind), first,
                                static_cast<std::uint32_t>(range->frames.size()) - first, landing,
                                allocation_.live_at[call.inst]});
    }
    cache.add(std::move(range));
    out.bytes = static_cast<std::uint32_t>(size);
    if (lir_.graph->osr) {
        out.interp_entry = place.run;
    } else {
        auto entry = std::make_unique<CodeRange>();
        entry->start = place.run + offset_of(interpreter_entry_);
        entry->size = offset_of(interpreter_end_) - offset_of(interpreter_entry_);
        entry->frame_size = 24;
        entry->calls.push_back({offset_of(interpreter_call_) - offset_of(interpreter_entry_), 0, 0});
        out.entry = place.run;
        out.interp_entry = entry->start;
        cache.add(std::move(entry));
        if (closure_class_) {
            out.closure_entry = place.run + offset_of(closure_entry_);
            out.closure_class = closure_class_;
        }
    }
    if (print_)
        std::fprintf(stderr, "; %s at %p\n%s\n", lir_.graph->name.c_str(),
                     static_cast<const void*>(place.run), logger_.data());
    return true;
}

// ---- operands -------------------------------------------------------------------------------------------

x86::Gp Encoder::gpr(std::uint32_t n, std::uint8_t size) {
    if (size == 8) return x86::gpq(n);
    return x86::gpd(n);
}
x86::Gp Encoder::use_gp(const Inst& in, std::uint32_t use, std::uint8_t size) const {
    return gpr(at(in, use).n, size);
}
x86::Xmm Encoder::use_xmm(const Inst& in, std::uint32_t use) const {
    return x86::xmm(at(in, use).n);
}
x86::Gp Encoder::def_gp(std::uint8_t size) const {
    return gpr(allocation_.defs[inst_].n, size);
}
x86::Xmm Encoder::def_xmm() const {
    return x86::xmm(allocation_.defs[inst_].n);
}
x86::Gp Encoder::temp_gp() const {
    return gpr(allocation_.temps[inst_].n);
}

x86::Mem Encoder::slot(std::uint32_t n, std::uint32_t size) const {
    return x86::Mem(x86::rsp, static_cast<std::int32_t>(8 * (lir_.outgoing_slots + n)), size);
}

x86::Mem Encoder::memory(const Inst& in, std::uint32_t size) const {
    if (in.base >= 0 && in.index >= 0) {
        return x86::Mem(use_gp(in, static_cast<std::uint32_t>(in.base)),
                        use_gp(in, static_cast<std::uint32_t>(in.index)), in.shift, in.disp, size);
    }
    if (in.base >= 0) return x86::Mem(use_gp(in, static_cast<std::uint32_t>(in.base)), in.disp, size);
    if (in.index >= 0) {
        x86::Mem m(static_cast<std::uint64_t>(static_cast<std::int64_t>(in.disp)),
                   use_gp(in, static_cast<std::uint32_t>(in.index)), in.shift, size);
        return m;
    }
    return x86::Mem(static_cast<std::uint64_t>(static_cast<std::int64_t>(in.disp)), size);
}

x86::Mem Encoder::pooled(std::uint64_t bits, std::uint32_t size) {
    auto [it, fresh] = pool_.try_emplace(bits);
    if (fresh) it->second = a_.newLabel();
    return x86::Mem(it->second, 0, size);
}

x86::Mem Encoder::pooled_mask(std::uint64_t bits) {
    auto [it, fresh] = masks_.try_emplace(bits);
    if (fresh) it->second = a_.newLabel();
    return x86::Mem(it->second, 0, 16);
}

Operand Encoder::any(const Inst& in, std::uint32_t use, std::uint8_t size) const {
    const Location& l = at(in, use);
    if (l.kind == Location::Kind::Stack) return slot(l.n, size);
    if (lir_.classes[lir_.uses[in.first_use + use].v] == RegClass::Xmm) return x86::xmm(l.n);
    return gpr(l.n, size);
}

Operand Encoder::last(const Inst& in, std::uint8_t size) {
    if (in.base >= 0 || in.index >= 0) return memory(in, size);
    if (in.pool) return pooled(static_cast<std::uint64_t>(in.pool->imm), size);
    if (in.use_count >= 2) return any(in, 1, size);
    return Imm(in.imm);
}

// ---- calls and stubs ------------------------------------------------------------------------------------

void Encoder::record(const Site* site, std::int32_t landing) {
    CallPlace call{a_.newLabel(), site, landing, inst_};
    a_.bind(call.behind);
    calls_.push_back(call);
}

void Encoder::call_address(const void* target) {
    a_.mov(gpr(kScratchGp), reinterpret_cast<std::uint64_t>(target));
    a_.call(gpr(kScratchGp));
}

void Encoder::call_thunk(const std::uint8_t* thunk, const Site* site) {
    a_.call(imm(thunk));
    record(site);
}

void Encoder::trap(Cond cond, const std::uint8_t* thunk, const Site* site, Operand first, Operand second) {
    Label stub = a_.newLabel();
    a_.j(code_of(cond), stub);
    later([this, stub, thunk, site, first, second] {
        a_.bind(stub);
        // rdx first, unless the other one comes from there.
        const auto put = [&](const x86::Gp& to, const Operand& from) {
            if (!from.isNone() && from != to) a_.emit(x86::Inst::kIdMov, to, from);
        };
        const auto reads = [](const Operand& o, const x86::Gp& r) {
            if (o.isReg()) return o.id() == r.id();
            if (!o.isMem()) return false;
            const auto& m = o.as<x86::Mem>();
            return (m.hasBaseReg() && m.baseId() == r.id()) || (m.hasIndexReg() && m.indexId() == r.id());
        };
        if (reads(first, x86::rdx)) {
            if (reads(second, x86::rsi)) {
                a_.emit(x86::Inst::kIdMov, x86::r11, first);
                put(x86::rdx, second);
                a_.mov(x86::rsi, x86::r11);
            } else {
                put(x86::rsi, first);
                put(x86::rdx, second);
            }
        } else {
            put(x86::rdx, second);
            put(x86::rsi, first);
        }
        call_thunk(thunk, site);
    });
}

}  // namespace skua::jit
