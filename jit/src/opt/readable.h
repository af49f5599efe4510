// Where a load may be executed although its own place has not been reached.
#pragma once

#include <vector>

#include "ir/ir.h"

namespace skua::jit {

// Fields that are accessed, by object: where one was read, it can be read again.
class Accesses {
public:
    explicit Accesses(const Graph& graph);
    // Whether every way to the end of `block` has accessed all that the load reads. Needs dominators.
    [[nodiscard]] bool done_before(const Node* load, const Block* block) const;

private:
    struct Access {
        const Node* access;
        std::uint32_t next;
    };
    Vector<std::uint32_t> first_;  // in all_, by object; 0: none
    Vector<Access> all_;
};

// Whether the load's address is good at the end of `block`, where its inputs are available. `always`: whoever
// comes there executes the load.
[[nodiscard]] bool is_readable(const Node* load, const Block* block, bool always, const Accesses& accesses);

}  // namespace skua::jit
