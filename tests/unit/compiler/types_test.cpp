// Interned types: identity, substitution, text.
#include "types.h"

#include <catch2/catch.hpp>

#include "symbols.h"

using namespace skua::compiler;

TEST_CASE("equal types are one object") {
    Arena arena;
    TypeContext t(arena);
    CHECK(t.array(t.int_) == t.array(t.int_));
    CHECK(t.array(t.int_) != t.array(t.i32));
    CHECK(t.nullable(t.array(t.string)) == t.nullable(t.array(t.string)));
    CHECK(t.nullable(t.nullable(t.int_)) != t.nullable(t.int_));
    const Type* pair[] = {t.int_, t.string};
    CHECK(t.tuple(pair) == t.tuple(pair));
    CHECK(t.function(pair, t.bool_) == t.function(pair, t.bool_));
    CHECK(t.function(pair, t.bool_) != t.function(pair, t.void_));
    CHECK(t.nullable(t.error) == t.error);
}

TEST_CASE("substitution replaces class and function parameters") {
    Arena arena;
    TypeContext t(arena);
    TypeParamSymbol of_class("T"), of_function("U");
    of_function.of_function = true;
    const Type *T = t.var(&of_class), *U = t.var(&of_function);
    const Type* params[] = {T, t.array(U)};
    const Type* f = t.function(params, t.nullable(T));
    CHECK(f->has_vars);
    const Type *ints[] = {t.int_}, *strings[] = {t.string};
    const Type* got = t.substitute(f, {ints, strings});
    CHECK(to_string(got) == "(int, [string]) -> int?");
    CHECK_FALSE(got->has_vars);
    CHECK(to_string(t.substitute(f, {ints, {}})) == "(int, [U]) -> int?");
    CHECK(t.substitute(t.string, {ints, strings}) == t.string);
}

TEST_CASE("texts of types") {
    Arena arena;
    TypeContext t(arena);
    const Type* none[] = {t.int_};
    const Type* f = t.function(std::span<const Type* const>(none, 0), t.void_);
    CHECK(to_string(f) == "() -> void");
    CHECK(to_string(t.nullable(f)) == "(() -> void)?");
    CHECK(link_text(t.array(t.int_)) == "[i64]");
    CHECK(link_text(t.float_) == "f64");
    TypeSymbol list("List");
    list.qualified_name = "std.collections.List";
    CHECK(link_text(t.named(&list, none)) == "std.collections.List<i64>");
    CHECK(to_string(t.named(&list, none)) == "List<int>");
}

TEST_CASE("types do not nest without bound") {
    Arena arena;
    TypeContext t(arena);
    const Type* x = t.int_;
    for (int i = 0; i < 1000; ++i) x = t.array(x);
    CHECK(x == t.error);
}

TEST_CASE("what is held as a reference and what as a value") {
    Arena arena;
    TypeContext t(arena);
    TypeSymbol point("Point"), node("Node");
    point.type_kind = TypeSymbolKind::Struct;
    const Type *p = t.named(&point), *n = t.named(&node);
    CHECK(t.int_->is_value());
    CHECK(p->is_value());
    CHECK(t.nullable(p)->is_value());
    CHECK_FALSE(t.nullable(n)->is_value());
    CHECK(n->is_reference());
    CHECK(t.string->is_reference());
    CHECK_FALSE(p->is_reference());
}
