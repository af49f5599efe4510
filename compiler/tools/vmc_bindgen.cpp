#include "vmc_bindgen.h"

#include <algorithm>
#include <filesystem>
#include <fmt/format.h>

#include "bindgen.h"
#include "skua/classfile/output_file.h"
#include "vmc_plugin.h"

namespace skua::compiler {
namespace {

namespace fs = std::filesystem;

std::optional<Failure> write_module(const BindgenRequest& request, const std::string& path,
                                    const std::string& text) {
    std::error_code ignored;
    std::string before;
    const bool there = fs::exists(path, ignored);
    if (there) {
        Failure failure;
        LoadedText loaded;
        if (!load_source(path, loaded, failure)) return failure;
        before = std::move(loaded.text);
    }
    if (request.check) {
        if (there && before == text) return std::nullopt;
        return Failure{kExitBadInput, fmt::format("{}: {}; 'vmc bindgen {} -o {}' writes it", path,
                                                  there ? "is not what the plugin says" : "is not there",
                                                  request.plugin, request.output)};
    }
    if (there && before == text) return std::nullopt;
    if (there && !request.force && before.find(kBindgenMark) == std::string::npos)
        return Failure{kExitNoOutput,
                       path + ": was not made by vmc bindgen and is left alone; --force writes over it"};
    const fs::path folder = fs::path(path).parent_path();
    if (std::error_code error; !folder.empty() && !fs::create_directories(folder, error) && error)
        return Failure{kExitNoOutput,
                       fmt::format("{}: cannot be made: {}", folder.string(), error.message())};
    if (auto written = classfile::write_output_file(
            path, {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
        !written)
        return Failure{kExitNoOutput, written.error().to_string()};
    return std::nullopt;
}

}  // namespace

std::optional<Failure> generate(const BindgenRequest& request, std::string& text, std::string& notes) {
    std::error_code ignored;
    if (!fs::exists(request.plugin, ignored))
        return Failure{kExitNoInput, request.plugin + ": cannot be read: there is no such file"};
    auto told = describe_plugin(request.plugin);
    auto plugin =
        told ? parse_plugin_description(*told, request.plugin) : Result<PluginDescription>(told.error());
    if (!plugin) {
        const Diagnostic& d = plugin.error();
        return Failure{kExitBadInput, d.hint.empty() ? d.message : d.message + "; " + d.hint};
    }
    const Bindings bindings = generate_bindings(*plugin);
    for (const std::string& line : bindings.left_out)
        notes += fmt::format("vmc: {}: {}\n", request.plugin, line);
    if (bindings.modules.empty())
        return Failure{kExitBadInput,
                       request.plugin + ": there is nothing to declare: the plugin has no natives"};
    const bool one_file = request.output.ends_with(".skua");
    if (bindings.modules.size() > 1 && (request.output.empty() || one_file)) {
        std::string names;
        for (const GeneratedModule& module : bindings.modules)
            names += (names.empty() ? "" : ", ") + module.name;
        return Failure{kExitUsage,
                       fmt::format("{}: has several modules ({}); -o FOLDER writes a file for each",
                                   request.plugin, names)};
    }
    if (request.output.empty()) {
        text = bindings.modules[0].text;
        return std::nullopt;
    }
    for (const GeneratedModule& module : bindings.modules) {
        std::string path = request.output;
        if (!one_file) {
            std::string below = module.name;
            std::replace(below.begin(), below.end(), '.', '/');
            path += (path.ends_with('/') ? "" : "/") + below + ".skua";
        }
        if (auto failure = write_module(request, path, module.text)) return failure;
    }
    return std::nullopt;
}

}  // namespace skua::compiler
