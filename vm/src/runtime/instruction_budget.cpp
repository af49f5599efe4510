#include "skua/vm/instruction_budget.h"

#include <algorithm>

namespace skua::vm {

std::uint64_t InstructionBudget::left(std::int64_t fuel) const {
    return left_.load(std::memory_order_relaxed) +
           static_cast<std::uint64_t>(std::max<std::int64_t>(fuel, 0));
}

bool InstructionBudget::refill(std::int64_t& fuel) {
    const auto missing = static_cast<std::uint64_t>(-fuel);
    std::uint64_t available = left_.load(std::memory_order_relaxed);
    while (available >= missing) {
        const std::uint64_t portion = std::max(missing, std::min(available, kPortion));
        if (!left_.compare_exchange_weak(available, available - portion, std::memory_order_relaxed)) continue;
        fuel += static_cast<std::int64_t>(portion);
        return true;
    }
    // Even if some shorter block would still fit.
    left_.store(0, std::memory_order_relaxed);
    return false;
}

void InstructionBudget::give_back(std::int64_t fuel) {
    if (fuel > 0) left_.fetch_add(static_cast<std::uint64_t>(fuel), std::memory_order_relaxed);
}

void InstructionBudget::restart(std::uint64_t limit, std::int64_t& fuel) {
    limit_ = limit;
    left_.store(limit, std::memory_order_relaxed);
    fuel = 0;
}

}  // namespace skua::vm
