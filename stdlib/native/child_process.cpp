#include "child_process.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <ctime>
#include <fcntl.h>
#include <memory>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>

#include "native_support.h"

namespace skua::stdlib {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kShortestNap = 50'000;
constexpr std::int64_t kLongestNap = 10'000'000;

std::int64_t now_nanos() {
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * kSecond + now.tv_nsec;
}

// The moment at which a wait of `nanos` is over; nothing if it never is.
std::optional<std::int64_t> deadline_after(std::int64_t nanos) {
    std::int64_t at = 0;
    if (nanos < 0 || __builtin_add_overflow(now_nanos(), nanos, &at)) return std::nullopt;
    return at;
}

// All processes that were started and not reaped, so that starting another one can reap those that have
// ended, whether anybody waits for them or not.
class Started {
public:
    void add(ChildProcess* child) {
        const std::lock_guard lock(mutex_);
        children_.push_back(child);
    }
    // The process goes on without anybody who could ask for it.
    void forget(ChildProcess* child, bool ended) {
        const std::lock_guard lock(mutex_);
        std::erase(children_, child);
        if (!ended) forgotten_.push_back(child->id());
    }
    void reap() {
        const std::lock_guard lock(mutex_);
        for (ChildProcess* child : children_) child->reap();
        std::erase_if(forgotten_, [](pid_t id) {
            int status = 0;
            return uninterrupted(nullptr, [&] { return ::waitpid(id, &status, WNOHANG); }) != 0;
        });
    }

private:
    std::mutex mutex_;
    std::vector<ChildProcess*> children_;
    std::vector<pid_t> forgotten_;
};

// Never destroyed: handles may be closed while the process ends.
Started& started() {
    static Started& instance = *new Started;
    return instance;
}

// Above the standard streams, whose numbers the child's actions assign one by one.
bool lift(Descriptor& fd) {
    if (fd.get() > STDERR_FILENO) return true;
    const int higher = ::fcntl(fd.get(), F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    fd = Descriptor(higher);
    return higher >= 0;
}

bool make_pipe(Descriptor& reader, Descriptor& writer) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) return false;
    reader = Descriptor(ends[0]);
    writer = Descriptor(ends[1]);
    return lift(reader) && lift(writer);
}

std::vector<char*> pointers(const std::vector<std::string>& texts) {
    std::vector<char*> out;
    out.reserve(texts.size() + 1);
    for (const std::string& text : texts) out.push_back(const_cast<char*>(text.c_str()));
    out.push_back(nullptr);
    return out;
}

class Actions {
public:
    Actions() {
        ::posix_spawn_file_actions_init(&files);
        ::posix_spawnattr_init(&attributes);
    }
    ~Actions() {
        ::posix_spawn_file_actions_destroy(&files);
        ::posix_spawnattr_destroy(&attributes);
    }
    Actions(const Actions&) = delete;
    Actions& operator=(const Actions&) = delete;

    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
};

// The program must not start with what this process does about signals: the machine ignores SIGPIPE.
int set_signals(posix_spawnattr_t& attributes) {
    sigset_t set;
    ::sigemptyset(&set);
    if (const int error = ::posix_spawnattr_setsigmask(&attributes, &set)) return error;
    ::sigaddset(&set, SIGPIPE);
    if (const int error = ::posix_spawnattr_setsigdefault(&attributes, &set)) return error;
    return ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
}

// Where SIGCHLD is ignored, the kernel reaps by itself, and exit codes are lost.
void keep_exit_codes() {
    struct sigaction current {};
    if (::sigaction(SIGCHLD, nullptr, &current) == 0 && current.sa_handler == SIG_IGN)
        ::signal(SIGCHLD, SIG_DFL);
}

// Appends what there is to read. False at the end, and if there is an error.
bool gather(int fd, std::string& out, std::size_t limit, int& error) {
    char buffer[65536];
    const ssize_t n = uninterrupted(nullptr, [&] { return ::read(fd, buffer, sizeof buffer); });
    if (n < 0 && errno != EAGAIN) error = errno;
    if (n > 0 && static_cast<std::size_t>(n) > limit - out.size()) error = EFBIG;
    if (n <= 0 || error != 0) return false;
    out.append(buffer, static_cast<std::size_t>(n));
    return true;
}

}  // namespace

std::unique_ptr<ChildProcess> ChildProcess::start(const Program& program, int& error) {
    started().reap();
    keep_exit_codes();
    Actions actions;
    Descriptor ours[3], theirs[3];
    for (int i = 0; i < 3 && error == 0; i++) {
        switch (program.streams[i]) {
            case Stream::Inherit:
                break;
            case Stream::Null:
                error = ::posix_spawn_file_actions_addopen(&actions.files, i, "/dev/null",
                                                           i == 0 ? O_RDONLY : O_WRONLY, 0);
                break;
            case Stream::Pipe:
                if (!make_pipe(i == 0 ? theirs[i] : ours[i], i == 0 ? ours[i] : theirs[i]))
                    error = errno;
                else
                    error = ::posix_spawn_file_actions_adddup2(&actions.files, theirs[i].get(), i);
                break;
            case Stream::WithOutput:
                error = ::posix_spawn_file_actions_adddup2(&actions.files, STDOUT_FILENO, i);
                break;
        }
    }
    if (error == 0) error = ::posix_spawn_file_actions_addclosefrom_np(&actions.files, STDERR_FILENO + 1);
    if (error == 0 && !program.folder.empty())
        error = ::posix_spawn_file_actions_addchdir_np(&actions.files, program.folder.c_str());
    if (error == 0) error = set_signals(actions.attributes);
    pid_t id = 0;
    if (error == 0)
        error = ::posix_spawn(&id, program.path.c_str(), &actions.files, &actions.attributes,
                              pointers(program.args).data(), pointers(program.env).data());
    if (error != 0) return nullptr;
    std::unique_ptr<ChildProcess> child(new ChildProcess(id));
    for (int i = 0; i < 3; i++) child->pipes[i] = std::move(ours[i]);
    started().add(child.get());
    return child;
}

ChildProcess::~ChildProcess() {
    reap();
    started().forget(this, ended_);
}

void ChildProcess::reap() {
    const std::lock_guard lock(mutex_);
    int ignored = 0;
    look(ignored);
}

bool ChildProcess::look(int& error) {
    if (!ended_) {
        const pid_t found = uninterrupted(nullptr, [&] { return ::waitpid(id_, &status_, WNOHANG); });
        if (found < 0) lost_ = errno;
        ended_ = found != 0;
    }
    if (ended_) error = lost_;
    return ended_;
}

std::optional<std::int64_t> ChildProcess::wait(SkEnv* env, std::int64_t nanos, int& error) {
    const auto deadline = deadline_after(nanos);
    for (std::int64_t nap = kShortestNap;; nap = std::min(2 * nap, kLongestNap)) {
        {
            const std::lock_guard lock(mutex_);
            if (look(error)) {
                if (error != 0) return std::nullopt;
                return WIFSIGNALED(status_) ? -WTERMSIG(status_) : WEXITSTATUS(status_);
            }
        }
        if (env->api->interrupted(env)) return error = EINTR, std::nullopt;
        if (!deadline) {
            // Leaves the process to be reaped under the lock; an error is one that `look` meets, too.
            siginfo_t info{};
            (void)uninterrupted(
                env, [&] { return ::waitid(P_PID, static_cast<id_t>(id_), &info, WEXITED | WNOWAIT); });
            continue;
        }
        const std::int64_t left = *deadline - now_nanos();
        if (left <= 0) return std::nullopt;
        const timespec pause{0, std::min(nap, left)};
        ::nanosleep(&pause, nullptr);
    }
}

bool ChildProcess::signal(int number, int& error) {
    const std::lock_guard lock(mutex_);
    if (look(error)) return false;
    if (::kill(id_, number) != 0) error = errno;
    return error == 0;
}

bool ChildProcess::exchange(SkEnv* env, std::string_view input, std::int64_t nanos, std::size_t limit,
                            int& error) {
    const auto deadline = deadline_after(nanos);
    if (pipes[0].get() >= 0) ::fcntl(pipes[0].get(), F_SETFL, O_NONBLOCK);
    bool killed = false;
    const auto kill_it = [&] {
        int ignored = 0;
        killed = signal(SIGKILL, ignored);
    };
    while (error == 0) {
        if (input.empty()) pipes[0].close();
        pollfd polled[3] = {
            {pipes[0].get(), POLLOUT, 0}, {pipes[1].get(), POLLIN, 0}, {pipes[2].get(), POLLIN, 0}};
        if (std::all_of(std::begin(polled), std::end(polled), [](const pollfd& p) { return p.fd < 0; }))
            break;
        int wait_ms = -1;
        if (deadline) {
            const std::int64_t left = *deadline - now_nanos();
            if (left <= 0) {
                kill_it();
                break;
            }
            wait_ms = static_cast<int>(std::min<std::int64_t>(left / 1'000'000 + 1, 1'000'000'000));
        }
        if (uninterrupted(env, [&] { return ::poll(polled, 3, wait_ms); }) < 0) {
            error = errno;
            break;
        }
        if (polled[0].revents != 0) {
            const ssize_t n =
                uninterrupted(env, [&] { return ::write(pipes[0].get(), input.data(), input.size()); });
            if (n > 0)
                input.remove_prefix(static_cast<std::size_t>(n));
            else if (n < 0 && errno == EPIPE)
                input = {};  // it does not want to read all of it
            else if (n < 0 && errno != EAGAIN)
                error = errno;
        }
        for (int i = 1; i < 3; i++)
            if (polled[i].revents != 0 && !gather(polled[i].fd, gathered[i - 1], limit, error))
                pipes[i].close();
    }
    if (error != 0) kill_it();
    if (!killed) {
        int ignored = 0;
        if (!wait(env, deadline ? std::max<std::int64_t>(*deadline - now_nanos(), 0) : -1, ignored))
            kill_it();
    }
    if (killed) {
        // What it left in the pipes. A process that it had started itself may hold them open for ever.
        for (int i = 1; i < 3; i++) {
            if (pipes[i].get() < 0) continue;
            ::fcntl(pipes[i].get(), F_SETFL, O_NONBLOCK);
            int ignored = 0;
            while (gather(pipes[i].get(), gathered[i - 1], limit, ignored)) {
            }
        }
    }
    for (Descriptor& pipe : pipes) pipe.close();
    return !killed;
}

}  // namespace skua::stdlib
