// How many portable instructions the threads of a machine may still run: VmOptions::max_instructions,
// docs/decisions/007-fuel.md. Threads draw portions (Thread::fuel), so that counting touches nothing shared.
#pragma once

#include <atomic>
#include <cstdint>

namespace skua::vm {

class InstructionBudget {
public:
    // 0: there is no limit, and nothing is ever counted.
    explicit InstructionBudget(std::uint64_t limit) : counts_(limit != 0), limit_(limit), left_(limit) {}

    // Whether linked code counts instructions.
    [[nodiscard]] bool counts() const { return counts_; }
    [[nodiscard]] std::uint64_t limit() const { return limit_; }
    // What may still run, by a thread with so much fuel.
    [[nodiscard]] std::uint64_t left(std::int64_t fuel) const;

    // Brings fuel that is below 0 back to 0 or above. False: the limit is reached, and nothing is left.
    [[nodiscard]] bool refill(std::int64_t& fuel);
    // As much as a thread draws at once.
    static constexpr std::uint64_t kPortion = 1 << 20;
    // What a thread that ends has drawn and not used.
    void give_back(std::int64_t fuel);

    // A new limit for a thread's machine, also past the old one; 0 lets nothing run. Only if it counts, and
    // while no other thread runs.
    void restart(std::uint64_t limit, std::int64_t& fuel);

private:
    const bool counts_;
    std::uint64_t limit_;
    std::atomic<std::uint64_t> left_;
};

}  // namespace skua::vm
