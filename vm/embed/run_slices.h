// SkuaRun: a call that runs a number of instructions at a time.
//
// The guest runs on a thread of its own and stands still between slices, where it was going to draw fuel: so
// every state of it, natives and compiled code included, can be left and gone on with, and the collector sees
// a thread that waits. A switch costs what waking a thread costs.
#pragma once

#include "host_machine.h"

namespace skua::embed {

// Ends all runs of the machine, which the host has not freed.
void end_all_runs(SkuaVm& vm);

}  // namespace skua::embed
