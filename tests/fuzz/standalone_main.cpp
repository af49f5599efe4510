// main() of a fuzz target where there is no libFuzzer.
//
//   PROGRAM FILE|FOLDER...                          runs it once on each file; a crash names the file
//   PROGRAM --seconds N [--seed N] FILE|FOLDER...   and then on mutants of them for so long
//
// Blind, without coverage: what libFuzzer finds, this repeats, and what is easily broken, this breaks at once
// in every build. A crash leaves its input behind (fuzz_failed).
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <sys/mman.h>
#include <sys/wait.h>
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

// The input that is being run, where the process that waits for this one finds it.
struct Current {
    std::size_t size;
    std::uint8_t bytes[kMaxSize];
};
Current* current;

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

namespace {

void run(const Input& input) {
    current->size = input.size();
    std::copy(input.begin(), input.end(), current->bytes);
    LLVMFuzzerTestOneInput(input.data(), input.size());
}

bool read_input(const std::filesystem::path& path, std::vector<Input>& corpus) {
    std::ifstream file(path, std::ios::binary);
    if (!file) return false;
    Input input((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    if (input.size() <= kMaxSize) corpus.push_back(std::move(input));
    return true;
}

std::uint64_t run_mutants(const std::vector<Input>& corpus, double seconds) {
    std::uint64_t executions = 0;
    const auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
    for (; std::chrono::steady_clock::now() < end; ++executions) {
        Input input = corpus[below(corpus.size())];
        std::size_t size = input.size();
        input.resize(kMaxSize);
        // A change on top of changes, now and then: some faults need two.
        for (std::size_t n = 1 + (below(3) == 0 ? below(4) : 0); n > 0; --n)
            size = LLVMFuzzerCustomMutator ? LLVMFuzzerCustomMutator(input.data(), size, kMaxSize,
                                                                     static_cast<unsigned>(random_numbers()))
                                           : LLVMFuzzerMutate(input.data(), size, kMaxSize);
        input.resize(size);
        run(input);
    }
    return executions;
}

// In a process of its own, so that the input of whatever ends it is there afterwards.
int watch(pid_t child) {
    int status = 0;
    waitpid(child, &status, 0);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return 0;
    std::ofstream("fuzz_failed", std::ios::binary)
        .write(reinterpret_cast<const char*>(current->bytes), static_cast<std::streamsize>(current->size));
    std::fprintf(stderr, "%s %d; the input is in fuzz_failed\n", WIFSIGNALED(status) ? "signal" : "exit code",
                 WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
    return 1;
}

}  // namespace

int main(int argc, char** argv) {
    double seconds = 0;
    std::uint64_t seed = 1;
    std::vector<std::filesystem::path> paths;
    for (int i = 1; i < argc; ++i) {
        const std::string arg = argv[i];
        if (arg == "--seconds" && i + 1 < argc)
            seconds = std::atof(argv[++i]);
        else if (arg == "--seed" && i + 1 < argc)
            seed = std::strtoull(argv[++i], nullptr, 10);
        else if (std::filesystem::is_directory(arg))
            for (const auto& entry : std::filesystem::recursive_directory_iterator(arg)) {
                if (entry.is_regular_file()) paths.push_back(entry.path());
            }
        else
            paths.emplace_back(arg);
    }
    void* shared = mmap(nullptr, sizeof(Current), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED) return 2;
    current = static_cast<Current*>(shared);
    std::sort(paths.begin(), paths.end());  // the same mutants wherever it runs
    if (seconds > 0)
        if (const pid_t child = fork(); child != 0) return watch(child);

    if (LLVMFuzzerInitialize) LLVMFuzzerInitialize(&argc, &argv);
    std::vector<Input> corpus;
    for (const std::filesystem::path& path : paths) {
        if (!read_input(path, corpus)) {
            std::fprintf(stderr, "cannot read %s\n", path.c_str());
            return 1;
        }
        if (seconds > 0) continue;
        std::fprintf(stderr, "%s\n", path.c_str());
        if (!corpus.empty()) run(corpus.back());
    }
    if (seconds <= 0) return 0;
    if (corpus.empty()) corpus.emplace_back();
    random_numbers.seed(seed);
    const std::uint64_t executions = run_mutants(corpus, seconds);
    std::fprintf(stderr, "%llu executions on mutants of %zu inputs, seed %llu\n",
                 static_cast<unsigned long long>(executions), corpus.size(),
                 static_cast<unsigned long long>(seed));
    return executions > 0 ? 0 : 1;
}
