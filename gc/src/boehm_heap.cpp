// The heap on the Boehm collector. The only file that includes its headers.
//
// How things map:
//   - Objects are of the gcj kind: the collector reads the mark descriptor through word 0. Arrays
//     of references are of the normal kind, whose descriptor is the object's own length (the
//     marker's fastest loop, and big arrays are split among markers); memory without references is
//     of the pointer-free kind.
//   - Interior pointers count on stacks only (GC_set_all_interior_pointers(0), and our ranges are
//     pushed by GC_push_all_eager, which accepts them).
//   - Objects on a ThreadHeap's lists belong to that thread although nothing points to them: in
//     each cycle, the push-other-roots hook sets their mark bits, or the sweeper would hand them
//     out again. An object that has just been popped is seen on the thread's stack; as long as its
//     word 0 is still the list link, the collector takes the next free object for its class and
//     reads a zero descriptor there, which scans nothing.
//   - The registry of threads, ranges and scanners changes under the allocation lock, which a
//     collection holds: so the hook needs no lock of its own.
#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <gc/gc.h>
#include <gc/gc_gcj.h>
#include <gc/gc_inline.h>
#include <gc/gc_mark.h>
#include <memory>
#include <mutex>
#include <new>
#include <sys/sysinfo.h>
#include <time.h>
#include <unistd.h>
#include <vector>

#include "fresh_memory.h"
#include "memory_limit.h"
#include "skua/gc/heap.h"

#if defined(__GLIBC__)
extern "C" void* __libc_stack_end;
#endif

namespace skua::gc {

namespace {

struct Range {
    const void* lo;
    const void* hi;
};
struct Scanner {
    RootScanner function;
    void* data;
};

// What a procedure descriptor's environment number means. Never changed once it is published.
struct ScanLayout {
    bool array = false;
    std::size_t stride = 0;            // arrays
    std::vector<std::uint32_t> words;  // offsets of references in the object or element
};

// Descriptors are made while classes are linked, any time; the marker reads without a lock. Fixed
// blocks that are published by pointer never move.
constexpr std::size_t kLayoutBlock = 1024;
constexpr std::size_t kLayoutBlocks = 4096;

// Allocated at least between two collections. A heap of some megabytes would else be marked again and again,
// the more so if the program goes on for kManyCollections; but one that keeps less than kSmallHeap is best
// served by memory that it has touched already (docs/gc.md).
constexpr std::size_t kLeastAllocated = 32u << 20, kLeastAllocatedLater = 64u << 20;
constexpr std::size_t kSmallHeap = 8u << 20, kLeastAllocatedSmall = 8u << 20;
constexpr std::uint64_t kManyCollections = 10;

struct State {
    std::once_flag once;
    bool initialized = false;
    Options options;
    std::atomic<bool> markers_started{false};
    std::atomic<bool> threads_prepared{false};

    ThreadHeap* threads = nullptr;  // allocation lock
    std::vector<Range> ranges;      // allocation lock; sorted by lo
    std::vector<Scanner> scanners;  // allocation lock
    GC_push_other_roots_proc next_hook = nullptr;

    std::mutex layouts_mutex;
    std::size_t layout_count = 0;
    std::atomic<ScanLayout*> layouts[kLayoutBlocks] = {};

    std::atomic<std::uint64_t> stress_count{0};
    std::atomic<std::uint64_t> allocations{0};  // counted with Options::fail_at

    std::size_t limit = 0;                  // bytes of objects
    std::atomic<std::size_t> seen_heap{0};  // heap size when grow_in_big_steps last looked
    std::mutex force_lock;                  // one thread at a time collects because of the limit
    int vain_collections = 0;               // such collections, one after the other, to no avail

    // Written by the event callback (allocation lock held), read by stats().
    std::atomic<std::uint64_t> collections{0}, pause_total{0}, pause_max{0};
    std::uint64_t stop_time = 0, start_time = 0, last_pause = 0;
};

State g;  // NOLINT: one heap per process
thread_local std::atomic<int> t_attached{0};
thread_local bool t_registered_here = false;

std::uint64_t now_ns() {
    timespec ts{};
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return static_cast<std::uint64_t>(ts.tv_sec) * 1'000'000'000u + static_cast<std::uint64_t>(ts.tv_nsec);
}

// A failed allocation of `f` waits until the lock is free again: no exception passes through the collector.
template <typename F>
void with_lock(F&& f) {
    struct Call {
        std::remove_reference_t<F>& run;
        bool no_memory = false;
    } call{f};
    GC_call_with_alloc_lock(
        [](void* p) -> void* {
            auto& own = *static_cast<Call*>(p);
            try {
                own.run();
            } catch (const std::bad_alloc&) {
                own.no_memory = true;
            }
            return nullptr;
        },
        &call);
    if (call.no_memory) throw std::bad_alloc();
}

int gc_kind(ListKind kind) {
    switch (kind) {
        case ListKind::Object:
            return GC_gcj_kind;
        case ListKind::Atomic:
            return GC_I_PTRFREE;
        case ListKind::References:
            return GC_I_NORMAL;
    }
    return GC_I_NORMAL;
}

// ---- marking ------------------------------------------------------------------------------------------

GC_ms_entry* mark_words(GC_word* object, const std::vector<std::uint32_t>& words, std::size_t base,
                        GC_ms_entry* top, GC_ms_entry* limit) {
    for (const std::uint32_t offset : words) {
        GC_word* slot = object + (base + offset) / sizeof(GC_word);
        void* target = reinterpret_cast<void*>(*slot);
        top = GC_MARK_AND_PUSH(target, top, limit, reinterpret_cast<void**>(slot));
    }
    return top;
}

// The mark procedure of arrays whose elements mix references and other data, and of objects whose
// references lie beyond a bitmap's reach. GC_mark_and_push copes with a full mark stack (it sets
// marks first and has the collector rescan), so a big array may be done in one go.
GC_ms_entry* mark_by_layout(GC_word* object, GC_ms_entry* top, GC_ms_entry* limit, GC_word env) {
    const std::size_t size = GC_size(object);
    if (env == 0) {  // an array of references that was allocated as an object
        const std::size_t count = std::min<std::size_t>(object[1], size / sizeof(GC_word) - 2);
        for (std::size_t i = 0; i < count; i++) {
            void* target = reinterpret_cast<void*>(object[2 + i]);
            top = GC_MARK_AND_PUSH(target, top, limit, reinterpret_cast<void**>(object + 2 + i));
        }
        return top;
    }
    const ScanLayout& layout =
        g.layouts[env / kLayoutBlock].load(std::memory_order_acquire)[env % kLayoutBlock];
    if (!layout.array) return mark_words(object, layout.words, 0, top, limit);
    // The length is stored after the object got its class; until then it is 0.
    const std::size_t room = (size - kArrayDataOffset) / layout.stride;
    const std::size_t count = std::min<std::size_t>(object[kArrayLengthOffset / sizeof(GC_word)], room);
    for (std::size_t i = 0; i < count; i++)
        top = mark_words(object, layout.words, kArrayDataOffset + i * layout.stride, top, limit);
    return top;
}

void trim_stacks();

void push_roots() {
    trim_stacks();
    RootSink sink;
    if (g.next_hook != nullptr) g.next_hook();  // stacks and registers of all threads
    for (const Range& range : g.ranges) sink.range(range.lo, range.hi);
    for (const Scanner& scanner : g.scanners) scanner.function(scanner.data, sink);
}

std::uintptr_t procedure_descriptor(ScanLayout layout) {
    const std::lock_guard lock(g.layouts_mutex);
    for (std::size_t i = 1; i < g.layout_count; i++) {  // classes of one shape share a row
        const ScanLayout& old = g.layouts[i / kLayoutBlock].load(std::memory_order_relaxed)[i % kLayoutBlock];
        if (old.array == layout.array && old.stride == layout.stride && old.words == layout.words)
            return GC_MAKE_PROC(GC_GCJ_RESERVED_MARK_PROC_INDEX, i);
    }
    if (g.layout_count == 0) g.layout_count = 1;  // environment 0 is kReferenceArray
    const std::size_t index = g.layout_count++;
    if (index / kLayoutBlock >= kLayoutBlocks) {
        std::fputs("skua: more than 4 million object layouts\n", stderr);
        std::abort();
    }
    auto& block = g.layouts[index / kLayoutBlock];
    if (block.load(std::memory_order_relaxed) == nullptr)
        block.store(new ScanLayout[kLayoutBlock], std::memory_order_release);
    block.load(std::memory_order_relaxed)[index % kLayoutBlock] = std::move(layout);
    return GC_MAKE_PROC(GC_GCJ_RESERVED_MARK_PROC_INDEX, index);
}

// ---- events ----------------------------------------------------------------------------------------------

void log_collection() {
    char line[160];
    const int n = std::snprintf(
        line, sizeof line, "[gc] #%llu pause %.2f ms, total %.2f ms, heap %.1f MiB, free %.1f MiB\n",
        static_cast<unsigned long long>(g.collections.load()), static_cast<double>(g.last_pause) / 1e6,
        static_cast<double>(now_ns() - g.start_time) / 1e6,
        static_cast<double>(GC_get_heap_size()) / 1048576.0,
        static_cast<double>(GC_get_free_bytes()) / 1048576.0);
    // write, not stdio: this runs inside the collector.
    if (n > 0)
        (void)!write(STDERR_FILENO, line,
                     std::min<std::size_t>(static_cast<std::size_t>(n), sizeof line - 1));
}

void on_event(GC_EventType event) {
    switch (event) {
        case GC_EVENT_START:
            g.start_time = now_ns();
            g.last_pause = 0;
            break;
        case GC_EVENT_PRE_STOP_WORLD:
            g.stop_time = now_ns();
            break;
        case GC_EVENT_POST_START_WORLD: {
            const std::uint64_t pause = now_ns() - g.stop_time;
            g.last_pause += pause;
            g.pause_total += pause;
            g.pause_max = std::max(g.pause_max.load(), pause);
            break;
        }
        case GC_EVENT_END:
            g.collections++;
            GC_set_min_bytes_allocd(GC_get_heap_size() - GC_get_free_bytes() < kSmallHeap
                                        ? kLeastAllocatedSmall
                                    : g.collections < kManyCollections ? kLeastAllocated
                                                                       : kLeastAllocatedLater);
            if (g.options.log) log_collection();
            break;
        default:
            break;
    }
}

// The collector would ask pthread_getattr_np, which reads and parses /proc/self/maps: a hundredth of hello
// world's time. glibc knows where the first frame of the main thread is; what lies above it (arguments and
// environment) holds no reference.
void set_stack_bottom() {
#if defined(__GLIBC__)
    if (gettid() != getpid()) return;
    GC_stack_base base{};
    base.mem_base = __libc_stack_end;
    GC_set_stackbottom(nullptr, &base);
#endif
}

// The collector ends the process if it has no memory for the first table of weak references or of cleaners:
// it makes them now, out of the memory that it begins with. They can stay as small as they are if they must.
void make_tables() {
    auto** link = static_cast<void**>(GC_malloc_atomic(kGranule));
    if (link == nullptr) return;
    GC_general_register_disappearing_link(link, link);
    GC_unregister_disappearing_link(link);
    GC_finalization_proc old_function = nullptr;
    void* old_data = nullptr;
    GC_register_finalizer_no_order(
        link, [](void*, void*) {}, nullptr, &old_function, &old_data);
    GC_register_finalizer_no_order(link, nullptr, nullptr, nullptr, nullptr);
}

void start(const Options& options) {
    g.options = options;
    if (options.embedded && GC_is_init_called()) return;
    if (options.suspend_signal != 0) GC_set_suspend_signal(options.suspend_signal);
    if (options.resume_signal != 0) GC_set_thr_restart_signal(options.resume_signal);
    GC_set_all_interior_pointers(0);
    GC_set_no_dls(1);           // references in static data live in registered ranges only
    GC_set_dont_precollect(1);  // nothing to see at the start
    GC_set_finalize_on_demand(1);
    GC_set_java_finalization(1);
    GC_set_handle_fork(0);
    GC_set_warn_proc(GC_ignore_warn_proc);
    if (!options.embedded) set_stack_bottom();
    {
        const FreshMemoryScope scope;
        GC_init();
    }
    if (!GC_is_init_called()) return;
    GC_clear_roots();
    GC_set_oom_fn([](std::size_t) -> void* { return nullptr; });
    g.limit = options.max_heap != 0 ? options.max_heap : default_memory_limit();
    GC_set_max_heap_size(g.limit);
    GC_set_free_space_divisor(1);
    GC_set_min_bytes_allocd(kLeastAllocatedSmall);
    GC_init_gcj_malloc(GC_GCJ_RESERVED_MARK_PROC_INDEX, reinterpret_cast<void*>(&mark_by_layout));
    make_tables();
    g.next_hook = GC_get_push_other_roots();
    GC_set_push_other_roots(push_roots);
    GC_set_on_collection_event(on_event);
    g.initialized = true;
}

// ---- growing
// -----------------------------------------------------------------------------------------------

// Marker threads cost start-up time and memory that a short program never needs.
constexpr std::size_t kStartMarkersAt = 16u << 20;
// From here on the heap grows in bigger steps than the collector's own 8 MiB, ...
constexpr std::size_t kBigStepsFrom = 32u << 20;
// ... by this fraction, so that a big array finds room although the heap is never compacted.
constexpr std::size_t kStepFraction = 8;

void watch_growth() {
    const std::size_t heap = GC_get_heap_size();
    if (heap == g.seen_heap.load(std::memory_order_relaxed)) return;
    if (heap >= kStartMarkersAt && !g.markers_started.exchange(true)) GC_start_mark_threads();
    if (heap >= kBigStepsFrom) {
        const std::size_t step = std::min(heap / kStepFraction, heap < g.limit ? g.limit - heap : 0);
        // The collector has just decided to grow rather than to collect; make it worth while.
        if (step >= (8u << 20)) GC_expand_hp(step);
    }
    g.seen_heap.store(GC_get_heap_size(), std::memory_order_relaxed);
}

// Room for a big object although the heap has its full size: that may be free but in pieces. What
// the limit counts is objects, so the heap may exceed it by what lies idle, up to twice the limit.
bool make_room(std::size_t bytes) {
    const std::size_t heap = GC_get_heap_size(), used = heap - std::min(heap, GC_get_free_bytes());
    constexpr std::size_t kSlack = 1u << 20;  // blocks that interior pointers have black-listed
    if (used + bytes > g.limit || heap + bytes + kSlack > 2 * g.limit) return false;
    GC_set_max_heap_size(heap + bytes + 2 * kSlack);
    const bool grown = GC_expand_hp(bytes + kSlack) != 0;
    GC_set_max_heap_size(g.limit);
    return grown;
}

// At the limit, every few allocations would collect the whole heap for almost nothing. After some of
// these in a row the heap counts as full.
bool collecting_is_vain() {
    constexpr int kPatience = 6;
    if (GC_get_bytes_since_gc() > GC_get_heap_size() / 64) {
        g.vain_collections = 0;
        return false;
    }
    if (++g.vain_collections <= kPatience) return false;
    g.vain_collections = 0;  // whoever catches the error may have dropped something
    return true;
}

// After make_room the heap's size does not bound what is in use.
bool over_limit() {
    const std::size_t heap = GC_get_heap_size();
    return heap > g.limit && heap - std::min(heap, GC_get_free_bytes()) >= g.limit;
}

}  // namespace

// Reaches into ThreadHeap for the collector.
struct Backend {
    static void trim_stacks() {
        for (ThreadHeap* t = g.threads; t != nullptr; t = t->next_)
            if (t->trimmer_ != nullptr) t->trimmer_(t->trimmer_data_);
    }
    static void push_thread_roots(void* data, RootSink& sink) {
        (void)data;
        for (ThreadHeap* t = g.threads; t != nullptr; t = t->next_) {
            for (auto& kind : t->lists_)
                for (void* object : kind)
                    for (; object != nullptr; object = *static_cast<void**>(object)) GC_set_mark_bit(object);
            if (t->scanner_ != nullptr) t->scanner_(t->scanner_data_, sink);
        }
    }
    static std::atomic<int>* attachments(const ThreadHeap* t) { return t->attachments_; }
    static void link(ThreadHeap* t) {
        t->attachments_ = &t_attached;
        with_lock([&] {
            t->next_ = g.threads;
            g.threads = t;
        });
    }
    static void unlink(ThreadHeap* t) {
        with_lock([&] {
            ThreadHeap** at = &g.threads;
            while (*at != nullptr && *at != t) at = &(*at)->next_;
            if (*at != nullptr) *at = t->next_;
        });
    }
    static void* take(ThreadHeap* t, ListKind kind, std::size_t bytes);
    static void* refill(ThreadHeap* t, ListKind kind, std::size_t bytes);
    static void* collect_and_take(ThreadHeap* t, ListKind kind, std::size_t bytes, std::uint64_t seen);
};

namespace {
bool every_allocation_counts() {
    return g.options.stress_every_n != 0 || g.options.fail_at != 0;
}
void trim_stacks() {
    Backend::trim_stacks();
}
}  // namespace

void* Backend::take(ThreadHeap* t, ListKind kind, std::size_t bytes) {
    // Under stress every allocation must come here, so lists stay empty.
    if (bytes > kMaxListBytes || every_allocation_counts()) return GC_malloc_kind(bytes, gc_kind(kind));
    const std::size_t size_class = (bytes + (kGranule - 1)) / kGranule;
    void*& head = t->lists_[static_cast<std::size_t>(kind)][size_class];
    GC_generic_malloc_many(size_class * kGranule, gc_kind(kind), &head);
    return t->pop(kind, bytes);
}

// Memory for one object, word 0 undefined; a free list is made on the way if the size has one.
void* Backend::refill(ThreadHeap* t, ListKind kind, std::size_t bytes) {
    if (g.options.stress_every_n != 0 && (g.stress_count.fetch_add(1) + 1) % g.options.stress_every_n == 0)
        GC_gcollect();
    if (g.options.fail_at != 0 && g.allocations.fetch_add(1) + 1 == g.options.fail_at) return nullptr;
    watch_growth();
    bytes = std::max(bytes, kGranule);
    if (bytes > g.limit) return nullptr;
    const std::uint64_t seen = g.collections;
    if (!over_limit())
        if (void* p = take(t, kind, bytes)) return p;
    return collect_and_take(t, kind, bytes, seen);
}

// The collector gives up when it may not grow, even if it has not collected for a while.
void* Backend::collect_and_take(ThreadHeap* t, ListKind kind, std::size_t bytes, std::uint64_t seen) {
    const std::lock_guard lock(g.force_lock);
    if (g.collections != seen && !over_limit())  // by another thread, while this one waited
        if (void* p = take(t, kind, bytes)) return p;
    if (collecting_is_vain()) return nullptr;
    GC_gcollect();
    if (over_limit()) return nullptr;
    if (void* p = take(t, kind, bytes)) return p;
    return bytes > kMaxListBytes && make_room(bytes) ? take(t, kind, bytes) : nullptr;
}

void RootSink::range(const void* lo, const void* hi) {
    if (lo < hi) GC_push_all_eager(const_cast<void*>(lo), const_cast<void*>(hi));
}

void* ThreadHeap::allocate_slow(ListKind kind, const ClassHeader* cls, std::size_t bytes) {
    void* p = Backend::refill(this, kind, bytes);
    if (p == nullptr) return nullptr;
    if (kind == ListKind::Atomic) zero(p, bytes);  // the pointer-free kind is not cleared
    return claim(p, cls);
}

void* ThreadHeap::allocate_raw_slow(const ClassHeader* cls, std::size_t bytes) {
    void* p = Backend::refill(this, ListKind::Atomic, bytes);
    return p == nullptr ? nullptr : claim(p, cls);
}

void ThreadHeap::set_stack_trimmer(StackTrimmer trimmer, void* data) {
    with_lock([&] {
        trimmer_ = trimmer;
        trimmer_data_ = data;
    });
}

void ThreadHeap::set_root_scanner(RootScanner scanner, void* data) {
    with_lock([&] {
        scanner_ = scanner;
        scanner_data_ = data;
    });
}

std::uintptr_t make_object_descriptor(std::size_t size, std::span<const std::uint32_t> refs) {
    if (refs.empty()) return kNoReferences;
    constexpr std::size_t kBitmapWords = 8 * sizeof(GC_word) - GC_DS_TAG_BITS;
    const std::size_t last = refs.back() / sizeof(GC_word);
    // References from word 1 on without a gap: the length of this prefix, the marker's fastest loop
    // (word 0, the class, is outside of the heap and ignored).
    if (last == refs.size() && size >= refs.back() + sizeof(GC_word)) return refs.back() + sizeof(GC_word);
    if (last < kBitmapWords) {
        GC_word bits = 0;
        for (const std::uint32_t offset : refs)
            bits |= GC_word{1} << (8 * sizeof(GC_word) - 1 - offset / sizeof(GC_word));
        return bits | GC_DS_BITMAP;
    }
    return procedure_descriptor({false, 0, {refs.begin(), refs.end()}});
}

std::uintptr_t make_array_descriptor(std::size_t stride, std::span<const std::uint32_t> refs) {
    if (refs.empty()) return kNoReferences;
    if (refs.size() * sizeof(GC_word) == stride) return kReferenceArray;
    return procedure_descriptor({true, stride, {refs.begin(), refs.end()}});
}

bool initialize(const Options& options) {
    // No exception may leave it: glibc would load libgcc_s to let it pass, for which there is no memory
    // either, and abort.
    std::call_once(g.once, [&] {
        try {
            start(options);
            if (g.initialized) g.scanners.push_back({Backend::push_thread_roots, nullptr});
            if (g.initialized && options.embedded) {
                prepare_threads();
                GC_unregister_my_thread();  // it is registered when it attaches, as any other
            }
        } catch (const std::bad_alloc&) {
            g.initialized = false;
        }
    });
    return g.initialized;
}

void prepare_threads() {
    if (g.threads_prepared.exchange(true)) return;
    g.markers_started = true;  // GC_allow_register_threads starts them
    GC_allow_register_threads();
}

ThreadHeap* attach_thread() {
    std::unique_ptr<ThreadHeap> made(new (std::nothrow) ThreadHeap);
    if (made == nullptr) return nullptr;
    if (t_attached == 0 && !GC_thread_is_registered()) {
        if (!g.threads_prepared) return nullptr;
        GC_stack_base base;
        if (GC_get_stack_base(&base) != GC_SUCCESS || GC_register_my_thread(&base) != GC_SUCCESS)
            return nullptr;
        t_registered_here = true;
    }
    t_attached++;
    Backend::link(made.get());
    return made.release();
}

void detach_thread(ThreadHeap* heap) {
    if (heap == nullptr) return;
    Backend::unlink(heap);  // what is left on its lists is unmarked now: the next sweep takes it
    std::atomic<int>* const attachments = Backend::attachments(heap);
    delete heap;
    if (--*attachments == 0 && attachments == &t_attached && t_registered_here) {
        GC_unregister_my_thread();
        t_registered_here = false;
    }
}

void add_root_range(const void* lo, const void* hi) {
    with_lock([&] {
        const auto at = std::lower_bound(g.ranges.begin(), g.ranges.end(), lo,
                                         [](const Range& r, const void* p) { return r.lo < p; });
        g.ranges.insert(at, {lo, hi});
    });
}

void remove_root_range(const void* lo) {
    with_lock([&] {
        const auto at = std::lower_bound(g.ranges.begin(), g.ranges.end(), lo,
                                         [](const Range& r, const void* p) { return r.lo < p; });
        if (at != g.ranges.end() && at->lo == lo) g.ranges.erase(at);
    });
}

void add_root_scanner(RootScanner scanner, void* data) {
    with_lock([&] { g.scanners.push_back({scanner, data}); });
}

void remove_root_scanner(RootScanner scanner, void* data) {
    with_lock([&] {
        std::erase_if(g.scanners, [&](const Scanner& s) { return s.function == scanner && s.data == data; });
    });
}

// ---- weak references, cleaners --------------------------------------------------------------------------

class WeakRef {
public:
    // The complement, so that no scan takes it for a reference. The collector zeroes it.
    std::atomic<std::uintptr_t> hidden{0};
};

WeakRef* weak_create(void* object) {
    auto* ref = new (std::nothrow) WeakRef;
    if (ref == nullptr) return nullptr;
    ref->hidden = ~reinterpret_cast<std::uintptr_t>(object);
    if (GC_general_register_disappearing_link(reinterpret_cast<void**>(&ref->hidden), object) != GC_SUCCESS) {
        delete ref;
        return nullptr;
    }
    return ref;
}

void* weak_get(const WeakRef* ref) {
    // Under the lock no collection can decide that the object is dead between load and return.
    void* object = nullptr;
    with_lock([&] {
        const std::uintptr_t hidden = ref->hidden.load(std::memory_order_relaxed);
        object = hidden == 0 ? nullptr : reinterpret_cast<void*>(~hidden);
    });
    return object;
}

void weak_free(WeakRef* ref) {
    if (ref == nullptr) return;
    GC_unregister_disappearing_link(reinterpret_cast<void**>(&ref->hidden));
    delete ref;
}

namespace {
struct Cleaner {
    void (*clean)(void*);
    void* data;
};
}  // namespace

bool add_cleaner(void* object, void (*clean)(void*), void* data) {
    auto* cleaner = new Cleaner{clean, data};
    GC_finalization_proc old_function = nullptr;
    void* old_data = nullptr;
    const auto run = [](void*, void* p) {
        auto* c = static_cast<Cleaner*>(p);
        c->clean(c->data);
        delete c;
    };
    GC_register_finalizer_no_order(object, run, cleaner, &old_function, &old_data);
    if (old_function == nullptr) return true;
    GC_register_finalizer_no_order(object, old_function, old_data, nullptr, nullptr);
    delete cleaner;
    return false;
}

bool has_cleaners_to_run() {
    return GC_should_invoke_finalizers() != 0;
}
std::size_t run_cleaners() {
    return static_cast<std::size_t>(GC_invoke_finalizers());
}

// ---- collecting, looking
// -----------------------------------------------------------------------------------

void collect() {
    GC_gcollect();
}

std::size_t heap_limit() {
    return g.limit;
}

Stats stats() {
    GC_prof_stats_s s{};
    GC_get_prof_stats(&s, sizeof s);
    Stats out;
    out.collections = g.collections;
    out.heap_bytes = s.heapsize_full - s.unmapped_bytes;
    out.live_bytes = out.heap_bytes - std::min<std::uint64_t>(s.free_bytes_full, out.heap_bytes);
    out.allocated_bytes = s.allocd_bytes_before_gc + s.bytes_allocd_since_gc;
    out.pause_total_ns = g.pause_total;
    out.pause_max_ns = g.pause_max;
    return out;
}

const char* backend_name() {
    return "boehm";
}

}  // namespace skua::gc
