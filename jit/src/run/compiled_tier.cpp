#include "run/compiled_tier.h"

#include <algorithm>
#include <cstdio>
#include <utility>

#include "run/frame_walk.h"
#include "run/loop_nest.h"
#include "run/trampolines.h"
#include "skua/classfile/check.h"

namespace skua::jit {
namespace {

// Samples until the threshold is reached: fewer make hotness a matter of luck, more cost the interpreter.
constexpr std::uint32_t kSamples = 8;
constexpr std::uint32_t kMaxQuantum = 1u << 14;
// Of one function. Beyond: whatever code it has must do.
constexpr std::size_t kMaxLoops = 8;
// Samples in loops of a compiled function until one gets code of its own: calls that began before go on
// interpreted, and most end soon.
constexpr std::uint32_t kLeftBehind = 32;
// Samples in an inner loop until it gets code of its own beside that of the outermost one.
constexpr std::uint32_t kPatience = 1024;

bool is_prime(std::uint32_t n) {
    for (std::uint32_t d = 2; d * d <= n; d++)
        if (n % d == 0) return false;
    return true;
}

// What a loop calls repeats. If whole rounds of it made up the time between two samples, each would meet the
// same call, which may be compiled already, and none what is still interpreted. A prime number of ticks is no
// number of rounds; it is one more than the quantum, since the tick behind the last one polls.
std::uint32_t quantum_for(std::uint32_t threshold) {
    std::uint32_t ticks = threshold == 0 ? kMaxQuantum : std::clamp(threshold / kSamples, 1u, kMaxQuantum);
    while (!is_prime(ticks + 1)) ticks--;
    return ticks;
}

}  // namespace

Tier::Tier(vm::Vm& vm, Options options)
    : options_(std::move(options)),
      quantum_(quantum_for(options_.threshold)),
      compiler_(options_, cache_, &vm),
      queue_([this](const CompileJob& job) { run(job); }) {}

bool Tier::wanted(const vm::Function& function) const {
    if (stopped_.load(std::memory_order_relaxed)) return false;
    return options_.only.empty() || function.display_name.find(options_.only) != std::string::npos;
}

void Tier::on_linked(vm::Thread& /*thread*/, vm::Function& function) {
    if (options_.threshold == 0) request(function, true);
}

void Tier::on_hot(vm::Thread& /*thread*/, vm::Function& function) {
    if (stopped_.load(std::memory_order_relaxed)) return;
    try {
        std::lock_guard guard(lock_);
        states_[&function].called = true;
    } catch (const std::bad_alloc&) {
        return;  // as if this sample had not been taken
    }
    if (is_hot(function)) request(function, !options_.background);
}

void Tier::request(vm::Function& function, bool wait) {
    if (!function.body.load(std::memory_order_acquire) || !wanted(function)) return;
    try {
        std::lock_guard guard(lock_);
        FunctionState& state = states_[&function];
        if (state.status != Status::None) return;
        state.status = Status::Queued;
    } catch (const std::bad_alloc&) {
        return;
    }
    enqueue(function, nullptr, wait);
}

void Tier::enqueue(vm::Function& function, const vm::Instr* osr_header, bool wait) {
    const CompileJob job{&function, osr_header};
    try {
        if (!queue_.submit(job, wait)) stop_compiling("the system gives no thread");
    } catch (const std::bad_alloc&) {
        give_up(job);
    }
}

void Tier::give_up(const CompileJob& job) {
    std::lock_guard guard(lock_);
    const auto state = states_.find(job.function);
    // A loop without an entry counts as one that has failed.
    if (state != states_.end() && !job.osr_header) state->second.status = Status::Failed;
}

Tier::LoopState* Tier::find_loop(FunctionState& state, const vm::Instr* header) {
    const auto it = std::find_if(state.loops.begin(), state.loops.end(),
                                 [header](const LoopState& l) { return l.header == header; });
    return it == state.loops.end() ? nullptr : &*it;
}

const vm::Instr* Tier::loop_to_compile(FunctionState& state, const vm::Function& function,
                                       const vm::Instr* header) {
    if (state.loops.size() >= kMaxLoops) return nullptr;
    const vm::Instr* outermost = outermost_loop(*function.body.load(std::memory_order_acquire), header);
    LoopState* around = find_loop(state, outermost);
    if (!around) return outermost;
    if (around->header == header || !around->entry) return nullptr;
    return ++around->missed >= kPatience ? header : nullptr;
}

const void* Tier::osr_entry(vm::Thread& thread, vm::Function& function, const vm::Instr* header) {
    const vm::Instr* wanted_loop = nullptr;  // null: the whole function
    try {
        std::lock_guard guard(lock_);
        FunctionState& state = states_[&function];
        if (const vm::Slot* before = std::exchange(state.frame, thread.fp); before && before != thread.fp)
            state.called = true;  // a recursion: its calls count for more than the loops of one of them
        if (const LoopState* loop = find_loop(state, header)) return loop->entry;
        if (!is_hot(function) || !wanted(function)) return nullptr;
        // What the whole function fails for stops its loops, too.
        if (state.status == Status::Failed || state.status == Status::Queued) return nullptr;
        if (state.called && state.status == Status::None) {
            state.status = Status::Queued;
        } else if (state.status == Status::Compiled && options_.background &&
                   ++state.left_behind < kLeftBehind) {
            return nullptr;
        } else {
            wanted_loop = loop_to_compile(state, function, header);
            if (!wanted_loop) return nullptr;
            state.loops.push_back({wanted_loop});
        }
    } catch (const std::bad_alloc&) {
        return nullptr;
    }
    enqueue(function, wanted_loop, !options_.background);
    if (wanted_loop != header || options_.background) return nullptr;
    std::lock_guard guard(lock_);
    return find_loop(states_[&function], header)->entry;
}

bool Tier::enter(vm::Thread& thread, const void* code, vm::Slot* frame) {
    // An activation of the interpreter enters at most once at a time: what calls back opens another one.
    SKUA_CHECK(thread.compiled.boundary_sp == 0);
    return skua_jit_enter(&thread, code, frame);
}

void Tier::run(const CompileJob& job) {
    if (stopped_.load(std::memory_order_relaxed)) return;
    try {
        compile(job);
    } catch (const std::bad_alloc&) {
        give_up(job);
        if (!prepared_) stopped_ = true;  // what all code shares is half made
    }
}

void Tier::compile(const CompileJob& job) {
    if (std::string why_not; !prepared_ && !prepare(why_not)) return stop_compiling(why_not);
    vm::Function& function = *job.function;
    const CompileResult result = compiler_.compile(function, job.osr_header);
    const bool failed = !result.why_not.empty();
    if (!failed && !job.osr_header) publish(function, result.code);
    {
        std::lock_guard guard(lock_);
        FunctionState& state = states_[&function];
        if (job.osr_header && !failed) {
            find_loop(state, job.osr_header)->entry = result.code.interp_entry;
            vm::mark_loop_compiled(job.osr_header);
        }
        // What stops a loop stops the function: handlers, its size.
        if (failed)
            state.status = Status::Failed;
        else if (!job.osr_header)
            state.status = Status::Compiled;
    }
    if (cache_.full())
        return stop_compiling("the code cache of " + std::to_string(options_.code_cache) +
                              " bytes is full, which --jit-cache sets");
    for (vm::Function* callee : result.callees) {
        // Calls of interpreted functions are slow, so a callee need not reach the threshold by itself.
        if (callee->samples.load(std::memory_order_relaxed) > 0) request(*callee, false);
    }
}

void Tier::publish(vm::Function& function, const Emitted& code) {
    ++compiled_;
    function.compiled_stub[0].op = static_cast<std::uint16_t>(vm::LOp::CompiledStub);
    function.compiled_stub[1].pointer = &function;
    function.interp_entry.store(code.interp_entry, std::memory_order_release);
    function.compiled_entry.store(code.entry, std::memory_order_release);
    if (code.closure_entry) {
        const_cast<vm::Class*>(code.closure_class)
            ->closure_entry.store(code.closure_entry, std::memory_order_release);
    }
    function.code.store(function.compiled_stub, std::memory_order_release);
}

void Tier::stop_compiling(const std::string& why) {
    if (stopped_.exchange(true) || !options_.log) return;
    const std::string line = "[jit] " + why + ": nothing more is compiled\n";
    std::fputs(line.c_str(), stderr);
}

bool Tier::prepare(std::string& why_not) {
    if (!cache_.reserve(options_.code_cache)) {
        why_not = "the system gives no memory for a code cache of " + std::to_string(options_.code_cache) +
                  " bytes";
        return false;
    }
    return prepared_ = compiler_.prepare(why_not);
}

std::unique_ptr<vm::ExecutionTier> make_tier(vm::Vm& vm, const Options& options, std::string& why_not) {
    auto tier = std::make_unique<Tier>(vm, options);
    if (!options.background && !tier->prepare(why_not)) return nullptr;
    vm::Class::closure_bridge_entry.store(reinterpret_cast<const void*>(&skua_jit_closure_bridge),
                                          std::memory_order_relaxed);
    vm::Function::bridge_entry.store(reinterpret_cast<const void*>(&skua_jit_bridge),
                                     std::memory_order_relaxed);
    return tier;
}

}  // namespace skua::jit
