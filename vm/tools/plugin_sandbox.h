// Before code of strangers runs in a process that is only to tell of it: what it could do to the world is
// taken away.
#pragma once

namespace skua::vmrun {

// From now on this process reads files and has memory; it writes to standard output, standard error and `out`
// only, and starts nothing, connects to nothing, changes nothing: such system calls fail with EPERM. For
// good. False: the system cannot do that, and nothing has changed.
bool forbid_effects(int out);

}  // namespace skua::vmrun
