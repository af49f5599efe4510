// `vmc pack`: a project to an archive, reproducible to the byte, and its lock file.
#pragma once

#include <string>
#include <vector>

#include "driver.h"
#include "skua/classfile/packages.h"
#include "vmc_project.h"

namespace skua::compiler {

struct PackRequest {
    std::string output;   // empty: NAME-VERSION.ska in the project's folder
    bool store = false;   // nothing is compressed
    bool update = false;  // write the lock file anew
};

// Can the project be packed? Before it is compiled.
bool check_packable(const Project& project, Failure& failure);

// Writes the archive and, if there is none or it is to be renewed, the lock file. `message` is what to print.
bool pack_project(const Project& project, const Compilation& compilation,
                  const std::vector<classfile::Package>& packages, const PackRequest& request,
                  std::string& message, Failure& failure);

}  // namespace skua::compiler
