#include "memory_reserve.h"

#include <array>
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <new>
#include <unistd.h>
#include <utility>

namespace skua::stdlib {

namespace {

// Blocks of this size are kept for the next time: for so many threads at a time, and no call of the system.
constexpr std::size_t kUsual = std::size_t{20} << 20;
std::array<std::atomic<void*>, 8> kept;

// What this thread may give back. No destructor: the C library ends the process when it has no memory to
// remember one.
thread_local MemoryReserve* current = nullptr;

std::atomic<std::new_handler> others;  // whoever had asked to be told

[[noreturn]] void end() {
    constexpr char message[] = "skua: the system gives no more memory\n";
    if (::write(STDERR_FILENO, message, std::strlen(message)) < 0) std::_Exit(71);  // nobody is told
    std::_Exit(71);
}

void* take(std::size_t bytes) {
    if (bytes > kUsual) return std::malloc(bytes);
    for (std::atomic<void*>& slot : kept)
        if (slot.load(std::memory_order_relaxed) != nullptr)
            if (void* block = slot.exchange(nullptr)) return block;
    return std::malloc(kUsual);
}

void keep(void* block) {
    for (std::atomic<void*>& slot : kept) {
        void* none = nullptr;
        if (slot.compare_exchange_strong(none, block)) return;
    }
    std::free(block);
}

}  // namespace

MemoryReserve::MemoryReserve(std::size_t bytes) : block_(take(bytes)), usual_(bytes <= kUsual) {
    if (block_ == nullptr) throw std::bad_alloc();
    if (std::get_new_handler() != give_back) others = std::set_new_handler(give_back);
    current = this;
}

MemoryReserve::~MemoryReserve() {
    current = nullptr;
    if (block_ == nullptr) return;
    if (usual_)
        keep(block_);
    else
        std::free(block_);
}

void MemoryReserve::give_back() {
    if (current != nullptr) {
        if (current->block_ == nullptr) end();
        std::free(std::exchange(current->block_, nullptr));
        return;
    }
    const std::new_handler other = others.load();
    if (other == nullptr) throw std::bad_alloc();
    other();
}

}  // namespace skua::stdlib
