#include "ir/ir.h"

#include <algorithm>
#include <unordered_map>

namespace skua::jit {

bool has_lanes(Op op, Type vector) {
    switch (op) {
        case Op::FAdd:
        case Op::FSub:
        case Op::FMul:
        case Op::FDiv:
        case Op::FNeg:
        case Op::FSqrt:
        case Op::FAbs:
            return vector != Type::I64x2;
        case Op::Add:
        case Op::Sub:
        case Op::And:
        case Op::Or:
        case Op::Xor:
            return vector == Type::I64x2;
        default:
            return false;
    }
}
Block* Graph::new_block() {
    blocks.push_back(std::make_unique<Block>());
    blocks.back()->id = static_cast<std::uint32_t>(blocks.size() - 1);
    return blocks.back().get();
}

Node* Graph::new_node(Op op, Type type, std::span<Node* const> inputs) {
    Node* node = arena_.make<Node>();
    node->op = op;
    node->type = type;
    node->id = next_node_++;
    if (!inputs.empty()) {
        node->inputs = arena_.make_array<Node*>(inputs.size());
        node->input_count = node->input_capacity = static_cast<std::uint32_t>(inputs.size());
        std::copy(inputs.begin(), inputs.end(), node->inputs);
    }
    return node;
}

Node* Graph::constant(Type type, std::int64_t bits) {
    if (type == Type::I32) bits = static_cast<std::int32_t>(bits);
    if (type == Type::F32) bits = static_cast<std::int64_t>(static_cast<std::uint32_t>(bits));
    const std::uint64_t key = static_cast<std::uint64_t>(bits) * 5 + static_cast<std::uint64_t>(type);
    auto [first, last] = constants_.equal_range(key);
    for (; first != last; ++first) {
        Node* known = first->second;
        if (known->type == type && known->imm == bits) return known;
    }
    Node* node = new_node(Op::Const, type);
    node->imm = bits;
    node->block = entry();
    // In front: constants dominate everything, the entry block's own nodes included.
    entry()->nodes.insert(entry()->nodes.begin() + static_cast<std::ptrdiff_t>(constant_count_), node);
    ++constant_count_;
    constants_.emplace(key, node);
    return node;
}

void Graph::add_input(Node* node, Node* input) {
    if (node->input_count == node->input_capacity) {
        const std::uint32_t capacity = std::max<std::uint32_t>(4, node->input_capacity * 2);
        Node** moved = arena_.make_array<Node*>(capacity);
        std::copy(node->inputs, node->inputs + node->input_count, moved);
        node->inputs = moved;
        node->input_capacity = capacity;
    }
    node->inputs[node->input_count++] = input;
}

const Site* Graph::new_site(const vm::Instr* pc, const Site* outer) {
    return arena_.make(Site{pc, outer});
}

Node* Graph::new_assert(const Node* guard) {
    Node* node = new_node(Op::Assert, Type::Void, guard->all());
    node->ptr = arena_.make(Proof{guard->op, guard->type, guard->imm, guard->ptr, assert_by});
    node->site = guard->site;
    node->block = guard->block;
    return node;
}

void Graph::settle() {
    for (auto& block : blocks) {
        if (assert_by) {
            for (Node*& node : block->nodes) {
                if (node->replaced_by && info(node->op).guard) node = new_assert(node);
            }
        }
        std::erase_if(block->nodes, [](const Node* node) { return node->replaced_by != nullptr; });
        for (Node* node : block->nodes) {
            for (std::uint32_t i = 0; i < node->input_count; ++i) node->inputs[i] = resolve(node->inputs[i]);
        }
    }
    // Constants are kept, replaced or not: the table hands them out again.
    constant_count_ = 0;
    constants_.clear();
    auto& first = entry()->nodes;
    std::stable_partition(first.begin(), first.end(), [](const Node* node) { return node->is_const(); });
    for (Node* node : first) {
        if (!node->is_const()) break;
        ++constant_count_;
        constants_.emplace(static_cast<std::uint64_t>(node->imm) * 5 + static_cast<std::uint64_t>(node->type),
                           node);
    }
}

void Graph::drop_unreachable() {
    Vector<bool> reached(blocks.size(), false);
    Vector<Block*> work{entry()};
    reached[0] = true;
    while (!work.empty()) {
        Block* block = work.back();
        work.pop_back();
        for (Block* next : block->succs) {
            if (reached[next->id]) continue;
            reached[next->id] = true;
            work.push_back(next);
        }
    }
    for (auto& block : blocks) {
        if (!reached[block->id]) continue;
        for (std::size_t i = block->preds.size(); i-- > 0;) {
            if (reached[block->preds[i]->id]) continue;
            block->preds.erase(block->preds.begin() + static_cast<std::ptrdiff_t>(i));
            for (Node* node : block->nodes) {
                if (node->op != Op::Phi) break;
                std::copy(node->inputs + i + 1, node->inputs + node->input_count, node->inputs + i);
                --node->input_count;
            }
        }
    }
    Vector<std::unique_ptr<Block>> kept;
    for (std::size_t i = 0; i < blocks.size(); ++i) {
        if (!reached[i]) continue;
        kept.push_back(std::move(blocks[i]));
    }
    blocks = std::move(kept);
    for (std::size_t i = 0; i < blocks.size(); ++i) blocks[i]->id = static_cast<std::uint32_t>(i);
}

}  // namespace skua::jit
