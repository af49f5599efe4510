#include "ir/scratch.h"

#include <algorithm>
#include <memory>
#include <new>
#include <optional>
#include <pthread.h>
#include <sys/mman.h>

namespace skua::jit {
namespace {

constexpr std::size_t kChunk = 256u << 10;
// Of all chunks, for the next compilation. A large function's memory goes back to the system.
constexpr std::size_t kMostKept = 4u << 20;

// With its pages: all will be touched soon, and a page fault for each costs ten times as much and more.
std::byte* map(std::size_t size) {
    void* p = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    if (p == MAP_FAILED) throw std::bad_alloc();
    return static_cast<std::byte*>(p);
}

}  // namespace

// Ended with its thread by a key, which takes no memory to register; a thread_local object with a destructor
// does, and without memory glibc ends the process.
Scratch& Scratch::make() {
    static const std::optional<pthread_key_t> key = []() -> std::optional<pthread_key_t> {
        pthread_key_t made{};
        const auto end = [](void* scratch) { delete static_cast<Scratch*>(scratch); };
        if (pthread_key_create(&made, end) != 0) return std::nullopt;
        return made;
    }();
    std::unique_ptr<Scratch> own(new Scratch());
    if (!key || pthread_setspecific(*key, own.get()) != 0) throw std::bad_alloc();
    of_thread_ = own.get();
    return *own.release();
}

Scratch::~Scratch() {
    of_thread_ = nullptr;
    for (const Chunk& chunk : chunks_) munmap(chunk.start, chunk.size);
}

void Scratch::next_chunk(std::size_t least) {
    while (used_chunks_ < chunks_.size() && chunks_[used_chunks_].size < least) ++used_chunks_;
    if (used_chunks_ == chunks_.size()) {
        const std::size_t size = std::max(least, kChunk);
        chunks_.push_back({map(size), size});
    }
    at_ = chunks_[used_chunks_].start;
    left_ = chunks_[used_chunks_].size;
    ++used_chunks_;
}

void Scratch::restart() {
    std::size_t kept = 0;
    std::erase_if(chunks_, [&](const Chunk& chunk) {
        kept += chunk.size;
        if (kept <= kMostKept) return false;
        munmap(chunk.start, chunk.size);
        return true;
    });
    std::fill_n(free_, kClasses, nullptr);
    used_chunks_ = 0;
    at_ = nullptr;
    left_ = 0;
}

void Arena::next_block(std::size_t least) {
    constexpr std::size_t kFirst = 4096, kLargest = 64u << 10;
    const std::size_t size =
        std::max(least, blocks_.empty() ? kFirst : std::min(2 * blocks_.back().capacity(), kLargest));
    blocks_.emplace_back().reserve(size);
    at_ = blocks_.back().data();
    left_ = size;
}

}  // namespace skua::jit
