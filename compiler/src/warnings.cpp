#include "warnings.h"

#include <array>

namespace skua::compiler {

std::span<const WarningInfo, kWarningKinds> warning_infos() {
    static constexpr std::array<WarningInfo, kWarningKinds> kInfos{{
        {"unreachable", "code, match arms and catch clauses that are never reached"},
        {"unused-value", "a statement whose value is computed and dropped"},
        {"unused-variable",
         "a local variable, loop variable, name in a pattern or local function nobody uses"},
        {"unused-parameter", "a parameter that its function does not use and nothing else asks for"},
        {"unused-import", "an imported module or name that the file does not use"},
        {"unused-private", "a function, type, variable or field that is private and used nowhere"},
        {"shadowing", "a local that hides one of a surrounding block (`let x = f(x)` may)"},
        {"deprecated", "use of what its documentation calls deprecated"},
        {"needless", "a test for null of what is never null"},
        {"missing-interface", "`toString`, `hash` or `equals` of a type that does not name their interface"},
        {"opaque-text", "the text of an iterator or a function, which is the name of its type"},
    }};
    return kInfos;
}

std::string WarningOptions::set(std::string_view flag) {
    const bool on = !flag.starts_with("no-");
    const std::string_view name = on ? flag : flag.substr(3);
    if (name == "error") {
        are_errors = on;
        return {};
    }
    if (name == "all") {
        on ? enabled.set() : enabled.reset();
        return {};
    }
    std::string known;
    for (std::size_t i = 0; i < kWarningKinds; ++i) {
        if (warning_infos()[i].name == name) {
            enabled[i] = on;
            return {};
        }
        known += (i == 0 ? "" : ", ") + std::string(warning_infos()[i].name);
    }
    return "there is no warning `" + std::string(name) + "`; the warnings are " + known + " and all";
}

}  // namespace skua::compiler
