// What a class file says about its own type, in interned types.
#include <algorithm>

#include "skua/vm/loader.h"

namespace skua::vm {

namespace cf = classfile;

bool FunctionDef::is_instance() const {
    return !has(cf::kStatic) && owner->kind != cf::DeclKind::Module;
}

std::string FunctionDef::qualified_name() const {
    std::string text(owner->name);
    text += '.';
    text += name;
    return text;
}

TypeDef::TypeDef(Loader& l, TypeTable& t, cf::ClassFile f, std::string n)
    : loader(l),
      types(t),
      file(std::move(f)),
      file_name(std::move(n)),
      name(file.str(file.name)),
      kind(file.kind),
      pool_types_(file.types.size()) {
    std::vector<const Type*> vars(file.type_params.size());
    for (std::size_t i = 0; i < vars.size(); ++i) vars[i] = types.class_var(static_cast<std::uint32_t>(i));
    self = types.named(loader, name, vars);
    if (file.super != cf::kNone) super = pool_type(file.super);
    for (cf::TypeIndex i : file.interfaces) interfaces.push_back(pool_type(i));

    fields.reserve(file.fields.size());
    fields_by_name_.reserve(file.fields.size());
    for (const cf::Field& field : file.fields) {
        const auto index = static_cast<std::uint32_t>(fields.size());
        fields.push_back({this, index, &field, file.str(field.name), pool_type(field.type)});
        fields_by_name_.emplace(fields.back().name, &fields.back());
    }
    functions_by_name_.reserve(file.functions.size());
    for (const cf::Function& function : file.functions) {
        const auto index = static_cast<std::uint32_t>(functions.size());
        FunctionDef& def = functions.emplace_back();
        def.owner = this;
        def.index = index;
        def.decl = &function;
        def.name = file.str(function.name);
        def.params.reserve(function.params.size());
        for (const cf::Param& param : function.params) def.params.push_back(pool_type(param.type));
        def.result = pool_type(function.result);
        functions_by_name_.emplace(def.name, &def);
    }
}

TypeDef::~TypeDef() {
    delete supertypes.load(std::memory_order_relaxed);
}

FieldDef* TypeDef::find_field(std::string_view field_name) {
    auto it = fields_by_name_.find(field_name);
    return it == fields_by_name_.end() ? nullptr : it->second;
}

FunctionDef* TypeDef::find_function(std::string_view function_name) {
    auto it = functions_by_name_.find(function_name);
    return it == functions_by_name_.end() ? nullptr : it->second;
}

const Type* TypeDef::pool_type(cf::TypeIndex index) {
    std::atomic<const Type*>& slot = pool_types_[index];
    if (const Type* known = slot.load(std::memory_order_acquire)) return known;

    // Entries refer to earlier ones only, nested at most kMaxTypeDepth deep: the reader saw to it.
    const cf::TypeDesc& desc = file.types[index];
    std::vector<const Type*> args(desc.args.size());
    for (std::size_t i = 0; i < args.size(); ++i) args[i] = pool_type(desc.args[i]);
    const Type* type = nullptr;
    switch (desc.kind) {
        case TypeKind::Array:
            type = types.array(args[0]);
            break;
        case TypeKind::Named:
            type = types.named(loader, file.str(desc.name), args);
            break;
        case TypeKind::ClassVar:
            type = types.class_var(desc.index);
            break;
        case TypeKind::FuncVar:
            type = types.func_var(desc.index);
            break;
        case TypeKind::Function:
            type = types.function({args.data(), args.size() - 1}, args.back());
            break;
        case TypeKind::Nullable:
            type = types.nullable(args[0]);
            break;
        case TypeKind::Tuple:
            type = types.tuple(args);
            break;
        default:
            type = types.simple(desc.kind);
            break;
    }
    slot.store(type, std::memory_order_release);  // another thread may have stored the same pointer
    return type;
}

}  // namespace skua::vm
