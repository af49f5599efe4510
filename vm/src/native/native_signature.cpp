#include "native/native_signature.h"

#include <string>

#include "native/native_error.h"

namespace skua::vm {

namespace {

// Length of the type text at the start of `text`: up to a ',' or ')' outside of brackets.
std::size_t type_length(std::string_view text) {
    int depth = 0;
    for (std::size_t i = 0; i < text.size(); i++) {
        const char c = text[i];
        if (depth == 0 && (c == ',' || c == ')')) return i;
        if (c == '(' || c == '[' || c == '<') depth++;
        // The '>' of a function type's arrow closes nothing.
        if (c == ')' || c == ']' || (c == '>' && (i == 0 || text[i - 1] != '-'))) depth--;
    }
    return text.size();
}

// Where the parenthesis that `text` begins with is closed.
std::size_t closing(std::string_view text) {
    int depth = 0;
    for (std::size_t i = 0; i < text.size(); i++) {
        if (text[i] == '(') depth++;
        if (text[i] == ')' && --depth == 0) return i;
    }
    return std::string_view::npos;
}

bool is_function(std::string_view text) {
    const std::size_t close = text.starts_with('(') ? closing(text) : std::string_view::npos;
    return close != std::string_view::npos && text.substr(close + 1).starts_with("->");
}

Result<NativeKind> malformed_type(std::string_view text) {
    return native_error("'" + std::string(text) + "' is not a type that can cross to native code");
}

bool is_name(std::string_view t) {
    for (const char c : t) {
        if (c == '<') break;  // type arguments: compared as text with the class file's anyway
        const bool fits = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                          c == '_' || c == '.' || c == '$' || static_cast<unsigned char>(c) >= 0x80;
        if (!fits) return false;
    }
    return !t.empty() && (t.find('<') == std::string_view::npos || t.back() == '>');
}

}  // namespace

Result<NativeKind> parse_native_type(std::string_view text) {
    using enum NativeKind;
    constexpr std::pair<std::string_view, NativeKind> kPrimitives[] = {
        {"i8", I8},     {"i16", I16},   {"i32", I32},   {"i64", I64}, {"u8", U8},
        {"u16", U16},   {"u32", U32},   {"u64", U64},   {"f32", F32}, {"f64", F64},
        {"bool", Bool}, {"char", Char}, {"void", Void},
    };
    if (is_function(text)) return Reference;
    std::string_view t = text;
    const bool nullable = t.ends_with('?');
    if (nullable) t.remove_suffix(1);
    for (const auto& [name, kind] : kPrimitives) {
        if (t != name) continue;
        if (nullable && kind == Void) return malformed_type(text);
        return nullable ? Value : kind;
    }
    if (t.ends_with('?')) return Value;  // whether there is one, and which
    const bool array = t.starts_with('[') && t.ends_with(']') && t.size() > 2;
    if (t.starts_with('(')) {  // "(a,b)", or "((a)->b)" behind a '?'
        if (closing(t) + 1 != t.size()) return malformed_type(text);
        const std::string_view inner = t.substr(1, t.size() - 2);
        if (type_length(inner) < inner.size()) return Value;
        return nullable && is_function(inner) ? NullableReference : malformed_type(text);
    }
    if (!array && !is_name(t)) return malformed_type(text);
    return nullable ? NullableReference : Reference;
}

Result<NativeSignature> parse_native_signature(std::string_view text) {
    const auto malformed = [&] {
        return native_error("'" + std::string(text) +
                            "' is not a signature: expected for example (string,i64)bool");
    };
    NativeSignature signature;
    std::string_view rest = text;
    if (!rest.starts_with('(')) return malformed();
    rest.remove_prefix(1);
    while (!rest.starts_with(')')) {
        if (signature.param_count > 0) {
            if (!rest.starts_with(',')) return malformed();
            rest.remove_prefix(1);
        }
        if (signature.param_count == kMaxNativeParams)
            return native_error("'" + std::string(text) + "' has more than 12 parameters");
        const std::size_t n = type_length(rest);
        if (n == 0 || n == rest.size()) return malformed();
        auto kind = parse_native_type(rest.substr(0, n));
        if (!kind) return std::move(kind).error();
        if (*kind == NativeKind::Void) return malformed();
        signature.params[signature.param_count++] = *kind;
        rest.remove_prefix(n);
    }
    rest.remove_prefix(1);
    if (rest.empty() || type_length(rest) != rest.size()) return malformed();
    auto result = parse_native_type(rest);
    if (!result) return std::move(result).error();
    signature.result = *result;
    return signature;
}

}  // namespace skua::vm
