// What names and members refer to.
#include "sema/body_checker.h"

namespace skua::compiler {

using namespace ast;

LocalSymbol* BodyChecker::find_local(std::string_view name) {
    auto it = locals_.find(name);
    return it == locals_.end() ? nullptr : it->second.local;
}

void BodyChecker::bind_local(std::string_view name, LocalSymbol* local) {
    if (name.empty() || name == "_") return;
    Slot& slot = locals_[name];
    undo_.push_back({name, slot});
    slot = {local, scope_starts_.size()};
}

void BodyChecker::report_redeclared(const Ident& name) {
    if (scope_starts_.empty() || name.text == "_" || name.text.empty()) return;
    auto earlier = locals_.find(name.text);
    if (earlier == locals_.end() || earlier->second.local == nullptr ||
        earlier->second.scope != scope_starts_.size())
        return;
    auto& d = a_.error(name.range, quote(name.text) + " is declared twice in this block",
                       earlier->second.local->local_function != nullptr
                           ? "choose another name"
                           : "choose another name, or assign to the first");
    d.notes.push_back({earlier->second.local->range, "the first declaration is here"});
}

LocalSymbol* BodyChecker::declare_local(const Ident& name, const Type* type, bool is_var) {
    auto* local = a_.make<LocalSymbol>(name.text);
    local->range = name.range;
    local->type = type;
    local->is_var = is_var;
    local->function = frame_->function;
    report_redeclared(name);
    bind_local(name.text, local);
    return local;
}

// The lambdas between here and the function that owns the variable capture it.
void BodyChecker::capture(LocalSymbol* local) {
    for (Frame* f = frame_; f != nullptr && f->function != local->function; f = f->parent) {
        if (std::find(f->captures.begin(), f->captures.end(), local) == f->captures.end())
            f->captures.push_back(local);
        local->captured = true;
    }
}

Expr* BodyChecker::this_expr(SourceRange range) {
    for (Frame* f = frame_; f != nullptr; f = f->parent) {
        if (f->this_local == nullptr) continue;
        if (f->no_this) {
            a_.error(range, "the object does not exist yet while the superclass is constructed");
            return nullptr;
        }
        capture(f->this_local);
        auto* e = a_.make<ThisExpr>(range);
        e->local = f->this_local;
        e->type = f->this_local->type;
        return e;
    }
    bool is_static = frame_->function != nullptr && frame_->function->owner != nullptr;
    a_.error(range,
             is_static ? "there is no `this` in a static function" : "there is no `this` outside of a type");
    return nullptr;
}

const Type* BodyChecker::narrow(Expr*& slot, const Type* declared) {
    slot->type = declared;
    if (flow_.facts.empty()) return declared;
    FactKey key;
    if (!key_of(slot, key)) return declared;
    const Type* known = known_type(key);
    if (known == nullptr || known == declared) return declared;
    bool non_null = declared->is(TypeKind::Nullable) && declared->inner() == known;
    slot = convert(non_null ? ConversionKind::NarrowNonNull : ConversionKind::NarrowCast, slot, known);
    return known;
}

// A member of the type whose code this is, named without `this.`.
Ref BodyChecker::implicit_member(std::string_view name, SourceRange range, bool extensions) {
    const Type* self = nullptr;
    bool has_this = false;
    for (Frame* f = frame_; f != nullptr && !has_this; f = f->parent) {
        if (f->this_local != nullptr) {
            self = f->this_local->type;
            has_this = true;
        }
    }
    Ref ref;
    if (!has_this) {
        if (type_ == nullptr || extensions) return ref;
        Member m = a_.find_static(type_, name);
        if (!m) return ref;
        bool is_static =
            (m.symbol->kind == SymbolKind::Function &&
             static_cast<FunctionSymbol*>(m.symbol)->role == FunctionRole::Static) ||
            (m.symbol->kind == SymbolKind::Field && static_cast<FieldSymbol*>(m.symbol)->is_static()) ||
            m.symbol->kind == SymbolKind::Case;
        if (!is_static) {
            if (frame_->struct_init) return ref;
            // Reported only if nothing else has that name.
            ref.symbol = m.symbol;
            return ref;
        }
        if (m.symbol->kind == SymbolKind::Case) return case_ref(static_cast<CaseSymbol*>(m.symbol), nullptr);
        ref.kind = m.symbol->kind == SymbolKind::Field ? Ref::Kind::Global : Ref::Kind::Function;
        ref.symbol = m.symbol;
        ref.owner = m.owner;
        return ref;
    }
    if (extensions) {
        FunctionSymbol* f = a_.find_extension(self, name, module_);
        if (f == nullptr) return ref;
        ref.kind = Ref::Kind::Member;
        ref.symbol = f;
        ref.receiver = this_expr(range);
        if (ref.receiver == nullptr) ref.kind = Ref::Kind::Error;
        return ref;
    }
    Member m = a_.find_member(self, name);
    if (!m && type_ != nullptr && type_->self != self) m = a_.find_static(type_, name);
    if (!m || !a_.can_access(m.symbol, module_, type_)) return ref;
    if (m.symbol->kind == SymbolKind::Case) return case_ref(static_cast<CaseSymbol*>(m.symbol), nullptr);
    if (m.symbol->kind == SymbolKind::Function &&
        static_cast<FunctionSymbol*>(m.symbol)->role == FunctionRole::Static) {
        ref.kind = Ref::Kind::Function;
        ref.symbol = m.symbol;
        ref.owner = m.owner;
        return ref;
    }
    if (m.symbol->kind == SymbolKind::Field && static_cast<FieldSymbol*>(m.symbol)->is_static()) {
        ref.kind = Ref::Kind::Global;
        ref.symbol = m.symbol;
        ref.owner = m.owner;
        return ref;
    }
    ref.kind = Ref::Kind::Member;
    ref.symbol = m.symbol;
    ref.owner = m.owner;
    ref.receiver = this_expr(range);
    if (ref.receiver == nullptr) ref = Ref{};
    return ref;
}

void BodyChecker::list_visible(std::vector<std::string_view>& out) {
    for (auto& [name, slot] : locals_) {
        if (slot.local != nullptr) out.push_back(name);
    }
    for (Frame* f = frame_; f != nullptr; f = f->parent) {
        if (f->this_local != nullptr) {
            a_.collect_member_names(f->this_local->type, out);
            break;
        }
    }
    if (type_ != nullptr) {
        for (auto& [name, s] : type_->members) out.push_back(name);
    }
}

namespace {

// What a class takes and does not keep.
std::string hint_of_parameter(const Type* type, std::string_view name) {
    if (type == nullptr || !type->is_class() || type->symbol->constructor == nullptr) return {};
    for (const ParamSymbol& p : type->symbol->constructor->params)
        if (p.name == name)
            return quote(name) + " is a parameter of the class and no field: to keep it, declare it `let " +
                   std::string(name) + "`";
    return {};
}

}  // namespace

void BodyChecker::report_unknown(std::string_view name, SourceRange range) {
    if (a_.is_lost(module_, name)) return;
    if (a_.sink.full()) {  // nobody would see what is thought up here
        a_.error(range, "unknown name " + quote(name));
        return;
    }
    if (type_ != nullptr && type_->self != nullptr && a_.is_member_lost(type_->self, name, module_)) return;
    std::vector<std::string_view> names;
    list_visible(names);
    // A case of an enum without the enum's name.
    for (const TypeSymbol* t : module_->types) {
        if (!t->is_enum) continue;
        for (const CaseSymbol* c : t->cases) {
            if (c->name != name) continue;
            a_.error(range, "unknown name " + quote(name),
                     "write `" + std::string(t->name) + "." + std::string(name) + "`");
            return;
        }
    }
    if (type_ != nullptr && type_->self != nullptr) {
        if (Member m = a_.find_member(type_->self, name); m && !a_.can_access(m.symbol, module_, type_)) {
            a_.error(range, quote(name) + " is private in " + quote(m.owner));
            return;
        }
    }
    auto best = nearest(name, names);
    std::string hint = type_ != nullptr ? hint_of_parameter(type_->self, name) : "";
    const bool of_parameter = !hint.empty();  // of which one report will do
    if (hint.empty()) hint = foreign_name(name);
    if (hint.empty())
        hint = best.empty() ? a_.suggest_global(module_, name) : "did you mean " + quote(best) + "?";
    if (a_.is_news(module_, std::string(name), of_parameter ? "" : hint))
        a_.error(range, "unknown name " + quote(name), hint);
}

Ref BodyChecker::resolve_name(NameExpr* e) {
    Ref ref;
    if (e->name.empty()) return ref;
    if (LocalSymbol* local = find_local(e->name)) {
        local->used = true;
        if (local->local_function != nullptr) {
            // What it captures must be at hand wherever it is called from; see finish_frame.
            for (Frame* f = frame_; f != nullptr && f->function != local->function; f = f->parent)
                f->called_locals.push_back(local->local_function);
            ref.kind = Ref::Kind::Function;
            ref.symbol = local->local_function;
            return ref;
        }
        capture(local);
        ref.kind = Ref::Kind::Local;
        ref.symbol = local;
        return ref;
    }
    Ref member = implicit_member(e->name, e->range, false);
    if (member.kind != Ref::Kind::Error) return member;
    if (const Type* builtin = a_.builtin_type(e->name)) {
        ref.kind = Ref::Kind::Type;
        ref.type = builtin;
        return ref;
    }
    for (auto params : type_scope_.params) {
        for (TypeParamSymbol* p : params) {
            if (p->name != e->name) continue;
            ref.kind = Ref::Kind::Type;
            ref.type = t_.var(p);
            return ref;
        }
    }
    Symbol* symbol = a_.find_global(module_, e->name);
    if (symbol == nullptr) {
        auto& names = a_.scope_of(module_).names;
        if (names.contains(e->name)) return ref;  // its import failed
        Ref extension = implicit_member(e->name, e->range, true);
        if (extension.kind != Ref::Kind::Error) return extension;
        if (member.symbol != nullptr) {
            a_.error(e->range,
                     quote(e->name) + " belongs to an object, and there is none in a static function",
                     "take the object as a parameter");
        } else if (ModuleSymbol* root = a_.find_module(e->name)) {
            // `std` alone: the start of a full module name.
            ref.kind = Ref::Kind::Module;
            ref.symbol = root;
        } else {
            report_unknown(e->name, e->range);
        }
        return ref;
    }
    if (!a_.is_visible(symbol, module_)) {
        a_.error(e->range, quote(e->name) + " is private to its module", "declare it `pub` there");
        return ref;
    }
    ref.symbol = symbol;
    switch (symbol->kind) {
        case SymbolKind::Module:
            ref.kind = Ref::Kind::Module;
            break;
        case SymbolKind::Type:
            ref.kind = Ref::Kind::Type;
            ref.type = static_cast<TypeSymbol*>(symbol)->self;
            warn_deprecated_type(static_cast<TypeSymbol*>(symbol), e->range);
            break;
        case SymbolKind::Function:
            ref.kind = Ref::Kind::Function;
            break;
        case SymbolKind::Field:
            ref.kind = Ref::Kind::Global;
            break;
        default:
            break;
    }
    return ref;
}

Ref BodyChecker::case_ref(CaseSymbol* c, const Ref* of_type) {
    Ref ref;
    if (c->type == nullptr) return ref;
    ref.kind = Ref::Kind::Type;
    ref.symbol = c;
    ref.type = c->type->self;
    if (of_type != nullptr && of_type->has_type_args) {
        ref.type = t_.named(c->type, of_type->type->args);
        ref.has_type_args = true;
    }
    return ref;
}

const Type* BodyChecker::as_enum(Expr*& slot, const Type* type) {
    if (!type->is_class() || type->symbol->enum_of == nullptr) return type;
    const Type* base = a_.as_instance_of(type, type->symbol->enum_of);
    if (base == nullptr) return type;
    slot->type = type;
    slot = convert(ConversionKind::Upcast, slot, base);
    return base;
}

Ref BodyChecker::member_of_type(const Ref& type, const Ident& name) {
    Ref ref;
    TypeSymbol* symbol = nullptr;
    if (type.type->is(TypeKind::Named)) {
        symbol = type.type->symbol;
    } else if (const Type* extension = a_.extension_of(type.type)) {
        symbol = extension->symbol;
    }
    Member m = symbol != nullptr ? a_.find_static(symbol, name.text) : Member{};
    if (!m) {
        if (a_.is_member_lost(type.type, name.text, module_)) return ref;
        if (symbol == nullptr && type.type->is(TypeKind::Var)) {
            a_.error(name.range, "type parameter " + quote(type.type) + " has no static members");
            return ref;
        }
        // Static functions of extensions.
        std::vector<ModuleSymbol*> modules{module_};
        for (ModuleSymbol* imported : a_.scope_of(module_).imported) modules.push_back(imported);
        for (ModuleSymbol* module : modules) {
            for (ExtensionBlock* block : module->extensions) {
                if (block->target != type.type) continue;
                for (FunctionSymbol* f : block->functions) {
                    if (f->name != name.text || f->this_type != nullptr) continue;
                    a_.scope_of(module_).used_modules.insert(module);
                    ref.kind = Ref::Kind::Function;
                    ref.symbol = f;
                    return ref;
                }
            }
        }
        std::vector<std::string_view> names;
        if (symbol != nullptr) {
            for (auto& [n, s] : symbol->members) names.push_back(n);
        }
        auto best = nearest(name.text, names);
        std::string hint = best.empty() ? "" : "did you mean " + quote(best) + "?";
        if (hint.empty() && symbol != nullptr) {
            std::erase_if(names, [&](std::string_view n) {
                const Symbol* s = symbol->members.at(n);
                return s->kind != SymbolKind::Function ||
                       static_cast<const FunctionSymbol*>(s)->role != FunctionRole::Static;
            });
            hint = symbol->is_enum ? "" : suggest_name(name.text, names);
        }
        if (hint.empty() && symbol != nullptr && symbol->is_enum && symbol->cases.size() <= 8) {
            std::vector<std::string> cases;
            for (const CaseSymbol* c : symbol->cases) cases.emplace_back(c->name);
            if (!cases.empty()) hint = "the enum has " + quoted_list(cases);
        }
        a_.error(
            name.range,
            "type " +
                quote(type.type->is(TypeKind::Named) ? std::string(symbol->name) : to_string(type.type)) +
                " has no member " + quote(name.text),
            hint);
        return ref;
    }
    if (!a_.can_access(m.symbol, module_, type_)) {
        a_.error(name.range, quote(name.text) + " is private in " + quote(type.type));
        return ref;
    }
    bool is_static =
        (m.symbol->kind == SymbolKind::Function &&
         static_cast<FunctionSymbol*>(m.symbol)->role == FunctionRole::Static) ||
        (m.symbol->kind == SymbolKind::Field && static_cast<FieldSymbol*>(m.symbol)->is_static());
    if (m.symbol->kind == SymbolKind::Case) return case_ref(static_cast<CaseSymbol*>(m.symbol), &type);
    if (!is_static) {
        a_.error(
            name.range,
            quote(name.text) + " is a member of the objects of " +
                quote(type.type->is(TypeKind::Named) ? std::string(symbol->name) : to_string(type.type)) +
                ", not of the type itself",
            "write it after a value: `value." + std::string(name.text) + "`");
        return ref;
    }
    ref.kind = m.symbol->kind == SymbolKind::Function ? Ref::Kind::Function : Ref::Kind::Global;
    ref.symbol = m.symbol;
    ref.owner = symbol->type_kind == TypeSymbolKind::Extension ? t_.named(symbol, type.type->args) : m.owner;
    if (type.has_type_args) ref.owner = type.type;
    // Each instance of a generic type has static fields of its own.
    if (ref.kind == Ref::Kind::Global && ref.owner != nullptr && ref.owner->has_vars && symbol != type_) {
        a_.error(name.range,
                 "the type arguments of " + quote(symbol->name) + " are not known here, and " +
                     quote(name.text) + " is a static field of each " + quote(symbol->name),
                 "write them: `" + std::string(symbol->name) + "<int>." + std::string(name.text) +
                     "`, for example");
        ref.kind = Ref::Kind::Error;
    }
    return ref;
}

// Where `super.name` looks, with what it finds there: the superclass's member, or else the one default
// method of an interface that is above no other; null after an error.
const Type* BodyChecker::super_type(const SuperExpr* super, const Ident& name, Member& found) {
    const Type* type = super->type;
    const std::vector<const Type*> supers = a_.direct_supers(type);
    if (type->is(TypeKind::Named) && type->symbol->has_unknown_super) return nullptr;
    if (!super->of.empty()) {
        const Type* of = super->of.size() == 1 ? a_.resolve(super->of[0], type_scope_) : nullptr;
        if (of != nullptr && of->has_error) return nullptr;
        if (of == nullptr || std::find(supers.begin(), supers.end(), of) == supers.end()) {
            std::vector<std::string> names;
            for (const Type* t : supers) names.push_back(to_string(t));
            a_.error(super->range, quote(type) + " does not name this type as a supertype of its own",
                     names.empty() ? "" : "it names " + quoted_list(names));
            return nullptr;
        }
        found = a_.find_member(of, name.text);
        return of;
    }
    if (supers.empty()) {
        a_.error(super->range, "there is no superclass and no interface: " + quote(type) + " names none");
        return nullptr;
    }
    const auto is_abstract = [](const Member& m) {
        return m.symbol->kind == SymbolKind::Function &&
               static_cast<FunctionSymbol*>(m.symbol)->has(classfile::kAbstract);
    };
    struct Candidate {
        const Type* through;
        Member member;
    };
    std::vector<Candidate> candidates;
    for (const Type* t : supers) {
        const Member m = a_.find_member(t, name.text);
        if (!m) continue;
        if (m.owner->is_class() && !is_abstract(m)) {
            found = m;
            return t;
        }
        const auto same = [&](const Candidate& c) { return c.member.symbol == m.symbol; };
        if (std::none_of(candidates.begin(), candidates.end(), same)) candidates.push_back({t, m});
    }
    // What has a body wins over what has none; what is below wins over what it overrides.
    const auto loses = [&](const Candidate& c) {
        return std::any_of(candidates.begin(), candidates.end(), [&](const Candidate& other) {
            if (is_abstract(c.member) != is_abstract(other.member)) return is_abstract(c.member);
            return c.member.owner != other.member.owner && a_.is_subtype(other.member.owner, c.member.owner);
        });
    };
    std::vector<Candidate> best;
    std::copy_if(candidates.begin(), candidates.end(), std::back_inserter(best),
                 [&](const Candidate& c) { return !loses(c); });
    if (best.size() > 1 && !is_abstract(best[0].member)) {
        a_.error(name.range,
                 quote(name.text) + " comes from " + quote(best[0].through) + " and from " +
                     quote(best[1].through),
                 "say which: `super<" + to_string(best[0].through) + ">." + std::string(name.text) + "`");
        return nullptr;
    }
    if (best.empty()) return supers.front();
    found = best[0].member;
    return best[0].through;
}

Ref BodyChecker::member_of_value(Expr* object, const Ident& name, bool through_super) {
    Ref ref;
    const Type* type = object->type;
    if (type->has_error || type->is(TypeKind::Never) || name.text.empty()) return ref;
    ref.receiver = object;
    ref.through_super = through_super;
    if (type->is(TypeKind::Tuple) && name.text[0] >= '0' && name.text[0] <= '9') {
        std::uint32_t index = 0;
        for (char c : name.text)
            index = index > 1000 ? index : index * 10 + static_cast<std::uint32_t>(c - '0');
        if (index >= type->args.size()) {
            a_.error(name.range, quote(type) + " has no component " + std::string(name.text),
                     "its components are 0 to " + std::to_string(type->args.size() - 1));
            return ref;
        }
        ref.kind = Ref::Kind::TupleElement;
        ref.index = index;
        ref.owner = type;
        return ref;
    }
    if (type->is(TypeKind::Array) && name.text == "len") {
        ref.kind = Ref::Kind::ArrayLength;
        return ref;
    }
    const Type* start = type;
    Member m;
    if (through_super) {
        start = super_type(static_cast<SuperExpr*>(object), name, m);
        if (start == nullptr) return ref;
    } else {
        m = a_.find_member(type, name.text);
    }
    if (m && !a_.can_access(m.symbol, module_, type_)) {
        a_.error(name.range, quote(name.text) + " is private in " + quote(m.owner),
                 a_.suggest_member(type, name.text, module_));
        return ref;
    }
    if (!m) {
        FunctionSymbol* f = through_super ? nullptr : a_.find_extension(type, name.text, module_);
        if (f == nullptr && !through_super && !type->is(TypeKind::Nullable) && !type->is(TypeKind::Void)) {
            // What a `T?` can do, a T can.
            f = a_.find_extension(t_.nullable(type), name.text, module_);
            if (f != nullptr && forget_non_null(ref.receiver) == type) make_nullable(ref.receiver);
        }
        if (f != nullptr) {
            ref.kind = Ref::Kind::Member;
            ref.symbol = f;
            return ref;
        }
        // Every type has a hash, a text and equality.
        if (ModuleSymbol* intrinsics = through_super ? nullptr : a_.intrinsics_module()) {
            std::string_view universal = name.text == "hash"       ? "hashOf"
                                         : name.text == "toString" ? "textOf"
                                         : name.text == "equals"   ? "equalsOf"
                                                                   : "";
            if (!universal.empty()) {
                ref.kind = Ref::Kind::Member;
                ref.symbol = intrinsics->members.at(universal);
                return ref;
            }
        }
        if (a_.is_member_lost(through_super ? start : type, name.text, module_)) return ref;
        if (type->is(TypeKind::Nullable)) {
            bool inner_has = a_.find_member(type->inner(), name.text) ||
                             a_.find_extension(type->inner(), name.text, module_) != nullptr ||
                             (type->inner()->is(TypeKind::Array) && name.text == "len");
            std::string hint = inner_has
                                   ? "test it for null first, or write `?." + std::string(name.text) + "`"
                                   : foreign_member(type, name.text, {});
            FactKey key;
            if (inner_has && !key_of(object, key) && (is<NameExpr>(object) || is<MemberExpr>(object))) {
                hint = "it could change after a test: copy it to a `let` and test that, or write `?." +
                       std::string(name.text) + "`";
            }
            a_.error(name.range, "this may be null: " + quote(type) + " has no member " + quote(name.text),
                     hint);
            return ref;
        }
        const Type* shown = through_super ? start : type;
        std::string hint = hint_of_parameter(shown, name.text);
        if (hint.empty()) hint = a_.suggest_member(shown, name.text, module_);
        if (hint.empty() && shown->is(TypeKind::Var))
            hint = "give the type parameter a bound that has it: `" + to_string(shown) + ": SomeInterface`";
        if (a_.is_news(module_, to_string(shown) + "." + std::string(name.text), hint))
            a_.error(name.range, quote(shown) + " has no member " + quote(name.text), hint);
        return ref;
    }
    bool is_static =
        (m.symbol->kind == SymbolKind::Function &&
         static_cast<FunctionSymbol*>(m.symbol)->role == FunctionRole::Static) ||
        (m.symbol->kind == SymbolKind::Field && static_cast<FieldSymbol*>(m.symbol)->is_static()) ||
        m.symbol->kind == SymbolKind::Case;
    if (is_static) {
        a_.error(name.range, quote(name.text) + " is static",
                 "write it after the type: `" + std::string(m.owner->symbol->name) + "." +
                     std::string(name.text) + "`");
        return ref;
    }
    ref.kind = Ref::Kind::Member;
    ref.symbol = m.symbol;
    ref.owner = m.owner;
    return ref;
}

Ref BodyChecker::resolve_member(MemberExpr* e) {
    if (auto* super = as<SuperExpr>(e->object)) {
        Expr* self = this_expr(super->range);
        if (self == nullptr) return {};
        super->local = static_cast<ThisExpr*>(self)->local;
        super->type = self->type;
        return member_of_value(super, e->name, true);
    }
    Ref object;
    if (is<NameExpr>(e->object) || is<MemberExpr>(e->object) || is<TypeApplyExpr>(e->object)) {
        auto* inner = as<MemberExpr>(e->object);
        if (inner != nullptr && inner->safe) {
            check_value(e->object);
            return member_of_value(e->object, e->name, false);
        }
        object = resolve_ref(e->object);
        if (object.kind == Ref::Kind::Error) {
            e->object->type = t_.error;
            return {};
        }
        if (object.kind == Ref::Kind::Module) {
            auto* m = static_cast<ModuleSymbol*>(object.symbol);
            if (auto* name = as<NameExpr>(e->object)) name->value = ValueKind::Module, name->qualifier = m;
            if (auto* member = as<MemberExpr>(e->object))
                member->value = ValueKind::Module, member->qualifier = m;
            Ref ref;
            Symbol* symbol = a_.find_in_module(m, e->name.text);
            if (symbol == nullptr)
                symbol = a_.find_module(std::string(m->name) + "." + std::string(e->name.text));
            if (symbol == nullptr && a_.is_lost(m, e->name.text)) return ref;
            if (symbol == nullptr) {
                std::vector<std::string_view> names;
                for (auto& [n, s] : m->members) {
                    if (s != nullptr && a_.is_visible(s, module_)) names.push_back(n);
                }
                a_.error(e->name.range, "module " + quote(m->name) + " has no " + quote(e->name.text),
                         suggest_name(e->name.text, names));
                return ref;
            }
            if (!a_.is_visible(symbol, module_)) {
                a_.error(e->name.range, quote(e->name.text) + " is private to module " + quote(m->name),
                         "declare it `pub` there");
                return ref;
            }
            ref.symbol = symbol;
            switch (symbol->kind) {
                case SymbolKind::Module:
                    ref.kind = Ref::Kind::Module;
                    break;
                case SymbolKind::Type:
                    ref.kind = Ref::Kind::Type;
                    ref.type = static_cast<TypeSymbol*>(symbol)->self;
                    warn_deprecated_type(static_cast<TypeSymbol*>(symbol), e->name.range);
                    break;
                case SymbolKind::Function:
                    ref.kind = Ref::Kind::Function;
                    break;
                case SymbolKind::Field:
                    ref.kind = Ref::Kind::Global;
                    break;
                default:
                    break;
            }
            return ref;
        }
        if (object.kind == Ref::Kind::Type) return member_of_type(object, e->name);
        const Type* type = use_ref(e->object, object, nullptr);
        e->object->type = type;
    } else {
        check_value(e->object);
    }
    return member_of_value(e->object, e->name, false);
}

Ref BodyChecker::resolve_ref(Expr*& slot) {
    if (auto* name = as<NameExpr>(slot)) return resolve_name(name);
    if (auto* member = as<MemberExpr>(slot); member != nullptr && !member->safe) {
        if (++depth_ > 1000) {
            --depth_;
            a_.error(slot->range, "the expression is nested too deeply", "split it up with `let`");
            return {};
        }
        Ref ref = resolve_member(member);
        --depth_;
        return ref;
    }
    if (auto* apply = as<TypeApplyExpr>(slot)) {
        Ref ref = resolve_ref(apply->base);
        std::vector<const Type*> args;
        for (TypeNode* n : apply->args) args.push_back(a_.resolve(n, type_scope_));
        if (ref.kind == Ref::Kind::Error) return ref;
        ref.has_type_args = true;
        if (ref.kind == Ref::Kind::Type) {
            std::size_t wanted = ref.type->is(TypeKind::Named) ? ref.type->symbol->type_params.size() : 0;
            if (wanted != args.size()) {
                a_.error(slot->range, quote(to_string(ref.type)) + " takes " + std::to_string(wanted) +
                                          " type arguments, found " + std::to_string(args.size()));
                return {};
            }
            ref.type = t_.named(ref.type->symbol, args);
            if (!ref.type->has_error) {
                a_.ensure_supers(ref.type->symbol);  // which has the bounds, if it comes from a class file
                a_.check_bounds(ref.type->symbol->type_params, ref.type->args, {ref.type->args, {}},
                                slot->range);
            }
            return ref;
        }
        if (ref.symbol != nullptr && ref.symbol->kind == SymbolKind::Function) {
            ref.type_args = std::move(args);
            return ref;
        }
        a_.error(slot->range, "only functions and types take type arguments",
                 "to compare, put spaces around `<`");
        return {};
    }
    Ref ref;
    const Type* type = check_value(slot);
    if (!type->has_error) ref.kind = Ref::Kind::Value;
    return ref;
}

}  // namespace skua::compiler
