#include "diagnostics.h"

namespace skua::compiler {

SourceDiagnostic& DiagnosticSink::error(SourceRange range, std::string message, std::string suggestion) {
    for (const SourceDiagnostic& d : all_)
        if (d.severity == Severity::Error && d.range.file == range.file && d.range.start == range.start) return scratch_;
    if (full()) {
        ++dropped_;
        return scratch_;
    }
    ++errors_;
    all_.push_back({Severity::Error, range, std::move(message), {}, std::move(suggestion), {}});
    return all_.back();
}

SourceDiagnostic& DiagnosticSink::warning(SourceRange range, std::string message, std::string suggestion) {
    for (const SourceDiagnostic& d : all_)
        if (d.range == range && d.message == message) return scratch_;
    if (all_.size() - errors_ >= limit_) return scratch_;
    all_.push_back({Severity::Warning, range, std::move(message), {}, std::move(suggestion), {}});
    return all_.back();
}

}  // namespace skua::compiler
