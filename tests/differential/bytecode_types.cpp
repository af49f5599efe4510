#include "bytecode_types.h"

#include "skua/classfile/check.h"

namespace skua::differential {

namespace cf = classfile;

Types::Types() {
    intern({});
    for (int k = 0; k <= static_cast<int>(TypeKind::Char); ++k)
        intern({Shape::Primitive, static_cast<TypeKind>(k), {}, {}, {}, 0, {}, {}, 0});
    intern({Shape::String, TypeKind::String, {}, {}, {}, 0, {}, {}, 0});
}

Ty Types::intern(TypeInfo info) {
    std::string key = std::to_string(static_cast<int>(info.shape)) + " " +
                      std::to_string(static_cast<int>(info.kind)) + " " + info.name + " " +
                      std::to_string(info.variable);
    for (const Ty part : info.parts) key += "," + std::to_string(part);
    const auto [place, fresh] = index_.try_emplace(key, static_cast<Ty>(types_.size()));
    if (fresh) types_.push_back(std::move(info));
    return place->second;
}

Ty Types::tuple(std::vector<Ty> components) {
    const Ty t = intern({Shape::Tuple, TypeKind::Tuple, {}, components, {}, 0, {}, {}, 0});
    if (types_[t].members.empty())
        for (std::size_t i = 0; i < components.size(); ++i)
            types_[t].members.push_back({std::to_string(i), components[i], components[i]});
    return t;
}

Ty Types::function(std::vector<Ty> params, Ty result) {
    params.push_back(result);
    return intern({Shape::Function, TypeKind::Function, {}, std::move(params), {}, 0, {}, {}, 0});
}

bool Types::is_reference(Ty t) const {
    switch (types_[t].shape) {
        case Shape::String:
        case Shape::Array:
        case Shape::Class:
        case Shape::Interface:
        case Shape::Function:
            return true;
        case Shape::Nullable:
            return types_[types_[t].parts[0]].shape != Shape::Nullable && is_reference(types_[t].parts[0]);
        default:
            return false;
    }
}

bool Types::assignable(Ty from, Ty to) const {
    if (from == to) return true;
    const TypeInfo &a = types_[from], &b = types_[to];
    if (a.shape == Shape::Nullable && b.shape == Shape::Nullable)
        return is_reference(from) && is_reference(to) && assignable(a.parts[0], b.parts[0]);
    if (a.shape != Shape::Class) return false;
    for (Ty c = from; c != 0; c = types_[c].super) {
        if (c == to) return true;
        for (const Ty i : types_[c].interfaces)
            if (i == to) return true;
    }
    return false;
}

File::File(Types& all, const std::string& name, const std::string& module, cf::DeclKind kind,
           std::uint32_t flags)
    : types(all) {
    auto& file = builder.file();
    file.kind = kind;
    file.flags = flags;
    file.name = builder.str(name);
    file.module = builder.str(module);
    file.source_file = builder.str(module + ".skasm");
}

cf::TypeIndex File::index(Ty t) {
    if (const auto found = cache_.find(t); found != cache_.end()) return found->second;
    const TypeInfo info = types[t];
    std::vector<cf::TypeIndex> parts;
    for (const Ty part : info.parts) parts.push_back(index(part));
    cf::TypeIndex made = 0;
    switch (info.shape) {
        case Shape::Void:
            made = builder.void_type();
            break;
        case Shape::Primitive:
            made = builder.primitive(info.kind);
            break;
        case Shape::String:
            made = builder.string_type();
            break;
        case Shape::Array:
            made = builder.array(parts[0]);
            break;
        case Shape::Nullable:
            made = builder.nullable(parts[0]);
            break;
        case Shape::Tuple:
            made = builder.tuple(parts);
            break;
        case Shape::Function:
            made = builder.type({TypeKind::Function, 0, 0, parts});
            break;
        case Shape::Variable:
            made = builder.type({info.kind, 0, info.variable, {}});
            break;
        default:
            made = builder.named(info.name, parts);
            break;
    }
    cache_.emplace(t, made);
    return made;
}

void File::add_field(const std::string& name, Ty type, std::uint32_t flags) {
    const cf::StrIndex text = builder.str(name);
    builder.file().fields.push_back({text, index(type), flags, cf::kNone});
}

cf::MethodIndex File::method(Ty owner, const std::string& name, const std::vector<Ty>& type_args,
                             const std::vector<Ty>& params, Ty result) {
    cf::MethodRef ref;
    ref.owner = index(owner);
    ref.name = builder.str(name);
    for (const Ty t : type_args) ref.type_args.push_back(index(t));
    for (const Ty t : params) ref.params.push_back(index(t));
    ref.result = index(result);
    return builder.method_ref(std::move(ref));
}

cf::FieldIndex File::path(Random& random, Ty owner, const Member& member, Ty& leaf) {
    cf::FieldPath path;
    Member step = member;
    for (;;) {
        path.steps.push_back({index(owner), builder.str(step.name), index(step.declared)});
        owner = leaf = step.type;
        if (!types.is_value(owner) || random.percent(35)) break;
        step = random.pick(types[owner].members);
    }
    return builder.field_path(std::move(path));
}

cf::FieldIndex File::path(Ty owner, const Member& member) {
    cf::FieldPath path;
    path.steps.push_back({index(owner), builder.str(member.name), index(member.declared)});
    return builder.field_path(std::move(path));
}

cf::Function File::function(const std::string& name, std::uint32_t flags, const std::vector<Ty>& params,
                            Ty result) {
    cf::Function f;
    f.name = builder.str(name);
    f.flags = flags;
    for (std::size_t i = 0; i < params.size(); ++i) {
        const bool receiver =
            i == 0 && (flags & cf::kStatic) == 0 && builder.file().kind != cf::DeclKind::Module;
        const cf::TypeIndex type = index(params[i]);
        f.params.push_back({builder.str(receiver ? "this" : "p" + std::to_string(i)), type, false});
        f.code.registers.push_back(type);
    }
    f.result = index(result);
    return f;
}

cf::ClassFile File::finish() {
    auto done = builder.finish();
    SKUA_CHECK(done.ok());
    return std::move(*done);
}

}  // namespace skua::differential
