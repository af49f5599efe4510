#include "interface_hash.h"

#include "sema/analyzer.h"

namespace skua::compiler {

using namespace ast;

namespace {

class InterfaceText {
public:
    explicit InterfaceText(const Module& module) : source_(module.file->text()) {
        for (const ImportDecl& import : module.imports) add(import.range);
        for (const Decl* decl : module.decls) add(decl);
    }

    [[nodiscard]] classfile::Sha256 digest() const {
        return classfile::sha256({reinterpret_cast<const std::uint8_t*>(out_.data()), out_.size()});
    }

private:
    void add(std::uint32_t start, std::uint32_t end) {
        end = std::min<std::uint32_t>(std::max(start, end), static_cast<std::uint32_t>(source_.size()));
        out_.append(source_.substr(start, end - start));
        out_ += '\0';
    }
    void add(SourceRange range) { add(range.start, range.end); }

    void add(const Decl* decl) {
        if (is<TestDecl>(decl)) return;
        out_ += std::to_string(decl->modifiers) + (is_deprecated(decl->doc) ? "!" : ".");
        out_.append(deprecation_of(decl->doc));
        out_ += '\0';
        if (const auto* f = as<FunctionDecl>(decl)) {
            const bool inferred = f->expression_body && f->result == nullptr;
            add(f->range.start, f->body == nullptr || inferred ? f->range.end : f->body->range.start);
        } else if (const auto* t = as<TypeDecl>(decl)) {
            add(t->range.start, t->header.end);
            for (const EnumCaseNode& c : t->cases) add(c.range);
            for (const Decl* member : t->members) add(member);
        } else if (const auto* e = as<ExtendDecl>(decl)) {
            add(e->range.start, e->header.end);
            for (const Decl* member : e->members) add(member);
        } else if (is<InitDecl>(decl)) {
            out_ += "init";
        } else {
            add(decl->range);
        }
        out_ += '\1';
    }

    std::string_view source_;
    std::string out_;
};

bool is_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c < 0;
}

}  // namespace

classfile::Sha256 interface_hash(const Module& module) {
    return InterfaceText(module).digest();
}

std::unordered_set<std::string_view> words_of(std::string_view source) {
    std::unordered_set<std::string_view> words;
    for (std::size_t i = 0; i < source.size();) {
        if (!is_word(source[i])) {
            ++i;
            continue;
        }
        std::size_t end = i;
        while (end < source.size() && is_word(source[end])) ++end;
        words.insert(source.substr(i, end - i));
        i = end;
    }
    return words;
}

}  // namespace skua::compiler
