// The random numbers of the generators: splitmix64, so that a seed gives the same program for ever and
// everywhere (the distributions of <random> differ between libraries).
#pragma once

#include <cstdint>
#include <initializer_list>
#include <vector>

namespace skua::differential {

class Random {
public:
    // The state steps by a constant, so neighbouring seeds must not be that far apart: they are mixed first.
    explicit Random(std::uint64_t seed) : state_(seed) { state_ = next() ^ (next() << 1); }

    std::uint64_t next() {
        std::uint64_t z = (state_ += 0x9E3779B97F4A7C15u);
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
        return z ^ (z >> 31);
    }

    std::size_t below(std::size_t n) { return n == 0 ? 0 : static_cast<std::size_t>(next() % n); }
    std::int64_t between(std::int64_t low, std::int64_t high) {
        return low + static_cast<std::int64_t>(below(static_cast<std::size_t>(high - low + 1)));
    }
    bool percent(unsigned p) { return below(100) < p; }

    template <typename T>
    const T& pick(const std::vector<T>& list) {
        return list[below(list.size())];
    }
    template <typename T>
    T pick(std::initializer_list<T> list) {
        return list.begin()[below(list.size())];
    }

private:
    std::uint64_t state_;
};

}  // namespace skua::differential
