#include "diagnostics.h"

namespace skua::compiler {

// Notes added to what was dropped go nowhere.
SourceDiagnostic& DiagnosticSink::dropped_one() {
    scratch_ = {};
    return scratch_;
}

SourceDiagnostic& DiagnosticSink::error(SourceRange range, std::string message, std::string suggestion) {
    if (error_places_.contains({range.file, range.start})) return dropped_one();
    if (full()) {
        ++dropped_;
        return dropped_one();
    }
    error_places_.emplace(range.file, range.start);
    ++errors_;
    all_.push_back({Severity::Error, range, std::move(message), {}, std::move(suggestion), {}, {}});
    return all_.back();
}

SourceDiagnostic& DiagnosticSink::warning(WarningKind kind, SourceRange range, std::string message,
                                          std::string suggestion) {
    if (muted_ || !warnings_.has(kind)) return dropped_one();
    for (const SourceDiagnostic& d : all_)
        if (d.range == range && d.message == message) return dropped_one();
    if (all_.size() - errors_ >= limit_) return dropped_one();
    all_.push_back({Severity::Warning, range, std::move(message), {}, std::move(suggestion), {}, kind});
    return all_.back();
}

void DiagnosticSink::settle_warnings() {
    if (!warnings_.are_errors) return;
    for (SourceDiagnostic& d : all_) {
        if (d.severity == Severity::Error) continue;
        d.severity = Severity::Error;
        ++errors_;
    }
}

}  // namespace skua::compiler
