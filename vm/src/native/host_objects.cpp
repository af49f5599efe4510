// Strings, arrays, roots and handles, as natives see them.
#include <cstring>

#include "native/host_support.h"
#include "skua/classfile/check.h"
#include "skua/vm/wording.h"

namespace skua::vm {

namespace {

// ---- strings ---------------------------------------------------------------------------------------

const char* string_data(SkEnv*, SkString* s) {
    return unwrap(s)->chars();
}
std::size_t string_len(SkEnv*, SkString* s) {
    return unwrap(s)->length;
}

// Of bytes that were just copied into it.
SkString* validated(Thread& thread, String* s) {
    if (const std::size_t valid = utf8_prefix(s->view()); valid != s->length) {
        throw_error(thread, "std.core.ArgumentError",
                    "text is not valid UTF-8: byte " + std::to_string(valid) + " of " +
                        std::to_string(s->length) + " is wrong");
        return nullptr;
    }
    return wrap(s);
}

SkString* string_new_from_parts(SkEnv* env, const char* const* parts, const std::size_t* lens,
                                std::size_t count) {
    Thread& thread = thread_of(env);
    std::uint64_t length = 0;
    for (std::size_t i = 0; i < count; i++) {
        if (lens[i] > kMaxStringLength) length = kMaxStringLength;
        length += lens[i];
        if (length > kMaxStringLength) {
            throw_error(thread, "std.core.OutOfMemoryError", "a string may have at most 2147483647 bytes");
            return nullptr;
        }
    }
    String* s = new_string_uninitialized(thread, length);
    if (s == nullptr) return nullptr;
    char* to = s->chars();
    for (std::size_t i = 0; i < count; i++) {
        if (lens[i] != 0) std::memcpy(to, parts[i], lens[i]);
        to += lens[i];
    }
    return validated(thread, s);
}

SkString* string_new(SkEnv* env, const char* bytes, std::size_t len) {
    Thread& thread = thread_of(env);
    String* s = new_string_uninitialized(thread, len);
    if (s == nullptr) return nullptr;
    if (len != 0) std::memcpy(s->chars(), bytes, len);
    return validated(thread, s);
}

// The NUL behind the text does not.
bool continues_character(const String& text, std::size_t at) {
    return (static_cast<unsigned char>(text.chars()[at]) & 0xC0) == 0x80;
}

// Errors are made apart, so that their texts take no room in the frames of what is called all the time.
[[gnu::cold, gnu::noinline]] SkString* wrong_slice(Thread& thread, const String& whole, std::size_t start,
                                                   std::size_t end) {
    const std::string slice = "slice " + std::to_string(start) + ".." + std::to_string(end);
    if (start > end || end > whole.length) {
        throw_error(thread, "std.core.IndexError", slice + " of length " + std::to_string(whole.length));
    } else {
        throw_error(thread, "std.core.ArgumentError",
                    slice + ": byte " + std::to_string(continues_character(whole, start) ? start : end) +
                        " is inside a character");
    }
    return nullptr;
}

[[gnu::cold, gnu::noinline]] bool no_room_for_text(Thread& thread, const String& text, const Array& to,
                                                   std::size_t at) {
    throw_error(thread, "std.core.IndexError",
                std::to_string(text.length) + " bytes at " + std::to_string(at) + " of an array of length " +
                    std::to_string(to.length));
    return false;
}

// Most texts are short, and a call takes longer than they do. Ends may be copied twice.
inline void copy_bytes(char* to, const char* from, std::size_t count) {
    const auto words = [&](auto word) {
        decltype(word) first, last;
        std::memcpy(&first, from, sizeof word);
        std::memcpy(&last, from + count - sizeof word, sizeof word);
        std::memcpy(to, &first, sizeof word);
        std::memcpy(to + count - sizeof word, &last, sizeof word);
    };
    if (count > 16) [[unlikely]] {
        std::memcpy(to, from, count);
    } else if (count >= 8) {
        words(std::uint64_t{});
    } else if (count >= 4) {
        words(std::uint32_t{});
    } else {
        for (std::size_t i = 0; i < count; i++) to[i] = from[i];
    }
}

SkString* string_slice(SkEnv* env, SkString* s, std::size_t start, std::size_t end) {
    Thread& thread = thread_of(env);
    const String* whole = unwrap(s);
    if (start > end || end > whole->length) [[unlikely]]
        return wrong_slice(thread, *whole, start, end);
    if (end - start == whole->length) return s;
    if (continues_character(*whole, start) || continues_character(*whole, end)) [[unlikely]]
        return wrong_slice(thread, *whole, start, end);
    String* part = new_string_uninitialized(thread, end - start);
    if (part != nullptr) copy_bytes(part->chars(), whole->chars() + start, end - start);
    return wrap(part);
}

bool string_copy(SkEnv* env, SkString* s, SkArray* bytes, std::size_t at) {
    const String* text = unwrap(s);
    Array* to = unwrap(bytes);
    if (at > to->length || text->length > to->length - at) [[unlikely]]
        return no_room_for_text(thread_of(env), *text, *to, at);
    copy_bytes(reinterpret_cast<char*>(to->data()) + at, text->chars(), text->length);
    return true;
}

const char* string_cstr(SkEnv* env, SkString* s) {
    const char* text = unwrap(s)->chars();
    const void* nul = std::memchr(text, 0, unwrap(s)->length);
    if (nul == nullptr) return text;  // a NUL follows the text
    throw_error(
        thread_of(env), "std.core.ArgumentError",
        "the text contains a NUL character at byte " + std::to_string(static_cast<const char*>(nul) - text));
    return nullptr;
}

// ---- arrays -----------------------------------------------------------------------------------------

constexpr TypeKind kTypeOfKind[] = {
    TypeKind::I8,   TypeKind::I16,  TypeKind::I32,    TypeKind::I64, TypeKind::U8,
    TypeKind::U16,  TypeKind::U32,  TypeKind::U64,    TypeKind::F32, TypeKind::F64,
    TypeKind::Bool, TypeKind::Char, TypeKind::String,
};
static_assert(std::size(kTypeOfKind) == SK_STRING + 1);

std::size_t array_len(SkEnv*, SkArray* a) {
    return unwrap(a)->length;
}
void* array_data(SkEnv*, SkArray* a) {
    return unwrap(a)->data();
}

SkKind array_kind(SkEnv*, SkArray* a) {
    const Class& cls = *unwrap(a)->cls;
    for (int kind = SK_I8; kind <= SK_STRING; kind++)
        if (cls.element_type->kind == kTypeOfKind[kind]) return static_cast<SkKind>(kind);
    const bool reference = cls.element->leaves.size() == 1 && cls.element->leaves[0].rep == Rep::Ref;
    // A struct of one reference lies like a reference, but is none.
    const TypeKind kind = cls.element_type->kind;
    if (!reference || kind == TypeKind::Tuple) return SK_VALUE;
    const auto is_ref = is_reference(cls.element_type);
    return is_ref.ok() && *is_ref ? SK_REFERENCE : SK_VALUE;
}

SkArray* array_new(SkEnv* env, SkKind kind, std::size_t len) {
    Thread& thread = thread_of(env);
    if (static_cast<unsigned>(kind) > SK_STRING) {
        throw_error(thread, "std.core.ArgumentError", "natives make arrays of primitives and strings only");
        return nullptr;
    }
    auto& cache = registry_of(env).array_class(kind);
    Class* cls = cache.load(std::memory_order_acquire);
    if (cls == nullptr) {
        cls = array_class_of(thread, thread.vm->types().simple(kTypeOfKind[kind]));
        if (cls == nullptr) return nullptr;
        cache.store(cls, std::memory_order_release);
    }
    if (len > static_cast<std::size_t>(INT64_MAX)) len = INT64_MAX;  // as much too big
    return wrap(new_array(thread, *cls, static_cast<std::int64_t>(len)));
}

void array_set(SkEnv*, SkArray* a, std::size_t index, void* reference) {
    Array* array = unwrap(a);
    SKUA_CHECK(index < array->length && array->cls->element->size == sizeof(void*));
    void** slot = array->elements<void*>() + index;
    gc::write_barrier(array, slot, reference);
    *slot = reference;
}

// ---- roots and handles ------------------------------------------------------------------------------------

SkRoot* root_new(SkEnv* env, void* reference) {
    return registry_of(env).roots().add(reference);
}
void* root_get(SkEnv*, SkRoot* root) {
    return root->reference;
}
void root_set(SkEnv*, SkRoot* root, void* reference) {
    root->reference = reference;
}
void root_free(SkEnv* env, SkRoot* root) {
    if (root != nullptr) registry_of(env).roots().remove(root);
}

std::int64_t handle_new_sized(SkEnv* env, const SkHandleType* type, void* pointer, std::size_t bytes) {
    HandleTable& handles = registry_of(env).handles();
    Thread& thread = thread_of(env);
    if (const std::int64_t handle = handles.add(type, pointer, bytes)) return handle;
    // Owners that are garbage may hold some.
    gc::collect();
    gc::run_cleaners();
    if (const std::int64_t handle = handles.add(type, pointer, bytes)) return handle;
    if (handles.is_full()) {
        thread.vm->limits().end_program(Limit::Handles, handles.limit());
        throw_error(thread, "std.core.LimitError", {});
    } else {
        throw_error(thread, "std.core.OutOfMemoryError",
                    "there is no room for a " + std::string(type->name) + " of up to " +
                        std::to_string(bytes) + " bytes; " +
                        std::string(wording(thread.vm->options().embedded).max_heap) +
                        " sets how much all of them may take");
    }
    return 0;
}
std::int64_t handle_new(SkEnv* env, const SkHandleType* type, void* pointer) {
    return handle_new_sized(env, type, pointer, 128);
}
void* handle_acquire(SkEnv* env, const SkHandleType* type, std::int64_t handle) {
    void* pointer = registry_of(env).handles().acquire(type, handle);
    if (pointer == nullptr)
        throw_error(thread_of(env), "std.core.StateError", "this " + std::string(type->name) + " is closed");
    return pointer;
}
void handle_release(SkEnv* env, std::int64_t handle) {
    registry_of(env).handles().release(handle);
}
bool handle_close(SkEnv* env, const SkHandleType* type, std::int64_t handle) {
    return registry_of(env).handles().close(type, handle);
}
bool handle_own(SkEnv* env, SkObject* owner, const SkHandleType* type, std::int64_t handle) {
    if (registry_of(env).own_handle(unwrap(owner), type, handle)) return true;
    throw_error(thread_of(env), "std.core.StateError", "this object owns a handle already");
    return false;
}

// ---- resources: std.native.Resource -----------------------------------------------------------------------

// The handle of an object; false with CastError pending if it is of another class.
bool resource_handle(SkEnv* env, SkObject* resource, std::int64_t& handle) {
    const Object& object = *unwrap(resource);
    for (const auto& field : object.cls->fields) {
        if (field.def->name != "handle" || field.def->owner->name != "std.native.Resource") continue;
        std::memcpy(&handle, reinterpret_cast<const char*>(&object) + field.offset, sizeof handle);
        return true;
    }
    throw_error(thread_of(env), "std.core.CastError",
                "a " + type_text(object.cls->type) + " is no std.native.Resource");
    return false;
}

void* resource_acquire(SkEnv* env, const SkHandleType* type, SkObject* resource) {
    std::int64_t handle = 0;
    return resource_handle(env, resource, handle) ? handle_acquire(env, type, handle) : nullptr;
}

void resource_release(SkEnv* env, SkObject* resource) {
    // Nothing is thrown: it was acquired.
    std::int64_t handle = 0;
    if (resource_handle(env, resource, handle)) handle_release(env, handle);
}

bool resource_adopt(SkEnv* env, SkObject* owner, std::int64_t handle) {
    if (const SkHandleType* type = registry_of(env).handles().type_of(handle))
        return handle_own(env, owner, type, handle);
    throw_error(thread_of(env), "std.core.StateError", "there is no open handle of this number");
    return false;
}

bool resource_close(SkEnv* env, std::int64_t handle) {
    HandleTable& handles = registry_of(env).handles();
    const SkHandleType* type = handles.type_of(handle);
    return type != nullptr && handles.close(type, handle);
}

bool resource_is_open(SkEnv* env, std::int64_t handle) {
    return registry_of(env).handles().type_of(handle) != nullptr;
}

}  // namespace

void fill_strings_and_arrays(SkApi& api) {
    api.string_data = string_data;
    api.string_len = string_len;
    api.string_new = contained<string_new>;
    api.string_new_from_parts = contained<string_new_from_parts>;
    api.string_cstr = contained<string_cstr>;
    api.array_len = array_len;
    api.array_kind = array_kind;
    api.array_data = array_data;
    api.array_new = contained<array_new>;
    api.array_set = array_set;
    // The length follows the header, what is counted follows the length (and the hash).
    api.string_len_at = api.array_len_at = sizeof(Object);
    api.string_data_at = sizeof(String);
    api.array_data_at = sizeof(Array);
    api.string_slice = contained<string_slice>;
    api.string_copy = contained<string_copy>;
    api.root_new = contained<root_new>;
    api.root_get = root_get;
    api.root_set = root_set;
    api.root_free = root_free;
    api.handle_new = contained<handle_new>;
    api.handle_acquire = contained<handle_acquire>;
    api.handle_release = handle_release;
    api.handle_close = contained<handle_close>;
    api.handle_own = contained<handle_own>;
    api.handle_new_sized = contained<handle_new_sized>;
    api.resource_acquire = contained<resource_acquire>;
    api.resource_release = contained<resource_release>;
    api.resource_adopt = contained<resource_adopt>;
    api.resource_close = contained<resource_close>;
    api.resource_is_open = resource_is_open;
}

}  // namespace skua::vm
