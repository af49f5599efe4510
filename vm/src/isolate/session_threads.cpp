// Threads of an isolated plugin's own, and what it ends on them: letters, completions, attached threads.
//
// An attached thread of the plugin's has a guest thread here that serves its lane. It keeps the session
// alive, and ends when the plugin's thread detaches or the process is dead.
#include <cerrno>
#include <cstring>

#include "isolate/plugin_session.h"
#include "native/host_support.h"
#include "skua/gc/heap.h"

namespace skua::vm {

using isolate::Letter;
using isolate::LetterKind;
using isolate::Message;
using isolate::Op;

namespace {

constexpr unsigned kTimeToEnd = 2000;  // milliseconds, from closing its files to being reaped

}  // namespace

bool PluginSession::read_letters(SkEnv* env) {
    if (mailbox_ != nullptr) return true;
    // Before locking: threads that detach hold the lock of that when they ask for this one.
    SkVm* identity = vm_.natives().threads().identity(vm_);
    const std::lock_guard guard(lock_);
    if (mail_) return true;
    identity_ = identity;
    PluginMail::Handlers handlers;
    handlers.letter = [this](const Letter& letter, std::string_view text) {
        return read_letter(letter, text);
    };
    handlers.dishonest = [this] {
        process_->kill("was stopped, since it sent a letter that no plugin sends");
    };
    handlers.ended = [this] {
        // Mostly since it has ended: then that is the reason.
        if (!process_->ends_within(kTimeToEnd)) process_->kill("has closed its channel");
        bury();
    };
    mail_ = PluginMail::start(process_->control_socket(), std::move(handlers));
    mailbox_ = mail_.get();
    if (mail_) return true;
    throw_error(thread_of(env), "std.core.OutOfMemoryError",
                "there is no thread for what an isolated plugin completes");
    return false;
}

bool PluginSession::read_letter(const Letter& letter, std::string_view text) {
    isolate::Control answer;
    answer.kind = isolate::ControlKind::Answer;
    answer.token = letter.word;
    bool wanted = false;
    switch (letter.kind) {
        case LetterKind::Attach:
            return letter.word != 0 && attach(letter.word);
        case LetterKind::Wanted:
            if (!completion_wanted(letter.completion, wanted)) return false;
            answer.word = wanted;
            if (!process_->send_control(answer)) process_->kill("could not be reached");
            return true;
        case LetterKind::Part: {
            const std::lock_guard guard(lock_);
            if (buried_) return true;
            const auto it = completions_.find(letter.completion);
            // No more than the guest could have of it.
            if (it == completions_.end() || text.size() > gc::heap_limit() - parts_) return false;
            it->second.parts += text;
            parts_ += text.size();
            return true;
        }
        default:
            return end_completion(letter.kind, letter.completion, letter.word, text);
    }
}

// ---- completions -------------------------------------------------------------------------------------

std::uint64_t PluginSession::add_completion(SkCompletion* completion) {
    {
        const std::lock_guard guard(lock_);
        if (!buried_ && completions_.size() < kMostCompletions) {
            completions_[++last_completion_].completion = completion;
            return last_completion_;
        }
    }
    host_api().complete_error(completion, "std.core.PluginError",
                              "an isolated plugin may have 1048576 completions to end");
    return 0;
}

SkCompletion* PluginSession::take_completion(std::uint64_t number, std::string* parts) {
    const std::lock_guard guard(lock_);
    const auto it = completions_.find(number);
    if (it == completions_.end()) return nullptr;
    SkCompletion* completion = it->second.completion;
    parts_ -= it->second.parts.size();
    if (parts != nullptr) *parts = std::move(it->second.parts);
    completions_.erase(it);
    return completion;
}

bool PluginSession::completion_wanted(std::uint64_t number, bool& wanted) {
    const std::lock_guard guard(lock_);
    const auto it = completions_.find(number);
    if (it == completions_.end()) return buried_;
    wanted = host_api().completion_wanted(it->second.completion);
    return true;
}

bool PluginSession::end_completion(LetterKind how, std::uint64_t number, std::uint64_t word,
                                   std::string_view text) {
    if (how < LetterKind::Integer || how > LetterKind::Drop) return false;
    std::string whole;
    SkCompletion* completion = take_completion(number, &whole);
    if (completion == nullptr) {
        const std::lock_guard guard(lock_);
        return buried_;  // it has failed with the process
    }
    whole += text;
    const SkApi& api = host_api();
    switch (how) {
        case LetterKind::Integer:
            api.complete_i64(completion, static_cast<std::int64_t>(word));
            return true;
        case LetterKind::Float: {
            double value;
            std::memcpy(&value, &word, sizeof value);
            api.complete_f64(completion, value);
            return true;
        }
        case LetterKind::Text:
            api.complete_string(completion, whole.data(), whole.size());
            return true;
        case LetterKind::Bytes:
            api.complete_bytes(completion, whole.data(), whole.size());
            return true;
        case LetterKind::Error: {
            const bool fits = word <= whole.size();
            const std::string class_name = fits ? whole.substr(0, word) : std::string("std.core.PluginError");
            const std::string message =
                fits ? whole.substr(word) : std::string("the plugin sent what no plugin sends");
            api.complete_error(completion, class_name.c_str(), message.c_str());
            return fits;
        }
        default:
            api.completion_drop(completion);
            return true;
    }
}

// ---- attached threads --------------------------------------------------------------------------------

bool PluginSession::attach(std::uint64_t token) {
    struct Start {
        std::shared_ptr<PluginSession> session;
        std::uint64_t token;
    };
    auto start = std::make_unique<Start>(Start{weak_from_this().lock(), token});
    if (!start->session) return true;  // it ends
    if (attached_.fetch_add(1) >= kMostAttached) {
        attached_--;
        return refuse_attach(token, EAGAIN);
    }
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    const std::size_t page = 4096;
    pthread_attr_setstacksize(&attributes, (Vm::native_stack_bytes(vm_.options()) + page - 1) / page * page);
    pthread_t thread;
    const int error = pthread_create(
        &thread, &attributes,
        [](void* data) -> void* {
            const std::unique_ptr<Start> own(static_cast<Start*>(data));
            own->session->run_attached(own->token);
            own->session->attached_--;
            return nullptr;
        },
        start.get());
    pthread_attr_destroy(&attributes);
    if (error == 0) {
        (void)start.release();
        return true;
    }
    attached_--;
    return refuse_attach(token, ENOMEM);
}

bool PluginSession::refuse_attach(std::uint64_t token, int error) {
    isolate::Control refused;
    refused.kind = isolate::ControlKind::Refused;
    refused.word = static_cast<std::uint32_t>(error);
    refused.token = token;
    if (!process_->send_control(refused)) process_->kill("could not be reached");
    return true;
}

void PluginSession::run_attached(std::uint64_t token) {
    pthread_sigmask(SIG_SETMASK, &guest_mask_, nullptr);
    const SkApi& api = host_api();
    SkEnv* env = is_dead() ? nullptr : api.thread_attach(identity_);
    if (env == nullptr) {
        refuse_attach(token, errno);
        return;
    }
    Thread& thread = thread_of(env);
    Lane* lane = nullptr;
    {
        const std::lock_guard guard(lock_);
        if (auto opened = Lane::open(*process_, &thread, token)) {
            adopt(*opened);
            lane = (lanes_[&thread] = std::move(opened)).get();
        }
    }
    bool detached = false;
    if (lane != nullptr)
        detached = lane->attend([this](Lane& on, const Message& request, Message& reply) {
            return serve_plugin_request(*this, on, request, reply);
        });
    const std::unique_ptr<Lane> over = take_lane(thread);
    if (over) over->refs().shorten(0);
    if (over && !detached) bury();
    thread.pending = nullptr;
    api.thread_detach(env);
    if (!over) {
        refuse_attach(token, ENOMEM);
    } else if (detached) {
        Message reply;
        reply.op = Op::Reply;
        over->tell(reply);
    }
}

std::unique_ptr<Lane> PluginSession::take_lane(Thread& thread) {
    const std::lock_guard guard(lock_);
    const auto it = lanes_.find(&thread);
    if (it == lanes_.end()) return nullptr;
    std::unique_ptr<Lane> lane = std::move(it->second);
    lanes_.erase(it);
    return lane;
}

}  // namespace skua::vm
