// Many threads allocate, collect and check at once: objects on a thread's lists must not be handed
// out twice, and what a thread holds must stay.
#include <atomic>
#include <catch2/catch.hpp>
#include <memory>
#include <random>
#include <thread>

#include "heap_support.h"

using namespace heap_test;

namespace {

// Every object is stamped by its owner; a second owner would overwrite the stamp.
struct Stamped {
    const TestClass* cls;
    Stamped* next;
    std::uint64_t owner, serial;
};

const TestClass& stamped_class(std::size_t extra) {
    static const TestClass* const classes[] = {&make_class(32, {8}), &make_class(48, {8}),
                                               &make_class(96, {8}), &make_class(256, {8}),
                                               &make_class(512, {8})};
    return *classes[extra];
}

struct Result {
    std::uint64_t bad = 0, made = 0;
};

__attribute__((noinline)) void worker(std::uint64_t id, int rounds, std::atomic<int>& collecting,
                                      Result& result) {
    gc::ThreadHeap* heap = gc::attach_thread();
    if (heap == nullptr) {
        result.bad = 1'000'000;
        return;
    }
    std::mt19937_64 random(id);
    Stamped* keep[16] = {};
    std::uint64_t serials[16] = {}, lengths[16] = {};
    std::uint64_t serial = 0;
    for (int round = 0; round < rounds; round++) {
        const std::size_t at = random() % 16;
        // A fresh chain in place of an old one; a quarter of the objects is garbage at once.
        keep[at] = nullptr;
        serials[at] = serial;
        lengths[at] = random() % 200;
        for (std::uint64_t i = 0; i < lengths[at]; i++) {
            const TestClass& cls = stamped_class(random() % 5);
            auto* s = static_cast<Stamped*>(heap->allocate(&cls, cls.size));
            if (s->next != nullptr || s->owner != 0 || s->serial != 0) result.bad++;
            s->owner = id;
            s->serial = serial++;
            s->next = keep[at];
            keep[at] = s;
            result.made++;
            if (random() % 4 == 0) {
                auto* junk = static_cast<Stamped*>(heap->allocate(&cls, cls.size));
                junk->owner = ~id;
                junk->next = s;
            }
        }
        if (random() % 200 == 0) {
            collecting++;
            gc::collect();
        }
        const std::size_t look = random() % 16;
        std::uint64_t expect = serials[look] + lengths[look];
        for (Stamped* s = keep[look]; s != nullptr; s = s->next)
            if (s->owner != id || s->serial != --expect) result.bad++;
        if (keep[look] != nullptr && expect != serials[look]) result.bad++;
    }
    gc::detach_thread(heap);
}

}  // namespace

TEST_CASE("threads allocate and collect at once") {
    Attached t;
    std::atomic<int> collecting{0};
    for (int generation = 0; generation < 3; generation++) {  // threads come and go
        constexpr int kThreads = 4;
        Result results[kThreads];
        std::vector<std::thread> threads;
        for (int i = 0; i < kThreads; i++)
            threads.emplace_back(
                [&, i] { worker(static_cast<std::uint64_t>(i + 1), 3000, collecting, results[i]); });
        for (auto& thread : threads) thread.join();
        for (const auto& r : results) {
            CHECK(r.bad == 0);
            CHECK(r.made > 100'000);
        }
    }
    CHECK(collecting > 10);
}

TEST_CASE("roots and scanners change while others collect") {
    Attached t;
    std::atomic<bool> stop{false};
    std::thread collector([&] {
        gc::ThreadHeap* heap = gc::attach_thread();
        while (!stop) gc::collect();
        gc::detach_thread(heap);
    });
    const TestClass& cls = make_class(32, {8});
    std::uint64_t bad = 0;
    const auto scanner = [](void* p, gc::RootSink& sink) { sink.word(*static_cast<void**>(p)); };
    for (int i = 0; i < 500; i++) {
        auto block = std::make_unique<void*[]>(8);
        gc::add_root_range(block.get(), block.get() + 8);
        void* scanned = nullptr;
        gc::add_root_scanner(scanner, &scanned);
        for (int k = 0; k < 8; k++) {
            auto* s = static_cast<Stamped*>(t.heap->allocate(&cls, 32));
            s->serial = static_cast<std::uint64_t>(i * 8 + k);
            block[static_cast<std::size_t>(k)] = s;
            scanned = s;
        }
        for (int k = 0; k < 8; k++)
            bad += static_cast<Stamped*>(block[static_cast<std::size_t>(k)])->serial !=
                   static_cast<std::uint64_t>(i * 8 + k);
        gc::remove_root_scanner(scanner, &scanned);
        gc::remove_root_range(block.get());
    }
    stop = true;
    collector.join();
    CHECK(bad == 0);
}

TEST_CASE("a thread attaches more than once") {
    Attached t;
    gc::ThreadHeap* again = gc::attach_thread();
    REQUIRE(again != nullptr);
    CHECK(again != t.heap);
    gc::detach_thread(again);
    std::thread([] {
        gc::ThreadHeap* a = gc::attach_thread();
        gc::ThreadHeap* b = gc::attach_thread();
        gc::detach_thread(a);
        const TestClass& cls = make_class(32, {8});
        gc::collect();
        CHECK(b->allocate(&cls, 32) != nullptr);
        gc::detach_thread(b);
    }).join();
}
