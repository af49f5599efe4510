// Operators.
#include "sema/body_checker.h"

namespace skua::compiler {

using namespace ast;

namespace {

std::string_view symbol_of(BinaryOp op) {
    static constexpr std::string_view kText[] = {"*",  "/",  "%",  "+",   "-",   "<<", ">>", ">>>",
                                                 "&",  "^",  "|",  "..",  "..=", "<",  "<=", ">",
                                                 ">=", "==", "!=", "===", "!==", "&&", "||", "??"};
    return kText[static_cast<std::size_t>(op)];
}

bool is_bitwise(BinaryOp op) {
    return op == BinaryOp::BitAnd || op == BinaryOp::BitOr || op == BinaryOp::BitXor || is_shift(op);
}

}  // namespace

const Type* BodyChecker::check_unary(UnaryExpr* e, const Type* expected) {
    switch (e->op) {
        case UnaryOp::Not: {
            // `!` on what has an operator method; else a condition.
            Expr* operand = strip_parens(e->operand);
            bool condition = !(is<NameExpr>(operand) || is<CallExpr>(operand) || is<MemberExpr>(operand) ||
                               is<IndexExpr>(operand) || is<ThisExpr>(operand));
            if (!condition) {
                const Type* type = check_value(e->operand, t_.bool_);
                if (type->has_error) return t_.bool_;
                if (!type->is(TypeKind::Bool) && (a_.find_member(type, "unary!") ||
                                                  a_.find_extension(type, "unary!", module_) != nullptr)) {
                    const Type* result = t_.error;
                    e->meaning = OperatorKind::Call;
                    e->call = call_member(e->operand, "unary!", {}, e->range, &result);
                    return e->call == nullptr ? t_.error : result;
                }
                if (type->is(TypeKind::Nullable) && !type->inner()->is(TypeKind::Bool)) {
                    a_.error(e->operand->range, "expected `bool`, found " + quote(type),
                             "to test for null, write `== null`");
                } else {
                    coerce(e->operand, t_.bool_, "operand of `!`");
                }
                e->meaning = OperatorKind::Primitive;
                return t_.bool_;
            }
            Flow when_true, when_false;
            Expr* self = e;
            check_condition(self, when_true, when_false);
            flow_ = merge(when_true, when_false);
            return t_.bool_;
        }
        case UnaryOp::NonNull: {
            const Type* type = check_value(e->operand);
            e->meaning = OperatorKind::Primitive;
            if (type->has_error) return type;
            if (type->is(TypeKind::Nullable)) return type->inner();
            if (type->is(TypeKind::Null) || type->is(TypeKind::Never)) {
                a_.error(e->range, "this is never a value", "leave out the `!!`");
                return t_.error;
            }
            a_.sink.warning(WarningKind::Needless, e->range, quote(type) + " is never null",
                            "leave out the `!!`");
            make_nullable(e->operand);
            return type;
        }
        case UnaryOp::Neg:
        case UnaryOp::Plus:
        case UnaryOp::BitNot:
            break;
    }
    const Type* want = expected;
    while (want != nullptr && want->is(TypeKind::Nullable)) want = want->inner();
    if (want != nullptr && !want->is_number()) want = nullptr;
    if (is_flexible(e) && e->op != UnaryOp::BitNot) {
        bool is_float = false;
        for (Expr* x = e; x != nullptr;) {
            if (auto* u = as<UnaryExpr>(x)) {
                x = u->operand;
            } else if (auto* p = as<ParenExpr>(x)) {
                x = p->inner;
            } else {
                if (auto* l = as<LiteralExpr>(x)) {
                    is_float = l->value.kind == Constant::Kind::Float;
                } else {
                    is_float = true;  // left to the general way below
                    want = nullptr;
                    x = nullptr;
                    break;
                }
                const Type* target = want != nullptr && (want->is_float() || !is_float) ? want
                                     : is_float                                         ? t_.float_
                                                                                        : t_.int_;
                if (adapt(e, target)) return e->type;
                break;
            }
        }
    }
    const Type* type = check_value(e->operand, want);
    if (type->has_error) return t_.error;
    if (type->is_number() && (e->op != UnaryOp::BitNot || type->is_integer())) {
        e->meaning = OperatorKind::Primitive;
        return type;
    }
    std::string_view name = e->op == UnaryOp::Neg ? "unary-" : e->op == UnaryOp::BitNot ? "unary~" : "unary+";
    if (!type->is_primitive() &&
        (a_.find_member(type, name) || a_.find_extension(type, name, module_) != nullptr)) {
        const Type* result = t_.error;
        e->meaning = OperatorKind::Call;
        e->call = call_member(e->operand, name, {}, e->range, &result);
        return e->call == nullptr ? t_.error : result;
    }
    a_.error(e->range, "operator `" + std::string(name.substr(5)) + "` does not apply to " + quote(type),
             type->is(TypeKind::Nullable) ? "it may be null: test it first" : "");
    return t_.error;
}

const Type* BodyChecker::check_binary(Expr*& slot, BinaryExpr* e, const Type* expected) {
    switch (e->op) {
        case BinaryOp::And:
        case BinaryOp::Or: {
            Flow when_true, when_false;
            check_condition(slot, when_true, when_false);
            flow_ = merge(when_true, when_false);
            return e->type;
        }
        case BinaryOp::Coalesce:
            return check_coalesce(e, expected);
        case BinaryOp::RangeExclusive:
        case BinaryOp::RangeInclusive:
            return check_range(e);
        case BinaryOp::Eq:
        case BinaryOp::Ne:
        case BinaryOp::Same:
        case BinaryOp::NotSame:
            return check_equality(e);
        case BinaryOp::Lt:
        case BinaryOp::Le:
        case BinaryOp::Gt:
        case BinaryOp::Ge:
            return check_comparison(e);
        default:
            return check_arithmetic(e, expected);
    }
}

// Checks both operands; a number literal takes the type of the other side.
void BodyChecker::check_operands(BinaryExpr* e, const Type* expected) {
    bool left = is_flexible(e->left), right = is_flexible(e->right);
    if (left && !right) {
        const Type* type = check_value(e->right, expected);
        while (type->is(TypeKind::Nullable)) type = type->inner();
        check_value(e->left, type->is_number() ? type : nullptr);
        return;
    }
    const Type* type = check_value(e->left, expected);
    while (type->is(TypeKind::Nullable)) type = type->inner();
    check_value(e->right, right && !left && type->is_number() ? type : right ? expected : nullptr);
    // 1 + 2.5
    if (left && right && e->left->type != e->right->type) {
        if (e->left->type->is_integer() && e->right->type->is_float()) adapt(e->left, e->right->type);
        if (e->right->type->is_integer() && e->left->type->is_float()) adapt(e->right, e->left->type);
    }
}

const Type* BodyChecker::check_arithmetic(BinaryExpr* e, const Type* expected) {
    const Type* want = expected;
    while (want != nullptr && want->is(TypeKind::Nullable)) want = want->inner();
    if (want != nullptr && (!want->is_number() || !is_flexible(e))) want = nullptr;
    // The operator of a type of one's own decides what its right operand is expected to be.
    if (is_shift(e->op)) {
        check_value(e->left, want);
        check_value(e->right, is_flexible(e->right) && e->left->type->is_integer() ? e->left->type : nullptr);
    } else {
        check_operands(e, want);
    }
    const Type *left = e->left->type, *right = e->right->type;
    if (left->has_error || right->has_error) return t_.error;
    if (left->is(TypeKind::Never)) return left;
    if (left->is_number() && right->is_number()) {
        if (is_bitwise(e->op) && (!left->is_integer() || !right->is_integer())) {
            report_operator(e);
            return t_.error;
        }
        if (left == right) {
            if (e->op == BinaryOp::Rem && left->is_float()) return call_operator_method(e);  // no instruction
            e->meaning = OperatorKind::Primitive;
            return left;
        }
        if (is_shift(e->op)) {
            e->right = numeric_conversion(e->right, left);  // only the low bits of the count matter
            e->meaning = OperatorKind::Primitive;
            return left;
        }
        report_mixed(e);
        return t_.error;
    }
    if (e->op == BinaryOp::Add && left->is(TypeKind::String) && right->is(TypeKind::String)) {
        e->meaning = OperatorKind::Concat;
        return t_.string;
    }
    std::string_view name = symbol_of(e->op);
    if (!left->is_primitive() && !left->is(TypeKind::String)) {
        if (a_.find_member(left, name) || a_.find_extension(left, name, module_) != nullptr)
            return call_operator_method(e);
    } else if (FunctionSymbol* f = a_.find_extension(left, name, module_)) {
        return call_operator_extension(e, f);
    }
    report_operator(e);
    return t_.error;
}

const Type* BodyChecker::call_operator_method(BinaryExpr* e) {
    const Type* result = t_.error;
    e->meaning = OperatorKind::Call;
    e->call = call_member(e->left, symbol_of(e->op), {e->right}, e->op_range, &result);
    return e->call == nullptr ? t_.error : result;
}

const Type* BodyChecker::call_operator_extension(BinaryExpr* e, FunctionSymbol* f) {
    Ref ref;
    ref.kind = Ref::Kind::Member;
    ref.symbol = f;
    ref.receiver = e->left;
    Argument arg;
    arg.value = e->right;
    const Type* result =
        call_function(e->call, ref, f, a_.arena.list<Argument>({arg}), e->op_range, e->op_range, nullptr);
    e->meaning = OperatorKind::Call;
    return e->call == nullptr ? t_.error : result;
}

Expr* BodyChecker::numeric_conversion(Expr* value, const Type* to) {
    auto* call = a_.make<CallExpr>(value->range);
    call->call = a_.make<CallInfo>();
    call->call->kind = CallKind::Numeric;
    call->call->result = to;
    CallArg arg;
    arg.value = value;
    call->call->args = a_.arena.list<CallArg>({arg});
    call->type = to;
    return call;
}

// These build their messages apart: checking operators is where analysis nests deepest, and its
// frames are kept small.
void BodyChecker::report_mixed(BinaryExpr* e) {
    const Type *left = e->left->type, *right = e->right->type;
    bool widen_left = !left->is_float() && (right->is_float() || left->bits() < right->bits());
    const Type* target = widen_left ? right : left;
    auto text = module_->ast->file->text();
    SourceRange r = widen_left ? e->left->range : e->right->range;
    std::string shown = r.end <= text.size() && r.end > r.start && r.end - r.start < 40
                            ? std::string(text.substr(r.start, r.end - r.start))
                            : "...";
    a_.error(e->op_range,
             "operator `" + std::string(symbol_of(e->op)) + "` needs two operands of one type, found " +
                 quote(left) + " and " + quote(right),
             "convert one: `" + to_string(target) + "(" + shown + ")`");
}

void BodyChecker::report_operator(BinaryExpr* e) {
    const Type *left = e->left->type, *right = e->right->type;
    std::string_view name = symbol_of(e->op);
    if (left->is_number() && right->is_number()) {
        a_.error(e->op_range, "operator `" + std::string(name) + "` needs integers, found " + quote(left) +
                                  " and " + quote(right));
        return;
    }
    std::string hint;
    const auto callable = [&](const Type* f, const Type* other) {
        return f->is(TypeKind::Function) && f->params().empty() && f->result() == other;
    };
    if (callable(left, right) || callable(right, left)) {
        hint = "call the function: write `()` after it";
    } else if ((left->is(TypeKind::Nullable) && left->inner() == right) ||
               (right->is(TypeKind::Nullable) && right->inner() == left)) {
        hint = "a value that may be null must be tested first, or given a value for that case with `??`";
    } else if (e->op == BinaryOp::Mul && (left->is(TypeKind::String) || right->is(TypeKind::String))) {
        hint = "write `.repeat(n)`";
    } else if (e->op == BinaryOp::Rem && left->is(TypeKind::String)) {
        hint = "values stand in the text: `\"${x}\"`, `\"${x:.2f}\"`";
    } else if (e->op == BinaryOp::Add && (left->is(TypeKind::String) || right->is(TypeKind::String))) {
        hint = "to join texts, put the value into one: `\"...${x}\"`";
    } else if (left->is(TypeKind::Nullable) || right->is(TypeKind::Nullable)) {
        hint = "a value that may be null must be tested first, or given a value for that case with `??`";
    } else if (left->is(TypeKind::Char) || right->is(TypeKind::Char)) {
        hint = "the code of a character is `int(c)`";
    } else if (left->is(TypeKind::Bool) && (e->op == BinaryOp::BitAnd || e->op == BinaryOp::BitOr)) {
        hint = e->op == BinaryOp::BitAnd ? "for conditions, write `&&`" : "for conditions, write `||`";
    } else if (left->is(TypeKind::Named) && left->symbol->decl != nullptr) {
        hint = "declare it: `fn " + std::string(name) + "(other: " + to_string(right) +
               "): " + to_string(left) + "` in " + quote(left->symbol->name);
    }
    a_.error(e->op_range,
             "operator `" + std::string(name) + "` does not apply to " + quote(left) + " and " + quote(right),
             hint);
}

const Type* BodyChecker::check_comparison(BinaryExpr* e) {
    check_operands(e, nullptr);
    const Type *left = e->left->type, *right = e->right->type;
    if (left->has_error || right->has_error) return t_.bool_;
    if (left == right && (left->is_number() || left->is(TypeKind::Char))) {
        e->meaning = OperatorKind::Primitive;
        return t_.bool_;
    }
    TypeSymbol* comparable = a_.core_if_present("Comparable");
    const Type* instance = comparable != nullptr ? a_.as_instance_of(left, comparable) : nullptr;
    if (instance != nullptr && a_.can_convert(right, instance->args[0]) &&
        !(left->is_number() && right->is_number())) {
        const Type* result = nullptr;
        e->meaning = OperatorKind::Compare;
        e->call = call_member(e->left, "compareTo", {e->right}, e->op_range, &result);
        return t_.bool_;
    }
    std::string hint;
    if (left->is_number() && right->is_number()) {
        const Type* target =
            left->is_float() || (!right->is_float() && left->bits() >= right->bits()) ? left : right;
        hint = "convert one: `" + to_string(target) + "(...)`";
    } else if (left->is(TypeKind::Nullable) || right->is(TypeKind::Nullable)) {
        hint = "a value that may be null must be tested first, or given a value for that case with `??`";
    } else if (left->is(TypeKind::Tuple) && left == right) {
        hint = "compare their parts; std.order has orders of several keys, for sorting";
    } else if ((left->is(TypeKind::Function) && left->params().empty() && left->result() == right) ||
               (right->is(TypeKind::Function) && right->params().empty() && right->result() == left)) {
        hint = "call the function: write `()` after it";
    } else if (left->is(TypeKind::Named) && left == right) {
        hint = "let it implement `Comparable<" + to_string(left) + ">`";
    } else if (left->is(TypeKind::Var) && left == right) {
        hint =
            "give the type parameter a bound: `" + to_string(left) + ": Comparable<" + to_string(left) + ">`";
    }
    a_.error(e->op_range,
             "operator `" + std::string(symbol_of(e->op)) + "` does not apply to " + quote(left) + " and " +
                 quote(right),
             hint);
    return t_.bool_;
}

const Type* BodyChecker::check_equality(BinaryExpr* e) {
    bool identity = e->op == BinaryOp::Same || e->op == BinaryOp::NotSame;
    bool left_null = is_null_literal(e->left), right_null = is_null_literal(e->right);
    if (left_null || right_null) {
        Expr*& value = left_null ? e->right : e->left;
        Expr*& null = left_null ? e->left : e->right;
        // The declared type counts: whether a test is needless because of an earlier one is no error.
        const Type* type = check_value(value);
        check(null, type->is(TypeKind::Nullable) ? type : nullptr);
        e->meaning = OperatorKind::NullTest;
        if (type->has_error || type->is(TypeKind::Nullable)) return t_.bool_;
        if (type->is(TypeKind::Null)) return t_.bool_;
        if (auto* c = as<ConvertExpr>(value);
            c != nullptr && c->conversion == ConversionKind::NarrowNonNull) {
            value = c->operand;
            check(null, value->type);
            adapt(null, value->type);
            return t_.bool_;
        }
        if (type->is(TypeKind::Never)) return t_.bool_;
        a_.sink.warning(WarningKind::Needless, e->range,
                        quote(type) + " is never null: this is always " +
                            (e->op == BinaryOp::Eq || e->op == BinaryOp::Same ? "false" : "true"));
        make_nullable(value);
        return t_.bool_;
    }
    check_operands(e, nullptr);
    const Type *left = e->left->type, *right = e->right->type;
    if (left->has_error || right->has_error) return t_.bool_;
    if (identity) {
        auto reference = [](const Type* t) {
            return (t->is(TypeKind::Nullable) ? t->inner() : t)->is_reference();
        };
        e->meaning = OperatorKind::Identity;
        if (!reference(left) || !reference(right)) {
            a_.error(e->op_range,
                     "`" + std::string(symbol_of(e->op)) + "` compares the identity of objects, found " +
                         quote(left) + " and " + quote(right),
                     e->op == BinaryOp::Same ? "write `==`" : "write `!=`");
            return t_.bool_;
        }
    }
    if (left != right) {
        bool ok = convert_silently(e->right, left) || convert_silently(e->left, right);
        if (!ok) {
            // Two interfaces, or an interface and an open class: one object may be both.
            const Type* common =
                (left->is_class() || left->is_interface()) && (right->is_class() || right->is_interface())
                    ? a_.join(left, right)
                    : nullptr;
            if (common != nullptr) {
                convert_silently(e->left, common);
                convert_silently(e->right, common);
            } else {
                std::string hint;
                if (left->is_number() && right->is_number()) {
                    hint = "convert one: `" +
                           to_string(left->is_float() || (!right->is_float() && left->bits() >= right->bits())
                                         ? left
                                         : right) +
                           "(...)`";
                } else if (left->is(TypeKind::Char) && right->is(TypeKind::String)) {
                    hint = "a character is written in single quotes: `'x'`";
                } else if (left->is(TypeKind::String) && right->is(TypeKind::Char)) {
                    hint = "a string is written in double quotes: `\"x\"`";
                }
                a_.error(e->op_range, an(left) + " cannot be compared with " + an(right), hint);
                return t_.bool_;
            }
        }
    }
    if (identity) return t_.bool_;
    const Type* type = e->left->type;
    e->meaning = type->is_primitive() ? OperatorKind::Primitive : OperatorKind::Equals;
    return t_.bool_;
}

const Type* BodyChecker::check_coalesce(BinaryExpr* e, const Type* expected) {
    const Type* want =
        expected != nullptr && !expected->is(TypeKind::Nullable) ? t_.nullable(expected) : expected;
    const Type* left = check_value(e->left, want);
    e->meaning = OperatorKind::Coalesce;
    if (left->has_error) {
        check_value(e->right, expected);
        return t_.error;
    }
    left = forget_non_null(e->left);
    if (left->is(TypeKind::Null) || left->is(TypeKind::Never)) {
        a_.error(e->left->range, "this is never a value: `??` is not needed", "write what follows it alone");
        check_value(e->right, expected);
        return t_.error;
    }
    if (!left->is(TypeKind::Nullable)) {
        const auto* index = as<IndexExpr>(e->left);
        const bool of_map = index != nullptr && index->object->type->is(TypeKind::Named) &&
                            a_.find_member(index->object->type, "get");
        a_.sink.warning(WarningKind::Needless, e->left->range,
                        quote(left) + " is never null: `??` has nothing to replace",
                        of_map ? "`m[key]` throws where the key is absent; `m.get(key)` is null then"
                               : "leave out `??` and what follows");
        left = make_nullable(e->left);
    }
    const Type* inner = left->inner();
    Flow before = flow_;
    // What is known if the right side leaves: `let x = y ?? return`.
    const Type* right = check_value(e->right, expected != nullptr ? expected : inner);
    bool leaves = right->is(TypeKind::Never);
    flow_ = leaves ? before : merge(before, flow_);
    if (leaves) learn(e->left, inner, flow_);
    if (right->has_error) return t_.error;
    const Type* result = nullptr;
    if (leaves || convert_silently(e->right, inner)) {
        result = inner;
    } else {
        result = a_.join(inner, right);
        if (result == nullptr) {
            report_mismatch(e->right->range, inner, right, "right side of `??`", e->right);
            return t_.error;
        }
        coerce(e->right, result);
    }
    e->hole = hole(inner, e->left->range);
    e->present = e->hole;
    coerce(e->present, result);
    return result;
}

const Type* BodyChecker::check_range(BinaryExpr* e) {
    bool ok = check_to(e->left, t_.int_, "start of the range");
    ok &= check_to(e->right, t_.int_, "end of the range");
    TypeSymbol* range = a_.core("Range", e->range);
    if (range == nullptr) return t_.error;
    a_.ensure_members(range);
    e->meaning = OperatorKind::Range;
    if (!ok || range->constructor == nullptr) return range->self;
    a_.ensure_signature(range->constructor);
    e->call = a_.make<CallInfo>();
    e->call->kind = CallKind::StructNew;
    e->call->function = range->constructor;
    e->call->owner = range->self;
    e->call->result = range->self;
    CallArg start, end;
    start.value = e->left;
    end.value = e->right;
    end.order = 1;
    e->call->args = a_.arena.list<CallArg>({start, end});
    return range->self;
}

}  // namespace skua::compiler
