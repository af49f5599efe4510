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

// For so many threads that run out of memory at a time. Held as long as the process lives, so that a call
// costs nothing.
constexpr std::size_t kBlock = std::size_t{20} << 20;
std::array<std::atomic<void*>, 4> reserve;
std::atomic<bool> is_full{false};

// What this thread is in. No destructor: the C library ends the process when it has no memory to remember
// one.
thread_local MemoryReserve* current = nullptr;

std::atomic<std::new_handler> others;  // whoever had asked to be told

[[noreturn]] void end() {
    constexpr char message[] = "skua: the system gives no more memory\n";
    if (::write(STDERR_FILENO, message, std::strlen(message)) < 0) std::_Exit(71);  // nobody is told
    std::_Exit(71);
}

void fill() {
    for (std::atomic<void*>& slot : reserve) {
        if (slot.load() != nullptr) continue;
        void* const block = std::malloc(kBlock);
        if (block == nullptr) throw std::bad_alloc();
        void* none = nullptr;
        if (!slot.compare_exchange_strong(none, block)) std::free(block);
    }
    is_full = true;
}

}  // namespace

MemoryReserve::MemoryReserve(std::size_t more) {
    if (!is_full.load(std::memory_order_acquire)) fill();
    if (more > 0) {
        more_ = std::malloc(more);
        if (more_ == nullptr) throw std::bad_alloc();
        if (std::get_new_handler() != give_back) others = std::set_new_handler(give_back);
    }
    current = this;
}

MemoryReserve::~MemoryReserve() {
    current = nullptr;
    std::free(more_);
}

void MemoryReserve::give_back() {
    if (current != nullptr) {
        void* block = std::exchange(current->more_, nullptr);
        for (auto slot = reserve.begin(); block == nullptr && slot != reserve.end(); ++slot) {
            block = slot->exchange(nullptr);
            if (block != nullptr) is_full = false;
        }
        if (block == nullptr) end();
        std::free(block);
        return;
    }
    const std::new_handler other = others.load();
    if (other == nullptr) throw std::bad_alloc();
    other();
}

}  // namespace skua::stdlib
