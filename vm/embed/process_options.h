// What all machines of the process share: the heap and the signals.
#pragma once

#include "skua/embed.h"

namespace skua::embed {

// With the defaults, if the host has not said otherwise.
SkuaStatus initialize_process(SkuaError** error);

}  // namespace skua::embed
