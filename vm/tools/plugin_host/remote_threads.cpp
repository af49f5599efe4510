// Threads that the plugin attaches, and what it completes, in a process of its own. A thread with a lane asks
// on it; others write a letter to the machine, and what it answers comes through the thread that receives
// lanes.
#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <mutex>
#include <string>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unordered_map>

#include "remote_lane.h"
#include "remote_plugin.h"
#include "remote_values.h"

struct SkVm {
    char nothing;  // there is one in this process
};
struct SkCompletion {
    std::uint64_t number;
    const skua::remote::Shape* shape;
};

namespace skua::remote {

namespace {

using isolate::Letter;
using isolate::LetterKind;
using isolate::Message;
using isolate::Op;

constexpr int kControlSocket = 3;

// ---- letters -----------------------------------------------------------------------------------------

// Of one text in parts at a time, so that the machine keeps no more than one.
std::mutex letters_lock;
std::atomic<std::uint32_t> letters{0};

void send_letter(const Letter& letter, std::string_view text = {}) {
    iovec parts[] = {{const_cast<Letter*>(&letter), sizeof letter},
                     {const_cast<char*>(text.data()), text.size()}};
    msghdr message{};
    message.msg_iov = parts;
    message.msg_iovlen = 2;
    ssize_t sent;
    do sent = sendmsg(kControlSocket, &message, MSG_NOSIGNAL);
    while (sent < 0 && errno == EINTR);
    if (sent < 0) _exit(0);  // the machine has ended
    letters.fetch_add(1, std::memory_order_release);
}

// Those who wait for an answer.
struct Waiting {
    isolate::Control control;
    int descriptors[2] = {-1, -1};
    bool answered = false;
};
std::mutex answers_lock;
std::condition_variable answers_changed;
std::uint64_t last_token = 0;
std::unordered_map<std::uint64_t, Waiting*>& waiting() {
    static auto& all = *new std::unordered_map<std::uint64_t, Waiting*>;
    return all;
}

void ask_by_letter(Letter letter, Waiting& answer) {
    {
        const std::lock_guard guard(answers_lock);
        letter.word = ++last_token;
        waiting()[letter.word] = &answer;
    }
    send_letter(letter);
    std::unique_lock guard(answers_lock);
    answers_changed.wait(guard, [&] { return answer.answered; });
    waiting().erase(letter.word);
}

// ---- threads -----------------------------------------------------------------------------------------

SkVm the_machine{};

// Does the machine read letters?
std::atomic<bool> letters_read{false};

SkVm* vm_of(SkEnv* env) {
    if (!letters_read) letters_read = RemoteLane::of(env).request(Op::Threads).words[0] != 0;
    return &the_machine;
}

SkEnv* thread_attach(SkVm*) {
    RemoteLane* lane = RemoteLane::current();
    if (lane == nullptr && !letters_read) {
        errno = ENOMEM;
        return nullptr;
    }
    if (lane == nullptr) {
        Letter letter;
        letter.kind = LetterKind::Attach;
        Waiting answer;
        ask_by_letter(letter, answer);
        if (answer.control.kind != isolate::ControlKind::AttachedLane) {
            errno = static_cast<int>(answer.control.word);
            return nullptr;
        }
        lane = RemoteLane::open(answer.control.sizes, answer.descriptors[0], answer.descriptors[1]);
        lane->begin_attached();
    }
    lane->attachments++;
    return &lane->env;
}

void thread_detach(SkEnv* env) {
    RemoteLane& lane = RemoteLane::of(env);
    if (lane.attachments == 0 || --lane.attachments > 0 || !lane.is_attached()) return;
    lane.tell_changes();
    lane.request(Op::Detach);
    delete &lane;
}

// ---- completions -------------------------------------------------------------------------------------

SkCompletion* completion_begin(SkEnv* env, SkObject* object) {
    RemoteLane& lane = RemoteLane::of(env);
    const Message reply = lane.request(Op::CompletionBegin, {number_of(object)});
    if (reply.words[0] == 0) return nullptr;
    return new SkCompletion{reply.words[0], shapes_in(lane, reply).result};
}

// Ends it, with a text in front of which a class may be.
bool end_completion(SkCompletion* completion, LetterKind how, std::uint64_t word = 0,
                    std::string_view text = {}) {
    const std::uint64_t number = completion->number;
    delete completion;
    std::string too_long;
    if (text.size() > machine_facts().memory_limit / 2) {
        how = LetterKind::Error;
        too_long = "std.core.OutOfMemoryError";
        word = too_long.size();
        too_long += "there was no memory for the result";
        text = too_long;
    }
    const bool fits = too_long.empty();
    if (RemoteLane* lane = RemoteLane::current()) {
        const bool pending = lane->pending();
        const std::uint64_t said = lane->say(text);
        lane->request(Op::CompletionEnd, {static_cast<std::uint64_t>(how), number, word, said, text.size()});
        lane->restore_pending(pending);
        return fits;
    }
    const std::lock_guard guard(letters_lock);
    Letter letter;
    letter.completion = number;
    while (text.size() > isolate::kLetterBytes) {
        letter.kind = LetterKind::Part;
        letter.length = isolate::kLetterBytes;
        send_letter(letter, text.substr(0, isolate::kLetterBytes));
        text.remove_prefix(isolate::kLetterBytes);
    }
    letter.kind = how;
    letter.length = static_cast<std::uint32_t>(text.size());
    letter.word = word;
    send_letter(letter, text);
    return fits;
}

void complete_i64(SkCompletion* completion, std::int64_t value) {
    end_completion(completion, LetterKind::Integer, static_cast<std::uint64_t>(value));
}
void complete_f64(SkCompletion* completion, double value) {
    std::uint64_t word;
    std::memcpy(&word, &value, sizeof word);
    end_completion(completion, LetterKind::Float, word);
}
bool complete_string(SkCompletion* completion, const char* utf8, std::size_t len) {
    return end_completion(completion, LetterKind::Text, 0, {utf8, len});
}
bool complete_bytes(SkCompletion* completion, const void* bytes, std::size_t len) {
    return end_completion(completion, LetterKind::Bytes, 0, {static_cast<const char*>(bytes), len});
}
bool complete_error(SkCompletion* completion, const char* class_name, const char* message) {
    const std::string whole = std::string(class_name) + message;
    return end_completion(completion, LetterKind::Error, std::strlen(class_name), whole);
}
void completion_drop(SkCompletion* completion) {
    end_completion(completion, LetterKind::Drop);
}

bool complete_value(SkEnv* env, SkCompletion* completion, const SkValue* value) {
    RemoteLane& lane = RemoteLane::of(env);
    const SkCompletion ended = *completion;
    delete completion;
    lane.tell_changes();
    const std::uint64_t word = say_word(lane, *ended.shape, *value);
    return lane.request(Op::CompletionValue, {ended.number, word}).words[0] != 0;
}

bool completion_wanted(SkCompletion* completion) {
    if (RemoteLane* lane = RemoteLane::current()) {
        const bool pending = lane->pending();
        const Message reply = lane->request(
            Op::CompletionEnd, {static_cast<std::uint64_t>(LetterKind::Wanted), completion->number});
        lane->restore_pending(pending);
        return reply.words[0] != 0;
    }
    Letter letter;
    letter.kind = LetterKind::Wanted;
    letter.completion = completion->number;
    Waiting answer;
    ask_by_letter(letter, answer);
    return answer.control.word != 0;
}

// ---- what std.native is made of ------------------------------------------------------------------------

std::int64_t completion_new(SkEnv* env, SkObject* owner) {
    return static_cast<std::int64_t>(
        RemoteLane::of(env).request(Op::CompletionNew, {number_of(owner)}).words[0]);
}
bool completion_ready(SkEnv* env, std::int64_t handle) {
    return RemoteLane::of(env).request(Op::CompletionReady, {static_cast<std::uint64_t>(handle)}).words[0] !=
           0;
}
std::int64_t completion_wait(SkEnv* env, const std::int64_t* handles, std::size_t count, std::int64_t nanos) {
    RemoteLane& lane = RemoteLane::of(env);
    const std::string_view bytes(reinterpret_cast<const char*>(handles), count * sizeof *handles);
    const std::uint64_t said = lane.say(bytes);
    return static_cast<std::int64_t>(
        lane.request(Op::CompletionWait, {said, bytes.size(), static_cast<std::uint64_t>(nanos)}).words[0]);
}
bool completion_take(SkEnv* env, SkObject* owner, std::int64_t handle) {
    return RemoteLane::of(env)
               .request(Op::CompletionTake, {number_of(owner), static_cast<std::uint64_t>(handle)})
               .words[0] != 0;
}

}  // namespace

std::uint32_t letters_sent() {
    return letters.load(std::memory_order_acquire);
}

void deliver(const isolate::Control& control, const int descriptors[2]) {
    const std::lock_guard guard(answers_lock);
    const auto it = waiting().find(control.token);
    if (it == waiting().end()) return;
    it->second->control = control;
    std::memcpy(it->second->descriptors, descriptors, sizeof it->second->descriptors);
    it->second->answered = true;
    answers_changed.notify_all();
}

void fill_remote_threads(SkApi& api) {
    api.vm_of = vm_of;
    api.thread_attach = thread_attach;
    api.thread_detach = thread_detach;
    api.completion_begin = completion_begin;
    api.complete_i64 = complete_i64;
    api.complete_f64 = complete_f64;
    api.complete_string = complete_string;
    api.complete_bytes = complete_bytes;
    api.complete_error = complete_error;
    api.complete_value = complete_value;
    api.completion_drop = completion_drop;
    api.completion_wanted = completion_wanted;
    api.completion_new = completion_new;
    api.completion_ready = completion_ready;
    api.completion_wait = completion_wait;
    api.completion_take = completion_take;
}

}  // namespace skua::remote
