// The text form of a graph, for --print-ir and for tests; docs/jit.md describes it.
//
// parse(print(g)) prints as the same text. What a pointer or a source position is called depends on who
// looks: a person wants the names of classes and functions, a test its own.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ir/ir.h"

namespace skua::jit {

// Names for Node::ptr, in both directions. Few entries: a test's.
class Symbols {
public:
    void add(std::string name, const void* pointer) { entries_.emplace_back(std::move(name), pointer); }
    [[nodiscard]] const void* find(std::string_view name) const;
    [[nodiscard]] const std::string* name_of(const void* pointer) const;

private:
    std::vector<std::pair<std::string, const void*>> entries_;
};

struct PrintOptions {
    // Null: classes, functions and source positions are asked for their names; they must be real.
    const Symbols* symbols = nullptr;
    // Numbers blocks (in reverse post order) and nodes afresh, so that equal graphs print equally.
    bool renumber = false;
};
std::string print(const Graph& graph, const PrintOptions& options);

// Null if `text` is no graph; `error` says why and in which line. Names that `symbols` does not have are
// errors; @0x1234 is an address, !N a source position at address 8 * N.
std::unique_ptr<Graph> parse(std::string_view text, const Symbols& symbols, std::string& error);

[[nodiscard]] const char* type_name(Type type);
[[nodiscard]] const char* rep_name(MemRep rep);
[[nodiscard]] const char* alias_name(Alias alias);
inline constexpr int kRepCount = 9;
inline constexpr int kAliasCount = 5;

// What Mem::key is unless the text says otherwise.
[[nodiscard]] std::uint64_t default_key(const Mem& mem, const Node* base);
// Whether the text shows imm (always, if it is the operation's operand).
[[nodiscard]] bool has_immediate(Op op);

}  // namespace skua::jit
