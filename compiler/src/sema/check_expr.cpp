// Expressions: dispatch, literals, aggregates, indexing, type tests.
#include <algorithm>

#include "sema/body_checker.h"

namespace skua::compiler {

using namespace ast;

namespace {
constexpr int kMaxDepth = 1000;
}

const Type* BodyChecker::check(Expr*& slot, const Type* expected) {
    if (slot == nullptr) return t_.error;
    if (slot->type != nullptr) return slot->type;  // made by analysis, or checked already
    if (++depth_ > kMaxDepth) {
        --depth_;
        a_.error(slot->range, "the expression is nested too deeply", "split it up with `let`");
        return slot->type = t_.error;
    }
    const Type* type = dispatch(slot, expected);
    --depth_;
    slot->type = type;
    return type;
}

std::pair<SourceRange, std::string> BodyChecker::void_part(Expr* e) {
    std::string hint;
    for (int depth = 0; depth < 1000; ++depth) {
        e = strip_parens(e);
        Expr* inner = nullptr;
        const auto look = [&](Expr* part) {
            if (inner == nullptr && part != nullptr && part->type != nullptr &&
                part->type->is(TypeKind::Void))
                inner = part;
        };
        if (auto* branch = as<IfExpr>(e)) {
            if (branch->else_branch == nullptr) return {e->range, "add an `else` branch"};
            look(branch->then_branch);
            look(branch->else_branch);
        } else if (auto* match = as<MatchExpr>(e)) {
            for (MatchArm& arm : match->arms) look(arm.body);
        } else if (auto* attempt = as<TryExpr>(e)) {
            look(attempt->body);
            for (CatchClause& c : attempt->catches) look(c.body);
        } else if (auto* block = as<BlockExpr>(e); block != nullptr && !block->statements.empty()) {
            if (auto* last = as<ExprStmt>(block->statements.back())) look(last->expr);
        } else if (is<AssignExpr>(e)) {
            hint = "to compare, write `==`";
        }
        if (inner == nullptr) break;
        e = inner;
    }
    return {e->range, hint};
}

const Type* BodyChecker::check_value(Expr*& slot, const Type* expected) {
    if (expected != nullptr && expected->is(TypeKind::Void)) expected = nullptr;
    const Type* type = check(slot, expected);
    if (type->is(TypeKind::Void)) {
        auto [range, hint] = void_part(slot);
        a_.error(range, "this has no value", hint);
        slot->type = t_.error;
        return t_.error;
    }
    return type;
}

bool BodyChecker::check_to(Expr*& slot, const Type* target, std::string_view what) {
    if (slot == nullptr) return false;
    check(slot, target->has_error || target->is(TypeKind::Void) ? nullptr : target);
    return coerce(slot, target, what);
}

const Type* BodyChecker::dispatch(Expr*& slot, const Type* expected) {
    // What is wanted is not known, and that was said: the parts that would ask for it say nothing.
    if (expected != nullptr && expected->has_error && !is<LambdaExpr>(slot) && !is<ArrayLiteralExpr>(slot) &&
        !is<MapLiteralExpr>(slot) && !is<CallExpr>(slot))
        expected = nullptr;
    // Only lambdas and functions make use of a type that is known in part.
    const Type* known = expected != nullptr && expected->has_infer ? nullptr : expected;
    switch (slot->kind) {
        case ExprKind::Literal:
            return check_literal(static_cast<LiteralExpr*>(slot), known);
        case ExprKind::Interpolation:
            return check_interpolation(static_cast<InterpolationExpr*>(slot));
        case ExprKind::Name:
        case ExprKind::Member:
        case ExprKind::TypeApply: {
            if (auto* m = as<MemberExpr>(slot); m != nullptr && m->safe) return check_safe(slot, m, known);
            Ref ref = resolve_ref(slot);
            return use_ref(slot, ref, expected);
        }
        case ExprKind::This: {
            Expr* self = this_expr(slot->range);
            if (self == nullptr) return t_.error;
            slot = self;
            return narrow(slot, slot->type);
        }
        case ExprKind::Super:
            a_.error(slot->range, "`super` can only stand before a member: `super.name`");
            return t_.error;
        case ExprKind::Call:
            return check_call(slot, static_cast<CallExpr*>(slot), known);
        case ExprKind::Index:
            return check_index(slot, static_cast<IndexExpr*>(slot));
        case ExprKind::Unary: {
            auto* u = static_cast<UnaryExpr*>(slot);
            return check_unary(u, known);
        }
        case ExprKind::Binary:
            return check_binary(slot, static_cast<BinaryExpr*>(slot), known);
        case ExprKind::Assign:
            return check_assign(static_cast<AssignExpr*>(slot));
        case ExprKind::Is:
            return check_is(static_cast<IsExpr*>(slot));
        case ExprKind::Cast:
            return check_cast(static_cast<CastExpr*>(slot));
        case ExprKind::Tuple:
            return check_tuple(static_cast<TupleExpr*>(slot), known);
        case ExprKind::Paren: {
            auto* p = static_cast<ParenExpr*>(slot);
            const Type* type = check(p->inner, expected);
            p->constant = p->inner->constant;
            return type;
        }
        case ExprKind::ArrayLiteral:
            return check_array(static_cast<ArrayLiteralExpr*>(slot), known);
        case ExprKind::ArrayRepeat:
            return check_repeat(static_cast<ArrayRepeatExpr*>(slot), known);
        case ExprKind::MapLiteral:
            return check_map(static_cast<MapLiteralExpr*>(slot), known);
        case ExprKind::Lambda:
            return check_lambda(static_cast<LambdaExpr*>(slot), expected);
        case ExprKind::Block: {
            ScopeGuard scope(*this);
            return check_block(static_cast<BlockExpr*>(slot), known);
        }
        case ExprKind::If:
            return check_if(static_cast<IfExpr*>(slot), known);
        case ExprKind::Match:
            return check_match(static_cast<MatchExpr*>(slot), known);
        case ExprKind::Try:
            return check_try(static_cast<TryExpr*>(slot), known);
        case ExprKind::Return:
            return check_return(static_cast<ReturnExpr*>(slot));
        case ExprKind::Break: {
            auto* b = static_cast<BreakExpr*>(slot);
            return check_jump(b, b->label, b->loop, true);
        }
        case ExprKind::Continue: {
            auto* c = static_cast<ContinueExpr*>(slot);
            return check_jump(c, c->label, c->loop, false);
        }
        case ExprKind::Throw:
            return check_throw(static_cast<ThrowExpr*>(slot));
        case ExprKind::Error:
        case ExprKind::Convert:
        case ExprKind::Hole:
        case ExprKind::SafeAccess:
            break;
    }
    return t_.error;
}

const Type* BodyChecker::check_literal(LiteralExpr* e, const Type* expected) {
    while (expected != nullptr && expected->is(TypeKind::Nullable) && e->value.kind != Constant::Kind::Null)
        expected = expected->inner();
    switch (e->value.kind) {
        case Constant::Kind::Int:
        case Constant::Kind::Float: {
            if (!e->suffix.empty()) {
                const Type* t = a_.builtin_type(e->suffix);
                if (t == nullptr || !t->is_number() ||
                    (e->value.kind == Constant::Kind::Float && !t->is_float())) {
                    a_.error(e->range, "unknown number suffix " + quote(e->suffix),
                             "use one of i8 i16 i32 i64 u8 u16 u32 u64 f32 f64");
                    return t_.error;
                }
                std::string_view suffix = e->suffix;
                e->suffix = {};
                adapt(e, t);
                e->suffix = suffix;
                return e->type;
            }
            bool is_int = e->value.kind == Constant::Kind::Int;
            const Type* target =
                expected != nullptr && (expected->is_float() || (is_int && expected->is_number())) ? expected
                : is_int                                                                           ? t_.int_
                         : t_.float_;
            adapt(e, target);
            return e->type;
        }
        case Constant::Kind::Bool:
            e->constant = &e->value;
            return t_.bool_;
        case Constant::Kind::Char:
            e->constant = &e->value;
            return t_.char_;
        case Constant::Kind::String:
            e->constant = &e->value;
            return t_.string;
        case Constant::Kind::Null:
            e->constant = &e->value;
            return expected != nullptr && expected->is(TypeKind::Nullable) ? expected : t_.null;
    }
    return t_.error;
}

const Type* BodyChecker::check_interpolation(InterpolationExpr* e) {
    for (InterpolationPart& part : e->parts) {
        const Type* type = check_value(part.value);
        if (type->is(TypeKind::Null)) {
            a_.error(part.value->range, "the text of `null` is always `null`", "write it into the string");
            continue;
        }
        warn_opaque_text(part.value);
        if (part.format.empty() || type->has_error || type->is(TypeKind::Never)) continue;
        if (!check_format(part.format, part.format_range.end != 0 ? part.format_range : part.value->range,
                          type))
            continue;
        // The format is a constant; the value goes to the function for its kind.
        auto* format =
            a_.make<LiteralExpr>(part.format_range.end != 0 ? part.format_range : part.value->range);
        format->value.kind = Constant::Kind::String;
        format->value.text = part.format;
        format->constant = &format->value;
        format->type = t_.string;
        std::string_view function = "formatText";
        Expr* value = hole(type, part.value->range);
        auto numeric = [&](const Type* to) {
            if (type != to) value = numeric_conversion(value, to);
        };
        value = part.value;
        if (type->is(TypeKind::U64)) {
            function = "formatUnsigned";
        } else if (type->is_integer()) {
            function = "formatInt";
            numeric(t_.int_);
        } else if (type->is_float()) {
            function = "formatFloat";
            numeric(t_.float_);
        } else if (!type->is(TypeKind::String)) {
            auto* call = a_.make<CallExpr>(part.value->range);
            call->call = a_.make<CallInfo>();
            call->call->kind = CallKind::ToText;
            call->call->result = t_.string;
            CallArg arg;
            arg.value = value;
            call->call->args = a_.arena.list<CallArg>({arg});
            call->type = t_.string;
            value = call;
        }
        part.format_call = call_library("std.text", function, {value, format}, part.value->range);
    }
    return t_.string;
}

const Type* BodyChecker::check_tuple(TupleExpr* e, const Type* expected) {
    if (expected != nullptr && expected->is(TypeKind::Nullable)) expected = expected->inner();
    bool match =
        expected != nullptr && expected->is(TypeKind::Tuple) && expected->args.size() == e->elements.size();
    std::vector<const Type*> parts;
    for (std::size_t i = 0; i < e->elements.size(); ++i) {
        const Type* want = match ? expected->args[i] : nullptr;
        const Type* type = check_value(e->elements[i], want);
        if (want != nullptr && convert_silently(e->elements[i], want)) type = want;
        if (type->is(TypeKind::Null) && want != nullptr && !want->has_infer && !want->has_error) {
            report_mismatch(e->elements[i]->range, want, type, "", e->elements[i]);
            type = t_.error;
        }
        if (type->is(TypeKind::Null)) {
            a_.error(e->elements[i]->range, "the type of this `null` is not known",
                     "write the type of the tuple: `let t: (int?, string) = ...`, for example");
            type = t_.error;
        }
        parts.push_back(type->is(TypeKind::Never) ? t_.error : type);
    }
    for (const Type* p : parts) {
        if (p->has_error) return t_.error;
    }
    return t_.tuple(parts);
}

// The type that all these values convert to; converts them. Null: they have none (reported).
const Type* BodyChecker::common_type(std::vector<Expr**>& slots, const Type* expected,
                                     std::string_view what) {
    const Type* joined = nullptr;
    // Literals adapt to the others, so they do not take part in the first round.
    bool only_flexible = true;
    for (Expr** s : slots) {
        const Type* type = (*s)->type->is(TypeKind::Nullable) ? (*s)->type->inner() : (*s)->type;
        if (!is_flexible(*s) && (type->is_number() || type->is(TypeKind::Null) || type->is(TypeKind::Never)))
            only_flexible = false;
    }
    for (Expr** s : slots) {
        const Type* type = (*s)->type;
        if (type->has_error) return t_.error;
        if (!only_flexible && is_flexible(*s)) continue;
        const Type* wider = joined == nullptr ? type : a_.join(joined, type);
        if (wider == nullptr && is_flexible(*s) && joined->is_number())
            wider = joined->is_float() ? joined : type;
        if (wider == nullptr) {
            std::string hint;
            if (joined->is_number() && type->is_number())
                hint = "convert it: `" + to_string(joined) + "(...)`";
            a_.error(value_of(*s)->range,
                     std::string(what) + ": expected " + quote(joined) + ", as " +
                         (what == "arm" ? "in the arms before" : "before") + ", found " + quote(type),
                     hint);
            return t_.error;
        }
        joined = wider;
    }
    if (joined == nullptr) return t_.never;
    if (!only_flexible) {
        for (Expr** s : slots) {
            if (!is_flexible(*s)) continue;
            const Type* base = joined->is(TypeKind::Nullable) ? joined->inner() : joined;
            if (base->is(TypeKind::Null)) {
                joined = t_.nullable((*s)->type);
            } else if (!base->is_number() && !base->is(TypeKind::Never)) {
                const Type* wider = a_.join(joined, (*s)->type);
                if (wider != nullptr) {
                    joined = wider;
                    continue;
                }
            } else if (base->is(TypeKind::Never)) {
                joined = (*s)->type;
            }
        }
    }
    if (expected != nullptr && !expected->is(TypeKind::Void) && !expected->has_infer &&
        a_.can_convert(joined, expected))
        joined = expected;
    for (Expr** s : slots) {
        if (!coerce(*s, joined, what)) return t_.error;
    }
    return joined;
}

// `[]` and `[:]`, and arrays of nothing else: beside others they have their type.
bool BodyChecker::is_empty_literal(Expr* e) {
    e = strip_parens(e);
    if (auto* array = as<ArrayLiteralExpr>(e))
        return std::all_of(array->elements.begin(), array->elements.end(), is_empty_literal);
    auto* map = as<MapLiteralExpr>(e);
    return map != nullptr && map->entries.empty();
}

void BodyChecker::check_empty(std::span<Expr** const> slots, const Type* type, std::string_view what) {
    for (Expr** slot : slots) {
        check(*slot, type->has_error ? nullptr : type);
        if (!type->has_error) coerce(*slot, type, what);
    }
}

// Checks what stands side by side without a wanted type, as elements of an array do, and converts it to
// its nearest common type. Tuples are compared component by component: beside ("a", 1), null is an `int?`.
const Type* BodyChecker::check_alike(const std::vector<Expr**>& all, std::string_view what) {
    const auto* first = as<TupleExpr>(strip_parens(*all.front()));
    const auto is_alike = [&](Expr** slot) {
        const auto* tuple = as<TupleExpr>(strip_parens(*slot));
        return tuple != nullptr && tuple->elements.size() == first->elements.size();
    };
    if (first != nullptr && std::all_of(all.begin(), all.end(), is_alike)) {
        std::vector<const Type*> parts;
        for (std::size_t i = 0; i < first->elements.size(); ++i) {
            std::vector<Expr**> column;
            for (Expr** slot : all) column.push_back(&as<TupleExpr>(strip_parens(*slot))->elements[i]);
            parts.push_back(check_alike(column, what));
        }
        for (const Type* part : parts)
            if (part->has_error || part->is(TypeKind::Never)) return t_.error;
        const Type* type = t_.tuple(parts);
        for (Expr** slot : all)
            for (Expr* x = *slot;; x = static_cast<ParenExpr*>(x)->inner) {
                x->type = type;
                if (!is<ParenExpr>(x)) break;
            }
        return type;
    }
    std::vector<Expr**> slots, empty;
    for (Expr** slot : all) {
        if (is_empty_literal(*slot) && empty.size() + 1 < all.size()) {
            empty.push_back(slot);
        } else {
            check_value(*slot);
            slots.push_back(slot);
        }
    }
    const Type* type = common_type(slots, nullptr, what);
    if (type->is(TypeKind::Null)) {
        a_.error((*slots.front())->range, "the type of this `null` is not known",
                 "write the type of the variable: `let xs: [int?] = ...`, for example");
        type = t_.error;
    }
    check_empty(empty, type, what);
    return type;
}

const Type* BodyChecker::check_array(ArrayLiteralExpr* e, const Type* expected) {
    while (expected != nullptr && expected->is(TypeKind::Nullable)) expected = expected->inner();
    if (expected != nullptr && expected->has_error) {
        for (Expr*& x : e->elements) check(x, is<LambdaExpr>(strip_parens(x)) ? t_.error : nullptr);
        return t_.error;
    }
    const Type* element =
        expected != nullptr && expected->is(TypeKind::Array) ? expected->element() : nullptr;
    if (element == nullptr && expected != nullptr && expected->is_interface() && expected->args.size() == 1)
        element = expected->args[0];
    std::vector<Expr**> slots;
    for (Expr*& x : e->elements) {
        slots.push_back(&x);
        if (element == nullptr) continue;
        check(x, element);
        coerce(x, element, "element");
    }
    if (element != nullptr) return t_.array(element);
    if (slots.empty()) {
        a_.error(e->range, "the element type of `[]` is not known here",
                 "write it: `let xs: [int] = []`, for example");
        return t_.error;
    }
    element = check_alike(slots, "element");
    if (element->is(TypeKind::Never)) {
        a_.error(e->range, "the element type is not known here",
                 "write it: `let xs: [int?] = ...`, for example");
        return t_.error;
    }
    return element->has_error ? t_.error : t_.array(element);
}

const Type* BodyChecker::check_repeat(ArrayRepeatExpr* e, const Type* expected) {
    while (expected != nullptr && expected->is(TypeKind::Nullable)) expected = expected->inner();
    const Type* element =
        expected != nullptr && expected->is(TypeKind::Array) ? expected->element() : nullptr;
    const Type* type = check_value(e->value, element);
    if (element != nullptr) {
        coerce(e->value, element, "element");
        type = element;
    }
    check_to(e->count, t_.int_, "length of the array");
    if (type->is(TypeKind::Null)) {
        a_.error(e->value->range, "the element type is not known here",
                 "write it: `let xs: [int?] = [null; n]`, for example");
        return t_.error;
    }
    return type->has_error || type->is(TypeKind::Never) ? t_.error : t_.array(type);
}

const Type* BodyChecker::check_map(MapLiteralExpr* e, const Type* expected) {
    while (expected != nullptr && expected->is(TypeKind::Nullable)) expected = expected->inner();
    TypeSymbol* map = a_.collection("Map", e->range);
    const Type *key = nullptr, *value = nullptr;
    if (map != nullptr && expected != nullptr && expected->is(TypeKind::Named) && expected->symbol == map) {
        key = expected->args[0];
        value = expected->args[1];
    }
    std::vector<Expr**> keys, values;
    for (MapEntryNode& entry : e->entries) {
        keys.push_back(&entry.key);
        values.push_back(&entry.value);
        if (key == nullptr) continue;
        check_value(entry.key, key);
        check_value(entry.value, value);
        coerce(entry.key, key, "key");
        coerce(entry.value, value, "value");
    }
    if (map == nullptr) return t_.error;
    if (key == nullptr) {
        if (keys.empty() && expected != nullptr && expected->has_error) return t_.error;
        if (keys.empty()) {
            a_.error(e->range, "the types of `[:]` are not known here",
                     "write them: `let m: Map<string, int> = [:]`, for example");
            return t_.error;
        }
        key = check_alike(keys, "key");
        value = check_alike(values, "value");
    }
    if (key->has_error || value->has_error) return t_.error;
    const Type* args[] = {key, value};
    const Type* type = t_.named(map, args);
    a_.ensure_members(map);
    if (map->constructor == nullptr) return t_.error;
    a_.ensure_signature(map->constructor);
    a_.check_bounds(map->type_params, args, {args, {}}, e->range);
    e->create = a_.make<CallInfo>();
    e->create->kind = CallKind::Constructor;
    e->create->function = map->constructor;
    e->create->owner = type;
    e->create->result = type;
    std::vector<CallArg> defaults(map->constructor->params.size());
    for (CallArg& d : defaults) d.kind = CallArg::Kind::Default;
    e->create->args = a_.arena.copy(defaults);
    e->map_hole = hole(type, e->range);
    e->key_hole = hole(key, e->range);
    e->value_hole = hole(value, e->range);
    const Type* result = nullptr;
    e->set = call_member(e->map_hole, "[]=", {e->key_hole, e->value_hole}, e->range, &result);
    return e->set == nullptr ? t_.error : type;
}

const Type* BodyChecker::check_index(Expr*& slot, IndexExpr* e) {
    const Type* object = check_value(e->object);
    const Type* index = check_value(e->index);
    if (object->has_error || index->has_error) return t_.error;
    if (object->is(TypeKind::Nullable)) {
        a_.error(e->range,
                 "this may be null: expected " + quote(object->inner()) + ", found " + quote(object),
                 "test it for null first");
        return t_.error;
    }
    if (index->is_struct() && index->symbol->qualified_name == "std.core.Range") {
        Expr* range = strip_parens(e->index);
        const Type* result = nullptr;
        if (auto* b = as<BinaryExpr>(range);
            b != nullptr && b->op == BinaryOp::RangeExclusive && b->meaning == OperatorKind::Range) {
            e->call = call_member(e->object, "slice", {b->left, b->right}, e->range, &result);
        } else {
            // { let object$ = object; let range$ = index; object$.slice(range$.start, range$.end) }
            SourceRange at = e->range;
            auto let = [&](std::string_view name, Expr* init) -> Stmt* {
                auto* binding = a_.make<BindingPattern>(at);
                binding->name = {name, at};
                auto* statement = a_.make<LetStmt>(at);
                statement->pattern = binding;
                statement->init = init;
                return statement;
            };
            auto name = [&](std::string_view text) -> Expr* {
                auto* n = a_.make<NameExpr>(at);
                n->name = text;
                return n;
            };
            auto member = [&](std::string_view of, std::string_view text) -> Expr* {
                auto* m = a_.make<MemberExpr>(at);
                m->object = name(of);
                m->name = {text, at};
                return m;
            };
            auto* call = a_.make<CallExpr>(at);
            call->callee = member("object$", "slice");
            Argument start, end;
            start.value = member("range$", "start");
            end.value = member("range$", "end");
            call->args = a_.arena.list<Argument>({start, end});
            auto* last = a_.make<ExprStmt>(at);
            last->expr = call;
            auto* block = a_.make<BlockExpr>(at);
            block->statements =
                a_.arena.list<Stmt*>({let("object$", e->object), let("range$", e->index), last});
            slot = block;
            return check(slot);
        }
        return e->call == nullptr ? t_.error : result;
    }
    if (object->is(TypeKind::Array)) {
        if (!coerce(e->index, t_.int_, "index")) return t_.error;
        return object->element();
    }
    const Type* result = nullptr;
    if (!a_.find_member(object, "[]") && a_.find_extension(object, "[]", module_) == nullptr) {
        a_.error(slot->range, quote(object) + " cannot be indexed: it has no operator `[]`",
                 object->is(TypeKind::Tuple)      ? "the parts of a tuple are `t.0`, `t.1`, ..."
                 : object->is(TypeKind::Nullable) ? "it may be null: test it first"
                                                  : "");
        return t_.error;
    }
    e->call = call_member(e->object, "[]", {e->index}, e->range, &result);
    if (e->call == nullptr) return t_.error;
    if (!e->call->args.empty()) e->index = e->call->args[0].value;
    return result;
}

const Type* BodyChecker::check_is(IsExpr* e) {
    const Type* operand = check_value(e->operand);
    const Type* target = a_.resolve(e->target, type_scope_);
    if (operand->has_error || target->has_error) return t_.bool_;
    const Type* base = operand->is(TypeKind::Nullable) ? operand->inner() : operand;
    if (base->is(TypeKind::Var)) {
        if (base->param->bounds.empty()) {
            a_.error(e->range, "the type of a value of type parameter " + quote(base) +
                                   " cannot be tested: it has no bound");
            return t_.bool_;
        }
        if (!operand->is(TypeKind::Nullable)) coerce(e->operand, base->param->bounds[0]);
        return t_.bool_;
    }
    if (a_.is_subtype(base, target)) {
        e->always = true;
        return t_.bool_;
    }
    if (target->is(TypeKind::Nullable)) {
        a_.error(e->target->range, "test for " + quote(target->inner()) +
                                       ", or for null with `== null`, expected a type that is not nullable");
        return t_.bool_;
    }
    if (!base->is_class() && !base->is_interface()) {
        a_.error(e->range, an(operand) + " is never " + an(target));
        return t_.bool_;
    }
    bool possible = a_.is_subtype(target, base) || a_.can_convert(target, base) || base->is_interface() ||
                    (target->is_interface() && base->symbol->has(classfile::kOpen));
    if (!possible) a_.error(e->range, an(base) + " is never " + an(target));
    return t_.bool_;
}

const Type* BodyChecker::check_cast(CastExpr* e) {
    const Type* target = a_.resolve(e->target, type_scope_);
    const Type* operand = check_value(e->operand, target->has_error ? nullptr : target);
    if (operand->has_error || target->has_error) return t_.error;
    const Type* result = e->safe && !target->is(TypeKind::Nullable) ? t_.nullable(target) : target;
    bool adaptable = is_flexible(e->operand) && (target->is_float() || operand->is_integer());
    if (a_.can_convert(operand, target) || (adaptable && target->is_number())) {
        e->upcast = true;
        coerce(e->operand, target, "cast");
        if (e->safe) coerce(e->operand, result);
        return result;
    }
    const Type* base = operand->is(TypeKind::Nullable) ? operand->inner() : operand;
    const Type* inner = target->is(TypeKind::Nullable) ? target->inner() : target;
    bool possible = (base->is_class() || base->is_interface()) &&
                    (a_.can_convert(inner, base) || base->is_interface() ||
                     (inner->is_interface() && base->symbol->has(classfile::kOpen)));
    if (operand->is(TypeKind::Nullable) && base == inner) {
        a_.error(e->range,
                 "`as` does not remove null: expected " + quote(target) + ", found " + quote(operand),
                 "test it for null, or give a value for that case with `??`");
        return result;
    }
    if (base->is_number() && target->is_number()) {
        a_.error(e->range, "`as` does not convert numbers", "write `" + to_string(target) + "(...)`");
        return result;
    }
    if (!possible) {
        std::string hint;
        if (base->is(TypeKind::String) && target->is_number())
            hint = "parse it: `" + to_string(target) + ".parse(...)`";
        if (target->is(TypeKind::String)) hint = "make it text: `\"${x}\"`";
        if (base->is(TypeKind::Char) && target->is_integer()) hint = "write `" + to_string(target) + "(...)`";
        a_.error(e->range, an(operand) + " is never " + an(target), hint);
    }
    return result;
}

}  // namespace skua::compiler
