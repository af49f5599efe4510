#include "isolate/array_merge.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <type_traits>

#include "isolate/value_wire.h"

namespace skua::vm {

namespace {

template <typename T>
T read_once(const std::uint8_t* at) {
    return __atomic_load_n(reinterpret_cast<const T*>(at), __ATOMIC_RELAXED);
}

template <typename T>
void store(std::uint8_t* at, T value) {
    __atomic_store_n(reinterpret_cast<T*>(at), value, __ATOMIC_RELAXED);
}

// Has none of the word's elements, of type T, all bits 0?
template <typename T>
bool all_differ(std::uint64_t word) {
    if constexpr (sizeof(T) == 8) return true;
    constexpr std::uint64_t kOnes = ~std::uint64_t{0} / static_cast<T>(~T{0});
    return ((word - kOnes) & ~word & (kOnes << (8 * sizeof(T) - 1))) == 0;
}

struct AnyBits {
    template <typename T>
    bool operator()(T&) const {
        return true;
    }
};

// Elements of type T; `fix` says whether a value is one, and may correct it.
template <typename T, typename Fix>
bool merge_elements(std::uint8_t* array, const std::uint8_t* snapshot, const std::uint8_t* work,
                    std::size_t low, std::size_t high, Fix&& fix) {
    constexpr std::size_t kBlock = 64, kWord = sizeof(std::uint64_t);
    constexpr bool any = std::is_same_v<std::decay_t<Fix>, AnyBits>;
    bool good = true;
    const auto one_by_one = [&](std::size_t from, std::size_t to) {
        for (std::size_t i = from; i < to; i += sizeof(T)) {
            T value = read_once<T>(work + i);
            if (value == read_once<T>(snapshot + i)) continue;
            if (fix(value))
                store(array + i, value);
            else
                good = false;
        }
    };
    for (std::size_t at = low, block = 0; at < high; at += block) {
        block = std::min(kBlock, high - at);
        if (std::memcmp(snapshot + at, work + at, block) == 0) continue;
        if (!any || block < kBlock) {
            one_by_one(at, at + block);
            continue;
        }
        for (std::size_t i = at; i < at + kBlock; i += kWord) {
            const auto value = read_once<std::uint64_t>(work + i);
            const std::uint64_t difference = value ^ read_once<std::uint64_t>(snapshot + i);
            if (difference == 0) continue;
            if (all_differ<T>(difference))
                store(array + i, value);
            else
                one_by_one(i, i + kWord);
        }
    }
    return good;
}

}  // namespace

std::size_t element_bytes(SkKind kind) {
    switch (kind) {
        case SK_I8:
        case SK_U8:
        case SK_BOOL:
            return 1;
        case SK_I16:
        case SK_U16:
            return 2;
        case SK_I32:
        case SK_U32:
        case SK_F32:
        case SK_CHAR:
            return 4;
        case SK_I64:
        case SK_U64:
        case SK_F64:
            return 8;
        default:
            return 0;
    }
}

bool merge_array(Array& array, SkKind kind, const std::uint8_t* snapshot, const std::uint8_t* work,
                 std::size_t low, std::size_t high) {
    std::uint8_t* to = array.data();
    const AnyBits any;
    // Whole blocks, aligned as the array's elements are: what lies around is equal, and stays.
    constexpr std::size_t kBlock = 64;
    const std::size_t size = array.length * element_bytes(kind);
    low = low / kBlock * kBlock;
    high = std::min(size, (high + kBlock - 1) / kBlock * kBlock);
    if (kind == SK_BOOL)
        return merge_elements<std::uint8_t>(to, snapshot, work, low, high, [](std::uint8_t& value) {
            value = value != 0;
            return true;
        });
    if (kind == SK_CHAR)
        return merge_elements<std::uint32_t>(to, snapshot, work, low, high, [](std::uint32_t value) {
            return value < 0xD800 || (value > 0xDFFF && value <= 0x10FFFF);
        });
    switch (element_bytes(kind)) {
        case 1:
            return merge_elements<std::uint8_t>(to, snapshot, work, low, high, any);
        case 2:
            return merge_elements<std::uint16_t>(to, snapshot, work, low, high, any);
        case 4:
            return merge_elements<std::uint32_t>(to, snapshot, work, low, high, any);
        default:
            return merge_elements<std::uint64_t>(to, snapshot, work, low, high, any);
    }
}

namespace {

// Copies a leaf of `size` bytes from `work`, if it differs from the snapshot's. Does it?
template <typename T>
bool take_leaf(const std::uint8_t* snapshot, const std::uint8_t* work, std::uint8_t* to) {
    const T value = read_once<T>(work);
    if (value == read_once<T>(snapshot)) return false;
    std::memcpy(to, &value, sizeof value);
    return true;
}

bool take_changed_leaf(std::uint32_t size, const std::uint8_t* snapshot, const std::uint8_t* work,
                       std::uint8_t* to) {
    switch (size) {
        case 1:
            return take_leaf<std::uint8_t>(snapshot, work, to);
        case 2:
            return take_leaf<std::uint16_t>(snapshot, work, to);
        case 4:
            return take_leaf<std::uint32_t>(snapshot, work, to);
        default:
            return take_leaf<std::uint64_t>(snapshot, work, to);
    }
}

template <typename T>
void store_leaf(std::uint8_t* to, const std::uint8_t* from) {
    T value;
    std::memcpy(&value, from, sizeof value);
    store(to, value);
}

void store_changed_leaf(std::uint32_t size, std::uint8_t* to, const std::uint8_t* from) {
    switch (size) {
        case 1:
            return store_leaf<std::uint8_t>(to, from);
        case 2:
            return store_leaf<std::uint16_t>(to, from);
        case 4:
            return store_leaf<std::uint32_t>(to, from);
        default:
            return store_leaf<std::uint64_t>(to, from);
    }
}

}  // namespace

std::string merge_values(Array& array, const ValueShape& shape, const std::uint8_t* snapshot,
                         const std::uint8_t* work, std::size_t low, std::size_t high) {
    const Layout& layout = *shape.layout;
    const std::size_t end = high == low ? 0 : (high + layout.size - 1) / layout.size;
    for (std::size_t i = low / layout.size; i < end; i++) {
        const std::size_t at = i * layout.size;
        if (std::memcmp(snapshot + at, work + at, layout.size) == 0) continue;
        // As it would be, which must be a value of the type; only what was changed is written.
        alignas(8) std::array<std::uint8_t, kMaxValueBytes> element;
        std::array<bool, kMaxValueSlots> changed;
        std::memcpy(element.data(), array.data() + at, layout.size);
        for (std::size_t leaf = 0; leaf < layout.leaves.size(); leaf++) {
            const Leaf& place = layout.leaves[leaf];
            const std::size_t byte = at + place.offset;
            changed[leaf] =
                place.rep != Rep::Ref && take_changed_leaf(rep_size(place.rep), snapshot + byte, work + byte,
                                                           element.data() + place.offset);
        }
        if (std::string wrong = value_wrong(shape, element.data()); !wrong.empty()) return wrong;
        for (std::size_t leaf = 0; leaf < layout.leaves.size(); leaf++) {
            const Leaf& place = layout.leaves[leaf];
            if (changed[leaf])
                store_changed_leaf(rep_size(place.rep), array.data() + at + place.offset,
                                   element.data() + place.offset);
        }
    }
    return {};
}

}  // namespace skua::vm
