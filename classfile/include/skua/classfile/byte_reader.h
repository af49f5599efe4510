// A cursor over untrusted bytes with sticky errors.
//
// The first failed read records a diagnostic and moves the cursor to the end; every later read
// returns zero and every later count is zero, so that parsers read straight on and ask ok() once
// per entity. Does not own the bytes. One thread per reader.
#pragma once

#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>

#include "skua/classfile/leb128.h"
#include "skua/classfile/result.h"

namespace skua::classfile {

class ByteReader {
public:
    explicit ByteReader(std::span<const std::uint8_t> bytes, std::size_t base_offset = 0)
        : begin_(bytes.data()),
          cursor_(bytes.data()),
          end_(bytes.data() + bytes.size()),
          base_(base_offset) {}

    [[nodiscard]] bool ok() const { return !failed_; }
    [[nodiscard]] std::size_t remaining() const { return static_cast<std::size_t>(end_ - cursor_); }
    [[nodiscard]] std::size_t offset() const { return base_ + static_cast<std::size_t>(cursor_ - begin_); }
    [[nodiscard]] const Diagnostic& error() const { return error_; }

    // Records an error at the current offset, unless there is one already. Always returns 0.
    std::uint32_t fail(std::string_view rule, std::string message);

    [[nodiscard]] std::uint8_t u8(std::string_view what) {
        if (cursor_ == end_) return static_cast<std::uint8_t>(truncated(what));
        return *cursor_++;
    }
    [[nodiscard]] std::uint32_t uleb(std::string_view what) {
        std::uint32_t value = 0;
        const LebStatus status = read_uleb32(cursor_, end_, value);
        return status == LebStatus::Ok ? value : leb_failure(status, what);
    }
    [[nodiscard]] std::int64_t sleb(std::string_view what) {
        std::int64_t value = 0;
        const LebStatus status = read_sleb64(cursor_, end_, value);
        return status == LebStatus::Ok ? value : leb_failure(status, what);
    }
    // Replaces whatever error there is: for one that a nested reader found.
    void fail_with(Diagnostic error) {
        failed_ = true;
        error_ = std::move(error);
        cursor_ = end_;
    }
    // Little-endian, `width` bytes (1..8).
    [[nodiscard]] std::uint64_t fixed(unsigned width, std::string_view what);

    // A number of entries that take at least `min_bytes` bytes each: refused when the rest of the
    // input could not hold them, so that callers may reserve memory for the count.
    [[nodiscard]] std::uint32_t count(std::size_t min_bytes, std::string_view what);
    [[nodiscard]] std::span<const std::uint8_t> bytes(std::size_t size, std::string_view what);

private:
    std::uint32_t truncated(std::string_view what);
    std::uint32_t leb_failure(LebStatus status, std::string_view what);

    const std::uint8_t* begin_;
    const std::uint8_t* cursor_;
    const std::uint8_t* end_;
    std::size_t base_;
    bool failed_ = false;
    Diagnostic error_;
};

}  // namespace skua::classfile
