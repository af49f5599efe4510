#include "random_graph.h"

#include <random>

#include "ir_support.h"

namespace skua::jit::test {
namespace {

constexpr int kInts = 5, kRefs = 3;
constexpr std::int64_t kArrays = 3;  // parameters that are arrays
using Values = std::vector<Node*>;   // ints, then references

class Generator {
public:
    explicit Generator(std::uint64_t seed) : random_(seed), graph_(std::make_unique<Graph>()) {}

    std::unique_ptr<Graph> run() {
        block_ = graph_->new_block();
        fueled_ = pick(4) == 0;
        for (std::int64_t i = 0; i < kArrays + 1 + 3; ++i) {
            Node* param = node(Op::Param, Type::I64, {});
            param->imm = i;
            graph_->params.push_back(Type::I64);
            params_.push_back(param);
        }
        for (int i = 0; i < kInts; ++i) {
            vars_.push_back(i < 3 ? params_[static_cast<std::size_t>(kArrays + 1 + i)] : k(pick(20) - 5));
        }
        for (int i = 0; i < kRefs; ++i) vars_.push_back(i ? k(0) : params_[kArrays]);
        statements(3, 5 + pick(6));
        Values results(vars_.begin(), vars_.begin() + kInts);
        graph_->results.assign(kInts, Type::I64);
        graph_->append(block_, graph_->new_node(Op::Return, Type::Void, results));
        return std::move(graph_);
    }

private:
    int pick(int n) { return static_cast<int>(random_() % static_cast<std::uint64_t>(n)); }
    Node* k(std::int64_t value) { return graph_->constant(Type::I64, value); }
    Node* node(Op op, Type type, std::initializer_list<Node*> inputs) {
        return graph_->append(block_, graph_->new_node(op, type, inputs));
    }
    Node* guard(Op op, Type type, std::initializer_list<Node*> inputs) {
        Node* n = node(op, type, inputs);
        n->site = graph_->new_site(reinterpret_cast<const vm::Instr*>(std::uintptr_t{8} * ++sites_), nullptr);
        return n;
    }
    Node*& any() { return vars_[static_cast<std::size_t>(pick(kInts))]; }
    Node*& any_ref() {
        return vars_[static_cast<std::size_t>(kInts) + static_cast<std::size_t>(pick(kRefs))];
    }
    Node* operand() { return pick(4) == 0 ? k(interesting()) : any(); }
    std::int64_t interesting() {
        static constexpr std::int64_t kSome[] = {0,  1,  -1, 2,    3,        4,     7,       8,    16,
                                                 31, 32, 63, 0xFF, -1000003, 65535, 1 << 20, 12345};
        return kSome[pick(static_cast<int>(std::size(kSome)))];
    }

    Node* expression() {
        static constexpr Op kBinary[] = {Op::Add, Op::Sub,  Op::Mul,  Op::And,  Op::Or,    Op::Xor,   Op::Shl,
                                         Op::Shr, Op::ShrU, Op::Rotl, Op::Rotr, Op::MulHi, Op::MulHiU};
        static constexpr Op kUnary[] = {Op::Neg,   Op::Not,   Op::Clz,    Op::Ctz,   Op::Popcnt,
                                        Op::Bswap, Op::SExt8, Op::SExt16, Op::ZExt8, Op::ZExt16};
        static constexpr Op kCompare[] = {Op::Eq, Op::Ne, Op::Lt, Op::Le, Op::LtU, Op::LeU};
        const auto low = [&] { return node(Op::Trunc, Type::I32, {operand()}); };
        switch (pick(9)) {
            case 0:
            case 1:
            case 2:
                return node(kBinary[pick(std::size(kBinary))], Type::I64, {operand(), operand()});
            case 3:
                return node(kUnary[pick(std::size(kUnary))], Type::I64, {operand()});
            case 4:
                return node(kCompare[pick(std::size(kCompare))], Type::I64, {operand(), operand()});
            case 5: {
                const Op op = kBinary[pick(11)];
                Node* n = node(op, Type::I32, {low(), low()});
                return node(pick(3) ? Op::SExt : Op::ZExt, Type::I64, {n});
            }
            case 6:
                return node(Op::Add, Type::I64, {any(), k(interesting())});
            case 7: {
                Node* x = node(Op::IntToF, Type::F64, {operand()});
                Node* y = node(Op::IntToF, Type::F64, {operand()});
                static constexpr Op kFloat[] = {Op::FAdd, Op::FSub, Op::FMul, Op::FMin, Op::FMax};
                return node(Op::FToI64, Type::I64, {node(kFloat[pick(5)], Type::F64, {x, y})});
            }
            default: {
                Node* divisor = operand();
                if (pick(3)) divisor = node(Op::Or, Type::I64, {divisor, k(1 + pick(4))});
                divisor = guard(Op::DivCheck, Type::I64, {divisor});
                static constexpr Op kDivide[] = {Op::Div, Op::Rem, Op::DivU, Op::RemU};
                return node(kDivide[pick(4)], Type::I64, {operand(), divisor});
            }
        }
    }

    Mem element(int array) {
        Mem mem;
        mem.alias = Alias::Element;
        mem.stride = array == 2 ? 4 : 8;
        mem.rep = array == 2 ? MemRep::U32 : MemRep::W64;
        mem.disp = 16;
        mem.key = std::uint64_t{mem.stride} * 65536;
        return mem;
    }
    void array_access() {
        const int which = pick(3);
        Node* array = guard(Op::NullCheck, Type::I64, {params_[static_cast<std::size_t>(which)]});
        Node* length = node(Op::Load, Type::I64, {array});
        length->mem.disp = 8;
        Node* index = operand();
        if (pick(2) == 0) index = node(Op::And, Type::I64, {index, k(3)});
        if (pick(3) == 0) index = node(Op::Add, Type::I64, {index, k(pick(5) - 2)});
        index = guard(Op::BoundsCheck, Type::I64, {index, length});
        if (pick(2)) {
            Node* value = node(Op::Load, Type::I64, {array, index});
            value->mem = element(which);
            any() = value;
        } else {
            node(Op::Store, Type::Void, {array, index, operand()})->mem = element(which);
        }
    }

    void object_access() {
        Node*& ref = any_ref();
        Mem mem;
        mem.alias = Alias::Field;
        mem.disp = 8 + 8 * pick(3);
        mem.key = static_cast<std::uint64_t>(mem.disp);
        if (pick(4) == 0) {
            const char* names[] = {"A", "B", "C"};
            ref = guard(Op::New, Type::I64, {});
            ref->ptr = class_named(names[pick(3)]);
            Node* value = operand();
            node(Op::Store, Type::Void, {ref, value})->mem = mem;
            return;
        }
        if (pick(6) == 0) {
            any_ref() = ref;
            return;
        }
        if (pick(6) == 0) {
            Node* is = node(Op::Is, Type::I64, {ref});
            is->ptr = class_named("A");
            any() = is;
            return;
        }
        ref = guard(Op::NullCheck, Type::I64, {ref});
        if (pick(3) == 0) {
            mem.disp = 32;
            mem.key = 32;
            if (pick(2)) {
                Node* held = any_ref();
                mem.reference = true;
                node(Op::Store, Type::Void, {ref, held})->mem = mem;
            } else {
                Node* held = node(Op::Load, Type::I64, {ref});
                held->mem = mem;
                any_ref() = held;
            }
            return;
        }
        if (pick(2)) {
            Node* value = node(Op::Load, Type::I64, {ref});
            value->mem = mem;
            any() = value;
        } else {
            node(Op::Store, Type::Void, {ref, operand()})->mem = mem;
        }
    }

    void statement(int depth) {
        if (pick(6) == 0) return object_access();
        switch (pick(depth > 0 ? 12 : 9)) {
            case 0:
            case 1:
            case 2:
            case 3: {
                Node* value = expression();
                any() = value;
                return;
            }
            case 4:
            case 5:
                return array_access();
            case 6:
                return object_access();
            case 7: {
                static constexpr Op kChecked[] = {Op::AddChecked, Op::SubChecked, Op::MulChecked,
                                                  Op::AddCheckedU};
                Node* value = guard(kChecked[pick(4)], Type::I64, {operand(), operand()});
                any() = value;
                return;
            }
            case 8: {
                const char* names[] = {"effect", "check", "pure"};
                Node* call = guard(Op::CallRuntime, Type::I64, {operand(), operand()});
                call->ptr = symbols().find(names[pick(3)]);
                any() = call;
                return;
            }
            case 9:
            case 10:
                return conditional(depth);
            default:
                return loop(depth);
        }
    }
    void statements(int depth, int count) {
        if (fueled_) guard(Op::Fuel, Type::Void, {})->imm = 1 + pick(9);
        for (int i = 0; i < count; ++i) statement(depth);
    }

    // ---- control flow ---------------------------------------------------------------------------------
    void edge(Block* from, Block* to) {
        from->succs.push_back(to);
        to->preds.push_back(from);
    }
    void jump(Block* to) {
        node(Op::Jump, Type::Void, {});
        edge(block_, to);
    }
    Node* condition() {
        if (pick(5) == 0) return any();
        static constexpr Op kCompare[] = {Op::Eq, Op::Ne, Op::Lt, Op::Le, Op::LtU};
        return node(kCompare[pick(5)], Type::I64, {operand(), operand()});
    }
    void branch(Node* on, Block* yes, Block* no) {
        node(Op::Branch, Type::Void, {on});
        edge(block_, yes);
        edge(block_, no);
    }
    // Phis of what differs at the ends of the block's predecessors.
    void join(Block* at, const std::vector<Values>& ends) {
        block_ = at;
        for (std::size_t v = 0; v < vars_.size(); ++v) {
            bool same = true;
            for (const Values& end : ends) same &= end[v] == ends[0][v];
            if (same) {
                vars_[v] = ends[0][v];
                continue;
            }
            Node* phi = node(Op::Phi, Type::I64, {});
            for (const Values& end : ends) graph_->add_input(phi, end[v]);
            vars_[v] = phi;
        }
    }

    void conditional(int depth) {
        Block *yes = graph_->new_block(), *no = graph_->new_block(), *after = graph_->new_block();
        branch(condition(), yes, no);
        const Values before = vars_;
        std::vector<Values> ends;
        block_ = yes;
        statements(depth - 1, 1 + pick(3));
        jump(after);
        ends.push_back(vars_);
        vars_ = before;
        block_ = no;
        if (pick(2)) statements(depth - 1, 1 + pick(3));
        jump(after);
        ends.push_back(vars_);
        join(after, ends);
    }

    // for i = start; i < bound; i += step, or a while loop; perhaps with a break.
    void loop(int depth) {
        Block* header = graph_->new_block();
        Node* start = pick(3) ? k(pick(4)) : any();
        Node* bound = operand();
        if (pick(2)) {
            bound = node(Op::Load, Type::I64,
                         {guard(Op::NullCheck, Type::I64, {params_[static_cast<std::size_t>(pick(3))]})});
            bound->mem.disp = 8;
        }
        Block* before = block_;
        jump(header);
        block_ = header;
        Node* counter = node(Op::Phi, Type::I64, {start});
        Values phis;
        for (Node* value : vars_) phis.push_back(node(Op::Phi, Type::I64, {value}));
        vars_ = phis;
        Block *body = graph_->new_block(), *leave = graph_->new_block(), *after = graph_->new_block();
        const bool counted = pick(4) != 0;
        if (pick(3) == 0) statement(0);
        branch(counted ? node(pick(3) ? Op::Lt : Op::Le, Type::I64, {counter, bound}) : condition(), body,
               leave);
        const Values at_header = vars_;
        std::vector<Values> exits{vars_};
        block_ = leave;
        jump(after);
        vars_ = at_header;
        block_ = body;
        const auto slot = static_cast<std::size_t>(pick(kInts));
        if (counted) vars_[slot] = counter;
        statements(depth - 1, 1 + pick(4));
        if (pick(3) == 0) {
            Block *stop = graph_->new_block(), *on = graph_->new_block();
            branch(condition(), stop, on);
            block_ = stop;
            jump(after);
            exits.push_back(vars_);
            block_ = on;
            statements(depth - 1, 1);
        }
        Node* next = node(Op::Add, Type::I64, {counter, k(1 + pick(2) * pick(2))});
        guard(Op::Poll, Type::Void, {});
        graph_->add_input(counter, next);
        for (std::size_t v = 0; v < vars_.size(); ++v) graph_->add_input(phis[v], vars_[v]);
        jump(header);
        (void)before;
        join(after, exits);
    }

    std::mt19937_64 random_;
    std::unique_ptr<Graph> graph_;
    bool fueled_ = false;  // instructions are counted
    Block* block_ = nullptr;
    Values vars_, params_;
    std::uintptr_t sites_ = 0;
};

}  // namespace

std::unique_ptr<Graph> random_graph(std::uint64_t seed) {
    return Generator(seed).run();
}

std::vector<std::int64_t> random_arguments(std::uint64_t variant, Memory& memory) {
    std::mt19937_64 random(variant * 77 + 1);
    std::vector<std::int64_t> arguments;
    for (int i = 0; i < kArrays; ++i) {
        const std::uint64_t length = random() % 8 == 0 ? random() % 4 : 4 + random() % 12;
        const std::int64_t array = memory.allocate_array(symbols().find("Array"), length);
        auto* words = reinterpret_cast<std::uint64_t*>(array);
        for (std::uint64_t w = 0; w < length; ++w) words[2 + w] = random() % 9;
        arguments.push_back(array);
    }
    if (random() % 4 == 0) arguments[1] = arguments[0];
    if (random() % 5 == 0) {
        arguments.push_back(0);
    } else {
        arguments.push_back(memory.allocate_object(symbols().find(random() % 2 ? "A" : "B")));
    }
    for (int i = 0; i < 3; ++i) arguments.push_back(static_cast<std::int64_t>(random() % 24) - 6);
    return arguments;
}

}  // namespace skua::jit::test
