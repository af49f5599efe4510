#include "guest_function.h"

#include "call_scope.h"
#include "caps/program_rights.h"
#include "host_error.h"
#include "host_thread.h"
#include "link/linker.h"
#include "load_code.h"
#include "skua/gc/heap.h"
#include "skua/vm/verifier.h"

namespace skua::embed {
namespace {

// Empty, or why a host, which stands outside of all modules, may not call it.
std::string check_visible(const vm::FunctionDef& function) {
    const vm::TypeDef& owner = *function.owner;
    const bool in_module = owner.kind == classfile::DeclKind::Module;
    if (function.has(classfile::kPrivate) || (in_module && !function.has(classfile::kPublic)))
        return "function " + function.qualified_name() + " is private to its " +
               (in_module ? "module: 'pub fn' lets a host call it" : "type");
    if (in_module || owner.kind == classfile::DeclKind::Extension || owner.has(classfile::kPublic)) return {};
    return "type " + std::string(owner.name) +
           " is private to its module: 'pub' lets a host call its methods";
}

SkuaStatus make(SkuaVm& vm, const std::string& module, const std::string& name,
                std::unique_ptr<SkuaFunction>& out, SkuaError** error) {
    const std::size_t dot = name.rfind('.');
    const std::string holder = dot == std::string::npos ? module : module + "." + name.substr(0, dot);
    const std::string plain = dot == std::string::npos ? name : name.substr(dot + 1);
    vm::TypeDef* def = nullptr;
    if (const SkuaStatus status = find_module(vm, module, def, error)) return status;
    if (holder != module)
        if (const SkuaStatus status = find_module(vm, holder, def, error)) return status;
    vm::FunctionDef* function = def->find_function(plain);
    if (function == nullptr) return fail(error, SKUA_NOT_FOUND, holder + " has no function " + plain);
    if (std::string hidden = check_visible(*function); !hidden.empty())
        return fail(error, SKUA_NOT_FOUND, std::move(hidden));
    if (!function->decl->type_params.empty() || def->type_param_count() > 0)
        return fail(error, SKUA_BAD_USE,
                    holder + "." + plain + " is generic: the host calls one for given types");
    if (auto good = vm::check_declaration(*def); !good) return fail(error, SKUA_BAD_INPUT, good.error());
    auto linked = vm::function_of(*vm.machine, *function, def->self, {});
    if (!linked) return fail(error, SKUA_BAD_INPUT, linked.error());
    out = std::make_unique<SkuaFunction>();
    out->vm = &vm;
    out->def = function;
    out->function = *linked;
    out->name = holder + "." + plain;
    out->chosen = function->is_instance() && (function->has(classfile::kOpen) || function->is_abstract() ||
                                              def->kind == classfile::DeclKind::Interface);
    const std::string wrong =
        read_types(*vm.machine, (*linked)->param_types, (*linked)->result_type, out->types);
    return wrong.empty() ? SKUA_OK : fail(error, SKUA_BAD_USE, out->name + ": " + wrong);
}

// The class's own method, or the next one above it.
Result<vm::Function*> overriding(vm::Vm& machine, const SkuaFunction& function, vm::Class* cls) {
    for (; cls != nullptr; cls = cls->super) {
        vm::FunctionDef* method = cls->def == nullptr ? nullptr : cls->def->find_function(function.def->name);
        if (method != nullptr && !method->is_abstract())
            return vm::function_of(machine, *method, cls->type, {});
    }
    Diagnostic d;
    d.message = function.name + " is abstract";
    return d;
}

SkuaStatus choose(const SkuaFunction& function, vm::Thread& thread, vm::Object* receiver,
                  vm::Function*& callee, SkuaError** error) {
    vm::Vm& machine = *function.vm->machine;
    if (function.def->owner->kind == classfile::DeclKind::Interface) {
        auto selector = vm::selector_of(machine, function.function->owner, *function.def);
        if (!selector) return fail(error, SKUA_BAD_INPUT, selector.error());
        callee = vm::find_implementation(thread, *receiver->cls, **selector);
        return callee != nullptr ? SKUA_OK : hand_over(error, take_error(thread));
    }
    auto found = overriding(machine, function, receiver->cls);
    if (!found) return fail(error, SKUA_BAD_INPUT, found.error());
    callee = *found;
    return SKUA_OK;
}

}  // namespace

Arguments::~Arguments() {
    if (!many_.empty()) gc::remove_root_range(many_.data());
}

vm::Slot* Arguments::make_room(std::size_t count) {
    count_ = count;
    if (count <= few_.size()) return data_;
    std::vector<vm::Slot> many(count);
    gc::add_root_range(many.data(), many.data() + count);
    many_ = std::move(many);
    return data_ = many_.data();
}

SkuaStatus find_module(SkuaVm& vm, const std::string& name, vm::TypeDef*& def, SkuaError** error) {
    if (const SkuaStatus status = add_dependencies(vm, error)) return status;
    auto loaded = vm.machine->app_loader().load(name);
    if (!loaded) {
        const Diagnostic& d = loaded.error();
        return fail(error, d.rule.empty() && d.file.empty() ? SKUA_NOT_FOUND : SKUA_BAD_INPUT, d);
    }
    def = *loaded;
    if (vm.has_program) return SKUA_OK;
    if (auto started = vm::start_program(*vm.machine, *def); !started)
        return fail(error, started.error().file.empty() ? SKUA_BAD_USE : SKUA_BAD_INPUT, started.error());
    vm.has_program = true;
    return SKUA_OK;
}

SkuaStatus prepare(const SkuaFunction& function, vm::Thread& thread, const SkuaValue* args, std::size_t count,
                   Arguments& out, SkuaError** error, std::size_t beyond) {
    const std::vector<Crossing>& params = function.types.params;
    if (count != params.size() || (args == nullptr && count > 0))
        return fail(error, SKUA_BAD_USE,
                    function.name + function.types.signature + " takes " + std::to_string(params.size()) +
                        " arguments, not " + std::to_string(args == nullptr ? 0 : count));
    vm::Slot* slots = out.make_room(function.types.param_slots + beyond);
    for (std::size_t i = 0; i < count; i++) {
        std::string why;
        if (to_slots(thread, params[i], args[i], slots, why)) {
            slots += params[i].slots;
            continue;
        }
        if (why.empty()) return hand_over(error, take_error(thread));
        return fail(error, SKUA_BAD_USE,
                    "argument " + std::to_string(i + 1) + " of " + function.name + " is to be " +
                        vm::type_text(params[i].type) + ": " + why);
    }
    out.callee = function.function;
    if (!function.chosen) return SKUA_OK;
    return choose(function, thread, reinterpret_cast<vm::Object*>(out.slots()[0]), out.callee, error);
}

SkuaStatus run_prepared(const SkuaFunction& function, vm::Thread& thread, Arguments& args, bool by_reference,
                        SkuaValue* result, SkuaError** error) {
    std::array<vm::Slot, vm::kMaxValueSlots + 1> returned;
    returned[0] = 0;
    if (!vm::invoke(thread, *args.callee, args.slots(), returned.data()))
        return hand_over(error, take_error(thread));
    if (result == nullptr) return SKUA_OK;
    if (to_value(*function.vm, function.types.result, returned.data(), by_reference, *result)) return SKUA_OK;
    return fail(error, SKUA_NO_RESOURCE, "there is no memory for the result of " + function.name);
}

SkuaStatus call_main(SkuaVm& vm, vm::Thread& thread, const std::string& module, int* exit_code,
                     SkuaError** error) {
    {
        const std::lock_guard guard(vm.functions_lock);
        vm::TypeDef* def = nullptr;
        if (const SkuaStatus status = find_module(vm, module, def, error)) return status;
    }
    int code = 0;
    const auto returned = vm.machine->call_main(thread, module, "main", code);
    if (!returned) return fail(error, SKUA_NOT_FOUND, returned.error());
    if (*returned) {
        if (exit_code != nullptr) *exit_code = code;
        return SKUA_OK;
    }
    auto failure = take_error(thread);
    if (failure->status == SKUA_EXITED && exit_code != nullptr) *exit_code = failure->exit_code;
    return hand_over(error, std::move(failure));
}

}  // namespace skua::embed

SkuaStatus skua_function(SkuaVm* vm, const char* module, const char* name, SkuaFunction** function,
                         SkuaError** error) {
    using namespace skua::embed;
    if (vm == nullptr || module == nullptr || name == nullptr || function == nullptr)
        return fail(error, SKUA_BAD_USE, "skua_function: an argument is NULL");
    *function = nullptr;
    return guarded(error, [&] {
        skua::vm::Thread* thread = nullptr;  // linking makes objects
        if (const SkuaStatus status = attach(*vm, thread, error)) return status;
        const std::lock_guard guard(vm->functions_lock);
        auto& known = vm->functions[{module, name}];
        if (!known) {
            std::unique_ptr<SkuaFunction> made;
            if (const SkuaStatus status = make(*vm, module, name, made, error)) return status;
            known = std::move(made);
        }
        *function = known.get();
        return SKUA_OK;
    });
}

const char* skua_function_signature(const SkuaFunction* function) {
    return function == nullptr ? "" : function->types.signature.c_str();
}
