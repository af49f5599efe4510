// Asks the system for huge pages under the heap.
//
// A program that fills tens of megabytes spends more on first touching 4 KiB pages than on
// allocating: see docs/gc.md, "Huge pages". The collector takes its memory with mmap and offers no
// hook there, so the link wraps that call (-Wl,--wrap=mmap, see CMakeLists.txt): what is wrapped is
// the calls in our own objects and in the static libgc. Blocks below 4 MiB, and mappings made
// with MAP_NORESERVE (guest stacks, mostly untouched), stay as they are, so that small programs
// stay small.
#include <cstddef>
#include <sys/mman.h>

#include "fresh_memory.h"

// Weak: a program linked without the option has no such symbol and never calls the wrapper.
extern "C" [[gnu::weak]] void* __real_mmap(void* address, std::size_t length, int protection, int flags,
                                           int file, off_t offset);

extern "C" void* __wrap_mmap(void* address, std::size_t length, int protection, int flags, int file,
                             off_t offset) {
    void* memory = __real_mmap(address, length, protection, flags, file, offset);
    constexpr std::size_t kWorthwhile = 4u << 20;
    [[maybe_unused]] constexpr std::size_t kPopulateFrom = 512u << 10, kPopulateUpTo = 64u << 20;
    const bool is_heap = (flags & MAP_ANONYMOUS) != 0 && (flags & MAP_NORESERVE) == 0 &&
                         protection == (PROT_READ | PROT_WRITE);
    if (memory == MAP_FAILED || !is_heap) return memory;
    skua::gc::note_fresh_mapping(memory, length);
    if (length >= kWorthwhile) madvise(memory, length, MADV_HUGEPAGE);
#if defined(MADV_POPULATE_WRITE)
    if (length >= kPopulateFrom && length <= kPopulateUpTo) madvise(memory, length, MADV_POPULATE_WRITE);
#endif
    return memory;
}
