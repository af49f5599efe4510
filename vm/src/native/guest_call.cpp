#include "native/guest_call.h"

#include <algorithm>
#include <array>
#include <mutex>

#include "link/linker.h"
#include "native/native_error.h"
#include "runtime/runtime.h"
#include "skua/vm/activation.h"

namespace skua::vm {

namespace {

constexpr std::uint32_t kFewSlots = 32;

// Both of these are seen by the collector, being on the stack.
bool call_with_slots(Thread& thread, Function& function, const GuestCall& call, std::span<const Slot> first,
                     const SkValue* args, std::span<const Slot> last, SkValue* result, Slot* slots,
                     Slot* results) {
    Slot* at = std::copy(first.begin(), first.end(), slots);
    for (unsigned i = 0; i < call.params.size(); i++) {
        if (!checked_slots(thread, call.params[i], args[i], at, call.name, i)) return false;
        at += call.params[i].layout->slots();
    }
    at = std::copy(last.begin(), last.end(), at);
    if (!invoke(thread, function, {slots, at}, results)) return false;
    if (result != nullptr) value_from_slots(call.result, results, *result);
    return true;
}

[[gnu::noinline]] bool call_with_many(Thread& thread, Function& function, const GuestCall& call,
                                      std::span<const Slot> first, const SkValue* args,
                                      std::span<const Slot> last, SkValue* result) {
    // Scanned like a stack until the guest has it.
    struct Kept {
        explicit Kept(std::size_t n) : slots(n) {
            gc::add_root_range(slots.data(), slots.data() + slots.size());
        }
        ~Kept() { gc::remove_root_range(slots.data()); }
        Kept(const Kept&) = delete;
        Kept& operator=(const Kept&) = delete;
        std::vector<Slot> slots;
    } kept(first.size() + call.slots + last.size() + call.result.layout->slots() + 1);
    return call_with_slots(thread, function, call, first, args, last, result,
                           kept.slots.data() + call.result.layout->slots(), kept.slots.data());
}

// From the guest's stack to the guest's stack.
bool call_plainly(Thread& thread, Function& function, const GuestCall& call, std::span<const Slot> first,
                  const SkValue* args, std::span<const Slot> last, SkValue* result) {
    if (!may_call_back(thread)) return false;
    Activation activation(thread, function);
    Slot* to = activation.frame();
    if (to == nullptr) return false;
    for (const Slot slot : first) *to++ = slot;
    for (std::size_t i = 0; i < call.params.size(); i++) *to++ = args[i].u64;
    for (const Slot slot : last) *to++ = slot;
    ++thread.native_depth;
    const bool returned = activation.run();
    --thread.native_depth;
    if (returned && result != nullptr) result->u64 = *activation.frame();
    return returned;
}

bool is_plain(const ValueShape& shape) {
    return shape.kind == NativeKind::I64 || shape.kind == NativeKind::U64 || shape.kind == NativeKind::F64;
}

Result<void> fill_call(Vm& vm, std::span<const Type* const> params, const Type* result, GuestCall& call) {
    for (const Type* param : params) {
        auto shape = shape_of(vm, param);
        if (!shape) return std::move(shape).error();
        call.slots += shape->layout->slots();
        call.plain = call.plain && is_plain(*shape);
        call.params.push_back(*std::move(shape));
    }
    auto shape = shape_of(vm, result);
    if (!shape) return std::move(shape).error();
    call.plain = call.plain && is_plain(*shape);
    call.result = *std::move(shape);
    return {};
}

std::string call_text(std::span<const Type* const> params, const Type* result) {
    std::string text = "(";
    for (std::size_t i = 0; i < params.size(); i++) {
        if (i > 0) text += ',';
        text += type_text(params[i]);
    }
    return text + ')' + type_text(result);
}

Result<void> check_public(const TypeDef& def) {
    if (def.kind == classfile::DeclKind::Module || def.has(classfile::kPublic)) return {};
    return native_error(std::string(def.name) + " is private to module " + std::string(def.module()) +
                        "; natives see what is pub");
}

Result<TypeDef*> public_definition(const Type* owner) {
    if (owner->kind != TypeKind::Named)
        return native_error(type_text(owner) + " has no members that natives can name");
    auto def = Loader::resolve(owner);
    if (!def) return def;
    SKUA_TRY(check_public(**def));
    return def;
}

struct Found {
    FunctionDef* def;
    const Type* owner;
};

// The method that an object of the class has under this name: its own, inherited, or an interface's.
Found find_method(const Class& cls, std::string_view name) {
    for (const Class* c = &cls; c != nullptr; c = c->super)
        if (FunctionDef* def = c->def->find_function(name);
            def != nullptr && (c == &cls || def->is_instance()))
            return {def, c->type};
    for (const Type* interface : cls.interfaces) {
        auto def = Loader::resolve(interface);
        FunctionDef* method = def ? (*def)->find_function(name) : nullptr;
        if (method != nullptr && method->is_instance()) return {method, interface};
    }
    return {nullptr, nullptr};
}

Result<void> choose_dispatch(Vm& vm, const Class& cls, const Found& found, SkMethod& method) {
    auto owner = class_of(vm, found.owner);
    if (!owner) return std::move(owner).error();
    method.receiver = &cls;
    if ((*owner)->kind == ClassKind::Interface) {
        auto selector = selector_of(vm, found.owner, *found.def);
        if (!selector) return std::move(selector).error();
        method.selector = *selector;
        method.dispatch = SkMethod::Dispatch::Interface;
        return {};
    }
    const auto& vtable = (*owner)->vtable;
    const auto at = std::find_if(vtable.begin(), vtable.end(),
                                 [&](const Function* f) { return f->def->name == found.def->name; });
    if (at == vtable.end()) return {};
    method.vtable_index = static_cast<std::uint32_t>(at - vtable.begin());
    method.dispatch = SkMethod::Dispatch::Virtual;
    return {};
}

Result<void> resolve_method(Vm& vm, const Type* owner, std::string_view name, SkMethod& method) {
    auto def = public_definition(owner);
    if (!def) return std::move(def).error();
    auto cls = class_of(vm, owner);
    if (!cls) return std::move(cls).error();
    const bool constructs = name == "init";
    const Found found = constructs ? Found{(*def)->find_function(name), owner} : find_method(**cls, name);
    // Names with a '$' are the compiler's own.
    if (found.def == nullptr || name.find('$') != std::string_view::npos)
        return native_error(type_text(owner) + " has no function '" + std::string(name) + "'");
    if ((*def)->kind == classfile::DeclKind::Struct && found.owner != owner)
        return native_error(type_text(owner) + " has '" + std::string(name) + "' from an interface only");
    const FunctionDef& function = *found.def;
    const std::string full = function.qualified_name();
    SKUA_TRY(check_public(*function.owner));
    const bool of_module = function.owner->kind == classfile::DeclKind::Module;
    if (function.has(classfile::kPrivate) || (of_module && !function.has(classfile::kPublic)))
        return native_error(full + " is private; natives see what is pub");
    if (!function.decl->type_params.empty())
        return native_error(full + " has type parameters of its own, which natives cannot give");
    if (constructs && (*def)->has(classfile::kAbstract))
        return native_error(type_text(owner) + " is abstract: there are no objects of it");
    auto made = function_of(vm, *found.def, found.owner, {});
    if (!made) return std::move(made).error();
    method.function = *made;
    std::span<const Type* const> params = (*made)->param_types;
    const bool by_reference = function.is_instance() && function.owner->kind != classfile::DeclKind::Struct;
    if (constructs) {
        method.made = *cls;
        params = params.subspan(1);
    } else if (by_reference) {
        SKUA_TRY(choose_dispatch(vm, **cls, found, method));
        params = params.subspan(1);
    }
    // A struct's method has the struct as its first argument, but not in its signature.
    const bool of_struct = function.is_instance() && !constructs && !by_reference;
    method.call.signature = call_text(of_struct ? params.subspan(1) : params, (*made)->result_type);
    method.call.name = full;
    return fill_call(vm, params, (*made)->result_type, method.call);
}

Result<void> resolve_field(Vm& vm, const Type* owner, std::string_view name, SkField& field) {
    auto def = public_definition(owner);
    if (!def) return std::move(def).error();
    const auto set = [&](const FieldDef& found, const Type* type, std::uint32_t offset) -> Result<void> {
        if ((found.decl->flags & classfile::kPrivate) != 0)
            return native_error(field.name + " is private; natives see what is pub");
        SKUA_TRY(check_public(*found.owner));
        auto shape = shape_of(vm, type);
        if (!shape) return std::move(shape).error();
        field.shape = *std::move(shape);
        field.offset = offset;
        field.is_mutable = found.is_mutable();
        return {};
    };
    field.name = type_text(owner) + "." + std::string(name);
    if ((*def)->kind == classfile::DeclKind::Struct) {
        auto layout = layout_of(vm.types(), owner);
        if (!layout) return std::move(layout).error();
        std::size_t i = 0;
        for (const FieldDef& candidate : (*def)->fields) {
            if (candidate.is_static()) continue;
            if (candidate.name == name)
                return set(candidate, (*layout)->components[i], (*layout)->component_offset[i]);
            i++;
        }
    } else if ((*def)->kind == classfile::DeclKind::Class) {
        auto cls = class_of(vm, owner);
        if (!cls) return std::move(cls).error();
        field.owner = *cls;
        // From the end: a class's own before one of the same name that it inherits.
        for (auto at = (*cls)->fields.rbegin(); at != (*cls)->fields.rend(); ++at)
            if (at->def->name == name) return set(*at->def, at->type, at->offset);
    }
    return native_error(type_text(owner) + " has no field '" + std::string(name) + "'");
}

}  // namespace

const GuestCall* closure_call(Thread& thread, const Class& cls) {
    const void* known = cls.native_call.load(std::memory_order_acquire);
    if (known != nullptr) return static_cast<const GuestCall*>(known);
    auto made = std::make_unique<GuestCall>();
    made->signature = type_text(cls.type);
    made->name = made->signature;
    if (auto filled = fill_call(*thread.vm, cls.type->fn_params(), cls.type->fn_result(), *made); !filled) {
        throw_error(thread, "std.core.LinkError", filled.error().to_string());
        return nullptr;
    }
    const void* none = nullptr;
    auto& place = const_cast<Class&>(cls).native_call;
    // The class's, until the machine ends.
    if (!place.compare_exchange_strong(none, made.get(), std::memory_order_acq_rel))
        return static_cast<const GuestCall*>(none);
    return made.release();
}

bool call_guest(Thread& thread, Function& function, const GuestCall& call, std::span<const Slot> first,
                const SkValue* args, std::span<const Slot> last, SkValue* result) {
    if (call.plain) return call_plainly(thread, function, call, first, args, last, result);
    if (first.size() + call.slots + last.size() > kFewSlots || call.result.layout->slots() > kFewSlots)
        [[unlikely]]
        return call_with_many(thread, function, call, first, args, last, result);
    std::array<Slot, kFewSlots> slots, results;
    return call_with_slots(thread, function, call, first, args, last, result, slots.data(), results.data());
}

Result<const SkField*> MemberTable::field(Vm& vm, const Type* owner, std::string_view name,
                                          std::string_view type) {
    const std::lock_guard guard(lock_);
    auto& known = fields_[{owner, std::string(name)}];
    if (!known) {
        auto made = std::make_unique<SkField>();
        SKUA_TRY(resolve_field(vm, owner, name, *made));
        known = std::move(made);
    }
    if (const std::string is = type_text(known->shape.type); is != type)
        return native_error("field " + known->name + " is of type " + is + ", not " + std::string(type));
    return known.get();
}

Result<const SkMethod*> MemberTable::method(Vm& vm, const Type* owner, std::string_view name,
                                            std::string_view signature) {
    const std::lock_guard guard(lock_);
    auto& known = methods_[{owner, std::string(name)}];
    if (!known) {
        auto made = std::make_unique<SkMethod>();
        SKUA_TRY(resolve_method(vm, owner, name, *made));
        known = std::move(made);
    }
    if (known->call.signature != signature)
        return native_error("function " + known->call.name + " is " + known->call.signature + ", not " +
                            std::string(signature));
    return known.get();
}

Result<const ValueShape*> MemberTable::element(Vm& vm, const Class& array) {
    const std::lock_guard guard(lock_);
    auto& known = elements_[&array];
    if (!known) {
        auto shape = shape_of(vm, array.element_type);
        if (!shape) return std::move(shape).error();
        known = std::make_unique<ValueShape>(*std::move(shape));
    }
    return known.get();
}

}  // namespace skua::vm
