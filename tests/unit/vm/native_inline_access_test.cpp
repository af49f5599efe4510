// The inline functions of native.h for strings and arrays: with the places that a machine tells, and with
// machines that tell none, or are older than that.
#include <catch2/catch.hpp>
#include <cstring>

#include "skua/native.h"

namespace skua::vm::test {
namespace {

struct Text {
    std::uint64_t header;
    std::uint32_t length, hash;
    char bytes[8];
};
Text text = {0, 5, 0, "hello"};
struct Numbers {
    std::uint64_t header, length;
    std::uint8_t elements[8];
};
Numbers numbers = {0, 3, {7, 8, 9}};

int calls = 0;

SkApi api_with(bool tells) {
    SkApi api{};
    api.size = sizeof api;
    api.string_data = [](SkEnv*, SkString*) -> const char* { return calls++, text.bytes; };
    api.string_len = [](SkEnv*, SkString*) -> std::size_t { return calls++, text.length; };
    api.array_data = [](SkEnv*, SkArray*) -> void* { return calls++, numbers.elements; };
    api.array_len = [](SkEnv*, SkArray*) -> std::size_t { return calls++, numbers.length; };
    if (tells) {
        api.string_len_at = api.array_len_at = 8;
        api.string_data_at = api.array_data_at = 16;
    }
    return api;
}

void look(const SkApi& api, int expected_calls) {
    SkEnv env{&api};
    auto* s = reinterpret_cast<SkString*>(&text);
    auto* a = reinterpret_cast<SkArray*>(&numbers);
    calls = 0;
    CHECK(sk_string_data(&env, s) == text.bytes);
    CHECK(sk_string_len(&env, s) == 5);
    CHECK(sk_array_data(&env, a) == numbers.elements);
    CHECK(sk_array_len(&env, a) == 3);
    CHECK(calls == expected_calls);
}

TEST_CASE("strings and arrays are reached without a call where the machine says how they lie") {
    look(api_with(true), 0);
}

TEST_CASE("else the table's functions are called") {
    look(api_with(false), 4);
    SkApi older = api_with(true);
    older.size = offsetof(SkApi, string_len_at);
    look(older, 4);
}

}  // namespace
}  // namespace skua::vm::test
