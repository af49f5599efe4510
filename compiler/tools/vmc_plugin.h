// What vmc knows of plugins: it asks a process of its own, so that nothing a plugin does can end the
// compiler.
#pragma once

#include "plugin_description.h"
#include "vmc_options.h"
#include "vmc_project.h"

namespace skua::compiler {

// The text of `vmrun --describe-plugin`. Errors: it cannot be started, the plugin ended it, its time was
// over.
Result<std::string> describe_plugin(const std::string& file);

// Where plugins are looked for: the folders of the command line, then those of the projects. With `runs`,
// vmrun is told, too.
void settle_plugins(Settings& s, const std::vector<Project>& projects, bool runs);

}  // namespace skua::compiler
