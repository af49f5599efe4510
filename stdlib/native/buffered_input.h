// Reading a file descriptor line by line, or otherwise, through a buffer.
#pragma once

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <string>

#include "native_support.h"

namespace skua::stdlib {

// Not for several threads at once: the owner has a lock. `error` is an errno, set when the system reports one
// or a text becomes larger than max_text (EFBIG), and left alone otherwise.
class BufferedInput {
public:
    // Of `streams`, if not null, in place of the file.
    explicit BufferedInput(int fd, const SkStreams* streams = nullptr) : fd_(fd), streams_(streams) {}

    // Appends what is there up to a line break, which is taken but not given; false at the end and on errors.
    bool line(SkEnv* env, std::string& out, int& error) {
        const std::size_t most = max_text(env);
        bool any = false;
        while (at_ < end_ || fill(env, error)) {
            any = true;
            const char* start = buffer_ + at_;
            const void* found = std::memchr(start, '\n', end_ - at_);
            const std::size_t n =
                found ? static_cast<std::size_t>(static_cast<const char*>(found) - start) : end_ - at_;
            out.append(start, n);
            at_ += n + (found != nullptr);
            if (found) break;
            if (out.size() > most) error = EFBIG;
            if (error) return false;
        }
        if (error) return false;
        lines_ += any;
        if (out.ends_with('\r')) out.pop_back();
        return any;
    }

    // Appends everything that is left.
    void rest(SkEnv* env, std::string& out, int& error) {
        const std::size_t most = max_text(env);
        while (at_ < end_ || fill(env, error)) {
            out.append(buffer_ + at_, end_ - at_);
            take(end_ - at_);
            if (out.size() > most) error = EFBIG;
            if (error) return;
        }
    }

    // Copies what is there, at least one byte if there is any left; the number of bytes, 0 at the end. How
    // much is there depends on who writes it and when: a deterministic program waits for all that there is
    // room for.
    std::size_t read(SkEnv* env, char* target, std::size_t room, int& error) {
        const bool all = env->api->deterministic(env);
        std::size_t done = 0;
        while (done < room && (at_ < end_ || fill(env, error))) {
            const std::size_t n = std::min(room - done, end_ - at_);
            std::memcpy(target + done, buffer_ + at_, n);
            take(n);
            done += n;
            if (!all) break;
        }
        return done;
    }

    // Goes on at another place of the file, counted in bytes from its start. Lines are then counted from
    // there.
    void seek(std::int64_t place, int& error) {
        if (::lseek(fd_, place, SEEK_SET) < 0) {
            error = errno;
            return;
        }
        at_ = end_ = 0;
        lines_ = 0;
    }

    // Where reading goes on.
    std::int64_t position(int& error) const {
        const off_t behind = ::lseek(fd_, 0, SEEK_CUR);
        if (behind < 0) error = errno;
        return behind - static_cast<std::int64_t>(end_ - at_);
    }

    // The lines that have been given, those within what was read otherwise included.
    std::int64_t lines() const { return lines_; }

private:
    bool fill(SkEnv* env, int& error) {
        std::int64_t n = 0;
        if (streams_ != nullptr) {
            n = std::min<std::int64_t>(streams_->read(streams_->data, buffer_, sizeof buffer_),
                                       sizeof buffer_);
            if (n < 0) error = static_cast<int>(-n);
        } else {
            n = uninterrupted(env, [&] { return ::read(fd_, buffer_, sizeof buffer_); });
            if (n < 0) error = errno;
        }
        at_ = 0;
        end_ = n > 0 ? static_cast<std::size_t>(n) : 0;
        return n > 0;
    }

    void take(std::size_t n) {
        lines_ += std::count(buffer_ + at_, buffer_ + at_ + n, '\n');
        at_ += n;
    }

    const int fd_;
    const SkStreams* const streams_;
    std::int64_t lines_ = 0;
    std::size_t at_ = 0, end_ = 0;
    char buffer_[65536];
};

}  // namespace skua::stdlib
