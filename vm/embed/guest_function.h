// SkuaFunction: a function of the guest, as the host may call it.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "host_machine.h"
#include "host_value.h"
#include "skua/vm/class.h"

struct SkuaFunction {
    SkuaVm* vm;
    skua::vm::FunctionDef* def;
    skua::vm::Function* function;  // of the declaration; what is called depends on the receiver, if `chosen`
    bool chosen = false;
    std::string name;
    skua::embed::CallTypes types;
};

namespace skua::embed {

// The module's class file, which makes its archive the program if it is the first that is asked for.
SkuaStatus find_module(SkuaVm& vm, const std::string& name, vm::TypeDef*& def, SkuaError** error);

// What a call needs: the slots of its arguments, in a place that the collector sees. On the stack.
class Arguments {
public:
    Arguments() = default;
    ~Arguments();
    Arguments(const Arguments&) = delete;
    Arguments& operator=(const Arguments&) = delete;

    // Once; zero. May throw std::bad_alloc.
    vm::Slot* make_room(std::size_t count);
    [[nodiscard]] std::span<vm::Slot> slots() { return {data_, count_}; }

    vm::Function* callee = nullptr;

private:
    std::array<vm::Slot, 32> few_{};
    std::vector<vm::Slot> many_;  // a root of the heap
    vm::Slot* data_ = few_.data();
    std::size_t count_ = 0;
};
// Converts arguments and chooses the callee. `beyond`: slots behind the arguments, for captures.
SkuaStatus prepare(const SkuaFunction& function, vm::Thread& thread, const SkuaValue* args, std::size_t count,
                   Arguments& out, SkuaError** error, std::size_t beyond = 0);
// Calls; the result, if it is wanted, or the error.
SkuaStatus run_prepared(const SkuaFunction& function, vm::Thread& thread, Arguments& args, bool by_reference,
                        SkuaValue* result, SkuaError** error);

// Runs main of a module on the thread.
SkuaStatus call_main(SkuaVm& vm, vm::Thread& thread, const std::string& module, int* exit_code,
                     SkuaError** error);

}  // namespace skua::embed
