// Modules, imports, and names at module level.
#include <algorithm>
#include <array>

#include "sema/analyzer.h"

namespace skua::compiler {
namespace {

struct PreludeName {
    std::string_view name, module;
};
// Names that need no import (docs/contracts.md); everything of std.core besides.
constexpr std::array kPreludeNames = {
    PreludeName{"List", "std.collections"},   PreludeName{"Map", "std.collections"},
    PreludeName{"Set", "std.collections"},    PreludeName{"MapEntry", "std.collections"},
    PreludeName{"StringBuilder", "std.text"}, PreludeName{"print", "std.io"},
    PreludeName{"println", "std.io"},         PreludeName{"eprintln", "std.io"},
    PreludeName{"readLine", "std.io"},
};

std::string join_path(ast::List<ast::Ident> path, std::size_t count) {
    std::string out;
    for (std::size_t i = 0; i < count; ++i) {
        if (i != 0) out += '.';
        out += path[i].text;
    }
    return out;
}

}  // namespace

ModuleSymbol* Analyzer::new_module(std::string_view name) {
    ModuleSymbol& m = module_storage_.emplace_back(text(name));
    m.range = {};
    return &m;
}

TypeSymbol* Analyzer::new_type(std::string_view name) {
    return &type_storage_.emplace_back(name);
}

ModuleSymbol* Analyzer::find_module(std::string_view name) {
    if (auto it = modules_.find(std::string(name)); it != modules_.end()) return it->second;
    ModuleSymbol* found = nullptr;
    if (name == "std.intrinsics") {
        found = intrinsics_module();
    } else {
        // a.b may be a module, a type of module a, or only a folder of modules.
        bool exists = class_path.contains_module(name);
        if (class_path.contains(name)) {
            const classfile::ClassFile* file = read_class(name);
            exists = file != nullptr && file->kind == classfile::DeclKind::Module;
        }
        if (exists) found = new_module(name);
    }
    modules_.emplace(std::string(name), found);
    return found;
}

Symbol* Analyzer::find_in_module(ModuleSymbol* module, std::string_view name) {
    if (auto it = module->members.find(name); it != module->members.end()) return it->second;
    if (module->ast != nullptr || name.empty() || module == intrinsics_) return nullptr;
    std::string_view key = text(name);
    std::string qualified = std::string(module->name) + "." + std::string(name);
    if (class_path.contains(qualified)) {
        // A module a.b.c next to a type a.b.c cannot be told apart without looking.
        const classfile::ClassFile* file = read_class(qualified);
        if (file != nullptr && file->kind != classfile::DeclKind::Module) {
            TypeSymbol* type = new_type(key);
            type->qualified_name = text(qualified);
            type->module = module;
            type->file = file;
            module->members.emplace(key, type);
            load_type(type);
            return type;
        }
    }
    if (module->file == nullptr) load_module_file(module);
    auto it = module->members.find(name);
    if (it == module->members.end()) it = module->members.emplace(key, nullptr).first;
    return it->second;
}

TypeSymbol* Analyzer::find_type(std::string_view qualified_name) {
    std::size_t dot = qualified_name.rfind('.');
    if (dot == std::string_view::npos) return nullptr;
    ModuleSymbol* module = find_module(qualified_name.substr(0, dot));
    if (module == nullptr) return nullptr;
    Symbol* symbol = find_in_module(module, qualified_name.substr(dot + 1));
    return symbol != nullptr && symbol->kind == SymbolKind::Type ? static_cast<TypeSymbol*>(symbol) : nullptr;
}

bool Analyzer::is_visible(const Symbol* symbol, const ModuleSymbol* from) const {
    switch (symbol->kind) {
        case SymbolKind::Type: {
            auto* t = static_cast<const TypeSymbol*>(symbol);
            return t->module == from || t->has(classfile::kPublic);
        }
        case SymbolKind::Function: {
            auto* f = static_cast<const FunctionSymbol*>(symbol);
            return f->module == from || f->has(classfile::kPublic);
        }
        case SymbolKind::Field: {
            auto* f = static_cast<const FieldSymbol*>(symbol);
            return f->module == from || f->has(classfile::kPublic);
        }
        default:
            return true;
    }
}

std::span<ModuleSymbol* const> Analyzer::prelude_modules() {
    if (!prelude_ready_) {
        prelude_ready_ = true;
        for (std::string_view name : kPreludeModules) {
            if (ModuleSymbol* m = find_module(name)) prelude_modules_.push_back(m);
        }
    }
    return prelude_modules_;
}

ModuleScope& Analyzer::scope_of(ModuleSymbol* module) {
    ModuleScope& scope = scopes_[module];
    if (!scope.resolved) {
        scope.resolved = true;
        if (module->ast != nullptr) resolve_imports(module, scope);
    }
    return scope;
}

void Analyzer::resolve_imports(ModuleSymbol* module, ModuleScope& scope) {
    auto bind = [&](const ast::Ident& name, Symbol* symbol) {
        auto [it, fresh] = scope.names.emplace(name.text, symbol);
        if (!fresh && it->second != symbol) error(name.range, quote(name.text) + " is imported twice");
        auto own = module->members.find(name.text);
        if (own != module->members.end() && own->second != nullptr && own->second != symbol) {
            auto& d =
                error(name.range, quote(name.text) + " is imported here and declared in this module",
                      symbol->kind == SymbolKind::Module
                          ? "import it under another name: `import other = ...`"
                          : "import it under another name: `{" + std::string(name.text) + " as other}`");
            d.notes.push_back({own->second->range, "it is declared here"});
        }
    };
    for (ast::ImportDecl& import : module->ast->imports) {
        if (import.path.empty()) continue;
        std::string path = join_path(import.path, import.path.size());
        ModuleSymbol* target = find_module(path);
        if (target != nullptr) {
            if (std::find(scope.imported.begin(), scope.imported.end(), target) == scope.imported.end()) {
                scope.imported.push_back(target);
            }
            if (import.wildcard) {
                scope.wildcards.push_back(target);
            } else if (import.has_names) {
                for (ast::ImportedName& name : import.names) {
                    Symbol* symbol = find_in_module(target, name.name.text);
                    if (symbol == nullptr) symbol = find_module(path + "." + std::string(name.name.text));
                    if (symbol == nullptr || !is_visible(symbol, module))  // silences what follows from it
                        scope.names.emplace(name.alias.text.empty() ? name.name.text : name.alias.text,
                                            nullptr);
                    if (symbol == nullptr && is_lost(target, name.name.text)) continue;
                    if (symbol == nullptr) {
                        std::vector<std::string_view> candidates;
                        for (auto& [member, s] : target->members) {
                            if (s != nullptr && is_visible(s, module)) candidates.push_back(member);
                        }
                        error(name.name.range, "module " + quote(path) + " has no " + quote(name.name.text),
                              suggest_name(name.name.text, candidates));
                    } else if (!is_visible(symbol, module)) {
                        error(name.name.range, quote(name.name.text) + " is private to module " + quote(path),
                              "declare it `pub` there");
                    } else {
                        bind(name.alias.text.empty() ? name.name : name.alias, symbol);
                    }
                }
            } else {
                bind(import.alias.text.empty() ? import.path.back() : import.alias, target);
            }
            continue;
        }
        // import a.b.Type or a.b.function: the last part is a member.
        if (import.path.size() > 1 && !import.has_names && !import.wildcard) {
            std::string parent = join_path(import.path, import.path.size() - 1);
            if (ModuleSymbol* owner = find_module(parent)) {
                const ast::Ident& last = import.path.back();
                Symbol* symbol = find_in_module(owner, last.text);
                if (symbol != nullptr && is_visible(symbol, module)) {
                    scope.imported.push_back(owner);
                    bind(import.alias.text.empty() ? last : import.alias, symbol);
                    continue;
                }
                if (symbol != nullptr) {
                    error(last.range, quote(last.text) + " is private to module " + quote(parent),
                          "declare it `pub` there");
                    continue;
                }
            }
        }
        // import a.{b, c}: modules in a folder that is no module itself.
        if (import.has_names) {
            bool any = false;
            for (const ast::ImportedName& name : import.names) {
                ModuleSymbol* part = find_module(path + "." + std::string(name.name.text));
                any |= part != nullptr;
                if (part == nullptr) continue;
                scope.imported.push_back(part);
                bind(name.alias.text.empty() ? name.name : name.alias, part);
            }
            if (any) {
                for (const ast::ImportedName& name : import.names) {
                    const ast::Ident& bound = name.alias.text.empty() ? name.name : name.alias;
                    if (scope.names.contains(bound.text)) continue;
                    scope.names.emplace(bound.text, nullptr);  // silences what follows from it
                    error(name.name.range,
                          "there is no module " + quote(path + "." + std::string(name.name.text)),
                          "give its source file to vmc too, or its compiled form with --class-path");
                }
                continue;
            }
        }
        std::vector<std::string_view> candidates;
        for (auto& [name, m] : modules_) {
            if (m != nullptr) candidates.push_back(name);
        }
        const std::vector<std::string> archived = class_path.names_in_archives();
        for (const std::string& name : archived) {
            if (is_module_name(name)) candidates.push_back(name);
        }
        auto best = nearest(path, candidates);
        SourceRange range = SourceRange::join(import.path.front().range, import.path.back().range);
        const std::string parent = join_path(import.path, import.path.size() - 1);
        if (!is_reported(path) &&
            !is_reported(parent)) {  // else there is one, and why it is of no use was said
            const std::string_view last = import.path.back().text;
            const bool is_type = !last.empty() && last.front() >= 'A' && last.front() <= 'Z';
            const std::string elsewhere = is_type ? foreign_type(last) : "";
            const auto has = [&](ModuleSymbol* m) { return find_in_module(m, last) != nullptr; };
            const auto prelude = prelude_modules();
            error(range, "there is no module " + quote(path),
                  !best.empty()        ? "did you mean " + quote(best) + "?"
                  : !elsewhere.empty() ? elsewhere + ", which needs no import"
                  : is_type && std::any_of(prelude.begin(), prelude.end(), has)
                      ? quote(last) + " needs no import"
                      : "give its source file to vmc too, or its compiled form with --class-path");
        }
        // Silence what follows from it.
        if (!import.has_names && !import.wildcard)
            scope.names.emplace(import.alias.text.empty() ? import.path.back().text : import.alias.text,
                                nullptr);
        for (ast::ImportedName& name : import.names) {
            scope.names.emplace(name.alias.text.empty() ? name.name.text : name.alias.text, nullptr);
        }
    }
}

Symbol* Analyzer::find_global(ModuleSymbol* from, std::string_view name) {
    if (Symbol* own = find_in_module(from, name)) {
        own->used = true;
        return own;
    }
    ModuleScope& scope = scope_of(from);
    if (auto it = scope.names.find(name); it != scope.names.end()) {
        scope.used_names.insert(it->first);
        return it->second;
    }
    for (ModuleSymbol* m : scope.wildcards) {
        Symbol* s = find_in_module(m, name);
        if (s == nullptr || !is_visible(s, from)) continue;
        scope.used_modules.insert(m);
        return s;
    }
    for (const PreludeName& p : kPreludeNames) {
        if (p.name != name) continue;
        if (ModuleSymbol* m = find_module(p.module)) {
            if (Symbol* s = find_in_module(m, name)) return s;
        }
    }
    if (ModuleSymbol* m = find_module("std.core"); m != nullptr && m != from) {
        Symbol* s = find_in_module(m, name);
        if (s != nullptr && is_visible(s, from) &&
            !(s->kind == SymbolKind::Type &&
              static_cast<TypeSymbol*>(s)->type_kind == TypeSymbolKind::Extension)) {
            return s;
        }
    }
    return nullptr;
}

bool Analyzer::is_module_name(std::string_view qualified) {
    const char first = qualified.substr(qualified.rfind('.') + 1).front();
    return first >= 'a' && first <= 'z' && qualified.find('$') == std::string_view::npos;
}

// Looks through the archives of the class path: the import that brings a module, type, function
// or variable of that name, or "".
std::string Analyzer::library_import(std::string_view name) {
    std::string found;
    const auto consider = [&](std::string import) {
        if (found.empty() || import.size() < found.size() ||
            (import.size() == found.size() && import < found))
            found = std::move(import);
    };
    for (const std::string& qualified : class_path.names_in_archives()) {
        const std::size_t dot = qualified.rfind('.');
        if (dot == std::string::npos || qualified == "std.core") continue;
        const std::string_view last = std::string_view(qualified).substr(dot + 1);
        if (!is_module_name(qualified)) {
            TypeSymbol* type = last == name ? find_type(qualified) : nullptr;
            if (type != nullptr && type->has(classfile::kPublic))
                consider("import " + qualified.substr(0, dot) + ".{" + std::string(name) + "}");
            continue;
        }
        ModuleSymbol* module = find_module(qualified);
        if (module == nullptr) continue;
        if (last == name) return "import " + qualified;
        Symbol* symbol = find_in_module(module, name);
        if (symbol != nullptr && symbol->kind != SymbolKind::Type && is_visible(symbol, nullptr))
            consider("import " + qualified + ".{" + std::string(name) + "}");
    }
    return found;
}

std::string Analyzer::suggest_global(ModuleSymbol* from, std::string_view name) {
    if (sink.full()) return {};  // nobody would see it
    if (std::string hint = foreign_name(name); !hint.empty()) return hint;
    if (std::string import = library_import(name); !import.empty()) return "add `" + import + "`";
    std::string importable;
    for (auto& [module_name, m] : modules_) {
        if (m == nullptr || m == from || m->ast == nullptr) continue;
        auto it = m->members.find(name);
        if (it != m->members.end() && it->second != nullptr && is_visible(it->second, from)) {
            std::string line = "add `import " + module_name + ".{" + std::string(name) + "}`";
            if (importable.empty() || line < importable) importable = line;
        }
    }
    if (!importable.empty()) return importable;
    std::vector<std::string_view> candidates;
    for (auto& [member, s] : from->members) {
        if (s != nullptr) candidates.push_back(member);
    }
    for (auto& [member, s] : scope_of(from).names) candidates.push_back(member);
    for (const PreludeName& p : kPreludeNames) candidates.push_back(p.name);
    for (std::string_view builtin : {"int", "float", "string", "bool", "char"}) candidates.push_back(builtin);
    for (std::string_view common : {"assert", "Error", "Iterable", "Iterator", "Comparable", "Hashable",
                                    "Equatable", "Display", "Closeable", "Range", "ArgumentError",
                                    "IndexError", "KeyError", "FormatError", "StateError", "IOError"}) {
        candidates.push_back(common);
    }
    auto best = nearest(name, candidates);
    return best.empty() ? "" : "did you mean " + quote(best) + "?";
}

TypeSymbol* Analyzer::core_if_present(std::string_view name) {
    return find_type("std.core." + std::string(name));
}

TypeSymbol* Analyzer::core(std::string_view name, SourceRange use) {
    if (TypeSymbol* t = core_if_present(name)) return t;
    if (reported_missing_.emplace(std::string(name), true).second) {
        error(use, "this needs `std.core." + std::string(name) + "`, which is not on the class path",
              "give the standard library with --class-path");
    }
    return nullptr;
}

TypeSymbol* Analyzer::collection(std::string_view name, SourceRange use) {
    if (TypeSymbol* t = find_type("std.collections." + std::string(name))) return t;
    if (reported_missing_.emplace(std::string(name), true).second) {
        error(use, "this needs `std.collections." + std::string(name) + "`, which is not on the class path",
              "give the standard library with --class-path");
    }
    return nullptr;
}

}  // namespace skua::compiler
