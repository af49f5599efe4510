#include <catch2/catch.hpp>
#include <thread>
#include <vector>

#include "skua/vm/loader.h"

using namespace skua::vm;

namespace {

struct TypeWorld {
    TypeTable types;
    Loader loader{types, nullptr};

    const Type* i64() { return types.simple(TypeKind::I64); }
    const Type* named(std::string_view name, std::vector<const Type*> args = {}) {
        return types.named(loader, name, args);
    }
};

}  // namespace

TEST_CASE("equal types are one pointer, different ones are not") {
    TypeWorld w;
    CHECK(w.types.simple(TypeKind::I64) == w.types.simple(TypeKind::I64));
    CHECK(w.types.array(w.i64()) == w.types.array(w.i64()));
    CHECK(w.types.array(w.i64()) != w.types.nullable(w.i64()));
    const Type* once = w.types.nullable(w.named("a.B"));
    CHECK(w.types.nullable(once) != once);
    const Type* pair[] = {w.i64(), once};
    const Type* swapped[] = {once, w.i64()};
    CHECK(w.types.tuple(pair) == w.types.tuple(pair));
    CHECK(w.types.tuple(pair) != w.types.tuple(swapped));
    CHECK(w.types.function(pair, once) != w.types.tuple(pair));
    CHECK(w.named("a.B") != w.named("a.C"));
    CHECK(w.named("a.B", {w.i64()}) != w.named("a.B"));
    CHECK(w.types.class_var(0) != w.types.func_var(0));
    Loader other(w.types, nullptr);
    CHECK(w.types.named(other, "a.B", {}) != w.named("a.B"));
}

TEST_CASE("types know their variables, depth and size") {
    TypeWorld w;
    const Type* t =
        w.types.array(w.named("L", {w.types.class_var(2), w.types.nullable(w.types.func_var(0))}));
    CHECK(t->open);
    CHECK(t->class_vars == 3);
    CHECK(t->func_vars == 1);
    CHECK(t->depth == 4);
    CHECK(t->size == 5);
    CHECK_FALSE(w.named("L", {w.i64()})->open);
}

TEST_CASE("text of types") {
    TypeWorld w;
    const Type* string = w.types.simple(TypeKind::String);
    const Type* params[] = {w.i64(), string};
    const Type* f = w.types.function(params, w.types.simple(TypeKind::Void));
    CHECK(type_text(w.named("std.collections.Map", {string, w.types.array(w.i64())})) ==
          "std.collections.Map<string,[i64]>");
    CHECK(type_text(f) == "(i64,string)->void");
    CHECK(type_text(w.types.nullable(f)) == "((i64,string)->void)?");
    CHECK(type_text(w.types.nullable(w.types.nullable(w.types.class_var(1)))) == "!1??");
    CHECK(type_text(w.types.tuple(params)) == "(i64,string)");
    CHECK(type_text(w.types.func_var(3)) == "!!3");
}

TEST_CASE("substitution") {
    TypeWorld w;
    const Type* string = w.types.simple(TypeKind::String);
    const Type* open = w.named("M", {w.types.class_var(0), w.types.array(w.types.func_var(1))});
    const Type* class_args[] = {w.i64()};
    const Type* func_args[] = {w.i64(), string};
    CHECK(w.types.substitute(open, class_args, func_args) == w.named("M", {w.i64(), w.types.array(string)}));
    CHECK(w.types.substitute(string, class_args, func_args) == string);
    // A variable without an argument stays.
    CHECK(w.types.substitute(w.types.class_var(7), class_args, {}) == w.types.class_var(7));
    std::vector<const Type*> many(20, w.types.class_var(0));
    CHECK(w.types.substitute(w.types.tuple(many), class_args, {}) ==
          w.types.tuple(std::vector<const Type*>(20, w.i64())));
}

TEST_CASE("substitution is bounded in depth and in size") {
    TypeWorld w;
    const Type* grow = w.named("C", {w.types.class_var(0)});
    const Type* type = w.i64();
    int steps = 0;
    while (type && steps < 1000) {
        const Type* args[] = {type};
        type = w.types.substitute(grow, args, {});
        ++steps;
    }
    CHECK(steps == TypeTable::kMaxTypeDepth);
    const Type* twice[] = {w.types.class_var(0), w.types.class_var(0)};
    const Type* pair = w.types.tuple(twice);
    type = w.i64();
    for (steps = 0; type && steps < 1000; ++steps) {
        const Type* args[] = {type};
        type = w.types.substitute(pair, args, {});
    }
    CHECK(steps < 14);
}

TEST_CASE("the text of a huge type is cut") {
    TypeWorld w;
    const Type* type = w.i64();
    for (int i = 0; i < 60; ++i) {
        const Type* twice[] = {type, type};
        type = w.types.tuple(twice);
    }
    CHECK(type->size == UINT32_MAX);
    CHECK(type_text(w.types.array(type)).size() > 1000);
}

TEST_CASE("many types from many threads are still one each") {
    TypeWorld w;
    constexpr int kTypes = 5000;
    std::vector<std::vector<const Type*>> seen(4, std::vector<const Type*>(kTypes));
    std::vector<std::thread> threads;
    for (auto& mine : seen) {
        threads.emplace_back([&] {
            for (int i = 0; i < kTypes; ++i)
                mine[static_cast<std::size_t>(i)] = w.types.array(w.named("T" + std::to_string(i)));
        });
    }
    for (auto& t : threads) t.join();
    for (auto& mine : seen) CHECK(mine == seen[0]);
}
