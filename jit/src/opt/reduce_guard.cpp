// Guards that cannot fail, accesses with simpler addresses, what fresh objects are known to contain.
#include <limits>

#include "ir/literals.h"
#include "opt/constants.h"
#include "opt/facts.h"
#include "opt/reducer.h"
#include "skua/vm/class.h"

namespace skua::jit {
namespace {

// Whether an object of exactly `cls` passes a test for `target`: 1, 0, or -1 if that takes more than
// the hierarchy of classes.
int is_instance(const vm::Class* cls, const vm::Class* target) {
    if (cls == target) return 1;
    if (cls->kind != vm::ClassKind::Object || target->kind != vm::ClassKind::Object) return -1;
    return target->depth < cls->display.size() && cls->display[target->depth] == target;
}

const vm::Class* class_of_new(const Node* n) {
    while (n->op == Op::NullCheck || n->op == Op::CastCheck) n = n->in(0);
    return n->op == Op::New || n->op == Op::NewArray ? static_cast<const vm::Class*>(n->ptr) : nullptr;
}

}  // namespace

Node* Reducer::reduce_guard(Node* n) {
    Node* x = n->in(0);
    switch (n->op) {
        case Op::NullCheck:
            return is_not_null(x) ? x : nullptr;
        case Op::CastCheck:
            if (x->is_const(0)) return x;
            if (x->op == Op::CastCheck && x->ptr == n->ptr) return x;
            if (const vm::Class* cls = class_of_new(x)) {
                if (is_instance(cls, static_cast<const vm::Class*>(n->ptr)) == 1) return x;
            }
            return nullptr;
        case Op::DivCheck:
            return x->op == Op::DivCheck ? x : nullptr;
        case Op::BoundsCheck: {
            if (x->op == Op::BoundsCheck && x->in(1) == n->in(1)) return x;
            if (n->in(1)->is_const() && max_unsigned(x) < static_cast<std::uint64_t>(n->in(1)->imm)) return x;
            return nullptr;
        }
        case Op::CharCheck:
            return x->op == Op::CharCheck || max_unsigned(x) < 0xD800 ? x : nullptr;
        case Op::AddChecked:
        case Op::AddCheckedU:
            if (x->is_const()) std::swap(n->inputs[0], n->inputs[1]);
            return n->in(1)->is_const(0) ? n->in(0) : nullptr;
        case Op::SubChecked:
        case Op::SubCheckedU:
            return n->in(1)->is_const(0) ? x : nullptr;
        case Op::MulChecked:
        case Op::MulCheckedU:
            if (x->is_const()) std::swap(n->inputs[0], n->inputs[1]);
            if (n->in(1)->is_const(0)) return n->in(1);
            return n->in(1)->is_const(1) ? n->in(0) : nullptr;
        default:
            return nullptr;
    }
}

Node* Reducer::reduce_memory(Node* n) {
    if (n->op == Op::Is) {
        Node* x = n->in(0);
        if (x->is_const()) return i64(0);  // not null, it is no reference: nobody comes here
        if (const vm::Class* cls = class_of_new(x)) {
            const int is = is_instance(cls, static_cast<const vm::Class*>(n->ptr));
            if (is >= 0) return i64(is);
        }
        return nullptr;
    }
    // base + (i + c) * stride + disp; the machine's addresses wrap as the numbers do.
    const std::uint32_t indexed = n->op == Op::Load ? 2 : 3;
    const auto displace = [&](std::int64_t c) {
        constexpr std::int64_t kLimit = std::int64_t{1} << 30;
        if (c < -kLimit || c > kLimit) return false;
        const std::int64_t disp = c * n->mem.stride + n->mem.disp;
        if (disp < -kLimit || disp > kLimit) return false;
        n->mem.disp = static_cast<std::int32_t>(disp);
        changed_ = true;
        return true;
    };
    if (n->input_count == indexed) {
        Node* index = n->in(1);
        if (index->op == Op::Add && index->in(1)->is_const() && displace(index->in(1)->imm)) {
            n->inputs[1] = index->in(0);
        } else if (const Node* k = behind_guards(index); k->is_const() && displace(k->imm)) {
            // The guard dominates the access whether or not it is an input.
            n->inputs[1] = n->inputs[n->input_count - 1];
            --n->input_count;
        }
    }
    if (n->op == Op::Store) {
        // Only low bits are stored.
        Node*& value = n->inputs[n->input_count - 1];
        const auto size = mem_size(n->mem.rep);
        if (size == 4 && n->mem.rep != MemRep::F32 && (value->op == Op::SExt || value->op == Op::ZExt)) {
            value = value->in(0);
            changed_ = true;
        }
        while ((size <= 2 && (value->op == Op::ZExt16 || value->op == Op::SExt16)) ||
               (size == 1 && (value->op == Op::ZExt8 || value->op == Op::SExt8))) {
            value = value->in(0);
            changed_ = true;
        }
        return nullptr;
    }
    if (const auto length = literal_length(n, behind_guards(n->in(0)))) return i64(*length);
    if (n->mem.alias == Alias::Constant && n->input_count == 1 && n->type == Type::I64 &&
        n->mem.rep == MemRep::W64) {
        Node* object = n->in(0);
        while (object->op == Op::NullCheck || object->op == Op::CastCheck) object = object->in(0);
        if (object->op == Op::NewArray && n->mem.disp == 8) return object->in(0);
        if (n->mem.disp == 0 && (object->op == Op::New || object->op == Op::NewArray))
            return i64(static_cast<std::int64_t>(reinterpret_cast<std::uintptr_t>(object->ptr)));
    }
    return nullptr;
}

}  // namespace skua::jit
