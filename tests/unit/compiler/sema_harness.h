// Compiles small programs in memory against a tiny std.core, for tests of semantic analysis.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "import.h"
#include "parse.h"
#include "sema/sema.h"

namespace skua::compiler::test {

// What analysis and lowering ask of std.core, and nothing more.
inline constexpr const char* kTinyCore = R"(
pub open class Error(let message: string, let cause: Error? = null) {
    fn suppress(other: Error) { }
}
pub class ArgumentError(message: string) : Error(message)
pub interface Comparable<T> { fn compareTo(other: T): int }
pub interface Equatable<T> { fn equals(other: T): bool }
pub interface Hashable { fn hash(): int }
pub interface Display { fn toString(): string }
pub interface Iterator<T> { fn next(): T? }
pub interface Iterable<T> { fn iterator(): Iterator<T> }
pub class Cell<T>(var value: T)
pub struct Range(start: int, end: int)
extend int : Comparable<int>, Display {
    fn compareTo(other: int): int = if this < other { -1 } else if this == other { 0 } else { 1 }
    fn toString(): string = "${this}"
}
extend string : Display {
    get len: int = 0
    fn upper(): string = this
    fn toString(): string = this
}
extend<T> [T] { fn map<U>(f: (T) -> U): [U] = [] }
)";

struct Checked {
    std::vector<std::unique_ptr<SourceFile>> files;
    Arena arena;
    DiagnosticSink sink{1000};
    ClassPath class_path;
    std::vector<ast::Module*> modules;
    Program program;

    // "line:column message" of every error, in the order of reporting.
    [[nodiscard]] std::string errors() const {
        std::string out;
        for (const SourceDiagnostic& d : sink.all()) {
            if (d.severity != Severity::Error) continue;
            const LineColumn p = files.at(d.range.file)->position(d.range.start);
            if (!out.empty()) out += '\n';
            out += std::to_string(p.line) + ":" + std::to_string(p.column) + " " + d.message;
        }
        return out;
    }

    [[nodiscard]] FunctionSymbol* function(std::string_view name) const {
        for (ModuleSymbol* m : program.modules) {
            auto it = m->members.find(name);
            if (it != m->members.end() && it->second->kind == SymbolKind::Function)
                return static_cast<FunctionSymbol*>(it->second);
        }
        return nullptr;
    }
    [[nodiscard]] TypeSymbol* type(std::string_view name) const {
        for (ModuleSymbol* m : program.modules) {
            auto it = m->members.find(name);
            if (it != m->members.end() && it->second->kind == SymbolKind::Type)
                return static_cast<TypeSymbol*>(it->second);
        }
        return nullptr;
    }
    // The body of `fn name() = expr`.
    [[nodiscard]] ast::Expr* body(std::string_view name) const { return function(name)->decl->body; }
};

struct NamedSource {
    std::string module, text;
};

inline std::unique_ptr<Checked> check(std::vector<NamedSource> sources, bool with_core = true) {
    auto out = std::make_unique<Checked>();
    if (with_core) sources.push_back({"std.core", kTinyCore});
    for (NamedSource& s : sources) {
        const auto id = static_cast<std::uint32_t>(out->files.size());
        out->files.push_back(std::make_unique<SourceFile>(id, s.module + ".skua", s.module, s.text));
        out->modules.push_back(parse_module(*out->files.back(), out->arena, out->sink));
    }
    out->program = analyze(out->modules, out->class_path, out->arena, out->sink);
    return out;
}
inline std::unique_ptr<Checked> check(const std::string& text) {
    return check({{"t", text}});
}

}  // namespace skua::compiler::test
