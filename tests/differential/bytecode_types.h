// The types of one random program, and how a class file under construction refers to them.
//
// A Ty is an index into Types; equal types have equal indices. Declared types (structs, classes,
// interfaces) have their members here, so that generators can choose paths through them.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "random.h"
#include "skua/classfile/pool_builder.h"

namespace skua::differential {

using classfile::TypeKind;
using Ty = std::uint32_t;

enum class Shape : std::uint8_t {
    Void,
    Primitive,
    String,
    Array,
    Struct,
    Tuple,
    Class,
    Interface,
    Function,
    Nullable,
    Variable
};

struct Member {
    std::string name;
    Ty type = 0;      // as seen from the owner with its type arguments
    Ty declared = 0;  // in the owner's own type variables
};

struct TypeInfo {
    Shape shape = Shape::Void;
    TypeKind kind = TypeKind::Void;  // Primitive
    std::string name;                // Struct, Class, Interface
    std::vector<Ty> parts;           // element; components; inner; type arguments; parameters and result
    std::vector<Member> members;     // instance fields declared here; components
    Ty super = 0;                    // Class
    std::vector<Ty> interfaces;      // Class, Struct
    std::vector<Ty> subclasses;      // Class: concrete ones, itself included; Interface: what implements it
    std::uint32_t variable = 0;      // Variable: which; kind says whose
};

class Types {
public:
    Types();

    Ty void_type() const { return 0; }
    Ty primitive(TypeKind kind) const { return 1 + static_cast<Ty>(kind); }
    Ty string() const { return 13; }
    Ty array(Ty element) { return intern({Shape::Array, TypeKind::Array, {}, {element}, {}, 0, {}, {}, 0}); }
    Ty nullable(Ty inner) {
        return intern({Shape::Nullable, TypeKind::Nullable, {}, {inner}, {}, 0, {}, {}, 0});
    }
    Ty tuple(std::vector<Ty> components);
    Ty function(std::vector<Ty> params, Ty result);
    Ty variable(TypeKind whose, std::uint32_t index) {
        return intern({Shape::Variable, whose, {}, {}, {}, 0, {}, {}, index});
    }
    Ty declared(Shape shape, const std::string& name, std::vector<Ty> args = {}) {
        return intern({shape, TypeKind::Named, name, std::move(args), {}, 0, {}, {}, 0});
    }

    TypeInfo& operator[](Ty t) { return types_[t]; }
    const TypeInfo& operator[](Ty t) const { return types_[t]; }
    std::size_t size() const { return types_.size(); }

    bool is_reference(Ty t) const;
    bool is_integer(Ty t) const {
        return types_[t].shape == Shape::Primitive && is_integer_kind(types_[t].kind);
    }
    bool is_value(Ty t) const { return types_[t].shape == Shape::Struct || types_[t].shape == Shape::Tuple; }
    // May a value of one go where the other is declared, without a conversion?
    bool assignable(Ty from, Ty to) const;

private:
    static bool is_integer_kind(TypeKind k) { return k <= TypeKind::U64; }
    Ty intern(TypeInfo info);
    std::vector<TypeInfo> types_;
    std::unordered_map<std::string, Ty> index_;
};

// A class file under construction, in terms of Ty.
class File {
public:
    File(Types& types, const std::string& name, const std::string& module, classfile::DeclKind kind,
         std::uint32_t flags);

    classfile::ClassFileBuilder builder;
    Types& types;

    classfile::TypeIndex index(Ty t);
    void add_field(const std::string& name, Ty type, std::uint32_t flags);
    classfile::MethodIndex method(Ty owner, const std::string& name, const std::vector<Ty>& type_args,
                                  const std::vector<Ty>& params, Ty result);
    // A path that begins in a value of type `owner` with this member; `leaf` tells where it ends. Goes
    // on into structs and tuples by chance.
    classfile::FieldIndex path(Random& random, Ty owner, const Member& member, Ty& leaf);
    classfile::FieldIndex path(Ty owner, const Member& member);
    // An unfinished function: parameters are named p0, p1, ... ("this" first if not static).
    classfile::Function function(const std::string& name, std::uint32_t flags, const std::vector<Ty>& params,
                                 Ty result);
    classfile::ClassFile finish();

private:
    std::unordered_map<Ty, classfile::TypeIndex> cache_;
};

}  // namespace skua::differential
