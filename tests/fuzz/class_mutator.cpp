#include "class_mutator.h"

#include "skua/classfile/pool_builder.h"
#include "skua/classfile/structure.h"

namespace skua::fuzz {

using namespace classfile;

void ClassMutator::mutate(ClassFile& file) {
    for (std::size_t n = 1 + below(4); n > 0; --n) {
        switch (below(16)) {
            case 0:
                type_entry(file);
                break;
            case 1:
                declaration(file);
                break;
            case 2:
                member(file);
                break;
            case 3:
                reference(file);
                break;
            case 4:
                path(file);
                break;
            case 5:
                new_type(file);
                break;
            default:
                code(file);
                break;
        }
    }
}

std::optional<ClassFile> ClassMutator::mutated(ClassFile file) {
    mutate(file);
    auto canonical = canonicalise(std::move(file));
    if (!canonical || !check_structure(*canonical)) return std::nullopt;
    return std::move(*canonical);
}

void ClassMutator::new_type(ClassFile& file) {
    if (file.types.empty() || file.types.size() > 4000) return;
    TypeDesc t;
    switch (below(5)) {
        case 0:
            t = {TypeKind::Array, 0, 0, {any_type(file)}};
            break;
        case 1:
            t = {TypeKind::Nullable, 0, 0, {any_type(file)}};
            break;
        case 2:
            t = {TypeKind::Tuple, 0, 0, {any_type(file), any_type(file)}};
            break;
        case 3:
            t = {TypeKind::Function, 0, 0, {any_type(file), any_type(file)}};
            break;
        default:
            t = file.types[any_type(file)];
            if (t.args.empty()) return;
            t.args[below(t.args.size())] = any_type(file);
            break;
    }
    file.types.push_back(std::move(t));
    // Somebody must use it, or it is dropped again.
    Function* f = any(file.functions);
    if (f && f->has_code) f->code.registers.push_back(static_cast<TypeIndex>(file.types.size() - 1));
}

void ClassMutator::type_entry(ClassFile& file) {
    if (file.types.empty()) return;
    const std::size_t i = below(file.types.size());
    TypeDesc& t = file.types[i];
    switch (below(4)) {
        case 0:
            if (!t.args.empty() && i > 0) t.args[below(t.args.size())] = static_cast<TypeIndex>(below(i));
            break;
        case 1:
            if (i > 0) t.args.push_back(static_cast<TypeIndex>(below(i)));
            break;
        case 2:
            t.index = static_cast<std::uint32_t>(below(4));
            break;
        default:
            t.kind = static_cast<TypeKind>(below(21));
            break;
    }
}

void ClassMutator::declaration(ClassFile& file) {
    switch (below(6)) {
        case 0:
            file.kind = static_cast<DeclKind>(below(6));
            break;
        case 1:
            file.flags ^= any_flag();
            break;
        case 2:
            file.super = below(3) == 0 ? kNone : any_type(file);
            break;
        case 3:
            if (auto* interface = any(file.interfaces))
                *interface = any_type(file);
            else
                file.interfaces.push_back(any_type(file));
            break;
        case 4:
            file.type_params.push_back({file.name, {any_type(file)}});
            break;
        default:
            if (auto* param = any(file.type_params)) param->bounds.push_back(any_type(file));
            break;
    }
}

void ClassMutator::member(ClassFile& file) {
    if (below(2) == 0) {
        if (Field* field = any(file.fields)) {
            if (below(2) == 0)
                field->type = any_type(file);
            else
                field->flags ^= any_flag();
        }
        return;
    }
    Function* f = any(file.functions);
    if (!f) return;
    switch (below(5)) {
        case 0:
            f->flags ^= any_flag();
            break;
        case 1:
            f->result = any_type(file);
            break;
        case 2:
            if (Param* param = any(f->params)) {
                param->type = any_type(file);
                const auto index = static_cast<std::size_t>(param - f->params.data());
                if (index < f->code.registers.size()) f->code.registers[index] = param->type;
            }
            break;
        case 3:
            f->type_params.push_back({file.name, {}});
            break;
        default:
            if (Function* other = any(file.functions)) f->name = other->name;
            break;
    }
    const bool bodyless = (f->flags & (kAbstract | kNative)) != 0;
    if (bodyless && f->has_code) f->has_code = false, f->code = {};
}

void ClassMutator::reference(ClassFile& file) {
    MethodRef* r = any(file.method_refs);
    if (!r) return;
    switch (below(5)) {
        case 0:
            r->owner = any_type(file);
            break;
        case 1:
            r->result = any_type(file);
            break;
        case 2:
            r->type_args.push_back(any_type(file));
            break;
        case 3:
            if (TypeIndex* param = any(r->params)) *param = any_type(file);
            break;
        default:
            if (MethodRef* other = any(file.method_refs)) r->name = other->name;
            break;
    }
}

void ClassMutator::path(ClassFile& file) {
    FieldPath* p = any(file.field_paths);
    if (!p || p->steps.empty()) return;
    FieldStep& step = *any(p->steps);
    switch (below(4)) {
        case 0:
            step.owner = any_type(file);
            break;
        case 1:
            step.type = any_type(file);
            break;
        case 2:
            p->steps.push_back(p->steps[below(p->steps.size())]);
            break;
        default:
            if (FieldPath* other = any(file.field_paths)) step.name = other->steps[0].name;
            break;
    }
}

}  // namespace skua::fuzz
