// Values on their way between the host and the guest.
#pragma once

#include <string>

#include "native/native_signature.h"
#include "skua/embed.h"
#include "skua/vm/vm.h"

namespace skua::embed {

// The type of a parameter or result.
struct Crossing {
    vm::NativeKind kind = vm::NativeKind::Void;
    const vm::Type* type = nullptr;
};

// From the host: a canonical slot. False: `why` says what does not fit, or it is empty and an error of the
// guest (OutOfMemoryError) is pending.
bool to_slot(vm::Thread& thread, const Crossing& to, const SkuaValue& value, vm::Slot& slot,
             std::string& why);

// To the host, copied; references to objects are new ones. With `by_reference` texts and arrays are
// references too. False: there is no memory.
bool to_value(SkuaVm& vm, vm::Thread& thread, const Crossing& from, vm::Slot slot, bool by_reference,
              SkuaValue& value);

// To a function of the host, for the time of its call: texts and elements in place. `keep` has what must be
// freed after the call.
struct BorrowedValue {
    BorrowedValue() = default;
    ~BorrowedValue();
    BorrowedValue(const BorrowedValue&) = delete;
    BorrowedValue& operator=(const BorrowedValue&) = delete;
    SkuaText* texts = nullptr;
    SkuaRef* ref = nullptr;
};
bool borrow(SkuaVm& vm, const Crossing& from, vm::Slot slot, SkuaValue& value, BorrowedValue& keep);

// "i64", as the guest writes types.
std::string type_name(const SkuaValue& value);

}  // namespace skua::embed
