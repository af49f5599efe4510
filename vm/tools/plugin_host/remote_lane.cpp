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

RemoteLane::~RemoteLane() {
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

Message RemoteLane::request(const Message& message) {
    header_->message = message;
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
        if (number > beyond) std::free(slot(number).data);
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
    ref.snapshot = at(info.data);
    ref.data = at(info.work);
    std::memcpy(ref.data, ref.snapshot, ref.length * ref.stride);
    copied_.push_back(ref.number);
    return &ref;
}

void RemoteLane::fetch(RemoteRef& ref) {
    if (ref.kind == RefKind::Array && ref.element == SK_VALUE)
        refuse(
            "the elements of an array of structs, tuples or nullable values cannot be read in a process of "
            "its own");
    const bool pending_before = pending_;
    const Message reply = request(Op::Fetch, {ref.number});
    if (reply.words[0] == 0) refuse("there is no room for all that it looks at in one call");
    pending_ = pending_before;
    RefInfo info;
    info.number = ref.number;
    info.data = reply.words[2];
    info.work = reply.words[3];
    if (!ref.is_table()) {
        learn(info);
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
