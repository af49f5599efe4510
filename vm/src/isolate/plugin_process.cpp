#include "isolate/plugin_process.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "isolate/turn.h"
#include "skua/vm/vm.h"

extern char** environ;

namespace skua::vm {

namespace {

constexpr int kControl = 3;  // the descriptor at which the plugin's process finds its control socket

Diagnostic cannot_start(const std::string& host, int error) {
    Diagnostic d;
    d.message =
        "cannot start " + host + ", which loads plugins in processes of their own: " + std::strerror(error);
    return d;
}

std::string ending_text(int status) {
    if (WIFSIGNALED(status)) {
        const char* name = sigabbrev_np(WTERMSIG(status));
        const std::string text =
            name != nullptr ? "SIG" + std::string(name) : "signal " + std::to_string(WTERMSIG(status));
        return (WTERMSIG(status) == SIGKILL || WTERMSIG(status) == SIGTERM ? "was killed (" : "crashed (") +
               text + ")";
    }
    return "ended by itself (exit code " + std::to_string(WEXITSTATUS(status)) + ")";
}

}  // namespace

bool send_descriptors(int socket, const void* bytes, std::size_t length, const int* descriptors,
                      unsigned count) {
    iovec part{const_cast<void*>(bytes), length};
    alignas(cmsghdr) char room[CMSG_SPACE(2 * sizeof(int))] = {};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    if (count != 0) {
        message.msg_control = room;
        message.msg_controllen = CMSG_SPACE(count * sizeof(int));
        cmsghdr* header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(count * sizeof(int));
        std::memcpy(CMSG_DATA(header), descriptors, count * sizeof(int));
    }
    ssize_t sent;
    do sent = sendmsg(socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    while (sent < 0 && errno == EINTR);
    return sent == static_cast<ssize_t>(length);
}

Result<std::unique_ptr<PluginProcess>> PluginProcess::start(const std::string& host,
                                                            const std::string& plugin) {
    if (host.empty()) return cannot_start("skua-plugin-host (VmOptions::plugin_host)", ENOENT);
    std::unique_ptr<PluginProcess> process(new PluginProcess);
    process->host_ = host;
    process->plugin_ = plugin;
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) return cannot_start(host, errno);
    process->control_ = ends[0];
    process->theirs_ = ends[1];
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);  // signals are for the threads of the program
    const int error = pthread_create(
        &process->waiter_, nullptr,
        [](void* self) -> void* {
            static_cast<PluginProcess*>(self)->run();
            return nullptr;
        },
        process.get());
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    if (error != 0) {
        close(process->theirs_);
        process->dead_ = true;
        process->waiter_ = {};
        process->started_ = error;
        return cannot_start(host, error);
    }
    process->started_.wait(-1);
    if (process->started_ != 0) return cannot_start(host, process->started_);
    return process;
}

PluginProcess::~PluginProcess() {
    kill("was ended with the machine");
    if (waiter_ != pthread_t{}) pthread_join(waiter_, nullptr);
    if (control_ >= 0) close(control_);
}

int PluginProcess::spawn(pid_t& id) {
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_init(&files);
    posix_spawnattr_init(&attributes);
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    int error = posix_spawn_file_actions_adddup2(&files, theirs_, kControl);
    // Whatever this process has open is not the plugin's.
    if (error == 0) error = posix_spawn_file_actions_addclosefrom_np(&files, kControl + 1);
    if (error == 0) error = posix_spawnattr_setsigmask(&attributes, &none);
    if (error == 0) error = posix_spawnattr_setsigdefault(&attributes, &all);
    if (error == 0)
        error = posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    const std::string parent = std::to_string(getpid());
    const char* const arguments[] = {host_.c_str(), plugin_.c_str(), parent.c_str(), nullptr};
    if (error == 0)
        error = posix_spawn(&id, host_.c_str(), &files, &attributes, const_cast<char* const*>(arguments),
                            environ);
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&attributes);
    return error;
}

void PluginProcess::run() {
    pid_t id = 0;
    const int error = spawn(id);
    close(theirs_);
    if (error == 0) {
        const std::lock_guard guard(lock_);
        id_ = id;
    } else {
        dead_ = true;
    }
    started_ = error;
    started_.notify_all();
    if (error != 0) return;
    // Dead, but still there, so that its number is nobody else's while somebody sends it a signal.
    siginfo_t info{};
    int waited;
    do waited = waitid(P_PID, static_cast<id_t>(id), &info, WEXITED | WNOWAIT);
    while (waited != 0 && errno == EINTR);
    {
        const std::lock_guard guard(lock_);
        int status = SIGKILL;
        const bool known = waitpid(id, &status, WNOHANG) == id;
        id_ = 0;
        // A signal of ours may have come too late.
        how_ = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL ? why_ : std::string();
        // Unknown: the host program has told the kernel to forget its children, or has reaped it itself.
        if (how_.empty()) how_ = known ? ending_text(status) : "ended";
        wake_all();
    }
    // A child that the plugin has left behind may still have its end.
    shutdown(control_, SHUT_RDWR);
    reaped_ = 1;
    reaped_.notify_all();
}

void PluginProcess::wake_all() {
    dead_.store(true, std::memory_order_seq_cst);
    for (isolate::LaneHeader* lane : lanes_) isolate::give_turn(lane->turn, isolate::kDead);
}

std::string PluginProcess::how_it_ended() {
    reaped_.wait(0);
    const std::lock_guard guard(lock_);
    return how_;
}

bool PluginProcess::ends_within(unsigned millis) {
    constexpr unsigned kStep = 5;
    for (; reaped_ == 0 && millis >= kStep; millis -= kStep) usleep(kStep * 1000);
    return reaped_ != 0;
}

void PluginProcess::kill(std::string why) {
    const std::lock_guard guard(lock_);
    if (why_.empty()) why_ = std::move(why);
    if (id_ > 0) ::kill(id_, SIGKILL);
    wake_all();
}

void PluginProcess::kill_and_wait(std::string why) {
    kill(std::move(why));
    reaped_.wait(0);
}

void PluginProcess::wake_thread(std::uint32_t thread) {
    const std::lock_guard guard(lock_);
    // The signal that skua-plugin-host has a handler for, whatever a host of this machine uses. tgkill takes
    // threads of that process only.
    if (id_ > 0) syscall(SYS_tgkill, id_, static_cast<pid_t>(thread & 0x7FFFFFFF), SIGURG);
}

bool PluginProcess::send_control(const isolate::Control& control, const int* descriptors) {
    return send_descriptors(control_, &control, sizeof control, descriptors, descriptors != nullptr ? 2 : 0);
}

void PluginProcess::add_lane(isolate::LaneHeader* header) {
    const std::lock_guard guard(lock_);
    lanes_.push_back(header);
}

void PluginProcess::drop_lane(isolate::LaneHeader* header) {
    const std::lock_guard guard(lock_);
    std::erase(lanes_, header);
}

}  // namespace skua::vm
