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

std::unique_ptr<Lane> Lane::open(PluginProcess& process, Thread* thread) {
    std::unique_ptr<Lane> lane(new Lane(process, thread));
    return lane->map() ? std::move(lane) : nullptr;
}

bool Lane::map() {
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
        int ends[2];
        bool sent = false;
        if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) == 0) {
            socket_ = ends[0];
            sent = process_.send_lane(sizes_, memory, ends[1]);
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
    while (!patience_.spin(header_->turn, isolate::kPlugin) && !is_mine()) {
        if (process_.is_dead()) return false;
        if (thread_ != nullptr && thread_->interrupted.load(std::memory_order_acquire) &&
            thread_->vm->limits().ends_program()) {
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
    while (!carried_out && wait(give_up_at)) {
        // Each word is read once: what is checked is what is used.
        const Message& shared = header_->message;
        done.op = read_shared(shared.op);
        done.native = 0;
        for (std::size_t i = 0; i < isolate::kMessageWords; i++) done.words[i] = read_shared(shared.words[i]);
        if (done.op == isolate::Op::Done) {
            carried_out = true;
            break;
        }
        Message reply;
        reply.op = isolate::Op::Reply;
        if (!server(*this, done, reply)) {
            process_.kill("was stopped, since it sent what no plugin sends (request " +
                          std::to_string(static_cast<std::uint32_t>(done.op)) + ")");
            break;
        }
        if (process_.is_dead()) break;
        tell(reply);
    }
    depth_--;
    return carried_out;
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

std::string Lane::merge(const isolate::ArrayChange& change) {
    Array* to = array(change.number);
    if (to == nullptr) return "changed an array that it was not given";
    const SkKind kind = host_api().array_kind(nullptr, wrap(to));
    const std::size_t size = to->length * element_bytes(kind);
    const LocalRefs::Copy copy = refs_.copy(static_cast<std::uint32_t>(change.number));
    if (copy.work == 0 || change.low > change.high || change.high > size)
        return "changed what is not in an array";
    if (!merge_array(*to, kind, at(copy.snapshot), at(copy.work), change.low, change.high))
        return "wrote into an array of char what is no character";
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

bool Lane::describe_array(SkEnv* env, Array& array, RefInfo& info, bool contents) {
    const SkKind kind = host_api().array_kind(env, wrap(&array));
    const std::size_t stride = element_bytes(kind);
    info.kind = RefKind::Array;
    info.element = kind;
    info.stride = static_cast<std::uint32_t>(stride);
    info.length = array.length;
    if (stride == 0) {
        if (!contents || kind == SK_VALUE) return true;
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
    const std::size_t bytes = array.length * stride;
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
        const std::size_t bytes = now->length * element_bytes(host_api().array_kind(nullptr, wrap(now)));
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
