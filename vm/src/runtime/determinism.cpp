#include "runtime/determinism.h"

#include <algorithm>

namespace skua::vm {

Determinism::~Determinism() {
    for (auto& [address, entry] : numbers_)
        if (entry.object) gc::weak_free(entry.object);
}

std::int64_t Determinism::read_clock(bool wall) {
    const std::int64_t now = nanos_.fetch_add(kStepNanos, std::memory_order_relaxed) + kStepNanos;
    // Whoever sleeps for centuries sees the clocks stand still at their end.
    return wall ? std::min(now, INT64_MAX - kEpochNanos) + kEpochNanos : now;
}

void Determinism::sleep(std::int64_t nanos) {
    constexpr std::int64_t kEnd = INT64_MAX / 2;  // beyond it only looking moves the clock
    std::int64_t now = nanos_.load(std::memory_order_relaxed);
    while (now < kEnd && !nanos_.compare_exchange_weak(now, nanos < kEnd - now ? now + nanos : kEnd,
                                                       std::memory_order_relaxed)) {
    }
}

void Determinism::random_bytes(unsigned char* out, std::size_t len) {
    for (std::size_t i = 0; i < len;) {
        constexpr std::uint64_t kStep = 0x9E3779B97F4A7C15;
        std::uint64_t z = random_.fetch_add(kStep, std::memory_order_relaxed) + kStep;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        z ^= z >> 31;
        for (int k = 0; k < 8 && i < len; k++, z >>= 8) out[i++] = static_cast<unsigned char>(z);
    }
}

std::uint64_t Determinism::identity(const void* object) {
    const std::lock_guard guard(lock_);
    if (numbers_.size() >= forget_at_) forget_dead();
    Numbered& entry = numbers_[object];
    // Another object may have lain at this address.
    if (entry.number != 0 && (!entry.object || gc::weak_get(entry.object) == object)) return entry.number;
    if (entry.object) gc::weak_free(entry.object);
    entry.object = gc::weak_create(const_cast<void*>(object));
    return entry.number = ++last_number_;
}

void Determinism::forget_dead() {
    std::erase_if(numbers_, [](auto& item) {
        gc::WeakRef* object = item.second.object;
        if (!object || gc::weak_get(object)) return false;
        gc::weak_free(object);
        return true;
    });
    forget_at_ = std::max<std::size_t>(1024, 2 * numbers_.size());
}

}  // namespace skua::vm
