// The C side of a native's type: how its signature text maps to argument kinds and machine places.
//
// Slots of linked code are canonical 64-bit values (object.h); a native takes C values. A kind says
// how a slot becomes an argument and how a C result becomes a slot again.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "skua/classfile/result.h"

namespace skua::vm {

enum class NativeKind : std::uint8_t {
    Void,
    I8,
    I16,
    I32,
    I64,
    U8,
    U16,
    U32,
    U64,
    F32,
    F64,
    Bool,
    Char,
    Value,      // a struct, tuple or nullable value: by address
    Reference,  // not null; of a name in a text also a struct's, which binding finds out
    NullableReference,
};

inline constexpr std::size_t kMaxNativeParams = 12;

[[nodiscard]] constexpr bool is_float_kind(NativeKind k) {
    return k == NativeKind::F32 || k == NativeKind::F64;
}
[[nodiscard]] constexpr bool is_reference_kind(NativeKind k) {
    return k >= NativeKind::Reference;
}

struct NativeSignature {
    std::array<NativeKind, kMaxNativeParams> params{};
    std::uint8_t param_count = 0;
    NativeKind result = NativeKind::Void;
};

// "(string,[u8],i64)i64". Errors: not well-formed, more than 12 parameters. Whether a name means a class or a
// struct the text cannot tell; binding (plan_values) sees the types.
Result<NativeSignature> parse_native_signature(std::string_view text);

// The kind of one type text.
Result<NativeKind> parse_native_type(std::string_view text);

}  // namespace skua::vm
