#include "host_value.h"

#include <bit>
#include <cmath>
#include <cstdlib>
#include <cstring>

#include "host_reference.h"
#include "link/linker.h"
#include "native/host_support.h"
#include "runtime/runtime.h"

namespace skua::embed {
namespace {

using vm::NativeKind;
using vm::Slot;
using vm::TypeKind;

// Element types of arrays that the host sees as such; TypeKind and SkKind count alike.
static_assert(static_cast<int>(TypeKind::I8) == SK_I8 && static_cast<int>(TypeKind::String) == SK_STRING);
constexpr std::size_t kElementBytes[] = {1, 2, 4, 8, 1, 2, 4, 8, 4, 8, 1, 4, sizeof(void*)};

struct IntegerRange {
    NativeKind kind;
    std::int64_t least;
    std::uint64_t most;
};
constexpr IntegerRange kRanges[] = {
    {NativeKind::I8, INT8_MIN, INT8_MAX},    {NativeKind::I16, INT16_MIN, INT16_MAX},
    {NativeKind::I32, INT32_MIN, INT32_MAX}, {NativeKind::I64, INT64_MIN, INT64_MAX},
    {NativeKind::U8, 0, UINT8_MAX},          {NativeKind::U16, 0, UINT16_MAX},
    {NativeKind::U32, 0, UINT32_MAX},        {NativeKind::U64, 0, UINT64_MAX},
};

bool is_signed(SkuaType type) {
    return type >= SKUA_I8 && type <= SKUA_I64;
}
bool is_unsigned(SkuaType type) {
    return type >= SKUA_U8 && type <= SKUA_U64;
}

// As the value's own width says: what lies beyond it in the union is not looked at.
std::int64_t signed_value(const SkuaValue& v) {
    switch (v.type) {
        case SKUA_I8:
            return static_cast<std::int8_t>(v.as.i64);
        case SKUA_I16:
            return static_cast<std::int16_t>(v.as.i64);
        case SKUA_I32:
            return static_cast<std::int32_t>(v.as.i64);
        default:
            return v.as.i64;
    }
}
std::uint64_t unsigned_value(const SkuaValue& v) {
    switch (v.type) {
        case SKUA_U8:
            return static_cast<std::uint8_t>(v.as.u64);
        case SKUA_U16:
            return static_cast<std::uint16_t>(v.as.u64);
        case SKUA_U32:
            return static_cast<std::uint32_t>(v.as.u64);
        default:
            return v.as.u64;
    }
}

bool integer_to_slot(const IntegerRange& range, const SkuaValue& value, Slot& slot, std::string& why) {
    bool fits = false;
    std::uint64_t bits = 0;
    std::string text;
    if (is_signed(value.type)) {
        const std::int64_t i = signed_value(value);
        fits = i >= range.least && (i < 0 || static_cast<std::uint64_t>(i) <= range.most);
        bits = static_cast<std::uint64_t>(i);
        text = std::to_string(i);
    } else if (is_unsigned(value.type)) {
        bits = unsigned_value(value);
        fits = bits <= range.most;
        text = std::to_string(bits);
    } else {
        why = "it is " + type_name(value);
        return false;
    }
    if (!fits) why = text + " does not fit";
    slot = range.kind == NativeKind::U32 ? static_cast<Slot>(std::int64_t{static_cast<std::int32_t>(bits)})
                                         : bits;
    return fits;
}

bool is_scalar_value(std::int64_t c) {
    return c >= 0 && c <= 0x10FFFF && (c < 0xD800 || c > 0xDFFF);
}

const vm::Type* without_null(const vm::Type* type) {
    return type->is(TypeKind::Nullable) ? type->elem() : type;
}

// Is the array type one that the host sees as such?
bool is_plain_array(const vm::Type* type) {
    return type->is(TypeKind::Array) &&
           (classfile::is_primitive(type->elem()->kind) || type->elem()->is(TypeKind::String));
}

SkEnv* env_of(vm::Thread& thread) {
    return reinterpret_cast<SkEnv*>(&thread.native_env);
}

bool text_to_slot(vm::Thread& thread, const SkuaText& text, Slot& slot, std::string& why) {
    if (text.bytes == nullptr && text.len > 0) {
        why = "its bytes are NULL";
        return false;
    }
    const std::string_view view(text.bytes == nullptr ? "" : text.bytes, text.len);
    if (const std::size_t good = vm::utf8_prefix(view); good < view.size()) {
        why = "it is not valid UTF-8 at byte " + std::to_string(good);
        return false;
    }
    slot = reinterpret_cast<Slot>(vm::new_string(thread, view));
    return slot != 0;
}

bool array_to_slot(vm::Thread& thread, const SkuaValue& value, Slot& slot, std::string& why) {
    const auto& array = value.as.array;
    if (array.data == nullptr && array.len > 0) {
        why = "its data is NULL";
        return false;
    }
    const SkEnv& env = *env_of(thread);
    SkArray* made = env.api->array_new(env_of(thread), value.element, array.len);
    if (made == nullptr) return false;
    slot = reinterpret_cast<Slot>(made);
    if (array.len == 0) return true;
    if (value.element != SK_STRING) {
        std::memcpy(env.api->array_data(env_of(thread), made), array.data,
                    array.len * kElementBytes[value.element]);
        return true;
    }
    const auto* texts = static_cast<const SkuaText*>(array.data);
    for (std::size_t i = 0; i < array.len; i++) {
        Slot text = 0;
        if (!text_to_slot(thread, texts[i], text, why)) {
            if (!why.empty()) why = "element " + std::to_string(i) + ": " + why;
            return false;
        }
        env.api->array_set(env_of(thread), made, i, reinterpret_cast<void*>(text));
    }
    return true;
}

bool reference_to_slot(vm::Thread& thread, const Crossing& to, const SkuaValue& value, Slot& slot,
                       std::string& why) {
    const vm::Type* type = without_null(to.type);
    if (value.type == SKUA_NULL) {
        slot = 0;
        if (to.kind != NativeKind::NullableReference) why = "it is null";
        return why.empty();
    }
    if (value.type == SKUA_STRING && type->is(TypeKind::String))
        return text_to_slot(thread, value.as.text, slot, why);
    if (value.type == SKUA_ARRAY && is_plain_array(type) &&
        static_cast<int>(type->elem()->kind) == static_cast<int>(value.element))
        return array_to_slot(thread, value, slot, why);
    if (value.type != SKUA_OBJECT || value.as.ref == nullptr) {
        why = "it is " + type_name(value);
        return false;
    }
    if (value.as.ref->vm->machine.get() != thread.vm) {
        why = "it is an object of another machine";
        return false;
    }
    auto* object = static_cast<vm::Object*>(value.as.ref->root->reference);
    auto cls = vm::test_class_of(*thread.vm, type);
    if (!cls) {
        why = cls.error().message;
        return false;
    }
    slot = reinterpret_cast<Slot>(object);
    if (vm::is_instance(object, *cls)) return true;
    why = "it is a " + vm::type_text(object->cls->type);
    return false;
}

// Whether a float has the type, its bits in a slot, or why not.
bool float_to_slot(NativeKind kind, const SkuaValue& value, Slot& slot, std::string& why) {
    if (value.type != SKUA_F32 && value.type != SKUA_F64) {
        why = "it is " + type_name(value);
        return false;
    }
    const double d = value.type == SKUA_F32 ? static_cast<double>(value.as.f32) : value.as.f64;
    slot = kind == NativeKind::F64 ? std::bit_cast<Slot>(d)
                                   : Slot{std::bit_cast<std::uint32_t>(static_cast<float>(d))};
    return true;
}

bool copy_text(std::string_view text, SkuaText& out) {
    auto* bytes = static_cast<char*>(std::malloc(text.size() + 1));
    if (bytes == nullptr) return false;
    std::memcpy(bytes, text.data(), text.size());
    bytes[text.size()] = '\0';
    out = {bytes, text.size()};
    return true;
}

// The texts lie behind the array of them, in one block.
bool copy_texts(vm::Array& array, void*& out) {
    auto** elements = array.elements<vm::String*>();
    std::size_t bytes = array.length * sizeof(SkuaText);
    for (std::uint64_t i = 0; i < array.length; i++)
        bytes += elements[i] == nullptr ? 0 : elements[i]->length + std::size_t{1};
    auto* block = static_cast<char*>(std::malloc(std::max<std::size_t>(bytes, 1)));
    if (block == nullptr) return false;
    auto* texts = reinterpret_cast<SkuaText*>(block);
    char* at = block + array.length * sizeof(SkuaText);
    for (std::uint64_t i = 0; i < array.length; i++) {
        if (elements[i] == nullptr) {
            texts[i] = {nullptr, 0};
            continue;
        }
        texts[i] = {at, elements[i]->length};
        std::memcpy(at, elements[i]->chars(), elements[i]->length + std::size_t{1});
        at += elements[i]->length + std::size_t{1};
    }
    out = block;
    return true;
}

bool copy_array(vm::Array& array, SkuaValue& value) {
    value.type = SKUA_ARRAY;
    value.element = static_cast<SkKind>(array.cls->element_type->kind);
    value.as.array.len = array.length;
    if (value.element == SK_STRING) return copy_texts(array, value.as.array.data);
    const std::size_t bytes = array.length * kElementBytes[value.element];
    value.as.array.data = std::malloc(std::max<std::size_t>(bytes, 1));
    if (value.as.array.data == nullptr) return false;
    std::memcpy(value.as.array.data, array.data(), bytes);
    return true;
}

bool new_reference(SkuaVm& vm, vm::Object* object, SkuaValue& value) {
    value.type = SKUA_OBJECT;
    value.as.ref = make_reference(vm, object);
    return value.as.ref != nullptr;
}

bool is_plain_array(const vm::Object& object) {
    return object.cls->kind == vm::ClassKind::Array && is_plain_array(object.cls->type);
}

void scalar_to_value(NativeKind kind, Slot slot, SkuaValue& value) {
    const auto set_signed = [&](SkuaType type) {
        value.type = type;
        value.as.i64 = static_cast<std::int64_t>(slot);
    };
    const auto set_unsigned = [&](SkuaType type) {
        value.type = type;
        value.as.u64 = slot;
    };
    switch (kind) {
        case NativeKind::I8:
            return set_signed(SKUA_I8);
        case NativeKind::I16:
            return set_signed(SKUA_I16);
        case NativeKind::I32:
            return set_signed(SKUA_I32);
        case NativeKind::I64:
            return set_signed(SKUA_I64);
        case NativeKind::U8:
            return set_unsigned(SKUA_U8);
        case NativeKind::U16:
            return set_unsigned(SKUA_U16);
        case NativeKind::U32:
            value.type = SKUA_U32;
            value.as.u64 = static_cast<std::uint32_t>(slot);
            return;
        case NativeKind::U64:
            return set_unsigned(SKUA_U64);
        case NativeKind::Bool:
            return set_signed(SKUA_BOOL);
        case NativeKind::Char:
            return set_signed(SKUA_CHAR);
        case NativeKind::F32:
            value.type = SKUA_F32;
            value.as.f32 = std::bit_cast<float>(static_cast<std::uint32_t>(slot));
            return;
        case NativeKind::F64:
            value.type = SKUA_F64;
            value.as.f64 = std::bit_cast<double>(slot);
            return;
        default:
            value.type = SKUA_VOID;
    }
}

}  // namespace

bool to_slot(vm::Thread& thread, const Crossing& to, const SkuaValue& value, Slot& slot, std::string& why) {
    for (const IntegerRange& range : kRanges)
        if (range.kind == to.kind) return integer_to_slot(range, value, slot, why);
    switch (to.kind) {
        case NativeKind::Void:
            return true;
        case NativeKind::Bool:
            slot = value.as.i64 != 0;
            if (value.type != SKUA_BOOL) why = "it is " + type_name(value);
            return why.empty();
        case NativeKind::Char:
            slot = static_cast<Slot>(value.as.i64);
            if (value.type != SKUA_CHAR)
                why = "it is " + type_name(value);
            else if (!is_scalar_value(value.as.i64))
                why = std::to_string(value.as.i64) + " is not a Unicode scalar value";
            return why.empty();
        case NativeKind::F32:
        case NativeKind::F64:
            return float_to_slot(to.kind, value, slot, why);
        default:
            return reference_to_slot(thread, to, value, slot, why);
    }
}

bool to_value(SkuaVm& vm, vm::Thread& /*thread*/, const Crossing& from, Slot slot, bool by_reference,
              SkuaValue& value) {
    value = skua_null();
    if (!is_reference_kind(from.kind)) {
        scalar_to_value(from.kind, slot, value);
        return true;
    }
    auto* object = reinterpret_cast<vm::Object*>(slot);
    if (object == nullptr) return true;
    if (!by_reference && object->cls->kind == vm::ClassKind::String) {
        value.type = SKUA_STRING;
        return copy_text(static_cast<vm::String*>(object)->view(), value.as.text);
    }
    if (!by_reference && is_plain_array(*object)) return copy_array(*static_cast<vm::Array*>(object), value);
    return new_reference(vm, object, value);
}

bool borrow(SkuaVm& vm, const Crossing& from, Slot slot, SkuaValue& value, BorrowedValue& keep) {
    value = skua_null();
    if (!is_reference_kind(from.kind)) {
        scalar_to_value(from.kind, slot, value);
        return true;
    }
    auto* object = reinterpret_cast<vm::Object*>(slot);
    if (object == nullptr) return true;
    if (object->cls->kind == vm::ClassKind::String) {
        const auto& text = *static_cast<vm::String*>(object);
        value.type = SKUA_STRING;
        value.as.text = {text.chars(), text.length};
        return true;
    }
    if (!is_plain_array(*object)) {
        if (!new_reference(vm, object, value)) return false;
        keep.ref = value.as.ref;
        return true;
    }
    auto& array = *static_cast<vm::Array*>(object);
    value.type = SKUA_ARRAY;
    value.element = static_cast<SkKind>(array.cls->element_type->kind);
    value.as.array.len = array.length;
    value.as.array.data = array.data();
    if (value.element != SK_STRING) return true;
    keep.texts =
        static_cast<SkuaText*>(std::malloc(std::max<std::size_t>(array.length, 1) * sizeof(SkuaText)));
    if (keep.texts == nullptr) return false;
    for (std::uint64_t i = 0; i < array.length; i++) {
        const vm::String* text = array.elements<vm::String*>()[i];
        keep.texts[i] = text == nullptr ? SkuaText{nullptr, 0} : SkuaText{text->chars(), text->length};
    }
    value.as.array.data = keep.texts;
    return true;
}

BorrowedValue::~BorrowedValue() {
    std::free(texts);
    skua_ref_free(ref);
}

std::string type_name(const SkuaValue& value) {
    static constexpr const char* kNames[] = {"void", "null", "bool", "i8",  "i16", "i32",  "i64",   "u8",
                                             "u16",  "u32",  "u64",  "f32", "f64", "char", "string"};
    static constexpr const char* kElements[] = {"[i8]",   "[i16]",  "[i32]",   "[i64]", "[u8]",
                                                "[u16]",  "[u32]",  "[u64]",   "[f32]", "[f64]",
                                                "[bool]", "[char]", "[string]"};
    if (value.type >= SKUA_VOID && value.type < std::size(kNames)) return kNames[value.type];
    if (value.type == SKUA_ARRAY && value.element <= SK_STRING) return kElements[value.element];
    return value.type == SKUA_OBJECT ? "an object that is NULL" : "of no type that there is";
}

}  // namespace skua::embed

void skua_value_free(SkuaValue* value) {
    if (value == nullptr) return;
    if (value->type == SKUA_STRING) std::free(const_cast<char*>(value->as.text.bytes));
    if (value->type == SKUA_ARRAY) std::free(value->as.array.data);
    if (value->type == SKUA_OBJECT) skua_ref_free(value->as.ref);
    *value = skua_null();
    value->type = SKUA_VOID;
}
