// Mutates Skua programs and compiles them: whatever the source, the compiler answers with class
// files or with errors that have a place, in bounded time; and what it compiles without an error, the
// verifier accepts. Deterministic for a seed; needs no special compiler.
//
//   compiler_fuzz [--seconds N] [--seed N] [--rounds N] [--std std.ska] FILE.skua...
//
// The files are the material. A failure keeps the program that caused it (compiler_fuzz_failed.skua).
#include <cctype>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <random>
#include <sstream>
#include <string>
#include <unistd.h>
#include <vector>

#include "diagnostics_render.h"
#include "driver.h"
#include "lexer.h"
#include "skua/vm/loader.h"
#include "skua/vm/verifier.h"

using namespace skua;
using namespace skua::compiler;

namespace {

struct Options {
    int seconds = 15;
    std::uint64_t seed = 1;
    std::uint64_t rounds = ~std::uint64_t{0};
    std::string library;
    std::vector<std::string> files;
};

class Mutator {
public:
    Mutator(std::uint64_t seed, std::vector<std::string> corpus) : random_(seed), corpus_(std::move(corpus)) {
        for (const std::string& text : corpus_) words_.push_back(split(text));
    }

    std::string next() {
        const std::size_t which = below(corpus_.size());
        std::string text;
        if (below(3) == 0) {
            text = corpus_[which];
            for (std::size_t n = 1 + below(6); n > 0; --n) bytes(text);
        } else {
            std::vector<std::string> words = words_[which];
            if (below(3) == 0)
                for (std::size_t n = 1 + below(below(4) == 0 ? 20 : 3); n > 0; --n) tokens(words);
            else
                for (std::size_t n = 1 + below(2); n > 0; --n) like_for_like(words);
            for (const std::string& w : words) text += w;
        }
        if (below(50) == 0) bytes(text);
        return text;
    }

private:
    std::size_t below(std::size_t n) { return n == 0 ? 0 : static_cast<std::size_t>(random_() % n); }

    // The text in pieces: white space and token by turns; the tokens have odd numbers.
    static std::vector<std::string> split(const std::string& text) {
        SourceFile file(0, "corpus", "corpus", text);
        Arena arena;
        DiagnosticSink sink;
        const LexResult lexed = tokenize(file, arena, sink);
        std::vector<std::string> out;
        std::size_t at = 0;
        for (const Token& t : lexed.list.tokens) {
            if (t.end <= t.start || t.start < at) continue;
            out.push_back(text.substr(at, t.start - at));
            out.push_back(text.substr(t.start, t.end - t.start));
            at = t.end;
        }
        out.push_back(text.substr(at));
        return out;
    }

    // Changes of meaning: a token replaced by one of the same program or of another, left out, said
    // twice, or two of them exchanged.
    void tokens(std::vector<std::string>& words) {
        const auto any = [&](std::vector<std::string>& list) -> std::string& {
            return list[below(list.size() / 2) * 2 + 1];
        };
        if (words.size() < 8) return;
        switch (below(6)) {
            case 0: {
                auto& other = words_[below(words_.size())];
                if (other.size() >= 8) any(words) = other[below(other.size() / 2) * 2 + 1];
                break;
            }
            case 1:
                any(words).clear();
                break;
            case 2:
                std::swap(any(words), any(words));
                break;
            case 3: {
                std::string& w = any(words);
                w += " " + w;
                break;
            }
            case 4: {  // a run of tokens of any program
                const auto& other = words_[below(words_.size())];
                std::string run;
                for (std::size_t i = below(other.size()), n = below(12); n > 0 && i < other.size(); ++i, --n)
                    run += other[i];
                any(words) += " " + run;
                break;
            }
            default:
                any(words) = any(words);
                break;
        }
    }

    // A name by a name of the same program, an operator by an operator: most likely to compile still.
    void like_for_like(std::vector<std::string>& words) {
        if (words.size() < 8) return;
        const auto kind = [](const std::string& w) {
            if (w.empty()) return 0;
            const auto c = static_cast<unsigned char>(w[0]);
            return std::isalpha(c)                                    ? 1
                   : std::isdigit(c)                                  ? 2
                   : w.find_first_of("(){}[],:") == std::string::npos ? 3
                                                                      : 4;
        };
        std::string& target = words[below(words.size() / 2) * 2 + 1];
        for (int tries = 0; tries < 30; ++tries) {
            const std::string& other = words[below(words.size() / 2) * 2 + 1];
            if (kind(other) != kind(target) || other == target) continue;
            target = other;
            return;
        }
    }

    void bytes(std::string& text) {
        static const char* const kPieces[] = {"(",
                                              ")",
                                              "[",
                                              "]",
                                              "{",
                                              "}",
                                              "<",
                                              ">",
                                              "\"",
                                              "${",
                                              "}\"",
                                              "=>",
                                              "\n",
                                              ";",
                                              ",",
                                              ":",
                                              "..",
                                              "?",
                                              "??",
                                              " fn ",
                                              " let ",
                                              " match ",
                                              " if ",
                                              " else ",
                                              "'",
                                              "\"\"\"",
                                              "/*",
                                              "*/",
                                              "//! requires: ",
                                              " is not ",
                                              " as? ",
                                              "(a, b) => ",
                                              " throw ",
                                              "0x",
                                              "1e",
                                              "\\",
                                              "_",
                                              "\xC3\xA9",
                                              "\xFF",
                                              "enum E {",
                                              "<T>",
                                              "!!",
                                              "\r\n",
                                              "@",
                                              "$",
                                              " null ",
                                              "()"};
        const std::size_t p = below(text.size() + 1);
        switch (below(5)) {
            case 0:
                text.insert(p, kPieces[below(std::size(kPieces))]);
                break;
            case 1:
                text.erase(p, 1 + below(below(4) == 0 ? 200 : 4));
                break;
            case 2:
                if (p < text.size()) text[p] = static_cast<char>(random_());
                break;
            case 3: {
                const std::string& other = corpus_[below(corpus_.size())];
                text.insert(p, other.substr(below(other.size() + 1), below(80)));
                break;
            }
            default:
                text.insert(p, text.substr(below(text.size() + 1), below(80)));
                break;
        }
    }

    std::mt19937_64 random_;
    std::vector<std::string> corpus_;
    std::vector<std::vector<std::string>> words_;
};

// Empty, or what is wrong with the compiler's answer.
std::string check(const Options& options, const std::string& path, std::size_t& compiled) {
    CompileOptions compile_options;
    compile_options.files = {path};
    compile_options.library = options.library;
    Compilation c(20);
    compile(compile_options, c);
    const std::string text =
        render(c.sink.all(), c.files, {}) + render(c.sink.all(), c.files, {MessageFormat::Json, false});
    if (text.size() > 200'000) return "more than 200 kB of messages";
    for (const SourceDiagnostic& d : c.sink.all()) {
        if (d.message.empty()) return "a message without words";
        if (d.range.file >= c.files.size() || d.range.end > c.files[d.range.file]->text().size() ||
            d.range.start > d.range.end)
            return "a message outside the source: " + d.message;
    }
    if (!c.failures.empty()) return "a failure without a place: " + c.failures[0].message;
    if (!c.ok()) return {};
    ++compiled;
    vm::TypeTable types;
    vm::Loader loader(types, nullptr);
    if (auto added = loader.add_path(options.library); !added) return added.error().to_string();
    std::vector<vm::TypeDef*> defined;
    for (const OutputFile& output : c.outputs) {
        auto type = loader.define(output.bytes, output.path);
        if (!type) return "rejected: " + type.error().to_string();
        defined.push_back(*type);
    }
    for (vm::TypeDef* type : defined)
        for (const Diagnostic& d : vm::verify_all(*type)) return "rejected: " + d.to_string();
    return {};
}

bool parse(int argc, char** argv, Options& options) {
    for (int i = 1; i < argc; ++i) {
        const std::string arg = argv[i];
        if (!arg.starts_with("--")) {
            options.files.push_back(arg);
            continue;
        }
        if (++i >= argc) return false;
        if (arg == "--seconds")
            options.seconds = std::atoi(argv[i]);
        else if (arg == "--seed")
            options.seed = std::strtoull(argv[i], nullptr, 10);
        else if (arg == "--rounds")
            options.rounds = std::strtoull(argv[i], nullptr, 10);
        else if (arg == "--std")
            options.library = argv[i];
        else
            return false;
    }
    return !options.files.empty() && !options.library.empty();
}

}  // namespace

int main(int argc, char** argv) {
    Options options;
    if (!parse(argc, argv, options)) {
        std::fprintf(stderr,
                     "usage: compiler_fuzz [--seconds N] [--seed N] [--rounds N] --std std.ska FILE...\n");
        return 64;
    }
    std::vector<std::string> corpus;
    for (const std::string& file : options.files) {
        std::ifstream in(file, std::ios::binary);
        std::stringstream text;
        text << in.rdbuf();
        corpus.push_back(text.str());
    }
    Mutator mutator(options.seed, std::move(corpus));
    const std::string path = "compiler_fuzz_" + std::to_string(::getpid()) + ".skua";
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(options.seconds);
    std::size_t compiled = 0;
    std::uint64_t round = 0;
    double slowest = 0;
    for (; round < options.rounds && std::chrono::steady_clock::now() < end; ++round) {
        std::ofstream(path, std::ios::binary) << mutator.next();  // stays behind if this crashes
        const auto start = std::chrono::steady_clock::now();
        const std::string wrong = check(options, path, compiled);
        const double seconds =
            std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
        slowest = std::max(slowest, seconds);
        if (!wrong.empty() || seconds > 20) {
            std::rename(path.c_str(), "compiler_fuzz_failed.skua");
            std::printf("seed %llu, round %llu: %s\n", static_cast<unsigned long long>(options.seed),
                        static_cast<unsigned long long>(round), wrong.empty() ? "too slow" : wrong.c_str());
            return 1;
        }
    }
    ::unlink(path.c_str());
    std::printf("%llu programs, %zu of them compiled and verified, slowest %.0f ms\n",
                static_cast<unsigned long long>(round), compiled, slowest * 1000);
    // A fuzzer that never gets past the first error tests little.
    return round > 200 && compiled == 0 ? 1 : 0;
}
