// What a native ends later than the call that began it, on any thread: std.native.Completion.
//
// Three know of one: the guest's object, through a handle that it owns; the plugin, as an SkCompletion that
// it ends by completing or dropping it; and who waits. The state is shared, so that each may go first, the
// machine included.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "native/root_table.h"
#include "native/value_shape.h"

namespace skua::vm {

// One lock and one condition for all of a machine, so that waiting for several is waiting.
struct CompletionHub {
    std::mutex lock;
    std::condition_variable changed;
    RootTable roots;

    void wake() {
        const std::lock_guard guard(lock);
        changed.notify_all();
    }
};

struct CompletionState {
    enum class Status : std::uint8_t { New, Begun, Done };
    enum class Payload : std::uint8_t { Integer, Float, Text, Bytes, Slots, Error };
    explicit CompletionState(std::shared_ptr<CompletionHub> of, ValueShape of_value)
        : hub(std::move(of)), shape(std::move(of_value)) {}
    ~CompletionState();
    CompletionState(const CompletionState&) = delete;
    CompletionState& operator=(const CompletionState&) = delete;

    const std::shared_ptr<CompletionHub> hub;
    const ValueShape shape;  // of T
    // Under the hub's lock, until it is done.
    Status status = Status::New;
    bool wanted = true;
    Payload payload = Payload::Integer;
    std::int64_t integer = 0;
    double number = 0;
    std::string text, error_class;
    std::vector<Slot> slots;
    std::vector<std::pair<std::size_t, SkRoot*>> roots;  // of the references among the slots
};

}  // namespace skua::vm

struct SkCompletion {
    std::shared_ptr<skua::vm::CompletionState> state;
};
