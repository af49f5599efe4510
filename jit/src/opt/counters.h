// Counters of loops that test at their end.
#pragma once

#include <vector>

#include "opt/loops.h"

namespace skua::jit {

inline constexpr std::int64_t kMaxStep = std::int64_t{1} << 30;

// counter = phi(start, next), next = counter + step. The loop goes on, and `next` is its next value, if
// next < limit, or <= limit if inclusive. Nothing is known of the first value. The step is a constant,
// positive and at most kMaxStep, or a value that the loop does not change: then all this holds where that is
// so. An addition may have wrapped only where the test then ends the loop or `next` is below every value that
// it has had. If the comparison is unsigned, all this holds where start and limit are not negative.
struct Counter {
    Node *phi, *start, *next, *limit, *step;
    bool inclusive, is_unsigned;
};

// False: the loop has no test at its end that one could tell. `before` is its preheader.
bool find_counters(const Loop& loop, const InLoop& inside, const Block* before, Vector<Counter>& counters);

// The value behind checks that do not change it. A cast is more than its input: it says what the
// reference is.
[[nodiscard]] Node* behind_checks(Node* n);
// That value if the loop does not compute it, or null.
[[nodiscard]] Node* invariant_value(const InLoop& inside, Node* n);
// Whether a branch on the only way to the end of `block` says that n >= least, as unsigned numbers if
// `is_unsigned`. `least` is not negative. Looks only a few branches back.
[[nodiscard]] bool known_at_least(const Block* block, Node* n, std::int64_t least, bool is_unsigned);
[[nodiscard]] std::uint32_t pred_index(const Block* block, const Block* pred);
[[nodiscard]] bool is_innermost(const Loop& loop);

}  // namespace skua::jit
