#include "types.h"

#include "symbols.h"

namespace skua::compiler {

unsigned Type::bits() const {
    switch (kind) {
        case TypeKind::I8:
        case TypeKind::U8:
            return 8;
        case TypeKind::I16:
        case TypeKind::U16:
            return 16;
        case TypeKind::I32:
        case TypeKind::U32:
        case TypeKind::F32:
            return 32;
        default:
            return 64;
    }
}

bool Type::is_class() const {
    return kind == TypeKind::Named && symbol->is_class();
}
bool Type::is_interface() const {
    return kind == TypeKind::Named && symbol->is_interface();
}
bool Type::is_struct() const {
    return kind == TypeKind::Named && symbol->is_struct();
}

bool Type::is_reference() const {
    switch (kind) {
        case TypeKind::String:
        case TypeKind::Array:
        case TypeKind::Function:
            return true;
        case TypeKind::Named:
            return !symbol->is_struct();
        default:
            return false;
    }
}

bool Type::is_value() const {
    if (is_primitive() || kind == TypeKind::Tuple) return true;
    if (kind == TypeKind::Named) return symbol->is_struct();
    return kind == TypeKind::Nullable && !inner()->is_reference() && inner()->kind != TypeKind::Var;
}

namespace {

std::size_t mix(std::size_t h, std::size_t v) {
    return (h ^ v) * 0x9E3779B97F4A7C15ull + (h >> 29);
}

}  // namespace

std::size_t TypeContext::Hash::operator()(const Type* t) const {
    std::size_t h = static_cast<std::size_t>(t->kind) * 131 + t->index;
    h = mix(h, reinterpret_cast<std::size_t>(t->symbol));
    h = mix(h, reinterpret_cast<std::size_t>(t->param));
    for (const Type* a : t->args) h = mix(h, reinterpret_cast<std::size_t>(a));
    return h;
}

bool TypeContext::Equal::operator()(const Type* a, const Type* b) const {
    return a->kind == b->kind && a->index == b->index && a->symbol == b->symbol && a->param == b->param &&
           std::equal(a->args.begin(), a->args.end(), b->args.begin(), b->args.end());
}

TypeContext::TypeContext(Arena& arena) : arena_(arena) {
    for (std::size_t i = 0; i < simple_.size(); ++i) {
        auto kind = static_cast<TypeKind>(i);
        Type t{kind};
        t.has_error = kind == TypeKind::Error;
        simple_[i] = arena_.make<Type>(t);
    }
    i8 = primitive(TypeKind::I8), i16 = primitive(TypeKind::I16), i32 = primitive(TypeKind::I32);
    int_ = primitive(TypeKind::I64), u8 = primitive(TypeKind::U8), u16 = primitive(TypeKind::U16);
    u32 = primitive(TypeKind::U32), u64 = primitive(TypeKind::U64), f32 = primitive(TypeKind::F32);
    float_ = primitive(TypeKind::F64), bool_ = primitive(TypeKind::Bool), char_ = primitive(TypeKind::Char);
    string = primitive(TypeKind::String), void_ = primitive(TypeKind::Void),
    never = primitive(TypeKind::Never);
    null = primitive(TypeKind::Null), error = primitive(TypeKind::Error);
}

const Type* TypeContext::intern(Type candidate) {
    unsigned depth = 1;
    for (const Type* a : candidate.args) {
        candidate.has_vars |= a->has_vars;
        candidate.has_infer |= a->has_infer;
        candidate.has_error |= a->has_error;
        depth = std::max(depth, a->depth + 1u);
    }
    // A type nested beyond the limit can only come from a program that grows types without end;
    // the declaration that does so is reported where it is resolved.
    if (depth > Type::kMaxDepth) return error;
    candidate.depth = static_cast<std::uint16_t>(depth);
    if (auto it = types_.find(&candidate); it != types_.end()) return *it;
    candidate.args = arena_.copy(candidate.args);
    const Type* made = arena_.make<Type>(candidate);
    types_.insert(made);
    return made;
}

const Type* TypeContext::array(const Type* element) {
    if (element->is(TypeKind::Error)) return element;
    Type t{TypeKind::Array};
    t.args = {&element, 1};
    return intern(t);
}

const Type* TypeContext::nullable(const Type* inner) {
    if (inner->is(TypeKind::Error) || inner->is(TypeKind::Never) || inner->is(TypeKind::Void)) return inner;
    Type t{TypeKind::Nullable};
    t.args = {&inner, 1};
    return intern(t);
}

const Type* TypeContext::tuple(std::span<const Type* const> elements) {
    Type t{TypeKind::Tuple};
    t.args = elements;
    return intern(t);
}

const Type* TypeContext::function(std::span<const Type* const> params, const Type* result) {
    std::vector<const Type*> args(params.begin(), params.end());
    args.push_back(result);
    Type t{TypeKind::Function};
    t.args = args;
    return intern(t);
}

const Type* TypeContext::named(TypeSymbol* symbol, std::span<const Type* const> args) {
    Type t{TypeKind::Named};
    t.symbol = symbol;
    t.args = args;
    return intern(t);
}

const Type* TypeContext::var(TypeParamSymbol* param) {
    Type t{TypeKind::Var};
    t.param = param;
    t.has_vars = true;
    return intern(t);
}

const Type* TypeContext::infer(std::uint32_t index) {
    Type t{TypeKind::Infer};
    t.index = index;
    t.has_infer = true;
    return intern(t);
}

template <typename Replace>
const Type* TypeContext::rebuild(const Type* type, const Replace& replace) {
    const Type* small[8];
    std::vector<const Type*> large;
    const Type** args = small;
    if (type->args.size() > 8) {
        large.resize(type->args.size());
        args = large.data();
    }
    bool changed = false;
    for (std::size_t i = 0; i < type->args.size(); ++i) {
        args[i] = replace(type->args[i]);
        changed |= args[i] != type->args[i];
    }
    if (!changed) return type;
    if (type->kind == TypeKind::Nullable) return nullable(args[0]);
    Type t{type->kind};
    t.symbol = type->symbol;
    t.args = {args, type->args.size()};
    return intern(t);
}

const Type* TypeContext::substitute(const Type* type, const Substitution& s) {
    if (type == nullptr || !type->has_vars || s.empty()) return type;
    if (type->kind == TypeKind::Var) {
        auto list = type->param->of_function ? s.function_args : s.type_args;
        if (type->param->index < list.size() && list[type->param->index] != nullptr)
            return list[type->param->index];
        return type;
    }
    return rebuild(type, [&](const Type* t) { return substitute(t, s); });
}

const Type* TypeContext::replace_infer(const Type* type, std::span<const Type* const> solutions) {
    if (type == nullptr || !type->has_infer) return type;
    if (type->kind == TypeKind::Infer) {
        if (type->index < solutions.size() && solutions[type->index] != nullptr)
            return solutions[type->index];
        return type;
    }
    return rebuild(type, [&](const Type* t) { return replace_infer(t, solutions); });
}

std::span<const Type* const> TypeContext::substitute(std::span<const Type* const> types,
                                                     const Substitution& s) {
    std::vector<const Type*> out;
    out.reserve(types.size());
    for (const Type* t : types) out.push_back(substitute(t, s));
    return list(out);
}

namespace {

constexpr std::string_view kSourceNames[] = {"i8",  "i16", "i32",   "int",  "u8",   "u16",   "u32",
                                             "u64", "f32", "float", "bool", "char", "string"};
constexpr std::string_view kLinkNames[] = {"i8",  "i16", "i32", "i64",  "u8",   "u16",   "u32",
                                           "u64", "f32", "f64", "bool", "char", "string"};

// `link` chooses the class-file text form.
void write(std::string& out, const Type* t, bool link) {
    auto write_list = [&](std::span<const Type* const> types) {
        for (std::size_t i = 0; i < types.size(); ++i) {
            if (i != 0) out += link ? "," : ", ";
            write(out, types[i], link);
        }
    };
    switch (t->kind) {
        case TypeKind::Array:
            out += '[';
            write(out, t->element(), link);
            out += ']';
            break;
        case TypeKind::Named:
            out += link ? t->symbol->qualified_name : t->symbol->name;
            if (!t->args.empty()) {
                out += '<';
                write_list(t->args);
                out += '>';
            }
            break;
        case TypeKind::Var:
            out += t->param->name;
            break;
        case TypeKind::Function:
            out += '(';
            write_list(t->params());
            out += link ? ")->" : ") -> ";
            write(out, t->result(), link);
            break;
        case TypeKind::Nullable: {
            bool paren = t->inner()->is(TypeKind::Function);
            if (paren) out += '(';
            write(out, t->inner(), link);
            if (paren) out += ')';
            out += '?';
            break;
        }
        case TypeKind::Tuple:
            out += '(';
            write_list(t->args);
            out += ')';
            break;
        case TypeKind::Void:
            out += "void";
            break;
        case TypeKind::Never:
            out += "never";
            break;
        case TypeKind::Null:
            out += "null";
            break;
        case TypeKind::Error:
            out += "?";
            break;
        case TypeKind::Infer:
            out += "_";
            break;
        default:
            out += (link ? kLinkNames : kSourceNames)[static_cast<std::size_t>(t->kind)];
            break;
    }
}

}  // namespace

std::string to_string(const Type* type) {
    std::string out;
    write(out, type, false);
    return out;
}

std::string link_text(const Type* type) {
    std::string out;
    write(out, type, true);
    return out;
}

}  // namespace skua::compiler
