// What a machine may take, beside heap (gc/heap.h), stack (VmOptions) and instructions
// (instruction_budget.h): memory for classes and linked code, and which limit was reached, as data for the
// host.
//
// Some limits end the program: from then on the machine throws nothing but the LimitError that names the
// limit, no handler of the guest is asked, and every attached thread is interrupted for good, until the host
// says forgive(). Any thread may call.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>

namespace skua::vm {

class Vm;

// The last three are no limits, but end a program in the same way. Ended: the program has come to its end,
// and threads of plugins still run guest code. Interrupt: a host's word. Exit: exit_program in an embedded
// machine; the value is the exit code.
enum class Limit : std::uint8_t { Instructions, Time, Handles, Threads, Metadata, Ended, Interrupt, Exit };

struct LimitReached {
    Limit limit;
    std::uint64_t value;  // in the limit's unit: instructions, nanoseconds, handles, threads, bytes
};

class Limits {
public:
    Limits(Vm& vm, std::size_t max_metadata) : vm_(vm), max_metadata_(max_metadata) {}

    // The limit that was reached first, and not forgiven.
    [[nodiscard]] std::optional<LimitReached> reached() const;
    // Is the program to end?
    [[nodiscard]] bool ends_program() const { return ends_program_.load(std::memory_order_acquire); }

    // Notes that a limit was reached, which is told as data only.
    void note(Limit limit, std::uint64_t value);
    // The same of a limit that ends the program: interrupts all threads.
    void end_program(Limit limit, std::uint64_t value);
    // Nothing was reached, and the machine may be used again. While no thread runs guest code.
    void forgive();

    // Takes memory for classes, functions, types or code, which is never given back. False: the limit is
    // reached, and the program is to end.
    bool take_metadata(std::size_t bytes);
    // What has been taken, types and class files included.
    [[nodiscard]] std::size_t metadata() const;

private:
    Vm& vm_;
    const std::size_t max_metadata_;
    std::atomic<std::size_t> metadata_{0};  // without what the type table counts
    std::atomic<bool> ends_program_{false};
    mutable std::mutex lock_;
    std::optional<LimitReached> reached_;
};

// "the limit of 2 s is reached; --timeout sets it"; `embedded`: what a host is told (wording.h).
[[nodiscard]] std::string describe_limit(const LimitReached& reached, bool embedded);

}  // namespace skua::vm
