#include "evaluator.h"

#include <bit>
#include <cstring>

#include "opt/constants.h"
#include "run/runtime_entry.h"
#include "skua/vm/class.h"

namespace skua::jit::test {

std::int64_t Memory::allocate_array(const void* cls, std::uint64_t length) {
    const std::int64_t array = allocate(cls, 16 + length * 8, false);
    objects_.back().words[1] = length;
    return array;
}

std::int64_t Memory::allocate(const void* cls, std::size_t bytes, bool has_reference) {
    Object object{nullptr, (bytes + 7) / 8, has_reference};
    object.words = std::make_unique<std::uint64_t[]>(object.count);
    object.words[0] = reinterpret_cast<std::uintptr_t>(cls);
    objects_.push_back(std::move(object));
    return static_cast<std::int64_t>(reinterpret_cast<std::uintptr_t>(objects_.back().words.get()));
}

bool Memory::holds(std::int64_t address, std::size_t size) const {
    const auto at = static_cast<std::uintptr_t>(address);
    for (const Object& object : objects_) {
        const auto start = reinterpret_cast<std::uintptr_t>(object.words.get());
        if (at >= start && at + size <= start + object.count * 8) return true;
    }
    return false;
}

void Memory::disturb(std::uint64_t seed, std::size_t objects) {
    for (std::size_t i = 0; i < objects; ++i) {
        for (std::size_t w = 2; w < objects_[i].count; ++w) {
            if (is_number(objects_[i], w)) objects_[i].words[w] += seed % 3 + w % 2;
        }
    }
}

std::vector<std::int64_t> Memory::words(std::size_t objects) const {
    std::vector<std::int64_t> out;
    for (std::size_t i = 0; i < objects; ++i) {
        for (std::size_t w = 1; w < objects_[i].count; ++w) {
            if (is_number(objects_[i], w)) out.push_back(static_cast<std::int64_t>(objects_[i].words[w]));
        }
    }
    return out;
}

namespace {

class Evaluator {
public:
    Evaluator(const Graph& graph, const std::vector<std::int64_t>& arguments, Memory& memory,
              std::uint64_t limit)
        : arguments_(arguments), memory_(memory), limit_(limit), before_(memory.object_count()) {
        values_.assign(graph.node_count(), 0);
        upper_.assign(graph.node_count(), 0);
    }

    Outcome run(const Block* block) {
        const Block* from = nullptr;
        while (block) {
            const Block* next = step(block, from);
            from = block;
            block = next;
        }
        outcome_.memory = memory_.words(before_);
        return std::move(outcome_);
    }

private:
    std::int64_t& value(const Node* n) { return values_[n->id]; }
    std::int64_t in(const Node* n, std::uint32_t i) { return values_[n->in(i)->id]; }

    void end(Outcome::End how, std::vector<std::int64_t> values) {
        outcome_.end = how;
        outcome_.values = std::move(values);
    }
    void raise(const Node* n) {
        end(Outcome::End::Threw,
            {static_cast<std::int64_t>(reinterpret_cast<std::uintptr_t>(n->site->pc) / 8)});
    }

    const Block* step(const Block* block, const Block* from) {
        if (from) phis(block, from);
        for (const Node* n : block->nodes) {
            if (n->op == Op::Phi) continue;
            if (++outcome_.nodes > limit_) {
                end(Outcome::End::TimedOut, {});
                return nullptr;
            }
            switch (n->op) {
                case Op::Jump:
                    return block->succs[0];
                case Op::Branch:
                    return block->succs[in(n, 0) ? 0 : 1];
                case Op::Switch: {
                    const auto at = static_cast<std::uint64_t>(in(n, 0)) - static_cast<std::uint64_t>(n->imm);
                    return block->succs[std::min<std::uint64_t>(at, block->succs.size() - 1)];
                }
                case Op::Return: {
                    std::vector<std::int64_t> results;
                    for (std::uint32_t i = 0; i < n->input_count; ++i) results.push_back(in(n, i));
                    end(Outcome::End::Returned, results);
                    return nullptr;
                }
                case Op::Throw:
                    raise(n);
                    return nullptr;
                default:
                    if (!execute(n)) return nullptr;
            }
        }
        return nullptr;
    }

    void phis(const Block* block, const Block* from) {
        std::size_t which = 0;
        while (block->preds[which] != from) ++which;
        std::vector<std::int64_t> next;
        for (const Node* n : block->nodes) {
            if (n->op != Op::Phi) break;
            next.push_back(in(n, static_cast<std::uint32_t>(which)));
        }
        for (std::size_t i = 0; i < next.size(); ++i) value(block->nodes[i]) = next[i];
    }

    bool execute(const Node* n) {
        switch (n->op) {
            case Op::Const:
                value(n) = n->imm;
                return true;
            case Op::Param:
                value(n) = arguments_.at(static_cast<std::size_t>(n->imm));
                return true;
            case Op::Load:
            case Op::Store:
                return access(n);
            case Op::New:
                ++outcome_.allocations;
                value(n) = memory_.allocate_object(n->ptr);
                return true;
            case Op::NewArray: {
                const std::int64_t length = in(n, 0);
                if (length < 0 || length > 100000) {
                    raise(n);
                    return false;
                }
                ++outcome_.allocations;
                value(n) = memory_.allocate_array(n->ptr, static_cast<std::uint64_t>(length));
                return true;
            }
            case Op::Is:
            case Op::CastCheck: {
                const std::int64_t object = in(n, 0);
                const bool is = object && instance(object, static_cast<const vm::Class*>(n->ptr));
                value(n) = n->op == Op::Is ? is : object;
                if (n->op == Op::Is || is || !object) return true;
                raise(n);
                return false;
            }
            case Op::BytesCheck:
                ++outcome_.guards;
                value(n) = in(n, 0);
                if (in(n, 0) >= 0 && in(n, 0) <= in(n, 1) - n->imm) return true;
                raise(n);
                return false;
            case Op::Poll:
                return true;
            case Op::Fuel:
                outcome_.trace.push_back(n->imm);  // in order with all that can be seen
                return true;
            case Op::CallRuntime:
                return call(n);
            case Op::AnyExt:
                value(n) = (in(n, 0) & 0xFFFFFFFF) | 0x5A5A5A5A00000000;
                return true;
            case Op::Select:
                value(n) = in(n, in(n, 0) ? 1 : 2);
                return true;
            case Op::Splat:
                value(n) = in(n, 0);
                if (n->type == Type::F32x4) value(n) = static_cast<std::int64_t>(twice(in(n, 0)));
                upper_[n->id] = value(n);
                return true;
            default:
                break;
        }
        if (is_vector(n->type)) return lanes(n);
        if (info(n->op).guard) ++outcome_.guards;
        const auto result = fold(n->op, n->type, n->in(0)->type, in(n, 0), n->input_count > 1 ? in(n, 1) : 0);
        if (result) {
            value(n) = *result;
            return true;
        }
        if (info(n->op).guard) {
            raise(n);
        } else if (is_float(n->in(0)->type)) {
            value(n) =
                n->type == Type::F32 ? 0x7FC00000 : 0x7FF8000000000000;  // fold leaves NaN to the machine
            return true;
        } else {
            end(Outcome::End::Wild, {});  // a division by zero that nothing guards
        }
        return false;
    }

    static std::uint64_t twice(std::int64_t bits) {
        const auto low = static_cast<std::uint32_t>(bits);
        return std::uint64_t{low} << 32 | low;
    }

    // Lane by lane; of F32x4, two lanes in each half.
    bool lanes(const Node* n) {
        const Type type = lane_type(n->type);
        const unsigned bits = type == Type::F32 ? 32 : 64;
        for (std::vector<std::int64_t>* half : {&values_, &upper_}) {
            const auto x = static_cast<std::uint64_t>((*half)[n->in(0)->id]);
            const auto y = n->input_count > 1 ? static_cast<std::uint64_t>((*half)[n->in(1)->id]) : 0;
            std::uint64_t out = 0;
            for (unsigned at = 0; at < 64; at += bits) {
                const std::uint64_t mask = bits == 32 ? 0xFFFFFFFF : ~std::uint64_t{0};
                const auto lane = fold(n->op, type, type, static_cast<std::int64_t>(x >> at & mask),
                                       static_cast<std::int64_t>(y >> at & mask));
                const std::uint64_t nan = bits == 32 ? 0x7FC00000 : 0x7FF8000000000000;
                out |= ((lane ? static_cast<std::uint64_t>(*lane) : nan) & mask) << at;
            }
            (*half)[n->id] = static_cast<std::int64_t>(out);
        }
        return true;
    }

    static bool instance(std::int64_t object, const vm::Class* target) {
        const auto* cls = *reinterpret_cast<const vm::Class* const*>(object);
        return target->depth < cls->display.size() && cls->display[target->depth] == target;
    }

    bool access(const Node* n) {
        const bool load = n->op == Op::Load;
        std::int64_t address = in(n, 0) + n->mem.disp;
        if (n->input_count == (load ? 2u : 3u)) {
            address = static_cast<std::int64_t>(static_cast<std::uint64_t>(address) +
                                                static_cast<std::uint64_t>(in(n, 1)) * n->mem.stride);
        }
        const Type type = load ? n->type : n->in(n->input_count - 1)->type;
        const std::size_t size = is_vector(type) ? kVectorBytes : mem_size(n->mem.rep);
        if (!memory_.holds(address, size)) {
            end(Outcome::End::Wild, {});
            return false;
        }
        if (is_vector(type)) {
            auto* at = reinterpret_cast<std::int64_t*>(address);
            const std::uint32_t id = load ? n->id : n->in(n->input_count - 1)->id;
            std::memcpy(load ? &values_[id] : at, load ? at : &values_[id], 8);
            std::memcpy(load ? &upper_[id] : at + 1, load ? at + 1 : &upper_[id], 8);
            outcome_.loads += load;
            return true;
        }
        if (!load) {
            const std::int64_t bits = in(n, n->input_count - 1);
            std::memcpy(reinterpret_cast<void*>(address), &bits, size);
            return true;
        }
        ++outcome_.loads;
        std::uint64_t bits = 0;
        std::memcpy(&bits, reinterpret_cast<const void*>(address), size);
        switch (n->mem.rep) {
            case MemRep::I8:
                value(n) = static_cast<std::int8_t>(bits);  // NOLINT(bugprone-signed-char-misuse)
                break;
            case MemRep::I16:
                value(n) = static_cast<std::int16_t>(bits);
                break;
            case MemRep::I32:
                value(n) = static_cast<std::int32_t>(bits);
                break;
            default:
                value(n) = static_cast<std::int64_t>(bits);
                break;
        }
        return true;
    }

    bool call(const Node* n) {
        const auto& entry = *static_cast<const RuntimeEntry*>(n->ptr);
        std::uint64_t hash = 17;
        for (std::uint32_t i = 0; i < n->input_count; ++i)
            hash = (hash ^ static_cast<std::uint64_t>(in(n, i))) * 0x9E3779B97F4A7C15ull >> 3;
        value(n) = static_cast<std::int64_t>(hash % 1000);
        if (entry.throws == RuntimeEntry::Throws::Never) return true;
        outcome_.trace.push_back(value(n));
        if (entry.clobbers) memory_.disturb(hash, before_);
        if (hash % 11 != 0) return true;
        raise(n);
        return false;
    }

    const std::vector<std::int64_t>& arguments_;
    Memory& memory_;
    std::uint64_t limit_;
    std::size_t before_;
    std::vector<std::int64_t> values_, upper_;  // by node; the upper halves of vectors
    Outcome outcome_;
};

}  // namespace

Outcome evaluate(const Graph& graph, const std::vector<std::int64_t>& arguments, Memory& memory,
                 std::uint64_t max_nodes) {
    return Evaluator(graph, arguments, memory, max_nodes).run(graph.entry());
}

}  // namespace skua::jit::test
