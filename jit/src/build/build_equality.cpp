// Linked code to SSA: == of references and of strings. Values of other types are compared by the machine.
#include "build/builder.h"
#include "run/machine_offsets.h"
#include "run/runtime_table.h"
#include "skua/vm/tier_support.h"

namespace skua::jit {

// Where the condition holds, the comparison is decided.
void Builder::decide(Node* condition, std::int64_t value, std::uint32_t result, Block* join) {
    Block* decided = new_block(1);
    Block* open = new_block(1);
    branch(condition, decided, open);
    block_ = decided;
    set(result, i64(value));
    jump(join);
    block_ = open;
}

// Most strings that are compared differ in length, or are one.
Node* Builder::strings_equal(Node* a, Node* b) {
    // Behind the frame nothing is alive.
    const std::uint32_t result = frame_->body->function->frame_slots.load(std::memory_order_relaxed);
    Block* join = new_block(8);  // more than can arrive: sealed below
    decide(node(Op::Eq, Type::I64, {a, b}), 1, result, join);
    for (Node* side : {a, b}) {
        if (!known_not_null(side)) decide(node(Op::Eq, Type::I64, {side, i64(0)}), 0, result, join);
    }
    Mem length;
    length.disp = sizeof(vm::Object);
    length.rep = MemRep::U32;
    decide(node(Op::Ne, Type::I64, {load(a, nullptr, length), load(b, nullptr, length)}), 0, result, join);
    set(result, runtime(kStringsEqual, Type::I64, {a, b}));
    jump(join);
    block_ = join;
    seal(join);
    return get(result);
}

// The same object, or the class's own `equals`, called as any function is: an enum's is a few type tests.
bool Builder::build_equality(const vm::Type& type, std::uint32_t result, std::uint32_t left,
                             std::uint32_t right) {
    const vm::EqualityTarget target = vm::equality_target(type);
    if (target.kind == vm::EqualityTarget::Kind::Unknown) return false;
    Node* a = get(left);
    Node* b = get(right);
    if (target.kind == vm::EqualityTarget::Kind::Identity) {
        set(result, node(Op::Eq, Type::I64, {a, b}));
        return true;
    }
    Block* join = new_block(8);  // more than can arrive: sealed below
    decide(node(Op::Eq, Type::I64, {a, b}), 1, result, join);
    for (Node* side : {a, b}) {
        // Whatever the type says: all that has not been assigned yet is null.
        if (!known_not_null(side)) decide(node(Op::Eq, Type::I64, {side, i64(0)}), 0, result, join);
    }
    // A subclass may have an `equals` of its own, for its own type.
    Block* same = new_block(1);
    Block* other = new_block(1);
    Mem method;
    method.alias = Alias::Static;  // set once, perhaps only now
    method.key = reinterpret_cast<std::uintptr_t>(target.method);
    method.disp = offset::kEqualsMethod;
    Node* found = load(load(a, nullptr, Mem{}), nullptr, method);
    branch(node(Op::Eq, Type::I64, {found, pointer(target.method)}), same, other);
    block_ = other;
    set(result, runtime(kEqualsOf, Type::I64, {a, b}, &type));
    jump(join);
    block_ = same;
    // Behind the frame nothing is alive.
    const std::uint32_t window = frame_->body->function->frame_slots.load(std::memory_order_relaxed);
    set(window, a);
    set(window + 1, b);
    if (!call_function(*target.method, window, result)) return !failed_;
    if (block_) jump(join);
    block_ = join;
    seal(join);
    return true;
}

}  // namespace skua::jit
