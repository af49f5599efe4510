// What other processes tell of plugins, and what is made of it: hostile texts, types, names.
#include "plugin_description.h"

#include <catch2/catch.hpp>

#include "bindgen.h"

namespace skua::compiler {
namespace {

const std::string kText =
    "skua-plugin 1\nplugin\tsums\t1.0.0\tSums.\\nOf numbers.\n"
    "native\tsums.add\t(i64,i64)i64\t\ta, b\tAdds.\t\t0\n"
    "native\tsums.open\t()i64\t\t*\t\tSum.init\t0\n"
    "native\tsums.Sum.grow\t(sums.Sum,i64)void\t\tby\tGrows.\t\t0\n"
    "type\tsums.Sum\t\tA sum.\t\nend\n";

bool holds(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a description is read whole or not at all") {
    const auto plugin = parse_plugin_description(kText, "sums.so");
    REQUIRE(plugin.ok());
    CHECK(plugin->title() == "the plugin `sums` 1.0.0 (sums.so)");
    CHECK(plugin->doc == "Sums.\nOf numbers.");
    REQUIRE(plugin->natives.size() == 3);
    CHECK(plugin->find("sums.add")->parameters == std::vector<std::string>{"a", "b"});
    CHECK(plugin->find("sums.ad") == nullptr);
    for (std::size_t n = 0; n < kText.size(); ++n)
        CHECK_FALSE(parse_plugin_description(kText.substr(0, n), "sums.so").ok());
    CHECK_FALSE(parse_plugin_description(kText + "native\tx\n", "sums.so").ok());
    for (const char* line :
         {"native\tsums.add\n", "type\ta\tb\n", "plugin\n", "native\ta\tb\tc\td\te\tf\\\t0\n",
          "native\ta\tb\tc\td\te\t\\x\t0\n", "plugin\t\xFF\t1\t\n"})
        CHECK_FALSE(parse_plugin_description("skua-plugin 1\n" + std::string(line) + "end\n", "x.so").ok());
    const auto refused =
        parse_plugin_description("skua-plugin 1\nerror\tnot a plugin\tbuild one\nend\n", "x.so");
    REQUIRE_FALSE(refused.ok());
    CHECK(refused.error().message == "not a plugin");
    CHECK(refused.error().hint == "build one");
}

TEST_CASE("signatures in their parts, and types as source") {
    const auto parts =
        split_signature("(((i64,string)->bool)?,[std.a.B<i64,(f64,u8)>],string?)std.a.B<i64>?");
    REQUIRE(parts.has_value());
    REQUIRE(parts->params.size() == 3);
    std::set<std::string> used;
    CHECK(source_type(parts->params[0], "m") == "((int, string) -> bool)?");
    CHECK(source_type(parts->params[1], "m", &used) == "[B<int, (float, u8)>]");
    CHECK(used == std::set<std::string>{"std.a.B"});
    CHECK(source_type("m.C", "m", &used) == "C");
    CHECK(used.size() == 1);
    CHECK(source_header("m.f", *parts, std::vector<std::string>{"x", "x", "fn"}, "m", false) ==
          "fn f(x: ((int, string) -> bool)?, x_: [B<int, (float, u8)>], c: string?): B<int>?");
    CHECK(split_signature("()void")->params.empty());
    for (const char* wrong :
         {"", "(", "()", "(i64", "i64", "(,)void", "(i64,)void", "(,i64)void", "(i64))void"})
        CHECK_FALSE((split_signature(wrong) && split_signature(wrong)->result == "void"));
    const std::string deep(200000, '[');
    CHECK_FALSE(split_signature("(" + deep).has_value());
    CHECK(source_type(deep, "m") == deep);
}

TEST_CASE("classes whose natives take the object extend Resource") {
    const auto plugin = parse_plugin_description(kText, "sums.so");
    REQUIRE(plugin.ok());
    const Bindings bindings = generate_bindings(*plugin);
    CHECK(bindings.left_out.empty());
    REQUIRE(bindings.modules.size() == 1);
    const std::string& text = bindings.modules[0].text;
    CHECK(text.starts_with("//! Sums.\n//! Of numbers.\n"));
    CHECK(holds(text, "import std.native.{Resource}\n"));
    CHECK(holds(text, "native(\"sums\") fn open(): int\n"));
    CHECK(holds(text,
                "/// A sum.\npub class Sum : Resource(open()) {\n    /// Grows.\n"
                "    native(\"sums\") fn grow(by: int)\n}\n"));
}

TEST_CASE("full names in declarations are imported, and hostile names left out") {
    PluginDescription plugin;
    plugin.name = "x";
    plugin.types.push_back({"x.T", "pub class T(n: int) : other.deep.Base(n), x.I, Display { }", "", ""});
    for (const char* name : {"", ".", "x.", ".f", "x..f", "x.a b", "x.f\n//", "x.class", "x.$", "1.f"})
        plugin.natives.push_back({name, "()void", "", {}, "", "", false});
    plugin.natives.push_back({"x.ok", "()void", "", {}, "Doc\n\n*/ // \x01", "", false});
    const Bindings bindings = generate_bindings(plugin);
    CHECK(bindings.left_out.size() == 10);
    REQUIRE(bindings.modules.size() == 1);
    CHECK(holds(bindings.modules[0].text, "import other.deep.{Base}\n"));
    CHECK(holds(bindings.modules[0].text, "pub class T(n: int) : Base(n), I, Display { }"));
}

}  // namespace skua::compiler
