// When what is compiled, and how compiled code is published: the compiled tier as the machine sees it.
//
// A function is compiled when the ticks it is credited with reach the threshold. Which form of it depends on
// where the credit came from: at a call, the whole function; in a loop of a function that no sample has seen
// being called, only that loop, for on-stack replacement (OSR). A loop that goes on although the function is
// compiled gets its own code then. What fails is never tried again, be it for
// want of memory.
//
// Of nested loops the outermost is compiled: entered in the middle, the nest would become one loop for the
// optimiser. The interpreter's next arrival at its header takes the code (mark_loop_compiled). Only if that
// does not come for a long time, the inner loop gets code of its own.
//
// Publication: the machine code is complete and its range known to the cache; then compiled_entry and
// interp_entry, then the CompiledStub in `code`, all with release. Code of loops is published under the lock.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <unordered_map>

#include "run/code_cache.h"
#include "run/compile_queue.h"
#include "run/compiler.h"
#include "run/frame_walk.h"
#include "skua/vm/tier.h"

namespace skua::jit {

class Tier final : public WalkableTier {
public:
    Tier(vm::Vm& vm, Options options);

    // The code cache and what all code shares. False, with the reason: nothing can be compiled. Before
    // anything else, or by the compiling thread before its first job: asking the processor what it can takes
    // as long as a twentieth of hello world on a virtual machine.
    bool prepare(std::string& why_not);

    [[nodiscard]] std::uint32_t tick_quantum() const override { return quantum_; }
    [[nodiscard]] std::size_t compiled_functions() const override { return compiled_; }
    void on_linked(vm::Thread& thread, vm::Function& function) override;
    void on_hot(vm::Thread& thread, vm::Function& function) override;
    const void* osr_entry(vm::Thread& thread, vm::Function& function, const vm::Instr* header) override;
    bool enter(vm::Thread& thread, const void* code, vm::Slot* frame) override;
    [[nodiscard]] const CodeCache& code() const override { return cache_; }

private:
    enum class Status : std::uint8_t { None, Queued, Compiled, Failed };
    struct LoopState {
        const vm::Instr* header;
        const void* entry = nullptr;  // null: not yet, or it failed
        std::uint32_t missed = 0;     // samples in loops inside since there is an entry
    };
    struct FunctionState {
        Status status = Status::None;  // of the whole function
        bool called = false;  // a sample has seen it being called, or running in two places of the stack
        const vm::Slot* frame = nullptr;  // where the last sample in a loop has seen it
        std::uint32_t left_behind = 0;    // samples in loops since it was compiled
        std::vector<LoopState> loops;
    };

    // The function is to be compiled as a whole if nothing speaks against it.
    void request(vm::Function& function, bool wait);
    void enqueue(vm::Function& function, const vm::Instr* osr_header, bool wait);
    [[nodiscard]] bool wanted(const vm::Function& function) const;
    [[nodiscard]] bool is_hot(const vm::Function& function) const {
        return function.samples.load(std::memory_order_relaxed) >= options_.threshold;
    }
    // There is no memory to compile it.
    void give_up(const CompileJob& job);
    // On the compiling thread.
    void run(const CompileJob& job);
    void compile(const CompileJob& job);  // may throw std::bad_alloc
    void publish(vm::Function& function, const Emitted& code);
    void stop_compiling(const std::string& why);
    // Which loop a sample at `header` says should be compiled; null: none. Under the lock.
    const vm::Instr* loop_to_compile(FunctionState& state, const vm::Function& function,
                                     const vm::Instr* header);
    static LoopState* find_loop(FunctionState& state, const vm::Instr* header);

    const Options options_;
    const std::uint32_t quantum_;
    CodeCache cache_;
    Compiler compiler_;
    std::mutex lock_;
    std::unordered_map<const vm::Function*, FunctionState> states_;
    std::atomic<bool> stopped_{false};  // nothing more is compiled
    std::atomic<std::size_t> compiled_{0};
    bool prepared_ = false;
    CompileQueue queue_;  // last: its thread ends before what it uses
};

}  // namespace skua::jit
