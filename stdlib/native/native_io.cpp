// Natives of std.io: standard input, output and error.
//
// Standard output goes through one buffer per machine, written out when it is full, when the
// program asks, before input is read from a terminal, after each line if it is a terminal, and
// when the program ends. A failed write throws IOError at the call that met it; what fails at
// the end of the program is told on standard error and ends the process with code 74.
//
// Of a machine whose host has taken the streams over (SkApi::streams), every write goes to the host at once.
#include <cstdlib>
#include <cstring>
#include <mutex>

#include "buffered_input.h"
#include "native_support.h"
#include "outside_text.h"

namespace skua::stdlib {
namespace {

constexpr int kExitIoError = 74;

class Output {
public:
    explicit Output(const SkStreams* streams) : streams_(streams) {}

    // 0 or an errno.
    int write(SkEnv* env, std::string_view a, std::string_view b = {}) {
        const std::lock_guard lock(mutex_);
        for (const std::string_view s : {a, b}) {
            env->api->trace_output(env, s.data(), s.size());
            if (const int error = add(env, s)) return error;
        }
        if (streams_ != nullptr) return drain(env);
        return terminal() && (!b.empty() || a.find('\n') != std::string_view::npos) ? drain(env) : 0;
    }

    int flush(SkEnv* env) {
        const std::lock_guard lock(mutex_);
        return drain(env);
    }

    int write_error(SkEnv* env, std::string_view s) {
        if (streams_ == nullptr) return write_fully(env, STDERR_FILENO, s.data(), s.size());
        const std::lock_guard lock(mutex_);
        return streams_->write(streams_->data, STDERR_FILENO, s.data(), s.size());
    }

    // What was written must be seen before what follows.
    bool terminal() {
        if (streams_ != nullptr) return false;
        if (terminal_ < 0) terminal_ = ::isatty(STDOUT_FILENO);
        return terminal_ == 1;
    }

private:
    int add(SkEnv* env, std::string_view s) {
        if (s.empty()) return 0;  // its data may be null
        if (s.size() > sizeof buffer_ - used_) {
            if (const int error = drain(env)) return error;
            if (s.size() >= sizeof buffer_) return put(env, s.data(), s.size());
        }
        std::memcpy(buffer_ + used_, s.data(), s.size());
        used_ += s.size();
        return 0;
    }

    // What cannot be written is dropped, so that an error is told once.
    int drain(SkEnv* env) {
        const std::size_t n = used_;
        used_ = 0;
        return put(env, buffer_, n);
    }

    int put(SkEnv* env, const char* bytes, std::size_t n) {
        if (streams_ == nullptr) return write_fully(env, STDOUT_FILENO, bytes, n);
        return n == 0 ? 0 : streams_->write(streams_->data, STDOUT_FILENO, bytes, n);
    }

    const SkStreams* const streams_;
    std::mutex mutex_;
    std::size_t used_ = 0;
    int terminal_ = -1;
    char buffer_[32768];
};

const char* const kInput = "standard input";

struct Input {
    std::mutex mutex;
    BufferedInput bytes;
};

void flush_at_exit(void* output);

// What one machine's program has written and read.
struct Streams {
    explicit Streams(const SkStreams* streams)
        : output(streams), input{{}, BufferedInput(STDIN_FILENO, streams)} {}
    Output output;
    Input input;
};

const char kStreamsKey = 0;

Streams& streams_of(SkEnv* env) {
    const auto make = [](SkEnv* own) -> void* {
        auto* made = new Streams(own->api->streams(own));
        own->api->at_exit(own, flush_at_exit, &made->output);
        return made;
    };
    const auto destroy = [](void* state) { delete static_cast<Streams*>(state); };
    return *static_cast<Streams*>(env->api->plugin_state(env, &kStreamsKey, make, destroy));
}

Output& output(SkEnv* env) {
    return streams_of(env).output;
}

Input& input(SkEnv* env) {
    return streams_of(env).input;
}

void check_output(SkEnv* env, int error) {
    if (error) env->api->throw_errno(env, "cannot write to standard output", error);
}

void write_out(SkEnv* env, SkString* text) {
    check_output(env, output(env).write(env, view(env, text)));
}
void write_out_line(SkEnv* env, SkString* text) {
    check_output(env, output(env).write(env, view(env, text), "\n"));
}
void flush_out(SkEnv* env) {
    check_output(env, output(env).flush(env));
}

void output_bytes(SkEnv* env, SkArray* data, std::int64_t start, std::int64_t end) {
    if (!check_slice(env, start, end, env->api->array_len(env, data))) return;
    check_output(env, output(env).write(
                          env, {elements<char>(env, data) + start, static_cast<std::size_t>(end - start)}));
}

void write_error(SkEnv* env, SkString* text) {
    // In the order in which a terminal's user expects it.
    if (output(env).terminal()) output(env).flush(env);
    if (const int error = output(env).write_error(env, view(env, text)))
        env->api->throw_errno(env, "cannot write to standard error", error);
}

// What was printed so far (a prompt, say) must be seen before a user answers.
bool before_input(SkEnv* env) {
    if (env->api->streams(env) != nullptr) return true;  // all of it is out
    if (!output(env).terminal() && !::isatty(STDIN_FILENO)) return true;
    check_output(env, output(env).flush(env));
    return !env->api->has_pending(env);
}

bool check_input(SkEnv* env, int error) {
    if (error == EFBIG)
        throw_too_large(env, kInput);
    else if (error)
        env->api->throw_errno(env, "cannot read standard input", error);
    return error == 0;
}

SkString* input_line(SkEnv* env) {
    return guarded(env, [&]() -> SkString* {
        if (!before_input(env)) return nullptr;
        const std::lock_guard lock(input(env).mutex);
        std::string line;
        int error = 0;
        const bool found = input(env).bytes.line(env, line, error);
        if (!check_input(env, error) || !found) return nullptr;
        return outside_lines(env, line, kInput, input(env).bytes.lines());
    });
}

SkString* input_rest(SkEnv* env) {
    return guarded(env, [&]() -> SkString* {
        if (!before_input(env)) return nullptr;
        const std::lock_guard lock(input(env).mutex);
        const std::int64_t first_line = input(env).bytes.lines() + 1;
        std::string all;
        int error = 0;
        input(env).bytes.rest(env, all, error);
        return check_input(env, error) ? outside_lines(env, all, kInput, first_line) : nullptr;
    });
}

SkArray* input_bytes(SkEnv* env) {
    return guarded(env, [&]() -> SkArray* {
        if (!before_input(env)) return nullptr;
        std::string all;
        int error = 0;
        {
            const std::lock_guard lock(input(env).mutex);
            input(env).bytes.rest(env, all, error);
        }
        if (!check_input(env, error)) return nullptr;
        SkArray* bytes = env->api->array_new(env, SK_U8, all.size());
        if (bytes != nullptr) std::memcpy(elements<char>(env, bytes), all.data(), all.size());
        return bytes;
    });
}

std::int64_t input_read(SkEnv* env, SkArray* target, std::int64_t start, std::int64_t end) {
    if (!check_slice(env, start, end, env->api->array_len(env, target))) return 0;
    return guarded(env, [&]() -> std::int64_t {
        if (!before_input(env)) return 0;
        const std::lock_guard lock(input(env).mutex);
        int error = 0;
        const std::size_t n = input(env).bytes.read(env, elements<char>(env, target) + start,
                                                    static_cast<std::size_t>(end - start), error);
        return check_input(env, error) ? static_cast<std::int64_t>(n) : 0;
    });
}

void flush_at_exit(void* output) {
    const int error = static_cast<Output*>(output)->flush(nullptr);
    if (error == 0) return;
    const std::string message =
        std::string("vmrun: standard output: could not be written: ") + std::strerror(error) + "\n";
    write_fully(nullptr, STDERR_FILENO, message.data(), message.size());
    std::_Exit(kExitIoError);
}

const SkNative kIoNatives[] = {
    native<write_out>("std.io.writeOut", "(string)void", "stdout"),
    native<write_out_line>("std.io.writeOutLine", "(string)void", "stdout"),
    native<write_error>("std.io.writeError", "(string)void", "stderr"),
    native<flush_out>("std.io.flushOut", "()void", "stdout"),
    native<input_line>("std.io.inputLine", "()string?", "stdin"),
    native<input_rest>("std.io.inputRest", "()string", "stdin"),
    native<input_bytes>("std.io.inputBytes", "()[u8]", "stdin"),
    native<input_read>("std.io.inputRead", "([u8],i64,i64)i64", "stdin"),
    native<output_bytes>("std.io.outputBytes", "([u8],i64,i64)void", "stdout"),
};

}  // namespace

}  // namespace skua::stdlib

SKUA_PLUGIN(std_io, "std.io", "0.1.0", skua::stdlib::kIoNatives)
