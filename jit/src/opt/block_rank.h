// Where blocks lie in the code: the usual way in one piece, what is rare behind it.
#pragma once

#include <vector>

#include "ir/ir.h"

namespace skua::jit {

// By block id, how far behind a block lies: 0 the usual way; 1 a way aside, taken rarely and with calls on
// it; 2 a way aside from that, and so on; kColdRank what is cold. Within a rank the order of
// reverse_post_order stays. The register allocator goes over the code from its start to its end: a call
// that lies aside takes no registers from what goes on in front of it.
// `order`: of reverse_post_order, with dominators; `frequency`: of estimate_frequencies.
inline constexpr std::uint32_t kColdRank = ~std::uint32_t{0};
Vector<std::uint32_t> rank_blocks(const Vector<Block*>& order, const Vector<double>& frequency);

}  // namespace skua::jit
