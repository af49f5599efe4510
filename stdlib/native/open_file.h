// An open file, or an end of a pipe, behind a handle: what class File of std.fs has.
//
// Each has its own lock, so threads may share one.
#pragma once

#include <cerrno>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include "buffered_input.h"
#include "descriptor.h"
#include "native_support.h"

namespace skua::stdlib {

// Reads ahead or gathers what is written, never both: a file is open for one of them.
class OpenFile {
public:
    OpenFile(Descriptor fd, bool writing, std::string path)
        : path(std::move(path)), fd_(std::move(fd)), writing_(writing) {
        if (!writing) input_ = std::make_unique<BufferedInput>(fd_.get());
    }

    // 0 or an errno. Nothing is done twice.
    int close(SkEnv* env) {
        const int error = drain(env);
        input_.reset();
        const int fd = fd_.release();
        return fd >= 0 && ::close(fd) != 0 && error == 0 ? errno : error;
    }

    int write(SkEnv* env, std::string_view data) {
        if (!writing_) return EBADF;
        env->api->trace_output(env, data.data(), data.size());
        buffer_.append(data);
        return buffer_.size() >= kBuffer ? drain(env) : 0;
    }

    // Hands over to the system what was written.
    int flush(SkEnv* env) { return writing_ ? drain(env) : EBADF; }

    // Goes on reading or writing at another place.
    void seek(SkEnv* env, std::int64_t place, int& error) {
        if (!writing_) return input_->seek(place, error);
        error = drain(env);
        if (error == 0 && ::lseek(fd_.get(), place, SEEK_SET) < 0) error = errno;
    }

    std::int64_t position(int& error) {
        if (!writing_) return input_->position(error);
        const off_t written = ::lseek(fd_.get(), 0, SEEK_CUR);
        if (written < 0) error = errno;
        return written + static_cast<std::int64_t>(buffer_.size());
    }

    // What has been opened for reading; null, and EBADF, if it was opened for writing.
    BufferedInput* input(int& error) {
        if (input_ == nullptr) error = EBADF;
        return input_.get();
    }

    static constexpr std::size_t kBuffer = 65536;
    static constexpr std::size_t kMemory = 2 * kBuffer;  // what each takes, about

    std::mutex mutex;
    const std::string path;

private:
    int drain(SkEnv* env) {
        if (!writing_ || fd_.get() < 0) return 0;
        const int error = write_fully(env, fd_.get(), buffer_.data(), buffer_.size());
        buffer_.clear();
        return error;
    }

    Descriptor fd_;
    const bool writing_;
    std::string buffer_;
    std::unique_ptr<BufferedInput> input_;
};

extern const SkHandleType kOpenFile;

// A handle for class File; messages call it `name`. 0 with an error pending, and then the descriptor is
// closed.
std::int64_t file_handle(SkEnv* env, Descriptor fd, bool writing, const std::string& name);

}  // namespace skua::stdlib
