// Source text and places in it.
//
// A SourceFile is immutable once made and outlives every tree and diagnostic of the
// compilation (names and literals may be views into its text). Its text is valid UTF-8: the
// driver reports and rejects files that are not before it parses them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace skua::compiler {

// Bytes [start, end) of the file with this id. 12 bytes, passed by value.
struct SourceRange {
    std::uint32_t file = 0;
    std::uint32_t start = 0;
    std::uint32_t end = 0;

    // From the start of `a` to the end of `b`; both in one file.
    [[nodiscard]] static SourceRange join(SourceRange a, SourceRange b) { return {a.file, a.start, b.end}; }
    friend bool operator==(const SourceRange&, const SourceRange&) = default;
};

struct LineColumn {
    std::uint32_t line = 1;    // from 1
    std::uint32_t column = 1;  // from 1, in Unicode scalar values
};

class SourceFile {
public:
    SourceFile(std::uint32_t id, std::string path, std::string module_name, std::string text);

    [[nodiscard]] std::uint32_t id() const { return id_; }
    [[nodiscard]] const std::string& path() const { return path_; }  // as given by the user
    [[nodiscard]] std::string_view base_name() const {               // without the folders
        return std::string_view(path_).substr(path_.rfind('/') + 1);
    }
    [[nodiscard]] const std::string& module_name() const { return module_name_; }  // "a.b"
    [[nodiscard]] std::string_view text() const { return text_; }
    [[nodiscard]] LineColumn position(std::uint32_t offset) const;
    [[nodiscard]] std::string_view line_text(std::uint32_t line) const;  // without the newline

private:
    std::uint32_t id_;
    std::string path_;
    std::string module_name_;
    std::string text_;
    std::vector<std::uint32_t> line_starts_;
};

}  // namespace skua::compiler
