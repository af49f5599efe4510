#include "native/handle_table.h"

#include <cerrno>
#include <sys/random.h>

#include "skua/classfile/check.h"
#include "skua/gc/heap.h"

namespace skua::vm {

std::int64_t HandleTable::add(const SkHandleType* type, void* pointer, std::size_t bytes) {
    const std::lock_guard guard(lock_);
    if (limit_ != 0 && entries_.size() >= limit_) return 0;
    if (bytes > gc::heap_limit() || bytes_ > gc::heap_limit() - bytes) return 0;
    while (true) {
        const std::int64_t handle = draw();
        if (!entries_.emplace(handle, Entry{type, pointer, bytes}).second) continue;
        bytes_ += bytes;
        return handle;
    }
}

std::int64_t HandleTable::draw() {
    while (true) {
        if (left_ == 0) {
            left_ = drawn_.size();
            if (determined_) {
                for (std::uint64_t& number : drawn_) {
                    unsigned char number_bytes[8];
                    determined_->random_bytes(number_bytes, 8);
                    number = 0;
                    for (const unsigned char byte : number_bytes) number = number << 8 | byte;
                }
                continue;
            }
            ssize_t n;
            do n = ::getrandom(drawn_.data(), sizeof drawn_, 0);
            while (n < 0 && errno == EINTR);
            SKUA_CHECK(n == static_cast<ssize_t>(sizeof drawn_));  // up to 256 bytes come at once
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
        bytes_ -= last.bytes;
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
        bytes_ -= closed.bytes;
        entries_.erase(it);
    }
    closed.type->close(closed.pointer);
    return true;
}

const SkHandleType* HandleTable::type_of(std::int64_t handle) {
    const std::lock_guard guard(lock_);
    const auto it = entries_.find(handle);
    return it == entries_.end() || it->second.closing ? nullptr : it->second.type;
}

bool HandleTable::is_full() {
    const std::lock_guard guard(lock_);
    return limit_ != 0 && entries_.size() >= limit_;
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
        bytes_ = 0;
    }
    for (auto& [handle, entry] : all) entry.type->close(entry.pointer);
}

}  // namespace skua::vm
