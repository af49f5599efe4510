#include "load_code.h"

#include <cerrno>
#include <cstring>
#include <optional>
#include <sys/stat.h>
#include <unistd.h>

#include "host_error.h"
#include "skua/classfile/archive.h"
#include "skua/classfile/input_file.h"

namespace skua::embed {
namespace {

constexpr std::uint64_t kMaxClassFile = 256u << 20;

bool is_archive(std::span<const std::uint8_t> bytes) {
    return bytes.size() >= 2 && bytes[0] == 'P' && bytes[1] == 'K';
}

SkuaStatus add_archive(SkuaVm& vm, Result<std::shared_ptr<classfile::Archive>> archive,
                       vm::ClassPathArchives::Kept kept, SkuaError** error) {
    if (!archive) return fail(error, SKUA_BAD_INPUT, archive.error());
    auto added = vm.archives->add(*std::move(archive), kept);
    if (!added) return fail(error, SKUA_BAD_INPUT, added.error());
    vm.archives->add_plugins();
    return SKUA_OK;
}

SkuaStatus define(SkuaVm& vm, std::span<const std::uint8_t> bytes, const std::string& name,
                  SkuaError** error) {
    if (vm.archives->signatures_required())
        return fail(error, SKUA_BAD_INPUT, vm.archives->unsigned_code(name));
    auto defined = vm.machine->app_loader().define(bytes, name);
    return defined ? SKUA_OK : fail(error, SKUA_BAD_INPUT, defined.error());
}

// What is there of the first `most` bytes of a file. Nothing: errno says why.
std::optional<std::vector<std::uint8_t>> read_file(const std::string& path, std::size_t most) {
    const int fd = classfile::open_for_reading(path);
    if (fd < 0) return {};
    std::vector<std::uint8_t> bytes;
    try {
        bytes.resize(most);
    } catch (...) {
        ::close(fd);
        throw;
    }
    std::size_t have = 0;
    ssize_t n = 0;
    do {
        n = ::read(fd, bytes.data() + have, bytes.size() - have);
        if (n > 0) have += static_cast<std::size_t>(n);
    } while ((n > 0 && have < bytes.size()) || (n < 0 && errno == EINTR));
    const int why = errno;
    ::close(fd);
    errno = why;
    if (n < 0) return {};
    bytes.resize(have);
    return bytes;
}

SkuaStatus load(SkuaVm& vm, const std::string& path, SkuaError** error) {
    const auto unreadable = [&] {
        return fail(error, SKUA_NOT_FOUND, path + ": cannot be read: " + std::strerror(errno));
    };
    struct stat info {};
    if (::stat(path.c_str(), &info) != 0) return unreadable();
    if (S_ISDIR(info.st_mode)) {
        if (vm.archives->signatures_required())
            return fail(error, SKUA_BAD_INPUT, vm.archives->unsigned_code(path));
        auto added = vm.machine->app_loader().add_path(path);
        return added ? SKUA_OK : fail(error, SKUA_BAD_INPUT, added.error());
    }
    if (!S_ISREG(info.st_mode)) return fail(error, SKUA_BAD_INPUT, path + ": is neither a file nor a folder");
    const auto start = read_file(path, 2);
    if (!start) return unreadable();
    if (is_archive(*start))
        return add_archive(vm, classfile::Archive::open(path), vm::ClassPathArchives::Kept::File, error);
    if (static_cast<std::uint64_t>(info.st_size) > kMaxClassFile)
        return fail(error, SKUA_BAD_INPUT, path + ": is larger than a class file may be");
    const auto bytes = read_file(path, static_cast<std::size_t>(info.st_size));
    return bytes ? define(vm, *bytes, path, error) : unreadable();
}

// Runs `add`, which puts code onto the class path.
template <typename Add>
SkuaStatus loading(SkuaVm& vm, SkuaError** error, Add&& add) {
    return guarded(error, [&] {
        const std::lock_guard guard(vm.functions_lock);
        const SkuaStatus status = add();
        vm.has_code |= status == SKUA_OK;
        return status;
    });
}

SkuaStatus require_signature(SkuaVm& vm, std::string_view key, SkuaError** error) {
    const std::lock_guard guard(vm.functions_lock);
    if (vm.has_code)
        return fail(error, SKUA_BAD_USE, "code has been loaded already: its signature is required too late");
    auto parsed = classfile::PublicKey::parse(key);
    if (!parsed) return fail(error, SKUA_BAD_USE, parsed.error());
    vm.archives->require_signature(*parsed);
    return SKUA_OK;
}

SkuaStatus use_lock_file(SkuaVm& vm, const std::string& path, SkuaError** error) {
    auto lock = classfile::LockFile::read(path);
    if (!lock) return fail(error, SKUA_BAD_INPUT, lock.error());
    if (!*lock) return fail(error, SKUA_NOT_FOUND, path + ": cannot be read: there is no such file");
    const std::lock_guard guard(vm.functions_lock);
    vm.lock_file = std::move(**lock);
    return SKUA_OK;
}

}  // namespace

SkuaStatus add_dependencies(SkuaVm& vm, SkuaError** error) {
    if (vm.archive_folders.empty() || !vm.archives->has_dependencies()) return SKUA_OK;
    auto added = vm.archives->add_dependencies(vm.archive_folders, vm.lock_file ? &*vm.lock_file : nullptr);
    if (added) return SKUA_OK;
    return fail(error, added.error().rule == "D001" ? SKUA_NOT_FOUND : SKUA_BAD_INPUT, added.error());
}

}  // namespace skua::embed

SkuaStatus skua_vm_load(SkuaVm* vm, const char* path, SkuaError** error) {
    using namespace skua::embed;
    if (vm == nullptr || path == nullptr)
        return fail(error, SKUA_BAD_USE, "skua_vm_load: an argument is NULL");
    return loading(*vm, error, [&] { return load(*vm, path, error); });
}

SkuaStatus skua_vm_load_bytes(SkuaVm* vm, const void* bytes, std::size_t len, const char* name,
                              SkuaError** error) {
    using namespace skua::embed;
    if (vm == nullptr || (bytes == nullptr && len > 0))
        return fail(error, SKUA_BAD_USE, "skua_vm_load_bytes: an argument is NULL");
    return loading(*vm, error, [&] {
        const std::string shown = name == nullptr ? "(in memory)" : name;
        const std::span<const std::uint8_t> data(static_cast<const std::uint8_t*>(bytes), len);
        if (!is_archive(data)) return define(*vm, data, shown, error);
        return add_archive(*vm, skua::classfile::Archive::from_bytes({data.begin(), data.end()}, shown),
                           skua::vm::ClassPathArchives::Kept::Memory, error);
    });
}

SkuaStatus skua_vm_require_signature(SkuaVm* vm, const char* key, SkuaError** error) {
    using namespace skua::embed;
    if (vm == nullptr || key == nullptr)
        return fail(error, SKUA_BAD_USE, "skua_vm_require_signature: an argument is NULL");
    return guarded(error, [&] { return require_signature(*vm, key, error); });
}

SkuaStatus skua_vm_add_archive_path(SkuaVm* vm, const char* folder, SkuaError** error) {
    using namespace skua::embed;
    if (vm == nullptr || folder == nullptr)
        return fail(error, SKUA_BAD_USE, "skua_vm_add_archive_path: an argument is NULL");
    return guarded(error, [&] {
        const std::lock_guard guard(vm->functions_lock);
        vm->archive_folders.emplace_back(folder);
        return SKUA_OK;
    });
}

SkuaStatus skua_vm_use_lock_file(SkuaVm* vm, const char* path, SkuaError** error) {
    using namespace skua::embed;
    if (vm == nullptr || path == nullptr)
        return fail(error, SKUA_BAD_USE, "skua_vm_use_lock_file: an argument is NULL");
    return guarded(error, [&] { return use_lock_file(*vm, path, error); });
}
