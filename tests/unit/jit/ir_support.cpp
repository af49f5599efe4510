#include "ir_support.h"

namespace skua::jit::test {
namespace {

struct World {
    vm::Class a, b, c, array;
    RuntimeEntry effect{"effect", nullptr, RuntimeEntry::Form::Buffer, RuntimeEntry::Throws::TestPending,
                        false,    true};
    RuntimeEntry check{"check", nullptr, RuntimeEntry::Form::Direct, RuntimeEntry::Throws::IfZero,
                       false,   false};
    RuntimeEntry pure{"pure", nullptr, RuntimeEntry::Form::Direct, RuntimeEntry::Throws::Never, true, false};
    RuntimeEntry total{"total", nullptr, RuntimeEntry::Form::Direct, RuntimeEntry::Throws::Never, true,
                       false,   true};
    Symbols symbols;

    World() {
        array.kind = vm::ClassKind::Array;
        a.display = {&a};
        b.display = {&a, &b};
        b.depth = 1;
        c.display = {&c};
        a.instance_size = b.instance_size = c.instance_size = 48;
        symbols.add("A", &a);
        symbols.add("B", &b);
        symbols.add("C", &c);
        symbols.add("Array", &array);
        symbols.add("effect", &effect);
        symbols.add("check", &check);
        symbols.add("pure", &pure);
        symbols.add("total", &total);
    }
};

const World& world() {
    static const World instance;
    return instance;
}

}  // namespace

const Symbols& symbols() {
    return world().symbols;
}
const vm::Class* class_named(std::string_view name) {
    return static_cast<const vm::Class*>(symbols().find(name));
}

std::unique_ptr<Graph> graph_of(std::string_view text) {
    std::string error;
    auto graph = parse(text, symbols(), error);
    INFO(text);
    REQUIRE(error == "");
    REQUIRE(graph);
    REQUIRE(verify_graph(*graph) == "");
    return graph;
}

std::string text_of(const Graph& graph) {
    return print(graph, {&symbols(), true});
}

void check_pass(void (*pass)(Graph&), std::string_view before, std::string_view after) {
    auto graph = graph_of(before);
    pass(*graph);
    INFO(print(*graph, {&symbols(), false}));
    REQUIRE(verify_graph(*graph) == "");
    CHECK(text_of(*graph) == text_of(*graph_of(after)));
}

}  // namespace skua::jit::test
