// A bump allocator for syntax trees, symbols and types: everything of one compilation lives
// exactly as long as its arena and is freed at once. Destructors are not run, so only
// trivially destructible things (or things whose memory comes from the arena) may go in.
// Not thread-safe: one thread compiles.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <memory>
#include <new>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace skua::compiler {

class Arena {
public:
    Arena() = default;
    Arena(const Arena&) = delete;
    Arena& operator=(const Arena&) = delete;

    void* allocate(std::size_t size, std::size_t align) {
        auto at = (reinterpret_cast<std::uintptr_t>(next_) + align - 1) & ~(align - 1);
        if (next_ == nullptr || at + size > reinterpret_cast<std::uintptr_t>(end_)) return grow(size, align);
        next_ = reinterpret_cast<std::byte*>(at + size);
        return reinterpret_cast<void*>(at);
    }

    template <typename T, typename... Args>
    T* make(Args&&... args) {
        static_assert(std::is_trivially_destructible_v<T>, "arena objects are never destroyed");
        return new (allocate(sizeof(T), alignof(T))) T(std::forward<Args>(args)...);
    }

    // A copy of `items` that lives as long as the arena.
    template <typename T>
    std::span<T> copy(std::span<const T> items) {
        static_assert(std::is_trivially_copyable_v<T>);
        if (items.empty()) return {};
        T* data = static_cast<T*>(allocate(items.size_bytes(), alignof(T)));
        std::memcpy(static_cast<void*>(data), items.data(), items.size_bytes());
        return {data, items.size()};
    }
    template <typename T>
    std::span<T> copy(const std::vector<T>& items) {
        return copy(std::span<const T>(items));
    }
    template <typename T>
    std::span<T> list(std::initializer_list<T> items) {
        return copy(std::span<const T>(items.begin(), items.size()));
    }
    std::string_view text(std::string_view s) {
        auto chars = copy(std::span<const char>(s.data(), s.size()));
        return {chars.data(), chars.size()};
    }

    [[nodiscard]] std::size_t bytes_used() const { return used_; }

private:
    void* grow(std::size_t size, std::size_t align) {
        std::size_t block = size + align > kBlock ? size + align : kBlock;
        blocks_.push_back(std::make_unique_for_overwrite<std::byte[]>(block));
        used_ += block;
        next_ = blocks_.back().get();
        end_ = next_ + block;
        return allocate(size, align);
    }

    static constexpr std::size_t kBlock = 64 * 1024;
    std::vector<std::unique_ptr<std::byte[]>> blocks_;
    std::byte* next_ = nullptr;
    std::byte* end_ = nullptr;
    std::size_t used_ = 0;
};

}  // namespace skua::compiler
