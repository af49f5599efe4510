// main() of a fuzz target where there is no libFuzzer.
//
//   PROGRAM FILE|FOLDER...                          runs it once on each file; a crash names the file
//   PROGRAM --seconds N [--seed N] FILE|FOLDER...   and then on mutants of them for so long
//
// Blind, without coverage: what libFuzzer finds, this repeats, and what is easily broken, this breaks at once
// in every build. A crash leaves the input behind (fuzz_failed).
#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <unistd.h>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
extern "C" [[gnu::weak]] int LLVMFuzzerInitialize(int* argc, char*** argv);
extern "C" [[gnu::weak]] std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                                             std::size_t max_size, unsigned seed);

namespace {

using Input = std::vector<std::uint8_t>;

constexpr std::size_t kMaxSize = 65536;

std::mt19937_64 random_numbers;
Input current;

// Only what may be called when everything else is broken.
extern "C" void keep_input(int signal) {
    const int fd = open("fuzz_failed", O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, 0644);
    if (fd >= 0) {
        if (write(fd, current.data(), current.size()) < 0) _exit(4);
        close(fd);
    }
    std::signal(signal, SIG_DFL);
    std::raise(signal);
}

std::size_t below(std::size_t n) {
    return n == 0 ? 0 : static_cast<std::size_t>(random_numbers() % n);
}

}  // namespace

// libFuzzer's own is named like this: custom mutators call it.
extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size) {
    for (std::size_t n = 1 + below(4); n > 0; --n) {
        const std::size_t at = below(size);
        switch (below(4)) {
            case 0:
                if (size > 0) data[at] = static_cast<std::uint8_t>(random_numbers());
                break;
            case 1:
                if (size > 0) data[at] ^= static_cast<std::uint8_t>(1u << below(8));
                break;
            case 2: {
                if (size < 2) break;
                const std::size_t count = 1 + below(std::min<std::size_t>(size - at, 16) - 1);
                std::memmove(data + at, data + at + count, size - at - count);
                size -= count;
                break;
            }
            default: {
                const std::size_t count = 1 + below(8);
                if (size + count > max_size) break;
                std::memmove(data + at + count, data + at, size - at);
                for (std::size_t i = 0; i < count; ++i)
                    data[at + i] =
                        below(2) == 0 ? static_cast<std::uint8_t>(random_numbers()) : data[below(size)];
                size += count;
                break;
            }
        }
    }
    return size;
}

int main(int argc, char** argv) {
    double seconds = 0;
    std::uint64_t seed = 1;
    if (LLVMFuzzerInitialize) LLVMFuzzerInitialize(&argc, &argv);
    std::vector<Input> corpus;
    const auto add = [&](const std::filesystem::path& path) {
        std::ifstream file(path, std::ios::binary);
        if (!file) return false;
        corpus.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
        if (corpus.back().size() > kMaxSize) {
            corpus.pop_back();
            return true;
        }
        if (seconds == 0) std::fprintf(stderr, "%s\n", path.c_str());
        current = corpus.back();
        LLVMFuzzerTestOneInput(current.data(), current.size());
        return true;
    };
    int failed = 0;
    for (int i = 1; i < argc; ++i) {
        const std::string arg = argv[i];
        if (arg == "--seconds" && i + 1 < argc) {
            seconds = std::atof(argv[++i]);
            std::signal(SIGABRT, keep_input);
        } else if (arg == "--seed" && i + 1 < argc) {
            seed = std::strtoull(argv[++i], nullptr, 10);
        } else if (std::filesystem::is_directory(arg)) {
            for (const auto& entry : std::filesystem::recursive_directory_iterator(arg))
                if (entry.is_regular_file()) failed += !add(entry.path());
        } else if (!add(arg)) {
            std::fprintf(stderr, "cannot read %s\n", arg.c_str());
            ++failed;
        }
    }
    if (seconds == 0 || failed != 0) return failed == 0 ? 0 : 1;

    if (corpus.empty()) corpus.emplace_back();
    random_numbers.seed(seed);
    std::uint64_t executions = 0;
    const auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
    for (; std::chrono::steady_clock::now() < end; ++executions) {
        current = corpus[below(corpus.size())];
        std::size_t size = current.size();
        current.resize(kMaxSize);
        // A change on top of changes, now and then: some faults need two.
        for (std::size_t n = 1 + (below(3) == 0 ? below(4) : 0); n > 0; --n)
            size = LLVMFuzzerCustomMutator ? LLVMFuzzerCustomMutator(current.data(), size, kMaxSize,
                                                                     static_cast<unsigned>(random_numbers()))
                                           : LLVMFuzzerMutate(current.data(), size, kMaxSize);
        current.resize(size);
        LLVMFuzzerTestOneInput(current.data(), current.size());
    }
    std::fprintf(stderr, "%llu executions on mutants of %zu inputs, seed %llu\n",
                 static_cast<unsigned long long>(executions), corpus.size(),
                 static_cast<unsigned long long>(seed));
    return executions > 0 ? 0 : 1;
}
