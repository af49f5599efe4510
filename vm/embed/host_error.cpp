#include "host_error.h"

#include "skua/vm/vm.h"

namespace skua::embed {
namespace {

constexpr int kMaxCauses = 16;

std::string_view limit_name(vm::Limit limit) {
    switch (limit) {
        case vm::Limit::Instructions:
            return "instructions";
        case vm::Limit::Time:
            return "time";
        case vm::Limit::Handles:
            return "handles";
        case vm::Limit::Threads:
            return "threads";
        case vm::Limit::Metadata:
            return "metadata";
        case vm::Limit::Ended:
        case vm::Limit::Interrupt:
        case vm::Limit::Exit:
            break;
    }
    return {};
}

SkuaStatus status_of(vm::Limit limit) {
    if (limit == vm::Limit::Interrupt || limit == vm::Limit::Ended) return SKUA_INTERRUPTED;
    return limit == vm::Limit::Exit ? SKUA_EXITED : SKUA_LIMIT;
}

std::unique_ptr<SkuaError> describe(vm::Thread& thread, vm::Object* error, int depth) {
    auto out = std::make_unique<SkuaError>();
    out->status = SKUA_THROWN;
    out->type = vm::type_text(error->cls->type);
    out->message = vm::error_message(error);
    out->text = vm::describe_error(thread, error);
    std::int64_t omitted = 0;
    out->frames = vm::error_frames(error, omitted);
    if (out->type == "std.core.OutOfMemoryError") out->limit = "heap";
    if (out->type == "std.core.StackOverflowError") out->limit = "stack";
    if (vm::Object* cause = vm::error_cause(error); cause != nullptr && depth < kMaxCauses)
        out->cause = describe(thread, cause, depth + 1);
    return out;
}

}  // namespace

std::unique_ptr<SkuaError> take_error(vm::Thread& thread) {
    vm::Object* error = thread.pending;
    thread.pending = nullptr;
    auto out = describe(thread, error, 0);
    if (vm::asks_handlers(thread)) return out;
    const auto reached = thread.vm->limits().reached();
    const vm::Limit limit = thread.ending && reached ? reached->limit : vm::Limit::Instructions;
    out->status = status_of(limit);
    out->limit = limit_name(limit);
    if (limit == vm::Limit::Exit) out->exit_code = static_cast<int>(reached->value);
    return out;
}

SkuaStatus hand_over(SkuaError** out, std::unique_ptr<SkuaError> error) {
    const SkuaStatus status = error->status;
    if (out != nullptr) *out = error.release();
    return status;
}

SkuaStatus fail(SkuaError** out, SkuaStatus status, std::string message) {
    if (out == nullptr) return status;
    auto error = std::make_unique<SkuaError>();
    error->status = status;
    error->text = message;
    error->message = std::move(message);
    return hand_over(out, std::move(error));
}

SkuaStatus fail(SkuaError** out, SkuaStatus status, const Diagnostic& diagnostic) {
    Diagnostic plain = diagnostic;
    plain.hint.clear();
    std::string text = plain.to_string();
    if (!diagnostic.hint.empty()) text += "; " + diagnostic.hint;
    return fail(out, status, std::move(text));
}

}  // namespace skua::embed

namespace {

const skua::vm::ErrorFrame* frame_at(const SkuaError* error, std::size_t index) {
    return error != nullptr && index < error->frames.size() ? &error->frames[index] : nullptr;
}

}  // namespace

SkuaStatus skua_error_status(const SkuaError* error) {
    return error == nullptr ? SKUA_OK : error->status;
}
const char* skua_error_type(const SkuaError* error) {
    return error == nullptr ? "" : error->type.c_str();
}
const char* skua_error_message(const SkuaError* error) {
    return error == nullptr ? "" : error->message.c_str();
}
const char* skua_error_text(const SkuaError* error) {
    return error == nullptr ? "" : error->text.c_str();
}
const char* skua_error_limit(const SkuaError* error) {
    return error == nullptr ? "" : error->limit.c_str();
}
int skua_error_exit_code(const SkuaError* error) {
    return error == nullptr ? 0 : error->exit_code;
}
std::size_t skua_error_frame_count(const SkuaError* error) {
    return error == nullptr ? 0 : error->frames.size();
}
const char* skua_error_frame_function(const SkuaError* error, std::size_t index) {
    const auto* frame = frame_at(error, index);
    return frame == nullptr ? "" : frame->function.c_str();
}
const char* skua_error_frame_file(const SkuaError* error, std::size_t index) {
    const auto* frame = frame_at(error, index);
    return frame == nullptr ? "" : frame->file.c_str();
}
std::uint32_t skua_error_frame_line(const SkuaError* error, std::size_t index) {
    const auto* frame = frame_at(error, index);
    return frame == nullptr ? 0 : frame->line;
}
const SkuaError* skua_error_cause(const SkuaError* error) {
    return error == nullptr ? nullptr : error->cause.get();
}
void skua_error_free(SkuaError* error) {
    delete error;
}
