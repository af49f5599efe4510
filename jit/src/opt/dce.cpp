#include "opt/dce.h"

#include "opt/facts.h"
#include "run/runtime_entry.h"

namespace skua::jit {
namespace {

const Node* fresh_object(const Node* n) {
    return n->op == Op::New || (n->op == Op::NewArray && max_unsigned(n->in(0)) <= kMaxArrayLength) ? n
                                                                                                    : nullptr;
}

bool has_effect(const Node* n) {
    const OpInfo& op = info(n->op);
    if (n->op == Op::CallRuntime) {
        const auto* entry = static_cast<const RuntimeEntry*>(n->ptr);
        return entry->clobbers || entry->throws != RuntimeEntry::Throws::Never;
    }
    if (op.allocates) return !fresh_object(n);  // running out of memory is no effect that anyone waits for
    return op.guard || op.store || op.call || op.terminator || n->op == Op::TakePending ||
           n->op == Op::Assert;
}

// Each round's object holds that of the round before, as in `list = Node(list)`. Though nobody may ever look
// at the list, a program that makes an endless one expects an OutOfMemoryError.
bool grows(const Node* store) {
    const Node* value = store->in(store->input_count - 1);
    return value->op == Op::Phi && std::find(value->inputs, value->inputs + value->input_count,
                                             store->in(0)) != value->inputs + value->input_count;
}

}  // namespace

bool eliminate_dead_code(Graph& graph) {
    Vector<std::uint8_t> live(graph.node_count(), 0);
    Vector<Node*> work;
    // Stores into fresh objects count once the object does: chains by object.
    Vector<Node*> first_store(graph.node_count(), nullptr), next_store(graph.node_count(), nullptr);
    const auto mark = [&](Node* n) {
        if (live[n->id]) return;
        live[n->id] = 1;
        work.push_back(n);
    };
    for (auto& block : graph.blocks) {
        for (Node* n : block->nodes) {
            if (n->op == Op::Param || n->op == Op::FrameSlot) live[n->id] = 1;
            if (n->op == Op::Store && fresh_object(n->in(0))) {
                const std::uint32_t object = n->in(0)->id;
                next_store[n->id] = first_store[object];
                first_store[object] = n;
                if (grows(n)) mark(n->in(0));
            } else if (has_effect(n)) {
                mark(n);
            }
        }
    }
    while (!work.empty()) {
        Node* n = work.back();
        work.pop_back();
        for (Node* in : n->all()) mark(in);
        for (Node* store = first_store[n->id]; store; store = next_store[store->id]) mark(store);
    }
    bool changed = false;
    for (auto& block : graph.blocks) {
        std::erase_if(block->nodes, [&](const Node* n) {
            if (live[n->id] || n->is_const()) return false;
            changed = true;
            return true;
        });
    }
    return changed;
}

}  // namespace skua::jit
