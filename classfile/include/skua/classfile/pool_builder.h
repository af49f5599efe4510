// ClassFileBuilder: interns strings, types, field paths and method references while a compiler or
// the assembler fills in a ClassFile, and brings the tables into their one canonical order at the end.
//
//   ClassFileBuilder b;
//   b.file().name = b.str("demo.Main");
//   TypeIndex list = b.named("std.collections.List", {b.primitive(TypeKind::I64)});
//   ...
//   Result<ClassFile> done = b.finish();
//
// Equal entries get the same index. Indices are stable until finish(), which drops what nothing
// refers to, sorts the tables as docs/classfile-format.md wants them, and rewrites every index,
// those in code included. Operands in Code::bytes must be indices from this builder. One thread.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "skua/classfile/class_file.h"
#include "skua/classfile/result.h"

namespace skua::classfile {

class ClassFileBuilder {
public:
    // Everything but the four tables is filled in by the caller; the tables only through this class.
    [[nodiscard]] ClassFile& file() { return file_; }
    [[nodiscard]] const ClassFile& file() const { return file_; }

    StrIndex str(std::string_view text);
    TypeIndex type(TypeDesc desc);
    FieldIndex field_path(FieldPath path);
    MethodIndex method_ref(MethodRef ref);

    TypeIndex primitive(TypeKind kind) { return type({kind, 0, 0, {}}); }
    TypeIndex string_type() { return type({TypeKind::String, 0, 0, {}}); }
    TypeIndex void_type() { return type({TypeKind::Void, 0, 0, {}}); }
    TypeIndex array(TypeIndex element) { return type({TypeKind::Array, 0, 0, {element}}); }
    TypeIndex nullable(TypeIndex inner) { return type({TypeKind::Nullable, 0, 0, {inner}}); }
    TypeIndex named(std::string_view name, std::vector<TypeIndex> args = {}) {
        return type({TypeKind::Named, str(name), 0, std::move(args)});
    }
    TypeIndex tuple(std::vector<TypeIndex> components) {
        return type({TypeKind::Tuple, 0, 0, std::move(components)});
    }
    TypeIndex function(std::vector<TypeIndex> params, TypeIndex result) {
        params.push_back(result);
        return type({TypeKind::Function, 0, 0, std::move(params)});
    }
    TypeIndex class_var(std::uint32_t index) { return type({TypeKind::ClassVar, 0, index, {}}); }
    TypeIndex func_var(std::uint32_t index) { return type({TypeKind::FuncVar, 0, index, {}}); }

    // Canonicalises and hands the file out; the builder is empty afterwards. An error means that
    // some code does not decode or that an index is none of this builder's.
    Result<ClassFile> finish();

private:
    struct Hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view s) const { return std::hash<std::string_view>{}(s); }
        std::size_t operator()(const TypeDesc& t) const;
        std::size_t operator()(const FieldPath& p) const;
        std::size_t operator()(const MethodRef& r) const;
    };

    ClassFile file_;
    std::unordered_map<std::string, StrIndex, Hash, std::equal_to<>> strings_;
    std::unordered_map<TypeDesc, TypeIndex, Hash> types_;
    std::unordered_map<FieldPath, FieldIndex, Hash> field_paths_;
    std::unordered_map<MethodRef, MethodIndex, Hash> method_refs_;
};

// What finish() does, for a ClassFile that was filled by other means. Entries of the tables may be
// in any order and repeated, as long as types refer to earlier types only.
Result<ClassFile> canonicalise(ClassFile file);

}  // namespace skua::classfile
