// Graphs from text and back, for tests of passes: the text of a graph, a pass, the text that must come out.
#pragma once

#include <catch2/catch.hpp>
#include <memory>
#include <string>
#include <string_view>

#include "ir/ir.h"
#include "ir/text.h"
#include "ir/verify.h"
#include "run/runtime_entry.h"
#include "skua/vm/class.h"

namespace skua::jit::test {

// What @names in texts stand for: classes A, B (a subclass of A), C, Array; runtime entries `effect`
// (writes memory, may throw), `check` (may throw), `pure`.
const Symbols& symbols();
const vm::Class* class_named(std::string_view name);

std::unique_ptr<Graph> graph_of(std::string_view text);
// With blocks and nodes numbered in order.
std::string text_of(const Graph& graph);
// `after` is what becomes of `before`; both sides and the result must be sound.
void check_pass(void (*pass)(Graph&), std::string_view before, std::string_view after);

}  // namespace skua::jit::test
