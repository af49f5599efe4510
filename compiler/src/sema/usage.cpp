// What a program declares and never uses, and other warnings that only make sense about a program
// without errors.
//
// While bodies are checked, every symbol that a name resolves to is marked as used, every import through
// which a name or an extension is found likewise. This is on the generous side: a function that only calls
// itself is used.
#include <algorithm>
#include <set>

#include "ast_walk.h"
#include "sema/body_checker.h"

namespace skua::compiler {

using namespace ast;

namespace {

// Nobody is told about `_x`, or about names that the compiler has made.
bool may_be_unused(std::string_view name) {
    return name.empty() || name.starts_with('_') || name.find('$') != std::string_view::npos;
}

std::string_view trimmed(std::string_view s) {
    while (!s.empty() && static_cast<unsigned char>(s.front()) <= ' ') s.remove_prefix(1);
    while (!s.empty() && static_cast<unsigned char>(s.back()) <= ' ') s.remove_suffix(1);
    return s;
}

// Calls with each name that a pattern binds and its symbol; of alternatives the first binds for all.
template <typename OnName>
void for_each_name(const Pattern* p, const OnName& on_name) {
    if (const auto* b = as<BindingPattern>(p)) on_name(b->name, b->symbol);
    if (const auto* i = as<IsPattern>(p); i != nullptr && !i->name.text.empty()) on_name(i->name, i->symbol);
    if (const auto* t = as<TuplePattern>(p))
        for (const Pattern* x : t->elements) for_each_name(x, on_name);
    if (const auto* c = as<CasePattern>(p))
        for (const Pattern* x : c->elements) for_each_name(x, on_name);
    if (const auto* a = as<AlternativesPattern>(p); a != nullptr && !a->alternatives.empty())
        for_each_name(a->alternatives.front(), on_name);
}

// Whose parameters are what somebody else asks for: an override's, an open method's, main's.
bool has_given_parameters(const FunctionSymbol& f) {
    return f.has(classfile::kOverride) || f.has(classfile::kOpen) || f.has(classfile::kAbstract) ||
           f.overridden != nullptr || (f.owner != nullptr && f.owner->is_interface()) ||
           (f.role == FunctionRole::Module && f.name == "main");
}

bool mentions(const Expr* root, std::string_view name) {
    std::vector<const Expr*> work{root};
    while (!work.empty()) {
        const Expr* e = work.back();
        work.pop_back();
        if (e == nullptr) continue;
        if (const auto* n = as<NameExpr>(e); n != nullptr && n->name == name) return true;
        const auto on_expr = [&](Expr* child) { work.push_back(child); };
        for_each_child(e, on_expr, [&](Stmt* s) { for_each_child(s, on_expr, [](Stmt*) {}); });
    }
    return false;
}

}  // namespace

std::string_view deprecation_of(std::string_view doc) {
    constexpr std::string_view kTag = "deprecated:";
    while (!doc.empty()) {
        const std::size_t end = std::min(doc.find('\n'), doc.size());
        const std::string_view line = trimmed(doc.substr(0, end));
        if (line.starts_with(kTag)) return trimmed(line.substr(kTag.size()));
        doc.remove_prefix(std::min(end + 1, doc.size()));
    }
    return {};
}

bool is_deprecated(std::string_view doc) {
    return doc.find("deprecated:") != std::string_view::npos && deprecation_of(doc).data() != nullptr;
}

void Analyzer::warn_deprecated(const Symbol* symbol, std::uint32_t flags, const ModuleSymbol* declared_in,
                               const ModuleSymbol* from, SourceRange range, std::string_view shown) {
    // The module that keeps it for others may go on using it.
    if ((flags & classfile::kDeprecated) == 0 || declared_in == from) return;
    sink.warning(WarningKind::Deprecated, range,
                 quote(shown.empty() ? symbol->name : shown) + " is deprecated",
                 std::string(deprecation_of(symbol->doc)));
}

void BodyChecker::warn_shadowing(const Pattern* pattern, const Expr* init) {
    for_each_name(pattern, [&](const Ident& name, LocalSymbol*) { warn_shadowing(name, init); });
}

// Called before the new variable is declared and its initial value is checked. `let x = f(x)` means it.
void BodyChecker::warn_shadowing(const Ident& name, const Expr* init) {
    if (may_be_unused(name.text)) return;
    const auto it = locals_.find(name.text);
    if (it == locals_.end() || it->second.local == nullptr || it->second.scope >= scope_starts_.size())
        return;
    if (mentions(init, name.text)) return;
    a_.shadowings.push_back({name.range, it->second.local->range, name.text});
}

// The text of an iterator names its type: to show its elements would use them up.
void BodyChecker::warn_opaque_text(const Expr* value) {
    const Type* type = value->type;
    while (type != nullptr && type->is(TypeKind::Nullable)) type = type->inner();
    if (type == nullptr || type->has_error) return;
    if (type->is(TypeKind::Function)) {
        a_.sink.warning(
            WarningKind::OpaqueText, value->range, "the text of a function says only that it is one",
            type->params().empty() ? "to show what it returns, call it: write `()` behind it" : "");
        return;
    }
    if (!type->is(TypeKind::Named)) return;
    TypeSymbol* iterator = a_.core("Iterator", value->range);
    TypeSymbol* display = a_.core("Display", value->range);
    if (iterator == nullptr || display == nullptr || a_.as_instance_of(type, iterator) == nullptr ||
        a_.as_instance_of(type, display) != nullptr)
        return;
    a_.sink.warning(WarningKind::OpaqueText, value->range,
                    "the text of an iterator is the name of its type, not its elements",
                    "to show them, write `.toList()` behind it");
}

void BodyChecker::note_variables(const Pattern* pattern, bool could_be_wildcard) {
    const bool is_let = !could_be_wildcard;
    could_be_wildcard |= !is<BindingPattern>(pattern);
    for_each_name(pattern, [&](const Ident&, LocalSymbol* symbol) {
        if (symbol == nullptr) return;
        symbol->is_let = is_let;
        symbol->in_pattern = could_be_wildcard;
        a_.variables.push_back(symbol);
    });
}

void BodyChecker::note_parameters(const FunctionSymbol& function) {
    for (const ParamSymbol& p : function.params)
        if (p.local != nullptr) a_.variables.push_back(p.local);
}

// Names that an assignment alone mentions are not used by it.
void BodyChecker::ForgetUse::remember(Expr* target) {
    const Expr* e = strip_parens(target);
    const auto* name = as<NameExpr>(e);
    const auto* member = as<MemberExpr>(e);
    Symbol* symbol = name != nullptr ? checker.find_local(name->name) : nullptr;
    if (symbol == nullptr && checker.type_ != nullptr && (name != nullptr || member != nullptr)) {
        const auto& members = checker.type_->members;
        const auto it = members.find(name != nullptr ? name->name : member->name.text);
        if (it != members.end() && it->second->kind == SymbolKind::Field) symbol = it->second;
    }
    if (symbol != nullptr) before.emplace_back(symbol, symbol->used);
}

void Analyzer::warn_unused_imports(ModuleSymbol* module) {
    const ModuleScope& scope = scope_of(module);
    const auto used = [&](const Ident& name) { return scope.used_names.contains(name.text); };
    const auto extensions = [&](ModuleSymbol* m) { return scope.used_modules.contains(m); };
    for (const ImportDecl& import : module->ast->imports) {
        if (import.path.empty()) continue;
        const SourceRange range = SourceRange::join(import.path.front().range, import.path.back().range);
        std::string path;
        for (const Ident& part : import.path) path.append(path.empty() ? "" : ".").append(part.text);
        ModuleSymbol* target = find_module(path);
        if (import.wildcard) {
            if (!extensions(target))
                sink.warning(WarningKind::UnusedImport, range, "nothing of " + quote(path) + " is used",
                             "remove the import");
        } else if (import.has_names) {
            for (const ImportedName& name : import.names) {
                const Ident& bound = name.alias.text.empty() ? name.name : name.alias;
                if (!used(bound) && !extensions(target) && !may_be_unused(bound.text))
                    sink.warning(WarningKind::UnusedImport, bound.range,
                                 quote(bound.text) + " is imported but not used",
                                 "remove it from the import");
            }
        } else {
            const Ident& bound = import.alias.text.empty() ? import.path.back() : import.alias;
            if (!used(bound) && (target == nullptr || !extensions(target)) && !may_be_unused(bound.text))
                sink.warning(WarningKind::UnusedImport, range, quote(path) + " is imported but not used",
                             "remove the import");
        }
    }
}

void Analyzer::warn_unused_private(ModuleSymbol* module) {
    const auto warn = [&](const Symbol* s, std::string_view what) {
        if (!s->used && !may_be_unused(s->name))
            sink.warning(WarningKind::UnusedPrivate, s->range,
                         std::string(what) + " " + quote(s->name) + " is never used",
                         "remove it, make it `pub`, or begin its name with `_`");
    };
    for (const FunctionSymbol* f : module->functions)
        if (!f->has(classfile::kPublic) && f->name != "main") warn(f, "function");
    for (const FieldSymbol* g : module->globals)
        if (!g->has(classfile::kPublic)) warn(g, "variable");
    for (const TypeSymbol* t : module->types) {
        if (t->type_kind == TypeSymbolKind::Extension || t->enum_of != nullptr) continue;
        if (!t->has(classfile::kPublic)) warn(t, "type");
        for (const FunctionSymbol* f : t->functions)
            if (f->has(classfile::kPrivate) && f->decl != nullptr)
                warn(f, f->has(classfile::kProperty) ? "property" : "method");
        // A struct is compared and shown by its fields; those of a class are read by name only.
        // The machine knows some of std.core's by name.
        if (!t->is_class() || module->name == "std.core") continue;
        for (const FieldSymbol* f : t->fields)
            if (f->has(classfile::kPrivate)) warn(f, "field");
    }
}

void Analyzer::warn_about_usage() {
    if (sink.has_errors()) return;
    for (ModuleSymbol* m : source_modules) {
        if (options.is_unchanged(m->ast)) continue;  // without warnings when it was compiled
        warn_unused_imports(m);
        warn_unused_private(m);
        warn_missing_interfaces(m);
    }
    for (const LocalSymbol* v : variables) {
        if (v->used || may_be_unused(v->name) || v->range.end == 0) continue;
        if (v->is_param) {
            if (v->function != nullptr && has_given_parameters(*v->function)) continue;
            sink.warning(WarningKind::UnusedParameter, v->range,
                         "parameter " + quote(v->name) + " is never used",
                         "remove it, or begin its name with `_`");
            continue;
        }
        sink.warning(WarningKind::UnusedVariable, v->range,
                     v->local_function != nullptr ? "function " + quote(v->name) + " is never called"
                     : v->assigned ? quote(v->name) + " is assigned, but its value is never used"
                                   : quote(v->name) + " is never used",
                     v->in_pattern ? "write `_` in its place, or begin its name with `_`"
                                   : "remove it, or begin its name with `_`");
    }
    for (const Shadowing& s : shadowings)
        sink.warning(WarningKind::Shadowing, s.range,
                     quote(s.name) + " hides a variable of a surrounding block", "choose another name")
            .notes.push_back({s.hidden, "this one"});
}

}  // namespace skua::compiler
