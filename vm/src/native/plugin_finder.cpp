#include "native/plugin_finder.h"

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <sys/stat.h>
#include <unistd.h>

#include "native/native_error.h"
#include "native/plugin_file.h"
#include "skua/classfile/input_file.h"
#include "skua/classfile/version.h"
#include "skua/vm/wording.h"

namespace skua::vm {

namespace {

Diagnostic another_file(const std::string& path, const PluginNeed& need, const std::string& digest) {
    return native_error("the plugin " + path + " is not the one that " + need.who +
                            " needs: its SHA-256 is " + digest + ", wanted is " + need.plugin.digest,
                        "get the plugin that this archive was made with");
}

constexpr off_t kMaxDigested = 1 << 30;

Result<std::string> digest_of_file(const std::string& path) {
    const int fd = classfile::open_for_reading(path);
    struct stat info {};
    std::vector<std::uint8_t> bytes;
    ssize_t n = fd < 0 ? -1 : 0;
    if (fd >= 0 && fstat(fd, &info) == 0 && S_ISREG(info.st_mode) && info.st_size <= kMaxDigested) {
        bytes.resize(static_cast<std::size_t>(info.st_size));
        std::size_t have = 0;
        while (have < bytes.size()) {
            n = read(fd, bytes.data() + have, bytes.size() - have);
            if (n < 0 && errno == EINTR) continue;
            if (n <= 0) break;
            have += static_cast<std::size_t>(n);
        }
        bytes.resize(have);
    }
    const int error = errno;
    if (fd >= 0) close(fd);
    if (n < 0) return native_error("cannot read the plugin " + path + ": " + std::strerror(error));
    return classfile::hex(classfile::sha256(bytes));
}

}  // namespace

void PluginFinder::add_folder(std::string folder) {
    if (folder.empty()) folder = ".";
    if (std::find(folders_.begin(), folders_.end(), folder) == folders_.end())
        folders_.push_back(std::move(folder));
}

Result<std::string> PluginFinder::find(std::string_view name) const {
    const std::string text(name);
    if (!is_library_name(name)) return native_error("'" + text + "' is not a name for a native library");
    const std::string file = text + ".so", below = "/" + file;
    std::string searched;
    for (const std::string& folder : folders_) {
        if (std::string path = folder + below; access(path.c_str(), F_OK) == 0) return path;
        if (!searched.empty()) searched += ", ";
        searched += folder;
    }
    std::string message = "no native library '" + text + "'";
    for (const PluginNeed& need : needs_)
        if (need.plugin.name == name) {
            message += ", which " + need.who + " needs";
            break;
        }
    if (!searched.empty()) message += ": " + file + " is in none of " + searched;
    return native_error(std::move(message),
                        embedded_ ? std::string(wording(true).plugin_path) + " adds the folder of " + file
                                  : "run with " + std::string(wording(false).plugin_path) +
                                        ", DIR being the folder of " + file);
}

Result<void> PluginFinder::check_file(std::string_view name, const std::string& path) const {
    std::string digest;
    for (const PluginNeed& need : needs_) {
        if (need.plugin.name != name || need.plugin.digest.empty()) continue;
        if (digest.empty()) {
            auto found = digest_of_file(path);
            if (!found) return std::move(found).error();
            digest = std::move(*found);
        }
        if (digest != need.plugin.digest) return another_file(path, need, digest);
    }
    return {};
}

Result<void> PluginFinder::check_version(std::string_view name, const std::string& path,
                                         const char* version) const {
    const std::string has = version != nullptr && *version != 0 ? version : "";
    const auto parsed = classfile::Version::parse(has);
    for (const PluginNeed& need : needs_) {
        if (need.plugin.name != name || need.plugin.versions.empty()) continue;
        const auto range = classfile::VersionRange::parse(need.plugin.versions);
        if (!range)
            return native_error(need.who + " needs the plugin '" + need.plugin.name + "' in versions '" +
                                need.plugin.versions + "', which is no range: " + range.error().message);
        if (parsed && range->contains(*parsed)) continue;
        return native_error(
            need.who + " needs the plugin '" + need.plugin.name + "' " + need.plugin.versions + ", but " +
                path + (has.empty() ? " does not say its version" : " is of version " + has.substr(0, 200)) +
                (has.empty() || parsed ? "" : ", which is not MAJOR.MINOR.PATCH"),
            "put the wanted version into a folder of " +
                std::string(embedded_ ? wording(true).plugin_path : "--plugin-path"));
    }
    return {};
}

}  // namespace skua::vm
