// Mutating the code of one function.
#include <algorithm>
#include <span>

#include "class_mutator.h"
#include "skua/classfile/limits.h"

namespace skua::fuzz {

using namespace classfile;

namespace {

constexpr std::size_t kInserted = ~std::size_t{0};
constexpr std::size_t kMostSteps = 3000;

bool fits(const ClassFile& file, TypeIndex index, OperandClass cls) {
    const TypeKind kind = file.types[index].kind;
    switch (cls) {
        case OperandClass::Any:
            return true;
        case OperandClass::I8:
            return kind == TypeKind::I8;
        case OperandClass::I16:
            return kind == TypeKind::I16;
        case OperandClass::U8:
            return kind == TypeKind::U8;
        case OperandClass::U16:
            return kind == TypeKind::U16;
        case OperandClass::I32:
            return kind == TypeKind::I32 || kind == TypeKind::U32;
        case OperandClass::I64:
            return kind == TypeKind::I64 || kind == TypeKind::U64;
        case OperandClass::F32:
            return kind == TypeKind::F32;
        case OperandClass::F64:
            return kind == TypeKind::F64;
        case OperandClass::Bool:
            return kind == TypeKind::Bool;
        case OperandClass::Char:
            return kind == TypeKind::Char;
        case OperandClass::Str:
            return kind == TypeKind::String;
        case OperandClass::Ref:
            return kind == TypeKind::Named || kind == TypeKind::String || kind == TypeKind::Array ||
                   kind == TypeKind::Function || kind == TypeKind::Nullable;
        case OperandClass::Array:
            return kind == TypeKind::Array;
        case OperandClass::Function:
            return kind == TypeKind::Function;
        case OperandClass::Nullable:
            return kind == TypeKind::Nullable;
        case OperandClass::Value:
            return kind == TypeKind::Named || kind == TypeKind::Tuple;
        default:
            return false;
    }
}

}  // namespace

// Labels are positions in the code as it was before.
struct ClassMutator::Step {
    Op op = Op::Nop;
    std::vector<std::int64_t> operands;
    std::size_t origin = kInserted;
};

std::int64_t ClassMutator::any_number() {
    static constexpr std::int64_t kEdges[] = {
        0,      1,        -1,        2,         7,         63,        64,      255,     256,      -128, 65535,
        0xD800, 0x10FFFF, INT32_MAX, INT32_MIN, INT64_MAX, INT64_MIN, 1 << 20, 1000000, 0x110000, 3};
    return below(4) == 0 ? static_cast<std::int64_t>(random_()) : kEdges[below(std::size(kEdges))];
}

std::int64_t ClassMutator::register_of(Function& f, TypeIndex type) {
    std::vector<std::int64_t> fitting;
    for (std::size_t r = 0; r < f.code.registers.size(); ++r)
        if (f.code.registers[r] == type) fitting.push_back(static_cast<std::int64_t>(r));
    if (!fitting.empty() && below(8) != 0) return fitting[below(fitting.size())];
    if (f.code.registers.size() < 200) f.code.registers.push_back(type);
    return static_cast<std::int64_t>(f.code.registers.size() - 1);
}

std::int64_t ClassMutator::register_in_class(const ClassFile& file, const Function& f, OperandClass cls) {
    std::vector<std::int64_t> fitting;
    for (std::size_t r = 0; r < f.code.registers.size(); ++r)
        if (fits(file, f.code.registers[r], cls)) fitting.push_back(static_cast<std::int64_t>(r));
    if (fitting.empty()) return static_cast<std::int64_t>(below(f.code.registers.size()));
    return fitting[below(fitting.size())];
}

// Another operation whose operands are encoded alike.
Op ClassMutator::similar(Op op) {
    for (int tries = 0; tries < 200; ++tries) {
        const Op other = static_cast<Op>(below(kOpCount));
        const OpInfo &a = op_info(op), &b = op_info(other);
        bool same = a.operand_count == b.operand_count && a.has(EndsBlock) == b.has(EndsBlock);
        for (unsigned i = 0; same && i < a.operand_count; ++i) {
            const auto plain = [](OperandKind k) { return k == OperandKind::Write ? OperandKind::Read : k; };
            same = plain(a.operands[i].kind) == plain(b.operands[i].kind);
            // Most of the time one that takes the same sorts of registers.
            if (same && tries < 150) same = a.operands[i].cls == b.operands[i].cls;
        }
        if (same) return other;
    }
    return op;
}

void ClassMutator::change(const ClassFile& file, Function& f, Step& step, std::size_t count) {
    if (below(3) == 0) step.op = similar(step.op);
    const OpInfo& info = op_info(step.op);
    std::vector<std::int64_t>& operands = step.operands;
    if (info.operand_count == 0) return;
    const std::size_t i = below(info.operand_count);
    // Most of the time one of the same type as before.
    const auto reg = [&](std::int64_t before) {
        if (before >= 0 && below(4) != 0)
            return register_of(f, f.code.registers[static_cast<std::size_t>(before)]);
        return register_in_class(file, f, info.operands[i].cls);
    };
    const auto index = [&](std::size_t size) { return static_cast<std::int64_t>(below(size)); };
    switch (info.operands[i].kind) {
        case OperandKind::Write:
        case OperandKind::Read:
            operands[i] = reg(operands[i]);
            break;
        case OperandKind::Result:
            operands[i] = below(4) == 0 ? -1 : reg(operands[i]);
            break;
        case OperandKind::Regs:
            if (below(3) == 0) {
                operands.push_back(static_cast<std::int64_t>(below(f.code.registers.size())));
                ++operands[i];
            } else if (operands[i] > 0) {
                std::int64_t& one = operands[i + 1 + below(static_cast<std::size_t>(operands[i]))];
                one = reg(one);
            }
            break;
        case OperandKind::Imm:
            operands[i] = any_number();
            break;
        case OperandKind::F64Bits:
            operands[i] = static_cast<std::int64_t>(random_());
            break;
        case OperandKind::F32Bits:
            operands[i] = static_cast<std::int64_t>(random_() & 0xFFFFFFFF);
            break;
        case OperandKind::Str:
            operands[i] = index(file.strings.size());
            break;
        case OperandKind::Type:
            operands[i] = index(file.types.size());
            break;
        case OperandKind::Field:
            if (!file.field_paths.empty()) operands[i] = index(file.field_paths.size());
            break;
        case OperandKind::Method:
            if (!file.method_refs.empty()) operands[i] = index(file.method_refs.size());
            break;
        case OperandKind::Label:
            operands[i] = index(count);
            break;
        case OperandKind::DenseTable:
            if (below(3) == 0)
                operands[i] = any_number();
            else
                operands[i + 2 + below(static_cast<std::size_t>(operands[i + 1]) + 1)] = index(count);
            break;
        case OperandKind::SparseTable:
            operands.back() = index(count);
            break;
    }
}

// An instruction of any function of the file, its registers exchanged for ones of their types here.
std::optional<ClassMutator::Step> ClassMutator::copied(ClassFile& file, Function& f, std::size_t count) {
    const Function* from = any(file.functions);
    if (!from || !from->has_code) return std::nullopt;
    const Code code = from->code;  // f may be the same function, whose registers grow
    auto decoded = decode(code.bytes, static_cast<std::uint32_t>(code.registers.size()));
    if (!decoded) return std::nullopt;
    const Instruction& in = decoded->instructions[below(decoded->instructions.size())];
    const OpInfo& info = op_info(in.op);
    const std::span<const std::int64_t> all(decoded->operands.data() + in.first,
                                            decoded->operands.size() - in.first);
    Step step{in.op, {all.begin(), all.begin() + static_cast<std::ptrdiff_t>(operand_entries(in.op, all))}};
    const auto mapped = [&](std::int64_t r) {
        return register_of(f, code.registers[static_cast<std::size_t>(r)]);
    };
    for (unsigned i = 0; i < info.operand_count; ++i) {
        switch (info.operands[i].kind) {
            case OperandKind::Result:
                if (step.operands[i] < 0) break;
                [[fallthrough]];
            case OperandKind::Write:
            case OperandKind::Read:
                step.operands[i] = mapped(step.operands[i]);
                break;
            case OperandKind::Regs:
                for (std::int64_t k = 0; k < step.operands[i]; ++k) {
                    auto& one = step.operands[i + 1 + static_cast<std::size_t>(k)];
                    one = mapped(one);
                }
                break;
            case OperandKind::Label:
                step.operands[i] = static_cast<std::int64_t>(below(count));
                break;
            case OperandKind::DenseTable:
            case OperandKind::SparseTable:
                return std::nullopt;
            default:
                break;
        }
    }
    return step;
}

// Any operation, with operands that have a chance.
ClassMutator::Step ClassMutator::made(const ClassFile& file, Function& f, std::size_t count) {
    for (int tries = 0; tries < 50; ++tries) {
        Step step{static_cast<Op>(below(kOpCount)), {}};
        const OpInfo& info = op_info(step.op);
        bool possible = !info.has(EndsBlock);
        const MethodRef* method = nullptr;
        for (unsigned i = 0; possible && i < info.operand_count; ++i) {
            switch (info.operands[i].kind) {
                case OperandKind::Write:
                case OperandKind::Read:
                    step.operands.push_back(register_in_class(file, f, info.operands[i].cls));
                    break;
                case OperandKind::Result:
                    step.operands.push_back(-1);
                    break;
                case OperandKind::Regs: {
                    std::vector<std::int64_t> regs;
                    if (method)
                        for (TypeIndex param : method->params) regs.push_back(register_of(f, param));
                    else
                        for (std::size_t n = below(4); n > 0; --n)
                            regs.push_back(static_cast<std::int64_t>(below(f.code.registers.size())));
                    step.operands.push_back(static_cast<std::int64_t>(regs.size()));
                    step.operands.insert(step.operands.end(), regs.begin(), regs.end());
                    break;
                }
                case OperandKind::Imm:
                    step.operands.push_back(any_number());
                    break;
                case OperandKind::F64Bits:
                case OperandKind::F32Bits:
                    step.operands.push_back(static_cast<std::int64_t>(below(0xFFFFFFFF)));
                    break;
                case OperandKind::Str:
                    possible = !file.strings.empty();
                    step.operands.push_back(static_cast<std::int64_t>(below(file.strings.size())));
                    break;
                case OperandKind::Type:
                    step.operands.push_back(static_cast<std::int64_t>(below(file.types.size())));
                    break;
                case OperandKind::Field:
                    possible = !file.field_paths.empty();
                    step.operands.push_back(static_cast<std::int64_t>(below(file.field_paths.size())));
                    break;
                case OperandKind::Method: {
                    possible = !file.method_refs.empty();
                    const std::size_t m = below(file.method_refs.size());
                    step.operands.push_back(static_cast<std::int64_t>(m));
                    if (!possible) break;
                    method = &file.method_refs[m];
                    const bool nothing = file.types[method->result].kind == TypeKind::Void;
                    if (info.operands[0].kind == OperandKind::Result && !nothing && below(4) != 0)
                        step.operands[0] = register_of(f, method->result);
                    break;
                }
                case OperandKind::Label:
                    step.operands.push_back(static_cast<std::int64_t>(below(count)));
                    break;
                default:
                    possible = false;
                    break;
            }
        }
        if (possible) return step;
    }
    return {};
}

void ClassMutator::header_of_code(ClassFile& file, Function& f) {
    switch (below(4)) {
        case 0:
            if (f.code.registers.size() > f.params.size())
                f.code.registers[f.params.size() + below(f.code.registers.size() - f.params.size())] =
                    any_type(file);
            else
                f.code.registers.push_back(any_type(file));
            break;
        case 1:
            if (Handler* h = any(f.code.handlers)) {
                if (below(2) == 0) h->type = any_type(file);
                if (below(2) == 0) h->reg = static_cast<Reg>(below(f.code.registers.size()));
            }
            break;
        case 2:
            if (Handler* h = any(f.code.handlers)) f.code.handlers.push_back(*h);
            break;
        default:
            if (Handler* h = any(f.code.handlers)) {
                const std::uint32_t most = h->end;
                h->start = static_cast<std::uint32_t>(below(most));
                h->target = static_cast<std::uint32_t>(below(most));
            }
            break;
    }
}

void ClassMutator::code(ClassFile& file) {
    Function* f = any(file.functions);
    if (!f || !f->has_code || f->code.registers.empty()) return;
    if (below(6) == 0) return header_of_code(file, *f);
    auto decoded = decode(f->code.bytes, static_cast<std::uint32_t>(f->code.registers.size()));
    if (!decoded) return;
    const std::size_t count = decoded->instructions.size();
    std::vector<Step> steps;
    for (const Instruction& in : decoded->instructions) {
        const std::span<const std::int64_t> all(decoded->operands.data() + in.first,
                                                decoded->operands.size() - in.first);
        steps.push_back(
            {in.op,
             {all.begin(), all.begin() + static_cast<std::ptrdiff_t>(operand_entries(in.op, all))},
             steps.size()});
    }
    for (std::size_t n = 1 + below(3); n > 0; --n) {
        const std::size_t at = below(steps.size());
        switch (below(8)) {
            case 0:
                if (op_info(steps[at].op).has(EndsBlock) && at + 1 == steps.size()) break;
                steps[at].op = Op::Nop;
                steps[at].operands.clear();
                break;
            case 1:
                if (at + 2 < steps.size()) {
                    std::swap(steps[at].op, steps[at + 1].op);
                    std::swap(steps[at].operands, steps[at + 1].operands);
                }
                break;
            case 2:
            case 3:
                if (steps.size() >= kMostSteps) break;
                if (auto step = copied(file, *f, count))
                    steps.insert(steps.begin() + static_cast<std::ptrdiff_t>(at), std::move(*step));
                break;
            case 4:
                if (steps.size() >= kMostSteps) break;
                steps.insert(steps.begin() + static_cast<std::ptrdiff_t>(at), made(file, *f, count));
                break;
            default:
                change(file, *f, steps[at], count);
                break;
        }
    }

    CodeBuilder out;
    std::vector<CodeBuilder::Label> labels;  // label i stands before what was instruction i
    for (std::size_t i = 0; i < count; ++i) labels.push_back(out.new_label());
    std::vector<std::uint32_t> position(count + 1, static_cast<std::uint32_t>(steps.size()));
    // What has been put in front of an instruction is jumped to with it.
    std::size_t next = 0;
    for (std::size_t i = 0; i < steps.size(); ++i) {
        if (next < count && (steps[i].origin == kInserted || steps[i].origin == next) &&
            position[next] == steps.size()) {
            position[next] = static_cast<std::uint32_t>(i);
            out.bind(labels[next]);
        }
        if (steps[i].origin == next) ++next;
        out.emit(steps[i].op, steps[i].operands);
    }
    f->code.bytes = out.finish();
    for (Handler& h : f->code.handlers) {
        h.start = position[std::min<std::size_t>(h.start, count)];
        h.end = position[std::min<std::size_t>(h.end, count)];
        h.target = position[std::min<std::size_t>(h.target, count)];
    }
    for (LineEntry& line : f->code.lines)
        line.instruction = position[std::min<std::size_t>(line.instruction, count)];
}

}  // namespace skua::fuzz
