#include "sema/sema.h"

#include <algorithm>

#include "sema/analyzer.h"

namespace skua::compiler {
namespace {

enum class Ancestry { Fine, Cycle, TooMany };

// Whether a type is its own supertype, through any number of steps, or has too many.
Ancestry ancestry(TypeSymbol* type) {
    std::vector<TypeSymbol*> seen;
    auto push = [&](const Type* t) {
        if (t != nullptr && std::find(seen.begin(), seen.end(), t->symbol) == seen.end())
            seen.push_back(t->symbol);
    };
    push(type->super);
    for (const Type* i : type->interfaces) push(i);
    for (std::size_t i = 0; i < seen.size(); ++i) {
        if (seen[i] == type) return Ancestry::Cycle;
        if (seen.size() > Analyzer::kMaxSupertypes) return Ancestry::TooMany;
        push(seen[i]->super);
        for (const Type* t : seen[i]->interfaces) push(t);
    }
    return Ancestry::Fine;
}

}  // namespace

Analyzer::Analyzer(ClassPath& path, Arena& arena_in, DiagnosticSink& sink_in,
                   const AnalyzeOptions& options_in)
    : class_path(path), arena(arena_in), sink(sink_in), options(options_in), types(arena_in) {}

bool Analyzer::is_lost(const ModuleSymbol* module, std::string_view name) {
    return module != nullptr && module->ast != nullptr &&
           (module->ast->lost_wildcard ||
            std::binary_search(module->ast->lost_names.begin(), module->ast->lost_names.end(), name));
}

bool Analyzer::is_member_lost(const Type* type, std::string_view name, const ModuleSymbol* from) {
    if (is_lost(from, name)) return true;
    if (type->is(TypeKind::Nullable)) type = type->inner();
    if (!type->is(TypeKind::Named)) return false;
    std::vector<TypeSymbol*> seen{type->symbol};
    for (std::size_t i = 0; i < seen.size(); ++i) {
        ensure_supers(seen[i]);
        if (seen[i]->has_unknown_super || is_lost(seen[i]->module, name)) return true;
        auto push = [&](const Type* t) {
            if (t != nullptr && std::find(seen.begin(), seen.end(), t->symbol) == seen.end())
                seen.push_back(t->symbol);
        };
        push(seen[i]->super);
        for (const Type* t : seen[i]->interfaces) push(t);
    }
    return false;
}

bool Analyzer::is_incomplete(SourceRange range) const {
    for (const ModuleSymbol* m : source_modules) {
        if (m->ast->file->id() != range.file) continue;
        return std::any_of(m->ast->lost.begin(), m->ast->lost.end(), [&](SourceRange lost) {
            return range.start <= lost.start && lost.start <= range.end;
        });
    }
    return false;
}

void Analyzer::run(std::span<ast::Module* const> modules) {
    // Warnings about what was read only in part would be guesses.
    if (sink.has_errors()) sink.mute_warnings();
    for (ast::Module* ast : modules) {
        const std::string& name = ast->file->module_name();
        auto [it, fresh] = modules_.emplace(name, nullptr);
        if (!fresh && it->second != nullptr) {
            error({ast->file->id(), 0, 0},
                  "module `" + name + "` is given twice: also by " + it->second->ast->file->path());
            continue;
        }
        ModuleSymbol* module = new_module(name);
        module->ast = ast;
        module->doc = ast->doc;
        ast->symbol = module;
        it->second = module;
        source_modules.push_back(module);
    }
    for (ModuleSymbol* m : source_modules) declare(m);
    for (ModuleSymbol* m : source_modules) scope_of(m);
    for (ModuleSymbol* m : source_modules) declare_extensions(m);
    auto each_type = [&](auto&& action) {
        for (ModuleSymbol* m : source_modules) {
            for (std::size_t i = 0; i < m->types.size(); ++i) action(m->types[i]);
        }
    };
    each_type([&](TypeSymbol* t) { ensure_supers(t); });
    each_type([&](TypeSymbol* t) {
        const Ancestry found = ancestry(t);
        if (found == Ancestry::Fine) return;
        error(t->range, found == Ancestry::Cycle ? quote(t->name) + " is its own supertype"
                                                 : quote(t->name) + " has more than " +
                                                       std::to_string(kMaxSupertypes) + " supertypes");
        t->super = nullptr;
        t->interfaces = {};
    });
    each_type([&](TypeSymbol* t) {
        ensure_members(t);
        if (t->constructor != nullptr) ensure_signature(t->constructor);
        for (FunctionSymbol* f : t->functions) ensure_signature(f);
    });
    for (ModuleSymbol* m : source_modules) {
        for (FunctionSymbol* f : m->functions) ensure_signature(f);
        for (FunctionSymbol* f : m->extension_functions) ensure_signature(f);
    }
    each_type([&](TypeSymbol* t) { check_type(t); });
    for (ModuleSymbol* m : source_modules) check_extensions(m);
    auto check_pending = [&] {
        for (std::size_t i = 0; i < pending_bounds.size(); ++i) {
            PendingBounds p = pending_bounds[i];
            ensure_supers(p.type);  // which has the bounds, if it comes from a class file
            check_bounds(p.type->type_params, p.args, p.all, p.range);
        }
        pending_bounds.clear();
    };
    check_pending();
    std::size_t number = 0;
    for (ModuleSymbol* m : source_modules) {
        ++number;
        if (options.progress && !options.is_unchanged(m->ast))
            options.progress("checking", m->name, number, source_modules.size());
        check_module(m);
        if (sink.full()) break;
    }
    check_pending();
    warn_about_usage();
}

Program analyze(std::span<ast::Module* const> modules, ClassPath& class_path, Arena& arena,
                DiagnosticSink& sink, const AnalyzeOptions& options) {
    auto analyzer = std::make_shared<Analyzer>(class_path, arena, sink, options);
    analyzer->run(modules);
    Program program;
    for (ModuleSymbol* m : analyzer->source_modules)
        if (!options.is_unchanged(m->ast)) program.modules.push_back(m);
    if (!options.tests)
        for (ModuleSymbol* m : program.modules) m->tests.clear();
    program.types = &analyzer->types;
    if (!sink.has_errors()) {
        program.cell = analyzer->core_if_present("Cell");
        program.error = analyzer->core_if_present("Error");
        program.range = analyzer->core_if_present("Range");
        for (TypeSymbol* t : {program.cell, program.error, program.range}) {
            if (t == nullptr) continue;
            analyzer->ensure_members(t);
            if (t->constructor != nullptr) analyzer->ensure_signature(t->constructor);
            for (FieldSymbol* f : t->fields) analyzer->field_type(f);
        }
    }
    program.storage = analyzer;
    return program;
}

}  // namespace skua::compiler
