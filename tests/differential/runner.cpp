#include "runner.h"

#include <chrono>
#include <cstring>
#include <fcntl.h>
#include <functional>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "machine.h"
#include "skua/classfile/check.h"

namespace skua::differential {

namespace {

using Clock = std::chrono::steady_clock;

// A sequence of items that a child works through, reporting each; after a death another child goes
// on with the item behind the one that was being worked on.
struct Task {
    std::size_t count = 0;
    std::function<bool(std::size_t)> wanted;
    // Runs in the child: given the first item, reports through the callback.
    std::function<void(std::size_t, const std::function<void(std::size_t, const std::string&)>&)> work;
    std::vector<std::string> results;

    std::size_t next = 0;  // the item that is being worked on
    pid_t pid = -1;
    int fd = -1;
    std::string buffer;
    Clock::time_point since;

    bool done() const { return pid < 0 && next >= count; }
};

void write_all(int fd, const void* data, std::size_t size) {
    const char* at = static_cast<const char*>(data);
    while (size > 0) {
        const ssize_t n = ::write(fd, at, size);
        if (n <= 0) _exit(3);
        at += n;
        size -= static_cast<std::size_t>(n);
    }
}

void start(Task& task) {
    while (task.next < task.count && !task.wanted(task.next)) ++task.next;
    if (task.next >= task.count) return;
    int ends[2];
    SKUA_CHECK(pipe2(ends, O_CLOEXEC) == 0);
    std::fflush(nullptr);
    const pid_t pid = fork();
    SKUA_CHECK(pid >= 0);
    if (pid == 0) {
        ::close(ends[0]);
        task.work(task.next, [&](std::size_t item, const std::string& text) {
            const std::uint64_t head[2] = {item, text.size()};
            write_all(ends[1], head, sizeof head);
            write_all(ends[1], text.data(), text.size());
        });
        _exit(0);
    }
    ::close(ends[1]);
    task.pid = pid;
    task.fd = ends[0];
    task.buffer.clear();
    task.since = Clock::now();
}

void skip(Task& task) {
    ++task.next;
    while (task.next < task.count && !task.wanted(task.next)) ++task.next;
    task.since = Clock::now();
}

// Takes complete messages out of the buffer.
void take(Task& task) {
    std::size_t at = 0;
    std::uint64_t head[2];
    while (task.buffer.size() - at >= sizeof head) {
        std::memcpy(head, task.buffer.data() + at, sizeof head);
        if (task.buffer.size() - at - sizeof head < head[1]) break;
        task.results[head[0]] = task.buffer.substr(at + sizeof head, head[1]);
        at += sizeof head + head[1];
        skip(task);
    }
    task.buffer.erase(0, at);
}

void reap(Task& task, const char* why) {
    int status = 0;
    if (why) kill(task.pid, SIGKILL);
    waitpid(task.pid, &status, 0);
    ::close(task.fd);
    task.pid = -1;
    if (task.next >= task.count) return;
    std::string text = why ? why
                       : WIFSIGNALED(status)
                           ? std::string("crashed: ") + strsignal(WTERMSIG(status))
                           : "the process ended with code " + std::to_string(WEXITSTATUS(status));
    task.results[task.next] = text;
    skip(task);
}

void run_tasks(std::vector<Task>& tasks, const RunOptions& options) {
    Clock::time_point last = Clock::now();
    for (;;) {
        std::vector<pollfd> fds;
        std::vector<Task*> running;
        bool all_done = true;
        for (Task& task : tasks) {
            if (task.pid < 0 && task.next < task.count && running.size() < options.jobs) start(task);
            if (task.pid >= 0) {
                running.push_back(&task);
                fds.push_back({task.fd, POLLIN, 0});
            }
            all_done &= task.done();
        }
        if (all_done) return;
        if (running.empty()) continue;
        poll(fds.data(), fds.size(), 500);
        // Whoever stops this process for a while stops the children, too: that time does not count.
        const auto gap = Clock::now() - last;
        last += gap;
        if (gap > std::chrono::seconds(3))
            for (Task& task : tasks) task.since += gap;
        for (std::size_t i = 0; i < fds.size(); ++i) {
            Task& task = *running[i];
            if (fds[i].revents != 0) {
                char chunk[65536];
                const ssize_t n = read(task.fd, chunk, sizeof chunk);
                if (n > 0) {
                    task.buffer.append(chunk, static_cast<std::size_t>(n));
                    take(task);
                } else {
                    reap(task, nullptr);
                }
            } else if (Clock::now() - task.since > std::chrono::duration<double>(options.seconds)) {
                reap(task, "did not end in time");
            }
        }
    }
}

}  // namespace

std::vector<std::vector<Outcome>> run(const RunOptions& options,
                                      const std::vector<Configuration>& configurations,
                                      const std::vector<Program>& programs,
                                      const std::vector<std::uint64_t>& seeds) {
    std::vector<Task> tasks(configurations.size());
    const Plan plan(configurations, options.vary);
    // A single program is wanted by everybody.
    const auto wanted = [&](std::size_t c, std::size_t i) {
        return programs.size() == 1 || plan.wants(c, seeds[i]);
    };
    for (std::size_t c = 0; c < configurations.size(); ++c) {
        const Configuration& configuration = configurations[c];
        Task& task = tasks[c];
        task.count = programs.size();
        task.results.resize(programs.size());
        task.wanted = [&, c](std::size_t i) { return wanted(c, i); };
        task.work = [&, configuration, c](std::size_t first, const auto& report) {
            Machine machine(configuration, options.library);
            for (std::size_t i = first; i < programs.size(); ++i) {
                if (!wanted(c, i)) continue;
                report(i, machine.run(configuration.obscured ? obscured(programs[i]) : programs[i], c == 0));
            }
        };
    }
    run_tasks(tasks, options);
    std::vector<std::vector<Outcome>> outcomes;
    for (Task& task : tasks) outcomes.push_back(std::move(task.results));
    return outcomes;
}

std::vector<std::string> in_children(const RunOptions& options, std::size_t count,
                                     std::string (*work)(std::size_t, void*), void* data) {
    std::vector<Task> tasks(1);
    Task& task = tasks[0];
    task.count = count;
    task.results.resize(count);
    task.wanted = [](std::size_t) { return true; };
    task.work = [=](std::size_t first, const auto& report) {
        for (std::size_t i = first; i < count; ++i) report(i, work(i, data));
    };
    run_tasks(tasks, options);
    return std::move(task.results);
}

}  // namespace skua::differential
