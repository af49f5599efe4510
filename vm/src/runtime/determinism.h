// What replaces the world where a program must do the same each time (VmOptions::deterministic): a clock that
// only the program moves, numbers from a seed, hashes of identity that do not depend on addresses.
//
// Any thread may call; but with several guest threads it is the system that says who comes first.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <unordered_map>

#include "skua/gc/heap.h"

namespace skua::vm {

class Determinism {
public:
    // The wall clock starts here: 2000-01-01 00:00:00 UTC; the other one at 0.
    static constexpr std::int64_t kEpochNanos = 946'684'800'000'000'000;
    // How far each look at a clock moves it, so that who waits for a moment comes there.
    static constexpr std::int64_t kStepNanos = 1000;

    explicit Determinism(std::uint64_t seed) : random_(seed) {}
    ~Determinism();
    Determinism(const Determinism&) = delete;
    Determinism& operator=(const Determinism&) = delete;

    std::int64_t read_clock(bool wall);
    void sleep(std::int64_t nanos);

    // By SplitMix64 (Steele, Lea, Flood 2014), each number's bytes from the lowest on.
    void random_bytes(unsigned char* out, std::size_t len);

    // The number of an object: in the order in which they are asked for, from 1 on.
    std::uint64_t identity(const void* object);

private:
    struct Numbered {
        std::uint64_t number = 0;
        gc::WeakRef* object = nullptr;  // null: no memory for it; the number then stays with the address
    };
    void forget_dead();

    std::atomic<std::int64_t> nanos_{0};
    std::atomic<std::uint64_t> random_;
    std::mutex lock_;
    std::unordered_map<const void*, Numbered> numbers_;
    std::uint64_t last_number_ = 0;
    std::size_t forget_at_ = 1024;  // how many make it worth looking which are dead
};

}  // namespace skua::vm
