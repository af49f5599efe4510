// Calling C functions of every shape from slots: argument lists of 0 to 12 parameters of random
// types, chosen at compile time, so that registers run out in every order.
#include "native/native_call.h"

#include <bit>
#include <catch2/catch.hpp>
#include <random>
#include <string>
#include <tuple>
#include <utility>

namespace skua::vm::test {
namespace {

using Types = std::tuple<std::int8_t, std::int16_t, std::int32_t, std::int64_t, std::uint8_t, std::uint16_t,
                         std::uint32_t, std::uint64_t, float, double, bool, double, void*, float>;
constexpr const char* kTexts[] = {"i8",  "i16", "i32", "i64",  "u8",  "u16",    "u32",
                                  "u64", "f32", "f64", "bool", "f64", "string", "f32"};
constexpr std::size_t kTypes = std::tuple_size_v<Types>;

constexpr std::size_t pick(std::size_t seed, std::size_t i) {
    std::uint64_t x = (seed * 1000003 + i * 7919 + 12345) * 0x9E3779B97F4A7C15u;
    x ^= x >> 29;
    x *= 0xBF58476D1CE4E5B9u;
    x ^= x >> 32;
    return x % kTypes;
}

template <typename T>
std::uint64_t bits_of(T v) {
    if constexpr (std::is_same_v<T, double>)
        return std::bit_cast<std::uint64_t>(v);
    else if constexpr (std::is_same_v<T, float>)
        return std::bit_cast<std::uint32_t>(v);
    else if constexpr (std::is_same_v<T, void*>)
        return reinterpret_cast<std::uint64_t>(v);
    else
        return static_cast<std::uint64_t>(static_cast<std::int64_t>(v));
}

std::uint64_t mix(std::uint64_t a, std::uint64_t b) {
    return (std::rotl(a, 7) ^ b) * 0x9E3779B97F4A7C15u;
}

SkEnv* g_env;  // what the callee must receive
bool g_env_matched;

template <typename R>
R as_result(std::uint64_t h) {
    if constexpr (std::is_floating_point_v<R>)
        return static_cast<R>(static_cast<std::int64_t>(h >> 20)) / 3;
    else if constexpr (std::is_same_v<R, bool>)
        return (h >> 13 & 1) != 0;
    else if constexpr (std::is_pointer_v<R>)
        return reinterpret_cast<R>(h);
    else
        return static_cast<R>(h);
}

template <typename R, typename... A>
R callee(SkEnv* env, A... a) {
    g_env_matched = env == g_env;
    std::uint64_t h = 1;
    ((h = mix(h, bits_of(a))), ...);
    return as_result<R>(h);
}

// The canonical slot of a value; object.h has the rule.
template <typename T>
Slot slot_of(T v) {
    if constexpr (std::is_same_v<T, std::uint32_t>)
        return static_cast<Slot>(std::int64_t{static_cast<std::int32_t>(v)});
    else
        return bits_of(v);
}

template <typename T>
T random_value(std::mt19937_64& random) {
    const std::uint64_t x = random();
    if constexpr (std::is_same_v<T, double>)
        return static_cast<double>(static_cast<std::int64_t>(x)) / 7;
    else if constexpr (std::is_same_v<T, float>)
        return static_cast<float>(static_cast<std::int32_t>(x)) / 7;
    else if constexpr (std::is_same_v<T, bool>)
        return (x & 1) != 0;
    else if constexpr (std::is_same_v<T, void*>)
        return reinterpret_cast<void*>(x);
    else
        return static_cast<T>(x);
}

template <std::size_t Seed, std::size_t Result, std::size_t... I>
void run(std::index_sequence<I...>) {
    using R = std::tuple_element_t<Result, Types>;
    std::string text = "(";
    ((text += (I ? "," : "") + std::string(kTexts[pick(Seed, I)])), ...);
    text += std::string(")") + kTexts[Result];
    INFO(text);
    auto signature = parse_native_signature(text);
    REQUIRE(signature.ok());
    const CallPlan plan = plan_call(*signature);
    std::mt19937_64 random(Seed);
    SkEnv env{};
    g_env = &env;
    for (int round = 0; round < 20; round++) {
        std::tuple<std::tuple_element_t<pick(Seed, I), Types>...> values{
            random_value<std::tuple_element_t<pick(Seed, I), Types>>(random)...};
        Slot slots[12 + 8] = {};
        ((slots[I] = slot_of(std::get<I>(values))), ...);
        std::uint64_t h = 1;
        ((h = mix(h, bits_of(std::get<I>(values)))), ...);
        g_env_matched = false;
        const auto function =
            reinterpret_cast<SkFunction>(&callee<R, std::tuple_element_t<pick(Seed, I), Types>...>);
        const Slot result = call_c_function(function, plan, &env, slots);
        REQUIRE(g_env_matched);
        REQUIRE(result == slot_of(as_result<R>(h)));
    }
}

template <std::size_t... Seed>
void run_all(std::index_sequence<Seed...>) {
    // Not a fold expression: clang nests only 256 of these.
    const int all[] = {(run<Seed, pick(Seed, 99)>(std::make_index_sequence<Seed % 13>{}), 0)...};
    static_cast<void>(all);
}

void nothing(SkEnv*, std::int64_t* target) {
    *target = 42;
}

}  // namespace

TEST_CASE("C functions of any signature are called from slots") {
    run_all(std::make_index_sequence<260>{});
}

TEST_CASE("all integers, all floats, and more of both than registers") {
    const auto check = [](const char* text, auto* function, std::vector<Slot> slots, Slot expected) {
        INFO(text);
        auto signature = parse_native_signature(text);
        REQUIRE(signature.ok());
        slots.resize(slots.size() + 8);
        CHECK(call_c_function(reinterpret_cast<SkFunction>(function), plan_call(*signature), nullptr,
                              slots.data()) == expected);
    };
    using I = std::int64_t;
    using D = double;
    I(*ints)
    (SkEnv*, I, I, I, I, I, I, I, I, I, I, I, I) = [](SkEnv*, I a, I b, I c, I d, I e, I f, I g, I h, I i,
                                                      I j, I k, I l) {
        return a + 2 * b + 3 * c + 4 * d + 5 * e + 6 * f + 7 * g + 8 * h + 9 * i + 10 * j + 11 * k + 12 * l;
    };
    check("(i64,i64,i64,i64,i64,i64,i64,i64,i64,i64,i64,i64)i64", ints,
          {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}, 650);
    D(*floats)
    (SkEnv*, D, D, D, D, D, D, D, D, D, D, D, D) = [](SkEnv*, D a, D b, D c, D d, D e, D f, D g, D h, D i,
                                                      D j, D k, D l) {
        return a + 2 * b + 3 * c + 4 * d + 5 * e + 6 * f + 7 * g + 8 * h + 9 * i + 10 * j + 11 * k + 12 * l;
    };
    std::vector<Slot> slots;
    for (int i = 1; i <= 12; i++) slots.push_back(std::bit_cast<Slot>(double(i)));
    check("(f64,f64,f64,f64,f64,f64,f64,f64,f64,f64,f64,f64)f64", floats, slots, std::bit_cast<Slot>(650.0));
    std::int64_t target = 0;
    check("(a.B)void", &nothing, {reinterpret_cast<Slot>(&target)}, 0);
    CHECK(target == 42);
}

TEST_CASE("signature texts") {
    for (const char* good :
         {"()void", "(string)i64", "([u8],i64)string", "(std.collections.Map<string,[i64]>)a.B?",
          "((i64,string)->bool,[string])void", "(((i64)->void)?)bool", "(char)char",
          "(i64?,bool?)(i64,string)", "((i64,(i64)->i64)?,a.B?\?)(u8,u8)?", "()()->(i64,i64)"}) {
        INFO(good);
        CHECK(parse_native_signature(good).ok());
    }
    for (const char* bad :
         {"", "()", "(", "i64", "(i64", "(i64)", "(,)void", "(i64,)void", "(void)i64", "(void?)i64",
          "((i64))void", "(i64)i64,", "((i64)?)void", "((i64,i64)x)void", "([])void", "(i64 ,i64)void",
          "(a b)void", "()(i64)", "(i8,i8,i8,i8,i8,i8,i8,i8,i8,i8,i8,i8,i8)void"}) {
        INFO(bad);
        CHECK_FALSE(parse_native_signature(bad).ok());
    }
    auto s = parse_native_signature("(string,[u8]?,f32,u16)bool");
    REQUIRE(s.ok());
    CHECK(s->param_count == 4);
    CHECK(s->params[0] == NativeKind::Reference);
    CHECK(s->params[1] == NativeKind::NullableReference);
    CHECK(s->params[2] == NativeKind::F32);
    CHECK(s->result == NativeKind::Bool);
}

}  // namespace skua::vm::test
