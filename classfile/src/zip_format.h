// The parts of the zip format that an archive uses, with the fixed values it has in them.
// Field offsets after PKWARE's APPNOTE.TXT 6.3.10, sections 4.3.7, 4.3.12 and 4.3.16. Private.
#pragma once

#include <cstddef>
#include <cstdint>

namespace skua::classfile::zip {

inline constexpr std::uint32_t kLocalSignature = 0x04034B50;
inline constexpr std::uint32_t kCentralSignature = 0x02014B50;
inline constexpr std::uint32_t kEndSignature = 0x06054B50;
inline constexpr std::uint32_t kZip64LocatorSignature = 0x07064B50;

inline constexpr std::size_t kLocalSize = 30;    // without the name
inline constexpr std::size_t kCentralSize = 46;  // without the name
inline constexpr std::size_t kEndSize = 22;

inline constexpr std::uint16_t kVersionNeeded = 20;
inline constexpr std::uint16_t kVersionMadeBy = 3 << 8 | 20;  // Unix, 2.0
inline constexpr std::uint16_t kUtf8Names = 1 << 11;
inline constexpr std::uint16_t kEncrypted = 1 << 0;
inline constexpr std::uint16_t kDataDescriptor = 1 << 3;
inline constexpr std::uint16_t kStored = 0;
inline constexpr std::uint16_t kDeflated = 8;
inline constexpr std::uint32_t kZip64Field = 0xFFFFFFFF;
inline constexpr std::uint16_t kDosTime = 0;
inline constexpr std::uint16_t kDosDate = 0x0021;  // 1980-01-01
inline constexpr std::uint32_t kFileMode = 0100644u << 16;

// A deflated entry above this size may not expand more than this: the writer stores what would.
inline constexpr std::uint32_t kBombSize = 1u << 20;
inline constexpr std::uint32_t kBombRatio = 200;
inline constexpr std::uint32_t kMaxEntryBytes = 1u << 30;
inline constexpr std::uint64_t kMaxTotalBytes = std::uint64_t{4} << 30;  // unpacked, all entries
inline constexpr std::uint32_t kMaxEntries = 65534;

inline std::uint16_t u16(const std::uint8_t* p) {
    return static_cast<std::uint16_t>(p[0] | p[1] << 8);
}
inline std::uint32_t u32(const std::uint8_t* p) {
    return static_cast<std::uint32_t>(p[0]) | static_cast<std::uint32_t>(p[1]) << 8 |
           static_cast<std::uint32_t>(p[2]) << 16 | static_cast<std::uint32_t>(p[3]) << 24;
}

// Fields shared by local header and central directory record, in this order in both.
struct Common {
    std::uint16_t flags = 0, method = 0, time = 0, date = 0;
    std::uint32_t crc = 0, packed_size = 0, size = 0;
    std::uint16_t name_size = 0, extra_size = 0;
};

inline Common common(const std::uint8_t* p) {  // at the flags
    return {u16(p),      u16(p + 2),  u16(p + 4),  u16(p + 6), u32(p + 8),
            u32(p + 12), u32(p + 16), u16(p + 20), u16(p + 22)};
}

}  // namespace skua::classfile::zip
