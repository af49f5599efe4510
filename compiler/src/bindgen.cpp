#include "bindgen.h"

#include <algorithm>
#include <fmt/format.h>

#include "driver.h"
#include "skua/classfile/structure.h"

namespace skua::compiler {
namespace {

constexpr std::size_t kLineWidth = 110;

// Types of other modules that need no import.
constexpr std::string_view kKnownEverywhere[] = {"std.collections.List", "std.collections.Map",
                                                 "std.collections.Set", "std.collections.MapEntry",
                                                 "std.text.StringBuilder"};

std::string_view last_part(std::string_view name) {
    return name.substr(name.rfind('.') + 1);
}
std::string_view parent_of(std::string_view name) {
    const std::size_t dot = name.rfind('.');
    return dot == std::string_view::npos ? std::string_view() : name.substr(0, dot);
}

std::string indented(std::string_view text, std::string_view indent) {
    std::string out;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        std::string_view line = text.substr(0, end);
        while (line.ends_with(' ') || line.ends_with('\r')) line.remove_suffix(1);
        if (!line.empty()) out += fmt::format("{}{}", indent, line);
        out += '\n';
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return out;
}

std::string comment(std::string_view text, std::string_view indent, std::string_view mark) {
    std::string out;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        std::string_view line = text.substr(0, end);
        while (line.ends_with(' ') || line.ends_with('\r')) line.remove_suffix(1);
        out += fmt::format("{}{}{}{}\n", indent, mark, line.empty() ? "" : " ", line);
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return out;
}

// A declaration on one line, or its parameters on lines of their own.
std::string wrapped(const std::string& line, std::string_view indent) {
    const std::size_t open =
        line.find("fn ") == std::string::npos ? std::string::npos : line.find('(', line.find("fn "));
    if (indent.size() + line.size() <= kLineWidth || open == std::string::npos)
        return fmt::format("{}{}\n", indent, line);
    std::string out = fmt::format("{}{}\n", indent, line.substr(0, open + 1));
    const std::string inner = std::string(indent) + "    ";
    std::string current = inner;
    std::size_t depth = 0, start = open + 1;
    const auto put = [&](std::string_view piece) {
        if (current.size() > inner.size() && current.size() + piece.size() + 1 > kLineWidth) {
            out += current + "\n";
            current = inner;
        }
        current += (current.size() > inner.size() ? " " : "") + std::string(piece);
    };
    for (std::size_t i = start; i < line.size(); ++i) {
        const char c = line[i];
        if (c == '(' || c == '[' || c == '<') ++depth;
        if (depth == 0 && (c == ',' || c == ')')) {
            put(std::string_view(line).substr(start, i - start + (c == ',' ? 1 : 0)));
            start = i + (c == ',' ? 2 : 0);
            if (c == ')') return out + current + "\n" + std::string(indent) + line.substr(i) + "\n";
        }
        if (depth > 0 && (c == ')' || c == ']' || (c == '>' && line[i - 1] != '-'))) --depth;
    }
    return fmt::format("{}{}\n", indent, line);
}

// "get Stream.sum -> Other" in its parts.
struct MethodNote {
    bool is_property = false;
    std::string type, name;
    std::string
        result;  // the class that the handle it returns belongs to; empty: returns what the native does

    static bool parse(std::string_view text, MethodNote& out) {
        if (text.starts_with("get ")) {
            out.is_property = true;
            text.remove_prefix(4);
        }
        if (const std::size_t arrow = text.find(" -> "); arrow != std::string_view::npos) {
            out.result = text.substr(arrow + 4);
            text = text.substr(0, arrow);
        }
        const std::size_t dot = text.find('.');
        if (dot == std::string_view::npos) return false;
        out.type = text.substr(0, dot);
        out.name = text.substr(dot + 1);
        return is_plain_name(out.type) && is_plain_name(out.name) &&
               (out.result.empty() || is_plain_name(out.result));
    }
};

struct Native {
    const NativeDescription* description;
    SignatureParts parts;
    std::string module;
    std::string owner;  // full name of the type whose method it is; empty: of the module
    MethodNote method;  // if `type` is not empty

    [[nodiscard]] std::string_view name() const { return last_part(description->name); }
    [[nodiscard]] bool is_instance() const {
        return !owner.empty() && !parts.params.empty() && parts.params[0] == owner;
    }
};

class Generator {
public:
    explicit Generator(const PluginDescription& plugin) : plugin_(plugin) {}

    Bindings run() {
        for (const TypeDescription& type : plugin_.types) add_type(type);
        for (const NativeDescription& native : plugin_.natives) add_native(native);
        find_handle_classes();
        leave_out_unknown_types();
        for (const std::string& module : modules_) out_.modules.push_back({module, module_text(module)});
        return std::move(out_);
    }

private:
    struct Type {
        const TypeDescription* description = nullptr;  // null: a class around a handle that has no note
        bool has_handle = false;
        // Its natives take the object itself, and only its constructor knows of the handle.
        bool is_resource = false;
        std::vector<const Native*> handle_methods;
    };

    void leave_out(std::string_view what, std::string_view why) {
        out_.left_out.push_back(fmt::format("{} is left out: {}", what, why));
    }

    void add_module(const std::string& name) {
        if (std::find(modules_.begin(), modules_.end(), name) == modules_.end()) modules_.push_back(name);
    }

    static bool is_module_path(std::string_view name) {
        while (!name.empty()) {
            const std::size_t dot = std::min(name.find('.'), name.size());
            if (!is_plain_name(name.substr(0, dot))) return false;
            if (dot + 1 == name.size()) return false;
            name.remove_prefix(std::min(dot + 1, name.size()));
        }
        return true;
    }

    void add_type(const TypeDescription& type) {
        if (parent_of(type.name).empty() || !is_module_path(type.name))
            return leave_out(fmt::format("the type `{}`", type.name.substr(0, 200)),
                             "its name is not MODULE.TYPE");
        if (!types_.emplace(type.name, Type{&type, false, {}, {}}).second)
            return leave_out(fmt::format("a second note of the type `{}`", type.name),
                             "there is one already");
        type_order_.push_back(type.name);
        add_module(std::string(parent_of(type.name)));
    }

    void add_native(const NativeDescription& description) {
        const std::string shown = fmt::format("the native `{}`", description.name.substr(0, 200));
        Native native{&description, {}, {}, {}, {}};
        const std::string_view parent = parent_of(description.name);
        if (parent.empty() || !is_module_path(description.name))
            return leave_out(shown, "no function of Skua can have this name");
        const auto parts = split_signature(description.signature);
        if (!parts)
            return leave_out(shown,
                             fmt::format("`{}` is no signature", description.signature.substr(0, 200)));
        native.parts = *parts;
        native.module = parent;
        if (types_.contains(parent)) {
            native.owner = parent;
            native.module = parent_of(parent);
        } else if (const char first = last_part(parent)[0]; first >= 'A' && first <= 'Z') {
            return leave_out(shown, fmt::format("the plugin does not describe the type `{}`", parent));
        }
        if (!description.method.empty() && !MethodNote::parse(description.method, native.method))
            return leave_out(shown,
                             fmt::format("`{}` is no method of a class; write for example \"Stream.add\"",
                                         description.method.substr(0, 200)));
        if (!native.method.type.empty() && !native.owner.empty())
            return leave_out(shown,
                             "it is a method of a type by its name, so it cannot be one of a class as well");
        add_module(native.module);
        natives_.push_back(std::move(native));
    }

    // Why the native cannot be the method that its note says; empty: it can.
    [[nodiscard]] std::string why_no_method(const Native& native) const {
        const MethodNote& method = native.method;
        const auto& params = native.parts.params;
        if (method.name == "init" && native.parts.result != "i64")
            return "what makes a handle has the result i64";
        if (method.name != "init" && (params.empty() || params[0] != "i64"))
            return "the first parameter of its native is no handle (i64)";
        if (!method.result.empty() && native.parts.result != "i64")
            return "its native returns no handle (i64)";
        if (method.is_property && params.size() != 1) return "a property has no parameters";
        for (const Native& other : natives_) {
            if (other.module != native.module || other.method.type != method.type) continue;
            if (&other < &native && other.method.name == method.name)
                return "the class has a method of that name";
            // Within the class, the method's name hides the native's.
            if (other.method.name == native.name())
                return fmt::format(
                    "its class has a method `{0}`, which hides the native `{0}`; give the native "
                    "another name",
                    native.name());
        }
        return {};
    }

    // What `method` notes say, once all natives are known.
    void find_handle_classes() {
        for (Native& native : natives_) {
            if (native.method.type.empty()) continue;
            if (const std::string why = why_no_method(native); !why.empty()) {
                leave_out(fmt::format("the method `{}`", native.description->method), why);
                native.method = {};
                continue;
            }
            const std::string full = native.module + "." + native.method.type;
            if (!types_.contains(full)) type_order_.push_back(full);
            Type& type = types_[full];
            type.has_handle = true;
            type.handle_methods.push_back(&native);
        }
        for (const Native& native : natives_) {
            const auto it = native.owner.empty() ? types_.end() : types_.find(native.owner);
            if (it == types_.end() || !it->second.has_handle || !native.is_instance()) continue;
            const auto& methods = it->second.handle_methods;
            it->second.is_resource = methods.size() == 1 && methods[0]->method.name == "init";
        }
    }

    // A type of this plugin's modules that nobody declares.
    [[nodiscard]] std::string unknown_type(const Native& native) const {
        std::set<std::string> used;
        for (const std::string_view param : native.parts.params) source_type(param, "", &used);
        source_type(native.parts.result, "", &used);
        for (const std::string& name : used)
            if (!types_.contains(name) &&
                std::find(modules_.begin(), modules_.end(), parent_of(name)) != modules_.end())
                return name;
        return {};
    }

    void leave_out_unknown_types() {
        for (const Native& native : natives_)
            if (const std::string type = unknown_type(native); !type.empty()) {
                leave_out(fmt::format("the native `{}`", native.description->name),
                          fmt::format("the plugin does not describe the type `{}`, which its signature names",
                                      type));
                without_.insert(&native);
            }
        for (auto& [name, type] : types_)
            std::erase_if(type.handle_methods,
                          [&](const Native* native) { return without_.contains(native); });
    }

    [[nodiscard]] std::string doc_of(const Native& native) const {
        std::string doc = native.description->doc;
        if (doc.empty())
            doc = fmt::format("`{}` of the plugin `{}`.", native.description->name, plugin_.name);
        if (const std::string& capability = native.description->capability; !capability.empty())
            doc += fmt::format("{}Needs the capability `{}`.", doc.ends_with('\n') ? "" : "\n", capability);
        return doc;
    }

    [[nodiscard]] std::string native_word() const { return fmt::format("native(\"{}\") ", plugin_.name); }

    std::string module_native(const Native& native) {
        // What a class calls is documented there, and stands together.
        const bool inner = !native.method.type.empty();
        const bool hidden = native.description->hidden || inner;
        std::string out = inner && after_inner_ ? "" : "\n";
        after_inner_ = inner;
        if (!hidden || (!inner && !native.description->doc.empty()))
            out += comment(doc_of(native), "", "///");
        return out + wrapped((hidden ? "" : "pub ") + native_word() +
                                 source_header(native.description->name, native.parts,
                                               native.description->parameters, native.module, false, &used_),
                             "");
    }

    std::string type_native(const Native& native) {
        const bool instance = native.is_instance();
        const std::string modifiers = native.description->hidden ? "private " : "";
        return comment(doc_of(native), "    ", "///") +
               wrapped(modifiers + native_word() + (instance ? "" : "static ") +
                           source_header(native.description->name, native.parts,
                                         native.description->parameters, native.module, instance, &used_),
                       "    ");
    }

    std::string handle_method(const Native& native) {
        const auto types = std::span(native.parts.params).subspan(1);
        // Notes name all of a native's parameters, the handle first.
        std::span<const std::string> names = native.description->parameters;
        if (!names.empty()) names = names.subspan(1);
        std::vector<std::string> given;
        const std::string params = source_parameters(types, names, native.module, {"handle"}, &used_, &given);
        std::string call = fmt::format("{}(handle", native.name());
        for (const std::string& name : given) call += ", " + name;
        call += ')';
        std::string result;
        if (!native.method.result.empty()) {
            result = native.method.result;
            call = fmt::format("{}({})", result, call);
        } else if (native.parts.result != "void") {
            result = source_type(native.parts.result, native.module, &used_);
        }
        std::string line = native.method.is_property ? fmt::format("get {}", native.method.name)
                                                     : fmt::format("fn {}({})", native.method.name, params);
        if (!result.empty()) line += ": " + result;
        const bool closes = native.method.name == "close";
        std::string doc = native.description->doc.empty() && closes ? "Closes it: afterwards it is of no use."
                                                                    : doc_of(native);
        std::string out = comment(doc, "    ", "///");
        const std::string whole =
            result.empty() ? fmt::format("{} {{ {} }}", line, call) : fmt::format("{} = {}", line, call);
        if (4 + whole.size() <= kLineWidth) return out + "    " + whole + "\n";
        std::string head = wrapped(line, "    ");
        head.pop_back();
        return out + head + (result.empty() ? " {\n        " : " =\n        ") + call +
               (result.empty() ? "\n    }\n" : "\n");
    }

    // Full names of types become imports: `std.native.Resource` is `Resource`.
    std::string with_imports(std::string_view declaration, std::string_view module) {
        std::string out;
        while (!declaration.empty()) {
            std::size_t end = 0;
            while (end < declaration.size() && (is_name_byte(declaration[end]) || declaration[end] == '.'))
                ++end;
            const std::string_view word = declaration.substr(0, end);
            const char last = word.empty() ? ' ' : last_part(word).empty() ? ' ' : last_part(word)[0];
            const bool full = word.find('.') != std::string_view::npos && last >= 'A' && last <= 'Z' &&
                              is_module_path(word) && word[0] >= 'a' && word[0] <= 'z';
            out += full ? source_type(word, module, &used_) : std::string(word);
            declaration.remove_prefix(end);
            if (!declaration.empty()) out += declaration[0];
            declaration.remove_prefix(std::min<std::size_t>(1, declaration.size()));
        }
        return out;
    }

    std::string type_text(const std::string& full) {
        const Type& type = types_.at(full);
        const std::string name(last_part(full));
        const std::string module(parent_of(full));
        std::vector<std::string> parts;
        std::string head =
            type.description != nullptr ? with_imports(type.description->declaration, module) : "";
        while (head.ends_with(' ') || head.ends_with('\n')) head.pop_back();
        if (type.has_handle) {
            const auto find = [&](std::string_view method) -> const Native* {
                for (const Native* native : type.handle_methods)
                    if (native->method.name == method) return native;
                return nullptr;
            };
            const Native* init = find("init");
            std::string params = "(private let handle: int)", super;
            if (init != nullptr) {
                std::vector<std::string> given;
                params = source_parameters(init->parts.params, init->description->parameters, module,
                                           {"handle"}, &used_, &given);
                std::string call = fmt::format("{}(", init->name());
                for (const std::string& word : given) call += (call.ends_with('(') ? "" : ", ") + word;
                if (!params.empty()) params = "(" + params + ")";
                if (type.is_resource && head.empty()) {
                    used_.insert("std.native.Resource");
                    super = fmt::format(" : Resource({}))", call);
                } else {
                    parts.push_back(fmt::format("    private let handle = {})\n", call));
                }
            }
            if (find("close") != nullptr) super = " : Closeable";
            if (head.empty()) head = fmt::format("pub class {}{}{}", name, params, super);
        } else if (head.empty()) {
            leave_out(fmt::format("the type `{}`", full),
                      "its note has no declaration, and no native is its method");
            return {};
        }
        if (type.description != nullptr && !type.description->members.empty())
            parts.push_back(indented(type.description->members, "    "));
        for (const Native& native : natives_)
            if (native.owner == full && !without_.contains(&native)) parts.push_back(type_native(native));
        for (const Native* native : type.handle_methods)
            if (native->method.name != "init") parts.push_back(handle_method(*native));
        std::string doc = type.description != nullptr ? type.description->doc : "";
        if (doc.empty())
            doc = type.has_handle ? "A resource of the plugin, until it is closed." : "A type of the plugin.";
        std::string out = "\n" + comment(doc, "", "///") + head;
        if (parts.empty()) return out + "\n";
        out += " {\n";
        for (std::size_t i = 0; i < parts.size(); ++i) out += (i == 0 ? "" : "\n") + parts[i];
        return out + "}\n";
    }

    std::string module_text(const std::string& module) {
        used_.clear();
        after_inner_ = false;
        std::string body;
        for (const Native& native : natives_)
            if (native.module == module && native.owner.empty() && !without_.contains(&native))
                body += module_native(native);
        for (const std::string& name : type_order_)
            if (parent_of(name) == module) body += type_text(name);
        std::string doc = module == plugin_.name ? plugin_.doc : "";
        if (doc.empty()) doc = fmt::format("What the plugin `{}` provides.", plugin_.name);
        std::string out = comment(doc, "", "//!") + "//!\n";
        out += fmt::format("//! {} from the plugin `{}`{}: make it again rather than change it.\n",
                           kBindgenMark, plugin_.name, plugin_.version.empty() ? "" : " " + plugin_.version);
        if (const std::string need = "plugin:" + plugin_.name; classfile::capability_problem(need) == nullptr)
            out += fmt::format("//! requires: {}\n", need);
        std::map<std::string, std::string> imports;
        for (const std::string& name : used_) {
            const std::string from(parent_of(name));
            if (from == "std.core" || std::find(std::begin(kKnownEverywhere), std::end(kKnownEverywhere),
                                                name) != std::end(kKnownEverywhere))
                continue;
            std::string& names = imports[from];
            names += (names.empty() ? "" : ", ") + std::string(last_part(name));
        }
        for (const auto& [from, names] : imports) out += fmt::format("import {}.{{{}}}\n", from, names);
        return out + body;
    }

    const PluginDescription& plugin_;
    Bindings out_;
    std::vector<std::string> modules_;
    std::vector<Native> natives_;  // does not grow any more once methods point to them
    std::map<std::string, Type, std::less<>> types_;
    std::vector<std::string> type_order_;
    std::set<const Native*> without_;
    bool after_inner_ = false;
    std::set<std::string> used_;  // types that the module which is being written names
};

}  // namespace

Bindings generate_bindings(const PluginDescription& plugin) {
    return Generator(plugin).run();
}

}  // namespace skua::compiler
