// The garbage-collected heap, behind an interface that names no collector.
//
// What holds:
//   - Word 0 of every object is a pointer to its ClassHeader (outside the heap; as long as objects of it
//     exist, dead ones included, the memory is that of a ClassHeader with the same descriptor). Objects are
//     16-byte aligned and zeroed, except for allocate_raw.
//   - An object stays alive while it is reachable through reference words of live objects (by base
//     pointer), from root ranges, scanned stacks or registers of attached threads (on these, by
//     interior pointers too), or a thread's root scanner.
//   - Objects do not move. Nobody may rely on an address longer than it holds the reference: a
//     moving young generation may come. Reference stores into objects go through write_barrier.
//
// One heap per process. Threads: every function may be called from any attached thread; a
// ThreadHeap belongs to the thread that attached it. Backends: boehm_heap.cpp (collects),
// malloc_heap.cpp (one calloc per object, never collects; for sanitizers).
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>

namespace skua::gc {

// The first two words of every class structure. Boehm's gcj convention wants the descriptor at
// offset 8; the word before it is the class's own.
struct ClassHeader {
    const void* reserved = nullptr;
    std::uintptr_t mark_descriptor = 0;  // from make_object_descriptor or make_array_descriptor
};
static_assert(sizeof(ClassHeader) == 16);

// ---- descriptors: where the references of an object are ----------------------------------------

inline constexpr std::uintptr_t kNoReferences = 0;    // nothing to scan: atomic memory
inline constexpr std::uintptr_t kReferenceArray = 2;  // every element word is a reference
inline constexpr std::size_t kArrayLengthOffset = 8;  // u64, in elements
inline constexpr std::size_t kArrayDataOffset = 16;

// For objects of `size` bytes. The offsets of the reference words from the object's start: ascending,
// multiples of 8, word 0 not among them. Descriptors are made once per class and live for ever.
std::uintptr_t make_object_descriptor(std::size_t size, std::span<const std::uint32_t> ref_offsets);

// For arrays of elements of `stride` bytes, with reference words at these offsets in an element.
std::uintptr_t make_array_descriptor(std::size_t stride, std::span<const std::uint32_t> ref_offsets);

// ---- the heap -------------------------------------------------------------------------------------

struct Options {
    std::size_t max_heap = 0;          // bytes; 0: three quarters of the memory this process may use
    std::uint64_t stress_every_n = 0;  // collect at every nth allocation; 0: never
    std::uint64_t fail_at = 0;         // the nth allocation fails, once, as if the heap were full; 0: none
    bool log = false;                  // one line per collection on stderr
    // The process is somebody else's: the calling thread need not live longer than others, threads come and
    // go (prepare_threads is implied).
    bool embedded = false;
    int suspend_signal = 0, resume_signal = 0;  // which stop and resume threads; 0: the backend's choice
};

// Sets the heap up and attaches nothing. Call it on the thread that lives longest (main), before
// anything else here. Later calls change nothing and return true. False: the system gave no memory, or (as
// may be if embedded) somebody else in the process uses the same collector.
bool initialize(const Options& options);

// To be called by an attached thread before the program starts its second thread that will attach.
// Idempotent. (Until then the heap runs without locks and without marker threads.)
void prepare_threads();

enum class ListKind : std::uint8_t { Object, Atomic, References };
inline constexpr std::size_t kListKinds = 3;
inline constexpr std::size_t kGranule = 16;
inline constexpr std::size_t kSizeClasses = 33;  // class c holds objects of c granules; 0 is unused
inline constexpr std::size_t kMaxListBytes = (kSizeClasses - 1) * kGranule;

// What root scanners report to. Ranges are conservative: any aligned word may be a reference,
// interior pointers included.
class RootSink {
public:
    void range(const void* lo, const void* hi);
    void word(const void* reference) { range(&reference, &reference + 1); }
};
using RootScanner = void (*)(void* data, RootSink& sink);
using StackTrimmer = void (*)(void* data);

// A thread's own free lists, one per kind and size class; the common allocation is a pop. Compiled
// code does the same pop through list_offset().
class ThreadHeap {
public:
    // All return nullptr when the heap's limit is reached, after collecting.

    // An object (or anything) whose references the class's descriptor tells.
    void* allocate(const ClassHeader* cls, std::size_t bytes) {
        if (void* p = pop(ListKind::Object, bytes)) [[likely]]
            return claim(p, cls);
        return allocate_slow(ListKind::Object, cls, bytes);
    }
    // Without references, zeroed.
    void* allocate_atomic(const ClassHeader* cls, std::size_t bytes) {
        if (void* p = pop(ListKind::Atomic, bytes)) [[likely]] {
            zero(p, bytes);
            return claim(p, cls);
        }
        return allocate_slow(ListKind::Atomic, cls, bytes);
    }
    // Without references, contents undefined beyond word 0: for bytes that are all overwritten.
    void* allocate_raw(const ClassHeader* cls, std::size_t bytes) {
        if (void* p = pop(ListKind::Atomic, bytes)) [[likely]]
            return claim(p, cls);
        return allocate_raw_slow(cls, bytes);
    }
    // An array, by its class's descriptor. The caller stores the length, which must be visible before
    // the first reference is stored.
    void* allocate_array(const ClassHeader* cls, std::size_t bytes) {
        if (cls->mark_descriptor == kNoReferences) return allocate_atomic(cls, bytes);
        if (cls->mark_descriptor != kReferenceArray) return allocate(cls, bytes);
        if (void* p = pop(ListKind::References, bytes)) [[likely]]
            return claim(p, cls);
        return allocate_slow(ListKind::References, cls, bytes);
    }

    // What else this thread keeps alive: its guest stack (the used part), its pending exception.
    // Called with all threads stopped, from the collecting thread: no locks, no allocation.
    void set_root_scanner(RootScanner scanner, void* data);
    // Called in every collection before it looks at any stack, on the same terms: may clear words of stacks
    // that are not used any more.
    void set_stack_trimmer(StackTrimmer trimmer, void* data);

    // For compiled code: byte offset in ThreadHeap of the list's head. A list's next pointer is in
    // word 0 of its objects; an empty list is null.
    static constexpr std::size_t list_offset(ListKind kind, std::size_t size_class) {
        return (static_cast<std::size_t>(kind) * kSizeClasses + size_class) * sizeof(void*);
    }

private:
    friend struct Backend;

    void* pop(ListKind kind, std::size_t bytes) {
        const std::size_t size_class = (bytes + (kGranule - 1)) / kGranule;
        if (size_class >= kSizeClasses) return nullptr;
        void*& head = lists_[static_cast<std::size_t>(kind)][size_class];
        void* p = head;
        // The store is one word: a collection that stops this thread in between sees either list.
        if (p != nullptr) head = *static_cast<void**>(p);
        return p;
    }
    static void* claim(void* p, const ClassHeader* cls) {
        *static_cast<const ClassHeader**>(p) = cls;
        return p;
    }
    static void zero(void* p, std::size_t bytes) { __builtin_memset(p, 0, bytes); }

    void* allocate_slow(ListKind kind, const ClassHeader* cls, std::size_t bytes);
    void* allocate_raw_slow(const ClassHeader* cls, std::size_t bytes);

    void* lists_[kListKinds][kSizeClasses] = {};
    RootScanner scanner_ = nullptr;
    void* scanner_data_ = nullptr;
    StackTrimmer trimmer_ = nullptr;
    void* trimmer_data_ = nullptr;
    std::atomic<int>* attachments_ = nullptr;  // the owning thread's number of them
    ThreadHeap* next_ = nullptr;               // all attached, for the collector
};

// Makes the calling OS thread known to the heap and gives it lists. One thread may attach several
// times (several Vms); detach in any order, all before it ends. nullptr if the calling thread is not
// the first to attach and prepare_threads() was not called. Another thread may detach it while it stands
// still, but not its last attachment.
ThreadHeap* attach_thread();
void detach_thread(ThreadHeap* heap);

// ---- roots ------------------------------------------------------------------------------------------

// Words in [lo, hi) outside the heap may hold references. Ranges are identified by `lo`.
void add_root_range(const void* lo, const void* hi);
void remove_root_range(const void* lo);

// Called in every collection, as a thread's root scanner.
void add_root_scanner(RootScanner scanner, void* data);
void remove_root_scanner(RootScanner scanner, void* data);

// What this thread has written so far is seen by whoever sees its later stores: an object that another thread
// finds through a reference has its class, its length and its text, although guests share objects without a
// lock. x86-64 and s390x keep stores in order by themselves; others (AArch64) need an instruction.
inline void publish_writes() {
#if defined(__x86_64__) || defined(__s390x__)
    std::atomic_signal_fence(std::memory_order_release);
#else
    std::atomic_thread_fence(std::memory_order_release);
#endif
}

// To be called for every store of a reference into an object, before it.
inline void write_barrier(void* /*object*/, void* /*slot*/, void* /*value*/) {
    publish_writes();
}

// ---- weak references and cleaners --------------------------------------------------------------------

// Does not keep its object alive; null once the object has been found unreachable.
class WeakRef;
WeakRef* weak_create(void* object);  // nullptr: out of memory
void* weak_get(const WeakRef* ref);  // the object, or null
void weak_free(WeakRef* ref);

// Runs `clean(data)` some time after the object has been found unreachable, in a call of
// run_cleaners(), or never if the program ends before. One cleaner per object: false if there was one.
bool add_cleaner(void* object, void (*clean)(void* data), void* data);
bool has_cleaners_to_run();
std::size_t run_cleaners();  // how many ran; call where guest code may run

// ---- collecting, looking ---------------------------------------------------------------------------------

void collect();

// How many bytes objects may take: Options::max_heap, or what stood for it.
std::size_t heap_limit();

struct Stats {
    std::uint64_t collections = 0;
    std::uint64_t heap_bytes = 0;       // taken from the system for objects
    std::uint64_t live_bytes = 0;       // estimate: in use after the last collection, plus allocated since
    std::uint64_t allocated_bytes = 0;  // since the start, in units of whole free lists
    std::uint64_t pause_total_ns = 0;   // world stopped
    std::uint64_t pause_max_ns = 0;
};
Stats stats();

// "boehm 8.2.2" or "malloc".
const char* backend_name();

}  // namespace skua::gc
