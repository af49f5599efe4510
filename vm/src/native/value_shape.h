// How a value of one guest type crosses to C and back: as a scalar, a reference, or, if it is a struct, a
// tuple or a nullable value, as memory in the natural layout of C, which is how arrays and objects hold it
// (layout.h).
//
// What comes from C is checked as far as the machine relies on it: references are of the right class and,
// where the type says so, not null; booleans are 0 or 1; of a nullable value that is absent, all is zero.
#pragma once

#include <string>
#include <vector>

#include "native/native_signature.h"
#include "skua/native.h"
#include "skua/vm/vm.h"

namespace skua::vm {

struct ValueShape {
    static constexpr std::uint32_t kNoFlag = UINT32_MAX;
    // A leaf that C may get wrong.
    struct Check {
        std::uint32_t leaf;
        const Class* cls;  // what a reference must be an instance of; null: a boolean
        bool nullable;
        std::uint32_t flag = kNoFlag;  // it is there only if this leaf is not 0
        // Is this null one that the type does not have?
        [[nodiscard]] bool lacks(const Slot* slots) const {
            return !nullable && slots[leaf] == 0 && (flag == kNoFlag || slots[flag] != 0);
        }
    };
    // A nullable value: its flag, and where its leaves end.
    struct Optional {
        std::uint32_t flag, end;
    };
    const Type* type = nullptr;
    const Layout* layout = nullptr;
    NativeKind kind = NativeKind::Void;
    std::vector<Check> checks;
    std::vector<Optional> optionals;   // outer ones first
    std::vector<std::uint32_t> chars;  // leaves; believed of natives in this process
};

// Of a closed type, void included. Errors: classes that cannot be had.
Result<ValueShape> shape_of(Vm& vm, const Type* type);

// Slots to what C sees, at `memory`: layout->size bytes.
void leaves_to_memory(const Layout& layout, const Slot* from, void* memory);
// Back; booleans become 0 or 1, what is absent becomes zero, the rest is taken as it is.
void slots_from_memory(const ValueShape& shape, const void* memory, Slot* to);

// An argument or a field's value to slots. False: NullError or CastError is pending, which names argument
// `index` + 1 of `call`, or "the value" if that is empty.
bool checked_slots(Thread& thread, const ValueShape& shape, const SkValue& value, Slot* to,
                   std::string_view call, unsigned index);
// And back. A struct goes to value.data.
void value_from_slots(const ValueShape& shape, const Slot* from, SkValue& value);

}  // namespace skua::vm
