// The same program, of which the linker can assume nothing: each function gets a block at its end,
// never executed, that writes every register once more. So no register is a constant or a temporary
// with one use any more, definite assignment is lost at every join with that block, and functions are
// too long to be inlined. What optimisations of the linker (or of a compiler) get wrong shows as a
// difference.
#include "program.h"
#include "skua/classfile/check.h"
#include "skua/classfile/instruction.h"
#include "skua/classfile/pool_builder.h"
#include "skua/classfile/reader.h"
#include "skua/classfile/writer.h"

namespace skua::differential {

namespace cf = classfile;

namespace {

void obscure(cf::Function& f, cf::TypeIndex i64) {
    const auto code = cf::decode(f.code.bytes, static_cast<std::uint32_t>(f.code.registers.size()));
    SKUA_CHECK(code.ok());
    // Two registers that nothing writes are equal, which nobody knows.
    const std::size_t zero = f.code.registers.size();
    f.code.registers.insert(f.code.registers.end(), 2, i64);
    cf::CodeBuilder out;
    std::vector<cf::CodeBuilder::Label> labels;
    for (std::size_t i = 0; i < code->instructions.size(); ++i) labels.push_back(out.new_label());
    const auto never = out.new_label();
    out.emit(cf::Op::BrNeI64,
             {static_cast<std::int64_t>(zero), static_cast<std::int64_t>(zero + 1), never.id});
    for (std::size_t i = 0; i < code->instructions.size(); ++i) {
        const cf::Instruction& in = code->instructions[i];
        out.bind(labels[i]);
        const std::span<const std::int64_t> all(code->operands.data() + in.first,
                                                code->operands.size() - in.first);
        out.emit(in.op, all.subspan(0, cf::operand_entries(in.op, all)));
    }
    out.bind(never);
    // Parameters stay: a constructor must not write register 0.
    for (std::size_t r = f.params.size(); r < f.code.registers.size(); ++r)
        out.emit(cf::Op::Default, {static_cast<std::int64_t>(r)});
    out.emit(cf::Op::Br, {labels[0].id});
    f.code.bytes = out.finish();
    for (cf::Handler& h : f.code.handlers) ++h.start, ++h.end, ++h.target;
    for (cf::LineEntry& line : f.code.lines) ++line.instruction;
}

}  // namespace

Program obscured(const Program& program) {
    Program made;
    made.module = program.module;
    made.failure = program.failure;
    for (const auto& bytes : program.files) {
        auto file = cf::read(bytes, program.module);
        SKUA_CHECK(file.ok());
        const auto i64 = static_cast<cf::TypeIndex>(file->types.size());
        file->types.push_back({cf::TypeKind::I64, 0, 0, {}});
        for (cf::Function& f : file->functions)
            if (f.has_code) obscure(f, i64);
        auto canonical = cf::canonicalise(std::move(*file));
        SKUA_CHECK(canonical.ok());
        made.files.push_back(cf::write(*canonical));
    }
    return made;
}

}  // namespace skua::differential
