#include "minimise.h"

#include <algorithm>
#include <cstdio>
#include <functional>
#include <set>

#include "configurations.h"
#include "skua/classfile/disassembler.h"
#include "skua/classfile/instruction.h"
#include "skua/classfile/pool_builder.h"
#include "skua/classfile/writer.h"

namespace skua::differential {

namespace cf = classfile;

namespace {

struct Session {
    RunOptions options;
    Configuration oracle, other;

    bool differs(const Program& program) const {
        if (!program.failure.empty()) return false;
        const auto outcomes = run(options, {oracle, other}, {program}, {0});
        const Outcome &a = outcomes[0][0], &b = outcomes[1][0];
        // The oracle must have run the program to its end, and not have met a rejected function.
        return a != b && a.find("--- exit") != std::string::npos &&
               a.find("VerifyError") == std::string::npos;
    }
};

// Removes parts [0, count) by and by; `keeps_differing` tells whether it may be without those not in
// the mask. Halves the size of the chunks until they are single.
void reduce(std::vector<bool>& kept, const std::function<bool(const std::vector<bool>&)>& keeps_differing) {
    for (std::size_t chunk = std::max<std::size_t>(1, kept.size() / 2);; chunk /= 2) {
        bool removed = false;
        for (std::size_t start = 0; start < kept.size(); start += chunk) {
            std::vector<bool> fewer = kept;
            const std::size_t end = std::min(kept.size(), start + chunk);
            for (std::size_t i = start; i < end; ++i) fewer[i] = false;
            if (fewer == kept || !keeps_differing(fewer)) continue;
            kept = fewer;
            removed = true;
        }
        if (chunk == 1 && !removed) return;
        if (chunk == 1) chunk = 2;
    }
}

// The files with only those instructions that are kept; the others are nop, or gone at the end.
struct Instructions {
    std::vector<cf::ClassFile> files;
    std::size_t count = 0;

    explicit Instructions(std::vector<cf::ClassFile> all) : files(std::move(all)) {
        for (const cf::ClassFile& file : files)
            for (const cf::Function& f : file.functions)
                if (f.has_code) count += decode(f)->instructions.size();
    }

    static Result<cf::DecodedCode> decode(const cf::Function& f) {
        return cf::decode(f.code.bytes, static_cast<std::uint32_t>(f.code.registers.size()));
    }

    std::vector<cf::ClassFile> without(const std::vector<bool>& kept, bool drop) const {
        std::vector<cf::ClassFile> made = files;
        std::size_t at = 0;
        for (cf::ClassFile& file : made)
            for (cf::Function& f : file.functions)
                if (f.has_code) rewrite(f, kept, at, drop);
        std::vector<cf::ClassFile> canonical;
        for (cf::ClassFile& file : made)
            if (auto done = cf::canonicalise(std::move(file))) canonical.push_back(std::move(*done));
        return canonical;
    }

private:
    static void rewrite(cf::Function& f, const std::vector<bool>& kept, std::size_t& at, bool drop) {
        const auto code = decode(f);
        cf::CodeBuilder out;
        std::vector<cf::CodeBuilder::Label> labels;
        const std::size_t n = code->instructions.size();
        for (std::size_t i = 0; i <= n; ++i) labels.push_back(out.new_label());
        for (std::size_t i = 0; i < n; ++i, ++at) {
            const cf::Instruction& in = code->instructions[i];
            out.bind(labels[i]);
            const std::span<const std::int64_t> all(code->operands.data() + in.first,
                                                    code->operands.size() - in.first);
            // The last one ends the function and stays.
            if (kept[at] || i + 1 == n)
                out.emit(in.op, all.subspan(0, cf::operand_entries(in.op, all)));
            else if (!drop)
                out.emit(cf::Op::Nop, {});
        }
        out.bind(labels[n]);
        const auto moved = [&](std::uint32_t old) { return out.resolve(labels[old]); };
        std::vector<cf::Handler> handlers;
        for (cf::Handler h : f.code.handlers) {
            h.start = moved(h.start), h.end = moved(h.end), h.target = moved(h.target);
            if (h.start < h.end) handlers.push_back(h);
        }
        f.code.handlers = std::move(handlers);
        f.code.lines.clear();
        f.code.locals.clear();
        f.code.bytes = out.finish();
    }
};

// Calls visit(register) for every register operand of an instruction; visit may change it.
template <typename Visit>
void each_register(cf::Op op, std::vector<std::int64_t>& operands, Visit&& visit) {
    const cf::OpInfo& info = cf::op_info(op);
    for (unsigned i = 0; i < info.operand_count; ++i) {
        switch (info.operands[i].kind) {
            case cf::OperandKind::Write:
            case cf::OperandKind::Read:
                visit(operands[i]);
                break;
            case cf::OperandKind::Result:
                if (operands[i] >= 0) visit(operands[i]);
                break;
            case cf::OperandKind::Regs:
                for (std::size_t r = i + 1; r < operands.size(); ++r) visit(operands[r]);
                break;
            default:
                break;
        }
    }
}

// Without registers that no instruction names.
void drop_registers(cf::Function& f) {
    const auto code = cf::decode(f.code.bytes, static_cast<std::uint32_t>(f.code.registers.size()));
    std::vector<std::vector<std::int64_t>> operands;
    std::vector<std::int64_t> used(f.code.registers.size(), 0);
    for (std::size_t r = 0; r < f.params.size(); ++r) used[r] = 1;
    for (const cf::Handler& h : f.code.handlers) used[h.reg] = 1;
    for (const cf::Instruction& in : code->instructions) {
        const std::span<const std::int64_t> all(code->operands.data() + in.first,
                                                code->operands.size() - in.first);
        const auto own = all.subspan(0, cf::operand_entries(in.op, all));
        operands.emplace_back(own.begin(), own.end());
        each_register(in.op, operands.back(),
                      [&](std::int64_t& r) { used[static_cast<std::size_t>(r)] = 1; });
    }
    std::vector<cf::TypeIndex> types;
    for (std::size_t r = 0; r < used.size(); ++r)
        if (used[r] != 0) {
            used[r] = static_cast<std::int64_t>(types.size());
            types.push_back(f.code.registers[r]);
        }
    cf::CodeBuilder out;
    std::vector<cf::CodeBuilder::Label> labels;
    for (std::size_t i = 0; i < operands.size(); ++i) labels.push_back(out.new_label());
    for (std::size_t i = 0; i < operands.size(); ++i) {
        out.bind(labels[i]);
        each_register(code->instructions[i].op, operands[i],
                      [&](std::int64_t& r) { r = used[static_cast<std::size_t>(r)]; });
        out.emit(code->instructions[i].op, operands[i]);
    }
    for (cf::Handler& h : f.code.handlers) h.reg = static_cast<cf::Reg>(used[h.reg]);
    f.code.registers = std::move(types);
    f.code.bytes = out.finish();
}

// Without module functions and whole types that no remaining code names. The lists of types and
// references in a file are those in use, since it is canonical.
std::vector<cf::ClassFile> pruned(std::vector<cf::ClassFile> files, bool registers) {
    for (bool again = true; again;) {
        again = false;
        std::set<std::string> named{"main"};
        std::set<std::string> types;
        for (const cf::ClassFile& file : files) {
            for (const cf::MethodRef& ref : file.method_refs) named.insert(std::string(file.str(ref.name)));
            for (const cf::TypeDesc& type : file.types)
                if (type.kind == cf::TypeKind::Named && file.str(type.name) != file.str(file.name))
                    types.insert(std::string(file.str(type.name)));
        }
        std::vector<cf::ClassFile> fewer;
        for (cf::ClassFile& file : files) {
            if (file.kind != cf::DeclKind::Module && types.count(std::string(file.str(file.name))) == 0) {
                again = true;
                continue;
            }
            if (file.kind == cf::DeclKind::Module)
                again |= std::erase_if(file.functions, [&](const cf::Function& f) {
                             return named.count(std::string(file.str(f.name))) == 0;
                         }) > 0;
            if (registers)
                for (cf::Function& f : file.functions)
                    if (f.has_code) drop_registers(f);
            if (auto done = cf::canonicalise(std::move(file))) fewer.push_back(std::move(*done));
        }
        files = std::move(fewer);
    }
    return files;
}

Program program_of(const std::vector<cf::ClassFile>& files, const std::string& module) {
    Program program;
    program.module = module;
    for (const cf::ClassFile& file : files) program.files.push_back(cf::write(file));
    return program;
}

int minimise_bytecode(const Session& session, std::uint64_t seed) {
    const std::string module = module_of(Kind::Bytecode, seed);
    const Instructions instructions(generate_classes(seed));
    std::vector<bool> kept(instructions.count, true);
    if (!session.differs(program_of(instructions.without(kept, false), module))) return 1;
    for (const bool drop : {false, true})
        reduce(kept, [&](const std::vector<bool>& mask) {
            return session.differs(program_of(instructions.without(mask, drop), module));
        });
    std::vector<cf::ClassFile> least = instructions.without(kept, true);
    for (const bool registers : {true, false})
        if (auto fewer = pruned(least, registers); session.differs(program_of(fewer, module))) {
            least = std::move(fewer);
            break;
        }
    for (const cf::ClassFile& file : least)
        if (auto text = cf::disassemble(file)) std::printf("%s\n", text->c_str());
    return 0;
}

int minimise_source(const Session& session, std::uint64_t seed) {
    const std::string module = module_of(Kind::Source, seed), text = generate_source(seed);
    std::vector<std::string> lines;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find('\n', at), text.size() - 1);
        lines.push_back(text.substr(at, end + 1 - at));
        at = end + 1;
    }
    const auto without = [&](const std::vector<bool>& mask) {
        std::string fewer;
        for (std::size_t i = 0; i < lines.size(); ++i)
            if (mask[i]) fewer += lines[i];
        return fewer;
    };
    std::vector<bool> kept(lines.size(), true);
    const auto differs = [&](const std::vector<bool>& mask) {
        return session.differs(compile_source(without(mask), module, session.options.library));
    };
    if (!differs(kept)) return 1;
    reduce(kept, differs);
    std::printf("%s", without(kept).c_str());
    return 0;
}

}  // namespace

int minimise(const RunOptions& options, Kind kind, std::uint64_t seed, const std::string& configuration) {
    Session session{options, {}, {}};
    session.options.seconds = 3;
    const auto all = configurations();
    for (std::size_t c = 0; c < all.size(); ++c)
        if (all[c].name == configuration) session.other = all[c], session.oracle = all[oracle_of(all, c)];
    if (session.other.name.empty()) {
        std::fprintf(stderr, "differential: there is no configuration %s; --list shows them\n",
                     configuration.c_str());
        return 64;
    }
    const int code =
        kind == Kind::Bytecode ? minimise_bytecode(session, seed) : minimise_source(session, seed);
    if (code == 1) std::fprintf(stderr, "differential: nothing differs\n");
    return code;
}

}  // namespace skua::differential
