// tests/conformance/diagnostics: wrong programs that say in comments what vmc must say.
//
//   code // error: PART [// error: PART] [// help: PART] [// warning: PART]
//
// Every error must be announced on its line by a part of its message, everything announced must be
// reported, and nothing else may be. `help` is a part of a suggestion. Where a file announces a warning, the
// same holds for all of its warnings; the others are about errors, and may have things unused.
#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "diagnostics.h"
#include "driver.h"

namespace fs = std::filesystem;
using namespace skua::compiler;

namespace {

struct Expected {
    std::uint32_t line;
    std::string kind, part;
    bool met = false;
};

std::vector<Expected> read_expected(const std::string& source) {
    std::vector<Expected> out;
    std::istringstream lines(source);
    std::string line;
    for (std::uint32_t number = 1; std::getline(lines, line); ++number) {
        std::size_t at = 0;
        while (at != std::string::npos) {
            std::size_t best = std::string::npos;
            std::string kind;
            for (const char* k : {"error", "warning", "help"}) {
                std::size_t found = line.find(std::string("// ") + k + ": ", at);
                if (found < best) best = found, kind = k;
            }
            if (best == std::string::npos) break;
            std::size_t start = best + 5 + kind.size();
            std::size_t end = line.find(" // ", start);
            out.push_back({number, kind, line.substr(start, end == std::string::npos ? end : end - start)});
            at = end;
        }
    }
    return out;
}

// What does not agree, one finding a line; empty if all is as announced.
std::string check_file(const fs::path& path) {
    std::ifstream in(path);
    std::stringstream buffer;
    buffer << in.rdbuf();
    auto expected = read_expected(buffer.str());
    CompileOptions options;
    options.files = {path.string()};
    options.library = std::string(SKUA_BUILD_DIR) + "/lib/skua/std.ska";
    options.max_errors = 0;
    options.analyze_only = true;
    const bool warnings =
        std::any_of(expected.begin(), expected.end(), [](const Expected& e) { return e.kind == "warning"; });
    Compilation result(0);
    compile(options, result);
    std::string out;
    for (const Failure& f : result.failures) out += "failed: " + f.message + "\n";
    for (const SourceDiagnostic& d : result.sink.all()) {
        std::uint32_t line = result.files.at(d.range.file)->position(d.range.start).line;
        std::string kind = d.severity == Severity::Error ? "error" : "warning";
        auto match = std::find_if(expected.begin(), expected.end(), [&](const Expected& e) {
            return !e.met && e.line == line && e.kind == kind && d.message.find(e.part) != std::string::npos;
        });
        if (match == expected.end() && kind == "warning" && !warnings) continue;
        if (match == expected.end()) {
            out += "line " + std::to_string(line) + ": not announced: " + kind + ": " + d.message + "\n";
        } else {
            match->met = true;
        }
        for (Expected& e : expected) {
            if (e.kind == "help" && e.line == line && d.suggestion.find(e.part) != std::string::npos)
                e.met = true;
        }
    }
    for (const Expected& e : expected) {
        if (!e.met)
            out += "line " + std::to_string(e.line) + ": not reported: " + e.kind + ": " + e.part + "\n";
    }
    return out;
}

}  // namespace

TEST_CASE("wrong programs are reported where and how they say") {
    const fs::path folder = fs::path(SKUA_SOURCE_DIR) / "tests/conformance/diagnostics";
    std::size_t count = 0;
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(folder)) {
        if (entry.path().extension() == ".skua") files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());
    for (const fs::path& path : files) {
        INFO(path.filename().string());
        CHECK(check_file(path) == "");
        ++count;
    }
    CHECK(count >= 300);
}
