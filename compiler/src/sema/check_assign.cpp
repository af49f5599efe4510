// Assignment: the place that is written, and whether it may be.
#include <optional>

#include "sema/body_checker.h"

namespace skua::compiler {

using namespace ast;

namespace {

std::string name_of(const Expr* e) {
    if (auto* n = as<NameExpr>(e)) return std::string(n->name);
    if (auto* m = as<MemberExpr>(e)) return std::string(m->name.text);
    return "this";
}

}  // namespace

// Fills `place` for a target. Reports and returns false if it cannot be assigned.
bool BodyChecker::resolve_place(Expr*& target, Place& place, bool compound) {
    Expr* e = strip_parens(target);
    if (auto* index = as<IndexExpr>(e)) {
        const Type* object = check_value(index->object);
        if (object->has_error) {
            check_value(index->index);
            return false;
        }
        if (object->is(TypeKind::Array)) {
            if (!check_to(index->index, t_.int_, "index")) return false;
            place.kind = PlaceKind::Element;
            place.object = index->object;
            place.index = index->index;
            place.type = object->element();
            return true;
        }
        const Type* index_type = check_value(index->index);
        if (index_type->has_error) return false;
        if (object->is(TypeKind::String)) {
            a_.error(e->range, "strings cannot be changed",
                     "build a new one, for example with StringBuilder");
            return false;
        }
        Member setter = a_.find_member(object, "[]=");
        if (!setter || setter.symbol->kind != SymbolKind::Function) {
            a_.error(e->range,
                     "elements of " + quote(object) + " cannot be assigned: it has no operator `[]=`");
            return false;
        }
        place.kind = PlaceKind::IndexCall;
        place.object = index->object;
        auto* f = static_cast<FunctionSymbol*>(setter.symbol);
        a_.ensure_signature(f);
        if (f->params.size() != 2) return false;
        Substitution s = a_.substitution(setter.owner);
        const Type* index_wanted = t_.substitute(f->params[0].type, s);
        if (!coerce(index->index, index_wanted, "index")) return false;
        place.index = index->index;
        place.type = t_.substitute(f->params[1].type, s);
        place.object_hole = hole(object, index->object->range);
        place.index_hole = hole(index->index->type, index->index->range);
        place.value_hole = hole(place.type, e->range);
        const Type* result = nullptr;
        place.set =
            call_member(place.object_hole, "[]=", {place.index_hole, place.value_hole}, e->range, &result);
        if (compound) {
            place.get = call_member(place.object_hole, "[]", {place.index_hole}, e->range, &result);
            if (place.get == nullptr) return false;
            if (result != place.type) {
                a_.error(e->range, "operators `[]` and `[]=` of " + quote(object) +
                                       " are of different types: " + quote(result) + " and " +
                                       quote(place.type));
                return false;
            }
        }
        return place.set != nullptr;
    }
    if (!is<NameExpr>(e) && !is<MemberExpr>(e)) {
        const bool call = is<CallExpr>(e), self = is<ThisExpr>(e);
        const SourceRange range = e->range;
        if (const Type* type = check_value(target); !type->has_error) {  // may put another node in its place
            a_.error(range, self ? "`this` cannot be assigned to" : "this cannot be assigned to",
                     call ? "the result of a call is a value, not a variable"
                          : "expected a variable, a field or an element");
        }
        return false;
    }
    auto* member = as<MemberExpr>(e);
    if (member != nullptr && member->safe) {
        a_.error(e->range, "`?.` cannot be assigned to", "test for null first");
        return false;
    }
    // A field of a struct or tuple that itself lies in a place: extend that place.
    if (member != nullptr && (is<NameExpr>(member->object) || is<MemberExpr>(member->object) ||
                              is<IndexExpr>(member->object) || is<ParenExpr>(member->object))) {
        // Find out what the object is without evaluating it as a value.
        Place outer;
        bool is_index = is<IndexExpr>(strip_parens(member->object));
        const Type* object_type = nullptr;
        Ref object_ref;
        if (!is_index && !is<ParenExpr>(member->object)) {
            object_ref = resolve_ref(member->object);
            if (object_ref.kind == Ref::Kind::Error) {
                member->object->type = t_.error;
                return false;
            }
        }
        auto declared_type = [&]() -> const Type* {
            switch (object_ref.kind) {
                case Ref::Kind::Local:
                    return static_cast<LocalSymbol*>(object_ref.symbol)->type;
                case Ref::Kind::Global:
                case Ref::Kind::Member:
                    if (object_ref.symbol->kind != SymbolKind::Field) return nullptr;
                    return t_.substitute(a_.field_type(static_cast<FieldSymbol*>(object_ref.symbol)),
                                         a_.substitution(object_ref.owner));
                case Ref::Kind::TupleElement:
                    return object_ref.owner->args[object_ref.index];
                default:
                    return nullptr;
            }
        };
        if (is_index) {
            auto* index = static_cast<IndexExpr*>(strip_parens(member->object));
            const Type* array = check_value(index->object);
            object_type = array->is(TypeKind::Array) ? array->element() : nullptr;
        } else {
            object_type = declared_type();
        }
        bool flat = object_type != nullptr && (object_type->is_struct() || object_type->is(TypeKind::Tuple));
        if (flat) {
            if (object_type->is(TypeKind::Tuple)) {
                a_.error(member->name.range, "the components of a tuple cannot be assigned",
                         "make a new tuple");
                return false;
            }
            // The object is a place of its own; check it again as one.
            if (!resolve_place(member->object, outer, false)) return false;
            if (outer.kind == PlaceKind::IndexCall) {
                a_.error(e->range, "this would change a copy of the element, not the element itself",
                         "take the element out, change it, and put it back");
                return false;
            }
            PlaceStep step;
            step.owner = object_type;
            const Type* type = nullptr;
            Member field = a_.find_member(object_type, member->name.text);
            if (!field || field.symbol->kind != SymbolKind::Field) {
                a_.error(member->name.range,
                         field ? quote(member->name.text) + " of " + quote(object_type) +
                                     " is not a field: it cannot be assigned"
                               : quote(object_type) + " has no field " + quote(member->name.text),
                         field ? "" : a_.suggest_member(object_type, member->name.text, module_));
                return false;
            }
            step.field = static_cast<FieldSymbol*>(field.symbol);
            type = t_.substitute(a_.field_type(step.field), a_.substitution(object_type));
            if (!step.field->is_mutable()) {
                auto& d =
                    a_.error(member->name.range,
                             "field " + quote(member->name.text) + " of struct " + quote(object_type) +
                                 " cannot be assigned",
                             "declare it `var " + std::string(member->name.text) + "`, or make a new value");
                if (step.field->range.end != 0) d.notes.push_back({step.field->range, "it is declared here"});
                return false;
            }
            std::vector<PlaceStep> path(outer.path.begin(), outer.path.end());
            path.push_back(step);
            place = outer;
            place.path = a_.arena.copy(path);
            place.type = type;
            return true;
        }
        if (is_index || is<ParenExpr>(member->object)) {
            check_value(member->object);
        } else if (object_ref.kind != Ref::Kind::Type && object_ref.kind != Ref::Kind::Module) {
            const Type* type = use_ref(member->object, object_ref, nullptr);
            member->object->type = type;
            if (type->has_error) return false;
        }
    }
    Ref ref = is<NameExpr>(e) ? resolve_name(static_cast<NameExpr*>(e)) : resolve_member(member);
    switch (ref.kind) {
        case Ref::Kind::Error:
            return false;
        case Ref::Kind::Local: {
            auto* local = static_cast<LocalSymbol*>(ref.symbol);
            if (!local->is_var) {
                const std::string name(local->name);
                const std::string hint = local->is_let ? "declare it `var " + name + "`"
                                                       : "copy it first: `var " + name + "2 = " + name + "`";
                auto& d = a_.error(e->range,
                                   (local->is_param ? "parameter " : "") + quote(local->name) +
                                       " cannot be assigned" + (local->is_let ? ": it is a `let`" : ""),
                                   hint);
                if (!local->is_param && local->range.end != 0)
                    d.notes.push_back({local->range, "it is declared here"});
                return false;
            }
            local->assigned = true;
            place.kind = PlaceKind::Local;
            place.local = local;
            place.type = local->type;
            return !local->type->has_error;
        }
        case Ref::Kind::Global:
        case Ref::Kind::Member: {
            if (ref.symbol->kind != SymbolKind::Field) {
                auto* f = static_cast<FunctionSymbol*>(ref.symbol);
                a_.error(e->range, f->has(classfile::kProperty)
                                       ? "property " + quote(f->name) + " is computed: it cannot be assigned"
                                       : "method " + quote(f->name) + " cannot be assigned");
                return false;
            }
            auto* field = static_cast<FieldSymbol*>(ref.symbol);
            const Type* type = t_.substitute(a_.field_type(field), a_.substitution(ref.owner));
            if (type->has_error) return false;
            bool of_this = ref.receiver != nullptr && is<ThisExpr>(ref.receiver);
            bool initialising = frame_->is_constructor && field->owner == type_ && of_this &&
                                field->decl != nullptr && field->decl->init == nullptr;
            if (ref.kind == Ref::Kind::Member && field->owner != nullptr && field->owner->is_struct()) {
                a_.error(e->range,
                         of_this ? "a struct's method cannot change its fields: it has a copy"
                                 : "this would change a copy",
                         of_this ? "return a changed value instead"
                                 : "change a copy in a `var`, and store that: `var x = a[i]`, `x." +
                                       std::string(field->name) + " = ...`, `a[i] = x`");
                return false;
            }
            if (!field->is_mutable() && !initialising) {
                auto& d = a_.error(e->range, quote(field->name) + " cannot be assigned: it is a `let`",
                                   "declare it `var " + std::string(field->name) + "`");
                if (field->range.end != 0) d.notes.push_back({field->range, "it is declared here"});
                return false;
            }
            place.type = type;
            if (ref.kind == Ref::Kind::Global) {
                place.kind = PlaceKind::Static;
                place.field = field;
                place.static_owner = ref.owner;
                return true;
            }
            place.kind = PlaceKind::Field;
            place.object = ref.receiver;
            place.field = field;
            PlaceStep step;
            step.owner = ref.owner;
            step.field = field;
            place.path = a_.arena.list<PlaceStep>({step});
            return true;
        }
        case Ref::Kind::ArrayLength:
            a_.error(e->range, "the length of an array cannot be changed", "use a List");
            return false;
        case Ref::Kind::TupleElement:
            a_.error(e->range, "the components of a tuple cannot be assigned", "make a new tuple");
            return false;
        default:
            a_.error(e->range, quote(name_of(e)) + " is not a variable: it cannot be assigned");
            return false;
    }
}

void BodyChecker::after_assignment(const Place& place, const Expr* value) {
    if (place.kind != PlaceKind::Local) return;
    forget(place.local);
    if (!place.path.empty() || place.local->function != frame_->function ||
        frame_->assigned_in_lambdas.contains(place.local->name))
        return;
    // var s: string? = null; s = "x"; s is a string from here.
    if (!place.type->is(TypeKind::Nullable) || value == nullptr) return;
    auto* wrapped = as<ConvertExpr>(value);
    if (wrapped == nullptr || wrapped->conversion != ConversionKind::Wrap ||
        wrapped->operand->type == nullptr)
        return;
    if (wrapped->operand->type == place.type->inner())
        flow_.facts.push_back({FactKey{place.local, {}}, place.type->inner()});
}

const Type* BodyChecker::check_assign(AssignExpr* e) {
    std::optional<ForgetUse> forget;
    forget.emplace(*this);
    if (auto* tuple = as<TupleExpr>(strip_parens(e->target)); tuple != nullptr && !e->compound) {
        std::vector<Place> places;
        bool ok = true;
        for (Expr*& target : tuple->elements) {
            Place place;
            forget->remember(target);
            ok &= resolve_place(target, place, false);
            places.push_back(place);
        }
        forget.reset();
        std::vector<const Type*> wanted;
        wanted.reserve(places.size());
        for (const Place& p : places) wanted.push_back(p.type != nullptr ? p.type : t_.error);
        const Type* hint = ok ? t_.tuple(wanted) : nullptr;
        const Type* type = check_value(e->value, hint);
        if (!ok || type->has_error) return t_.void_;
        if (!type->is(TypeKind::Tuple) || type->args.size() != places.size()) {
            a_.error(e->value->range, "expected a tuple of " + std::to_string(places.size()) +
                                          " components, found " + quote(type));
            return t_.void_;
        }
        std::vector<HoleExpr*> holes;
        std::vector<Expr*> values;
        for (std::size_t i = 0; i < places.size(); ++i) {
            holes.push_back(hole(type->args[i], e->value->range));
            Expr* value = holes.back();
            coerce(value, places[i].type, "assignment");
            values.push_back(value);
            after_assignment(places[i], nullptr);
        }
        e->element_places = a_.arena.copy(places);
        e->element_holes = a_.arena.copy(holes);
        e->element_values = a_.arena.copy(values);
        return t_.void_;
    }
    forget->remember(e->target);
    bool ok = resolve_place(e->target, e->place, e->compound);
    forget.reset();
    if (!ok) {
        // Lambdas and empty literals need a type that is wanted, which is not known.
        const Expr* value = strip_parens(e->value);
        const auto* array = as<ArrayLiteralExpr>(value);
        const auto* map = as<MapLiteralExpr>(value);
        if (!is<LambdaExpr>(value) && (array == nullptr || !array->elements.empty()) &&
            (map == nullptr || !map->entries.empty()))
            check(e->value);
        return t_.void_;
    }
    if (!e->compound) {
        check_value(e->value, e->place.type);
        coerce(e->value, e->place.type, "assignment");
        after_assignment(e->place, e->value);
        return t_.void_;
    }
    e->current = hole(e->place.type, e->target->range);
    auto* op = a_.make<BinaryExpr>(e->range);
    op->op = e->op;
    op->op_range = e->op_range;
    op->left = e->current;
    op->right = e->value;
    Expr* combined = op;
    check(combined, e->place.type);
    if (!combined->type->has_error) coerce(combined, e->place.type, "assignment");
    e->combined = combined;
    after_assignment(e->place, e->op == BinaryOp::Coalesce ? combined : nullptr);
    return t_.void_;
}

}  // namespace skua::compiler
