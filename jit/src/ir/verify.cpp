#include "ir/verify.h"

#include <algorithm>

#include "ir/order.h"

namespace skua::jit {
namespace {

// What operations take, by kinds. Anything that is not listed is checked by hand.
enum class Shape : std::uint8_t {
    Special,
    IntUnary,
    IntBinary,
    FloatUnary,
    FloatBinary,
    Compare,
    FloatCompare
};

Shape shape_of(Op op) {
    switch (op) {
        case Op::Add:
        case Op::Sub:
        case Op::Mul:
        case Op::MulHi:
        case Op::MulHiU:
        case Op::Div:
        case Op::Rem:
        case Op::DivU:
        case Op::RemU:
        case Op::And:
        case Op::Or:
        case Op::Xor:
        case Op::Shl:
        case Op::Shr:
        case Op::ShrU:
        case Op::Rotl:
        case Op::Rotr:
        case Op::AddChecked:
        case Op::SubChecked:
        case Op::MulChecked:
        case Op::AddCheckedU:
        case Op::SubCheckedU:
        case Op::MulCheckedU:
        case Op::BoundsCheck:
        case Op::BytesCheck:
            return Shape::IntBinary;
        case Op::Neg:
        case Op::Not:
        case Op::Clz:
        case Op::Ctz:
        case Op::Popcnt:
        case Op::Bswap:
        case Op::SExt8:
        case Op::SExt16:
        case Op::ZExt8:
        case Op::ZExt16:
        case Op::NullCheck:
        case Op::DivCheck:
        case Op::CharCheck:
        case Op::CastCheck:
            return Shape::IntUnary;
        case Op::FAdd:
        case Op::FSub:
        case Op::FMul:
        case Op::FDiv:
        case Op::FMin:
        case Op::FMax:
            return Shape::FloatBinary;
        case Op::FNeg:
        case Op::FSqrt:
        case Op::FAbs:
        case Op::FFloor:
        case Op::FCeil:
        case Op::FTrunc:
        case Op::FRound:
            return Shape::FloatUnary;
        case Op::Eq:
        case Op::Ne:
        case Op::Lt:
        case Op::Le:
        case Op::LtU:
        case Op::LeU:
            return Shape::Compare;
        case Op::FEq:
        case Op::FNe:
        case Op::FLt:
        case Op::FLe:
            return Shape::FloatCompare;
        default:
            return Shape::Special;
    }
}

class Verifier {
public:
    explicit Verifier(Graph& graph) : graph_(graph) {}

    std::string run() {
        if (graph_.blocks.empty()) return "no blocks";
        for (std::size_t i = 0; i < graph_.blocks.size() && error_.empty(); ++i) edges(*graph_.blocks[i], i);
        if (!error_.empty()) return error_;
        if (!graph_.entry()->preds.empty()) return "the entry block has predecessors";
        order_ = reverse_post_order(graph_);
        position_.assign(graph_.node_count(), 0);
        for (Block* block : order_) place(*block);
        for (Block* block : order_) {
            for (Node* n : block->nodes) {
                if (!error_.empty()) return error_;
                inputs(*n);
                if (error_.empty()) types(*n);
            }
        }
        return error_;
    }

private:
    void fail(const Block& block, const std::string& what) {
        if (error_.empty()) error_ = "block" + std::to_string(block.id) + ": " + what;
    }
    void fail(const Node& n, const std::string& what) {
        if (!error_.empty()) return;
        error_ = "v" + std::to_string(n.id) + " (" + info(n.op).name;
        if (n.block) error_ += " in block" + std::to_string(n.block->id);
        error_ += "): " + what;
    }

    void edges(const Block& block, std::size_t index) {
        if (block.id != index) return fail(block, "its id is not its place");
        if (block.nodes.empty() || !info(block.nodes.back()->op).terminator) {
            return fail(block, "does not end in a terminator");
        }
        const std::size_t count = block.succs.size();
        bool fits = true;
        switch (block.terminator()->op) {
            case Op::Jump:
                fits = count == 1;
                break;
            case Op::Branch:
                fits = count == 2;
                break;
            case Op::Catch:
                fits = count == 2 && block.nodes.size() >= 2 &&
                       info(block.nodes[block.nodes.size() - 2]->op).call;
                break;
            case Op::Switch:
                fits = count >= 1;
                break;
            default:
                fits = count == 0;
                break;
        }
        if (!fits) return fail(block, "its terminator has another number of successors");
        for (const Block* succ : block.succs) {
            if (std::count(block.succs.begin(), block.succs.end(), succ) !=
                std::count(succ->preds.begin(), succ->preds.end(), &block)) {
                return fail(block, "is not what block" + std::to_string(succ->id) + " has as predecessor");
            }
            if (count > 1 && succ->preds.size() > 1) {
                return fail(block, "critical edge to block" + std::to_string(succ->id));
            }
        }
        for (const Block* pred : block.preds) {
            if (std::find(pred->succs.begin(), pred->succs.end(), &block) == pred->succs.end()) {
                return fail(block, "block" + std::to_string(pred->id) + " does not lead here");
            }
        }
    }

    // Each node stands in one place, and positions are known.
    void place(const Block& block) {
        bool phis = true;
        std::uint32_t at = 0;
        for (const Node* n : block.nodes) {
            if (n->id >= graph_.node_count()) return fail(*n, "its id is too high");
            if (position_[n->id] != 0) return fail(*n, "stands twice, or shares its id");
            position_[n->id] = ++at;
            if (n->block != &block) return fail(*n, "does not know its block");
            if (n->replaced_by) return fail(*n, "is replaced and still there");
            if (n->op != Op::Phi) phis = false;
            if (n->op == Op::Phi && !phis) return fail(*n, "a phi behind other nodes");
            if (info(n->op).terminator && n != block.nodes.back())
                return fail(*n, "in the middle of a block");
            const bool entry = &block == graph_.entry();
            if ((n->op == Op::Const || n->op == Op::Param || n->op == Op::FrameSlot) && !entry) {
                return fail(*n, "outside of the entry block");
            }
            if ((info(n->op).throws() || n->op == Op::Throw) && !n->site) return fail(*n, "has no site");
        }
    }

    // Whether `value` is available where `user` stands.
    bool available(const Node& value, const Node& user) const {
        if (value.block == user.block) return position_[value.id] < position_[user.id];
        return dominates(value.block, user.block);
    }

    void inputs(const Node& n) {
        for (std::uint32_t i = 0; i < n.input_count; ++i) {
            const Node* in = n.in(i);
            const std::string which = "input " + std::to_string(i);
            if (!in) return fail(n, which + " is null");
            if (in->id >= graph_.node_count() || position_[in->id] == 0) {
                return fail(n, which + " stands nowhere: v" + std::to_string(in->id));
            }
            if (in->type == Type::Void) return fail(n, which + " has no value");
            if (n.op == Op::Phi) {
                if (i >= n.block->preds.size()) return fail(n, "more inputs than predecessors");
                const Block* pred = n.block->preds[i];
                if (!dominates(in->block, pred)) return fail(n, which + " does not dominate its edge");
            } else if (!available(*in, n)) {
                return fail(n, which + " does not dominate it: v" + std::to_string(in->id));
            }
        }
    }

    void want(const Node& n, std::uint32_t count) {
        if (n.input_count != count) fail(n, "takes " + std::to_string(count) + " inputs");
    }
    void input_type(const Node& n, std::uint32_t i, Type type) {
        if (i < n.input_count && n.in(i)->type != type) {
            fail(n, "input " + std::to_string(i) + " has a wrong type");
        }
    }
    void result(const Node& n, bool fits) {
        if (!fits) fail(n, "has a wrong type");
    }

    void types(const Node& n) {
        const bool in_lanes = is_vector(n.type) && has_lanes(n.op, n.type);
        const bool is_int = n.type == Type::I32 || n.type == Type::I64 || in_lanes;
        switch (shape_of(n.op)) {
            case Shape::IntUnary:
            case Shape::IntBinary:
                want(n, shape_of(n.op) == Shape::IntUnary ? 1 : 2);
                result(n, is_int);
                for (std::uint32_t i = 0; i < n.input_count; ++i) input_type(n, i, n.type);
                return;
            case Shape::FloatUnary:
            case Shape::FloatBinary:
                want(n, shape_of(n.op) == Shape::FloatUnary ? 1 : 2);
                result(n, is_float(n.type) || in_lanes);
                for (std::uint32_t i = 0; i < n.input_count; ++i) input_type(n, i, n.type);
                return;
            case Shape::Compare:
            case Shape::FloatCompare:
                want(n, 2);
                result(n, n.type == Type::I64);
                if (n.input_count == 2) {
                    input_type(n, 1, n.in(0)->type);
                    if (is_float(n.in(0)->type) != (shape_of(n.op) == Shape::FloatCompare)) {
                        fail(n, "compares values of the wrong kind");
                    }
                }
                return;
            case Shape::Special:
                special(n);
        }
    }

    void convert(const Node& n, Type from, Type to) {
        want(n, 1);
        input_type(n, 0, from);
        result(n, n.type == to);
    }

    void special(const Node& n) {
        const auto constant = [](Type t) { return t != Type::Void && !is_vector(t); };
        switch (n.op) {
            case Op::Const:
            case Op::Param:
            case Op::FrameSlot:
                want(n, 0);
                return result(n, constant(n.type));
            case Op::Phi:
                if (n.input_count != n.block->preds.size()) fail(n, "has not one input per predecessor");
                result(n, constant(n.type));
                for (std::uint32_t i = 0; i < n.input_count; ++i) input_type(n, i, n.type);
                return;
            case Op::Result:
                return behind_call(n);
            case Op::Trunc:
                return convert(n, Type::I64, Type::I32);
            case Op::SExt:
            case Op::ZExt:
            case Op::AnyExt:
                return convert(n, Type::I32, Type::I64);
            case Op::Bitcast:
                want(n, 1);
                if (n.input_count == 1 &&
                    (is_float(n.type) ? n.in(0)->type != Type::I64
                                      : n.type != Type::I64 || !is_float(n.in(0)->type)))
                    fail(n, "does not stand between I64 and a float");
                return;
            case Op::IntToF:
            case Op::UIntToF:
                want(n, 1);
                input_type(n, 0, Type::I64);
                return result(n, is_float(n.type));
            case Op::FToF:
                return convert(n, n.type == Type::F64 ? Type::F32 : Type::F64, n.type);
            case Op::FToI64:
            case Op::FToU64:
            case Op::FToI64Checked:
            case Op::FToU64Checked:
                return convert(n, Type::F64, Type::I64);
            case Op::FToI32:
            case Op::FToU32:
                return convert(n, Type::F64, Type::I32);
            case Op::Select:
                want(n, 3);
                input_type(n, 0, Type::I64);
                for (std::uint32_t i = 1; i < n.input_count; ++i) input_type(n, i, n.type);
                return result(n, n.type == Type::I64 || n.type == Type::I32);
            case Op::Splat:
                return convert(n, lane_type(n.type), n.type);
            case Op::Load:
            case Op::Store:
                return memory(n);
            case Op::Is:
                return convert(n, Type::I64, Type::I64);
            case Op::New:
                want(n, 0);
                return result(n, n.type == Type::I64 && n.ptr);
            case Op::NewArray:
                want(n, 1);
                input_type(n, 0, Type::I64);
                return result(n, n.type == Type::I64 && n.ptr);
            case Op::Branch:
            case Op::Switch:
            case Op::Throw:
                want(n, 1);
                input_type(n, 0, Type::I64);
                return;
            case Op::Return:
                want(n, static_cast<std::uint32_t>(graph_.results.size()));
                for (std::uint32_t i = 0; i < n.input_count && i < graph_.results.size(); ++i)
                    input_type(n, i, graph_.results[i]);
                return;
            case Op::SetStackUsed:
                want(n, 1);
                return input_type(n, 0, Type::I64);
            case Op::Interrupted:
            case Op::StackUsed:
            case Op::TakePending:
                want(n, 0);
                return result(n, n.type == Type::I64);
            case Op::Jump:
            case Op::Catch:
            case Op::Unreachable:
            case Op::Poll:
            case Op::Fuel:
                return want(n, 0);
            default:
                return;
        }
    }

    void memory(const Node& n) {
        const std::uint32_t least = n.op == Op::Load ? 1 : 2;
        if (n.input_count < least || n.input_count > least + 1) return fail(n, "has too many or few inputs");
        input_type(n, 0, Type::I64);
        if (n.input_count > least) input_type(n, 1, Type::I64);
        const Type whole = n.op == Op::Load ? n.type : n.in(n.input_count - 1)->type;
        const Type type = is_vector(whole) ? lane_type(whole) : whole;
        if (is_vector(whole) &&
            (mem_size(n.mem.rep) * lane_count(whole) != kVectorBytes || n.mem.byteswap || n.mem.reference)) {
            fail(n, "no access of neighbouring elements");
        }
        const bool float_rep = n.mem.rep == MemRep::F32 || n.mem.rep == MemRep::F64;
        if (n.op == Op::Store) {
            result(n, n.type == Type::Void);
            if (type == Type::I32 && mem_size(n.mem.rep) > 4) fail(n, "stores more than it has");
        }
        // A float in a 64-bit word may be stored as such.
        if (float_rep && (n.mem.rep == MemRep::F64 ? type != Type::F64 : type != Type::F32)) {
            fail(n, "the representation is that of another type");
        }
        if (!float_rep && is_float(type)) fail(n, "a float without its representation");
        if (n.op == Op::Load && type == Type::I32) fail(n, "loads are extended to I64");
    }

    void behind_call(const Node& n) {
        want(n, 1);
        if (!error_.empty()) return;
        if (!info(n.in(0)->op).call) return fail(n, "is not of a call");
        std::uint32_t at = position_[n.id] - 1;
        while (at > 0 && n.block->nodes[at]->op == Op::Result && n.block->nodes[at]->in(0) == n.in(0)) --at;
        if (at == 0 && n.block->nodes[0]->op == Op::Result && n.block->preds.size() == 1) {
            // Or behind the Catch that follows it.
            const auto& nodes = n.block->preds[0]->nodes;
            if (nodes.back()->op == Op::Catch && nodes[nodes.size() - 2] == n.in(0)) return;
        }
        if (n.block->nodes[at] != n.in(0)) fail(n, "does not stand directly behind its call");
    }

    Graph& graph_;
    Vector<Block*> order_;
    std::vector<std::uint32_t> position_;  // in the block, from 1; 0: nowhere
    std::string error_;
};

}  // namespace

std::string verify_graph(Graph& graph) {
    return Verifier(graph).run();
}

}  // namespace skua::jit
