#include "run_slices.h"

#include <condition_variable>
#include <functional>
#include <pthread.h>

#include "call_scope.h"
#include "guest_function.h"
#include "host_error.h"
#include "host_thread.h"

namespace skua::embed {
enum class RunState : std::uint8_t { Starting, Paused, Running, Ended };
}

struct SkuaRun final : skua::vm::FuelSource {
    SkuaVm* vm = nullptr;
    // On the run's thread: converts the arguments, says wait_for_slice, and runs.
    std::function<SkuaStatus(SkuaRun&, skua::vm::Thread&, SkuaError**)> body;

    pthread_t thread{};
    std::mutex lock;
    std::condition_variable changed;
    skua::embed::RunState state = skua::embed::RunState::Starting;
    bool cancelled = false, delivered = false;
    std::uint64_t left = 0, drawn = 0;  // instructions of the slice; of all slices
    SkuaStatus status = SKUA_OK;        // how it ended
    SkuaError* error = nullptr;
    SkuaValue result{};

    ~SkuaRun() {
        skua_error_free(error);
        skua_value_free(&result);
    }

    bool refill(skua::vm::Thread& own) override {
        const auto missing = static_cast<std::uint64_t>(-own.fuel);
        std::unique_lock guard(lock);
        for (;;) {
            if (cancelled) return false;
            if (left >= missing) {
                const std::uint64_t portion =
                    std::max(missing, std::min(left, skua::vm::InstructionBudget::kPortion));
                own.fuel += static_cast<std::int64_t>(portion);
                left -= portion;
                drawn += portion;
                return true;
            }
            pause(guard);
        }
    }

    // Until the host goes on with it, or ends it.
    void pause(std::unique_lock<std::mutex>& guard) {
        state = skua::embed::RunState::Paused;
        changed.notify_all();
        changed.wait(guard, [this] { return cancelled || state == skua::embed::RunState::Running; });
    }

    // Everything is ready. False: the host does not want it any more.
    bool wait_for_slice(skua::vm::Thread& own) {
        std::unique_lock guard(lock);
        pause(guard);
        own.fuel_source = this;
        return !cancelled;
    }

    void end(SkuaStatus how, SkuaError* why, std::uint64_t unused) {
        const std::lock_guard guard(lock);
        status = how;
        error = why;
        drawn -= std::min(unused, drawn);
        state = skua::embed::RunState::Ended;
        changed.notify_all();
    }

    void run() {
        SkuaError* why = nullptr;
        skua::vm::Thread* own = nullptr;
        const SkuaStatus how = skua::embed::guarded(&why, [&] {
            const SkuaStatus attached = skua::embed::attach(*vm, own, &why);
            return attached != SKUA_OK ? attached : body(*this, *own, &why);
        });
        std::uint64_t unused = 0;
        if (own != nullptr) {
            unused = static_cast<std::uint64_t>(std::max<std::int64_t>(own->fuel, 0));
            own->fuel_source = nullptr;
            own->fuel = 0;
        }
        skua_vm_detach(vm);
        end(how, why, unused);
    }
};

namespace skua::embed {
namespace {

// On a stack on which compiled code can recurse as deep as the interpreter.
bool start_thread(SkuaRun& run) {
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    const std::size_t stack = vm::Vm::native_stack_bytes(run.vm->machine->options());
    const bool started =
        pthread_attr_setstacksize(&attributes, stack) == 0 && pthread_create(
                                                                  &run.thread, &attributes,
                                                                  [](void* data) -> void* {
                                                                      static_cast<SkuaRun*>(data)->run();
                                                                      return nullptr;
                                                                  },
                                                                  &run) == 0;
    pthread_attr_destroy(&attributes);
    return started;
}

SkuaStatus begin_run(std::unique_ptr<SkuaRun> run, SkuaRun** out, SkuaError** error) {
    SkuaVm& vm = *run->vm;
    if (!vm.machine->instructions().counts())
        return fail(error, SKUA_BAD_USE, "slices are of instructions: set SkuaOptions.count_instructions");
    {
        const std::lock_guard guard(vm.runs_lock);
        vm.runs.insert(run.get());
    }
    const bool started = start_thread(*run);
    if (started) {
        std::unique_lock guard(run->lock);
        run->changed.wait(guard, [&] { return run->state != RunState::Starting; });
        if (run->state == RunState::Paused) {
            *out = run.release();
            return SKUA_OK;
        }
    }
    {
        const std::lock_guard guard(vm.runs_lock);
        vm.runs.erase(run.get());
    }
    if (!started) return fail(error, SKUA_NO_RESOURCE, "the system gives no thread for the run");
    pthread_join(run->thread, nullptr);
    const SkuaStatus status = run->status;
    if (error != nullptr) *error = std::exchange(run->error, nullptr);
    return status;
}

void end_run(SkuaRun* run) {
    {
        const std::lock_guard guard(run->lock);
        run->cancelled = true;
    }
    run->changed.notify_all();
    pthread_join(run->thread, nullptr);
    {
        const std::lock_guard guard(run->vm->calls_lock);
        run->vm->instructions_before += run->drawn;
    }
    delete run;
}

SkuaStatus resume(SkuaRun& run, std::uint64_t instructions, SkuaValue* result, SkuaError** error) {
    {
        const std::lock_guard guard(run.lock);
        if (run.delivered) return fail(error, SKUA_BAD_USE, "the run has ended");
        if (run.state == RunState::Running)
            return fail(error, SKUA_BAD_USE, "another thread goes on with the run");
    }
    if (!begin_call(*run.vm))
        return fail(error, SKUA_NO_RESOURCE, "the system gives no thread to watch over the time");
    std::unique_lock guard(run.lock);
    if (run.state == RunState::Paused) {
        run.left = std::min(run.left + std::min(instructions, vm::kMaxInstructions), vm::kMaxInstructions);
        run.state = RunState::Running;
        run.changed.notify_all();
        run.changed.wait(guard, [&] { return run.state != RunState::Running; });
    }
    const bool ended = run.state == RunState::Ended;
    guard.unlock();
    end_call(*run.vm, nullptr);
    if (!ended) return SKUA_PAUSED;
    run.delivered = true;
    if (result != nullptr) *result = std::exchange(run.result, SkuaValue{});
    if (error != nullptr && run.error != nullptr) *error = std::exchange(run.error, nullptr);
    return run.status;
}

}  // namespace

void end_all_runs(SkuaVm& vm) {
    for (;;) {
        SkuaRun* run = nullptr;
        {
            const std::lock_guard guard(vm.runs_lock);
            if (vm.runs.empty()) return;
            run = *vm.runs.begin();
            vm.runs.erase(vm.runs.begin());
        }
        end_run(run);
    }
}

}  // namespace skua::embed

SkuaStatus skua_run_start(SkuaFunction* function, const SkuaValue* args, std::size_t count, SkuaRun** run,
                          SkuaError** error) {
    using namespace skua::embed;
    if (function == nullptr || run == nullptr)
        return fail(error, SKUA_BAD_USE, "skua_run_start: an argument is NULL");
    *run = nullptr;
    return guarded(error, [&] {
        auto made = std::make_unique<SkuaRun>();
        made->vm = function->vm;
        made->body = [=](SkuaRun& own, skua::vm::Thread& thread, SkuaError** why) {
            Arguments slots;  // on the run's stack, where the collector finds what they refer to
            if (const SkuaStatus status = prepare(*function, thread, args, count, slots, why)) return status;
            if (!own.wait_for_slice(thread)) return SKUA_INTERRUPTED;
            return run_prepared(*function, thread, slots, false, &own.result, why);
        };
        return begin_run(std::move(made), run, error);
    });
}

SkuaStatus skua_run_start_main(SkuaVm* vm, const char* module, SkuaRun** run, SkuaError** error) {
    using namespace skua::embed;
    if (vm == nullptr || module == nullptr || run == nullptr)
        return fail(error, SKUA_BAD_USE, "skua_run_start_main: an argument is NULL");
    *run = nullptr;
    return guarded(error, [&] {
        auto made = std::make_unique<SkuaRun>();
        made->vm = vm;
        made->body = [vm, name = std::string(module)](SkuaRun& own, skua::vm::Thread& thread,
                                                      SkuaError** why) {
            if (!own.wait_for_slice(thread)) return SKUA_INTERRUPTED;
            int code = 0;
            const SkuaStatus status = call_main(*vm, thread, name, &code, why);
            if (status == SKUA_OK) own.result = skua_int(code);
            return status;
        };
        return begin_run(std::move(made), run, error);
    });
}

SkuaStatus skua_run_resume(SkuaRun* run, std::uint64_t instructions, SkuaValue* result, SkuaError** error) {
    using namespace skua::embed;
    if (result != nullptr) *result = SkuaValue{};
    if (run == nullptr) return fail(error, SKUA_BAD_USE, "the run is NULL");
    return guarded(error, [&] { return resume(*run, instructions, result, error); });
}

void skua_run_free(SkuaRun* run) {
    if (run == nullptr) return;
    {
        const std::lock_guard guard(run->vm->runs_lock);
        run->vm->runs.erase(run);
    }
    skua::embed::end_run(run);
}
