#include "skua/vm/run_limits.h"

#include "skua/vm/vm.h"
#include "skua/vm/wording.h"

namespace skua::vm {
namespace {

std::string duration_text(std::uint64_t nanos) {
    constexpr std::uint64_t kMilli = 1'000'000, kSecond = 1000 * kMilli;
    if (nanos % kSecond == 0) return std::to_string(nanos / kSecond) + " s";
    if (nanos % kMilli == 0) return std::to_string(nanos / kMilli) + " ms";
    return std::to_string(nanos) + " ns";
}

}  // namespace

std::string describe_limit(const LimitReached& reached, bool embedded) {
    const Wording& words = wording(embedded);
    const std::uint64_t value = reached.value;
    const auto made = [&](std::string_view setting, const std::string& what) {
        return "the limit of " + what + " is reached; " + std::string(setting) + " sets it";
    };
    switch (reached.limit) {
        case Limit::Instructions:
            return made(words.max_instructions, std::to_string(value) + " instructions");
        case Limit::Time:
            return made(words.timeout, duration_text(value));
        case Limit::Handles:
            return made(words.max_handles, std::to_string(value) + " open handles");
        case Limit::Threads:
            return made(words.max_threads, std::to_string(value) + (value == 1 ? " thread" : " threads"));
        case Limit::Ended:
            return "the program has ended";
        case Limit::Interrupt:
            return "the host has ended the call";
        case Limit::Exit:
            return "the program has ended with the exit code " + std::to_string(value);
        case Limit::Metadata:
            break;
    }
    return made(words.max_metadata, std::to_string(value >> 10) + " KiB for classes and their code");
}

std::optional<LimitReached> Limits::reached() const {
    const std::lock_guard guard(lock_);
    return reached_;
}

void Limits::note(Limit limit, std::uint64_t value) {
    const std::lock_guard guard(lock_);
    if (!reached_) reached_ = LimitReached{limit, value};
}

void Limits::end_program(Limit limit, std::uint64_t value) {
    {
        const std::lock_guard guard(lock_);
        // One that was only noted does not explain the end.
        if (!ends_program()) reached_ = LimitReached{limit, value};
        ends_program_.store(true, std::memory_order_release);
    }
    vm_.interrupt_threads();
}

void Limits::forgive() {
    {
        const std::lock_guard guard(lock_);
        reached_.reset();
        ends_program_.store(false, std::memory_order_release);
    }
    vm_.calm_threads();
}

std::size_t Limits::metadata() const {
    return metadata_.load(std::memory_order_relaxed) + vm_.types().bytes();
}

bool Limits::take_metadata(std::size_t bytes) {
    metadata_.fetch_add(bytes, std::memory_order_relaxed);
    if (max_metadata_ == 0 || metadata() <= max_metadata_) return true;
    if (!ends_program()) end_program(Limit::Metadata, max_metadata_);
    return false;
}

}  // namespace skua::vm
