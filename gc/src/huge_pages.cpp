// Asks the system for huge pages under the heap.
//
// A program that fills tens of megabytes spends more on first touching 4 KiB pages than on
// allocating: see docs/gc.md, "Huge pages". The collector takes its memory with mmap and offers no
// hook there, so the link wraps that call (-Wl,--wrap=mmap, see CMakeLists.txt): what is wrapped is
// the calls in our own objects and in the static libgc. Blocks below 4 MiB, and mappings made
// with MAP_NORESERVE (guest stacks, mostly untouched), stay as they are, so that small programs
// stay small.
//
// What the system must clear first takes a millisecond for some megabytes, and ten times that on virtual
// machines whose host has to find the memory. So a thread that lives as long as it takes touches a big block
// from its end, while the program begins to use it at its start.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>

#include "fresh_memory.h"

namespace {

constexpr std::size_t kWorthwhile = 4u << 20;

#if defined(MADV_POPULATE_WRITE)
constexpr std::size_t kPopulateFrom = 512u << 10, kPopulateUpTo = 64u << 20;

struct Block {
    char* start;
    std::size_t length;
};

void* populate_from_end(void* data) {
    constexpr std::size_t kStep = 2u << 20;  // a huge page
    const Block block = *static_cast<Block*>(data);
    std::free(data);
    // Steps begin where huge pages do.
    const std::size_t ahead = reinterpret_cast<std::uintptr_t>(block.start) % kStep;
    for (std::size_t end = block.length; end > 0;) {
        const std::size_t last = (end + ahead - 1) % kStep + 1;
        const std::size_t step = last < end ? last : end;
        if (madvise(block.start + end - step, step, MADV_POPULATE_WRITE) != 0) break;
        end -= step;
    }
    return nullptr;
}

// False: the system gives no thread.
bool populate_aside(void* memory, std::size_t length) {
    constexpr std::size_t kStack = 64u << 10;
    auto* block = static_cast<Block*>(std::malloc(sizeof(Block)));
    if (block == nullptr) return false;
    *block = {static_cast<char*>(memory), length};
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attributes, kStack);
    sigset_t all, before;  // signals are for the program's own threads
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pthread_t thread{};
    const bool started = pthread_create(&thread, &attributes, populate_from_end, block) == 0;
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    pthread_attr_destroy(&attributes);
    if (!started) std::free(block);
    return started;
}
#endif

void populate([[maybe_unused]] void* memory, [[maybe_unused]] std::size_t length) {
#if defined(MADV_POPULATE_WRITE)
    if (length < kPopulateFrom || length > kPopulateUpTo) return;
    if (length >= kWorthwhile && populate_aside(memory, length)) return;
    madvise(memory, length, MADV_POPULATE_WRITE);
#endif
}

}  // namespace

// Weak: a program linked without the option has no such symbol and never calls the wrapper.
extern "C" [[gnu::weak]] void* __real_mmap(void* address, std::size_t length, int protection, int flags,
                                           int file, off_t offset);

extern "C" void* __wrap_mmap(void* address, std::size_t length, int protection, int flags, int file,
                             off_t offset) {
    void* memory = __real_mmap(address, length, protection, flags, file, offset);
    const bool is_heap = (flags & MAP_ANONYMOUS) != 0 && (flags & MAP_NORESERVE) == 0 &&
                         protection == (PROT_READ | PROT_WRITE);
    if (memory == MAP_FAILED || !is_heap) return memory;
    skua::gc::note_fresh_mapping(memory, length);
    if (length >= kWorthwhile) madvise(memory, length, MADV_HUGEPAGE);
    populate(memory, length);
    return memory;
}
