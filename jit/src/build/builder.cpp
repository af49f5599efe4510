#include "build/builder.h"

#include <algorithm>

#include "build/linked_rows.h"
#include "ir/literals.h"
#include "run/runtime_table.h"
#include "skua/classfile/check.h"

namespace skua::jit {

using vm::Instr;
using vm::LOp;

namespace {

constexpr std::size_t kMaxBodyWords = 20000;  // beyond: interpreted; compile time and memory are bounded
constexpr std::size_t kMaxFrameSlots = 4000;
constexpr std::uint32_t kManyEdges = 1u << 30;

bool is_return(LOp op) {
    return op == LOp::Ret || op == LOp::RetN || op == LOp::Ret0;
}

}  // namespace

Type leaf_type(vm::LeafKind kind) {
    switch (kind) {
        case vm::LeafKind::F64:
            return Type::F64;
        case vm::LeafKind::F32:
            return Type::F32;
        default:
            return Type::I64;
    }
}

BuildResult build_graph(const vm::Function& function, const Instr* osr_header, const BuildOptions& options) {
    BuildResult result;
    auto graph = std::make_unique<Graph>();
    Builder builder(*graph, options, result);
    if (builder.run(function, osr_header)) result.graph = std::move(graph);
    return result;
}

bool Builder::run(const vm::Function& function, const Instr* osr_header) {
    const vm::LinkedBody* body = function.body.load(std::memory_order_acquire);
    if (!body) return fail("it is not linked");
    if (body->code.size() > kMaxBodyWords) return fail("it is too long");
    if (function.frame_slots.load(std::memory_order_relaxed) > kMaxFrameSlots)
        return fail("its frame is too large");
    constexpr std::size_t kMaxLeaves = vm::Thread::Compiled::kMaxLeaves;
    if (function.shape.params.size() > kMaxLeaves || function.shape.results.size() > kMaxLeaves) {
        return fail("it takes or returns too many values");
    }
    graph_.function = &function;
    graph_.name = function.display_name;
    graph_.osr = osr_header != nullptr;
    for (auto kind : function.shape.results) graph_.results.push_back(leaf_type(kind));

    block_ = new_block(0);
    seal(block_);
    if (!graph_.osr) {
        std::uint32_t slot = 0;
        for (auto kind : function.shape.params) {
            Node* param = node(Op::Param, leaf_type(kind), {});
            param->imm = slot;
            graph_.params.push_back(param->type);
            write_slot(block_, slot++, param);
        }
    }
    Frame frame{body, 0, nullptr, nullptr, nullptr, 0, {}};
    frame_ = &frame;
    const auto first = osr_header ? static_cast<std::uint32_t>(osr_header - body->code.data()) : 0;
    if (!translate_body(frame, first)) return false;
    if (failed_) return false;
    finish_phis();
    graph_.drop_unreachable();
    graph_.settle();
    split_critical_edges();
    mark_cold();
    type_float_phis(graph_);
    return true;
}

// Finds the leaders of what can be reached from `first_word`, and how many edges lead to each.
bool Builder::scan(Frame& frame, std::uint32_t first_word, Vector<std::uint32_t>& leaders,
                   std::uint32_t& returns) {
    const auto& code = frame.body->code;
    Vector<std::uint32_t> edges(code.size(), 0);
    Vector<bool> seen(code.size(), false);
    Vector<std::uint32_t> work;
    returns = 0;
    const auto go_to = [&](std::int64_t word) {
        const auto w = static_cast<std::uint32_t>(word);
        SKUA_CHECK(w < code.size());
        if (edges[w]++ == 0) work.push_back(w);
    };
    go_to(first_word);
    for (const vm::LinkedHandler& handler : frame.body->handlers) go_to(handler.target);
    while (!work.empty()) {
        std::uint32_t w = work.back();
        work.pop_back();
        for (;;) {
            if (seen[w]) break;
            seen[w] = true;
            const Instr in = read_instr(code[w]);
            const auto op = static_cast<LOp>(in.op);
            const Row& row = row_of(op);
            const std::uint32_t next = w + row.words;
            if (is_return(op)) {
                ++returns;
                break;
            }
            if (op == LOp::Throw || op == LOp::LinkFail) break;
            if (op == LOp::Jmp || op == LOp::JmpL) {
                go_to(std::int64_t{w} + in.imm32());
                break;
            }
            if (op == LOp::SwitchDense || op == LOp::SwitchSparse) {
                const auto* table = static_cast<const vm::SwitchTable*>(code[w + 1].pointer);
                for (auto offset : table->offsets) go_to(std::int64_t{w} + offset);
                go_to(std::int64_t{w} + table->default_offset);
                break;
            }
            if (row.short_branch) {
                go_to(std::int64_t{w} + in.sc());
                go_to(next);
                break;
            }
            w = next;
        }
    }
    // A leader in the middle of a straight run gets a fall-through edge, too.
    for (std::uint32_t w = 0; w < code.size();) {
        if (!seen[w]) {
            ++w;
            continue;
        }
        const Instr in = read_instr(code[w]);
        const auto op = static_cast<LOp>(in.op);
        const Row& row = row_of(op);
        const std::uint32_t next = w + row.words;
        const bool falls = !is_return(op) && op != LOp::Throw && op != LOp::LinkFail && op != LOp::Jmp &&
                           op != LOp::JmpL && op != LOp::SwitchDense && op != LOp::SwitchSparse &&
                           !row.short_branch;
        if (falls) {
            if (next < edges.size() && edges[next] != 0) ++edges[next];
        }
        w = next;
    }
    frame.blocks.assign(code.size(), nullptr);
    for (std::uint32_t word = 0; word < code.size(); ++word) {
        if (edges[word] == 0) continue;
        // How many exceptions lead to a handler is known at the end.
        const bool handler = std::any_of(frame.body->handlers.begin(), frame.body->handlers.end(),
                                         [word](const vm::LinkedHandler& h) { return h.target == word; });
        frame.blocks[word] = new_block(handler ? kManyEdges : edges[word]);
        leaders.push_back(word);
    }
    return true;
}

bool Builder::translate_body(Frame& frame, std::uint32_t first_word) {
    Vector<std::uint32_t> leaders;
    std::uint32_t returns = 0;
    if (!scan(frame, first_word, leaders, returns)) return false;
    if (frame.outer) frame.return_block = new_block(returns);
    const auto& code = frame.body->code;
    jump(frame.blocks[first_word]);
    for (const std::uint32_t leader : leaders) {
        block_ = frame.blocks[leader];
        for (std::uint32_t w = leader;;) {
            const Instr in = read_instr(code[w]);
            const auto op = static_cast<LOp>(in.op);
            pc_ = &code[w];
            site_ = nullptr;
            if (!translate(pc_, op)) return false;
            result_.linked_words += row_of(op).words;
            w += row_of(op).words;
            if (!block_) break;
            if (w >= code.size()) return fail("its code ends without a return");
            if (Block* next = frame.blocks[w]) {
                jump(next);
                break;
            }
        }
    }
    for (const std::uint32_t leader : leaders) {
        Block* block = frame.blocks[leader];
        if (!state(block).sealed) seal(block);
    }
    if (frame.outer) {
        block_ = frame.return_block;
        if (!state(block_).sealed) seal(block_);
        if (block_->preds.empty()) {
            // The callee never returns; what follows is translated all the same, and dropped.
            result_.why_not.clear();
        }
    }
    return true;
}

bool Builder::translate(const Instr* pc, LOp op) {
    if (graph_.node_count() > 200000) return fail("it becomes too large");
    if (build_scalar(pc, op) || build_branch(pc, op) || build_object(pc, op) || build_array(pc, op) ||
        build_text(pc, op) || build_call(pc, op) || build_fused(pc, op)) {
        return !failed_;
    }
    return fail("an instruction is not known to the compiler");
}

// ---- blocks --------------------------------------------------------------------------------------------

Block* Builder::new_block(std::uint32_t expected) {
    Block* block = graph_.new_block();
    states_.resize(graph_.blocks.size());
    state(block).expected = expected;
    return block;
}

void Builder::edge(Block* from, Block* to) {
    from->succs.push_back(to);
    to->preds.push_back(from);
    BlockState& s = state(to);
    ++s.arrived;
    if (s.sealed) {  // more edges than foreseen cannot be
        SKUA_CHECK(s.phis.empty() || s.arrived <= s.expected);
        return;
    }
    if (s.arrived == s.expected) seal(to);
}

void Builder::jump(Block* to) {
    Block* from = block_;
    node(Op::Jump, Type::Void, {});
    block_ = nullptr;
    edge(from, to);
}

void Builder::branch(Node* condition, Block* if_true, Block* if_false) {
    Block* from = block_;
    node(Op::Branch, Type::Void, {condition});
    block_ = nullptr;
    edge(from, if_true);
    edge(from, if_false);
}

void Builder::seal(Block* block) {
    BlockState& s = state(block);
    s.sealed = true;
    // New phis may be made on the way, in other blocks; this one's list is complete.
    const auto incomplete = std::move(s.incomplete);
    for (auto [slot, phi] : incomplete) add_phi_inputs(block, slot, phi);
}

// ---- slots -----------------------------------------------------------------------------------------------

void Builder::write_slot(Block* block, std::uint32_t slot, Node* value) {
    auto& slots = state(block).slots;
    if (slots.size() <= slot) slots.resize(slot + 1, nullptr);
    slots[slot] = value;
}

Node* Builder::entry_value(std::uint32_t slot) {
    if (!graph_.osr) return i64(0);
    Node*& value = frame_slots_[slot];
    if (!value) {
        value = graph_.new_node(Op::FrameSlot, Type::I64);
        value->imm = slot;
        value->block = graph_.entry();
        auto& nodes = graph_.entry()->nodes;
        // Before the jump, if there is one already.
        const bool ended = !nodes.empty() && info(nodes.back()->op).terminator;
        nodes.insert(ended ? nodes.end() - 1 : nodes.end(), value);
    }
    return value;
}

Node* Builder::read_slot(Block* block, std::uint32_t slot) {
    // Straight lines of single predecessors are walked, not recursed into.
    Vector<Block*> passed;
    Node* value = nullptr;
    for (Block* at = block;;) {
        BlockState& s = state(at);
        if (slot < s.slots.size() && s.slots[slot]) {
            value = resolve(s.slots[slot]);
            break;
        }
        passed.push_back(at);
        if (!s.sealed || at->preds.size() > 1) {
            Node* phi = graph_.new_node(Op::Phi, Type::I64);
            phi->block = at;
            s.phis.push_back(phi);
            write_slot(at, slot, phi);
            if (s.sealed) {
                add_phi_inputs(at, slot, phi);
            } else {
                s.incomplete.emplace_back(slot, phi);
            }
            value = resolve(phi);
            break;
        }
        if (at->preds.empty()) {
            value = entry_value(slot);
            break;
        }
        at = at->preds[0];
    }
    for (Block* at : passed) write_slot(at, slot, value);
    return value;
}

void Builder::add_phi_inputs(Block* block, std::uint32_t slot, Node* phi) {
    Node* same = nullptr;
    bool trivial = true;
    for (Block* pred : block->preds) {
        Node* value = read_slot(pred, slot);
        if (value->type != Type::I64) {
            // In front of the predecessor's terminator, which is there already.
            if (value->is_const()) {
                value = graph_.constant(Type::I64, value->imm);
            } else {
                Node* bits = graph_.new_node(Op::Bitcast, Type::I64, {value});
                bits->block = pred;
                pred->nodes.insert(pred->nodes.end() - 1, bits);
                value = bits;
            }
        }
        graph_.add_input(phi, value);
        if (value == phi || value == same) continue;
        if (same) trivial = false;
        same = value;
    }
    if (trivial && same) phi->replaced_by = same;
    if (!same) phi->replaced_by = i64(0);  // unreachable, or never written
}

void Builder::finish_phis() {
    for (auto& block : graph_.blocks) {
        BlockState& s = state(block.get());
        if (!s.sealed) seal(block.get());
    }
    for (auto& block : graph_.blocks) {
        auto& phis = state(block.get()).phis;
        std::erase_if(phis, [](const Node* phi) { return phi->replaced_by != nullptr; });
        block->nodes.insert(block->nodes.begin(), phis.begin(), phis.end());
        if (block->nodes.empty() || !info(block->nodes.back()->op).terminator) {
            graph_.append(block.get(), graph_.new_node(Op::Unreachable, Type::Void));
        }
    }
}

void Builder::split_critical_edges() {
    const std::size_t count = graph_.blocks.size();
    for (std::size_t i = 0; i < count; ++i) {
        Block* from = graph_.blocks[i].get();
        if (from->succs.size() < 2) continue;
        for (Block*& to : from->succs) {
            if (to->preds.size() < 2) continue;
            Block* between = graph_.new_block();
            graph_.append(between, graph_.new_node(Op::Jump, Type::Void));
            between->preds.push_back(from);
            between->succs.push_back(to);
            *std::find(to->preds.begin(), to->preds.end(), from) = between;
            to = between;
        }
    }
}

// Blocks that lead nowhere but to a throw are cold.
void Builder::mark_cold() {
    for (auto& block : graph_.blocks) {
        const Op last = block->terminator()->op;
        if (last == Op::Throw || last == Op::Unreachable) block->cold = true;
    }
    bool changed = true;
    while (changed) {
        changed = false;
        for (auto& block : graph_.blocks) {
            if (block->cold || block->succs.empty()) continue;
            if (!std::all_of(block->succs.begin(), block->succs.end(),
                             [](const Block* b) { return b->cold; }))
                continue;
            block->cold = changed = true;
        }
    }
}

// ---- nodes
// --------------------------------------------------------------------------------------------------

const Site* Builder::site() {
    if (!site_) site_ = graph_.new_site(pc_, frame_->call_site);
    return site_;
}

Node* Builder::guard(Op op, Type type, std::initializer_list<Node*> inputs, std::int64_t imm,
                     const void* ptr) {
    if (info(op).guard && in_try()) check_before_guard(op, type, inputs, imm, ptr);
    Node* n = node(op, type, inputs);
    n->site = site();
    n->imm = imm;
    n->ptr = ptr;
    return n;
}

Node* Builder::new_object(const vm::Class& cls) {
    if (in_try()) return runtime(kNewObject, Type::I64, {pointer(&cls)});
    return guard(Op::New, Type::I64, {}, 0, &cls);
}

Node* Builder::new_array(const vm::Class& cls, Node* length) {
    if (in_try()) return runtime(kNewArray, Type::I64, {pointer(&cls), length});
    return guard(Op::NewArray, Type::I64, {length}, 0, &cls);
}

Node* Builder::as(Node* value, Type type) {
    if (value->type == type) return value;
    if (value->is_const()) return graph_.constant(type, value->imm);
    if (value->op == Op::Bitcast && value->in(0)->type == type) return value->in(0);
    if (is_float(value->type) && is_float(type)) value = node(Op::Bitcast, Type::I64, {value});
    return node(Op::Bitcast, type, {value});
}

Node* Builder::trunc(Node* value) {
    if (value->op == Op::SExt || value->op == Op::ZExt) return value->in(0);
    if (value->is_const()) return i32(value->imm);
    return node(Op::Trunc, Type::I32, {value});
}

Node* Builder::load(Node* base, Node* index, const Mem& mem) {
    const Type type = mem.rep == MemRep::F64 ? Type::F64 : mem.rep == MemRep::F32 ? Type::F32 : Type::I64;
    Node* n = index ? node(Op::Load, type, {base, index}) : node(Op::Load, type, {base});
    n->mem = mem;
    return n;
}

void Builder::store(Node* base, Node* index, const Mem& mem, Node* value) {
    Node* n = index ? node(Op::Store, Type::Void, {base, index, value})
                    : node(Op::Store, Type::Void, {base, value});
    n->mem = mem;
    if (value->type == Type::F64) n->mem.rep = MemRep::F64;
    if (value->type == Type::F32) {
        // The slot's high half is zero; a field of an f32 has four bytes.
        if (mem_size(mem.rep) == 4) {
            n->mem.rep = MemRep::F32;
        } else {
            n->inputs[n->input_count - 1] = graph_.new_node(Op::Bitcast, Type::I64, {value});
            Node* bits = n->inputs[n->input_count - 1];
            bits->block = block_;
            block_->nodes.insert(block_->nodes.end() - 1, bits);
        }
    }
}

Node* Builder::runtime(const RuntimeEntry& entry, Type type, std::span<Node* const> inputs, const void* aux) {
    Node* n = graph_.append(block_, graph_.new_node(Op::CallRuntime, type, inputs));
    n->ptr = &entry;
    n->mem.key = reinterpret_cast<std::uintptr_t>(aux);
    n->site = site();
    if (entry.throws != RuntimeEntry::Throws::Never) catch_from();
    return n;
}

bool Builder::known_not_null(const Node* n) {
    switch (n->op) {
        case Op::NullCheck:
        case Op::New:
        case Op::NewArray:
            return true;
        case Op::Const:
            return n->imm != 0;
        default:
            return false;
    }
}

const vm::Class* Builder::known_class(const Node* n) {
    while (n->op == Op::NullCheck) n = n->in(0);
    if (n->op == Op::New) return static_cast<const vm::Class*>(n->ptr);
    if (const vm::Object* literal = literal_of(n)) return literal->cls;
    return nullptr;
}

Node* Builder::checked_reference(std::uint32_t r) {
    Node* reference = get(r);
    if (known_not_null(reference)) return reference;
    Node* checked = guard(Op::NullCheck, Type::I64, {reference});
    set(r, checked);
    return checked;
}

}  // namespace skua::jit
