#include "skua/classfile/disassembler.h"

#include <bit>
#include <charconv>
#include <cmath>
#include <set>

#include "flag_names.h"
#include "skua/classfile/structure.h"
#include "skua/classfile/text_form.h"

namespace skua::classfile {

namespace {

constexpr std::size_t kMaxText = 256u << 20;

template <typename Float, typename Bits>
std::string float_text(Float value, Bits bits, Bits quiet_nan) {
    if (std::isnan(value) && bits != quiet_nan) {
        char buffer[20] = "0x";
        const auto end = std::to_chars(buffer + 2, buffer + sizeof buffer, bits, 16).ptr;
        return {buffer, end};
    }
    if (std::isnan(value)) return "nan";
    char buffer[64];
    const auto end = std::to_chars(buffer, buffer + sizeof buffer, value).ptr;
    std::string text(buffer, end);
    if (text.find_first_of(".en") == std::string::npos) text += ".0";
    return text;
}

class Disassembler {
public:
    Disassembler(const ClassFile& file, const DisassembleOptions& options) : file_(file), options_(options) {}

    Result<std::string> run() {
        header();
        for (const Field& f : file_.fields) {
            out_ += ".field ";
            flags(f.flags, kNone);
            out_ += name_text(str(f.name)) + ": ";
            append_type_text(out_, file_, f.type);
            if (f.doc != kNone) out_ += " " + quoted(str(f.doc));
            out_ += '\n';
        }
        for (const Function& f : file_.functions) {
            SKUA_TRY(function(f));
            if (out_.size() > kMaxText) {
                Diagnostic d;
                d.message = "the text form of this class file is larger than 256 MiB";
                d.type = str(file_.name);
                return d;
            }
        }
        return std::move(out_);
    }

private:
    const std::string& str(StrIndex i) const { return file_.strings[i]; }

    void flags(std::uint32_t flags, StrIndex library) {
        for (const auto& [name, value] : kFlagNames)
            if ((flags & value) != 0) out_ += std::string(name) + " ";
        if (library != kNone) out_ += "native " + quoted(str(library)) + " ";
    }

    void type_params(const std::vector<TypeParam>& params) {
        if (params.empty()) return;
        for (std::size_t i = 0; i < params.size(); ++i) {
            out_ += i == 0 ? "<" : ", ";
            out_ += name_text(str(params[i].name));
            for (std::size_t b = 0; b < params[i].bounds.size(); ++b) {
                out_ += b == 0 ? ": " : " & ";
                append_type_text(out_, file_, params[i].bounds[b]);
            }
        }
        out_ += '>';
    }

    void header() {
        for (const auto& [name, kind] : kKindNames)
            if (kind == file_.kind) out_ += std::string(name) + " ";
        flags(file_.flags, kNone);
        const std::string& name = str(file_.name);
        out_ += type_name_text(name);
        type_params(file_.type_params);
        out_ += '\n';
        if (file_.major != kVersionMajor || file_.minor != kVersionMinor)
            out_ += ".version " + std::to_string(file_.major) + "." + std::to_string(file_.minor) + "\n";
        const std::size_t dot = name.rfind('.');
        const bool implied = file_.kind == DeclKind::Module || dot == std::string::npos
                                 ? file_.module == file_.name
                                 : str(file_.module) == std::string_view(name).substr(0, dot);
        if (!implied) out_ += ".in " + type_name_text(str(file_.module)) + "\n";
        if (file_.super != kNone) out_ += ".extends " + type_text(file_, file_.super) + "\n";
        for (TypeIndex t : file_.interfaces) out_ += ".implements " + type_text(file_, t) + "\n";
        if (file_.source_file != kNone) out_ += ".source " + quoted(str(file_.source_file)) + "\n";
        if (file_.doc != kNone) out_ += ".doc " + quoted(str(file_.doc)) + "\n";
        for (const CustomSection& c : file_.custom)
            out_ += ".custom " + quoted(c.name) + " " +
                    quoted({reinterpret_cast<const char*>(c.bytes.data()), c.bytes.size()}) + "\n";
        if (!file_.fields.empty()) out_ += '\n';
    }

    Result<> function(const Function& f) {
        out_ += "\n.function ";
        flags(f.flags, f.native_library);
        out_ += name_text(str(f.name));
        type_params(f.type_params);
        out_ += '(';
        for (std::size_t i = 0; i < f.params.size(); ++i) {
            if (i > 0) out_ += ", ";
            out_ += name_text(str(f.params[i].name)) + ": ";
            append_type_text(out_, file_, f.params[i].type);
            if (f.params[i].has_default) out_ += " = default";
        }
        out_ += ") ";
        append_type_text(out_, file_, f.result);
        out_ += '\n';
        if (f.doc != kNone) out_ += "    .doc " + quoted(str(f.doc)) + "\n";
        if (f.has_code) SKUA_TRY(body(f));
        out_ += ".end\n";
        return {};
    }

    Result<> body(const Function& f) {
        auto decoded = check_code(file_, f);
        if (!decoded) return std::move(decoded).error();
        const DecodedCode& code = *decoded;
        registers(f);
        for (const LocalName& l : f.code.locals)
            out_ += "    .local r" + std::to_string(l.reg) + " = " + name_text(str(l.name)) + "\n";
        std::set<std::int64_t> targets;
        collect_labels(code, targets);
        for (const Handler& h : f.code.handlers) {
            targets.insert({h.start, h.end, h.target});
            out_ += "    .handler " + label(h.start) + ".." + label(h.end) + " -> " + label(h.target) + ", ";
            append_type_text(out_, file_, h.type);
            out_ += ", r" + std::to_string(h.reg) + "\n";
        }
        std::size_t next_line = 0;
        for (std::size_t i = 0; i < code.instructions.size(); ++i) {
            if (targets.contains(static_cast<std::int64_t>(i)))
                out_ += label(static_cast<std::int64_t>(i)) + ":\n";
            if (next_line < f.code.lines.size() && f.code.lines[next_line].instruction == i) {
                const LineEntry& e = f.code.lines[next_line++];
                out_ += "    .line " + std::to_string(e.line) + ":" + std::to_string(e.column) + "\n";
            }
            instruction(code, code.instructions[i], i);
            if (out_.size() > kMaxText) return {};
        }
        const auto count = static_cast<std::int64_t>(code.instructions.size());
        if (targets.contains(count)) out_ += label(count) + ":\n";
        return {};
    }

    void registers(const Function& f) {
        const auto& regs = f.code.registers;
        std::size_t column = 0;
        for (std::size_t i = f.params.size(); i < regs.size();) {
            std::size_t last = i;
            while (last + 1 < regs.size() && regs[last + 1] == regs[i]) ++last;
            if (column == 0) out_ += "    .regs ";
            out_ += "r" + std::to_string(i);
            if (last > i) out_ += "..r" + std::to_string(last);
            out_ += ": ";
            append_type_text(out_, file_, regs[i]);
            i = last + 1;
            const bool full = ++column == 6;
            if (full) column = 0;
            out_ += i == regs.size() || full ? "\n" : ", ";
        }
    }

    static std::string label(std::int64_t target) { return "L" + std::to_string(target); }

    static void collect_labels(const DecodedCode& code, std::set<std::int64_t>& targets) {
        for (const Instruction& in : code.instructions) {
            const OpInfo& info = op_info(in.op);
            if (!info.has(Branch)) continue;
            const std::int64_t* at = code.operands.data() + in.first + info.operand_count - 1;
            switch (info.operands[info.operand_count - 1u].kind) {
                case OperandKind::Label:
                    targets.insert(at[0]);
                    break;
                case OperandKind::DenseTable:
                    targets.insert(at + 2, at + 3 + at[1]);
                    break;
                case OperandKind::SparseTable:
                    for (std::int64_t i = 0; i < at[0]; ++i) targets.insert(at[2 + 2 * i]);
                    targets.insert(at[1 + 2 * at[0]]);
                    break;
                default:
                    break;
            }
        }
    }

    void instruction(const DecodedCode& code, const Instruction& in, std::size_t index) {
        const OpInfo& info = op_info(in.op);
        const std::size_t start = out_.size();
        out_ += "    ";
        out_ += info.mnemonic;
        const std::int64_t* at = code.operands.data() + in.first;
        for (unsigned i = 0; i < info.operand_count; ++i) {
            out_ += i == 0 ? " " : ", ";
            operand(info.operands[i].kind, at + i);
        }
        if (options_.offsets) {
            const std::size_t width = out_.size() - start;
            out_.append(width < 48 ? 48 - width : 1, ' ');
            out_ += "; " + std::to_string(index) + " @" + std::to_string(in.byte_offset);
        }
        out_ += '\n';
    }

    void operand(OperandKind kind, const std::int64_t* at) {
        const std::int64_t v = *at;
        const auto index = static_cast<std::uint32_t>(v);
        switch (kind) {
            case OperandKind::Write:
            case OperandKind::Read:
                out_ += "r" + std::to_string(v);
                break;
            case OperandKind::Result:
                out_ += v < 0 ? "_" : "r" + std::to_string(v);
                break;
            case OperandKind::Regs:
                out_ += '(';
                for (std::int64_t i = 0; i < v; ++i)
                    out_ += (i > 0 ? ", r" : "r") + std::to_string(at[1 + i]);
                out_ += ')';
                break;
            case OperandKind::Imm:
                out_ += std::to_string(v);
                break;
            case OperandKind::F64Bits:
                out_ += float_text(std::bit_cast<double>(v), static_cast<std::uint64_t>(v),
                                   std::uint64_t{0x7FF8'0000'0000'0000});
                break;
            case OperandKind::F32Bits:
                out_ += float_text(std::bit_cast<float>(index), index, std::uint32_t{0x7FC0'0000});
                break;
            case OperandKind::Str:
                out_ += quoted(str(index));
                break;
            case OperandKind::Type:
                append_type_text(out_, file_, index);
                break;
            case OperandKind::Field:
                out_ += field_path_text(file_, file_.field_paths[index]);
                break;
            case OperandKind::Method:
                out_ += method_ref_text(file_, file_.method_refs[index]);
                break;
            case OperandKind::Label:
                out_ += label(v);
                break;
            case OperandKind::DenseTable:
                out_ += std::to_string(v) + ": [";
                for (std::int64_t i = 0; i < at[1]; ++i) out_ += (i > 0 ? ", " : "") + label(at[2 + i]);
                out_ += "] else " + label(at[2 + at[1]]);
                break;
            case OperandKind::SparseTable:
                out_ += '[';
                for (std::int64_t i = 0; i < v; ++i)
                    out_ += (i > 0 ? ", " : "") + std::to_string(at[1 + 2 * i]) + ": " + label(at[2 + 2 * i]);
                out_ += "] else " + label(at[1 + 2 * v]);
                break;
        }
    }

    const ClassFile& file_;
    const DisassembleOptions& options_;
    std::string out_;
};

}  // namespace

Result<std::string> disassemble(const ClassFile& file, const DisassembleOptions& options) {
    return Disassembler(file, options).run();
}

}  // namespace skua::classfile
