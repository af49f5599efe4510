// Functions of the guest that natives call: function values, methods, constructors. What a call needs to know
// is found out once; arguments are checked, so that a native cannot break what the verifier has proved.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "native/value_shape.h"
#include "skua/vm/vm.h"

namespace skua::vm {

struct GuestCall {
    std::string signature;  // "(i64,string)bool", or of a function value "(i64,string)->bool"
    std::string name;       // for messages
    std::vector<ValueShape> params;
    ValueShape result;
    std::uint32_t slots = 0;  // of the parameters
    bool plain = true;        // all values are words that SkValue and a slot hold alike, and need no check
};

// Of a function value's class; made on the first call. Null with an error pending.
const GuestCall* closure_call(Thread& thread, const Class& cls);

// Calls with `first` (a receiver), the arguments and `last` (captures). False if it throws.
bool call_guest(Thread& thread, Function& function, const GuestCall& call, std::span<const Slot> first,
                const SkValue* args, std::span<const Slot> last, SkValue* result);

}  // namespace skua::vm

// What method_find gives.
struct SkMethod {
    enum class Dispatch : std::uint8_t { Direct, Virtual, Interface };
    skua::vm::GuestCall call;
    skua::vm::Function* function = nullptr;
    const skua::vm::Class* receiver = nullptr;  // what it must be an instance of; null: there is none
    Dispatch dispatch = Dispatch::Direct;
    std::uint32_t vtable_index = 0;
    const skua::vm::Selector* selector = nullptr;
    skua::vm::Class* made = nullptr;  // of a constructor: what it makes
};

// What field_find gives.
struct SkField {
    skua::vm::ValueShape shape;
    std::string name;                        // "geo.Point.x"
    const skua::vm::Class* owner = nullptr;  // null: a struct's
    std::uint32_t offset = 0;                // in the object, or in the struct
    bool is_mutable = false;
};

namespace skua::vm {

// Found once and kept as long as the machine. Any thread may call.
class MemberTable {
public:
    // Errors: no such member, not public, of another type.
    Result<const SkField*> field(Vm& vm, const Type* owner, std::string_view name, std::string_view type);
    Result<const SkMethod*> method(Vm& vm, const Type* owner, std::string_view name,
                                   std::string_view signature);
    // Of an array's elements.
    Result<const ValueShape*> element(Vm& vm, const Class& array);

private:
    struct Key {
        const Type* owner;
        std::string name;
        auto operator<=>(const Key&) const = default;
    };
    std::mutex lock_;
    std::map<Key, std::unique_ptr<SkField>> fields_;
    std::map<Key, std::unique_ptr<SkMethod>> methods_;
    std::map<const Class*, std::unique_ptr<ValueShape>> elements_;
};

}  // namespace skua::vm
