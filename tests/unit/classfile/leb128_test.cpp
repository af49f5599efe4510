#include "skua/classfile/leb128.h"

#include <catch2/catch.hpp>
#include <limits>

using namespace skua::classfile;

namespace {
using Bytes = std::vector<std::uint8_t>;

LebStatus unsigned_status(const Bytes& bytes, std::uint64_t* out = nullptr) {
    const std::uint8_t* at = bytes.data();
    std::uint64_t value = 0;
    const LebStatus s = read_uleb64(at, bytes.data() + bytes.size(), value);
    if (s == LebStatus::Ok) REQUIRE(at == bytes.data() + bytes.size());
    if (out != nullptr) *out = value;
    return s;
}

LebStatus signed_status(const Bytes& bytes, std::int64_t* out = nullptr) {
    const std::uint8_t* at = bytes.data();
    std::int64_t value = 0;
    const LebStatus s = read_sleb64(at, bytes.data() + bytes.size(), value);
    if (out != nullptr) *out = value;
    return s;
}
}  // namespace

TEST_CASE("unsigned LEB128 round-trips and is minimal") {
    std::vector<std::uint64_t> values{0, 1, 127, 128, 300, 16383, 16384, 0xFFFFFFFF, ~std::uint64_t{0}};
    for (unsigned shift = 0; shift < 64; ++shift) values.push_back(std::uint64_t{1} << shift);
    for (std::uint64_t v : values) {
        Bytes bytes;
        append_uleb(bytes, v);
        std::uint64_t back = 0;
        REQUIRE(unsigned_status(bytes, &back) == LebStatus::Ok);
        REQUIRE(back == v);
        Bytes longer = bytes;
        longer.back() |= 0x80;
        longer.push_back(0);
        REQUIRE(unsigned_status(longer) != LebStatus::Ok);
        bytes.pop_back();
        REQUIRE(unsigned_status(bytes) == LebStatus::Truncated);
    }
    CHECK(unsigned_status({0x80, 0x00}) == LebStatus::NotMinimal);
    CHECK(unsigned_status({0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x02}) ==
          LebStatus::TooLarge);
    CHECK(unsigned_status(Bytes(11, 0x80)) == LebStatus::TooLarge);
}

TEST_CASE("signed LEB128 round-trips and is minimal") {
    std::vector<std::int64_t> values{0,
                                     1,
                                     -1,
                                     63,
                                     64,
                                     -64,
                                     -65,
                                     127,
                                     128,
                                     -128,
                                     std::numeric_limits<std::int64_t>::min(),
                                     std::numeric_limits<std::int64_t>::max()};
    for (unsigned shift = 0; shift < 63; ++shift) {
        values.push_back(std::int64_t{1} << shift);
        values.push_back(-(std::int64_t{1} << shift));
        values.push_back((std::int64_t{1} << shift) - 1);
    }
    for (std::int64_t v : values) {
        Bytes bytes;
        append_sleb(bytes, v);
        std::int64_t back = 0;
        REQUIRE(signed_status(bytes, &back) == LebStatus::Ok);
        REQUIRE(back == v);
        bytes.back() |= 0x80;
        bytes.push_back(v < 0 ? 0x7F : 0x00);
        REQUIRE(signed_status(bytes) != LebStatus::Ok);
    }
    CHECK(signed_status({0xFF, 0x7F}) == LebStatus::NotMinimal);
    CHECK(signed_status({0x80, 0x00}) == LebStatus::NotMinimal);
    CHECK(signed_status({0xC0, 0x00}) == LebStatus::Ok);  // 64 needs the second byte
    CHECK(signed_status({0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01}) == LebStatus::TooLarge);
}

TEST_CASE("32-bit reads refuse what does not fit") {
    Bytes bytes;
    append_uleb(bytes, 0x1'0000'0000);
    const std::uint8_t* at = bytes.data();
    std::uint32_t value = 0;
    CHECK(read_uleb32(at, bytes.data() + bytes.size(), value) == LebStatus::TooLarge);
    CHECK(at == bytes.data());
}
