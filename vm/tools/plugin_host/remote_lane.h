// The plugin's end of a lane: its conversation with the machine, and the guest objects that it knows.
//
// SkString, SkArray and SkObject are a RemoteRef here: the number under which the machine knows the object,
// and what has been sent of it. They are valid until the call in which they were given returns. A lane
// belongs to one thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "isolate/lane_layout.h"
#include "isolate/turn.h"
#include "remote_values.h"
#include "skua/native.h"

namespace skua::remote {

struct RemoteRef {
    std::uint32_t number = 0;
    isolate::RefKind kind = isolate::RefKind::Null;
    SkKind element = SK_I8;
    std::uint32_t stride = 0;
    std::uint64_t length = 0;
    // A string's bytes; the elements of an array, as the plugin sees them: references are RemoteRef *. Null:
    // not asked for yet.
    std::uint8_t* data = nullptr;
    std::int64_t handle = 0;           // of a resource, once asked for
    std::uint8_t* snapshot = nullptr;  // of an array of primitives or values: as the machine knows it
    const Shape* shape = nullptr;      // of an array of values: of an element, once asked for

    [[nodiscard]] bool is_table() const { return kind == isolate::RefKind::Array && stride == 0; }
};

// What the machine knows a reference by; 0 for null.
inline std::uint64_t number_of(const void* reference) {
    return reference != nullptr ? static_cast<const RemoteRef*>(reference)->number : 0;
}

class RemoteLane {
public:
    // Of a lane that the machine has sent.
    static RemoteLane* open(const isolate::LaneSizes& sizes, int memory, int socket);
    ~RemoteLane();
    RemoteLane(const RemoteLane&) = delete;
    RemoteLane& operator=(const RemoteLane&) = delete;

    SkEnv env;  // first: natives get its address

    static RemoteLane& of(SkEnv* env);  // ends the process if that is not the calling thread's
    static RemoteLane* current();       // the calling thread's; null for threads of the plugin's own

    // Does what the machine asks for until it ends the lane.
    void serve();
    // The calling thread is one that has been attached, and goes on with its own work.
    void begin_attached();
    [[nodiscard]] bool is_attached() const { return attached_; }
    std::uint32_t attachments = 0;  // of this thread, which want their detach
    // Asks the machine, and does meanwhile what it asks for.
    isolate::Message request(isolate::Op op, std::initializer_list<std::uint64_t> words = {});
    isolate::Message request(const isolate::Message& message);
    // Ends the process: the plugin wants what it cannot have here. The machine says why.
    [[noreturn]] void refuse(std::string_view why);

    // Copies a text to where the machine reads it, for the next request. Its offset.
    std::uint64_t say(std::string_view text);
    // Room for such a text.
    char* room(std::uint64_t length, std::uint64_t& offset);
    [[nodiscard]] std::uint8_t* at(std::uint64_t offset) const { return memory_ + offset; }
    int receive_descriptor();

    [[nodiscard]] bool pending() const { return pending_; }
    // After a request that has nothing to do with errors of the guest.
    void restore_pending(bool pending) { pending_ = pending; }
    [[nodiscard]] bool interrupted() const {
        return header_->interrupted.load(std::memory_order_acquire) != 0;
    }

    // Reference `index` of the message that has come.
    RemoteRef* received(unsigned index) { return learn(header_->refs[index]); }
    RemoteRef* learn(const isolate::RefInfo& info);
    // Has its contents sent.
    void fetch(RemoteRef& ref);
    // Of an array's elements; null if they are no values.
    const Shape* element_shape(RemoteRef& ref);
    // Stores a value in the copy of an element, as the machine has in the array.
    void put_element(RemoteRef& ref, std::uint64_t index, const void* value);
    // Before guest code runs, or the call returns: tells what has changed in arrays. How many changes the
    // message that is sent next has.
    std::uint64_t flush();
    // Before guest code runs, or sees an array in another way: the same.
    void tell_changes();
    // After guest code has run.
    void read_again(std::uint64_t count);

private:
    RemoteLane(std::uint8_t* memory, const isolate::LaneSizes& sizes, int socket);
    void learn_elements(RemoteRef& ref, std::uint64_t list);
    void call_values(const isolate::Message& message, isolate::Message& done);
    isolate::Message wait();
    void carry_out(const isolate::Message& message);
    void call(const isolate::Message& message, isolate::Message& done);
    [[nodiscard]] RemoteRef& slot(std::uint32_t number);
    void forget(std::uint32_t beyond);

    static constexpr std::uint32_t kBlock = 256;

    std::uint8_t* memory_;
    isolate::LaneSizes sizes_;
    isolate::LaneHeader* header_;
    int socket_;
    bool pending_ = false;
    bool ended_ = false, attached_ = false;
    std::uint64_t said_ = 0;   // bytes of the upper part that the next request uses
    std::uint32_t known_ = 0;  // the highest number
    std::vector<std::unique_ptr<RemoteRef[]>> blocks_;
    // Numbers of arrays whose elements are here: as bytes; and those that hold references.
    std::vector<std::uint32_t> copied_, tables_;
    isolate::Patience patience_;
};

}  // namespace skua::remote
