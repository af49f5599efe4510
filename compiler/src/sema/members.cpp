// Finding members: own, inherited, of bounds, of built-in types, and extensions.
#include <algorithm>

#include "sema/analyzer.h"

namespace skua::compiler {

Member Analyzer::find_member(const Type* type, std::string_view name) {
    if (type->has_error || name.empty()) return {};
    const Type* start = type;
    if (!type->is(TypeKind::Named) && !type->is(TypeKind::Var)) start = extension_of(type);
    if (start == nullptr) return {};
    // Classes first, up the chain, then interfaces: a class's method wins over a default one.
    // Breadth first; a method with a body wins over one without.
    std::vector<const Type*> seen;
    if (start->is(TypeKind::Var)) {
        seen = direct_supers(start);
    } else {
        seen.push_back(start);
    }
    Member abstract_found;
    for (std::size_t i = 0; i < seen.size() && seen.size() < 1000; ++i) {
        const Type* t = seen[i];
        TypeSymbol* symbol = t->symbol;
        ensure_members(symbol);
        if (auto it = symbol->members.find(name); it != symbol->members.end()) {
            it->second->used = true;
            Member found{it->second, t};
            auto* f =
                it->second->kind == SymbolKind::Function ? static_cast<FunctionSymbol*>(it->second) : nullptr;
            bool is_abstract = f != nullptr && f->has(classfile::kAbstract);
            if (!is_abstract) return found;
            if (!abstract_found) abstract_found = found;
        }
        // The superclass is examined right after its class.
        auto supers = direct_supers(t);
        std::size_t at = i + 1;
        for (const Type* super : supers) {
            if (std::find(seen.begin(), seen.end(), super) != seen.end()) continue;
            if (super->is_class()) {
                seen.insert(seen.begin() + static_cast<std::ptrdiff_t>(at++), super);
            } else {
                seen.push_back(super);
            }
        }
    }
    return abstract_found;
}

Member Analyzer::find_static(TypeSymbol* type, std::string_view name) {
    for (int depth = 0; type != nullptr && depth < 1000; ++depth) {
        ensure_members(type);
        if (auto it = type->members.find(name); it != type->members.end()) {
            it->second->used = true;
            return {it->second, type->type_kind == TypeSymbolKind::Extension ? nullptr : type->self};
        }
        type = type->super != nullptr ? type->super->symbol : nullptr;
    }
    return {};
}

bool Analyzer::match_receiver(const Type* pattern, const Type* type, std::vector<const Type*>& args) {
    if (pattern->is(TypeKind::Var) && pattern->param->of_function) {
        if (pattern->param->index >= args.size()) return pattern == type;
        const Type*& slot = args[pattern->param->index];
        if (slot == nullptr) slot = type;
        return slot == type;
    }
    if (pattern == type) return true;
    if (pattern->kind != type->kind) {
        if (!pattern->is(TypeKind::Named) || (!type->is(TypeKind::Var) && !type->is(TypeKind::Array) &&
                                              !type->is_primitive() && !type->is(TypeKind::String)))
            return false;
    }
    if (pattern->is(TypeKind::Named)) {
        const Type* found = as_instance_of(type, pattern->symbol);
        if (found == nullptr) return false;
        type = found;
    }
    // At the top a subclass will do, with null or without; below it the match is exact: generic types are
    // invariant.
    if (pattern->is(TypeKind::Nullable)) return match_receiver(pattern->inner(), type->inner(), args);
    if (pattern->args.size() != type->args.size()) return false;
    for (std::size_t i = 0; i < pattern->args.size(); ++i) {
        const Type *p = pattern->args[i], *t = type->args[i];
        if (!match_receiver(p, t, args)) return false;
        while (p->is(TypeKind::Nullable) && t->is(TypeKind::Nullable)) p = p->inner(), t = t->inner();
        if (p->is(TypeKind::Named) && t->is(TypeKind::Named) && p->symbol != t->symbol) return false;
    }
    return true;
}

FunctionSymbol* Analyzer::find_extension(const Type* type, std::string_view name, ModuleSymbol* from) {
    FunctionSymbol *best = nullptr, *unsatisfied = nullptr;
    unsigned best_rank = 0;
    std::vector<ModuleSymbol*> modules{from};
    ModuleScope& scope = scope_of(from);
    modules.insert(modules.end(), scope.imported.begin(), scope.imported.end());
    auto prelude = prelude_modules();
    modules.insert(modules.end(), prelude.begin(), prelude.end());
    for (std::size_t i = 0; i < modules.size(); ++i) {
        ModuleSymbol* m = modules[i];
        if (std::find(modules.begin(), modules.begin() + static_cast<std::ptrdiff_t>(i), m) !=
            modules.begin() + static_cast<std::ptrdiff_t>(i))
            continue;
        if (m->ast == nullptr && m->file == nullptr) load_module_file(m);
        for (FunctionSymbol* f : m->extension_functions) {
            if (f->name != name) continue;
            ensure_signature(f);
            if (f->this_type == nullptr || (m != from && !f->has(classfile::kPublic))) continue;
            std::vector<const Type*> args(f->type_params.size());
            if (!match_receiver(f->this_type, type, args)) continue;
            bool fits = true;
            for (std::size_t p = 0; p < args.size(); ++p) {
                if (args[p] == nullptr) continue;
                for (const Type* bound : f->type_params[p]->bounds) {
                    fits &= implements(args[p], types.substitute(bound, {{}, args}));
                }
            }
            if (!fits) {
                unsatisfied = f;
                continue;
            }
            // An exact receiver beats a generic one; that, a supertype's; and of these, the one that is a
            // subtype of the other.
            const Type* receiver = f->this_type;
            bool same = receiver->kind == type->kind && receiver->symbol == type->symbol;
            unsigned rank = receiver == type ? 12 : same ? 8 : receiver->has_vars ? 2 : 1;
            for (const Type* a : args)
                rank += a != nullptr && !f->type_params.empty() && !f->type_params[0]->bounds.empty() ? 1 : 0;
            auto is_below = [&](const Type* a, const Type* b) {
                return a->is(TypeKind::Named) && b->is(TypeKind::Named) && a->symbol != b->symbol &&
                       as_instance_of(a, b->symbol) != nullptr;
            };
            if (best != nullptr && is_below(best->this_type, receiver)) continue;
            if (rank > best_rank || is_below(receiver, best->this_type)) {
                best = f;
                best_rank = rank;
            }
        }
    }
    if (best == nullptr) best = unsatisfied;
    if (best != nullptr) scope.used_modules.insert(best->module);
    return best;
}

void Analyzer::collect_member_names(const Type* type, std::vector<std::string_view>& out, int depth) {
    if (depth > 30) return;
    const Type* t = type->is(TypeKind::Named) ? type : extension_of(type);
    if (t != nullptr) {
        ensure_members(t->symbol);
        for (auto& [name, symbol] : t->symbol->members) {
            // Operators are not named, private members seldom meant.
            const bool letter = !name.empty() && (name[0] == '_' || (name[0] | 0x20) >= 'a');
            if (letter && (can_access(symbol, nullptr, nullptr) || symbol->range.end != 0))
                out.push_back(name);
        }
    }
    for (const Type* super : direct_supers(type)) collect_member_names(super, out, depth + 1);
}

// Where what was written as a method is a function of a module that takes such a value first.
std::string Analyzer::suggest_function(const Type* type, std::string_view name, ModuleSymbol* from) {
    const auto takes = [&](ModuleSymbol* module) {
        Symbol* found = module == nullptr ? nullptr : find_in_module(module, name);
        if (found == nullptr || found->kind != SymbolKind::Function || !is_visible(found, from)) return false;
        auto* f = static_cast<FunctionSymbol*>(found);
        ensure_signature(f);
        return !f->params.empty() && f->params.front().type == type;
    };
    const std::string call = std::string(name) + "(...)";
    if (takes(from)) return "it is a function: write `" + call + "`";
    for (ModuleSymbol* m : scope_of(from).imported)
        if (takes(m)) return "it is a function of " + std::string(m->name) + ": write `" + call + "`";
    if (type->is_primitive() && takes(find_module("std.math")))
        return "it is a function of std.math: write `math." + call + "`";
    return {};
}

std::string Analyzer::suggest_member(const Type* type, std::string_view name, ModuleSymbol* from) {
    if (sink.full()) return {};  // nobody would see it
    std::vector<std::string_view> names;
    collect_member_names(type, names);
    if (type->is(TypeKind::Array)) names.push_back("len");
    std::vector<ModuleSymbol*> modules{from};
    for (ModuleSymbol* m : scope_of(from).imported) modules.push_back(m);
    for (ModuleSymbol* m : prelude_modules()) modules.push_back(m);
    for (ModuleSymbol* m : modules) {
        for (FunctionSymbol* f : m->extension_functions) {
            ensure_signature(f);
            std::vector<const Type*> args(f->type_params.size());
            if (f->this_type != nullptr && match_receiver(f->this_type, type, args)) names.push_back(f->name);
        }
    }
    if (std::string hint = foreign_member(type, name, names); !hint.empty()) return hint;
    if (std::string call = suggest_function(type, name, from); !call.empty()) return call;
    if (auto best = nearest(name, names); !best.empty()) return "did you mean " + quote(best) + "?";
    if (std::string hint = misspelt_foreign_member(name, names); !hint.empty()) return hint;
    return suggest_name(name, names);
}

bool Analyzer::can_access(const Symbol* member, const ModuleSymbol* module, const TypeSymbol* from) const {
    std::uint32_t flags = 0;
    const TypeSymbol* owner = nullptr;
    if (member->kind == SymbolKind::Function) {
        flags = static_cast<const FunctionSymbol*>(member)->flags;
        owner = static_cast<const FunctionSymbol*>(member)->owner;
    } else if (member->kind == SymbolKind::Field) {
        flags = static_cast<const FieldSymbol*>(member)->flags;
        owner = static_cast<const FieldSymbol*>(member)->owner;
    }
    if ((flags & classfile::kPrivate) == 0) return true;
    if (owner == nullptr) {
        return member->kind != SymbolKind::Function ||
               static_cast<const FunctionSymbol*>(member)->module == module;
    }
    return owner == from;
}

}  // namespace skua::compiler
