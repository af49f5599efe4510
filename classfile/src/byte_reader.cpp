#include "skua/classfile/byte_reader.h"

namespace skua::classfile {

std::uint32_t ByteReader::fail(std::string_view rule, std::string message) {
    if (!failed_) {
        failed_ = true;
        error_.message = std::move(message);
        error_.rule = rule;
        error_.offset = static_cast<std::int64_t>(offset());
    }
    cursor_ = end_;
    return 0;
}

std::uint32_t ByteReader::truncated(std::string_view what) {
    return fail("F002", "the input ends inside " + std::string(what));
}

std::uint32_t ByteReader::leb_failure(LebStatus status, std::string_view what) {
    if (failed_) return 0;
    switch (status) {
        case LebStatus::Truncated:
            return truncated(what);
        case LebStatus::NotMinimal:
            return fail("F004", std::string(what) + " is not in the shortest LEB128 form");
        default:
            return fail("F004", std::string(what) + " is too large");
    }
}

std::uint64_t ByteReader::fixed(unsigned width, std::string_view what) {
    if (remaining() < width) return truncated(what);
    std::uint64_t value = 0;
    for (unsigned i = 0; i < width; ++i) value |= static_cast<std::uint64_t>(cursor_[i]) << (8 * i);
    cursor_ += width;
    return value;
}

std::uint32_t ByteReader::count(std::size_t min_bytes, std::string_view what) {
    const std::uint32_t n = uleb(what);
    if (n > remaining() / min_bytes)
        return fail("F008", std::string(what) + " is " + std::to_string(n) + ", but only " +
                                std::to_string(remaining()) + " bytes follow");
    return n;
}

std::span<const std::uint8_t> ByteReader::bytes(std::size_t size, std::string_view what) {
    if (remaining() < size) {
        truncated(what);
        return {};
    }
    std::span<const std::uint8_t> result{cursor_, size};
    cursor_ += size;
    return result;
}

}  // namespace skua::classfile
