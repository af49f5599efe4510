// How values cross between C++ and Skua, and what C++ keeps of the guest: spans, function values, callbacks
// from other threads, completions. What skua/bind.hpp, which includes this, says of types is implemented
// here.
#pragma once

#include <cstddef>
#include <exception>
#include <memory>
#include <new>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <utility>
#include <vector>

#include "skua/native.hpp"

namespace skua {

// An error that the guest sees as one of this class.
class Error : public std::runtime_error {
public:
    Error(std::string class_name, const std::string& message)
        : std::runtime_error(message), class_name_(std::move(class_name)) {}
    [[nodiscard]] const std::string& class_name() const { return class_name_; }

private:
    std::string class_name_;
};

// The guest's error is pending already. Thrown by what calls the guest; let it pass.
struct Pending {};

namespace bind_detail {

// What a failed function of the table leaves: NULL or false.
template <typename T>
T require(T result) {
    if (!result) throw Pending{};
    return result;
}

// Inside of a catch (...).
inline void throw_to_guest(SkEnv* env) noexcept {
    const auto raise = [env](const char* class_name, const char* message) {
        env->api->throw_error(env, class_name, message);
    };
    try {
        throw;
    } catch (const Pending&) {
        if (!env->api->has_pending(env)) raise("std.core.StateError", "a native failed without saying why");
    } catch (const Error& error) {
        raise(error.class_name().c_str(), error.what());
    } catch (const std::bad_alloc&) {
        raise("std.core.OutOfMemoryError", "not enough memory outside of the heap");
    } catch (const std::out_of_range& error) {
        raise("std.core.IndexError", error.what());
    } catch (const std::overflow_error& error) {
        raise("std.core.ArithmeticError", error.what());
    } catch (const std::system_error& error) {
        raise("std.core.IOError", error.what());
    } catch (const std::logic_error& error) {  // invalid_argument, domain_error, length_error
        raise("std.core.ArgumentError", error.what());
    } catch (const std::exception& error) {
        raise("std.core.Error", error.what());
    } catch (...) {
        raise("std.core.Error", "a C++ exception of unknown type");
    }
}

template <typename T>
struct Tag {};

}  // namespace bind_detail

// How a C++ type crosses; specialised below, by SKUA_STRUCT and by SKUA_RESOURCE. Members:
//     text()                the guest type's text
//     C                     the C type of a parameter or result
//     Arg(env, C), get()    a parameter, alive during the call
//     to_c(env, value)      a result (by_address: to_c(env, value, place))
//     to_value, from_value  for Function: SkValue
template <typename T, typename = void>
struct Cross {
    static_assert(sizeof(T) == 0, "no guest type crosses as this C++ type: see skua/bind.hpp");
};

// Elements of an array, in place: the collector sees the array as long as this is in a local variable.
template <typename E>
class Span {
public:
    Span(E* data, std::size_t size) : data_(data), size_(size) {}
    [[nodiscard]] E* data() const { return data_; }
    [[nodiscard]] std::size_t size() const { return size_; }
    [[nodiscard]] bool empty() const { return size_ == 0; }
    E* begin() const { return data_; }
    E* end() const { return data_ + size_; }
    E& operator[](std::size_t i) const { return data_[i]; }

private:
    E* data_;
    std::size_t size_;
};

// ---- numbers, bool, char ------------------------------------------------------------------------------

namespace bind_detail {

template <typename T>
constexpr const char* scalar_text() {
    if constexpr (std::is_same_v<T, bool>)
        return "bool";
    else if constexpr (std::is_same_v<T, char32_t>)
        return "char";
    else if constexpr (std::is_same_v<T, float>)
        return "f32";
    else if constexpr (std::is_same_v<T, double>)
        return "f64";
    else if constexpr (std::is_integral_v<T>) {
        constexpr const char* names[2][4] = {{"u8", "u16", "u32", "u64"}, {"i8", "i16", "i32", "i64"}};
        constexpr int size = sizeof(T) == 1 ? 0 : sizeof(T) == 2 ? 1 : sizeof(T) == 4 ? 2 : 3;
        return names[std::is_signed_v<T> ? 1 : 0][size];
    } else
        return nullptr;
}

template <typename T>
constexpr bool is_scalar = std::is_arithmetic_v<T> && !std::is_same_v<T, wchar_t> &&
                           !std::is_same_v<T, char16_t> && !std::is_same_v<T, long double>;

template <typename T>
SkValue scalar_value(T value) {
    SkValue made;
    made.u64 = 0;
    if constexpr (std::is_same_v<T, float>)
        made.f32 = value;
    else if constexpr (std::is_same_v<T, double>)
        made.f64 = value;
    else
        made.i64 = static_cast<std::int64_t>(value);
    return made;
}

template <typename T>
T scalar_of(const SkValue& value) {
    if constexpr (std::is_same_v<T, float>)
        return value.f32;
    else if constexpr (std::is_same_v<T, double>)
        return value.f64;
    else
        return static_cast<T>(value.i64);
}

// A parameter that needs nothing done.
template <typename T, typename C>
struct PlainArg {
    PlainArg(SkEnv*, C from) : value(static_cast<T>(from)) {}
    T get() const { return value; }
    T value;
};

}  // namespace bind_detail

template <typename T>
struct Cross<T, std::enable_if_t<bind_detail::is_scalar<T>>> {
    using C = std::conditional_t<std::is_same_v<T, char32_t>, std::uint32_t, T>;
    static constexpr bool by_address = false;
    static std::string text() { return bind_detail::scalar_text<T>(); }
    using Arg = bind_detail::PlainArg<T, C>;
    static C to_c(SkEnv*, T value) { return static_cast<C>(value); }
    static SkValue to_value(SkEnv*, const T& value) { return bind_detail::scalar_value(value); }
    static T from_value(SkEnv*, const SkValue& value) { return bind_detail::scalar_of<T>(value); }
};

template <>
struct Cross<void> {
    static constexpr bool by_address = false;
    using C = void;
    static std::string text() { return "void"; }
};

// ---- strings ------------------------------------------------------------------------------------------

template <>
struct Cross<std::string_view> {
    using C = SkString*;
    static constexpr bool by_address = false;
    static std::string text() { return "string"; }
    struct Arg {
        Arg(SkEnv* env, C from) : value(view(env, from)) {}
        std::string_view get() const { return value; }
        std::string_view value;
    };
    static C to_c(SkEnv* env, std::string_view value) { return bind_detail::require(new_string(env, value)); }
    static SkValue to_value(SkEnv* env, std::string_view value) {
        SkValue made;
        made.string = to_c(env, value);
        return made;
    }
};

template <>
struct Cross<std::string> {
    using C = SkString*;
    static constexpr bool by_address = false;
    static std::string text() { return "string"; }
    struct Arg {
        Arg(SkEnv* env, C from) : value(view(env, from)) {}
        std::string get() { return std::move(value); }
        std::string value;
    };
    static C to_c(SkEnv* env, const std::string& value) {
        return bind_detail::require(new_string(env, value));
    }
    static SkValue to_value(SkEnv* env, const std::string& value) {
        return Cross<std::string_view>::to_value(env, value);
    }
    static std::string from_value(SkEnv* env, const SkValue& value) {
        return value.string ? std::string(view(env, value.string)) : std::string();
    }
};

// ---- arrays -------------------------------------------------------------------------------------------

template <typename E>
struct Cross<Span<E>> {
    using Plain = std::remove_const_t<E>;
    static_assert(bind_detail::is_scalar<Plain>, "spans are of numbers and bool");
    using C = SkArray*;
    static constexpr bool by_address = false;
    static std::string text() { return "[" + Cross<Plain>::text() + "]"; }
    struct Arg {
        Arg(SkEnv* env, C from)
            : value(elements<E>(env, from), env->api->array_len(env, from)), array(from) {}
        ~Arg() { __asm__ volatile("" : : "g"(array) : "memory"); }
        Arg(const Arg&) = delete;
        Arg& operator=(const Arg&) = delete;
        Span<E> get() const { return value; }
        Span<E> value;
        C array;
    };
};

template <typename E>
struct Cross<std::vector<E>> {
    using C = SkArray*;
    static constexpr bool by_address = false;
    static std::string text() { return "[" + Cross<E>::text() + "]"; }
    struct Arg {
        Arg(SkEnv* env, C from) : value(copy(env, from)) {}
        std::vector<E> get() { return std::move(value); }
        std::vector<E> value;
    };
    static std::vector<E> copy(SkEnv* env, C from) {
        std::vector<E> made;
        const std::size_t size = env->api->array_len(env, from);
        made.reserve(size);
        for (std::size_t i = 0; i < size; i++) {
            if constexpr (bind_detail::is_scalar<E>) {
                made.push_back(elements<const E>(env, from)[i]);
            } else {
                SkString* text = elements<SkString*>(env, from)[i];
                made.push_back(text ? std::string(view(env, text)) : std::string());
            }
        }
        return made;
    }
    static C to_c(SkEnv* env, const std::vector<E>& value) {
        const SkType* element = bind_detail::require(env->api->type_find(env, Cross<E>::text().c_str()));
        SkArray* made = bind_detail::require(env->api->array_new_of(env, element, value.size()));
        for (std::size_t i = 0; i < value.size(); i++) {
            if constexpr (bind_detail::is_scalar<E>)
                elements<E>(env, made)[i] = value[i];
            else
                env->api->array_set(env, made, i, Cross<E>::to_c(env, value[i]));
        }
        return made;
    }
    static SkValue to_value(SkEnv* env, const std::vector<E>& value) {
        SkValue made;
        made.array = to_c(env, value);
        return made;
    }
    static std::vector<E> from_value(SkEnv* env, const SkValue& value) { return copy(env, value.array); }
};

// ---- structs ------------------------------------------------------------------------------------------

// Specialised by SKUA_STRUCT: text(), and check(env), which compares the layouts.
template <typename T>
struct StructOf;

namespace bind_detail {

template <typename T, typename = void>
constexpr bool is_struct = false;
template <typename T>
constexpr bool is_struct<T, std::void_t<decltype(StructOf<T>::text())>> = true;

// Once in each process: the machine's layout against the compiler's.
template <typename T>
void check_struct(SkEnv* env) {
    static bool checked = false;  // twice does no harm
    if (checked) return;
    const SkType* type = require(env->api->type_find(env, StructOf<T>::text()));
    if (env->api->type_size(env, type) != sizeof(T) || env->api->type_align(env, type) != alignof(T))
        throw Error("std.core.LinkError", std::string("the plugin's ") + StructOf<T>::text() + " has " +
                                              std::to_string(sizeof(T)) + " bytes, the program's " +
                                              std::to_string(env->api->type_size(env, type)));
    StructOf<T>::check(env, type);
    checked = true;
}

inline void check_field(SkEnv* env, const SkType* type, const char* name, const std::string& text,
                        std::size_t offset) {
    const SkField* field = require(env->api->field_find(env, type, name, text.c_str()));
    if (env->api->field_offset(env, field) != offset)
        throw Error("std.core.LinkError", std::string("field ") + name + " of " +
                                              env->api->type_text(env, type) +
                                              " lies elsewhere in the plugin");
}

}  // namespace bind_detail

// The text of a struct's field; references in structs are the pointers of native.h.
template <typename T>
std::string field_text() {
    if constexpr (std::is_same_v<T, SkString*>)
        return "string";
    else
        return Cross<T>::text();
}

template <typename T>
struct Cross<T, std::enable_if_t<bind_detail::is_struct<T>>> {
    using C = const T*;
    using Place = T;
    static constexpr bool by_address = true;
    static std::string text() { return StructOf<T>::text(); }
    struct Arg {
        Arg(SkEnv* env, C from) : value(*from) { bind_detail::check_struct<T>(env); }
        const T& get() const { return value; }
        T value;
    };
    static void to_c(SkEnv* env, const T& value, T* place) {
        bind_detail::check_struct<T>(env);
        *place = value;
    }
    static SkValue to_value(SkEnv* env, const T& value) {
        bind_detail::check_struct<T>(env);
        SkValue made;
        made.data = const_cast<T*>(&value);
        return made;
    }
    static T from_value(SkEnv*, const SkValue& value) { return *static_cast<const T*>(value.data); }
};

// ---- nullable values ----------------------------------------------------------------------------------

namespace bind_detail {

// How V? lies in memory.
template <typename V>
struct Nullable {
    bool present;
    V value;
};

}  // namespace bind_detail

template <typename V>
struct Cross<std::optional<V>, std::enable_if_t<bind_detail::is_scalar<V> || bind_detail::is_struct<V>>> {
    using Place = bind_detail::Nullable<V>;
    using C = const Place*;
    static constexpr bool by_address = true;
    static std::string text() { return Cross<V>::text() + "?"; }
    struct Arg {
        Arg(SkEnv*, C from) : value(of(*from)) {}
        std::optional<V> get() const { return value; }
        std::optional<V> value;
    };
    static std::optional<V> of(const Place& from) {
        return from.present ? std::optional<V>(from.value) : std::nullopt;
    }
    static void to_c(SkEnv*, const std::optional<V>& value, Place* place) {
        place->present = value.has_value();
        if (value) place->value = *value;
    }
    static std::optional<V> from_value(SkEnv*, const SkValue& value) {
        return of(*static_cast<const Place*>(value.data));
    }
};

template <typename V>
struct Cross<std::optional<V>,
             std::enable_if_t<std::is_same_v<V, std::string> || std::is_same_v<V, std::string_view>>> {
    using C = SkString*;
    static constexpr bool by_address = false;
    static std::string text() { return "string?"; }
    struct Arg {
        Arg(SkEnv* env, C from) : value(from ? std::optional<V>(V(view(env, from))) : std::nullopt) {}
        std::optional<V> get() const { return value; }
        std::optional<V> value;
    };
    static C to_c(SkEnv* env, const std::optional<V>& value) {
        return value ? bind_detail::require(new_string(env, *value)) : nullptr;
    }
    static SkValue to_value(SkEnv* env, const std::optional<V>& value) {
        SkValue made;
        made.string = to_c(env, value);
        return made;
    }
};

// ---- objects ------------------------------------------------------------------------------------------

// An object of a class, opaque. Tag: struct { static constexpr const char* skua_type = "geo.Shape"; }.
template <typename T>
struct Ref {
    SkObject* object = nullptr;
};

template <typename T>
struct Cross<Ref<T>> {
    using C = SkObject*;
    static constexpr bool by_address = false;
    static std::string text() { return T::skua_type; }
    struct Arg {
        Arg(SkEnv*, C from) : value{from} {}
        Ref<T> get() const { return value; }
        Ref<T> value;
    };
    static C to_c(SkEnv*, Ref<T> value) { return value.object; }
    static SkValue to_value(SkEnv*, Ref<T> value) {
        SkValue made;
        made.object = value.object;
        return made;
    }
    static Ref<T> from_value(SkEnv*, const SkValue& value) { return {value.object}; }
};

// ---- resources ----------------------------------------------------------------------------------------

// Specialised by SKUA_RESOURCE: text().
template <typename T>
struct ResourceOf;

namespace bind_detail {

template <typename T, typename = void>
constexpr bool is_resource = false;
template <typename T>
constexpr bool is_resource<T, std::void_t<decltype(ResourceOf<T>::text())>> = true;

}  // namespace bind_detail

// The kind of handle behind which a T is; closing deletes it.
template <typename T>
const SkHandleType* handle_type() {
    static const SkHandleType type = {ResourceOf<T>::text(),
                                      [](void* held) { delete static_cast<T*>(held); }};
    return &type;
}

template <typename T>
struct Cross<T, std::enable_if_t<bind_detail::is_resource<T>>> {
    using C = SkObject*;
    static constexpr bool by_address = false;
    static std::string text() { return ResourceOf<T>::text(); }
    struct Arg {
        Arg(SkEnv* of, C from)
            : env(of),
              object(from),
              held(bind_detail::require(
                  static_cast<T*>(of->api->resource_acquire(of, handle_type<T>(), from)))) {}
        ~Arg() { env->api->resource_release(env, object); }
        Arg(const Arg&) = delete;
        Arg& operator=(const Arg&) = delete;
        T& get() const { return *held; }
        SkEnv* env;
        C object;
        T* held;
    };
};

template <typename T>
struct Cross<std::unique_ptr<T>> {
    using C = std::int64_t;
    static constexpr bool by_address = false;
    static std::string text() { return "i64"; }
    static C to_c(SkEnv* env, std::unique_ptr<T> value) {
        if (!value) throw Error("std.core.StateError", std::string("there is no ") + ResourceOf<T>::text());
        const C handle = bind_detail::require(env->api->handle_new(env, handle_type<T>(), value.get()));
        (void)value.release();
        return handle;
    }
};

// ---- function values ----------------------------------------------------------------------------------

namespace bind_detail {

// What a guest function needs as place of a result that goes by address.
template <typename R, bool = Cross<R>::by_address>
struct ResultPlace {
    SkValue value{};
    R get(SkEnv* env) { return Cross<R>::from_value(env, value); }
};
template <typename R>
struct ResultPlace<R, true> {
    typename Cross<R>::Place place{};
    SkValue value{};
    ResultPlace() { value.data = &place; }
    R get(SkEnv* env) { return Cross<R>::from_value(env, value); }
};
template <>
struct ResultPlace<void, false> {
    SkValue value{};
    void get(SkEnv*) {}
};

template <typename R, typename... A>
R call_guest(SkEnv* env, SkObject* function, const A&... args) {
    static const std::string signature = [] {
        std::string text = "(";
        [[maybe_unused]] const char* comma = "";
        ((text += comma, text += Cross<A>::text(), comma = ","), ...);
        return text + ")->" + Cross<R>::text();
    }();
    const SkValue values[sizeof...(A) + 1] = {Cross<A>::to_value(env, args)...};
    ResultPlace<R> result;
    require(env->api->call_function(env, function, signature.c_str(), values, &result.value));
    return result.get(env);
}

template <typename R, typename... A>
std::string function_text() {
    std::string text = "(";
    [[maybe_unused]] const char* comma = "";
    ((text += comma, text += Cross<A>::text(), comma = ","), ...);
    return text + ")->" + Cross<R>::text();
}

}  // namespace bind_detail

// A function value of the guest, called on the native's thread during the native's call.
template <typename F>
class Function;
template <typename R, typename... A>
class Function<R(A...)> {
public:
    Function(SkEnv* env, SkObject* object) : env_(env), object_(object) {}
    // Throws Pending if the guest throws.
    R operator()(const A&... args) const { return bind_detail::call_guest<R, A...>(env_, object_, args...); }
    [[nodiscard]] SkEnv* env() const { return env_; }
    [[nodiscard]] SkObject* object() const { return object_; }

private:
    SkEnv* env_;
    SkObject* object_;
};

template <typename R, typename... A>
struct Cross<Function<R(A...)>> {
    using C = SkObject*;
    static constexpr bool by_address = false;
    static std::string text() { return bind_detail::function_text<R, A...>(); }
    struct Arg {
        Arg(SkEnv* env, C from) : value(env, from) {}
        const Function<R(A...)>& get() const { return value; }
        Function<R(A...)> value;
    };
};

// A function value that is kept: called from any thread that is attached. Made and destroyed on such threads,
// or destroyed after the machine has ended by nobody: a plugin ends its threads in an at_exit hook.
template <typename F>
class Callback;
template <typename R, typename... A>
class Callback<R(A...)> {
public:
    explicit Callback(const Function<R(A...)>& function)
        : vm_(function.env()->api->vm_of(function.env())),
          api_(function.env()->api),
          root_(bind_detail::require(api_->root_new(function.env(), function.object()))) {}
    ~Callback() {
        if (SkEnv* env = api_->thread_attach(vm_)) {
            api_->root_free(env, root_);
            api_->thread_detach(env);
        }
    }
    Callback(const Callback&) = delete;
    Callback& operator=(const Callback&) = delete;
    // `env`: the calling thread's. Throws Pending if the guest throws.
    R operator()(SkEnv* env, const A&... args) const {
        return bind_detail::call_guest<R, A...>(env, static_cast<SkObject*>(api_->root_get(env, root_)),
                                                args...);
    }
    [[nodiscard]] SkVm* vm() const { return vm_; }

private:
    SkVm* vm_;
    const SkApi* api_;
    SkRoot* root_;
};

// The calling OS thread, attached until the end of the scope. False if that is not possible: errno says why.
class AttachedThread {
public:
    AttachedThread(const SkApi* api, SkVm* vm) : api_(api), env_(api->thread_attach(vm)) {}
    ~AttachedThread() {
        if (env_) api_->thread_detach(env_);
    }
    AttachedThread(const AttachedThread&) = delete;
    AttachedThread& operator=(const AttachedThread&) = delete;
    explicit operator bool() const { return env_ != nullptr; }
    [[nodiscard]] SkEnv* env() const { return env_; }

private:
    const SkApi* api_;
    SkEnv* env_;
};

// ---- completions --------------------------------------------------------------------------------------

// Completes what the guest waits for, once, from any thread; given up if destroyed before.
template <typename V>
class Completion {
public:
    Completion(const SkApi* api, SkCompletion* completion) : api_(api), completion_(completion) {}
    Completion(Completion&& from) noexcept
        : api_(from.api_), completion_(std::exchange(from.completion_, nullptr)) {}
    Completion& operator=(Completion&& from) noexcept {
        std::swap(completion_, from.completion_);
        return *this;
    }
    Completion(const Completion&) = delete;
    Completion& operator=(const Completion&) = delete;
    ~Completion() {
        if (completion_) api_->completion_drop(completion_);
    }
    void complete(const V& value) {
        SkCompletion* completion = std::exchange(completion_, nullptr);
        if constexpr (std::is_same_v<V, std::string>)
            api_->complete_string(completion, value.data(), value.size());
        else if constexpr (std::is_same_v<V, std::vector<std::uint8_t>>)
            api_->complete_bytes(completion, value.data(), value.size());
        else if constexpr (std::is_floating_point_v<V>)
            api_->complete_f64(completion, value);
        else
            api_->complete_i64(completion, static_cast<std::int64_t>(value));
    }
    void fail(const char* class_name, const char* message) {
        api_->complete_error(std::exchange(completion_, nullptr), class_name, message);
    }
    [[nodiscard]] bool wanted() const { return completion_ && api_->completion_wanted(completion_); }

private:
    const SkApi* api_;
    SkCompletion* completion_;
};

template <typename V>
struct Cross<Completion<V>> {
    using C = SkObject*;
    static constexpr bool by_address = false;
    static std::string text() { return "std.native.Completion<" + Cross<V>::text() + ">"; }
    struct Arg {
        Arg(SkEnv* env, C from)
            : value(env->api, bind_detail::require(env->api->completion_begin(env, from))) {}
        Completion<V> get() { return std::move(value); }
        Completion<V> value;
    };
};

}  // namespace skua

// Makes a C++ struct a guest struct: its name there, then its fields in order. At namespace scope.
#define SKUA_STRUCT(Type, skua_name, ...)                   \
    template <>                                             \
    struct skua::StructOf<Type> {                           \
        static const char* text() { return skua_name; }     \
        static void check(SkEnv* env, const SkType* type) { \
            using Self = Type;                              \
            SKUA_EACH(SKUA_CHECK_FIELD, __VA_ARGS__)        \
        }                                                   \
    };

// Makes a C++ class what is behind objects of a guest class that extends std.native.Resource.
#define SKUA_RESOURCE(Type, skua_name)                  \
    template <>                                         \
    struct skua::ResourceOf<Type> {                     \
        static const char* text() { return skua_name; } \
    };

#define SKUA_CHECK_FIELD(field)                                                                  \
    skua::bind_detail::check_field(env, type, #field, skua::field_text<decltype(Self::field)>(), \
                                   offsetof(Self, field));
#define SKUA_EXPAND(x) x
#define SKUA_EACH(f, ...)                                                                                  \
    SKUA_EXPAND(SKUA_EACH_AT(__VA_ARGS__, SKUA_EACH_16, SKUA_EACH_15, SKUA_EACH_14, SKUA_EACH_13,          \
                             SKUA_EACH_12, SKUA_EACH_11, SKUA_EACH_10, SKUA_EACH_9, SKUA_EACH_8,           \
                             SKUA_EACH_7, SKUA_EACH_6, SKUA_EACH_5, SKUA_EACH_4, SKUA_EACH_3, SKUA_EACH_2, \
                             SKUA_EACH_1)(f, __VA_ARGS__))
#define SKUA_EACH_AT(_1, _2, _3, _4, _5, _6, _7, _8, _9, _10, _11, _12, _13, _14, _15, _16, name, ...) name
#define SKUA_EACH_1(f, a) f(a)
#define SKUA_EACH_2(f, a, ...) f(a) SKUA_EACH_1(f, __VA_ARGS__)
#define SKUA_EACH_3(f, a, ...) f(a) SKUA_EACH_2(f, __VA_ARGS__)
#define SKUA_EACH_4(f, a, ...) f(a) SKUA_EACH_3(f, __VA_ARGS__)
#define SKUA_EACH_5(f, a, ...) f(a) SKUA_EACH_4(f, __VA_ARGS__)
#define SKUA_EACH_6(f, a, ...) f(a) SKUA_EACH_5(f, __VA_ARGS__)
#define SKUA_EACH_7(f, a, ...) f(a) SKUA_EACH_6(f, __VA_ARGS__)
#define SKUA_EACH_8(f, a, ...) f(a) SKUA_EACH_7(f, __VA_ARGS__)
#define SKUA_EACH_9(f, a, ...) f(a) SKUA_EACH_8(f, __VA_ARGS__)
#define SKUA_EACH_10(f, a, ...) f(a) SKUA_EACH_9(f, __VA_ARGS__)
#define SKUA_EACH_11(f, a, ...) f(a) SKUA_EACH_10(f, __VA_ARGS__)
#define SKUA_EACH_12(f, a, ...) f(a) SKUA_EACH_11(f, __VA_ARGS__)
#define SKUA_EACH_13(f, a, ...) f(a) SKUA_EACH_12(f, __VA_ARGS__)
#define SKUA_EACH_14(f, a, ...) f(a) SKUA_EACH_13(f, __VA_ARGS__)
#define SKUA_EACH_15(f, a, ...) f(a) SKUA_EACH_14(f, __VA_ARGS__)
#define SKUA_EACH_16(f, a, ...) f(a) SKUA_EACH_15(f, __VA_ARGS__)
