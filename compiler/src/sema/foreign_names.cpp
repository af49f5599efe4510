// Names of variables, functions and types that other languages have, and what to write here.
#include <span>

#include "sema/analyzer.h"

namespace skua::compiler {
namespace {

struct ForeignName {
    std::string_view theirs, hint;
};

constexpr ForeignName kTypes[] = {
    {"Int", "write `int`"},
    {"Integer", "write `int`"},
    {"integer", "write `int`"},
    {"long", "write `int`: it has 64 bits"},
    {"Long", "write `int`: it has 64 bits"},
    {"number", "write `int` or `float`"},
    {"Number", "write `int` or `float`"},
    {"num", "write `int` or `float`"},
    {"short", "write `i16`"},
    {"byte", "write `u8`"},
    {"Byte", "write `u8`"},
    {"uint", "write `u64`, or `int` for what is counted"},
    {"unsigned", "write `u64`, or `int` for what is counted"},
    {"usize", "write `int`"},
    {"isize", "write `int`"},
    {"size_t", "write `int`"},
    {"int8_t", "write `i8`"},
    {"int16_t", "write `i16`"},
    {"int32_t", "write `i32`"},
    {"int64_t", "write `int`"},
    {"uint8_t", "write `u8`"},
    {"uint16_t", "write `u16`"},
    {"uint32_t", "write `u32`"},
    {"uint64_t", "write `u64`"},
    {"int32", "write `i32`"},
    {"int64", "write `int`"},
    {"uint8", "write `u8`"},
    {"uint32", "write `u32`"},
    {"uint64", "write `u64`"},
    {"double", "write `float`: it has 64 bits"},
    {"Double", "write `float`: it has 64 bits"},
    {"Float", "write `float`"},
    {"real", "write `float`"},
    {"float32", "write `f32`"},
    {"float64", "write `float`"},
    {"boolean", "write `bool`"},
    {"Boolean", "write `bool`"},
    {"Bool", "write `bool`"},
    {"String", "write `string`"},
    {"str", "write `string`"},
    {"Str", "write `string`"},
    {"text", "write `string`"},
    {"Char", "write `char`"},
    {"Character", "write `char`"},
    {"rune", "write `char`"},
    {"Void", "leave the result type out, or write `void` in a function type"},
    {"Unit", "leave the result type out, or write `void` in a function type"},
    {"unit", "leave the result type out, or write `void` in a function type"},
    {"None", "leave the result type out, or write `void` in a function type"},
    {"Any", "write an interface, or a type parameter: `fn f<T>(x: T)`"},
    {"any", "write an interface, or a type parameter: `fn f<T>(x: T)`"},
    {"Object", "write an interface, or a type parameter: `fn f<T>(x: T)`"},
    {"object", "write an interface, or a type parameter: `fn f<T>(x: T)`"},
    {"Exception", "write `Error`"},
    {"Throwable", "write `Error`"},
    {"RuntimeException", "write `Error`"},
    {"ValueError", "write `ArgumentError`"},
    {"TypeError", "write `CastError`, or `ArgumentError`"},
    {"Array", "an array is written `[int]`"},
    {"array", "an array is written `[int]`"},
    {"Slice", "an array is written `[int]`"},
    {"Vec", "write `List<int>`"},
    {"Vector", "write `List<int>`"},
    {"vector", "write `List<int>`"},
    {"ArrayList", "write `List<int>`"},
    {"MutableList", "write `List<int>`"},
    {"list", "write `List<int>`"},
    {"HashMap", "write `Map<string, int>`"},
    {"Dictionary", "write `Map<string, int>`"},
    {"Dict", "write `Map<string, int>`"},
    {"dict", "write `Map<string, int>`"},
    {"map", "write `Map<string, int>`"},
    {"MutableMap", "write `Map<string, int>`"},
    {"HashSet", "write `Set<int>`"},
    {"set", "write `Set<int>`"},
    {"Option", "what may be missing is of type `T?`"},
    {"Optional", "what may be missing is of type `T?`"},
    {"Maybe", "what may be missing is of type `T?`"},
    {"Func", "a function type is written `(int) -> int`"},
    {"Function", "a function type is written `(int) -> int`"},
    {"function", "a function type is written `(int) -> int`"},
    {"Callable", "a function type is written `(int) -> int`"},
    {"Tuple", "a tuple type is written `(int, string)`"},
    {"Pair", "a tuple type is written `(int, string)`"},
    {"tuple", "a tuple type is written `(int, string)`"},
    {"var", "leave the type out: `let x = ...`"},
    {"auto", "leave the type out: `let x = ...`"},
};

constexpr ForeignName kNames[] = {
    {"self", "the object is called `this`"},
    {"nil", "it is called `null`"},
    {"None", "it is called `null`"},
    {"NULL", "it is called `null`"},
    {"nullptr", "it is called `null`"},
    {"undefined", "it is called `null`"},
    {"True", "it is written in lower case: `true`"},
    {"TRUE", "it is written in lower case: `true`"},
    {"False", "it is written in lower case: `false`"},
    {"FALSE", "it is written in lower case: `false`"},
    {"printf", "write `println(...)`; values stand in the text: `\"${x}\"`"},
    {"sprintf", "values stand in the text: `\"${x:.2f}\"`"},
    {"printLine", "write `println(...)`"},
    {"console", "write `println(...)`"},
    {"System", "write `println(...)`; `import std.process` and `std.env` have the rest"},
    {"fmt", "write `println(...)`"},
    {"cout", "write `println(...)`"},
    {"puts", "write `println(...)`"},
    {"echo", "write `println(...)`"},
    {"alert", "write `println(...)`"},
    {"input", "write `readLine()`"},
    {"readline", "write `readLine()`"},
    {"scanf", "write `readLine()`"},
    {"len", "write it after the value: `xs.len`"},
    {"sizeof", "write it after the value: `xs.len`"},
    {"str", "write `string(x)`, or `\"${x}\"`"},
    {"String", "write `string(x)`, or `\"${x}\"`"},
    {"Str", "write `string(x)`, or `\"${x}\"`"},
    {"parseInt", "write `int.parse(...)`"},
    {"parseFloat", "write `float.parse(...)`"},
    {"Integer", "write `int`"},
    {"Int", "write `int`"},
    {"Double", "write `float`"},
    {"Float", "write `float`"},
    {"Boolean", "write `bool`"},
    {"Char", "write `char`"},
    {"range", "write `0..n`"},
    {"Math", "add `import std.math`, and write `math`"},
    {"Some", "leave it out: a value is a `T?` as it is"},
    {"listOf", "write `List([1, 2, 3])`"},
    {"mutableListOf", "write `List([1, 2, 3])`"},
    {"arrayOf", "write `[1, 2, 3]`"},
    {"mapOf", "write `[\"a\": 1]`"},
    {"setOf", "write `Set([1, 2, 3])`"},
    {"vec", "write `List([1, 2, 3])`"},
    {"Array", "write `[0; n]`"},
    {"ArrayList", "write `List<int>()`"},
    {"HashMap", "write `Map<string, int>()`"},
    {"HashSet", "write `Set<int>()`"},
    {"dict", "write `Map<string, int>()`"},
    {"Exception", "write `Error(...)`"},
    {"RuntimeException", "write `Error(...)`"},
    {"ValueError", "write `ArgumentError(...)`"},
    {"it", "name the parameter: `x => ...`"},
    {"pass", "leave it out: a block may be empty"},
    {"endl", "write `println(...)`"},
    {"base", "the superclass is called `super`"},
};

std::string look_up(std::span<const ForeignName> table, std::string_view name) {
    for (const ForeignName& n : table)
        if (n.theirs == name) return std::string(n.hint);
    return {};
}

}  // namespace

std::string foreign_name(std::string_view name) {
    return look_up(kNames, name);
}

std::string foreign_type(std::string_view name) {
    return look_up(kTypes, name);
}

}  // namespace skua::compiler
