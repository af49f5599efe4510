// Making classes: hierarchy, field layout, mark descriptors, virtual tables, statics.
#include <algorithm>

#include "link/linker.h"
#include "skua/vm/verifier.h"

namespace skua::vm {
namespace {

using classfile::DeclKind;

Diagnostic class_error(const Type* type, std::string message) {
    Diagnostic d;
    d.type = type_text(type);
    d.message = std::move(message);
    return d;
}

constexpr std::uint32_t kHeaderSize = sizeof(Object);
constexpr std::uint32_t kMaxInstanceSize = 60000;  // field offsets are 16 bits in linked code

void add_interface(Class& cls, const Type* interface) {
    if (std::find(cls.interfaces.begin(), cls.interfaces.end(), interface) == cls.interfaces.end()) {
        cls.interfaces.push_back(interface);
    }
}

// Adds an interface and, transitively, the interfaces that it extends.
Result<void> collect_interface(Vm& vm, Class& cls, const Type* interface, int depth) {
    if (depth > TypeTable::kMaxTypeDepth) return class_error(interface, "interfaces are nested too deeply");
    add_interface(cls, interface);
    auto def = Loader::resolve(interface);
    if (!def) return std::move(def).error();
    for (const Type* super : (*def)->interfaces) {
        const Type* closed = vm.types().substitute(super, interface->args, {});
        if (!closed) return class_error(interface, "is nested too deeply");
        if (std::find(cls.interfaces.begin(), cls.interfaces.end(), closed) == cls.interfaces.end()) {
            SKUA_TRY(collect_interface(vm, cls, closed, depth + 1));
        }
    }
    return {};
}

Result<void> collect_interfaces(Vm& vm, Class& cls, TypeDef& def, std::span<const Type* const> args) {
    for (const Type* open : def.interfaces) {
        const Type* closed = vm.types().substitute(open, args, {});
        if (!closed) return class_error(cls.type, "is nested too deeply");
        SKUA_TRY(collect_interface(vm, cls, closed, 0));
    }
    return {};
}

// What an object of a class is made of.
struct InstanceShape {
    std::vector<Class::InstanceField> fields;  // own and inherited, base first
    std::uint32_t size = kHeaderSize;
    bool has_refs = false;
    std::uintptr_t mark_descriptor = gc::kNoReferences;
};

Result<InstanceShape> lay_out_fields(Vm& vm, const Type* owner, TypeDef& def, const Class* super) {
    InstanceShape shape;
    if (super) {
        shape.fields = super->fields;
        shape.size = super->instance_size;
    }
    std::uint32_t size = shape.size;
    for (FieldDef& field : def.fields) {
        if (field.is_static()) continue;
        const Type* type = vm.types().substitute(field.type, owner->args, {});
        if (!type)
            return class_error(owner, "field '" + std::string(field.name) + "' has a type nested too deeply");
        auto layout = layout_of(vm.types(), type);
        if (!layout) return std::move(layout).error();
        const std::uint32_t align = (*layout)->align;
        size = (size + align - 1) / align * align;
        shape.fields.push_back({&field, type, *layout, size});
        size += (*layout)->size;
        if (size > kMaxInstanceSize) return class_error(owner, "needs more than 60000 bytes per object");
    }
    shape.size = (size + 7) / 8 * 8;
    std::vector<std::uint32_t> refs;
    for (const auto& field : shape.fields) {
        for (const Leaf& leaf : field.layout->leaves) {
            if (leaf.rep == Rep::Ref) refs.push_back(field.offset + leaf.offset);
        }
    }
    shape.has_refs = !refs.empty();
    shape.mark_descriptor = gc::make_object_descriptor(shape.size, refs);
    return shape;
}

Result<void> fill_vtable(Vm& vm, Class& cls) {
    if (cls.super) cls.vtable = cls.super->vtable;
    for (FunctionDef& def : cls.def->functions) {
        if (!def.is_instance() || !def.decl->type_params.empty()) continue;
        auto overridden = std::find_if(cls.vtable.begin(), cls.vtable.end(), [&](Function* f) {
            return f->def->name == def.name && !f->def->has(classfile::kPrivate);
        });
        const bool is_open = def.has(classfile::kOpen) || def.has(classfile::kAbstract);
        if (overridden == cls.vtable.end() && !is_open) continue;
        auto function = function_of(vm, def, cls.type, {});
        if (!function) return std::move(function).error();
        if (overridden != cls.vtable.end()) {
            *overridden = *function;
        } else {
            cls.vtable.push_back(*function);
        }
    }
    return {};
}

// A zeroed block that is a root of the heap as long as the machine.
Slot* add_root_block(Vm& vm, std::size_t slots) {
    auto& blocks = vm.linker().roots;
    blocks.push_back(std::make_unique<Slot[]>(slots));
    Slot* block = blocks.back().get();
    try {
        gc::add_root_range(block, block + slots);
    } catch (...) {
        blocks.pop_back();
        throw;
    }
    return block;
}

Result<void> make_statics(Vm& vm, Class& cls) {
    std::uint32_t slots = 0;
    for (FieldDef& field : cls.def->fields) {
        if (!field.is_static()) continue;
        const Type* type = vm.types().substitute(field.type, cls.type->args, {});
        if (!type)
            return class_error(cls.type,
                               "field '" + std::string(field.name) + "' has a type nested too deeply");
        auto layout = layout_of(vm.types(), type);
        if (!layout) return std::move(layout).error();
        cls.static_fields.push_back({&field, type, *layout, slots});
        slots += (*layout)->slots();
    }
    if (slots > 0) {
        cls.statics = add_root_block(vm, slots);
        vm.linker().roots_used = SIZE_MAX;  // the last block is not one for constants
    }
    if (!cls.def->find_function("static$init"))
        cls.init_state.store(InitState::Done, std::memory_order_relaxed);
    return {};
}

OwnedClass blank(ClassKind kind, const Type* type, std::uintptr_t mark_descriptor = gc::kNoReferences) {
    OwnedClass cls = make_class(mark_descriptor);
    cls->kind = kind;
    cls->type = type;
    cls->display = {cls.get()};
    cls->init_state.store(InitState::Done, std::memory_order_relaxed);
    return cls;
}

Class* keep(Vm& vm, OwnedClass cls) {
    vm.limits().take_metadata(sizeof(Class) + 512 + cls->fields.size() * sizeof(Class::InstanceField) +
                              (cls->vtable.size() + cls->display.size() + cls->interfaces.size()) * 8);
    vm.linker().classes.push_back(std::move(cls));
    return vm.linker().classes.back().get();
}

Result<Class*> make_array_class(Vm& vm, const Type* type) {
    auto element = layout_of(vm.types(), type->elem());
    if (!element) return std::move(element).error();
    std::vector<std::uint32_t> refs;
    for (const Leaf& leaf : (*element)->leaves) {
        if (leaf.rep == Rep::Ref) refs.push_back(leaf.offset);
    }
    auto cls = blank(ClassKind::Array, type, gc::make_array_descriptor((*element)->size, refs));
    cls->instance_size = sizeof(Array);
    cls->element = *element;
    cls->element_type = type->elem();
    cls->has_refs = !refs.empty();
    // An array is an instance of the interfaces of std.core.array.
    auto extension = vm.boot_loader().extension_of(TypeKind::Array);
    if (extension) {
        const Type* args[] = {type->elem()};
        SKUA_TRY(collect_interfaces(vm, *cls, **extension, args));
    }
    return keep(vm, std::move(cls));
}

Result<Class*> make_named_class(Vm& vm, const Type* type) {
    auto resolved = Loader::resolve(type);
    if (!resolved) return std::move(resolved).error();
    TypeDef& def = **resolved;
    if (def.type_param_count() != type->args.size())
        return class_error(type, "has a wrong number of type arguments");
    SKUA_TRY(check_declaration(def));

    const ClassKind kind = def.kind == DeclKind::Class       ? ClassKind::Object
                           : def.kind == DeclKind::Interface ? ClassKind::Interface
                                                             : ClassKind::Statics;
    Class* above = nullptr;
    if (def.super) {
        const Type* super = vm.types().substitute(def.super, type->args, {});
        if (!super) return class_error(type, "is nested too deeply");
        auto super_class = class_of(vm, super);
        if (!super_class) return std::move(super_class).error();
        above = *super_class;
    }
    InstanceShape shape;
    if (kind == ClassKind::Object) {
        auto laid_out = lay_out_fields(vm, type, def, above);
        if (!laid_out) return std::move(laid_out).error();
        shape = *std::move(laid_out);
    }
    auto cls = blank(kind, type, shape.mark_descriptor);
    cls->def = &def;
    cls->init_state.store(InitState::None, std::memory_order_relaxed);
    if (above) {
        cls->super = above;
        cls->depth = above->depth + 1;
        cls->display = above->display;
        cls->display.push_back(cls.get());
        cls->interfaces = above->interfaces;
        cls->is_error = above->is_error;
    }
    if (def.name == "std.core.Error") cls->is_error = true;
    SKUA_TRY(collect_interfaces(vm, *cls, def, type->args));
    if (kind == ClassKind::Object) {
        cls->fields = std::move(shape.fields);
        cls->instance_size = shape.size;
        cls->has_refs = shape.has_refs;
        SKUA_TRY(fill_vtable(vm, *cls));
    }
    SKUA_TRY(make_statics(vm, *cls));
    return keep(vm, std::move(cls));
}

}  // namespace

Result<Class*> class_of(Vm& vm, const Type* type) {
    if (Class* known = type->cls.load(std::memory_order_acquire)) return known;
    std::lock_guard guard(vm.linker().lock);
    if (Class* known = type->cls.load(std::memory_order_acquire)) return known;
    // But for the error that tells so.
    if (!vm.limits().take_metadata(0) &&
        (type->kind != TypeKind::Named || type->name != "std.core.LimitError"))
        return class_error(type, kNoMetadata);
    Class* made = nullptr;
    switch (type->kind) {
        case TypeKind::String:
            made = string_class(vm);
            break;
        case TypeKind::Nullable:
            return class_of(vm, type->elem());
        case TypeKind::Function:
            made = keep(vm, blank(ClassKind::Closure, type));
            break;
        case TypeKind::Array: {
            auto cls = make_array_class(vm, type);
            if (!cls) return cls;
            made = *cls;
            break;
        }
        case TypeKind::Named: {
            auto cls = make_named_class(vm, type);
            if (!cls) return cls;
            made = *cls;
            break;
        }
        default:
            return class_error(type, "has no class");
    }
    type->cls.store(made, std::memory_order_release);
    return made;
}

Class* string_class(Vm& vm) {
    LinkerState& state = vm.linker();
    if (Class* known = state.string_class.load(std::memory_order_acquire))
        return known;  // asked for each new string
    std::lock_guard guard(state.lock);
    // It is looked at before it is published, by the interfaces that it collects.
    if (state.string_class_in_progress) return state.string_class_in_progress;
    auto cls =
        blank(ClassKind::String, vm.types().simple(TypeKind::String), gc::make_array_descriptor(1, {}));
    cls->instance_size = sizeof(String);
    Class* made = state.string_class_in_progress = keep(vm, std::move(cls));
    try {
        auto extension = vm.boot_loader().extension_of(TypeKind::String);
        // Trouble in the library's own interfaces shows when one of them is used.
        if (extension) (void)collect_interfaces(vm, *made, **extension, {}).ok();
    } catch (...) {
        state.string_class_in_progress = nullptr;  // nobody has it yet: the next call makes another one
        throw;
    }
    state.string_class.store(made, std::memory_order_release);
    return made;
}

Result<Class*> box_class_of(Vm& vm, const Type* type) {
    if (Class* known = type->box.load(std::memory_order_acquire)) return known;
    std::lock_guard guard(vm.linker().lock);
    if (Class* known = type->box.load(std::memory_order_acquire)) return known;
    auto payload = layout_of(vm.types(), type);
    if (!payload) return std::move(payload).error();
    const std::uint32_t size = kHeaderSize + ((*payload)->size + 7) / 8 * 8;
    std::vector<std::uint32_t> refs;
    for (const Leaf& leaf : (*payload)->leaves) {
        if (leaf.rep == Rep::Ref) refs.push_back(kHeaderSize + leaf.offset);
    }
    auto cls = blank(ClassKind::Box, type, gc::make_object_descriptor(size, refs));
    cls->element = *payload;
    cls->element_type = type;
    cls->instance_size = size;
    cls->has_refs = !refs.empty();
    if (type->kind == TypeKind::Named) {
        auto def = Loader::resolve(type);
        if (!def) return std::move(def).error();
        SKUA_TRY(check_declaration(**def));
        cls->def = *def;
        SKUA_TRY(collect_interfaces(vm, *cls, **def, type->args));
    } else if (type->kind != TypeKind::Tuple && type->kind != TypeKind::Nullable) {
        auto extension = vm.boot_loader().extension_of(type->kind);
        if (!extension) return std::move(extension).error();
        cls->def = *extension;
        SKUA_TRY(collect_interfaces(vm, *cls, **extension, type->args));
    }  // Else nothing boxes it: the class that a cast asks for, and that no object has.
    Class* made = keep(vm, std::move(cls));
    type->box.store(made, std::memory_order_release);
    return made;
}

Result<Class*> test_class_of(Vm& vm, const Type* type) {
    auto reference = is_reference(type);
    if (!reference) return std::move(reference).error();
    return *reference ? class_of(vm, type) : box_class_of(vm, type);
}

Result<Class*> closure_class_of(Vm& vm, Function& function, std::uint32_t first_capture_param) {
    LinkerState& state = vm.linker();
    std::lock_guard guard(state.lock);
    // The number of captures follows from the closure's type, but one function may in principle be
    // used with different numbers; the key stays the function because the compiler never does, and
    // a differing use is answered with a class of its own.
    auto it = state.closure_classes.find(&function);
    std::uint32_t slots = 0;
    std::vector<std::uint32_t> refs;
    for (std::size_t i = first_capture_param; i < function.param_types.size(); ++i) {
        auto layout = layout_of(vm.types(), function.param_types[i]);
        if (!layout) return std::move(layout).error();
        for (const Leaf& leaf : (*layout)->leaves) {
            if (leaf.rep == Rep::Ref) refs.push_back(kHeaderSize + slots * 8);
            ++slots;
        }
    }
    if (it != state.closure_classes.end() && it->second->capture_slots == slots) return it->second;
    std::vector<const Type*> params(function.param_types.begin(),
                                    function.param_types.begin() + first_capture_param);
    const Type* type = vm.types().function(params, function.result_type);
    const std::uint32_t size = kHeaderSize + slots * 8;
    auto cls = blank(ClassKind::Closure, type, gc::make_object_descriptor(size, refs));
    cls->closure_function = &function;
    cls->capture_slots = slots;
    cls->instance_size = size;
    cls->has_refs = !refs.empty();
    Class* made = keep(vm, std::move(cls));
    state.closure_classes.insert_or_assign(&function, made);
    function.closure_class.store(made, std::memory_order_release);
    return made;
}

Slot* new_root(Vm& vm) {
    constexpr std::size_t kBlock = 512;
    LinkerState& state = vm.linker();
    std::lock_guard guard(state.lock);
    if (state.roots.empty() || state.roots_used >= kBlock) {
        state.roots_used = SIZE_MAX;  // until there is one
        add_root_block(vm, kBlock);
        state.roots_used = 0;
    }
    return &state.roots.back()[state.roots_used++];
}

}  // namespace skua::vm
