// Enums become classes: an abstract base class, which has the enum's name, members and type
// parameters, and a closed subclass for each case, named `Enum$Case`, whose fields are the case's
// payload. A case without payload is one object in a static field of the base class (of a
// generic enum: a new object each time, since it has no single type). The base class gets
// equals, hash and toString by structure, unless the enum declares them itself; and, if no case carries
// anything, the static property `values`, an array of all cases.
//
// All this is written as syntax and then declared and checked like any other class, so neither
// lowering nor the machine know about enums. Class files say it in the custom section
// `skua.enum`: the names of the cases in order, one a line.
#include <algorithm>

#include "sema/analyzer.h"

namespace skua::compiler {

using namespace ast;

namespace {

class EnumWriter {
public:
    EnumWriter(Analyzer& a, TypeDecl* decl) : a_(a), decl_(decl), at_(decl->name.range) {}

    std::string_view case_class_name(const EnumCaseNode& c) {
        return a_.text(std::string(decl_->name.text) + "$" + std::string(c.name.text));
    }

    TypeDecl* case_class(EnumCaseNode& c) {
        auto* t = a_.make<TypeDecl>(c.range);
        t->modifiers = decl_->modifiers & kModPub;
        t->type_kind = TypeDeclKind::Class;
        t->doc = c.doc;
        t->name = {case_class_name(c), c.name.range};
        t->header = c.range;
        std::vector<TypeParamNode*> params;
        for (TypeParamNode* p : decl_->type_params) {
            auto* copy = a_.make<TypeParamNode>(*p);
            std::vector<TypeNode*> bounds;
            for (TypeNode* b : p->bounds) bounds.push_back(clone(b));
            copy->bounds = a_.arena.copy(bounds);
            params.push_back(copy);
        }
        t->type_params = a_.arena.copy(params);
        std::vector<CtorParam> fields;
        for (ParamDecl& p : c.params) {
            CtorParam field;
            field.param = p;
            field.is_let = true;
            fields.push_back(field);
        }
        t->has_ctor_params = true;
        t->ctor_params = a_.arena.copy(fields);
        SuperNode super;
        super.type = self_type();
        super.has_args = true;
        super.range = c.name.range;
        t->supers = a_.arena.list<SuperNode>({super});
        return t;
    }

    // The base class's members and supers, added to what the enum declares.
    void complete_base() {
        std::vector<Decl*> members(decl_->members.begin(), decl_->members.end());
        std::vector<SuperNode> supers(decl_->supers.begin(), decl_->supers.end());
        auto declares = [&](std::string_view name) {
            for (Decl* m : decl_->members) {
                auto* f = as<FunctionDecl>(m);
                if (f != nullptr && f->name.text == name) return true;
            }
            return false;
        };
        auto add_super = [&](std::string_view name, List<TypeNode*> args) {
            for (const SuperNode& s : decl_->supers) {
                auto* named = as<NamedTypeNode>(s.type);
                if (named != nullptr && named->path.back().text == name) return;
            }
            SuperNode s;
            s.type = named_type(name, args);
            s.range = at_;
            supers.push_back(s);
        };
        if (decl_->type_params.empty()) {
            for (EnumCaseNode& c : decl_->cases) {
                if (!c.params.empty()) continue;
                auto* v = a_.make<VariableDecl>(c.range);
                v->modifiers = kModStatic;
                v->doc = c.doc;
                v->name = c.name;
                v->type = self_type();
                v->init = call(name(case_class_name(c)), {});
                members.push_back(v);
            }
        }
        if (has_values()) members.push_back(values());
        add_super("Equatable", a_.arena.list<TypeNode*>({self_type()}));
        add_super("Hashable", {});
        add_super("Display", {});
        if (!declares("equals")) members.push_back(equals());
        if (!declares("hash"))
            members.push_back(function(
                "hash", {}, "int", by_case([&](EnumCaseNode& c, std::size_t i) { return hash_of(c, i); })));
        if (!declares("toString"))
            members.push_back(function("toString", {}, "string",
                                       by_case([&](EnumCaseNode& c, std::size_t) { return text_of(c); })));
        decl_->members = a_.arena.copy(members);
        decl_->supers = a_.arena.copy(supers);
    }

private:
    // ---- syntax
    NameExpr* name(std::string_view text) {
        auto* n = a_.make<NameExpr>(at_);
        n->name = text;
        return n;
    }
    Expr* call(Expr* callee, const std::vector<Expr*>& values) {
        auto* c = a_.make<CallExpr>(at_);
        c->callee = callee;
        std::vector<Argument> args;
        for (Expr* v : values) {
            Argument a;
            a.value = v;
            args.push_back(a);
        }
        c->args = a_.arena.copy(args);
        return c;
    }
    Expr* integer(std::uint64_t value) {
        auto* l = a_.make<LiteralExpr>(at_);
        l->value.kind = Constant::Kind::Int;
        l->magnitude = value;
        l->value.integer = static_cast<std::int64_t>(value);
        return l;
    }
    Expr* boolean(bool value) {
        auto* l = a_.make<LiteralExpr>(at_);
        l->value.kind = Constant::Kind::Bool;
        l->value.integer = value ? 1 : 0;
        return l;
    }
    Expr* binary(BinaryOp op, Expr* left, Expr* right) {
        auto* b = a_.make<BinaryExpr>(at_);
        b->op = op;
        b->op_range = at_;
        b->left = left;
        b->right = right;
        return b;
    }
    TypeNode* named_type(std::string_view text, List<TypeNode*> args) {
        auto* t = a_.make<NamedTypeNode>(at_);
        t->path = a_.arena.list<Ident>({{text, at_}});
        t->args = args;
        return t;
    }
    TypeNode* self_type() {
        std::vector<TypeNode*> args;
        for (TypeParamNode* p : decl_->type_params) args.push_back(named_type(p->name.text, {}));
        return named_type(decl_->name.text, a_.arena.copy(args));
    }
    TypeNode* clone(TypeNode* t) {
        auto all = [&](List<TypeNode*> list) {
            std::vector<TypeNode*> out;
            for (TypeNode* x : list) out.push_back(clone(x));
            return a_.arena.copy(out);
        };
        if (auto* n = as<NamedTypeNode>(t)) {
            auto* c = a_.make<NamedTypeNode>(*n);
            c->args = all(n->args);
            return c;
        }
        if (auto* n = as<ArrayTypeNode>(t)) {
            auto* c = a_.make<ArrayTypeNode>(*n);
            c->element = clone(n->element);
            return c;
        }
        if (auto* n = as<NullableTypeNode>(t)) {
            auto* c = a_.make<NullableTypeNode>(*n);
            c->inner = clone(n->inner);
            return c;
        }
        if (auto* n = as<TupleTypeNode>(t)) {
            auto* c = a_.make<TupleTypeNode>(*n);
            c->elements = all(n->elements);
            return c;
        }
        if (auto* n = as<FunctionTypeNode>(t)) {
            auto* c = a_.make<FunctionTypeNode>(*n);
            c->params = all(n->params);
            if (n->result != nullptr) c->result = clone(n->result);
            return c;
        }
        return t;
    }

    // ---- functions
    std::string_view part(char side, std::size_t i) {
        return a_.text(std::string(1, side) + std::to_string(i) + "$");
    }

    Pattern* case_pattern(EnumCaseNode& c, char side) {
        auto* p = a_.make<CasePattern>(at_);
        p->path = a_.arena.list<Ident>({decl_->name, c.name});
        std::vector<Pattern*> parts;
        for (std::size_t i = 0; i < c.params.size(); ++i) {
            auto* b = a_.make<BindingPattern>(at_);
            b->name = {part(side, i), at_};
            parts.push_back(b);
        }
        p->elements = a_.arena.copy(parts);
        return p;
    }
    MatchArm arm(Pattern* pattern, Expr* body) {
        MatchArm out;
        out.pattern = pattern;
        out.body = body;
        out.range = at_;
        return out;
    }
    template <typename Body>
    Expr* by_case(Body body) {
        std::vector<MatchArm> arms;
        for (std::size_t i = 0; i < decl_->cases.size(); ++i)
            arms.push_back(arm(case_pattern(decl_->cases[i], 'a'), body(decl_->cases[i], i)));
        auto* m = a_.make<MatchExpr>(at_);
        m->subject = a_.make<ThisExpr>(at_);
        m->arms = a_.arena.copy(arms);
        return m;
    }
    FunctionDecl* function(std::string_view function_name, List<ParamDecl> params, std::string_view result,
                           Expr* body) {
        auto* f = a_.make<FunctionDecl>(at_);
        f->name = {function_name, at_};
        f->params = params;
        f->result = named_type(result, {});
        f->body = body;
        f->expression_body = true;
        f->header = at_;
        return f;
    }
    // Does the enum get the property, because its cases are its values and nothing else is called so?
    bool has_values() const {
        if (!decl_->type_params.empty() || decl_->cases.empty()) return false;
        for (const EnumCaseNode& c : decl_->cases)
            if (c.has_params || c.name.text == "values") return false;
        for (const Decl* m : decl_->members) {
            const auto* f = as<FunctionDecl>(m);
            const auto* v = as<VariableDecl>(m);
            if ((f != nullptr ? f->name.text : v != nullptr ? v->name.text : "") == "values") return false;
        }
        return true;
    }
    // A new array each time: whoever gets it may change it.
    FunctionDecl* values() {
        std::vector<Expr*> cases;
        for (const EnumCaseNode& c : decl_->cases) {
            auto* m = a_.make<MemberExpr>(at_);
            m->object = name(decl_->name.text);
            m->name = {c.name.text, at_};
            cases.push_back(m);
        }
        auto* all = a_.make<ArrayLiteralExpr>(at_);
        all->elements = a_.arena.copy(cases);
        auto* result = a_.make<ArrayTypeNode>(at_);
        result->element = self_type();
        FunctionDecl* f = function("values", {}, "", all);
        f->result = result;
        f->is_property = true;
        f->modifiers = kModStatic;
        f->doc = "All cases, in the order in which they are declared.";
        return f;
    }
    FunctionDecl* equals() {
        ParamDecl other;
        other.name = {"other", at_};
        other.type = self_type();
        other.range = at_;
        Expr* body = by_case([&](EnumCaseNode& c, std::size_t) -> Expr* {
            Expr* all = nullptr;
            for (std::size_t i = 0; i < c.params.size(); ++i) {
                Expr* one = binary(BinaryOp::Eq, name(part('a', i)), name(part('b', i)));
                all = all == nullptr ? one : binary(BinaryOp::And, all, one);
            }
            std::vector<MatchArm> arms{arm(case_pattern(c, 'b'), all == nullptr ? boolean(true) : all)};
            if (decl_->cases.size() > 1) arms.push_back(arm(a_.make<WildcardPattern>(at_), boolean(false)));
            auto* m = a_.make<MatchExpr>(at_);
            m->subject = name("other");
            m->arms = a_.arena.copy(arms);
            return m;
        });
        return function("equals", a_.arena.list<ParamDecl>({other}), "bool", body);
    }
    Expr* hash_of(EnumCaseNode& c, std::size_t index) {
        Expr* value = integer(index);
        if (!c.params.empty()) {
            std::vector<Expr*> parts{value};
            for (std::size_t i = 0; i < c.params.size(); ++i) parts.push_back(name(part('a', i)));
            auto* t = a_.make<TupleExpr>(at_);
            t->elements = a_.arena.copy(parts);
            value = t;
        }
        auto* m = a_.make<MemberExpr>(at_);
        m->object = value;
        m->name = {"hash", at_};
        return call(m, {});
    }
    Expr* text_of(EnumCaseNode& c) {
        std::vector<std::string_view> texts{
            a_.text(std::string(c.name.text) + (c.params.empty() ? "" : "("))};
        std::vector<InterpolationPart> parts;
        for (std::size_t i = 0; i < c.params.size(); ++i) {
            InterpolationPart p;
            p.value = name(part('a', i));
            parts.push_back(p);
            texts.push_back(i + 1 == c.params.size() ? ")" : ", ");
        }
        auto* e = a_.make<InterpolationExpr>(at_);
        e->texts = a_.arena.copy(texts);
        e->parts = a_.arena.copy(parts);
        return e;
    }

    Analyzer& a_;
    TypeDecl* decl_;
    SourceRange at_;
};

}  // namespace

std::vector<TypeDecl*> Analyzer::expand_enum(TypeDecl* decl) {
    std::vector<TypeDecl*> classes;
    std::vector<EnumCaseNode> cases;
    for (EnumCaseNode& c : decl->cases) {
        auto same = [&](const EnumCaseNode& other) { return other.name.text == c.name.text; };
        if (std::find_if(cases.begin(), cases.end(), same) == cases.end()) {
            cases.push_back(c);
        } else {
            error(c.name.range,
                  "case " + quote(c.name.text) + " is declared twice in " + quote(decl->name.text));
        }
    }
    decl->cases = arena.copy(cases);
    EnumWriter writer(*this, decl);
    if (decl->cases.empty() && !is_incomplete(decl->range))
        error(decl->name.range, "enum " + quote(decl->name.text) + " has no cases");
    for (EnumCaseNode& c : decl->cases) classes.push_back(writer.case_class(c));
    if (!decl->cases.empty()) writer.complete_base();
    return classes;
}

CaseSymbol* Analyzer::find_case(TypeSymbol* type, std::string_view name) {
    ensure_members(type);
    if (const auto it = type->members.find(name);
        it != type->members.end() && it->second != nullptr && it->second->kind == SymbolKind::Case)
        return static_cast<CaseSymbol*>(it->second);
    for (CaseSymbol* c : type->cases) {
        if (c->name == name) return c;
    }
    return nullptr;
}

// The cases of an enum from class files: see the top of this file.
void Analyzer::load_cases(TypeSymbol* type, std::string_view names) {
    while (!names.empty()) {
        std::size_t end = std::min(names.find('\n'), names.size());
        std::string_view name = names.substr(0, end);
        names.remove_prefix(std::min(end + 1, names.size()));
        TypeSymbol* case_type = find_type(std::string(type->qualified_name) + "$" + std::string(name));
        if (case_type == nullptr || !case_type->is_class() ||
            case_type->type_params.size() != type->type_params.size())
            continue;
        ensure_members(case_type);
        if (case_type->super == nullptr || case_type->super->symbol != type ||
            case_type->constructor == nullptr)
            continue;
        auto* c = make<CaseSymbol>(text(name));
        c->owner = type;
        c->index = static_cast<std::uint32_t>(type->cases.size());
        c->type = case_type;
        c->params = case_type->constructor->params;
        case_type->enum_of = type;
        case_type->name = text(std::string(type->name) + "." + std::string(name));
        type->cases.push_back(c);
        type->members.emplace(c->name, c);  // the object of a case without payload comes first
    }
}

}  // namespace skua::compiler
