// Interface dispatch: selectors, the search for implementations, per-class selector tables, thunks
// that unbox receivers, and the overrides of the universal operations.
#include <algorithm>

#include "link/linked_builder.h"
#include "link/linker.h"
#include "skua/vm/verifier.h"

namespace skua::vm {
namespace {

Diagnostic missing_implementation(const Type* type, const Selector& selector) {
    Diagnostic d;
    d.message = "type " + type_text(type) + " does not implement " + type_text(selector.interface) + "." +
                std::string(selector.method->name);
    return d;
}

bool implements(const FunctionDef& candidate) {
    return candidate.is_instance() && !candidate.is_abstract() && !candidate.has(classfile::kPrivate);
}

// A default method: the most derived of the interfaces that declares the name with a body.
Result<Function*> default_method(Vm& vm, std::span<const Type* const> interfaces, const Type* type,
                                 const Selector& selector) {
    const Type* best = nullptr;
    FunctionDef* best_def = nullptr;
    for (const Type* interface : interfaces) {
        auto def = Loader::resolve(interface);
        if (!def) return std::move(def).error();
        FunctionDef* method = (*def)->find_function(selector.method->name);
        if (!method || !implements(*method)) continue;
        auto selector_def = Loader::resolve(selector.interface);
        if (!selector_def) return std::move(selector_def).error();
        auto as_selector = as_supertype(vm.types(), vm.app_loader(), interface, **selector_def);
        if (!as_selector) return std::move(as_selector).error();
        if (*as_selector != selector.interface) continue;
        if (best) {
            auto best_type_def = Loader::resolve(best);
            auto under_best = as_supertype(vm.types(), vm.app_loader(), interface, **best_type_def);
            if (!under_best) return std::move(under_best).error();
            if (*under_best == nullptr) continue;
        }
        best = interface;
        best_def = method;
    }
    if (!best_def) return missing_implementation(type, selector);
    return function_of(vm, *best_def, best, {});
}

// The implementation in a class and its superclasses.
Result<Function*> class_method(Vm& vm, Class& cls, std::string_view name) {
    for (Class* c = &cls; c; c = c->super) {
        FunctionDef* method = c->def ? c->def->find_function(name) : nullptr;
        if (!method || !implements(*method)) continue;
        return function_of(vm, *method, c->type, {});
    }
    return static_cast<Function*>(nullptr);
}

// The definition that holds the methods of a type that is not a class, and its interfaces.
Result<TypeDef*> method_holder(Vm& vm, const Type* type) {
    if (type->kind == TypeKind::Named) return Loader::resolve(type);
    return vm.boot_loader().extension_of(type->kind);
}

// Reads the payload of a box and passes it on as the receiver.
Result<Function*> unboxing_thunk(Vm& vm, Class& box, Function& target) {
    LinkerState& state = vm.linker();
    auto key = std::make_pair(static_cast<const Class*>(&box), static_cast<const Function*>(&target));
    if (auto it = state.unboxing_thunks.find(key); it != state.unboxing_thunks.end()) return it->second;

    auto thunk = std::make_unique<Function>();
    thunk->owner = target.owner;
    thunk->result_type = target.result_type;
    thunk->result_slots = target.result_slots;
    thunk->display_name = target.display_name;
    const std::uint32_t receiver = box.element->slots();
    const std::uint32_t rest = target.arg_slots - receiver;
    thunk->arg_slots = 1 + rest;
    thunk->shape.params.push_back(LeafKind::Slot);
    thunk->shape.params.insert(thunk->shape.params.end(), target.shape.params.begin() + receiver,
                               target.shape.params.end());
    thunk->shape.results = target.shape.results;
    const std::uint32_t window = thunk->arg_slots + 1 + std::max(target.result_slots, 1u);
    thunk->frame_slots = window + target.arg_slots;

    LinkedBuilder code(false);
    for (std::uint32_t i = 0; i < receiver; ++i) {
        const Leaf& leaf = box.element->leaves[i];
        code.emit(get_op(leaf.rep), window + i, 0, static_cast<std::uint32_t>(sizeof(Object)) + leaf.offset);
    }
    if (rest > 0) code.emit(LOp::MovN, window + receiver, 1, rest);
    const std::uint32_t result = thunk->arg_slots;
    code.emit_pointer(LOp::Call, result, window, target.arg_slots, &target);
    if (target.result_slots == 0) {
        code.emit(LOp::Ret0, 0, 0, 0);
    } else if (target.result_slots == 1) {
        code.emit(LOp::Ret, 0, result, 0);
    } else {
        code.emit(LOp::RetN, 0, result, target.result_slots);
    }
    auto body = code.finish();
    if (!body) return std::move(body).error();
    (*body)->function = thunk.get();
    const LinkedBody* kept = register_body(vm, *std::move(body));
    thunk->body.store(kept, std::memory_order_release);
    thunk->code.store(kept->code.data(), std::memory_order_release);
    Function* made = thunk.get();
    state.thunks.push_back(std::move(thunk));
    state.unboxing_thunks.emplace(key, made);
    return made;
}

Result<Function*> implementation_in(Vm& vm, Class& cls, const Selector& selector) {
    if (std::find(cls.interfaces.begin(), cls.interfaces.end(), selector.interface) == cls.interfaces.end()) {
        return missing_implementation(cls.type, selector);
    }
    if (cls.kind == ClassKind::Object) {
        auto own = class_method(vm, cls, selector.method->name);
        if (!own || *own) return own;
        return default_method(vm, cls.interfaces, cls.type, selector);
    }
    bool needs_box = false;
    auto target = implementation_for(vm, cls.type, selector, needs_box);
    if (!target || cls.kind != ClassKind::Box || needs_box) return target;
    return unboxing_thunk(vm, cls, **target);
}

void add_to_table(Vm& vm, Class& cls, const Selector& selector, Function& function) {
    const SelectorTable* old = cls.selectors.load(std::memory_order_acquire);
    std::vector<SelectorTable::Entry> entries;
    if (old) {
        for (std::uint32_t i = 0; i <= old->mask; ++i) {
            if (old->entries[i].selector) entries.push_back(old->entries[i]);
        }
    }
    entries.push_back({&selector, &function});
    std::uint32_t capacity = 4;
    while (capacity < entries.size() * 2) capacity *= 2;
    const std::size_t bytes = sizeof(SelectorTable) + (capacity - 1) * sizeof(SelectorTable::Entry);
    auto block = std::make_unique<std::uint64_t[]>((bytes + 7) / 8);  // zeroed
    auto* table = new (block.get()) SelectorTable;
    table->mask = capacity - 1;
    for (const auto& entry : entries) {
        std::uint32_t i = entry.selector->id & table->mask;
        while (table->entries[i].selector) i = (i + 1) & table->mask;
        table->entries[i] = entry;
    }
    vm.linker().selector_tables.push_back(std::move(block));
    cls.selectors.store(table, std::memory_order_release);
}

}  // namespace

Result<const Selector*> selector_of(Vm& vm, const Type* interface, FunctionDef& method) {
    LinkerState& state = vm.linker();
    std::lock_guard guard(state.lock);
    auto& selector = state.selectors[{interface, &method}];
    if (!selector) {
        selector = std::make_unique<Selector>();
        selector->interface = interface;
        selector->method = &method;
        selector->id = static_cast<std::uint32_t>(state.selectors.size());
    }
    return static_cast<const Selector*>(selector.get());
}

Result<Function*> implementation_for(Vm& vm, const Type* type, const Selector& selector, bool& needs_box) {
    needs_box = false;
    auto holder = method_holder(vm, type);
    if (!holder) return std::move(holder).error();
    if (FunctionDef* method = (*holder)->find_function(selector.method->name);
        method && implements(*method)) {
        const Type* owner = type;
        if (type->kind != TypeKind::Named) {
            owner = vm.types().named((*holder)->loader, (*holder)->name, type->args);
        }
        return function_of(vm, *method, owner, {});
    }
    auto cls = test_class_of(vm, type);
    if (!cls) return std::move(cls).error();
    needs_box = (*cls)->kind == ClassKind::Box;
    return default_method(vm, (*cls)->interfaces, type, selector);
}

Function* find_implementation(Thread& thread, Class& cls, const Selector& selector) {
    if (Function* known = lookup_selector(cls.selectors.load(std::memory_order_acquire), &selector))
        return known;
    std::string failure;
    {
        std::lock_guard guard(thread.vm->linker().lock);
        if (Function* known = lookup_selector(cls.selectors.load(std::memory_order_acquire), &selector))
            return known;
        auto found = implementation_in(*thread.vm, cls, selector);
        if (found) {
            add_to_table(*thread.vm, cls, selector, **found);
            return *found;
        }
        failure = found.error().message;
    }
    throw_error(thread, "std.core.LinkError", failure);
    return nullptr;
}

Result<void> resolve_universal(Vm& vm, Class& cls) {
    if (cls.universal_resolved.load(std::memory_order_acquire)) return {};
    std::lock_guard guard(vm.linker().lock);
    if (cls.universal_resolved.load(std::memory_order_acquire)) return {};
    for (const Type* interface : cls.interfaces) {
        std::atomic<Function*>* slot = nullptr;
        std::string_view method;
        if (interface->name == "std.core.Equatable") {
            slot = &cls.equals_method, method = "equals";
        } else if (interface->name == "std.core.Hashable") {
            slot = &cls.hash_method, method = "hash";
        } else if (interface->name == "std.core.Display") {
            slot = &cls.text_method, method = "toString";
        } else {
            continue;
        }
        auto def = Loader::resolve(interface);
        if (!def) return std::move(def).error();
        FunctionDef* declared = (*def)->find_function(method);
        if (!declared) continue;
        auto selector = selector_of(vm, interface, *declared);
        if (!selector) return std::move(selector).error();
        auto found = implementation_in(vm, cls, **selector);
        if (!found) return std::move(found).error();
        slot->store(*found, std::memory_order_release);
    }
    cls.universal_resolved.store(true, std::memory_order_release);
    return {};
}

}  // namespace skua::vm
