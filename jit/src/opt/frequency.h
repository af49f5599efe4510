// How often blocks are executed, as far as the shape of the code tells: for where moves cost least.
#pragma once

#include <vector>

#include "ir/ir.h"

namespace skua::jit {

// By block id; the entry has 1. `order`: of reverse_post_order, with loops known. A loop does 8 rounds; a
// branch leaves a loop once in 8 times, goes a cold way once in 100, one on which a call stands ahead of all
// else once in 4, finds numbers equal once in 4, and is even otherwise. (The kinds of guesses are those of
// Ball and Larus, "Branch Prediction for Free", PLDI 1993; the numbers are ours. Two that apply are combined
// as in Wu and Larus, "Static Branch Frequency and Program Profile Analysis", MICRO 1994.)
Vector<double> estimate_frequencies(const Vector<Block*>& order, std::size_t block_count);

// A call that is one in machine code, too, or may become one.
[[nodiscard]] bool is_real_call(const Node* n);

}  // namespace skua::jit
