#include "native/type_parser.h"

#include <string>
#include <vector>

#include "native/native_error.h"
#include "skua/vm/verifier.h"
#include "skua/vm/vm.h"

namespace skua::vm {

namespace {

constexpr std::size_t kMaxText = 4000;
constexpr std::size_t kShown = 200;  // in a message
constexpr std::pair<std::string_view, TypeKind> kSimple[] = {
    {"i8", TypeKind::I8},         {"i16", TypeKind::I16},   {"i32", TypeKind::I32},
    {"i64", TypeKind::I64},       {"u8", TypeKind::U8},     {"u16", TypeKind::U16},
    {"u32", TypeKind::U32},       {"u64", TypeKind::U64},   {"f32", TypeKind::F32},
    {"f64", TypeKind::F64},       {"bool", TypeKind::Bool}, {"char", TypeKind::Char},
    {"string", TypeKind::String}, {"void", TypeKind::Void},
};

class Parser {
public:
    Parser(Vm& vm, std::string_view text) : vm_(vm), text_(text), rest_(text) {}

    Result<const Type*> parse() {
        if (text_.size() > kMaxText) return malformed();
        const Type* type = any(0);
        if (type == nullptr || !rest_.empty()) return malformed();
        return type;
    }

private:
    Diagnostic malformed() const {
        return native_error("'" + std::string(text_.substr(0, kShown)) +
                            (text_.size() > kShown ? "..." : "") + "' is not the text of a type: see byte " +
                            std::to_string(text_.size() - rest_.size()));
    }

    bool take(std::string_view token) {
        if (!rest_.starts_with(token)) return false;
        rest_.remove_prefix(token.size());
        return true;
    }

    const Type* any(int depth) {
        if (depth > TypeTable::kMaxTypeDepth) return nullptr;
        const Type* type = plain(depth);
        while (type != nullptr && type->kind != TypeKind::Void && take("?")) {
            if (type->depth == 255) return nullptr;
            type = vm_.types().nullable(type);
        }
        return type;
    }

    // Types up to `end`, which is taken.
    bool list(std::string_view end, int depth, std::vector<const Type*>& types) {
        if (take(end)) return true;
        do {
            const Type* type = any(depth + 1);
            if (type == nullptr || type->kind == TypeKind::Void) return false;
            types.push_back(type);
        } while (take(","));
        return take(end);
    }

    const Type* plain(int depth) {
        if (take("[")) {
            const Type* element = any(depth + 1);
            return element != nullptr && element->kind != TypeKind::Void && take("]")
                       ? vm_.types().array(element)
                       : nullptr;
        }
        std::vector<const Type*> types;
        if (take("(")) {
            if (!list(")", depth, types)) return nullptr;
            if (take("->")) {
                const Type* result = any(depth + 1);
                return result != nullptr ? vm_.types().function(types, result) : nullptr;
            }
            if (types.size() > 1) return vm_.types().tuple(types);
            // Around a function type that may be null.
            const bool function = types.size() == 1 && types[0]->kind == TypeKind::Function;
            return function && rest_.starts_with("?") ? types[0] : nullptr;
        }
        std::size_t n = 0;
        while (n < rest_.size() && std::string_view("[](),?<>-").find(rest_[n]) == std::string_view::npos)
            n++;
        const std::string_view name = rest_.substr(0, n);
        if (name.empty()) return nullptr;
        rest_.remove_prefix(n);
        for (const auto& [text, kind] : kSimple)
            if (name == text) return vm_.types().simple(kind);
        if (take("<") && (!list(">", depth, types) || types.empty())) return nullptr;
        return vm_.types().named(vm_.app_loader().home_of(name), name, types);
    }

    Vm& vm_;
    std::string_view text_, rest_;
};

// check_type lets missing classes pass, since code that names them may never run.
Result<void> check_names(const Type* type) {
    if (type->kind == TypeKind::Named) {
        auto def = Loader::resolve(type);
        if (!def) return std::move(def).error();
    }
    for (const Type* part : type->args) SKUA_TRY(check_names(part));
    return {};
}

}  // namespace

Result<const Type*> parse_type(Vm& vm, std::string_view text) {
    auto type = Parser(vm, text).parse();
    if (!type) return type;
    SKUA_TRY(check_names(*type));
    // A module is no type of values, but has functions.
    if ((*type)->kind == TypeKind::Named) {
        auto def = Loader::resolve(*type);
        if (def && (*def)->kind == classfile::DeclKind::Module) return type;
    }
    SKUA_TRY(check_type(vm.types(), vm.app_loader(), *type));
    return type;
}

}  // namespace skua::vm
