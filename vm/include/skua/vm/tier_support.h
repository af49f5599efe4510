// What an execution tier asks of the machine beside vm.h: the operations behind instructions of linked
// code. Unless said otherwise a null or false result means that thread.pending is set, and where the guest
// is must be known before the call (thread.pc and fp, or the compiled frames' anchor).
#pragma once

#include <vector>

#include "skua/vm/vm.h"

namespace skua::vm {

struct LinkFailure;  // what a LinkFail instruction throws

[[gnu::cold]] void throw_null(Thread& thread);
[[gnu::cold]] void throw_bounds(Thread& thread, std::int64_t index, std::uint64_t length);
[[gnu::cold]] void throw_divide(Thread& thread);
[[gnu::cold]] void throw_overflow(Thread& thread);
[[gnu::cold]] void throw_bad_char(Thread& thread, std::uint64_t value);
[[gnu::cold]] void throw_cast_error(Thread& thread, Object& object, const Class& target);
[[gnu::cold]] void throw_link_failure(Thread& thread, const LinkFailure& failure);
[[gnu::cold]] void throw_stack_overflow(Thread& thread);

Array* new_array_of(Thread& thread, Class& cls, const Slot* values, unsigned count);
bool array_copy(Thread& thread, const Class& cls, const Slot* operands);  // ACopy
bool array_fill(Thread& thread, const Class& cls, const Slot* operands);  // AFill

String* concat(Thread& thread, const Slot* strings, unsigned count);
String* int_text(Thread& thread, std::int64_t value);
String* float_text(Thread& thread, double value);

[[nodiscard]] bool is_instance_slow(const Object& object, const Class& target);
Function* find_implementation(Thread& thread, Class& cls, const Selector& selector);
bool ensure_initialized(Thread& thread, Class& cls);

// Arguments and results at `frame`; errors in thread.pending.
void invoke_native(Thread& thread, Function& function, Slot* frame);

// How compiled code may call a native without the machine: as a C function of these types that gets
// &thread.native_env first (skua/native.h); what it throws is in thread.pending when it returns.
enum class NativeValue : std::uint8_t { Void, I8, I16, I32, U8, U16, Bool, Char, Word, F32, F64 };
struct NativeTarget {
    const void* address = nullptr;  // null: only invoke_native may call it
    std::uint16_t not_null = 0;     // bit per parameter: if one of these is null, invoke_native throws
    std::vector<NativeValue> params;
    NativeValue result = NativeValue::Void;
};
NativeTarget native_target(const Function& function);

// What == does with two references of static type `type`, as far as that is known now.
struct EqualityTarget {
    enum class Kind : std::uint8_t {
        Unknown,
        Identity,  // the same object, or both null
        Method,    // the same object, or `method` of two that are not null and whose class has it as
                   // equals_method
    };
    Kind kind = Kind::Unknown;
    Function* method = nullptr;
};
EqualityTarget equality_target(const Type& type);

// Serves an interrupt. False: its error is pending.
bool serve_interrupt(Thread& thread);

// Brings thread.fuel back to 0 or above. False: the limit on instructions is reached, LimitError is pending.
bool take_fuel(Thread& thread);
// Whether handlers of the guest may catch: past a limit that ends the program only the host may.
[[nodiscard]] inline bool asks_handlers(const Thread& thread) {
    return thread.fuel >= 0 && !thread.ending;
}

}  // namespace skua::vm
