// Implicit conversions, made explicit; literals taking the type that is wanted.
#include "sema/body_checker.h"

namespace skua::compiler {

using namespace ast;

HoleExpr* BodyChecker::hole(const Type* type, SourceRange range) {
    auto* h = a_.make<HoleExpr>(range);
    h->type = type;
    return h;
}

ConvertExpr* BodyChecker::convert(ConversionKind kind, Expr* operand, const Type* type) {
    auto* c = a_.make<ConvertExpr>(operand->range);
    c->conversion = kind;
    c->operand = operand;
    c->type = type;
    return c;
}

Expr* BodyChecker::strip_parens(Expr* e) {
    while (auto* p = as<ParenExpr>(e)) e = p->inner;
    return e;
}

const Type* BodyChecker::forget_non_null(Expr*& slot) {
    if (auto* c = as<ConvertExpr>(slot); c != nullptr && c->conversion == ConversionKind::NarrowNonNull)
        slot = c->operand;
    return slot->type;
}

const Type* BodyChecker::make_nullable(Expr*& slot) {
    slot = convert(ConversionKind::Wrap, slot, t_.nullable(slot->type));
    return slot->type;
}

bool BodyChecker::is_null_literal(const Expr* e) {
    while (auto* p = as<ParenExpr>(e)) e = p->inner;
    auto* l = as<LiteralExpr>(e);
    return l != nullptr && l->value.kind == Constant::Kind::Null;
}

bool BodyChecker::is_flexible(const Expr* e) {
    for (int depth = 0; depth < 200; ++depth) {
        if (e == nullptr) return false;
        if (auto* p = as<ParenExpr>(e)) {
            e = p->inner;
        } else if (auto* u = as<UnaryExpr>(e)) {
            if (u->op == UnaryOp::Not || u->op == UnaryOp::NonNull) return false;
            e = u->operand;
        } else if (auto* b = as<BinaryExpr>(e)) {
            if (b->op > BinaryOp::BitOr) return false;
            if (!is_flexible(b->right)) return false;
            e = b->left;
        } else {
            auto* l = as<LiteralExpr>(e);
            return l != nullptr && l->suffix.empty() &&
                   (l->value.kind == Constant::Kind::Int || l->value.kind == Constant::Kind::Float);
        }
    }
    return false;
}

// Made with an operator that only integers have, so its literals cannot be floats.
bool BodyChecker::has_bit_operator(const Expr* e) {
    for (int depth = 0; depth < 200; ++depth) {
        if (auto* p = as<ParenExpr>(e)) {
            e = p->inner;
        } else if (auto* u = as<UnaryExpr>(e)) {
            if (u->op == UnaryOp::BitNot) return true;
            e = u->operand;
        } else if (auto* b = as<BinaryExpr>(e)) {
            if (b->op >= BinaryOp::Shl || has_bit_operator(b->right)) return true;
            e = b->left;
        } else {
            return false;
        }
    }
    return false;
}

namespace {

std::string range_text(const Type* t) {
    if (t->is_signed()) {
        std::uint64_t top = (t->bits() == 64 ? ~0ull >> 1 : (1ull << (t->bits() - 1)) - 1);
        return "-" + std::to_string(top + 1) + " to " + std::to_string(top);
    }
    return "0 to " + std::to_string(t->bits() == 64 ? ~0ull : (1ull << t->bits()) - 1);
}

// Whether the literal, negated or not, is a value of the integer type.
bool fits(const LiteralExpr* l, bool negative, const Type* t) {
    unsigned bits = t->bits();
    std::uint64_t m = l->magnitude;
    if (t->is_signed()) {
        std::uint64_t half = 1ull << (bits - 1);
        if (negative) return m <= half;
        if (!l->decimal) return bits == 64 || m < (1ull << bits);
        return m < half;
    }
    if (negative) return m == 0;
    return bits == 64 || m < (1ull << bits);
}

std::int64_t value_in(std::uint64_t m, bool negative, const Type* t) {
    std::uint64_t v = negative ? 0 - m : m;
    switch (t->kind) {
        case TypeKind::I8:
            return static_cast<std::int8_t>(v);
        case TypeKind::I16:
            return static_cast<std::int16_t>(v);
        case TypeKind::I32:
            return static_cast<std::int32_t>(v);
        default:
            return static_cast<std::int64_t>(v);
    }
}

}  // namespace

bool BodyChecker::adapt(Expr* e, const Type* target) {
    if (target->is(TypeKind::Nullable) && is_null_literal(e)) {
        for (Expr* x = e;; x = static_cast<ParenExpr*>(x)->inner) {
            x->type = target;
            if (!is<ParenExpr>(x)) break;
        }
        return true;
    }
    if (!target->is_number()) return false;
    if (auto* p = as<ParenExpr>(e)) {
        if (!adapt(p->inner, target)) return false;
        p->type = p->inner->type;
        p->constant = p->inner->constant;
        return true;
    }
    bool negative = false;
    Expr* leaf = e;
    if (auto* u = as<UnaryExpr>(e)) {
        if (u->op == UnaryOp::Neg || u->op == UnaryOp::Plus) {
            negative = u->op == UnaryOp::Neg;
            leaf = strip_parens(u->operand);
        }
        if (!is<LiteralExpr>(leaf)) {
            if (u->op == UnaryOp::BitNot && !target->is_integer()) return false;
            if (!adapt(u->operand, target)) return false;
            u->type = u->operand->type;
            u->meaning = OperatorKind::Primitive;
            return true;
        }
    }
    if (auto* l = as<LiteralExpr>(leaf)) {
        if (!l->suffix.empty()) return false;
        auto* c = a_.make<Constant>();
        if (l->value.kind == Constant::Kind::Int && target->is_integer()) {
            if (!fits(l, negative, target)) {
                std::string text = (negative ? "-" : "") + std::to_string(l->magnitude);
                a_.error(e->range, "`" + text + "` does not fit " + quote(target) + ", whose values are " +
                                       range_text(target));
                e->type = leaf->type = t_.error;
                return true;
            }
            c->kind = Constant::Kind::Int;
            c->integer = value_in(l->magnitude, negative, target);
        } else if (target->is_float() &&
                   (l->value.kind == Constant::Kind::Int || l->value.kind == Constant::Kind::Float)) {
            c->kind = Constant::Kind::Float;
            double v =
                l->value.kind == Constant::Kind::Int ? static_cast<double>(l->magnitude) : l->value.floating;
            if (negative) v = -v;
            c->floating = target->is(TypeKind::F32) ? static_cast<double>(static_cast<float>(v)) : v;
        } else {
            return false;
        }
        leaf->type = target;
        e->type = target;
        e->constant = c;
        if (auto* u = as<UnaryExpr>(e)) u->meaning = OperatorKind::Primitive, u->operand->type = target;
        return true;
    }
    if (auto* b = as<BinaryExpr>(e)) {
        if (b->op > BinaryOp::BitOr || !is_flexible(b)) return false;
        if (target->is_float() && b->op >= BinaryOp::Shl) return false;
        bool left = adapt(b->left, target);
        bool right = adapt(b->right, target);
        if (!left || !right) return false;
        b->meaning = OperatorKind::Primitive;
        b->type = b->left->type->has_error || b->right->type->has_error ? t_.error : target;
        return true;
    }
    return false;
}

bool BodyChecker::convert_silently(Expr*& slot, const Type* target) {
    const Type* from = slot->type;
    if (from == target || from->has_error || target->has_error || from->is(TypeKind::Never)) return true;
    if (target->is(TypeKind::Nullable)) {
        if (adapt(slot, target)) return true;
        if (from->is(TypeKind::Null)) {
            // A block or `if` whose value is null: its parts are null literals.
            auto* c = convert(ConversionKind::Upcast, slot, target);
            slot = c;
            return true;
        }
        const Type* inner = target->inner();
        if (from->is(TypeKind::Nullable)) {
            if (a_.can_convert(from->inner(), inner)) {
                const Type *f = from->inner(), *t = inner;
                bool plain = (f->is_class() || f->is_interface() || f->is(TypeKind::Function)) &&
                             !t->is(TypeKind::Nullable);
                if (plain) {
                    slot = convert(ConversionKind::Upcast, slot, target);
                    return true;
                }
                auto* c = convert(ConversionKind::MapNullable, slot, target);
                c->hole = hole(f, slot->range);
                c->inner = c->hole;
                convert_silently(c->inner, inner);
                slot = c;
                return true;
            }
            if (!a_.can_convert(from, inner)) return false;
        }
        if (!convert_silently(slot, inner)) return false;
        if (slot->type->has_error || slot->type->is(TypeKind::Never)) return true;
        slot = convert(ConversionKind::Wrap, slot, target);
        return true;
    }
    if (target->is_number() && is_flexible(slot) && from->is_number()) {
        if (adapt(slot, target)) return true;
    }
    if (!a_.can_convert(from, target)) return false;
    bool box = target->is_interface() && !(from->is_class() || from->is_interface());
    slot = convert(box ? ConversionKind::Box : ConversionKind::Upcast, slot, target);
    return true;
}

// The expression that gives a block its value, for messages.
Expr* BodyChecker::value_of(Expr* e) {
    for (;;) {
        auto* block = as<BlockExpr>(e);
        if (block == nullptr || !block->has_value || block->statements.empty()) return e;
        auto* last = as<ExprStmt>(block->statements.back());
        if (last == nullptr) return e;
        e = last->expr;
    }
}

bool BodyChecker::coerce(Expr*& slot, const Type* target, std::string_view what) {
    if (convert_silently(slot, target)) return true;
    Expr* shown = value_of(slot);
    report_mismatch(shown->range, target, slot->type, what, shown);
    slot->type = t_.error;
    return false;
}

void BodyChecker::report_mismatch(SourceRange range, const Type* expected, const Type* found,
                                  std::string_view what, Expr* e) {
    if (expected->has_error || found->has_error) return;
    std::string source;
    if (e != nullptr && module_->ast != nullptr) {
        auto text = module_->ast->file->text();
        if (range.end <= text.size() && range.end > range.start && range.end - range.start <= 40) {
            source = std::string(text.substr(range.start, range.end - range.start));
            if (source.find('\n') != std::string::npos) source.clear();
        }
    }
    std::string shown = source.empty() ? "..." : source;
    std::string hint;
    if (found->is(TypeKind::Nullable) && a_.can_convert(found->inner(), expected)) {
        hint = "it may be null: test it first, or give a value for that case with `" + shown + " ?? ...`";
    } else if (found->is(TypeKind::Null)) {
        hint = "only a nullable type such as " + quote(t_.nullable(expected)) + " can hold null";
    } else if (expected->is_number() && (found->is_number() || found->is(TypeKind::Char))) {
        hint = "convert it: `" + to_string(expected) + "(" + shown + ")`";
    } else if (expected->is(TypeKind::String) && found->is(TypeKind::Char) && source.size() > 2 &&
               source.front() == '\'') {
        hint = "a string is written in double quotes: `\"" + source.substr(1, source.size() - 2) + "\"`";
    } else if (expected->is(TypeKind::Char) && found->is(TypeKind::String)) {
        hint = source.size() > 2 && source.front() == '"' ? "a character is written in single quotes: `'" +
                                                                source.substr(1, source.size() - 2) + "'`"
                                                          : "the character at byte i is `s[i]`";
    } else if (expected->is(TypeKind::String) && !found->is(TypeKind::Void)) {
        hint = "make it text: `\"${" + shown + "}\"`";
    } else if (expected->is_number() && found->is(TypeKind::String)) {
        hint = "parse it: `" + to_string(expected) + ".parse(" + shown + ")`";
    } else if (expected->is(TypeKind::Array) && found->is(TypeKind::Named) && found->symbol->name == "List") {
        hint = "call `.toArray()`";
    } else if (expected->is(TypeKind::Named) && expected->symbol->name == "List" &&
               found->is(TypeKind::Array)) {
        hint = "make a list of it: `List(" + shown + ")`";
    } else if (expected->is(TypeKind::Named) && expected->symbol->name == "Set" &&
               found->is(TypeKind::Array)) {
        hint = "make a set of it: `Set(" + shown + ")`";
    } else if ((found->is_class() || found->is_interface()) && !expected->is(TypeKind::Nullable) &&
               a_.is_subtype(expected, found)) {
        hint = "ask whether it is one, `if x is " + to_string(expected) + "`, or cast it: `" + shown +
               " as " + to_string(expected) + "`";
    } else if (expected->is(TypeKind::Bool) && found->is_number()) {
        hint = "compare it: `" + shown + " != 0`";
    } else if (found->is(TypeKind::Function) && found->params().empty() &&
               a_.can_convert(found->result(), expected)) {
        hint = "call it: `" + shown + "()`";
    } else if (expected->is_interface() && found->is(TypeKind::Named) && found->symbol->decl != nullptr) {
        hint = quote(found->symbol->name) + " would have to implement " + quote(expected);
    } else if (expected->is(TypeKind::Named) && found->is(TypeKind::Named) &&
               expected->symbol == found->symbol) {
        hint = "type arguments must be the same: " + quote(found) + " is not a subtype of " + quote(expected);
    }
    std::string expected_text = quote(expected), found_text = quote(found);
    if (expected_text == found_text && expected->is(TypeKind::Named) && found->is(TypeKind::Named)) {
        expected_text = quote(expected->symbol->qualified_name);
        found_text = quote(found->symbol->qualified_name);
    }
    std::string message = what.empty() ? "" : std::string(what) + ": ";
    if (found->is(TypeKind::Void)) {
        a_.error(range, message + "expected " + expected_text + ", found no value", hint);
        return;
    }
    a_.error(range, message + "expected " + expected_text + ", found " + found_text, hint);
}

}  // namespace skua::compiler
