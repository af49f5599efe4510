#include "run/code_cache.h"

#include <algorithm>
#include <mutex>
#include <sys/mman.h>
#include <unistd.h>

namespace skua::jit {

std::span<const vm::Instr* const> CodeRange::frames_at(const std::uint8_t* return_address) const {
    const auto offset = static_cast<std::uint32_t>(return_address - start);
    auto it = std::lower_bound(calls.begin(), calls.end(), offset,
                               [](const Call& c, std::uint32_t o) { return c.offset < o; });
    if (it == calls.end() || it->offset != offset) return {};
    return {frames.data() + it->first, it->count};
}

CodeCache::~CodeCache() {
    if (run_) munmap(run_, size_);
    if (write_) munmap(write_, size_);
}

bool CodeCache::reserve(std::size_t bytes) {
    const int file = memfd_create("skua-code", MFD_CLOEXEC);
    if (file < 0) return false;
    // Pages exist once they are written.
    const bool sized = ftruncate(file, static_cast<off_t>(bytes)) == 0;
    void* run = sized ? mmap(nullptr, bytes, PROT_READ | PROT_EXEC, MAP_SHARED, file, 0) : MAP_FAILED;
    void* write = sized ? mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0) : MAP_FAILED;
    close(file);
    if (run != MAP_FAILED) run_ = static_cast<std::uint8_t*>(run);
    if (write != MAP_FAILED) write_ = static_cast<std::uint8_t*>(write);
    size_ = bytes;
    return run_ && write_;
}

CodeCache::Place CodeCache::allocate(std::size_t bytes) {
    std::unique_lock guard(lock_);
    const std::size_t at = (used_ + 31) / 32 * 32;
    if (bytes > size_ || at > size_ - bytes) {
        full_.store(true, std::memory_order_relaxed);
        return {};
    }
    used_ = at + bytes;
    return {run_ + at, write_ + at};
}

void CodeCache::add(std::unique_ptr<CodeRange> range) {
    std::unique_lock guard(lock_);
    const std::uint8_t* start = range->start;
    ranges_.insert_or_assign(start, std::move(range));
}

const CodeRange* CodeCache::find(const std::uint8_t* address) const {
    std::shared_lock guard(lock_);
    auto it = ranges_.upper_bound(address);
    if (it == ranges_.begin()) return nullptr;
    const CodeRange* range = (--it)->second.get();
    return address <= range->start + range->size ? range : nullptr;
}

}  // namespace skua::jit
