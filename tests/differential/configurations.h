// The ways in which every program is run. The first one is the oracle: the interpreter alone, class
// files loaded as they were made. Every other one must print the same, end with the same exit code,
// and report the same uncaught error with the same trace. Those that count instructions have an oracle of
// their own, the interpreter that counts; where they end the program, it ends it.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "program.h"

namespace skua::differential {

// How class files reach the machine.
enum class Delivery : std::uint8_t {
    Define,   // bytes, directly
    Text,     // disassembled and assembled again
    Archive,  // packed into an archive, loaded by name
};

struct Configuration {
    std::string_view name;
    std::string_view meaning;
    Delivery delivery = Delivery::Define;
    bool obscured = false;
    std::uint64_t gc_stress = 0;  // collect at every nth allocation
    std::uint32_t every = 1;      // only every nth program: for what is slow
    bool polling = false;         // the interpreter polls all the time
    // Instructions and the stack's use are counted; the second round ends after a part of the instructions.
    bool counted = false;
    std::string_view oracle = "interpreter";  // what it is compared with; of an oracle: nothing
    bool jit = false;
    bool jit_background = false;
    std::uint32_t jit_threshold = 0;  // 0: at the first call
    std::uint32_t jit_registers = 0;  // left to the allocator; 0: all
    bool jit_asserts = false;         // checks that passes removed are made all the same
};

// Those that this build can run, the oracle first.
std::vector<Configuration> configurations();

// The index of a configuration's oracle, which stands in front of it; an oracle's own.
std::size_t oracle_of(const std::vector<Configuration>& configurations, std::size_t index);

// Which of the configurations a program of this seed runs under, for campaigns of many programs. With
// `vary` 0 that is all of them, as often as Configuration::every says; otherwise the oracle and `vary` of
// the others, which take turns, cheap ones more often.
class Plan {
public:
    Plan(const std::vector<Configuration>& configurations, unsigned vary);
    [[nodiscard]] bool wants(std::size_t configuration, std::uint64_t seed) const;

private:
    [[nodiscard]] bool has_turn(std::size_t configuration, std::uint64_t seed) const;

    std::vector<std::size_t> oracles_;
    std::vector<std::uint32_t> every_;
    std::vector<std::size_t> turns_;  // indices of configurations, each as often as it is to run
    unsigned vary_;
};

}  // namespace skua::differential
