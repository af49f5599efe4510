#include "interp/slow_paths.h"

#include <cstring>

#include "native/binding.h"
#include "runtime/runtime.h"
#include "skua/vm/tier.h"
#include "skua/vm/wording.h"

namespace skua::vm {

void throw_null(Thread& thread) {
    throw_error(thread, "std.core.NullError", "a value that must not be null is null");
}

void throw_bounds(Thread& thread, std::int64_t index, std::uint64_t length) {
    throw_error(thread, "std.core.IndexError",
                "index " + std::to_string(index) + " is out of range for length " + std::to_string(length));
}

void throw_divide(Thread& thread) {
    throw_error(thread, "std.core.ArithmeticError", "division by zero");
}

void throw_overflow(Thread& thread) {
    throw_error(thread, "std.core.ArithmeticError", "the result does not fit its type");
}

void throw_bad_char(Thread& thread, std::uint64_t value) {
    char hex[24];
    std::snprintf(hex, sizeof hex, "%llX", static_cast<unsigned long long>(value & 0xFFFFFFFF));
    throw_error(thread, "std.core.ArgumentError", std::string("U+") + hex + " is not a Unicode scalar value");
}

void throw_cast_error(Thread& thread, Object& object, const Class& target) {
    throw_error(thread, "std.core.CastError",
                "a " + type_text(object.cls->type) + " is not a " + type_text(target.type));
}

void throw_link_failure(Thread& thread, const LinkFailure& failure) {
    throw_error(thread, failure.error_class, failure.message);
}

void throw_stack_overflow(Thread& thread) {
    throw_error(thread, "std.core.StackOverflowError",
                "the stack of " + std::to_string(thread.vm->options().max_stack_bytes / 1024) +
                    " KiB is used up; " + std::string(wording(thread.vm->options().embedded).max_stack) +
                    " sets its size");
}

bool serve_interrupt(Thread& thread) {
    if (!thread.interrupted.load(std::memory_order_acquire)) return true;
    if (thread.vm->limits().ends_program()) {
        thread.request_interrupt();  // stays: nothing runs any more
        throw_error(thread, "std.core.LimitError", {});
        return false;
    }
    if (!thread.interrupted.exchange(false, std::memory_order_relaxed)) return true;
    throw_error(thread, "std.core.InterruptError", "the program was interrupted");
    return false;
}

bool take_fuel(Thread& thread) {
    if (thread.fuel_source != nullptr) {
        if (thread.fuel_source->refill(thread)) return true;
        throw_error(thread, "std.core.LimitError", {});
        return false;
    }
    InstructionBudget& budget = thread.vm->instructions();
    if (budget.refill(thread.fuel)) return true;
    thread.vm->limits().note(Limit::Instructions, budget.limit());
    throw_error(thread, "std.core.LimitError", {});
    return false;
}

bool grow_stack(Thread& thread, Slot* top) {
    if (top <= thread.soft_limit) return true;
    if (top > thread.stack_end) {
        throw_stack_overflow(thread);
        return false;
    }
    const std::size_t used = static_cast<std::size_t>(top - thread.stack_base);
    Slot* limit = thread.stack_base + (used / kStackStep + 1) * kStackStep;
    thread.soft_limit = limit < thread.stack_end ? limit : thread.stack_end;
    return true;
}

namespace {

// After a deep recursion has returned: stop scanning what it has left behind.
void shrink_stack(Thread& thread) {
    const std::size_t used = thread.fp ? static_cast<std::size_t>(thread.fp - thread.stack_base) : 0;
    Slot* limit = thread.stack_base + (used / kStackStep + 4) * kStackStep;
    if (limit < thread.soft_limit) {
        std::memset(limit, 0, static_cast<std::size_t>(thread.soft_limit - limit) * sizeof(Slot));
        thread.soft_limit = limit;
    }
}

constexpr std::int64_t kPlainQuantum = 1 << 16;

}  // namespace

bool poll(Thread& thread, Function* callee, const Instr* header, const void*& osr) {
    osr = nullptr;
    ExecutionTier* tier = thread.vm->tier();
    const std::int64_t quantum = tier ? tier->tick_quantum() : kPlainQuantum;
    thread.ticks = quantum;
    shrink_stack(thread);
    if (!serve_interrupt(thread)) return false;
    Function* hot = callee;
    if (header) {
        const LinkedBody* body = body_at(header);
        hot = body ? body->function : nullptr;
    }
    if (!hot) return true;
    hot->samples.fetch_add(static_cast<std::uint32_t>(quantum), std::memory_order_relaxed);
    if (tier && header)
        osr = tier->osr_entry(thread, *hot, header);
    else if (tier)
        tier->on_hot(thread, *hot);
    return true;
}

namespace {

// Overwrites the part of the C stack that the calls below have left behind.
[[gnu::noinline]] void wipe_native_stack() {
    volatile char dead[16 * 1024];
    for (std::size_t i = 0; i < sizeof dead; i += 1) dead[i] = 0;
}

// Stacks are scanned conservatively, dead words included. After an OutOfMemoryError these must not
// hold what the program has just let go: everything behind the handler's own registers is wiped, and
// of these, the ones that it never reads.
void forget_dead_words(Thread& thread, const LinkedBody& body, const LinkedHandler& handler, Slot* fp) {
    const Object* error = thread.pending;
    if (!error->cls->def || error->cls->def->name != "std.core.OutOfMemoryError") return;
    for (auto [first, end] : handler.dead) std::memset(fp + first, 0, (end - first) * sizeof(Slot));
    Slot* dead = fp + body.window;
    if (dead < thread.soft_limit)
        std::memset(dead, 0, static_cast<std::size_t>(thread.soft_limit - dead) * sizeof(Slot));
    wipe_native_stack();
}

}  // namespace

bool unwind(Thread& thread, const Instr*& pc, Slot*& fp) {
    if (asks_handlers(thread) && --thread.ticks < 0) {
        // A loop that throws and catches has no other back edge. (An error that ends the program stays the
        // one with the whole trace.)
        const void* osr = nullptr;
        thread.fp = fp;
        const LinkedBody* body = body_at(pc);
        (void)poll(thread, body ? body->function : nullptr, nullptr, osr);
    }
    for (;;) {
        if (const LinkedBody* body = asks_handlers(thread) ? body_at(pc) : nullptr) {
            const auto word = static_cast<std::uint32_t>(pc - body->code.data());
            for (const LinkedHandler& handler : body->handlers) {
                if (word < handler.start || word >= handler.end || !is_instance(thread.pending, handler.type))
                    continue;
                forget_dead_words(thread, *body, handler, fp);
                fp[handler.slot] = reinterpret_cast<Slot>(thread.pending);
                thread.pending = nullptr;
                pc = body->code.data() + handler.target;
                return true;
            }
        }
        const auto* caller = reinterpret_cast<const Instr*>(fp[-1]);
        if (caller == kActivationReturn) return false;
        pc = caller;
        fp -= caller->b;
    }
}

bool record_site(CallSite& site, Class& cls, Function& callee) {
    // Entries are made under no lock: two threads may record the same class twice, which only costs
    // a way of the cache.
    const SiteEntry* entry = nullptr;
    for (auto& way : site.seen) {
        const SiteEntry* seen = way.load(std::memory_order_acquire);
        if (seen && seen->cls == &cls) {
            entry = seen;
            break;
        }
        if (!seen) {
            auto* fresh = new (std::nothrow) SiteEntry{&cls, &callee};  // lives as long as the code
            if (!fresh) break;
            if (way.compare_exchange_strong(seen, fresh, std::memory_order_acq_rel)) {
                entry = fresh;
            } else {
                delete fresh;
            }
            break;
        }
    }
    if (entry) site.last.store(entry, std::memory_order_release);
    return site.misses.fetch_add(1, std::memory_order_relaxed) + 1 >= CallSite::kPolymorphic;
}

void invoke_native(Thread& thread, Function& function, Slot* frame) {
    call_native(thread, function, frame);
}

const void* loop_code(Thread& thread, const Instr* header) {
    return thread.vm->tier()->osr_entry(thread, *body_at(header)->function, header);
}

bool run_compiled(Thread& thread, Function& function, Slot* frame) {
    return enter_compiled(thread, function.interp_entry.load(std::memory_order_acquire), frame);
}

Slot* move_frame(Thread& thread, const Function& function, Slot* frame) {
    const std::size_t slots = function.frame_slots.load(std::memory_order_relaxed);
    Slot* moved = frame + slots;
    if (static_cast<std::size_t>(thread.stack_end - frame) < 2 * slots) return frame;
    std::copy_n(frame, slots, moved);
    std::fill_n(frame, slots, 0);
    return moved;
}

bool enter_compiled(Thread& thread, const void* code, Slot* frame) {
    return thread.vm->tier()->enter(thread, code, frame);
}

}  // namespace skua::vm
