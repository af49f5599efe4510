// The universal operations on any type: equality, hash, text. See contracts.md.
#include <bit>
#include <charconv>
#include <string>

#include "link/linker.h"
#include "runtime/canonical_nan.h"
#include "runtime/determinism.h"
#include "runtime/runtime.h"

namespace skua::vm {
namespace {

using classfile::DeclKind;

constexpr int kMaxDepth = 200;  // nested arrays and values; objects that show themselves use the guest stack

bool fail_link(Thread& thread, const Diagnostic& why) {
    throw_error(thread, "std.core.LinkError", why.message);
    return false;
}

bool too_deep(Thread& thread) {
    throw_error(thread, "std.core.StackOverflowError",
                "a value is nested too deeply to be compared, hashed or shown");
    return false;
}

// The user's override of an operation for a struct type, or null.
bool struct_override(Thread& thread, const Type* type, std::atomic<Function*> Class::*which,
                     Function*& found) {
    found = nullptr;
    if (type->kind != TypeKind::Named) return true;
    auto cls = box_class_of(*thread.vm, type);
    if (!cls) return fail_link(thread, cls.error());
    if (auto resolved = resolve_universal(*thread.vm, **cls); !resolved)
        return fail_link(thread, resolved.error());
    found = ((*cls)->*which).load(std::memory_order_acquire);
    return true;
}

// Calls an override found in a box class: it takes a box.
bool call_boxed(Thread& thread, Function& function, const Type* type, const Slot* value, const Slot* extra,
                unsigned extra_slots, Slot* result) {
    auto cls = box_class_of(*thread.vm, type);
    if (!cls) return fail_link(thread, cls.error());
    auto* box = allocate_object(thread, **cls);
    if (!box) return false;
    store_leaves(*(*cls)->element, box, reinterpret_cast<Box*>(box)->payload(), value);
    std::vector<Slot> args{reinterpret_cast<Slot>(box)};
    args.insert(args.end(), extra, extra + extra_slots);
    return invoke(thread, function, args, result);
}

class TextWriter {
public:
    explicit TextWriter(Thread& thread) : thread_(thread) {}
    std::string text;

    bool write(const Type* type, const Slot* value, int depth) {
        if (depth > kMaxDepth) return too_deep(thread_);
        char buffer[48];
        switch (type->kind) {
            case TypeKind::I8:
            case TypeKind::I16:
            case TypeKind::I32:
            case TypeKind::I64:
            case TypeKind::U8:
            case TypeKind::U16: {
                const auto end = std::to_chars(buffer, buffer + 24, static_cast<std::int64_t>(*value)).ptr;
                text.append(buffer, end);
                return true;
            }
            case TypeKind::U32:
                text.append(buffer,
                            std::to_chars(buffer, buffer + 24, static_cast<std::uint32_t>(*value)).ptr);
                return true;
            case TypeKind::U64:
                text.append(buffer, std::to_chars(buffer, buffer + 24, *value).ptr);
                return true;
            case TypeKind::F64:
                text.append(buffer, format_double(std::bit_cast<double>(*value), buffer));
                return true;
            case TypeKind::F32:
                text.append(buffer,
                            format_float(std::bit_cast<float>(static_cast<std::uint32_t>(*value)), buffer));
                return true;
            case TypeKind::Bool:
                text += *value ? "true" : "false";
                return true;
            case TypeKind::Char:
                append_utf8(static_cast<std::uint32_t>(*value));
                return true;
            case TypeKind::Tuple:
                return write_components(type, value, nullptr, depth);
            case TypeKind::Nullable: {
                if (*value == 0) {
                    text += "null";
                    return true;
                }
                auto reference = is_reference(type);
                if (!reference) return fail_link(thread_, reference.error());
                return write(type->elem(), *reference ? value : value + 1, depth + 1);
            }
            case TypeKind::Named: {
                auto def = Loader::resolve(type);
                if (!def) return fail_link(thread_, def.error());
                if ((*def)->kind == DeclKind::Struct) {
                    Function* override_fn = nullptr;
                    if (!struct_override(thread_, type, &Class::text_method, override_fn)) return false;
                    if (!override_fn) return write_components(type, value, *def, depth);
                    Slot result = 0;
                    if (!call_boxed(thread_, *override_fn, type, value, nullptr, 0, &result)) return false;
                    text += reinterpret_cast<String*>(result)->view();
                    return true;
                }
                return write_object(reinterpret_cast<Object*>(*value), depth);
            }
            default:
                return write_object(reinterpret_cast<Object*>(*value), depth);
        }
    }

private:
    void append_utf8(std::uint32_t c) {
        auto put = [this](std::uint32_t byte) { text.push_back(static_cast<char>(byte)); };
        if (c < 0x80) {
            put(c);
        } else if (c < 0x800) {
            put(0xC0 | c >> 6), put(0x80 | (c & 63));
        } else if (c < 0x10000) {
            put(0xE0 | c >> 12), put(0x80 | (c >> 6 & 63)), put(0x80 | (c & 63));
        } else {
            put(0xF0 | c >> 18), put(0x80 | (c >> 12 & 63)), put(0x80 | (c >> 6 & 63)), put(0x80 | (c & 63));
        }
    }

    bool write_components(const Type* type, const Slot* value, TypeDef* def, int depth) {
        auto layout = layout_of(thread_.vm->types(), type);
        if (!layout) return fail_link(thread_, layout.error());
        if (def) {
            std::string_view name = def->name;
            text += name.substr(name.rfind('.') + 1);
        }
        text += '(';
        std::size_t field = 0;
        for (std::size_t i = 0; i < (*layout)->components.size(); ++i) {
            if (i) text += ", ";
            if (def) {
                while (def->fields[field].is_static()) ++field;
                text += def->fields[field++].name;
                text += ": ";
            }
            if (!write((*layout)->components[i], value + (*layout)->component_leaf[i], depth + 1))
                return false;
        }
        text += ')';
        return true;
    }

    bool write_object(Object* object, int depth) {
        if (!object) {
            text += "null";
            return true;
        }
        Class& cls = *object->cls;
        switch (cls.kind) {
            case ClassKind::String:
                text += static_cast<String*>(object)->view();
                return true;
            case ClassKind::Array: {
                auto* array = static_cast<Array*>(object);
                std::vector<Slot> element(cls.element->slots());
                text += '[';
                for (std::uint64_t i = 0; i < array->length; ++i) {
                    if (i) text += ", ";
                    load_leaves(*cls.element, array->data() + i * cls.element->size, element.data());
                    if (!write(cls.element_type, element.data(), depth + 1)) return false;
                }
                text += ']';
                return true;
            }
            case ClassKind::Box: {
                std::vector<Slot> payload(cls.element->slots());
                load_leaves(*cls.element, static_cast<Box*>(object)->payload(), payload.data());
                return write(cls.element_type, payload.data(), depth + 1);
            }
            default:
                break;
        }
        if (auto resolved = resolve_universal(*thread_.vm, cls); !resolved)
            return fail_link(thread_, resolved.error());
        Function* method = cls.text_method.load(std::memory_order_acquire);
        if (!method) {
            text += type_text(cls.type);
            return true;
        }
        const Slot arg = reinterpret_cast<Slot>(object);
        Slot result = 0;
        if (!invoke(thread_, *method, {&arg, 1}, &result)) return false;
        if (!result) {
            throw_error(thread_, "std.core.NullError", "toString returned null");
            return false;
        }
        text += reinterpret_cast<String*>(result)->view();
        return true;
    }

    Thread& thread_;
};

bool hash_value(Thread& thread, const Type* type, const Slot* value, std::int64_t& hash, int depth);

void combine(std::int64_t& hash, std::int64_t part) {
    hash = int_hash(static_cast<std::uint64_t>(hash) * 31 + static_cast<std::uint64_t>(part));
}

// Today objects do not move, so that the address serves; a moving heap keeps hashes in a side table
// behind this function.
std::int64_t identity_hash(Thread& thread, const Object* object) {
    if (Determinism* own = thread.vm->determinism()) return int_hash(own->identity(object));
    return int_hash(reinterpret_cast<std::uint64_t>(object) >> 4);
}

bool hash_object(Thread& thread, Object* object, std::int64_t& hash, int depth) {
    if (!object) {
        hash = 0;
        return true;
    }
    Class& cls = *object->cls;
    switch (cls.kind) {
        case ClassKind::String:
            hash = string_hash(*static_cast<String*>(object));
            return true;
        case ClassKind::Array: {
            auto* array = static_cast<Array*>(object);
            std::vector<Slot> element(cls.element->slots());
            hash = static_cast<std::int64_t>(array->length);
            for (std::uint64_t i = 0; i < array->length; ++i) {
                std::int64_t part = 0;
                load_leaves(*cls.element, array->data() + i * cls.element->size, element.data());
                if (!hash_value(thread, cls.element_type, element.data(), part, depth + 1)) return false;
                combine(hash, part);
            }
            return true;
        }
        case ClassKind::Box: {
            std::vector<Slot> payload(cls.element->slots());
            load_leaves(*cls.element, static_cast<Box*>(object)->payload(), payload.data());
            return hash_value(thread, cls.element_type, payload.data(), hash, depth + 1);
        }
        default:
            break;
    }
    if (auto resolved = resolve_universal(*thread.vm, cls); !resolved)
        return fail_link(thread, resolved.error());
    Function* method = cls.hash_method.load(std::memory_order_acquire);
    if (!method) {
        hash = identity_hash(thread, object);
        return true;
    }
    const Slot arg = reinterpret_cast<Slot>(object);
    Slot result = 0;
    if (!invoke(thread, *method, {&arg, 1}, &result)) return false;
    hash = static_cast<std::int64_t>(result) & INT64_MAX;
    return true;
}

bool hash_value(Thread& thread, const Type* type, const Slot* value, std::int64_t& hash, int depth) {
    if (depth > kMaxDepth) return too_deep(thread);
    switch (type->kind) {
        case TypeKind::F64:
        case TypeKind::F32: {
            const double d = type->kind == TypeKind::F64
                                 ? std::bit_cast<double>(*value)
                                 : double{std::bit_cast<float>(static_cast<std::uint32_t>(*value))};
            // Zeros are equal; which NaN an operation gives is the processor's choice.
            hash = int_hash(d == 0 ? 0 : canonical_nan(std::bit_cast<std::uint64_t>(d)));
            return true;
        }
        case TypeKind::String:
        case TypeKind::Array:
        case TypeKind::Function:
            return hash_object(thread, reinterpret_cast<Object*>(*value), hash, depth);
        case TypeKind::Nullable: {
            auto reference = is_reference(type);
            if (!reference) return fail_link(thread, reference.error());
            if (*value == 0) {
                hash = 0;
                return true;
            }
            return hash_value(thread, type->elem(), *reference ? value : value + 1, hash, depth + 1);
        }
        case TypeKind::Named: {
            auto def = Loader::resolve(type);
            if (!def) return fail_link(thread, def.error());
            if ((*def)->kind != DeclKind::Struct)
                return hash_object(thread, reinterpret_cast<Object*>(*value), hash, depth);
            Function* override_fn = nullptr;
            if (!struct_override(thread, type, &Class::hash_method, override_fn)) return false;
            if (override_fn) {
                Slot result = 0;
                if (!call_boxed(thread, *override_fn, type, value, nullptr, 0, &result)) return false;
                hash = static_cast<std::int64_t>(result) & INT64_MAX;
                return true;
            }
            [[fallthrough]];
        }
        case TypeKind::Tuple: {
            auto layout = layout_of(thread.vm->types(), type);
            if (!layout) return fail_link(thread, layout.error());
            hash = 17;
            for (std::size_t i = 0; i < (*layout)->components.size(); ++i) {
                std::int64_t part = 0;
                if (!hash_value(thread, (*layout)->components[i], value + (*layout)->component_leaf[i], part,
                                depth + 1))
                    return false;
                combine(hash, part);
            }
            return true;
        }
        default:
            hash = int_hash(*value);
            return true;
    }
}

bool equal_values(Thread& thread, const Type* type, const Slot* a, const Slot* b, bool& equal, int depth);

bool equal_objects(Thread& thread, Object* a, Object* b, bool& equal, int depth) {
    equal = a == b;
    if (equal || !a || !b) return true;
    Class& cls = *a->cls;
    if (cls.kind == ClassKind::String) {
        equal = b->cls->kind == ClassKind::String &&
                strings_equal(static_cast<String*>(a), static_cast<String*>(b));
        return true;
    }
    if (cls.kind == ClassKind::Array || cls.kind == ClassKind::Box) {
        if (b->cls != &cls) return true;
        std::vector<Slot> x(cls.element->slots()), y(cls.element->slots());
        if (cls.kind == ClassKind::Box) {
            load_leaves(*cls.element, static_cast<Box*>(a)->payload(), x.data());
            load_leaves(*cls.element, static_cast<Box*>(b)->payload(), y.data());
            return equal_values(thread, cls.element_type, x.data(), y.data(), equal, depth + 1);
        }
        auto* left = static_cast<Array*>(a);
        auto* right = static_cast<Array*>(b);
        if (left->length != right->length) return true;
        for (std::uint64_t i = 0; i < left->length; ++i) {
            load_leaves(*cls.element, left->data() + i * cls.element->size, x.data());
            load_leaves(*cls.element, right->data() + i * cls.element->size, y.data());
            if (!equal_values(thread, cls.element_type, x.data(), y.data(), equal, depth + 1)) return false;
            if (!equal) return true;
        }
        equal = true;
        return true;
    }
    if (auto resolved = resolve_universal(*thread.vm, cls); !resolved)
        return fail_link(thread, resolved.error());
    Function* method = cls.equals_method.load(std::memory_order_acquire);
    if (!method) return true;
    // The method takes a value of the type that the class declared in Equatable<X>: anything else
    // is not equal.
    const Type* parameter = method->param_types.size() == 2 ? method->param_types[1] : nullptr;
    if (!parameter) return true;
    auto wanted = class_of(*thread.vm, parameter);
    if (!wanted) return fail_link(thread, wanted.error());
    if (!is_instance(b, *wanted)) return true;
    const Slot args[] = {reinterpret_cast<Slot>(a), reinterpret_cast<Slot>(b)};
    Slot result = 0;
    if (!invoke(thread, *method, args, &result)) return false;
    equal = result != 0;
    return true;
}

bool equal_values(Thread& thread, const Type* type, const Slot* a, const Slot* b, bool& equal, int depth) {
    if (depth > kMaxDepth) return too_deep(thread);
    switch (type->kind) {
        case TypeKind::F64:
            equal = std::bit_cast<double>(*a) == std::bit_cast<double>(*b);
            return true;
        case TypeKind::F32:
            equal = std::bit_cast<float>(static_cast<std::uint32_t>(*a)) ==
                    std::bit_cast<float>(static_cast<std::uint32_t>(*b));
            return true;
        case TypeKind::String:
        case TypeKind::Array:
        case TypeKind::Function:
            return equal_objects(thread, reinterpret_cast<Object*>(*a), reinterpret_cast<Object*>(*b), equal,
                                 depth);
        case TypeKind::Nullable: {
            auto reference = is_reference(type);
            if (!reference) return fail_link(thread, reference.error());
            if (*a == 0 || *b == 0) {
                equal = *a == *b;
                return true;
            }
            const int skip = *reference ? 0 : 1;
            return equal_values(thread, type->elem(), a + skip, b + skip, equal, depth + 1);
        }
        case TypeKind::Named: {
            auto def = Loader::resolve(type);
            if (!def) return fail_link(thread, def.error());
            if ((*def)->kind != DeclKind::Struct) {
                // For equality_target, which asks the static type's class.
                Class* cls = type->cls.load(std::memory_order_acquire);
                if (cls && cls->kind == ClassKind::Object) (void)resolve_universal(*thread.vm, *cls);
                return equal_objects(thread, reinterpret_cast<Object*>(*a), reinterpret_cast<Object*>(*b),
                                     equal, depth);
            }
            Function* override_fn = nullptr;
            if (!struct_override(thread, type, &Class::equals_method, override_fn)) return false;
            if (override_fn) {
                auto layout = layout_of(thread.vm->types(), type);
                if (!layout) return fail_link(thread, layout.error());
                Slot result = 0;
                if (!call_boxed(thread, *override_fn, type, a, b, (*layout)->slots(), &result)) return false;
                equal = result != 0;
                return true;
            }
            [[fallthrough]];
        }
        case TypeKind::Tuple: {
            auto layout = layout_of(thread.vm->types(), type);
            if (!layout) return fail_link(thread, layout.error());
            for (std::size_t i = 0; i < (*layout)->components.size(); ++i) {
                const std::uint32_t leaf = (*layout)->component_leaf[i];
                if (!equal_values(thread, (*layout)->components[i], a + leaf, b + leaf, equal, depth + 1))
                    return false;
                if (!equal) return true;
            }
            equal = true;
            return true;
        }
        default:
            equal = *a == *b;
            return true;
    }
}

}  // namespace

String* text_of(Thread& thread, const Type* type, const Slot* value) {
    TextWriter writer(thread);
    if (!writer.write(type, value, 0)) return nullptr;
    return new_string(thread, writer.text);
}

bool hash_of(Thread& thread, const Type* type, const Slot* value, std::int64_t& hash) {
    return hash_value(thread, type, value, hash, 0);
}

bool equals_of(Thread& thread, const Type* type, const Slot* a, const Slot* b, bool& equal) {
    equal = false;
    return equal_values(thread, type, a, b, equal, 0);
}

EqualityTarget equality_target(const Type& type) {
    EqualityTarget target;
    const Type* of = type.is(TypeKind::Nullable) ? type.elem() : &type;
    if (of->kind != TypeKind::Named) return target;
    const Class* cls = of->cls.load(std::memory_order_acquire);
    if (!cls || cls->kind != ClassKind::Object || !cls->universal_resolved.load(std::memory_order_acquire))
        return target;
    Function* method = cls->equals_method.load(std::memory_order_acquire);
    if (!method) {
        if (cls->is_closed()) target.kind = EqualityTarget::Kind::Identity;
        return target;
    }
    // It takes any value of the static type.
    if (method->param_types.size() != 2) return target;
    const Class* taken = method->param_types[1]->cls.load(std::memory_order_acquire);
    if (!taken || taken->kind != ClassKind::Object || taken->depth >= cls->display.size() ||
        cls->display[taken->depth] != taken)
        return target;
    target.kind = EqualityTarget::Kind::Method;
    target.method = method;
    return target;
}

}  // namespace skua::vm
