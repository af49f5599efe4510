#include "remote_lane.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "remote_plugin.h"

namespace skua::remote {

using isolate::Message;
using isolate::Op;
using isolate::RefInfo;
using isolate::RefKind;

namespace {

thread_local RemoteLane* current_lane = nullptr;

}  // namespace

RemoteLane::RemoteLane(std::uint8_t* memory, const isolate::LaneSizes& sizes, int socket)
    : env{&remote_api()},
      memory_(memory),
      sizes_(sizes),
      header_(reinterpret_cast<isolate::LaneHeader*>(memory)),
      socket_(socket) {}

RemoteLane* RemoteLane::open(const isolate::LaneSizes& sizes, int memory, int socket) {
    void* mapped =
        mmap(nullptr, sizes.total(), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, memory, 0);
    close(memory);
    if (mapped == MAP_FAILED) _exit(71);
    return new RemoteLane(static_cast<std::uint8_t*>(mapped), sizes, socket);
}

RemoteLane::~RemoteLane() {
    if (current_lane == this) current_lane = nullptr;
    forget(0);
    close(socket_);
    munmap(memory_, sizes_.total());
}

RemoteLane* RemoteLane::current() {
    return current_lane;
}

RemoteLane& RemoteLane::of(SkEnv* env) {
    auto& lane = *reinterpret_cast<RemoteLane*>(env);
    if (&lane != current_lane) {
        std::fputs("skua-plugin-host: a plugin used an SkEnv on a thread that it does not belong to\n",
                   stderr);
        std::abort();
    }
    return lane;
}

Message RemoteLane::wait() {
    while (!patience_.spin(header_->turn, isolate::kMachine))
        if ((header_->turn.load(std::memory_order_acquire) & isolate::kWhose) == isolate::kMachine)
            isolate::sleep_while(header_->turn, isolate::kMachine, 0);
    if ((header_->turn.load(std::memory_order_acquire) & isolate::kWhose) == isolate::kDead) _exit(0);
    return header_->message;
}

void RemoteLane::serve() {
    current_lane = this;
    header_->thread.store(static_cast<std::uint32_t>(syscall(SYS_gettid)), std::memory_order_relaxed);
    while (!ended_) carry_out(wait());
}

void RemoteLane::begin_attached() {
    current_lane = this;
    attached_ = true;
    header_->thread.store(static_cast<std::uint32_t>(syscall(SYS_gettid)), std::memory_order_relaxed);
}

Message RemoteLane::request(const Message& message) {
    header_->message = message;
    header_->message.native = letters_sent();
    isolate::give_turn(header_->turn, isolate::kMachine);
    said_ = 0;
    while (true) {
        const Message answer = wait();
        if (answer.op == Op::Reply) {
            pending_ = answer.words[1] != 0;
            return answer;
        }
        carry_out(answer);
    }
}

Message RemoteLane::request(Op op, std::initializer_list<std::uint64_t> words) {
    Message message;
    message.op = op;
    std::copy(words.begin(), words.end(), message.words);
    return request(message);
}

void RemoteLane::refuse(std::string_view why) {
    const std::uint64_t text = say(why);
    request(Op::Refuse, {text, why.size()});
    _exit(0);  // the machine has ended this process
}

void RemoteLane::carry_out(const Message& message) {
    Message done;
    done.op = Op::Done;
    switch (message.op) {
        case Op::Call:
            call(message, done);
            break;
        case Op::CallValues:
            call_values(message, done);
            break;
        case Op::Load: {
            bool good = false;
            const std::string answer = load_plugin(message.words, good);
            done.words[0] = good;
            done.words[1] = say(answer);
            done.words[2] = answer.size();
            said_ = 0;
            break;
        }
        case Op::CloseHandle:
            close_handle(static_cast<std::int64_t>(message.words[0]));
            break;
        case Op::RunHook:
            reinterpret_cast<SkHook>(message.words[0])(reinterpret_cast<void*>(message.words[1]));
            break;
        case Op::Unload:
            unload_plugin();
            std::fflush(nullptr);
            break;
        case Op::Flush:
            std::fflush(nullptr);
            break;
        case Op::End:
            ended_ = true;
            return;
        default:
            std::abort();  // another protocol
    }
    done.native = letters_sent();
    header_->message = done;
    isolate::give_turn(header_->turn, isolate::kMachine);
}

void RemoteLane::call(const Message& message, Message& done) {
    const RemoteNative& native = plugin_native(message.native);
    const vm::NativeSignature& signature = native.plan.signature;
    const std::uint32_t known_before = known_;
    const bool pending_before = pending_;
    pending_ = false;
    vm::Slot slots[vm::kMaxNativeParams] = {};
    for (unsigned i = 0; i < signature.param_count; i++)
        slots[i] = vm::is_reference_kind(signature.params[i]) ? reinterpret_cast<vm::Slot>(received(i))
                                                              : message.words[i];
    read_again(message.words[vm::kMaxNativeParams]);
    const vm::Slot result = vm::call_c_function(native.function, native.plan, &env, slots);
    done.words[0] = result;
    if (vm::is_reference_kind(signature.result)) {
        const auto* ref = reinterpret_cast<const RemoteRef*>(result);
        done.words[0] = ref != nullptr && !pending_ ? ref->number : 0;
    }
    done.words[1] = flush();
    forget(known_before);
    pending_ = pending_before;
}

namespace {

const RemoteValues& values_of(RemoteLane& lane, RemoteNative& native) {
    if (const RemoteValues* known = native.values.load(std::memory_order_acquire)) return *known;
    auto made = std::make_unique<RemoteValues>();
    made->shape = shapes_in(lane, lane.request(Op::NativeShapes));
    if (made->shape.result == nullptr) lane.refuse("there is no room for what it is called with");
    vm::NativeSignature signature;
    for (const Shape* shape : made->shape.params) signature.params[signature.param_count++] = shape->kind;
    signature.result = made->shape.result->kind;
    if (signature.result == vm::NativeKind::Value) {
        signature.params[signature.param_count++] = vm::NativeKind::Value;
        signature.result = vm::NativeKind::Void;
    }
    made->plan = vm::plan_call(signature);
    // Two threads may have made one each; natives stay as long as the process.
    const RemoteValues* none = nullptr;
    if (!native.values.compare_exchange_strong(none, made.get(), std::memory_order_acq_rel)) return *none;
    return *made.release();
}

}  // namespace

void RemoteLane::call_values(const Message& message, Message& done) {
    RemoteNative& native = plugin_native(message.native);
    const std::uint32_t known_before = known_;
    const bool pending_before = pending_;
    pending_ = false;
    const RemoteValues& values = values_of(*this, native);
    vm::Slot slots[vm::kMaxNativeParams] = {};
    for (unsigned i = 0; i < values.shape.params.size(); i++) {
        const Shape& shape = *values.shape.params[i];
        if (vm::is_reference_kind(shape.kind))
            slots[i] = reinterpret_cast<vm::Slot>(received(i));
        else if (shape.kind == vm::NativeKind::Value)
            slots[i] = reinterpret_cast<vm::Slot>(learn_value(*this, shape, message.words[i]));
        else
            slots[i] = message.words[i];
    }
    const Shape& result = *values.shape.result;
    void* place = nullptr;
    if (result.kind == vm::NativeKind::Value) {
        place = at(message.words[values.shape.params.size()]);
        slots[values.shape.params.size()] = reinterpret_cast<vm::Slot>(place);
    }
    read_again(message.words[vm::kMaxNativeParams]);
    done.words[0] = vm::call_c_function(native.function, values.plan, &env, slots);
    if (pending_) {
        done.words[0] = 0;
    } else if (place != nullptr) {
        number_value(result, place);
    } else if (vm::is_reference_kind(result.kind)) {
        done.words[0] = number_of(reinterpret_cast<const void*>(done.words[0]));
    }
    done.words[1] = flush();
    forget(known_before);
    pending_ = pending_before;
}

// ---- texts and descriptors
// ---------------------------------------------------------------------------------

char* RemoteLane::room(std::uint64_t length, std::uint64_t& offset) {
    if (length > sizes_.upper - said_) refuse("it sends more at once than there is room for");
    offset = isolate::kHeaderBytes + said_;
    said_ += length;
    return reinterpret_cast<char*>(at(offset));
}

std::uint64_t RemoteLane::say(std::string_view text) {
    std::uint64_t offset = 0;
    char* to = room(text.size(), offset);
    if (!text.empty()) std::memcpy(to, text.data(), text.size());
    return offset;
}

int RemoteLane::receive_descriptor() {
    char byte = 0;
    iovec part{&byte, 1};
    alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    ssize_t n;
    do n = recvmsg(socket_, &message, MSG_CMSG_CLOEXEC);
    while (n < 0 && errno == EINTR);
    const cmsghdr* header = CMSG_FIRSTHDR(&message);
    if (n != 1 || header == nullptr || header->cmsg_type != SCM_RIGHTS) {
        errno = EMFILE;
        return -1;
    }
    int descriptor = -1;
    std::memcpy(&descriptor, CMSG_DATA(header), sizeof descriptor);
    return descriptor;
}

// ---- objects
// ------------------------------------------------------------------------------------------------

RemoteRef& RemoteLane::slot(std::uint32_t number) {
    const std::uint32_t index = number - 1;
    while (index / kBlock >= blocks_.size()) blocks_.push_back(std::make_unique<RemoteRef[]>(kBlock));
    return blocks_[index / kBlock][index % kBlock];
}

void RemoteLane::forget(std::uint32_t beyond) {
    std::erase_if(copied_, [&](std::uint32_t number) { return number > beyond; });
    std::erase_if(tables_, [&](std::uint32_t number) {
        if (number > beyond && slot(number).is_table()) std::free(slot(number).data);
        return number > beyond;
    });
    known_ = std::min(known_, beyond);
}

RemoteRef* RemoteLane::learn(const RefInfo& info) {
    if (info.number == 0) return nullptr;
    while (known_ < info.number) slot(++known_) = {};
    RemoteRef& ref = slot(info.number);
    if (ref.kind == RefKind::Null) {
        ref.number = info.number;
        ref.kind = info.kind;
        ref.element = static_cast<SkKind>(info.element);
        ref.stride = info.stride;
        ref.length = info.length;
    }
    if (info.data == 0 || ref.is_table()) return &ref;
    if (ref.kind == RefKind::String) {
        ref.data = at(info.data);
        return &ref;
    }
    const bool known = ref.data != nullptr;
    ref.snapshot = at(info.data);
    ref.data = at(info.work);
    std::memcpy(ref.data, ref.snapshot, ref.length * ref.stride);
    if (!known) copied_.push_back(ref.number);
    return &ref;
}

// Elements that hold references: in both copies, so that they count as unchanged.
void RemoteLane::learn_elements(RemoteRef& ref, std::uint64_t list) {
    const auto* infos = reinterpret_cast<const RefInfo*>(at(list));
    for (std::uint64_t i = 0; i < ref.length; i++)
        for (const std::uint32_t place : ref.shape->refs) {
            const RemoteRef* element = learn(*infos++);
            const std::uint64_t offset = i * ref.stride + place;
            std::memcpy(ref.data + offset, &element, sizeof element);
            std::memcpy(ref.snapshot + offset, &element, sizeof element);
        }
}

const Shape* RemoteLane::element_shape(RemoteRef& ref) {
    if (ref.shape != nullptr || ref.kind != RefKind::Array || ref.element != SK_VALUE) return ref.shape;
    const Message reply = request(Op::ElementShape, {ref.number});
    if (reply.words[0] != 0) ref.shape = shapes_in(*this, reply).result;
    return ref.shape;
}

void RemoteLane::put_element(RemoteRef& ref, std::uint64_t index, const void* value) {
    if (ref.data == nullptr) return;
    std::memmove(ref.data + index * ref.stride, value, ref.stride);
    std::memcpy(ref.snapshot + index * ref.stride, ref.data + index * ref.stride, ref.stride);
}

void RemoteLane::fetch(RemoteRef& ref) {
    const bool pending_before = pending_;
    const Message reply = request(Op::Fetch, {ref.number});
    if (reply.words[0] == 0) refuse("there is no room for all that it looks at in one call");
    pending_ = pending_before;
    RefInfo info;
    info.number = ref.number;
    info.data = reply.words[2];
    info.work = reply.words[3];
    if (!ref.is_table()) {
        const bool known = ref.data != nullptr;
        const std::uint64_t list = reply.words[5];
        if (list != 0) ref.shape = shapes_at(*this, reply.words[6], reply.words[7]).result;
        learn(info);
        if (list == 0) return;
        learn_elements(ref, list);
        if (!known) tables_.push_back(ref.number);
        return;
    }
    const auto* list = reinterpret_cast<const RefInfo*>(at(info.data));
    if (ref.data == nullptr) {
        auto** table = static_cast<RemoteRef**>(std::calloc(ref.length + 1, sizeof(RemoteRef*)));
        if (table == nullptr) refuse("it has no memory");
        ref.data = reinterpret_cast<std::uint8_t*>(table);
        tables_.push_back(ref.number);
    }
    auto** table = reinterpret_cast<RemoteRef**>(ref.data);
    for (std::uint64_t i = 0; i < ref.length; i++) table[i] = learn(list[i]);
}

std::uint64_t RemoteLane::flush() {
    constexpr std::uint64_t kStep = 64;
    std::uint64_t count = 0;
    for (std::size_t i = 0; i < copied_.size(); i++) {
        const RemoteRef& ref = slot(copied_[i]);
        const std::uint64_t bytes = ref.length * ref.stride;
        if (std::memcmp(ref.snapshot, ref.data, bytes) == 0) continue;
        std::uint64_t low = 0, high = bytes;
        const auto differ = [&](std::uint64_t from, std::uint64_t to) {
            return std::memcmp(ref.snapshot + from, ref.data + from, to - from) != 0;
        };
        while (!differ(low, std::min(bytes, low + kStep))) low += kStep;
        while (high > low + kStep && !differ(high - kStep, high)) high -= kStep;
        if (count == isolate::kMaxChanges) {
            request(Op::Changes, {count});
            count = 0;
        }
        header_->changes[count++] = {ref.number, low, high};
    }
    return count;
}

void RemoteLane::tell_changes() {
    if (const std::uint64_t changes = flush(); changes != 0) request(Op::Changes, {changes});
}

void RemoteLane::read_again(std::uint64_t count) {
    if (count == 0 && tables_.empty()) return;
    const auto again = [&](std::uint32_t number) {
        const RemoteRef& ref = slot(number);
        std::memcpy(ref.data, ref.snapshot, ref.length * ref.stride);
    };
    if (count == isolate::kReadAllAgain)
        for (const std::uint32_t number : copied_) again(number);
    else
        for (std::uint64_t i = 0; i < count; i++)
            again(static_cast<std::uint32_t>(header_->changes[i].number));
    for (std::size_t i = 0; i < tables_.size(); i++) fetch(slot(tables_[i]));
}

}  // namespace skua::remote
