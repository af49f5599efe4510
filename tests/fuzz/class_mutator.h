// Changes the meaning of class files: types, references, flags, instructions, operands, handlers. What comes
// out is brought back into canonical form and is mostly accepted by the reader, so that the verifier and what
// stands behind it see it. Deterministic for a seed.
#pragma once

#include <cstdint>
#include <optional>
#include <random>
#include <vector>

#include "skua/classfile/class_file.h"
#include "skua/classfile/instruction.h"

namespace skua::fuzz {

class ClassMutator {
public:
    explicit ClassMutator(std::uint64_t seed) : random_(seed) {}

    // One to four changes. The tables may be out of order afterwards.
    void mutate(classfile::ClassFile& file);
    // The same, and back in canonical form; null if no file can be written of it.
    std::optional<classfile::ClassFile> mutated(classfile::ClassFile file);

    std::size_t below(std::size_t n) { return n == 0 ? 0 : static_cast<std::size_t>(random_() % n); }

private:
    struct Step;  // an instruction that is being moved about

    template <typename T>
    T* any(std::vector<T>& list) {
        return list.empty() ? nullptr : &list[below(list.size())];
    }
    classfile::TypeIndex any_type(const classfile::ClassFile& file) {
        return static_cast<classfile::TypeIndex>(below(file.types.size()));
    }
    std::uint32_t any_flag() { return 1u << below(14); }
    std::int64_t any_number();

    void type_entry(classfile::ClassFile& file);
    void new_type(classfile::ClassFile& file);
    void declaration(classfile::ClassFile& file);
    void member(classfile::ClassFile& file);
    void reference(classfile::ClassFile& file);
    void path(classfile::ClassFile& file);

    // class_mutator_code.cpp
    void code(classfile::ClassFile& file);
    void header_of_code(classfile::ClassFile& file, classfile::Function& f);
    void change(const classfile::ClassFile& file, classfile::Function& f, Step& step, std::size_t count);
    classfile::Op similar(classfile::Op op);
    // A register of this type: one that is there, most of the time, or a new one.
    std::int64_t register_of(classfile::Function& f, classfile::TypeIndex type);
    std::int64_t register_in_class(const classfile::ClassFile& file, const classfile::Function& f,
                                   classfile::OperandClass cls);
    std::optional<Step> copied(classfile::ClassFile& file, classfile::Function& f, std::size_t count);
    Step made(const classfile::ClassFile& file, classfile::Function& f, std::size_t count);

    std::mt19937_64 random_;
};

}  // namespace skua::fuzz
