// Errors: making them, stack traces, describing them.
#include <algorithm>
#include <cstdio>

#include "interp/interpreter.h"
#include "link/linker.h"
#include "runtime/guest_frames.h"
#include "runtime/runtime.h"
#include "skua/vm/no_memory.h"
#include "skua/vm/tier.h"
#include "skua/vm/tier_support.h"
#include "skua/vm/wording.h"

namespace skua::vm {
namespace {

constexpr std::string_view kOutOfMemory = "std.core.OutOfMemoryError";
constexpr std::size_t kMemoryReserve = 32 << 10;
constexpr std::uint64_t kLargeRequest = 1 << 20;  // from here on the size is worth telling
constexpr std::size_t kMaxFrames = 256;           // of a trace; the rest of a deep recursion is only counted

const Class::InstanceField* find_field(const Class& cls, std::string_view name) {
    for (const auto& field : cls.fields) {
        if (field.def->name == name && field.def->owner->name == "std.core.Error") return &field;
    }
    return nullptr;
}

Object*& reference_at(Object* object, std::uint32_t offset) {
    return *reinterpret_cast<Object**>(reinterpret_cast<char*>(object) + offset);
}

void set_reference(Object* object, std::string_view field_name, Object* value) {
    if (const auto* field = find_field(*object->cls, field_name)) {
        Object*& place = reference_at(object, field->offset);
        gc::write_barrier(object, &place, value);
        place = value;
    }
}

Object* get_reference(Object* object, std::string_view field_name) {
    const auto* field = find_field(*object->cls, field_name);
    return field ? reference_at(object, field->offset) : nullptr;
}

// A frame that runs no linked code: of a native, or one that compiled code has taken over.
bool is_stub(const Instr& instr) {
    const auto op = static_cast<LOp>(instr.op);
    return op == LOp::NativeStub || op == LOp::CompiledStub || op == LOp::LinkStub;
}

// Calls f(pc) for each frame that runs linked code or was compiled from it, from the innermost; stops when f
// returns false.
template <typename F>
void walk_frames(const Thread& thread, F&& f) {
    walk_guest_frames(
        thread,
        [&](const Thread::Compiled::Span& span) {
            bool go_on = true;
            thread.vm->tier()->walk(span.anchor_sp, span.boundary_sp,
                                    [&](const Instr* at) { return go_on = f(at); });
            return go_on;
        },
        [&](const Instr* pc) { return is_stub(*pc) || f(pc); });
}

// Whether the program is to end by a limit, and which: then nothing else is thrown.
bool limit_that_ends(Thread& thread, LimitReached& limit) {
    Vm& vm = *thread.vm;
    if (vm.limits().ends_program()) thread.ending = true;
    if (asks_handlers(thread)) return false;
    const auto reached = thread.ending ? vm.limits().reached() : std::nullopt;
    limit = reached ? *reached : LimitReached{Limit::Instructions, vm.instructions().limit()};
    return true;
}

// Names whatever stands where no guest class can be had (the library itself is broken).
[[noreturn]] void fatal(std::string_view class_name, std::string_view message) {
    std::fprintf(stderr, "skua: cannot make a %.*s (\"%.*s\"): the standard library is missing or damaged\n",
                 static_cast<int>(class_name.size()), class_name.data(), static_cast<int>(message.size()),
                 message.data());
    std::_Exit(70);
}

// The place of the instruction at `word`.
ErrorFrame place_of(const Function& function, const std::vector<LinkedBody::Position>& positions,
                    std::uint32_t word) {
    std::uint32_t instruction = 0;
    for (const auto& position : positions) {
        if (position.word > word) break;
        instruction = position.instruction;
    }
    std::uint32_t line = 0;
    for (const auto& entry : function.def->decl->code.lines) {
        if (entry.instruction > instruction) break;
        line = entry.line;
    }
    const auto& file = function.def->owner->file;
    return {
        function.def->qualified_name(),
        std::string(file.source_file == classfile::kNone ? std::string_view(function.def->owner->file_name)
                                                         : file.str(file.source_file)),
        line};
}

// What stands at one return address: the functions inlined there, innermost first, then the function itself.
void add_frames(const Instr* pc, std::vector<ErrorFrame>& frames) {
    const LinkedBody* body = body_at(pc);
    if (!body || !body->function->def) return;  // a native or a thunk
    const auto word = static_cast<std::uint32_t>(pc - body->code.data());
    for (const auto& inlined : body->inlined) {
        if (word >= inlined.start && word < inlined.end)
            frames.push_back(place_of(*inlined.function, inlined.positions, word));
    }
    frames.push_back(place_of(*body->function, body->positions, word));
}

// How many guest calls stand at one return address.
std::int64_t calls_at(const Instr* pc) {
    const LinkedBody* body = body_at(pc);
    if (!body || !body->function->def) return 0;
    const auto word = static_cast<std::uint32_t>(pc - body->code.data());
    return 1 + std::count_if(body->inlined.begin(), body->inlined.end(), [word](const auto& inlined) {
               return word >= inlined.start && word < inlined.end;
           });
}

std::string message_of(Object* error) {
    auto* message = static_cast<String*>(get_reference(error, "message"));
    return message ? std::string(message->view()) : std::string();
}

void describe(Object* error, std::string& out, int depth) {
    out += error_text(error) + '\n';
    std::int64_t omitted = 0;
    for (const ErrorFrame& frame : error_frames(error, omitted)) {
        out += "    at " + frame.function + " (" + frame.file;
        if (frame.line > 0) out += ":" + std::to_string(frame.line);
        out += ")\n";
    }
    if (omitted > 0) out += "    ... and " + std::to_string(omitted) + " more calls\n";
    if (auto* others = static_cast<Array*>(get_reference(error, "others")); others && depth < 16) {
        for (std::uint64_t i = 0; i < others->length; ++i) {
            Object* other = others->elements<Object*>()[i];
            if (!other) continue;  // suppress() may be given what has not been assigned yet
            out += "also, while closing: ";
            describe(other, out, depth + 1);
        }
    }
    if (Object* cause = get_reference(error, "cause"); cause && depth < 16) {
        out += "caused by: ";
        describe(cause, out, depth + 1);
    }
}

}  // namespace

std::vector<ErrorFrame> error_frames(Object* error, std::int64_t& omitted) {
    std::vector<ErrorFrame> frames;
    auto* trace = static_cast<Array*>(get_reference(error, "trace"));
    if (!trace || trace->length == 0) return frames;
    const auto* entries = trace->elements<std::int64_t>();
    omitted = entries[0];
    for (std::uint64_t i = 1; i < trace->length; ++i)
        add_frames(reinterpret_cast<const Instr*>(entries[i]), frames);
    return frames;
}

std::string error_message(Object* error) {
    return message_of(error);
}

Object* error_cause(Object* error) {
    return get_reference(error, "cause");
}

Class* error_class(Vm& vm, std::string_view name) {
    const Type* type = vm.types().named(vm.boot_loader(), name, {});
    auto cls = class_of(vm, type);
    return cls && (*cls)->is_error ? *cls : nullptr;
}

std::string error_text(const Object* error) {
    const std::string message = message_of(const_cast<Object*>(error));
    return type_text(error->cls->type) + (message.empty() ? "" : ": " + message);
}

namespace {

Result<Class*> trace_class(Vm& vm) {
    return class_of(vm, vm.types().array(vm.types().simple(TypeKind::I64)));
}

}  // namespace

void fill_trace(Thread& thread, Object* error) {
    const auto* field = find_field(*error->cls, "trace");
    if (!field || reference_at(error, field->offset)) return;
    std::vector<const Instr*> frames;
    std::int64_t omitted = 0;
    const Instr* counted = nullptr;  // a deep recursion stands at one place again and again
    std::int64_t calls = 0;
    walk_frames(thread, [&](const Instr* pc) {
        if (frames.size() < kMaxFrames) {
            frames.push_back(pc);
            return true;
        }
        if (pc != counted) {
            counted = pc;
            calls = calls_at(pc);
        }
        omitted += calls;
        return true;
    });
    const auto cls = trace_class(*thread.vm);  // nothing is thrown here: it would want a trace itself
    const std::uint64_t count = frames.size() + 1;
    auto* trace =
        cls ? static_cast<Array*>(thread.heap->allocate_array(*cls, sizeof(Array) + count * 8)) : nullptr;
    if (!trace) return;  // an error without a trace is better than none
    trace->length = count;
    auto* entries = trace->elements<std::int64_t>();
    entries[0] = omitted;
    for (std::size_t i = 0; i < frames.size(); ++i)
        entries[i + 1] = reinterpret_cast<std::int64_t>(frames[i]);
    Object*& place = reference_at(error, field->offset);
    gc::write_barrier(error, &place, trace);
    place = trace;
}

void throw_object(Thread& thread, Object* error) {
    thread.pending = error;
    fill_trace(thread, error);
}

namespace {

// May throw std::bad_alloc.
void make_error(Thread& thread, std::string_view class_name, std::string_view message) {
    thread.pending = nullptr;
    LimitReached limit{};
    std::string why;
    if (limit_that_ends(thread, limit)) {
        class_name = "std.core.LimitError";
        message = why = describe_limit(limit, thread.vm->options().embedded);
    }
    Class* cls = error_class(*thread.vm, class_name);
    if (!cls) cls = error_class(*thread.vm, "std.core.Error");
    if (!cls) fatal(class_name, message);
    Object* error = allocate_object(thread, *cls);
    if (!error) return;  // OutOfMemoryError is pending
    thread.pending = error;
    String* text = new_string(thread, message);
    if (!text) return;
    thread.pending = error;
    set_reference(error, "message", text);
    fill_trace(thread, error);
}

// The error that was made in advance, which has no trace.
void throw_prepared(Thread& thread) {
    const Slot* prepared = thread.vm->linker().out_of_memory;
    thread.pending = prepared ? reinterpret_cast<Object*>(*prepared) : nullptr;
    if (!thread.pending) fatal(kOutOfMemory, "");
}

}  // namespace

void throw_error(Thread& thread, std::string_view class_name, std::string_view message) {
    try {
        make_error(thread, class_name, message);
    } catch (const std::bad_alloc&) {
        throw_prepared(thread);
    }
}

void throw_no_memory(Thread& thread) noexcept {
    throw_error(thread, kOutOfMemory, "there is not enough memory outside of the heap");
}

bool prepare_out_of_memory(Thread& thread) {
    Vm& vm = *thread.vm;
    LinkerState& state = vm.linker();
    const std::lock_guard guard(state.lock);
    if (state.out_of_memory != nullptr) return true;
    Class* cls = error_class(vm, kOutOfMemory);
    if (!cls) return true;       // there is no library yet, and nothing that could throw it
    (void)trace_class(vm).ok();  // when the limit on classes is reached, errors are to have traces
    constexpr std::string_view kText = "there is no memory";
    const auto bytes = sizeof(String) + kText.size() + 1;
    auto* error = static_cast<Object*>(thread.heap->allocate(cls, cls->instance_size));
    auto* text = error == nullptr
                     ? nullptr
                     : static_cast<String*>(thread.heap->allocate_atomic(string_class(vm), bytes));
    if (!text) return false;
    text->length = kText.size();
    std::copy(kText.begin(), kText.end(), text->chars());
    set_reference(error, "message", text);
    Slot* prepared = new_root(vm);
    Slot* reserve = new_root(vm);
    *prepared = reinterpret_cast<Slot>(error);
    state.memory_reserve = reserve;
    state.out_of_memory = prepared;
    fill_memory_reserve(thread);
    return true;
}

void fill_memory_reserve(Thread& thread) {
    Slot& reserve = *thread.vm->linker().memory_reserve;
    if (reserve != 0) return;
    if (auto* unused =
            static_cast<String*>(thread.heap->allocate_raw(string_class(*thread.vm), kMemoryReserve))) {
        unused->length = 0;
        reserve = reinterpret_cast<Slot>(unused);
    }
}

// An error with message and trace, for which the reserve is given up; if there is no memory even
// then, the one that was made in advance.
Object* out_of_memory(Thread& thread, std::uint64_t bytes) {
    LinkerState& state = thread.vm->linker();
    if (!thread.reporting_memory) {
        thread.reporting_memory = true;
        *state.memory_reserve = 0;
        containing_no_memory(thread, [&] {
            const std::string what = bytes < kLargeRequest
                                         ? "the heap is full"
                                         : "the heap has no room for " + std::to_string(bytes) + " bytes";
            throw_error(thread, kOutOfMemory,
                        what + "; " + std::string(wording(thread.vm->options().embedded).max_heap) +
                            " sets its size");
        });
        fill_memory_reserve(thread);
        thread.reporting_memory = false;
        return nullptr;
    }
    throw_prepared(thread);
    return nullptr;
}

std::string describe_error(Thread&, Object* error) {
    std::string out;
    describe(error, out, 0);
    return out;
}

}  // namespace skua::vm
