// The flattened list of a definition's supertypes. Hostile hierarchies are cyclic, endless or
// exponential; here they become a failure of bounded cost.
#include <algorithm>

#include "verify/type_context.h"

namespace skua::vm {

namespace cf = classfile;

namespace {

constexpr std::size_t kMaxSupertypes = 512;

using Supertypes = TypeDef::Supertypes;

const Supertypes& publish(TypeDef& def, std::unique_ptr<Supertypes> made) {
    const Supertypes* none = nullptr;
    if (def.supertypes.compare_exchange_strong(none, made.get(), std::memory_order_acq_rel))
        return *made.release();
    return *none;  // another thread was faster, with the same outcome
}

std::unique_ptr<Supertypes> failed(const TypeDef& def, Rule rule, std::string message) {
    auto out = std::make_unique<Supertypes>();
    out->ok = false;
    out->failure.message = std::move(message);
    out->failure.rule = rule_name(rule);
    out->failure.file = def.file_name;
    out->failure.type = def.name;
    return out;
}

class Walk {
public:
    // Null: the walk from `def` was too long to be finished; only its start can be called a failure.
    const Supertypes* visit(TypeDef& def) {
        if (const Supertypes* known = def.supertypes.load(std::memory_order_acquire)) return known;
        if (std::find(path_.begin(), path_.end(), &def) != path_.end())
            return &publish(def, failed(def, Rule::V102, "the type is its own supertype"));
        if (path_.size() > kMaxSupertypes) return nullptr;
        path_.push_back(&def);
        auto made = std::make_unique<Supertypes>();
        const bool finished = collect(def, made);
        path_.pop_back();
        return finished ? &publish(def, std::move(made)) : nullptr;
    }

private:
    bool collect(TypeDef& def, std::unique_ptr<Supertypes>& out) {
        if (def.super && !add(def, def.super, cf::DeclKind::Class, out)) return false;
        for (const Type* interface : def.interfaces)
            if (out->ok && !add(def, interface, cf::DeclKind::Interface, out)) return false;
        if (out->ok && def.super) {  // superclasses in front, nearest first
            std::stable_partition(out->types.begin(), out->types.end(), [](const Type* t) {
                return t->def.load(std::memory_order_relaxed)->kind == cf::DeclKind::Class;
            });
        }
        return true;
    }

    bool add(TypeDef& def, const Type* type, cf::DeclKind wanted, std::unique_ptr<Supertypes>& out) {
        auto loaded = Loader::resolve(type);
        if (!loaded) {
            Diagnostic why = loaded.error();
            if (why.rule.empty()) why.type.clear();  // the message names the class already
            std::string hint = std::move(why.hint);
            why.hint.clear();
            out = failed(def, Rule::V101,
                         "supertype " + type_text(type) + " cannot be loaded: " + why.to_string());
            out->failure.hint = std::move(hint);
            out->missing = true;
            return true;
        }
        TypeDef& above = **loaded;
        if (above.kind != wanted) {
            out = failed(def, Rule::V101,
                         type_text(type) + (wanted == cf::DeclKind::Class
                                                ? " is not a class, so it cannot be the superclass"
                                                : " is not an interface, so it cannot be implemented"));
            return true;
        }
        if (type->args.size() != above.type_param_count()) {
            out = failed(def, Rule::V001,
                         type_text(type) + " has " + std::to_string(type->args.size()) +
                             " type arguments, expected " + std::to_string(above.type_param_count()));
            return true;
        }
        const Supertypes* further = visit(above);
        if (!further) return false;
        if (!further->ok) {
            const bool cyclic = further->failure.rule == rule_name(Rule::V102);
            const std::string& why = further->failure.message;
            out = failed(def, cyclic ? Rule::V102 : Rule::V101,
                         why.size() > 200 ? why : "supertype " + type_text(type) + " is bad: " + why);
            out->failure.hint = further->failure.hint;
            out->missing = further->missing;
            return true;
        }
        if (!insert(def, type, out)) return true;
        for (const Type* open : further->types) {
            const Type* inherited = def.types.substitute(open, type->args, {});
            if (!inherited) {
                out = failed(def, Rule::V004, "a supertype of " + type_text(type) + " is nested too deeply");
                return true;
            }
            inherited->def.store(open->def.load(std::memory_order_relaxed), std::memory_order_release);
            if (!insert(def, inherited, out)) return true;
        }
        return true;
    }

    // False if that made `out` a failure.
    static bool insert(TypeDef& def, const Type* type, std::unique_ptr<Supertypes>& out) {
        const TypeDef* target = type->def.load(std::memory_order_relaxed);
        for (const Type* have : out->types) {
            if (have == type) return true;
            if (have->def.load(std::memory_order_relaxed) == target) {
                out = failed(def, Rule::V103,
                             "the type has both " + type_text(have) + " and " + type_text(type));
                return false;
            }
        }
        if (out->types.size() >= kMaxSupertypes) {
            out = failed(def, Rule::V102, "the type has more than 512 supertypes");
            return false;
        }
        out->types.push_back(type);
        return true;
    }

    std::vector<TypeDef*> path_;
};

}  // namespace

const TypeDef::Supertypes& supertypes_of(TypeDef& type) {
    Walk walk;
    if (const Supertypes* found = walk.visit(type)) return *found;
    return publish(type, failed(type, Rule::V102, "the type has more than 512 supertypes"));
}

}  // namespace skua::vm
