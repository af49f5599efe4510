// SkuaFunction: a function of the guest, as the host may call it.
#pragma once

#include <array>
#include <span>
#include <string>
#include <vector>

#include "host_value.h"
#include "skua/vm/class.h"

struct SkuaFunction {
    SkuaVm* vm;
    skua::vm::FunctionDef* def;
    skua::vm::Function* function;  // of the declaration; what is called depends on the receiver, if `chosen`
    bool chosen = false;
    std::string name, signature;
    std::vector<skua::embed::Crossing> params;
    skua::embed::Crossing result;
};

namespace skua::embed {

// Reads a signature's types. An empty text, or what cannot cross.
std::string read_types(std::span<const vm::Type* const> params, const vm::Type* result,
                       std::vector<Crossing>& crossings, Crossing& returned, std::string& signature);

// The module's class file, which makes its archive the program if it is the first that is asked for.
SkuaStatus find_module(SkuaVm& vm, const std::string& name, vm::TypeDef*& def, SkuaError** error);

// What a call needs: the slots of its arguments, in a place that the collector sees.
struct Arguments {
    std::array<vm::Slot, vm::kMaxNativeParams> slots{};
    vm::Function* callee = nullptr;
};
// Converts arguments and chooses the callee.
SkuaStatus prepare(const SkuaFunction& function, vm::Thread& thread, const SkuaValue* args, std::size_t count,
                   Arguments& out, SkuaError** error);
// Calls; the result, if it is wanted, or the error.
SkuaStatus run_prepared(const SkuaFunction& function, vm::Thread& thread, const Arguments& args,
                        bool by_reference, SkuaValue* result, SkuaError** error);

// Runs main of a module on the thread.
SkuaStatus call_main(SkuaVm& vm, vm::Thread& thread, const std::string& module, int* exit_code,
                     SkuaError** error);

}  // namespace skua::embed
