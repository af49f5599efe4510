// Mutates class files where it hurts and verifies them: no answer may crash, hang, or depend on
// who asks. Unlike the byte-wise target fuzz_verifier, this one changes the *meaning* of files
// (types, references, flags, operands) and brings them back into canonical form, so that most
// mutants pass the reader. Deterministic for a seed; needs no special compiler.
//
//   verifier_fuzz [--seconds N] [--seed N] [--rounds N] FILE.skasm...
//
// The first file is defined in front of each of the others (tests/verifier/prelude.skasm). A
// failure says which seed and round to repeat.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <random>
#include <sstream>
#include <string>

#include "skua/classfile/assembler.h"
#include "skua/classfile/check.h"
#include "skua/classfile/instruction.h"
#include "skua/classfile/pool_builder.h"
#include "skua/classfile/structure.h"
#include "skua/classfile/writer.h"
#include "skua/vm/loader.h"
#include "skua/vm/verifier.h"

using namespace skua;
using namespace skua::classfile;

namespace {

class Mutator {
public:
    explicit Mutator(std::uint64_t seed) : random_(seed) {}

    void mutate(ClassFile& file) {
        for (std::size_t n = 1 + below(4); n > 0; --n) {
            switch (below(10)) {
                case 0:
                    type_entry(file);
                    break;
                case 1:
                    declaration(file);
                    break;
                case 2:
                    member(file);
                    break;
                case 3:
                    reference(file);
                    break;
                case 4:
                    path(file);
                    break;
                default:
                    code(file);
                    break;
            }
        }
    }

    std::size_t below(std::size_t n) { return n == 0 ? 0 : static_cast<std::size_t>(random_() % n); }

private:
    template <typename T>
    T* any(std::vector<T>& list) {
        return list.empty() ? nullptr : &list[below(list.size())];
    }
    TypeIndex any_type(const ClassFile& file) { return static_cast<TypeIndex>(below(file.types.size())); }
    std::uint32_t any_flag() { return 1u << below(14); }

    void type_entry(ClassFile& file) {
        if (file.types.empty()) return;
        const std::size_t i = below(file.types.size());
        TypeDesc& t = file.types[i];
        switch (below(4)) {
            case 0:
                if (!t.args.empty() && i > 0) t.args[below(t.args.size())] = static_cast<TypeIndex>(below(i));
                break;
            case 1:
                if (i > 0) t.args.push_back(static_cast<TypeIndex>(below(i)));
                break;
            case 2:
                t.index = static_cast<std::uint32_t>(below(4));
                break;
            default:
                t.kind = static_cast<TypeKind>(below(21));
                break;
        }
    }

    void declaration(ClassFile& file) {
        switch (below(6)) {
            case 0:
                file.kind = static_cast<DeclKind>(below(6));
                break;
            case 1:
                file.flags ^= any_flag();
                break;
            case 2:
                file.super = below(3) == 0 ? kNone : any_type(file);
                break;
            case 3:
                if (auto* interface = any(file.interfaces))
                    *interface = any_type(file);
                else
                    file.interfaces.push_back(any_type(file));
                break;
            case 4:
                file.type_params.push_back({file.name, {any_type(file)}});
                break;
            default:
                if (auto* param = any(file.type_params)) param->bounds.push_back(any_type(file));
                break;
        }
    }

    void member(ClassFile& file) {
        if (below(2) == 0) {
            if (Field* field = any(file.fields)) {
                if (below(2) == 0)
                    field->type = any_type(file);
                else
                    field->flags ^= any_flag();
            }
            return;
        }
        Function* f = any(file.functions);
        if (!f) return;
        switch (below(5)) {
            case 0:
                f->flags ^= any_flag();
                break;
            case 1:
                f->result = any_type(file);
                break;
            case 2:
                if (Param* param = any(f->params)) {
                    param->type = any_type(file);
                    const auto index = static_cast<std::size_t>(param - f->params.data());
                    if (index < f->code.registers.size()) f->code.registers[index] = param->type;
                }
                break;
            case 3:
                f->type_params.push_back({file.name, {}});
                break;
            default:
                if (Function* other = any(file.functions)) f->name = other->name;
                break;
        }
        const bool bodyless = (f->flags & (kAbstract | kNative)) != 0;
        if (bodyless && f->has_code) f->has_code = false, f->code = {};
    }

    void reference(ClassFile& file) {
        MethodRef* r = any(file.method_refs);
        if (!r) return;
        switch (below(5)) {
            case 0:
                r->owner = any_type(file);
                break;
            case 1:
                r->result = any_type(file);
                break;
            case 2:
                r->type_args.push_back(any_type(file));
                break;
            case 3:
                if (TypeIndex* param = any(r->params)) *param = any_type(file);
                break;
            default:
                if (MethodRef* other = any(file.method_refs)) r->name = other->name;
                break;
        }
    }

    void path(ClassFile& file) {
        FieldPath* p = any(file.field_paths);
        if (!p || p->steps.empty()) return;
        FieldStep& step = *any(p->steps);
        switch (below(4)) {
            case 0:
                step.owner = any_type(file);
                break;
            case 1:
                step.type = any_type(file);
                break;
            case 2:
                p->steps.push_back(p->steps[below(p->steps.size())]);
                break;
            default:
                if (FieldPath* other = any(file.field_paths)) step.name = other->steps[0].name;
                break;
        }
    }

    void code(ClassFile& file) {
        Function* f = any(file.functions);
        if (!f || !f->has_code) return;
        if (below(4) == 0) {
            if (f->code.registers.size() > f->params.size())
                f->code.registers[f->params.size() + below(f->code.registers.size() - f->params.size())] =
                    any_type(file);
            else
                f->code.registers.push_back(any_type(file));
            return;
        }
        if (Handler* h = any(f->code.handlers); h && below(8) == 0) {
            h->type = any_type(file);
            h->reg = static_cast<Reg>(below(f->code.registers.size()));
            return;
        }
        auto decoded = decode(f->code.bytes, static_cast<std::uint32_t>(f->code.registers.size()));
        if (!decoded || f->code.registers.empty()) return;
        CodeBuilder out;
        std::vector<CodeBuilder::Label> labels;  // label i stands before instruction i
        for (std::size_t i = 0; i < decoded->instructions.size(); ++i) labels.push_back(out.new_label());
        const std::size_t victim = below(decoded->instructions.size());
        for (std::size_t i = 0; i < decoded->instructions.size(); ++i) {
            const Instruction& in = decoded->instructions[i];
            out.bind(labels[i]);
            Op op = in.op;
            const std::span<const std::int64_t> all(decoded->operands.data() + in.first,
                                                    decoded->operands.size() - in.first);
            std::vector<std::int64_t> operands(
                all.begin(), all.begin() + static_cast<std::ptrdiff_t>(operand_entries(op, all)));
            if (i == victim) {
                if (below(3) == 0) op = similar(op);
                change(file, *f, decoded->instructions.size(), op, operands);
            }
            out.emit(op, operands);
        }
        f->code.bytes = out.finish();
    }

    // Another operation whose operands are encoded alike.
    Op similar(Op op) {
        for (int tries = 0; tries < 200; ++tries) {
            const Op other = static_cast<Op>(below(kOpCount));
            const OpInfo &a = op_info(op), &b = op_info(other);
            bool same = a.operand_count == b.operand_count && a.has(EndsBlock) == b.has(EndsBlock);
            for (unsigned i = 0; same && i < a.operand_count; ++i) {
                const auto plain = [](OperandKind k) {
                    return k == OperandKind::Write ? OperandKind::Read : k;
                };
                same = plain(a.operands[i].kind) == plain(b.operands[i].kind);
            }
            if (same) return other;
        }
        return op;
    }

    void change(const ClassFile& file, const Function& f, std::size_t count, Op op,
                std::vector<std::int64_t>& operands) {
        const OpInfo& info = op_info(op);
        if (info.operand_count == 0) return;
        const std::size_t i = below(info.operand_count);
        const auto reg = [&] { return static_cast<std::int64_t>(below(f.code.registers.size())); };
        const auto index = [&](std::size_t size) { return static_cast<std::int64_t>(below(size)); };
        switch (info.operands[i].kind) {
            case OperandKind::Write:
            case OperandKind::Read:
                operands[i] = reg();
                break;
            case OperandKind::Result:
                operands[i] = below(4) == 0 ? -1 : reg();
                break;
            case OperandKind::Regs:
                if (below(3) == 0) {
                    operands.push_back(reg());
                    ++operands[i];
                } else if (operands[i] > 0) {
                    operands[i + 1 + below(static_cast<std::size_t>(operands[i]))] = reg();
                }
                break;
            case OperandKind::Imm:
                operands[i] = static_cast<std::int64_t>(random_());
                break;
            case OperandKind::Type:
                operands[i] = index(file.types.size());
                break;
            case OperandKind::Field:
                operands[i] = index(file.field_paths.size());
                break;
            case OperandKind::Method:
                operands[i] = index(file.method_refs.size());
                break;
            case OperandKind::Label:
                operands[i] = index(count);
                break;
            default:
                break;
        }
    }

    std::mt19937_64 random_;
};

std::vector<AssembledType> load(const char* path) {
    std::ifstream in(path, std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    auto types =
        in ? assemble(text.str(), path)
           : Result<std::vector<AssembledType>>(Diagnostic{"cannot be read", path, {}, {}, {}, -1, {}});
    if (!types) {
        std::fprintf(stderr, "verifier_fuzz: %s\n", types.error().to_string().c_str());
        std::exit(2);
    }
    return std::move(*types);
}

struct Totals {
    std::size_t rounds = 0, loaded = 0, accepted = 0, errors = 0;
};

// One world: the prelude, and a file of which one type is a mutant.
void round(const std::vector<AssembledType>& prelude, const std::vector<AssembledType>& file,
           std::uint64_t seed, Totals& totals) {
    Mutator mutator(seed);
    vm::TypeTable types;
    vm::Loader loader(types, nullptr);
    std::vector<vm::TypeDef*> defs;
    const std::size_t victim = mutator.below(file.size());
    const auto define = [&](const ClassFile& made) {
        if (auto def = loader.define(write(made), "fuzz")) defs.push_back(*def), ++totals.loaded;
    };
    for (const AssembledType& type : prelude) define(type.file);
    for (std::size_t i = 0; i < file.size(); ++i) {
        ClassFile mutant = file[i].file;
        if (i == victim) {
            mutator.mutate(mutant);
            auto canonical = canonicalise(std::move(mutant));
            if (!canonical || !check_structure(*canonical)) continue;  // no file to write
            mutant = std::move(*canonical);
        }
        define(mutant);
    }
    // Half of the time functions are asked about before anybody looks at declarations.
    const bool functions_first = mutator.below(2) == 0;
    for (vm::TypeDef* def : defs) {
        if (functions_first)
            for (vm::FunctionDef& f : def->functions) (void)verify_function(f).ok();
        const auto errors = vm::verify_all(*def);
        bool sound = vm::check_declaration(*def).ok();
        for (vm::FunctionDef& f : def->functions) sound &= vm::verify_function(f).ok();
        SKUA_CHECK(sound == errors.empty());
        for (const Diagnostic& error : errors) SKUA_CHECK(!error.rule.empty() && !error.to_string().empty());
        totals.errors += errors.size();
        totals.accepted += errors.empty();
    }
    for (vm::TypeDef* def : defs) {
        const vm::TypeDef& target = *defs[mutator.below(defs.size())];
        (void)as_supertype(types, loader, def->self, target).ok();
        (void)is_assignable(nullptr, *def, def->self, target.self).ok();
        (void)check_type(types, loader, def->self).ok();
    }
    ++totals.rounds;
}

}  // namespace

int main(int argc, char** argv) {
    double seconds = 5;
    std::uint64_t seed = 1, rounds = UINT64_MAX;
    std::vector<std::vector<AssembledType>> files;
    for (int i = 1; i < argc; ++i) {
        const std::string_view arg = argv[i];
        if (arg == "--seconds" && i + 1 < argc)
            seconds = std::atof(argv[++i]);
        else if (arg == "--seed" && i + 1 < argc)
            seed = std::strtoull(argv[++i], nullptr, 10);
        else if (arg == "--rounds" && i + 1 < argc)
            rounds = std::strtoull(argv[++i], nullptr, 10);
        else
            files.push_back(load(argv[i]));
    }
    if (files.size() < 2) {
        std::fprintf(
            stderr,
            "usage: verifier_fuzz [--seconds N] [--seed N] [--rounds N] PRELUDE.skasm FILE.skasm...\n");
        return 2;
    }
    Totals totals;
    const auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
    while (totals.rounds < rounds && std::chrono::steady_clock::now() < end) {
        const std::uint64_t this_seed = seed + totals.rounds;
        // Written before the round, so that a crash leaves it behind.
        if (std::getenv("SKUA_FUZZ_TRACE"))
            std::fprintf(stderr, "--seed %llu --rounds 1\n", static_cast<unsigned long long>(this_seed));
        round(files[0], files[1 + this_seed % (files.size() - 1)], this_seed, totals);
    }
    std::printf(
        "verifier_fuzz: seeds %llu to %llu: %zu rounds, %zu types loaded, %zu of them accepted, %zu errors\n",
        static_cast<unsigned long long>(seed), static_cast<unsigned long long>(seed + totals.rounds - 1),
        totals.rounds, totals.loaded, totals.accepted, totals.errors);
    return totals.rounds > 0 && totals.accepted > 0 && totals.errors > 0 ? 0 : 1;
}
