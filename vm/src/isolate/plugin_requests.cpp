// What the process of an isolated plugin asks of the machine: each request is checked, and then carried out
// by the same function of SkApi that a plugin in this process would have called.
#include <alloca.h>
#include <cerrno>
#include <cstring>
#include <memory>
#include <unistd.h>
#include <vector>

#include "isolate/plugin_session.h"
#include "link/linker.h"
#include "native/guest_call.h"
#include "native/host_support.h"
#include "native/value_call.h"
#include "runtime/runtime.h"

namespace skua::vm {

using isolate::Message;
using isolate::Op;

bool reference_fits(Vm& vm, const Object* object, const Type* type) {
    if (type->is(TypeKind::Nullable)) {
        if (object == nullptr) return true;
        type = type->elem();
    }
    if (object == nullptr) return false;
    if (object->cls->type == type) return object->cls->kind != ClassKind::Box;
    if (type->is(TypeKind::Array) || type->is(TypeKind::String)) return false;
    const auto target = test_class_of(vm, type);
    return target && is_instance(object, *target);
}

namespace {

constexpr std::uint64_t kMostRandom = 1 << 20;

// Needs no guest thread: a hook of the plugin's may end completions.
bool end_completion(PluginSession& session, Lane& lane, const std::uint64_t* in, std::uint64_t* out) {
    const auto how = static_cast<isolate::LetterKind>(in[0]);
    if (in[0] == static_cast<std::uint64_t>(isolate::LetterKind::Wanted)) {
        bool wanted = false;
        const bool known = session.completion_wanted(in[1], wanted);
        out[0] = wanted;
        return known;
    }
    const char* text = lane.upper(in[3], in[4]);
    if (text == nullptr || in[0] > UINT32_MAX || in[4] > gc::heap_limit()) return false;
    out[0] = 1;
    return session.end_completion(how, in[1], in[2], {text, in[4]});
}

// One request. Its functions give false if no honest process would have sent it.
class RequestServer {
public:
    RequestServer(PluginSession& session, Lane& lane, const Message& request, Message& reply)
        : session_(session),
          lane_(lane),
          thread_(*lane.thread()),
          env_(reinterpret_cast<SkEnv*>(&thread_.native_env)),
          api_(host_api()),
          in_(request.words),
          out_(reply.words),
          op_(request.op) {}

    bool serve() {
        const bool honest = dispatch();
        out_[1] = thread_.pending != nullptr;
        return honest;
    }

private:
    using Known = PluginSession::Known;

    bool dispatch() {
        switch (op_) {
            case Op::StringNew:
                return string_new();
            case Op::StringSlice:
                return string_slice();
            case Op::Fetch:
                return fetch();
            case Op::ArrayNew:
                return give(unwrap(api_.array_new(env_, static_cast<SkKind>(in_[0]), in_[1])));
            case Op::ArraySet:
                return array_set();
            case Op::Changes:
                return changes();
            case Op::ThrowError:
                return throw_an_error();
            case Op::TakePending:
                return give(unwrap(api_.take_pending(env_)));
            case Op::ThrowObject:
                return throw_an_object();
            case Op::Require:
                return require();
            case Op::HandleNew:
            case Op::HandleClose:
            case Op::HandleOwn:
                return handles();
            case Op::RootNew:
            case Op::RootGet:
            case Op::RootSet:
            case Op::RootFree:
                return roots();
            case Op::CallFunction:
                return call_function();
            case Op::Argument: {
                const char* argument = api_.arg(env_, in_[0]);
                return argument != nullptr && give_text(argument);
            }
            case Op::AtExit:
                return session_.add_hook(in_[0], in_[1]);
            case Op::ExitProgram:
                api_.exit_program(env_, static_cast<int>(in_[0]));
                return true;
            case Op::TypeName: {
                Object* object = lane_.refs().object(in_[0]);
                return object != nullptr && give_text(api_.type_name(env_, wrap(object)));
            }
            case Op::PathOpen:
            case Op::PathParent:
                return open_path();
            case Op::ClockNanos:
                out_[0] = static_cast<std::uint64_t>(api_.clock_nanos(env_, in_[0] != 0));
                return true;
            case Op::SleepNanos:
                api_.sleep_nanos(env_, static_cast<std::int64_t>(in_[0]));
                return true;
            case Op::RandomBytes:
                return random_bytes();
            case Op::TraceOutput: {
                const char* bytes = lane_.upper(in_[0], in_[1]);
                if (bytes != nullptr) api_.trace_output(env_, bytes, in_[1]);
                return bytes != nullptr;
            }
            case Op::TypeFind:
            case Op::TypeOf:
            case Op::TypeIs:
            case Op::TypeText:
            case Op::TypeSize:
            case Op::ArrayNewOf:
                return types();
            case Op::FieldFind:
            case Op::MethodFind:
                return find_member();
            case Op::FieldOffset:
            case Op::FieldGet:
            case Op::FieldSet:
                return fields();
            case Op::MethodCall:
            case Op::ObjectNew:
                return call_method();
            case Op::ResourceHandle:
                return resource_handle();
            case Op::NativeShapes:
                return native_shapes();
            case Op::FunctionShapes:
                return function_shapes();
            case Op::ElementShape:
                return element_shape();
            case Op::ArrayPut:
                return array_put();
            case Op::HandleAdopt:
            case Op::HandleForget:
            case Op::HandleIsOpen:
                return handles_of_std();
            case Op::Threads:
                out_[0] = session_.read_letters(env_);
                return true;
            case Op::CompletionBegin:
            case Op::CompletionValue:
            case Op::CompletionEnd:
                return completions();
            case Op::CompletionNew:
            case Op::CompletionReady:
            case Op::CompletionWait:
            case Op::CompletionTake:
                return completions_of_std();
            case Op::Refuse: {
                const auto why = lane_.text(in_[0], in_[1]);
                if (why) session_.process().kill("was stopped: " + repaired_utf8(*why));
                return why.has_value();
            }
            default:
                return false;
        }
    }

    // The reply is a reference; null with an error pending, if it has failed.
    bool give(Object* object) {
        out_[0] =
            lane_.put(env_, 0, thread_.pending != nullptr ? nullptr : object) && thread_.pending == nullptr;
        return true;
    }

    bool give_text(std::string_view text) {
        out_[2] = lane_.put_bytes(text.data(), text.size());
        out_[3] = text.size();
        out_[0] = out_[2] != 0;
        return true;
    }

    bool string_new() {
        const char* bytes = lane_.upper(in_[0], in_[1]);
        // The bytes are validated after they have been copied.
        return bytes != nullptr && give(unwrap(api_.string_new(env_, bytes, in_[1])));
    }

    [[nodiscard]] SkString* string(std::uint64_t number) const {
        Object* object = lane_.refs().object(number);
        const bool is_string = object != nullptr && object->cls->kind == ClassKind::String;
        return is_string ? wrap(static_cast<String*>(object)) : nullptr;
    }

    bool string_slice() {
        SkString* whole = string(in_[0]);
        return whole != nullptr && give(unwrap(api_.string_slice(env_, whole, in_[1], in_[2])));
    }

    bool fetch() {
        Object* object = lane_.refs().object(in_[0]);
        isolate::RefInfo info;
        if (object == nullptr) return false;
        out_[0] = lane_.describe(env_, object, info, true);
        out_[4] = info.length;
        if (info.list != 0) {  // where the references are
            const ValueShape* shape = Lane::element_shape(env_, *static_cast<Array*>(object));
            if (shape != nullptr) give_shapes({}, shape);
            out_[6] = out_[2];
            out_[7] = out_[3];
            out_[0] = out_[0] != 0 && shape != nullptr && thread_.pending == nullptr;
        }
        out_[2] = info.data;
        out_[3] = info.work;
        out_[5] = info.list;
        return true;
    }

    bool array_set() {
        Array* array = lane_.array(in_[0]);
        if (array == nullptr || in_[1] >= array->length) return false;
        const SkKind kind = api_.array_kind(env_, wrap(array));
        Object* value = in_[2] != 0 ? lane_.refs().object(in_[2]) : nullptr;
        if ((kind != SK_STRING && kind != SK_REFERENCE) || (in_[2] != 0 && value == nullptr)) return false;
        // An array that was made here has nulls until it is filled.
        if (value != nullptr && !reference_fits(session_.vm(), value, array->cls->element_type)) return false;
        api_.array_set(env_, wrap(array), in_[1], value);
        return true;
    }

    bool changes() {
        for (unsigned i = 0; i < in_[0] && i < isolate::kMaxChanges; i++)
            if (!merge(i)) return false;
        return in_[0] <= isolate::kMaxChanges;
    }

    bool merge(unsigned index) {
        const std::string wrong = lane_.merge(lane_.change(index));
        if (!wrong.empty()) session_.process().kill("was stopped, since it " + wrong);
        return true;
    }

    bool throw_an_error() {
        const auto class_name = lane_.text(in_[0], in_[1]);
        const auto message = lane_.text(in_[2], in_[3]);
        if (!class_name || !message) return false;
        api_.throw_error(env_, class_name->c_str(), message->c_str());
        return true;
    }

    bool throw_an_object() {
        Object* error = lane_.refs().object(in_[0]);
        if (error == nullptr || !error->cls->is_error) return false;
        api_.throw_object(env_, wrap(error));
        return true;
    }

    bool require() {
        const auto capability = lane_.text(in_[0], in_[1]);
        if (!capability) return false;
        if (in_[2] == 0) {
            out_[0] = api_.require(env_, capability->c_str(), nullptr);
            return true;
        }
        const auto resource = lane_.text(in_[2], in_[3]);
        if (!resource) return false;
        out_[0] = api_.require(env_, capability->c_str(), resource->c_str());
        return true;
    }

    bool roots() {
        if (op_ == Op::RootNew || op_ == Op::RootSet) {
            const std::uint64_t number = in_[op_ == Op::RootNew ? 0 : 1];
            Object* object = number != 0 ? lane_.refs().object(number) : nullptr;
            if (number != 0 && object == nullptr) return false;
            if (op_ == Op::RootNew) {
                out_[0] = session_.add_root(env_, object);
                return true;
            }
            SkRoot* root = session_.root(in_[0]);
            if (root != nullptr) api_.root_set(env_, root, object);
            return root != nullptr;
        }
        SkRoot* root = session_.root(in_[0]);
        if (root == nullptr) return false;
        if (op_ == Op::RootGet) return give(static_cast<Object*>(api_.root_get(env_, root)));
        session_.free_root(env_, in_[0]);
        return true;
    }

    bool handles() {
        if (op_ == Op::HandleNew) {
            const auto name = lane_.text(in_[1], in_[2]);
            const SkHandleType* type = name ? session_.handle_type(in_[0], &*name) : nullptr;
            if (type == nullptr) return false;
            out_[0] = static_cast<std::uint64_t>(session_.add_handle(env_, type, in_[3]));
            return true;
        }
        const bool own = op_ == Op::HandleOwn;
        const SkHandleType* type = session_.handle_type(in_[own ? 1 : 0], nullptr);
        const auto handle = static_cast<std::int64_t>(in_[own ? 2 : 1]);
        if (type == nullptr) return false;
        if (!own) {
            out_[0] = api_.handle_close(env_, type, handle);
            return true;
        }
        Object* owner = lane_.refs().object(in_[0]);
        if (owner == nullptr) return false;
        out_[0] = api_.handle_own(env_, wrap(owner), type, handle);
        return true;
    }

    // ---- calls into the guest ----

    // An argument or a field's value; the types of references are checked by who takes it. `memory`: room for
    // a struct and its like. False: an error is pending, or what was sent is not `honest`.
    bool take_value(const ValueShape& shape, std::uint64_t word, void* memory, SkValue& value, bool& honest) {
        value.u64 = word;
        if (shape.kind == NativeKind::Value) return take_struct(shape, word, memory, value, honest);
        if (is_reference_kind(shape.kind)) {
            Object* object = word != 0 ? lane_.refs().object(word) : nullptr;
            value.object = wrap(object);
            return honest = word == 0 || object != nullptr;
        }
        if (shape.kind != NativeKind::Char || word < 0xD800 || (word > 0xDFFF && word <= 0x10FFFF))
            return true;
        throw_error(thread_, "std.core.PluginError", "the plugin passed what is no character");
        return false;
    }

    [[gnu::noinline]] bool take_struct(const ValueShape& shape, std::uint64_t place, void* memory,
                                       SkValue& value, bool& honest) {
        value.data = nullptr;
        if (place == 0) return true;  // what is wrong with that, who takes it says
        const char* bytes = lane_.upper(place, shape.layout->size);
        honest = bytes != nullptr;
        if (!honest) return false;
        std::memcpy(memory, bytes, shape.layout->size);
        value.data = memory;
        honest = numbers_to_objects(lane_.refs(), shape, memory);
        if (!honest) return false;
        Slot slots[kMaxValueSlots];
        load_leaves(*shape.layout, static_cast<const std::uint8_t*>(memory), slots);
        for (const std::uint32_t leaf : shape.chars) {
            if (slots[leaf] < 0xD800 || (slots[leaf] > 0xDFFF && slots[leaf] <= 0x10FFFF)) continue;
            throw_error(thread_, "std.core.PluginError", "the plugin passed what is no character");
            return false;
        }
        return true;
    }

    // The value is the reply.
    void give_value(const ValueShape& shape, const SkValue& value) {
        out_[0] = 1;
        out_[3] = value.u64;
        if (is_reference_kind(shape.kind)) out_[0] = lane_.put(env_, 0, unwrap(value.object));
        if (shape.kind != NativeKind::Value) return;
        out_[3] = lane_.put_value(env_, shape, value.data);
        out_[0] = out_[3] != 0;
    }

    // Takes the arguments of a call from the request, has `run` call it, and gives its result.
    template <typename Run>
    bool call(const GuestCall& called, Run&& run) {
        SkValue arguments[kMaxNativeParams] = {}, result{};
        if (called.params.size() > kMaxNativeParams) {
            throw_error(thread_, "std.core.PluginError",
                        called.name + " has more parameters than a plugin in a process of its own can pass");
            out_[0] = 0;
            return true;
        }
        // Objects in there are the plugin's references as well; those of a result nobody else's.
        std::unique_ptr<std::uint64_t[]> room;
        std::size_t words = 0;
        for (const ValueShape& shape : called.params) words += room_words(shape);
        if (words != 0) room = std::make_unique<std::uint64_t[]>(words);
        std::uint64_t* at = room.get();
        // Calls nest here, so that their stack counts.
        if (called.result.kind == NativeKind::Value) result.data = alloca(called.result.layout->size);
        bool honest = true, good = true;
        for (std::size_t i = 0; good && i < called.params.size(); i++) {
            good = take_value(called.params[i], in_[4 + i], at, arguments[i], honest);
            at += room_words(called.params[i]);
        }
        out_[0] = 0;
        if (!good) return honest;
        const bool returned = run(arguments, result);
        out_[2] = lane_.refresh();
        if (returned) give_value(called.result, result);
        return true;
    }

    static std::size_t room_words(const ValueShape& shape) {
        return shape.kind == NativeKind::Value ? (shape.layout->size + 7) / 8 : 0;
    }

    bool call_function() {
        Object* object = lane_.refs().object(in_[0]);
        const auto type = lane_.text(in_[1], in_[2]);
        if (object == nullptr || !type) return false;
        const GuestCall* called = called_function(*object, *type);
        out_[0] = 0;
        if (called == nullptr) return thread_.pending != nullptr;
        return call(*called, [&](const SkValue* arguments, SkValue& result) {
            return api_.call_function(env_, wrap(object), type->c_str(), arguments, &result);
        });
    }

    // Null if it is no function of that type, with the error pending that calling it gives.
    const GuestCall* called_function(Object& object, const std::string& type) {
        const GuestCall* called =
            object.cls->kind == ClassKind::Closure ? closure_call(thread_, *object.cls) : nullptr;
        if (called != nullptr && called->signature == type) return called;
        SkValue none{};
        if (thread_.pending == nullptr) api_.call_function(env_, wrap(&object), type.c_str(), nullptr, &none);
        return nullptr;
    }

    bool call_method() {
        const auto* method = static_cast<const SkMethod*>(session_.known(Known::Method, in_[0]));
        Object* receiver = in_[1] != 0 ? lane_.refs().object(in_[1]) : nullptr;
        if (method == nullptr || (in_[1] != 0 && receiver == nullptr)) return false;
        if (op_ == Op::MethodCall)
            return call(method->call, [&](const SkValue* arguments, SkValue& result) {
                return api_.method_call(env_, method, wrap(receiver), arguments, &result);
            });
        SkObject* made = nullptr;
        const bool honest = call(method->call, [&](const SkValue* arguments, SkValue&) {
            made = api_.object_new(env_, method, arguments);
            return false;
        });
        return honest && give(unwrap(made));
    }

    // ---- values ----

    void give_shapes(const std::vector<ValueShape>& params, const ValueShape* result) {
        std::vector<std::uint32_t> words;
        for (const ValueShape& shape : params) append_shape(shape, words);
        if (result != nullptr) append_shape(*result, words);
        out_[3] = words.size() * sizeof words[0];
        out_[2] = lane_.put_bytes(words.data(), out_[3]);
        if (out_[2] == 0 && thread_.pending == nullptr)
            throw_error(thread_, "std.core.OutOfMemoryError",
                        "there is no room for what the isolated plugin asks for in one call");
    }

    bool native_shapes() {
        if (lane_.called == nullptr) return false;
        std::vector<ValueShape> params;
        for (const ValuePlan::Param& param : lane_.called->params) params.push_back(param.shape);
        give_shapes(params, &lane_.called->result);
        return true;
    }

    bool function_shapes() {
        Object* object = lane_.refs().object(in_[0]);
        const auto type = lane_.text(in_[1], in_[2]);
        if (object == nullptr || !type) return false;
        const GuestCall* called = called_function(*object, *type);
        if (called != nullptr) give_shapes(called->params, &called->result);
        out_[0] = called != nullptr;
        return called != nullptr || thread_.pending != nullptr;
    }

    bool element_shape() {
        Array* array = lane_.array(in_[0]);
        if (array == nullptr) return false;
        const ValueShape* shape = Lane::element_shape(env_, *array);
        if (shape != nullptr) give_shapes({}, shape);
        out_[0] = shape != nullptr && thread_.pending == nullptr;
        return true;
    }

    [[gnu::noinline]] bool array_put() {
        Array* array = lane_.array(in_[0]);
        if (array == nullptr) return false;
        const ValueShape* shape = Lane::element_shape(env_, *array);
        alignas(8) std::uint8_t memory[kMaxValueBytes];
        SkValue value{};
        bool honest = true;
        out_[0] = 0;
        if (shape != nullptr && in_[1] < array->length && !take_struct(*shape, in_[2], memory, value, honest))
            return honest;
        out_[0] = api_.array_put(env_, wrap(array), in_[1], value.data);
        return true;
    }

    // ---- what std.native is made of, and completions ----

    bool handles_of_std() {
        if (op_ == Op::HandleAdopt) {
            Object* owner = lane_.refs().object(in_[0]);
            if (owner == nullptr) return false;
            out_[0] = api_.resource_adopt(env_, wrap(owner), static_cast<std::int64_t>(in_[1]));
            return true;
        }
        const auto handle = static_cast<std::int64_t>(in_[0]);
        out_[0] =
            op_ == Op::HandleForget ? api_.resource_close(env_, handle) : api_.resource_is_open(env_, handle);
        return true;
    }

    [[gnu::noinline]] bool completions() {
        if (op_ == Op::CompletionEnd) return end_completion(session_, lane_, in_, out_);
        if (op_ == Op::CompletionBegin) {
            Object* object = lane_.refs().object(in_[0]);
            if (object == nullptr) return false;
            out_[0] = 0;
            if (!session_.read_letters(env_)) return true;
            SkCompletion* begun = api_.completion_begin(env_, wrap(object));
            if (begun == nullptr) return true;
            const std::shared_ptr<CompletionState> state = begun->state;
            out_[0] = session_.add_completion(begun);
            if (out_[0] != 0)
                give_shapes({}, &state->shape);
            else
                throw_error(thread_, "std.core.OutOfMemoryError",
                            "an isolated plugin may have 1048576 completions to end");
            return true;
        }
        SkCompletion* ended = session_.take_completion(in_[0]);
        if (ended == nullptr) return session_.is_dead();
        const std::shared_ptr<CompletionState> state = ended->state;
        alignas(8) std::uint8_t memory[kMaxValueBytes];
        SkValue value{};
        bool honest = true;
        out_[0] = 0;
        if (take_value(state->shape, in_[1], memory, value, honest))
            out_[0] = api_.complete_value(env_, ended, &value);
        else
            (void)api_.complete_error(ended, "std.core.PluginError", "the plugin sent what is no value");
        return honest;
    }

    bool completions_of_std() {
        const auto handle = static_cast<std::int64_t>(in_[op_ == Op::CompletionTake ? 1 : 0]);
        if (op_ == Op::CompletionReady) {
            out_[0] = api_.completion_ready(env_, handle);
            return true;
        }
        if (op_ == Op::CompletionWait) {
            constexpr std::uint64_t kMost = 1 << 16;
            const char* shared = lane_.upper(in_[0], in_[1]);
            if (shared == nullptr || in_[1] > kMost * sizeof handle || in_[1] % sizeof handle != 0)
                return false;
            std::vector<std::int64_t> handles(in_[1] / sizeof handle);
            if (!handles.empty()) std::memcpy(handles.data(), shared, in_[1]);
            out_[0] = static_cast<std::uint64_t>(api_.completion_wait(env_, handles.data(), handles.size(),
                                                                      static_cast<std::int64_t>(in_[2])));
            return true;
        }
        Object* object = lane_.refs().object(in_[0]);
        if (object == nullptr) return false;
        out_[0] = static_cast<std::uint64_t>(op_ == Op::CompletionNew
                                                 ? api_.completion_new(env_, wrap(object))
                                                 : api_.completion_take(env_, wrap(object), handle));
        return true;
    }

    // ---- types and members ----

    bool types() {
        if (op_ == Op::TypeFind) {
            const auto text = lane_.text(in_[0], in_[1]);
            if (text) out_[0] = session_.number_of(Known::Type, api_.type_find(env_, text->c_str()));
            return text.has_value();
        }
        const bool of_object = op_ == Op::TypeOf || op_ == Op::TypeIs;
        Object* object = of_object && in_[0] != 0 ? lane_.refs().object(in_[0]) : nullptr;
        if (of_object && in_[0] != 0 && object == nullptr) return false;
        if (op_ == Op::TypeOf) {
            if (object != nullptr) out_[0] = session_.number_of(Known::Type, api_.type_of(env_, object));
            return object != nullptr;
        }
        const auto* type = static_cast<const SkType*>(session_.known(Known::Type, in_[of_object ? 1 : 0]));
        if (type == nullptr) return false;
        if (op_ == Op::TypeIs) out_[0] = api_.type_is(env_, object, type);
        if (op_ == Op::TypeText) return give_text(api_.type_text(env_, type));
        if (op_ == Op::ArrayNewOf) return give(unwrap(api_.array_new_of(env_, type, in_[1])));
        if (op_ == Op::TypeSize) {
            out_[0] = api_.type_size(env_, type);
            if (thread_.pending == nullptr) out_[2] = api_.type_align(env_, type);
        }
        return true;
    }

    bool find_member() {
        const auto* owner = static_cast<const SkType*>(session_.known(Known::Type, in_[0]));
        const auto name = lane_.text(in_[1], in_[2]);
        const auto type = lane_.text(in_[3], in_[4]);
        if (owner == nullptr || !name || !type) return false;
        if (op_ == Op::FieldFind) {
            const SkField* field = api_.field_find(env_, owner, name->c_str(), type->c_str());
            out_[0] = session_.number_of(Known::Field, field);
            if (field != nullptr) give_shapes({}, &field->shape);
        } else {
            const SkMethod* method = api_.method_find(env_, owner, name->c_str(), type->c_str());
            out_[0] = session_.number_of(Known::Method, method);
            if (method != nullptr) give_shapes(method->call.params, &method->call.result);
            out_[4] = method != nullptr && method->made != nullptr;
        }
        if (thread_.pending != nullptr) out_[0] = 0;
        return true;
    }

    [[gnu::noinline]] bool fields() {
        const auto* field = static_cast<const SkField*>(session_.known(Known::Field, in_[0]));
        if (field == nullptr) return false;
        if (op_ == Op::FieldOffset) {
            out_[0] = api_.field_offset(env_, field);
            return true;
        }
        Object* object = in_[1] != 0 ? lane_.refs().object(in_[1]) : nullptr;
        if (in_[1] != 0 && object == nullptr) return false;
        out_[0] = 0;
        alignas(8) std::uint8_t memory[kMaxValueBytes];
        SkValue value{};
        bool honest = true;
        if (op_ == Op::FieldGet) {
            if (field->shape.kind == NativeKind::Value) value.data = memory;
            if (api_.field_get(env_, wrap(object), field, &value)) give_value(field->shape, value);
        } else if (take_value(field->shape, in_[2], memory, value, honest)) {
            out_[0] = api_.field_set(env_, wrap(object), field, &value);
        }
        return honest;
    }

    bool resource_handle() {
        Object* object = lane_.refs().object(in_[0]);
        if (object == nullptr) return false;
        for (const auto& field : object->cls->fields) {
            if (field.def->name != "handle" || field.def->owner->name != "std.native.Resource") continue;
            std::memcpy(&out_[0], reinterpret_cast<const char*>(object) + field.offset, sizeof out_[0]);
            return true;
        }
        throw_error(thread_, "std.core.CastError",
                    "a " + type_text(object->cls->type) + " is no std.native.Resource");
        return true;
    }

    bool open_path() {
        const auto capability = lane_.text(in_[0], in_[1]);
        const auto path = lane_.text(in_[2], in_[3]);
        if (!capability || !path) return false;
        char name[SK_NAME_BYTES] = {};
        const int fd = op_ == Op::PathOpen
                           ? api_.path_open(env_, capability->c_str(), path->c_str(),
                                            static_cast<int>(in_[4]), static_cast<unsigned>(in_[5]))
                           : api_.path_parent(env_, capability->c_str(), path->c_str(), name);
        out_[0] = fd >= 0;
        out_[4] = static_cast<std::uint64_t>(errno);
        if (fd < 0) return true;
        const bool sent = lane_.send_descriptor(fd);
        close(fd);
        if (op_ == Op::PathParent) give_text(name);
        out_[0] = sent;
        out_[4] = EMFILE;
        return true;
    }

    bool random_bytes() {
        if (in_[0] > kMostRandom) return false;
        std::string bytes(in_[0], '\0');
        if (api_.random_bytes(env_, bytes.data(), bytes.size())) return give_text(bytes);
        out_[0] = 0;
        return true;
    }

    PluginSession& session_;
    Lane& lane_;
    Thread& thread_;
    SkEnv* env_;
    const SkApi& api_;
    const std::uint64_t* in_;
    std::uint64_t* out_;
    Op op_;
};

}  // namespace

bool serve_plugin_request(PluginSession& session, Lane& lane, const Message& request, Message& reply) {
    if (lane.thread() != nullptr) return RequestServer(session, lane, request, reply).serve();
    // While it loads, closes or ends, there is no guest that could ask.
    if (request.op == Op::AtExit) return session.add_hook(request.words[0], request.words[1]);
    if (request.op == Op::CompletionEnd) return end_completion(session, lane, request.words, reply.words);
    if (request.op != Op::Refuse) return false;
    const auto why = lane.text(request.words[0], request.words[1]);
    if (why) session.process().kill("was stopped: " + repaired_utf8(*why));
    return why.has_value();
}

}  // namespace skua::vm
