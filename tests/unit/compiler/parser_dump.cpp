#include "parser_dump.h"

namespace skua::compiler::test {

using namespace ast;

namespace {

const char* const kBinary[] = {"*",   "/", "%",  "+", "-",  "<<", ">>", ">>>", "&",   "^",  "|",  "..",
                               "..=", "<", "<=", ">", ">=", "==", "!=", "===", "!==", "&&", "||", "??"};
const char* const kUnary[] = {"-", "!", "~", "+", "!!"};

template <typename T>
std::string all(List<T> items, const char* separator = " ") {
    std::string out;
    for (const auto& item : items) out += (out.empty() ? "" : separator) + dump(item);
    return out;
}

std::string path(List<Ident> parts) {
    std::string out;
    for (const Ident& p : parts) out.append(out.empty() ? "" : ".").append(p.text);
    return out;
}

std::string type_params(List<TypeParamNode*> params) {
    std::string out;
    for (const TypeParamNode* p : params) {
        out.append(out.empty() ? "<" : ", ").append(p->name.text);
        if (!p->bounds.empty()) out += ": " + all(p->bounds, " & ");
    }
    return out.empty() ? out : out + ">";
}

std::string param(const ParamDecl& p) {
    std::string out = std::string(p.name.text) + ": " + dump(p.type);
    if (p.variadic) out += "...";
    if (p.default_value != nullptr) out += " = " + dump(p.default_value);
    return out;
}

std::string params(List<ParamDecl> list) {
    std::string out;
    for (const ParamDecl& p : list) out += (out.empty() ? "" : ", ") + param(p);
    return "(" + out + ")";
}

std::string arguments(List<Argument> args) {
    std::string out;
    for (const Argument& a : args) {
        out += " ";
        if (!a.name.text.empty()) out.append(a.name.text).append(":");
        out += dump(a.value);
        if (a.spread) out += "...";
    }
    return out;
}

std::string modifiers(const Decl* d) {
    std::string out;
    const char* const names[] = {"pub ", "private ", "open ", "abstract ", "override ", "static ", "native "};
    for (int i = 0; i < 7; ++i)
        if ((d->modifiers >> i & 1) != 0) out += names[i];
    return out;
}

std::string quoted(std::string_view s) {
    std::string out = "\"";
    for (const char c : s) {
        if (c == '\n')
            out += "\\n";
        else if (c == '"')
            out += "\\\"";
        else
            out += c;
    }
    return out + "\"";
}

std::string literal(const LiteralExpr& e) {
    switch (e.value.kind) {
        case Constant::Kind::Int:
            return std::to_string(e.magnitude) + (e.suffix.empty() ? "" : "_" + std::string(e.suffix));
        case Constant::Kind::Float: {
            char text[40];
            std::snprintf(text, sizeof text, "%.17g", e.value.floating);
            std::string out = text;
            if (out.find_first_of(".en") == std::string::npos) out += ".0";
            return out + (e.suffix.empty() ? "" : "_" + std::string(e.suffix));
        }
        case Constant::Kind::Bool:
            return e.value.integer != 0 ? "true" : "false";
        case Constant::Kind::Char:
            return "#" + std::to_string(e.value.integer);
        case Constant::Kind::String:
            return quoted(e.value.text);
        default:
            return "null";
    }
}

std::string supers(List<SuperNode> list) {
    std::string out;
    for (const SuperNode& s : list) {
        out += (out.empty() ? " : " : ", ") + dump(s.type);
        if (s.has_args) out += "(" + arguments(s.args) + " )";
    }
    return out;
}

}  // namespace

std::string dump(const TypeNode* t) {
    if (t == nullptr) return "-";
    if (const auto* n = as<NamedTypeNode>(t))
        return path(n->path) + (n->args.empty() ? "" : "<" + all(n->args, ", ") + ">");
    if (const auto* n = as<ArrayTypeNode>(t)) return "[" + dump(n->element) + "]";
    if (const auto* n = as<NullableTypeNode>(t)) return dump(n->inner) + "?";
    if (const auto* n = as<TupleTypeNode>(t)) return "(" + all(n->elements, ", ") + ")";
    const auto* f = as<FunctionTypeNode>(t);
    return "(" + all(f->params, ", ") + ") -> " + dump(f->result);
}

std::string dump(const Pattern* p) {
    if (const auto* n = as<BindingPattern>(p))
        return std::string(n->name.text) + (n->annotation != nullptr ? ": " + dump(n->annotation) : "");
    if (const auto* n = as<LiteralPattern>(p)) return dump(n->value);
    if (const auto* n = as<RangePattern>(p))
        return dump(n->low) + (n->inclusive ? "..=" : "..") + dump(n->high);
    if (const auto* n = as<AlternativesPattern>(p)) return all(n->alternatives, " | ");
    if (const auto* n = as<TuplePattern>(p)) return "(" + all(n->elements, ", ") + ")";
    if (const auto* n = as<IsPattern>(p))
        return "is " + dump(n->target) + (n->name.text.empty() ? "" : " " + std::string(n->name.text));
    if (const auto* n = as<CasePattern>(p)) return path(n->path) + "(" + all(n->elements, ", ") + ")";
    if (const auto* n = as<ValuePattern>(p)) return "=" + dump(n->value);
    return "_";
}

std::string dump(const Expr* e) {
    if (e == nullptr) return "-";
    switch (e->kind) {
        case ExprKind::Literal:
            return literal(*as<LiteralExpr>(e));
        case ExprKind::Name:
            return std::string(as<NameExpr>(e)->name);
        case ExprKind::This:
            return "this";
        case ExprKind::Super:
            return "super";
        case ExprKind::Error:
            return "<error>";
        case ExprKind::Interpolation: {
            const auto* n = as<InterpolationExpr>(e);
            std::string out = "(text " + quoted(n->texts[0]);
            for (std::size_t i = 0; i < n->parts.size(); ++i) {
                out += " " + dump(n->parts[i].value);
                if (!n->parts[i].format.empty()) out += ":" + std::string(n->parts[i].format);
                out += " " + quoted(n->texts[i + 1]);
            }
            return out + ")";
        }
        case ExprKind::Member: {
            const auto* n = as<MemberExpr>(e);
            return "(" + std::string(n->safe ? "?." : ".") + " " + dump(n->object) + " " +
                   std::string(n->name.text) + ")";
        }
        case ExprKind::Call:
            return "(call " + dump(as<CallExpr>(e)->callee) + arguments(as<CallExpr>(e)->args) + ")";
        case ExprKind::Index:
            return "(index " + dump(as<IndexExpr>(e)->object) + " " + dump(as<IndexExpr>(e)->index) + ")";
        case ExprKind::TypeApply:
            return dump(as<TypeApplyExpr>(e)->base) + "<" + all(as<TypeApplyExpr>(e)->args, ", ") + ">";
        case ExprKind::Unary:
            return std::string("(") + kUnary[static_cast<int>(as<UnaryExpr>(e)->op)] + " " +
                   dump(as<UnaryExpr>(e)->operand) + ")";
        case ExprKind::Binary: {
            const auto* n = as<BinaryExpr>(e);
            return std::string("(") + kBinary[static_cast<int>(n->op)] + " " + dump(n->left) + " " +
                   dump(n->right) + ")";
        }
        case ExprKind::Assign: {
            const auto* n = as<AssignExpr>(e);
            return std::string("(") + (n->compound ? kBinary[static_cast<int>(n->op)] : "") + "= " +
                   dump(n->target) + " " + dump(n->value) + ")";
        }
        case ExprKind::Is: {
            const auto* n = as<IsExpr>(e);
            return std::string(n->negated ? "(isnot " : "(is ") + dump(n->operand) + " " + dump(n->target) +
                   ")";
        }
        case ExprKind::Cast: {
            const auto* n = as<CastExpr>(e);
            return std::string(n->safe ? "(as? " : "(as ") + dump(n->operand) + " " + dump(n->target) + ")";
        }
        case ExprKind::Tuple:
            return "(tuple " + all(as<TupleExpr>(e)->elements) + ")";
        case ExprKind::Paren:
            return dump(as<ParenExpr>(e)->inner);
        case ExprKind::ArrayLiteral:
            return "[" + all(as<ArrayLiteralExpr>(e)->elements) + "]";
        case ExprKind::ArrayRepeat:
            return "[" + dump(as<ArrayRepeatExpr>(e)->value) + "; " + dump(as<ArrayRepeatExpr>(e)->count) +
                   "]";
        case ExprKind::MapLiteral: {
            std::string out;
            for (const MapEntryNode& m : as<MapLiteralExpr>(e)->entries)
                out += " " + dump(m.key) + "=>" + dump(m.value);
            return "(map" + out + ")";
        }
        case ExprKind::Lambda: {
            std::string out;
            for (const LambdaParam& p : as<LambdaExpr>(e)->params) {
                out += (out.empty() ? "" : ", ") + dump(p.pattern);
                if (p.type != nullptr) out += ": " + dump(p.type);
            }
            return "(fn (" + out + ") " + dump(as<LambdaExpr>(e)->body) + ")";
        }
        case ExprKind::Block:
            return "{" + all(as<BlockExpr>(e)->statements, "; ") + "}";
        case ExprKind::If: {
            const auto* n = as<IfExpr>(e);
            return "(if " + dump(n->condition) + " " + dump(n->then_branch) +
                   (n->else_branch != nullptr ? " " + dump(n->else_branch) : "") + ")";
        }
        case ExprKind::Match: {
            std::string out = "(match " + dump(as<MatchExpr>(e)->subject);
            for (const MatchArm& a : as<MatchExpr>(e)->arms)
                out += " [" + dump(a.pattern) + (a.guard != nullptr ? " if " + dump(a.guard) : "") + " => " +
                       dump(a.body) + "]";
            return out + ")";
        }
        case ExprKind::Try: {
            const auto* n = as<TryExpr>(e);
            std::string out = "(try " + dump(n->body);
            for (const CatchClause& c : n->catches)
                out +=
                    " [catch " + std::string(c.name.text) + ": " + dump(c.error) + " " + dump(c.body) + "]";
            return out + (n->finally_block != nullptr ? " [finally " + dump(n->finally_block) + "]" : "") +
                   ")";
        }
        case ExprKind::Return:
            return as<ReturnExpr>(e)->value != nullptr ? "(return " + dump(as<ReturnExpr>(e)->value) + ")"
                                                       : "(return)";
        case ExprKind::Break:
            return "(break" +
                   (as<BreakExpr>(e)->label.text.empty() ? ""
                                                         : " " + std::string(as<BreakExpr>(e)->label.text)) +
                   ")";
        case ExprKind::Continue:
            return "(continue" +
                   (as<ContinueExpr>(e)->label.text.empty()
                        ? ""
                        : " " + std::string(as<ContinueExpr>(e)->label.text)) +
                   ")";
        case ExprKind::Throw:
            return "(throw " + dump(as<ThrowExpr>(e)->value) + ")";
        default:
            return "<made by analysis>";
    }
}

std::string dump(const Stmt* s) {
    if (const auto* n = as<ExprStmt>(s)) return dump(n->expr);
    if (const auto* n = as<LetStmt>(s))
        return std::string(n->is_var ? "var " : "let ") + dump(n->pattern) +
               (n->type != nullptr ? ": " + dump(n->type) : "") +
               (n->init != nullptr ? " = " + dump(n->init) : "");
    if (const auto* n = as<WhileStmt>(s))
        return "(while" + (n->label.text.empty() ? "" : " @" + std::string(n->label.text)) + " " +
               dump(n->condition) + " " + dump(n->body) + ")";
    if (const auto* n = as<ForStmt>(s))
        return "(for" + (n->label.text.empty() ? "" : " @" + std::string(n->label.text)) + " " +
               dump(n->pattern) + " " + dump(n->iterable) + " " + dump(n->body) + ")";
    if (const auto* n = as<UseStmt>(s))
        return "use " + std::string(n->name.text) + (n->type != nullptr ? ": " + dump(n->type) : "") + " = " +
               dump(n->init);
    if (const auto* n = as<LocalFunctionStmt>(s)) return dump(n->function);
    return "<error>";
}

std::string dump(const Decl* d) {
    std::string out = modifiers(d);
    if (const auto* f = as<FunctionDecl>(d)) {
        if (!f->native_library.empty()) out += quoted(f->native_library) + " ";
        out += (f->is_property ? "get " : "fn ") + std::string(f->name.text) + type_params(f->type_params);
        if (!f->is_property) out += params(f->params);
        if (f->result != nullptr) out += ": " + dump(f->result);
        if (f->body != nullptr) out += (f->expression_body ? " = " : " ") + dump(f->body);
        return out;
    }
    if (const auto* v = as<VariableDecl>(d))
        return out + (v->is_var ? "var " : "let ") + std::string(v->name.text) +
               (v->type != nullptr ? ": " + dump(v->type) : "") +
               (v->init != nullptr ? " = " + dump(v->init) : "");
    if (const auto* t = as<TypeDecl>(d)) {
        const char* const kinds[] = {"class ", "interface ", "struct ", "enum "};
        out +=
            kinds[static_cast<int>(t->type_kind)] + std::string(t->name.text) + type_params(t->type_params);
        if (t->has_ctor_params) {
            out += "(";
            for (const CtorParam& p : t->ctor_params)
                out += (&p == t->ctor_params.data() ? "" : ", ") +
                       std::string((p.modifiers & kModPrivate) != 0 ? "private " : "") +
                       std::string(p.is_let   ? "let "
                                   : p.is_var ? "var "
                                              : "") +
                       param(p.param);
            out += ")";
        }
        out += supers(t->supers) + " {";
        for (const EnumCaseNode& c : t->cases)
            out += (&c == t->cases.data() ? "" : "; ") + std::string(c.name.text) +
                   (c.has_params ? params(c.params) : "");
        if (!t->cases.empty() && !t->members.empty()) out += "; ";
        return out + all(t->members, "; ") + "}";
    }
    if (const auto* i = as<InitDecl>(d)) return out + "init " + dump(i->body);
    if (const auto* x = as<ExtendDecl>(d))
        return out + "extend" + type_params(x->type_params) + " " + dump(x->target) + supers(x->supers) +
               " {" + all(x->members, "; ") + "}";
    const auto* t = as<TestDecl>(d);
    return out + "test " + quoted(t->name) + " " + dump(t->body);
}

std::string dump(const Module& m) {
    std::string out;
    for (const ImportDecl& i : m.imports) {
        out += "import ";
        if (!i.alias.text.empty()) out += std::string(i.alias.text) + " = ";
        out += path(i.path);
        if (i.wildcard) out += ".*";
        if (i.has_names) {
            out += ".{";
            for (const ImportedName& n : i.names)
                out += (&n == i.names.data() ? "" : ", ") + std::string(n.name.text) +
                       (n.alias.text.empty() ? "" : " as " + std::string(n.alias.text));
            out += "}";
        }
        out += "\n";
    }
    for (const Decl* d : m.decls) out += dump(d) + "\n";
    return out;
}

}  // namespace skua::compiler::test
