// Linked code to SSA: the instructions that stand for several. Each is taken apart again.
#include "build/builder.h"

namespace skua::jit {

using vm::Instr;
using vm::LOp;

namespace {

Mem field64(std::uint32_t offset) {
    Mem mem;
    mem.rep = MemRep::W64;
    mem.alias = Alias::Field;
    mem.disp = static_cast<std::int32_t>(offset);
    mem.key = offset;
    return mem;
}

}  // namespace

bool Builder::build_fused(const Instr* pc, LOp op) {
    const std::uint32_t a = pc->a, b = pc->b, c = pc->c;
    const auto count = [&](Node* bound) {
        Node* next = node(Op::Add, Type::I64, {get(a), i64(1)});
        set(a, next);
        Block* taken = target(pc->sc(), true);
        branch(node(Op::Lt, Type::I64, {next, bound}), taken, target(1, false));
    };
    const auto product = [&] { return node(Op::FMul, Type::F64, {getf(b), getf(c)}); };
    const auto update = [&](std::uint32_t offset, auto&& change) {
        Node* object = checked_reference(a);
        Node* old = load(object, nullptr, field64(offset));
        store(object, nullptr, field64(offset), change(old));
    };
    const auto update_float = [&](Op o, std::uint32_t offset, Node* by) {
        update(offset, [&](Node* old) { return node(o, Type::F64, {as(old, Type::F64), by}); });
    };
    const auto array_in_field = [&](std::uint32_t offset) {
        Node* array = load(checked_reference(b), nullptr, field64(offset));
        return known_not_null(array) ? array : guard(Op::NullCheck, Type::I64, {array});
    };
    switch (op) {
        case LOp::IncJLtL:
            count(get(b));
            return true;
        case LOp::IncJLtKL:
            count(i64(pc->sb()));
            return true;
        case LOp::MulAdd:
            set(a, node(Op::Add, Type::I64, {get(pc[1].op), node(Op::Mul, Type::I64, {get(b), get(c)})}));
            return true;
        case LOp::MulAddF:
            set(a, node(Op::FAdd, Type::F64, {getf(pc[1].op), product()}));
            return true;
        case LOp::MulSubF:
            set(a, node(Op::FSub, Type::F64, {getf(pc[1].op), product()}));
            return true;
        case LOp::PutAdd:
            update(c, [&](Node* old) { return node(Op::Add, Type::I64, {old, get(b)}); });
            return true;
        case LOp::PutAddK:
            update(c, [&](Node* old) { return node(Op::Add, Type::I64, {old, i64(pc->sb())}); });
            return true;
        case LOp::PutAddF:
            update_float(Op::FAdd, c, getf(b));
            return true;
        case LOp::PutSubF:
            update_float(Op::FSub, c, getf(b));
            return true;
        case LOp::PutMulAddF:
            update_float(Op::FAdd, pc[1].op, product());
            return true;
        case LOp::PutMulSubF:
            update_float(Op::FSub, pc[1].op, product());
            return true;
        case LOp::FieldAGet64: {
            Node* array = array_in_field(pc[1].op);
            Node* index = element_index(array, c);
            Mem mem;
            mem.rep = MemRep::W64;
            mem.alias = Alias::Element;
            mem.stride = sizeof(vm::Slot);
            mem.disp = static_cast<std::int32_t>(sizeof(vm::Array));
            mem.key = std::uint64_t{mem.stride} * 65536;
            set(a, load(array, index, mem));
            return true;
        }
        case LOp::FieldALen: {
            Mem length;
            length.rep = MemRep::W64;
            length.disp = 8;
            set(a, load(array_in_field(c), nullptr, length));
            return true;
        }
        case LOp::Get64x2: {
            Node* first = load(checked_reference(b), nullptr, field64(pc[1].a));
            Node* second = load(checked_reference(c), nullptr, field64(pc[1].b));
            set(a, first);
            set(pc[1].op, second);
            return true;
        }
        default:
            return false;
    }
}

}  // namespace skua::jit
