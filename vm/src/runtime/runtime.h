// Operations on guest objects that handlers and the linker share. Those that can fail leave the
// error in thread.pending and return null or false.
#pragma once

#include "skua/vm/string_ops.h"
#include "skua/vm/tier_support.h"
#include "skua/vm/vm.h"

namespace skua::vm {

inline Object* allocate_object(Thread& thread, const Class& cls);
// What an OutOfMemoryError needs is made while there is memory for it, once for a machine. False: there is
// none.
bool prepare_out_of_memory(Thread& thread);
void fill_memory_reserve(Thread& thread);
[[gnu::cold]] Object* out_of_memory(Thread& thread, std::uint64_t bytes);

inline Object* allocate_object(Thread& thread, const Class& cls) {
    void* p = cls.has_refs ? thread.heap->allocate(&cls, cls.instance_size)
                           : thread.heap->allocate_atomic(&cls, cls.instance_size);
    if (!p) [[unlikely]]
        return out_of_memory(thread, cls.instance_size);
    return static_cast<Object*>(p);
}

// Is `object` not null and an instance of `target`?
[[nodiscard]] inline bool is_instance(const Object* object, const Class* target) {
    if (!object) return false;
    if (object->cls == target) return true;
    return is_instance_slow(*object, *target);
}

// Spreads the bits of an integer (the finaliser of MurmurHash3, by Austin Appleby, public domain),
// kept non-negative so that the library can take remainders.
[[nodiscard]] inline std::int64_t int_hash(std::uint64_t x) {
    x ^= x >> 33;
    x *= 0xFF51AFD7ED558CCDull;
    x ^= x >> 33;
    x *= 0xC4CEB9FE1A85EC53ull;
    x ^= x >> 33;
    return static_cast<std::int64_t>(x >> 1);
}

// The text of a double, at most 32 bytes, as contracts.md defines it; its length.
std::size_t format_double(double value, char* out);
std::size_t format_float(float value, char* out);

// Between slots and memory.
void load_leaves(const Layout& layout, const std::uint8_t* from, Slot* to);
void store_leaves(const Layout& layout, void* object, std::uint8_t* to, const Slot* from);

// The class of a std.core error; null if it cannot be linked (then a Diagnostic has been printed once).
Class* error_class(Vm& vm, std::string_view name);
// A call of the guest that stood on the stack when an error was thrown.
struct ErrorFrame {
    std::string function;    // "bank.Account.deposit"
    std::string file;        // the source, or the class file
    std::uint32_t line = 0;  // 0: not known
};
// Innermost first; how many further ones were not noted.
std::vector<ErrorFrame> error_frames(Object* error, std::int64_t& omitted);
std::string error_message(Object* error);
Object* error_cause(Object* error);  // null if nothing caused it
// "std.core.KeyError: message", without trace and causes.
std::string error_text(const Object* error);
// Fills Error.trace of an error that has none.
void fill_trace(Thread& thread, Object* error);

}  // namespace skua::vm
