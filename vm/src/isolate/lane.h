// The machine's end of a lane: its memory, the conversation on it, and what the other side is told of
// objects.
//
// One guest thread at a time uses a lane, and has the turn whenever it runs code of this file. What the other
// side writes is read once and checked here: whatever it says, only its own process suffers.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "isolate/lane_layout.h"
#include "isolate/local_refs.h"
#include "isolate/plugin_process.h"
#include "isolate/turn.h"
#include "isolate/value_wire.h"
#include "skua/native.h"
#include "skua/vm/thread.h"

namespace skua::vm {

struct ValuePlan;

class Lane {
public:
    // Serves a request of the other side's: fills the reply. False: it is none that an honest one sends; the
    // process is killed.
    using Server = std::function<bool(Lane&, const isolate::Message&, isolate::Message& reply)>;

    // Null if there is no memory, or the process cannot be told of it. `thread`: whose it is, null for the
    // lane on which no guest code is called. `attaches`: by a letter with this token the plugin has asked for
    // the lane, which is for attend; 0: it is for converse.
    static std::unique_ptr<Lane> open(PluginProcess& process, Thread* thread, std::uint64_t attaches = 0);
    ~Lane();
    Lane(const Lane&) = delete;
    Lane& operator=(const Lane&) = delete;

    // Sends a message and serves requests until it is carried out. False: the process is dead. With
    // `patience_ms`, it is killed if that takes longer.
    bool converse(const isolate::Message& message, isolate::Message& done, const Server& server,
                  unsigned patience_ms = 0);
    // The same without an answer, for End, and for what attend is told last.
    void tell(const isolate::Message& message);
    // Of an attached thread: serves requests until it detaches, which `tell` answers, or is dead (false).
    bool attend(const Server& server);

    [[nodiscard]] PluginProcess& process() { return process_; }
    [[nodiscard]] Thread* thread() { return thread_; }
    [[nodiscard]] unsigned depth() const { return depth_; }
    // The innermost lane of this process on which the calling thread converses; null if there is none.
    static Lane* current(const PluginProcess& process);

    // The native with values that is being called; null: none, or another.
    const ValuePlan* called = nullptr;
    // Reads letters that were sent before a message.
    std::function<void(std::uint32_t)> catch_up;

    // ---- what the other side has sent ----
    // Bytes of its upper part, where they lie: they may change at any time. Null if they are not all in
    // there.
    [[nodiscard]] const char* upper(std::uint64_t offset, std::uint64_t length) const;
    // A copy of a short text; none if it is not there, or too long.
    [[nodiscard]] std::optional<std::string> text(std::uint64_t offset, std::uint64_t length) const;
    [[nodiscard]] isolate::ArrayChange change(unsigned index) const;

    // ---- what it is told ----
    // Describes an object, null included. False: OutOfMemoryError is pending.
    bool describe(SkEnv* env, Object* object, isolate::RefInfo& info, bool contents);
    // The same as reference `index` of the message that is sent next.
    bool put(SkEnv* env, unsigned index, Object* object);
    // A value of this memory; where it lies then, 0: OutOfMemoryError is pending.
    std::uint64_t put_value(SkEnv* env, const ValueShape& shape, const void* memory);
    // Where the plugin puts a value of this shape, all zero; 0: the same.
    std::uint64_t put_room(SkEnv* env, const ValueShape& shape);
    // What it has put there, with numbers, to memory of this process alone.
    void take_room(std::uint64_t offset, const ValueShape& shape, void* memory) const;
    // Bytes for the other side, until the call in progress has returned. 0: there is no room.
    std::uint64_t put_bytes(const void* bytes, std::size_t length);
    bool send_descriptor(int descriptor);
    // After guest code has run: arrays that it has changed, as words of the next message. Returns how many.
    std::uint64_t refresh();

    LocalRefs& refs() { return refs_; }
    // The array of this number; null if that is no array.
    [[nodiscard]] Array* array(std::uint64_t number) const;
    // Puts what the plugin has changed into an array. Empty, or what is wrong.
    std::string merge(const isolate::ArrayChange& change);
    // Of elements that are structs, tuples or nullable; null: they are not, or cannot be looked at.
    static const ValueShape* element_shape(SkEnv* env, Array& array);

    // What a call takes of the lane is given back at its end.
    struct Mark {
        std::uint32_t refs;
        std::uint64_t used;
    };
    [[nodiscard]] Mark mark() const { return {refs_.count(), used_}; }
    void back_to(const Mark& mark);

private:
    Lane(PluginProcess& process, Thread* thread) : process_(process), thread_(thread) {}
    bool map(std::uint64_t attaches);
    void hear(isolate::Message& heard);
    // False: `heard` is none that an honest one sends, or the process is dead.
    bool answer(const isolate::Message& heard, const Server& server);
    bool wait(std::int64_t give_up_at);
    // `length` bytes in the lower part, aligned to 64; 0 if there is no room.
    std::uint64_t take(std::uint64_t length);
    [[nodiscard]] std::uint8_t* at(std::uint64_t offset) const { return memory_ + offset; }
    bool describe_array(SkEnv* env, Array& array, isolate::RefInfo& info, bool contents);
    bool describe_table(SkEnv* env, Array& array, isolate::RefInfo& info);
    bool describe_values(SkEnv* env, Array& array, isolate::RefInfo& info);

    static constexpr std::size_t kEagerString = 64 << 10, kEagerArray = 4096;  // bytes sent unasked

    PluginProcess& process_;
    Thread* thread_;
    isolate::LaneSizes sizes_;
    std::uint8_t* memory_ = nullptr;
    isolate::LaneHeader* header_ = nullptr;
    int socket_ = -1;
    std::uint64_t used_ = 0, most_used_ = 0;  // of the lower part
    // Contents of an older object's, which a call within its own asked for, lie up to here.
    std::uint64_t kept_ = 0;
    std::vector<std::uint32_t> copied_;  // arrays that have copies
    unsigned depth_ = 0;
    bool attached_ = false;
    LocalRefs refs_;
    isolate::Patience patience_;
    std::int64_t told_to_end_at_ = 0;  // when the plugin was told that the program ends; 0: not
};

}  // namespace skua::vm
