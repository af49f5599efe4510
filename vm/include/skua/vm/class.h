// Run-time classes and functions: what linking makes of definitions for given type arguments.
//
// Both are made once per (definition, arguments), live as long as the Vm and are immutable after
// publication except for the members marked atomic.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

#include "skua/gc/heap.h"
#include "skua/vm/layout.h"
#include "skua/vm/linked_code.h"
#include "skua/vm/loader.h"
#include "skua/vm/object.h"

namespace skua::vm {

class Vm;
struct NativeFunction;  // native/registry.h
struct LinkedBody;      // linked_code.h

// A function instantiated for closed type arguments.
struct Function {
    // First instruction to execute: a stub that links on first call, then the linked body, or a
    // stub that enters native or compiled code. Published with release.
    std::atomic<const Instr*> code;
    // Where compiled code calls, with this Function in rax; see docs/jit.md. Without a compiled tier null.
    std::atomic<const void*> compiled_entry{bridge_entry.load(std::memory_order_relaxed)};
    // What CompiledStub enters: takes the interpreter's frame. Set before `code` leads to a CompiledStub.
    std::atomic<const void*> interp_entry{nullptr};
    // What compiled_entry is until there is compiled code. Set once, before the first Function is made.
    static inline std::atomic<const void*> bridge_entry{nullptr};
    // Registers plus outgoing window; checked against the stack. 0 until linked.
    std::atomic<std::uint32_t> frame_slots{0};
    std::uint32_t arg_slots = 0;
    std::uint32_t result_slots = 0;

    FunctionDef* def = nullptr;  // null for thunks made by the linker
    // Of a thunk that stands for the code that uses it, and of natives that an archive declares; else see
    // def.
    const CodeSource* source = nullptr;
    const Type* owner = nullptr;           // closed type that declares it
    std::vector<const Type*> type_args;    // of the function itself
    std::vector<const Type*> param_types;  // closed, receiver first
    const Type* result_type = nullptr;
    CallShape shape;
    std::atomic<const LinkedBody*> body{nullptr};
    const NativeFunction* native = nullptr;
    std::atomic<Class*> closure_class{nullptr};  // of function values that run it, once there is one
    std::atomic<std::uint32_t> samples{0};       // hotness, in ticks; see tier.h
    std::string display_name;                    // "bank.Account.deposit"
    bool linking = false;                        // under the linker's lock
    Instr compiled_stub[2] = {};                 // {CompiledStub, this}: `code` once there is compiled code
    Instr stub[2] = {};                          // {LinkStub or NativeStub, this}: initial value of `code`
};

// A method of an interface, closed: what call.interface looks up.
struct Selector {
    const Type* interface = nullptr;
    FunctionDef* method = nullptr;
    std::uint32_t id = 0;
};

// Immutable open-addressing table from selector id to implementation; replaced, not changed, when
// it grows (readers may hold the old one).
struct SelectorTable {
    std::uint32_t mask = 0;
    struct Entry {
        const Selector* selector;
        Function* function;
    };
    Entry entries[1];
};

enum class ClassKind : std::uint8_t {
    Object,  // instance of a class
    Array,
    String,
    Closure,  // one per function value's code; also, without code, a function type in type tests
    Interface,
    Box,      // a value type behind an interface
    Statics,  // owner of static fields only: module, struct, interface, extension
};

enum class InitState : std::uint8_t { None, Running, Done, Failed };

struct Class : gc::ClassHeader {
    ClassKind kind = ClassKind::Object;
    const Type* type = nullptr;
    TypeDef* def = nullptr;  // null for arrays, strings, closures
    Class* super = nullptr;
    std::uint32_t instance_size = 0;  // bytes, header included; arrays: of the header
    bool has_refs = false;
    bool is_error = false;  // subclass of std.core.Error

    std::uint32_t depth = 0;              // distance from the root of the hierarchy
    std::vector<Class*> display;          // display[d]: superclass at depth d, itself last
    std::vector<const Type*> interfaces;  // all, transitively, closed
    std::vector<Function*> vtable;
    std::atomic<const SelectorTable*> selectors{nullptr};

    struct InstanceField {
        FieldDef* def;
        const Type* type;
        const Layout* layout;
        std::uint32_t offset;  // bytes from the object's start
    };
    std::vector<InstanceField> fields;  // own and inherited, base first

    const Layout* element = nullptr;  // Array: element; Box: payload
    const Type* element_type = nullptr;
    Function* closure_function = nullptr;  // Closure
    std::uint32_t capture_slots = 0;
    // Closure: how natives call its objects, once one has (native/guest_call.h).
    std::atomic<const void*> native_call{nullptr};
    // Closure: where compiled code calls its objects, with the closure in r10 and closure_function in rax.
    std::atomic<const void*> closure_entry{closure_bridge_entry.load(std::memory_order_relaxed)};
    // What that is until there is compiled code. Set once, before the first Class is made.
    static inline std::atomic<const void*> closure_bridge_entry{nullptr};

    // Overrides of the universal operations; null where the default applies.
    std::atomic<Function*> equals_method{nullptr}, hash_method{nullptr}, text_method{nullptr};
    std::atomic<bool> universal_resolved{false};

    // Static fields, one slot per leaf, in a block that is a root of the heap.
    struct StaticField {
        FieldDef* def;
        const Type* type;
        const Layout* layout;
        std::uint32_t slot;
    };
    std::vector<StaticField> static_fields;
    Slot* statics = nullptr;
    std::atomic<InitState> init_state{InitState::None};
    void* init_thread = nullptr;    // while Running
    Object** init_error = nullptr;  // root slot with the error of a failed initialiser

    // Can no class extend it? Then an object of it is of exactly this class.
    [[nodiscard]] bool is_closed() const {
        return kind == ClassKind::Object && def && !def->has(classfile::kOpen) &&
               !def->has(classfile::kAbstract);
    }
};

}  // namespace skua::vm
