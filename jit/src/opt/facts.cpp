#include "opt/facts.h"

#include <algorithm>
#include <bit>

#include "ir/literals.h"

namespace skua::jit {

std::uint64_t max_unsigned(const Node* n, int depth) {
    const bool narrow = n->type == Type::I32;
    const std::uint64_t all = narrow ? 0xFFFFFFFFu : ~std::uint64_t{0};
    const auto in = [&](std::uint32_t i) { return depth > 0 ? max_unsigned(n->in(i), depth - 1) : all; };
    if (is_compare(n->op)) return 1;
    switch (n->op) {
        case Op::Const:
            return is_float(n->type) ? all : static_cast<std::uint64_t>(n->imm) & all;
        case Op::Is:
            return 1;
        case Op::ZExt8:
            return std::min<std::uint64_t>(in(0), 0xFF);
        case Op::ZExt16:
            return std::min<std::uint64_t>(in(0), 0xFFFF);
        case Op::ZExt:
            return depth > 0 ? max_unsigned(n->in(0), depth - 1) : 0xFFFFFFFFu;
        case Op::SExt: {
            const std::uint64_t x = depth > 0 ? max_unsigned(n->in(0), depth - 1) : 0xFFFFFFFFu;
            return x < 0x80000000u ? x : all;
        }
        case Op::Trunc: {
            const std::uint64_t x = depth > 0 ? max_unsigned(n->in(0), depth - 1) : ~std::uint64_t{0};
            return std::min(x, all);
        }
        case Op::Clz:
        case Op::Ctz:
        case Op::Popcnt:
            return narrow ? 32 : 64;
        case Op::And:
            return std::min(in(0), in(1));
        case Op::Or:
        case Op::Xor: {
            const std::uint64_t both = in(0) | in(1);
            return both == 0 ? 0 : ~std::uint64_t{0} >> std::countl_zero(both);
        }
        case Op::ShrU:
            if (n->in(1)->is_const()) return in(0) >> (n->in(1)->imm & (narrow ? 31 : 63));
            return in(0);
        case Op::RemU: {
            const std::uint64_t y = in(1);
            return y == 0 ? all : std::min(in(0), y - 1);
        }
        case Op::DivU:
            return in(0);
        case Op::Select:
            return std::max(in(1), in(2));
        case Op::BoundsCheck: {
            const std::uint64_t length = in(1);
            return std::min(in(0), length == 0 ? 0 : length - 1);
        }
        case Op::CharCheck:
            return 0x10FFFF;
        case Op::DivCheck:
            return in(0);
        case Op::Load:
            switch (n->mem.rep) {
                case MemRep::U8:
                    return 0xFF;
                case MemRep::U16:
                    return 0xFFFF;
                case MemRep::U32:
                    return is_length_load(n) ? 0x7FFFFFFF : 0xFFFFFFFFu;
                case MemRep::W64:
                    return is_length_load(n) ? kMaxArrayLength : all;
                default:
                    return all;
            }
        default:
            return all;
    }
}

bool fits_i32(const Node* n) {
    switch (n->op) {
        case Op::SExt:
        case Op::SExt8:
        case Op::SExt16:
            return true;
        case Op::Const:
            return n->type == Type::I64 && n->imm == static_cast<std::int32_t>(n->imm);
        case Op::Load:
            if (n->mem.rep == MemRep::I8 || n->mem.rep == MemRep::I16 || n->mem.rep == MemRep::I32)
                return true;
            break;
        case Op::And:
        case Op::Or:
        case Op::Xor:
            if (fits_i32(n->in(0)) && fits_i32(n->in(1))) return true;
            break;
        case Op::Not:
        case Op::DivCheck:
            if (fits_i32(n->in(0))) return true;
            break;
        case Op::Shr:
            if (n->in(1)->is_const() && n->in(1)->imm >= 32 && n->in(1)->imm < 64) return true;
            break;
        default:
            break;
    }
    return n->type == Type::I64 && max_unsigned(n) < 0x80000000u;
}

bool is_not_null(const Node* n) {
    switch (n->op) {
        case Op::NullCheck:
        case Op::New:
        case Op::NewArray:
            return true;
        case Op::Const:
            return n->imm != 0;
        case Op::CastCheck:
            return is_not_null(n->in(0));
        case Op::Load:
            return is_literal(n);
        case Op::Phi:
            return std::all_of(n->inputs, n->inputs + n->input_count, [&](Node* input) {
                const Node* value = resolve(input);
                while (value->op == Op::CastCheck) value = resolve(value->in(0));
                return value == n || (value->op != Op::Phi && is_not_null(value));
            });
        default:
            return false;
    }
}

bool is_length_load(const Node* n) {
    return n->op == Op::Load && n->input_count == 1 && n->mem.alias == Alias::Constant && n->mem.disp == 8 &&
           !n->in(0)->is_const();
}

Node* behind_guards(Node* n) {
    while (is_check(n->op)) n = n->in(0);
    return n;
}

}  // namespace skua::jit
