// The in-memory form of a class file (.skc): what the reader makes, the writer takes, the
// compiler fills and the loader keeps. Plain data; no invariants beyond those that
// check_structure() establishes. docs/classfile-format.md is normative for the bytes.
//
// All cross references are indices into the tables of the same file, so a file is
// self-contained and relocatable. Table entries only refer to earlier entries of the same
// table (types) or to entries of tables that come before (strings < types < fields, methods),
// which makes cycles impossible and nesting depth checkable.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace skua::classfile {

inline constexpr std::uint8_t kMagic[4] = {0x7F, 'S', 'K', 'C'};
inline constexpr std::uint16_t kVersionMajor = 1;
inline constexpr std::uint16_t kVersionMinor = 1;

using StrIndex = std::uint32_t;
using TypeIndex = std::uint32_t;
using FieldIndex = std::uint32_t;   // into field_paths
using MethodIndex = std::uint32_t;  // into method_refs
using Reg = std::uint32_t;
inline constexpr std::uint32_t kNone = 0xFFFFFFFF;  // encoded as 0; every other optional index as index + 1

// ---- types ---------------------------------------------------------------------------------

enum class TypeKind : std::uint8_t {
    I8,
    I16,
    I32,
    I64,
    U8,
    U16,
    U32,
    U64,
    F32,
    F64,
    Bool,
    Char,  // 0..11
    String,
    Array,     // args: element
    Named,     // name; args: type arguments
    ClassVar,  // index: type parameter of the enclosing type
    FuncVar,   // index: type parameter of the enclosing function
    Function,  // args: parameters..., result (Void if none)
    Nullable,  // args: inner
    Tuple,     // args: components, at least 2
    Void,      // only as the result of a function or function type
};

[[nodiscard]] constexpr bool is_primitive(TypeKind k) {
    return k <= TypeKind::Char;
}
[[nodiscard]] constexpr bool is_integer(TypeKind k) {
    return k <= TypeKind::U64;
}

struct TypeDesc {
    TypeKind kind = TypeKind::Void;
    StrIndex name = 0;        // Named: fully qualified, e.g. "std.collections.List"
    std::uint32_t index = 0;  // ClassVar, FuncVar
    std::vector<TypeIndex> args;
    friend bool operator==(const TypeDesc&, const TypeDesc&) = default;
};

// ---- symbolic references ---------------------------------------------------------------------

// One step of a field path. `owner` is the (instantiated) type that declares the field, or a
// tuple type; `name` is the field's name ("0", "1", ... for a tuple component); `type` is the
// field's type as declared, in terms of the owner's own type variables (for a tuple: the
// component type in the context of the reference).
struct FieldStep {
    TypeIndex owner = 0;
    StrIndex name = 0;
    TypeIndex type = 0;
    friend bool operator==(const FieldStep&, const FieldStep&) = default;
};

// A path of one or more steps: obj.a.b where a is a struct. get/put/static: the first owner is
// a class, or (static) any declared type; extract/insert/array.getf: a struct or tuple. Each later owner is
// the (struct or tuple) type of the step before.
struct FieldPath {
    std::vector<FieldStep> steps;
    friend bool operator==(const FieldPath&, const FieldPath&) = default;
};

// A function of a named type (for a module function: the module's own type). `params` and
// `result` are as declared, in terms of the owner's ClassVars and the function's FuncVars, and
// include the receiver: an instance method has `this` as its first parameter. The linker
// matches owner, name and this whole signature.
struct MethodRef {
    TypeIndex owner = 0;
    StrIndex name = 0;
    std::vector<TypeIndex> type_args;  // arguments for the function's own type parameters
    std::vector<TypeIndex> params;
    TypeIndex result = 0;
    friend bool operator==(const MethodRef&, const MethodRef&) = default;
};

// ---- declarations -----------------------------------------------------------------------------

enum class DeclKind : std::uint8_t {
    Module,  // functions and globals of a module; name is the module's
    Class,
    Interface,
    Struct,
    Enum,       // reserved for sum types
    Extension,  // methods of a built-in type, e.g. std.core.i64; see docs/classfile-format.md
};

enum DeclFlags : std::uint32_t {
    kPublic = 1 << 0,     // visible outside its module (types, module functions, globals)
    kPrivate = 1 << 1,    // visible only inside its type (members)
    kOpen = 1 << 2,       // class may be subclassed; method may be overridden
    kAbstract = 1 << 3,   // class cannot be instantiated; method has no body
    kOverride = 1 << 4,   // method overrides or implements
    kStatic = 1 << 5,     // no receiver
    kNative = 1 << 6,     // body is native code; native_library names where from
    kMutable = 1 << 7,    // field may be assigned after construction (`var`)
    kProperty = 1 << 8,   // method read as a property
    kSynthetic = 1 << 9,  // made by the compiler (lambdas, default arguments)
    kVariadic = 1 << 10,  // last parameter collects arguments in an array
    kDeprecated = 1 << 11,
    kConstructor = 1 << 12,  // function "init": receives the new object as first parameter
    kOperator = 1 << 13,     // method whose name is an operator
};

struct TypeParam {
    StrIndex name = 0;
    std::vector<TypeIndex> bounds;  // interface types, may mention type variables
    friend bool operator==(const TypeParam&, const TypeParam&) = default;
};

struct Field {
    StrIndex name = 0;
    TypeIndex type = 0;
    std::uint32_t flags = 0;
    StrIndex doc = kNone;
    friend bool operator==(const Field&, const Field&) = default;
};

struct Param {
    StrIndex name = 0;
    TypeIndex type = 0;
    bool has_default = false;  // value comes from the function "<name>$default$<position>", which
                               // takes the parameters before this one (receiver included)
    friend bool operator==(const Param&, const Param&) = default;
};

// Protects instructions [start, end): when one of them throws an error that is a `type`, it
// goes to register `reg` and execution continues at `target`. Earlier entries win.
struct Handler {
    std::uint32_t start = 0, end = 0, target = 0;
    TypeIndex type = 0;
    Reg reg = 0;
    friend bool operator==(const Handler&, const Handler&) = default;
};

struct LineEntry {  // from this instruction on, until the next entry
    std::uint32_t instruction = 0, line = 0, column = 0;
    friend bool operator==(const LineEntry&, const LineEntry&) = default;
};

struct LocalName {
    Reg reg = 0;
    StrIndex name = 0;
    friend bool operator==(const LocalName&, const LocalName&) = default;
};

struct Code {
    std::vector<TypeIndex> registers;  // all registers; the first ones are the parameters
    std::vector<std::uint8_t> bytes;   // encoded instructions
    std::vector<Handler> handlers;
    std::vector<LineEntry> lines;   // debug section
    std::vector<LocalName> locals;  // debug section
    friend bool operator==(const Code&, const Code&) = default;
};

struct Function {
    StrIndex name = 0;
    std::uint32_t flags = 0;
    std::vector<TypeParam> type_params;
    std::vector<Param> params;        // receiver first, named "this", unless kStatic or a module function
    TypeIndex result = 0;             // Void if none
    StrIndex native_library = kNone;  // kNative: "std.io", or a plugin's name
    bool has_code = false;            // false if abstract or native
    Code code;
    StrIndex doc = kNone;
    friend bool operator==(const Function&, const Function&) = default;
};

struct CustomSection {
    std::string name;
    std::vector<std::uint8_t> bytes;
    friend bool operator==(const CustomSection&, const CustomSection&) = default;
};

struct ClassFile {
    std::uint16_t major = kVersionMajor, minor = kVersionMinor;

    std::vector<std::string> strings;  // names and literals; strict UTF-8
    std::vector<TypeDesc> types;
    std::vector<FieldPath> field_paths;
    std::vector<MethodRef> method_refs;

    DeclKind kind = DeclKind::Module;
    std::uint32_t flags = 0;
    StrIndex name = 0;    // fully qualified
    StrIndex module = 0;  // the module that declares it
    std::vector<TypeParam> type_params;
    TypeIndex super = kNone;            // classes; Named
    std::vector<TypeIndex> interfaces;  // classes, structs, extensions; for interfaces: its supers
    std::vector<Field> fields;          // instance and static, in declaration order
    std::vector<Function> functions;
    StrIndex source_file = kNone;
    StrIndex doc = kNone;
    std::vector<CustomSection> custom;

    [[nodiscard]] std::string_view str(StrIndex i) const { return strings[i]; }
    friend bool operator==(const ClassFile&, const ClassFile&) = default;
};

}  // namespace skua::classfile
