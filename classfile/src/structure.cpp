// check_structure: rules F009..F027 and F035 on the model. Numbers as in docs/classfile-format.md.
#include "skua/classfile/structure.h"

#include <algorithm>
#include <string>

#include "skua/classfile/limits.h"
#include "type_scope.h"

namespace skua::classfile {

namespace {

constexpr std::uint32_t kTypeFlags = kPublic | kPrivate | kOpen | kAbstract | kSynthetic | kDeprecated;
constexpr std::uint32_t kFieldFlags =
    kPublic | kPrivate | kStatic | kMutable | kSynthetic | kDeprecated | kOverride | kOpen;
constexpr std::uint32_t kFunctionFlags = kPublic | kPrivate | kOpen | kAbstract | kOverride | kStatic |
                                         kNative | kProperty | kSynthetic | kVariadic | kDeprecated |
                                         kConstructor | kOperator;

class Checker {
public:
    explicit Checker(const ClassFile& file) : file_(file) {}

    Result<> run() {
        const bool good = strings() && types() && field_paths() && method_refs() && declaration() &&
                          fields() && functions() && debug() && custom();
        if (good) return {};
        if (file_.name < file_.strings.size() && is_type_name(file_.strings[file_.name]))
            error_.type = file_.strings[file_.name];
        return std::move(error_);
    }

private:
    bool fail(std::string_view rule, std::string message) {
        error_.rule = rule;
        error_.message = std::move(message);
        return false;
    }

    bool index(std::uint32_t i, std::size_t size, std::string_view what) {
        if (i < size) return true;
        return fail("F016", std::string(what) + " has index " + std::to_string(i) + ", but its table has " +
                                std::to_string(size) + " entries");
    }
    bool str(StrIndex i, std::string_view what) { return index(i, file_.strings.size(), what); }
    bool optional_str(StrIndex i, std::string_view what) { return i == kNone || str(i, what); }

    // A type that a value can have.
    bool value_type(TypeIndex i, std::string_view what) {
        if (!index(i, file_.types.size(), what)) return false;
        if (file_.types[i].kind == TypeKind::Void) return fail("F015", std::string(what) + " is void");
        return true;
    }
    bool named_type(TypeIndex i, std::string_view what) {
        if (!index(i, file_.types.size(), what)) return false;
        if (file_.types[i].kind != TypeKind::Named)
            return fail("F024", std::string(what) + " is not a named type");
        return true;
    }
    bool member_name(StrIndex i, std::string_view what) {
        if (!str(i, what)) return false;
        if (!is_member_name(file_.strings[i]))
            return fail("F020", std::string(what) + " is not a valid name");
        return true;
    }
    bool type_name(StrIndex i, std::string_view what) {
        if (!str(i, what)) return false;
        if (!is_type_name(file_.strings[i])) return fail("F020", std::string(what) + " is not a valid name");
        return true;
    }
    bool flags(std::uint32_t found, std::uint32_t known, std::string_view what) {
        if (file_.minor <= kVersionMinor && (found & ~known) != 0)
            return fail("F019", std::string(what) +
                                    " has flags that it cannot have: " + std::to_string(found & ~known));
        if ((found & kPublic) != 0 && (found & kPrivate) != 0)
            return fail("F019", std::string(what) + " is both public and private");
        return true;
    }
    bool scope(TypeIndex t, std::uint32_t func_params, std::string_view what) {
        const TypeVars vars = vars_.of(t);
        if (vars.class_count > file_.type_params.size() || vars.func_count > func_params)
            return fail("F022", std::string(what) + " mentions a type variable that is not in scope");
        return true;
    }

    bool strings() {
        for (std::size_t i = 0; i < file_.strings.size(); ++i) {
            if (!is_utf8(file_.strings[i]))
                return fail("F009", "string " + std::to_string(i) + " is not valid UTF-8");
            if (i > 0 && !(file_.strings[i - 1] < file_.strings[i]))
                return fail("F010", "string " + std::to_string(i) + " is repeated or out of order");
        }
        return true;
    }

    bool types() {
        struct Measure {
            std::uint32_t depth, size;
        };
        std::vector<Measure> measures(file_.types.size());
        for (std::uint32_t i = 0; i < file_.types.size(); ++i) {
            const TypeDesc& t = file_.types[i];
            if (!type_shape(t, i)) return false;
            Measure m{
                1, 1 + (t.kind == TypeKind::Named ? static_cast<std::uint32_t>(file_.strings[t.name].size())
                                                  : 0)};
            for (std::size_t a = 0; a < t.args.size(); ++a) {
                const TypeIndex arg = t.args[a];
                if (arg >= i)
                    return fail("F012", "type " + std::to_string(i) + " does not refer to an earlier type");
                const bool result = t.kind == TypeKind::Function && a + 1 == t.args.size();
                if (!result && file_.types[arg].kind == TypeKind::Void)
                    return fail("F015", "type " + std::to_string(i) + " has void as a part");
                m.depth = std::max(m.depth, measures[arg].depth + 1);
                m.size = std::min(m.size + measures[arg].size, kMaxTypeSize + 1);
            }
            if (m.depth > kMaxTypeDepth || m.size > kMaxTypeSize)
                return fail("F013", "type " + std::to_string(i) + " is nested too deeply or too large");
            measures[i] = m;
            if (i == 0) continue;
            const Measure& before = measures[i - 1];
            if (before.depth > m.depth || (before.depth == m.depth && !type_less(file_.types[i - 1], t)))
                return fail("F014", "type " + std::to_string(i) + " is repeated or out of order");
        }
        return true;
    }

    bool type_shape(const TypeDesc& t, std::uint32_t i) {
        const std::size_t n = t.args.size();
        bool good = true;
        switch (t.kind) {
            case TypeKind::Array:
            case TypeKind::Nullable:
                good = n == 1;
                break;
            case TypeKind::Named:
                good = n <= kMaxTypeParams;
                break;
            case TypeKind::Function:
                good = n >= 1 && n <= kMaxParams + 1;
                break;
            case TypeKind::Tuple:
                good = n >= 2 && n <= kMaxTupleComponents;
                break;
            case TypeKind::ClassVar:
            case TypeKind::FuncVar:
                good = n == 0 && t.index < kMaxTypeParams;
                break;
            default:
                good = n == 0;
                break;
        }
        const bool variable = t.kind == TypeKind::ClassVar || t.kind == TypeKind::FuncVar;
        if (!variable && t.index != 0) good = false;
        if (t.kind != TypeKind::Named && t.name != 0) good = false;
        if (!good) return fail("F011", "type " + std::to_string(i) + " has a wrong number of parts");
        return t.kind != TypeKind::Named || type_name(t.name, "the name of type " + std::to_string(i));
    }

    bool field_paths() {
        for (std::size_t i = 0; i < file_.field_paths.size(); ++i) {
            const FieldPath& p = file_.field_paths[i];
            if (p.steps.empty() || p.steps.size() > kMaxPathSteps)
                return fail("F017", "field path " + std::to_string(i) + " has " +
                                        std::to_string(p.steps.size()) + " steps");
            for (const FieldStep& s : p.steps)
                if (!value_type(s.owner, "the owner of a field") ||
                    !member_name(s.name, "the name of a field") || !value_type(s.type, "the type of a field"))
                    return false;
            if (i > 0 && !entry_less(file_.field_paths[i - 1], p))
                return fail("F017", "field path " + std::to_string(i) + " is repeated or out of order");
        }
        return true;
    }

    bool method_refs() {
        for (std::size_t i = 0; i < file_.method_refs.size(); ++i) {
            const MethodRef& r = file_.method_refs[i];
            if (!value_type(r.owner, "the owner of a method") ||
                !member_name(r.name, "the name of a method") ||
                !index(r.result, file_.types.size(), "the result of a method"))
                return false;
            if (r.params.size() > kMaxParams || r.type_args.size() > kMaxTypeParams)
                return fail("F023", "method reference " + std::to_string(i) + " has too many parameters");
            for (TypeIndex t : r.type_args)
                if (!value_type(t, "a type argument of a method")) return false;
            for (TypeIndex t : r.params)
                if (!value_type(t, "a parameter of a method")) return false;
            if (i > 0 && !entry_less(file_.method_refs[i - 1], r))
                return fail("F018", "method reference " + std::to_string(i) + " is repeated or out of order");
        }
        return true;
    }

    bool type_params(const std::vector<TypeParam>& params, std::uint32_t func_params) {
        if (params.size() > kMaxTypeParams) return fail("F023", "there are more than 255 type parameters");
        std::vector<StrIndex> names;
        for (const TypeParam& p : params) {
            if (!member_name(p.name, "the name of a type parameter")) return false;
            names.push_back(p.name);
            for (TypeIndex b : p.bounds)
                if (!named_type(b, "a bound of a type parameter") ||
                    !scope(b, func_params, "a bound of a type parameter"))
                    return false;
        }
        return distinct(names, "type parameter");
    }

    bool distinct(std::vector<StrIndex>& names, std::string_view what) {
        std::sort(names.begin(), names.end());
        const auto twice = std::adjacent_find(names.begin(), names.end());
        if (twice == names.end()) return true;
        return fail("F021", std::string(what) + " '" + file_.strings[*twice] + "' is declared twice");
    }

    bool declaration() {
        if (!type_name(file_.name, "the name of the type") ||
            !type_name(file_.module, "the name of the module") ||
            !flags(file_.flags, kTypeFlags, "the type") || !optional_str(file_.doc, "a doc comment") ||
            !type_params(file_.type_params, 0))
            return false;
        const std::string& name = file_.strings[file_.name];
        const std::string& module = file_.strings[file_.module];
        if (file_.kind == DeclKind::Module) {
            if (name != module) return fail("F024", "a module's name differs from its type name");
            if (!file_.type_params.empty() || !file_.interfaces.empty())
                return fail("F024", "a module has type parameters or interfaces");
        } else if (name.size() <= module.size() + 1 || name.compare(0, module.size(), module) != 0 ||
                   name[module.size()] != '.') {
            return fail("F024", "the type '" + name + "' does not lie in its module '" + module + "'");
        }
        if (file_.super != kNone) {
            if (file_.kind != DeclKind::Class) return fail("F024", "only a class has a superclass");
            if (!named_type(file_.super, "the superclass") || !scope(file_.super, 0, "the superclass"))
                return false;
        }
        for (std::size_t i = 0; i < file_.interfaces.size(); ++i)
            if (!named_type(file_.interfaces[i], "an interface") ||
                !scope(file_.interfaces[i], 0, "an interface"))
                return false;
        std::vector<TypeIndex> seen = file_.interfaces;
        std::sort(seen.begin(), seen.end());
        if (std::adjacent_find(seen.begin(), seen.end()) != seen.end())
            return fail("F021", "an interface is named twice");
        return true;
    }

    bool fields() {
        const bool only_static = file_.kind == DeclKind::Module || file_.kind == DeclKind::Interface ||
                                 file_.kind == DeclKind::Extension;
        std::vector<StrIndex> names;
        for (const Field& f : file_.fields) {
            if (!member_name(f.name, "the name of a field") || !value_type(f.type, "the type of a field") ||
                !flags(f.flags, kFieldFlags, "a field") || !optional_str(f.doc, "a doc comment") ||
                !scope(f.type, 0, "the type of a field"))
                return false;
            if (only_static && (f.flags & kStatic) == 0)
                return fail("F024",
                            "field '" + file_.strings[f.name] + "' must be static in a type of this kind");
            names.push_back(f.name);
        }
        return distinct(names, "field");
    }

    bool functions() {
        std::vector<StrIndex> names;
        for (const Function& f : file_.functions) {
            if (!member_name(f.name, "the name of a function")) return false;
            names.push_back(f.name);
            error_.function = file_.strings[f.name];
            if (!function(f)) return false;
        }
        error_.function.clear();
        return distinct(names, "function");
    }

    bool function(const Function& f) {
        const auto func_params = static_cast<std::uint32_t>(f.type_params.size());
        if (!flags(f.flags, kFunctionFlags, "the function") || !type_params(f.type_params, func_params) ||
            !optional_str(f.native_library, "the native library") || !optional_str(f.doc, "a doc comment"))
            return false;
        if (f.params.size() > kMaxParams) return fail("F023", "the function has more than 255 parameters");
        std::vector<StrIndex> names;
        for (const Param& p : f.params) {
            if (!member_name(p.name, "the name of a parameter") ||
                !value_type(p.type, "the type of a parameter") ||
                !scope(p.type, func_params, "the type of a parameter"))
                return false;
            names.push_back(p.name);
        }
        if (!distinct(names, "parameter") || !index(f.result, file_.types.size(), "the result type") ||
            !scope(f.result, func_params, "the result type"))
            return false;
        const bool abstract = (f.flags & kAbstract) != 0;
        const bool native = (f.flags & kNative) != 0;
        if (abstract && native) return fail("F025", "the function is both abstract and native");
        if (f.has_code == (abstract || native))
            return fail(
                "F025",
                "the function has code although it is abstract or native, or none although it is neither");
        if (native != (f.native_library != kNone))
            return fail("F025", "a native function names its library, and no other does");
        if ((f.flags & kVariadic) != 0 &&
            (f.params.empty() || file_.types[f.params.back().type].kind != TypeKind::Array))
            return fail("F025", "the last parameter of a variadic function must be an array");
        if ((f.flags & kConstructor) != 0 &&
            (file_.strings[f.name] != "init" || f.params.empty() ||
             file_.types[f.result].kind != TypeKind::Void || (f.flags & kStatic) != 0))
            return fail("F025", "a constructor is named 'init', takes the new object and returns nothing");
        return !f.has_code || code(f, func_params);
    }

    bool code(const Function& f, std::uint32_t func_params) {
        const Code& c = f.code;
        if (c.registers.size() > kMaxRegisters)
            return fail("F023", "the function has more than 65535 registers");
        if (c.registers.size() < f.params.size())
            return fail("F025", "the function has fewer registers than parameters");
        for (std::size_t i = 0; i < c.registers.size(); ++i) {
            if (i < f.params.size()) {
                if (c.registers[i] != f.params[i].type)
                    return fail("F025", "the first registers are not the parameters");
            } else if (!value_type(c.registers[i], "the type of a register") ||
                       !scope(c.registers[i], func_params, "the type of a register")) {
                return false;
            }
        }
        for (const Handler& h : c.handlers)
            if (h.start >= h.end || h.reg >= c.registers.size() ||
                !value_type(h.type, "the type of a handler") ||
                !scope(h.type, func_params, "the type of a handler"))
                return error_.rule.empty()
                           ? fail("F026", "a handler has an empty range or a register that does not exist")
                           : false;
        return true;
    }

    bool debug() {
        if (!optional_str(file_.source_file, "the source file")) return false;
        for (const Function& f : file_.functions) {
            for (std::size_t i = 1; i < f.code.lines.size(); ++i)
                if (f.code.lines[i - 1].instruction >= f.code.lines[i].instruction)
                    return fail("F027", "the line table does not ascend");
            for (std::size_t i = 0; i < f.code.locals.size(); ++i) {
                const LocalName& l = f.code.locals[i];
                if (!str(l.name, "the name of a local")) return false;
                if (l.reg >= f.code.registers.size() || (i > 0 && f.code.locals[i - 1].reg >= l.reg))
                    return fail("F027",
                                "the names of locals do not ascend, or name a register that does not exist");
            }
        }
        return true;
    }

    bool custom() {
        for (std::size_t i = 0; i < file_.custom.size(); ++i) {
            if (!is_utf8(file_.custom[i].name) || !is_member_name(file_.custom[i].name))
                return fail("F035", "the name of a custom section is not valid");
            if (i > 0 && !(file_.custom[i - 1].name < file_.custom[i].name))
                return fail("F035",
                            "custom section '" + file_.custom[i].name + "' is repeated or out of order");
        }
        return true;
    }

    const ClassFile& file_;
    TypeScope vars_{file_};
    Diagnostic error_;
};

}  // namespace

Result<> check_structure(const ClassFile& file) {
    return Checker(file).run();
}

}  // namespace skua::classfile
