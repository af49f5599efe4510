// Classes and small helpers for the heap tests.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "skua/gc/heap.h"

namespace heap_test {

using namespace skua;

// A class as the vm makes it: the header first.
struct TestClass : gc::ClassHeader {
    std::size_t size = 0;
};

struct Node {
    const TestClass* cls;
    Node* left;
    Node* right;
    std::uint64_t value;
};

// Classes are never freed: a stale word on a stack may keep any object of theirs.
inline const TestClass& make_class(std::size_t size, std::vector<std::uint32_t> refs) {
    auto& c = *new TestClass;
    c.size = size;
    c.mark_descriptor = gc::make_object_descriptor(size, refs);
    return c;
}

inline const TestClass& make_array_class(std::size_t stride, std::vector<std::uint32_t> refs) {
    auto& c = *new TestClass;
    c.size = stride;
    c.mark_descriptor = gc::make_array_descriptor(stride, refs);
    return c;
}

struct ArrayHead {
    const TestClass* cls;
    std::uint64_t length;
    template <typename T>
    T* data() {
        return reinterpret_cast<T*>(this + 1);
    }
};

inline ArrayHead* new_array(gc::ThreadHeap* heap, const TestClass& cls, std::uint64_t length) {
    auto* a = static_cast<ArrayHead*>(heap->allocate_array(&cls, 16 + cls.size * length));
    if (a) a->length = length;
    return a;
}

// The backend that never collects needs room for everything that the tests allocate.
inline const std::size_t kLimit =
    std::string_view(gc::backend_name()) == "malloc" ? std::size_t{4} << 30 : 256u << 20;

// The heap of the process and of the calling thread, for the duration of a test.
struct Attached {
    Attached() {
        gc::Options options;
        options.max_heap = kLimit;
        gc::initialize(options);
        gc::prepare_threads();
        heap = gc::attach_thread();
    }
    ~Attached() { gc::detach_thread(heap); }
    gc::ThreadHeap* heap;
};

inline bool collects() {
    return gc::backend_name()[0] == 'b';
}

// Overwrites stack and registers below the caller, so that no stale reference is found there.
inline void wipe_stack() {
    volatile char pad[64 * 1024];
    for (std::size_t i = 0; i < sizeof pad; i++) pad[i] = 0;
}

}  // namespace heap_test
