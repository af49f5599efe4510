// The text of types and symbolic references, as the assembler reads it and messages show it.
// docs/bytecode.md has the grammar.
#pragma once

#include <string>
#include <string_view>

#include "skua/classfile/class_file.h"

namespace skua::classfile {

// The words for the built-in types, by TypeKind.
inline constexpr std::string_view kScalarNames[] = {"i8",  "i16", "i32", "i64",  "u8",   "u16",   "u32",
                                                    "u64", "f32", "f64", "bool", "char", "string"};

// "[i64]", "std.core.List<string>", "(i64,string)->bool", "i64?", "(i64,string)", "!0", "!!0", "void".
// `file` must have passed check_structure(), which bounds the length.
[[nodiscard]] std::string type_text(const ClassFile& file, TypeIndex type);
void append_type_text(std::string& out, const ClassFile& file, TypeIndex type);

// "bank.Account::owner:string", steps joined with "/".
[[nodiscard]] std::string field_path_text(const ClassFile& file, const FieldPath& path);

// "bank.Account::deposit(bank.Account,i64)void", type arguments as "::map<string>(...)".
[[nodiscard]] std::string method_ref_text(const ClassFile& file, const MethodRef& ref);

// "(string,[u8],i64)i64": parameters and result, as natives are registered.
[[nodiscard]] std::string signature_text(const ClassFile& file, const Function& function);

// A name as the text form writes it: as it is if it is made of letters, digits, _, $, - (not in
// front) and bytes above 127, else in quotes.
[[nodiscard]] std::string name_text(std::string_view name);

// The same for the name of a type or module, where dots are plain too and the words for built-in
// types are not.
[[nodiscard]] std::string type_name_text(std::string_view name);

// In double quotes; ", \, control characters and bytes that are no UTF-8 escaped.
[[nodiscard]] std::string quoted(std::string_view text);

}  // namespace skua::classfile
