// Members that other languages' types have, and what to write here.
#include <algorithm>
#include <span>

#include "sema/analyzer.h"

namespace skua::compiler {
namespace {

// Members by their names elsewhere; of several rows, the first whose member the type has.
struct ForeignMember {
    std::string_view theirs, ours;
};

constexpr ForeignMember kMembers[] = {
    {"length", "len"},
    {"size", "len"},
    {"count", "len"},
    {"getLength", "len"},
    {"getSize", "len"},
    {"add", "append"},
    {"push", "add"},
    {"push", "append"},
    {"append", "add"},
    {"pushBack", "add"},
    {"addLast", "add"},
    {"enqueue", "add"},
    {"offer", "add"},
    {"insert", "add"},
    {"extend", "addAll"},
    {"addRange", "addAll"},
    {"concat", "addAll"},
    {"update", "addAll"},
    {"putAll", "addAll"},
    {"pop", "removeLast"},
    {"popBack", "removeLast"},
    {"popFront", "removeFirst"},
    {"poll", "removeFirst"},
    {"dequeue", "removeFirst"},
    {"peek", "first"},
    {"delete", "remove"},
    {"discard", "remove"},
    {"erase", "remove"},
    {"removeIf", "removeWhere"},
    {"retain", "removeWhere"},
    {"retainAll", "removeWhere"},
    {"empty", "isEmpty"},
    {"head", "first"},
    {"front", "first"},
    {"firstOrNull", "first"},
    {"getFirst", "first"},
    {"back", "last"},
    {"lastOrNull", "last"},
    {"getLast", "last"},
    {"clone", "copy"},
    {"dup", "copy"},
    {"toUpperCase", "upper"},
    {"toUpper", "upper"},
    {"uppercase", "upper"},
    {"toLowerCase", "lower"},
    {"toLower", "lower"},
    {"lowercase", "lower"},
    {"uppercase", "toUpper"},
    {"lowercase", "toLower"},
    {"upper", "toUpper"},
    {"lower", "toLower"},
    {"capitalize", "capitalized"},
    {"strip", "trim"},
    {"trimmed", "trim"},
    {"lstrip", "trimStart"},
    {"trimLeft", "trimStart"},
    {"rstrip", "trimEnd"},
    {"trimRight", "trimEnd"},
    {"substr", "substring"},
    {"hasPrefix", "startsWith"},
    {"hasSuffix", "endsWith"},
    {"find", "indexOf"},
    {"rfind", "lastIndexOf"},
    {"position", "indexWhere"},
    {"findIndex", "indexWhere"},
    {"indexOfFirst", "indexWhere"},
    {"splitLines", "lines"},
    {"splitWhitespace", "words"},
    {"partition", "splitOnce"},
    {"toCharArray", "chars"},
    {"characters", "chars"},
    {"getBytes", "bytes"},
    {"encode", "bytes"},
    {"ljust", "padRight"},
    {"rjust", "padLeft"},
    {"padStart", "padLeft"},
    {"padEnd", "padRight"},
    {"center", "padCenter"},
    {"replaceAll", "replace"},
    {"codePointAt", "charAt"},
    {"charCodeAt", "byteAt"},
    {"ord", "code"},
    {"isAlpha", "isLetter"},
    {"isAlphabetic", "isLetter"},
    {"isAlphanumeric", "isLetterOrDigit"},
    {"isAlnum", "isLetterOrDigit"},
    {"isNumeric", "isDigit"},
    {"isSpace", "isWhitespace"},
    {"toInteger", "toInt"},
    {"toLong", "toInt"},
    {"parseInt", "toInt"},
    {"toDouble", "toFloat"},
    {"parseFloat", "toFloat"},
    {"foreach", "forEach"},
    {"each", "forEach"},
    {"reduce", "fold"},
    {"foldLeft", "fold"},
    {"inject", "fold"},
    {"aggregate", "fold"},
    {"transform", "map"},
    {"where", "filter"},
    {"select", "filter"},
    {"filterMap", "map"},
    {"mapNotNull", "filterMap"},
    {"filterNotNull", "filterMap"},
    {"compactMap", "filterMap"},
    {"collect", "toList"},
    {"toVec", "toList"},
    {"toMutableList", "toList"},
    {"selectMany", "flatMap"},
    {"orderBy", "sortedBy"},
    {"sortBy", "sortedBy"},
    {"sort", "sorted"},
    {"sorted", "sort"},
    {"sortDescending", "sortedDescending"},
    {"groupingBy", "groupBy"},
    {"unique", "distinct"},
    {"uniq", "distinct"},
    {"dedup", "distinct"},
    {"reverse", "reversed"},
    {"drop", "skip"},
    {"dropWhile", "skipWhile"},
    {"dropLast", "skipLast"},
    {"tail", "skip"},
    {"limit", "take"},
    {"some", "any"},
    {"exists", "any"},
    {"anyMatch", "any"},
    {"every", "all"},
    {"allMatch", "all"},
    {"noneMatch", "none"},
    {"mean", "average"},
    {"avg", "average"},
    {"joinToString", "join"},
    {"withIndex", "enumerate"},
    {"enumerated", "enumerate"},
    {"eachWithIndex", "enumerate"},
    {"forEachIndexed", "enumerate"},
    {"chunked", "chunks"},
    {"windowed", "windows"},
    {"asSequence", "iterator"},
    {"stream", "iterator"},
    {"iter", "iterator"},
    {"has", "containsKey"},
    {"hasKey", "containsKey"},
    {"includes", "containsKey"},
    {"has", "contains"},
    {"includes", "contains"},
    {"exists", "contains"},
    {"isSuperset", "isSubsetOf"},
    {"issubset", "isSubsetOf"},
    {"intersect", "intersection"},
    {"subtract", "difference"},
    {"keySet", "keys"},
    {"entrySet", "entries"},
    {"items", "entries"},
    {"getOrDefault", "getOr"},
    {"getOrElse", "getOr"},
    {"computeIfAbsent", "getOrPut"},
    {"getOrInsert", "getOrPut"},
    {"setdefault", "getOrPut"},
    {"compute", "update"},
    {"str", "toString"},
    {"getMessage", "message"},
    {"getCause", "cause"},
    {"hashCode", "hash"},
};

// Where another form is wanted: on arrays, maps, texts, lists, numbers, characters, things that can be walked
// through.
enum class On : std::uint8_t { Array, Map, Text, List, Number, Iterator, Any };

struct ForeignForm {
    std::string_view theirs;
    On on;
    std::string_view hint;
};

constexpr std::string_view kArraysAreFixed = "an array has a fixed length; a `List` grows: `List(xs)`";

constexpr ForeignForm kForms[] = {
    {"put", On::Map, "write `m[key] = value`"},
    {"set", On::Map, "write `m[key] = value`"},
    {"insert", On::Map, "write `m[key] = value`"},
    {"add", On::Map, "write `m[key] = value`"},
    {"push", On::Array, kArraysAreFixed},
    {"add", On::Array, kArraysAreFixed},
    {"append", On::Array, kArraysAreFixed},
    {"pop", On::Array, "an array has a fixed length; a `List` grows and shrinks: `List(xs)`"},
    {"remove", On::Array, "an array has a fixed length; a `List` grows and shrinks: `List(xs)`"},
    {"removeAt", On::Array, "an array has a fixed length; a `List` grows and shrinks: `List(xs)`"},
    {"concat", On::Array, "write `xs + ys`"},
    {"get", On::Array, "write `xs[i]`"},
    {"at", On::Array, "write `xs[i]`"},
    {"set", On::Array, "write `xs[i] = value`"},
    {"get", On::List, "write `xs[i]`"},
    {"at", On::List, "write `xs[i]`"},
    {"set", On::List, "write `xs[i] = value`"},
    {"unshift", On::List,
     "write `xs.insert(0, x)`; std.deque has a Deque, which is quicker at its beginning"},
    {"addFirst", On::List,
     "write `xs.insert(0, x)`; std.deque has a Deque, which is quicker at its beginning"},
    {"shift", On::List, "write `xs.removeAt(0)`; std.deque has a Deque, which is quicker at its beginning"},
    {"removeFirst", On::List,
     "write `xs.removeAt(0)`; std.deque has a Deque, which is quicker at its beginning"},
    {"get", On::Text, "write `s[i]`, for the character that begins at byte i"},
    {"at", On::Text, "write `s[i]`, for the character that begins at byte i"},
    {"concat", On::Text, "write `a + b`, or `\"${a}${b}\"`"},
    {"format", On::Text, "values stand in the text: `\"${x:.2f}\"`"},
    {"formatted", On::Text, "values stand in the text: `\"${x:.2f}\"`"},
    {"zfill", On::Text, "a format does this: `\"${n:05}\"`"},
    {"matches", On::Text, "std.regex has regular expressions"},
    {"match", On::Text, "std.regex has regular expressions"},
    {"toInt", On::Number, "write `int(x)`"},
    {"toLong", On::Number, "write `int(x)`"},
    {"toFloat", On::Number, "write `float(x)`"},
    {"toDouble", On::Number, "write `float(x)`"},
    {"toChar", On::Number, "write `char(x)`"},
    {"toByte", On::Number, "write `u8(x)`"},
    {"hasNext", On::Iterator, "`next()` gives null at the end"},
    {"isNotEmpty", On::Any, "write `!x.isEmpty`"},
    {"sumOf", On::Any, "write `.map(x => ...).sum()`"},
    {"sumBy", On::Any, "write `.map(x => ...).sum()`"},
    {"unwrap", On::Any, "it is never null: leave this out"},
    {"let", On::Any, "name the value with `let`"},
    {"also", On::Any, "name the value with `let`"},
    {"apply", On::Any, "name the value with `let`"},
    {"getClass", On::Any, "`is` asks for a type: `if x is Circle`"},
};

struct NullableForm {
    std::string_view theirs, hint;
};

constexpr NullableForm kOfNullables[] = {
    {"unwrap", "write `x!!`, which throws NullError where x is null"},
    {"expect", "write `x ?? throw StateError(...)`"},
    {"unwrapOr", "write `x ?? value`"},
    {"orElse", "write `x ?? value`"},
    {"getOrElse", "write `x ?? value`"},
    {"isSome", "write `x != null`"},
    {"isPresent", "write `x != null`"},
    {"isNone", "write `x == null`"},
    {"let", "write `if x != null { ... }`: x is no longer nullable in there"},
    {"ifPresent", "write `if x != null { ... }`: x is no longer nullable in there"},
    {"map", "write `x?.member`, or `if x != null { ... }`"},
    {"get", "write `x!!`, which throws NullError where x is null"},
};

std::string plain_name(std::string_view name) {
    std::string out;
    for (char c : name)
        if (c != '_') out += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    return out;
}

bool is_host(const Type* type, On on) {
    const auto is_named = [&](std::string_view name) {
        return type->is(TypeKind::Named) && type->symbol->name == name;
    };
    switch (on) {
        case On::Array:
            return type->is(TypeKind::Array);
        case On::Map:
            return is_named("Map") || is_named("SortedMap");
        case On::List:
            return is_named("List");
        case On::Text:
            return type->is(TypeKind::String);
        case On::Number:
            return type->is_primitive();
        case On::Iterator:
            return is_named("Iterator");
        case On::Any:
            return true;
    }
    return false;
}

}  // namespace

std::string foreign_member(const Type* type, std::string_view name, std::span<const std::string_view> names) {
    const std::string wanted = plain_name(name);
    const auto has = [&](std::string_view member) {
        return std::find(names.begin(), names.end(), member) != names.end();
    };
    const auto suggested = [](std::string_view member) { return "did you mean " + quote(member) + "?"; };
    if (type->is(TypeKind::Nullable)) {
        for (const NullableForm& n : kOfNullables)
            if (plain_name(n.theirs) == wanted) return std::string(n.hint);
        return {};
    }
    for (const ForeignForm& form : kForms)
        if (plain_name(form.theirs) == wanted && !has(form.theirs) && is_host(type, form.on))
            return std::string(form.hint);
    // to_string, ToString; getName.
    for (std::string_view member : names)
        if (plain_name(member) == wanted ||
            (wanted.starts_with("get") && plain_name(member) == wanted.substr(3)))
            return suggested(member);
    for (const ForeignMember& m : kMembers)
        if (plain_name(m.theirs) == wanted && has(m.ours)) return suggested(m.ours);
    return {};
}

std::string misspelt_foreign_member(std::string_view name, std::span<const std::string_view> names) {
    std::vector<std::string_view> theirs;
    for (const ForeignMember& m : kMembers)
        if (std::find(names.begin(), names.end(), m.ours) != names.end()) theirs.push_back(m.theirs);
    const std::string_view meant = nearest(name, theirs);
    for (const ForeignMember& m : kMembers)
        if (!meant.empty() && m.theirs == meant &&
            std::find(names.begin(), names.end(), m.ours) != names.end())
            return "did you mean " + quote(m.ours) + "?";
    return {};
}

}  // namespace skua::compiler
