#include "vmc_test_report.h"

#include <algorithm>
#include <cstdio>
#include <fmt/format.h>

#include "diagnostics_render.h"

namespace skua::compiler {
namespace {

constexpr const char* kRed = "\x1B[1;31m";
constexpr const char* kGreen = "\x1B[1;32m";
constexpr const char* kClearLine = "\r\x1B[K";
constexpr std::size_t kMaxFrames = 12;  // of a trace, for people
constexpr std::size_t kMaxCauses = 40;  // lines

std::string indented(std::string_view text, std::string_view with) {
    std::string out(with);
    for (const char c : text) {
        out += c;
        if (c == '\n') out += with;
    }
    return out;
}

std::string_view without_end(std::string_view text) {
    while (text.ends_with('\n')) text.remove_suffix(1);
    return text;
}

bool in_assertions(const TestFrame& frame) {
    const std::string_view f = frame.function;
    return f.starts_with("std.testing.") || f.starts_with("std.core.assert");
}

}  // namespace

std::string TestReport::colored(const char* code, std::string_view text) const {
    return request_.color ? fmt::format("{}{}\x1B[0m", code, text) : std::string(text);
}

void TestReport::put(const std::string& text) {
    if (status_shown_) std::fputs(kClearLine, stdout);
    status_shown_ = false;
    delivered_ &= std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0;
}

void TestReport::running(const TestCase& test, std::size_t done) {
    if (!request_.progress) return;
    std::string shown = test.name.substr(0, 60);
    while (shown.size() < test.name.size() && !shown.empty() && (shown.back() & 0x80) != 0) shown.pop_back();
    for (char& c : shown)
        if (static_cast<unsigned char>(c) < 0x20) c = ' ';
    put(fmt::format("{} of {}: {}", done, count_, shown));
    status_shown_ = true;
}

TestReport::Place TestReport::place_of(const TestCase& test) const {
    const SourceFile& file = *compilation_.files[test.range.file];
    return {file.path(), file.position(test.range.start).line};
}

// The file of the module in which the function is, if it is one of the program's.
const SourceFile* TestReport::source_of(const TestFrame& frame) const {
    const SourceFile* best = nullptr;
    for (const auto& file : compilation_.files) {
        const std::string& module = file->module_name();
        if (frame.function.starts_with(module + ".") && file->path().ends_with(frame.file) &&
            (best == nullptr || best->module_name().size() < module.size()))
            best = file.get();
    }
    return best;
}

TestReport::Place TestReport::place_of(const TestFrame& frame) const {
    const SourceFile* source = source_of(frame);
    return {source != nullptr ? source->path() : frame.file, frame.line};
}

// Where it failed: in the program, not in the library that it called.
TestReport::Place TestReport::place_of(const TestCase& test, const std::vector<TestFrame>& frames) const {
    const auto own = std::find_if(frames.begin(), frames.end(),
                                  [&](const TestFrame& frame) { return source_of(frame) != nullptr; });
    return own != frames.end() ? place_of(*own) : place_of(test);
}

std::string TestReport::frame_line(const TestFrame& frame, const TestCase& test) const {
    const Place at = place_of(frame);
    return fmt::format("    at {} ({}:{})\n", function_name(frame, test), at.path, at.line);
}

// `a.b.test$0` as the user knows it.
std::string TestReport::function_name(const TestFrame& frame, const TestCase& test) {
    const std::string own = test.module + "." + test.function;
    const std::string_view f = frame.function;
    if (!f.starts_with(own) || (f.size() > own.size() && f[own.size()] != '$')) return frame.function;
    return fmt::format("{}test \"{}\"", f.size() > own.size() ? "a function in " : "", test.name);
}

// The trace without what checked the assertion.
std::vector<TestFrame> TestReport::own_frames(const TestResult& result) {
    std::vector<TestFrame> frames;
    std::copy_if(result.trace.begin(), result.trace.end(), std::back_inserter(frames),
                 [](const TestFrame& frame) { return !in_assertions(frame); });
    return frames;
}

std::string TestReport::causes(const TestCase& test, const TestResult& result) const {
    std::string out;
    std::size_t count = 0;
    for (const std::string& line : result.causes) {
        TestFrame frame;
        const bool is_frame = read_frame(line, frame);
        if (is_frame && in_assertions(frame)) continue;
        if (count++ == kMaxCauses) return out + "    ...\n";
        out += is_frame ? "    " + frame_line(frame, test) : "    " + line + "\n";
    }
    return out;
}

void TestReport::text(const TestCase& test, const TestResult& result) {
    const std::vector<TestFrame> frames = own_frames(result);
    const Place place = place_of(test, frames);
    std::string what = result.message;
    const bool assertion = result.error == "std.core.AssertionError";
    if (!result.error.empty() && !assertion)
        what = "uncaught " + result.error + (what.empty() ? "" : ": " + what);
    if (what.empty()) what = "assertion failed";
    std::string out =
        fmt::format("{}:{}: {} \"{}\":", place.path, place.line, colored(kRed, "FAILED"), test.name);
    if (what.find('\n') == std::string::npos)
        out += " " + what + "\n";
    else
        out += "\n" + indented(what, "    ") + "\n";
    // Where an assertion stands in the test itself, the place says everything.
    if (frames.size() > 1 || (!frames.empty() && !assertion)) {
        for (std::size_t i = 0; i < std::min(frames.size(), kMaxFrames); ++i)
            out += frame_line(frames[i], test);
        if (frames.size() > kMaxFrames)
            out += fmt::format("    ... and {} more calls\n", frames.size() - kMaxFrames);
    }
    out += causes(test, result);
    if (const std::string_view printed = without_end(result.output); !printed.empty())
        out += fmt::format("    it printed{}:\n{}\n", result.output_cut ? " (the beginning)" : "",
                           indented(printed, "    | "));
    put(out);
}

void TestReport::json(const TestCase& test, const TestResult& result) {
    const auto add = [](std::string& out, const char* key, std::string_view value) {
        out += fmt::format(",\"{}\":", key);
        append_json_string(out, value);
    };
    const auto add_place = [&](std::string& out, const Place& place) {
        add(out, "file", place.path);
        out += fmt::format(",\"line\":{}", place.line);
    };
    std::string out = R"({"event":"test")";
    add(out, "name", test.name);
    add(out, "module", test.module);
    add_place(out, place_of(test));
    add(out, "outcome", result.passed ? "passed" : "failed");
    out += fmt::format(",\"seconds\":{:.3f}", result.seconds);
    if (!result.passed) {
        const std::vector<TestFrame> frames = own_frames(result);
        out += ",\"failedAt\":{";
        std::string at;
        add_place(at, place_of(test, frames));
        out += at.substr(1) + '}';
        add(out, "message", result.message);
        if (!result.error.empty()) add(out, "error", result.error);
        if (result.timed_out) out += ",\"timedOut\":true";
        out += ",\"trace\":[";
        bool first = true;
        for (const TestFrame& frame : frames) {
            out += first ? "{" : ",{";
            first = false;
            out += "\"function\":";
            append_json_string(out, function_name(frame, test));
            add_place(out, place_of(frame));
            out += '}';
        }
        out += ']';
        if (!result.causes.empty()) add(out, "causes", causes(test, result));
    }
    if (!result.output.empty()) add(out, "output", result.output);
    put(out + "}\n");
}

void TestReport::finished(const TestCase& test, const TestResult& result) {
    ++(result.passed ? passed_ : failed_);
    if (request_.json) return json(test, result);
    if (!result.passed) return text(test, result);
    if (!request_.verbose) return;
    const Place place = place_of(test);
    put(fmt::format("{}:{}: {} \"{}\" ({:.2f} s)\n", place.path, place.line, colored(kGreen, "passed"),
                    test.name, result.seconds));
}

void TestReport::listed(const TestCase& test) {
    const Place place = place_of(test);
    if (!request_.json) return put(fmt::format("{}:{}: {}\n", place.path, place.line, test.name));
    std::string out = R"({"event":"listed","name":)";
    append_json_string(out, test.name);
    out += R"(,"module":)";
    append_json_string(out, test.module);
    out += R"(,"file":)";
    append_json_string(out, place.path);
    put(out + fmt::format(",\"line\":{}}}\n", place.line));
}

void TestReport::summary(double seconds) {
    if (request_.json)
        return put(fmt::format("{{\"event\":\"summary\",\"passed\":{},\"failed\":{},\"seconds\":{:.3f}}}\n",
                               passed_, failed_, seconds));
    const auto tests = [](std::size_t n) { return fmt::format("{} test{}", n, n == 1 ? "" : "s"); };
    if (count_ == 0) return put("no tests\n");
    if (failed_ == 0)
        return put(fmt::format("{} ({:.2f} s)\n", colored(kGreen, tests(passed_) + " passed"), seconds));
    put(fmt::format("{}, {} passed ({:.2f} s)\n", colored(kRed, tests(failed_) + " failed"), passed_,
                    seconds));
}

}  // namespace skua::compiler
