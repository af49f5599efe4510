#include "host_thread.h"

#include <algorithm>
#include <memory>
#include <mutex>
#include <pthread.h>
#include <utility>
#include <vector>

#include "host_error.h"
#include "host_machine.h"

namespace skua::embed {
namespace {

using AttachedThread = std::unique_ptr<vm::Thread, void (*)(vm::Thread*)>;

struct Attachment {
    SkuaVm* vm;
    AttachedThread thread;
};

// One per thread that has used a machine.
struct HostThread {
    HostThread();
    ~HostThread();
    HostThread(const HostThread&) = delete;
    HostThread& operator=(const HostThread&) = delete;

    void drop(const SkuaVm* vm) {
        std::erase_if(attachments, [vm](const Attachment& a) { return a.vm == vm; });
    }

    gc::ThreadHeap* heap = nullptr;
    std::vector<Attachment> attachments;
};

struct AllThreads {
    std::mutex lock;  // also of each thread's attachments
    std::vector<HostThread*> threads;
};

// Never destroyed: threads may end after the program's static objects.
AllThreads& all_threads() {
    static auto* instance = new AllThreads();
    return *instance;
}

// The last answer of current_thread. A machine's number is never used again, its address may be.
struct LastUsed {
    std::uint64_t vm_number = 0;
    vm::Thread* thread = nullptr;
};
thread_local LastUsed t_last;

HostThread::HostThread() {
    const std::lock_guard guard(all_threads().lock);
    all_threads().threads.push_back(this);
    heap = gc::attach_thread();
}

HostThread::~HostThread() {
    const std::lock_guard guard(all_threads().lock);
    t_last = {};
    attachments.clear();
    std::erase(all_threads().threads, this);
    gc::detach_thread(heap);
}

thread_local HostThread* t_host_thread = nullptr;

// Ends what a thread has with the machines when it ends: a key's destructor, which takes no memory to
// register. A thread_local object with a destructor does, and without memory glibc ends the process.
class ThreadEnd {
public:
    ThreadEnd() {
        has_key_ = pthread_key_create(&key_, [](void* own) {
                       t_host_thread = nullptr;
                       delete static_cast<HostThread*>(own);
                   }) == 0;
    }
    // False: there is no memory.
    [[nodiscard]] bool set(HostThread* own) const { return has_key_ && pthread_setspecific(key_, own) == 0; }

private:
    pthread_key_t key_{};
    bool has_key_ = false;
};

const ThreadEnd& thread_end() {
    static const ThreadEnd instance;
    return instance;
}

// The calling thread's, made if need be. Null: there is no memory.
HostThread* own_thread() {
    if (t_host_thread != nullptr) return t_host_thread;
    auto made = std::make_unique<HostThread>();
    if (made->heap == nullptr || !thread_end().set(made.get())) return nullptr;
    return t_host_thread = made.release();
}

void end_own_thread() {
    (void)thread_end().set(nullptr);
    delete std::exchange(t_host_thread, nullptr);
}

}  // namespace

vm::Thread* current_thread(SkuaVm& vm) {
    if (t_last.vm_number == vm.number) return t_last.thread;
    HostThread* attached_to_heap = own_thread();
    if (attached_to_heap == nullptr) return nullptr;
    HostThread& own = *attached_to_heap;
    const std::lock_guard guard(all_threads().lock);
    const auto known = std::find_if(own.attachments.begin(), own.attachments.end(),
                                    [&](const Attachment& a) { return a.vm == &vm; });
    vm::Thread* thread = nullptr;
    if (known != own.attachments.end()) {
        thread = known->thread.get();
    } else {
        AttachedThread attached = vm.machine->attach_thread();
        if (!attached) return nullptr;
        thread = attached.get();
        own.attachments.push_back({&vm, std::move(attached)});
    }
    t_last = {vm.number, thread};
    return thread;
}

SkuaStatus attach(SkuaVm& vm, vm::Thread*& thread, SkuaError** error) {
    thread = current_thread(vm);
    if (thread != nullptr) return SKUA_OK;
    const std::size_t most = vm.machine->options().max_threads;
    const auto reached = vm.machine->limits().reached();
    if (most == 0 || !reached || reached->limit != vm::Limit::Threads)
        return fail(error, SKUA_NO_RESOURCE, "the system gives no memory for another thread's stack");
    auto failure = std::make_unique<SkuaError>();
    failure->status = SKUA_LIMIT;
    failure->limit = "threads";
    failure->text = failure->message =
        std::to_string(most) + " threads use the machine: SkuaOptions.max_threads";
    return hand_over(error, std::move(failure));
}

void detach_current(SkuaVm& vm) {
    if (t_host_thread == nullptr) return;
    {
        const std::lock_guard guard(all_threads().lock);
        t_host_thread->drop(&vm);
        t_last = {};
        if (!t_host_thread->attachments.empty()) return;
    }
    end_own_thread();
}

void detach_all(SkuaVm& vm) {
    const std::lock_guard guard(all_threads().lock);
    for (HostThread* thread : all_threads().threads) thread->drop(&vm);
}

}  // namespace skua::embed
