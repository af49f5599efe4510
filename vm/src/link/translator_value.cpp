// Moves, structs and tuples, nullable values, boxes, casts, universal operations.
#include "link/translator.h"
#include "link/translator_operands.h"

namespace skua::vm {

namespace {
constexpr std::uint32_t kPayload = sizeof(Object);  // a box's value

bool is_reference_layout(const Layout& layout) {
    return layout.slots() == 1 && layout.leaves[0].rep == Rep::Ref;
}

// How two values of one leaf of this type are compared; Count if that is no single instruction.
LOp leaf_equality(const Type* type) {
    if (type->kind == TypeKind::F64) return LOp::EqF;
    if (type->kind == TypeKind::F32) return LOp::EqF32;
    if (classfile::is_primitive(type->kind)) return LOp::Eq;
    // Null is equal to itself alone, which is what comparing texts does with it, too.
    const Type* text = type->kind == TypeKind::Nullable ? type->elem() : type;
    return text->kind == TypeKind::String ? LOp::StrEq : LOp::Count;
}

// Of values with more leaves, most differ in the first ones: the machine stops there.
constexpr std::size_t kMaxInlineLeaves = 4;

// The comparisons of a value's leaves, if they are few and nothing but them decides whether two values are
// equal: no struct in it has an `equals` of its own. Trouble is left for the instruction to tell when it
// runs.
bool equality_of_leaves(Vm& vm, const Type* type, std::vector<LOp>& leaves) {
    if (const LOp op = leaf_equality(type); op != LOp::Count) {
        leaves.push_back(op);
        return leaves.size() <= kMaxInlineLeaves;
    }
    if (type->kind == TypeKind::Named) {
        auto def = Loader::resolve(type);
        if (!def || (*def)->kind != classfile::DeclKind::Struct) return false;
        auto cls = box_class_of(vm, type);
        if (!cls || !resolve_universal(vm, **cls) || (*cls)->equals_method.load(std::memory_order_acquire))
            return false;
    } else if (type->kind != TypeKind::Tuple) {
        return false;
    }
    auto layout = layout_of(vm.types(), type);
    if (!layout) return false;
    for (const Type* component : (*layout)->components)
        if (!equality_of_leaves(vm, component, leaves)) return false;
    return true;
}

}  // namespace

Result<void> Translator::translate_value(const Instruction& in, bool& handled) {
    handled = true;
    switch (in.op) {
        case Op::Move: {
            std::int64_t k = 0;
            if (immediate(in, 1, k)) {
                out_.emit_load(slot(in, 0), k);
            } else {
                emit_move(slot(in, 0), slot(in, 1), reg(in, 0).layout->slots());
            }
            return {};
        }
        case Op::ConstNull:
        case Op::Default: {
            const std::uint32_t n = reg(in, 0).layout->slots();
            if (n == 1) {
                out_.emit_load(slot(in, 0), 0);
            } else {
                out_.emit(LOp::Zero, slot(in, 0), n, 0);
            }
            return {};
        }
        case Op::Pack: {
            std::uint32_t at = slot(in, 0);
            for (std::int64_t r : code_.regs(in, 1)) {
                const RegInfo& part = regs_[static_cast<std::size_t>(r)];
                emit_move(at, slot_of(part), part.layout->slots());
                at += part.layout->slots();
            }
            return {};
        }
        case Op::Extract: {
            auto path = resolve_path(static_cast<classfile::FieldIndex>(operand(in, 2)), PathRoot::Value);
            if (!path) return std::move(path).error();
            emit_move(slot(in, 0), slot(in, 1) + path->leaf, path->layout->slots());
            return {};
        }
        case Op::Insert: {
            auto path = resolve_path(static_cast<classfile::FieldIndex>(operand(in, 1)), PathRoot::Value);
            if (!path) return std::move(path).error();
            emit_move(slot(in, 0) + path->leaf, slot(in, 2), path->layout->slots());
            return {};
        }
        case Op::Wrap: {
            std::int64_t k = 0;
            const bool constant = immediate(in, 1, k);
            const std::uint32_t dst = slot(in, 0);
            if (is_reference_layout(*reg(in, 0).layout)) {
                emit_move(dst, slot(in, 1), 1);
                return {};
            }
            out_.emit_load(dst, 1);
            if (constant) {
                out_.emit_load(dst + 1, k);
            } else {
                emit_move(dst + 1, slot(in, 1), reg(in, 1).layout->slots());
            }
            return {};
        }
        case Op::Unwrap: {
            const std::uint32_t src = slot(in, 1);
            out_.emit(LOp::NullCheck, 0, src, 0);
            const bool same = is_reference_layout(*reg(in, 1).layout);
            emit_move(slot(in, 0), same ? src : src + 1, reg(in, 0).layout->slots());
            return {};
        }
        case Op::IsNull:
            out_.emit(LOp::EqK, slot(in, 0), slot(in, 1), 0);
            return {};
        case Op::Equals: {
            const Type* type = reg(in, 1).type;
            const std::uint32_t a = slot(in, 1), b = slot(in, 2);
            std::vector<LOp> leaves;
            if (!equality_of_leaves(vm_, type, leaves) || leaves.empty()) {
                // The compiled tier asks how objects of the type are compared, perhaps before this has run.
                const Type* object = type->kind == TypeKind::Nullable ? type->elem() : type;
                if (object->kind == TypeKind::Named) {
                    if (auto cls = class_of(vm_, object); cls && (*cls)->kind == ClassKind::Object)
                        (void)resolve_universal(vm_, **cls);
                }
                out_.emit_pointer(LOp::EqualsOf, slot(in, 0), a, b, type);
                return {};
            }
            // The result may be in the window as well, for a later call: it is written last.
            need_window(2);
            const std::uint32_t last = static_cast<std::uint32_t>(leaves.size()) - 1;
            for (std::uint32_t i = 0; i <= last; i++) {
                const std::uint32_t so_far = last == 0 ? slot(in, 0) : i == 0 ? window_ : window_ + 1;
                out_.emit(leaves[i], so_far, a + i, b + i);
                if (i > 0) out_.emit(LOp::And, i == last ? slot(in, 0) : window_, window_, window_ + 1);
            }
            return {};
        }
        case Op::Hash: {
            const Type* type = reg(in, 1).type;
            const bool integer = classfile::is_primitive(type->kind) && type->kind != TypeKind::F32 &&
                                 type->kind != TypeKind::F64;
            if (integer) {
                out_.emit(LOp::IntHash, slot(in, 0), slot(in, 1), 0);
            } else if (type->kind == TypeKind::String) {
                out_.emit(LOp::StrHash, slot(in, 0), slot(in, 1), 0);
            } else {
                out_.emit_pointer(LOp::HashOf, slot(in, 0), slot(in, 1), 0, type);
            }
            return {};
        }
        case Op::ToStr: {
            const Type* type = reg(in, 1).type;
            switch (type->kind) {
                case TypeKind::I8:
                case TypeKind::I16:
                case TypeKind::I32:
                case TypeKind::I64:
                case TypeKind::U8:
                case TypeKind::U16:
                    out_.emit(LOp::IntToStr, slot(in, 0), slot(in, 1), 0);
                    return {};
                case TypeKind::F64:
                    out_.emit(LOp::FToStr, slot(in, 0), slot(in, 1), 0);
                    return {};
                case TypeKind::String:
                    out_.emit(LOp::NullCheck, 0, slot(in, 1), 0);
                    emit_move(slot(in, 0), slot(in, 1), 1);
                    return {};
                default:
                    out_.emit_pointer(LOp::ToStr, slot(in, 0), slot(in, 1), 0, type);
                    return {};
            }
        }
        case Op::Is: {
            auto type = close_index(static_cast<classfile::TypeIndex>(operand(in, 2)));
            if (!type) return std::move(type).error();
            auto cls = test_class_of(vm_, *type);
            if (!cls) return std::move(cls).error();
            out_.emit_pointer(LOp::Is, slot(in, 0), slot(in, 1), 0, *cls);
            return {};
        }
        case Op::Cast: {
            const RegInfo& dst = reg(in, 0);
            const std::uint32_t src = slot(in, 1);
            const bool nullable = dst.type->kind == TypeKind::Nullable;
            auto cls = test_class_of(
                vm_, nullable && is_reference_layout(*dst.layout) ? dst.type->elem() : dst.type);
            if (!cls) return std::move(cls).error();
            if (!nullable) out_.emit(LOp::NullCheck, 0, src, 0);
            out_.emit_pointer(LOp::CastCheck, 0, src, 0, *cls);
            if ((*cls)->kind == ClassKind::Box) {
                emit_leaves_get(*dst.layout, slot_of(dst), src, kPayload);
            } else {
                emit_move(slot_of(dst), src, 1);
            }
            return {};
        }
        case Op::CastOrNull: {
            const RegInfo& dst = reg(in, 0);
            const std::uint32_t src = slot(in, 1), to = slot_of(dst);
            const Type* target = dst.type->elem();
            auto cls = test_class_of(vm_, target);
            if (!cls) return std::move(cls).error();
            const std::uint32_t no = out_.emit_local_branch(LOp::JIsNot, 0, src, *cls);
            if ((*cls)->kind == ClassKind::Box) {
                out_.emit_load(to, 1);
                emit_leaves_get(*(*cls)->element, to + 1, src, kPayload);
            } else {
                emit_move(to, src, 1);
            }
            const std::uint32_t done = out_.emit_local_branch(LOp::Jmp, 0, 0);
            out_.bind_local(no);
            out_.emit(LOp::Zero, to, dst.layout->slots(), 0);
            out_.bind_local(done);
            return {};
        }
        case Op::Box: {
            const RegInfo& src = reg(in, 1);
            // Not by the layout: a struct may consist of one reference.
            auto reference = is_reference(src.type);
            if (!reference) return std::move(reference).error();
            if (*reference) {
                emit_move(slot(in, 0), slot_of(src), 1);
                return {};
            }
            auto cls = box_class_of(vm_, src.type);
            if (!cls) return std::move(cls).error();
            out_.emit_pointer(LOp::BoxNew, slot(in, 0), slot_of(src), 0, *cls);
            return {};
        }
        default:
            handled = false;
            return {};
    }
}

}  // namespace skua::vm
