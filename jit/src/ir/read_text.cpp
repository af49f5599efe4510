#include <algorithm>
#include <bit>
#include <cctype>
#include <charconv>
#include <cstdlib>
#include <unordered_map>

#include "ir/text.h"

namespace skua::jit {
namespace {

// One pass over the lines for blocks, one for nodes; inputs may be named before they are defined.
class Parser {
public:
    Parser(std::string_view text, const Symbols& symbols) : symbols_(symbols) {
        std::uint32_t number = 0;
        while (!text.empty()) {
            const auto end = text.find('\n');
            lines_.push_back({text.substr(0, end), ++number});
            text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        }
        std::erase_if(lines_, [](const Line& line) {
            const auto first = line.text.find_first_not_of(" \t");
            return first == std::string_view::npos || line.text[first] == ';';
        });
    }

    std::unique_ptr<Graph> run(std::string& error) {
        if (lines_.empty()) {
            error = "no graph";
            return nullptr;
        }
        const bool done = header() && declare() && define();
        error = error_;
        return done ? std::move(graph_) : nullptr;
    }

private:
    struct Line {
        std::string_view text;
        std::uint32_t number;
    };

    // ---- words ------------------------------------------------------------------------------------
    bool fail(const std::string& what) {
        if (error_.empty()) error_ = "line " + std::to_string(line_) + ": " + what;
        return false;
    }
    void start(const Line& line) {
        rest_ = line.text;
        line_ = line.number;
    }
    void skip_space() {
        while (!rest_.empty() && (rest_[0] == ' ' || rest_[0] == '\t')) rest_.remove_prefix(1);
    }
    bool accept(std::string_view what) {
        skip_space();
        if (!rest_.starts_with(what)) return false;
        rest_.remove_prefix(what.size());
        return true;
    }
    bool expect(std::string_view what) {
        return accept(what) || fail("expected '" + std::string(what) + "' at '" + std::string(rest_) + "'");
    }
    bool at_end() {
        skip_space();
        return rest_.empty() || rest_[0] == ';';
    }
    // Up to a space or one of the separators.
    std::string_view word() {
        skip_space();
        const auto end = rest_.find_first_of(" \t,:()[]*;=");
        const auto text = rest_.substr(0, end);
        rest_.remove_prefix(text.size());
        return text;
    }
    bool number(std::int64_t& value) {
        skip_space();
        const bool negative = !rest_.empty() && rest_[0] == '-';
        if (negative) rest_.remove_prefix(1);
        const bool is_hex = rest_.starts_with("0x");
        if (is_hex) rest_.remove_prefix(2);
        std::uint64_t bits = 0;
        const auto [end, code] =
            std::from_chars(rest_.data(), rest_.data() + rest_.size(), bits, is_hex ? 16 : 10);
        if (code != std::errc()) return fail("expected a number at '" + std::string(rest_) + "'");
        rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
        value = static_cast<std::int64_t>(negative ? 0 - bits : bits);
        return true;
    }
    bool type(Type& out) {
        const auto name = word();
        for (int i = 0; i < kTypeCount; ++i) {
            if (name != type_name(static_cast<Type>(i))) continue;
            out = static_cast<Type>(i);
            return true;
        }
        return fail("no type: " + std::string(name));
    }
    bool type_list(Vector<Type>& out) {
        if (!expect("(")) return false;
        while (!accept(")")) {
            if (!out.empty() && !expect(",")) return false;
            Type t = Type::Void;
            if (!type(t)) return false;
            out.push_back(t);
        }
        return true;
    }

    // ---- the graph --------------------------------------------------------------------------------
    bool header() {
        start(lines_.front());
        if (!expect("graph")) return false;
        const auto name = word();
        if (name != "?") graph_->name = name;
        if (!type_list(graph_->params) || !expect("->") || !type_list(graph_->results)) return false;
        graph_->osr = accept("osr");
        return at_end() || fail("unexpected: " + std::string(rest_));
    }

    // Blocks with their predecessors, and the highest node number.
    bool declare() {
        std::uint32_t highest = 0;
        for (std::size_t i = 1; i < lines_.size(); ++i) {
            start(lines_[i]);
            if (rest_.starts_with("block")) {
                std::int64_t id = 0;
                if (!accept("block") || !number(id)) return false;
                Block* block = graph_->new_block();
                if (!by_number_.emplace(id, block).second) return fail("this block is there already");
                continue;
            }
            if (!accept("v")) continue;
            std::int64_t id = 0;
            if (!number(id) || !expect("=")) return false;
            if (id < 0 || id > 1000000) return fail("no node number");
            highest = std::max(highest, static_cast<std::uint32_t>(id) + 1);
        }
        if (by_number_.empty()) return fail("no blocks");
        graph_->reserve_ids(highest);
        for (std::size_t i = 1; i < lines_.size(); ++i) {
            start(lines_[i]);
            if (!accept("v")) continue;
            std::int64_t id = 0;
            (void)number(id);
            Node* node = graph_->new_node(Op::Count, Type::Void);
            node->id = static_cast<std::uint32_t>(id);
            if (!values_.emplace(id, node).second) return fail("this node is there already");
        }
        return true;
    }

    bool block_ref(Block*& out) {
        std::int64_t id = 0;
        if (!expect("block") || !number(id)) return false;
        const auto it = by_number_.find(id);
        if (it == by_number_.end()) return fail("no such block: " + std::to_string(id));
        out = it->second;
        return true;
    }

    bool define() {
        Block* block = nullptr;
        for (std::size_t i = 1; i < lines_.size(); ++i) {
            start(lines_[i]);
            if (rest_.starts_with("block")) {
                if (!block_ref(block)) return false;
                if (accept("<-")) {
                    do {
                        Block* pred = nullptr;
                        if (!block_ref(pred)) return false;
                        block->preds.push_back(pred);
                    } while (accept(","));
                }
                block->cold = accept("cold");
                if (!expect(":")) return false;
            } else {
                if (!block) return fail("a node outside of blocks");
                if (!node(block)) return false;
            }
            if (!at_end()) return fail("unexpected: " + std::string(rest_));
        }
        return true;
    }

    bool node(Block* block) {
        Node* n = nullptr;
        if (skip_space(); rest_[0] == 'v') {
            std::int64_t id = 0;
            if (!accept("v") || !number(id) || !expect("=")) return false;
            n = values_.at(id);
            n->type = Type::I64;
        } else {
            n = graph_->new_node(Op::Count, Type::Void);
        }
        auto name = word();
        if (const auto dot = name.find('.'); dot != std::string_view::npos) {
            const auto suffix = name.substr(dot + 1);
            name = name.substr(0, dot);
            for (int t = 0; t < kTypeCount; ++t) {
                if (suffix == type_name(static_cast<Type>(t))) n->type = static_cast<Type>(t);
            }
        }
        for (int op = 0; op < static_cast<int>(Op::Count); ++op) {
            if (name == info(static_cast<Op>(op)).name) n->op = static_cast<Op>(op);
        }
        if (n->op == Op::Count) return fail("no operation: " + std::string(name));
        graph_->append(block, n);
        while (!at_end()) {
            if (!operand(block, n)) return false;
            if (!accept(",")) break;
        }
        return true;
    }

    bool operand(Block* block, Node* n) {
        skip_space();
        switch (rest_[0]) {
            case '[':
                return memory(n);
            case '#':
                return expect("#") && number(n->imm);
            case '@':
                return expect("@") && pointer(n);
            case '!':
                return expect("!") && site(n->site);
            case 'b': {
                Block* to = nullptr;
                if (!block_ref(to)) return false;
                block->succs.push_back(to);
                return true;
            }
            case 'a': {
                std::int64_t aux = 0;
                if (!expect("aux=") || !number(aux)) return false;
                n->mem.key = static_cast<std::uint64_t>(aux);
                return true;
            }
            default: {
                Node* input = nullptr;
                if (!value(input)) return false;
                graph_->add_input(n, input);
                return true;
            }
        }
    }

    bool value(Node*& out) {
        skip_space();
        if (accept("v")) {
            std::int64_t id = 0;
            if (!number(id)) return false;
            const auto it = values_.find(id);
            if (it == values_.end()) return fail("no such node: v" + std::to_string(id));
            out = it->second;
            return true;
        }
        const std::string text(word());
        Type t = Type::I64;
        if (accept(":") && !type(t)) return false;
        std::int64_t bits = 0;
        if (is_float(t) && !text.starts_with("0x")) {
            char* end = nullptr;
            const double number = std::strtod(text.c_str(), &end);
            if (*end) return fail("no number: " + text);
            bits = t == Type::F64 ? std::bit_cast<std::int64_t>(number)
                                  : std::int64_t{std::bit_cast<std::uint32_t>(static_cast<float>(number))};
        } else {
            const auto after = rest_;
            rest_ = text;
            if (!number(bits)) return false;
            rest_ = after;
        }
        out = graph_->constant(t, bits);
        return true;
    }

    bool memory(Node* n) {
        Mem& mem = n->mem;
        Node* input = nullptr;
        if (!expect("[") || !value(input)) return false;
        graph_->add_input(n, input);
        std::int64_t k = 0;
        while (accept("+")) {
            skip_space();
            if (rest_.find('*') < rest_.find_first_of("+]")) {
                if (!value(input) || !expect("*") || !number(k)) return false;
                graph_->add_input(n, input);
                mem.stride = static_cast<std::uint32_t>(k);
            } else {
                if (!number(k)) return false;
                mem.disp = static_cast<std::int32_t>(k);
            }
        }
        if (!expect("]")) return false;
        const auto kind = word();
        const auto dot = kind.find('.');
        if (dot == std::string_view::npos) return fail("expected ALIAS.REP: " + std::string(kind));
        bool known_alias = false, known_rep = false;
        for (int i = 0; i < kAliasCount; ++i) {
            if (kind.substr(0, dot) != alias_name(static_cast<Alias>(i))) continue;
            mem.alias = static_cast<Alias>(i);
            known_alias = true;
        }
        for (int i = 0; i < kRepCount; ++i) {
            if (kind.substr(dot + 1) != rep_name(static_cast<MemRep>(i))) continue;
            mem.rep = static_cast<MemRep>(i);
            known_rep = true;
        }
        if (!known_alias || !known_rep) return fail("no kind of access: " + std::string(kind));
        mem.reference = accept("ref");
        mem.byteswap = accept("swap") ? 1 : 0;
        if (accept("stride=")) {
            if (!number(k)) return false;
            mem.stride = static_cast<std::uint32_t>(k);
        }
        mem.key = default_key(mem, n->in(0));
        if (accept("key=")) {
            if (!number(k)) return false;
            mem.key = static_cast<std::uint64_t>(k);
        }
        return true;
    }

    bool pointer(Node* n) {
        if (rest_.starts_with("0x")) {
            std::int64_t bits = 0;
            if (!number(bits)) return false;
            n->ptr = reinterpret_cast<const void*>(static_cast<std::uintptr_t>(bits));
            return true;
        }
        const auto name = word();
        n->ptr = symbols_.find(name);
        return n->ptr || fail("no symbol: " + std::string(name));
    }

    bool site(const Site*& out) {
        std::int64_t word = 0;
        if (!number(word)) return false;
        const Site* outer = nullptr;
        if (accept("<") && !site(outer)) return false;
        const auto address = static_cast<std::uintptr_t>(word) * sizeof(vm::Instr);
        out = graph_->new_site(reinterpret_cast<const vm::Instr*>(address), outer);
        return true;
    }

    const Symbols& symbols_;
    std::vector<Line> lines_;
    std::string_view rest_;
    std::uint32_t line_ = 0;
    std::string error_;
    std::unique_ptr<Graph> graph_ = std::make_unique<Graph>();
    std::unordered_map<std::int64_t, Block*> by_number_;
    std::unordered_map<std::int64_t, Node*> values_;
};

}  // namespace

const void* Symbols::find(std::string_view name) const {
    for (const auto& [known, pointer] : entries_) {
        if (known == name) return pointer;
    }
    return nullptr;
}
const std::string* Symbols::name_of(const void* pointer) const {
    for (const auto& [name, known] : entries_) {
        if (known == pointer) return &name;
    }
    return nullptr;
}

std::unique_ptr<Graph> parse(std::string_view text, const Symbols& symbols, std::string& error) {
    return Parser(text, symbols).run(error);
}

}  // namespace skua::jit
