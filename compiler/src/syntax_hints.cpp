#include "syntax_hints.h"

#include <algorithm>
#include <fmt/format.h>
#include <span>

namespace skua::compiler {
namespace {

using K = TokenKind;

struct Word {
    std::string_view theirs, hint;
};

std::string_view look_up(std::span<const Word> table, std::string_view word) {
    for (const Word& w : table)
        if (w.theirs == word) return w.hint;
    return {};
}

constexpr std::string_view kDeclareVariable = "variables are declared with `let` or `var`: `let x = ...`";
constexpr std::string_view kDeclareFunction = "functions are declared with `fn`";
constexpr std::string_view kLambda = "a lambda is written `x => ...`";
constexpr std::string_view kConstructor =
    "the parameters of the constructor follow the name of the class: `class Point(let x: int)`";
constexpr std::string_view kCatch = "write `catch e: Error { ... }`";
constexpr std::string_view kFor = "write `for i in 0..n { ... }`";

// Words that stand where an operator or the end of the statement was expected.
constexpr Word kInfix[] = {
    {"and", "write `&&`"},
    {"or", "write `||`"},
    {"xor", "write `!=` for two `bool`, `^` for two integers"},
    {"not", "write `!`"},
    {"mod", "write `%`"},
    {"div", "write `/`: of two integers it is an integer"},
    {"instanceof", "write `is`"},
    {"then", "leave out `then`; the branches stand in braces"},
    {"do", "leave out `do`; the body stands in braces"},
    {"elif", "write `else if`"},
    {"elsif", "write `else if`"},
    {"elseif", "write `else if`"},
    {"extends", "supertypes follow a `:`"},
    {"implements", "supertypes follow a `:`"},
    {"throws", "leave it out: which errors a function throws is not declared"},
    {"where", "bounds are written where the type parameter is declared: `<T: Comparable<T>>`"},
    {"step", "write `(0..10).step(2)`"},
    {"downTo", "write `(0..n).reversed()`"},
    {"to", "ranges are written `a..b`, or `a..=b` with b"},
    {"until", "ranges are written `a..b`, or `a..=b` with b"},
    {"of", "write `in`"},
    {"unless", "write `if !(...) { ... }`"},
};

// Words that begin a statement.
constexpr Word kStatements[] = {
    {"const", "write `let`"},
    {"val", "write `let`"},
    {"final", "leave out `final`: a `let` is"},
    {"auto", kDeclareVariable},
    {"def", kDeclareFunction},
    {"func", kDeclareFunction},
    {"function", kDeclareFunction},
    {"fun", kDeclareFunction},
    {"async", "leave it out"},
    {"print", "write `print(...)`, or `println(...)` for a line"},
    {"println", "write `println(...)`"},
    {"echo", "write `println(...)`"},
    {"puts", "write `println(...)`"},
    {"raise", "write `throw`"},
    {"assert", "write `assert(...)`"},
    {"delete", "leave it out: what is not used any more is removed by itself"},
    {"del", "leave it out: what is not used any more is removed by itself"},
    {"goto", "loops are left by `break`, with a label if need be"},
    {"switch", "write `match`"},
    {"when", "write `match`"},
    {"case", "arms of a `match` are written `value => ...`, without `case`"},
    {"do", "write `while true { ... }` and leave it with `break`"},
    {"loop", "write `while true { ... }`"},
    {"repeat", "write `while true { ... }` and leave it with `break`"},
    {"foreach", "write `for x in xs { ... }`"},
    {"until", "write `while !(...) { ... }`"},
    {"unless", "write `if !(...) { ... }`"},
    {"elif", "write `else if`"},
    {"elsif", "write `else if`"},
    {"with", "write `use x = ...`"},
    {"using", "write `use x = ...`"},
    {"defer", "write `use x = ...` for what has a `close()`, or `try { ... } finally { ... }`"},
    {"from", "imports stand at the top of the file: `import std.math.{sqrt}`"},
};

// Words that stand before an operand.
constexpr Word kPrefix[] = {
    {"new", "leave out `new`: objects are made by a call"},
    {"not", "write `!`"},
    {"lambda", kLambda},
    {"await", "leave out `await`"},
    {"ref", "leave it out: objects are references, structs are copied"},
    {"mut", "write `var` instead of `let mut`"},
    {"f", "leave out the `f`: every string may hold `${...}`"},
    {"b", "the bytes of a text are `\"...\".bytes()`"},
    {"R", "write `r\"...\"`"},
};

// Words that begin a declaration.
constexpr Word kDeclarations[] = {
    {"function", kDeclareFunction},
    {"func", kDeclareFunction},
    {"def", kDeclareFunction},
    {"fun", kDeclareFunction},
    {"void", kDeclareFunction},
    {"const", "write `let`"},
    {"val", "write `let`"},
    {"trait", "write `interface`"},
    {"protocol", "write `interface`"},
    {"impl", "methods stand inside of the type's braces; `extend` adds some to other types"},
    {"namespace", "leave it out: a file is a module"},
    {"package", "leave it out: a file is a module, named by its path"},
    {"module", "leave it out: a file is a module, named by its path"},
    {"object", "write functions and `let` of the module, or a class with `static` members"},
    {"type", "a type has one name: aliases are not part of the language"},
    {"typedef", "a type has one name: aliases are not part of the language"},
    {"alias", "a type has one name: aliases are not part of the language"},
    {"record", "write `struct`"},
    {"data", "write `struct`, whose values are compared by their fields"},
    {"sealed", "leave it out: types are closed unless they are `open`"},
    {"final", "leave it out: types are closed unless they are `open`"},
    {"public", "write `pub`"},
    {"export", "write `pub`"},
    {"protected", "leave it out: what is not `pub` is private to its module"},
    {"internal", "leave it out: what is not `pub` is private to its module"},
    {"async", "leave it out"},
    {"from", "write `import std.math.{sqrt}`"},
    {"using", "write `import`"},
    {"include", "write `import`"},
    {"require", "write `import`"},
    {"native", "write `native(\"plugin\") fn name(...)`"},
    {"test", "write `test \"name\" { ... }`"},
    {"get", "properties stand inside of types"},
    {"init", "`init` blocks stand inside of classes"},
};

constexpr Word kMembers[] = {
    {"function", "methods are declared with `fn`"},
    {"func", "methods are declared with `fn`"},
    {"def", "methods are declared with `fn`"},
    {"fun", "methods are declared with `fn`"},
    {"void", "methods are declared with `fn`"},
    {"constructor", kConstructor},
    {"init", kConstructor},
    {"new", kConstructor},
    {"const", "write `let`"},
    {"val", "write `let`"},
    {"final", "leave it out: methods are closed unless they are `open`"},
    {"public", "leave it out: members are public unless they are `private`"},
    {"protected", "members are public unless they are `private`"},
    {"internal", "members are public unless they are `private`"},
    {"set", "a property is only read; write a method that sets it, or a `var`"},
    {"get", "write `get name: int = ...`"},
    {"case", "cases of an enum are written without `case`"},
    {"test", "tests stand outside of types"},
};

bool is_builtin_type(std::string_view s) {
    static constexpr std::string_view kTypes[] = {"int",   "float", "bool",    "string", "char",   "i8",
                                                  "i16",   "i32",   "i64",     "u8",     "u16",    "u32",
                                                  "u64",   "f32",   "f64",     "void",   "double", "long",
                                                  "short", "byte",  "boolean", "String", "Int"};
    return std::find(std::begin(kTypes), std::end(kTypes), s) != std::end(kTypes);
}

class Hints {
public:
    Hints(std::string_view source, const std::vector<Token>& tokens, const SyntaxError& error,
          std::size_t found)
        : source_(source), tokens_(tokens), error_(error), found_(found) {}

    std::string_view find() const {
        for (auto part : {&Hints::of_ranges, &Hints::in_head, &Hints::in_declaration, &Hints::in_type,
                          &Hints::of_symbols, &Hints::of_words}) {
            const std::string_view hint = (this->*part)();
            if (!hint.empty()) return hint;
        }
        return {};
    }

private:
    K kind(std::size_t i) const { return i < tokens_.size() ? tokens_[i].kind : K::None; }
    std::string_view text(std::size_t i) const {
        return i < tokens_.size() ? source_.substr(tokens_[i].start, tokens_[i].end - tokens_[i].start)
                                  : std::string_view();
    }
    // The token `back` before the place; 1 is the one that was accepted last.
    std::size_t before(std::size_t back) const {
        return error_.token >= back ? error_.token - back : tokens_.size();
    }
    K last() const { return kind(before(1)); }
    Rule rule(std::size_t up = 0) const {
        return up < error_.rules.size() ? error_.rules[error_.rules.size() - 1 - up] : Rule::Module;
    }
    bool inside(Rule r) const {
        return std::find(error_.rules.begin(), error_.rules.end(), r) != error_.rules.end();
    }
    // Does the last token begin its statement?
    bool last_begins() const {
        const K k = kind(before(2));
        return k == K::None || k == K::Terminator || k == K::LBrace || k == K::ArrowBrace || k == K::RBrace;
    }

    // `a...b`, `xs[a..]` and `xs[..b]`, which other languages have.
    std::string_view of_ranges() const {
        const K f = kind(found_);
        if ((f == K::RBracket && last() == K::RangeExclusive) ||
            (f == K::RangeExclusive && last() == K::LBracket))
            return "a range has both ends: `xs[0..n]`, `xs[n..xs.len]`";
        const auto is_operand = [](K k) { return k == K::Int || k == K::Name || k == K::Char; };
        return f == K::Ellipsis && is_operand(kind(found_ + 1)) && (is_operand(last()) || last() == K::RParen)
                   ? "`a..b` leaves out b, `a..=b` has it"
                   : std::string_view();
    }

    // Heads of loops, branches, catch.
    std::string_view in_head() const {
        const K f = kind(found_);
        if (rule() == Rule::ForLoop || rule() == Rule::Binding || rule() == Rule::BindingPart) {
            if (f == K::Let || f == K::Var)
                return last() == K::LParen ? kFor : "leave out `let`: `for x in xs`";
            if (error_.expected == K::In && (f == K::Colon || text(found_) == "of"))
                return "write `for x in xs`";
            if (error_.expected == K::In && f == K::Comma) return "write `for (key, value) in map { ... }`";
            if (f == K::In && inside(Rule::ForLoop))
                return "write it without parentheses: `for x in xs { ... }`";
        }
        if (rule() == Rule::CatchClause || (rule() == Rule::Block && rule(1) == Rule::CatchClause)) {
            if (f == K::LParen || f == K::Name) return kCatch;
        }
        if (error_.expected == K::LBrace && f != K::Terminator) {
            const std::string_view word = look_up(kInfix, text(found_));
            if (f == K::Name && !word.empty()) return word;
            if (f == K::FatArrow) return "greater or equal is `>=`";
            if (f == K::Assign && (rule(1) == Rule::IfExpr || rule(1) == Rule::WhileLoop))
                return "write `==` to compare";
            switch (rule(1)) {
                case Rule::IfExpr:
                    return last() == K::Name && text(before(1)) == "not"
                               ? "write `!`"
                               : "braces are needed: `if x { ... }`";
                case Rule::WhileLoop:
                case Rule::ForLoop:
                    return "braces are needed: `while x { ... }`, `for x in xs { ... }`";
                case Rule::TryExpr:
                    return "braces are needed: `try { ... }`";
                default:
                    break;
            }
        }
        if (rule() == Rule::IfExpr && last() == K::Else) return "braces are needed: `else { ... }`";
        return {};
    }

    std::string_view in_declaration() const {
        const K f = kind(found_);
        const std::string_view word = text(found_);
        switch (rule()) {
            case Rule::StrayTop: {
                if (f == K::Use) return "write `import`";
                if (f == K::Name && is_builtin_type(word))
                    return kind(found_ + 2) == K::LParen ? kDeclareFunction : kDeclareVariable;
                if (const auto hint = look_up(kDeclarations, word); !hint.empty()) return hint;
                switch (f) {
                    case K::Name:
                    case K::If:
                    case K::For:
                    case K::While:
                    case K::Return:
                    case K::ReturnBare:
                    case K::Throw:
                    case K::Match:
                    case K::Try:
                    case K::This:
                    case K::LabelName:
                        return "statements stand inside functions; a program begins in `fn main()`";
                    default:
                        return {};
                }
            }
            case Rule::StrayMember:
            case Rule::StrayEnumItem:
                if (const auto hint = look_up(kMembers, word); !hint.empty()) return hint;
                if (f != K::Name) {
                    if (f == K::If || f == K::For || f == K::While || f == K::Return || f == K::ReturnBare)
                        return "statements stand inside methods, or in `init { ... }`";
                    if (f == K::Import) return "imports stand at the top of the file";
                    return {};
                }
                if (kind(found_ + 1) == K::LParen)
                    return word.front() >= 'A' && word.front() <= 'Z' ? kConstructor
                                                                      : "methods are declared with `fn`";
                return "fields begin with `let` or `var`, methods with `fn`";
            case Rule::Member:  // private String name;
            case Rule::Declaration:
                if (f == K::Name && kind(found_ + 1) == K::Name)
                    return kind(found_ + 2) == K::LParen ? "the result type follows: `fn name(): string`"
                                                         : "the type follows the name: `let name: string`";
                break;
            case Rule::EnumItem:
                if (text(before(1)) == "case") return "cases of an enum are written without `case`";
                if (f == K::Assign) return "a case has no number; give it a payload or a property";
                if (f == K::Name) return "cases are separated by `,` or stand on lines of their own";
                break;
            case Rule::EnumDecl:
            case Rule::EnumBody:
                if (f == K::LParen)
                    return "an enum has no parameters; its cases may have: `Circle(r: float)`";
                break;
            case Rule::ImportDecl:
            case Rule::ImportTail:
            case Rule::ImportName:
                if (f == K::String) return "write the module's name without quotes: `import std.math`";
                if (f == K::Dot) return "module names begin at the source root";
                break;
            case Rule::TopItem:
                if (kind(before(1)) == K::Name || kind(before(1)) == K::RBrace) {
                    if (f == K::As && inside(Rule::TopItem)) return "write `import m = std.math`";
                    if (f == K::Slash) return "the parts of a module's name are joined by dots: `std.math`";
                }
                break;
            case Rule::FunctionName:
                if (f == K::Bang || f == K::Tilde)
                    return "prefix operators are declared as `fn unary!()`, `fn unary~()`";
                if (f == K::NotEqual) return "`!=` follows from `==`";
                if (f >= K::Assign && f <= K::IsNot) return "this operator cannot be declared";
                break;
            case Rule::FunctionDecl:
                if (error_.expected == K::LParen && f == K::LBrace)
                    return "write `()`, also where there are none";
                break;
            case Rule::PropertyDecl:
                if (f == K::LParen) return "a property has no parameters: write `fn`";
                if (f == K::Assign) return "write its type: `get name: int = ...`";
                break;
            case Rule::TypeParams:
            case Rule::TypeParam:
                if (word == "extends" || word == "implements" || f == K::Is)
                    return "a bound follows a `:`: `T: Named`";
                break;
            case Rule::Param:
                if (error_.expected == K::Colon && f == K::Name)
                    return is_builtin_type(text(before(1))) ? "the name comes first: `x: int`"
                                                            : "the type follows a `:`: `x: int`";
                break;
            default:
                break;
        }
        if (error_.expected == K::Terminator && (rule() == Rule::TopItem || rule() == Rule::MemberItem)) {
            if (f == K::Plus && inside(Rule::TopItem)) return "supertypes are separated by `,`";
            if (f == K::Name && last() == K::RParen) return "the result type follows a `:`: `fn f(): int`";
        }
        return {};
    }

    std::string_view in_type() const {
        const K f = kind(found_);
        if (rule() == Rule::Type || rule() == Rule::NamedType) {
            switch (f) {
                case K::Question:
                    return "the `?` follows the type: `int?`";
                case K::Amp:
                case K::Star:
                    return "there are no pointer types: objects are references, structs are copied";
                case K::LBrace:
                    if (inside(Rule::ResultType)) return "leave out the `:`, or name the type";
                    return last() == K::Colon ? "a set is `Set<int>`, a map `Map<string, int>`"
                                              : std::string_view();
                case K::Ellipsis:
                    return "the dots follow the type: `xs: int...`";
                case K::Fn:
                    return "a function type is written `(int) -> int`";
                case K::LParen:
                case K::RParen:
                    if (kind(found_ + 1) == K::FatArrow || last() == K::FatArrow)
                        return "a function type is written `(int) -> int`";
                    break;
                default:
                    break;
            }
            if (kind(before(2)) == K::LBracket || last() == K::Name) {
                if (f == K::Colon) return "a map is `Map<string, int>`";
                if (f == K::Terminator) return "the length is no part of the type: `[int]`";
            }
            if (f == K::FatArrow) return "a function type is written `(int) -> int`";
            if (f == K::LambdaParen) return "a function type is written `(int) -> int`";
        }
        if (last() == K::Name && (kind(before(2)) == K::Colon || kind(before(2)) == K::LBracket)) {
            switch (f) {
                case K::Pipe:
                    return "there are no union types: declare an enum";
                case K::Star:
                    return "there are no pointer types: objects are references, structs are copied";
                case K::LBracket:
                    return "an array is `[int]`, and type arguments are written `List<int>`";
                case K::Colon:
                    return "a map is `Map<string, int>`";
                case K::Arrow:
                    return "a function type is written `(int) -> int`";
                case K::Terminator:
                    if (kind(before(2)) == K::LBracket) return "the length is no part of the type: `[int]`";
                    break;
                default:
                    break;
            }
        }
        return {};
    }

    std::string_view of_symbols() const {
        const K f = kind(found_), after = kind(found_ + 1);
        if ((last() == K::Let || last() == K::Var) && (f == K::LBracket || f == K::LBrace))
            return "a tuple or struct is taken apart by `let (a, b) = ...`";
        if (f == K::LBracket && error_.expected != K::FatArrow &&
            (rule() == Rule::StrayArm || rule() == Rule::Pattern || rule() == Rule::SinglePattern))
            return "arrays have no patterns: match their `len`";
        switch (f) {
            case K::Question:
                if (after == K::LBracket) return "test it for null first";
                if (after == K::Colon && tokens_[found_ + 1].glued) return "write `a ?? b`";
                return "write `if a { b } else { c }`";
            case K::Arrow:
                return inside(Rule::MatchArm) && error_.expected == K::FatArrow ? "write `=>`" : kLambda;
            case K::Colon:
                if (rule() == Rule::MatchArm) return "write `=>`";
                if (after == K::Colon)
                    return "write `.` for members; type arguments follow the name: `id<int>(3)`";
                if (after == K::Assign) return kDeclareVariable;
                if (error_.expected == K::RBracket) return "a part is written `xs[a..b]`";
                if (last() == K::Name && last_begins()) return kDeclareVariable;
                return {};
            case K::Assign:
                return rule() == Rule::MatchArm ? "write `=>`" : std::string_view();
            case K::FatArrow:
                if (inside(Rule::Primary) && !inside(Rule::MatchArm))
                    return "a key and its value are joined by `:`";
                return {};
            case K::Star:
            case K::StarAssign:
                return last() == K::Star ? "powers are `math.pow(a, b)` of std.math" : std::string_view();
            case K::Greater:
                if (last() == K::Less) return "write `!=`";
                if (last() == K::LessEqual) return "write `a.compareTo(b)`";
                return {};
            case K::Less:
                if (last() == K::RangeExclusive) return "`a..b` leaves out b, `a..=b` has it";
                return last() == K::Assign ? "write `<=`" : std::string_view();
            case K::Pipe:
                return kLambda;
            case K::Fn:
                return rule() == Rule::CallArgs || rule() == Rule::Primary ? kLambda : std::string_view();
            case K::Ellipsis:
                return error_.expected == K::RParen ? "only functions that are declared can be variadic"
                                                    : std::string_view();
            case K::Bang:
                if (last() == K::Name &&
                    (after == K::LParen || after == K::String || after == K::StringBegin))
                    return "leave out the `!`";
                return last() == K::Name || last() == K::RParen || last() == K::RBracket
                           ? "test it for null first, or write `?? throw ...`"
                           : std::string_view();
            case K::Comma:
                if (error_.expected == K::RBracket) return "one index after the other: `xs[a][b]`";
                if (error_.expected != K::Terminator) return {};
                if (kind(before(2)) == K::Let || kind(before(2)) == K::Var) return "write `let (a, b) = ...`";
                return "several values are a tuple: `(a, b)`";
            case K::In:
                return "write `xs.contains(x)`";
            case K::ArgName:
                return last() == K::LParen ? "a lambda is written `(x: int) => ...`" : std::string_view();
            case K::For:
                return last() == K::Name || last() == K::Int || last() == K::RParen || last() == K::RBracket
                           ? "write `xs.map(x => ...)`, `xs.filter(x => ...)`"
                           : std::string_view();
            case K::Dot:
                if (after == K::Int && tokens_[found_ + 1].glued) return "write the 0: `0.5`";
                return {};
            case K::LBrace:
                if (inside(Rule::CallArgs) && (last() == K::LParen || last() == K::Comma)) return kLambda;
                if (last() == K::Assign)
                    return kind(before(2)) == K::RParen || kind(before(3)) == K::Colon
                               ? "leave out the `=`"
                               : "lists and maps are written `[...]`, and `if` and `match` have values";
                if (error_.expected == K::Terminator && last() == K::Name) {
                    if (const auto hint = look_up(kStatements, text(before(1)));
                        last_begins() && !hint.empty())
                        return hint;
                    const char c = text(before(1)).front();
                    return c >= 'A' && c <= 'Z'
                               ? "objects are made by a call: `Point(1, 2)`"
                               : "arguments stand in parentheses, lambdas too: `f(x => ...)`";
                }
                return {};
            case K::Terminator:
                if (error_.expected == K::None && last() == K::Dot && kind(before(2)) == K::Int)
                    return "write the 0: `3.0`";
                return {};
            case K::Else:
                return rule() == Rule::StrayArm ? "the arm for everything else is `_ => ...`"
                                                : std::string_view();
            case K::String:
                return last() == K::Dot ? "texts are joined by `+`" : std::string_view();
            default:
                return {};
        }
    }

    std::string_view of_words() const {
        const K f = kind(found_);
        const std::string_view word = text(found_), previous = text(before(1));
        if (rule() == Rule::MatchArm && previous == "case")
            return "arms are written `value => ...`, without `case`";
        if (f == K::Name) {
            if (const auto hint = look_up(kInfix, word); !hint.empty()) return hint;
        }
        if (f == K::LBrace && last() == K::RParen) return of_word_before_parentheses();
        if (last() == K::Name) {
            if (last_begins()) {
                if (is_builtin_type(previous) && f == K::Name) return kDeclareVariable;
                if (const auto hint = look_up(kStatements, previous); !hint.empty()) return hint;
            }
            const K before_last = kind(before(2));
            if (before_last == K::Let || before_last == K::Var) {
                if (previous == "mut") return "write `var` instead of `let mut`";
                if (is_builtin_type(previous)) return "the type follows the name: `let x: int`";
                if (is_builtin_type(word)) return "the type follows a `:`: `let x: int`";
            }
            const bool text_follows = f == K::String || f == K::StringBegin;
            if (previous.size() > 1 || text_follows) {
                if (const auto hint = look_up(kPrefix, previous); !hint.empty()) return hint;
            }
        }
        if (error_.expected == K::Terminator && (rule() == Rule::Statement) && begins_statement(f))
            return "one statement a line, or `;` between them";
        return {};
    }

    // `switch (x) {`
    std::string_view of_word_before_parentheses() const {
        std::size_t depth = 0, back = 1;
        for (K k = kind(before(back)); k != K::None; k = kind(before(++back))) {
            if (k == K::RParen) ++depth;
            if (k == K::LParen && --depth == 0) break;
        }
        const std::size_t word = before(back + 1);
        return kind(word) == K::Name ? look_up(kStatements, text(word)) : std::string_view();
    }

    static bool begins_statement(K k) {
        return k == K::Name || k == K::Let || k == K::Var || k == K::If || k == K::For || k == K::While ||
               k == K::Return || k == K::Match || k == K::Int || k == K::Float || k == K::String ||
               k == K::StringBegin || k == K::LambdaName;
    }

    std::string_view source_;
    const std::vector<Token>& tokens_;
    const SyntaxError& error_;
    std::size_t found_;
};

}  // namespace

std::string syntax_hint(std::string_view source, const std::vector<Token>& tokens, const SyntaxError& error,
                        std::size_t found) {
    return std::string(Hints(source, tokens, error, found).find());
}

}  // namespace skua::compiler
