#include "host_value.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <new>

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

// As the value's own width says: what lies beyond it in the union is not looked at. A negative one is
// sign-extended.
struct Integer {
    std::uint64_t bits = 0;
    bool negative = false;
};
bool integer_of(const SkuaValue& value, Integer& out) {
    if (value.type < SKUA_I8 || value.type > SKUA_U64) return false;
    const bool is_signed = value.type <= SKUA_I64;
    const unsigned beyond = 64 - (8u << (value.type - (is_signed ? SKUA_I8 : SKUA_U8)));
    const std::uint64_t high = value.as.u64 << beyond;
    out.negative = is_signed && (high >> 63) != 0;
    out.bits =
        is_signed ? static_cast<std::uint64_t>(static_cast<std::int64_t>(high) >> beyond) : high >> beyond;
    return true;
}

bool integer_to_slot(const IntegerRange& range, const SkuaValue& value, Slot& slot, std::string& why) {
    Integer integer;
    if (!integer_of(value, integer)) {
        why = "it is " + type_name(value);
        return false;
    }
    const auto as_signed = static_cast<std::int64_t>(integer.bits);
    const bool fits = integer.negative ? as_signed >= range.least : integer.bits <= range.most;
    if (!fits)
        why = (integer.negative ? std::to_string(as_signed) : std::to_string(integer.bits)) + " does not fit";
    slot = range.kind == NativeKind::U32
               ? static_cast<Slot>(std::int64_t{static_cast<std::int32_t>(integer.bits)})
               : integer.bits;
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

bool parts_to_slots(vm::Thread& thread, const Crossing& to, const SkuaValue& value, Slot* slots,
                    std::string& why) {
    if (to.is_nullable_value()) {
        std::fill_n(slots, to.slots, 0);
        if (value.type == SKUA_NULL) return true;
        *slots = 1;
        return to_slots(thread, to.parts[0], value, slots + 1, why);
    }
    const auto& fields = value.as.fields;
    if (value.type != SKUA_STRUCT)
        why = "it is " + type_name(value);
    else if (fields.len != to.parts.size())
        why = "it has " + std::to_string(fields.len) + " fields, not " + std::to_string(to.parts.size());
    else if (fields.data == nullptr && fields.len > 0)
        why = "its fields are NULL";
    if (!why.empty()) return false;
    if (to.parts.empty()) *slots = 0;
    for (std::size_t i = 0; i < to.parts.size(); i++) {
        if (!to_slots(thread, to.parts[i], fields.data[i], slots, why)) {
            if (!why.empty()) why = part_name(to, i) + ": " + why;
            return false;
        }
        slots += to.parts[i].slots;
    }
    return true;
}

bool parts_to_value(SkuaVm& vm, const Crossing& from, const Slot* slots, bool by_reference,
                    SkuaValue& value) {
    if (from.is_nullable_value())
        return *slots == 0 || to_value(vm, from.parts[0], slots + 1, by_reference, value);
    const std::size_t count = from.parts.size();
    auto* fields = static_cast<SkuaValue*>(std::calloc(std::max<std::size_t>(count, 1), sizeof(SkuaValue)));
    if (fields == nullptr) return false;
    value.type = SKUA_STRUCT;
    value.as.fields = {fields, count};
    for (std::size_t i = 0; i < count; i++) {
        if (!to_value(vm, from.parts[i], slots, by_reference, fields[i])) {
            fields[i] = skua_null();
            skua_value_free(&value);
            return false;
        }
        slots += from.parts[i].slots;
    }
    return true;
}

}  // namespace

bool to_slots(vm::Thread& thread, const Crossing& to, const SkuaValue& value, Slot* slots, std::string& why) {
    for (const IntegerRange& range : kRanges)
        if (range.kind == to.kind) return integer_to_slot(range, value, *slots, why);
    switch (to.kind) {
        case NativeKind::Void:
            return true;
        case NativeKind::Bool:
            *slots = value.as.i64 != 0;
            if (value.type != SKUA_BOOL) why = "it is " + type_name(value);
            return why.empty();
        case NativeKind::Char:
            *slots = static_cast<Slot>(value.as.i64);
            if (value.type != SKUA_CHAR)
                why = "it is " + type_name(value);
            else if (!is_scalar_value(value.as.i64))
                why = std::to_string(value.as.i64) + " is not a Unicode scalar value";
            return why.empty();
        case NativeKind::F32:
        case NativeKind::F64:
            return float_to_slot(to.kind, value, *slots, why);
        case NativeKind::Value:
            return parts_to_slots(thread, to, value, slots, why);
        default:
            return reference_to_slot(thread, to, value, *slots, why);
    }
}

bool to_value(SkuaVm& vm, const Crossing& from, const Slot* slots, bool by_reference, SkuaValue& value) {
    value = skua_null();
    if (from.kind == NativeKind::Value) return parts_to_value(vm, from, slots, by_reference, value);
    if (!is_reference_kind(from.kind)) {
        scalar_to_value(from.kind, *slots, value);
        return true;
    }
    auto* object = reinterpret_cast<vm::Object*>(*slots);
    if (object == nullptr) return true;
    if (!by_reference && object->cls->kind == vm::ClassKind::String) {
        value.type = SKUA_STRING;
        return copy_text(static_cast<vm::String*>(object)->view(), value.as.text);
    }
    if (!by_reference && is_plain_array(*object)) return copy_array(*static_cast<vm::Array*>(object), value);
    return new_reference(vm, object, value);
}

SkuaValue lend(SkuaVm& vm, const Crossing& from, const Slot* slots, Lent& lent) {
    SkuaValue value = skua_null();
    if (from.kind == NativeKind::Value) {
        if (from.is_nullable_value()) return *slots == 0 ? value : lend(vm, from.parts[0], slots + 1, lent);
        std::vector<SkuaValue> fields;
        for (const Crossing& part : from.parts) {
            fields.push_back(lend(vm, part, slots, lent));
            slots += part.slots;
        }
        value.type = SKUA_STRUCT;
        value.as.fields = {fields.data(), fields.size()};
        lent.fields.push_back(std::move(fields));
        return value;
    }
    if (!is_reference_kind(from.kind)) {
        scalar_to_value(from.kind, *slots, value);
        return value;
    }
    auto* object = reinterpret_cast<vm::Object*>(*slots);
    if (object == nullptr) return value;
    if (object->cls->kind == vm::ClassKind::String) {
        const auto& text = *static_cast<vm::String*>(object);
        value.type = SKUA_STRING;
        value.as.text = {text.chars(), text.length};
        return value;
    }
    if (!is_plain_array(*object)) {
        lent.refs.reserve(lent.refs.size() + 1);
        if (!new_reference(vm, object, value)) throw std::bad_alloc();
        lent.refs.push_back(value.as.ref);
        return value;
    }
    auto& array = *static_cast<vm::Array*>(object);
    value.type = SKUA_ARRAY;
    value.element = static_cast<SkKind>(array.cls->element_type->kind);
    value.as.array.len = array.length;
    value.as.array.data = array.data();
    if (value.element != SK_STRING) return value;
    std::vector<SkuaText> texts(std::max<std::size_t>(array.length, 1));
    for (std::uint64_t i = 0; i < array.length; i++)
        if (const vm::String* text = array.elements<vm::String*>()[i])
            texts[i] = {text->chars(), text->length};
    value.as.array.data = texts.data();
    lent.texts.push_back(std::move(texts));
    return value;
}

Lent::~Lent() {
    for (SkuaRef* ref : refs) skua_ref_free(ref);
}

std::string type_name(const SkuaValue& value) {
    static constexpr const char* kNames[] = {"void", "null", "bool", "i8",  "i16", "i32",  "i64",   "u8",
                                             "u16",  "u32",  "u64",  "f32", "f64", "char", "string"};
    static constexpr const char* kElements[] = {"[i8]",   "[i16]",  "[i32]",   "[i64]", "[u8]",
                                                "[u16]",  "[u32]",  "[u64]",   "[f32]", "[f64]",
                                                "[bool]", "[char]", "[string]"};
    if (value.type >= SKUA_VOID && value.type < std::size(kNames)) return kNames[value.type];
    if (value.type == SKUA_ARRAY && value.element <= SK_STRING) return kElements[value.element];
    if (value.type == SKUA_STRUCT) return "a struct";
    return value.type == SKUA_OBJECT ? "an object that is NULL" : "of no type that there is";
}

}  // namespace skua::embed

void skua_value_free(SkuaValue* value) {
    if (value == nullptr) return;
    if (value->type == SKUA_STRING) std::free(const_cast<char*>(value->as.text.bytes));
    if (value->type == SKUA_ARRAY) std::free(value->as.array.data);
    if (value->type == SKUA_OBJECT) skua_ref_free(value->as.ref);
    if (value->type == SKUA_STRUCT) {
        for (std::size_t i = 0; i < value->as.fields.len; i++) skua_value_free(&value->as.fields.data[i]);
        std::free(value->as.fields.data);
    }
    *value = skua_null();
    value->type = SKUA_VOID;
}
