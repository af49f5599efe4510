// Waiting for one's turn on a lane, and giving it away. Both programs use it.
#pragma once

#include "isolate/lane_layout.h"

namespace skua::isolate {

// How long to look at the word before asking the kernel to wait. What calls cost depends on it: a wake-up
// takes many times what a short native does. Adapts to how long the other side has taken lately. One per
// waiter.
class Patience {
public:
    Patience();
    // Spins until `turn` is no longer `other`'s, or patience is at its end. Is it?
    bool spin(const std::atomic<std::uint32_t>& turn, Turn other);

private:
    std::uint32_t nanos_;  // 0 on a machine with one processor
};

// Waits in the kernel while it is the other one's turn, until woken, interrupted or `millis` are over.
void sleep_while(std::atomic<std::uint32_t>& turn, Turn other, unsigned millis);

// Says whose turn it is now, and wakes who waits for it.
void give_turn(std::atomic<std::uint32_t>& turn, Turn to);

}  // namespace skua::isolate
