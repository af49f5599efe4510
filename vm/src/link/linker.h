// The linker: from verified definitions and closed types to classes and linked code.
//
// Everything is made once and cached. One recursive lock (LinkerState::lock) guards all making;
// no guest code runs under it. What a function's code names is resolved when the function is
// linked; what cannot be resolved becomes a LinkFail instruction, so that only executing it throws.
#pragma once

#include <atomic>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "interp/interpreter.h"
#include "link/class_memory.h"
#include "skua/vm/vm.h"

namespace skua::vm {

struct FunctionLinks {
    struct Instance {
        const Type* owner;
        std::vector<const Type*> type_args;
        std::unique_ptr<Function> function;
    };
    std::deque<Instance> instances;
};

// What a guest error says of a diagnostic.
inline std::string failure_text(const Diagnostic& why) {
    if (!why.rule.empty()) return why.to_string();
    return why.hint.empty() ? why.message : why.message + "; " + why.hint;
}

// Of what is not made because the limit on metadata is reached; the guest sees a LimitError in its place.
inline constexpr const char* kNoMetadata = "there is no room for more classes";

// The guest error that a diagnostic becomes: a class file that breaks a rule, or one that does not fit.
inline std::string_view error_class_of(const Diagnostic& why) {
    return why.rule.empty() ? "std.core.LinkError" : "std.core.VerifyError";
}

struct LinkerState {
    std::recursive_mutex lock;

    std::deque<OwnedClass> classes;
    std::unordered_map<const Function*, Class*> closure_classes;
    std::map<std::pair<const Class*, const Function*>, Function*> unboxing_thunks;
    std::map<std::pair<const CodeSource*, const Function*>, Function*> stand_ins;
    std::deque<std::unique_ptr<Function>> thunks;
    std::deque<const LinkedBody*> bodies;  // of free_bodies
    std::map<std::pair<const Type*, const FunctionDef*>, std::unique_ptr<Selector>> selectors;
    std::deque<std::unique_ptr<FunctionLinks>> links;
    std::deque<CallSite> sites;
    std::deque<SwitchTable> switches;
    std::deque<LinkFailure> failures;
    std::unordered_map<std::string, Slot*> literals;  // text to its root slot
    std::deque<std::unique_ptr<Slot[]>> roots;        // blocks of root slots
    std::size_t roots_used = 0;                       // in the last block
    std::deque<std::unique_ptr<std::uint64_t[]>> selector_tables;

    std::atomic<Class*> string_class{nullptr};  // resolved on first use
    Class* string_class_in_progress = nullptr;
    Slot* out_of_memory = nullptr;   // root of the OutOfMemoryError made in advance
    Slot* memory_reserve = nullptr;  // root of memory that is given up to make a better one
};

// ---- classes ------------------------------------------------------------------------------------
// The class of a closed type: reference types, and the owner of statics for any other Named type.
Result<Class*> class_of(Vm& vm, const Type* type);
// The class of boxes of a closed value type.
Result<Class*> box_class_of(Vm& vm, const Type* type);
// The class that `is` and `cast` compare with: a box class for value types.
Result<Class*> test_class_of(Vm& vm, const Type* type);
// What a function value runs that code of `source` makes of `target`: that, or a stand-in (stand_in.cpp).
Result<Function*> function_for_value(Vm& vm, Function& target, const CodeSource* source);
Result<Class*> closure_class_of(Vm& vm, Function& function, std::uint32_t first_capture_param);
Class* string_class(Vm& vm);

// A slot that the heap treats as a root, for constants in code.
Slot* new_root(Vm& vm);

// ---- functions ------------------------------------------------------------------------------------
Result<Function*> function_of(Vm& vm, FunctionDef& def, const Type* owner,
                              std::vector<const Type*> type_args);
// Makes `function` executable. Trouble becomes code that throws; false only if the thread has an error
// pending.
bool link_function(Thread& thread, Function& function);
// Keeps a body as long as the machine lives, and has body_at find it.
const LinkedBody* register_body(Vm& vm, std::unique_ptr<LinkedBody> body);
// At the machine's end: frees all of them.
void free_bodies(LinkerState& linker);

// ---- dispatch ---------------------------------------------------------------------------------------
Result<const Selector*> selector_of(Vm& vm, const Type* interface, FunctionDef& method);
// The implementation for a class, cached in the class. Null with LinkError pending if there is none.
Function* find_implementation(Thread& thread, Class& cls, const Selector& selector);
// As find_implementation, but for linking time and without cache or thunk: the function to call
// on an unboxed receiver of type `type`; `needs_box` if it is a default method of the interface.
Result<Function*> implementation_for(Vm& vm, const Type* type, const Selector& selector, bool& needs_box);

inline Function* lookup_selector(const SelectorTable* table, const Selector* selector) {
    if (!table) return nullptr;
    for (std::uint32_t i = selector->id;; ++i) {
        const auto& entry = table->entries[i & table->mask];
        if (entry.selector == selector) return entry.function;
        if (!entry.selector) return nullptr;
    }
}

// Resolves Class::equals_method, hash_method, text_method.
Result<void> resolve_universal(Vm& vm, Class& cls);

// ---- initialisation ------------------------------------------------------------------------------------
// Runs a type's static$init if it has not run. See contracts.md. May run guest code; not under the lock.
bool ensure_initialized(Thread& thread, Class& cls);

}  // namespace skua::vm
