#include "sema/check_natives.h"

#include <algorithm>
#include <fmt/format.h>

#include "sema/analyzer.h"

namespace skua::compiler {
namespace {

std::string short_list(std::span<const std::string_view> names) {
    constexpr std::size_t kShown = 6;
    std::string out;
    for (std::size_t i = 0; i < std::min(names.size(), kShown); ++i)
        out += fmt::format("{}`{}`", i == 0 ? "" : ", ", names[i]);
    if (names.size() > kShown) out += fmt::format(" and {} more", names.size() - kShown);
    return out;
}

class NativeChecker {
public:
    NativeChecker(const KnownPlugins& plugins, DiagnosticSink& sink) : plugins_(plugins), sink_(sink) {}

    void check(const FunctionSymbol& f) {
        if (!f.has(classfile::kNative) || f.decl == nullptr) return;
        const auto known = plugins_.by_library.find(f.native_library);
        if (known == plugins_.by_library.end()) return;
        if (!known->second) {
            // Once is enough.
            if (broken_.insert(known->first).second)
                sink_.error(f.decl->name.range, known->second.error().message, known->second.error().hint);
            return;
        }
        const PluginDescription& plugin = *known->second;
        if (plugin.name != f.native_library) {
            if (broken_.insert(known->first).second)
                sink_.error(f.decl->name.range,
                            fmt::format("{} names itself `{}`: expected `{}`", plugin.file, plugin.name,
                                        f.native_library),
                            "a plugin's file has the name in its SkPlugin and ends in .so");
            return;
        }
        compare(f, plugin);
    }

private:
    static std::string name_of(const FunctionSymbol& f) {
        return fmt::format("{}.{}", f.owner != nullptr ? f.owner->qualified_name : f.module->name,
                           f.link_name);
    }

    void compare(const FunctionSymbol& f, const PluginDescription& plugin) {
        std::string found = "(";
        bool known = f.result != nullptr && !f.result->has_error;
        const auto add = [&](const Type* type) {
            known = known && type != nullptr && !type->has_error;
            if (!known) return;
            if (found.size() > 1) found += ',';
            found += link_text(type);
        };
        if (f.this_type != nullptr) add(f.this_type);
        for (const ParamSymbol& param : f.params) add(param.type);
        if (!known) return;
        found += ")" + link_text(f.result);
        const std::string name = name_of(f);
        const NativeDescription* native = plugin.find(name);
        if (native == nullptr) return missing(f, plugin, name);
        if (native->signature != found) return mismatch(f, plugin, *native, found);
    }

    void missing(const FunctionSymbol& f, const PluginDescription& plugin, const std::string& name) {
        std::vector<std::string_view> names;
        for (const NativeDescription& native : plugin.natives) names.push_back(native.name);
        std::string help;
        if (const std::string_view best = nearest(name, names); !best.empty()) {
            help = fmt::format("did you mean `{}`?", best);
        } else {
            // Those of the module first.
            const std::string module = std::string(f.module->name) + ".";
            std::stable_partition(names.begin(), names.end(),
                                  [&](std::string_view n) { return n.starts_with(module); });
            help = names.empty() ? "it has none" : "it has " + short_list(names);
        }
        sink_.error(f.decl->name.range, fmt::format("{} has no native `{}`", plugin.title(), name), help);
    }

    void mismatch(const FunctionSymbol& f, const PluginDescription& plugin, const NativeDescription& native,
                  const std::string& found) {
        const auto expected = split_signature(native.signature);
        const auto have = split_signature(found);
        if (!expected || !have) return;
        const bool receiver = f.this_type != nullptr;
        const auto as_source = [&](const SignatureParts& parts) {
            std::string text = "(";
            for (std::size_t i = receiver ? 1 : 0; i < parts.params.size(); ++i)
                text += (text.size() > 1 ? ", " : "") + source_type(parts.params[i], f.module->name);
            text += ")";
            return parts.result == "void" ? text : text + ": " + source_type(parts.result, f.module->name);
        };
        std::string wants = as_source(*expected), has = as_source(*have);
        const bool same_receiver =
            !receiver || (!expected->params.empty() && expected->params[0] == have->params[0]);
        if (wants == has || !same_receiver) wants = native.signature, has = found;  // names of other modules
        std::vector<std::string> names = native.parameters;
        if (names.empty())
            for (const ParamSymbol& param : f.params) names.emplace_back(param.name);
        const bool is_method = receiver && same_receiver;
        const std::string header = source_header(native.name, *expected, names, f.module->name, is_method);
        auto& d = sink_.error(
            f.decl->header,
            fmt::format("native `{}` does not fit {}: expected `{}`, found `{}`", f.name, plugin.title(),
                        wants, has),
            same_receiver ? fmt::format("write `{}`", header) : "its first parameter is the object itself");
        if (same_receiver && !f.decl->is_property && !f.decl->is_operator) d.replacement = header;
    }

    const KnownPlugins& plugins_;
    DiagnosticSink& sink_;
    std::set<std::string> broken_;
};

void collect_libraries(std::span<ast::Decl* const> decls, std::set<std::string>& out) {
    for (ast::Decl* decl : decls) {
        if (const auto* f = ast::as<ast::FunctionDecl>(decl)) {
            if ((f->modifiers & ast::kModNative) != 0) out.emplace(f->native_library);
        } else if (const auto* type = ast::as<ast::TypeDecl>(decl)) {
            collect_libraries(type->members, out);
        } else if (const auto* extend = ast::as<ast::ExtendDecl>(decl)) {
            collect_libraries(extend->members, out);
        }
    }
}

}  // namespace

std::set<std::string> native_libraries(std::span<ast::Module* const> modules) {
    std::set<std::string> out;
    for (const ast::Module* module : modules) collect_libraries(module->decls, out);
    return out;
}

void check_natives(const Program& program, const KnownPlugins& plugins, DiagnosticSink& sink) {
    NativeChecker checker(plugins, sink);
    for (const ModuleSymbol* module : program.modules) {
        for (const FunctionSymbol* f : module->functions) checker.check(*f);
        for (const FunctionSymbol* f : module->extension_functions) checker.check(*f);
        for (const TypeSymbol* type : module->types)
            for (const FunctionSymbol* f : type->functions) checker.check(*f);
    }
}

}  // namespace skua::compiler
