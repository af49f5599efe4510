#include "native/handle_table.h"

#include <cerrno>
#include <sys/random.h>

#include "skua/classfile/check.h"

namespace skua::vm {

std::int64_t HandleTable::add(const SkHandleType* type, void* pointer) {
    const std::lock_guard guard(lock_);
    while (true)
        if (const std::int64_t handle = draw(); entries_.emplace(handle, Entry{type, pointer}).second)
            return handle;
}

std::int64_t HandleTable::draw() {
    while (true) {
        if (left_ == 0) {
            ssize_t n;
            do n = ::getrandom(drawn_.data(), sizeof drawn_, 0);
            while (n < 0 && errno == EINTR);
            SKUA_CHECK(n == static_cast<ssize_t>(sizeof drawn_));  // up to 256 bytes come at once
            left_ = drawn_.size();
        }
        if (const auto handle = static_cast<std::int64_t>(drawn_[--left_] >> 1); handle != 0) return handle;
    }
}

void* HandleTable::acquire(const SkHandleType* type, std::int64_t handle) {
    const std::lock_guard guard(lock_);
    const auto it = entries_.find(handle);
    if (it == entries_.end() || it->second.type != type || it->second.closing) return nullptr;
    it->second.users++;
    return it->second.pointer;
}

void HandleTable::release(std::int64_t handle) {
    Entry last{};
    {
        const std::lock_guard guard(lock_);
        const auto it = entries_.find(handle);
        if (it == entries_.end() || it->second.users == 0 || --it->second.users > 0 || !it->second.closing)
            return;
        last = it->second;
        entries_.erase(it);
    }
    last.type->close(last.pointer);
}

bool HandleTable::close(const SkHandleType* type, std::int64_t handle) {
    Entry closed{};
    {
        const std::lock_guard guard(lock_);
        const auto it = entries_.find(handle);
        if (it == entries_.end() || it->second.type != type || it->second.closing) return false;
        if (it->second.users > 0) {
            it->second.closing = true;
            return true;
        }
        closed = it->second;
        entries_.erase(it);
    }
    closed.type->close(closed.pointer);
    return true;
}

std::size_t HandleTable::count() {
    const std::lock_guard guard(lock_);
    return entries_.size();
}

void HandleTable::close_all() {
    std::unordered_map<std::int64_t, Entry> all;
    {
        const std::lock_guard guard(lock_);
        all.swap(entries_);
    }
    for (auto& [handle, entry] : all) entry.type->close(entry.pointer);
}

}  // namespace skua::vm
