// Symbols from syntax: every declaration gets its symbol and its name; types are resolved later.
#include "sema/analyzer.h"

namespace skua::compiler {
namespace {

std::uint32_t member_flags(std::uint32_t modifiers) {
    std::uint32_t flags = (modifiers & ast::kModPrivate) != 0 ? classfile::kPrivate : classfile::kPublic;
    if ((modifiers & ast::kModOpen) != 0) flags |= classfile::kOpen;
    if ((modifiers & ast::kModAbstract) != 0) flags |= classfile::kAbstract | classfile::kOpen;
    if ((modifiers & ast::kModOverride) != 0) flags |= classfile::kOverride;
    if ((modifiers & ast::kModStatic) != 0) flags |= classfile::kStatic;
    if ((modifiers & ast::kModNative) != 0) flags |= classfile::kNative;
    return flags;
}

template <typename T>
std::uint32_t function_flags(const T& decl) {
    std::uint32_t flags = 0;
    if (decl.is_property) flags |= classfile::kProperty;
    if (decl.is_operator) flags |= classfile::kOperator;
    for (const ast::ParamDecl& p : decl.params) {
        if (p.variadic) flags |= classfile::kVariadic;
    }
    return flags;
}

}  // namespace

std::span<TypeParamSymbol*> Analyzer::declare_type_params(ast::List<ast::TypeParamNode*> nodes,
                                                          bool of_function, std::uint32_t first_index) {
    std::vector<TypeParamSymbol*> out;
    for (ast::TypeParamNode* node : nodes) {
        for (TypeParamSymbol* other : out) {
            if (other->name == node->name.text)
                error(node->name.range, "type parameter " + quote(node->name.text) + " is declared twice");
        }
        if (builtin_type(node->name.text) != nullptr) {
            error(node->name.range,
                  quote(node->name.text) + " is a built-in type, not a name for a type parameter");
        }
        auto* symbol = make<TypeParamSymbol>(node->name.text);
        symbol->range = node->name.range;
        symbol->of_function = of_function;
        symbol->index = first_index + static_cast<std::uint32_t>(out.size());
        node->symbol = symbol;
        out.push_back(symbol);
    }
    return arena.copy(out);
}

// Operators have as many operands as they are written with.
void Analyzer::check_operator_declaration(const ast::FunctionDecl* decl) {
    const std::string_view name = decl->name.text;
    if (name == "==" || name == "<" || name == "<=" || name == ">" || name == ">=" || name == "..") {
        error(decl->name.range, "operator " + quote(name) + " cannot be declared",
              name == "=="   ? "implement `Equatable`, whose `equals` it calls"
              : name == ".." ? "ranges are made of integers only"
                             : "implement `Comparable`, whose `compareTo` it calls");
        return;
    }
    const std::size_t wanted = name.starts_with("unary") ? 0 : name == "[]=" ? 2 : 1;
    if (decl->params.size() != wanted && !is_incomplete(decl->header)) {
        error(decl->name.range,
              "operator " + quote(name) + " takes " +
                  (wanted == 0   ? "no parameters"
                   : wanted == 1 ? "one parameter"
                                 : "two parameters: index and value") +
                  ", found " + std::to_string(decl->params.size()),
              wanted == 1 && decl->params.empty() && (name == "-" || name == "~" || name == "!")
                  ? "the prefix operator is declared as `unary" + std::string(name) + "`"
                  : "the object itself is `this`");
    }
}

FunctionSymbol* Analyzer::declare_function(ast::FunctionDecl* decl, ModuleSymbol* module, TypeSymbol* owner,
                                           bool of_extension) {
    auto* f = make<FunctionSymbol>(decl->name.text);
    f->range = decl->name.range;
    f->doc = decl->doc;
    f->link_name = decl->name.text;
    f->module = module;
    f->owner = owner;
    f->decl = decl;
    f->native_library = decl->native_library;
    decl->symbol = f;
    f->flags = function_flags(*decl);
    if (is_deprecated(decl->doc)) f->flags |= classfile::kDeprecated;
    if (owner == nullptr) {
        if ((decl->modifiers & ast::kModPub) != 0) f->flags |= classfile::kPublic;
        if ((decl->modifiers & ast::kModNative) != 0) f->flags |= classfile::kNative;
        for (auto [flag, word] : {std::pair{ast::kModOpen, "open"},
                                  {ast::kModOverride, "override"},
                                  {ast::kModAbstract, "abstract"},
                                  {ast::kModStatic, "static"}}) {
            if ((decl->modifiers & flag) != 0 && !(of_extension && flag == ast::kModStatic)) {
                error(decl->modifiers_range, "a function of a module cannot be " + quote(word));
            }
        }
        f->role = FunctionRole::Module;
    } else {
        f->flags |= member_flags(decl->modifiers);
        f->role = f->has(classfile::kStatic) ? FunctionRole::Static : FunctionRole::Method;
        if (owner->is_interface() && decl->body == nullptr && !f->has(classfile::kStatic))
            f->flags |= classfile::kAbstract;
        if (owner->is_interface() && !f->has(classfile::kStatic) && !f->has(classfile::kPrivate))
            f->flags |= classfile::kOpen;
        // What overrides an open method stays open for the classes below.
        if (f->has(classfile::kOverride) && owner->is_class() && owner->has(classfile::kOpen))
            f->flags |= classfile::kOpen;
    }
    if (decl->is_operator) check_operator_declaration(decl);
    if (owner != nullptr && decl->name.text == "init")
        error(decl->name.range, "a method cannot be called `init`: that is the constructor",
              "its parameters follow the name of the class, its code stands in `init { ... }`");
    if (owner != nullptr && owner->is_enum && f->has(classfile::kAbstract)) {
        error(decl->name.range, "a method of an enum cannot be abstract",
              "give it a body: `match this { ... }`");
        f->flags &= ~static_cast<std::uint32_t>(classfile::kAbstract);
    }
    if (owner != nullptr && owner->is_interface() && f->has(classfile::kPrivate) && decl->body == nullptr)
        error(decl->name.range, "a private method of an interface needs a body",
              "leave out `private`: what an interface asks for is public");
    f->type_params = declare_type_params(decl->type_params, true, 0);
    if (decl->body == nullptr && !f->has(classfile::kNative) && !f->has(classfile::kAbstract)) {
        if (owner == nullptr || !owner->is_enum || (decl->modifiers & ast::kModAbstract) == 0)
            error(decl->name.range,
                  (decl->is_property ? "property " : "function ") + quote(decl->name.text) + " has no body",
                  owner != nullptr ? "give it a body, or declare it `abstract`"
                                   : "give it a body: `{ ... }` or `= value`");
        f->in_progress = false;
    }
    if (decl->body != nullptr && (f->has(classfile::kNative) || (decl->modifiers & ast::kModAbstract) != 0)) {
        error(decl->name.range, "a" + std::string(f->has(classfile::kNative) ? " native" : "n abstract") +
                                    " function has no body");
    }
    if (owner != nullptr && (decl->modifiers & ast::kModStatic) != 0 &&
        (decl->modifiers & (ast::kModAbstract | ast::kModOpen | ast::kModOverride)) != 0) {
        error(decl->modifiers_range, "a static function cannot be " +
                                         quote((decl->modifiers & ast::kModAbstract) != 0 ? "abstract"
                                               : (decl->modifiers & ast::kModOpen) != 0   ? "open"
                                                                                          : "override") +
                                         ": it belongs to no object");
    }
    if (decl->is_property && (!decl->params.empty() || !decl->type_params.empty())) {
        error(decl->name.range, "a property has no parameters");
    }
    return f;
}

void Analyzer::declare(ModuleSymbol* module) {
    auto add = [&](Symbol* symbol, std::unordered_map<std::string_view, Symbol*>& members,
                   std::string_view where) {
        if (symbol->name.empty()) return;
        auto [it, fresh] = members.emplace(symbol->name, symbol);
        if (!fresh) {
            auto& d =
                error(symbol->range, quote(symbol->name) + " is declared twice in " + std::string(where));
            if (it->second != nullptr)
                d.notes.push_back({it->second->range, "the first declaration is here"});
        }
    };
    auto make_field = [&](ast::VariableDecl* v, TypeSymbol* owner) {
        auto* field = make<FieldSymbol>(v->name.text);
        field->range = v->name.range;
        field->doc = v->doc;
        field->module = module;
        field->owner = owner;
        field->decl = v;
        v->symbol = field;
        if (v->is_var) field->flags |= classfile::kMutable;
        if (is_deprecated(v->doc)) field->flags |= classfile::kDeprecated;
        if (owner == nullptr) {
            field->flags |= classfile::kStatic;
            if ((v->modifiers & ast::kModPub) != 0) field->flags |= classfile::kPublic;
        } else {
            field->flags |=
                member_flags(v->modifiers) & (classfile::kPublic | classfile::kPrivate | classfile::kStatic);
        }
        return field;
    };
    auto declare_type = [&](ast::TypeDecl* decl) {
        TypeSymbol* t = new_type(decl->name.text);
        t->range = decl->name.range;
        t->doc = decl->doc;
        t->module = module;
        t->decl = decl;
        decl->symbol = t;
        t->qualified_name = text(std::string(module->name) + "." + std::string(decl->name.text));
        switch (decl->type_kind) {
            case ast::TypeDeclKind::Class:
                t->type_kind = TypeSymbolKind::Class;
                break;
            case ast::TypeDeclKind::Interface:
                t->type_kind = TypeSymbolKind::Interface;
                break;
            case ast::TypeDeclKind::Struct:
                t->type_kind = TypeSymbolKind::Struct;
                break;
            case ast::TypeDeclKind::Enum:
                t->type_kind = TypeSymbolKind::Class;
                t->is_enum = true;
                t->flags |= classfile::kAbstract | classfile::kOpen;
                break;
        }
        if ((decl->modifiers & ast::kModPub) != 0) t->flags |= classfile::kPublic;
        if (is_deprecated(decl->doc)) t->flags |= classfile::kDeprecated;
        if ((decl->modifiers & ast::kModOpen) != 0) t->flags |= classfile::kOpen;
        if ((decl->modifiers & ast::kModAbstract) != 0) t->flags |= classfile::kAbstract | classfile::kOpen;
        if (t->is_interface()) t->flags |= classfile::kAbstract | classfile::kOpen;
        if ((!t->is_class() || t->is_enum) && (decl->modifiers & (ast::kModOpen | ast::kModAbstract)) != 0 &&
            !t->is_interface()) {
            error(decl->modifiers_range, "only classes can be `open` or `abstract`");
        }
        if (builtin_type(decl->name.text) != nullptr)
            error(decl->name.range, quote(decl->name.text) + " is a built-in type");
        t->type_params = declare_type_params(decl->type_params, false, 0);
        std::vector<const Type*> args;
        for (TypeParamSymbol* p : t->type_params) args.push_back(types.var(p));
        t->self = types.named(t, args);
        std::string where = quote(decl->name.text);
        std::uint32_t index = 0;
        for (ast::CtorParam& p : decl->ctor_params) {
            bool is_field = t->is_struct() || p.is_let || p.is_var;
            if (t->is_struct() && p.param.default_value != nullptr) t->has_init = true;
            if (t->is_interface()) continue;  // reported by the parser
            if (!is_field) continue;
            auto* field = make<FieldSymbol>(p.param.name.text);
            field->range = p.param.name.range;
            field->module = module;
            field->owner = t;
            field->ctor_param = &p;
            field->flags = (p.modifiers & ast::kModPrivate) != 0 ? classfile::kPrivate : classfile::kPublic;
            if (p.is_var) field->flags |= classfile::kMutable;
            field->index = index++;
            p.field = field;
            t->fields.push_back(field);
            add(field, t->members, where);
        }
        for (ast::Decl* member : decl->members) {
            if (auto* v = ast::as<ast::VariableDecl>(member)) {
                FieldSymbol* field = make_field(v, t);
                if (!field->is_static() && (t->is_struct() || t->is_interface() || t->is_enum)) {
                    error(
                        v->name.range,
                        t->is_struct() ? "a struct's fields are its parameters: " + quote(v->name.text) +
                                             " cannot be declared here"
                                       : "only classes and structs have fields",
                        t->is_interface() ? "ask for a property: `get " + std::string(v->name.text) + ": ...`"
                        : t->is_struct()  ? "move it to the parameters after the struct's name, or make it a "
                                            "property: `get " +
                                               std::string(v->name.text) + ": ... = ...`"
                                         : "");
                }
                if (!field->is_static()) field->index = index++;
                t->fields.push_back(field);
                add(field, t->members, where);
            } else if (auto* f = ast::as<ast::FunctionDecl>(member)) {
                FunctionSymbol* function = declare_function(f, module, t);
                t->functions.push_back(function);
                add(function, t->members, where);
            } else if (auto* init = ast::as<ast::InitDecl>(member)) {
                if (t->is_struct()) t->has_init = true;
                if (t->is_interface() || t->is_enum) {
                    error(init->range, "only classes and structs have `init` blocks");
                }
            }
        }
        std::uint32_t case_index = 0;
        for (ast::EnumCaseNode& c : decl->cases) {
            auto* symbol = make<CaseSymbol>(c.name.text);
            symbol->range = c.name.range;
            symbol->owner = t;
            symbol->index = case_index++;
            symbol->decl = &c;
            c.symbol = symbol;
            t->cases.push_back(symbol);
            // The object of a case without payload has its name already.
            auto existing = t->members.find(c.name.text);
            auto* object = existing != t->members.end() && existing->second->kind == SymbolKind::Field
                               ? static_cast<FieldSymbol*>(existing->second)
                               : nullptr;
            if (object == nullptr || object->decl == nullptr || object->decl->name.range != c.name.range)
                add(symbol, t->members, where);
        }
        if (t->is_class() || t->is_struct()) {
            auto* ctor = make<FunctionSymbol>("init");
            ctor->range = decl->name.range;
            ctor->module = module;
            ctor->owner = t;
            ctor->flags = classfile::kPublic;
            for (ast::CtorParam& p : decl->ctor_params) {
                if (p.param.variadic) ctor->flags |= classfile::kVariadic;
            }
            if (t->is_struct()) {
                ctor->role = FunctionRole::StructNew;
                ctor->link_name = "make$";
                ctor->flags |= classfile::kStatic;
            } else {
                ctor->role = FunctionRole::Constructor;
                ctor->link_name = "init";
                ctor->flags |= classfile::kConstructor;
                ctor->this_type = t->self;
            }
            ctor->result = t->self;
            t->constructor = ctor;
        }
        module->types.push_back(t);
        add(t, module->members, "this module");
        return t;
    };
    auto declare_enum = [&](ast::TypeDecl* decl) {
        std::vector<ast::TypeDecl*> classes = expand_enum(decl);
        TypeSymbol* base = declare_type(decl);
        for (std::size_t i = 0; i < classes.size(); ++i) {
            TypeSymbol* t = declare_type(classes[i]);
            t->enum_of = base;
            t->name = text(std::string(base->name) + "." + std::string(decl->cases[i].name.text));
            base->cases[i]->type = t;
        }
    };
    std::uint32_t test_number = 0;
    for (ast::Decl* decl : module->ast->decls) {
        if (auto* f = ast::as<ast::FunctionDecl>(decl)) {
            FunctionSymbol* function = declare_function(f, module, nullptr);
            module->functions.push_back(function);
            add(function, module->members, "this module");
        } else if (auto* v = ast::as<ast::VariableDecl>(decl)) {
            FieldSymbol* field = make_field(v, nullptr);
            module->globals.push_back(field);
            add(field, module->members, "this module");
        } else if (auto* t = ast::as<ast::TypeDecl>(decl)) {
            if (t->type_kind == ast::TypeDeclKind::Enum) {
                declare_enum(t);
            } else {
                declare_type(t);
            }
        } else if (auto* test = ast::as<ast::TestDecl>(decl); test != nullptr) {
            auto* f = make<FunctionSymbol>(test->name);
            f->range = test->range;
            f->role = FunctionRole::Test;
            f->link_name = text("test$" + std::to_string(test_number++));
            f->module = module;
            f->test = test;
            f->flags = classfile::kPublic;
            f->result = types.void_;
            f->is_declared = true;
            test->symbol = f;
            module->tests.push_back(f);
        }
    }
}

// Extend blocks need types of other modules, so they are declared when all types have names.
void Analyzer::declare_extensions(ModuleSymbol* module) {
    for (ast::Decl* decl : module->ast->decls) {
        auto* block = ast::as<ast::ExtendDecl>(decl);
        if (block == nullptr) continue;
        bool is_core = module->name == "std.core";
        // A block of std.core on a whole built-in type makes the type's Extension class.
        TypeSymbol* extension = nullptr;
        if (is_core && block->target != nullptr) {
            std::string_view name;
            if (auto* named = ast::as<ast::NamedTypeNode>(block->target);
                named != nullptr && named->path.size() == 1 && named->args.empty()) {
                if (const Type* t = builtin_type(named->path[0].text)) name = text(link_text(t));
            } else if (auto* array = ast::as<ast::ArrayTypeNode>(block->target);
                       array != nullptr && block->type_params.size() == 1 &&
                       block->type_params[0]->bounds.empty()) {
                auto* element = ast::as<ast::NamedTypeNode>(array->element);
                if (element != nullptr && element->path.size() == 1 &&
                    element->path[0].text == block->type_params[0]->name.text)
                    name = "array";
            }
            if (!name.empty()) {
                auto it = module->members.find(name);
                if (it != module->members.end() && it->second->kind == SymbolKind::Type) {
                    extension = static_cast<TypeSymbol*>(it->second);
                } else {
                    extension = new_type(name);
                    extension->type_kind = TypeSymbolKind::Extension;
                    extension->qualified_name = text("std.core." + std::string(name));
                    extension->module = module;
                    extension->flags = classfile::kPublic;
                    extension->range = block->header;
                    module->types.push_back(extension);
                    module->members[name] = extension;
                }
            }
        }
        if (extension != nullptr) {
            auto params = declare_type_params(block->type_params, false, 0);
            if (extension->extend_decls.empty()) {
                extension->type_params = params;
                extension->self = extension->name == "array" ? types.array(types.var(params[0]))
                                                             : builtin_type(extension->name);
            } else if (!params.empty()) {
                // Later blocks name the same parameter anew.
                block->type_params[0]->symbol = extension->type_params[0];
            }
            extension->extend_decls.push_back(block);
            block->symbol = extension;
            block->target->type = extension->self;
        }
        ExtensionBlock* made = nullptr;
        if (extension == nullptr) {
            made = &extension_storage_.emplace_back();
            made->decl = block;
            made->type_params = declare_type_params(block->type_params, true, 0);
            TypeScope scope{module, {made->type_params}};
            resolve_bounds(block->type_params, scope);
            made->target = block->target != nullptr ? resolve(block->target, scope) : types.error;
            module->extensions.push_back(made);
            for (ast::SuperNode& super : block->supers) {
                error(super.range, "an extension of this module cannot implement interfaces",
                      "only the type itself, or for built-in types std.core, says which interfaces are "
                      "implemented");
            }
        }
        std::unordered_map<std::string_view, Symbol*> seen;
        for (ast::Decl* member : block->members) {
            auto* f = ast::as<ast::FunctionDecl>(member);
            if (f == nullptr) {
                error(member->range, "an extension has functions and properties only");
                continue;
            }
            FunctionSymbol* function = declare_function(f, module, extension, true);
            if (extension != nullptr) {
                extension->functions.push_back(function);
                if (!extension->members.emplace(function->name, function).second) {
                    error(function->range, quote(function->name) + " is declared twice in extensions of " +
                                               quote(extension->self));
                }
                continue;
            }
            bool is_static = (f->modifiers & ast::kModStatic) != 0;
            if (!seen.emplace(function->name, function).second)
                error(function->range, quote(function->name) + " is declared twice here");
            function->role = FunctionRole::Extension;
            function->flags |= member_flags(f->modifiers) & (classfile::kPublic | classfile::kPrivate);
            if ((f->modifiers & ast::kModPrivate) == 0) function->flags |= classfile::kPublic;
            // The block's type parameters come before the function's own.
            std::vector<TypeParamSymbol*> all(made->type_params.begin(), made->type_params.end());
            for (TypeParamSymbol* p : function->type_params) {
                p->index += static_cast<std::uint32_t>(made->type_params.size());
                all.push_back(p);
            }
            function->type_params = arena.copy(all);
            if (!is_static) function->this_type = made->target;
            function->link_name = text(link_text(made->target) + "$ext$" + std::string(function->name));
            made->functions.push_back(function);
            module->extension_functions.push_back(function);
        }
    }
}

}  // namespace skua::compiler
