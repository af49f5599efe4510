// Told where a compilation stands: it reads and parses files, checks modules, makes class files of them.
#pragma once

#include <cstddef>
#include <functional>
#include <string_view>

namespace skua::compiler {

// What is being done ("checking"), to which module or file, as the how-manieth of how many.
using Progress =
    std::function<void(std::string_view what, std::string_view name, std::size_t number, std::size_t of)>;

}  // namespace skua::compiler
