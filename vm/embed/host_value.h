// Values on their way between the host and the guest.
#pragma once

#include <string>
#include <vector>

#include "crossing.h"
#include "skua/embed.h"
#include "skua/vm/vm.h"

namespace skua::embed {

// From the host: canonical slots, to.slots of them, at a place that the collector sees. False: `why` says
// what does not fit, or it is empty and an error of the guest (OutOfMemoryError) is pending.
bool to_slots(vm::Thread& thread, const Crossing& to, const SkuaValue& value, vm::Slot* slots,
              std::string& why);

// To the host, copied; references to objects are new ones. With `by_reference` texts and arrays are
// references too. False: there is no memory.
bool to_value(SkuaVm& vm, const Crossing& from, const vm::Slot* slots, bool by_reference, SkuaValue& value);

// What values have that are lent to a function of the host for the time of its call.
struct Lent {
    Lent() = default;
    ~Lent();
    Lent(const Lent&) = delete;
    Lent& operator=(const Lent&) = delete;
    std::vector<std::vector<SkuaText>> texts;
    std::vector<std::vector<SkuaValue>> fields;
    std::vector<SkuaRef*> refs;
};
// To a function of the host: texts and elements in place. May throw std::bad_alloc.
SkuaValue lend(SkuaVm& vm, const Crossing& from, const vm::Slot* slots, Lent& lent);

// "i64", as the guest writes types.
std::string type_name(const SkuaValue& value);

}  // namespace skua::embed
