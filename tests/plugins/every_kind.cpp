// A plugin that uses each way of skua/bind.hpp and each group of functions of native.h once, and one that
// misuses them: what use_geo.skua does with it must come out the same in every tier and under a collection at
// every turn.
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <memory>
#include <thread>

#include "skua/bind.hpp"

using skua::bind_detail::require;

namespace {

struct Vec2 {
    double x, y;
};
struct Body {
    std::int32_t id;
    Vec2 at;
    std::int8_t tag;
    SkString* name;
};

}  // namespace

SKUA_STRUCT(Vec2, "geo.Vec2", x, y)
SKUA_STRUCT(Body, "geo.Body", id, at, tag, name)

namespace {

double norm(const Vec2& v) {
    return std::hypot(v.x, v.y);
}
Vec2 turn(Vec2 v, double by) {
    return {v.x * std::cos(by) - v.y * std::sin(by), v.x * std::sin(by) + v.y * std::cos(by)};
}
Body moved(const Body& b, const Vec2& d) {
    Body r = b;
    r.at.x += d.x;
    r.at.y += d.y;
    r.id++;
    return r;
}
std::string label(SkEnv* env, const Body& b) {
    return std::string(skua::view(env, b.name)) + std::to_string(b.id) + "/" + std::to_string(b.tag);
}
std::optional<std::int64_t> half(std::int64_t n) {
    if (n % 2) return std::nullopt;
    return n / 2;
}
std::int64_t or_else(std::optional<std::int64_t> n, std::int64_t o) {
    return n.value_or(o);
}
std::int64_t sum(skua::Span<const std::int64_t> v) {
    std::int64_t s = 0;
    for (auto x : v) s += x;
    return s;
}
std::vector<std::string> words(std::string_view t) {
    std::vector<std::string> r;
    std::string w;
    for (char c : t) {
        if (c == ' ') {
            r.push_back(w);
            w.clear();
        } else
            w += c;
    }
    r.push_back(w);
    return r;
}
std::int64_t apply(const skua::Function<std::int64_t(std::int64_t)>& f, std::int64_t x) {
    return f(x) + 1;
}
Vec2 apply_vec(const skua::Function<Vec2(Vec2, std::string)>& f, Vec2 v) {
    return f(v, "hi");
}
void fails(std::int64_t how) {
    switch (how) {
        case 0:
            throw skua::Error("std.core.KeyError", "key");
        case 1:
            throw std::out_of_range("range");
        case 2:
            throw std::invalid_argument("arg");
        case 3:
            throw std::bad_alloc();
        case 4:
            throw std::system_error(2, std::generic_category(), "open");
        case 5:
            throw 7;
        default:
            throw std::runtime_error("other");
    }
}
class Counter {
public:
    explicit Counter(std::int64_t start) : n_(start) { alive++; }
    ~Counter() { alive--; }
    std::int64_t add(std::int64_t by) { return n_ += by; }
    std::int64_t value() const { return n_; }
    static inline std::atomic<std::int64_t> alive{0};

private:
    std::int64_t n_;
};

}  // namespace

SKUA_RESOURCE(Counter, "geo.Counter")

namespace {

std::int64_t alive() {
    return Counter::alive;
}

void later(skua::Completion<std::int64_t> done, std::int64_t value, std::int64_t millis) {
    std::thread([done = std::move(done), value, millis]() mutable {
        std::this_thread::sleep_for(std::chrono::milliseconds(millis));
        if (value < 0)
            done.fail("std.core.IOError", "negative");
        else if (value > 1000) {
            auto gone = std::move(done);
        } else
            done.complete(value);
    }).detach();
}
std::optional<skua::Completion<std::int64_t>> held;
void hold(skua::Completion<std::int64_t> done) {
    held.emplace(std::move(done));
}
void let_go(std::int64_t value) {
    held->complete(value);
    held.reset();
}
void later_text(skua::Completion<std::string> done) {
    done.complete("text");
}

// Calls f n times on `threads` threads of its own.
std::int64_t on_threads(SkEnv* env, const skua::Function<std::int64_t(std::int64_t)>& f, std::int64_t threads,
                        std::int64_t n) {
    const SkApi* api = env->api;
    auto kept = std::make_unique<skua::Callback<std::int64_t(std::int64_t)>>(f);
    std::atomic<std::int64_t> total{0};
    std::vector<std::thread> all;
    for (std::int64_t t = 0; t < threads; t++)
        all.emplace_back([&] {
            skua::AttachedThread attached(api, kept->vm());
            if (!attached) {
                total = -errno;
                return;
            }
            for (std::int64_t i = 0; i < n; i++) {
                try {
                    total += (*kept)(attached.env(), i);
                } catch (const skua::Pending&) {
                    total += 1000000;
                    attached.env()->api->take_pending(attached.env());
                }
            }
        });
    for (auto& t : all) t.join();
    return total;
}
// A thread that stays attached in guest code when the program ends.
void for_ever(const skua::Function<void()>& f) {
    auto* kept = new skua::Callback<void()>(f);
    const SkApi* api = f.env()->api;
    std::thread([kept, api] {
        skua::AttachedThread attached(api, kept->vm());
        if (!attached) return;
        try {
            (*kept)(attached.env());
        } catch (const skua::Pending&) {
            fprintf(stderr, "ended: %s\n", api->type_name(attached.env(), api->take_pending(attached.env())));
        }
    }).detach();
}
std::string poke(SkEnv* env, SkObject* account) {
    const SkApi* api = env->api;
    const SkType* type = require(api->type_find(env, "geo.Account"));
    const SkField* balance = require(api->field_find(env, type, "balance", "i64"));
    SkValue v;
    require(api->field_get(env, account, balance, &v));
    v.i64 += 5;
    require(api->field_set(env, account, balance, &v));
    const SkMethod* deposit = require(api->method_find(env, type, "deposit", "(i64)i64"));
    v.i64 = 10;
    SkValue r;
    require(api->method_call(env, deposit, account, &v, &r));
    const SkMethod* init = require(api->method_find(env, type, "init", "(string,i64)void"));
    SkValue args[2];
    args[0].string = skua::new_string(env, "new");
    args[1].i64 = 3;
    SkObject* made = require(api->object_new(env, init, args));
    const SkMethod* show = require(api->method_find(env, type, "show", "()string"));
    SkValue text;
    require(api->method_call(env, show, made, nullptr, &text));
    const SkMethod* helper =
        require(api->method_find(env, require(api->type_find(env, "geo")), "helper", "(geo.Vec2)f64"));
    Vec2 vec{3, 4};
    v.data = &vec;
    SkValue f;
    require(api->method_call(env, helper, nullptr, &v, &f));
    return std::to_string(r.i64) + " " + std::string(skua::view(env, text.string)) + " " +
           std::to_string(f.f64);
}
struct Any {
    static constexpr const char* skua_type = "geo.Account";
};
std::string poke_ref(SkEnv* env, skua::Ref<Any> account) {
    return poke(env, account.object);
}
// Whatever is wrong, by number.
void misuse(SkEnv* env, skua::Ref<Any> account, std::int64_t how) {
    const SkApi* api = env->api;
    const SkType* type = require(api->type_find(env, "geo.Account"));
    SkValue v;
    v.u64 = 0;
    switch (how) {
        case 0:
            require(api->field_find(env, type, "secret", "i64"));
            break;
        case 1:
            require(api->field_find(env, type, "balance", "string"));
            break;
        case 2: {
            auto* f = require(api->field_find(env, type, "owner", "string"));
            require(api->field_set(env, account.object, f, &v));
            break;
        }
        case 3: {
            auto* f = require(api->field_find(env, type, "note", "string"));
            require(api->field_set(env, account.object, f, &v));
            break;
        }
        case 4: {
            auto* f = require(api->field_find(env, type, "note", "string"));
            v.object = account.object;
            require(api->field_set(env, account.object, f, &v));
            break;
        }
        case 5: {
            auto* m = require(api->method_find(env, type, "deposit", "(string)i64"));
            (void)m;
            break;
        }
        case 6:
            require(api->method_find(env, type, "_hidden", "()void"));
            break;
        case 7:
            require(api->type_find(env, "geo.Nothing"));
            break;
        case 8:
            require(api->type_find(env, "[[["));
            break;
        case 9: {
            auto* m = require(api->method_find(env, type, "join", "(geo.Account)string"));
            v.string = skua::new_string(env, "x");
            SkValue r;
            require(api->method_call(env, m, account.object, &v, &r));
            break;
        }
        case 10: {
            auto* m = require(api->method_find(env, type, "join", "(geo.Account)string"));
            SkValue r;
            require(api->method_call(env, m, account.object, &v, &r));
            break;
        }
        case 11: {
            auto* m = require(api->method_find(env, type, "show", "()string"));
            SkValue r;
            require(api->method_call(env, m, (SkObject*)skua::new_string(env, "x"), &v, &r));
            break;
        }
        case 12:
            require(api->method_find(env, require(api->type_find(env, "geo._Inner")), "init", "()void"));
            break;
        case 13:
            require(api->method_find(env, require(api->type_find(env, "geo.Shape")), "init", "()void"));
            break;
        case 14:
            require(api->method_find(env, require(api->type_find(env, "geo")), "_quiet", "()void"));
            break;
        case 15: {
            std::string deep(5000, '[');
            require(api->type_find(env, deep.c_str()));
            break;
        }
        case 16:
            require(api->type_find(env, "std.collections.List<i64,i64>"));
            break;
        case 17: {
            auto* m = require(api->method_find(env, type, "init", "(string,i64)void"));
            SkValue r;
            require(api->method_call(env, m, account.object, &v, &r));
            break;
        }
        default:
            break;
    }
}
struct ShapeTag {
    static constexpr const char* skua_type = "geo.Shape";
};
std::string areas(SkEnv* env, skua::Ref<ShapeTag> s) {
    const SkApi* api = env->api;
    const SkType* type = require(api->type_find(env, "geo.Shape"));
    SkValue r;
    require(
        api->method_call(env, require(api->method_find(env, type, "area", "()f64")), s.object, nullptr, &r));
    SkValue t;
    require(api->method_call(env, require(api->method_find(env, type, "describe", "()string")), s.object,
                             nullptr, &t));
    return std::to_string(r.f64) + " " + std::string(skua::view(env, t.string)) + " " +
           api->type_text(env, api->type_of(env, s.object)) +
           (api->type_is(env, s.object, type) ? " is" : " is not");
}
SkArray* bodies(SkEnv* env, std::int64_t n) {
    const SkApi* api = env->api;
    SkArray* a = api->array_new_of(env, api->type_find(env, "geo.Body"), static_cast<size_t>(n));
    if (!a) return a;
    for (std::int64_t i = 0; i < n; i++) {
        Body b{(std::int32_t)i, {1.0 * i, 2.0 * i}, -1, skua::new_string(env, "b" + std::to_string(i))};
        if (!api->array_put(env, a, (size_t)i, &b)) return nullptr;
    }
    return a;
}
double sum_bodies(SkEnv* env, SkArray* a) {
    double s = 0;
    const Body* b = skua::elements<const Body>(env, a);
    for (size_t i = 0; i < env->api->array_len(env, a); i++)
        s += b[i].at.x + b[i].at.y + (double)skua::view(env, b[i].name).size();
    return s;
}
void pair(SkEnv*, const void* in, void* out) {
    struct In {
        std::int64_t a;
        SkString* s;
    };
    struct Out {
        SkString* s;
        std::int64_t a;
    };
    auto* i = static_cast<const In*>(in);
    auto* o = static_cast<Out*>(out);
    o->s = i->s;
    o->a = i->a * 2;
}
struct Big {
    double v[20];
};
void big(SkEnv*, std::int64_t by, const Big* in, Big* out) {
    for (int i = 0; i < 20; i++) out->v[i] = in->v[i] * (double)by;
}

const SkNative natives[] = {
    skua::bind<&norm>("geo.norm"),
    skua::bind<&turn>("geo.turn"),
    skua::bind<&moved>("geo.moved"),
    skua::bind<&label>("geo.label"),
    skua::bind<&half>("geo.half"),
    skua::bind<&or_else>("geo.orElse"),
    skua::bind<&sum>("geo.sum"),
    skua::bind<&words>("geo.words"),
    skua::bind<&apply>("geo.apply"),
    skua::bind<&apply_vec>("geo.applyVec"),
    skua::bind<&fails>("geo.fails"),
    skua::bind_new<Counter, std::int64_t>("geo.newCounter"),
    skua::bind<&Counter::add>("geo.Counter.add"),
    skua::bind<&Counter::value>("geo.Counter.value"),
    skua::bind<&alive>("geo.alive"),
    skua::bind<&later>("geo.later"),
    skua::bind<&later_text>("geo.laterText"),
    skua::bind<&hold>("geo.hold"),
    skua::bind<&let_go>("geo.letGo"),
    skua::bind<&on_threads>("geo.onThreads"),
    skua::bind<&for_ever>("geo.forEver"),
    skua::bind<&poke_ref>("geo.poke"),
    skua::bind<&misuse>("geo.misuse"),
    skua::bind<&areas>("geo.areas"),
    {"geo.bodies", "(i64)[geo.Body]", (SkFunction)bodies, nullptr},
    {"geo.sumBodies", "([geo.Body])f64", (SkFunction)sum_bodies, nullptr},
    {"geo.pair", "((i64,string))(string,i64)", (SkFunction)pair, nullptr},
    {"geo.big", "(i64,geo.Big)geo.Big", (SkFunction)big, nullptr},
};

}  // namespace

SKUA_EXPORT_PLUGIN("geo", "1.0", natives)
