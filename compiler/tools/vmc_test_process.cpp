#include "vmc_test_process.h"

#include <cerrno>
#include <charconv>
#include <csignal>
#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "vmc_run.h"

namespace skua::compiler {
namespace {

constexpr std::size_t kMaxOutput = 64 << 10;
constexpr std::size_t kMaxOutcome = 1 << 20;

constexpr std::string_view kFrame = "    at ";

std::vector<std::string_view> lines_of(std::string_view text) {
    std::vector<std::string_view> lines;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        lines.push_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return lines;
}

void read_error(std::string_view text, TestResult& result) {
    const std::vector<std::string_view> lines = lines_of(text);
    const std::size_t colon = std::min(lines[0].find(": "), lines[0].size());
    result.error = lines[0].substr(0, colon);
    result.message = lines[0].substr(std::min(colon + 2, lines[0].size()));
    std::size_t i = 1;
    for (; i < lines.size() && !lines[i].starts_with(kFrame); ++i)
        result.message.append("\n").append(lines[i]);
    for (; i < lines.size() && lines[i].starts_with("    "); ++i)
        if (TestFrame frame; read_frame(lines[i], frame)) result.trace.push_back(std::move(frame));
    for (; i < lines.size(); ++i) result.causes.emplace_back(lines[i]);
}

}  // namespace

bool read_frame(std::string_view line, TestFrame& frame) {
    if (!line.starts_with(kFrame)) return false;
    line.remove_prefix(kFrame.size());
    const std::size_t open = line.rfind(" (");
    frame.function = line.substr(0, open);
    if (open == std::string_view::npos || !line.ends_with(')')) return true;
    std::string_view place = line.substr(open + 2, line.size() - open - 3);
    const std::size_t colon = place.rfind(':');
    if (colon != std::string_view::npos) {
        const std::string_view number = place.substr(colon + 1);
        std::from_chars(number.data(), number.data() + number.size(), frame.line);
    }
    frame.file = place.substr(0, colon);
    return true;
}

TestResult read_outcome(std::string_view outcome, int status) {
    constexpr std::string_view kUncaught = "uncaught ";
    TestResult result;
    if (outcome == "returned\n") {
        result.passed = true;
    } else if (outcome.starts_with(kUncaught)) {
        read_error(outcome.substr(kUncaught.size()), result);
    } else if (WIFSIGNALED(status)) {
        result.message = fmt::format("the virtual machine was ended by signal {}", WTERMSIG(status));
    } else {
        result.message = fmt::format("the program ended in the middle of the test, with exit code {}",
                                     WEXITSTATUS(status));
    }
    return result;
}

bool TestProcess::start(std::vector<std::string> command, std::chrono::milliseconds time_limit) {
    int output[2], outcome[2];
    if (::pipe2(output, O_CLOEXEC) != 0) return false;
    if (::pipe2(outcome, O_CLOEXEC) != 0) {
        ::close(output[0]), ::close(output[1]);
        return false;
    }
    command.insert(command.begin() + 1, fmt::format("--outcome-to={}", outcome[1]));
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    ::posix_spawn_file_actions_adddup2(&actions, output[1], STDOUT_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions, output[1], STDERR_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions, outcome[1], outcome[1]);  // is inherited
    started_ = Clock::now();
    deadline_ = started_ + time_limit;
    const int error =
        ::posix_spawn(&pid_, command[0].c_str(), &actions, nullptr, exec_words(command).data(), environ);
    ::posix_spawn_file_actions_destroy(&actions);
    ::close(output[1]), ::close(outcome[1]);
    output_ = output[0], outcome_ = outcome[0];
    for (const int fd : {output_, outcome_}) ::fcntl(fd, F_SETFL, O_NONBLOCK);
    if (error == 0) return true;
    ::close(output_), ::close(outcome_);
    errno = error;
    return false;
}

// Reads what is there. At the end closes and forgets the descriptor. True: the end.
bool TestProcess::drain(int& fd, std::string& text, std::size_t limit, bool& cut) {
    char buffer[16 << 10];
    while (fd >= 0) {
        const ssize_t n = ::read(fd, buffer, sizeof buffer);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0 && errno == EAGAIN) return false;
        if (n <= 0) {
            ::close(fd);
            fd = -1;
            break;
        }
        const std::size_t room = limit - text.size();
        cut |= static_cast<std::size_t>(n) > room;
        text.append(buffer, std::min(static_cast<std::size_t>(n), room));
    }
    return true;
}

bool TestProcess::advance() {
    if (!timed_out_ && Clock::now() >= deadline_) {
        timed_out_ = true;
        ::kill(pid_, SIGKILL);
    }
    drain(output_, output_text_, kMaxOutput, output_cut_);
    if (!drain(outcome_, outcome_text_, kMaxOutcome, outcome_cut_)) return false;
    // vmrun alone holds that end, so it has ended or is about to. Processes that the test started may
    // still hold the other.
    while (::waitpid(pid_, &status_, 0) < 0 && errno == EINTR) {
    }
    ended_ = Clock::now();
    drain(output_, output_text_, kMaxOutput, output_cut_);
    if (output_ >= 0) ::close(output_);
    output_ = -1;
    return true;
}

TestResult TestProcess::result() {
    TestResult result = read_outcome(outcome_text_, status_);
    result.seconds = std::chrono::duration<double>(ended_ - started_).count();
    if (timed_out_ && !result.passed && result.error.empty()) {
        result.timed_out = true;
        result.message = fmt::format("it was still running after {:.3g} s",
                                     std::chrono::duration<double>(deadline_ - started_).count());
    }
    result.output = std::move(output_text_);
    result.output_cut = output_cut_;
    return result;
}

}  // namespace skua::compiler
