// The archives that projects, and the archives of the class path, depend on: docs/packages.md.
#pragma once

#include <string>
#include <vector>

#include "driver.h"
#include "skua/classfile/packages.h"
#include "vmc_project.h"

namespace skua::compiler {

struct PackageRequest {
    std::string archive_path;  // folders, separated by ':'; empty: the usual ones
    bool ignore_lock = false;  // choose anew
};

// Appends the archives to the class path. `chosen`, if it is not null, is told which.
bool add_packages(CompileOptions& options, const std::vector<Project>& projects,
                  const PackageRequest& request, std::vector<classfile::Package>* chosen, Failure& failure);

// The lock file of a project.
std::string lock_path(const Project& project);

}  // namespace skua::compiler
