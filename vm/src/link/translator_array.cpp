// Arrays, byte access and strings.
#include "link/translator.h"

namespace skua::vm {

using classfile::Op;

namespace {

LOp bytes_op(Op op) {
    switch (op) {
// A table:
// clang-format off
#define ROW(Suffix, GetRep, Width)                                     \
    case Op::BytesGet##Suffix##Le: return LOp::BGet##GetRep##Le;       \
    case Op::BytesGet##Suffix##Be: return LOp::BGet##GetRep##Be;       \
    case Op::BytesPut##Suffix##Le: return LOp::BPut##Width##Le;        \
    case Op::BytesPut##Suffix##Be: return LOp::BPut##Width##Be;
        ROW(I16, 16S, 16) ROW(U16, 16U, 16) ROW(I32, 32S, 32) ROW(I64, 64, 64) ROW(F32, 32U, 32) ROW(F64, 64, 64)
#undef ROW
        default: return LOp::Count;
        // clang-format on
    }
}

constexpr std::size_t kMaxLiteralSlots = 256;  // longer array literals are stored element by element

}  // namespace

// Of a float whose bytes will be seen: in its own register, whose NaN nobody can tell from another.
void Translator::make_nan_canonical(const Instruction& in) {
    if (in.op == Op::BytesPutF64Le || in.op == Op::BytesPutF64Be)
        out_.emit(LOp::CanonF, slot(in, 2), slot(in, 2), 0);
    else if (in.op == Op::BytesPutF32Le || in.op == Op::BytesPutF32Be)
        out_.emit(LOp::CanonF32, slot(in, 2), slot(in, 2), 0);
}

Result<void> Translator::translate_array(const Instruction& in, bool& handled) {
    handled = true;
    if (const LOp op = bytes_op(in.op); op != LOp::Count) {
        if (vm_.determinism()) make_nan_canonical(in);
        out_.emit(op, slot(in, 0), slot(in, 1), slot(in, 2));
        return {};
    }
    switch (in.op) {
        case Op::ArrayNew: {
            auto cls = class_of(vm_, reg(in, 0).type);
            if (!cls) return std::move(cls).error();
            out_.emit_pointer(LOp::ANew, slot(in, 0), slot(in, 1), 0, *cls);
            return {};
        }
        case Op::ArrayLit: {
            auto cls = class_of(vm_, reg(in, 0).type);
            if (!cls) return std::move(cls).error();
            const auto values = code_.regs(in, 1);
            const Layout& element = *(*cls)->element;
            if (values.size() * element.slots() <= kMaxLiteralSlots) {
                emit_arguments(values);
                out_.emit_pointer(LOp::ALit, slot(in, 0), window_, static_cast<std::uint32_t>(values.size()),
                                  *cls);
                return {};
            }
            // The window's first slots hold the array and the index meanwhile.
            need_window(2);
            out_.emit_load(window_ + 1, static_cast<std::int64_t>(values.size()));
            out_.emit_pointer(LOp::ANew, window_, window_ + 1, 0, *cls);
            for (std::size_t i = 0; i < values.size(); ++i) {
                out_.emit_load(window_ + 1, static_cast<std::int64_t>(i));
                const std::uint32_t from = slot_of(regs_[static_cast<std::size_t>(values[i])]);
                for (std::uint32_t k = 0; k < element.slots(); ++k) {
                    const Leaf& leaf = element.leaves[k];
                    out_.emit_element(leaf_put_op(leaf.rep), window_, window_ + 1, from + k, element.size,
                                      leaf.offset);
                }
            }
            emit_move(slot(in, 0), window_, 1);
            return {};
        }
        case Op::ArrayLen:
            out_.emit(LOp::ALen, slot(in, 0), slot(in, 1), 0);
            return {};
        case Op::ArrayGet:
        case Op::ArrayGetField: {
            auto cls = class_of(vm_, reg(in, 1).type);
            if (!cls) return std::move(cls).error();
            const Layout& element = *(*cls)->element;
            const std::uint32_t dst = slot(in, 0), array = slot(in, 1), index = slot(in, 2);
            const Layout* part = &element;
            std::uint32_t offset = 0;
            if (in.op == Op::ArrayGetField) {
                auto path = resolve_path(static_cast<classfile::FieldIndex>(operand(in, 3)), PathRoot::Value);
                if (!path) return std::move(path).error();
                part = path->layout;
                offset = path->offset;
            } else if (element.slots() == 1) {
                out_.emit(array_get_op(element.leaves[0].rep), dst, array, index);
                return {};
            }
            for (std::uint32_t i = 0; i < part->slots(); ++i) {
                const Leaf& leaf = part->leaves[i];
                out_.emit_element(leaf_get_op(leaf.rep), dst + i, array, index, element.size,
                                  offset + leaf.offset);
            }
            return {};
        }
        case Op::ArrayPut:
        case Op::ArrayPutField: {
            auto cls = class_of(vm_, reg(in, 0).type);
            if (!cls) return std::move(cls).error();
            const Layout& element = *(*cls)->element;
            const std::uint32_t array = slot(in, 0), index = slot(in, 1);
            const Layout* part = &element;
            std::uint32_t offset = 0;
            std::uint32_t value = 0;
            if (in.op == Op::ArrayPutField) {
                auto path = resolve_path(static_cast<classfile::FieldIndex>(operand(in, 2)), PathRoot::Value);
                if (!path) return std::move(path).error();
                part = path->layout;
                offset = path->offset;
                value = slot(in, 3);
            } else {
                value = slot(in, 2);
                if (element.slots() == 1) {
                    out_.emit(array_put_op(element.leaves[0].rep), array, index, value);
                    return {};
                }
            }
            for (std::uint32_t i = 0; i < part->slots(); ++i) {
                const Leaf& leaf = part->leaves[i];
                out_.emit_element(leaf_put_op(leaf.rep), array, index, value + i, element.size,
                                  offset + leaf.offset);
            }
            return {};
        }
        case Op::ArrayCopy:
        case Op::ArrayFill: {
            auto cls = class_of(vm_, reg(in, 0).type);
            if (!cls) return std::move(cls).error();
            const std::uint32_t count = in.op == Op::ArrayCopy ? 5 : 4;
            std::uint32_t at = 0;
            for (unsigned i = 0; i < count; ++i) at += reg(in, i).layout->slots();
            need_window(at);
            at = 0;
            for (unsigned i = 0; i < count; ++i) {
                emit_move(window_ + at, slot(in, i), reg(in, i).layout->slots());
                at += reg(in, i).layout->slots();
            }
            out_.emit_pointer(in.op == Op::ArrayCopy ? LOp::ACopy : LOp::AFill, 0, window_, 0, *cls);
            return {};
        }
        case Op::StrLen:
            out_.emit(LOp::StrLen, slot(in, 0), slot(in, 1), 0);
            return {};
        case Op::StrByte:
            out_.emit(LOp::StrByte, slot(in, 0), slot(in, 1), slot(in, 2));
            return {};
        case Op::StrConcat: {
            const auto parts = code_.regs(in, 1);
            emit_arguments(parts);
            out_.emit(LOp::StrConcat, slot(in, 0), window_, static_cast<std::uint32_t>(parts.size()));
            return {};
        }
        default:
            handled = false;
            return {};
    }
}

}  // namespace skua::vm
