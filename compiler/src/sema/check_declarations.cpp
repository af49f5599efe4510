// The bodies of a module's declarations, each checked once.
#include "sema/body_checker.h"

namespace skua::compiler {

void Analyzer::check_function_body(FunctionSymbol* f) {
    if (!checked.emplace(f, true).second) return;
    if (sink.full()) {
        if (f->result == nullptr) f->result = types.error;
        return;
    }
    ensure_signature(f);
    f->in_progress = true;
    ++inference_depth;
    BodyChecker checker(*this, f->module, f->owner);
    checker.check_function(f);
    --inference_depth;
    f->in_progress = false;
}

void Analyzer::check_field_init(FieldSymbol* field) {
    if (field->decl == nullptr || field->decl->init == nullptr || !checked.emplace(field, true).second)
        return;
    field->in_progress = true;
    if (field->decl->type != nullptr) field_type(field);
    ++inference_depth;
    BodyChecker checker(*this, field->module, field->owner);
    const Type* type = checker.check_initial_value(field);
    --inference_depth;
    if (field->type == nullptr) field->type = type;
    field->in_progress = false;
}

void Analyzer::check_type_body(TypeSymbol* type) {
    if (type->decl != nullptr && type->constructor != nullptr && (type->is_class() || type->is_struct())) {
        BodyChecker checker(*this, type->module, type);
        for (FieldSymbol* f : type->fields) {
            if (f->decl != nullptr) check_field_init(f);
        }
        checker.check_constructor(type);
    }
    for (FieldSymbol* f : type->fields) {
        field_type(f);
        if (f->decl != nullptr) {
            check_field_init(f);
            if (f->is_static() && field_type(f)->has_vars) {
                error(f->range,
                      "static field " + quote(f->name) + " has type " + quote(field_type(f)) +
                          ", which a type parameter is part of",
                      "keep it in the objects of " + quote(type->name) + ", or outside of it");
            }
            if (f->is_static() && f->decl->init == nullptr && !field_type(f)->has_error &&
                (!f->is_mutable() ||
                 (!field_type(f)->is(TypeKind::Nullable) && !field_type(f)->is_primitive()))) {
                error(f->range, "static field " + quote(f->name) + " has no initial value");
            }
        }
    }
    for (FunctionSymbol* f : type->functions) check_function_body(f);
}

void Analyzer::check_main(ModuleSymbol* module) {
    auto it = module->members.find("main");
    if (it == module->members.end() || it->second->kind != SymbolKind::Function) return;
    auto* f = static_cast<FunctionSymbol*>(it->second);
    const Type* result = result_type(f);
    bool params = f->params.empty() ||
                  (f->params.size() == 1 &&
                   (f->params[0].type == types.array(types.string) || f->params[0].type->has_error));
    bool results = result->is(TypeKind::Void) || result == types.int_ || result->has_error;
    if (!params || !results || !f->type_params.empty()) {
        error(f->range, "`main` has no parameter or one of type `[string]`, and no result or an `int`",
              "write `fn main(args: [string]) { ... }`");
    }
}

void Analyzer::check_module(ModuleSymbol* module) {
    for (FieldSymbol* g : module->globals) {
        field_type(g);
        check_field_init(g);
        if (g->decl->init == nullptr && g->decl->type != nullptr &&
            (g->decl->modifiers & ast::kModNative) == 0)
            error(g->range, quote(g->name) + " has no initial value");
    }
    if (options.is_unchanged(module->ast)) {
        // Constants of others are part of the code that uses them.
        for (TypeSymbol* t : module->types)
            for (FieldSymbol* f : t->fields)
                if (f->is_static()) check_field_init(f);
        return;
    }
    for (FunctionSymbol* f : module->functions) check_function_body(f);
    for (FunctionSymbol* f : module->extension_functions) check_function_body(f);
    for (TypeSymbol* t : module->types) {
        check_type_body(t);
    }
    for (FunctionSymbol* f : module->tests) check_function_body(f);
    check_main(module);
}

}  // namespace skua::compiler
