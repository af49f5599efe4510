#include "run/code_cache.h"

#include <algorithm>
#include <sys/mman.h>

#include "skua/classfile/check.h"

namespace skua::jit {
namespace {
constexpr std::size_t kAlignment = 32;
}

const CodeRange::Call* CodeRange::call_at(const std::uint8_t* return_address) const {
    const auto offset = static_cast<std::uint32_t>(return_address - start);
    auto it = std::lower_bound(calls.begin(), calls.end(), offset,
                               [](const Call& c, std::uint32_t o) { return c.offset < o; });
    return it == calls.end() || it->offset != offset ? nullptr : &*it;
}

CodeCache::~CodeCache() {
    if (run_) munmap(run_, size_);
    if (write_) munmap(write_, size_);
}

bool CodeCache::reserve(std::size_t bytes) {
    // Shared anonymous memory, mapped a second time by mremap: without a file's name, so that perf looks up
    // its addresses in the perf map. Pages exist once they are written.
    void* run = mmap(nullptr, bytes, PROT_READ | PROT_EXEC, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (run == MAP_FAILED) return false;
    run_ = static_cast<std::uint8_t*>(run);
    size_ = bytes;
    void* write = mremap(run, 0, bytes, MREMAP_MAYMOVE);
    if (write == MAP_FAILED) return false;
    write_ = static_cast<std::uint8_t*>(write);
    chunks_.resize(bytes / kAlignment / kChunk + 1);
    return mprotect(write, bytes, PROT_READ | PROT_WRITE) == 0;
}

CodeCache::Place CodeCache::allocate(std::size_t bytes) {
    std::lock_guard guard(lock_);
    const std::size_t at = (used_ + kAlignment - 1) / kAlignment * kAlignment;
    if (bytes > size_ || at > size_ - bytes) {
        full_.store(true, std::memory_order_relaxed);
        return {};
    }
    used_ = at + bytes;
    if (used_ > present_) make_present(used_);
    return {run_ + at, write_ + at};
}

// Both views get their pages in steps: page faults one by one, also when the code first runs, cost many times
// as much. If the system does not know this, they come one by one.
void CodeCache::make_present(std::size_t end) {
    constexpr std::size_t kStep = 32u << 10;
    const std::size_t to = std::min((end + kStep - 1) / kStep * kStep, size_);
#ifdef MADV_POPULATE_WRITE
    if (madvise(write_ + present_, to - present_, MADV_POPULATE_WRITE) == 0)
        (void)madvise(run_ + present_, to - present_, MADV_POPULATE_READ);
#endif
    present_ = to;
}

void CodeCache::add(std::unique_ptr<CodeRange> range) {
    std::lock_guard guard(lock_);
    const std::size_t n = count_.load(std::memory_order_relaxed);
    SKUA_CHECK(n == 0 || this->range(n - 1).start < range->start);
    SKUA_CHECK(n / kChunk < chunks_.size());
    Chunk& chunk = chunks_[n / kChunk];
    if (!chunk) chunk = std::make_unique<std::unique_ptr<CodeRange>[]>(kChunk);
    chunk[n % kChunk] = std::move(range);
    count_.store(n + 1, std::memory_order_release);
}

const CodeRange* CodeCache::find(const std::uint8_t* address) const {
    std::size_t lo = 0, hi = count_.load(std::memory_order_acquire);  // the last that starts at or before it
    while (lo < hi) {
        const std::size_t middle = lo + (hi - lo) / 2;
        if (range(middle).start <= address)
            lo = middle + 1;
        else
            hi = middle;
    }
    if (lo == 0) return nullptr;
    const CodeRange& found = range(lo - 1);
    return address <= found.start + found.size ? &found : nullptr;
}

}  // namespace skua::jit
