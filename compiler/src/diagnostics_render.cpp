#include "diagnostics_render.h"

#include <algorithm>
#include <fmt/format.h>
#include <numeric>
#include <utf8proc.h>

namespace skua::compiler {
namespace {

constexpr std::size_t kMaxMessage = 600;      // bytes; names may be long
constexpr std::uint32_t kMaxLineWidth = 160;  // columns of a source line that are shown

struct Style {
    const char* error = "";
    const char* warning = "";
    const char* note = "";
    const char* strong = "";
    const char* mark = "";
    const char* end = "";
};
constexpr Style kColors{"\x1B[1;31m", "\x1B[1;33m", "\x1B[1;36m", "\x1B[1m", "\x1B[1;31m", "\x1B[0m"};

bool is_continuation(char c) {
    return (static_cast<unsigned char>(c) & 0xC0) == 0x80;
}

// The middle of a very long text replaced by dots.
std::string shortened(std::string_view s) {
    std::string clean;
    for (const char c : s) clean += static_cast<unsigned char>(c) < 0x20 && c != '\n' ? ' ' : c;
    if (clean.size() <= kMaxMessage) return clean;
    std::size_t head = kMaxMessage * 2 / 3;
    std::size_t tail = clean.size() - kMaxMessage / 3;
    while (is_continuation(clean[head])) --head;
    while (is_continuation(clean[tail])) ++tail;
    return clean.substr(0, head) + " ... " + clean.substr(tail);
}

class Renderer {
public:
    Renderer(std::span<const std::unique_ptr<SourceFile>> files, const RenderOptions& options)
        : files_(files), style_(options.color ? kColors : Style{}) {}

    void text(const SourceDiagnostic& d) {
        const bool error = d.severity == Severity::Error;
        header(d.range, error ? "error" : "warning", error ? style_.error : style_.warning, d.message,
               d.warning ? warning_name(*d.warning) : std::string_view());
        snippet(d.range, error ? style_.mark : style_.warning);
        if (!d.suggestion.empty())
            out += fmt::format("      {}= help:{} {}\n", style_.note, style_.end, shortened(d.suggestion));
        for (const DiagnosticNote& n : d.notes) {
            header(n.range, "note", style_.note, n.message);
            snippet(n.range, style_.note);
        }
    }

    void json(const SourceDiagnostic& d) {
        out += fmt::format(R"({{"severity":"{}",)", d.severity == Severity::Error ? "error" : "warning");
        place(d.range);
        out += R"(,"message":)";
        quoted(d.message);
        if (d.warning) {
            out += R"(,"warning":)";
            quoted(warning_name(*d.warning));
        }
        if (!d.suggestion.empty()) {
            out += R"(,"suggestion":)";
            quoted(d.suggestion);
        }
        if (!d.replacement.empty()) {
            out += R"(,"replacement":)";
            quoted(d.replacement);
        }
        if (!d.notes.empty()) {
            out += R"(,"notes":[)";
            for (std::size_t i = 0; i < d.notes.size(); ++i) {
                out += i == 0 ? "{" : ",{";
                place(d.notes[i].range);
                out += R"(,"message":)";
                quoted(d.notes[i].message);
                out += '}';
            }
            out += ']';
        }
        out += "}\n";
    }

    std::string out;

private:
    const SourceFile* file(SourceRange r) const {
        return r.file < files_.size() ? files_[r.file].get() : nullptr;
    }

    void header(SourceRange r, const char* word, const char* color, std::string_view message,
                std::string_view name = {}) {
        if (const SourceFile* f = file(r)) {
            const LineColumn p = f->position(r.start);
            out += fmt::format("{}{}:{}:{}:{} ", style_.strong, f->path(), p.line, p.column, style_.end);
        }
        out += fmt::format("{}{}:{} {}{}{}", color, word, style_.end, style_.strong, shortened(message),
                           style_.end);
        out += name.empty() ? "\n" : fmt::format(" [{}]\n", name);
    }

    void snippet(SourceRange r, const char* color) {
        const SourceFile* f = file(r);
        if (f == nullptr) return;
        const LineColumn p = f->position(r.start);
        const std::string_view line = f->line_text(p.line);
        const std::uint32_t line_start = line_offset(*f, p.line, line);
        const DisplayLine shown = display_line(line);
        const auto byte = [&](std::uint32_t offset) {
            return std::min<std::size_t>(offset > line_start ? offset - line_start : 0, line.size());
        };
        std::uint32_t from = shown.column_of[byte(r.start)];
        std::uint32_t to = shown.column_of[byte(std::max(r.end, r.start))];
        if (to <= from) to = from + 1;

        std::string text = shown.text;
        if (shown.column_of.back() > kMaxLineWidth) text = window(shown, line, from, to);
        out += fmt::format("{:>5} | {}\n", p.line, text);
        out +=
            fmt::format("      | {}{}{:^>{}}{}\n", std::string(from, ' '), color, "^", to - from, style_.end);
    }

    static std::uint32_t line_offset(const SourceFile& f, std::uint32_t, std::string_view line) {
        return line.data() == nullptr ? 0 : static_cast<std::uint32_t>(line.data() - f.text().data());
    }

    // The part of a long line around [from, to), which become columns of that part.
    static std::string window(const DisplayLine& shown, std::string_view line, std::uint32_t& from,
                              std::uint32_t& to) {
        const std::uint32_t first = from > kMaxLineWidth / 3 ? from - kMaxLineWidth / 3 : 0;
        const auto begin = std::lower_bound(shown.column_of.begin(), shown.column_of.end() - 1, first);
        const auto end = std::upper_bound(begin, shown.column_of.end() - 1, *begin + kMaxLineWidth - 6);
        std::size_t b = static_cast<std::size_t>(begin - shown.column_of.begin());
        std::size_t e = static_cast<std::size_t>(end - shown.column_of.begin());
        while (b > 0 && b < line.size() && is_continuation(line[b])) --b;
        while (e > b && e < line.size() && is_continuation(line[e])) --e;
        const DisplayLine part = display_line(line.substr(b, e - b));
        const std::string_view before = b > 0 ? "..." : "";
        // Tabs may come out differently in the part, so ask it for the columns.
        const auto width = static_cast<std::uint32_t>(before.size());
        const std::uint32_t base = shown.column_of[b];
        from = width + (from > base ? from - base : 0);
        to = std::min(width + (to > base ? to - base : 0), width + part.column_of.back());
        if (to <= from) to = from + 1;
        return std::string(before) + part.text + (e < line.size() ? "..." : "");
    }

    void place(SourceRange r) {
        const SourceFile* f = file(r);
        const LineColumn a = f != nullptr ? f->position(r.start) : LineColumn{};
        const LineColumn b = f != nullptr ? f->position(std::max(r.start, r.end)) : LineColumn{};
        out += R"("file":)";
        quoted(f != nullptr ? std::string_view(f->path()) : std::string_view());
        out += fmt::format(R"(,"line":{},"column":{},"endLine":{},"endColumn":{})", a.line, a.column, b.line,
                           b.column);
    }

    void quoted(std::string_view s) { append_json_string(out, s); }

    std::span<const std::unique_ptr<SourceFile>> files_;
    Style style_;
};

}  // namespace

void append_json_string(std::string& out, std::string_view s) {
    out += '"';
    for (std::size_t i = 0; i < s.size(); ++i) {
        const char c = s[i];
        switch (c) {
            case '"':
                out += "\\\"";
                break;
            case '\\':
                out += "\\\\";
                break;
            case '\n':
                out += "\\n";
                break;
            case '\t':
                out += "\\t";
                break;
            case '\r':
                out += "\\r";
                break;
            default:
                if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
                    out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
                } else if (static_cast<unsigned char>(c) < 0x80) {
                    out += c;
                } else {  // a path may be no UTF-8
                    utf8proc_int32_t scalar = 0;
                    const auto n = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(s.data() + i),
                                                    static_cast<utf8proc_ssize_t>(s.size() - i), &scalar);
                    if (n > 0) {
                        out.append(s, i, static_cast<std::size_t>(n));
                        i += static_cast<std::size_t>(n) - 1;
                    } else {
                        out += "\xEF\xBF\xBD";
                    }
                }
        }
    }
    out += '"';
}

DisplayLine display_line(std::string_view line) {
    DisplayLine out;
    out.column_of.reserve(line.size() + 1);
    std::uint32_t column = 0;
    for (std::size_t i = 0; i < line.size();) {
        utf8proc_int32_t c = 0;
        auto n = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(line.data() + i),
                                  static_cast<utf8proc_ssize_t>(line.size() - i), &c);
        const bool valid = n > 0;
        if (!valid) n = 1;
        out.column_of.insert(out.column_of.end(), static_cast<std::size_t>(n), column);
        if (valid && c == '\t') {
            const std::uint32_t next = (column / 4 + 1) * 4;
            out.text.append(next - column, ' ');
            column = next;
        } else if (!valid || c < 0x20 || (c >= 0x7F && c < 0xA0) ||
                   utf8proc_category(c) == UTF8PROC_CATEGORY_CF) {
            out.text += "\xEF\xBF\xBD";  // nor may invisible characters turn the text around
            ++column;
        } else {
            out.text.append(line.substr(i, static_cast<std::size_t>(n)));
            column += static_cast<std::uint32_t>(std::max(0, utf8proc_charwidth(c)));
        }
        i += static_cast<std::size_t>(n);
    }
    out.column_of.push_back(column);
    return out;
}

std::string render(std::span<const SourceDiagnostic> diagnostics,
                   std::span<const std::unique_ptr<SourceFile>> files, const RenderOptions& options) {
    std::vector<const SourceDiagnostic*> sorted(diagnostics.size());
    for (std::size_t i = 0; i < diagnostics.size(); ++i) sorted[i] = &diagnostics[i];
    std::stable_sort(sorted.begin(), sorted.end(), [](const SourceDiagnostic* a, const SourceDiagnostic* b) {
        return a->range.file != b->range.file ? a->range.file < b->range.file
                                              : a->range.start < b->range.start;
    });
    Renderer renderer(files, options);
    const SourceDiagnostic* last = nullptr;
    for (const SourceDiagnostic* d : sorted) {
        if (last != nullptr && last->range == d->range && last->message == d->message) continue;
        last = d;
        if (options.format == MessageFormat::Json)
            renderer.json(*d);
        else
            renderer.text(*d);
    }
    return std::move(renderer.out);
}

}  // namespace skua::compiler
