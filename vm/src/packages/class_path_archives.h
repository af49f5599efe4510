// The archives of a machine's class path: what they depend on, who has signed them, and which plugins they
// need (docs/packages.md). vmrun and hosts put everything that is loaded by name onto the class path here.
//
// Before guest code runs that uses what is added; by one thread at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "skua/classfile/archive.h"
#include "skua/classfile/packages.h"
#include "skua/classfile/signature.h"
#include "skua/vm/vm.h"

namespace skua::vm {

class ClassPathArchives {
public:
    explicit ClassPathArchives(Vm& machine) : machine_(machine) {}

    // From now on archives are refused that none of these keys has signed, and folders, which nobody can
    // sign.
    void require_signature(const classfile::PublicKey& key) { keys_.push_back(key); }
    [[nodiscard]] bool signatures_required() const { return !keys_.empty(); }
    [[nodiscard]] Result<> check_signature(const classfile::Archive& archive) const;
    // What there is to say of code without a signature where one is required.
    [[nodiscard]] Diagnostic unsigned_code(const std::string& path) const;

    // One that is called by the path of its file, or lies in memory.
    enum class Kept : std::uint8_t { File, Memory };
    Result<> add(std::shared_ptr<classfile::Archive> archive, Kept kept = Kept::File);
    [[nodiscard]] std::span<const classfile::Package> packages() const { return packages_; }

    // What those that have been added need beside each other, from NAME.ska and NAME-*.ska in these folders.
    Result<> add_dependencies(std::vector<std::string> folders, const classfile::LockFile* lock);
    // Do any of them need something that has not been looked for?
    [[nodiscard]] bool has_dependencies() const;

    // Takes note of the plugins that the archives need, which are looked for in plugins/ beside each of
    // these.
    void add_plugins();
    // plugins/ beside an archive.
    void add_plugin_folder(const std::string& place);
    // Are the plugins there that manifests name? What is in them is known when they are loaded.
    [[nodiscard]] Result<> check_plugins() const;

private:
    Vm& machine_;
    std::vector<classfile::PublicKey> keys_;
    std::vector<classfile::Package> packages_;
    std::vector<Kept> kept_;                       // of each of them
    std::size_t resolved_ = 0, with_plugins_ = 0;  // how many have been looked at
};

}  // namespace skua::vm
