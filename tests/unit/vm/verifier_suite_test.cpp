// Runs tests/verifier/*.skasm: text form with "; error: V012 part of the message" on the offending
// lines. Every error must be announced, and every announced one must come. A line is that of the
// instruction; for errors of a whole function or type, that of its header. The types of
// prelude.skasm are defined in front of each file's own.
#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "skua/classfile/assembler.h"
#include "skua/classfile/writer.h"
#include "skua/vm/verifier.h"
#include "verify/type_context.h"

using namespace skua;
using namespace skua::vm;

namespace {

namespace fs = std::filesystem;

std::string read_text(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    REQUIRE(in.good());
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

struct Expected {
    std::string rule, text;
    bool seen = false;
};

std::multimap<std::uint32_t, Expected> expectations(const std::string& text) {
    static constexpr std::string_view kMark = "; error: ";
    std::multimap<std::uint32_t, Expected> out;
    std::istringstream lines(text);
    std::string line;
    for (std::uint32_t n = 1; std::getline(lines, line); ++n) {
        for (std::size_t at = line.find(kMark); at != std::string::npos; at = line.find(kMark, at + 1)) {
            std::string rest = line.substr(at + kMark.size());
            rest = rest.substr(0, rest.find(kMark));
            while (rest.ends_with(' ')) rest.pop_back();
            const std::size_t space = rest.find(' ');
            out.emplace(
                n, Expected{rest.substr(0, space), space == std::string::npos ? "" : rest.substr(space + 1)});
        }
    }
    return out;
}

struct Loaded {
    classfile::AssembledType assembled;
    TypeDef* def = nullptr;
};

std::vector<Loaded> define_all(Loader& loader, const std::string& text, const std::string& name) {
    auto assembled = classfile::assemble(text, name);
    if (!assembled) FAIL(assembled.error().to_string());
    std::vector<Loaded> out;
    for (classfile::AssembledType& type : *assembled) {
        auto def = loader.define(classfile::write(type.file), name);
        if (!def) FAIL(def.error().to_string());
        out.push_back({std::move(type), *def});
    }
    return out;
}

std::uint32_t line_of(const Loaded& type, const Diagnostic& error) {
    if (error.function.empty()) return type.assembled.line;
    const FunctionDef* f = type.def->find_function(error.function);
    REQUIRE(f);
    const classfile::AssembledFunction& lines = type.assembled.functions[f->index];
    return error.offset < 0 ? lines.line : lines.instruction_lines[static_cast<std::size_t>(error.offset)];
}

using Mnemonics = std::set<std::string>;

// "move: the source is ..." of an error at an instruction.
Mnemonics mnemonic_of(const Diagnostic& error) {
    if (error.offset < 0) return {};
    return {error.message.substr(0, error.message.find(':'))};
}

// "V012" of V012_accept or types.V012_accept_generic; empty if it is the name of something else.
std::string rule_of_accepted(std::string_view name) {
    const std::size_t at = name.rfind('.') + 1;
    return name.substr(at).find("_accept") == 4 && name[at] == 'V' ? std::string(name.substr(at, 4)) : "";
}

fs::path suite_folder() {
    return fs::path(SKUA_SOURCE_DIR) / "tests" / "verifier";
}

std::vector<fs::path> suite_files() {
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(suite_folder()))
        if (entry.path().extension() == ".skasm") files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    return files;
}

}  // namespace

TEST_CASE("verifier suite: every error where it is announced, and no other") {
    const std::string prelude = read_text(suite_folder() / "prelude.skasm");
    const auto files = suite_files();
    REQUIRE(files.size() > 5);
    std::map<std::string, Mnemonics> rejected;  // by rule: at which instructions
    std::map<std::string, Mnemonics> accepted;  // by rule: what its accepted code has
    Mnemonics accepted_anywhere;
    for (const fs::path& path : files) {
        INFO(path.filename().string());
        const std::string text = read_text(path);
        TypeTable types;
        Loader loader(types, nullptr);
        const bool is_prelude = path.filename() == "prelude.skasm";
        if (!is_prelude) (void)define_all(loader, prelude, "prelude.skasm");
        const std::vector<Loaded> loaded = define_all(loader, text, path.filename().string());
        auto expected = expectations(text);

        for (const Loaded& type : loaded) {
            std::set<std::string> bad_functions;
            bool bad_declaration = false;
            for (const Diagnostic& error : verify_all(*type.def)) {
                const std::uint32_t line = line_of(type, error);
                if (!error.function.empty()) bad_functions.insert(error.function);
                bool announced = false;
                for (auto [it, end] = expected.equal_range(line); it != end; ++it) {
                    if (it->second.seen || it->second.rule != error.rule ||
                        error.message.find(it->second.text) == std::string::npos)
                        continue;
                    it->second.seen = announced = true;
                    rejected[error.rule].merge(mnemonic_of(error));
                    break;
                }
                if (!announced) FAIL_CHECK("line " << line << ": unexpected " << error.to_string());
                if (error.rule >= "V100" && error.rule != "V116") bad_declaration = true;
            }
            if (!bad_declaration) accepted.try_emplace(rule_of_accepted(type.def->name));
            // The cached entry points say the same.
            CHECK(check_declaration(*type.def).ok() <= !bad_declaration);
            for (FunctionDef& f : type.def->functions) {
                if (bad_functions.contains(std::string(f.name))) {
                    CHECK_FALSE(verify_function(f).ok());
                } else if (check_declaration(*type.def).ok()) {
                    auto verified = verify_function(f);
                    if (!verified) FAIL_CHECK(verified.error().to_string());
                    CHECK(f.registers.size() == (f.decl->has_code ? f.decl->code.registers.size() : 0));
                    Mnemonics& here = accepted[rule_of_accepted(f.name)];
                    for (const classfile::Instruction& in : f.code.instructions)
                        here.emplace(classfile::op_info(in.op).mnemonic);
                    accepted_anywhere.insert(here.begin(), here.end());
                }
            }
        }
        for (const auto& [line, e] : expected)
            if (!e.seen)
                FAIL_CHECK("line " << line << ": announced " << e.rule << " '" << e.text << "' did not come");
    }

    // No rule without code that it rejects, and code named Vnnn_accept that it looks at and accepts: the same
    // sort of instruction, if it is one on instructions. And what a rule rejects, some other code does.
    for (const std::string rule : {
#define SKUA_RULE(number, text) #number,
#include "verify/rules.def"
#undef SKUA_RULE
         }) {
        INFO(rule);
        CHECK(rejected.contains(rule));
        CHECK(accepted.contains(rule));
        const Mnemonics& at = rejected[rule];
        const Mnemonics& beside = accepted[rule];
        CHECK((at.empty() || std::any_of(at.begin(), at.end(), [&](auto& m) { return beside.contains(m); })));
        for (const std::string& mnemonic : at) {
            INFO(mnemonic);
            CHECK(accepted_anywhere.contains(mnemonic));
        }
    }
}

TEST_CASE("docs/verifier.md lists every rule in the words of the table") {
    const std::string docs = read_text(fs::path(SKUA_SOURCE_DIR) / "docs" / "verifier.md");
#define SKUA_RULE(number, text) CHECK_THAT(docs, Catch::Contains("| " #number " | " text " |"));
#include "verify/rules.def"
#undef SKUA_RULE
}
