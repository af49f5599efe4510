// Runs a graph on the machine's memory, node by node: the oracle for passes. Pure operations are computed by
// opt/constants.h, whose own test holds them against the interpreter.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "ir/ir.h"

namespace skua::jit::test {

// The objects of one run. Every access is checked to lie inside one of them.
class Memory {
public:
    // Objects hold a reference in the word at 32, arrays only numbers.
    std::int64_t allocate_object(const void* cls) { return allocate(cls, 48, true); }
    std::int64_t allocate_array(const void* cls, std::uint64_t length);
    [[nodiscard]] bool holds(std::int64_t address, std::size_t size) const;
    // What a call with effects does: numbers of the first `objects` change.
    void disturb(std::uint64_t seed, std::size_t objects);
    // All numbers of the first `objects`.
    [[nodiscard]] std::vector<std::int64_t> words(std::size_t objects) const;
    [[nodiscard]] std::size_t object_count() const { return objects_.size(); }

private:
    struct Object {
        std::unique_ptr<std::uint64_t[]> words;
        std::size_t count;
        bool has_reference;
    };
    std::int64_t allocate(const void* cls, std::size_t bytes, bool has_reference);
    static bool is_number(const Object& object, std::size_t word) {
        return !object.has_reference || word != 4;
    }
    std::vector<Object> objects_;
};

struct Outcome {
    enum class End { Returned, Threw, TimedOut, Wild } end = End::TimedOut;
    std::vector<std::int64_t> values;  // returned, or {site's word}
    std::vector<std::int64_t> trace;   // inputs of calls, in order
    std::vector<std::int64_t> memory;  // of the objects that were there before, afterwards
    std::uint64_t allocations = 0;
    std::uint64_t guards = 0, loads = 0, nodes = 0;  // executed

    bool operator==(const Outcome& other) const {
        return end == other.end && values == other.values && trace == other.trace && memory == other.memory;
    }
};

Outcome evaluate(const Graph& graph, const std::vector<std::int64_t>& arguments, Memory& memory,
                 std::uint64_t max_nodes = 8000);

}  // namespace skua::jit::test
