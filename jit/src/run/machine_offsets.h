// Offsets in the machine's structures that compiled code uses.
#pragma once

#include <cstddef>
#include <cstdint>

#include "skua/vm/class.h"
#include "skua/vm/thread.h"

namespace skua::jit::offset {

#pragma GCC diagnostic push
// Class is derived from its header; gcc and clang lay it out like a plain structure.
#pragma GCC diagnostic ignored "-Winvalid-offsetof"

inline constexpr auto kCompiled = static_cast<std::int32_t>(offsetof(vm::Thread, compiled));
inline constexpr std::int32_t kAnchor =
    kCompiled + static_cast<std::int32_t>(offsetof(vm::Thread::Compiled, anchor_sp));
inline constexpr std::int32_t kBoundary =
    kCompiled + static_cast<std::int32_t>(offsetof(vm::Thread::Compiled, boundary_sp));
inline constexpr std::int32_t kStackLimit =
    kCompiled + static_cast<std::int32_t>(offsetof(vm::Thread::Compiled, stack_limit));
inline constexpr std::int32_t kArgs =
    kCompiled + static_cast<std::int32_t>(offsetof(vm::Thread::Compiled, args));
inline constexpr std::int32_t kResults =
    kCompiled + static_cast<std::int32_t>(offsetof(vm::Thread::Compiled, results));
inline constexpr auto kPending = static_cast<std::int32_t>(offsetof(vm::Thread, pending));
inline constexpr auto kNativeEnv = static_cast<std::int32_t>(offsetof(vm::Thread, native_env));
inline constexpr auto kInterrupted = static_cast<std::int32_t>(offsetof(vm::Thread, interrupted));
inline constexpr auto kFuel = static_cast<std::int32_t>(offsetof(vm::Thread, fuel));
inline constexpr auto kStackUsed = static_cast<std::int32_t>(offsetof(vm::Thread, stack_used));
inline constexpr auto kHeap = static_cast<std::int32_t>(offsetof(vm::Thread, heap));
inline constexpr auto kCompiledEntry = static_cast<std::int32_t>(offsetof(vm::Function, compiled_entry));
// The vector's first word is its data pointer; make_thunks checks that.
inline constexpr auto kVtable = static_cast<std::int32_t>(offsetof(vm::Class, vtable));

inline constexpr auto kClosureFunction = static_cast<std::int32_t>(offsetof(vm::Class, closure_function));
inline constexpr auto kClosureEntry = static_cast<std::int32_t>(offsetof(vm::Class, closure_entry));
inline constexpr auto kEqualsMethod = static_cast<std::int32_t>(offsetof(vm::Class, equals_method));
inline constexpr auto kDisplay = static_cast<std::int32_t>(offsetof(vm::Class, display));
inline constexpr auto kDepth = static_cast<std::int32_t>(offsetof(vm::Class, depth));

#pragma GCC diagnostic pop

}  // namespace skua::jit::offset
