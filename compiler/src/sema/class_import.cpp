// Symbols from class files: building against a module without its source.
//
// A class file on the class path may be hostile or simply not fit the others; what does not
// resolve becomes the error type, with one message.
#include "sema/analyzer.h"

namespace skua::compiler {

using classfile::ClassFile;

const ClassFile* Analyzer::read_class(std::string_view name) {
    auto found = class_path.find(name);
    if (!found.ok()) {
        if (reported_missing_.emplace(std::string(name), true).second) {
            SourceRange at = source_modules.empty() ? SourceRange{}
                                                    : SourceRange{source_modules[0]->ast->file->id(), 0, 0};
            Diagnostic why = found.error();
            const std::string hint =
                why.hint.empty() ? "compile that module again" : std::exchange(why.hint, {});
            error(at, "cannot use the class file of " + quote(name) + ": " + why.to_string(), hint);
        }
        return nullptr;
    }
    return *found;
}

const Type* Analyzer::import_type(const ClassFile& file, classfile::TypeIndex index,
                                  std::span<TypeParamSymbol* const> class_params,
                                  std::span<TypeParamSymbol* const> function_params, int depth) {
    if (index >= file.types.size() || depth > static_cast<int>(Type::kMaxDepth)) return types.error;
    const classfile::TypeDesc& desc = file.types[index];
    auto sub = [&](std::size_t i) {
        return import_type(file, desc.args[i], class_params, function_params, depth + 1);
    };
    auto all = [&] {
        std::vector<const Type*> out;
        for (std::size_t i = 0; i < desc.args.size(); ++i) out.push_back(sub(i));
        return out;
    };
    switch (desc.kind) {
        case classfile::TypeKind::String:
            return types.string;
        case classfile::TypeKind::Array:
            return desc.args.empty() ? types.error : types.array(sub(0));
        case classfile::TypeKind::Nullable:
            return desc.args.empty() ? types.error : types.nullable(sub(0));
        case classfile::TypeKind::Tuple:
            return desc.args.size() < 2 ? types.error : types.tuple(all());
        case classfile::TypeKind::Function: {
            auto args = all();
            if (args.empty()) return types.error;
            const Type* result = args.back();
            args.pop_back();
            return types.function(args, result);
        }
        case classfile::TypeKind::ClassVar:
            return desc.index < class_params.size() ? types.var(class_params[desc.index]) : types.error;
        case classfile::TypeKind::FuncVar:
            return desc.index < function_params.size() ? types.var(function_params[desc.index]) : types.error;
        case classfile::TypeKind::Void:
            return types.void_;
        case classfile::TypeKind::Named: {
            TypeSymbol* symbol = find_type(file.str(desc.name));
            if (symbol == nullptr || symbol->type_params.size() != desc.args.size()) return types.error;
            return types.named(symbol, all());
        }
        default:
            return types.primitive(static_cast<TypeKind>(desc.kind));
    }
}

std::span<TypeParamSymbol*> Analyzer::import_type_params(const ClassFile& file,
                                                         const std::vector<classfile::TypeParam>& params,
                                                         bool of_function) {
    std::vector<TypeParamSymbol*> out;
    for (const classfile::TypeParam& p : params) {
        auto* symbol = make<TypeParamSymbol>(file.str(p.name));
        symbol->of_function = of_function;
        symbol->index = static_cast<std::uint32_t>(out.size());
        symbol->resolved = true;
        out.push_back(symbol);
    }
    return arena.copy(out);
}

void Analyzer::import_bounds(const ClassFile& file, const std::vector<classfile::TypeParam>& params,
                             std::span<TypeParamSymbol* const> symbols,
                             std::span<TypeParamSymbol* const> class_params,
                             std::span<TypeParamSymbol* const> function_params) {
    for (std::size_t i = 0; i < params.size(); ++i) {
        std::vector<const Type*> bounds;
        for (auto b : params[i].bounds) bounds.push_back(import_type(file, b, class_params, function_params));
        symbols[i]->bounds = types.list(bounds);
    }
}

void Analyzer::load_type(TypeSymbol* type) {
    const ClassFile& file = *type->file;
    switch (file.kind) {
        case classfile::DeclKind::Interface:
            type->type_kind = TypeSymbolKind::Interface;
            break;
        case classfile::DeclKind::Struct:
            type->type_kind = TypeSymbolKind::Struct;
            break;
        case classfile::DeclKind::Enum:
            type->type_kind = TypeSymbolKind::Enum;
            break;
        case classfile::DeclKind::Extension:
            type->type_kind = TypeSymbolKind::Extension;
            break;
        default:
            type->type_kind = TypeSymbolKind::Class;
            break;
    }
    type->flags = file.flags;
    for (const classfile::CustomSection& section : file.custom) type->is_enum |= section.name == "skua.enum";
    if (file.doc != classfile::kNone) type->doc = file.str(file.doc);
    type->type_params = import_type_params(file, file.type_params, false);
    std::vector<const Type*> args;
    for (TypeParamSymbol* p : type->type_params) args.push_back(types.var(p));
    if (type->type_kind == TypeSymbolKind::Extension) {
        std::string_view name = type->name;
        type->self = name == "array" && args.size() == 1 ? types.array(args[0]) : builtin_type(name);
        if (type->self == nullptr) type->self = types.error;
    } else {
        type->self = types.named(type, args);
    }
}

FunctionSymbol* Analyzer::import_function(const ClassFile& file, const classfile::Function& f,
                                          ModuleSymbol* module, TypeSymbol* owner) {
    auto* symbol = make<FunctionSymbol>(file.str(f.name));
    symbol->link_name = symbol->name;
    symbol->module = module;
    symbol->owner = owner;
    symbol->flags = f.flags;
    if (f.doc != classfile::kNone) symbol->doc = file.str(f.doc);
    symbol->type_params = import_type_params(file, f.type_params, true);
    std::span<TypeParamSymbol* const> class_params =
        owner != nullptr ? owner->type_params : std::span<TypeParamSymbol* const>{};
    import_bounds(file, f.type_params, symbol->type_params, class_params, symbol->type_params);
    std::size_t first = 0;
    bool extension = owner == nullptr && symbol->name.find("$ext$") != std::string_view::npos;
    bool instance = owner != nullptr && !symbol->has(classfile::kStatic);
    if (extension) instance = !f.params.empty() && file.str(f.params[0].name) == "this";
    if (instance && !f.params.empty()) {
        symbol->this_type = import_type(file, f.params[0].type, class_params, symbol->type_params);
        first = 1;
    }
    std::vector<ParamSymbol> params;
    for (std::size_t i = first; i < f.params.size(); ++i) {
        ParamSymbol p;
        p.name = file.str(f.params[i].name);
        p.type = import_type(file, f.params[i].type, class_params, symbol->type_params);
        p.has_default = f.params[i].has_default;
        params.push_back(p);
    }
    symbol->params = arena.copy(params);
    symbol->result = import_type(file, f.result, class_params, symbol->type_params);
    symbol->role = owner == nullptr                       ? FunctionRole::Module
                   : symbol->has(classfile::kConstructor) ? FunctionRole::Constructor
                   : instance                             ? FunctionRole::Method
                                                          : FunctionRole::Static;
    if (extension) {
        symbol->role = FunctionRole::Extension;
        symbol->name = symbol->name.substr(symbol->name.find("$ext$") + 5);
    }
    symbol->is_declared = true;
    return symbol;
}

void Analyzer::load_members(TypeSymbol* type) {
    const ClassFile& file = *type->file;
    std::uint32_t index = 0;
    for (const classfile::Field& f : file.fields) {
        auto* field = make<FieldSymbol>(file.str(f.name));
        field->module = type->module;
        field->owner = type;
        field->flags = f.flags;
        field->type = import_type(file, f.type, type->type_params, {});
        if (f.doc != classfile::kNone) field->doc = file.str(f.doc);
        if (!field->is_static()) field->index = index++;
        type->fields.push_back(field);
        type->members.emplace(field->name, field);
    }
    FunctionSymbol* maker = nullptr;
    for (const classfile::Function& f : file.functions) {
        std::string_view name = file.str(f.name);
        if (name == "make$") {
            maker = import_function(file, f, type->module, type);
            continue;
        }
        if ((f.flags & classfile::kSynthetic) != 0 || name == "static$init") continue;
        FunctionSymbol* function = import_function(file, f, type->module, type);
        if (function->has(classfile::kConstructor)) {
            type->constructor = function;
            continue;
        }
        type->functions.push_back(function);
        type->members.emplace(function->name, function);
    }
    if (type->is_struct()) {
        if (maker == nullptr) {
            maker = make<FunctionSymbol>("init");
            maker->module = type->module;
            maker->owner = type;
            std::vector<ParamSymbol> params;
            for (FieldSymbol* f : type->fields) {
                if (f->is_static()) continue;
                ParamSymbol p;
                p.name = f->name;
                p.type = f->type;
                params.push_back(p);
            }
            maker->params = arena.copy(params);
            maker->is_declared = true;
        } else {
            type->has_init = true;
        }
        maker->role = FunctionRole::StructNew;
        maker->flags |= classfile::kPublic;
        maker->this_type = nullptr;
        maker->result = type->self;
        type->constructor = maker;
    } else if (type->constructor != nullptr) {
        type->constructor->flags |= classfile::kPublic;
        type->constructor->result = type->self;
    }
    for (const classfile::CustomSection& section : file.custom) {
        if (section.name == "skua.enum")
            load_cases(type,
                       text({reinterpret_cast<const char*>(section.bytes.data()), section.bytes.size()}));
    }
}

void Analyzer::load_module_file(ModuleSymbol* module) {
    static const ClassFile kEmpty{};
    module->file = &kEmpty;  // looked for
    if (!class_path.contains(module->name)) return;
    const ClassFile* file = read_class(module->name);
    if (file == nullptr || file->kind != classfile::DeclKind::Module) return;
    module->file = file;
    if (file->doc != classfile::kNone) module->doc = file->str(file->doc);
    for (const classfile::Field& f : file->fields) {
        auto* field = make<FieldSymbol>(file->str(f.name));
        field->module = module;
        field->flags = f.flags;
        field->type = import_type(*file, f.type, {}, {});
        if (f.doc != classfile::kNone) field->doc = file->str(f.doc);
        module->globals.push_back(field);
        module->members.emplace(field->name, field);
    }
    for (const classfile::Function& f : file->functions) {
        if ((f.flags & classfile::kSynthetic) != 0 || file->str(f.name) == "static$init") continue;
        FunctionSymbol* function = import_function(*file, f, module, nullptr);
        if (function->role == FunctionRole::Extension) {
            module->extension_functions.push_back(function);
            continue;
        }
        module->functions.push_back(function);
        module->members.emplace(function->name, function);
    }
}

}  // namespace skua::compiler
