#include "run/runtime_table.h"

#include <algorithm>
#include <bit>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "ir/ir.h"
#include "run/support.h"
#include "skua/vm/no_memory.h"
#include "skua/vm/string_ops.h"
#include "skua/vm/tier_support.h"

namespace skua::jit {
namespace {

using vm::Slot;
using vm::Thread;
using Word = std::uint64_t;

template <typename T>
T* ptr(Word w) {
    return reinterpret_cast<T*>(w);
}
template <typename T>
Word word(T* p) {
    return reinterpret_cast<Word>(p);
}

Word strings_equal(Thread*, Word a, Word b) {
    return vm::strings_equal(ptr<vm::String>(a), ptr<vm::String>(b));
}

Word string_hash(Thread*, Word s) {
    return vm::string_hash(*ptr<vm::String>(s));
}

Word int_text(Thread* thread, Word value) {
    return word(vm::int_text(*thread, static_cast<std::int64_t>(value)));
}
Word float_text(Thread* thread, Word bits) {
    return word(vm::float_text(*thread, std::bit_cast<double>(bits)));
}
Word ensure_initialized(Thread* thread, Word cls) {
    return vm::ensure_initialized(*thread, *ptr<vm::Class>(cls));
}
Word find_implementation(Thread* thread, Word object, Word selector) {
    return word(
        vm::find_implementation(*thread, *ptr<vm::Object>(object)->cls, *ptr<const vm::Selector>(selector)));
}
Word link_failure(Thread* thread, Word failure) {
    vm::throw_link_failure(*thread, *ptr<const vm::LinkFailure>(failure));
    return 0;
}

Word new_object(Thread* thread, Word cls) {
    return word(skua_jit_new(thread, ptr<vm::Class>(cls)));
}
Word new_array(Thread* thread, Word cls, Word length) {
    return word(skua_jit_new_array(thread, ptr<vm::Class>(cls), static_cast<std::int64_t>(length)));
}
Word serve_interrupt(Thread* thread) {
    return skua_jit_poll(thread);
}
Word throw_error(Thread* thread, Word error) {
    skua_jit_throw(thread, ptr<vm::Object>(error));
    return 0;
}
Word throw_stack_overflow(Thread* thread) {
    return containing_no_memory(*thread, [&] { return vm::throw_stack_overflow(*thread), Word{0}; });
}
Word throw_null(Thread* thread) {
    skua_jit_throw_null(thread);
    return 0;
}
Word throw_bounds(Thread* thread, Word index, Word length) {
    skua_jit_throw_bounds(thread, static_cast<std::int64_t>(index), length);
    return 0;
}
Word throw_divide(Thread* thread) {
    skua_jit_throw_divide(thread);
    return 0;
}
Word throw_overflow(Thread* thread) {
    skua_jit_throw_overflow(thread);
    return 0;
}
Word throw_char(Thread* thread, Word value) {
    skua_jit_throw_char(thread, value);
    return 0;
}
Word throw_cast(Thread* thread, Word object, Word cls) {
    skua_jit_throw_cast(thread, ptr<vm::Object>(object), ptr<const vm::Class>(cls));
    return 0;
}

Word concat(Thread* thread, const void* count, Slot* values) {
    return word(vm::concat(*thread, values, static_cast<unsigned>(reinterpret_cast<Word>(count))));
}
Word text_of(Thread* thread, const void* type, Slot* values) {
    return word(vm::text_of(*thread, static_cast<const vm::Type*>(type), values));
}
Word hash_of(Thread* thread, const void* type, Slot* values) {
    std::int64_t hash = 0;
    (void)vm::hash_of(*thread, static_cast<const vm::Type*>(type), values, hash);
    return static_cast<Word>(hash);
}
Word equals_of(Thread* thread, const void* type_word, Slot* values) {
    const auto* type = static_cast<const vm::Type*>(type_word);
    const std::uint32_t slots = type->layout.load(std::memory_order_acquire)->slots();
    bool equal = false;
    (void)vm::equals_of(*thread, type, values, values + slots, equal);
    return equal;
}
Word array_copy(Thread* thread, const void* cls, Slot* values) {
    return vm::array_copy(*thread, *static_cast<const vm::Class*>(cls), values);
}
Word array_fill(Thread* thread, const void* cls, Slot* values) {
    return vm::array_fill(*thread, *static_cast<const vm::Class*>(cls), values);
}
Word array_of(Thread* thread, const void* cls, Slot* values) {
    return word(vm::new_array_of(*thread, *static_cast<vm::Class*>(const_cast<void*>(cls)), values + 1,
                                 static_cast<unsigned>(values[0])));
}
Word call_native(Thread* thread, const void* function, Slot* values) {
    vm::invoke_native(*thread, *static_cast<vm::Function*>(const_cast<void*>(function)), values);
    return values[0];
}

Word assert_failed(Thread*, Word pc, Word op, Word pass) {
    const vm::LinkedBody* body = vm::body_at(ptr<const vm::Instr>(pc));
    std::fprintf(stderr,
                 "skua: internal error: the pass '%s' removed a %s in %s, word %td of its linked code, that "
                 "does not hold\n",
                 ptr<const char>(pass), info(static_cast<Op>(op)).name,
                 body ? body->function->display_name.c_str() : "?",
                 body ? ptr<const vm::Instr>(pc) - body->code.data() : 0);
    std::abort();
}

using Throws = RuntimeEntry::Throws;

// As compiled code calls it, through which no C++ exception passes.
template <auto kFunction>
struct Contained;
template <typename... Args, Word (*kFunction)(Thread*, Args...)>
struct Contained<kFunction> {
    static Word call(Thread* thread, Args... args) {
        return vm::containing_no_memory(*thread, [&] { return kFunction(thread, args...); });
    }
};

template <auto kFunction>
RuntimeEntry entry(const char* name, RuntimeEntry::Form form, Throws throws, bool leaf, bool clobbers) {
    const auto function = throws == Throws::Never ? kFunction : &Contained<kFunction>::call;
    return {name, reinterpret_cast<const void*>(function), form, throws, leaf, clobbers};
}
template <auto kFunction>
RuntimeEntry direct(const char* name, Throws throws, bool leaf, bool clobbers) {
    return entry<kFunction>(name, RuntimeEntry::Form::Direct, throws, leaf, clobbers);
}
template <auto kFunction>
RuntimeEntry buffer(const char* name, Throws throws, bool clobbers) {
    return entry<kFunction>(name, RuntimeEntry::Form::Buffer, throws, false, clobbers);
}

RuntimeEntry taking_null(RuntimeEntry entry) {
    entry.takes_null = true;
    return entry;
}

}  // namespace

const RuntimeEntry kStringsEqual =
    taking_null(direct<strings_equal>("strings_equal", Throws::Never, true, false));
const RuntimeEntry kStringHash = direct<string_hash>("string_hash", Throws::Never, true, false);
const RuntimeEntry kIntText = direct<int_text>("int_text", Throws::IfZero, false, false);
const RuntimeEntry kFloatText = direct<float_text>("float_text", Throws::IfZero, false, false);
const RuntimeEntry kEnsureInitialized =
    direct<ensure_initialized>("ensure_initialized", Throws::IfZero, false, true);
const RuntimeEntry kFindImplementation =
    direct<find_implementation>("find_implementation", Throws::IfZero, false, false);
const RuntimeEntry kLinkFailure = direct<link_failure>("link_failure", Throws::IfZero, false, false);
const RuntimeEntry kNewObject = direct<new_object>("new_object", Throws::IfZero, false, false);
const RuntimeEntry kNewArray = direct<new_array>("new_array", Throws::IfZero, false, false);
const RuntimeEntry kServeInterrupt = direct<serve_interrupt>("serve_interrupt", Throws::IfZero, false, false);
const RuntimeEntry kAssertFailed = direct<assert_failed>("assert_failed", Throws::Never, true, true);
const RuntimeEntry kThrowStackOverflow =
    direct<throw_stack_overflow>("throw_stack_overflow", Throws::IfZero, false, false);
const RuntimeEntry kThrow = direct<throw_error>("throw", Throws::IfZero, false, false);
const RuntimeEntry kThrowNull = direct<throw_null>("throw_null", Throws::IfZero, false, false);
const RuntimeEntry kThrowBounds = direct<throw_bounds>("throw_bounds", Throws::IfZero, false, false);
const RuntimeEntry kThrowDivide = direct<throw_divide>("throw_divide", Throws::IfZero, false, false);
const RuntimeEntry kThrowOverflow = direct<throw_overflow>("throw_overflow", Throws::IfZero, false, false);
const RuntimeEntry kThrowChar = direct<throw_char>("throw_char", Throws::IfZero, false, false);
const RuntimeEntry kThrowCast = direct<throw_cast>("throw_cast", Throws::IfZero, false, false);
const RuntimeEntry kConcat = buffer<concat>("concat", Throws::IfZero, false);
const RuntimeEntry kTextOf = buffer<text_of>("text_of", Throws::IfZero, true);
const RuntimeEntry kHashOf = buffer<hash_of>("hash_of", Throws::TestPending, true);
const RuntimeEntry kEqualsOf = buffer<equals_of>("equals_of", Throws::TestPending, true);
const RuntimeEntry kArrayCopy = buffer<array_copy>("array_copy", Throws::IfZero, true);
const RuntimeEntry kArrayFill = buffer<array_fill>("array_fill", Throws::IfZero, true);
const RuntimeEntry kArrayOf = buffer<array_of>("array_of", Throws::IfZero, false);
const RuntimeEntry kCallNative = buffer<call_native>("call_native", Throws::TestPending, true);

}  // namespace skua::jit
