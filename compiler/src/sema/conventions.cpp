// Methods that mean something to the language only where their class names an interface, and interfaces
// that belong together.
#include "sema/analyzer.h"

namespace skua::compiler {
namespace {

FunctionSymbol* own_method(const TypeSymbol& type, std::string_view name, std::size_t parameters) {
    const auto found = type.members.find(name);
    if (found == type.members.end() || found->second->kind != SymbolKind::Function) return nullptr;
    auto* f = static_cast<FunctionSymbol*>(found->second);
    const bool fits = f->role == FunctionRole::Method && f->decl != nullptr && !f->has(classfile::kPrivate) &&
                      !f->has(classfile::kProperty) && f->type_params.empty() &&
                      f->params.size() == parameters;
    return fits ? f : nullptr;
}

}  // namespace

void Analyzer::warn_missing_interfaces(ModuleSymbol* module) {
    const auto instance = [&](TypeSymbol* type, std::string_view interface) {
        TypeSymbol* symbol = core_if_present(interface);
        return symbol != nullptr && as_instance_of(type->self, symbol) != nullptr;
    };
    const auto warn = [&](TypeSymbol* type, FunctionSymbol* f, const Type* result, std::string_view interface,
                          std::string_view consequence) {
        if (f == nullptr || result_type(f) != result || instance(type, interface)) return;
        const std::string written =
            interface == "Equatable" ? "Equatable<" + to_string(type->self) + ">" : std::string(interface);
        sink.warning(WarningKind::MissingInterface, f->range,
                     quote(type->name) + " is no " + quote(interface) + ": " + std::string(consequence),
                     "name the interface: `" + std::string(type->name) + " : " + written + "`");
    };
    for (TypeSymbol* type : module->types) {
        if (!type->is_class() && !type->is_struct()) continue;
        if (type->is_enum || type->enum_of != nullptr || type->has_unknown_super) continue;
        warn(type, own_method(*type, "toString", 0), types.string, "Display", "texts do not ask this method");
        warn(type, own_method(*type, "hash", 0), types.int_, "Hashable",
             "maps and sets do not ask this method");
        FunctionSymbol* equals = own_method(*type, "equals", 1);
        if (equals != nullptr && equals->params.front().type == type->self)
            warn(type, equals, types.bool_, "Equatable", "`==` does not ask this method");
        if (equals != nullptr && type->is_class() && instance(type, "Equatable") &&
            !instance(type, "Hashable"))
            sink.warning(
                WarningKind::MissingInterface, equals->range,
                quote(type->name) +
                    " is Equatable but not Hashable: maps and sets would not find objects that are equal",
                "name `Hashable` and write `fn hash(): int`");
    }
}

}  // namespace skua::compiler
