// A type table and a loader whose classes come from assembler text.
#pragma once

#include <catch2/catch.hpp>
#include <string>

#include "skua/classfile/assembler.h"
#include "skua/classfile/writer.h"
#include "skua/vm/verifier.h"

namespace skua::vm {

struct VerifyWorld {
    TypeTable types;
    Loader loader{types, nullptr};

    void define(const std::string& text) {
        auto assembled = classfile::assemble(text, "t.skasm");
        if (!assembled) FAIL(assembled.error().to_string());
        for (const auto& type : *assembled) {
            auto def = loader.define(classfile::write(type.file), "t.skasm");
            if (!def) FAIL(def.error().to_string());
        }
    }
    std::string check(std::string_view name) {
        auto def = loader.load(name);
        if (!def) FAIL(def.error().to_string());
        auto result = check_declaration(**def);
        return result ? "" : result.error().to_string();
    }
};

}  // namespace skua::vm
