#include <algorithm>
#include <bit>
#include <cinttypes>
#include <cmath>
#include <cstdio>

#include "ir/text.h"
#include "run/runtime_entry.h"
#include "skua/vm/class.h"

namespace skua::jit {
namespace {

std::string hex(std::uint64_t value) {
    char text[24];
    std::snprintf(text, sizeof text, "0x%" PRIx64, value);
    return text;
}

std::string float_text(double value, int digits) {
    char text[40];
    std::snprintf(text, sizeof text, "%.*g", digits, value);
    return text;
}

std::string constant_text(const Node& n) {
    const auto bits = static_cast<std::uint64_t>(n.imm);
    switch (n.type) {
        case Type::I32:
            return std::to_string(n.imm) + ":i32";
        case Type::F64: {
            const double value = std::bit_cast<double>(bits);
            return (std::isfinite(value) ? float_text(value, 17) : hex(bits)) + ":f64";
        }
        case Type::F32: {
            const float value = std::bit_cast<float>(static_cast<std::uint32_t>(bits));
            return (std::isfinite(value) ? float_text(value, 9) : hex(bits)) + ":f32";
        }
        default:
            // Addresses are easier to recognise in hexadecimal.
            return n.imm > (std::int64_t{1} << 40) ? hex(bits) : std::to_string(n.imm);
    }
}

class Printer {
public:
    Printer(const Graph& graph, const PrintOptions& options) : graph_(graph), options_(options) {}

    std::string run() {
        number();
        out_ = "graph " + (graph_.name.empty() ? std::string("?") : graph_.name) + "(";
        type_list(graph_.params);
        out_ += ") -> (";
        type_list(graph_.results);
        out_ += graph_.osr ? ") osr\n" : ")\n";
        for (const Block* block : order_) print_block(*block);
        return std::move(out_);
    }

private:
    void number() {
        nodes_.assign(graph_.node_count(), 0);
        blocks_.assign(graph_.blocks.size(), 0);
        if (!options_.renumber) {
            for (auto& block : graph_.blocks) order_.push_back(block.get());
            for (std::uint32_t i = 0; i < blocks_.size(); ++i) blocks_[i] = i;
            for (std::uint32_t i = 0; i < nodes_.size(); ++i) nodes_[i] = i;
            return;
        }
        visit();
        std::uint32_t next = 0;
        for (std::uint32_t i = 0; i < order_.size(); ++i) blocks_[order_[i]->id] = i;
        for (const Block* block : order_) {
            for (const Node* n : block->nodes) {
                if (!n->is_const()) nodes_[n->id] = next++;
            }
        }
    }

    // Reverse post order, without touching the blocks.
    void visit() {
        std::vector<std::uint8_t> seen(graph_.blocks.size(), 0);
        std::vector<std::pair<const Block*, std::size_t>> stack{{graph_.entry(), 0}};
        seen[0] = 1;
        while (!stack.empty()) {
            const Block* block = stack.back().first;
            std::size_t& next = stack.back().second;
            if (next == block->succs.size()) {
                order_.push_back(block);
                stack.pop_back();
                continue;
            }
            // The last successor first: then the reverse lists the first one first.
            const Block* succ = block->succs[block->succs.size() - 1 - next++];
            if (seen[succ->id]) continue;
            seen[succ->id] = 1;
            stack.emplace_back(succ, 0);
        }
        std::reverse(order_.begin(), order_.end());
    }

    void type_list(const Vector<Type>& types) {
        for (std::size_t i = 0; i < types.size(); ++i) {
            if (i) out_ += ", ";
            out_ += type_name(types[i]);
        }
    }

    std::string block_name(const Block& block) const { return "block" + std::to_string(blocks_[block.id]); }

    std::string value(const Node* n) const {
        if (!n) return "null";
        if (n->is_const()) return constant_text(*n);
        return "v" + std::to_string(nodes_[n->id]);
    }

    void print_block(const Block& block) {
        out_ += block_name(block);
        if (!block.preds.empty()) {
            out_ += " <- ";
            for (std::size_t i = 0; i < block.preds.size(); ++i) {
                if (i) out_ += ", ";
                out_ += block_name(*block.preds[i]);
            }
        }
        out_ += block.cold ? " cold:\n" : ":\n";
        for (const Node* n : block.nodes) {
            if (!n->is_const()) print_node(*n);
        }
    }

    void print_node(const Node& n) {
        out_ += "  ";
        if (n.type != Type::Void) out_ += "v" + std::to_string(nodes_[n.id]) + " = ";
        out_ += info(n.op).name;
        if (n.type != Type::Void && n.type != Type::I64) out_ += std::string(".") + type_name(n.type);
        bool first = true;
        const auto item = [&](const std::string& text) {
            out_ += first ? " " : ", ";
            out_ += text;
            first = false;
        };
        if (n.op == Op::Load || n.op == Op::Store) {
            item(memory(n));
            if (n.op == Op::Store) item(value(n.in(n.input_count - 1)));
        } else {
            for (const Node* input : n.all()) item(value(input));
        }
        if (has_immediate(n.op)) item("#" + std::to_string(n.imm));
        if (n.ptr) item("@" + pointer(n));
        if (n.op == Op::CallRuntime && n.mem.key) item("aux=" + hex(n.mem.key));
        if (info(n.op).terminator) {
            for (const Block* succ : n.block->succs) item(block_name(*succ));
        }
        if (n.site) item("!" + site(*n.site));
        out_ += '\n';
    }

    std::string memory(const Node& n) const {
        const Mem& mem = n.mem;
        const bool indexed = n.input_count == (n.op == Op::Load ? 2u : 3u);
        std::string text = "[" + value(n.in(0));
        if (indexed) text += " + " + value(n.in(1)) + "*" + std::to_string(mem.stride);
        if (mem.disp) text += " + " + std::to_string(mem.disp);
        text += std::string("] ") + alias_name(mem.alias) + "." + rep_name(mem.rep);
        if (mem.reference) text += " ref";
        if (mem.byteswap) text += " swap";
        if (!indexed && mem.stride) text += " stride=" + std::to_string(mem.stride);
        if (mem.key != default_key(mem, n.in(0))) text += " key=" + std::to_string(mem.key);
        return text;
    }

    std::string pointer(const Node& n) const {
        if (options_.symbols) {
            const std::string* name = options_.symbols->name_of(n.ptr);
            return name ? *name : hex(reinterpret_cast<std::uintptr_t>(n.ptr));
        }
        std::string name;
        switch (n.op) {
            case Op::Assert: {
                const auto* proof = static_cast<const Proof*>(n.ptr);
                name = std::string(info(proof->guard).name) + "/" + proof->pass;
                break;
            }
            case Op::New:
            case Op::NewArray:
            case Op::Is:
            case Op::CastCheck: {
                const auto* cls = static_cast<const vm::Class*>(n.ptr);
                if (cls->type) name = vm::type_text(cls->type);
                break;
            }
            case Op::Call:
            case Op::CallVirtual:
            case Op::CallIndirect:
                name = static_cast<const vm::Function*>(n.ptr)->display_name;
                break;
            case Op::CallRuntime:
                name = static_cast<const RuntimeEntry*>(n.ptr)->name;
                break;
            default:
                break;
        }
        return name.empty() ? hex(reinterpret_cast<std::uintptr_t>(n.ptr)) : name;
    }

    // Words from the start of the body they stand in, innermost first.
    std::string site(const Site& first) const {
        std::string text;
        for (const Site* s = &first; s; s = s->outer) {
            if (s != &first) text += "<";
            auto word = reinterpret_cast<std::uintptr_t>(s->pc) / sizeof(vm::Instr);
            if (!options_.symbols) {
                if (const vm::LinkedBody* body = vm::body_at(s->pc)) {
                    word = static_cast<std::uintptr_t>(s->pc - body->code.data());
                    if (body->function && body->function != graph_.function)
                        text += body->function->display_name + ":";
                }
            }
            text += std::to_string(word);
        }
        return text;
    }

    const Graph& graph_;
    const PrintOptions& options_;
    std::string out_;
    std::vector<const Block*> order_;
    std::vector<std::uint32_t> nodes_, blocks_;
};

}  // namespace

const char* type_name(Type type) {
    static constexpr const char* kNames[kTypeCount] = {"void", "i32",   "i64",   "f32",
                                                       "f64",  "f32x4", "f64x2", "i64x2"};
    return kNames[static_cast<int>(type)];
}
const char* rep_name(MemRep rep) {
    static constexpr const char* kNames[kRepCount] = {"i8",  "u8",  "i16", "u16", "i32",
                                                      "u32", "w64", "f32", "f64"};
    return kNames[static_cast<int>(rep)];
}
const char* alias_name(Alias alias) {
    static constexpr const char* kNames[kAliasCount] = {"constant", "field", "element", "bytes", "static"};
    return kNames[static_cast<int>(alias)];
}

std::uint64_t default_key(const Mem& mem, const Node* base) {
    switch (mem.alias) {
        case Alias::Field:
            return static_cast<std::uint64_t>(mem.disp);
        case Alias::Element:
            return mem.stride ? std::uint64_t{mem.stride} * 65536 + static_cast<std::uint64_t>(mem.disp - 16)
                              : 0;
        case Alias::Static:
            return base->is_const() ? static_cast<std::uint64_t>(base->imm) : 0;
        default:
            return 0;
    }
}

bool has_immediate(Op op) {
    switch (op) {
        case Op::Param:
        case Op::FrameSlot:
        case Op::Result:
        case Op::BytesCheck:
        case Op::CallVirtual:
        case Op::Switch:
        case Op::Fuel:
            return true;
        default:
            return false;
    }
}

std::string print(const Graph& graph, const PrintOptions& options) {
    return Printer(graph, options).run();
}
std::string print(const Graph& graph) {
    return print(graph, PrintOptions{});
}

}  // namespace skua::jit
