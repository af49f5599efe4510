// What is wrong with a native, a plugin or what one asks for, when it is no error of the guest's yet.
#pragma once

#include <string>
#include <utility>

#include "skua/classfile/result.h"

namespace skua::vm {

inline Diagnostic native_error(std::string message, std::string hint = {}) {
    Diagnostic d;
    d.message = std::move(message);
    d.hint = std::move(hint);
    return d;
}

}  // namespace skua::vm
