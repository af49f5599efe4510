// Types, names and symbolic references of the text form. Private to classfile.
#pragma once

#include "asm_lexer.h"
#include "skua/classfile/pool_builder.h"

namespace skua::classfile {

class AsmTypeParser {
public:
    AsmTypeParser(AsmLexer& lexer, ClassFileBuilder& builder) : lex_(lexer), builder_(builder) {}

    TypeIndex type();
    // A member or parameter name: a word or a string.
    StrIndex name(std::string_view what);
    // A type or module name.
    StrIndex type_name();
    std::uint32_t number(std::string_view what);
    FieldIndex field_path();
    MethodIndex method_ref();
    // "<A: Bound & Bound, B>", or nothing.
    std::vector<TypeParam> type_params();

private:
    TypeIndex primary();
    TypeIndex parenthesised();
    std::vector<TypeIndex> list(std::string_view close);

    AsmLexer& lex_;
    ClassFileBuilder& builder_;
    unsigned depth_ = 0;
};

}  // namespace skua::classfile
