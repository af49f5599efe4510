// Declarations made to be endless: each must come to an answer, quickly and without deep recursion.
#include <catch2/catch.hpp>
#include <chrono>

#include "verify_world.h"

using namespace skua;
using namespace skua::vm;
using Catch::Contains;

TEST_CASE("a chain of superclasses is bounded, whoever asks first") {
    VerifyWorld w;
    std::string text = ".class public open c.C0\n";
    for (int i = 1; i <= 3000; ++i)
        text +=
            ".class public open c.C" + std::to_string(i) + "\n.extends c.C" + std::to_string(i - 1) + "\n";
    w.define(text);
    CHECK_THAT(w.check("c.C3000"), Contains("more than 512 supertypes"));
    CHECK(w.check("c.C300").empty());
    CHECK(w.check("c.C512").empty());
    CHECK_FALSE(w.check("c.C513").empty());
    CHECK_FALSE(w.check("c.C1000").empty());
}

TEST_CASE("a lattice of interfaces is no exponential search") {
    VerifyWorld w;
    std::string text = ".interface public c.A0\n.interface public c.B0\n";
    for (int i = 1; i <= 200; ++i) {
        const std::string below = std::to_string(i - 1);
        for (const char* side : {"A", "B"})
            text += ".interface public c." + std::string(side) + std::to_string(i) + "\n.implements c.A" +
                    below + ", c.B" + below + "\n";
    }
    w.define(text);
    CHECK(w.check("c.A200").empty());
    auto def = w.loader.load("c.A200");
    REQUIRE(def.ok());
    CHECK(supertypes_of(**def).types.size() == 400);
}

TEST_CASE("generics that expand through their supertypes") {
    VerifyWorld w;
    w.define(R"(
.class public open c.D<T>
.class public open c.C<T>
.extends c.D<c.C<c.C<!0>>>
.class public open c.Loop<T>
.extends c.Pool<c.Loop<c.Loop<!0>>>
.class public open c.Pool<T>
.extends c.Loop<!0>
)");
    CHECK(w.check("c.C").empty());  // finite: a name, not a value
    CHECK_THAT(w.check("c.Loop"), Contains("its own supertype"));
    // Each question about it ends too.
    auto c = w.loader.load("c.C");
    auto d = w.loader.load("c.D");
    const Type* type = w.types.simple(TypeKind::I64);
    for (int i = 0; i < 70 && type; ++i) {
        const Type* args[] = {type};
        const Type* deeper = w.types.substitute((*c)->self, args, {});
        if (!deeper) break;
        auto up = as_supertype(w.types, w.loader, deeper, **d);
        REQUIRE(up.ok());
        type = deeper;
    }
    CHECK(type->depth >= 60);
}

TEST_CASE("structs that contain one another, or twice as much at each step") {
    VerifyWorld w;
    std::string text = R"(
.struct public s.A
.field public b: s.B
.struct public s.B
.field public a: s.A
.struct public s.Empty
.struct public s.E0
.field public a: s.Empty
)";
    for (int i = 1; i <= 40; ++i) {
        const std::string below = "s.E" + std::to_string(i - 1);
        text += ".struct public s.E" + std::to_string(i) + "\n.field public a: " + below +
                "\n.field public b: " + below + "\n";
    }
    w.define(text);
    CHECK_THAT(w.check("s.A"), Contains("V110"));
    CHECK_THAT(w.check("s.E40"), Contains("above 1024 values"));
}

TEST_CASE("questions about bad types have answers") {
    VerifyWorld w;
    w.define(R"(
.class public open c.Self
.extends c.Self
.class public open c.Other
.struct public c.Value
.module c
.function public f(s: c.Self, o: c.Other) void
    ret.void
.end
)");
    TypeDef& module = **w.loader.load("c");
    TypeDef& self = **w.loader.load("c.Self");
    TypeDef& other = **w.loader.load("c.Other");
    auto assignable = is_assignable(&module.functions[0], module, self.self, other.self);
    REQUIRE(assignable.ok());
    CHECK_FALSE(*assignable);
    auto up = as_supertype(w.types, w.loader, self.self, other);
    REQUIRE(up.ok());
    CHECK(*up == nullptr);
    const Type* args[] = {other.self};
    const Type* wrong = w.types.named(w.loader, "c.Other", args);
    CHECK_FALSE(check_type(w.types, w.loader, wrong).ok());
    CHECK(check_type(w.types, w.loader, other.self).ok());
    CHECK(check_type(w.types, w.loader, w.types.named(w.loader, "no.Such", args)).ok());
    CHECK(verify_function(module.functions[0]).ok());
}

TEST_CASE("a function of a hundred thousand instructions is verified in one pass") {
    VerifyWorld w;
    std::string text = ".module big\n.function public f(a: i64, o: big.C) i64\n.regs r2: big.C\n";
    for (int i = 0; i < 50000; ++i) text += "add.i64 r0, r0, r0\nmove r2, r1\n";
    text += "ret r0\n.end\n.class public big.C\n";
    w.define(text);
    TypeDef& module = **w.loader.load("big");
    const auto start = std::chrono::steady_clock::now();
    CHECK(verify_function(module.functions[0]).ok());
    const auto took = std::chrono::steady_clock::now() - start;
    CHECK(took < std::chrono::seconds(2));
}
