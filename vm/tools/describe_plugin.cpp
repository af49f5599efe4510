#include "describe_plugin.h"

#include <algorithm>
#include <cstring>
#include <dlfcn.h>
#include <unordered_map>
#include <unordered_set>

#include "native/native_registry.h"
#include "native/plugin_file.h"
#include "skua/describe.h"
#include "skua/native.h"

namespace skua::vmrun {

namespace {

constexpr std::size_t kMaxField = 64u << 10;
constexpr std::size_t kMaxRows = 20000;

// A text of the plugin's, which may be garbage: of bounded length.
std::string_view text_of(const char* text) {
    return text == nullptr ? std::string_view() : std::string_view(text, strnlen(text, kMaxField));
}

void add_field(std::string& out, std::string_view text) {
    out += '\t';
    for (const char c : text) {
        switch (c) {
            case '\\':
                out += "\\\\";
                break;
            case '\t':
                out += "\\t";
                break;
            case '\n':
                out += "\\n";
                break;
            case '\r':
                out += "\\r";
                break;
            default:
                out += c;
        }
    }
}

std::string error_text(std::string_view what, std::string_view hint = {}) {
    std::string out = "skua-plugin 1\nerror";
    add_field(out, what);
    add_field(out, hint);
    return out + "\nend\n";
}

// The description in the form that this machine knows: rows are as far apart as the plugin says, and have no
// more of its bytes than it has.
template <typename Note>
Note note_at(const Note* first, std::size_t stride, std::size_t index) {
    Note note{};
    std::memcpy(&note, reinterpret_cast<const char*>(first) + stride * index, std::min(stride, sizeof note));
    return note;
}

}  // namespace

std::string describe_plugin(const std::string& path) {
    const std::string with_slash = path.find('/') == std::string::npos ? "./" + path : path;
    auto file = vm::open_plugin_file(with_slash);
    if (!file) return error_text(file.error().message, file.error().hint);
    // Never destroyed: this process only tells what it has found.
    auto& registry = *new vm::NativeRegistry;
    auto added = registry.add_plugin(file->entry, with_slash);
    if (!added) return error_text(added.error().message, added.error().hint);
    const SkPlugin& plugin = **added;

    SkDescription description{};
    if (const auto* found =
            static_cast<const SkDescription*>(dlsym(file->library, "skua_plugin_description"))) {
        std::memcpy(&description, found, std::min<std::size_t>(found->size, sizeof description));
        if (description.size < sizeof description || description.native_size < sizeof(char*) ||
            description.type_size < sizeof(char*) || description.native_count > kMaxRows ||
            description.type_count > kMaxRows ||
            (description.natives == nullptr && description.native_count > 0) ||
            (description.types == nullptr && description.type_count > 0))
            return error_text(
                "the plugin " + with_slash + " has a description (skua_plugin_description) with wrong sizes",
                "make it by SK_DESCRIPTION of skua/describe.h");
    }
    if (plugin.native_count > kMaxRows)
        return error_text("the plugin " + with_slash + " has more than " + std::to_string(kMaxRows) +
                          " natives");
    std::unordered_set<std::string_view> names;
    for (std::size_t i = 0; i < plugin.native_count; i++) names.insert(plugin.natives[i].name);
    std::unordered_map<std::string_view, SkNativeNote> notes;
    for (std::size_t i = 0; i < description.native_count; i++) {
        const SkNativeNote note = note_at(description.natives, description.native_size, i);
        const std::string_view name = text_of(note.name);
        if (!names.contains(name))
            return error_text("the plugin " + with_slash + " describes a native '" + std::string(name) +
                              "', which its table of natives does not have");
        if (!notes.emplace(name, note).second)
            return error_text("the plugin " + with_slash + " describes the native '" + std::string(name) +
                              "' twice");
    }
    std::string out = "skua-plugin 1\nplugin";
    add_field(out, text_of(plugin.name));
    add_field(out, text_of(plugin.version));
    add_field(out, text_of(description.doc));
    out += '\n';
    for (std::size_t i = 0; i < plugin.native_count; i++) {
        const SkNative& native = plugin.natives[i];
        const auto known = notes.find(native.name);
        const SkNativeNote note = known == notes.end() ? SkNativeNote{} : known->second;
        out += "native";
        add_field(out, text_of(native.name));
        add_field(out, text_of(native.signature));
        add_field(out, text_of(native.capability));
        add_field(out, note.parameters == nullptr ? "*" : text_of(note.parameters));
        add_field(out, text_of(note.doc));
        add_field(out, text_of(note.method));
        add_field(out, std::to_string(note.flags));
        out += '\n';
    }
    for (std::size_t i = 0; i < description.type_count; i++) {
        const SkTypeNote note = note_at(description.types, description.type_size, i);
        out += "type";
        add_field(out, text_of(note.name));
        add_field(out, text_of(note.declaration));
        add_field(out, text_of(note.doc));
        add_field(out, text_of(note.members));
        out += '\n';
    }
    return out + "end\n";
}

}  // namespace skua::vmrun
