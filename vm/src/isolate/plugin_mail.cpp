#include "isolate/plugin_mail.h"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <mutex>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace skua::vm {

using isolate::Letter;

struct PluginMail::State {
    ~State() { close(socket); }

    int socket = -1;
    Handlers handlers;
    std::mutex lock;
    std::atomic<bool> stopped{false};
    std::atomic<std::uint32_t> read{0};

    // All that has arrived. False: nothing more will come.
    bool take() {
        const std::lock_guard guard(lock);
        char bytes[sizeof(Letter) + isolate::kLetterBytes];
        while (!stopped) {
            const ssize_t n = recv(socket, bytes, sizeof bytes, MSG_DONTWAIT | MSG_TRUNC);
            if (n < 0 && errno == EINTR) continue;
            if (n < 0 && errno == EAGAIN) return true;
            if (n <= 0) return false;
            Letter letter;
            const auto size = static_cast<std::size_t>(n);
            bool honest = size >= sizeof letter && size <= sizeof bytes;
            if (honest) std::memcpy(&letter, bytes, sizeof letter);
            honest = honest && letter.length == size - sizeof letter;
            honest = honest && handlers.letter(letter, {bytes + sizeof letter, letter.length});
            // Behind that: who finds the count has what the letters say.
            read.fetch_add(1, std::memory_order_release);
            if (honest) continue;
            if (!stopped) handlers.dishonest();
            return false;
        }
        return false;
    }

    void run() {
        while (take()) {
            pollfd wait{socket, POLLIN, 0};
            (void)poll(&wait, 1, -1);
        }
        if (!stopped) handlers.ended();
    }
};

std::unique_ptr<PluginMail> PluginMail::start(int socket, Handlers handlers) {
    auto state = std::make_shared<State>();
    state->handlers = std::move(handlers);
    state->socket = fcntl(socket, F_DUPFD_CLOEXEC, 0);
    if (state->socket < 0) return nullptr;
    std::unique_ptr<PluginMail> mail(new PluginMail);
    auto for_thread = std::make_unique<std::shared_ptr<State>>(state);
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);  // signals are for the threads of the program
    const int error = pthread_create(
        &mail->thread_, nullptr,
        [](void* data) -> void* {
            const std::unique_ptr<std::shared_ptr<State>> own(static_cast<std::shared_ptr<State>*>(data));
            (*own)->run();
            return nullptr;
        },
        for_thread.get());
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    if (error != 0) return nullptr;
    (void)for_thread.release();
    mail->state_ = std::move(state);
    return mail;
}

PluginMail::~PluginMail() {
    if (!state_) return;
    state_->stopped = true;
    shutdown(state_->socket, SHUT_RDWR);
    if (pthread_equal(pthread_self(), thread_) != 0)
        pthread_detach(thread_);  // a handler of its own has ended the last that knew of it
    else
        pthread_join(thread_, nullptr);
}

void PluginMail::catch_up(std::uint32_t count) {
    if (state_->read.load(std::memory_order_acquire) != count) (void)state_->take();
}

}  // namespace skua::vm
