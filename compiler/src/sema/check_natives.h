// Native declarations against the plugins that have the natives: what would be a LinkError when it is called
// is an error at the declaration.
#pragma once

#include "diagnostics.h"
#include "plugin_description.h"
#include "symbols.h"

namespace skua::compiler {

// The libraries that native declarations of the modules name.
std::set<std::string> native_libraries(std::span<ast::Module* const> modules);

// After analysis. Declarations of libraries that are not known are left alone.
void check_natives(const Program& program, const KnownPlugins& plugins, DiagnosticSink& sink);

}  // namespace skua::compiler
