// The guest objects that a plugin's process knows by number, on one lane.
//
// What a plugin names by a number that it was given on this lane is an object that it was given: it cannot
// reach others. Numbers of a call end with it (shorten). An object has one number, so that the plugin sees
// equal pointers for it and one copy of an array. Used by the lane's guest thread only; the objects are
// roots of the heap.
#pragma once

#include <cstdint>
#include <memory>
#include <unordered_map>
#include <vector>

#include "skua/vm/object.h"

namespace skua::vm {

class LocalRefs {
public:
    // How many a call and what it calls may hold; beyond that, OutOfMemoryError.
    static constexpr std::uint32_t kMost = 1u << 20;

    // Where an array's elements lie in the lane: as they were, and as the plugin sees them. 0: nowhere.
    struct Copy {
        std::uint64_t snapshot = 0, work = 0;
    };

    ~LocalRefs();

    // The object's number; a new one, if it has none. 0: there are too many.
    std::uint32_t number_of(Object* object, bool& is_new);
    [[nodiscard]] Object* object(std::uint64_t number) const;  // null: not given
    Copy& copy(std::uint32_t number) { return copies_[number - 1]; }

    [[nodiscard]] std::uint32_t count() const { return count_; }
    void shorten(std::uint32_t count);

private:
    static constexpr unsigned kFirstBits = 8;  // blocks of 256, 512, 1024, ... objects
    [[nodiscard]] Object*& place(std::uint32_t index) const;

    std::uint32_t count_ = 0;
    std::vector<std::unique_ptr<Object*[]>> blocks_;
    std::vector<Copy> copies_;
    std::unordered_map<const Object*, std::uint32_t> numbers_;
};

}  // namespace skua::vm
