// Written types to types; supers, members and signatures on demand.
#include <algorithm>

#include "sema/analyzer.h"

namespace skua::compiler {

const Type* Analyzer::builtin_type(std::string_view name) {
    if (name.empty() || name.size() > 6) return nullptr;
    static const std::unordered_map<std::string_view, TypeKind> kNames = {
        {"int", TypeKind::I64},   {"float", TypeKind::F64}, {"string", TypeKind::String},
        {"bool", TypeKind::Bool}, {"char", TypeKind::Char}, {"i8", TypeKind::I8},
        {"i16", TypeKind::I16},   {"i32", TypeKind::I32},   {"i64", TypeKind::I64},
        {"u8", TypeKind::U8},     {"u16", TypeKind::U16},   {"u32", TypeKind::U32},
        {"u64", TypeKind::U64},   {"f32", TypeKind::F32},   {"f64", TypeKind::F64}};
    auto it = kNames.find(name);
    return it == kNames.end() ? nullptr : types.primitive(it->second);
}

TypeScope Analyzer::scope_of(const TypeSymbol* type) const {
    return {type->module, {type->type_params}};
}

TypeScope Analyzer::scope_of(const FunctionSymbol* function) const {
    TypeScope scope{function->module, {function->type_params}};
    if (function->owner != nullptr) scope.params[1] = function->owner->type_params;
    return scope;
}

Symbol* Analyzer::resolve_path(ast::List<ast::Ident> path, ModuleSymbol* from, bool report,
                               const TypeScope* scope) {
    Symbol* symbol = find_global(from, path[0].text);
    std::size_t next = 1;
    if (symbol == nullptr && path.size() > 1) {
        // A full module name without an import of that shape: std.json.Json.
        std::string prefix(path[0].text);
        while (next < path.size()) {
            if (ModuleSymbol* m = find_module(prefix)) symbol = m;
            if (symbol != nullptr &&
                find_in_module(static_cast<ModuleSymbol*>(symbol), path[next].text) != nullptr)
                break;
            prefix += "." + std::string(path[next].text);
            ++next;
        }
    }
    if (symbol == nullptr) {
        if (auto it = scope_of(from).names.find(path[0].text); it != scope_of(from).names.end())
            return nullptr;  // import failed
        if (report && !is_lost(from, path[0].text)) {
            std::string hint = foreign_type(path[0].text);
            if (hint.empty() && scope != nullptr) {
                std::vector<std::string_view> names;
                for (auto params : scope->params) {
                    for (TypeParamSymbol* p : params) names.push_back(p->name);
                }
                if (auto best = nearest(path[0].text, names); !best.empty())
                    hint = "did you mean " + quote(best) + "?";
            }
            if (hint.empty()) hint = suggest_global(from, path[0].text);
            if (is_news(from, std::string(path[0].text), hint))
                error(path[0].range, "unknown type " + quote(path[0].text), hint);
        }
        return nullptr;
    }
    for (; next < path.size(); ++next) {
        if (symbol->kind != SymbolKind::Module) break;
        auto* module = static_cast<ModuleSymbol*>(symbol);
        Symbol* inner = find_in_module(module, path[next].text);
        if (inner == nullptr)
            inner = find_module(std::string(module->name) + "." + std::string(path[next].text));
        if (inner == nullptr) {
            if (report && !is_lost(module, path[next].text)) {
                std::vector<std::string_view> names;
                for (auto& [name, s] : module->members) {
                    if (s != nullptr && s->kind == SymbolKind::Type) names.push_back(name);
                }
                auto best = nearest(path[next].text, names);
                error(path[next].range,
                      "module " + quote(module->name) + " has no type " + quote(path[next].text),
                      best.empty() ? "" : "did you mean " + quote(best) + "?");
            }
            return nullptr;
        }
        symbol = inner;
    }
    if (!is_visible(symbol, from) && report) {
        error(path.back().range,
              quote(path.back().text) + " is private to module " +
                  quote(symbol->kind == SymbolKind::Type ? static_cast<TypeSymbol*>(symbol)->module->name
                                                         : symbol->name),
              "declare it `pub` there");
        return nullptr;
    }
    return symbol;
}

const Type* Analyzer::resolve_named(ast::NamedTypeNode* node, const TypeScope& scope) {
    if (node->path.empty() || node->path[0].text.empty()) return types.error;
    auto resolve_args = [&] {
        std::vector<const Type*> args;
        for (ast::TypeNode* a : node->args) args.push_back(resolve(a, scope));
        return args;
    };
    if (node->path.size() == 1) {
        std::string_view name = node->path[0].text;
        const Type* simple = nullptr;
        for (auto params : scope.params) {
            for (TypeParamSymbol* p : params) {
                if (simple == nullptr && p->name == name) simple = types.var(p);
            }
        }
        if (simple == nullptr) simple = builtin_type(name);
        if (simple != nullptr) {
            if (!node->args.empty()) {
                error(node->range, quote(name) + " takes no type arguments");
                resolve_args();
            }
            return simple;
        }
    }
    Symbol* symbol = resolve_path(node->path, scope.module, true, &scope);
    auto args = resolve_args();
    if (symbol == nullptr) return types.error;
    if (symbol->kind != SymbolKind::Type) {
        error(node->range, quote(symbol->name) + " is a " +
                               (symbol->kind == SymbolKind::Module     ? "module"
                                : symbol->kind == SymbolKind::Function ? "function"
                                                                       : "variable") +
                               ", not a type");
        return types.error;
    }
    auto* type = static_cast<TypeSymbol*>(symbol);
    warn_deprecated(type, type->flags, type->module, scope.module, node->path.back().range);
    if (type->type_params.size() != args.size()) {
        std::string wanted = std::to_string(type->type_params.size()) + " type argument" +
                             (type->type_params.size() == 1 ? "" : "s");
        std::string example(type->name);
        if (!type->type_params.empty()) {
            example += "<";
            for (std::size_t i = 0; i < type->type_params.size(); ++i)
                example += (i == 0 ? "" : ", ") + std::string(i == 0 ? "int" : "string");
            example += ">";
        }
        error(node->range,
              type->type_params.empty()
                  ? quote(type->name) + " takes no type arguments"
                  : quote(type->name) + " needs " + wanted + ", found " + std::to_string(args.size()),
              type->type_params.empty() ? "" : "write for example `" + example + "`");
        return types.error;
    }
    const Type* result = types.named(type, args);
    if (result->is(TypeKind::Error) && !args.empty()) {
        for (const Type* a : args) {
            if (a->has_error) return result;
        }
        error(node->range, "the type is nested too deeply",
              "at most " + std::to_string(Type::kMaxDepth) + " levels are allowed");
    } else if (!args.empty() && !result->has_error) {
        pending_bounds.push_back({type, result->args, {result->args, {}}, node->range});
    }
    return result;
}

const Type* Analyzer::resolve(ast::TypeNode* node, const TypeScope& scope, bool allow_void) {
    if (node == nullptr) return types.error;
    if (node->type != nullptr) return node->type;
    const Type* result = types.error;
    switch (node->kind) {
        case ast::TypeNodeKind::Named: {
            auto* named = static_cast<ast::NamedTypeNode*>(node);
            if (named->path.size() == 1 && named->path[0].text == "void" && named->args.empty()) {
                result = types.void_;
                if (!allow_void) {
                    error(node->range, "`void` is only the result of a function");
                    result = types.error;
                }
                break;
            }
            result = resolve_named(named, scope);
            break;
        }
        case ast::TypeNodeKind::Array: {
            const Type* element = resolve(static_cast<ast::ArrayTypeNode*>(node)->element, scope);
            result = element->is(TypeKind::Error) ? element : types.array(element);
            break;
        }
        case ast::TypeNodeKind::Nullable:
            result = resolve(static_cast<ast::NullableTypeNode*>(node)->inner, scope);
            if (!result->is(TypeKind::Error)) result = types.nullable(result);
            break;
        case ast::TypeNodeKind::Tuple: {
            std::vector<const Type*> parts;
            for (ast::TypeNode* e : static_cast<ast::TupleTypeNode*>(node)->elements)
                parts.push_back(resolve(e, scope));
            result = types.tuple(parts);
            break;
        }
        case ast::TypeNodeKind::Function: {
            auto* f = static_cast<ast::FunctionTypeNode*>(node);
            std::vector<const Type*> params;
            for (ast::TypeNode* p : f->params) params.push_back(resolve(p, scope));
            result =
                types.function(params, f->result != nullptr ? resolve(f->result, scope, true) : types.void_);
            break;
        }
    }
    node->type = result;
    return result;
}

void Analyzer::resolve_bounds(ast::List<ast::TypeParamNode*> nodes, const TypeScope& scope) {
    for (ast::TypeParamNode* node : nodes) {
        if (node->symbol == nullptr || node->symbol->resolved) continue;
        node->symbol->resolved = true;
        std::vector<const Type*> bounds;
        for (ast::TypeNode* b : node->bounds) {
            const Type* bound = resolve(b, scope);
            if (bound->has_error) continue;
            if (!bound->is_interface()) {
                error(b->range, "a bound must be an interface, found " + quote(bound));
                continue;
            }
            bounds.push_back(bound);
        }
        node->symbol->bounds = types.list(bounds);
    }
}

void Analyzer::ensure_supers(TypeSymbol* type) {
    using Stage = TypeSymbol::Stage;
    if (type->stage >= Stage::Supers) return;
    if (type->stage == Stage::Resolving) {
        return;  // a cycle: found and reported by check_type
    }
    type->stage = Stage::Resolving;
    if (type->file != nullptr) {
        const auto& file = *type->file;
        import_bounds(file, file.type_params, type->type_params, type->type_params, {});
        if (file.super != classfile::kNone) {
            const Type* super = import_type(file, file.super, type->type_params, {});
            if (super->is_class()) type->super = super;
        }
        std::vector<const Type*> interfaces;
        for (auto i : file.interfaces) {
            const Type* t = import_type(file, i, type->type_params, {});
            if (t->is_interface()) interfaces.push_back(t);
        }
        type->interfaces = types.list(interfaces);
        type->stage = Stage::Supers;
        return;
    }
    TypeScope scope = scope_of(type);
    std::vector<const Type*> interfaces;
    auto add_super = [&](ast::SuperNode& node, bool may_be_class) {
        const Type* t = resolve(node.type, scope);
        if (t->has_error) {
            type->has_unknown_super = true;
            return;
        }
        if (t->is_interface()) {
            if (node.has_args)
                error(node.range, quote(t) + " is an interface and has no constructor",
                      "leave out the `(...)`");
            if (std::find(interfaces.begin(), interfaces.end(), t) != interfaces.end()) {
                error(node.range, quote(t) + " is given twice");
            } else {
                interfaces.push_back(t);
            }
            return;
        }
        if (!t->is_class()) {
            error(node.range, quote(t) + " cannot be a supertype, expected a class or an interface");
            type->has_unknown_super = true;
            return;
        }
        if (!may_be_class) {
            error(node.range, std::string(type->is_struct()      ? "a struct"
                                          : type->is_interface() ? "an interface"
                                                                 : "this") +
                                  " can only have interfaces as supertypes, found class " + quote(t));
            type->has_unknown_super = true;
            return;
        }
        if (type->super != nullptr) {
            error(node.range, "a class has one superclass, found " + quote(type->super) + " and " + quote(t));
            type->has_unknown_super = true;
            return;
        }
        if (t->symbol->is_enum && type->enum_of != t->symbol) {
            error(node.range, quote(t->symbol->name) + " is an enum: it cannot be extended");
        } else if (!t->symbol->has(classfile::kOpen) && t->symbol != type && type->enum_of == nullptr) {
            auto& d = error(
                node.range, "class " + quote(t->symbol->name) + " is closed: it cannot be extended",
                t->symbol->decl != nullptr ? "declare it `open class " + std::string(t->symbol->name) + "`"
                                           : "");
            if (t->symbol->decl != nullptr) d.notes.push_back({t->symbol->range, "it is declared here"});
        }
        type->super = t;
    };
    if (type->decl != nullptr) {
        resolve_bounds(type->decl->type_params, scope);
        for (ast::SuperNode& node : type->decl->supers) add_super(node, type->is_class());
    }
    for (ast::ExtendDecl* block : type->extend_decls) {
        for (ast::SuperNode& node : block->supers) {
            // The block may call the parameter otherwise than the first block does.
            for (std::size_t i = 0; i < block->type_params.size() && i < type->type_params.size(); ++i) {
                if (block->type_params[i]->name.text != type->type_params[i]->name) {
                    auto* alias = make<TypeParamSymbol>(*type->type_params[i]);
                    alias->name = block->type_params[i]->name.text;
                    error(block->type_params[i]->range, "call the type parameter " +
                                                            quote(type->type_params[i]->name) +
                                                            " as in the first block");
                }
            }
            add_super(node, false);
        }
    }
    type->interfaces = types.list(interfaces);
    type->stage = Stage::Supers;
}

void Analyzer::ensure_members(TypeSymbol* type) {
    if (type->stage == TypeSymbol::Stage::Members) return;
    ensure_supers(type);
    if (type->stage != TypeSymbol::Stage::Supers) return;
    type->stage = TypeSymbol::Stage::Members;
    if (type->file != nullptr) load_members(type);
}

void Analyzer::ensure_signature(FunctionSymbol* f) {
    if (f->is_declared) return;
    f->is_declared = true;
    TypeScope scope = scope_of(f);
    if (f->decl != nullptr) resolve_bounds(f->decl->type_params, scope);
    if (f->this_type == nullptr && f->role == FunctionRole::Method) f->this_type = f->owner->self;
    if (f->this_type != nullptr) {
        f->this_local = make<LocalSymbol>("this");
        f->this_local->type = f->this_type;
        f->this_local->is_this = f->this_local->is_param = true;
        f->this_local->function = f;
    }
    std::vector<ParamSymbol> params;
    auto add = [&](ast::ParamDecl& decl, bool last) {
        ParamSymbol p;
        p.name = decl.name.text;
        if (p.name == "_") p.name = text("p$" + std::to_string(params.size()));  // several may be called so
        p.decl = &decl;
        p.type = decl.type != nullptr ? resolve(decl.type, scope) : types.error;
        if (decl.variadic) {
            if (!last) error(decl.range, "only the last parameter can be variadic");
            if (!p.type->has_error) p.type = types.array(p.type);
        }
        p.has_default = decl.default_value != nullptr;
        for (const ParamSymbol& other : params) {
            if (other.name == p.name && !p.name.empty() && p.name != "_")
                error(decl.name.range, "parameter " + quote(p.name) + " is declared twice");
        }
        auto* local = make<LocalSymbol>(decl.name.text);
        local->range = decl.name.range;
        local->type = p.type;
        local->is_param = true;
        local->function = f;
        p.local = local;
        decl.symbol = local;
        params.push_back(p);
    };
    auto too_many = [&](std::size_t i) {
        if (i < kMaxParameters) return false;
        error(f->range, "a function has at most " + std::to_string(kMaxParameters) + " parameters",
              "put them into a struct or an array");
        return true;
    };
    if (f->decl != nullptr) {
        for (std::size_t i = 0; i < f->decl->params.size() && !too_many(i); ++i)
            add(f->decl->params[i], i + 1 == f->decl->params.size());
        if (f->decl->result != nullptr) {
            f->result = resolve(f->decl->result, scope, true);
        } else if (f->decl->body == nullptr || !f->decl->expression_body) {
            f->result = types.void_;
            if (f->has(classfile::kProperty)) {
                error(f->range, "property " + quote(f->name) + " needs a type",
                      "write `get " + std::string(f->name) + ": int`, for example");
                f->result = types.error;
            }
        }
    } else if (f->owner != nullptr && f->owner->decl != nullptr) {
        auto& list = f->owner->decl->ctor_params;
        for (std::size_t i = 0; i < list.size() && !too_many(i); ++i) {
            add(list[i].param, i + 1 == list.size());
            if (list[i].field != nullptr) list[i].field->type = params.back().type;
        }
    }
    f->params = arena.copy(params);
    if (f->has(classfile::kNative) && f->params.size() + (f->this_type != nullptr ? 1 : 0) > 12) {
        error(f->range, "a native function has at most 12 parameters");
    }
}

const Type* Analyzer::result_type(FunctionSymbol* f) {
    ensure_signature(f);
    if (f->result == nullptr) {
        if (inference_depth > kMaxInference) {
            error(f->range, "too many result types depend on one another",
                  "write the result type of " + quote(f->name));
            f->result = types.error;
        } else if (f->in_progress) {
            error(f->range, "the result type of " + quote(f->name) + " depends on itself",
                  "write it: `fn " + std::string(f->name) + "(...): int = ...`");
            f->result = types.error;
        } else {
            check_function_body(f);
            if (f->result == nullptr) f->result = types.error;
        }
    }
    return f->result;
}

const Type* Analyzer::field_type(FieldSymbol* field) {
    if (field->type != nullptr) return field->type;
    if (field->ctor_param != nullptr) {
        ensure_signature(field->owner->constructor);
        if (field->type == nullptr) field->type = types.error;
        return field->type;
    }
    if (field->decl->type != nullptr) {
        TypeScope scope = field->owner != nullptr ? scope_of(field->owner) : TypeScope{field->module, {}};
        field->type = resolve(field->decl->type, scope);
        return field->type;
    }
    if (field->decl->init == nullptr) {
        error(field->range, quote(field->name) + " needs a type or an initial value");
        return field->type = types.error;
    }
    if (inference_depth > kMaxInference) {
        error(field->range, "too many types depend on one another",
              "write the type of " + quote(field->name));
        return field->type = types.error;
    }
    if (field->in_progress) {
        error(field->range, "the type of " + quote(field->name) + " depends on itself",
              "write it: `" + std::string(field->name) + ": int = ...`");
        return field->type = types.error;
    }
    check_field_init(field);
    if (field->type == nullptr) field->type = types.error;
    return field->type;
}

bool Analyzer::check_bounds(std::span<TypeParamSymbol* const> params, std::span<const Type* const> args,
                            const Substitution& all, SourceRange range) {
    for (std::size_t i = 0; i < params.size() && i < args.size(); ++i) {
        if (args[i] == nullptr || args[i]->has_error) continue;
        for (const Type* bound : params[i]->bounds) {
            const Type* needed = types.substitute(bound, all);
            if (implements(args[i], needed)) continue;
            std::string hint;
            if (args[i]->is(TypeKind::Var)) {
                hint = "give it the bound: `" + std::string(args[i]->param->name) + ": " + to_string(needed) +
                       "`";
            } else if (args[i]->is(TypeKind::Named) && args[i]->symbol->decl != nullptr) {
                hint = "add it to the declaration: `" + std::string(args[i]->symbol->name) + " : " +
                       to_string(needed) + "`";
            }
            if (args[i]->is(TypeKind::Tuple) && needed->symbol->name == "Comparable")
                hint =
                    "tuples have no order of their own; std.order has orders of several keys: "
                    "`.sortedWith(inTurn(by(x => ...), by(x => ...)))`";
            error(range,
                  quote(args[i]) + " does not implement " + quote(needed) + ", which type parameter " +
                      quote(params[i]->name) + " requires",
                  hint);
            return false;
        }
    }
    return true;
}

}  // namespace skua::compiler
