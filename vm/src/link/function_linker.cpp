// Functions: one per (definition, type arguments); linking on first call; static initialisers.
#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <map>
#include <mutex>
#include <thread>

#include "interp/slow_paths.h"
#include "link/linker.h"
#include "link/translator.h"
#include "native/binding.h"
#include "native/native_registry.h"
#include "runtime/runtime.h"
#include "skua/vm/link_ahead.h"
#include "skua/vm/tier.h"
#include "skua/vm/verifier.h"

namespace skua::vm {
namespace {

constexpr std::size_t kBytesPerWord = 32;     // of linked code: with positions, call sites, caches
constexpr int kTries = 50;                    // for the linker's lock, by the compiler
constexpr std::size_t kMaxInstances = 10000;  // of one function: stops endless polymorphic recursion

// All linked bodies of all machines by address. Who looks for one runs in it, or just has: it stays.
struct CodeRegistry {
    std::shared_mutex lock;
    std::map<const Instr*, const LinkedBody*> by_start;
};
CodeRegistry& registry() {
    static auto* instance = new CodeRegistry();
    return *instance;
}

std::string display_name(const FunctionDef& def, const Type* owner,
                         const std::vector<const Type*>& type_args) {
    auto arguments = [](std::span<const Type* const> args) {
        std::string text;
        for (const Type* t : args) text += (text.empty() ? "<" : ",") + type_text(t);
        return text.empty() ? text : text + ">";
    };
    return std::string(def.owner->name) + arguments(owner->args) + "." + std::string(def.name) +
           arguments(type_args);
}

Result<std::unique_ptr<Function>> make_function(Vm& vm, FunctionDef& def, const Type* owner,
                                                std::vector<const Type*> type_args) {
    auto function = std::make_unique<Function>();
    function->def = &def;
    function->owner = owner;
    auto add = [&](const Type* open, std::uint32_t& slots,
                   std::vector<LeafKind>& kinds) -> Result<const Type*> {
        const Type* closed = vm.types().substitute(open, owner->args, type_args);
        if (!closed) {
            Diagnostic d;
            d.message = "a type in the signature of " + def.qualified_name() + " is nested too deeply";
            return d;
        }
        auto layout = layout_of(vm.types(), closed);
        if (!layout) return std::move(layout).error();
        slots += (*layout)->slots();
        append_leaf_kinds(vm.types(), closed, kinds);
        return closed;
    };
    for (const Type* param : def.params) {
        auto closed = add(param, function->arg_slots, function->shape.params);
        if (!closed) return std::move(closed).error();
        function->param_types.push_back(*closed);
    }
    auto result = add(def.result, function->result_slots, function->shape.results);
    if (!result) return std::move(result).error();
    function->result_type = *result;
    function->display_name = display_name(def, owner, type_args);
    function->type_args = std::move(type_args);
    function->stub[0].op = static_cast<std::uint16_t>(LOp::LinkStub);
    function->stub[1].pointer = function.get();
    function->code.store(function->stub, std::memory_order_release);
    return function;
}

void publish(Vm& vm, Function& function, std::unique_ptr<LinkedBody> body, std::uint32_t frame_slots) {
    body->function = &function;
    const LinkedBody* kept = register_body(vm, std::move(body));
    function.body.store(kept, std::memory_order_release);
    function.frame_slots.store(frame_slots, std::memory_order_relaxed);
    function.code.store(kept->code.data(), std::memory_order_release);
}

// Code that throws `why` whenever the function is called.
void publish_failure(Vm& vm, Function& function, const Diagnostic& why, std::string_view error_class) {
    LinkFailure& failure = vm.linker().failures.emplace_back();
    failure.error_class = error_class;
    failure.message = failure_text(why);
    LinkedBuilder code(false);
    code.mark(0);
    code.emit_pointer(LOp::LinkFail, 0, 0, 0, &failure);
    auto body = code.finish();
    publish(vm, function, std::move(*body), function.arg_slots + 4);
}

std::string native_signature(const Function& function) {
    std::string text = "(";
    for (std::size_t i = 0; i < function.param_types.size(); ++i) {
        if (i) text += ',';
        text += type_text(function.param_types[i]);
    }
    return text + ")" + type_text(function.result_type);
}

}  // namespace

const LinkedBody* register_body(Vm& vm, std::unique_ptr<LinkedBody> body) {
    vm.linker().bodies.push_back(body.get());
    const LinkedBody* kept = body.release();
    CodeRegistry& r = registry();
    std::unique_lock guard(r.lock);
    r.by_start.emplace(kept->code.data(), kept);
    return kept;
}

void free_bodies(LinkerState& linker) {
    CodeRegistry& r = registry();
    {
        std::unique_lock guard(r.lock);
        for (const LinkedBody* body : linker.bodies) r.by_start.erase(body->code.data());
    }
    for (const LinkedBody* body : linker.bodies) delete body;
    linker.bodies.clear();
}

const LinkedBody* body_at(const Instr* pc) {
    CodeRegistry& r = registry();
    std::shared_lock guard(r.lock);
    auto it = r.by_start.upper_bound(pc);
    if (it == r.by_start.begin()) return nullptr;
    const LinkedBody* body = (--it)->second;
    return pc < body->code.data() + body->code.size() ? body : nullptr;
}

Result<Function*> function_of(Vm& vm, FunctionDef& def, const Type* owner,
                              std::vector<const Type*> type_args) {
    std::lock_guard guard(vm.linker().lock);
    FunctionLinks* links = def.links.load(std::memory_order_acquire);
    if (!links) {
        vm.linker().links.push_back(std::make_unique<FunctionLinks>());
        links = vm.linker().links.back().get();
        def.links.store(links, std::memory_order_release);
    }
    for (auto& instance : links->instances) {
        if (instance.owner == owner && instance.type_args == type_args) return instance.function.get();
    }
    if (links->instances.size() >= kMaxInstances) {
        Diagnostic d;
        d.message = def.qualified_name() + " is used with more than 10000 different type arguments";
        return d;
    }
    if (!vm.limits().take_metadata(sizeof(Function) + sizeof(FunctionLinks::Instance) + 512)) {
        Diagnostic d;
        d.message = kNoMetadata;
        return d;
    }
    auto function = make_function(vm, def, owner, type_args);
    if (!function) return std::move(function).error();
    links->instances.push_back({owner, std::move(type_args), std::move(*function)});
    return links->instances.back().function.get();
}

namespace {

// Errors: those of find_native.
Result<void> bind_native(Vm& vm, Function& function) {
    FunctionDef& def = *function.def;
    const auto& file = def.owner->file;
    auto native = find_native(vm, function, file.str(def.decl->native_library), def.qualified_name(),
                              native_signature(function));
    if (!native) return std::move(native).error();
    function.native = *native;
    if (const CodeSource* source = def.owner->source;
        source != nullptr && source->kind == CodeSource::Kind::Archive)
        function.source = source;
    function.frame_slots.store(std::max(function.arg_slots, function.result_slots) + 8,
                               std::memory_order_relaxed);
    __atomic_store_n(&function.stub[0].op, static_cast<std::uint16_t>(LOp::NativeStub), __ATOMIC_RELEASE);
    return {};
}

bool is_linked_native(const Function& function) {
    return __atomic_load_n(&function.stub[0].op, __ATOMIC_ACQUIRE) ==
           static_cast<std::uint16_t>(LOp::NativeStub);
}

}  // namespace

bool link_native_ahead(Vm* vm, Function& function) {
    if (is_linked_native(function)) return true;
    if (vm == nullptr || function.def == nullptr || !function.def->is_native()) return false;
    // Where somebody has set a limit, it is reached at the same call whatever a compiler does meanwhile.
    if (vm->options().max_metadata != VmOptions::kDefaultMetadata) return false;
    // Who holds it may be waiting for the compiler that asks.
    std::unique_lock guard(vm->linker().lock, std::try_to_lock);
    for (int tries = 0; !guard.owns_lock() && tries < kTries; tries++) {
        std::this_thread::yield();
        (void)guard.try_lock();
    }
    if (!guard.owns_lock()) return false;
    if (function.stub[0].op != static_cast<std::uint16_t>(LOp::LinkStub) ||
        function.code.load(std::memory_order_acquire) != function.stub)
        return is_linked_native(function);
    const FunctionDef& def = *function.def;
    return vm->natives().has_library(def.owner->file.str(def.decl->native_library)) &&
           verify_function(*function.def).ok() && bind_native(*vm, function).ok();
}

namespace {

// That a function is being linked is known to those that might inline it.
class Linking {
public:
    explicit Linking(Function& function) : function_(function) { function.linking = true; }
    ~Linking() { function_.linking = false; }
    Linking(const Linking&) = delete;
    Linking& operator=(const Linking&) = delete;

private:
    Function& function_;
};

}  // namespace

bool link_function(Thread& thread, Function& function) {
    Vm& vm = *thread.vm;
    {
        std::lock_guard guard(vm.linker().lock);
        if (function.code.load(std::memory_order_acquire) != function.stub ||
            function.stub[0].op != static_cast<std::uint16_t>(LOp::LinkStub)) {
            return true;  // another thread was faster
        }
        FunctionDef& def = *function.def;
        if (auto verified = verify_function(def); !verified) {
            publish_failure(vm, function, verified.error(), error_class_of(verified.error()));
            return true;
        }
        if (def.is_abstract()) {
            Diagnostic d;
            d.message = def.qualified_name() + " is abstract and has no body to call";
            publish_failure(vm, function, d, "std.core.LinkError");
            return true;
        }
        if (def.is_native()) {
            if (auto bound = bind_native(vm, function); !bound) {
                Diagnostic why = std::move(bound).error();
                const bool denied = why.rule == kDenied;
                if (denied) why.rule.clear();
                publish_failure(vm, function, why,
                                denied ? "std.core.PermissionError" : "std.core.LinkError");
            }
            return true;
        }
        const Linking linking(function);
        auto output = Translator(vm, thread, function).run();
        if (!output && thread.pending) return false;  // no memory; the next call tries again
        if (!output) {
            publish_failure(vm, function, output.error(), "std.core.LinkError");
            return true;
        }
        vm.limits().take_metadata(kBytesPerWord * output->body->code.size());
        publish(vm, function, std::move(output->body), output->frame_slots);
        if (vm.options().print_linked) std::fputs(print_linked(*function.body.load()).c_str(), stderr);
    }
    if (ExecutionTier* tier = vm.tier()) tier->on_linked(thread, function);
    // Metadata has run out: the call ends here, and not where whatever runs the code polls next.
    return !vm.limits().ends_program() || serve_interrupt(thread);
}

namespace {

// Threads that wait for an initialiser of another thread.
struct InitMonitor {
    std::mutex lock;
    std::condition_variable changed;
};
InitMonitor& init_monitor() {
    static auto* instance = new InitMonitor();
    return *instance;
}

void finish_init(Class& cls, InitState state) {
    InitMonitor& monitor = init_monitor();
    {
        std::lock_guard guard(monitor.lock);
        cls.init_thread = nullptr;
        cls.init_state.store(state, std::memory_order_release);
    }
    monitor.changed.notify_all();
}

bool throw_init_error(Thread& thread, Class& cls) {
    throw_error(thread, "std.core.InitError", "the initialiser of " + type_text(cls.type) + " failed");
    Object* error = thread.pending;
    if (!error || !cls.init_error || !*cls.init_error) return false;
    for (const auto& field : error->cls->fields) {
        if (field.def->name != "cause") continue;
        auto* address = reinterpret_cast<char*>(error) + field.offset;
        gc::write_barrier(error, address, *cls.init_error);
        std::memcpy(address, cls.init_error, sizeof(Object*));
    }
    return false;
}

}  // namespace

bool ensure_initialized(Thread& thread, Class& cls) {
    const InitState seen = cls.init_state.load(std::memory_order_acquire);
    if (seen == InitState::Done) return true;
    if (seen == InitState::Failed) return throw_init_error(thread, cls);
    {
        InitMonitor& monitor = init_monitor();
        std::unique_lock guard(monitor.lock);
        if (cls.init_state.load(std::memory_order_relaxed) == InitState::Running) {
            if (cls.init_thread == &thread)
                return true;  // the initialiser itself looks: it sees what it has set
            // A cycle of initialisers over two threads would wait for ever; after a while the waiter
            // goes on with what is there, as the initialising thread itself does.
            monitor.changed.wait_for(guard, std::chrono::seconds(10), [&] {
                return cls.init_state.load(std::memory_order_relaxed) != InitState::Running;
            });
            if (cls.init_state.load(std::memory_order_relaxed) != InitState::Failed) return true;
        }
        if (cls.init_state.load(std::memory_order_relaxed) == InitState::Done) return true;
        if (cls.init_state.load(std::memory_order_relaxed) == InitState::Failed) {
            guard.unlock();
            return throw_init_error(thread, cls);
        }
        cls.init_state.store(InitState::Running, std::memory_order_relaxed);
        cls.init_thread = &thread;
    }
    Function* initialiser = nullptr;
    Slot* root = nullptr;  // of its error
    try {
        auto function = function_of(*thread.vm, *cls.def->find_function("static$init"), cls.type, {});
        if (!function) {
            finish_init(cls, InitState::Failed);
            throw_error(thread, "std.core.LinkError", function.error().message);
            return false;
        }
        initialiser = *function;
        root = new_root(*thread.vm);
    } catch (...) {
        finish_init(cls, InitState::None);  // nothing of it has run: the next one tries again
        throw;
    }
    // Whoever is on the stack has no part in what the initialiser does (caps/callers.h).
    const Thread::NativeFrame* natives = std::exchange(thread.archive_natives, nullptr);
    const bool returned = invoke(thread, *initialiser, {}, nullptr);
    thread.archive_natives = natives;
    if (!returned) {
        Object* error = thread.pending;
        thread.pending = nullptr;
        *root = reinterpret_cast<Slot>(error);
        cls.init_error = reinterpret_cast<Object**>(root);
        finish_init(cls, InitState::Failed);
        return throw_init_error(thread, cls);
    }
    finish_init(cls, InitState::Done);
    return true;
}

}  // namespace skua::vm
