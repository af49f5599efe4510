// What other modules can see of a module, as a digest: two versions of a source with the same digest can be
// exchanged without compiling those that import it.
//
// It is taken from the text of the declarations, so it may change where nothing of meaning does (a comment in
// a parameter list), but never the other way round. Bodies are left out where the result's type is written.
#pragma once

#include <string_view>
#include <unordered_set>

#include "ast.h"
#include "skua/classfile/archive.h"

namespace skua::compiler {

classfile::Sha256 interface_hash(const ast::Module& module);

// Every word of a source that may be a name. A module is used by another only if all parts of its name are
// among them, or through a third.
std::unordered_set<std::string_view> words_of(std::string_view source);

}  // namespace skua::compiler
