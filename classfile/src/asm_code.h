// The body of a function in text form. Private to classfile.
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "asm_types.h"
#include "skua/classfile/assembler.h"
#include "skua/classfile/instruction.h"

namespace skua::classfile {

class AsmCodeParser {
public:
    AsmCodeParser(AsmLexer& lexer, ClassFileBuilder& builder, Function& function, AssembledFunction& lines);

    // Parses the lines behind a function's header, up to and including `.end`.
    void body();

private:
    struct Reference {
        CodeBuilder::Label label;
        std::string name;
        std::uint32_t line, column;
        bool may_be_end;  // the end of a handler's range
    };
    struct PendingHandler {
        CodeBuilder::Label start, end, target;
        TypeIndex type;
        Reg reg;
    };

    void line();
    void directive(const std::string& word);
    void regs();
    void local();
    void source_line();
    void handler();
    void finish();

    void instruction();
    void operand(OperandKind kind, std::vector<std::int64_t>& out);
    Reg reg();
    std::int64_t integer();
    std::int64_t float_bits(bool wide);
    CodeBuilder::Label label(bool may_be_end = false);

    AsmLexer& lex_;
    ClassFileBuilder& builder_;
    AsmTypeParser types_;
    Function& function_;
    AssembledFunction& lines_;
    CodeBuilder code_;
    std::unordered_map<std::string, CodeBuilder::Label> labels_;
    std::vector<Reference> references_;
    std::vector<PendingHandler> handlers_;
};

}  // namespace skua::classfile
