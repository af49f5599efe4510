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
// or a text becomes larger than kMaxText (EFBIG), and left alone otherwise.
class BufferedInput {
public:
    explicit BufferedInput(int fd) : fd_(fd) {}

    // Appends what is there up to a line break, which is taken but not given; false at the end and on errors.
    bool line(std::string& out, int& error) {
        bool any = false;
        while (at_ < end_ || fill(error)) {
            any = true;
            const char* start = buffer_ + at_;
            const void* found = std::memchr(start, '\n', end_ - at_);
            const std::size_t n =
                found ? static_cast<std::size_t>(static_cast<const char*>(found) - start) : end_ - at_;
            out.append(start, n);
            at_ += n + (found != nullptr);
            if (found) break;
            if (out.size() > kMaxText) error = EFBIG;
            if (error) return false;
        }
        if (error) return false;
        lines_ += any;
        if (out.ends_with('\r')) out.pop_back();
        return any;
    }

    // Appends everything that is left.
    void rest(std::string& out, int& error) {
        while (at_ < end_ || fill(error)) {
            out.append(buffer_ + at_, end_ - at_);
            take(end_ - at_);
            if (out.size() > kMaxText) error = EFBIG;
            if (error) return;
        }
    }

    // Copies what is there, at least one byte if there is any left; the number of bytes, 0 at the end.
    std::size_t read(char* target, std::size_t room, int& error) {
        if (at_ == end_ && (room == 0 || !fill(error))) return 0;
        const std::size_t n = std::min(room, end_ - at_);
        std::memcpy(target, buffer_ + at_, n);
        take(n);
        return n;
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
    bool fill(int& error) {
        const ssize_t n = uninterrupted([&] { return ::read(fd_, buffer_, sizeof buffer_); });
        if (n < 0) error = errno;
        at_ = 0;
        end_ = n > 0 ? static_cast<std::size_t>(n) : 0;
        return n > 0;
    }

    void take(std::size_t n) {
        lines_ += std::count(buffer_ + at_, buffer_ + at_ + n, '\n');
        at_ += n;
    }

    const int fd_;
    std::int64_t lines_ = 0;
    std::size_t at_ = 0, end_ = 0;
    char buffer_[65536];
};

}  // namespace skua::stdlib
