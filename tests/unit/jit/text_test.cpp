// The text form, and what the verifier refuses.
#include "ir_support.h"

using namespace skua::jit;
using namespace skua::jit::test;

namespace {

constexpr const char* kLoop = R"(graph sum(i64, f64) -> (i64)
block0:
  v1 = Param #0
  v2 = Param.f64 #1
  v3 = NullCheck v1, !3
  v4 = Load [v3 + 8] constant.w64
  v20 = New @A, !4<9
  Store [v20 + 16] field.f64, v2
  Jump block1
block1 <- block0, block2:
  v5 = Phi 0, v9
  v6 = Phi 0, v8
  v7 = Lt v5, v4
  Branch v7, block2, block3
block2 <- block1:
  v10 = Load [v3 + v5*8 + 16] element.w64
  v11 = Load.f32 [v3 + v5*4 + 20] element.f32 key=77
  Store [v3 + v5*8 + 16] element.w64 ref, 7
  v12 = Load [v3 + v5*1 + 16] bytes.u16 swap
  v13 = CallRuntime v10, v12, @effect, aux=0x10, !5
  v8 = Add v6, v10
  v9 = Add v5, 1
  v14 = FAdd.f64 v2, 2.5:f64
  v15 = FAdd.f64 v14, 0x7ff8000000000000:f64
  Poll !6
  Jump block1
block3 <- block1 cold:
  Return v6
)";

std::string broken(const std::string& text) {
    std::string error;
    auto graph = parse(text, symbols(), error);
    INFO(text);
    REQUIRE(error == "");
    return verify_graph(*graph);
}

}  // namespace

TEST_CASE("printing what was parsed gives the same text") {
    auto graph = graph_of(kLoop);
    CHECK(print(*graph, {&symbols(), false}) == kLoop);
    const std::string numbered = text_of(*graph);
    CHECK(text_of(*graph_of(numbered)) == numbered);
    CHECK(print(*graph_of(numbered), {&symbols(), false}) == numbered);
}

TEST_CASE("texts that are no graphs are refused with their line") {
    const auto error_of = [](const char* text) {
        std::string error;
        CHECK_FALSE(parse(text, symbols(), error));
        return error;
    };
    CHECK(error_of("") == "no graph");
    CHECK(error_of("graph f() -> ()\nblock0:\n  Return v1\n") == "line 3: no such node: v1");
    CHECK(error_of("graph f() -> ()\nblock0:\n  Jump block7\n") == "line 3: no such block: 7");
    CHECK(error_of("graph f() -> ()\nblock0:\n  v1 = Frob 1\n") == "line 3: no operation: Frob");
    CHECK(error_of("graph f() -> ()\nblock0:\n  v1 = New @Nobody, !1\n") == "line 3: no symbol: Nobody");
}

TEST_CASE("the verifier finds what is broken") {
    CHECK(broken("graph f() -> (i64)\nblock0:\n  v1 = Add v2, 1\n  v2 = Add 1, 1\n  Return v1\n")
              .find("does not dominate it") != std::string::npos);
    CHECK(broken("graph f() -> ()\nblock0:\n  Branch 1, block1, block2\nblock1 <- block0:\n  Return\n"
                 "block2 <- block0:\n  v1 = NullCheck 1\n  Return\n")
              .find("has no site") != std::string::npos);
    CHECK(broken("graph f() -> ()\nblock0:\n  Branch 1, block1, block2\nblock1 <- block0:\n  Jump block2\n"
                 "block2 <- block0, block1:\n  Return\n")
              .find("critical edge") != std::string::npos);
    CHECK(broken("graph f() -> ()\nblock0:\n  Jump block1\nblock1 <- block0:\n  v1 = Phi 1, 2\n  Return\n")
              .find("more inputs than predecessors") != std::string::npos);
    CHECK(broken("graph f() -> (i64)\nblock0:\n  v1 = Add.i32 1:i32, 1:i32\n  Return v1\n")
              .find("wrong type") != std::string::npos);
    CHECK(broken("graph f() -> (i64)\nblock0:\n  v1 = FAdd 1:i32, 1:i32\n  Return v1\n").find("wrong type") !=
          std::string::npos);
    CHECK(broken("graph f() -> ()\nblock0:\n  v1 = Add 1, 1\n") == "block0: does not end in a terminator");
    CHECK(broken("graph f() -> ()\nblock0:\n  Jump block1\nblock1:\n  Return\n").find("predecessor") !=
          std::string::npos);
}
