#include "source.h"

#include <algorithm>
#include <cstring>

namespace skua::compiler {

SourceFile::SourceFile(std::uint32_t id, std::string path, std::string module_name, std::string text)
    : id_(id), path_(std::move(path)), module_name_(std::move(module_name)), text_(std::move(text)) {
    line_starts_.reserve(text_.size() / 32 + 1);
    line_starts_.push_back(0);
    const char* begin = text_.data();
    const char* end = begin + text_.size();
    for (const char* p = begin; (p = static_cast<const char*>(std::memchr(p, '\n', end - p))) != nullptr;)
        line_starts_.push_back(static_cast<std::uint32_t>(++p - begin));
}

LineColumn SourceFile::position(std::uint32_t offset) const {
    offset = std::min(offset, static_cast<std::uint32_t>(text_.size()));
    const auto next = std::upper_bound(line_starts_.begin(), line_starts_.end(), offset);
    const auto line = static_cast<std::uint32_t>(next - line_starts_.begin());
    std::uint32_t column = 1;
    for (std::uint32_t i = next[-1]; i < offset; ++i)
        if ((text_[i] & 0xC0) != 0x80) ++column;
    return {line, column};
}

std::string_view SourceFile::line_text(std::uint32_t line) const {
    if (line == 0 || line > line_starts_.size()) return {};
    const std::size_t start = line_starts_[line - 1];
    std::size_t end = line < line_starts_.size() ? line_starts_[line] - 1 : text_.size();
    if (end > start && text_[end - 1] == '\r') --end;
    return std::string_view(text_).substr(start, end - start);
}

}  // namespace skua::compiler
