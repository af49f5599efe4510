// Linked code to SSA: objects, fields, statics, arrays, bytes, type tests.
#include "build/builder.h"
#include "run/runtime_table.h"

namespace skua::jit {

using vm::Instr;
using vm::LOp;
using vm::Rep;

namespace {

constexpr std::uint32_t kMaxInlineElements = 16;  // of an array literal: beyond, C++ stores them
constexpr std::uint32_t kMaxInlineFill = 4;       // elements; leaves, too

MemRep mem_rep(Rep rep) {
    switch (rep) {
        case Rep::I8:
            return MemRep::I8;
        case Rep::U8:
            return MemRep::U8;
        case Rep::I16:
            return MemRep::I16;
        case Rep::U16:
            return MemRep::U16;
        case Rep::I32:
            return MemRep::I32;
        case Rep::W32:
            return MemRep::U32;
        default:
            return MemRep::W64;
    }
}

Mem field(MemRep rep, std::uint32_t offset, bool reference = false) {
    Mem mem;
    mem.rep = rep;
    mem.alias = Alias::Field;
    mem.reference = reference;
    mem.disp = static_cast<std::int32_t>(offset);
    mem.key = offset;
    return mem;
}

Mem element(MemRep rep, std::uint32_t stride, std::uint32_t offset, bool reference = false) {
    Mem mem;
    mem.rep = rep;
    mem.alias = Alias::Element;
    mem.reference = reference;
    mem.stride = stride;
    mem.disp = static_cast<std::int32_t>(sizeof(vm::Array) + offset);
    mem.key = std::uint64_t{stride} * 65536 + offset;
    return mem;
}

Mem bytes(MemRep rep, bool big_endian) {
    Mem mem;
    mem.rep = rep;
    mem.alias = Alias::Bytes;
    mem.byteswap = big_endian ? 1 : 0;
    mem.stride = 1;
    mem.disp = sizeof(vm::Array);
    return mem;
}

Mem static_slot(const void* address) {
    Mem mem;
    mem.alias = Alias::Static;
    mem.key = reinterpret_cast<std::uintptr_t>(address);
    return mem;
}

}  // namespace

// `offset`: of the value within the object.
void Builder::new_with_leaves(const vm::Class& cls, std::uint32_t first_register, std::uint32_t offset,
                              std::uint32_t result) {
    Vector<Node*> values;
    for (std::size_t i = 0; i < cls.element->leaves.size(); ++i)
        values.push_back(raw(first_register + static_cast<std::uint32_t>(i)));
    Node* object = new_object(cls);
    for (std::size_t i = 0; i < values.size(); ++i) {
        const vm::Leaf& leaf = cls.element->leaves[i];
        store(object, nullptr, field(mem_rep(leaf.rep), offset + leaf.offset, leaf.rep == Rep::Ref),
              values[i]);
    }
    set(result, object);
}

bool Builder::build_object(const Instr* pc, LOp op) {
    const std::uint32_t a = pc->a, b = pc->b, c = pc->c;
    const auto get_field = [&](MemRep rep) {
        Node* object = checked_reference(b);
        set(a, load(object, nullptr, field(rep, c)));
    };
    const auto put_field = [&](MemRep rep, bool reference = false) {
        Node* object = checked_reference(a);
        store(object, nullptr, field(rep, c, reference), raw(b));
    };
    const auto initialised = [&](bool check) {
        const auto* cls = static_cast<const vm::Class*>(pc[2].pointer);
        if (check && cls->init_state.load(std::memory_order_acquire) != vm::InitState::Done) {
            runtime(kEnsureInitialized, Type::I64, {pointer(cls)});
        }
    };
    switch (op) {
        case LOp::New: {
            set(a, new_object(*static_cast<const vm::Class*>(pc[1].pointer)));
            return true;
        }
        case LOp::Get8S:
            get_field(MemRep::I8);
            return true;
        case LOp::Get8U:
            get_field(MemRep::U8);
            return true;
        case LOp::Get16S:
            get_field(MemRep::I16);
            return true;
        case LOp::Get16U:
            get_field(MemRep::U16);
            return true;
        case LOp::Get32S:
            get_field(MemRep::I32);
            return true;
        case LOp::Get32U:
            get_field(MemRep::U32);
            return true;
        case LOp::Get64:
            get_field(MemRep::W64);
            return true;
        case LOp::Put8:
            put_field(MemRep::U8);
            return true;
        case LOp::Put16:
            put_field(MemRep::U16);
            return true;
        case LOp::Put32:
            put_field(MemRep::U32);
            return true;
        case LOp::Put64:
            put_field(MemRep::W64);
            return true;
        case LOp::PutRef:
            put_field(MemRep::W64, true);
            return true;
        case LOp::NullCheck:
            (void)checked_reference(b);
            return true;
        case LOp::SGetInit:
        case LOp::SGet:
            initialised(op == LOp::SGetInit);
            set(a, load(pointer(pc[1].pointer), nullptr, static_slot(pc[1].pointer)));
            return true;
        case LOp::SPutInit:
        case LOp::SPut: {
            initialised(op == LOp::SPutInit);
            store(pointer(pc[1].pointer), nullptr, static_slot(pc[1].pointer), raw(b));
            return true;
        }
        case LOp::Is: {
            Node* is = node(Op::Is, Type::I64, {get(b)});
            is->ptr = pc[1].pointer;
            set(a, is);
            return true;
        }
        case LOp::CastCheck: {
            Node* checked = guard(Op::CastCheck, Type::I64, {get(b)}, 0, pc[1].pointer);
            set(b, checked);
            return true;
        }
        case LOp::BoxNew:
            new_with_leaves(*static_cast<const vm::Class*>(pc[1].pointer), b, sizeof(vm::Object), a);
            return true;
        case LOp::ClosureNew: {
            const auto* cls = static_cast<const vm::Class*>(pc[1].pointer);
            Vector<Node*> captures;
            for (std::uint32_t i = 0; i < c; ++i) captures.push_back(raw(b + i));
            Node* closure = new_object(*cls);
            for (std::uint32_t i = 0; i < c; ++i) {
                // Which captures are references is in the class's descriptor only: all go through the
                // barrier.
                const auto offset = static_cast<std::uint32_t>(sizeof(vm::Object) + 8 * i);
                Node* bits = as(captures[i], Type::I64);
                store(closure, nullptr, field(MemRep::W64, offset, true), bits);
            }
            set(a, closure);
            return true;
        }
        default:
            return false;
    }
}

// The index, known to be inside.
Node* Builder::element_index(Node* array, std::uint32_t index_register) {
    Node* length = load(array, nullptr, constant_word(8));
    Node* index = guard(Op::BoundsCheck, Type::I64, {get(index_register), length});
    return index;
}

void Builder::call_on_window(const RuntimeEntry& entry, std::uint32_t window, std::uint32_t count,
                             const void* aux) {
    Vector<Node*> inputs;
    for (std::uint32_t i = 0; i < count; ++i) inputs.push_back(get(window + i));
    runtime(entry, Type::I64, inputs, aux);
}

// Few elements are stored one by one: lists are cleared and cut short all the time. C++ fills more, and says
// what is wrong with a range.
void Builder::fill_array(const vm::Class& cls, std::uint32_t window) {
    const vm::Layout& layout = *cls.element;
    Node *array = get(window), *from = get(window + 1), *to = get(window + 2);
    Block* call = new_block(8);  // more than can arrive: sealed below
    Block* done = new_block(8);
    if (layout.leaves.size() <= kMaxInlineFill) {
        const auto go_on_if = [&](Node* condition, Block* otherwise) {
            Block* next = new_block(1);
            branch(condition, next, otherwise);
            block_ = next;
        };
        if (!known_not_null(array)) go_on_if(node(Op::Ne, Type::I64, {array, i64(0)}), call);
        Node* length = load(array, nullptr, constant_word(8));
        go_on_if(node(Op::LeU, Type::I64, {to, length}), call);
        go_on_if(node(Op::LeU, Type::I64, {from, to}), call);
        Node* index = from;
        for (std::uint32_t i = 0; i < kMaxInlineFill; ++i) {
            go_on_if(node(Op::Ne, Type::I64, {index, to}), done);
            for (std::uint32_t k = 0; k < layout.leaves.size(); ++k) {
                const vm::Leaf& leaf = layout.leaves[k];
                store(array, index,
                      element(mem_rep(leaf.rep), layout.size, leaf.offset, leaf.rep == Rep::Ref),
                      raw(window + 3 + k));
            }
            index = node(Op::Add, Type::I64, {index, i64(1)});
        }
        branch(node(Op::Eq, Type::I64, {index, to}), done, call);
    } else {
        jump(call);
    }
    block_ = call;
    seal(call);
    call_on_window(kArrayFill, window, 3 + layout.slots(), &cls);
    jump(done);
    block_ = done;
    seal(done);
}

bool Builder::build_array(const Instr* pc, LOp op) {
    const std::uint32_t a = pc->a, b = pc->b, c = pc->c;
    const auto aget = [&](MemRep rep) {
        Node* array = checked_reference(b);
        Node* index = element_index(array, c);
        set(a, load(array, index, element(rep, mem_size(rep), 0)));
    };
    const auto aput = [&](MemRep rep, bool reference = false) {
        Node* array = checked_reference(a);
        Node* index = element_index(array, b);
        store(array, index, element(rep, mem_size(rep), 0, reference), raw(c));
    };
    const auto eget = [&](MemRep rep) {
        Node* array = checked_reference(b);
        Node* index = element_index(array, c);
        set(a, load(array, index, element(rep, pc[1].lo, pc[1].hi)));
    };
    const auto eput = [&](MemRep rep, bool reference = false) {
        Node* array = checked_reference(a);
        Node* index = element_index(array, b);
        store(array, index, element(rep, pc[1].lo, pc[1].hi, reference), raw(c));
    };
    const auto byte_index = [&](Node* array, std::uint32_t r, MemRep rep) {
        Node* length = load(array, nullptr, constant_word(8));
        return guard(Op::BytesCheck, Type::I64, {get(r), length}, mem_size(rep));
    };
    const auto bget = [&](MemRep rep, bool big) {
        Node* array = checked_reference(b);
        Node* index = byte_index(array, c, rep);
        set(a, load(array, index, bytes(rep, big)));
    };
    const auto bput = [&](MemRep rep, bool big) {
        Node* array = checked_reference(a);
        Node* index = byte_index(array, b, rep);
        store(array, index, bytes(rep, big), get(c));
    };
    // The class is an operand of the instruction: what it says of elements holds for the array.
    switch (op) {
        case LOp::ANew: {
            set(a, new_array(*static_cast<const vm::Class*>(pc[1].pointer), get(b)));
            return true;
        }
        case LOp::ALit: {
            const auto* cls = static_cast<const vm::Class*>(pc[1].pointer);
            const std::uint32_t leaves = cls->element->slots();
            Vector<Node*> values;
            for (std::uint32_t i = 0; i < c * leaves; ++i) values.push_back(raw(b + i));
            if (values.size() > kMaxInlineElements) {
                for (Node*& value : values) value = as(value, Type::I64);
                values.insert(values.begin(), i64(c));
                set(a, runtime(kArrayOf, Type::I64, values, cls));
                return true;
            }
            Node* array = new_array(*cls, i64(c));
            for (std::uint32_t i = 0; i < values.size(); ++i) {
                const vm::Leaf& leaf = cls->element->leaves[i % leaves];
                Mem mem = element(mem_rep(leaf.rep), cls->element->size, leaf.offset, leaf.rep == Rep::Ref);
                mem.disp += static_cast<std::int32_t>(i / leaves * cls->element->size);
                store(array, nullptr, mem, values[i]);
            }
            set(a, array);
            return true;
        }
        case LOp::ALen: {
            Node* array = checked_reference(b);
            set(a, load(array, nullptr, constant_word(8)));
            return true;
        }
        case LOp::AGet8S:
            aget(MemRep::I8);
            return true;
        case LOp::AGet8U:
            aget(MemRep::U8);
            return true;
        case LOp::AGet16S:
            aget(MemRep::I16);
            return true;
        case LOp::AGet16U:
            aget(MemRep::U16);
            return true;
        case LOp::AGet32S:
            aget(MemRep::I32);
            return true;
        case LOp::AGet32U:
            aget(MemRep::U32);
            return true;
        case LOp::AGet64:
            aget(MemRep::W64);
            return true;
        case LOp::APut8:
            aput(MemRep::U8);
            return true;
        case LOp::APut16:
            aput(MemRep::U16);
            return true;
        case LOp::APut32:
            aput(MemRep::U32);
            return true;
        case LOp::APut64:
            aput(MemRep::W64);
            return true;
        case LOp::APutRef:
            aput(MemRep::W64, true);
            return true;
        case LOp::EGet8S:
            eget(MemRep::I8);
            return true;
        case LOp::EGet8U:
            eget(MemRep::U8);
            return true;
        case LOp::EGet16S:
            eget(MemRep::I16);
            return true;
        case LOp::EGet16U:
            eget(MemRep::U16);
            return true;
        case LOp::EGet32S:
            eget(MemRep::I32);
            return true;
        case LOp::EGet32U:
            eget(MemRep::U32);
            return true;
        case LOp::EGet64:
            eget(MemRep::W64);
            return true;
        case LOp::EPut8:
            eput(MemRep::U8);
            return true;
        case LOp::EPut16:
            eput(MemRep::U16);
            return true;
        case LOp::EPut32:
            eput(MemRep::U32);
            return true;
        case LOp::EPut64:
            eput(MemRep::W64);
            return true;
        case LOp::EPutRef:
            eput(MemRep::W64, true);
            return true;
        case LOp::ACopy:
            call_on_window(kArrayCopy, b, 5, pc[1].pointer);
            return true;
        case LOp::AFill:
            fill_array(*static_cast<const vm::Class*>(pc[1].pointer), b);
            return true;
#define BYTES(S, big)           \
    case LOp::BGet16S##S:       \
        bget(MemRep::I16, big); \
        return true;            \
    case LOp::BGet16U##S:       \
        bget(MemRep::U16, big); \
        return true;            \
    case LOp::BGet32S##S:       \
        bget(MemRep::I32, big); \
        return true;            \
    case LOp::BGet32U##S:       \
        bget(MemRep::U32, big); \
        return true;            \
    case LOp::BGet64##S:        \
        bget(MemRep::W64, big); \
        return true;            \
    case LOp::BPut16##S:        \
        bput(MemRep::U16, big); \
        return true;            \
    case LOp::BPut32##S:        \
        bput(MemRep::U32, big); \
        return true;            \
    case LOp::BPut64##S:        \
        bput(MemRep::W64, big); \
        return true;
            BYTES(Le, false)
            BYTES(Be, true)
#undef BYTES
        default:
            return false;
    }
}

bool Builder::build_text(const Instr* pc, LOp op) {
    const std::uint32_t a = pc->a, b = pc->b, c = pc->c;
    const auto slots_of = [](const void* type) {
        return static_cast<const vm::Type*>(type)->layout.load(std::memory_order_acquire);
    };
    const auto append = [&](Vector<Node*>& inputs, std::uint32_t first, std::uint32_t count) {
        for (std::uint32_t i = 0; i < count; ++i) inputs.push_back(get(first + i));
    };
    Vector<Node*> inputs;
    switch (op) {
        case LOp::StrLen:
            set(a, load(checked_reference(b), nullptr, constant_word(8, MemRep::U32)));
            return true;
        case LOp::StrByte: {
            Node* string = checked_reference(b);
            Node* length = load(string, nullptr, constant_word(8, MemRep::U32));
            Node* index = guard(Op::BoundsCheck, Type::I64, {get(c), length});
            Mem mem = constant_word(sizeof(vm::String), MemRep::U8);
            mem.stride = 1;
            set(a, load(string, index, mem));
            return true;
        }
        case LOp::StrConcat:
            append(inputs, b, c);
            set(a, runtime(kConcat, Type::I64, inputs, reinterpret_cast<const void*>(std::uintptr_t{c})));
            return true;
        case LOp::StrEq:
            set(a, strings_equal(get(b), get(c)));
            return true;
        case LOp::StrHash:
            set(a, runtime(kStringHash, Type::I64, {checked_reference(b)}));
            return true;
        case LOp::IntHash: {  // int_hash of the machine's runtime.h
            const auto mix = [&](Node* x) {
                return node(Op::Xor, Type::I64, {x, node(Op::ShrU, Type::I64, {x, i64(33)})});
            };
            Node* x = mix(get(b));
            x = mix(node(Op::Mul, Type::I64, {x, i64(static_cast<std::int64_t>(0xFF51AFD7ED558CCDull))}));
            x = mix(node(Op::Mul, Type::I64, {x, i64(static_cast<std::int64_t>(0xC4CEB9FE1A85EC53ull))}));
            set(a, node(Op::ShrU, Type::I64, {x, i64(1)}));
            return true;
        }
        case LOp::IntToStr:
            set(a, runtime(kIntText, Type::I64, {get(b)}));
            return true;
        case LOp::FToStr:
            set(a, runtime(kFloatText, Type::I64, {get(b)}));
            return true;
        case LOp::ToStr:
        case LOp::HashOf:
        case LOp::EqualsOf: {
            const vm::Layout* layout = slots_of(pc[1].pointer);
            if (!layout) {
                failed_ = true;
                result_.why_not = "a type's layout is not known";
                return true;
            }
            if (op == LOp::EqualsOf && build_equality(*static_cast<const vm::Type*>(pc[1].pointer), a, b, c))
                return true;
            if (failed_) return true;
            append(inputs, b, layout->slots());
            if (op == LOp::EqualsOf) append(inputs, c, layout->slots());
            const RuntimeEntry& entry = op == LOp::ToStr ? kTextOf : op == LOp::HashOf ? kHashOf : kEqualsOf;
            set(a, runtime(entry, Type::I64, inputs, pc[1].pointer));
            return true;
        }
        default:
            return false;
    }
}

}  // namespace skua::jit
