#include <algorithm>
#include <bit>

#include "emit/selector.h"
#include "ir/order.h"
#include "opt/block_rank.h"
#include "opt/frequency.h"
#include "skua/classfile/check.h"
#include "skua/vm/thread.h"

namespace skua::jit {
Lir select_instructions(Graph& graph) {
    Selector selector(graph);
    return selector.run();
}

Lir Selector::run() {
    use_counts_.assign(graph_.node_count(), 0);
    vregs_.assign(graph_.node_count(), kNoVReg);
    folded_.assign(graph_.node_count(), 0);
    order_blocks();
    count_uses();
    std::size_t nodes = 0;
    for (const LirBlock& block : lir_.blocks) {
        mark_folded(*block.block);
        nodes += block.block->nodes.size();
    }
    lir_.insts.reserve(nodes + nodes / 4);
    for (LirBlock& block : lir_.blocks) {
        // Phis first: back edges name them before their block is selected.
        for (const Node* n : block.block->nodes) {
            if (n->op != Op::Phi) break;
            (void)def_of(n);
        }
    }
    for (LirBlock& block : lir_.blocks) select_block(block);
    for (LirBlock& block : lir_.blocks) select_phis(block);
    return std::move(lir_);
}

void Selector::order_blocks() {
    auto order = reverse_post_order(graph_);
    const Vector<double> frequency = estimate_frequencies(order, graph_.blocks.size());
    const Vector<std::uint32_t> rank = rank_blocks(order, frequency);
    std::stable_sort(order.begin(), order.end(),
                     [&](const Block* a, const Block* b) { return rank[a->id] < rank[b->id]; });
    block_index_.assign(graph_.blocks.size(), 0);
    for (Block* b : order) {
        block_index_[b->id] = static_cast<std::uint32_t>(lir_.blocks.size());
        LirBlock out;
        out.block = b;
        out.loop_depth = b->loop_depth;
        out.frequency = frequency[b->id];
        out.rank = rank[b->id];
        lir_.blocks.push_back(std::move(out));
    }
    for (LirBlock& b : lir_.blocks) {
        for (const Block* p : b.block->preds) b.preds.push_back(block_index_[p->id]);
        for (const Block* s : b.block->succs) b.succs.push_back(block_index_[s->id]);
    }
}

void Selector::count_uses() {
    for (const LirBlock& b : lir_.blocks) {
        for (const Node* n : b.block->nodes) {
            for (const Node* input : n->all()) ++use_counts_[input->id];
        }
    }
}

const Node* Selector::origin(const Node* n) {
    for (;;) {
        switch (n->op) {
            case Op::NullCheck:
            case Op::BoundsCheck:
            case Op::BytesCheck:
            case Op::DivCheck:
            case Op::CharCheck:
            case Op::CastCheck:
                n = n->in(0);
                continue;
            case Op::AnyExt:
                n = n->in(0);
                continue;
            case Op::Trunc:
                // The low half of the same register; what works on 32 bits ignores the high one.
                n = n->in(0);
                if (n->is_const()) {
                    // Has no place in the graph: whoever needs it makes it.
                    Node* low = graph_.new_node(Op::Const, Type::I32);
                    low->imm = static_cast<std::int32_t>(n->imm);
                    return low;
                }
                continue;
            default:
                return n;
        }
    }
}

VReg Selector::def_of(const Node* n) {
    VReg& v = vregs_[n->id];
    if (v == kNoVReg) v = lir_.new_vreg(class_of(n->type), is_vector(n->type));
    return v;
}

Selector::Value Selector::value(const Node* n) {
    n = origin(n);
    if (n->is_const()) return {kNoVReg, n};
    return {def_of(n), nullptr};
}

VReg Selector::reg(const Node* n) {
    const Value v = value(n);
    if (!v.constant) return v.v;
    const VReg made = lir_.new_vreg(class_of(v.constant->type));
    Inst& in =
        add(is_float(v.constant->type) ? MOp::LoadConst : MOp::MovImm, v.constant, size_of(v.constant->type));
    in.imm = v.constant->imm;
    in.def = made;
    return made;
}

bool Selector::immediate(const Node* n, std::int64_t& out) {
    if (!n->is_const() || is_float(n->type)) return false;
    if (n->imm != static_cast<std::int32_t>(n->imm)) return false;
    out = n->imm;
    return true;
}

Inst& Selector::add(MOp op, const Node* n, std::uint8_t size) {
    Inst in;
    in.op = op;
    in.node = n;
    in.size = size;
    in.first_use = static_cast<std::uint32_t>(lir_.uses.size());
    lir_.insts.push_back(in);
    return lir_.insts.back();
}

Use& Selector::use(VReg v, bool any, bool late) {
    Use u;
    u.v = v;
    u.any = any;
    u.late = late;
    lir_.uses.push_back(u);
    ++lir_.insts.back().use_count;
    return lir_.uses.back();
}

Use& Selector::use_fixed(const Node* n, Reg r) {
    const Value v = value(n);
    Use& u = use(v.v);
    u.constant = v.constant;
    u.fixed = r;
    return u;
}

void Selector::select_block(LirBlock& out) {
    out.first = static_cast<std::uint32_t>(lir_.insts.size());
    block_ = out.block;
    scaled_.clear();
    add(MOp::Nop, nullptr);  // so that a gap lies before the first operand
    if (out.block == graph_.entry()) select_params();
    for (const Node* n : out.block->nodes) {
        if (n->op == Op::Phi || n->is_const() || folded_[n->id]) continue;
        if (info(n->op).terminator) {
            select_terminator(n);
        } else {
            select_node(n);
        }
    }
    out.last = static_cast<std::uint32_t>(lir_.insts.size());
}

void Selector::select_phis(LirBlock& out) {
    for (const Node* n : out.block->nodes) {
        if (n->op != Op::Phi) break;
        LirPhi phi{def_of(n), {}};
        for (const Node* input : n->all()) {
            const Value v = value(input);
            Use u;
            u.v = v.v;
            u.constant = v.constant;
            phi.inputs.push_back(u);
        }
        out.phis.push_back(std::move(phi));
    }
}

void Selector::select_params() {
    if (graph_.osr) {
        Inst& in = add(MOp::Frame, nullptr);
        frame_ = in.def = lir_.new_vreg(RegClass::Gp);
        in.def_fixed = gp::rdi;
        return;
    }
    unsigned integers = 0, floats = 0;
    Vector<Node*> params(graph_.params.size(), nullptr);
    for (Node* n : graph_.entry()->nodes) {
        if (n->op == Op::Param) params[static_cast<std::size_t>(n->imm)] = n;
    }
    // Those in registers first: memory has time.
    Vector<const Node*> in_memory;
    for (std::size_t i = 0; i < graph_.params.size(); ++i) {
        const bool fp = is_float(graph_.params[i]);
        unsigned& count = fp ? floats : integers;
        const bool fits = count < (fp ? kFloatArgs : std::size(kIntegerArgs));
        const Reg r = fits ? (fp ? static_cast<Reg>(count) : kIntegerArgs[count]) : kNoReg;
        if (fits) ++count;
        if (!params[i] || uses(params[i]) == 0) continue;
        if (!fits) {
            in_memory.push_back(params[i]);
            continue;
        }
        Inst& in = add(MOp::Param, params[i]);
        in.def = def_of(params[i]);
        in.def_fixed = r;
    }
    for (const Node* n : in_memory) {
        Inst& in = add(MOp::ParamMemory, n, size_of(n->type));
        in.def = def_of(n);
        in.imm = n->imm;
    }
}

void Selector::select_node(const Node* n) {
    if (info(n->op).pure && uses(n) == 0) return;
    switch (n->op) {
        case Op::Param:
        case Op::Trunc:
        case Op::AnyExt:
            return;
        case Op::FrameSlot: {
            Inst& in = add(MOp::FrameLoad, n, size_of(n->type));
            in.def = def_of(n);
            in.imm = n->imm;
            use(frame_);
            return;
        }
        default:
            break;
    }
    const bool done = select_vector(n) || select_integer(n) || select_float(n) || select_guard(n) ||
                      select_memory(n) || select_call(n);
    SKUA_CHECK(done);
}

// Comparisons are made by their branches, loads by the instruction that takes memory as its last operand,
// if nothing between the two may write what is read.
void Selector::mark_folded(const Block& block) {
    Vector<std::pair<const Node*, std::uint32_t>> epochs;  // loads of this block
    std::uint32_t epoch = 0;
    const auto try_load = [&](const Node* user) {
        const Node* n = user->in(user->input_count - 1);
        if (n->op != Op::Load || uses(n) != 1 || n->mem.byteswap != 0) return;
        const bool fits = is_vector(n->type)          ? true
                          : n->mem.rep == MemRep::F64 ? n->type == Type::F64
                          : n->mem.rep == MemRep::F32 ? true
                                                      : n->mem.rep == MemRep::W64;
        if (!fits) return;
        for (const auto& [load, at] : epochs) {
            if (load == n && (at == epoch || n->mem.alias == Alias::Constant)) folded_[n->id] = 1;
        }
    };
    for (const Node* n : block.nodes) {
        const OpInfo& op = info(n->op);
        switch (n->op) {
            case Op::And:
                for (const Node* in : n->all()) {
                    if (in->op == Op::Not && in->block == &block && uses(in) == 1 && !is_vector(n->type) &&
                        uses(n) > 0 && !folded_not(n))
                        folded_[in->id] = 1;
                }
                if (folded_not(n)) break;
                [[fallthrough]];
            case Op::Add:
            case Op::Sub:
            case Op::Or:
            case Op::Xor:
            case Op::Mul:
                if ((n->type == Type::I64 || is_vector(n->type)) && uses(n) > 0) try_load(n);
                break;
            case Op::BoundsCheck:
                try_load(n);
                break;
            case Op::FAdd:
            case Op::FSub:
            case Op::FMul:
            case Op::FDiv:
                if (uses(n) > 0) try_load(n);
                break;
            case Op::Select:
                if (fuses(n->in(0), n) && !is_float(n->in(0)->in(0)->type)) folded_[n->in(0)->id] = 1;
                break;
            case Op::Branch:
                if (fuses(n->in(0), n)) {
                    folded_[n->in(0)->id] = 1;
                    if (!is_float(n->in(0)->in(0)->type)) try_load(n->in(0));
                } else if (n->in(0)->op == Op::Is && n->in(0)->block == &block && uses(n->in(0)) == 1) {
                    folded_[n->in(0)->id] = 1;
                }
                break;
            default:
                break;
        }
        if (n->op == Op::Load) epochs.emplace_back(n, epoch);
        if (op.store || op.call) ++epoch;
    }
}

// A comparison that only its branch, or what selects by it, in the same block uses is made there.
bool Selector::fuses(const Node* compare, const Node* user) const {
    switch (compare->op) {
        case Op::Eq:
        case Op::Ne:
        case Op::Lt:
        case Op::Le:
        case Op::LtU:
        case Op::LeU:
        case Op::FEq:
        case Op::FNe:
        case Op::FLt:
        case Op::FLe:
            return compare->block == user->block && use_counts_[compare->id] == 1;
        default:
            return false;
    }
}

const Node* Selector::folded_not(const Node* n) const {
    for (const Node* in : n->all()) {
        if (in->op == Op::Not && folded_[in->id]) return in;
    }
    return nullptr;
}

void Selector::select_terminator(const Node* n) {
    switch (n->op) {
        case Op::Jump:
            add(MOp::Jump, n);
            return;
        case Op::Catch: {
            Inst& call = lir_.insts.back();
            call.landing = static_cast<std::int32_t>(block_index_[n->block->succs[1]->id]);
            // No register keeps its value on the way to the handler.
            call.clobbers_gp = kAllGp;
            call.clobbers_xmm = kAllXmm;
            add(MOp::Catch, n);
            return;
        }
        case Op::Branch: {
            const Node* condition = n->in(0);
            if (fuses(condition, n)) {
                if (is_float(condition->in(0)->type)) {
                    float_compare_operands(condition, MOp::FCmpBranch, n);
                } else {
                    compare_operands(condition, MOp::CmpBranch, MOp::TestBranch, n);
                }
                return;
            }
            if (folded_[condition->id]) {  // an Is
                const VReg object = reg(condition->in(0));
                Inst& in = add(MOp::IsBranch, n);
                in.pool = condition;
                in.temp = lir_.new_vreg(RegClass::Gp);
                lir_.calls = true;
                use(object, false, true);
                return;
            }
            const VReg v = reg(condition);
            add(MOp::TestBranch, n).cond = Cond::NE;
            use(v);
            return;
        }
        case Op::Switch: {
            const VReg v = reg(n->in(0));
            Inst& in = add(MOp::Switch, n);
            in.imm = n->imm;
            in.temp = lir_.new_vreg(RegClass::Gp);
            use(v, false, true);
            return;
        }
        case Op::Return:
            select_return(n);
            return;
        case Op::Throw:
            add(MOp::Throw, n);
            use_fixed(n->in(0), gp::rsi);
            return;
        default:
            add(MOp::Stop, n);
            return;
    }
}

void Selector::select_return(const Node* n) {
    constexpr auto results =
        static_cast<std::int32_t>(offsetof(vm::Thread, compiled) + offsetof(vm::Thread::Compiled, results));
    for (std::uint32_t i = graph_.osr ? 0 : 1; i < n->input_count; ++i) {
        const Value v = value(n->in(i));
        Inst& in = add(MOp::ArgToMemory, n->in(i), size_of(n->in(i)->type));
        in.disp = static_cast<std::int32_t>(8 * i);
        if (graph_.osr) {
            in.base = 1;
        } else {
            in.disp += results;
            in.imm = 1;  // relative to the thread
        }
        Use& u = use(v.v);
        u.constant = v.constant;
        if (graph_.osr) use(frame_);
    }
    add(MOp::Return, n);
    if (!graph_.osr && n->input_count > 0) {
        use_fixed(n->in(0), is_float(n->in(0)->type) ? Reg{0} : gp::rax);
    }
}

}  // namespace skua::jit
