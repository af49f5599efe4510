// Result<T>: a value or a diagnostic. The way in which every layer reports bad input.
//
// C++ exceptions do not cross a folder; functions that take untrusted input return a Result.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace skua {

// What happened, where, and what to do about it. `message` is one sentence without a full
// stop, saying what was found and what was expected.
struct Diagnostic {
    std::string message;
    std::string file;          // path or archive!entry; empty if none
    std::string type;          // type name; empty if none
    std::string function;      // function name; empty if none
    std::string rule;          // verifier rule such as "V012", format rule such as "F003"; empty if none
    std::int64_t offset = -1;  // byte offset in the file, or instruction index when `function` is set
    std::string hint;          // what to do; empty if nothing useful can be said

    // "file: type.function, instruction 12: [V012] message\n  hint"
    [[nodiscard]] std::string to_string() const;
};

template <typename T = void>
class [[nodiscard]] Result {
public:
    Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
    Result(Diagnostic error) : state_(std::in_place_index<1>, std::move(error)) {}

    [[nodiscard]] bool ok() const { return state_.index() == 0; }
    explicit operator bool() const { return ok(); }

    [[nodiscard]] T& value() & { return std::get<0>(state_); }
    [[nodiscard]] const T& value() const& { return std::get<0>(state_); }
    [[nodiscard]] T&& value() && { return std::get<0>(std::move(state_)); }
    T& operator*() & { return value(); }
    const T& operator*() const& { return value(); }
    T&& operator*() && { return std::move(*this).value(); }
    T* operator->() { return &value(); }
    const T* operator->() const { return &value(); }

    [[nodiscard]] Diagnostic& error() & { return std::get<1>(state_); }
    [[nodiscard]] const Diagnostic& error() const& { return std::get<1>(state_); }
    [[nodiscard]] Diagnostic&& error() && { return std::get<1>(std::move(state_)); }

private:
    std::variant<T, Diagnostic> state_;
};

template <>
class [[nodiscard]] Result<void> {
public:
    Result() = default;
    Result(Diagnostic error) : error_(std::move(error)) {}

    [[nodiscard]] bool ok() const { return !error_.has_value(); }
    explicit operator bool() const { return ok(); }
    [[nodiscard]] Diagnostic& error() & { return *error_; }
    [[nodiscard]] const Diagnostic& error() const& { return *error_; }
    [[nodiscard]] Diagnostic&& error() && { return std::move(*error_); }

private:
    std::optional<Diagnostic> error_;
};

// Returns the error of a Result from the enclosing function.
#define SKUA_TRY(expression)                                            \
    do {                                                                \
        if (auto skua_try_result = (expression); !skua_try_result.ok()) \
            return std::move(skua_try_result).error();                  \
    } while (false)

}  // namespace skua
