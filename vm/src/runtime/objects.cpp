// Making objects, arrays and strings; type tests; leaves between slots and memory.
#include <algorithm>

#include "interp/slow_paths.h"
#include "link/linker.h"
#include "runtime/runtime.h"

namespace skua::vm {

Object* new_object(Thread& thread, Class& cls) {
    return allocate_object(thread, cls);
}

Array* new_array(Thread& thread, Class& cls, std::int64_t length) {
    if (length < 0) {
        throw_error(thread, "std.core.ArgumentError",
                    "an array cannot have a length of " + std::to_string(length));
        return nullptr;
    }
    const std::uint64_t stride = cls.element->size;
    if (static_cast<std::uint64_t>(length) > (std::uint64_t{1} << 46) / stride) {
        throw_error(thread, "std.core.OutOfMemoryError",
                    "no heap has room for an array of " + std::to_string(length) + " elements of " +
                        std::to_string(stride) + (stride == 1 ? " byte" : " bytes"));
        return nullptr;
    }
    const std::uint64_t bytes = sizeof(Array) + static_cast<std::uint64_t>(length) * stride;
    auto* array = static_cast<Array*>(thread.heap->allocate_array(&cls, bytes));
    if (!array) [[unlikely]] {
        out_of_memory(thread, bytes);
        return nullptr;
    }
    array->length = static_cast<std::uint64_t>(length);
    return array;
}

namespace {

// Apart, so that its text takes no room in the frame of what is called all the time.
[[gnu::cold, gnu::noinline]] String* too_long(Thread& thread, std::uint64_t length) {
    throw_error(thread, "std.core.OutOfMemoryError",
                "a string of " + std::to_string(length) + " bytes is longer than the limit of 2147483647");
    return nullptr;
}

}  // namespace

String* new_string_uninitialized(Thread& thread, std::uint64_t length) {
    if (length > kMaxStringLength) [[unlikely]]
        return too_long(thread, length);
    if (!thread.string_class) [[unlikely]]
        thread.string_class = string_class(*thread.vm);
    Class* cls = thread.string_class;
    auto* string = static_cast<String*>(thread.heap->allocate_raw(cls, sizeof(String) + length + 1));
    if (!string) [[unlikely]] {
        out_of_memory(thread, sizeof(String) + length + 1);
        return nullptr;
    }
    string->length = static_cast<std::uint32_t>(length);
    string->hash = 0;
    string->chars()[length] = '\0';
    return string;
}

String* new_string(Thread& thread, std::string_view utf8) {
    String* string = new_string_uninitialized(thread, utf8.size());
    if (string) std::copy(utf8.begin(), utf8.end(), string->chars());
    return string;
}

Class* array_class_of(Thread& thread, const Type* element) {
    auto cls = class_of(*thread.vm, thread.vm->types().array(element));
    if (cls) return *cls;
    throw_error(thread, "std.core.LinkError", cls.error().to_string());
    return nullptr;
}

Array* new_array_of(Thread& thread, Class& cls, const Slot* values, unsigned count) {
    Array* array = new_array(thread, cls, count);
    if (!array) return nullptr;
    for (unsigned i = 0; i < count; ++i) {
        store_leaves(*cls.element, array, array->data() + i * cls.element->size,
                     values + i * cls.element->slots());
    }
    return array;
}

Object* new_closure(Thread& thread, const Class& cls, const Slot* captures, unsigned count) {
    Object* object = allocate_object(thread, cls);
    if (!object) return nullptr;
    Slot* to = static_cast<Closure*>(object)->captures();
    for (unsigned i = 0; i < count; ++i) {
        gc::write_barrier(object, to + i, reinterpret_cast<void*>(captures[i]));
        to[i] = captures[i];
    }
    return object;
}

Object* new_box(Thread& thread, const Class& cls, const Slot* leaves) {
    Object* object = allocate_object(thread, cls);
    if (object) store_leaves(*cls.element, object, static_cast<Box*>(object)->payload(), leaves);
    return object;
}

void load_leaves(const Layout& layout, const std::uint8_t* from, Slot* to) {
    for (const Leaf& leaf : layout.leaves) {
        const std::uint8_t* p = from + leaf.offset;
        auto read = [p](auto v) {
            std::memcpy(&v, p, sizeof v);
            return v;
        };
        switch (leaf.rep) {
            case Rep::I8:
                *to++ = static_cast<Slot>(std::int64_t{read(std::int8_t{})});
                break;
            case Rep::U8:
                *to++ = read(std::uint8_t{});
                break;
            case Rep::I16:
                *to++ = static_cast<Slot>(std::int64_t{read(std::int16_t{})});
                break;
            case Rep::U16:
                *to++ = read(std::uint16_t{});
                break;
            case Rep::I32:
                *to++ = static_cast<Slot>(std::int64_t{read(std::int32_t{})});
                break;
            case Rep::W32:
                *to++ = read(std::uint32_t{});
                break;
            case Rep::W64:
            case Rep::Ref:
                *to++ = read(std::uint64_t{});
                break;
        }
    }
}

void store_leaves(const Layout& layout, void* object, std::uint8_t* to, const Slot* from) {
    for (const Leaf& leaf : layout.leaves) {
        const Slot value = *from++;
        std::uint8_t* p = to + leaf.offset;
        if (leaf.rep == Rep::Ref) gc::write_barrier(object, p, reinterpret_cast<void*>(value));
        switch (rep_size(leaf.rep)) {
            case 1:
                *p = static_cast<std::uint8_t>(value);
                break;
            case 2: {
                const auto v = static_cast<std::uint16_t>(value);
                std::memcpy(p, &v, 2);
                break;
            }
            case 4: {
                const auto v = static_cast<std::uint32_t>(value);
                std::memcpy(p, &v, 4);
                break;
            }
            default:
                std::memcpy(p, &value, 8);
                break;
        }
    }
}

bool is_instance_slow(const Object& object, const Class& target) {
    const Class& cls = *object.cls;
    switch (target.kind) {
        case ClassKind::Object:
            return target.depth < cls.display.size() && cls.display[target.depth] == &target;
        case ClassKind::Interface:
            return std::find(cls.interfaces.begin(), cls.interfaces.end(), target.type) !=
                   cls.interfaces.end();
        case ClassKind::Closure:
            return cls.kind == ClassKind::Closure && cls.type == target.type;
        default:
            return false;
    }
}

bool array_copy(Thread& thread, const Class& cls, const Slot* operands) {
    auto* to = reinterpret_cast<Array*>(operands[0]);
    auto* from = reinterpret_cast<Array*>(operands[2]);
    const auto to_index = static_cast<std::int64_t>(operands[1]);
    const auto from_index = static_cast<std::int64_t>(operands[3]);
    const auto count = static_cast<std::int64_t>(operands[4]);
    if (!to || !from) {
        throw_null(thread);
        return false;
    }
    if (count < 0) {
        throw_error(thread, "std.core.ArgumentError", "cannot copy " + std::to_string(count) + " elements");
        return false;
    }
    auto fits = [&](std::int64_t index, const Array& array) {
        return index >= 0 && static_cast<std::uint64_t>(index) <= array.length &&
               static_cast<std::uint64_t>(count) <= array.length - static_cast<std::uint64_t>(index);
    };
    for (auto [index, array] : {std::pair{to_index, to}, std::pair{from_index, from}}) {
        if (fits(index, *array)) continue;
        throw_error(thread, "std.core.IndexError",
                    "range " + std::to_string(index) + " .. " + std::to_string(index) + " + " +
                        std::to_string(count) + " is outside an array of length " +
                        std::to_string(array->length));
        return false;
    }
    const std::size_t stride = cls.element->size;
    std::uint8_t* target = to->data() + static_cast<std::size_t>(to_index) * stride;
    if (cls.has_refs) gc::write_barrier(to, target, nullptr);
    std::memmove(target, from->data() + static_cast<std::size_t>(from_index) * stride,
                 static_cast<std::size_t>(count) * stride);
    return true;
}

bool array_fill(Thread& thread, const Class& cls, const Slot* operands) {
    auto* array = reinterpret_cast<Array*>(operands[0]);
    const auto from = static_cast<std::int64_t>(operands[1]);
    const auto to = static_cast<std::int64_t>(operands[2]);
    if (!array) {
        throw_null(thread);
        return false;
    }
    if (from < 0 || to < from || static_cast<std::uint64_t>(to) > array->length) {
        throw_error(thread, "std.core.IndexError",
                    "range " + std::to_string(from) + " .. " + std::to_string(to) +
                        " is outside an array of length " + std::to_string(array->length));
        return false;
    }
    const std::size_t stride = cls.element->size;
    std::uint8_t* const first = array->data() + static_cast<std::size_t>(from) * stride;
    const std::size_t bytes = static_cast<std::size_t>(to - from) * stride;
    if (bytes == 0) return true;
    store_leaves(*cls.element, array, first, operands + 3);
    if (cls.has_refs) gc::write_barrier(array, first, nullptr);
    // What is filled is copied behind itself: twice as much each time.
    for (std::size_t filled = stride; filled < bytes;) {
        const std::size_t more = std::min(filled, bytes - filled);
        std::memcpy(first + filled, first, more);
        filled += more;
    }
    return true;
}

}  // namespace skua::vm
