#include "skua/vm/layout.h"

#include <algorithm>
#include <mutex>

#include "skua/vm/loader.h"

namespace skua::vm {
namespace {

constexpr int kMaxValueDepth = 64;  // structs in structs

std::recursive_mutex& layout_lock() {
    static auto* lock = new std::recursive_mutex();
    return *lock;
}

Diagnostic value_error(const Type* type, std::string message) {
    Diagnostic d;
    d.message = "type " + type_text(type) + " " + std::move(message);
    return d;
}

void append_component(Layout& layout, const Type* type, const Layout& part) {
    const std::uint32_t offset = (layout.size + part.align - 1) / part.align * part.align;
    layout.component_leaf.push_back(layout.slots());
    layout.component_offset.push_back(offset);
    layout.components.push_back(type);
    for (const Leaf& leaf : part.leaves) layout.leaves.push_back({leaf.rep, offset + leaf.offset});
    layout.size = offset + part.size;
    layout.align = std::max(layout.align, part.align);
    layout.has_refs |= part.has_refs;
}

Layout scalar(Rep rep) {
    Layout layout;
    layout.leaves = {{rep, 0}};
    layout.size = layout.align = rep_size(rep);
    layout.has_refs = rep == Rep::Ref;
    return layout;
}

Result<const Layout*> compute(TypeTable& types, const Type* type, int depth);

Result<Layout> compute_parts(TypeTable& types, const Type* whole, const std::vector<const Type*>& parts,
                             int depth) {
    Layout layout;
    for (const Type* part : parts) {
        auto component = compute(types, part, depth + 1);
        if (!component) return std::move(component).error();
        if (layout.slots() + (*component)->slots() > kMaxValueSlots) {
            return value_error(whole,
                               "has more than " + std::to_string(kMaxValueSlots) + " scalar components");
        }
        append_component(layout, part, **component);
    }
    layout.size = (layout.size + layout.align - 1) / layout.align * layout.align;
    return layout;
}

Result<Layout> build(TypeTable& types, const Type* type, int depth) {
    switch (type->kind) {
        case TypeKind::I8:
            return scalar(Rep::I8);
        case TypeKind::U8:
        case TypeKind::Bool:
            return scalar(Rep::U8);
        case TypeKind::I16:
            return scalar(Rep::I16);
        case TypeKind::U16:
            return scalar(Rep::U16);
        case TypeKind::I32:
        case TypeKind::U32:
            return scalar(Rep::I32);
        case TypeKind::F32:
        case TypeKind::Char:
            return scalar(Rep::W32);
        case TypeKind::I64:
        case TypeKind::U64:
        case TypeKind::F64:
            return scalar(Rep::W64);
        case TypeKind::String:
        case TypeKind::Array:
        case TypeKind::Function:
            return scalar(Rep::Ref);
        case TypeKind::Void:
            return Layout{};
        case TypeKind::ClassVar:
        case TypeKind::FuncVar:
            return value_error(type, "is not a concrete type");
        case TypeKind::Tuple: {
            std::vector<const Type*> parts(type->args.begin(), type->args.end());
            return compute_parts(types, type, parts, depth);
        }
        case TypeKind::Nullable: {
            auto reference = is_reference(type);
            if (!reference) return std::move(reference).error();
            if (*reference) return scalar(Rep::Ref);
            return compute_parts(types, type, {types.simple(TypeKind::Bool), type->elem()}, depth);
        }
        case TypeKind::Named: {
            auto def = Loader::resolve(type);
            if (!def) return std::move(def).error();
            if ((*def)->kind != classfile::DeclKind::Struct) return scalar(Rep::Ref);
            if ((*def)->type_param_count() != type->args.size()) {
                return value_error(type, "has a wrong number of type arguments");
            }
            std::vector<const Type*> parts;
            for (const FieldDef& field : (*def)->fields) {
                if (field.is_static()) continue;
                const Type* part = types.substitute(field.type, type->args, {});
                if (!part) return value_error(type, "is nested too deeply");
                parts.push_back(part);
            }
            return compute_parts(types, type, parts, depth);
        }
    }
    return value_error(type, "has an unknown kind");
}

Result<const Layout*> compute(TypeTable& types, const Type* type, int depth) {
    if (const Layout* known = type->layout.load(std::memory_order_acquire)) return known;
    if (depth > kMaxValueDepth)
        return value_error(type, "contains itself, or structs nested more than 64 deep");
    auto layout = build(types, type, depth);
    if (!layout) return std::move(layout).error();
    // A struct without fields still takes a slot, so that every value has a place.
    if (layout->leaves.empty() && type->kind != TypeKind::Void) {
        layout->leaves.push_back({Rep::U8, 0});
        layout->size = layout->align = 1;
    }
    auto* kept = new Layout(std::move(*layout));  // the type table frees it
    type->layout.store(kept, std::memory_order_release);
    return static_cast<const Layout*>(kept);
}

}  // namespace

Result<bool> is_reference(const Type* type) {
    switch (type->kind) {
        case TypeKind::String:
        case TypeKind::Array:
        case TypeKind::Function:
            return true;
        case TypeKind::Nullable: {
            if (type->elem()->kind == TypeKind::Nullable) return false;
            return is_reference(type->elem());
        }
        case TypeKind::Named: {
            auto def = Loader::resolve(type);
            if (!def) return std::move(def).error();
            return (*def)->kind == classfile::DeclKind::Class ||
                   (*def)->kind == classfile::DeclKind::Interface;
        }
        default:
            return false;
    }
}

Result<const Layout*> layout_of(TypeTable& types, const Type* type) {
    if (const Layout* known = type->layout.load(std::memory_order_acquire)) return known;
    std::lock_guard guard(layout_lock());
    return compute(types, type, 0);
}

void append_leaf_kinds(TypeTable& types, const Type* type, std::vector<LeafKind>& kinds) {
    auto layout = layout_of(types, type);
    if (!layout) return;
    if (!(*layout)->components.empty()) {
        for (const Type* component : (*layout)->components) append_leaf_kinds(types, component, kinds);
        return;
    }
    const LeafKind kind = type->kind == TypeKind::F64   ? LeafKind::F64
                          : type->kind == TypeKind::F32 ? LeafKind::F32
                                                        : LeafKind::Slot;
    kinds.insert(kinds.end(), (*layout)->leaves.size(), kind);
}

}  // namespace skua::vm
