// The compiled tier on vmrun's command line, and in its machine. A build without the tier has the options all
// the same, so that it can say what it lacks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "skua/vm/vm.h"

namespace skua::vmrun {

struct TierOptions {
    enum class Mode : std::uint8_t { Off, On, Force };
    Mode mode = tier_is_built() ? Mode::On : Mode::Off;
    std::uint32_t threshold = 0;  // ticks; 0: the tier's default
    unsigned registers = 0;       // of each class; 0: all
    std::size_t cache = 0;        // bytes; 0: the tier's default
    std::string only;
    std::string print_ir;  // a pass, or "all"; empty: never
    bool print_asm = false, log = false, perf_map = false, check_eliminated = false;

    [[nodiscard]] static bool tier_is_built();
};

// Is it one of the tier's options, and does it always take a value?
[[nodiscard]] bool is_tier_option(std::string_view name);
[[nodiscard]] bool tier_option_takes_value(std::string_view name);

// Empty, or what is wrong. `value` is empty if there is none.
std::string set_tier_option(TierOptions& options, std::string_view name, std::string_view value);

// The part of the help text.
std::string_view tier_help_text();

// Gives the machine its tier, before anything is linked. Where there can be none (a processor that is too
// old, no memory), everything is interpreted; if compiling was to be forced, the result is the reason, else
// empty.
std::string use_tier(vm::Vm& machine, const TierOptions& options);

}  // namespace skua::vmrun
