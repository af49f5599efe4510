// Memory for compiling: of graphs, passes and the emitter.
//
// Each thread has its own, without a lock. What is freed serves the next allocation of its size class. Once
// nothing is allocated any more, as between two compilations, all begins anew at the front: each compilation
// runs in the pages that the one before has left in the cache. malloc would ask the system for them page by
// page, as it does on threads other than the first, and give them back afterwards.
//
// Not for what outlives the compilation (it would pin the rest) nor for what another thread frees.
#pragma once

#include <bit>
#include <cstddef>
#include <new>
#include <type_traits>
#include <unordered_map>
#include <vector>

#if defined(__SANITIZE_ADDRESS__)
#define SKUA_SCRATCH_IS_MALLOC 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SKUA_SCRATCH_IS_MALLOC 1
#endif
#endif

namespace skua::jit {

class Scratch {
public:
    Scratch() = default;
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;
    ~Scratch();
    static Scratch& of_thread() { return of_thread_ ? *of_thread_ : make(); }

    // Aligned to 16 bytes.
    void* allocate(std::size_t bytes) {
        ++allocated_;
        const std::size_t cls = class_of(bytes);
        if (Free* known = free_[cls]) {
            free_[cls] = known->next;
            return known;
        }
        const std::size_t size = kSmallest << cls;
        if (size > left_) next_chunk(size);
        std::byte* out = at_;
        at_ += size;
        left_ -= size;
        return out;
    }
    // `bytes`: as allocated.
    void release(void* p, std::size_t bytes) {
        const std::size_t cls = class_of(bytes);
        free_[cls] = ::new (p) Free{free_[cls]};
        if (--allocated_ == 0) restart();
    }

private:
    struct Free {
        Free* next;
    };
    struct Chunk {
        std::byte* start;
        std::size_t size;
    };
    static constexpr std::size_t kSmallest = 16, kClasses = 48;

    // Powers of two: most of what is allocated are vectors that grow.
    static std::size_t class_of(std::size_t bytes) {
        return bytes <= kSmallest ? 0 : static_cast<std::size_t>(std::bit_width((bytes - 1) / kSmallest));
    }
    static Scratch& make();
    void next_chunk(std::size_t least);
    void restart();

    static inline constinit thread_local Scratch* of_thread_ = nullptr;
    Free* free_[kClasses] = {};
    std::byte* at_ = nullptr;  // in the chunk in use
    std::size_t left_ = 0;
    std::size_t allocated_ = 0;  // pieces
    std::vector<Chunk> chunks_;
    std::size_t used_chunks_ = 0;
};

template <class T>
struct ScratchAllocator {
    using value_type = T;
    ScratchAllocator() = default;
    template <class U>
    ScratchAllocator(const ScratchAllocator<U>&) {}  // NOLINT(google-explicit-constructor): as allocators do

    // Address sanitizer sees errors only in what it allocates itself.
    // NOLINTBEGIN(bugprone-sizeof-expression): T may be a pointer
    T* allocate(std::size_t n) {
#ifdef SKUA_SCRATCH_IS_MALLOC
        return static_cast<T*>(::operator new(n * sizeof(T)));
#else
        static_assert(alignof(T) <= 16);
        return static_cast<T*>(Scratch::of_thread().allocate(n * sizeof(T)));
#endif
    }
    void deallocate(T* p, [[maybe_unused]] std::size_t n) {
#ifdef SKUA_SCRATCH_IS_MALLOC
        ::operator delete(p);
#else
        Scratch::of_thread().release(p, n * sizeof(T));
#endif
    }
    // NOLINTEND(bugprone-sizeof-expression)
    friend bool operator==(const ScratchAllocator&, const ScratchAllocator&) {
        return true;
    }
};

template <class T>
using Vector = std::vector<T, ScratchAllocator<T>>;
template <class K, class V>
using HashMap =
    std::unordered_map<K, V, std::hash<K>, std::equal_to<K>, ScratchAllocator<std::pair<const K, V>>>;

// For a base class: new and delete of single objects.
template <class T>
struct InScratch {
    static void* operator new(std::size_t) { return ScratchAllocator<T>().allocate(1); }
    static void operator delete(void* p) { ScratchAllocator<T>().deallocate(static_cast<T*>(p), 1); }
};

// Objects that need no destructor and go together.
class Arena {
public:
    template <class T>
    T* make(const T& value = {}) {
        static_assert(std::is_trivially_destructible_v<T>);
        return ::new (allocate(sizeof(T))) T(value);
    }
    template <class T>
    T* make_array(std::size_t count) {
        static_assert(std::is_trivially_destructible_v<T>);
        return static_cast<T*>(allocate(count * sizeof(T)));  // not initialised
    }

private:
    void* allocate(std::size_t bytes) {
        bytes = (bytes + 7) / 8 * 8;
        if (bytes > left_) next_block(bytes);
        std::byte* out = at_;
        at_ += bytes;
        left_ -= bytes;
        return out;
    }
    void next_block(std::size_t least);

    std::byte* at_ = nullptr;
    std::size_t left_ = 0;
    Vector<Vector<std::byte>> blocks_;
};

}  // namespace skua::jit
