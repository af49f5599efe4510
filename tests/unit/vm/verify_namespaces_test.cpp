// What a loader's classes may see of another loader's: a module's name is not enough to be of the module.
#include <catch2/catch.hpp>

#include "verify_world.h"

using namespace skua;
using namespace skua::vm;
using Catch::Contains;

namespace {

TypeDef& defined(Loader& loader, const std::string& text) {
    auto assembled = classfile::assemble(text, "t.skasm");
    if (!assembled) FAIL(assembled.error().to_string());
    TypeDef* last = nullptr;
    for (const auto& type : *assembled) {
        auto def = loader.define(classfile::write(type.file), "t.skasm");
        if (!def) FAIL(def.error().to_string());
        last = *def;
    }
    REQUIRE(last);
    return *last;
}

std::string error_of(TypeDef& type, std::string_view function) {
    FunctionDef* f = type.find_function(function);
    REQUIRE(f);
    auto verified = verify_function(*f);
    return verified ? "" : verified.error().to_string();
}

constexpr const char* kLibrary = R"(
.class lib.Hidden
.class open lib.HiddenBase
.interface lib.HiddenFace
.module lib
.field static mutable state: i64
.function secret() void
    ret.void
.end
)";

constexpr const char* kInside = R"(
.class public lib.Inside
.function public static call() void
    call _, lib::secret()void, ()
    ret.void
.end
.function public static make() void
    .regs r0: lib.Hidden
    new r0, lib.Hidden
    ret.void
.end
.function public static read() i64
    .regs r0: i64
    static.get r0, lib::state:i64
    ret r0
.end
)";

}  // namespace

TEST_CASE("another loader's class with a name in a module is not of that module") {
    TypeTable types;
    Loader parent(types, nullptr), child(types, &parent);
    defined(parent, kLibrary);
    TypeDef& stranger = defined(child, kInside);
    CHECK_THAT(error_of(stranger, "call"), Contains("[V035]"));
    CHECK_THAT(error_of(stranger, "make"), Contains("[V003]"));
    CHECK_THAT(error_of(stranger, "read"), Contains("[V035]"));
    for (const char* header : {".extends lib.HiddenBase", ".implements lib.HiddenFace"}) {
        TypeDef& below =
            defined(child, ".class public lib.Below" + std::to_string(std::string(header).size()) + "\n" +
                               header + "\n");
        auto declared = check_declaration(below);
        REQUIRE_FALSE(declared.ok());
        CHECK_THAT(declared.error().to_string(), Contains("[V101]"));
    }
}

TEST_CASE("a class of the same loader is") {
    TypeTable types;
    Loader parent(types, nullptr);
    defined(parent, kLibrary);
    TypeDef& inside = defined(parent, kInside);
    CHECK(error_of(inside, "call").empty());
    CHECK(error_of(inside, "make").empty());
    CHECK(error_of(inside, "read").empty());
}

TEST_CASE("a parent's code does not get its classes from the child") {
    TypeTable types;
    Loader parent(types, nullptr), child(types, &parent);
    // Asked about before and after the child has a class of that name.
    TypeDef& library = defined(parent, R"(
.module lib
.function public take(a: app.Thing, b: lib.Own) void
    .regs r2: lib.Own
    move r2, r0
    ret.void
.end
.function public give(a: lib.Own) app.Thing
    ret r0
.end
.class public lib.Own
.module lib2
.function public take(a: app.Thing) void
    .regs r1: app.Other
    move r1, r0
    ret.void
.end
)");
    TypeDef& thing = defined(child, ".class public app.Thing\n");
    TypeDef* module = *parent.load("lib");
    // To the parent, app.Thing is missing: nothing becomes one, and it holds null only.
    CHECK(error_of(*module, "take").empty());
    CHECK_THAT(error_of(*module, "give"), Contains("[V060]"));
    CHECK(error_of(library, "take").empty());
    // The child's own type is another one than what the parent's signature names.
    TypeDef& caller = defined(child, R"(
.module app
.function public call(a: app.Thing, b: lib.Own) void
    call _, lib::take(app.Thing,lib.Own)void, (r0, r1)
    ret.void
.end
)");
    CHECK(error_of(caller, "call").empty());  // as it was compiled; the linker sees that the types differ
    CHECK(module->find_function("take")->params[0] != thing.self);
}

TEST_CASE("two children's classes of one name are two types") {
    TypeTable types;
    Loader parent(types, nullptr), left(types, &parent), right(types, &parent);
    TypeDef& a = defined(left, ".class public app.Thing\n");
    TypeDef& b = defined(right, ".class public app.Thing\n");
    CHECK(a.self != b.self);
    auto same = is_assignable(nullptr, a, a.self, b.self);
    REQUIRE(same.ok());
    CHECK_FALSE(*same);
}
