// Syntax trees as text, for the parser's tests: (+ a (* b c)), (call f (arg b: 2)), ...
#pragma once

#include <string>

#include "ast.h"

namespace skua::compiler::test {

std::string dump(const ast::Module& module);
std::string dump(const ast::Decl* decl);
std::string dump(const ast::Stmt* stmt);
std::string dump(const ast::Expr* expr);
std::string dump(const ast::Pattern* pattern);
std::string dump(const ast::TypeNode* type);

}  // namespace skua::compiler::test
