// FunctionBuilder: labels, dead code, jump threading, registers, known values.
#include <catch2/catch.hpp>

#include "lower/function_builder.h"

using namespace skua::compiler;
namespace cf = skua::classfile;

namespace {

cf::DecodedCode finished(FunctionBuilder& b, std::uint32_t parameters, cf::Code& code) {
    code = b.finish(parameters);
    auto decoded = cf::decode(code.bytes, static_cast<std::uint32_t>(code.registers.size()));
    REQUIRE(decoded);
    return *decoded;
}

}  // namespace

TEST_CASE("jumps to jumps and to the next instruction go away") {
    FunctionBuilder b;
    const Reg p = b.add_parameter(0);
    const Label hop = b.new_label(), end = b.new_label(), next = b.new_label();
    b.emit(Op::BrTrue, {p, hop.id});
    b.emit(Op::Default, {p});
    b.jump(next);
    b.bind(hop);
    b.jump(end);
    b.bind(next);
    b.jump(end);
    b.bind(end);
    b.emit(Op::RetVoid, {});
    cf::Code code;
    const auto decoded = finished(b, 1, code);
    REQUIRE(decoded.instructions.size() == 3);
    CHECK(decoded.instructions[0].op == Op::BrTrue);
    CHECK(decoded.operand(decoded.instructions[0], 1) == 2);
    CHECK(decoded.instructions[1].op == Op::Default);
}

TEST_CASE("what cannot be reached is not emitted, and its registers are dropped") {
    FunctionBuilder b;
    const Reg p = b.add_parameter(0);
    const Reg dead = b.fresh(1);
    const Label after = b.new_label();
    b.emit(Op::Ret, {p});
    CHECK(!b.reachable());
    b.emit(Op::Move, {dead, p});
    b.jump(after);
    b.bind(after);  // only dead code comes here
    CHECK(!b.reachable());
    const Label loop = b.new_label();
    b.bind_loop(loop, false);
    CHECK(!b.reachable());
    cf::Code code;
    const auto decoded = finished(b, 1, code);
    CHECK(decoded.instructions.size() == 1);
    CHECK(code.registers.size() == 1);
}

TEST_CASE("an endless jump to itself stays") {
    FunctionBuilder b;
    const Label loop = b.new_label();
    b.bind_loop(loop, true);
    b.jump(loop);
    cf::Code code;
    const auto decoded = finished(b, 0, code);
    REQUIRE(decoded.instructions.size() == 1);
    CHECK(decoded.operand(decoded.instructions[0], 0) == 0);
}

TEST_CASE("temporaries are used again, fresh registers are not") {
    FunctionBuilder b;
    Reg first = 0, other = 0;
    {
        TempScope scope(b);
        first = b.temp(3);
        other = b.temp(4);
        CHECK(b.temp(3) != first);
    }
    CHECK(b.fresh(3) != first);
    TempScope scope(b);
    CHECK(b.temp(4) == other);
    CHECK(b.temp(5) != first);
}

TEST_CASE("constants of loops stand before the outermost loop, once") {
    FunctionBuilder b;
    const Reg p = b.add_parameter(0);
    const Label before = b.new_label(), outer = b.new_label(), inner = b.new_label();
    b.emit(Op::BrTrue, {p, before.id});
    b.emit(Op::Default, {p});
    b.bind(before);
    b.enter_loop();
    b.bind_loop(outer, true);
    b.enter_loop();
    b.bind_loop(inner, true);
    const Reg k = b.loop_constant(Op::ConstInt, 1, 70000);
    CHECK(b.loop_constant(Op::ConstInt, 1, 70000) == k);
    CHECK(b.loop_constant(Op::ConstInt, 1, 70001) != k);
    b.emit(Op::BrTrue, {p, inner.id});
    b.leave_loop();
    b.emit(Op::BrTrue, {p, outer.id});
    b.leave_loop();
    b.emit(Op::Ret, {k});
    cf::Code code;
    const auto decoded = finished(b, 1, code);
    REQUIRE(decoded.instructions.size() == 7);
    CHECK(decoded.operand(decoded.instructions[0], 1) == 2);  // lands on the constants
    CHECK(decoded.instructions[2].op == Op::ConstInt);
    CHECK(decoded.instructions[3].op == Op::ConstInt);
    CHECK(decoded.operand(decoded.instructions[4], 1) == 4);  // the loops do not
    CHECK(decoded.operand(decoded.instructions[5], 1) == 4);
}

TEST_CASE("known values end where their computation no longer dominates") {
    FunctionBuilder b;
    const Reg p = b.add_parameter(0);
    int x = 0, y = 0, key = 0;
    b.emit(Op::Default, {p});
    b.remember(&x, &key, 7, false);
    const Label skip = b.new_label();
    b.emit(Op::BrTrue, {p, skip.id});
    b.emit(Op::Default, {p});
    b.remember(&y, &key, 8, false);
    CHECK(b.recall(&x, &key) == 7u);
    CHECK(b.recall(&y, &key) == 8u);
    b.bind(skip);
    CHECK(b.recall(&x, &key) == 7u);
    CHECK(!b.recall(&y, &key));
    b.remember(&y, &key, 9, true);  // of a variable that is assigned somewhere
    const Label loop = b.new_label();
    b.bind_loop(loop, true);
    CHECK(b.recall(&x, &key) == 7u);
    CHECK(!b.recall(&y, &key));
    b.forget(&x);
    CHECK(!b.recall(&x, &key));
}

TEST_CASE("beyond its limit a function is marked, not grown") {
    FunctionBuilder b;
    b.limit(10);
    const Reg p = b.add_parameter(0);
    for (int i = 0; i < 100; ++i) b.emit(Op::Default, {p});
    CHECK(b.overflow());
    CHECK(b.position() == 10);
}
