// Collecting what is wrong with a program. Parser and semantic analysis report here; the
// driver renders the result (file:line:column, the source line with the range underlined,
// notes, suggestion) as text or JSON.
//
// Rules for reporters: `message` is one sentence in lower case without a full stop, saying what
// is wrong, with types and names in back quotes; where something was expected it ends in
// "expected `X`, found `Y`". A suggestion says what to write instead. An expression whose type
// is already the error type is never reported about again (no cascades); the sink itself drops
// a second error that starts at the same place.
#pragma once

#include <cstddef>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "source.h"
#include "warnings.h"

namespace skua::compiler {

enum class Severity : std::uint8_t { Error, Warning };

struct DiagnosticNote {
    SourceRange range;
    std::string message;
};

// Not skua::Diagnostic of result.h, which describes failures without a source.
struct SourceDiagnostic {
    Severity severity = Severity::Error;
    SourceRange range;
    std::string message;
    std::vector<DiagnosticNote> notes;
    std::string suggestion;              // "did you mean `length`?"; empty if none
    std::string replacement;             // text that would replace `range`, for editors; empty if none
    std::optional<WarningKind> warning;  // of a warning, also where warnings are errors
};

class DiagnosticSink {
public:
    // At most `limit` errors are kept; after that `full()` is true and reporters may stop early.
    explicit DiagnosticSink(std::size_t limit = 100) : limit_(limit) {}

    // Returns the diagnostic so that notes can be added, or a scratch one if it was dropped.
    SourceDiagnostic& error(SourceRange range, std::string message, std::string suggestion = {});
    // Dropped if warnings of the kind are not wanted.
    SourceDiagnostic& warning(WarningKind kind, SourceRange range, std::string message,
                              std::string suggestion = {});
    void set_warnings(const WarningOptions& options) { warnings_ = options; }
    // At the end, if warnings are to be errors: makes them so.
    void settle_warnings();

    // From now on warnings are dropped.
    void mute_warnings() { muted_ = true; }

    [[nodiscard]] bool has_errors() const { return errors_ != 0; }
    [[nodiscard]] bool full() const { return errors_ >= limit_; }
    [[nodiscard]] std::size_t error_count() const { return errors_; }
    [[nodiscard]] std::size_t dropped() const { return dropped_; }
    // In the order of reporting; the driver sorts by file and position.
    [[nodiscard]] std::span<const SourceDiagnostic> all() const { return all_; }

private:
    SourceDiagnostic& dropped_one();

    std::size_t limit_;
    WarningOptions warnings_;
    std::size_t errors_ = 0;
    std::size_t dropped_ = 0;
    bool muted_ = false;
    std::set<std::pair<std::uint32_t, std::uint32_t>> error_places_;  // file, start
    std::vector<SourceDiagnostic> all_;  // deque not needed: the reference is used at once
    SourceDiagnostic scratch_;
};

}  // namespace skua::compiler
