// Linked code to SSA: == of references and of strings. Values of other types are compared by the machine.
#include <algorithm>
#include <bit>
#include <cstring>

#include "build/builder.h"
#include "ir/literals.h"
#include "run/machine_offsets.h"
#include "run/runtime_table.h"
#include "skua/vm/object.h"
#include "skua/vm/tier_support.h"

namespace skua::jit {
namespace {

constexpr std::size_t kMaxComparedHere = 16;  // bytes of a literal

}  // namespace

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

// Whether a string of the same length has these bytes: a few words, the last of which may reach back into the
// one before.
Node* Builder::has_text(Node* string, std::string_view text) {
    Node* differs = i64(0);
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t left = text.size() - at, above = std::bit_ceil(left);
        std::size_t width = std::min<std::size_t>(std::bit_floor(left), 8);
        if (above <= 8 && above <= text.size()) {
            width = above;
            at = text.size() - width;
        }
        std::uint64_t word = 0;
        std::memcpy(&word, text.data() + at, width);
        const MemRep rep = width == 8   ? MemRep::W64
                           : width == 4 ? MemRep::U32
                           : width == 2 ? MemRep::U16
                                        : MemRep::U8;
        Node* found =
            load(string, nullptr, constant_word(static_cast<std::int32_t>(sizeof(vm::String) + at), rep));
        Node* bits = node(Op::Xor, Type::I64, {found, i64(static_cast<std::int64_t>(word))});
        differs = node(Op::Or, Type::I64, {differs, bits});
        at += width;
    }
    return node(Op::Eq, Type::I64, {differs, i64(0)});
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
    const Mem length = constant_word(sizeof(vm::Object), MemRep::U32);
    decide(node(Op::Ne, Type::I64, {load(a, nullptr, length), load(b, nullptr, length)}), 0, result, join);
    const auto* literal = static_cast<const vm::String*>(literal_of(b));
    Node* other = a;
    if (!literal) {
        literal = static_cast<const vm::String*>(literal_of(a));
        other = b;
    }
    set(result, literal && literal->length <= kMaxComparedHere ? has_text(other, literal->view())
                                                               : runtime(kStringsEqual, Type::I64, {a, b}));
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
