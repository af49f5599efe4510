// Differential testing: random valid programs, run in several ways that must agree.
//
//   differential --std std.ska [--seed N] [--count M | --seconds S] [--only bytecode|source]
//                [--config NAME[,NAME...]] [--vary N] [--batch N] [--timeout S] [--jobs N] [--keep DIR]
//   differential --dump SEED --only bytecode|source      the program as text (.skasm, .skua)
//   differential --minimise SEED --only bytecode|source  a smaller program that still differs
//   differential --list                                  the configurations
//
// The oracle is the interpreter without a compiling tier (the configuration `interpreter`): what it
// prints is right by definition here, and the conformance tests say whether it is. Seeds N, N+1, ...
// are one program each; a seed gives the same program for ever. A difference is printed with its
// seed and repeated alone; --keep stores the program and both outcomes. Exit code 1 if any differs.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "configurations.h"
#include "minimise.h"
#include "program.h"
#include "runner.h"
#include "skua/classfile/disassembler.h"

using namespace skua;
using namespace skua::differential;

namespace {

struct Options {
    RunOptions run;
    std::uint64_t seed = 1, count = ~std::uint64_t{0};
    double seconds = 0;
    std::size_t batch = 50;
    std::string only, config, keep;
    std::uint64_t dump = 0, minimise = 0;
    bool list = false;
};

struct Totals {
    std::uint64_t programs = 0, runs = 0, different = 0, uncaught = 0;
};

std::string dump(Kind kind, std::uint64_t seed) {
    if (kind == Kind::Source) return generate_source(seed);
    std::string text;
    for (const classfile::ClassFile& file : generate_classes(seed)) {
        auto one = classfile::disassemble(file);
        text += one ? *one + "\n" : one.error().to_string() + "\n";
    }
    return text;
}

struct SourceBatch {
    const Options* options;
    const std::vector<std::uint64_t>* seeds;
};

std::vector<Program> make_programs(const Options& options, Kind kind,
                                   const std::vector<std::uint64_t>& seeds) {
    std::vector<Program> programs;
    if (kind == Kind::Bytecode) {
        for (const std::uint64_t seed : seeds) programs.push_back(generate_bytecode(seed));
        return programs;
    }
    SourceBatch batch{&options, &seeds};
    const auto made = in_children(
        options.run, seeds.size(),
        [](std::size_t i, void* data) {
            const auto& b = *static_cast<SourceBatch*>(data);
            const std::uint64_t seed = (*b.seeds)[i];
            return pack(
                compile_source(generate_source(seed), module_of(Kind::Source, seed), b.options->run.library));
        },
        &batch);
    for (std::size_t i = 0; i < seeds.size(); ++i)
        programs.push_back(unpack(made[i], module_of(Kind::Source, seeds[i])));
    return programs;
}

// What is wrong with an outcome of the oracle itself: the program is valid, and does what was meant.
bool unacceptable(const Outcome& outcome) {
    return outcome.find("--- exit") == std::string::npos ||
           outcome.find("VerifyError") != std::string::npos ||
           outcome.find("LinkError") != std::string::npos || outcome.starts_with("not made");
}

std::string first_difference(const std::string& a, const std::string& b) {
    std::size_t line = 1, start = 0;
    std::size_t i = 0;
    for (; i < a.size() && i < b.size() && a[i] == b[i]; ++i)
        if (a[i] == '\n') ++line, start = i + 1;
    const auto rest = [&](const std::string& s) {
        return s.substr(std::min(start, s.size()), std::min<std::size_t>(s.find('\n', start) - start, 300));
    };
    return "line " + std::to_string(line) + ": \"" + rest(a) + "\" against \"" + rest(b) + "\"";
}

void keep(const Options& options, Kind kind, std::uint64_t seed, std::string_view configuration,
          const Outcome& expected, const Outcome& found) {
    if (options.keep.empty()) return;
    std::filesystem::create_directories(options.keep);
    const std::string stem = options.keep + "/" + module_of(kind, seed);
    std::ofstream(stem + (kind == Kind::Bytecode ? ".skasm" : ".skua")) << dump(kind, seed);
    std::ofstream(stem + ".expected") << expected;
    std::ofstream(stem + "." + std::string(configuration)) << found;
}

void compare(const Options& options, Kind kind, const std::vector<Configuration>& configs,
             const std::vector<std::uint64_t>& seeds, Totals& totals) {
    const std::vector<Program> programs = make_programs(options, kind, seeds);
    const auto outcomes = run(options.run, configs, programs, seeds);
    const char* const name = kind == Kind::Bytecode ? "bytecode" : "source";
    for (std::size_t i = 0; i < seeds.size(); ++i) {
        ++totals.programs;
        const Outcome& expected = outcomes[0][i];
        totals.uncaught += expected.find("--- exit 70") != std::string::npos;
        const auto seed = static_cast<unsigned long long>(seeds[i]);
        if (unacceptable(expected)) {
            ++totals.different;
            std::printf("%s seed %llu: the oracle: %.600s\n", name, seed, expected.c_str());
            keep(options, kind, seeds[i], "oracle", expected, expected);
            continue;
        }
        for (std::size_t c = 1; c < configs.size(); ++c) {
            const std::size_t oracle = oracle_of(configs, c);
            const Outcome &found = outcomes[c][i], &wanted = outcomes[oracle][i];
            if (found.empty() || configs[c].oracle.empty()) continue;
            ++totals.runs;
            if (found == wanted) continue;
            ++totals.different;
            const auto alone = run(options.run, {configs[oracle], configs[c]}, {programs[i]}, {seeds[i]});
            const bool repeats = alone[0][0] != alone[1][0];
            std::printf("%s seed %llu, %.*s: %s%s\n", name, seed, static_cast<int>(configs[c].name.size()),
                        configs[c].name.data(), first_difference(wanted, found).c_str(),
                        repeats ? "" : " (not when it runs alone; repeat with its batch)");
            keep(options, kind, seeds[i], configs[c].name, wanted, found);
        }
    }
    std::fflush(stdout);
}

int campaign(const Options& options) {
    Totals totals;
    std::vector<Kind> kinds;
    if (options.only != "source") kinds.push_back(Kind::Bytecode);
    if (options.only != "bytecode") kinds.push_back(Kind::Source);
    std::vector<Configuration> configs;
    const auto all = configurations();
    const auto named = [&](const Configuration& c) {
        return options.config.empty() ||
               ("," + options.config + ",").find("," + std::string(c.name) + ",") != std::string::npos;
    };
    for (const Configuration& c : all) {
        const bool is_oracle = std::any_of(all.begin(), all.end(), [&](const Configuration& other) {
            return named(other) && other.oracle == c.name;
        });
        if (named(c) || is_oracle) configs.push_back(c);
    }
    const auto start = std::chrono::steady_clock::now();
    const auto elapsed = [&] {
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    };
    std::uint64_t seed = options.seed;
    std::uint64_t left = options.count;
    double told = 0;
    while (left > 0 && (options.seconds == 0 || elapsed() < options.seconds)) {
        std::vector<std::uint64_t> seeds;
        for (; seeds.size() < options.batch && left > 0; --left) seeds.push_back(seed++);
        for (const Kind kind : kinds) compare(options, kind, configs, seeds, totals);
        if (elapsed() < told + 60) continue;
        told = elapsed();
        std::fprintf(stderr, "differential: %llu programs, %llu comparisons, %llu different so far\n",
                     static_cast<unsigned long long>(totals.programs),
                     static_cast<unsigned long long>(totals.runs),
                     static_cast<unsigned long long>(totals.different));
    }
    std::string names;
    for (const Configuration& c : configs) names += (names.empty() ? "" : ", ") + std::string(c.name);
    std::printf(
        "differential: seeds %llu to %llu, %llu programs, %llu comparisons, %llu different, %.0f%% ended "
        "uncaught, %.1f s (%s)\n",
        static_cast<unsigned long long>(options.seed), static_cast<unsigned long long>(seed - 1),
        static_cast<unsigned long long>(totals.programs), static_cast<unsigned long long>(totals.runs),
        static_cast<unsigned long long>(totals.different),
        100.0 * static_cast<double>(totals.uncaught) /
            static_cast<double>(std::max<std::uint64_t>(1, totals.programs)),
        elapsed(), names.c_str());
    return totals.different == 0 && totals.runs > 0 ? 0 : 1;
}

bool parse(int argc, char** argv, Options& o) {
    for (int i = 1; i < argc; ++i) {
        const std::string arg = argv[i];
        if (arg == "--list") {
            o.list = true;
            continue;
        }
        if (++i >= argc) return false;
        const std::string value = argv[i];
        if (arg == "--std")
            o.run.library = value;
        else if (arg == "--seed")
            o.seed = std::strtoull(argv[i], nullptr, 10);
        else if (arg == "--count")
            o.count = std::strtoull(argv[i], nullptr, 10);
        else if (arg == "--seconds")
            o.seconds = std::atof(argv[i]);
        else if (arg == "--only")
            o.only = value;
        else if (arg == "--config")
            o.config = value;
        else if (arg == "--timeout")
            o.run.seconds = std::atof(argv[i]);
        else if (arg == "--vary")
            o.run.vary = static_cast<unsigned>(std::atoi(argv[i]));
        else if (arg == "--batch")
            o.batch = std::strtoull(argv[i], nullptr, 10);
        else if (arg == "--jobs")
            o.run.jobs = static_cast<unsigned>(std::atoi(argv[i]));
        else if (arg == "--keep")
            o.keep = value;
        else if (arg == "--dump")
            o.dump = std::strtoull(argv[i], nullptr, 10);
        else if (arg == "--minimise")
            o.minimise = std::strtoull(argv[i], nullptr, 10);
        else
            return false;
    }
    if (!o.only.empty() && o.only != "bytecode" && o.only != "source") return false;
    if (o.list || (o.dump != 0 && !o.only.empty())) return true;
    if (o.run.library.empty() || o.seed == 0 || o.batch == 0 || o.run.jobs == 0) return false;
    if (o.minimise != 0) return !o.only.empty();
    return o.seconds > 0 || o.count != ~std::uint64_t{0};
}

}  // namespace

int main(int argc, char** argv) {
    Options options;
    if (!parse(argc, argv, options)) {
        std::fprintf(
            stderr,
            "usage: differential --std std.ska [--seed N] [--count M | --seconds S] [--only "
            "bytecode|source]\n"
            "                    [--config NAME,...] [--vary N] [--batch N] [--timeout S] [--timeout S] "
            "[--jobs N] [--keep DIR]\n"
            "       differential --dump SEED --only bytecode|source\n"
            "       differential --std std.ska --minimise SEED --only bytecode|source [--config NAME]\n"
            "       differential --list\n");
        return 64;
    }
    const Kind kind = options.only == "source" ? Kind::Source : Kind::Bytecode;
    if (options.list) {
        for (const Configuration& c : configurations())
            std::printf("%-20s %s\n", std::string(c.name).c_str(), std::string(c.meaning).c_str());
        return 0;
    }
    if (options.dump != 0) {
        std::fputs(dump(kind, options.dump).c_str(), stdout);
        return 0;
    }
    if (options.minimise != 0) return minimise(options.run, kind, options.minimise, options.config);
    return campaign(options);
}
