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
#include <sstream>
#include <string>

#include "class_mutator.h"
#include "skua/classfile/assembler.h"
#include "skua/classfile/check.h"
#include "skua/classfile/writer.h"
#include "skua/vm/loader.h"
#include "skua/vm/verifier.h"

using namespace skua;
using namespace skua::classfile;

namespace {

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
    fuzz::ClassMutator mutator(seed);
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
            auto changed = mutator.mutated(std::move(mutant));
            if (!changed) continue;  // no file to write
            mutant = std::move(*changed);
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
