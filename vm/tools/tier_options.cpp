#include "tier_options.h"

#include <algorithm>
#include <charconv>
#include <iterator>

#include "run_options.h"
#ifdef SKUA_WITH_JIT
#include "skua/jit/jit.h"
#endif

namespace skua::vmrun {
namespace {

struct Row {
    std::string_view name;
    bool takes_value;
};
constexpr Row kOptions[] = {
    {"--jit", true},           {"--jit-threshold", true},
    {"--jit-registers", true}, {"--jit-cache", true},
    {"--jit-only", true},      {"--print-ir", false},
    {"--print-asm", false},    {"--jit-log", false},
    {"--perf-map", false},     {"--jit-check-eliminated", false},
};
constexpr unsigned kMinRegisters = 3, kMaxRegisters = 16;
constexpr std::size_t kMinCache = 64u << 10;
constexpr std::size_t kMaxCache = std::size_t{1} << 30;  // calls within it have 32-bit distances
constexpr std::uint32_t kMaxThreshold = 1u << 30;

const Row* find(std::string_view name) {
    const auto it = std::find_if(std::begin(kOptions), std::end(kOptions),
                                 [name](const Row& row) { return row.name == name; });
    return it == std::end(kOptions) ? nullptr : &*it;
}

std::string set_number(std::string_view name, std::string_view text, std::uint32_t least, std::uint32_t most,
                       std::uint32_t& out) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
    if (error == std::errc{} && end == text.data() + text.size() && out >= least && out <= most) return {};
    return std::string(name) + "=" + std::string(text) + " is not a number from " + std::to_string(least) +
           " to " + std::to_string(most);
}

}  // namespace

bool TierOptions::tier_is_built() {
#ifdef SKUA_WITH_JIT
    return true;
#else
    return false;
#endif
}

bool is_tier_option(std::string_view name) {
    return find(name) != nullptr;
}
bool tier_option_takes_value(std::string_view name) {
    const Row* row = find(name);
    return row != nullptr && row->takes_value;
}

std::string set_tier_option(TierOptions& options, std::string_view name, std::string_view value) {
    const std::string given = std::string(name) + (value.empty() ? "" : "=") + std::string(value);
    if (!TierOptions::tier_is_built() && given != "--jit=off")
        return "this build has no compiled tier, so " + given + " is not available";
    if (name == "--jit") {
        if (value == "off")
            options.mode = TierOptions::Mode::Off;
        else if (value == "on")
            options.mode = TierOptions::Mode::On;
        else if (value == "force")
            options.mode = TierOptions::Mode::Force;
        else
            return given + " is none of --jit=off, --jit=on and --jit=force";
        return {};
    }
    if (name == "--jit-threshold") return set_number(name, value, 1, kMaxThreshold, options.threshold);
    if (name == "--jit-registers")
        return set_number(name, value, kMinRegisters, kMaxRegisters, options.registers);
    if (name == "--jit-cache") {
        options.cache = parse_size(value);
        if (options.cache >= kMinCache && options.cache <= kMaxCache) return {};
        return given + " is not a size from 64K to 1G; write for example --jit-cache=16M";
    }
    if (name == "--jit-only") {
        options.only = value;
    } else if (name == "--print-ir") {
        options.print_ir = value.empty() ? "all" : value;
    } else if (!value.empty()) {
        return "there is no option " + std::string(name) + " with a value";
    } else if (name == "--print-asm") {
        options.print_asm = true;
    } else if (name == "--jit-log") {
        options.log = true;
    } else if (name == "--jit-check-eliminated") {
        options.check_eliminated = true;
    } else {
        options.perf_map = true;
    }
    return {};
}

std::string_view tier_help_text() {
    return R"(Compiling to machine code:
  --jit MODE            on: what is hot is compiled in the background (default, if
                        this build has the compiled tier); off: everything is
                        interpreted; force: every function is compiled when it is
                        first called (for testing)
  --jit-threshold N     calls and loop iterations until a function counts as hot
                        (default: 8192)
  --jit-cache SIZE      memory for machine code (default: 64M); when it is full, the
                        rest is interpreted
  --jit-log             a line on standard error for each compilation
  --jit-only NAME       compile only functions whose name contains this
  --jit-registers N     leave only N registers of each kind to the compiler (for testing)
  --jit-check-eliminated
                        checks that the compiler has removed are made all the same;
                        one that fails ends the process and names the pass (for testing)
  --print-ir[=PASS]     the compiler's representation after a pass ("build" is the
                        first) or all, on standard error
  --print-asm           machine code, on standard error
  --perf-map            write /tmp/perf-PID.map for perf
)";
}

#ifdef SKUA_WITH_JIT

std::string use_tier(vm::Vm& machine, const TierOptions& options) {
    if (options.mode == TierOptions::Mode::Off) return {};
    jit::Options wanted;
    if (options.threshold != 0) wanted.threshold = options.threshold;
    if (options.mode == TierOptions::Mode::Force) {
        wanted.threshold = 0;
        wanted.background = false;
    }
    if (options.cache != 0) wanted.code_cache = options.cache;
    wanted.registers = options.registers;
    wanted.print_ir = options.print_ir;
    wanted.print_asm = options.print_asm;
    wanted.only = options.only;
    wanted.perf_map = options.perf_map;
    wanted.log = options.log;
    wanted.check_eliminated = options.check_eliminated;
    std::string why_not;
    auto tier = jit::make_tier(machine, wanted, why_not);
    if (!tier) return why_not;  // not in the background: there the first compilation finds out
    machine.set_tier(std::move(tier));
    return {};
}

#else

std::string use_tier(vm::Vm& /*machine*/, const TierOptions& /*options*/) {
    return {};
}

#endif

}  // namespace skua::vmrun
