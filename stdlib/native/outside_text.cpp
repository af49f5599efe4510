#include "outside_text.h"

#include <algorithm>
#include <cstdio>
#include <utf8proc.h>

namespace skua::stdlib {
namespace {

// The offset of the first bytes that are not UTF-8; they exist.
std::size_t first_bad(std::string_view bytes) {
    const auto* data = reinterpret_cast<const utf8proc_uint8_t*>(bytes.data());
    std::size_t at = 0;
    while (at < bytes.size()) {
        utf8proc_int32_t scalar;
        const utf8proc_ssize_t n =
            utf8proc_iterate(data + at, static_cast<utf8proc_ssize_t>(bytes.size() - at), &scalar);
        if (n < 0) break;
        at += static_cast<std::size_t>(n);
    }
    return at;
}

// Turns the ArgumentError of string_new into an IOError; `what` names the line of
// `bytes` that begins at offset `line` and has the wrong ones, at offset `bad`.
void throw_not_utf8(SkEnv* env, std::string_view bytes, const std::string& what, std::size_t line,
                    std::size_t bad) {
    SkObject* error = env->api->take_pending(env);
    if (std::string_view(env->api->type_name(env, error)) != kArgumentError || bad >= bytes.size()) {
        env->api->throw_object(env, error);
        return;
    }
    char where[96];
    std::snprintf(where, sizeof where, " is not UTF-8 text: byte 0x%02X in column %zu",
                  static_cast<unsigned>(static_cast<unsigned char>(bytes[bad])), bad - line + 1);
    env->api->throw_error(env, kIoError, (what + where + "; convert it to UTF-8").c_str());
}

}  // namespace

SkString* outside_text(SkEnv* env, std::string_view bytes, const std::string& what) {
    SkString* text = new_string(env, bytes);
    if (text == nullptr && env->api->has_pending(env)) throw_not_utf8(env, bytes, what, 0, first_bad(bytes));
    return text;
}

SkString* outside_lines(SkEnv* env, std::string_view bytes, const std::string& source,
                        std::int64_t first_line) {
    SkString* text = new_string(env, bytes);
    if (text == nullptr && env->api->has_pending(env)) {
        const std::size_t bad = first_bad(bytes);
        const std::string_view before = bytes.substr(0, bad);
        const std::size_t line_break = before.rfind('\n');
        const std::int64_t line = first_line + std::count(before.begin(), before.end(), '\n');
        throw_not_utf8(env, bytes, "line " + std::to_string(line) + " of " + source,
                       line_break == std::string_view::npos ? 0 : line_break + 1, bad);
    }
    return text;
}

}  // namespace skua::stdlib
