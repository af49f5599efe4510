// The pass `place_literals`: loads of literals become their addresses. Objects do not move, and a constant
// takes no register where it is not used.
#include "ir/literals.h"
#include "opt/passes.h"

namespace skua::jit {

void place_literals(Graph& graph) {
    Vector<Node*> loads;
    for (const auto& block : graph.blocks) {
        for (Node* n : block->nodes) {
            if (literal_of(n)) loads.push_back(n);
        }
    }
    for (Node* n : loads)
        n->replaced_by = graph.constant(
            Type::I64, static_cast<std::int64_t>(reinterpret_cast<std::uintptr_t>(literal_of(n))));
    if (!loads.empty()) graph.settle();
}

}  // namespace skua::jit
