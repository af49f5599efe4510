#include "minimise.h"

#include <algorithm>
#include <cstdio>
#include <functional>

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
    for (const cf::ClassFile& file : instructions.without(kept, true))
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
    session.oracle = all.front();
    for (const Configuration& c : all)
        if (c.name == configuration) session.other = c;
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
