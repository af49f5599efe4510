// Names of compiled functions for `perf`: /tmp/perf-PID.map, one line per piece of code.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace skua::jit {

class PerfMap {
public:
    PerfMap() = default;
    ~PerfMap();
    PerfMap(const PerfMap&) = delete;
    PerfMap& operator=(const PerfMap&) = delete;

    // Makes the file. False if that fails; add() does nothing then.
    bool open();
    void add(const std::uint8_t* start, std::size_t size, std::string_view name);

private:
    int file_ = -1;
};

}  // namespace skua::jit
