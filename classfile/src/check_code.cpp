// check_code: rules F026..F033 on one function's code.
#include "skua/classfile/structure.h"
#include "type_scope.h"

namespace skua::classfile {

namespace {

class CodeChecker {
public:
    CodeChecker(const ClassFile& file, const Function& function)
        : file_(file), function_(function), vars_(file) {}

    Result<DecodedCode> run() {
        const Code& code = function_.code;
        auto decoded = decode(code.bytes, static_cast<std::uint32_t>(code.registers.size()));
        if (!decoded) return located(decoded.error());
        for (where_ = 0; where_ < decoded->instructions.size(); ++where_)
            if (!instruction(*decoded, decoded->instructions[where_])) return located(std::move(error_));
        where_ = 0;
        if (!tables(decoded->instructions.size())) return located(std::move(error_));
        return std::move(*decoded);
    }

private:
    Diagnostic located(Diagnostic d) const {
        d.type = file_.strings[file_.name];
        d.function = file_.strings[function_.name];
        if (d.offset < 0) d.offset = static_cast<std::int64_t>(where_);
        return d;
    }

    bool fail(std::string_view rule, std::string message) {
        error_.rule = rule;
        error_.message = std::move(message);
        return false;
    }

    bool index(std::int64_t i, std::size_t size, std::string_view what) {
        if (static_cast<std::uint64_t>(i) < size) return true;
        return fail("F032", "the operand is " + std::string(what) + " " + std::to_string(i) +
                                ", but there are " + std::to_string(size));
    }

    bool scope(TypeIndex t) {
        const TypeVars vars = vars_.of(t);
        if (vars.class_count <= file_.type_params.size() && vars.func_count <= function_.type_params.size())
            return true;
        return fail("F022", "the operand mentions a type variable that is not in scope");
    }

    bool instruction(const DecodedCode& code, const Instruction& in) {
        const OpInfo& info = op_info(in.op);
        for (unsigned i = 0; i < info.operand_count; ++i) {
            const std::int64_t v = code.operand(in, i);
            switch (info.operands[i].kind) {
                case OperandKind::Str:
                    if (!index(v, file_.strings.size(), "string")) return false;
                    break;
                case OperandKind::Type:
                    if (!index(v, file_.types.size(), "type") || !type(static_cast<TypeIndex>(v)))
                        return false;
                    break;
                case OperandKind::Field:
                    if (!index(v, file_.field_paths.size(), "field path")) return false;
                    // The declared type of a step is in the owner's variables, not in ours.
                    for (const FieldStep& s : file_.field_paths[static_cast<std::size_t>(v)].steps)
                        if (!scope(s.owner)) return false;
                    break;
                case OperandKind::Method:
                    if (!index(v, file_.method_refs.size(), "method reference") ||
                        !method(file_.method_refs[static_cast<std::size_t>(v)]))
                        return false;
                    break;
                default:
                    break;
            }
        }
        return true;
    }

    bool type(TypeIndex t) {
        if (file_.types[t].kind == TypeKind::Void) return fail("F015", "the type operand is void");
        return scope(t);
    }

    bool method(const MethodRef& r) {
        if (!scope(r.owner)) return false;
        for (TypeIndex t : r.type_args)
            if (!scope(t)) return false;
        return true;
    }

    bool tables(std::size_t count) {
        for (const Handler& h : function_.code.handlers)
            if (h.end > count || h.target >= count)
                return fail("F026", "a handler covers instructions " + std::to_string(h.start) + " to " +
                                        std::to_string(h.end) + " and goes to " + std::to_string(h.target) +
                                        ", but there are " + std::to_string(count));
        if (!function_.code.lines.empty() && function_.code.lines.back().instruction >= count)
            return fail("F027", "the line table goes beyond the last instruction");
        return true;
    }

    const ClassFile& file_;
    const Function& function_;
    TypeScope vars_;
    std::size_t where_ = 0;
    Diagnostic error_;
};

}  // namespace

Result<DecodedCode> check_code(const ClassFile& file, const Function& function) {
    return CodeChecker(file, function).run();
}

}  // namespace skua::classfile
