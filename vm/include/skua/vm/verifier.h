// The verifier: what makes code of unknown origin safe to link and run. Always on.
//
// Structural checks happen in classfile (reader). Here:
//   check_declaration  once per type, before it is linked: supertypes load and are open or
//                      interfaces, no cycles, overrides match, finality, access, a class that is
//                      not abstract implements every abstract and interface method, bounds of
//                      type arguments hold, struct fields form no cycle, generic methods are not virtual.
//   verify_function    once per function, before its first execution, on open code: one forward
//                      pass over the instructions against the declared register types.
// Each rule has a number V001.. that appears in the message, in docs/verifier.md and in a test
// that accepts and a test that rejects.
//
// A class that is missing is no verification error. Since nobody can make an instance of it, its
// type has no value but null: it is assignable to itself and to every non-null reference type, and nothing
// else is assignable to it; the linker makes uses of it throw LinkError. (A name that is missing
// stays missing: loader.h.) A class one of whose supertypes is missing has no instances either, and is
// treated in the same way; a reason that is a missing class comes as a Diagnostic without a rule.
//
// What is left to whoever links: that a field or method which code names is there, of the kind
// and the exact declared type that the reference says; check_declaration of every type before an
// instance, a value or a static field of it comes into being; check_type of closed types that are made by
// substitution. Both check_declaration and verify_function cache their outcome in the definition and
// may be called from any thread.
#pragma once

#include <vector>

#include "skua/classfile/result.h"
#include "skua/vm/loader.h"

namespace skua::vm {

Result<void> check_declaration(TypeDef& type);
Result<void> verify_function(FunctionDef& function);

// Verifies everything in a type (vmdis --verify); all errors, not only the first.
[[nodiscard]] std::vector<Diagnostic> verify_all(TypeDef& type);

// ---- questions about types that the linker shares -------------------------------------------

// All supertypes of a definition (see TypeDef::Supertypes), computed once.
const TypeDef::Supertypes& supertypes_of(TypeDef& type);

// The instantiation of `target` (a class or interface definition) that `type` has as itself or
// as a supertype, in `type`'s own variables; nullptr if it has none. `type`: Named, or a
// built-in type that has an extension (string, primitives, arrays), whose class `loader` finds.
Result<const Type*> as_supertype(TypeTable& types, Loader& loader, const Type* type, const TypeDef& target);

// May a value of closed or open type `from` be used where `to` is expected without conversion?
// Equal types; class to superclass or implemented interface; such a pair behind `?`; function
// types with contravariant parameters and covariant results of such pairs. T to T? is NOT
// included (needs `wrap`), nor is a value type, string or array to an interface (needs `box`).
// `context` gives the bounds of the function's type variables; null if there is none.
Result<bool> is_assignable(FunctionDef* context, TypeDef& owner, const Type* from, const Type* to);

// Is a closed type well-formed: its classes are classes, interfaces or structs, with as many type
// arguments as they have parameters, each within its bounds? Missing classes pass. Cached.
Result<void> check_type(TypeTable& types, Loader& loader, const Type* type);

}  // namespace skua::vm
