// One line on a terminal that says where a long compilation stands, and goes away at its end.
#pragma once

#include <chrono>
#include <string_view>

namespace skua::compiler {

// Writes to standard error, not before a moment has passed and not more often than the eye can follow.
class ProgressLine {
public:
    ~ProgressLine() { clear(); }
    void show(std::string_view what, std::string_view name, std::size_t number, std::size_t of);
    void clear();

private:
    using Clock = std::chrono::steady_clock;
    Clock::time_point next_ = Clock::now() + std::chrono::milliseconds(200);
    bool shown_ = false;
};

}  // namespace skua::compiler
