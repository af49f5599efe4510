#include "configurations.h"

#include <algorithm>

#include "random.h"
#include "tier.h"

namespace skua::differential {

namespace {

const Configuration kAll[] = {
    {.name = "interpreter", .meaning = "the oracle", .oracle = {}},
    {.name = "obscured", .meaning = "the linker can assume nothing about registers", .obscured = true},
    {.name = "text", .meaning = "disassembled and assembled again", .delivery = Delivery::Text, .every = 7},
    {.name = "archive",
     .meaning = "from an archive, loaded by name",
     .delivery = Delivery::Archive,
     .every = 7},
    {.name = "gc-stress", .meaning = "a collection at every 61st allocation", .gc_stress = 61, .every = 3},
    {.name = "gc-always", .meaning = "a collection at every allocation", .gc_stress = 1, .every = 25},
    {.name = "polling", .meaning = "a poll at every call and every iteration", .every = 3, .polling = true},
    {.name = "jit", .meaning = "compiled at the first call", .jit = true},
    {.name = "jit-few-registers",
     .meaning = "compiled with three registers",
     .jit = true,
     .jit_registers = 3},
    {.name = "jit-gc-stress",
     .meaning = "compiled, a collection at every 61st allocation",
     .gc_stress = 61,
     .every = 3,
     .jit = true},
    {.name = "jit-gc-always",
     .meaning = "compiled, a collection at every allocation",
     .gc_stress = 1,
     .every = 25,
     .jit = true,
     .jit_registers = 3},
    {.name = "jit-asserts",
     .meaning = "compiled, checks that passes removed are asserted",
     .jit = true,
     .jit_asserts = true},
    {.name = "jit-warm",
     .meaning = "compiled after a while, in the middle of loops",
     .jit = true,
     .jit_threshold = 40},
    {.name = "jit-background",
     .meaning = "compiled by another thread, sooner or later",
     .every = 3,
     .jit = true,
     .jit_background = true,
     .jit_threshold = 20},
    {.name = "jit-obscured",
     .meaning = "compiled, nothing assumed about registers",
     .obscured = true,
     .jit = true},
    {.name = "counted",
     .meaning = "the oracle of those that count instructions",
     .every = 3,
     .counted = true,
     .oracle = {}},
    {.name = "jit-counted",
     .meaning = "compiled, with a limit on instructions",
     .every = 3,
     .counted = true,
     .oracle = "counted",
     .jit = true},
    {.name = "jit-counted-warm",
     .meaning = "compiled in the middle of loops, with a limit on instructions",
     .every = 3,
     .counted = true,
     .oracle = "counted",
     .jit = true,
     .jit_threshold = 40},
};

}  // namespace

std::vector<Configuration> configurations() {
    std::vector<Configuration> usable;
    for (const Configuration& c : kAll) {
        if (c.jit && !tier_available()) continue;
        usable.push_back(c);
    }
    return usable;
}

std::size_t oracle_of(const std::vector<Configuration>& configurations, std::size_t index) {
    for (std::size_t c = 0; c < index; ++c)
        if (configurations[c].name == configurations[index].oracle) return c;
    return index;
}

Plan::Plan(const std::vector<Configuration>& configurations, unsigned vary) : vary_(vary) {
    std::vector<std::size_t> deck;
    for (std::size_t c = 0; c < configurations.size(); ++c) {
        every_.push_back(configurations[c].every);
        oracles_.push_back(oracle_of(configurations, c));
        // The compiled tier is younger than the rest and gets three turns for one.
        const std::size_t turns = (configurations[c].jit ? 36 : 12) / configurations[c].every;
        if (!configurations[c].oracle.empty()) deck.insert(deck.end(), std::max<std::size_t>(1, turns), c);
    }
    Random random(1);
    while (!deck.empty()) {
        const std::size_t i = random.below(deck.size());
        turns_.push_back(deck[i]);
        deck[i] = deck.back();
        deck.pop_back();
    }
}

bool Plan::wants(std::size_t configuration, std::uint64_t seed) const {
    if (oracles_[configuration] == 0) return has_turn(configuration, seed);
    // All with one oracle, and it: what of the library is initialised when a program starts is the same then.
    for (std::size_t c = 0; c < oracles_.size(); ++c)
        if (oracles_[c] == oracles_[configuration] && has_turn(c, seed)) return true;
    return false;
}

bool Plan::has_turn(std::size_t configuration, std::uint64_t seed) const {
    if (configuration == 0 || turns_.empty()) return configuration == 0;
    if (vary_ == 0) return seed % every_[configuration] == 0;
    for (unsigned i = 0; i < vary_; ++i)
        if (turns_[(seed * vary_ + i) % turns_.size()] == configuration) return true;
    return false;
}

}  // namespace skua::differential
