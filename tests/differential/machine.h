// One machine in this process, which runs programs one after the other under one configuration.
#pragma once

#include <memory>
#include <string>

#include "configurations.h"
#include "program.h"

namespace skua::differential {

class Machine {
public:
    Machine(const Configuration& configuration, const std::string& library);
    ~Machine();

    // Loads the program and runs its main twice: the second time meets warm caches and counters.
    // `check`: let the verifier look at everything first.
    std::string run(const Program& program, bool check);

private:
    class Captured;
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace skua::differential
