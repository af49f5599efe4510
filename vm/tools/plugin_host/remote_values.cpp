#include "remote_values.h"

#include <cstring>
#include <mutex>
#include <set>

#include "remote_lane.h"

namespace skua::remote {

using isolate::Message;

namespace {

const Shape* kept_shape(Shape shape) {
    static std::mutex lock;
    static auto& all = *new std::set<Shape>;
    const std::lock_guard guard(lock);
    return &*all.insert(std::move(shape)).first;
}

}  // namespace

CallShape shapes_at(const RemoteLane& lane, std::uint64_t offset, std::uint64_t length) {
    using namespace isolate;
    CallShape call;
    const auto* word = reinterpret_cast<const std::uint32_t*>(lane.at(offset));
    for (const auto* end = word + length / sizeof *word; word < end;) {
        Shape shape;
        shape.kind = static_cast<vm::NativeKind>(word[kShapeKind]);
        shape.size = word[kShapeSize];
        shape.align = word[kShapeAlign];
        const auto* places = word + kShapeFixed;
        shape.refs.assign(places, places + word[kShapeRefs]);
        word = places + shape.refs.size();
        call.params.push_back(kept_shape(std::move(shape)));
    }
    if (call.params.empty()) return call;
    call.result = call.params.back();
    call.params.pop_back();
    return call;
}

CallShape shapes_in(const RemoteLane& lane, const Message& reply) {
    return shapes_at(lane, reply.words[2], reply.words[3]);
}

void* learn_value(RemoteLane& lane, const Shape& shape, std::uint64_t offset) {
    std::uint8_t* value = lane.at(offset);
    const auto* infos = reinterpret_cast<const isolate::RefInfo*>(value + (shape.size + 7) / 8 * 8);
    for (const std::uint32_t place : shape.refs) {
        const RemoteRef* ref = lane.learn(*infos++);
        std::memcpy(value + place, &ref, sizeof ref);
    }
    return value;
}

void number_value(const Shape& shape, void* value) {
    for (const std::uint32_t place : shape.refs) {
        auto* at = static_cast<std::uint8_t*>(value) + place;
        const void* ref;
        std::memcpy(&ref, at, sizeof ref);
        const std::uint64_t number = number_of(ref);
        std::memcpy(at, &number, sizeof number);
    }
}

std::uint64_t say_value(RemoteLane& lane, const Shape& shape, const void* value) {
    if (value == nullptr) return 0;
    std::uint64_t offset = 0;
    char* to = lane.room(shape.size, offset);
    std::memcpy(to, value, shape.size);
    number_value(shape, to);
    return offset;
}

std::uint64_t say_word(RemoteLane& lane, const Shape& shape, const SkValue& value) {
    if (shape.kind == vm::NativeKind::Value) return say_value(lane, shape, value.data);
    return vm::is_reference_kind(shape.kind) ? number_of(value.object) : value.u64;
}

void learn_word(RemoteLane& lane, const Shape& shape, const Message& reply, SkValue& value) {
    if (shape.kind == vm::NativeKind::Value) {
        const void* result = learn_value(lane, shape, reply.words[3]);
        if (value.data != nullptr) std::memcpy(value.data, result, shape.size);
        return;
    }
    value.u64 = reply.words[3];
    if (vm::is_reference_kind(shape.kind)) value.object = reinterpret_cast<SkObject*>(lane.received(0));
}

}  // namespace skua::remote
