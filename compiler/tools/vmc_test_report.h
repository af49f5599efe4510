// What `vmc test` prints on standard output: for people, or as JSON, one object a line.
#pragma once

#include "vmc_test.h"
#include "vmc_test_process.h"

namespace skua::compiler {

class TestReport {
public:
    TestReport(const Compilation& compilation, const TestRequest& request, std::size_t count)
        : compilation_(compilation), request_(request), count_(count) {}

    void running(const TestCase& test, std::size_t done);
    void finished(const TestCase& test, const TestResult& result);
    void summary(double seconds);
    void listed(const TestCase& test);

    [[nodiscard]] std::size_t failed() const { return failed_; }
    // False: standard output is closed or full.
    [[nodiscard]] bool delivered() const { return delivered_; }

private:
    struct Place {
        std::string path;
        std::uint32_t line = 0;
    };
    [[nodiscard]] Place place_of(const TestCase& test) const;
    [[nodiscard]] Place place_of(const TestFrame& frame) const;
    [[nodiscard]] Place place_of(const TestCase& test, const std::vector<TestFrame>& frames) const;
    [[nodiscard]] const SourceFile* source_of(const TestFrame& frame) const;
    [[nodiscard]] std::string frame_line(const TestFrame& frame, const TestCase& test) const;
    [[nodiscard]] std::string causes(const TestCase& test, const TestResult& result) const;
    [[nodiscard]] static std::string function_name(const TestFrame& frame, const TestCase& test);
    [[nodiscard]] static std::vector<TestFrame> own_frames(const TestResult& result);
    void text(const TestCase& test, const TestResult& result);
    void json(const TestCase& test, const TestResult& result);
    [[nodiscard]] std::string colored(const char* code, std::string_view text) const;
    void put(const std::string& text);

    const Compilation& compilation_;
    const TestRequest& request_;
    std::size_t count_;
    std::size_t passed_ = 0, failed_ = 0;
    bool status_shown_ = false, delivered_ = true;
};

}  // namespace skua::compiler
