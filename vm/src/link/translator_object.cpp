// Objects, fields and statics; field paths; string constants.
#include "link/translator.h"

namespace skua::vm {

namespace {

// Position of an instance field among the components of a struct.
int component_index(TypeDef& def, const FieldDef& field) {
    int index = 0;
    for (const FieldDef& f : def.fields) {
        if (&f == &field) return index;
        if (!f.is_static()) ++index;
    }
    return -1;
}

}  // namespace

Result<Translator::Path> Translator::resolve_path(classfile::FieldIndex index, PathRoot root) {
    const classfile::ClassFile& file = def_.owner->file;
    const auto& steps = file.field_paths[index].steps;
    Path path;
    bool first = true;
    for (const auto& step : steps) {
        const std::string name(file.str(step.name));
        auto owner = close_index(step.owner);
        if (!owner) return std::move(owner).error();
        if ((*owner)->kind == TypeKind::Tuple) {
            auto layout = layout_of(vm_.types(), *owner);
            if (!layout) return std::move(layout).error();
            const auto component = static_cast<std::size_t>(std::stoul(name));  // the verifier has checked it
            path.offset += (*layout)->component_offset[component];
            path.leaf += (*layout)->component_leaf[component];
            path.type = (*layout)->components[component];
        } else {
            auto owner_def = Loader::resolve(*owner);
            if (!owner_def) return std::move(owner_def).error();
            FieldDef* field = (*owner_def)->find_field(name);
            if (!field) return missing_member(**owner_def, "no field '" + name + "'");
            if (field->type != def_.owner->pool_type(step.type)) {
                return link_error("field " + type_text(*owner) + "." + name + " has type " +
                                  type_text(field->type) + ", but this code was compiled when it was " +
                                  type_text(def_.owner->pool_type(step.type)));
            }
            if (field->is_static() != (first && root == PathRoot::Static)) {
                return link_error("field " + type_text(*owner) + "." + name +
                                  (field->is_static() ? " is static" : " is not static"));
            }
            if (first && root != PathRoot::Value) {
                auto cls = class_of(vm_, *owner);
                if (!cls) return std::move(cls).error();
                path.cls = *cls;
                if (root == PathRoot::Static) {
                    for (const auto& f : path.cls->static_fields) {
                        if (f.def == field) path.type = f.type, path.leaf = f.slot;
                    }
                } else {
                    for (const auto& f : path.cls->fields) {
                        if (f.def == field) path.type = f.type, path.offset = f.offset;
                    }
                }
                if (!path.type)
                    return link_error(type_text(*owner) + " has no objects with a field '" + name + "'");
            } else {
                auto layout = layout_of(vm_.types(), *owner);
                if (!layout) return std::move(layout).error();
                const int component = component_index(**owner_def, *field);
                if ((*owner_def)->kind != classfile::DeclKind::Struct || component < 0) {
                    return link_error(type_text(*owner) + " is no struct");
                }
                const auto c = static_cast<std::size_t>(component);
                path.offset += (*layout)->component_offset[c];
                path.leaf += (*layout)->component_leaf[c];
                path.type = (*layout)->components[c];
            }
        }
        first = false;
    }
    auto layout = layout_of(vm_.types(), path.type);
    if (!layout) return std::move(layout).error();
    path.layout = *layout;
    return path;
}

void Translator::emit_leaves_get(const Layout& layout, std::uint32_t dst, std::uint32_t object,
                                 std::uint32_t offset) {
    for (std::uint32_t i = 0; i < layout.slots(); ++i) {
        const Leaf& leaf = layout.leaves[i];
        out_.emit(get_op(leaf.rep), dst + i, object, offset + leaf.offset);
    }
}

Result<void> Translator::translate_object(const Instruction& in, bool& handled) {
    handled = true;
    switch (in.op) {
        case Op::ConstStr: {
            const std::string& text = def_.owner->file.strings[static_cast<std::size_t>(operand(in, 1))];
            Slot*& root = vm_.linker().literals[text];
            if (!root) {
                String* string = new_string(thread_, text);
                if (!string)
                    return link_error("no memory for a string literal");  // OutOfMemoryError is pending
                Slot* made = new_root(vm_);
                *made = reinterpret_cast<Slot>(string);
                root = made;
            }
            out_.emit_pointer(LOp::LdStr, slot(in, 0), 0, 0, root);
            return {};
        }
        case Op::New: {
            auto type = close_index(static_cast<classfile::TypeIndex>(operand(in, 1)));
            if (!type) return std::move(type).error();
            auto cls = class_of(vm_, *type);
            if (!cls) return std::move(cls).error();
            if ((*cls)->kind != ClassKind::Object || (*cls)->def->has(classfile::kAbstract)) {
                return link_error(type_text(*type) + " cannot be instantiated");
            }
            out_.emit_pointer(LOp::New, slot(in, 0), 0, 0, *cls);
            return {};
        }
        case Op::GetField: {
            auto path = resolve_path(static_cast<classfile::FieldIndex>(operand(in, 2)), PathRoot::Object);
            if (!path) return std::move(path).error();
            emit_leaves_get(*path->layout, slot(in, 0), slot(in, 1), path->offset);
            return {};
        }
        case Op::PutField: {
            auto path = resolve_path(static_cast<classfile::FieldIndex>(operand(in, 1)), PathRoot::Object);
            if (!path) return std::move(path).error();
            for (std::uint32_t i = 0; i < path->layout->slots(); ++i) {
                const Leaf& leaf = path->layout->leaves[i];
                out_.emit(put_op(leaf.rep), slot(in, 0), slot(in, 2) + i, path->offset + leaf.offset);
            }
            return {};
        }
        case Op::GetStatic:
        case Op::PutStatic: {
            const bool get = in.op == Op::GetStatic;
            auto path =
                resolve_path(static_cast<classfile::FieldIndex>(operand(in, get ? 1 : 0)), PathRoot::Static);
            if (!path) return std::move(path).error();
            const bool done = path->cls->init_state.load(std::memory_order_acquire) == InitState::Done;
            const LOp op = get ? (done ? LOp::SGet : LOp::SGetInit) : (done ? LOp::SPut : LOp::SPutInit);
            const std::uint32_t value = slot(in, get ? 0 : 1);
            for (std::uint32_t i = 0; i < path->layout->slots(); ++i) {
                const Slot* address = path->cls->statics + path->leaf + i;
                out_.emit_pointers(op, get ? value + i : 0, get ? 0 : value + i, address, path->cls);
            }
            return {};
        }
        default:
            handled = false;
            return {};
    }
}

}  // namespace skua::vm
