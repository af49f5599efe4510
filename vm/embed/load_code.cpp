// Class files, archives and folders onto a machine's class path.
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <sys/stat.h>

#include "host_error.h"
#include "host_machine.h"
#include "skua/classfile/archive.h"

namespace skua::embed {
namespace {

constexpr std::uint64_t kMaxClassFile = 256u << 20;

bool is_archive(std::span<const std::uint8_t> bytes) {
    return bytes.size() >= 2 && bytes[0] == 'P' && bytes[1] == 'K';
}

SkuaStatus add_archive(SkuaVm& vm, Result<std::shared_ptr<classfile::Archive>> archive,
                       const std::string& name, SkuaError** error) {
    if (!archive) return fail(error, SKUA_BAD_INPUT, archive.error());
    auto added = vm.machine->app_loader().add_archive(*std::move(archive), name);
    return added ? SKUA_OK : fail(error, SKUA_BAD_INPUT, added.error());
}

SkuaStatus define(SkuaVm& vm, std::span<const std::uint8_t> bytes, const std::string& name,
                  SkuaError** error) {
    auto defined = vm.machine->app_loader().define(bytes, name);
    return defined ? SKUA_OK : fail(error, SKUA_BAD_INPUT, defined.error());
}

SkuaStatus load(SkuaVm& vm, const std::string& path, SkuaError** error) {
    struct stat info {};
    if (::stat(path.c_str(), &info) != 0)
        return fail(error, SKUA_NOT_FOUND, path + ": cannot be read: " + std::strerror(errno));
    if (S_ISDIR(info.st_mode)) {
        auto added = vm.machine->app_loader().add_path(path);
        return added ? SKUA_OK : fail(error, SKUA_BAD_INPUT, added.error());
    }
    if (!S_ISREG(info.st_mode)) return fail(error, SKUA_BAD_INPUT, path + ": is neither a file nor a folder");
    std::ifstream file(path, std::ios::binary);
    std::vector<std::uint8_t> bytes(2);
    file.read(reinterpret_cast<char*>(bytes.data()), 2);
    if (!file) return fail(error, file.eof() ? SKUA_BAD_INPUT : SKUA_NOT_FOUND, path + ": cannot be read");
    if (is_archive(bytes)) return add_archive(vm, classfile::Archive::open(path), path, error);
    if (static_cast<std::uint64_t>(info.st_size) > kMaxClassFile)
        return fail(error, SKUA_BAD_INPUT, path + ": is larger than a class file may be");
    bytes.insert(bytes.end(), std::istreambuf_iterator<char>(file), {});
    return define(vm, bytes, path, error);
}

}  // namespace
}  // namespace skua::embed

SkuaStatus skua_vm_load(SkuaVm* vm, const char* path, SkuaError** error) {
    using namespace skua::embed;
    if (vm == nullptr || path == nullptr)
        return fail(error, SKUA_BAD_USE, "skua_vm_load: an argument is NULL");
    return guarded(error, [&] { return load(*vm, path, error); });
}

SkuaStatus skua_vm_load_bytes(SkuaVm* vm, const void* bytes, std::size_t len, const char* name,
                              SkuaError** error) {
    using namespace skua::embed;
    if (vm == nullptr || (bytes == nullptr && len > 0))
        return fail(error, SKUA_BAD_USE, "skua_vm_load_bytes: an argument is NULL");
    return guarded(error, [&] {
        const std::string shown = name == nullptr ? "(in memory)" : name;
        const std::span<const std::uint8_t> data(static_cast<const std::uint8_t*>(bytes), len);
        if (!is_archive(data)) return define(*vm, data, shown, error);
        return add_archive(*vm, skua::classfile::Archive::from_bytes({data.begin(), data.end()}, shown),
                           shown, error);
    });
}
