#include "native/handle_table.h"

namespace skua::vm {

std::int64_t HandleTable::add(const SkHandleType* type, void* pointer) {
    const std::lock_guard guard(lock_);
    entries_.emplace(next_, Entry{type, pointer});
    return next_++;
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
