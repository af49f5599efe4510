#include "tier.h"

#include "skua/classfile/check.h"
#include "skua/vm/tier.h"
#ifdef SKUA_DIFFERENTIAL_JIT
#include "skua/jit/jit.h"
#endif

namespace skua::differential {

namespace {

// Compiles nothing: the interpreter polls at every call and every loop iteration.
class PollingTier : public vm::ExecutionTier {
public:
    std::uint32_t tick_quantum() const override { return 1; }
    void on_linked(vm::Thread&, vm::Function&) override {}
    void on_hot(vm::Thread&, vm::Function&) override {}
    const void* osr_entry(vm::Thread&, vm::Function&, const vm::Instr*) override { return nullptr; }
    bool enter(vm::Thread&, const void*, vm::Slot*) override {
        SKUA_CHECK(false);
        return false;
    }
    void walk(std::uintptr_t, std::uintptr_t, const std::function<bool(const vm::Instr*)>&) override {}
    void clear_dead(std::uintptr_t, std::uintptr_t) override {}
};

}  // namespace

#ifdef SKUA_DIFFERENTIAL_JIT

bool tier_available() {
    return true;
}

void use_tier(vm::Vm& vm, const Configuration& configuration) {
    if (configuration.polling) vm.set_tier(std::make_unique<PollingTier>());
    if (!configuration.jit) return;
    jit::Options options;
    options.threshold = configuration.jit_threshold;
    options.background = configuration.jit_background;
    options.registers = configuration.jit_registers;
    options.check_eliminated = configuration.jit_asserts;
    // Of all programs of a batch; a full cache would mean that the rest is interpreted.
    options.code_cache = std::size_t{512} << 20;
    std::string why_not;
    auto tier = jit::make_tier(vm, options, why_not);
    SKUA_CHECK(tier != nullptr);
    vm.set_tier(std::move(tier));
}

#else

bool tier_available() {
    return false;
}

void use_tier(vm::Vm& vm, const Configuration& configuration) {
    if (configuration.polling) vm.set_tier(std::make_unique<PollingTier>());
}

#endif

}  // namespace skua::differential
