// The heap that never collects: one calloc per object. For sanitizers, which see each object's
// bounds, and for the thread sanitizer, which cannot follow a collector's stop signals.
//
// The free lists stay empty, so that every allocation comes to allocate_slow. --max-heap counts
// bytes; weak references never become null and cleaners never run.
#include "malloc_heap.h"

#include <atomic>
#include <cstdlib>
#include <mutex>
#include <new>
#include <vector>

#include "memory_limit.h"
#include "skua/gc/heap.h"

namespace skua::gc {

namespace {

std::atomic<std::uint64_t> g_bytes{0};
std::atomic<std::uint64_t> g_limit{0};
std::atomic<std::uint64_t> g_allocations{0};
std::uint64_t g_fail_at = 0;  // Options::fail_at

// For release_all; empty if nobody asked to have objects remembered.
std::atomic<bool> g_remember{false};
std::mutex g_objects_lock;
std::vector<void*>& objects() {
    static auto* list = new std::vector<void*>;
    return *list;
}

}  // namespace

void remember_objects() {
    g_remember.store(true);
}

void release_all() {
    std::lock_guard guard(g_objects_lock);
    for (void* object : objects()) std::free(object);
    objects().clear();
    g_bytes.store(0);
}

struct Backend {
    static void* make(std::size_t bytes) {
        if (bytes > (std::size_t{1} << 46)) return nullptr;
        if (g_fail_at != 0 && g_allocations.fetch_add(1, std::memory_order_relaxed) + 1 == g_fail_at)
            return nullptr;
        if (g_bytes.fetch_add(bytes, std::memory_order_relaxed) + bytes >
            g_limit.load(std::memory_order_relaxed)) {
            g_bytes.fetch_sub(bytes, std::memory_order_relaxed);
            return nullptr;
        }
        void* object = std::calloc(1, bytes < kGranule ? kGranule : bytes);
        if (g_remember.load(std::memory_order_relaxed) && object != nullptr) {
            std::lock_guard guard(g_objects_lock);
            objects().push_back(object);
        }
        return object;
    }
};

void RootSink::range(const void*, const void*) {}

void* ThreadHeap::allocate_slow(ListKind, const ClassHeader* cls, std::size_t bytes) {
    void* p = Backend::make(bytes);
    return p == nullptr ? nullptr : claim(p, cls);
}
void* ThreadHeap::allocate_raw_slow(const ClassHeader* cls, std::size_t bytes) {
    return allocate_slow(ListKind::Atomic, cls, bytes);
}
void ThreadHeap::set_stack_trimmer(StackTrimmer trimmer, void* data) {
    trimmer_ = trimmer;
    trimmer_data_ = data;
}

void ThreadHeap::set_root_scanner(RootScanner scanner, void* data) {
    scanner_ = scanner;
    scanner_data_ = data;
}

std::uintptr_t make_object_descriptor(std::size_t, std::span<const std::uint32_t> refs) {
    return refs.empty() ? kNoReferences : 1;
}
std::uintptr_t make_array_descriptor(std::size_t stride, std::span<const std::uint32_t> refs) {
    if (refs.empty()) return kNoReferences;
    return refs.size() * sizeof(void*) == stride ? kReferenceArray : 1;
}

bool initialize(const Options& options) {
    std::uint64_t unset = 0;
    g_fail_at = options.fail_at;
    g_limit.compare_exchange_strong(unset, options.max_heap != 0 ? options.max_heap : default_memory_limit());
    return true;
}
void prepare_threads() {}
ThreadHeap* attach_thread() {
    return new (std::nothrow) ThreadHeap;
}
void detach_thread(ThreadHeap* heap) {
    delete heap;
}
void add_root_range(const void*, const void*) {}
void remove_root_range(const void*) {}
void add_root_scanner(RootScanner, void*) {}
void remove_root_scanner(RootScanner, void*) {}

class WeakRef {
public:
    void* object;
};
WeakRef* weak_create(void* object) {
    return new (std::nothrow) WeakRef{object};
}
void* weak_get(const WeakRef* ref) {
    return ref->object;
}
void weak_free(WeakRef* ref) {
    delete ref;
}

bool add_cleaner(void*, void (*)(void*), void*) {
    return true;
}
bool has_cleaners_to_run() {
    return false;
}
std::size_t run_cleaners() {
    return 0;
}

void collect() {}
std::size_t heap_limit() {
    return g_limit.load(std::memory_order_relaxed);
}
Stats stats() {
    Stats out;
    out.heap_bytes = out.live_bytes = out.allocated_bytes = g_bytes.load();
    return out;
}
const char* backend_name() {
    return "malloc";
}

}  // namespace skua::gc
