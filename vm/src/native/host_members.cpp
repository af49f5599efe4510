// Types, fields, methods and new objects, as natives see them.
#include <cstring>

#include "link/linker.h"
#include "native/guest_call.h"
#include "native/host_support.h"
#include "native/type_parser.h"
#include "runtime/runtime.h"

namespace skua::vm {

namespace {

const Object* object_of(const void* reference) {
    return static_cast<const Object*>(reference);
}

std::nullptr_t throw_link(SkEnv* env, const Diagnostic& why) {
    throw_error(thread_of(env), "std.core.LinkError", failure_text(why));
    return nullptr;
}

// ---- types -------------------------------------------------------------------------------------------

const SkType* type_find(SkEnv* env, const char* text) {
    auto type = parse_type(*thread_of(env).vm, text);
    return type ? wrap(*type) : throw_link(env, type.error());
}

const SkType* type_of(SkEnv*, const void* reference) {
    return wrap(object_of(reference)->cls->type);
}

bool type_is(SkEnv* env, const void* reference, const SkType* type) {
    if (reference == nullptr) return false;
    auto cls = test_class_of(*thread_of(env).vm, unwrap(type));
    return cls && is_instance(object_of(reference), *cls);
}

const char* type_text_api(SkEnv* env, const SkType* type) {
    return registry_of(env).text_of(*unwrap(type));
}

const Layout* layout_or_throw(SkEnv* env, const SkType* type) {
    auto layout = layout_of(thread_of(env).vm->types(), unwrap(type));
    return layout ? *layout : throw_link(env, layout.error());
}

std::size_t type_size(SkEnv* env, const SkType* type) {
    const Layout* layout = layout_or_throw(env, type);
    return layout != nullptr ? layout->size : 0;
}

std::size_t type_align(SkEnv* env, const SkType* type) {
    const Layout* layout = layout_or_throw(env, type);
    return layout != nullptr ? layout->align : 0;
}

// ---- fields ------------------------------------------------------------------------------------------

const SkField* field_find(SkEnv* env, const SkType* owner, const char* name, const char* type) {
    auto field = registry_of(env).members().field(*thread_of(env).vm, unwrap(owner), name, type);
    return field ? *field : throw_link(env, field.error());
}

std::size_t field_offset(SkEnv*, const SkField* field) {
    return field->owner == nullptr ? field->offset : 0;
}

// Where the field is; null if it throws.
std::uint8_t* field_place(SkEnv* env, SkObject* object, const SkField& field) {
    Thread& thread = thread_of(env);
    if (object == nullptr) {
        throw_error(thread, "std.core.NullError",
                    "the object whose field " + field.name + " is asked for is null");
        return nullptr;
    }
    if (field.owner == nullptr) {
        throw_error(thread, "std.core.ArgumentError",
                    field.name + " is a field of a struct: see field_offset");
        return nullptr;
    }
    if (!is_instance(unwrap(object), field.owner)) {
        throw_error(thread, "std.core.CastError",
                    "a " + type_text(unwrap(object)->cls->type) + " has no field " + field.name);
        return nullptr;
    }
    return reinterpret_cast<std::uint8_t*>(object) + field.offset;
}

bool field_get(SkEnv* env, SkObject* object, const SkField* field, SkValue* value) {
    const std::uint8_t* from = field_place(env, object, *field);
    if (from == nullptr) return false;
    if (field->shape.kind == NativeKind::Value) {
        std::memcpy(value->data, from, field->shape.layout->size);
        return true;
    }
    Slot slot = 0;
    load_leaves(*field->shape.layout, from, &slot);
    value_from_slots(field->shape, &slot, *value);
    return true;
}

bool field_set(SkEnv* env, SkObject* object, const SkField* field, const SkValue* value) {
    std::uint8_t* to = field_place(env, object, *field);
    if (to == nullptr) return false;
    Thread& thread = thread_of(env);
    if (!field->is_mutable) {
        throw_error(thread, "std.core.ArgumentError",
                    "field " + field->name + " is not a var: it cannot be set");
        return false;
    }
    Slot slots[kMaxValueSlots];
    if (!checked_slots(thread, field->shape, *value, slots, {}, 0)) return false;
    store_leaves(*field->shape.layout, object, to, slots);
    return true;
}

// ---- functions ---------------------------------------------------------------------------------------

const SkMethod* method_find(SkEnv* env, const SkType* owner, const char* name, const char* signature) {
    auto method = registry_of(env).members().method(*thread_of(env).vm, unwrap(owner), name, signature);
    return method ? *method : throw_link(env, method.error());
}

bool method_call(SkEnv* env, const SkMethod* method, SkObject* receiver, const SkValue* args,
                 SkValue* result) {
    Thread& thread = thread_of(env);
    if (method->made != nullptr) {
        throw_error(thread, "std.core.ArgumentError",
                    method->call.name + " is a constructor: see object_new");
        return false;
    }
    if (method->receiver == nullptr)
        return call_guest(thread, *method->function, method->call, {}, args, {}, result);
    if (receiver == nullptr) {
        throw_error(thread, "std.core.NullError", "the receiver of " + method->call.name + " is null");
        return false;
    }
    Class& cls = *unwrap(receiver)->cls;
    if (!is_instance(unwrap(receiver), method->receiver)) {
        throw_error(thread, "std.core.CastError",
                    "a " + type_text(cls.type) + " has no " + method->call.name);
        return false;
    }
    Function* function = method->function;
    if (method->dispatch == SkMethod::Dispatch::Virtual)
        function = cls.vtable[method->vtable_index];
    else if (method->dispatch == SkMethod::Dispatch::Interface)
        function = find_implementation(thread, cls, *method->selector);
    if (function == nullptr) return false;
    const Slot first = reinterpret_cast<Slot>(receiver);
    return call_guest(thread, *function, method->call, {&first, 1}, args, {}, result);
}

SkObject* object_new(SkEnv* env, const SkMethod* constructor, const SkValue* args) {
    Thread& thread = thread_of(env);
    if (constructor->made == nullptr) {
        throw_error(thread, "std.core.ArgumentError", constructor->call.name + " is not a constructor");
        return nullptr;
    }
    Object* object = new_object(thread, *constructor->made);
    if (object == nullptr) return nullptr;
    const Slot first = reinterpret_cast<Slot>(object);
    const bool made =
        call_guest(thread, *constructor->function, constructor->call, {&first, 1}, args, {}, nullptr);
    return made ? wrap(object) : nullptr;
}

bool call_function(SkEnv* env, SkObject* object, const char* signature, const SkValue* args,
                   SkValue* result) {
    Thread& thread = thread_of(env);
    if (object == nullptr) {
        throw_error(thread, "std.core.NullError", "the function to call is null");
        return false;
    }
    const Class& cls = *unwrap(object)->cls;
    if (cls.kind != ClassKind::Closure) {
        throw_error(thread, "std.core.ArgumentError",
                    "a value of type " + type_text(cls.type) + " is not a function");
        return false;
    }
    const GuestCall* call = closure_call(thread, cls);
    if (call == nullptr) return false;
    if (std::strcmp(call->signature.c_str(), signature) != 0) [[unlikely]] {
        throw_error(thread, "std.core.ArgumentError",
                    "the function is of type " + call->signature + ", not " + std::string(signature));
        return false;
    }
    const Slot* captures = static_cast<Closure*>(unwrap(object))->captures();
    return call_guest(thread, *cls.closure_function, *call, {}, args, {captures, cls.capture_slots}, result);
}

// ---- arrays ------------------------------------------------------------------------------------------

SkArray* array_new_of(SkEnv* env, const SkType* element, std::size_t len) {
    Thread& thread = thread_of(env);
    if (unwrap(element)->kind == TypeKind::Void ||
        (unwrap(element)->kind == TypeKind::Named && !layout_or_throw(env, element))) {
        if (thread.pending == nullptr)
            throw_error(thread, "std.core.ArgumentError", "there are no arrays of void");
        return nullptr;
    }
    Class* cls = array_class_of(thread, unwrap(element));
    if (cls == nullptr) return nullptr;
    return wrap(new_array(thread, *cls, static_cast<std::int64_t>(std::min<std::size_t>(len, INT64_MAX))));
}

bool array_put(SkEnv* env, SkArray* a, std::size_t index, const void* value) {
    Thread& thread = thread_of(env);
    Array* array = unwrap(a);
    if (index >= array->length) {
        throw_bounds(thread, static_cast<std::int64_t>(index), array->length);
        return false;
    }
    auto shape = registry_of(env).members().element(*thread.vm, *array->cls);
    if (!shape) return throw_link(env, shape.error()) != nullptr;
    if ((*shape)->kind != NativeKind::Value) {
        throw_error(
            thread, "std.core.ArgumentError",
            "elements of type " + type_text((*shape)->type) + " are written through array_data or array_set");
        return false;
    }
    SkValue from;
    from.data = const_cast<void*>(value);
    Slot slots[kMaxValueSlots];
    if (!checked_slots(thread, **shape, from, slots, {}, 0)) return false;
    store_leaves(*array->cls->element, array, array->data() + index * array->cls->element->size, slots);
    return true;
}

}  // namespace

void fill_members(SkApi& api) {
    api.type_find = contained<type_find>;
    api.type_of = type_of;
    api.type_is = contained<type_is>;
    api.type_text = contained<type_text_api>;
    api.type_size = contained<type_size>;
    api.type_align = contained<type_align>;
    api.field_find = contained<field_find>;
    api.field_offset = field_offset;
    api.field_get = contained<field_get>;
    api.field_set = contained<field_set>;
    api.method_find = contained<method_find>;
    api.method_call = contained<method_call>;
    api.object_new = contained<object_new>;
    api.call_function = contained<call_function>;
    api.array_new_of = contained<array_new_of>;
    api.array_put = contained<array_put>;
}

}  // namespace skua::vm
