// SkuaError: what went wrong, as data that outlives everything it tells of.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/runtime.h"
#include "skua/classfile/result.h"
#include "skua/embed.h"

struct SkuaError {
    SkuaStatus status = SKUA_OK;
    std::string type, message, text, limit;
    int exit_code = 0;
    std::vector<skua::vm::ErrorFrame> frames;
    std::unique_ptr<SkuaError> cause;
};

namespace skua::embed {

// Each stores an error in `out`, if the host wants one, and returns its status.
SkuaStatus fail(SkuaError** out, SkuaStatus status, std::string message);
SkuaStatus fail(SkuaError** out, SkuaStatus status, const Diagnostic& diagnostic);
SkuaStatus hand_over(SkuaError** out, std::unique_ptr<SkuaError> error);

// The error of the guest that is pending on the thread, which is taken away; `limit`: what ends the program,
// if that is why.
[[nodiscard]] std::unique_ptr<SkuaError> take_error(vm::Thread& thread);

// Runs `work`, which gives a status: no C++ exception leaves libskua.
template <typename Work>
SkuaStatus guarded(SkuaError** out, Work&& work) noexcept {
    try {
        return work();
    } catch (const std::bad_alloc&) {
        if (out != nullptr) *out = nullptr;
        return SKUA_NO_RESOURCE;
    }
}

}  // namespace skua::embed
