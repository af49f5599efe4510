#include "skua/classfile/assembler.h"

#include <memory>

#include "asm_code.h"
#include "asm_lexer.h"
#include "asm_types.h"
#include "flag_names.h"
#include "skua/classfile/pool_builder.h"

namespace skua::classfile {

namespace {

class Assembler {
public:
    Assembler(std::string_view text, std::string_view file_name)
        : lex_(text, file_name), file_name_(file_name) {}

    Result<std::vector<AssembledType>> run() {
        while (lex_.next_line()) {
            line();
            lex_.expect_end();
            if (!lex_.ok()) break;
        }
        if (lex_.ok() && !builder_)
            lex_.fail(lex_.line() == 0 ? 1 : lex_.line(), 1, "the text declares no type");
        if (!lex_.ok()) return lex_.error();
        SKUA_TRY(close_type());
        return std::move(done_);
    }

private:
    void line() {
        if (lex_.token().kind != TokenKind::Word) return lex_.expected("a directive");
        const std::string word = lex_.token().text;
        for (const auto& [name, kind] : kKindNames) {
            if (word != name) continue;
            lex_.advance();
            return open_type(kind);
        }
        if (!builder_) return lex_.expected(".module, .class, .interface, .struct, .enum or .extension");
        if (word == ".field") return lex_.advance(), field();
        if (word == ".function") return lex_.advance(), function();
        ClassFile& file = builder_->file();
        if (word == ".extends") {
            lex_.advance();
            file.super = types_->type();
        } else if (word == ".implements") {
            lex_.advance();
            do file.interfaces.push_back(types_->type());
            while (lex_.ok() && lex_.accept(","));
        } else if (word == ".in") {
            lex_.advance();
            file.module = types_->type_name();
        } else if (word == ".version") {
            lex_.advance();
            version(file);
        } else if (word == ".source") {
            lex_.advance();
            file.source_file = text();
        } else if (word == ".doc") {
            lex_.advance();
            file.doc = text();
        } else if (word == ".custom") {
            lex_.advance();
            CustomSection section;
            section.name = string_token();
            const std::string bytes = string_token();
            section.bytes.assign(bytes.begin(), bytes.end());
            file.custom.push_back(std::move(section));
        } else {
            lex_.expected("a directive");
        }
    }

    void version(ClassFile& file) {
        const std::string text = lex_.token().text;
        unsigned major = 0;
        unsigned minor = 0;
        int used = 0;
        if (std::sscanf(text.c_str(), "%5u.%5u%n", &major, &minor, &used) != 2 ||
            static_cast<std::size_t>(used) != text.size() || major > 0xFFFF || minor > 0xFFFF)
            return lex_.expected("a version such as 1.0");
        file.major = static_cast<std::uint16_t>(major);
        file.minor = static_cast<std::uint16_t>(minor);
        lex_.advance();
    }

    std::string string_token() {
        if (lex_.token().kind != TokenKind::String) {
            lex_.expected("a text in quotes");
            return {};
        }
        std::string s = lex_.token().text;
        lex_.advance();
        return s;
    }

    StrIndex text() { return builder_->str(string_token()); }

    Result<> close_type() {
        if (!builder_) return {};
        auto file = builder_->finish();
        if (!file) {
            Diagnostic d = std::move(file).error();
            d.file = file_name_;
            return d;
        }
        current_.file = std::move(*file);
        done_.push_back(std::move(current_));
        current_ = {};
        builder_.reset();
        return {};
    }

    // .class public open demo.Main<T: Bound>
    void open_type(DeclKind kind) {
        if (auto closed = close_type(); !closed) return lex_.fail(lex_.line(), 1, closed.error().message);
        builder_ = std::make_unique<ClassFileBuilder>();
        types_ = std::make_unique<AsmTypeParser>(lex_, *builder_);
        current_.line = lex_.line();
        ClassFile& file = builder_->file();
        file.kind = kind;
        StrIndex library = kNone;
        file.flags = flags(library);
        const std::string name = lex_.token().text;
        file.name = types_->type_name();
        const std::size_t dot = name.rfind('.');
        file.module = kind == DeclKind::Module || dot == std::string::npos
                          ? file.name
                          : builder_->str(std::string_view(name).substr(0, dot));
        file.type_params = types_->type_params();
    }

    // A flag word counts as one only if a name is still to come, so that a function may be called "open".
    std::uint32_t flags(StrIndex& library) {
        std::uint32_t result = 0;
        while (lex_.token().kind == TokenKind::Word &&
               (lex_.lookahead().kind == TokenKind::Word || lex_.lookahead().kind == TokenKind::String)) {
            const std::string word = lex_.token().text;
            std::uint32_t flag = word == "native" ? static_cast<std::uint32_t>(kNative) : 0;
            for (const auto& [name, value] : kFlagNames)
                if (word == name) flag = value;
            if (flag == 0) {
                lex_.expected("a flag or a name");
                return 0;
            }
            result |= flag;
            lex_.advance();
            if (flag == kNative) library = text();
        }
        return result;
    }

    // .field private mutable count: i64 "doc comment"
    void field() {
        Field f;
        StrIndex library = kNone;
        f.flags = flags(library);
        if (library != kNone) return lex_.expected("a field, which cannot be native");
        f.name = types_->name("a field name");
        lex_.expect(":");
        f.type = types_->type();
        if (lex_.token().kind == TokenKind::String) f.doc = text();
        builder_->file().fields.push_back(f);
    }

    // .function public static main(args: [string]) i64
    void function() {
        Function f;
        AssembledFunction lines;
        lines.line = lex_.line();
        f.flags = flags(f.native_library);
        f.name = types_->name("a function name");
        f.type_params = types_->type_params();
        lex_.expect("(");
        if (!lex_.accept(")")) {
            do {
                Param p;
                p.name = types_->name("a parameter name");
                lex_.expect(":");
                p.type = types_->type();
                if (lex_.accept("=")) {
                    if (!lex_.is_word("default")) return lex_.expected("'default'");
                    lex_.advance();
                    p.has_default = true;
                }
                f.params.push_back(p);
            } while (lex_.ok() && lex_.accept(","));
            lex_.expect(")");
        }
        f.result = types_->type();
        lex_.expect_end();
        if (!lex_.ok()) return;
        f.has_code = (f.flags & (kAbstract | kNative)) == 0;
        AsmCodeParser(lex_, *builder_, f, lines).body();
        if (!f.has_code) f.code = {};
        builder_->file().functions.push_back(std::move(f));
        current_.functions.push_back(std::move(lines));
    }

    AsmLexer lex_;
    std::string file_name_;
    std::unique_ptr<ClassFileBuilder> builder_;  // of the type in work; null before the first
    std::unique_ptr<AsmTypeParser> types_;
    AssembledType current_;
    std::vector<AssembledType> done_;
};

}  // namespace

Result<std::vector<AssembledType>> assemble(std::string_view text, std::string_view file_name) {
    return Assembler(text, file_name).run();
}

}  // namespace skua::classfile
