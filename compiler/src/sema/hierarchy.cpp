// Checks of type declarations: cycles, overriding, interfaces implemented in full.
#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "sema/analyzer.h"

namespace skua::compiler {
namespace {

std::string signature_of(Analyzer& a, FunctionSymbol* f, const Substitution& s) {
    if (f->has(classfile::kProperty))
        return "get " + std::string(f->name) + ": " + to_string(a.types.substitute(a.result_type(f), s));
    std::string out = "fn " + std::string(f->name) + "(";
    for (std::size_t i = 0; i < f->params.size(); ++i) {
        if (i != 0) out += ", ";
        out += std::string(f->params[i].name) + ": " + to_string(a.types.substitute(f->params[i].type, s));
    }
    out += ")";
    const Type* result = a.types.substitute(a.result_type(f), s);
    if (!result->is(TypeKind::Void)) out += ": " + to_string(result);
    return out;
}

// `inherited`: what the parameters of the type that declares `own` stand for.
bool same_signature(Analyzer& a, FunctionSymbol* own, FunctionSymbol* base, const Substitution& s,
                    const Substitution& inherited = {}) {
    if (own->params.size() != base->params.size() || own->type_params.size() != base->type_params.size())
        return false;
    if (own->has(classfile::kProperty) != base->has(classfile::kProperty)) return false;
    std::vector<const Type*> own_vars;
    for (TypeParamSymbol* p : own->type_params) own_vars.push_back(a.types.var(p));
    Substitution both{s.type_args, own_vars};
    auto same = [](const Type* x, const Type* y) { return x == y || x->has_error || y->has_error; };
    for (std::size_t i = 0; i < own->params.size(); ++i) {
        if (!same(a.types.substitute(own->params[i].type, inherited),
                  a.types.substitute(base->params[i].type, both)))
            return false;
    }
    return same(a.types.substitute(a.result_type(own), inherited),
                a.types.substitute(a.result_type(base), both));
}

}  // namespace

void Analyzer::check_struct_cycle(TypeSymbol* type) {
    // A struct is stored flat: it cannot contain itself, not through tuples and nullables either.
    std::vector<std::pair<const Type*, FieldSymbol*>> work;
    std::unordered_set<const Type*> seen;
    auto push = [&](auto&& self, const Type* t, FieldSymbol* via) -> void {
        if (t->is_struct()) {
            if (seen.insert(t).second && seen.size() < 2000) work.push_back({t, via});
        } else if (t->is(TypeKind::Tuple) || t->is(TypeKind::Nullable)) {
            for (const Type* part : t->args) self(self, part, via);
        }
    };
    for (FieldSymbol* f : type->fields) {
        if (!f->is_static()) push(push, field_type(f), f);
    }
    for (std::size_t i = 0; i < work.size(); ++i) {
        auto [t, via] = work[i];
        if (t->symbol == type) {
            error(via->range, "struct " + quote(type->name) + " contains itself: its size would be infinite",
                  "make it a class, or keep an array `[" + std::string(type->name) + "]`");
            via->type = types.error;
            return;
        }
        ensure_members(t->symbol);
        for (FieldSymbol* f : t->symbol->fields) {
            if (!f->is_static()) push(push, types.substitute(field_type(f), substitution(t)), via);
        }
    }
}

void Analyzer::check_overrides(TypeSymbol* type) {
    for (FunctionSymbol* f : type->functions) {
        if (f->is_static() && f->role != FunctionRole::Method) continue;
        ensure_signature(f);
        bool wants_override = f->has(classfile::kOverride);
        bool found_class = false, found_any = false;
        for (const Type* super : direct_supers(type->type_kind == TypeSymbolKind::Extension
                                                   ? types.named(type,
                                                                 [&] {
                                                                     std::vector<const Type*> args;
                                                                     for (auto* p : type->type_params)
                                                                         args.push_back(types.var(p));
                                                                     return types.list(args);
                                                                 }())
                                                   : type->self)) {
            Member base = find_member(super, f->name);
            if (!base) continue;
            found_any = true;
            if (base.symbol->kind != SymbolKind::Function) {
                if (f->has(classfile::kSynthetic)) continue;
                auto& d = error(f->range, quote(f->name) + " hides a field of " + quote(base.owner));
                if (base.symbol->range.end != 0)
                    d.notes.push_back({base.symbol->range, "the field is declared here"});
                continue;
            }
            auto* base_function = static_cast<FunctionSymbol*>(base.symbol);
            if (base_function->role == FunctionRole::Static) {
                found_any = false;
                continue;
            }
            if (!can_access(base_function, type->module, type)) {
                found_any = false;
                continue;
            }
            ensure_signature(base_function);
            if (f->overridden == nullptr) f->overridden = base_function;
            if (f->has(classfile::kPrivate)) {
                error(f->range,
                      "method " + quote(f->name) + " cannot be private: it stands for that of " +
                          quote(base.owner),
                      "leave out `private`, or choose another name");
                continue;
            }
            bool of_interface = base_function->owner != nullptr && base_function->owner->is_interface();
            if (!of_interface) {
                found_class = true;
                if (!base_function->has(classfile::kOpen) && !base_function->has(classfile::kAbstract)) {
                    auto& d = error(f->range,
                                    "method " + quote(f->name) + " of " + quote(base.owner) +
                                        " is closed: it cannot be overridden",
                                    "declare it `open fn " + std::string(f->name) + "` there");
                    if (base_function->range.end != 0)
                        d.notes.push_back({base_function->range, "it is declared here"});
                    continue;
                }
            }
            const bool readable = f->decl == nullptr || !is_incomplete(f->decl->header);
            if (readable && !same_signature(*this, f, base_function, substitution(base.owner))) {
                auto& d = error(f->range, "method " + quote(f->name) +
                                              " does not have the signature of the one it " +
                                              (of_interface ? "implements" : "overrides") + ": expected `" +
                                              signature_of(*this, base_function, substitution(base.owner)) +
                                              "`, found `" + signature_of(*this, f, {}) + "`");
                if (base_function->range.end != 0)
                    d.notes.push_back({base_function->range, "declared here in " + quote(base.owner)});
            }
        }
        if (wants_override && !found_any && !is_member_lost(type->self, f->name, type->module)) {
            std::vector<std::string_view> names;
            for (const Type* super : direct_supers(type->self)) collect_member_names(super, names);
            auto best = nearest(f->name, names);
            constexpr std::pair<std::string_view, std::string_view> kCore[] = {{"toString", "Display"},
                                                                               {"hash", "Hashable"},
                                                                               {"equals", "Equatable"},
                                                                               {"compareTo", "Comparable"}};
            std::string hint = best.empty() ? "leave out `override`" : "did you mean " + quote(best) + "?";
            for (auto [method, interface] : kCore) {
                if (f->name != method) continue;
                hint =
                    "name its interface: `" + std::string(type->name) + " : " + std::string(interface) +
                    (method == "equals" || method == "compareTo" ? "<" + to_string(type->self) + ">`" : "`");
            }
            error(f->range, quote(f->name) + " overrides nothing: no supertype has a method of this name",
                  hint);
        } else if (found_class && !wants_override) {
            error(f->range, "method " + quote(f->name) + " overrides one of the superclass and must say so",
                  "write `override fn " + std::string(f->name) + "`");
        }
        if (found_any && f->overridden != nullptr) f->flags |= classfile::kOverride;
        if (type->is_class() && f->has(classfile::kOpen) && !f->has(classfile::kAbstract) &&
            !type->has(classfile::kOpen)) {
            error(f->range, "method " + quote(f->name) + " is `open` in a closed class",
                  "declare the class `open class " + std::string(type->name) + "`");
        }
        if (f->has(classfile::kAbstract) && type->is_class() && !type->has(classfile::kAbstract)) {
            error(f->range, "method " + quote(f->name) + " is abstract in a class that is not",
                  "declare the class `abstract class " + std::string(type->name) + "`");
        }
        if (type->is_struct() && (f->decl != nullptr) &&
            (f->decl->modifiers & (ast::kModOpen | ast::kModAbstract)) != 0) {
            error(f->range, "a struct's method cannot be `open` or `abstract`: structs have no subtypes");
        }
        if ((f->has(classfile::kOpen) || f->has(classfile::kAbstract)) && !f->type_params.empty()) {
            error(f->range,
                  "generic method " + quote(f->name) + " cannot be " +
                      (type->is_interface() ? "an interface method" : "open or abstract") +
                      ": each instance of it is its own function",
                  "make it a function outside of the type, or an extension");
        }
    }
    for (FieldSymbol* field : type->fields) {
        if (type->super == nullptr || field->is_static()) break;
        Member base = find_member(type->super, field->name);
        if (base && can_access(base.symbol, type->module, type)) {
            bool both_params = field->ctor_param != nullptr && base.symbol->kind == SymbolKind::Field;
            error(field->range, quote(field->name) + " hides a member of " + quote(base.owner),
                  both_params ? "leave out `let` or `var` here: the superclass has the field"
                              : "choose another name");
        }
    }
}

void Analyzer::check_completeness(TypeSymbol* type) {
    if (type->has(classfile::kAbstract) || type->is_interface() || type->has_unknown_super) return;
    if (type->decl != nullptr && is_incomplete(type->decl->range)) return;
    const Type* self = type->self;
    if (type->type_kind == TypeSymbolKind::Extension) {
        std::vector<const Type*> args;
        for (auto* p : type->type_params) args.push_back(types.var(p));
        self = types.named(type, args);
    }
    std::vector<const Type*> all = direct_supers(self);
    std::vector<std::string> missing;
    const Type* first_owner = nullptr;
    FunctionSymbol* first = nullptr;
    for (std::size_t i = 0; i < all.size() && all.size() < 1000; ++i) {
        TypeSymbol* symbol = all[i]->symbol;
        ensure_members(symbol);
        for (FunctionSymbol* f : symbol->functions) {
            if (!f->has(classfile::kAbstract)) continue;
            Member found = find_member(self, f->name);
            auto* field = found && found.symbol->kind == SymbolKind::Field && f->has(classfile::kProperty)
                              ? static_cast<FieldSymbol*>(found.symbol)
                              : nullptr;
            if (field != nullptr && !field->is_static() && can_access(field, type->module, type)) {
                // A field may stand for a property: class Student(let name: string) : Named.
                const Type* wanted = types.substitute(result_type(f), substitution(all[i]));
                const Type* type_found = types.substitute(field_type(field), substitution(found.owner));
                if (type_found != wanted && !wanted->has_error && !type_found->has_error) {
                    error(found.owner->symbol == type ? field->range : type->range,
                          "field " + quote(field->name) + " stands for a property of " + quote(all[i]) +
                              ": expected " + quote(wanted) + ", found " + quote(type_found));
                } else if (!inherits_getter(type, field, all[i])) {
                    make_getter(type, field, type_found)->overridden = f;
                }
                continue;
            }
            auto* implementation = found && found.symbol->kind == SymbolKind::Function
                                       ? static_cast<FunctionSymbol*>(found.symbol)
                                       : nullptr;
            if (implementation == nullptr || implementation->has(classfile::kAbstract)) {
                ensure_signature(f);
                std::string text = signature_of(*this, f, substitution(all[i]));
                if (std::find(missing.begin(), missing.end(), text) == missing.end()) missing.push_back(text);
                if (first == nullptr) first = f, first_owner = all[i];
            } else if (implementation->owner != type && implementation->owner != nullptr &&
                       !implementation->owner->is_interface() && symbol->is_interface()) {
                // Inherited from a superclass that does not know the interface.
                ensure_signature(f);
                ensure_signature(implementation);
                if (!same_signature(*this, implementation, f, substitution(all[i]),
                                    substitution(found.owner))) {
                    error(type->range, "method " + quote(f->name) + " inherited from " + quote(found.owner) +
                                           " does not have the signature that " + quote(all[i]) +
                                           " needs: expected `" +
                                           signature_of(*this, f, substitution(all[i])) + "`");
                }
            }
        }
        for (const Type* super : direct_supers(all[i])) {
            if (std::find(all.begin(), all.end(), super) == all.end()) all.push_back(super);
        }
    }
    check_conflicts(type, self, all);
    if (missing.empty()) return;
    auto& d = error(
        type->range,
        (type->is_struct()                              ? "struct "
         : type->type_kind == TypeSymbolKind::Extension ? "extension of "
                                                        : "class ") +
            quote(type->name) + " does not implement " + quoted_list(missing) + " of " + quote(first_owner),
        type->is_class()
            ? "add " + std::string(missing.size() == 1 ? "it" : "them") + ", or declare the class `abstract`"
            : "");
    if (first->range.end != 0) d.notes.push_back({first->range, quote(first->name) + " is declared here"});
}

// Methods of one name from interfaces that know nothing of each other: which one the type has must be
// said, and they must be alike.
void Analyzer::check_conflicts(TypeSymbol* type, const Type* self, std::span<const Type* const> supers) {
    for (const Type* super : supers) {
        if (!super->is_interface()) continue;
        for (FunctionSymbol* f : super->symbol->functions) {
            if (f->role == FunctionRole::Static) continue;
            Member found = find_member(self, f->name);
            auto* chosen = found && found.symbol->kind == SymbolKind::Function
                               ? static_cast<FunctionSymbol*>(found.symbol)
                               : nullptr;
            if (chosen == nullptr || chosen == f || chosen->owner == nullptr ||
                !chosen->owner->is_interface())
                continue;
            if (is_subtype(found.owner, super) || is_subtype(super, found.owner)) continue;
            ensure_signature(f);
            ensure_signature(chosen);
            const bool alike =
                same_signature(*this, chosen, f, substitution(super), substitution(found.owner));
            if (alike && (f->has(classfile::kAbstract) || chosen->has(classfile::kAbstract))) continue;
            auto& d =
                error(type->range,
                      quote(type->name) + " inherits " + quote(f->name) + " from " + quote(found.owner) +
                          " and from " + quote(super) + (alike ? "" : ", with another signature"),
                      alike ? "declare it here, so that it is clear which one is meant" : "");
            if (f->range.end != 0) d.notes.push_back({f->range, "declared here in " + quote(super)});
            return;
        }
    }
}

// Has a superclass the property already that reads the field for the interface?
bool Analyzer::inherits_getter(const TypeSymbol* type, const FieldSymbol* field, const Type* interface) {
    if (field->owner == type) return false;
    for (const Type* super = type->super; super != nullptr; super = super->symbol->super) {
        TypeSymbol* symbol = super->symbol;
        ensure_members(symbol);
        for (const FunctionSymbol* f : symbol->functions)
            if (f->name == field->name) return true;
        // It gets one when it is checked, which may be later.
        if (symbol->decl != nullptr && !symbol->has(classfile::kAbstract) &&
            as_instance_of(symbol->self, interface->symbol) != nullptr)
            return true;
        if (symbol == field->owner) break;
    }
    return false;
}

FunctionSymbol* Analyzer::make_getter(TypeSymbol* type, FieldSymbol* field, const Type* result) {
    for (FunctionSymbol* f : type->functions) {
        if (f->name == field->name) return f;
    }
    auto* decl = make<ast::FunctionDecl>(field->range);
    decl->name = {field->name, field->range};
    decl->is_property = true;
    decl->expression_body = true;
    decl->header = field->range;
    auto* member = make<ast::MemberExpr>(field->range);
    member->object = make<ast::ThisExpr>(field->range);
    member->name = {field->name, field->range};
    decl->body = member;
    FunctionSymbol* f = declare_function(decl, type->module, type);
    f->flags |= classfile::kOverride;
    f->result = result;
    ensure_signature(f);
    f->result = result;
    type->functions.push_back(f);
    return f;
}

// Two extensions of a type with one name, or one that a member of the type hides.
void Analyzer::check_extensions(ModuleSymbol* module) {
    std::unordered_map<std::string_view, FunctionSymbol*> seen;
    for (ExtensionBlock* block : module->extensions) {
        for (FunctionSymbol* f : block->functions) {
            auto [it, fresh] = seen.emplace(f->link_name, f);
            if (!fresh && it->second->decl != f->decl) {
                auto& d = error(f->range, quote(f->name) + " is declared twice for " + quote(block->target));
                d.notes.push_back({it->second->range, "the first declaration is here"});
                continue;
            }
            if (block->target->has_error || block->target->is(TypeKind::Var) || f->this_type == nullptr)
                continue;
            Member member = find_member(block->target, f->name);
            if (!member || !can_access(member.symbol, module, nullptr)) continue;
            auto& d = error(
                f->range,
                quote(block->target) + " has a member " + quote(f->name) + " already, which hides this one",
                "choose another name");
            if (member.symbol->range.end != 0)
                d.notes.push_back({member.symbol->range, "the member is declared here"});
        }
    }
}

void Analyzer::check_type(TypeSymbol* type) {
    ensure_members(type);
    if (type->is_struct()) check_struct_cycle(type);
    check_overrides(type);
    check_completeness(type);
    if (type->is_class() && type->has(classfile::kAbstract) && type->decl != nullptr &&
        type->constructor != nullptr) {
        ensure_signature(type->constructor);
    }
}

}  // namespace skua::compiler
