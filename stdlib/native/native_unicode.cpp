// Natives of std.unicode: case mapping, normalisation, boundaries, categories, widths; by utf8proc and
// tables.
#include <algorithm>
#include <utf8proc.h>
#include <vector>

#include "case_mapping.h"
#include "native_support.h"
#include "utf8_codec.h"
#include "word_boundaries.h"

namespace skua::stdlib {
namespace {

SkString* result(SkEnv* env, SkString* text, const std::string& out) {
    if (out == view(env, text)) return text;
    return fits_text(env, out.size()) ? new_string(env, out) : nullptr;
}

template <auto Map>
SkString* mapped(SkEnv* env, SkString* text) {
    return guarded(env, [&] { return result(env, text, Map(view(env, text))); });
}

// ---- normalisation ----------------------------------------------------------------------------

struct Mark {
    utf8proc_int32_t code;
    std::uint16_t order;
};

// The canonical order: within a run of characters that are no starters, by combining class. utf8proc's own
// takes quadratic time for long runs.
void put_in_order(std::vector<utf8proc_int32_t>& codes) {
    std::vector<Mark> run;
    for (std::size_t i = 0; i < codes.size();) {
        run.clear();
        for (std::size_t j = i; j < codes.size(); j++) {
            const auto order = static_cast<std::uint16_t>(utf8proc_get_property(codes[j])->combining_class);
            if (order == 0) break;
            run.push_back({codes[j], order});
        }
        if (run.empty()) {
            i++;
            continue;
        }
        std::stable_sort(run.begin(), run.end(), [](Mark a, Mark b) { return a.order < b.order; });
        for (const Mark mark : run) codes[i++] = mark.code;
    }
}

// 0 NFC, 1 NFD, 2 NFKC, 3 NFKD.
SkString* normal_form(SkEnv* env, SkString* text, std::int64_t form) {
    return guarded(env, [&]() -> SkString* {
        const std::string_view s = view(env, text);
        // ASCII is in every normal form.
        if (std::all_of(s.begin(), s.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; }))
            return text;
        const bool compose = form == 0 || form == 2;
        const auto options =
            static_cast<utf8proc_option_t>(UTF8PROC_DECOMPOSE | (form >= 2 ? UTF8PROC_COMPAT : 0));
        std::vector<utf8proc_int32_t> codes;
        codes.reserve(s.size());
        for (const char* p = s.data(); p < s.data() + s.size();) {
            utf8proc_int32_t parts[18];  // U+FDFA has that many, in compatibility decomposition
            int last = 0;
            const auto n = utf8proc_decompose_char(static_cast<utf8proc_int32_t>(next_scalar(p)), parts,
                                                   std::ssize(parts), options, &last);
            codes.insert(codes.end(), parts, parts + std::clamp<utf8proc_ssize_t>(n, 0, std::ssize(parts)));
        }
        put_in_order(codes);
        if (compose) {
            const auto n =
                utf8proc_normalize_utf32(codes.data(), std::ssize(codes),
                                         static_cast<utf8proc_option_t>(UTF8PROC_COMPOSE | UTF8PROC_STABLE));
            codes.resize(static_cast<std::size_t>(std::max<utf8proc_ssize_t>(n, 0)));
        }
        std::string out;
        out.reserve(s.size());
        for (const utf8proc_int32_t code : codes) append_scalar(out, static_cast<std::uint32_t>(code));
        return result(env, text, out);
    });
}

// ---- boundaries ---------------------------------------------------------------------------------

// The end of the extended grapheme cluster that begins at a byte; the end of the text has none.
std::int64_t cluster_end(SkEnv* env, SkString* text, std::int64_t start) {
    const std::string_view s = view(env, text);
    if (!check_start(env, s, start)) return 0;
    const char* const end = s.data() + s.size();
    const char* p = s.data() + start;
    if (p == end) return start;
    // Two characters of ASCII are apart, except for CR LF.
    const auto ascii = [](char c) { return static_cast<unsigned char>(c) < 0x80; };
    if (ascii(p[0]) && p[0] != '\r' && (p + 1 == end || ascii(p[1]))) return start + 1;
    auto before = static_cast<utf8proc_int32_t>(next_scalar(p));
    utf8proc_int32_t state = 0;
    while (p < end) {
        const char* q = p;
        const auto code = static_cast<utf8proc_int32_t>(next_scalar(q));
        if (utf8proc_grapheme_break_stateful(before, code, &state)) break;
        before = code;
        p = q;
    }
    return p - s.data();
}

std::int64_t segment_end(SkEnv* env, SkString* text, std::int64_t start) {
    const std::string_view s = view(env, text);
    if (!check_start(env, s, start)) return 0;
    return static_cast<std::size_t>(start) == s.size()
               ? start
               : static_cast<std::int64_t>(word_end(s, static_cast<std::size_t>(start)));
}

// ---- single characters ----------------------------------------------------------------------------

std::int64_t category_of(SkEnv*, std::uint32_t code) {
    return utf8proc_category(static_cast<utf8proc_int32_t>(code));
}

std::int64_t width_of(SkEnv*, std::uint32_t code) {
    return utf8proc_charwidth(static_cast<utf8proc_int32_t>(code));
}

SkString* unicode_version(SkEnv* env) {
    return new_string(env, utf8proc_unicode_version());
}

const SkNative kUnicodeNatives[] = {
    native<mapped<to_upper>>("std.unicode.upperOf", "(string)string"),
    native<mapped<to_lower>>("std.unicode.lowerOf", "(string)string"),
    native<mapped<to_title>>("std.unicode.titleOf", "(string)string"),
    native<mapped<fold_case>>("std.unicode.foldedOf", "(string)string"),
    native<normal_form>("std.unicode.normalForm", "(string,i64)string"),
    native<cluster_end>("std.unicode.clusterEnd", "(string,i64)i64"),
    native<segment_end>("std.unicode.segmentEnd", "(string,i64)i64"),
    native<category_of>("std.unicode.categoryOf", "(char)i64"),
    native<width_of>("std.unicode.widthOf", "(char)i64"),
    native<unicode_version>("std.unicode.tableVersion", "()string"),
};

}  // namespace

SKUA_PLUGIN(std_unicode, "std.unicode", "0.1.0", kUnicodeNatives)

}  // namespace skua::stdlib
