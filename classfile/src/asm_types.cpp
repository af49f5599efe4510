#include "asm_types.h"

#include <charconv>

#include "skua/classfile/limits.h"
#include "skua/classfile/text_form.h"

namespace skua::classfile {

TypeIndex AsmTypeParser::type() {
    if (++depth_ > 2 * kMaxTypeDepth) {
        lex_.expected("a type that is nested less deeply");
        --depth_;
        return 0;
    }
    TypeIndex t = primary();
    while (lex_.accept("?")) t = builder_.nullable(t);
    --depth_;
    return t;
}

TypeIndex AsmTypeParser::primary() {
    if (lex_.accept("[")) {
        const TypeIndex element = type();
        lex_.expect("]");
        return builder_.array(element);
    }
    if (lex_.is("(")) return parenthesised();
    if (lex_.accept("!!")) return builder_.func_var(number("the number of a type variable"));
    if (lex_.accept("!")) return builder_.class_var(number("the number of a type variable"));
    const bool is_quoted = lex_.token().kind == TokenKind::String;
    if (!is_quoted && lex_.token().kind != TokenKind::Word) {
        lex_.expected("a type");
        return 0;
    }
    const std::string word = lex_.token().text;
    lex_.advance();
    if (!is_quoted) {
        if (word == "void") return builder_.void_type();
        for (std::size_t i = 0; i < std::size(kScalarNames); ++i)
            if (word == kScalarNames[i]) return builder_.primitive(static_cast<TypeKind>(i));
    }
    std::vector<TypeIndex> args;
    if (lex_.accept("<")) args = list(">");
    return builder_.named(word, std::move(args));
}

TypeIndex AsmTypeParser::parenthesised() {
    const Token open = lex_.token();
    lex_.expect("(");
    std::vector<TypeIndex> parts = list(")");
    if (lex_.accept("->")) {
        const TypeIndex result = type();
        return builder_.function(std::move(parts), result);
    }
    if (parts.size() == 1) return parts[0];
    if (parts.empty()) {
        lex_.expected("'->' and the result of the function type");
        return 0;
    }
    return builder_.tuple(std::move(parts));
}

std::vector<TypeIndex> AsmTypeParser::list(std::string_view close) {
    std::vector<TypeIndex> types;
    if (lex_.accept(close)) return types;
    do types.push_back(type());
    while (lex_.ok() && lex_.accept(","));
    lex_.expect(close);
    return types;
}

StrIndex AsmTypeParser::name(std::string_view what) {
    if (lex_.token().kind != TokenKind::Word && lex_.token().kind != TokenKind::String) {
        lex_.expected(what);
        return 0;
    }
    const StrIndex s = builder_.str(lex_.token().text);
    lex_.advance();
    return s;
}

StrIndex AsmTypeParser::type_name() {
    return name("a type name");
}

std::uint32_t AsmTypeParser::number(std::string_view what) {
    const std::string& text = lex_.token().text;
    std::uint32_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (lex_.token().kind != TokenKind::Word || error != std::errc() || end != text.data() + text.size()) {
        lex_.expected(what);
        return 0;
    }
    lex_.advance();
    return value;
}

FieldIndex AsmTypeParser::field_path() {
    FieldPath path;
    do {
        FieldStep step;
        step.owner = type();
        lex_.expect("::");
        step.name = name("a field name");
        lex_.expect(":");
        step.type = type();
        path.steps.push_back(step);
    } while (lex_.ok() && lex_.accept("/"));
    return builder_.field_path(std::move(path));
}

MethodIndex AsmTypeParser::method_ref() {
    MethodRef ref;
    ref.owner = type();
    lex_.expect("::");
    ref.name = name("a function name");
    if (lex_.accept("<")) ref.type_args = list(">");
    lex_.expect("(");
    ref.params = list(")");
    ref.result = type();
    return builder_.method_ref(std::move(ref));
}

std::vector<TypeParam> AsmTypeParser::type_params() {
    std::vector<TypeParam> params;
    if (!lex_.accept("<")) return params;
    do {
        TypeParam p;
        p.name = name("the name of a type parameter");
        if (lex_.accept(":")) {
            do p.bounds.push_back(type());
            while (lex_.ok() && lex_.accept("&"));
        }
        params.push_back(std::move(p));
    } while (lex_.ok() && lex_.accept(","));
    lex_.expect(">");
    return params;
}

}  // namespace skua::classfile
