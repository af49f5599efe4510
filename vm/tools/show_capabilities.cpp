#include "show_capabilities.h"

#include <cstdio>

#include "caps/capabilities.h"
#include "native/native_registry.h"

namespace skua::vmrun {

namespace {

struct Need {
    std::string capability;  // as the manifest has it
    std::string refusal;     // empty: granted
};

struct Party {
    const vm::CodeSource* source;
    bool is_program;
    std::vector<Need> needs;
};

Party party_of(vm::Vm& machine, const vm::CodeSource& source, bool is_program) {
    Party party{&source, is_program, {}};
    const vm::CodeSource* caller = &source;
    for (const std::string& text : source.needs) {
        const std::size_t colon = text.find(':');
        const std::string name = text.substr(0, colon);
        const std::string scope = colon == std::string::npos ? "" : text.substr(colon + 1);
        std::string refusal;
        for (const std::string& one :
             name == "fs" ? std::vector<std::string>{"fs.read", "fs.write"} : std::vector<std::string>{name})
            if (refusal.empty()) refusal = machine.capabilities().check(one, scope, {&caller, 1});
        party.needs.push_back({text, std::move(refusal)});
    }
    return party;
}

std::string json_string(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') {
            (out += '\\') += c;
        } else if (static_cast<unsigned char>(c) < 0x20) {
            char escaped[8];
            std::snprintf(escaped, sizeof escaped, "\\u%04x", static_cast<unsigned>(c));
            out += escaped;
        } else {
            out += c;
        }
    }
    return out + '"';
}

std::string json_strings(const std::vector<std::string>& texts) {
    std::string out;
    for (const std::string& text : texts) out += (out.empty() ? "" : ", ") + json_string(text);
    return "[" + out + "]";
}

// A plugin that an archive needs: where it is, or why it is nowhere.
struct PluginPlace {
    const vm::PluginNeed* need;
    std::string file, why;
};

std::vector<PluginPlace> plugins_of(vm::Vm& machine) {
    std::vector<PluginPlace> places;
    const vm::PluginFinder& finder = machine.natives().plugin_finder();
    for (const vm::PluginNeed& need : finder.needs()) {
        PluginPlace place{&need, {}, {}};
        auto found = finder.find(need.plugin.name);
        const auto matches = found ? finder.check_file(need.plugin.name, *found) : Result<void>();
        if (!found)
            place.why = found.error().message;
        else if (place.file = *found; !matches)
            place.why = matches.error().message;
        places.push_back(std::move(place));
    }
    return places;
}

std::string as_json(const std::vector<Party>& parties, const std::vector<PluginPlace>& plugins,
                    const RunOptions& options) {
    std::string out = "{\"allow\": " + json_strings(options.allow) +
                      ", \"deny\": " + json_strings(options.deny) +
                      ", \"allow_all\": " + (options.allow_all ? "true" : "false") + ",\n \"archives\": [";
    bool first = true;
    for (const Party& party : parties) {
        out += first ? "\n  " : ",\n  ";
        first = false;
        out += "{\"name\": " + json_string(party.source->name) +
               ", \"file\": " + json_string(party.source->file) +
               ", \"program\": " + (party.is_program ? "true" : "false") +
               ", \"passes\": " + json_strings(party.source->passes) + ", \"needs\": [";
        bool first_need = true;
        for (const Need& need : party.needs) {
            out += first_need ? "\n    " : ",\n    ";
            first_need = false;
            out += "{\"capability\": " + json_string(need.capability) +
                   ", \"granted\": " + (need.refusal.empty() ? "true" : "false") +
                   ", \"why\": " + json_string(need.refusal) + "}";
        }
        out += "]}";
    }
    out += "],\n \"plugins\": [";
    first = true;
    for (const PluginPlace& place : plugins) {
        out += first ? "\n  " : ",\n  ";
        first = false;
        const classfile::Dependency& plugin = place.need->plugin;
        out += "{\"name\": " + json_string(plugin.name) + ", \"versions\": " + json_string(plugin.versions) +
               ", \"sha256\": " + json_string(plugin.digest) +
               ", \"archive\": " + json_string(place.need->who) + ", \"file\": " + json_string(place.file) +
               ", \"why\": " + json_string(place.why) + "}";
    }
    return out + "]}\n";
}

std::string as_text(const std::vector<Party>& parties, const std::vector<PluginPlace>& plugins,
                    const RunOptions& options) {
    std::string out;
    for (const Party& party : parties) {
        const vm::CodeSource& source = *party.source;
        if (source.file.empty())
            out += "the program, in folders: these do not state what they need\n";
        else
            out += (party.is_program ? "program " : "archive ") + source.name + " (" + source.file + ")" +
                   (party.needs.empty() ? " states that it needs nothing\n" : " states that it needs\n");
        for (const Need& need : party.needs)
            out += "    " + need.capability + ": " + (need.refusal.empty() ? "granted" : need.refusal) + "\n";
        for (const std::string& pass : source.passes)
            if (party.is_program) out += "    and passes on " + pass + "\n";
    }
    for (const PluginPlace& place : plugins) {
        const classfile::Dependency& plugin = place.need->plugin;
        out += "plugin " + plugin.name + (plugin.versions.empty() ? "" : " " + plugin.versions) + ", which " +
               place.need->who + " needs: " + (place.why.empty() ? place.file : place.why) + "\n";
    }
    out += "granted by the command line:";
    if (options.allow_all) out += " everything";
    for (const std::string& grant : options.allow) out += " " + grant;
    if (!options.allow_all && options.allow.empty()) out += " nothing";
    for (std::size_t i = 0; i < options.deny.size(); i++)
        out += (i == 0 ? ", but not " : " ") + options.deny[i];
    return out + "\n";
}

}  // namespace

std::string capabilities_text(vm::Vm& machine, const vm::CodeSource& program, const RunOptions& options) {
    std::vector<Party> parties{party_of(machine, program, true)};
    for (const vm::CodeSource* source : machine.app_loader().archives())
        parties.push_back(party_of(machine, *source, false));
    const std::vector<PluginPlace> plugins = plugins_of(machine);
    return options.as_json ? as_json(parties, plugins, options) : as_text(parties, plugins, options);
}

}  // namespace skua::vmrun
