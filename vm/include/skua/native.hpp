// The native API for C++: `native.h` plus one line per function, checked by the compiler.
//
//     static std::int64_t write(SkEnv* env, SkString* path, SkArray* bytes, std::int64_t n);
//     static const SkNative natives[] = {
//         skua::native<write>("std.io.write", "(string,[u8],i64)i64", "fs.write"),
//     };
//     SKUA_PLUGIN(io, "std.io", "1.0", natives)   // defines skua_plugin_io, a SkPluginEntry
//
// The signature text is compared with the C++ parameter types at compile time: a mismatch does
// not compile (in C++17: ends the program when the table is made). Header only, C++17. `skua/bind.hpp` on top
// of this finds the signature itself, converts, and turns C++ exceptions into the guest's.
#pragma once

#include <cstdint>
#include <iterator>
#include <string>
#include <string_view>
#include <type_traits>

#include "skua/native.h"

#if defined(__cpp_consteval)
#define SKUA_CONSTEVAL consteval
#else
#define SKUA_CONSTEVAL constexpr
#endif

namespace skua {

namespace native_detail {

// The first type text in `text` (which ends at a ',' or ')' outside of brackets).
constexpr std::string_view first_type(std::string_view text) {
    int depth = 0;
    for (std::size_t i = 0; i < text.size(); i++) {
        const char c = text[i];
        if (depth == 0 && (c == ',' || c == ')')) return text.substr(0, i);
        if (c == '(' || c == '[' || c == '<') depth++;
        // The '>' of a function type's arrow closes nothing.
        if (c == ')' || c == ']' || (c == '>' && (i == 0 || text[i - 1] != '-'))) depth--;
    }
    return text;
}

constexpr bool is_primitive_text(std::string_view t) {
    for (const std::string_view p :
         {"i8", "i16", "i32", "i64", "u8", "u16", "u32", "u64", "f32", "f64", "bool", "char"})
        if (t == p) return true;
    return false;
}

// May a value of guest type `t` cross as the C++ type T?
template <typename T>
constexpr bool matches(std::string_view t) {
    if constexpr (std::is_same_v<T, void>)
        return t == "void";
    else if constexpr (std::is_same_v<T, std::int64_t>)
        return t == "i64";
    else if constexpr (std::is_same_v<T, std::uint64_t>)
        return t == "u64";
    else if constexpr (std::is_same_v<T, std::int32_t>)
        return t == "i32";
    else if constexpr (std::is_same_v<T, std::uint32_t>)
        return t == "u32" || t == "char";
    else if constexpr (std::is_same_v<T, std::int16_t>)
        return t == "i16";
    else if constexpr (std::is_same_v<T, std::uint16_t>)
        return t == "u16";
    else if constexpr (std::is_same_v<T, std::int8_t>)
        return t == "i8";
    else if constexpr (std::is_same_v<T, std::uint8_t>)
        return t == "u8";
    else if constexpr (std::is_same_v<T, bool>)
        return t == "bool";
    else if constexpr (std::is_same_v<T, double>)
        return t == "f64";
    else if constexpr (std::is_same_v<T, float>)
        return t == "f32";
    else {
        const bool nullable = !t.empty() && t.back() == '?';
        if (nullable) t.remove_suffix(1);
        if (t.empty() || t.back() == '?' || t == "void" || is_primitive_text(t)) return false;
        const bool array = t.front() == '[' && t.back() == ']';
        if constexpr (std::is_same_v<T, SkString*>)
            return t == "string";
        else if constexpr (std::is_same_v<T, SkArray*>)
            return array;
        else if constexpr (std::is_same_v<T, SkObject*>)
            return t != "string" && !array;
        else
            return false;  // no guest type crosses as this C++ type
    }
}

template <typename T>
struct Shape;
template <typename R, typename... A>
struct Shape<R (*)(SkEnv*, A...)> {
    static constexpr bool fits(std::string_view text) {
        if (text.empty() || text.front() != '(') return false;
        text.remove_prefix(1);
        bool first = true, ok = true;
        [[maybe_unused]] const auto parameter = [&](auto matcher) {
            if (!first) {
                if (text.empty() || text.front() != ',') return void(ok = false);
                text.remove_prefix(1);
            }
            first = false;
            const std::string_view t = first_type(text);
            ok = ok && matcher(t);
            text.remove_prefix(t.size());
        };
        (parameter([](std::string_view t) { return matches<A>(t); }), ...);
        if (!ok || text.empty() || text.front() != ')') return false;
        text.remove_prefix(1);
        return matches<R>(text);
    }
};
template <typename R, typename... A>
struct Shape<R (*)(SkEnv*, A...) noexcept> : Shape<R (*)(SkEnv*, A...)> {};

// A signature text that has been checked against Function; making one that does not fit fails.
template <auto Function>
struct CheckedSignature {
    const char* text;
    SKUA_CONSTEVAL CheckedSignature(const char* signature) : text(signature) {
        if (!Shape<decltype(Function)>::fits(signature))
            throw "the signature text does not fit the C++ function";
    }
};

}  // namespace native_detail

// The table row of a C++ function.
template <auto Function>
SkNative native(const char* name, native_detail::CheckedSignature<Function> signature,
                const char* capability = nullptr) {
    return {name, signature.text, reinterpret_cast<SkFunction>(Function), capability};
}

inline std::string_view view(SkEnv* env, SkString* s) {
    return {sk_string_data(env, s), sk_string_len(env, s)};
}

inline SkString* new_string(SkEnv* env, std::string_view text) {
    return env->api->string_new(env, text.data(), text.size());
}

template <typename T>
T* elements(SkEnv* env, SkArray* a) {
    return static_cast<T*>(sk_array_data(env, a));
}

// A root that frees itself.
class Root {
public:
    Root(SkEnv* env, void* reference) : env_(env), root_(env->api->root_new(env, reference)) {}
    ~Root() { env_->api->root_free(env_, root_); }
    Root(const Root&) = delete;
    Root& operator=(const Root&) = delete;
    explicit operator bool() const { return root_ != nullptr; }  // false: an error is pending
    [[nodiscard]] void* get() const { return env_->api->root_get(env_, root_); }

private:
    SkEnv* env_;
    SkRoot* root_;
};

// The resource of type T behind a handle, protected until the end of the scope.
template <typename T>
class Handle {
public:
    Handle(SkEnv* env, const SkHandleType* type, std::int64_t handle)
        : env_(env),
          handle_(handle),
          pointer_(static_cast<T*>(env->api->handle_acquire(env, type, handle))) {}
    ~Handle() {
        if (pointer_) env_->api->handle_release(env_, handle_);
    }
    Handle(const Handle&) = delete;
    Handle& operator=(const Handle&) = delete;
    explicit operator bool() const { return pointer_ != nullptr; }  // false: an error is pending
    T* operator->() const { return pointer_; }
    T* get() const { return pointer_; }

private:
    SkEnv* env_;
    std::int64_t handle_;
    T* pointer_;
};

// The same of a handle that an object owns (handle_own). Keeps the owner alive until the end of the scope,
// which a parameter that is not used after the call of handle_acquire would not.
template <typename T>
class OwnedHandle : public Handle<T> {
public:
    OwnedHandle(SkEnv* env, const SkHandleType* type, SkObject* owner, std::int64_t handle)
        : Handle<T>(env, type, handle), owner_(owner) {}
    ~OwnedHandle() { __asm__ volatile("" : : "g"(owner_) : "memory"); }

private:
    SkObject* owner_;
};

}  // namespace skua

// Defines what a plugin exports, skua_plugin.
#define SKUA_EXPORT_PLUGIN(library, plugin_version, table)                                \
    extern "C" SK_EXPORT const SkPlugin* skua_plugin(const SkHost*) {                     \
        static const SkPlugin plugin = {SK_ABI_VERSION, library,          plugin_version, \
                                        table,          std::size(table), nullptr};       \
        return &plugin;                                                                   \
    }

// Defines `const SkPlugin* skua_plugin_<id>(const SkHost*)` for a table of natives.
#define SKUA_PLUGIN(id, library, plugin_version, table)                                   \
    extern "C" const SkPlugin* skua_plugin_##id(const SkHost*) {                          \
        static const SkPlugin plugin = {SK_ABI_VERSION, library,          plugin_version, \
                                        table,          std::size(table), nullptr};       \
        return &plugin;                                                                   \
    }
