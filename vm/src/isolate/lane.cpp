#include "isolate/lane.h"

#include <algorithm>
#include <cstring>
#include <ctime>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "isolate/array_merge.h"
#include "native/host_support.h"

namespace skua::vm {

using isolate::Message;
using isolate::RefInfo;
using isolate::RefKind;

namespace {

constexpr unsigned kLookAfter = 50;  // milliseconds: how often who waits looks around
constexpr std::int64_t kGraceOfPlugins =
    500'000'000;                                 // for a plugin that is told to end; the machine's own is 1 s
constexpr std::uint64_t kKeep = 16 << 20;        // bytes of a lane that stay allocated between calls
constexpr std::uint64_t kLongestText = 1 << 20;  // a class, a message, a path
constexpr std::uint64_t kAlignment = 64;

std::int64_t nanos_now() {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * std::int64_t{1'000'000'000} + now.tv_nsec;
}

// The lanes on which this thread converses, innermost first.
struct Conversation {
    Lane* lane;
    Conversation* outer;
};
thread_local Conversation* conversations = nullptr;

class ConversationScope {
public:
    explicit ConversationScope(Lane& lane) : here_{&lane, conversations} { conversations = &here_; }
    ~ConversationScope() { conversations = here_.outer; }
    ConversationScope(const ConversationScope&) = delete;
    ConversationScope& operator=(const ConversationScope&) = delete;

private:
    Conversation here_;
};

// Memory that both processes map. Its size is fixed for ever, so that no access can fail.
int make_memory(std::uint64_t bytes) {
    const int memory = memfd_create("skua-plugin", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (memory < 0) return -1;
    if (ftruncate(memory, static_cast<off_t>(bytes)) == 0 &&
        fcntl(memory, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) == 0)
        return memory;
    close(memory);
    return -1;
}

// A word that the other side may write at any time, read once.
template <typename T>
T read_shared(const T& word) {
    static_assert(sizeof(T) <= 8);
    T value;
    __atomic_load(const_cast<T*>(&word), &value, __ATOMIC_RELAXED);
    return value;
}

}  // namespace

Lane* Lane::current(const PluginProcess& process) {
    for (Conversation* c = conversations; c != nullptr; c = c->outer)
        if (&c->lane->process_ == &process) return c->lane;
    return nullptr;
}

std::unique_ptr<Lane> Lane::open(PluginProcess& process, Thread* thread, std::uint64_t attaches) {
    std::unique_ptr<Lane> lane(new Lane(process, thread));
    return lane->map(attaches) ? std::move(lane) : nullptr;
}

bool Lane::map(std::uint64_t attaches) {
    // Pages are given when they are touched: room for all that the heap may hold costs nothing. Where
    // addresses are limited, less must do.
    const std::uint64_t heap = gc::heap_limit();
    for (const isolate::LaneSizes sizes :
         {isolate::LaneSizes{std::uint64_t{4} << 30, std::max(std::uint64_t{4} << 30, 2 * heap + heap / 2)},
          isolate::LaneSizes{std::uint64_t{256} << 20, std::uint64_t{512} << 20},
          isolate::LaneSizes{std::uint64_t{8} << 20, std::uint64_t{24} << 20}}) {
        sizes_ = sizes;
        sizes_.lower = sizes_.lower / 4096 * 4096;
        const int memory = make_memory(sizes_.total());
        if (memory < 0) continue;
        void* mapped =
            mmap(nullptr, sizes_.total(), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, memory, 0);
        if (mapped == MAP_FAILED) {
            close(memory);
            continue;
        }
        memory_ = static_cast<std::uint8_t*>(mapped);
        header_ = new (mapped) isolate::LaneHeader{};
        attached_ = attaches != 0;
        if (attached_) header_->turn.store(isolate::kPlugin, std::memory_order_relaxed);
        int ends[2];
        bool sent = false;
        if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) == 0) {
            socket_ = ends[0];
            isolate::Control control;
            control.kind = attached_ ? isolate::ControlKind::AttachedLane : isolate::ControlKind::Lane;
            control.token = attaches;
            control.sizes = sizes_;
            const int descriptors[] = {memory, ends[1]};
            sent = process_.send_control(control, descriptors);
            close(ends[1]);
        }
        close(memory);
        if (!sent) {
            process_.kill("could not be reached");
            return false;
        }
        process_.add_lane(header_);
        return true;
    }
    return false;
}

Lane::~Lane() {
    if (socket_ >= 0) {
        process_.drop_lane(header_);
        close(socket_);
    }
    if (memory_ != nullptr) munmap(memory_, sizes_.total());
}

// ---- the conversation ------------------------------------------------------------------------------------

bool Lane::wait(std::int64_t give_up_at) {
    const auto is_mine = [&] {
        return (header_->turn.load(std::memory_order_acquire) & isolate::kWhose) != isolate::kPlugin;
    };
    // Code of the plugin's own, on a thread of its own, may take as long as it likes.
    const bool own_code = attached_ && depth_ == 1;
    while (!patience_.spin(header_->turn, isolate::kPlugin) && !is_mine()) {
        if (process_.is_dead()) return false;
        const bool ends = thread_ != nullptr && thread_->interrupted.load(std::memory_order_acquire) &&
                          thread_->vm->limits().ends_program();
        if (ends && own_code) {
            header_->interrupted.store(1, std::memory_order_release);
        } else if (ends) {
            const std::int64_t now = nanos_now();
            if (told_to_end_at_ == 0) told_to_end_at_ = now;
            header_->interrupted.store(1, std::memory_order_release);
            process_.wake_thread(header_->thread.load(std::memory_order_relaxed));
            if (now - told_to_end_at_ > kGraceOfPlugins) process_.kill("did not return in time");
        }
        if (give_up_at != 0 && nanos_now() > give_up_at) process_.kill("did not answer in time");
        isolate::sleep_while(header_->turn, isolate::kPlugin, told_to_end_at_ != 0 ? 5 : kLookAfter);
    }
    return !process_.is_dead();
}

void Lane::tell(const Message& message) {
    header_->message = message;
    isolate::give_turn(header_->turn, isolate::kPlugin);
}

void Lane::hear(Message& heard) {
    // Each word is read once: what is checked is what is used.
    const Message& shared = header_->message;
    heard.op = read_shared(shared.op);
    heard.native = read_shared(shared.native);
    for (std::size_t i = 0; i < isolate::kMessageWords; i++) heard.words[i] = read_shared(shared.words[i]);
    if (heard.native != 0 && catch_up) catch_up(heard.native);
}

bool Lane::answer(const Message& heard, const Server& server) {
    Message reply;
    reply.op = isolate::Op::Reply;
    if (!server(*this, heard, reply)) {
        process_.kill("was stopped, since it sent what no plugin sends (request " +
                      std::to_string(static_cast<std::uint32_t>(heard.op)) + ")");
        return false;
    }
    if (process_.is_dead()) return false;
    tell(reply);
    return true;
}

bool Lane::converse(const Message& message, Message& done, const Server& server, unsigned patience_ms) {
    const ConversationScope scope(*this);
    const std::int64_t give_up_at =
        patience_ms == 0 ? 0 : nanos_now() + patience_ms * std::int64_t{1'000'000};
    if (depth_++ == 0 && told_to_end_at_ != 0) {  // the host program has gone on with it
        told_to_end_at_ = 0;
        header_->interrupted.store(0, std::memory_order_relaxed);
    }
    tell(message);
    bool carried_out = false;
    while (wait(give_up_at)) {
        hear(done);
        carried_out = done.op == isolate::Op::Done;
        if (carried_out || !answer(done, server)) break;
    }
    depth_--;
    return carried_out;
}

bool Lane::attend(const Server& server) {
    const ConversationScope scope(*this);
    depth_++;
    bool detached = false;
    Message heard;
    while (wait(0)) {
        hear(heard);
        detached = heard.op == isolate::Op::Detach;
        if (detached || !answer(heard, server)) break;
        if (depth_ == 1 && !thread_->vm->limits().ends_program()) {
            told_to_end_at_ = 0;
            header_->interrupted.store(0, std::memory_order_relaxed);
        }
    }
    depth_--;
    return detached;
}

// ---- what the other side has sent
// ------------------------------------------------------------------------------

const char* Lane::upper(std::uint64_t offset, std::uint64_t length) const {
    if (offset < isolate::kHeaderBytes || offset > isolate::kHeaderBytes + sizes_.upper ||
        length > isolate::kHeaderBytes + sizes_.upper - offset)
        return nullptr;
    return reinterpret_cast<const char*>(at(offset));
}

std::optional<std::string> Lane::text(std::uint64_t offset, std::uint64_t length) const {
    const char* bytes = upper(offset, length);
    if (bytes == nullptr || length > kLongestText) return std::nullopt;
    return std::string(bytes, length);
}

isolate::ArrayChange Lane::change(unsigned index) const {
    const isolate::ArrayChange& shared = header_->changes[index];
    return {read_shared(shared.number), read_shared(shared.low), read_shared(shared.high)};
}

Array* Lane::array(std::uint64_t number) const {
    Object* object = refs_.object(number);
    return object != nullptr && object->cls->kind == ClassKind::Array ? static_cast<Array*>(object) : nullptr;
}

namespace {

std::size_t bytes_of(const Array& array) {
    return array.length * array.cls->element->size;
}

}  // namespace

const ValueShape* Lane::element_shape(SkEnv* env, Array& array) {
    if (host_api().array_kind(env, wrap(&array)) != SK_VALUE) return nullptr;
    auto shape = registry_of(env).members().element(*thread_of(env).vm, *array.cls);
    return shape ? *shape : nullptr;
}

std::string Lane::merge(const isolate::ArrayChange& change) {
    Array* to = array(change.number);
    if (to == nullptr || thread_ == nullptr) return "changed an array that it was not given";
    auto* env = reinterpret_cast<SkEnv*>(&thread_->native_env);
    const SkKind kind = host_api().array_kind(env, wrap(to));
    const LocalRefs::Copy copy = refs_.copy(static_cast<std::uint32_t>(change.number));
    if (copy.work == 0 || change.low > change.high || change.high > bytes_of(*to))
        return "changed what is not in an array";
    if (kind == SK_VALUE) {
        const ValueShape* shape = element_shape(env, *to);
        if (shape == nullptr) return "changed an array that cannot be looked at";
        const std::string wrong =
            merge_values(*to, *shape, at(copy.snapshot), at(copy.work), change.low, change.high);
        if (!wrong.empty())
            return "wrote into an array of " + type_text(to->cls->element_type) + " one that " + wrong;
    } else if (!merge_array(*to, kind, at(copy.snapshot), at(copy.work), change.low, change.high)) {
        return "wrote into an array of char what is no character";
    }
    // As the plugin sees it, which is what the next change is compared with.
    std::memcpy(at(copy.snapshot) + change.low, at(copy.work) + change.low, change.high - change.low);
    return {};
}

// ---- what it is told
// ----------------------------------------------------------------------------------------------

std::uint64_t Lane::take(std::uint64_t length) {
    if (length > sizes_.lower - used_) return 0;
    const std::uint64_t offset = sizes_.lower_start() + used_;
    const std::uint64_t whole = (length + kAlignment - 1) / kAlignment * kAlignment;
    used_ = std::min(sizes_.lower, used_ + whole);
    most_used_ = std::max(most_used_, used_);
    return offset;
}

std::uint64_t Lane::put_bytes(const void* bytes, std::size_t length) {
    const std::uint64_t offset = take(length + 1);
    if (offset == 0) return 0;
    if (length != 0) std::memcpy(at(offset), bytes, length);
    *at(offset + length) = 0;
    return offset;
}

namespace {

bool no_room(SkEnv* env) {
    throw_error(thread_of(env), "std.core.OutOfMemoryError",
                "there is no room for what the isolated plugin asks for in one call");
    return false;
}

}  // namespace

std::uint64_t Lane::put_room(SkEnv* env, const ValueShape& shape) {
    const std::uint64_t offset = take(shape.layout->size);
    if (offset == 0) return no_room(env);
    std::memset(at(offset), 0, shape.layout->size);
    return offset;
}

void Lane::take_room(std::uint64_t offset, const ValueShape& shape, void* memory) const {
    std::memcpy(memory, at(offset), shape.layout->size);
}

std::uint64_t Lane::put_value(SkEnv* env, const ValueShape& shape, const void* memory) {
    const Layout& layout = *shape.layout;
    const std::uint64_t infos_at = (layout.size + 7) / 8 * 8;
    std::uint64_t count = 0;
    each_reference(layout, [&](std::uint32_t) { count++; });
    const std::uint64_t offset = take(infos_at + count * sizeof(RefInfo));
    if (offset == 0) return no_room(env);
    std::memcpy(at(offset), memory, layout.size);
    bool described = true;
    std::uint64_t info_at = offset + infos_at;
    each_reference(layout, [&](std::uint32_t place) {
        Object* object = nullptr;
        std::memcpy(&object, static_cast<const std::uint8_t*>(memory) + place, sizeof object);
        RefInfo info;
        described = described && describe(env, object, info, false);
        const std::uint64_t number = info.number;
        std::memcpy(at(offset) + place, &number, sizeof number);
        std::memcpy(at(info_at), &info, sizeof info);
        info_at += sizeof info;
    });
    return described ? offset : 0;
}

bool Lane::describe(SkEnv* env, Object* object, RefInfo& info, bool contents) {
    info = {};
    if (object == nullptr) return true;
    bool is_new = false;
    info.number = refs_.number_of(object, is_new);
    if (info.number == 0) return no_room(env);
    if (object->cls->kind == ClassKind::Array)
        return describe_array(env, *static_cast<Array*>(object), info, contents);
    info.kind = RefKind::Object;
    if (object->cls->kind != ClassKind::String) return true;
    const auto& string = *static_cast<const String*>(object);
    info.kind = RefKind::String;
    info.length = string.length;
    // Of one that it has been told of before, it has the contents, or asks.
    if (!contents && (!is_new || string.length > kEagerString)) return true;
    info.data = put_bytes(string.chars(), string.length);
    if (!is_new) kept_ = used_;
    return info.data != 0 || !contents || no_room(env);
}

// Of references: told one by one.
bool Lane::describe_table(SkEnv* env, Array& array, RefInfo& info) {
    const std::uint64_t list = take(array.length * sizeof(RefInfo) + 1);
    if (list == 0) return no_room(env);
    for (std::uint64_t i = 0; i < array.length; i++) {
        RefInfo element;
        if (!describe(env, array.elements<Object*>()[i], element, false)) return false;
        std::memcpy(at(list) + i * sizeof(RefInfo), &element, sizeof element);
    }
    info.data = list;  // read at once
    return true;
}

// Of values that hold references: the elements as they are now, and behind them what they refer to.
bool Lane::describe_values(SkEnv* env, Array& array, RefInfo& info) {
    const Layout& layout = *array.cls->element;
    const std::size_t bytes = bytes_of(array);
    std::uint64_t places = 0;
    each_reference(layout, [&](std::uint32_t) { places++; });
    LocalRefs::Copy copy = refs_.copy(info.number);
    if (copy.work == 0) {
        copy = {take(bytes + 1), take(bytes + 1)};
        if (copy.snapshot == 0 || copy.work == 0) return no_room(env);
        refs_.copy(info.number) = copy;
    }
    const std::uint64_t list = take(array.length * places * sizeof(RefInfo) + 1);
    if (list == 0) return no_room(env);
    std::memcpy(at(copy.snapshot), array.data(), bytes);
    std::uint64_t info_at = list;
    bool described = true;
    for (std::uint64_t i = 0; i < array.length && described; i++)
        each_reference(layout, [&](std::uint32_t place) {
            Object* object = nullptr;
            std::memcpy(&object, array.data() + i * layout.size + place, sizeof object);
            RefInfo element;
            described = described && describe(env, object, element, false);
            std::memcpy(at(info_at), &element, sizeof element);
            info_at += sizeof element;
        });
    info.data = copy.snapshot;
    info.work = copy.work;
    info.list = list;
    kept_ = used_;
    return described;
}

bool Lane::describe_array(SkEnv* env, Array& array, RefInfo& info, bool contents) {
    const SkKind kind = host_api().array_kind(env, wrap(&array));
    const bool is_table = kind == SK_STRING || kind == SK_REFERENCE;
    info.kind = RefKind::Array;
    info.element = kind;
    info.stride = is_table ? 0 : array.cls->element->size;
    info.length = array.length;
    const bool has_refs = array.cls->element->has_refs;
    if (has_refs && !contents) return true;
    if (has_refs) return is_table ? describe_table(env, array, info) : describe_values(env, array, info);
    const std::size_t bytes = bytes_of(array);
    LocalRefs::Copy& copy = refs_.copy(info.number);
    if (copy.work == 0) {
        if (!contents && bytes > kEagerArray) return true;
        copy.snapshot = take(bytes + 1);
        copy.work = take(bytes + 1);
        if (copy.snapshot == 0 || copy.work == 0) {
            copy = {};
            return no_room(env);
        }
        std::memcpy(at(copy.snapshot), array.data(), bytes);
        info.data = copy.snapshot;  // to be copied to `work`
        copied_.push_back(info.number);
        if (contents) kept_ = used_;
    }
    info.work = copy.work;
    return true;
}

bool Lane::put(SkEnv* env, unsigned index, Object* object) {
    RefInfo info;
    if (!describe(env, object, info, false)) return false;
    header_->refs[index] = info;
    return true;
}

bool Lane::send_descriptor(int descriptor) {
    const char byte = 0;
    return send_descriptors(socket_, &byte, 1, &descriptor, 1);
}

std::uint64_t Lane::refresh() {
    std::uint64_t changed = 0;
    for (const std::uint32_t number : copied_) {
        const LocalRefs::Copy copy = refs_.copy(number);
        Array* now = array(number);
        const std::size_t bytes = bytes_of(*now);
        if (std::memcmp(now->data(), at(copy.snapshot), bytes) == 0) continue;
        std::memcpy(at(copy.snapshot), now->data(), bytes);
        if (changed < isolate::kMaxChanges) header_->changes[changed].number = number;
        changed++;
    }
    return changed <= isolate::kMaxChanges ? changed : isolate::kReadAllAgain;
}

void Lane::back_to(const Mark& mark) {
    refs_.shorten(mark.refs);
    std::erase_if(copied_, [&](std::uint32_t number) { return number > mark.refs; });
    if (mark.refs == 0) kept_ = 0;
    used_ = std::max(mark.used, kept_);
    if (depth_ != 0 || most_used_ <= kKeep) return;
    madvise(at(sizes_.lower_start() + kKeep), most_used_ - kKeep, MADV_REMOVE);
    most_used_ = used_;
}

}  // namespace skua::vm
