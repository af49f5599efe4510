// Natives called from guest code: binding, the host table, errors, handles, roots, calling back.
#include <atomic>
#include <cstring>

#include "caps/capabilities.h"
#include "native/native_registry.h"
#include "skua/native.hpp"
#include "vm_fixture.h"

namespace skua::vm::test {
namespace {

SkString* greet(SkEnv* env, SkString* name) {
    const char* parts[] = {"Hello, ", env->api->string_data(env, name), "!"};
    const std::size_t lens[] = {7, env->api->string_len(env, name), 1};
    return env->api->string_new_from_parts(env, parts, lens, 3);
}

SkString* raw_text(SkEnv* env, SkArray* bytes) {
    return env->api->string_new(env, skua::elements<const char>(env, bytes), env->api->array_len(env, bytes));
}

SkArray* bytes_of(SkEnv* env, SkString* text) {
    SkArray* out = env->api->array_new(env, SK_U8, env->api->string_len(env, text));
    if (out)
        std::memcpy(env->api->array_data(env, out), env->api->string_data(env, text),
                    env->api->string_len(env, text));
    return out;
}

SkArray* words(SkEnv* env, std::int64_t count) {
    SkArray* out = env->api->array_new(env, SK_STRING, static_cast<std::size_t>(count));
    if (out == nullptr) return nullptr;
    for (std::int64_t i = 0; i < count; i++) {
        SkString* s = skua::new_string(env, std::to_string(i));
        if (s == nullptr) return nullptr;
        env->api->array_set(env, out, static_cast<std::size_t>(i), s);
    }
    return out;
}

std::int64_t kind_of(SkEnv* env, SkArray* a) {
    return env->api->array_kind(env, a);
}
std::int64_t length_or(SkEnv* env, SkString* s, std::int64_t otherwise) {
    return s ? static_cast<std::int64_t>(env->api->string_len(env, s)) : otherwise;
}
std::int64_t c_length(SkEnv* env, SkString* s) {
    const char* text = env->api->string_cstr(env, s);
    return text ? static_cast<std::int64_t>(std::strlen(text)) : -1;
}
void boom(SkEnv* env, SkString* message) {
    env->api->throw_format(env, "std.core.IndexError", "%s, %d times", env->api->string_data(env, message),
                           3);
}
void boom_bytes(SkEnv* env) {
    env->api->throw_error(env, "std.core.IndexError", "bad \xFF\xC3( byte");
}
void system_boom(SkEnv* env) {
    env->api->throw_errno(env, "cannot open 'x'", 2);
}
bool ask(SkEnv* env, SkString* capability, SkString* resource) {
    return env->api->require(env, env->api->string_data(env, capability),
                             resource ? env->api->string_data(env, resource) : nullptr);
}
std::int64_t guarded(SkEnv*) {
    return 7;
}

std::int64_t call_back(SkEnv* env, SkObject* f, std::int64_t x) {
    SkValue arg, result;
    arg.i64 = x;
    if (!env->api->call_function(env, f, "(i64)->i64", &arg, &result)) return -1;
    return result.i64 + 1;
}
std::int64_t call_back_wrong(SkEnv* env, SkObject* f) {
    SkValue result;
    return env->api->call_function(env, f, "(string)->i64", nullptr, &result) ? 1 : -1;
}
bool swallow(SkEnv* env, SkObject* f) {
    SkValue arg, result;
    arg.i64 = 0;
    if (env->api->call_function(env, f, "(i64)->i64", &arg, &result)) return false;
    SkObject* error = env->api->take_pending(env);
    return error != nullptr && !env->api->has_pending(env) &&
           std::string_view(env->api->type_name(env, error)) == "std.core.ArithmeticError";
}

int g_closed = 0;
const SkHandleType kThing = {"thing", [](void* p) { g_closed += *static_cast<int*>(p); }};
const SkHandleType kOther = {"other", [](void*) {}};
int g_value = 1;
std::int64_t open_thing(SkEnv* env) {
    return env->api->handle_new(env, &kThing, &g_value);
}
std::int64_t use_thing(SkEnv* env, std::int64_t h) {
    skua::Handle<int> thing(env, &kThing, h);
    return thing ? *thing.get() : -1;
}
std::int64_t close_while_used(SkEnv* env, std::int64_t h) {
    skua::Handle<int> thing(env, &kThing, h);
    env->api->handle_close(env, &kThing, h);
    return g_closed * 10 + env->api->handle_close(env, &kThing, h);
}
bool own_thing(SkEnv* env, SkObject* owner, std::int64_t h) {
    return env->api->handle_own(env, owner, &kThing, h);
}
bool close_thing(SkEnv* env, std::int64_t h, bool wrong_type) {
    return env->api->handle_close(env, wrong_type ? &kOther : &kThing, h);
}

std::int64_t root_round_trip(SkEnv* env, std::int64_t n) {
    std::vector<SkRoot*> roots;
    for (std::int64_t i = 0; i < n; i++)
        roots.push_back(env->api->root_new(env, skua::new_string(env, "root " + std::to_string(i))));
    for (int i = 0; i < 100; i++) (void)words(env, 1000);
    gc::collect();
    std::int64_t good = 0;
    for (std::int64_t i = 0; i < n; i++) {
        auto* s = static_cast<SkString*>(env->api->root_get(env, roots[static_cast<std::size_t>(i)]));
        good += skua::view(env, s) == "root " + std::to_string(i);
        env->api->root_free(env, roots[static_cast<std::size_t>(i)]);
    }
    return good;
}

const SkNative kNatives[] = {
    skua::native<greet>("t.greet", "(string)string"),
    skua::native<raw_text>("t.rawText", "([u8])string"),
    skua::native<bytes_of>("t.bytesOf", "(string)[u8]"),
    skua::native<words>("t.words", "(i64)[string]"),
    skua::native<kind_of>("t.kindOf", "([i32])i64"),
    skua::native<kind_of>("t.kindOfWords", "([string])i64"),
    skua::native<kind_of>("t.kindOfFloats", "([f32])i64"),
    skua::native<length_or>("t.lengthOr", "(string?,i64)i64"),
    skua::native<c_length>("t.cLength", "(string)i64"),
    skua::native<boom>("t.boom", "(string)void"),
    skua::native<boom_bytes>("t.boomBytes", "()void"),
    skua::native<system_boom>("t.systemBoom", "()void"),
    skua::native<ask>("t.ask", "(string,string?)bool"),
    skua::native<guarded>("t.guarded", "()i64", "process"),
    skua::native<call_back>("t.callBack", "((i64)->i64,i64)i64"),
    skua::native<call_back_wrong>("t.callBackWrong", "((i64)->i64)i64"),
    skua::native<swallow>("t.swallow", "((i64)->i64)bool"),
    skua::native<open_thing>("t.openThing", "()i64"),
    skua::native<use_thing>("t.useThing", "(i64)i64"),
    skua::native<close_while_used>("t.closeWhileUsed", "(i64)i64"),
    skua::native<close_thing>("t.closeThing", "(i64,bool)bool"),
    skua::native<own_thing>("t.ownThing", "((i64)->i64,i64)bool"),
    skua::native<root_round_trip>("t.rootRoundTrip", "(i64)i64"),
    skua::native<use_thing>("t.mismatch", "(i64)i64"),
};
SKUA_PLUGIN(host_test, "host", "9.8", kNatives)

constexpr const char* kText = R"(
.module t
.function public static native "host" greet(name: string) string
.end
.function public static native "host" rawText(bytes: [u8]) string
.end
.function public static native "host" bytesOf(text: string) [u8]
.end
.function public static native "host" words(n: i64) [string]
.end
.function public static native "host" kindOf(a: [i32]) i64
.end
.function public static native "host" kindOfWords(a: [string]) i64
.end
.function public static native "host" kindOfFloats(a: [f32]) i64
.end
.function public static native "host" lengthOr(s: string?, n: i64) i64
.end
.function public static native "host" cLength(s: string) i64
.end
.function public static native "host" boom(s: string) void
.end
.function public static native "host" boomBytes() void
.end
.function public static native "host" systemBoom() void
.end
.function public static native "host" ask(c: string, r: string?) bool
.end
.function public static native "host" guarded() i64
.end
.function public static native "host" callBack(f: (i64)->i64, x: i64) i64
.end
.function public static native "host" callBackWrong(f: (i64)->i64) i64
.end
.function public static native "host" swallow(f: (i64)->i64) bool
.end
.function public static native "host" openThing() i64
.end
.function public static native "host" useThing(h: i64) i64
.end
.function public static native "host" closeWhileUsed(h: i64) i64
.end
.function public static native "host" closeThing(h: i64, wrong: bool) bool
.end
.function public static native "host" ownThing(f: (i64)->i64, h: i64) bool
.end
.function public static owned() i64
    .regs r0: i64, r1: (i64)->i64, r2: bool
    call r0, t::openThing()i64, ()
    closure r1, t::tenfold(i64,i64)i64, (r0)
    call r2, t::ownThing((i64)->i64,i64)bool, (r1, r0)
    ret r0
.end
.function public static ownedTwice() bool
    .regs r0: i64, r1: (i64)->i64, r2: bool
    call r0, t::openThing()i64, ()
    closure r1, t::tenfold(i64,i64)i64, (r0)
    call r2, t::ownThing((i64)->i64,i64)bool, (r1, r0)
    call r2, t::ownThing((i64)->i64,i64)bool, (r1, r0)
    ret r2
.end
.function public static native "host" rootRoundTrip(n: i64) i64
.end
.function public static native "host" mismatch(h: i64, x: f64) i64
.end
.function public static native "host" nowhere() i64
.end
.function public static native "missing" anything() i64
.end
.function public static kinds() i64
    .regs r0..r2: i64, r3: [i32], r4: [string], r5: [f32]
    array.new r3, r0
    array.new r4, r0
    array.new r5, r0
    call r0, t::kindOf([i32])i64, (r3)
    const.int r1, 100
    mul.i64 r0, r0, r1
    call r2, t::kindOfWords([string])i64, (r4)
    add.i64 r0, r0, r2
    mul.i64 r0, r0, r1
    call r2, t::kindOfFloats([f32])i64, (r5)
    add.i64 r0, r0, r2
    ret r0
.end
.function public static tenfold(x: i64, bias: i64) i64
    .regs r2: i64
    const.int r2, 10
    mul.i64 r0, r0, r2
    add.i64 r0, r0, r1
    ret r0
.end
.function public static quotient(x: i64) i64
    .regs r1: i64
    const.int r1, 100
    div.i64 r0, r1, r0
    ret r0
.end
.function public static back(x: i64) i64
    .regs r1: i64, r2: (i64)->i64
    const.int r1, 4
    closure r2, t::tenfold(i64,i64)i64, (r1)
    call r0, t::callBack((i64)->i64,i64)i64, (r2, r0)
    ret r0
.end
.function public static backThrows(x: i64) i64
    .regs r1: (i64)->i64
    closure r1, t::quotient(i64)i64, ()
    call r0, t::callBack((i64)->i64,i64)i64, (r1, r0)
    ret r0
.end
.function public static backWrong() i64
    .regs r0: i64, r1: (i64)->i64
    closure r1, t::quotient(i64)i64, ()
    call r0, t::callBackWrong((i64)->i64)i64, (r1)
    ret r0
.end
.function public static backSwallowed() bool
    .regs r0: bool, r1: (i64)->i64
    closure r1, t::quotient(i64)i64, ()
    call r0, t::swallow((i64)->i64)bool, (r1)
    ret r0
.end
.function public static caught() string
    .regs r0: std.core.Error, r1: string
    .handler a..b -> c, std.core.IndexError, r0
    const.str r1, "guest"
a:
    call _, t::boom(string)void, (r1)
b:
    ret r1
c:
    get r1, r0, std.core.Error::message:string
    ret r1
.end
.function public static nullGreeting() string
    .regs r0: string
    call r0, t::greet(string)string, (r0)
    ret r0
.end
)";

struct Host : VmFixture {
    Host() : VmFixture(kText), thread(vm.attach_thread()) {
        define(vm.boot_loader(), kNativeErrors);
        auto added = vm.natives().add_plugin(skua_plugin_host_test, "a test");
        INFO((added ? std::string() : added.error().to_string()));
        REQUIRE(added.ok());
        REQUIRE(thread != nullptr);
    }
    Slot text(std::string_view s) { return reinterpret_cast<Slot>(new_string(*thread, s)); }
    std::string call_text(std::string_view name, std::vector<Slot> args) {
        return std::string(reinterpret_cast<String*>(call(*thread, name, std::move(args)))->view());
    }
    Slot call(std::string_view name, std::vector<Slot> args) { return call(*thread, name, std::move(args)); }
    using VmFixture::call;
    std::string error(std::string_view name, std::vector<Slot> args) {
        return call_error(*thread, name, std::move(args));
    }
    std::unique_ptr<Thread, void (*)(Thread*)> thread;
};

bool has(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("strings and arrays cross") {
    Host h;
    CHECK(h.call_text("greet", {h.text("Jo\xC3\xA9")}) == "Hello, Jo\xC3\xA9!");
    const Slot bytes = h.call("bytesOf", {h.text("abc")});
    CHECK(reinterpret_cast<Array*>(bytes)->length == 3);
    CHECK(h.call_text("rawText", {bytes}) == "abc");
    CHECK(h.call("lengthOr", {h.text("four"), 9}) == 4);
    CHECK(h.call("lengthOr", {0, 9}) == 9);
    auto* words = reinterpret_cast<Array*>(h.call("words", {5000}));
    CHECK(words->length == 5000);
    for (std::size_t i = 0; i < 5000; i++) CHECK(words->elements<String*>()[i]->view() == std::to_string(i));
    CHECK(h.call("kinds", {}) == SK_I32 * 10000 + SK_STRING * 100 + SK_F32);
    CHECK(h.call("cLength", {h.text("plain")}) == 5);
    CHECK(has(h.error("cLength", {h.text(std::string_view("a\0b", 3))}),
              "std.core.ArgumentError: the text contains a NUL character at byte 1"));
}

TEST_CASE("texts must be UTF-8") {
    Host h;
    const auto raw = [&](std::string_view s) {
        Slot array = h.call("bytesOf", {h.text(std::string(s.size(), 'x'))});
        std::memcpy(reinterpret_cast<Array*>(array)->data(), s.data(), s.size());
        return array;
    };
    for (std::string_view good : {"", "ascii only, and long enough", "\xC2\x80", "\xDF\xBF", "\xE0\xA0\x80",
                                  "\xED\x9F\xBF", "\xEF\xBF\xBF", "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF"})
        CHECK(h.call_text("rawText", {raw(good)}) == good);
    for (std::string_view bad : {"\x80", "\xC1\x81", "\xC2", "\xE0\x9F\xBF", "\xED\xA0\x80", "\xE2\x82",
                                 "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF"}) {
        const std::string text = "0123456789" + std::string(bad);
        CHECK(has(h.error("rawText", {raw(text)}),
                  "std.core.ArgumentError: text is not valid UTF-8: byte 10 of"));
    }
}

TEST_CASE("natives throw") {
    Host h;
    CHECK(has(h.error("boom", {h.text("again")}), "std.core.IndexError: again, 3 times"));
    CHECK(h.call_text("caught", {}) == "guest, 3 times");
    CHECK(has(h.error("boomBytes", {}), "std.core.IndexError: bad \xEF\xBF\xBD\xEF\xBF\xBD( byte"));
    CHECK(has(h.error("systemBoom", {}), "std.core.IOError: cannot open 'x': No such file or directory"));
    CHECK(has(h.error("nullGreeting", {}), "std.core.NullError: argument 1 of t.greet is null"));
    const std::string big(3000, 'x');
    CHECK(has(h.error("boom", {h.text(big)}), big + ", 3 times"));
    CHECK(has(h.error("words", {static_cast<Slot>(-1)}), "std.core.OutOfMemoryError"));
}

TEST_CASE("what does not fit is a LinkError that names both sides") {
    Host h;
    const std::string mismatch = h.error("mismatch", {1, 2});
    CHECK(has(mismatch,
              "std.core.LinkError: native t.mismatch is declared as (i64,f64)i64, but native library 'host' "
              "(a test, version 9.8) registers (i64)i64"));
    CHECK(has(h.error("nowhere", {}), "has no native t.nowhere"));
    CHECK(has(h.error("anything", {}), "no native library 'missing'"));
    // Plugins that lie are refused.
    static const SkNative bad_rows[] = {{"x.f", "(i64", reinterpret_cast<SkFunction>(&guarded), nullptr}};
    static const SkPlugin plugins[] = {
        {SK_ABI_VERSION + 1, "x", "1", nullptr, 0, nullptr},
        {SK_ABI_VERSION, "host", "1", nullptr, 0, nullptr},
        {SK_ABI_VERSION, nullptr, "1", nullptr, 0, nullptr},
        {SK_ABI_VERSION, "x", "1", bad_rows, 1, nullptr},
        {SK_ABI_VERSION, "x", "1", nullptr, 1, nullptr},
    };
    static std::size_t which;
    for (which = 0; which < std::size(plugins); which++) {
        auto added = h.vm.natives().add_plugin([](const SkHost*) { return &plugins[which]; }, "bad.so");
        CHECK_FALSE(added.ok());
        CHECK(has(added.error().message, "bad.so"));
    }
    CHECK_FALSE(
        h.vm.natives().add_plugin([](const SkHost*) -> const SkPlugin* { return nullptr; }, "none").ok());
}

TEST_CASE("capabilities are asked for at the door") {
    Host h;
    CHECK(
        has(h.error("ask", {h.text("fs.read"), h.text("x.txt")}),
            "std.core.PermissionError: fs.read of 'x.txt' was not granted; run with --allow=fs.read:x.txt"));
    CHECK(has(h.error("ask", {h.text("env"), 0}),
              "std.core.PermissionError: env was not granted; run with --allow=env"));
    CHECK(h.call("ask", {h.text("clock"), 0}) == 1);
    CHECK(has(h.error("guarded", {}), "std.core.PermissionError: process was not granted"));
    REQUIRE(h.vm.capabilities().allow("process:git").ok());
    CHECK(h.call("guarded", {}) == 7);
}

TEST_CASE("natives call function values") {
    Host h;
    CHECK(h.call("back", {5}) == 55);
    CHECK(h.call("backThrows", {20}) == 6);
    CHECK(has(h.error("backThrows", {0}), "std.core.ArithmeticError"));
    CHECK(has(h.error("backWrong", {}),
              "std.core.ArgumentError: the function is of type (i64)->i64, not (string)->i64"));
    CHECK(h.call("backSwallowed", {}) == 1);
}

TEST_CASE("handles cannot be forged, used after closing, or closed twice") {
    g_closed = 0;
    {
        Host h;
        const Slot a = h.call("openThing", {});
        const Slot b = h.call("openThing", {});
        CHECK(a != b);
        CHECK(h.call("useThing", {a}) == 1);
        CHECK(h.call("closeThing", {a, 1}) == 0);  // another type's close
        CHECK(h.call("closeThing", {a, 0}) == 1);
        CHECK(g_closed == 1);
        CHECK(h.call("closeThing", {a, 0}) == 0);
        CHECK(has(h.error("useThing", {a}), "std.core.StateError: this thing is closed"));
        for (Slot forged : {Slot{0}, Slot{12345}, static_cast<Slot>(-1)})
            CHECK(has(h.error("useThing", {forged}), "closed"));
        CHECK(h.call("closeWhileUsed", {b}) == 10);  // not yet closed, and only once
        CHECK(g_closed == 2);
        (void)h.call("openThing", {});
    }
    CHECK(g_closed == 3);  // what is left is closed with the machine
}

TEST_CASE("handles are closed when their owner is gone") {
    g_closed = 0;
    {
        Host h;
        for (int i = 0; i < 20000; i++) (void)h.call("owned", {});
        // Nothing else fills the heap here: the number of handles makes it collect.
        if (gc::backend_name() != std::string_view("malloc")) CHECK(g_closed > 10000);
        CHECK(has(h.error("ownedTwice", {}), "std.core.StateError: this object owns a handle already"));
    }
    CHECK(g_closed == 20001);
}

TEST_CASE("roots keep objects") {
    Host h;
    CHECK(h.call("rootRoundTrip", {300}) == 300);
}

TEST_CASE("exit hooks run once, last first") {
    static std::string order;
    order.clear();
    {
        Host h;
        h.vm.natives().at_exit([](void*) { order += "a"; }, nullptr);
        h.vm.natives().at_exit([](void*) { order += "b"; }, nullptr);
        h.vm.natives().run_exit_hooks();
        CHECK(order == "ba");
        h.vm.natives().at_exit([](void*) { order += "c"; }, nullptr);
    }
    CHECK(order == "bac");
}

}  // namespace skua::vm::test
