#include "isolate/local_refs.h"

#include <bit>

#include "skua/gc/heap.h"

namespace skua::vm {

LocalRefs::~LocalRefs() {
    for (const auto& block : blocks_) gc::remove_root_range(block.get());
}

Object*& LocalRefs::place(std::uint32_t index) const {
    // Block b starts at 256 * (2^b - 1).
    const std::uint32_t shifted = (index >> kFirstBits) + 1;
    const auto block = static_cast<unsigned>(std::bit_width(shifted)) - 1;
    return blocks_[block][index - (((1u << block) - 1) << kFirstBits)];
}

std::uint32_t LocalRefs::number_of(Object* object, bool& is_new) {
    is_new = false;
    if (const auto it = numbers_.find(object); it != numbers_.end()) return it->second;
    if (count_ == kMost) return 0;
    if (count_ + 1 > ((1u << blocks_.size()) - 1) << kFirstBits) {
        const std::size_t size = std::size_t{1} << (kFirstBits + blocks_.size());
        blocks_.push_back(std::make_unique<Object*[]>(size));
        gc::add_root_range(blocks_.back().get(), blocks_.back().get() + size);
    }
    is_new = true;
    place(count_) = object;
    copies_.emplace_back();
    numbers_.emplace(object, ++count_);
    return count_;
}

Object* LocalRefs::object(std::uint64_t number) const {
    return number > 0 && number <= count_ ? place(static_cast<std::uint32_t>(number) - 1) : nullptr;
}

void LocalRefs::shorten(std::uint32_t count) {
    while (count_ > count) {
        Object*& last = place(--count_);
        numbers_.erase(last);
        last = nullptr;
    }
    copies_.resize(count_);
}

}  // namespace skua::vm
