// Between the opaque types of native.h and the machine's own.
#pragma once

#include "native/native_registry.h"
#include "skua/vm/no_memory.h"
#include "skua/vm/vm.h"

namespace skua::vm {

inline Thread& thread_of(SkEnv* env) {
    return *reinterpret_cast<Thread::NativeEnv*>(env)->thread;
}
inline NativeRegistry& registry_of(SkEnv* env) {
    return thread_of(env).vm->natives();
}

inline String* unwrap(SkString* s) {
    return reinterpret_cast<String*>(s);
}
inline Array* unwrap(SkArray* a) {
    return reinterpret_cast<Array*>(a);
}
inline Object* unwrap(SkObject* o) {
    return reinterpret_cast<Object*>(o);
}
inline const Type* unwrap(const SkType* type) {
    return reinterpret_cast<const Type*>(type);
}
inline const SkType* wrap(const Type* type) {
    return reinterpret_cast<const SkType*>(type);
}
inline SkString* wrap(String* s) {
    return reinterpret_cast<SkString*>(s);
}
inline SkArray* wrap(Array* a) {
    return reinterpret_cast<SkArray*>(a);
}
inline SkObject* wrap(Object* o) {
    return reinterpret_cast<SkObject*>(o);
}

// `text` with every byte that is not part of well-formed UTF-8 replaced by U+FFFD.
std::string repaired_utf8(std::string_view text);
// Length of the longest well-formed prefix: text.size() if all of it is.
std::size_t utf8_prefix(std::string_view text);

// An operation of SkApi as C code calls it, through which no C++ exception may pass: without memory outside
// of the heap OutOfMemoryError is pending, and the result is 0, null, false.
template <auto kOperation>
struct Contained;
template <typename Result, typename... Args, Result (*kOperation)(SkEnv*, Args...)>
struct Contained<kOperation> {
    static Result call(SkEnv* env, Args... args) {
        return containing_no_memory(thread_of(env), [&] { return kOperation(env, args...); });
    }
};
template <auto kOperation>
inline constexpr auto contained = &Contained<kOperation>::call;

// The groups of SkApi; each fills its members.
void fill_strings_and_arrays(SkApi& api);  // host_objects.cpp
void fill_errors(SkApi& api);              // host_errors.cpp
void fill_program(SkApi& api);             // host_program.cpp
void fill_system(SkApi& api);              // host_system.cpp
void fill_members(SkApi& api);             // host_members.cpp
void fill_threads(SkApi& api);             // plugin_threads.cpp
void fill_completions(SkApi& api);         // completion.cpp

}  // namespace skua::vm
