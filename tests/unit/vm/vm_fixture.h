// A Vm with a few error classes of std.core and whatever a test assembles.
#pragma once

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "link/linker.h"
#include "skua/classfile/assembler.h"
#include "skua/classfile/writer.h"
#include "skua/vm/vm.h"

namespace skua::vm::test {

inline constexpr const char* kErrors = R"(
.class public open std.core.Error
.field mutable message: string
.field mutable cause: std.core.Error?
.field mutable trace: [i64]?
.class public open std.core.ArithmeticError
.extends std.core.Error
.class public open std.core.ArgumentError
.extends std.core.Error
.class public open std.core.IndexError
.extends std.core.Error
.class public open std.core.NullError
.extends std.core.Error
.class public open std.core.CastError
.extends std.core.Error
.class public open std.core.OutOfMemoryError
.extends std.core.Error
.class public open std.core.StackOverflowError
.extends std.core.Error
.class public open std.core.LinkError
.extends std.core.Error
.class public open std.core.VerifyError
.extends std.core.Error
.class public open std.core.InitError
.extends std.core.Error
.class public open std.core.InterruptError
.extends std.core.Error
.class public open std.core.LimitError
.extends std.core.Error
)";

// Those that natives throw, for tests without the library.
inline constexpr const char* kNativeErrors = R"(
.class public open std.core.IOError
.extends std.core.Error
.class public open std.core.PermissionError
.extends std.core.Error
.class public open std.core.StateError
.extends std.core.Error
)";

class VmFixture {
public:
    explicit VmFixture(std::string_view text, std::size_t stack_bytes = 1 << 20,
                       std::uint64_t max_instructions = 0)
        : VmFixture(text, options(stack_bytes, max_instructions)) {}

    VmFixture(std::string_view text, VmOptions options)
        : heap_ready_(gc::initialize({})), vm(std::move(options)) {
        define(vm.boot_loader(), kErrors);
        define(vm.app_loader(), text);
    }

    void define(Loader& loader, std::string_view text) {
        auto types = classfile::assemble(text, "test.skasm");
        INFO((types ? std::string() : types.error().to_string()));
        REQUIRE(types.ok());
        for (auto& type : *types) {
            const auto bytes = classfile::write(type.file);
            auto defined = loader.define(bytes, std::string(type.file.str(type.file.name)));
            INFO((defined ? std::string() : defined.error().to_string()));
            REQUIRE(defined.ok());
        }
    }

    Function& function(std::string_view module, std::string_view name) {
        auto def = vm.app_loader().load(module);
        REQUIRE(def.ok());
        FunctionDef* found = (*def)->find_function(name);
        REQUIRE(found != nullptr);
        auto made = function_of(vm, *found, (*def)->self, {});
        REQUIRE(made.ok());
        return **made;
    }

    // Calls t.NAME and gives its one-slot result. The call must not throw.
    Slot call(Thread& thread, std::string_view name, std::vector<Slot> args) {
        Slot result = 0;
        const bool returned = invoke(thread, function("t", name), args, &result);
        INFO((returned ? std::string() : describe_error(thread, thread.pending)));
        REQUIRE(returned);
        return result;
    }

    // Calls t.NAME, which must throw; the error's description.
    std::string call_error(Thread& thread, std::string_view name, std::vector<Slot> args) {
        Slot result[8] = {};
        REQUIRE_FALSE(invoke(thread, function("t", name), args, result));
        REQUIRE(thread.pending != nullptr);
        std::string text = describe_error(thread, thread.pending);
        thread.pending = nullptr;
        return text;
    }

private:
    static VmOptions options(std::size_t stack_bytes, std::uint64_t max_instructions) {
        VmOptions made;
        made.max_stack_bytes = stack_bytes;
        made.max_instructions = max_instructions;
        return made;
    }

    bool heap_ready_;

public:
    Vm vm;
};

}  // namespace skua::vm::test
