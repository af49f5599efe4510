// Section numbers of the class file format. Private to reader and writer.
#pragma once

#include <cstdint>

namespace skua::classfile {

enum Section : std::uint32_t {
    kStrings = 1,
    kTypes = 2,
    kFieldPaths = 3,
    kMethodRefs = 4,
    kDeclaration = 5,
    kFields = 6,
    kFunctions = 7,
    kCode = 8,
    kDebug = 9,
    kEnd = 10,
    kCustom = 127,
};

inline constexpr std::uint16_t kMinorWithEnd = 1;  // 1.0 has no section 'end'

inline constexpr std::uint8_t kParamHasDefault = 1;

}  // namespace skua::classfile
