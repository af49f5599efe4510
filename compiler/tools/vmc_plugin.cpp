#include "vmc_plugin.h"

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "vmc_run.h"

namespace skua::compiler {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kMaxDescription = 32u << 20;
constexpr std::chrono::seconds kTime{5};

Diagnostic no_answer(const std::string& file, std::string_view what, std::string hint = {}) {
    Diagnostic d;
    d.message = fmt::format("the plugin {} does not say what it has: {}", file, what);
    d.hint = std::move(hint);
    return d;
}

// Reads up to the end, the limit or the deadline. False: it was not the end.
bool read_until(int fd, Clock::time_point deadline, std::string& text) {
    char buffer[16 << 10];
    while (text.size() < kMaxDescription) {
        const auto left =
            std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
        if (left <= 0) return false;
        pollfd poll_for{fd, POLLIN, 0};
        if (::poll(&poll_for, 1, static_cast<int>(left)) <= 0) continue;
        const ssize_t n = ::read(fd, buffer, sizeof buffer);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return true;
        text.append(buffer, static_cast<std::size_t>(n));
    }
    return false;
}

}  // namespace

Result<std::string> describe_plugin(const std::string& file) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) return no_answer(file, std::strerror(errno));
    std::vector<std::string> command{program_folder() + "/vmrun", fmt::format("--outcome-to={}", ends[1]),
                                     "--describe-plugin=" + file};
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    // What the plugin prints is no business of the compiler's.
    ::posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    ::posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    ::posix_spawn_file_actions_adddup2(&actions, ends[1], ends[1]);  // is inherited
    pid_t pid = -1;
    const int error =
        ::posix_spawn(&pid, command[0].c_str(), &actions, nullptr, exec_words(command).data(), environ);
    ::posix_spawn_file_actions_destroy(&actions);
    ::close(ends[1]);
    if (error != 0) {
        ::close(ends[0]);
        return no_answer(file, fmt::format("{} cannot be started: {}", command[0], std::strerror(error)),
                         "vmrun lies beside vmc");
    }
    std::string text;
    const bool whole = read_until(ends[0], Clock::now() + kTime, text);
    ::close(ends[0]);
    // One that has said all ends by itself; others may be waiting for ever.
    if (!whole) ::kill(pid, SIGKILL);
    int status = 0;
    while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    if (!whole)
        return no_answer(file,
                         text.size() >= kMaxDescription
                             ? "it says too much"
                             : fmt::format("loading it takes longer than {} s", kTime.count()),
                         "look at what skua_plugin and the constructors of static objects do");
    if (text.ends_with("\nend\n")) return text;
    const std::string hint =
        "look at what skua_plugin, the constructors of static objects and the description do";
    if (WIFSIGNALED(status))
        return no_answer(file,
                         fmt::format("it ended the process that loaded it by signal {} ({})",
                                     WTERMSIG(status), ::strsignal(WTERMSIG(status))),
                         hint);
    return no_answer(
        file, fmt::format("it ended the process that loaded it, with exit code {}", WEXITSTATUS(status)),
        hint);
}

void settle_plugins(Settings& s, const std::vector<Project>& projects, bool runs) {
    std::vector<std::string>& folders = s.compile.plugin_path;
    for (const std::string& path : s.plugin_path)
        for (std::size_t i = 0; i < path.size();) {
            const std::size_t colon = std::min(path.find(':', i), path.size());
            if (colon > i) folders.push_back(path.substr(i, colon - i));
            i = colon + 1;
        }
    for (const Project& project : projects) {
        folders.insert(folders.end(), project.plugin_path.begin(), project.plugin_path.end());
        s.compile.plugin_needs.insert(s.compile.plugin_needs.end(), project.manifest.plugins.begin(),
                                      project.manifest.plugins.end());
    }
    s.compile.describe_plugin = describe_plugin;
    if (!runs) return;
    for (const std::string& folder : folders) s.run_options.push_back("--plugin-path=" + folder);
}

}  // namespace skua::compiler
