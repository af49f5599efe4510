// Calls every native of the library with every capability denied in turn.
//
// What each native needs is said once more in native_rights.def, by hand: that it matches what the natives
// do is what is tested, and so a native that was forgotten there, or asks for nothing, is found. The natives
// are called by guest code made for it, a function for each, so that what counts as the caller can be chosen.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <stdlib.h>
#include <unistd.h>

#include "caps/capabilities.h"
#include "native/native_registry.h"
#include "skua/classfile/archive.h"
#include "vm_fixture.h"

namespace skua::vm::test {
namespace {

enum class Resource { Text, Folder, All, None };

struct Row {
    std::string name;
    std::vector<std::string> capabilities;  // in the order in which they are asked for
    Resource resource;
    bool ends = false;

    // The first one for which is_missing holds; empty if there is none.
    template <typename IsMissing>
    [[nodiscard]] std::string first(IsMissing&& is_missing) const {
        const auto it = std::find_if(capabilities.begin(), capabilities.end(), is_missing);
        return it == capabilities.end() ? std::string() : *it;
    }
};

const std::vector<Row>& rows() {
    static const std::vector<Row> all = {
#define SKUA_NATIVE(name, capability, resource) {name, {capability}, Resource::resource},
#define SKUA_NATIVE_OF_TWO(name, first, second, resource) {name, {first, second}, Resource::resource},
#define SKUA_COMPUTES(name) {name, {}, Resource::None},
#define SKUA_BY_HANDLE(name) {name, {}, Resource::None},
#define SKUA_ENDS(name) {name, {}, Resource::None, true},
#include "native_rights.def"
    };
    return all;
}

constexpr const char* kText = "resource.txt";  // what texts are, whatever they mean to the native

const std::vector<std::string> kByDefault = {"clock", "stdin", "stdout", "stderr", "args"};
const std::vector<std::string> kOnDemand = {"fs.read", "fs.write", "net",   "env",
                                            "process", "plugin",   "random"};

bool is_default(const std::string& capability) {
    return std::find(kByDefault.begin(), kByDefault.end(), capability) != kByDefault.end();
}

std::string resource_of(const Row& row) {
    return row.resource == Resource::Text ? kText : row.resource == Resource::Folder ? "PWD" : "";
}

constexpr const char* kOwner = "std.process.Child";

struct Native {
    std::string name, signature;
    std::vector<std::string> params;
    std::string result;
    // Objects of the library's classes are made by its own code; of one this test makes some itself.
    [[nodiscard]] bool callable() const {
        return std::all_of(params.begin(), params.end(), [](const std::string& p) {
            return p == kOwner || (p.find("std.") == std::string::npos && p.find("->") == std::string::npos);
        });
    }
};

Native native_of(const SkNative& row) {
    Native native{row.name, row.signature, {}, {}};
    const std::size_t close = native.signature.rfind(')');
    std::string params = native.signature.substr(1, close - 1);
    native.result = native.signature.substr(close + 1);
    while (!params.empty()) {
        const std::size_t comma = params.find(',');
        native.params.push_back(params.substr(0, comma));
        params = comma == std::string::npos ? "" : params.substr(comma + 1);
    }
    return native;
}

std::vector<Native> all_natives() {
    std::vector<Native> found;
    std::size_t count = 0;
    const SkPluginEntry* entries = skua_stdlib_plugins(&count);
    NativeRegistry registry;
    for (std::size_t i = 0; i < count; i++) REQUIRE(registry.add_plugin(entries[i], "built in").ok());
    registry.each_native([&](const SkNative& row) { found.push_back(native_of(row)); });
    std::sort(found.begin(), found.end(), [](const Native& a, const Native& b) { return a.name < b.name; });
    return found;
}

const std::vector<Native>& natives() {
    static const std::vector<Native> all = all_natives();
    return all;
}

std::string parameters(const Native& native) {
    std::string text;
    for (std::size_t i = 0; i < native.params.size(); i++)
        text += (i ? ", p" : "p") + std::to_string(i) + ": " + native.params[i];
    return "(" + text + ") " + native.result + "\n";
}

// The modules that declare the natives.
std::string declarations() {
    std::map<std::string, std::string> modules;
    for (const Native& native : natives()) {
        const std::size_t dot = native.name.rfind('.');
        const std::string module = native.name.substr(0, dot);
        if (native.callable())
            modules[module] += ".function public static native \"" + module + "\" " +
                               native.name.substr(dot + 1) + parameters(native) + ".end\n";
    }
    std::string text = std::string(".class public ") + kOwner + "\n";
    for (const auto& [module, functions] : modules) text += ".module " + module + "\n" + functions;
    return text;
}

// A function for each native that calls it.
std::string callers() {
    std::string text = ".module lib\n";
    for (std::size_t i = 0; i < natives().size(); i++) {
        const Native& native = natives()[i];
        if (!native.callable()) continue;
        const std::size_t dot = native.name.rfind('.');
        const std::string result = "r" + std::to_string(native.params.size());
        const bool gives = native.result != "void";
        std::string args;
        for (std::size_t p = 0; p < native.params.size(); p++) args += (p ? ", r" : "r") + std::to_string(p);
        text += ".function public static call" + std::to_string(i) + parameters(native);
        if (gives) text += "    .regs " + result + ": " + native.result + "\n";
        text += "    call " + (gives ? result : "_") + ", " + native.name.substr(0, dot) +
                "::" + native.name.substr(dot + 1) + native.signature + ", (" + args + ")\n";
        text += gives ? "    ret " + result + "\n.end\n" : "    ret.void\n.end\n";
    }
    return text;
}

struct Machine : VmFixture {
    Machine()
        : VmFixture(".module nothing\n.function public static nothing() void\n    ret.void\n.end\n"),
          thread(vm.attach_thread()) {
        define(vm.boot_loader(), kNativeErrors);
        define(vm.boot_loader(), declarations());
        define(vm.app_loader(), callers());
        std::size_t count = 0;
        const SkPluginEntry* entries = skua_stdlib_plugins(&count);
        for (std::size_t i = 0; i < count; i++) REQUIRE(vm.natives().add_plugin(entries[i], "built in").ok());
    }
    ~Machine() { thread->pending = nullptr; }

    // Makes the callers those of an archive 'lib'.
    void archive() {
        classfile::ArchiveWriter writer;
        classfile::Manifest manifest;
        manifest.name = "lib";
        writer.set_manifest(manifest);
        auto bytes = writer.finish();
        REQUIRE(bytes.ok());
        auto archive = classfile::Archive::from_bytes(*std::move(bytes), "lib.ska");
        REQUIRE(archive.ok());
        REQUIRE(vm.app_loader().add_archive(*archive, "lib.ska").ok());
        REQUIRE(vm.app_loader().has_archives());
        auto def = vm.app_loader().load("lib");
        REQUIRE(def.ok());
        (*def)->source = vm.app_loader().archives().front();
    }

    // What the native throws; empty if nothing.
    std::string call(std::size_t index) {
        std::vector<Slot> args;
        for (const std::string& type : natives()[index].params) {
            Slot arg = 0;
            if (type == "string") arg = reinterpret_cast<Slot>(new_string(*thread, kText));
            if (type == kOwner) arg = reinterpret_cast<Slot>(owner());
            if (type.front() == '[')
                arg = reinterpret_cast<Slot>(empty_array(type.substr(1, type.size() - 2)));
            args.push_back(arg);
        }
        Slot result[8] = {};
        if (invoke(*thread, function("lib", "call" + std::to_string(index)), args, result)) return {};
        std::string text = describe_error(*thread, thread->pending);
        thread->pending = nullptr;
        return text;
    }

    Object* owner() {
        auto cls = class_of(vm, vm.types().named(vm.boot_loader(), kOwner, {}));
        REQUIRE(cls.ok());
        return new_object(*thread, **cls);
    }

    Array* empty_array(const std::string& element) {
        static const std::map<std::string, TypeKind> kinds = {{"u8", TypeKind::U8},
                                                              {"i64", TypeKind::I64},
                                                              {"char", TypeKind::Char},
                                                              {"string", TypeKind::String}};
        Class* cls = array_class_of(*thread, vm.types().simple(kinds.at(element)));
        REQUIRE(cls != nullptr);
        return new_array(*thread, *cls, 0);
    }

    std::unique_ptr<Thread, void (*)(Thread*)> thread;
};

const Row* row_of(const std::string& name) {
    const auto it = std::find_if(rows().begin(), rows().end(), [&](const Row& r) { return r.name == name; });
    return it == rows().end() ? nullptr : &*it;
}

// Calls all natives, in a folder of their own and without input. `wanted` gives what an error must begin
// with, empty: no PermissionError.
template <typename Wanted>
void call_all(Machine& machine, Wanted&& wanted) {
    namespace files = std::filesystem;
    char name[] = "/tmp/skua-rights-XXXXXX";
    const files::path before = files::current_path(), scratch = mkdtemp(name);
    files::current_path(scratch);
    std::size_t called = 0, refused = 0;
    for (std::size_t i = 0; i < natives().size(); i++) {
        const Row* row = row_of(natives()[i].name);
        if (row == nullptr || row->ends || !natives()[i].callable()) continue;
        if (!files::exists(kText)) std::ofstream(kText) << "text\n";
        const std::string error = machine.call(i), begin = wanted(*row);
        INFO(row->name << ": " << error);
        called++;
        if (begin.empty()) {
            CHECK(error.find("PermissionError") == std::string::npos);
        } else {
            refused++;
            CHECK(error.substr(0, begin.size()) == begin);
        }
    }
    files::current_path(before);
    files::remove_all(scratch);
    CHECK(called > 80);
    INFO(refused << " refused");
}

std::string named(const Row& row, const std::string& capability) {
    const std::string resource = resource_of(row);
    return "std.core.PermissionError: " + capability + (resource.empty() ? "" : " of '" + resource + "'");
}

std::string grant_of(const Row& row, const std::string& capability) {
    const std::string resource = resource_of(row);
    return capability + (resource.empty() ? "" : ":" + resource) + "\n";
}

void no_input() {
    REQUIRE(std::freopen("/dev/null", "r", stdin) != nullptr);
}

}  // namespace

TEST_CASE("native_rights.def lists all natives of the library, and no others") {
    std::set<std::string> listed, registered;
    for (const Row& row : rows()) {
        INFO(row.name);
        CHECK(listed.insert(row.name).second);
        for (const std::string& capability : row.capabilities) CHECK(find_capability(capability) != nullptr);
    }
    for (const Native& native : natives()) registered.insert(native.name);
    CHECK(registered.size() > 100);
    for (const std::string& name : registered) {
        INFO("add to tests/capabilities/native_rights.def what this native needs: " << name);
        CHECK(listed.count(name) == 1);
    }
    for (const std::string& name : listed) {
        INFO("there is no such native any more: " << name);
        CHECK(registered.count(name) == 1);
    }
    // A native that needs something must be one that this test can call.
    for (const Native& native : natives()) {
        const Row* row = row_of(native.name);
        if (row == nullptr || row->capabilities.empty()) continue;
        INFO(native.name);
        CHECK(native.callable());
    }
    // All capabilities are tried below.
    std::size_t capabilities = 0;
    for (const std::vector<std::string>* list : {&kByDefault, &kOnDemand})
        for (const std::string& name : *list) {
            REQUIRE(find_capability(name) != nullptr);
            CHECK(find_capability(name)->by_default == is_default(name));
            capabilities++;
        }
    CHECK(capabilities == capability_count());
}

TEST_CASE("with nothing granted, a native says what it lacks and which option gives it") {
    no_input();
    Machine machine;
    call_all(machine, [](const Row& row) {
        const std::string lacks = row.first([](const std::string& c) { return !is_default(c); });
        if (lacks.empty()) return lacks;
        return named(row, lacks) + " was not granted; run with --allow=" + grant_of(row, lacks);
    });
}

TEST_CASE("with one capability denied, only what needs it is refused") {
    no_input();
    for (const std::vector<std::string>* list : {&kByDefault, &kOnDemand})
        for (const std::string& denied : *list) {
            INFO("--allow-all --deny=" << denied);
            Machine machine;
            machine.vm.capabilities().allow_all();
            REQUIRE(machine.vm.capabilities().deny(denied).ok());
            call_all(machine, [&](const Row& row) {
                const std::string lacks = row.first([&](const std::string& c) { return c == denied; });
                return lacks.empty() ? lacks : named(row, lacks) + " is denied by --deny\n";
            });
        }
}

TEST_CASE("an archive has what was passed on to it") {
    no_input();
    for (const std::string& passed : kOnDemand) {
        INFO("--allow=lib/" << passed);
        Machine machine;
        machine.archive();
        for (const std::string& capability : kOnDemand)
            REQUIRE(machine.vm.capabilities().allow(capability).ok());
        REQUIRE(machine.vm.capabilities().allow("lib/" + passed).ok());
        call_all(machine, [&](const Row& row) {
            const std::string lacks =
                row.first([&](const std::string& c) { return !is_default(c) && c != passed; });
            if (lacks.empty()) return lacks;
            return named(row, lacks) +
                   ", which archive 'lib' asked for, was not granted to it; run with --allow=lib/" +
                   grant_of(row, lacks);
        });
    }
}

TEST_CASE("an archive can be denied what all have by default") {
    no_input();
    for (const std::string& denied : kByDefault) {
        INFO("--deny=lib/" << denied);
        Machine machine;
        machine.archive();
        REQUIRE(machine.vm.capabilities().deny("lib/" + denied).ok());
        call_all(machine, [&](const Row& row) {
            const std::string lacks =
                row.first([&](const std::string& c) { return c == denied || !is_default(c); });
            if (lacks.empty()) return lacks;
            if (lacks == denied)
                return named(row, lacks) + ", which archive 'lib' asked for, is denied to it by --deny\n";
            return named(row, lacks) + ", which archive 'lib' asked for, was not granted; run with --allow=" +
                   grant_of(row, lacks);
        });
    }
}

}  // namespace skua::vm::test
