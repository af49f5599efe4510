#include "vmc_test.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fmt/format.h>
#include <list>
#include <map>
#include <poll.h>
#include <thread>
#include <unistd.h>

#include "vmc_test_process.h"
#include "vmc_test_report.h"

namespace skua::compiler {
namespace {

int complain(const Failure& failure) {
    std::fflush(stdout);
    std::fprintf(stderr, "vmc: %s\n", failure.message.c_str());
    return failure.exit_code;
}

class TestRun {
public:
    TestRun(const std::vector<TestCase>& tests, std::vector<std::string> command, const TestRequest& request,
            TestReport& report)
        : tests_(tests), command_(std::move(command)), request_(request), report_(report) {}

    // False if a process could not be started; errno tells why.
    bool run() {
        unsigned jobs = request_.jobs;
        if (jobs == 0) jobs = std::max(1u, std::thread::hardware_concurrency());
        while (reported_ < tests_.size()) {
            while (next_ < tests_.size() && running_.size() < jobs)
                if (!start(next_++)) return false;
            wait();
            for (auto it = running_.begin(); it != running_.end();) {
                if (!it->process.advance()) {
                    ++it;
                    continue;
                }
                done_.emplace(it->test, it->process.result());
                it = running_.erase(it);
            }
            report_in_order();
            if (!report_.delivered()) return true;
        }
        return true;
    }

private:
    struct Running {
        std::size_t test;
        TestProcess process;
    };

    bool start(std::size_t test) {
        std::vector<std::string> command = command_;
        command.push_back("--entry=" + tests_[test].function);
        command.push_back(tests_[test].module);
        running_.push_back({test, {}});
        report_.running(tests_[test], reported_);
        const auto limit = std::chrono::milliseconds(static_cast<std::int64_t>(request_.timeout * 1000));
        return running_.back().process.start(std::move(command), limit);
    }

    // Until one of the processes has something to say or its time is over.
    void wait() {
        std::vector<pollfd> fds;
        auto until = TestProcess::Clock::time_point::max();
        for (const Running& r : running_) {
            for (const int fd : {r.process.output_fd(), r.process.outcome_fd()})
                if (fd >= 0) fds.push_back({fd, POLLIN, 0});
            until = std::min(until, r.process.deadline());
        }
        const auto left =
            std::chrono::ceil<std::chrono::milliseconds>(until - TestProcess::Clock::now()).count();
        ::poll(fds.data(), fds.size(), static_cast<int>(std::clamp<std::int64_t>(left, 0, 1000)));
    }

    // Results come in the order of the source, whichever test is ready first.
    void report_in_order() {
        for (auto it = done_.find(reported_); it != done_.end(); it = done_.find(reported_)) {
            report_.finished(tests_[reported_], it->second);
            done_.erase(it);
            ++reported_;
        }
    }

    const std::vector<TestCase>& tests_;
    std::vector<std::string> command_;
    const TestRequest& request_;
    TestReport& report_;
    std::list<Running> running_;
    std::map<std::size_t, TestResult> done_;
    std::size_t next_ = 0, reported_ = 0;
};

std::vector<TestCase> chosen(const std::vector<TestCase>& all, const std::string& filter) {
    std::vector<TestCase> tests;
    std::copy_if(all.begin(), all.end(), std::back_inserter(tests), [&](const TestCase& test) {
        return test.name.find(filter) != std::string::npos || test.module.find(filter) != std::string::npos;
    });
    return tests;
}

}  // namespace

int run_tests(const Compilation& compilation, const TestRequest& request) {
    const std::vector<TestCase> tests = chosen(compilation.tests, request.filter);
    if (tests.empty() && !request.filter.empty())
        return complain({kExitNoInput, fmt::format("no test has `{}` in its name or in that of its module; "
                                                   "--list names all {}",
                                                   request.filter, compilation.tests.size())});
    TestReport report(compilation, request, tests.size());
    const auto not_delivered = [] {
        return complain({kExitNotDelivered, "standard output: could not be written"});
    };
    if (request.list) {
        for (const TestCase& test : tests) report.listed(test);
        return report.delivered() ? kExitDone : not_delivered();
    }
    const auto start = std::chrono::steady_clock::now();
    if (!tests.empty()) {
        Failure failure;
        const int archive = open_program_archive(compilation, failure);
        if (archive < 0) return complain(failure);
        std::vector<std::string> command =
            vmrun_command(compilation, request.run, fmt::format("/proc/self/fd/{}", archive));
        const std::string vmrun = command[0];
        if (!TestRun(tests, std::move(command), request, report).run())
            return complain({kExitNoInput, fmt::format("{}: cannot be started: {}; vmrun lies beside vmc",
                                                       vmrun, std::strerror(errno))});
    }
    report.summary(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
    if (!report.delivered()) return not_delivered();
    return report.failed() == 0 ? kExitDone : kExitTestFailed;
}

}  // namespace skua::compiler
