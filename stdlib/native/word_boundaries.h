// Where words end, by the rules of UAX #29 (Unicode Text Segmentation), without tailoring.
#pragma once

#include <cstddef>
#include <string_view>

namespace skua::stdlib {

// The end of the segment that begins at byte `start`, which is a boundary before the end of the text. White
// space and punctuation are segments, too. The text is valid UTF-8.
std::size_t word_end(std::string_view text, std::size_t start);

}  // namespace skua::stdlib
