#include <string>

#include "skua/classfile/result.h"

namespace skua {

std::string Diagnostic::to_string() const {
    std::string out;
    if (!file.empty()) out += file + ": ";
    std::string where = type;
    if (!function.empty()) where += (where.empty() ? "" : ".") + function;
    if (offset >= 0) {
        if (!where.empty()) where += ", ";
        where += function.empty() ? "offset " : "instruction ";
        where += std::to_string(offset);
    }
    if (!where.empty()) out += where + ": ";
    if (!rule.empty()) out += "[" + rule + "] ";
    out += message;
    if (!hint.empty()) out += "\n  " + hint;
    return out;
}

}  // namespace skua
