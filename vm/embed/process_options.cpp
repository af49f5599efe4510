#include "process_options.h"

#include <algorithm>
#include <csignal>
#include <cstring>
#include <mutex>

#include "host_error.h"
#include "skua/gc/heap.h"
#include "skua/vm/vm.h"

namespace skua::embed {
namespace {

std::mutex g_lock;
bool g_initialized = false;

bool is_signal(int number) {
    return number >= 1 && number < NSIG;
}

SkuaStatus start(const SkuaProcess& process, SkuaError** error) {
    for (const int number : {process.suspend_signal, process.resume_signal, std::max(process.wake_signal, 0)})
        if (number != 0 && !is_signal(number))
            return fail(error, SKUA_BAD_USE, std::to_string(number) + " is not the number of a signal");
    gc::Options heap;
    heap.embedded = true;
    heap.max_heap = process.max_heap;
    heap.suspend_signal = process.suspend_signal;
    heap.resume_signal = process.resume_signal;
    heap.log = process.log_collections;
    if (!gc::initialize(heap))
        return fail(error, SKUA_NO_RESOURCE,
                    "there is no heap: the system gives no memory, or something else in the process uses "
                    "the collector (libgc)");
    if (process.wake_signal != 0) vm::wake_signal = std::max(process.wake_signal, 0);
    g_initialized = true;
    return SKUA_OK;
}

}  // namespace

SkuaStatus initialize_process(SkuaError** error) {
    const std::lock_guard guard(g_lock);
    return g_initialized ? SKUA_OK : start({}, error);
}

}  // namespace skua::embed

SkuaStatus skua_init(const SkuaProcess* process, SkuaError** error) {
    using namespace skua::embed;
    return guarded(error, [&] {
        const std::lock_guard guard(g_lock);
        if (g_initialized)
            return fail(error, SKUA_BAD_USE,
                        "the process has its heap already: skua_init comes before machines");
        SkuaProcess known{};
        if (process != nullptr)
            std::memcpy(&known, process, std::min<std::size_t>(process->size, sizeof known));
        return start(known, error);
    });
}
