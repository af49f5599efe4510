// What a plugin says of itself, as text for other programs: `vmrun --describe-plugin`, by which vmc, which
// never loads machine code, checks native declarations and writes them.
//
//     skua-plugin 1
//     plugin<TAB>NAME<TAB>VERSION<TAB>DOC
//     native<TAB>NAME<TAB>SIGNATURE<TAB>CAPABILITY<TAB>PARAMETERS<TAB>DOC<TAB>METHOD<TAB>FLAGS
//     type<TAB>NAME<TAB>DECLARATION<TAB>DOC<TAB>MEMBERS
//     end
//
// In fields, `\\`, `\t`, `\n` and `\r` stand for the characters; PARAMETERS is `*` if there is no note of the
// native. Instead of all that may stand, after the first line, `error<TAB>WHAT<TAB>WHAT TO DO`, and then the
// end.
#pragma once

#include <string>

namespace skua::vmrun {

// Loads the plugin, whose code runs with all rights of this process and may end it in every way a process can
// end.
std::string describe_plugin(const std::string& path);

}  // namespace skua::vmrun
