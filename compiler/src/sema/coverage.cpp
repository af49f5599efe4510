#include "sema/coverage.h"

#include <algorithm>
#include <fmt/format.h>

namespace skua::compiler {

using namespace ast;

namespace {

// Marks for the forms that are no symbol.
constexpr char kNull = 0, kSome = 0, kSingle = 0, kText = 0;

bool is_ordinal(const Type* t) {
    return t->is_integer() || t->is(TypeKind::Bool) || t->is(TypeKind::Char);
}

bool is_enum(const Type* t) {
    return t->is_class() && t->symbol->is_enum;
}

}  // namespace

const Coverage::Node* Coverage::any() {
    static const Node node;
    return &node;
}

// A pattern of which nothing is known but that it does not match everything.
const Coverage::Node* Coverage::opaque(const void* form) {
    Node n;
    n.kind = Node::Kind::Form;
    n.form = form;
    return make(std::move(n));
}

const Coverage::Node* Coverage::literal(const Expr* value, const Type* type) {
    const Constant* c = value != nullptr ? value->constant : nullptr;
    if (c == nullptr) return opaque(value);
    Node n;
    if (is_ordinal(type) && (c->kind == Constant::Kind::Int || c->kind == Constant::Kind::Bool ||
                             c->kind == Constant::Kind::Char)) {
        n.kind = Node::Kind::Range;
        n.low = n.high = type->is_integer() && !type->is_signed()
                             ? static_cast<Integer>(static_cast<std::uint64_t>(c->integer))
                             : static_cast<Integer>(c->integer);
        return make(std::move(n));
    }
    if (c->kind != Constant::Kind::String && c->kind != Constant::Kind::Float) return opaque(value);
    n.kind = Node::Kind::Form;
    n.form = &kText;
    n.text = c->kind == Constant::Kind::String ? "\"" + std::string(c->text) : fmt::format("{}", c->floating);
    return make(std::move(n));
}

const Coverage::Node* Coverage::read(const Pattern* p, const Type* type) {
    if (is<WildcardPattern>(p) || is<BindingPattern>(p)) return any();
    if (auto* alternatives = as<AlternativesPattern>(p)) {
        Node n;
        n.kind = Node::Kind::Or;
        for (const Pattern* x : alternatives->alternatives) n.parts.push_back(read(x, type));
        return make(std::move(n));
    }
    if (type->has_error) return opaque(p);
    auto* is_pattern = as<IsPattern>(p);
    if (is_pattern != nullptr && is_pattern->target->type == type) return any();
    if (type->is(TypeKind::Nullable)) {
        Node n;
        n.kind = Node::Kind::Form;
        auto* l = as<LiteralPattern>(p);
        auto* constant = l != nullptr ? as<LiteralExpr>(l->value) : nullptr;
        if (constant != nullptr && constant->value.kind == Constant::Kind::Null) {
            n.form = &kNull;
        } else {
            n.form = &kSome;
            n.parts.push_back(read(p, type->inner()));
            n.types.push_back(type->inner());
        }
        return make(std::move(n));
    }
    const auto with_parts = [&](const void* form, List<Pattern*> elements, List<Expr*> parts) {
        if (parts.size() != elements.size()) return opaque(p);
        Node n;
        n.kind = Node::Kind::Form;
        n.form = form;
        for (std::size_t i = 0; i < elements.size(); ++i) {
            n.parts.push_back(read(elements[i], parts[i]->type));
            n.types.push_back(parts[i]->type);
        }
        return make(std::move(n));
    };
    switch (p->kind) {
        case PatternKind::Literal:
            return literal(static_cast<const LiteralPattern*>(p)->value, type);
        case PatternKind::Range: {
            auto* r = static_cast<const RangePattern*>(p);
            if (!is_ordinal(type) || r->low->constant == nullptr || r->high->constant == nullptr)
                return opaque(p);
            const Node *low = literal(r->low, type), *high = literal(r->high, type);
            if (low->kind != Node::Kind::Range || high->kind != Node::Kind::Range) return opaque(p);
            Node n;
            n.kind = Node::Kind::Range;
            n.low = low->low;
            n.high = r->inclusive ? high->low : high->low - 1;
            return n.low <= n.high ? make(std::move(n)) : opaque(p);
        }
        case PatternKind::Value: {
            auto* v = static_cast<const ValuePattern*>(p);
            if (v->enum_case == nullptr) return literal(v->value, type);
            Node n;
            n.kind = Node::Kind::Form;
            n.form = v->enum_case;
            a_.ensure_signature(v->enum_case->type->constructor);
            for (const ParamSymbol& param : v->enum_case->type->constructor->params) {
                n.parts.push_back(any());
                n.types.push_back(a_.types.substitute(param.type, {type->args, {}}));
            }
            return make(std::move(n));
        }
        case PatternKind::Case: {
            auto* c = static_cast<const CasePattern*>(p);
            if (c->enum_case != nullptr) return with_parts(c->enum_case, c->elements, c->parts);
            return c->test == nullptr ? with_parts(&kSingle, c->elements, c->parts) : opaque(p);
        }
        case PatternKind::Tuple: {
            auto* t = static_cast<const TuplePattern*>(p);
            return with_parts(&kSingle, t->elements, t->parts);
        }
        case PatternKind::Is: {
            auto* i = static_cast<const IsPattern*>(p);
            auto* test = as<IsExpr>(i->test);
            if (test != nullptr && test->always) return any();
            return opaque(i->target->type);
        }
        default:
            return opaque(p);
    }
}

// One row for each alternative in the first column.
void Coverage::expand(Rows& rows) {
    for (std::size_t i = 0; i < rows.size();) {
        const Node* first = rows[i][0];
        if (first->kind != Node::Kind::Or) {
            ++i;
            continue;
        }
        Rows expanded;
        for (const Node* part : first->parts) {
            expanded.push_back(rows[i]);
            expanded.back()[0] = part;
        }
        rows.erase(rows.begin() + static_cast<std::ptrdiff_t>(i));
        rows.insert(rows.begin() + static_cast<std::ptrdiff_t>(i), expanded.begin(), expanded.end());
    }
}

// Cuts the values of the type where a range of the first column begins or ends.
void Coverage::split_range(const Rows& rows, const Node* also, const Type* type, std::vector<Group>& out) {
    std::vector<std::pair<Integer, Integer>> domain;
    if (type->is(TypeKind::Bool)) {
        domain = {{0, 1}};
    } else if (type->is(TypeKind::Char)) {
        domain = {{0, 0xD7FF}, {0xE000, 0x10FFFF}};  // without the surrogates
    } else if (type->is_signed()) {
        const Integer half = static_cast<Integer>(1) << (type->bits() - 1);
        domain = {{-half, half - 1}};
    } else {
        domain = {{0, (static_cast<Integer>(1) << type->bits()) - 1}};
    }
    std::vector<Integer> cuts;  // where a part begins
    const auto cut = [&](const Node* n) {
        if (n->kind != Node::Kind::Range) return;
        cuts.push_back(n->low);
        cuts.push_back(n->high + 1);
    };
    for (const Row& row : rows) cut(row[0]);
    if (also != nullptr) cut(also);
    std::sort(cuts.begin(), cuts.end());
    cuts.erase(std::unique(cuts.begin(), cuts.end()), cuts.end());
    for (auto [low, high] : domain) {
        Integer at = low;
        const auto part = [&](Integer end) {
            Group g;
            g.range = true;
            g.low = at;
            g.high = end;
            if (type->is(TypeKind::Bool))
                g.name = at != 0 ? "true" : "false";
            else if (at == end && type->is(TypeKind::Char) && at > 0x20 && at < 0x7F)
                g.name = fmt::format("'{}'", static_cast<char>(at));
            else if (at == end && type->is_integer())
                g.name = at < 0 ? fmt::format("-{}", static_cast<std::uint64_t>(-at))
                                : fmt::format("{}", static_cast<std::uint64_t>(at));
            out.push_back(std::move(g));
            at = end + 1;
        };
        for (Integer c : cuts)
            if (c > at && c <= high) part(c - 1);
        if (at <= high) part(high);
    }
}

std::vector<Coverage::Group> Coverage::split(const Rows& rows, const Node* also, const Type* type) {
    std::vector<Group> out;
    std::vector<const Node*> forms;
    std::set<Key> known;
    bool ranges = false;
    const auto look = [&](const Node* n) {
        ranges |= n->kind == Node::Kind::Range;
        if (n->kind == Node::Kind::Form && known.emplace(n->form, n->text).second) forms.push_back(n);
    };
    for (const Row& row : rows) look(row[0]);
    if (also != nullptr) look(also);
    if (!ranges && forms.empty()) {
        out.push_back({});
        out.back().other = true;
        return out;
    }
    if (ranges) {
        split_range(rows, also, type, out);
        // Forms besides ranges are constants that are not known here: they cover nothing for sure.
        return out;
    }
    std::map<const void*, const Node*> by_form;
    for (const Node* f : forms) by_form[f->form] = f;
    const auto add = [&](const void* form, std::string name, std::size_t arity) {
        Group g;
        g.form = form;
        g.name = std::move(name);
        g.arity = arity;
        if (const auto found = by_form.find(form); found != by_form.end()) g.types = found->second->types;
        out.push_back(std::move(g));
    };
    if (type->is(TypeKind::Nullable)) {
        add(&kNull, "null", 0);
        add(&kSome, "", 1);
        return out;
    }
    if (is_enum(type)) {
        for (const CaseSymbol* c : type->symbol->cases) {
            a_.ensure_signature(c->type->constructor);
            add(c, std::string(type->symbol->name) + "." + std::string(c->name),
                c->type->constructor->params.size());
        }
        return out;
    }
    bool single = false;
    for (const Node* f : forms) {
        Group g;
        g.form = f->form;
        g.text = f->text;
        g.types = f->types;
        g.arity = f->parts.size();
        single |= f->form == &kSingle;
        out.push_back(std::move(g));
    }
    if (!single) {
        out.push_back({});
        out.back().other = true;
    }
    return out;
}

bool Coverage::fits(const Node* node, const Group& group) {
    switch (node->kind) {
        case Node::Kind::Any:
            return true;
        case Node::Kind::Range:
            return group.range && node->low <= group.low && group.high <= node->high;
        case Node::Kind::Form:
            return !group.other && !group.range && node->form == group.form && node->text == group.text;
        case Node::Kind::Or:
            break;
    }
    return false;
}

Coverage::Index::Index(const Rows& rows) {
    for (const Row& row : rows) {
        const Node* n = row[0];
        if (n->kind == Node::Kind::Form)
            forms[{n->form, n->text}].push_back(&row);
        else if (n->kind == Node::Kind::Range && n->low == n->high)
            points[n->low].push_back(&row);
        else
            others.push_back(&row);
    }
}

// The rows that match values of this form, with its parts in place of it.
Coverage::Rows Coverage::specialise(const Index& index, const Group& group) {
    std::vector<const Row*> rows = index.others;
    const auto also = [&](const auto& table, const auto& key) {
        if (const auto found = table.find(key); found != table.end())
            rows.insert(rows.end(), found->second.begin(), found->second.end());
    };
    if (group.range && group.low == group.high) also(index.points, group.low);
    if (!group.range && !group.other) also(index.forms, Key(group.form, group.text));
    Rows out;
    for (const Row* at : rows) {
        const Row& row = *at;
        if (!fits(row[0], group)) continue;
        Row r;
        if (row[0]->kind == Node::Kind::Form)
            r = row[0]->parts;
        else
            r.assign(group.types.size(), any());
        r.insert(r.end(), row.begin() + 1, row.end());
        out.push_back(std::move(r));
    }
    return out;
}

std::vector<std::vector<std::string>> Coverage::examples(Rows rows, Types types, std::size_t most) {
    work_ += 1 + rows.size();
    if (work_ > kMostWork) return {std::vector<std::string>(types.size(), "_")};
    if (types.empty()) {
        if (rows.empty()) return {{}};
        return {};
    }
    expand(rows);
    const Type* type = types[0];
    std::vector<std::vector<std::string>> out;
    bool others = false;  // of a large range only one example
    const Index index(rows);
    for (const Group& g : split(rows, nullptr, type)) {
        if (out.size() >= most) break;
        if (g.range && g.name.empty() && others) continue;
        Types inner = g.types;
        inner.insert(inner.end(), types.begin() + 1, types.end());
        for (std::vector<std::string>& e : examples(specialise(index, g), inner, most - out.size())) {
            std::string text = g.name.empty() ? "_" : g.name;
            const std::size_t count = g.types.size();
            if (g.form == &kSome) {
                text = count == 1 ? e[0] : "_";
            } else if (g.form == &kSingle || (g.arity > 0 && !g.other)) {
                text = g.form == &kSingle && !type->is(TypeKind::Tuple) && type->is(TypeKind::Named)
                           ? std::string(type->symbol->name)
                       : g.form == &kSingle ? ""
                                            : text;
                text += "(";
                for (std::size_t i = 0; i < g.arity; ++i)
                    text += (i == 0 ? "" : ", ") + (i < count ? e[i] : std::string("_"));
                text += ")";
            }
            std::vector<std::string> row{std::move(text)};
            row.insert(row.end(), e.begin() + static_cast<std::ptrdiff_t>(count), e.end());
            if (std::find(out.begin(), out.end(), row) == out.end()) out.push_back(std::move(row));
            others |= g.range && g.name.empty();
        }
    }
    return out;
}

bool Coverage::useful(Rows rows, Row pattern, Types types) {
    work_ += 1 + rows.size();
    if (work_ > kMostWork) return true;
    if (pattern.empty()) return rows.empty();
    if (rows.empty()) return true;
    if (pattern[0]->kind == Node::Kind::Or) {
        for (const Node* part : pattern[0]->parts) {
            Row alternative = pattern;
            alternative[0] = part;
            if (useful(rows, std::move(alternative), types)) return true;
        }
        return false;
    }
    expand(rows);
    std::erase_if(rows, [&](const Row& row) { return are_apart(row[0], pattern[0]); });
    bool known = false;
    const Index index(rows);
    for (const Group& g : split(rows, pattern[0], types[0])) {
        const bool range = pattern[0]->kind == Node::Kind::Range;
        if (range ? !(g.range && pattern[0]->low <= g.low && g.high <= pattern[0]->high)
                  : !fits(pattern[0], g))
            continue;
        Row q;
        if (pattern[0]->kind == Node::Kind::Form)
            q = pattern[0]->parts;
        else
            q.assign(g.types.size(), any());
        q.insert(q.end(), pattern.begin() + 1, pattern.end());
        Types inner = g.types;
        inner.insert(inner.end(), types.begin() + 1, types.end());
        known = true;
        if (useful(specialise(index, g), std::move(q), std::move(inner))) return true;
    }
    // A pattern of which nothing is known may match anything.
    return !known;
}

// Can no value match both?
bool Coverage::are_apart(const Node* a, const Node* b) {
    if (a->kind == Node::Kind::Form && b->kind == Node::Kind::Form)
        return a->form != b->form || a->text != b->text;
    return a->kind == Node::Kind::Range && b->kind == Node::Kind::Range &&
           (a->high < b->low || b->high < a->low);
}

bool Coverage::is_useful(const Pattern* pattern) {
    // To look at a row is little, of many thousands it is too much.
    useful_work_ += rows_.size() / 8;
    if (useful_work_ > kMostWork) return true;
    const Node* node = read(pattern, subject_);
    Rows near;
    for (const Row& row : rows_)
        if (!are_apart(row[0], node)) near.push_back(row);
    work_ = useful_work_;  // what all arms take together has a bound
    const bool result = useful(std::move(near), {node}, {subject_});
    useful_work_ = work_;
    return result;
}

void Coverage::add(const Pattern* pattern) {
    rows_.push_back({read(pattern, subject_)});
}

std::vector<std::string> Coverage::missing(std::size_t most) {
    work_ = 0;
    std::vector<std::string> out;
    for (auto& row : examples(rows_, {subject_}, most)) out.push_back(std::move(row[0]));
    return out;
}

}  // namespace skua::compiler
