#include "tree_builder.h"

#include <algorithm>
#include <fmt/format.h>

namespace skua::compiler {

using namespace ast;

namespace {
constexpr int kMaxNullable = 8;       // T????????
constexpr int kMaxFunctionType = 64;  // () -> () -> ...
}  // namespace

TreeBuilder::TreeBuilder(SourceFile& file, const TokenList& tokens, const EventList& events, Arena& arena,
                         DiagnosticSink& sink)
    : file_(file),
      file_id_(file.id()),
      source_(file.text()),
      tokens_(tokens),
      events_(events.events),
      skipped_(events.skipped),
      arena_(arena),
      sink_(sink) {}

std::uint32_t TreeBuilder::start() const {
    for (std::size_t i = pos_; i < events_.size(); ++i)
        if ((events_[i] & 3) == static_cast<std::uint32_t>(EventTag::Token))
            return tokens_.tokens[events_[i] >> 2].start;
    return static_cast<std::uint32_t>(source_.size());
}

std::string_view TreeBuilder::doc(std::uint32_t token) const {
    const auto it = std::lower_bound(tokens_.docs.begin(), tokens_.docs.end(), token,
                                     [](const DocComment& d, std::uint32_t t) { return d.token < t; });
    return it != tokens_.docs.end() && it->token == token ? it->text : std::string_view();
}

Module* TreeBuilder::read_module() {
    auto* module = arena_.make<Module>();
    module->file = &file_;
    module->doc = tokens_.module_doc;
    module->range = {file_id_, 0, static_cast<std::uint32_t>(source_.size())};
    if (events_.empty()) return module;
    std::vector<ImportDecl> imports;
    std::vector<Decl*> decls;
    enter(Rule::Module);
    while (at_rule(Rule::TopItem)) {
        enter(Rule::TopItem);
        if (at_error()) {
            skip_error();
        } else if (at_rule(Rule::ImportDecl)) {
            ImportDecl import = read_import();
            if (!decls.empty())
                sink_.error(import.range, "imports stand before the declarations of a module");
            imports.push_back(import);
            next();
        } else {
            decls.push_back(read_declaration());
            next();
        }
        exit();
    }
    module->imports = arena_.copy(imports);
    module->decls = arena_.copy(decls);
    return module;
}

// ---- imports ------------------------------------------------------------------------------------

ImportDecl TreeBuilder::read_import() {
    enter(Rule::ImportDecl);
    ImportDecl out;
    const std::uint32_t at = next().start;
    std::vector<Ident> path{ident()};
    if (accept(K::Assign)) {
        out.alias = path[0];
        path[0] = ident();
    }
    if (at_rule(Rule::ImportTail)) read_import_tail(path, out);
    out.path = arena_.copy(path);
    out.range = from(at);
    exit();
    return out;
}

void TreeBuilder::read_import_tail(std::vector<Ident>& path, ImportDecl& out) {
    int levels = 0;
    while (at_rule(Rule::ImportTail)) {
        enter(Rule::ImportTail);
        ++levels;
        next();  // .
        const Token& t = next();
        if (t.kind == K::Star) {
            out.wildcard = true;
        } else if (t.kind == K::LBrace) {
            out.has_names = true;
            std::vector<ImportedName> names;
            do {
                enter(Rule::ImportName);
                ImportedName name;
                name.name = ident();
                if (accept(K::As)) name.alias = ident();
                names.push_back(name);
                exit();
            } while (accept(K::Comma));
            next();  // }
            out.names = arena_.copy(names);
        } else {
            path.push_back(ident(t));
        }
    }
    while (levels-- > 0) exit();
}

// ---- declarations -----------------------------------------------------------------------------------

TreeBuilder::Modifiers TreeBuilder::read_modifiers() {
    Modifiers m;
    m.start = start();
    m.range = {file_id_, m.start, m.start};
    // The doc comment stands before the first token of the declaration.
    for (std::size_t i = pos_; i < events_.size(); ++i) {
        if ((events_[i] & 3) != static_cast<std::uint32_t>(EventTag::Token)) continue;
        m.doc = doc(events_[i] >> 2);
        break;
    }
    while (at_rule(Rule::Modifier)) {
        enter(Rule::Modifier);
        std::uint32_t bit = 0;
        SourceRange at;
        if (at_rule(Rule::NativeModifier)) {
            enter(Rule::NativeModifier);
            at = range(next());
            next();
            m.native_library = string_value(next());
            next();
            exit();
            bit = kModNative;
        } else {
            const Token& t = next();
            at = range(t);
            switch (t.kind) {
                case K::Pub:
                    bit = kModPub;
                    break;
                case K::Private:
                    bit = kModPrivate;
                    break;
                case K::Open:
                    bit = kModOpen;
                    break;
                case K::Abstract:
                    bit = kModAbstract;
                    break;
                case K::Override:
                    bit = kModOverride;
                    break;
                default:
                    bit = kModStatic;
                    break;
            }
        }
        if ((m.bits & bit) != 0) sink_.error(at, "this modifier is given twice");
        if (((m.bits | bit) & (kModPub | kModPrivate)) == (kModPub | kModPrivate) && (m.bits & bit) == 0 &&
            (bit & (kModPub | kModPrivate)) != 0)
            sink_.error(at, "`pub` and `private` exclude each other");
        m.bits |= bit;
        m.range = from(m.start);
        exit();
    }
    return m;
}

void TreeBuilder::check_modifiers(const Modifiers& m, std::uint32_t allowed, std::string_view what) {
    static constexpr std::pair<std::uint32_t, std::string_view> kNames[] = {
        {kModPub, "pub"},           {kModPrivate, "private"},   {kModOpen, "open"},
        {kModAbstract, "abstract"}, {kModOverride, "override"}, {kModStatic, "static"},
        {kModNative, "native"},
    };
    for (const auto& [bit, name] : kNames)
        if ((m.bits & bit & ~allowed) != 0) {
            sink_.error(m.range, fmt::format("{} cannot be `{}`", what, name));
            return;
        }
}

Decl* TreeBuilder::finish(Decl* decl, const Modifiers& m) {
    decl->modifiers = m.bits;
    decl->modifiers_range = m.range;
    decl->doc = m.doc;
    decl->range = from(m.start);
    return decl;
}

Decl* TreeBuilder::read_declaration() {
    enter(Rule::Declaration);
    const Modifiers m = read_modifiers();
    Decl* decl = nullptr;
    switch (rule()) {
        case Rule::FunctionDecl:
            decl = read_function(m);
            check_modifiers(m, kModPub | kModPrivate | kModNative, "a function of a module");
            break;
        case Rule::VariableDecl:
            decl = read_variable();
            check_modifiers(m, kModPub | kModPrivate, "a variable of a module");
            break;
        case Rule::TypeDecl: {
            decl = read_type_decl();
            const auto kind = as<TypeDecl>(decl)->type_kind;
            if (kind == TypeDeclKind::Class)
                check_modifiers(m, kModPub | kModPrivate | kModOpen | kModAbstract, "a class");
            else
                check_modifiers(m, kModPub | kModPrivate,
                                kind == TypeDeclKind::Struct ? "a struct" : "an interface");
            break;
        }
        case Rule::EnumDecl:
            decl = read_enum();
            check_modifiers(m, kModPub | kModPrivate, "an enum");
            break;
        case Rule::ExtendDecl:
            decl = read_extend();
            check_modifiers(m, kModPub | kModPrivate, "an extension");
            break;
        default:
            decl = read_test();
            check_modifiers(m, 0, "a test");
            break;
    }
    exit();
    return finish(decl, m);
}

FunctionDecl* TreeBuilder::read_function(const Modifiers& m) {
    enter(Rule::FunctionDecl);
    const std::uint32_t at = start();
    auto* f = make<FunctionDecl>({});
    f->native_library = m.native_library;
    next();  // fn
    read_function_name(*f);
    if (at_rule(Rule::TypeParams)) f->type_params = read_type_params();
    next();  // (
    if (at_rule(Rule::Params)) f->params = read_params();
    next();  // )
    if (at_rule(Rule::ResultType)) {
        enter(Rule::ResultType);
        if (const Token& t = next(); t.kind == K::Arrow)
            sink_.error(range(t), "expected `:` and the result type, found `->`",
                        "`->` is for function types: `(int) -> int`");
        f->result = read_type();
        exit();
    }
    f->header = from(at);
    if (at_rule(Rule::FunctionBody)) read_function_body(*f);
    f->range = from(at);
    exit();
    return f;
}

void TreeBuilder::read_function_name(FunctionDecl& f) {
    enter(Rule::FunctionName);
    const Token& t = next();
    f.name = ident(t);
    if (t.kind == K::Name) {
        if (at_token()) {  // unary-
            const Token& sign = next();
            f.is_operator = true;
            f.name.range = from(t.start);
            f.name.text = source_.substr(t.start, sign.end - t.start);
            if (text(t) != "unary" || !sign.glued)
                sink_.error(f.name.range, fmt::format("a function cannot be named `{}`", f.name.text),
                            "prefix operators are declared as `unary-`, `unary!` and `unary~`");
        }
    } else {
        f.is_operator = true;
        if (t.kind == K::LBracket) {
            next();
            const bool set = accept(K::Assign);
            f.name.range = from(t.start);
            f.name.text = set ? "[]=" : "[]";
        }
    }
    exit();
}

void TreeBuilder::read_function_body(FunctionDecl& f) {
    enter(Rule::FunctionBody);
    if (at_token(K::FatArrow))
        sink_.error(range(peek()), "expected `=` or `{`, found `=>`", "the body of a function follows `=`");
    if (accept(K::Assign) || accept(K::FatArrow)) {
        f.expression_body = true;
        f.body = read_expr();
    } else {
        f.body = read_block();
    }
    exit();
}

FunctionDecl* TreeBuilder::read_property(const Modifiers& m) {
    enter(Rule::PropertyDecl);
    const std::uint32_t at = start();
    auto* f = make<FunctionDecl>({});
    f->native_library = m.native_library;
    f->is_property = true;
    next();  // get
    f->name = ident();
    next();  // :
    f->result = read_type();
    f->header = from(at);
    if (at_rule(Rule::FunctionBody)) read_function_body(*f);
    f->range = from(at);
    exit();
    return f;
}

VariableDecl* TreeBuilder::read_variable() {
    enter(Rule::VariableDecl);
    auto* v = make<VariableDecl>({});
    v->is_var = next().kind == K::Var;
    v->name = ident();
    if (accept(K::Colon)) v->type = read_type();
    if (accept(K::Assign)) v->init = read_expr();
    exit();
    return v;
}

Decl* TreeBuilder::read_test() {
    enter(Rule::TestDecl);
    auto* t = make<TestDecl>({});
    next();
    t->name = string_value(next());
    t->body = read_block();
    exit();
    return t;
}

List<TypeParamNode*> TreeBuilder::read_type_params() {
    enter(Rule::TypeParams);
    next();
    std::vector<TypeParamNode*> out;
    do {
        enter(Rule::TypeParam);
        const std::uint32_t at = start();
        auto* p = arena_.make<TypeParamNode>();
        p->name = ident();
        std::vector<TypeNode*> bounds;
        if (accept(K::Colon)) {
            bounds.push_back(read_type());
            while (accept(K::Amp) || accept(K::Plus)) bounds.push_back(read_type());
        }
        p->bounds = arena_.copy(bounds);
        p->range = from(at);
        out.push_back(p);
        exit();
    } while (accept(K::Comma));
    next();
    exit();
    return arena_.copy(out);
}

List<ParamDecl> TreeBuilder::read_params() {
    enter(Rule::Params);
    std::vector<ParamDecl> out;
    do {
        out.push_back(read_param());
    } while (accept(K::Comma));
    for (std::size_t i = 0; i + 1 < out.size(); ++i)
        if (out[i].variadic) sink_.error(out[i].range, "only the last parameter can be variadic");
    exit();
    return arena_.copy(out);
}

ParamDecl TreeBuilder::read_param() {
    enter(Rule::Param);
    ParamDecl p;
    if (at_error()) {  // a name at best
        const Token& t = tokens_.tokens[events_[pos_] >> 2];
        if (t.kind == K::Name || t.kind == K::ArgName) p.name = ident(t);
        p.range = range(t);
        skip_error();
        exit();
        return p;
    }
    const std::uint32_t at = start();
    p.name = ident();
    next();  // :
    p.type = read_type();
    p.variadic = accept(K::Ellipsis);
    if (accept(K::Assign)) p.default_value = read_expr();
    p.range = from(at);
    if (p.variadic && p.default_value != nullptr) {
        sink_.error(p.range, "a variadic parameter cannot have a default value",
                    "without arguments it is an empty array");
        p.default_value = nullptr;
    }
    exit();
    return p;
}

// ---- types of one's own ---------------------------------------------------------------------------------

List<CtorParam> TreeBuilder::read_ctor_params() {
    enter(Rule::CtorParams);
    next();
    std::vector<CtorParam> out;
    while (at_rule(Rule::CtorParam)) {
        enter(Rule::CtorParam);
        CtorParam p;
        const std::uint32_t at = start();
        while (at_token()) {
            switch (next().kind) {
                case K::Private:
                    p.modifiers |= kModPrivate;
                    break;
                case K::Pub:
                    p.modifiers |= kModPub;
                    break;
                case K::Let:
                    p.is_let = true;
                    break;
                default:
                    p.is_var = true;
                    break;
            }
        }
        p.param = read_param();
        p.param.range = from(at);
        out.push_back(p);
        exit();
        accept(K::Comma);
    }
    next();
    exit();
    return arena_.copy(out);
}

List<SuperNode> TreeBuilder::read_supers() {
    enter(Rule::SuperList);
    next();  // :
    std::vector<SuperNode> out;
    do {
        enter(Rule::SuperType);
        const std::uint32_t at = start();
        SuperNode s;
        s.type = read_type();
        if (at_rule(Rule::CallArgs)) {
            s.has_args = true;
            s.args = read_call_args();
        }
        s.range = from(at);
        out.push_back(s);
        exit();
    } while (accept(K::Comma));
    exit();
    return arena_.copy(out);
}

Decl* TreeBuilder::read_type_decl() {
    enter(Rule::TypeDecl);
    const std::uint32_t at = start();
    auto* d = make<TypeDecl>({});
    const K kind = next().kind;
    d->type_kind = kind == K::Class    ? TypeDeclKind::Class
                   : kind == K::Struct ? TypeDeclKind::Struct
                                       : TypeDeclKind::Interface;
    d->name = ident();
    if (at_rule(Rule::TypeParams)) d->type_params = read_type_params();
    if (at_rule(Rule::CtorParams)) {
        const std::uint32_t params_at = start();
        d->has_ctor_params = true;
        d->ctor_params = read_ctor_params();
        if (d->type_kind == TypeDeclKind::Interface)
            sink_.error(from(params_at), "an interface has no constructor, so it cannot have parameters");
    }
    if (at_rule(Rule::SuperList)) d->supers = read_supers();
    d->header = from(at);
    if (at_rule(Rule::TypeBody)) d->members = read_type_body();
    exit();
    return d;
}

List<Decl*> TreeBuilder::read_type_body() {
    enter(Rule::TypeBody);
    next();
    std::vector<Decl*> members;
    while (at_rule(Rule::MemberItem)) {
        enter(Rule::MemberItem);
        if (at_error()) {
            skip_error();
        } else {
            members.push_back(read_member());
            next();
        }
        exit();
    }
    next();
    exit();
    return arena_.copy(members);
}

Decl* TreeBuilder::read_member() {
    enter(Rule::Member);
    const Modifiers m = read_modifiers();
    constexpr std::uint32_t kAny =
        kModPub | kModPrivate | kModOpen | kModAbstract | kModOverride | kModStatic | kModNative;
    Decl* decl = nullptr;
    switch (rule()) {
        case Rule::FunctionDecl:
            decl = read_function(m);
            check_modifiers(m, kAny, "a method");
            break;
        case Rule::PropertyDecl:
            decl = read_property(m);
            check_modifiers(m, kAny, "a property");
            break;
        case Rule::VariableDecl:
            decl = read_variable();
            check_modifiers(m, kModPub | kModPrivate | kModStatic, "a field");
            break;
        default: {
            enter(Rule::InitDecl);
            auto* init = make<InitDecl>({});
            next();
            init->body = read_block();
            exit();
            decl = init;
            check_modifiers(m, 0, "an init block");
            break;
        }
    }
    exit();
    return finish(decl, m);
}

EnumCaseNode TreeBuilder::read_enum_case() {
    enter(Rule::EnumCase);
    const Token& t = next();
    EnumCaseNode c;
    c.doc = doc(last_);
    c.name = ident(t);
    if (accept(K::LParen)) {
        c.has_params = true;
        if (at_rule(Rule::Params)) c.params = read_params();
        next();
    }
    c.range = from(t.start);
    exit();
    return c;
}

Decl* TreeBuilder::read_enum() {
    enter(Rule::EnumDecl);
    const std::uint32_t at = start();
    auto* d = make<TypeDecl>({});
    d->type_kind = TypeDeclKind::Enum;
    next();
    d->name = ident();
    if (at_rule(Rule::TypeParams)) d->type_params = read_type_params();
    if (at_rule(Rule::SuperList)) d->supers = read_supers();
    d->header = from(at);
    enter(Rule::EnumBody);
    next();
    std::vector<EnumCaseNode> cases;
    std::vector<Decl*> members;
    while (at_rule(Rule::EnumItem)) {
        enter(Rule::EnumItem);
        if (at_error()) {
            skip_error();
        } else {
            if (at_rule(Rule::EnumCase))
                cases.push_back(read_enum_case());
            else
                members.push_back(read_member());
            next();
        }
        exit();
    }
    next();
    exit();
    d->cases = arena_.copy(cases);
    d->members = arena_.copy(members);
    exit();
    return d;
}

Decl* TreeBuilder::read_extend() {
    enter(Rule::ExtendDecl);
    const std::uint32_t at = start();
    auto* d = make<ExtendDecl>({});
    next();
    if (at_rule(Rule::TypeParams)) d->type_params = read_type_params();
    d->target = read_type();
    if (at_rule(Rule::SuperList)) d->supers = read_supers();
    d->header = from(at);
    d->members = read_type_body();
    exit();
    return d;
}

// ---- types ------------------------------------------------------------------------------------------------

TypeNode* TreeBuilder::read_type() {
    enter(Rule::Type);
    const std::uint32_t at = start();
    TypeNode* type = nullptr;
    if (at_rule(Rule::NamedType)) {
        type = read_named_type();
    } else if (accept(K::LBracket)) {
        auto* array = make<ArrayTypeNode>({});
        array->element = read_type();
        next();
        array->range = from(at);
        type = array;
    } else {
        next();  // (
        std::vector<TypeNode*> parts;
        while (at_rule(Rule::Type)) {
            parts.push_back(read_type());
            accept(K::Comma);
        }
        next();  // )
        if (accept(K::Arrow)) {
            auto* function = make<FunctionTypeNode>({});
            function->params = arena_.copy(parts);
            if (++arrows_ == kMaxFunctionType)
                sink_.error(from(at), "this function type is nested too deeply");
            function->result = read_type();
            --arrows_;
            function->range = from(at);
            type = function;
        } else if (parts.size() == 1) {
            type = parts[0];
        } else {
            if (parts.empty())
                sink_.error(from(at), "a tuple has at least two components",
                            "a function without parameters is `() -> T`");
            auto* tuple = make<TupleTypeNode>({});
            tuple->elements = arena_.copy(parts);
            tuple->range = from(at);
            type = tuple;
        }
    }
    for (int count = 1; accept(K::Question); ++count) {
        if (count > kMaxNullable) {
            if (count == kMaxNullable + 1) sink_.error(from(at), "too many `?` after this type");
            continue;
        }
        auto* nullable = make<NullableTypeNode>(from(at));
        nullable->inner = type;
        type = nullable;
    }
    exit();
    return type;
}

TypeNode* TreeBuilder::read_named_type() {
    enter(Rule::NamedType);
    const std::uint32_t at = start();
    auto* named = make<NamedTypeNode>({});
    std::vector<Ident> path{ident()};
    while (accept(K::Dot)) path.push_back(ident());
    named->path = arena_.copy(path);
    if (at_rule(Rule::TypeArgs)) named->args = read_type_args();
    named->range = from(at);
    exit();
    return named;
}

List<TypeNode*> TreeBuilder::read_type_args() {
    enter(Rule::TypeArgs);
    next();
    std::vector<TypeNode*> out;
    do {
        out.push_back(read_type());
    } while (accept(K::Comma));
    next();
    exit();
    return arena_.copy(out);
}

}  // namespace skua::compiler
