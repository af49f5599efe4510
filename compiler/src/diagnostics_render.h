// Diagnostics as text for people or as JSON for editors.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "diagnostics.h"
#include "source.h"

namespace skua::compiler {

enum class MessageFormat : std::uint8_t { Text, Json };

struct RenderOptions {
    MessageFormat format = MessageFormat::Text;
    bool color = false;
};

// All diagnostics, by file and position, repeated ones once. As text:
//
//     a.skua:2:5: error: there is no `printn`
//         2 |     printn(1)
//           |     ^^^^^^
//           = help: did you mean `println`?
//
// A warning ends in its kind: `warning: this value is not used [unused-value]`.
//
// As JSON one object a line: severity, file, line, column, endLine, endColumn (columns count
// Unicode scalar values from 1, the end is exclusive), message, and where there are any
// warning (its kind), suggestion, replacement and notes. A SourceRange's `file` is an index into `files`.
std::string render(std::span<const SourceDiagnostic> diagnostics,
                   std::span<const std::unique_ptr<SourceFile>> files, const RenderOptions& options);

// In quotes, escaped; bytes that are not UTF-8 become U+FFFD.
void append_json_string(std::string& out, std::string_view text);

// A line as a terminal shows it: tabs as blanks up to the next multiple of 4, control characters
// as U+FFFD. `column_of[i]` is the display column of byte i of the line; one more entry for its end.
struct DisplayLine {
    std::string text;
    std::vector<std::uint32_t> column_of;
};
DisplayLine display_line(std::string_view line);

}  // namespace skua::compiler
