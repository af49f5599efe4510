// Natives of std.regex: patterns and searches by RE2, in time linear in the text.
//
// A compiled pattern is a handle that its Regex owns. RE2's matching is const and thread-safe, so there is no
// lock.
#include <memory>
#include <re2/re2.h>
#include <vector>

#include "memory_reserve.h"
#include "native_support.h"
#include "pattern_place.h"

namespace skua::stdlib {
namespace {

// As std.regex numbers them.
enum Flag : std::int64_t { kIgnoreCase = 1, kMultiLine = 2, kDotAll = 4 };

// Of one compiled pattern, its lazily built automata included. The heap's limit counts it, so a pattern gets
// the larger share only if the usual one does not suffice; one that needs even more is refused.
constexpr std::int64_t kUsualMemory = 1 << 20, kMaxMemory = 8 << 20;

// What a pattern that turns out to be too large takes until then, beside what RE2 holds on to.
constexpr std::size_t kReserveForByte = 128;

const SkHandleType kPattern = {"pattern", [](void* p) { delete static_cast<RE2*>(p); }};

RE2::Options options_of(std::int64_t flags, std::int64_t memory) {
    RE2::Options options;
    options.set_log_errors(false);
    options.set_max_mem(memory);
    options.set_case_sensitive((flags & kIgnoreCase) == 0);
    options.set_dot_nl((flags & kDotAll) != 0);
    return options;
}

// RE2 has no option for it outside of POSIX syntax.
std::string with_flags(std::string_view pattern, std::int64_t flags) {
    return std::string((flags & kMultiLine) != 0 ? "(?m)" : "").append(pattern);
}

// The handle; 0, with the place and the reason in `why`, if the pattern is wrong.
std::int64_t compile(SkEnv* env, SkObject* owner, SkString* pattern, std::int64_t flags, SkArray* why) {
    return guarded(env, [&]() -> std::int64_t {
        const std::string_view text = view(env, pattern);
        const MemoryReserve reserve(4096 + kReserveForByte * text.size());
        std::int64_t memory = kUsualMemory;
        const auto compiled = [&](std::string_view part) {
            return std::make_unique<RE2>(with_flags(part, flags), options_of(flags, memory));
        };
        auto regex = compiled(text);
        if (regex->error_code() == RE2::ErrorPatternTooLarge) {
            memory = kMaxMemory;
            regex = compiled(text);
        }
        const std::optional<PatternFault> refused =
            regex->ok() ? find_refused(*regex, text) : find_fault(*regex, text, compiled);
        if (!refused) {
            const auto bytes = static_cast<std::size_t>(memory);
            return owned_handle(env, owner, &kPattern, std::move(regex), bytes);
        }
        const PatternFault& fault = *refused;
        SkString* place = new_string(env, std::to_string(fault.at));
        if (place == nullptr) return 0;
        env->api->array_set(env, why, 0, place);
        SkString* reason = new_string(env, fault.reason);
        if (reason != nullptr) env->api->array_set(env, why, 1, reason);
        return 0;
    });
}

// By number, "" for groups without a name.
SkArray* group_names(SkEnv* env, SkObject* owner, std::int64_t handle) {
    return guarded(env, [&]() -> SkArray* {
        const OwnedHandle<RE2> regex(env, &kPattern, owner, handle);
        if (!regex) return nullptr;
        const MemoryReserve reserve;
        const auto groups = static_cast<std::size_t>(regex->NumberOfCapturingGroups());
        SkArray* names = env->api->array_new(env, SK_STRING, groups + 1);
        const auto& known = regex->CapturingGroupNames();
        for (std::size_t i = 0; names != nullptr && i <= groups; i++) {
            const auto found = known.find(static_cast<int>(i));
            SkString* name = new_string(env, found == known.end() ? std::string_view() : found->second);
            if (name == nullptr) return nullptr;
            env->api->array_set(env, names, i, name);
        }
        return names;
    });
}

// Looks for a match that begins at byte `from` or later; `anchor`: 0 anywhere, 1 at `from`, 2 at `from` and
// up to the end. `places` gets start and end of the match and of each group, -1 where a group took no part;
// as many as fit, none costs least.
bool search(SkEnv* env, SkObject* owner, std::int64_t handle, SkString* text, std::int64_t from,
            std::int64_t anchor, SkArray* places) {
    return guarded(env, [&]() -> bool {
        const std::string_view s = view(env, text);
        if (!check_start(env, s, from)) return false;
        const OwnedHandle<RE2> regex(env, &kPattern, owner, handle);
        if (!regex) return false;
        const std::size_t wanted = env->api->array_len(env, places) / 2;
        constexpr std::size_t kUsual = 8;
        re2::StringPiece few[kUsual];
        std::vector<re2::StringPiece> many(wanted > kUsual ? wanted : 0);
        re2::StringPiece* const groups = wanted > kUsual ? many.data() : few;
        const RE2::Anchor how = anchor == 0   ? RE2::UNANCHORED
                                : anchor == 1 ? RE2::ANCHOR_START
                                              : RE2::ANCHOR_BOTH;
        const MemoryReserve reserve;
        if (!regex->Match({s.data(), s.size()}, static_cast<std::size_t>(from), s.size(), how, groups,
                          static_cast<int>(wanted)))
            return false;
        auto* const out = elements<std::int64_t>(env, places);
        for (std::size_t i = 0; i < wanted; i++) {
            const bool took_part = groups[i].data() != nullptr;
            out[2 * i] = took_part ? groups[i].data() - s.data() : -1;
            out[2 * i + 1] = took_part ? out[2 * i] + static_cast<std::int64_t>(groups[i].size()) : -1;
        }
        return true;
    });
}

SkString* quote(SkEnv* env, SkString* text) {
    return guarded(env, [&] {
        const std::string_view s = view(env, text);
        return new_string(env, RE2::QuoteMeta({s.data(), s.size()}));
    });
}

const SkNative kRegexNatives[] = {
    native<compile>("std.regex.compilePattern", "(std.regex.Regex,string,i64,[string])i64"),
    native<group_names>("std.regex.groupNamesOf", "(std.regex.Regex,i64)[string]"),
    native<search>("std.regex.search", "(std.regex.Regex,i64,string,i64,i64,[i64])bool"),
    native<quote>("std.regex.quoted", "(string)string"),
};

}  // namespace

SKUA_PLUGIN(std_regex, "std.regex", "0.1.0", kRegexNatives)

}  // namespace skua::stdlib
