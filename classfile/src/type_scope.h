// Which type variables a type mentions, computed on demand and remembered. Private to classfile.
#pragma once

#include <algorithm>
#include <vector>

#include "skua/classfile/class_file.h"

namespace skua::classfile {

// One more than the highest variable mentioned; 0 for none.
struct TypeVars {
    std::uint16_t class_count = 0, func_count = 0;
};

// Wants a type table that is checked as far as its entry `of` is asked for: arguments earlier than
// the type itself, nesting bounded.
class TypeScope {
public:
    explicit TypeScope(const ClassFile& file) : file_(file) {}

    TypeVars of(TypeIndex i) {
        if (known_.empty()) known_.assign(file_.types.size(), TypeVars{kUnknown, kUnknown});
        TypeVars& slot = known_[i];
        if (slot.class_count != kUnknown) return slot;
        const TypeDesc& t = file_.types[i];
        TypeVars vars;
        if (t.kind == TypeKind::ClassVar) vars.class_count = static_cast<std::uint16_t>(t.index + 1);
        if (t.kind == TypeKind::FuncVar) vars.func_count = static_cast<std::uint16_t>(t.index + 1);
        for (TypeIndex arg : t.args) {
            const TypeVars inner = of(arg);
            vars.class_count = std::max(vars.class_count, inner.class_count);
            vars.func_count = std::max(vars.func_count, inner.func_count);
        }
        slot = vars;
        return vars;
    }

private:
    static constexpr std::uint16_t kUnknown = 0xFFFF;
    const ClassFile& file_;
    std::vector<TypeVars> known_;
};

}  // namespace skua::classfile
