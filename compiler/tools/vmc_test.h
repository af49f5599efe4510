// `vmc test`: runs the test blocks of a compiled program and says which failed.
#pragma once

#include <chrono>
#include <string>

#include "driver.h"
#include "vmc_run.h"

namespace skua::compiler {

inline constexpr int kExitTestFailed = 1;

struct TestRequest {
    RunRequest run;
    std::string filter;    // part of a test's name or of its module's; empty: all
    double timeout = 60;   // seconds for each
    unsigned jobs = 0;     // at a time; 0: as many as there are processors
    bool list = false;     // only name them
    bool verbose = false;  // a line for each test that passes, too
    bool json = false;
    bool color = false;
    bool progress = false;  // standard output is a terminal that shows what runs
};

// The exit code: 0, kExitTestFailed, or that of a failure, which it reports.
int run_tests(const Compilation& compilation, const TestRequest& request);

}  // namespace skua::compiler
