// Compiles snippets in memory and shows what lowering made of them.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "arena.h"
#include "diagnostics.h"
#include "import.h"
#include "lower/lower.h"
#include "parse.h"
#include "sema/sema.h"
#include "skua/classfile/structure.h"

namespace skua::compiler::testing {

// As much of std.core as the constructs under test need.
inline constexpr std::string_view kCore = R"(
pub open class Error(let message: string, let cause: Error? = null) {
    private var trace: [int]? = null
    fn suppress(other: Error) { }
}
pub open class StateError(message: string) : Error(message)
pub class Cell<T>(var value: T)
pub interface Iterator<T> { fn next(): T? }
pub interface Iterable<T> { fn iterator(): Iterator<T> }
pub interface Closeable { fn close() }
pub interface Display { fn toString(): string }
pub interface Comparable<T> { fn compareTo(other: T): int }
pub struct Range(start: int, end: int)
)";

class Compiled {
public:
    explicit Compiled(std::string source) {
        std::vector<ast::Module*> modules;
        for (auto [name, text] :
             {std::pair{"std.core", std::string(kCore)}, std::pair{"m", std::move(source)}}) {
            sources_.push_back(std::make_unique<SourceFile>(static_cast<std::uint32_t>(sources_.size()),
                                                            std::string(name) + ".skua", name,
                                                            std::move(text)));
            modules.push_back(parse_module(*sources_.back(), arena_, sink_));
        }
        if (sink_.has_errors()) return;
        WarningOptions no_warnings;
        REQUIRE(no_warnings.set("no-all").empty());
        sink_.set_warnings(no_warnings);
        program_ = analyze(modules, class_path_, arena_, sink_);
        if (sink_.has_errors()) return;
        auto files = lower(program_);
        if (files) {
            files_ = std::move(*files);
        } else {
            failure = files.error().to_string();
        }
    }

    // The first error, empty if there is none.
    [[nodiscard]] std::string error() const {
        return sink_.all().empty() ? std::string() : sink_.all()[0].message;
    }

    [[nodiscard]] const classfile::ClassFile* file(std::string_view name = "m") const {
        for (const auto& file : files_) {
            if (file.str(file.name) == name) return &file;
        }
        return nullptr;
    }
    [[nodiscard]] const classfile::Function* function(std::string_view name,
                                                      std::string_view file_name = "m") const {
        const auto* f = file(file_name);
        if (f == nullptr) return nullptr;
        for (const auto& function : f->functions) {
            if (f->str(function.name) == name) return &function;
        }
        return nullptr;
    }
    // The mnemonics of a function's instructions, separated by blanks; constants are left out, since the
    // linker folds them, unless `constants`.
    [[nodiscard]] std::string code(std::string_view name, bool constants = false,
                                   std::string_view file_name = "m") const {
        const auto* f = function(name, file_name);
        if (f == nullptr) return "no function: " + error() + failure;
        auto decoded = classfile::check_code(*file(file_name), *f);
        if (!decoded) return decoded.error().to_string();
        std::string out;
        for (const auto& in : decoded->instructions) {
            if (in.op == classfile::Op::ConstInt && !constants) continue;
            if (!out.empty()) out += ' ';
            out += classfile::op_info(in.op).mnemonic;
        }
        return out;
    }

    std::string failure;

private:
    Arena arena_;
    DiagnosticSink sink_;
    ClassPath class_path_;
    std::vector<std::unique_ptr<SourceFile>> sources_;
    Program program_;
    std::vector<classfile::ClassFile> files_;
};

inline std::size_t count(std::string_view text, std::string_view word) {
    std::size_t n = 0;
    for (std::size_t at = text.find(word); at != std::string_view::npos;
         at = text.find(word, at + word.size()))
        ++n;
    return n;
}

}  // namespace skua::compiler::testing
