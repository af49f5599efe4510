// Binding C++ to Skua in one line: the signature is deduced from the C++ type, values are converted,
// exceptions become the guest's. Header only, C++17, on top of native.h and native.hpp.
//
//     double norm(const Vec2& v) { return std::hypot(v.x, v.y); }
//     SKUA_STRUCT(Vec2, "geo.Vec2", x, y)
//     static const SkNative natives[] = {skua::bind<&norm>("geo.norm")};
//     SKUA_EXPORT_PLUGIN("geo", "1.0", natives)
//
// and in module geo: `pub native("geo") fn norm(v: Vec2): float`.
//
// Parameters (R: also as results, T: also as parameters and results of Function):
//
//     std::int8_t ... double, bool     R T  the same
//     char32_t                         R T  char
//     std::string_view                 T    string, in place
//     std::string                      R T  string
//     skua::Span<E>                         [E] of numbers and bool, in place: writing is seen by the guest
//     std::vector<E>                   R T  [E], copied; E may be std::string
//     a type of SKUA_STRUCT, const &   R T  the struct
//     std::optional<V>                 R T  V? of a number, bool, char, struct or string
//     skua::Function<R(A...)>               (A,...)->R, to be called during the call
//     skua::Completion<V>                   std.native.Completion<V>: completed by whoever has it, from any
//     thread a type of SKUA_RESOURCE, &            the class that extends std.native.Resource
//     std::unique_ptr<X>               R    an int: the handle of a new X, for that class's constructor
//     skua::Ref<Tag>                   R T  an object of the class Tag::skua_type names
//     SkEnv* as the first parameter         not seen by the guest
//
// `&Counter::add` binds as a function whose first parameter is a Counter&. A plugin throws skua::Error with a
// class of the guest; exceptions of the standard library become the errors that mean the same. References
// into the heap are valid as in native.h: in local variables, during the call.
#pragma once

#include "skua/cross.hpp"

namespace skua {

// ---- binding ------------------------------------------------------------------------------------------

namespace bind_detail {

template <typename T>
using Bare = std::remove_cv_t<std::remove_reference_t<T>>;

template <typename T>
using CrossOf = Cross<Bare<T>>;

// What the machine calls: `Call` is a C++ function object type with R operator()(SkEnv*, A...).
template <typename Call, typename R, bool ByAddress, typename... A>
struct Entry {
    using C = typename CrossOf<R>::C;
    static C call(SkEnv* env, typename CrossOf<A>::C... args) noexcept {
        try {
            if constexpr (std::is_void_v<R>)
                Call{}(env, typename CrossOf<A>::Arg(env, args).get()...);
            else
                return CrossOf<R>::to_c(env, Call{}(env, typename CrossOf<A>::Arg(env, args).get()...));
        } catch (...) {
            throw_to_guest(env);
        }
        return C();
    }
};
template <typename Call, typename R, typename... A>
struct Entry<Call, R, true, A...> {
    static void call(SkEnv* env, typename CrossOf<A>::C... args, typename CrossOf<R>::Place* place) noexcept {
        try {
            CrossOf<R>::to_c(env, Call{}(env, typename CrossOf<A>::Arg(env, args).get()...), place);
        } catch (...) {
            throw_to_guest(env);
        }
    }
};

template <typename Call, typename R, typename... A>
SkNative row(const char* name, const char* capability) {
    static const std::string signature = [] {
        std::string text = "(";
        [[maybe_unused]] const char* comma = "";
        ((text += comma, text += CrossOf<A>::text(), comma = ","), ...);
        return text + ")" + CrossOf<R>::text();
    }();
    return {name, signature.c_str(),
            reinterpret_cast<SkFunction>(&Entry<Call, R, CrossOf<R>::by_address, A...>::call), capability};
}

template <auto F, typename T>
struct Bound;
template <auto F, typename R, typename... A>
struct Bound<F, R (*)(A...)> {
    struct Call {
        R operator()(SkEnv*, A... args) const { return F(std::forward<A>(args)...); }
    };
    static SkNative row(const char* name, const char* capability) {
        return bind_detail::row<Call, R, A...>(name, capability);
    }
};
template <auto F, typename R, typename... A>
struct Bound<F, R (*)(SkEnv*, A...)> {
    struct Call {
        R operator()(SkEnv* env, A... args) const { return F(env, std::forward<A>(args)...); }
    };
    static SkNative row(const char* name, const char* capability) {
        return bind_detail::row<Call, R, A...>(name, capability);
    }
};
template <auto F, typename R, typename T, typename... A>
struct Bound<F, R (T::*)(A...)> {
    struct Call {
        R operator()(SkEnv*, T& self, A... args) const { return (self.*F)(std::forward<A>(args)...); }
    };
    static SkNative row(const char* name, const char* capability) {
        return bind_detail::row<Call, R, T&, A...>(name, capability);
    }
};
template <auto F, typename R, typename T, typename... A>
struct Bound<F, R (T::*)(A...) const> {
    struct Call {
        R operator()(SkEnv*, T& self, A... args) const { return (self.*F)(std::forward<A>(args)...); }
    };
    static SkNative row(const char* name, const char* capability) {
        return bind_detail::row<Call, R, T&, A...>(name, capability);
    }
};
template <auto F, typename R, typename... A>
struct Bound<F, R (*)(A...) noexcept> : Bound<F, R (*)(A...)> {};
template <auto F, typename R, typename... A>
struct Bound<F, R (*)(SkEnv*, A...) noexcept> : Bound<F, R (*)(SkEnv*, A...)> {};

}  // namespace bind_detail

// The table row of a C++ function or member function, whose signature is deduced.
template <auto F>
SkNative bind(const char* name, const char* capability = nullptr) {
    return bind_detail::Bound<F, decltype(F)>::row(name, capability);
}

// The row of a function that makes a T of these arguments: `fn(...): int`, for the constructor of a class
// that extends std.native.Resource.
template <typename T, typename... A>
SkNative bind_new(const char* name, const char* capability = nullptr) {
    struct Call {
        std::unique_ptr<T> operator()(SkEnv*, A... args) const {
            return std::make_unique<T>(std::forward<A>(args)...);
        }
    };
    return bind_detail::row<Call, std::unique_ptr<T>, A...>(name, capability);
}

}  // namespace skua
