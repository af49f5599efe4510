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
// A class that is missing is no verification error: its name is an opaque type, assignable to
// itself only; the linker makes uses of it throw LinkError. Both functions cache their outcome in
// the definition and may be called from any thread.
#pragma once

#include "skua/classfile/result.h"
#include "skua/vm/loader.h"

namespace skua::vm {

Result<void> check_declaration(TypeDef& type);
Result<void> verify_function(FunctionDef& function);

// Verifies everything in a type (vmdis --verify); all errors, not only the first.
[[nodiscard]] std::vector<Diagnostic> verify_all(TypeDef& type);

// ---- questions about types that the linker shares -------------------------------------------

// The instantiation of `target` (a class or interface definition) that `type` has as itself or
// as a supertype, in `type`'s own variables; nullptr if it has none. `type`: Named, or a
// built-in type that has an extension (string, primitives, arrays).
Result<const Type*> as_supertype(TypeTable& types, Loader& loader, const Type* type, const TypeDef& target);

// May a value of closed or open type `from` be used where `to` is expected without conversion?
// Equal types; class to superclass or implemented interface; T to T? of the same reference
// representation is NOT included (needs `wrap`). `context` gives the bounds of type variables.
Result<bool> is_assignable(FunctionDef* context, TypeDef& owner, const Type* from, const Type* to);

}  // namespace skua::vm
