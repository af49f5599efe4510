#include "vmar_api.h"

#include <algorithm>
#include <cctype>
#include <set>

#include "skua/classfile/disassembler.h"
#include "skua/classfile/reader.h"
#include "skua/classfile/text_form.h"

namespace skua::vmar {

namespace cf = classfile;
using cf::ClassFile;
using cf::Function;

namespace {

constexpr std::string_view kEnumSection = "skua.enum";
// The verifier accepts no type with more (V102), so what is beyond does not matter, but may be endless.
constexpr std::size_t kMaxSupertypes = 512;

bool is_public(std::uint32_t flags) {
    return (flags & cf::kPublic) != 0;
}
bool has(std::uint32_t flags, std::uint32_t flag) {
    return (flags & flag) != 0;
}

void replace_all(std::string& text, std::string_view from, std::string_view to) {
    for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
        text.replace(at, from.size(), to);
}

// As it is written in source: "paint.Color.Red", "text.string.shout".
std::string plain(std::string_view name) {
    std::string out(name);
    replace_all(out, "$ext$", ".");
    std::replace(out.begin(), out.end(), '$', '.');
    while (out.ends_with('.')) out.pop_back();
    return out;
}

// ---- declarations as text --------------------------------------------------------------------

// A type with its variables by name, where the text form has "!0" for those of the type, "!!0" for those of
// the function.
std::string type_name(const ClassFile& file, cf::TypeIndex type, const Function* function) {
    const std::string text = cf::type_text(file, type);
    std::string out;
    for (std::size_t i = 0; i < text.size();) {
        if (text[i] != '!') {
            out += text[i++];
            continue;
        }
        const bool of_function = text.compare(i, 2, "!!") == 0;
        i += of_function ? 2 : 1;
        std::size_t number = 0;
        while (i < text.size() && std::isdigit(static_cast<unsigned char>(text[i])) != 0)
            number = number * 10 + static_cast<std::size_t>(text[i++] - '0');
        const auto& params = of_function && function != nullptr ? function->type_params : file.type_params;
        out += number < params.size() ? std::string(file.str(params[number].name)) : "?";
    }
    return plain(out);
}

std::string type_params_text(const ClassFile& file, const std::vector<cf::TypeParam>& params,
                             const Function* function) {
    std::string out;
    for (const cf::TypeParam& param : params) {
        out += out.empty() ? "<" : ", ";
        out += file.str(param.name);
        for (std::size_t i = 0; i < param.bounds.size(); ++i)
            out += (i == 0 ? ": " : " & ") + type_name(file, param.bounds[i], function);
    }
    return out.empty() ? out : out + ">";
}

// Bounds only, by position: what a caller is checked against.
using Bounds = std::vector<std::set<std::string>>;
Bounds bounds_of(const ClassFile& file, const std::vector<cf::TypeParam>& params) {
    Bounds out;
    for (const cf::TypeParam& param : params) {
        out.emplace_back();
        for (const cf::TypeIndex bound : param.bounds) out.back().insert(cf::type_text(file, bound));
    }
    return out;
}

bool is_instance(const ClassFile& file, const Function& f) {
    return file.kind != cf::DeclKind::Module && !has(f.flags, cf::kStatic);
}

std::string declaration(const ClassFile& file, const Function& f) {
    std::string out;
    if (has(f.flags, cf::kStatic) && !has(f.flags, cf::kSynthetic)) out += "static ";
    if (has(f.flags, cf::kAbstract))
        out += "abstract ";
    else if (has(f.flags, cf::kOpen) && has(file.flags, cf::kOpen))
        out += "open ";
    const bool constructor = has(f.flags, cf::kConstructor) || file.str(f.name) == "make$";
    const bool property = has(f.flags, cf::kProperty);
    out += constructor ? "init" : (property ? "let " : "fn ") + plain(file.str(f.name));
    out += type_params_text(file, f.type_params, &f);
    if (!property) out += "(";
    const std::size_t first = is_instance(file, f) ? 1 : 0;
    for (std::size_t i = first; i < f.params.size() && !property; ++i) {
        out += (i == first ? "" : ", ") + std::string(file.str(f.params[i].name)) + ": ";
        std::string type = type_name(file, f.params[i].type, &f);
        if (has(f.flags, cf::kVariadic) && i + 1 == f.params.size() && type.size() > 2)
            type = type.substr(1, type.size() - 2) + "...";
        out += type + (f.params[i].has_default ? " = ..." : "");
    }
    if (!property) out += ")";
    const std::string result = type_name(file, f.result, &f);
    return constructor || result == "void" ? out : out + ": " + result;
}

std::string declaration(const ClassFile& file, const cf::Field& field) {
    return (has(field.flags, cf::kStatic) && file.kind != cf::DeclKind::Module ? "static " : "") +
           std::string(has(field.flags, cf::kMutable) ? "var " : "let ") + std::string(file.str(field.name)) +
           ": " + type_name(file, field.type, nullptr);
}

bool is_enum(const ClassFile& file) {
    return std::any_of(file.custom.begin(), file.custom.end(),
                       [](const cf::CustomSection& section) { return section.name == kEnumSection; });
}

std::string declaration(const ClassFile& file) {
    static constexpr const char* kinds[] = {"module", "class", "interface", "struct", "enum", "extend"};
    std::string out;
    if (is_enum(file)) {
        out = "enum";
    } else {
        if (has(file.flags, cf::kAbstract) && file.kind == cf::DeclKind::Class) out += "abstract ";
        if (has(file.flags, cf::kOpen)) out += "open ";
        out += kinds[static_cast<std::size_t>(file.kind)];
    }
    out += " " + plain(file.str(file.name)) + type_params_text(file, file.type_params, nullptr);
    std::string supers = file.super == cf::kNone ? "" : type_name(file, file.super, nullptr);
    for (const cf::TypeIndex i : file.interfaces)
        supers += (supers.empty() ? "" : ", ") + type_name(file, i, nullptr);
    return supers.empty() ? out : out + " : " + supers;
}

// ---- what others may refer to ----------------------------------------------------------------

// Modules and extensions have no visibility of their own.
bool is_visible(const ClassFile& file) {
    return is_public(file.flags) || file.kind == cf::DeclKind::Module || file.kind == cf::DeclKind::Extension;
}

// Functions that are written, and the makers of structs. Default values follow from their functions.
bool is_visible(const ClassFile& file, const Function& f) {
    if (!is_public(f.flags)) return false;
    return !has(f.flags, cf::kSynthetic) || file.str(f.name) == "make$";
}

const Function* find_function(const ClassFile& file, std::string_view name) {
    for (const Function& f : file.functions)
        if (file.str(f.name) == name) return &f;
    return nullptr;
}
const cf::Field* find_field(const ClassFile& file, std::string_view name) {
    for (const cf::Field& f : file.fields)
        if (file.str(f.name) == name) return &f;
    return nullptr;
}

// The code of each default value by the name of its function, "f$default$1", without what does not change its
// value.
std::map<std::string, std::string, std::less<>> defaults_of(const ClassFile& file) {
    std::map<std::string, std::string, std::less<>> out;
    auto text = cf::disassemble(file);
    if (!text) return out;
    std::string* code = nullptr;
    for (std::size_t at = 0, end = 0; at < text->size(); at = end + 1) {
        end = std::min(text->find('\n', at), text->size());
        const std::string_view line = std::string_view(*text).substr(at, end - at);
        if (line.starts_with(".function ")) {
            const std::string_view head = line.substr(0, line.find('('));
            const std::string_view name = head.substr(head.rfind(' ') + 1);
            code = name.find("$default$") == std::string_view::npos ? nullptr : &out[std::string(name)];
        } else if (code != nullptr && !line.starts_with("    .line ") && !line.starts_with("    .local ")) {
            *code += line;
            *code += '\n';
        }
    }
    return out;
}

// ---- comparing -------------------------------------------------------------------------------

class Comparison {
public:
    Comparison(const Api& before, const Api& after, const Api& library)
        : before_(before), after_(after), library_(library) {}

    std::vector<ApiChange> run() {
        for (const auto& [name, file] : before_) {
            if (!is_visible(file)) continue;
            const auto now = after_.find(name);
            old_ = &file;
            if (now == after_.end() || !is_visible(now->second)) {
                gone(now == after_.end() ? "removed" : "no longer public");
            } else {
                new_ = &now->second;
                compare_types();
            }
        }
        for (const auto& [name, file] : after_) {
            const auto was = before_.find(name);
            if (!is_visible(file) || (was != before_.end() && is_visible(was->second))) continue;
            added(file);
        }
        return std::move(changes_);
    }

private:
    void note(Effect effect, std::string kind, std::string name, std::string change, std::string before = {},
              std::string after = {}, std::string who = {}) {
        changes_.push_back({std::move(kind), plain(name), std::move(change), effect, std::move(before),
                            std::move(after), std::move(who)});
    }

    // What makes values of a struct is called as a class's constructor is: nobody writes its own name.
    [[nodiscard]] std::string member(std::string_view name) const {
        return std::string(old_->str(old_->name)) + "." + (name == "make$" ? "init" : std::string(name));
    }
    static const char* field_kind(const ClassFile& file) {
        return file.kind == cf::DeclKind::Module ? "global" : "field";
    }

    // A module is as much as is in it.
    void gone(const std::string& how) {
        if (old_->kind != cf::DeclKind::Module)
            return note(Effect::Breaks, "type", std::string(old_->str(old_->name)), how, declaration(*old_));
        for (const Function& f : old_->functions)
            if (is_visible(*old_, f))
                note(Effect::Breaks, "function", member(old_->str(f.name)), how, declaration(*old_, f));
        for (const cf::Field& f : old_->fields)
            if (is_public(f.flags))
                note(Effect::Breaks, "global", member(old_->str(f.name)), how, declaration(*old_, f));
    }

    void added(const ClassFile& file) {
        old_ = &file;
        if (file.kind != cf::DeclKind::Module) {
            // What a new case of an enum means is told once, with the enum.
            return note(Effect::None, "type", std::string(file.str(file.name)), "added", {},
                        declaration(file));
        }
        for (const Function& f : file.functions)
            if (is_visible(file, f))
                note(Effect::None, "function", member(file.str(f.name)), "added", {}, declaration(file, f));
        for (const cf::Field& f : file.fields)
            if (is_public(f.flags))
                note(Effect::None, "global", member(file.str(f.name)), "added", {}, declaration(file, f));
    }

    void compare_types() {
        const std::string name(old_->str(old_->name));
        const auto changed = [&](Effect effect, const char* what, const char* who = "") {
            note(effect, "type", name, what, declaration(*old_), declaration(*new_), who);
        };
        if (old_->kind != new_->kind || is_enum(*old_) != is_enum(*new_))
            return changed(Effect::Breaks, "is another kind of type");
        if (!compare_bounds(old_->type_params, new_->type_params, changed)) return;
        if (old_->kind == cf::DeclKind::Class && !is_enum(*old_)) {
            const bool was_open = has(old_->flags, cf::kOpen);
            if (was_open && !has(new_->flags, cf::kOpen))
                changed(Effect::Breaks, "closed", "those who extend it");
            if (!was_open && has(new_->flags, cf::kOpen)) changed(Effect::None, "opened");
            if (!has(old_->flags, cf::kAbstract) && has(new_->flags, cf::kAbstract))
                changed(Effect::Breaks, "made abstract", "those who construct it");
        }
        compare_supertypes(changed);
        compare_demands(changed);
        if (is_enum(*old_)) compare_cases(changed);
        deprecation(old_->flags, new_->flags, "type", name);
        compare_fields();
        compare_functions();
    }

    // False: nothing else needs to be said.
    template <typename Changed>
    bool compare_bounds(const std::vector<cf::TypeParam>& before, const std::vector<cf::TypeParam>& after,
                        const Changed& changed) {
        const Bounds was = bounds_of(*old_, before);
        const Bounds is = bounds_of(*new_, after);
        if (was.size() != is.size()) {
            changed(Effect::Breaks, "type parameters changed", "");
            return false;
        }
        bool more = false;
        for (std::size_t i = 0; i < was.size(); ++i)
            more = more || !std::includes(was[i].begin(), was[i].end(), is[i].begin(), is[i].end());
        if (more)
            changed(Effect::Breaks, "bounds changed", "those whose type arguments do not fulfil them");
        else if (was != is)
            changed(Effect::None, "bounds relaxed", "");
        return true;
    }

    // The names of all supertypes, as far as the archive knows them.
    static void supertype_names(const Api& api, const ClassFile& file, std::set<std::string>& out) {
        const auto add = [&](cf::TypeIndex type) {
            const std::string name(file.str(file.types[type].name));
            if (out.size() >= kMaxSupertypes || !out.insert(name).second) return;
            if (const auto more = api.find(name); more != api.end()) supertype_names(api, more->second, out);
        };
        if (file.super != cf::kNone) add(file.super);
        for (const cf::TypeIndex i : file.interfaces) add(i);
    }

    static std::map<std::string, std::string> direct_supertypes(const ClassFile& file) {
        std::map<std::string, std::string> out;
        const auto add = [&](cf::TypeIndex type) {
            out[std::string(file.str(file.types[type].name))] = cf::type_text(file, type);
        };
        if (file.super != cf::kNone) add(file.super);
        for (const cf::TypeIndex i : file.interfaces) add(i);
        return out;
    }

    template <typename Changed>
    void compare_supertypes(const Changed& changed) {
        const auto was = direct_supertypes(*old_);
        const auto is = direct_supertypes(*new_);
        if (was == is) return;
        std::set<std::string> had, all;
        supertype_names(before_, *old_, had);
        supertype_names(after_, *new_, all);
        bool lost = false, other_arguments = false, gained = false;
        for (const std::string& name : had) lost = lost || !all.contains(name);
        for (const auto& [name, text] : was)
            other_arguments = other_arguments || (is.contains(name) && is.at(name) != text);
        for (const std::string& name : all) gained = gained || !had.contains(name);
        if (lost) changed(Effect::Breaks, "supertype removed", "those who rely on it");
        if (other_arguments) changed(Effect::Breaks, "supertype changed", "those who rely on it");
        if (!lost && !other_arguments && gained) changed(Effect::None, "supertype added");
    }

    // What subtypes have to implement: the abstract methods of a type and its supertypes for which none of
    // them has a body. `unknown`: supertypes that nothing is known of.
    using Names = std::set<std::string_view>;
    struct Demands {
        Names methods, unknown;
    };
    void collect_demands(const Api& api, const ClassFile& file, Names& seen, Demands& out,
                         Names& bodies) const {
        for (const Function& f : file.functions) {
            if (!is_instance(file, f) || has(f.flags, cf::kPrivate) || has(f.flags, cf::kConstructor))
                continue;
            if (has(f.flags, cf::kAbstract))
                out.methods.emplace(file.str(f.name));
            else
                bodies.emplace(file.str(f.name));
        }
        const auto above = [&](cf::TypeIndex type) {
            const std::string_view name = file.str(file.types[type].name);
            if (seen.size() >= kMaxSupertypes || !seen.insert(name).second) return;
            if (const auto own = api.find(name); own != api.end())
                collect_demands(api, own->second, seen, out, bodies);
            else if (const auto known = library_.find(name); known != library_.end())
                collect_demands(library_, known->second, seen, out, bodies);
            else
                out.unknown.insert(name);
        };
        if (file.super != cf::kNone) above(file.super);
        for (const cf::TypeIndex i : file.interfaces) above(i);
    }
    [[nodiscard]] Demands demands_of(const Api& api, const ClassFile& file) const {
        Demands out;
        Names seen, bodies;
        collect_demands(api, file, seen, out, bodies);
        for (const std::string_view body : bodies) out.methods.erase(body);
        return out;
    }

    // Beyond what the type itself declares, which is told as a change of that method.
    template <typename Changed>
    void compare_demands(const Changed& changed) {
        const bool has_demands = old_->kind == cf::DeclKind::Interface || has(new_->flags, cf::kAbstract);
        if (!can_be_subtyped() || !has_demands) return;
        const Demands was = demands_of(before_, *old_);
        const Demands is = demands_of(after_, *new_);
        const auto join = [](std::string& all, std::string_view one) {
            all += all.empty() ? "" : ", ";
            all += one;
        };
        std::string methods, unknown;
        for (const std::string_view method : is.methods)
            if (!was.methods.contains(method) && find_function(*new_, method) == nullptr)
                join(methods, method);
        for (const std::string_view type : is.unknown)
            if (!was.unknown.contains(type)) join(unknown, plain(type));
        if (!methods.empty())
            changed(Effect::Breaks, "supertypes want more",
                    ("those who implement or extend it and have no " + methods).c_str());
        else if (!unknown.empty())
            changed(
                Effect::Breaks, "supertypes may want more",
                ("those who implement or extend it and lack something that " + unknown + " wants").c_str());
    }

    // A case is a class of its own, which is compared as such.
    template <typename Changed>
    void compare_cases(const Changed& changed) {
        const std::string prefix = std::string(old_->str(old_->name)) + "$";
        bool more = false;
        for (auto it = after_.lower_bound(prefix); it != after_.end() && it->first.starts_with(prefix); ++it)
            more = more || !before_.contains(it->first);
        if (more)
            changed(Effect::Breaks, "case added",
                    "those who match its values: for a new one they have no arm");
    }

    void deprecation(std::uint32_t before, std::uint32_t after, const char* kind, const std::string& name) {
        if (!has(before, cf::kDeprecated) && has(after, cf::kDeprecated))
            note(Effect::None, kind, name, "deprecated");
    }

    // ---- fields

    // What pack and taking apart are verified against.
    static std::string layout(const ClassFile& file) {
        std::string out;
        for (const cf::Field& f : file.fields)
            if (!has(f.flags, cf::kStatic))
                out += std::string(file.str(f.name)) + ":" + cf::type_text(file, f.type) + ",";
        return out;
    }

    void compare_fields() {
        const char* kind = field_kind(*old_);
        for (const cf::Field& was : old_->fields) {
            if (!is_public(was.flags)) continue;
            const std::string name = member(old_->str(was.name));
            const cf::Field* is = find_field(*new_, old_->str(was.name));
            const std::string before = declaration(*old_, was);
            if (is == nullptr || !is_public(is->flags)) {
                note(Effect::Breaks, kind, name, is == nullptr ? "removed" : "no longer public", before);
                continue;
            }
            const std::string after = declaration(*new_, *is);
            const auto changed = [&](Effect effect, const char* what, const char* who = "") {
                note(effect, kind, name, what, before, after, who);
            };
            if (cf::type_text(*old_, was.type) != cf::type_text(*new_, is->type))
                changed(Effect::Breaks, "type changed");
            else if (has(was.flags, cf::kStatic) != has(is->flags, cf::kStatic))
                changed(Effect::Breaks, has(is->flags, cf::kStatic) ? "made static" : "no longer static");
            else if (has(was.flags, cf::kMutable) && !has(is->flags, cf::kMutable))
                changed(Effect::Breaks, "no longer assignable", "those who assign it");
            else if (!has(was.flags, cf::kMutable) && has(is->flags, cf::kMutable))
                changed(Effect::None, "made assignable");
            deprecation(was.flags, is->flags, kind, name);
        }
        for (const cf::Field& is : new_->fields) {
            if (!is_public(is.flags)) continue;
            const cf::Field* was = find_field(*old_, new_->str(is.name));
            if (was == nullptr || !is_public(was->flags))
                note(Effect::None, kind, member(new_->str(is.name)), "added", {}, declaration(*new_, is));
        }
        // Values of a struct with a maker are built by it, and otherwise by whoever uses the struct.
        if (old_->kind == cf::DeclKind::Struct && layout(*old_) != layout(*new_) &&
            (find_function(*old_, "make$") == nullptr || find_function(*new_, "make$") == nullptr))
            note(Effect::Breaks, "type", std::string(old_->str(old_->name)), "components changed",
                 layout(*old_), layout(*new_), "those who build values of it");
    }

    // ---- functions

    void compare_functions() {
        const auto defaults_were = defaults_of(*old_);
        const auto defaults_are = defaults_of(*new_);
        for (const auto& [name, code] : defaults_were) {
            const auto is = defaults_are.find(name);
            if (is != defaults_are.end() && is->second != code) default_changed(name);
        }
        for (const Function& was : old_->functions) {
            if (!is_visible(*old_, was)) continue;
            const Function* is = find_function(*new_, old_->str(was.name));
            // A constructor can be called by subclasses alone if the class is abstract; an enum's never.
            if (has(was.flags, cf::kConstructor) && is_enum(*old_)) continue;
            if (is == nullptr || !is_public(is->flags))
                note(Effect::Breaks, "function", member(old_->str(was.name)),
                     is == nullptr ? "removed" : "no longer public", declaration(*old_, was));
            else
                compare_function(was, *is);
        }
        for (const Function& is : new_->functions) {
            if (!is_visible(*new_, is)) continue;
            const Function* was = find_function(*old_, new_->str(is.name));
            if (was == nullptr || !is_public(was->flags)) function_added(is);
        }
    }

    // `name` is of both: "f$default$1". A caller takes the value from the library each time.
    void default_changed(std::string_view name) {
        constexpr std::string_view mark = "$default$";
        const std::size_t at = name.rfind(mark);
        const Function* was = find_function(*old_, name.substr(0, at));
        const Function* is = find_function(*new_, name.substr(0, at));
        if (was == nullptr || is == nullptr || !is_visible(*old_, *was) || !is_visible(*new_, *is) ||
            parameter_types(*old_, *was) != parameter_types(*new_, *is))
            return;
        std::size_t number = 0;
        for (const char c : name.substr(at + mark.size()))
            number = number * 10 + static_cast<std::size_t>(c - '0');
        std::string parameter =
            number < is->params.size() ? std::string(new_->str(is->params[number].name)) : "";
        note(Effect::Value, "function", member(old_->str(was->name)),
             "default value" + (parameter.empty() ? "" : " of " + parameter) + " changed");
    }

    [[nodiscard]] bool can_be_subtyped() const {
        return !is_enum(*old_) && (old_->kind == cf::DeclKind::Interface ||
                                   (old_->kind == cf::DeclKind::Class && has(old_->flags, cf::kOpen)));
    }

    void function_added(const Function& is) {
        const bool demanded = has(is.flags, cf::kAbstract) && can_be_subtyped();
        // Values were put together by whoever used the struct, which is its own affair from now on.
        if (new_->kind == cf::DeclKind::Struct && new_->str(is.name) == "make$")
            return note(Effect::Breaks, "type", std::string(new_->str(new_->name)),
                        "checks or completes its values now", {}, declaration(*new_, is),
                        "those who build values of it");
        note(demanded ? Effect::Breaks : Effect::None, "function", member(new_->str(is.name)), "added", {},
             declaration(*new_, is), demanded ? "those who implement or extend the type" : "");
    }

    static std::string parameter_types(const ClassFile& file, const Function& f) {
        std::string out;
        for (const cf::Param& param : f.params) out += cf::type_text(file, param.type) + ",";
        return out;
    }

    void compare_function(const Function& was, const Function& is) {
        const std::string name = member(old_->str(was.name));
        const auto changed = [&](Effect effect, const char* what, const char* who = "") {
            note(effect, "function", name, what, declaration(*old_, was), declaration(*new_, is), who);
        };
        if (is_instance(*old_, was) != is_instance(*new_, is))
            return changed(Effect::Breaks, is_instance(*new_, is) ? "no longer static" : "made static");
        if (!compare_bounds(was.type_params, is.type_params, changed)) return;
        if (parameter_types(*old_, was) != parameter_types(*new_, is))
            return changed(Effect::Breaks, "parameters changed");
        if (cf::type_text(*old_, was.result) != cf::type_text(*new_, is.result))
            return changed(Effect::Breaks, "result changed");
        compare_dispatch(was, is, changed);
        bool lost = false, gained = false, renamed = false;
        for (std::size_t i = 0; i < was.params.size(); ++i) {
            lost = lost || (was.params[i].has_default && !is.params[i].has_default);
            gained = gained || (!was.params[i].has_default && is.params[i].has_default);
            renamed = renamed || old_->str(was.params[i].name) != new_->str(is.params[i].name);
        }
        if (lost) changed(Effect::Breaks, "default value removed", "those who leave it to the library");
        if (gained) changed(Effect::None, "default value added");
        if (renamed) changed(Effect::Source, "parameters renamed");
        if (has(was.flags, cf::kProperty) != has(is.flags, cf::kProperty))
            changed(Effect::Source,
                    has(is.flags, cf::kProperty) ? "made a property" : "no longer a property");
        if (has(was.flags, cf::kVariadic) != has(is.flags, cf::kVariadic))
            changed(Effect::Source, has(is.flags, cf::kVariadic) ? "made variadic" : "no longer variadic");
        deprecation(was.flags, is.flags, "function", name);
    }

    template <typename Changed>
    void compare_dispatch(const Function& was, const Function& is, const Changed& changed) {
        const bool was_open = has(was.flags, cf::kOpen);
        const bool is_open = has(is.flags, cf::kOpen);
        if (!has(was.flags, cf::kAbstract) && has(is.flags, cf::kAbstract))
            changed(Effect::Breaks, "made abstract", "those who implement or extend the type");
        else if (has(was.flags, cf::kAbstract) && !has(is.flags, cf::kAbstract))
            changed(Effect::None, "no longer abstract", "");
        else if (was_open && !is_open && can_be_subtyped())
            changed(Effect::Breaks, "closed", "those who override it");
        else if (!was_open && is_open)
            changed(Effect::Breaks, "opened", "those who call it: calls that are not dispatched are refused");
    }

    const Api& before_;
    const Api& after_;
    const Api& library_;
    const ClassFile* old_ = nullptr;
    const ClassFile* new_ = nullptr;
    std::vector<ApiChange> changes_;
};

}  // namespace

Outcome read_api(const cf::Archive& archive, Api& api) {
    for (const cf::EntryInfo& entry : archive.entries()) {
        if (!entry.name.ends_with(".skc")) continue;
        auto data = archive.read_entry(entry.name);
        if (!data) return failure(kBadInput, data.error());
        const std::string where = archive.display_name() + "!" + std::string(entry.name);
        auto file = cf::read(data->bytes(), where);
        if (!file) return failure(kBadInput, file.error());
        std::string name(file->str(file->name));
        if (cf::class_entry_name(name) != entry.name)
            return Failure{kBadInput, where + ": holds another type, " + name};
        api.emplace(std::move(name), std::move(*file));
    }
    return {};
}

std::vector<ApiChange> compare(const Api& before, const Api& after, const Api& library) {
    return Comparison(before, after, library).run();
}

bool has_supertypes_elsewhere(const Api& before, const Api& after) {
    const auto elsewhere = [](const Api& api) {
        return std::any_of(api.begin(), api.end(), [&](const auto& one) {
            const ClassFile& file = one.second;
            const auto missing = [&](cf::TypeIndex type) {
                return !api.contains(file.str(file.types[type].name));
            };
            return (file.super != cf::kNone && missing(file.super)) ||
                   std::any_of(file.interfaces.begin(), file.interfaces.end(), missing);
        });
    };
    return elsewhere(before) || elsewhere(after);
}

}  // namespace skua::vmar
