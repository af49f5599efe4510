#include "vmc_progress.h"

#include <cstdio>
#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

namespace skua::compiler {

void ProgressLine::show(std::string_view what, std::string_view name, std::size_t number, std::size_t of) {
    const auto now = Clock::now();
    if (now < next_) return;
    next_ = now + std::chrono::milliseconds(50);
    std::string line = fmt::format("{} {} of {}: ", what, number, of);
    // The end of a long path says more; a line that wraps could not be taken back.
    winsize size{};
    const std::size_t width =
        ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
    const std::size_t room = width > line.size() + 4 ? width - line.size() - 4 : 0;
    std::string shown(name);
    if (shown.size() > room) {
        shown = shown.substr(shown.size() - room);
        while (!shown.empty() && (static_cast<unsigned char>(shown[0]) & 0xC0) == 0x80) shown.erase(0, 1);
        shown = "..." + shown;
    }
    for (char& c : shown)
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = '?';
    line += shown;
    std::fprintf(stderr, "\r\x1B[K%s", line.c_str());
    std::fflush(stderr);
    shown_ = true;
}

void ProgressLine::clear() {
    if (shown_) std::fputs("\r\x1B[K", stderr);
    std::fflush(stderr);
    shown_ = false;
}

}  // namespace skua::compiler
