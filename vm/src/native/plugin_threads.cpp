#include "native/plugin_threads.h"

#include <algorithm>
#include <cerrno>

#include "native/host_support.h"

namespace skua::vm {

namespace {

SkVm* new_identity(Vm& vm) {
    // Reachable for ever, since a plugin may hold one for as long as the process.
    static std::mutex lock;
    static auto* all = new std::vector<std::unique_ptr<SkVm>>();
    const std::lock_guard guard(lock);
    auto& made = all->emplace_back(std::make_unique<SkVm>());
    made->vm = &vm;
    return made.get();
}

}  // namespace

SkVm* PluginThreads::identity(Vm& vm) {
    gc::prepare_threads();  // by one that the heap knows: the first that is attached is too late
    const std::lock_guard guard(lock_);
    if (identity_.load(std::memory_order_relaxed) == nullptr)
        identity_.store(new_identity(vm), std::memory_order_release);
    return identity_.load(std::memory_order_relaxed);
}

SkEnv* PluginThreads::attach(Vm& vm) {
    const auto env_of = [](Thread& thread) {
        ++thread.plugin_attachments;
        return reinterpret_cast<SkEnv*>(&thread.native_env);
    };
    if (Thread* own = vm.attached_thread()) return env_of(*own);
    Attached made = vm.attach_thread();
    if (made == nullptr) {
        const auto reached = vm.limits().reached();
        errno = reached && reached->limit == Limit::Threads ? EAGAIN : ENOMEM;
        return nullptr;
    }
    SkEnv* env = env_of(*made);
    try {
        const std::lock_guard guard(lock_);
        attached_.push_back(std::move(made));
    } catch (const std::bad_alloc&) {
        errno = ENOMEM;
        return nullptr;
    }
    return env;
}

void PluginThreads::detach(Thread& thread) {
    if (thread.plugin_attachments == 0 || --thread.plugin_attachments > 0) return;
    const std::lock_guard guard(lock_);
    const auto at = std::find_if(attached_.begin(), attached_.end(),
                                 [&](const Attached& attached) { return attached.get() == &thread; });
    if (at == attached_.end()) return;  // the machine's own
    attached_.erase(at);
    changed_.notify_all();
}

bool PluginThreads::close(Vm& vm, std::chrono::milliseconds patience) {
    SkVm* identity = identity_.load(std::memory_order_acquire);
    if (identity == nullptr) return true;
    {
        const std::lock_guard guard(identity->lock);
        identity->vm = nullptr;
    }
    std::unique_lock guard(lock_);
    const Thread* own = vm.attached_thread();
    const auto all_gone = [&] {
        return std::all_of(attached_.begin(), attached_.end(),
                           [own](const Attached& attached) { return attached.get() == own; });
    };
    if (all_gone()) return true;
    guard.unlock();
    vm.limits().end_program(Limit::Ended, 0);
    guard.lock();
    return changed_.wait_for(guard, patience, all_gone);
}

namespace {

SkVm* vm_of(SkEnv* env) {
    Vm& vm = *thread_of(env).vm;
    return vm.natives().threads().identity(vm);
}

SkEnv* thread_attach(SkVm* vm) {
    const std::lock_guard guard(vm->lock);
    if (vm->vm == nullptr) {
        errno = ESHUTDOWN;
        return nullptr;
    }
    return vm->vm->natives().threads().attach(*vm->vm);
}

void thread_detach(SkEnv* env) {
    registry_of(env).threads().detach(thread_of(env));
}

}  // namespace

void fill_threads(SkApi& api) {
    api.vm_of = contained<vm_of>;
    api.thread_attach = thread_attach;
    api.thread_detach = thread_detach;
}

}  // namespace skua::vm
