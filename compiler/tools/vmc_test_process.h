// One test, run by a vmrun of its own: what it does to globals, to memory or to the process ends with it.
//
// A test has passed when vmrun says that its function returned; a program that ends by itself in the middle
// of a test (process.exit, a crash, a limit) has not. What the test prints is kept, up to a limit.
#pragma once

#include <chrono>
#include <string>
#include <sys/types.h>
#include <vector>

#include "driver.h"

namespace skua::compiler {

struct TestFrame {
    std::string function;  // "a.b.f"
    std::string file;      // without folders
    std::uint32_t line = 0;
};

struct TestResult {
    bool passed = false;
    bool timed_out = false;
    std::string
        error;  // "std.core.KeyError"; empty if there was none, and the test failed for another reason
    std::string message;              // perhaps of several lines
    std::vector<TestFrame> trace;     // of the error, innermost first
    std::vector<std::string> causes;  // lines that describe what caused it, as the machine prints them
    std::string output;
    bool output_cut = false;
    double seconds = 0;
};

// "    at a.b.f (b.skua:12)"; false if the line is none such.
bool read_frame(std::string_view line, TestFrame& frame);

// What `vmrun --outcome-to` and the way in which the process ended (as waitpid says) mean.
TestResult read_outcome(std::string_view outcome, int status);

class TestProcess {
public:
    using Clock = std::chrono::steady_clock;

    // Starts the command, to which --outcome-to is added as second word. False: it cannot be started, see
    // errno.
    bool start(std::vector<std::string> command, std::chrono::milliseconds time_limit);

    // To be polled for reading; -1 once they are at their end.
    [[nodiscard]] int output_fd() const { return output_; }
    [[nodiscard]] int outcome_fd() const { return outcome_; }
    [[nodiscard]] Clock::time_point deadline() const { return deadline_; }

    // Takes what can be read; kills the process when its time is over. True: it has ended.
    bool advance();
    // After advance() was true.
    TestResult result();

private:
    static bool drain(int& fd, std::string& text, std::size_t limit, bool& cut);

    pid_t pid_ = -1;
    int output_ = -1, outcome_ = -1;
    int status_ = 0;
    Clock::time_point started_, ended_, deadline_;
    bool timed_out_ = false, output_cut_ = false, outcome_cut_ = false;
    std::string output_text_, outcome_text_;
};

}  // namespace skua::compiler
