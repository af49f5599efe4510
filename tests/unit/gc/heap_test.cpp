// Allocation, reachability by descriptor, roots, limits.
#include <catch2/catch.hpp>
#include <cstring>
#include <numeric>

#include "heap_support.h"

using namespace heap_test;

namespace {

const TestClass& node_class() {
    static const TestClass& c = make_class(sizeof(Node), {8, 16});
    return c;
}

Node* new_node(gc::ThreadHeap* heap, Node* left, Node* right, std::uint64_t value) {
    auto* n = static_cast<Node*>(heap->allocate(&node_class(), sizeof(Node)));
    if (n == nullptr) return nullptr;
    n->left = left;
    n->right = right;
    n->value = value;
    return n;
}

Node* tree(gc::ThreadHeap* heap, int depth, std::uint64_t& next) {
    if (depth == 0) return nullptr;
    Node* l = tree(heap, depth - 1, next);
    Node* r = tree(heap, depth - 1, next);
    return new_node(heap, l, r, next++);
}

std::uint64_t sum(const Node* n) {
    return n ? sum(n->left) + sum(n->right) + n->value : 0;
}

// Allocates and drops: whatever was freed wrongly is overwritten.
__attribute__((noinline)) void churn(gc::ThreadHeap* heap, int rounds) {
    for (int i = 0; i < rounds; i++) {
        std::uint64_t next = 0xDEAD0000;
        volatile Node* t = tree(heap, 10, next);
        (void)t;
    }
}

}  // namespace

TEST_CASE("objects are zeroed, aligned and carry their class") {
    Attached t;
    for (std::size_t size : {16, 24, 32, 40, 100, 512, 513, 528, 2048, 2049, 5000, 100000}) {
        const TestClass& cls = make_class(size, {});
        for (int i = 0; i < 300; i++) {
            for (int kind = 0; kind < 2; kind++) {
                auto* p = static_cast<unsigned char*>(kind ? t.heap->allocate_atomic(&cls, size)
                                                           : t.heap->allocate(&cls, size));
                REQUIRE(p != nullptr);
                REQUIRE(reinterpret_cast<std::uintptr_t>(p) % 16 == 0);
                REQUIRE(*reinterpret_cast<const TestClass**>(p) == &cls);
                REQUIRE(std::accumulate(p + 8, p + size, 0u) == 0);
                std::memset(p + 8, 0xAB, size - 8);
            }
        }
        if (size == 2049) gc::collect();
    }
}

TEST_CASE("what descriptors name survives, every shape") {
    Attached t;
    const TestClass& prefix = make_class(64, {8, 16, 24});
    const TestClass& gaps = make_class(128, {16, 40, 120});
    const TestClass& wide = make_class(2000, {8, 600, 1992});  // beyond a bitmap
    const TestClass& huge = make_class(100000, {50000, 99992});
    const TestClass& refs = make_array_class(8, {0});
    const TestClass& mixed = make_array_class(24, {8});
    const TestClass& pairs = make_array_class(16, {0, 8});

    static void* roots[7];
    gc::add_root_range(roots, roots + 7);
    std::uint64_t next = 1;
    const auto fill = [&](int slot, const TestClass& cls, std::vector<std::uint32_t> offsets) {
        auto* p = static_cast<char*>(t.heap->allocate(&cls, cls.size));
        roots[slot] = p;
        for (auto o : offsets) *reinterpret_cast<Node**>(p + o) = tree(t.heap, 4, next);
    };
    fill(0, prefix, {8, 16, 24});
    fill(1, gaps, {16, 40, 120});
    fill(2, wide, {8, 600, 1992});
    fill(3, huge, {50000, 99992});
    // Small and big arrays: the big one is larger than a marker's own stack.
    for (std::uint64_t length : {5u, 20000u}) {
        auto* a = new_array(t.heap, refs, length);
        roots[4] = a;
        auto* m = new_array(t.heap, mixed, length);
        roots[5] = m;
        auto* q = new_array(t.heap, pairs, length);
        roots[6] = q;
        for (std::uint64_t i = 0; i < length; i++) {
            a->data<Node*>()[i] = tree(t.heap, 2, next);
            m->data<std::uint64_t>()[3 * i] = i;
            m->data<Node*>()[3 * i + 1] = tree(t.heap, 2, next);
            q->data<Node*>()[2 * i] = new_node(t.heap, nullptr, nullptr, next++);
            q->data<Node*>()[2 * i + 1] = new_node(t.heap, nullptr, nullptr, next++);
        }
        const std::uint64_t allocated = next - 1;
        churn(t.heap, 50);
        gc::collect();
        churn(t.heap, 50);
        std::uint64_t total = 0;
        for (auto o : {8, 16, 24}) total += sum(*reinterpret_cast<Node**>(static_cast<char*>(roots[0]) + o));
        for (auto o : {16, 40, 120})
            total += sum(*reinterpret_cast<Node**>(static_cast<char*>(roots[1]) + o));
        for (auto o : {8, 600, 1992})
            total += sum(*reinterpret_cast<Node**>(static_cast<char*>(roots[2]) + o));
        for (auto o : {50000, 99992})
            total += sum(*reinterpret_cast<Node**>(static_cast<char*>(roots[3]) + o));
        for (std::uint64_t i = 0; i < length; i++) {
            total += sum(a->data<Node*>()[i]) + sum(m->data<Node*>()[3 * i + 1]);
            total += sum(q->data<Node*>()[2 * i]) + sum(q->data<Node*>()[2 * i + 1]);
            REQUIRE(m->data<std::uint64_t>()[3 * i] == i);
        }
        // 1 + 2 + ... + n, less what the dropped arrays of the round before held.
        static std::uint64_t dropped = 0;
        CHECK(total == allocated * (allocated + 1) / 2 - dropped);
        dropped = 0;
        for (std::uint64_t i = 0; i < length; i++) {
            dropped += sum(a->data<Node*>()[i]) + sum(m->data<Node*>()[3 * i + 1]);
            dropped += sum(q->data<Node*>()[2 * i]) + sum(q->data<Node*>()[2 * i + 1]);
        }
    }
    gc::remove_root_range(roots);
    std::memset(roots, 0, sizeof roots);
}

TEST_CASE("memory is reused: garbage does not grow the heap") {
    Attached t;
    if (!collects()) return;
    churn(t.heap, 200);
    const auto before = gc::stats();
    churn(t.heap, 5000);  // 5000 * 1023 * 32 bytes = 160 MB
    const auto after = gc::stats();
    CHECK(after.collections > before.collections);
    CHECK(after.heap_bytes < before.heap_bytes + (64u << 20));
    CHECK(after.allocated_bytes - before.allocated_bytes > 150'000'000u);
}

TEST_CASE("non-reference data does not keep objects alive") {
    Attached t;
    if (!collects()) return;
    // Addresses stored in a scalar field, an atomic array and the scalar part of a struct array.
    const TestClass& scalar = make_class(64, {8});
    const TestClass& bytes = make_array_class(8, {});
    const TestClass& mixed = make_array_class(16, {8});
    constexpr int kCount = 100;
    static void* root[3];
    gc::add_root_range(root, root + 3);
    std::vector<gc::WeakRef*> weak;
    auto* s = static_cast<std::uint64_t*>(t.heap->allocate(&scalar, 64));
    auto* b = new_array(t.heap, bytes, kCount);
    auto* m = new_array(t.heap, mixed, kCount);
    root[0] = s;
    root[1] = b;
    root[2] = m;
    const auto plant = [&]() __attribute__((noinline)) {
        for (int i = 0; i < kCount; i++) {
            Node* n = new_node(t.heap, nullptr, nullptr, 7);
            weak.push_back(gc::weak_create(n));
            const auto bits = reinterpret_cast<std::uint64_t>(n);
            s[2 + i % 6] = bits;
            b->data<std::uint64_t>()[i] = bits;
            m->data<std::uint64_t>()[2 * i] = bits;
        }
    };
    plant();
    wipe_stack();
    gc::collect();
    int alive = 0;
    for (auto* w : weak) alive += gc::weak_get(w) != nullptr;
    CHECK(alive <= 3);  // the stack is scanned conservatively
    for (auto* w : weak) gc::weak_free(w);
    gc::remove_root_range(root);
}

TEST_CASE("root scanners and interior pointers") {
    Attached t;
    if (!collects()) return;
    // As a guest stack: memory of our own whose used part a scanner reports.
    struct Stack {
        void* words[64];
        std::size_t used;
    };
    static Stack stack;
    stack.used = 2;
    const auto scanner = [](void* p, gc::RootSink& sink) {
        auto* s = static_cast<Stack*>(p);
        sink.range(s->words, s->words + s->used);
    };
    t.heap->set_root_scanner(scanner, &stack);
    gc::WeakRef* weak[4];
    const auto plant = [&]() __attribute__((noinline)) {
        const TestClass& cls = node_class();
        static const TestClass& big = make_array_class(1, {});
        void* a = t.heap->allocate(&cls, sizeof(Node));
        void* b = new_array(t.heap, big, 100000);
        void* c = t.heap->allocate(&cls, sizeof(Node));
        void* d = t.heap->allocate(&cls, sizeof(Node));
        stack.words[0] = a;
        stack.words[1] = static_cast<char*>(b) + 70000;  // interior, pages away from the start
        stack.words[2] = c;                              // beyond the used part
        static_cast<Node*>(a)->left = static_cast<Node*>(d);
        void* all[] = {a, b, c, d};
        for (int i = 0; i < 4; i++) weak[i] = gc::weak_create(all[i]);
    };
    for (int i = 0; i < 20; i++) plant();  // push stale copies off the lists
    plant();
    wipe_stack();
    gc::collect();
    CHECK(gc::weak_get(weak[0]) == stack.words[0]);
    CHECK(gc::weak_get(weak[1]) == static_cast<char*>(stack.words[1]) - 70000);
    CHECK(gc::weak_get(weak[2]) == nullptr);
    CHECK(gc::weak_get(weak[3]) != nullptr);
    for (auto* w : weak) gc::weak_free(w);
    t.heap->set_root_scanner(nullptr, nullptr);
}

TEST_CASE("weak references follow their objects, cleaners run once") {
    Attached t;
    if (!collects()) return;
    static int cleaned = 0;
    static void* roots[50];
    gc::add_root_range(roots, roots + 50);
    std::vector<gc::WeakRef*> weak, held;
    const auto plant = [&]() __attribute__((noinline)) {
        for (int i = 0; i < 50; i++) {
            Node* n = new_node(t.heap, nullptr, nullptr, 1);
            weak.push_back(gc::weak_create(n));
            REQUIRE(gc::add_cleaner(
                n, [](void* p) { ++*static_cast<int*>(p); }, &cleaned));
            REQUIRE_FALSE(gc::add_cleaner(
                n, [](void*) {}, nullptr));
        }
        for (void*& root : roots) {
            root = new_node(t.heap, nullptr, nullptr, 2);
            held.push_back(gc::weak_create(root));
        }
    };
    plant();
    const auto alive = [](const std::vector<gc::WeakRef*>& refs) __attribute__((noinline)) {
        int count = 0;
        for (auto* w : refs) count += gc::weak_get(w) != nullptr;
        return count;
    };
    wipe_stack();
    gc::collect();
    CHECK(alive(held) == 50);
    CHECK(alive(weak) <= 3);
    CHECK(cleaned == 0);
    CHECK(gc::has_cleaners_to_run());
    gc::run_cleaners();
    CHECK(cleaned >= 47);
    CHECK(cleaned <= 50);
    for (void*& root : roots) root = nullptr;
    wipe_stack();
    gc::collect();
    CHECK(alive(held) <= 3);  // stale stack words
    for (auto* w : held) gc::weak_free(w);
    for (auto* w : weak) gc::weak_free(w);
    gc::remove_root_range(roots);
}

TEST_CASE("the limit gives null, and memory comes back") {
    Attached t;
    const TestClass& bytes = make_array_class(1, {});
    CHECK(new_array(t.heap, bytes, kLimit + 1) == nullptr);
    CHECK(new_array(t.heap, bytes, std::uint64_t{1} << 45) == nullptr);
    CHECK(new_array(t.heap, bytes, std::uint64_t{1} << 60) == nullptr);
    if (!collects()) return;
    // Small objects up to the limit: a list of nodes.
    static void* root;
    gc::add_root_range(&root, &root + 1);
    const TestClass& fat = make_class(512, {8});
    for (int round = 0; round < 3; round++) {
        std::uint64_t count = 0;
        const auto fill = [&]() __attribute__((noinline)) {
            while (count < kLimit / 256) {
                auto* n = static_cast<Node*>(t.heap->allocate(&fat, 512));
                if (n == nullptr) break;
                n->left = static_cast<Node*>(root);
                root = n;
                count++;
            }
        };
        fill();
        INFO("round " << round);
        CHECK(count > kLimit / 512 / 4 * 3);
        CHECK(count < kLimit / 512);
        root = nullptr;
        wipe_stack();
        // All is free, but in pieces; nothing asks for a collection but the allocation itself.
        root = new_array(t.heap, bytes, kLimit / 10 * 7);
        CHECK(root != nullptr);
        CHECK(new_array(t.heap, bytes, kLimit / 10 * 4) == nullptr);
        root = nullptr;
        wipe_stack();
        CHECK(gc::stats().heap_bytes <= 2 * kLimit);
    }
    gc::remove_root_range(&root);
}

TEST_CASE("a heap that is nearly full gives up soon") {
    Attached t;
    if (!collects()) return;
    static void* root;
    gc::add_root_range(&root, &root + 1);
    const TestClass& fat = make_class(512, {8});
    const auto fill = [&]() __attribute__((noinline)) {
        for (;;) {
            auto* n = static_cast<Node*>(t.heap->allocate(&fat, 512));
            if (n == nullptr) break;
            n->left = static_cast<Node*>(root);
            root = n;
        }
        // Some room: fewer objects than a 64th of the heap.
        for (int i = 0; i < 1000; i++) root = static_cast<Node*>(root)->left;
    };
    fill();
    wipe_stack();
    const auto before = gc::stats().collections;
    // Garbage without end: all of it fits, but each collection gains next to nothing.
    int made = 0;
    while (made < 500'000 && t.heap->allocate(&fat, 512) != nullptr) made++;
    CHECK(gc::stats().collections - before < 30);
    root = nullptr;
    wipe_stack();
    int again = 0;
    while (again < 500'000 && t.heap->allocate(&fat, 512) != nullptr) again++;
    CHECK(again == 500'000);
    gc::remove_root_range(&root);
}
