#include "skua/vm/loader.h"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <sys/stat.h>

#include "skua/classfile/archive.h"
#include "skua/classfile/assembler.h"
#include "skua/classfile/writer.h"

using namespace skua;
using namespace skua::vm;
using Catch::Contains;

namespace {

namespace fs = std::filesystem;

// A folder that goes away with the test.
struct Folder {
    fs::path path;
    Folder() {
        std::string name = (fs::temp_directory_path() / "skua-loader-XXXXXX").string();
        REQUIRE(::mkdtemp(name.data()));
        path = name;
    }
    ~Folder() { fs::remove_all(path); }

    void write(const std::string& file, const std::vector<std::uint8_t>& bytes) const {
        fs::create_directories((path / file).parent_path());
        std::ofstream out(path / file, std::ios::binary);
        out.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    }
};

std::vector<std::uint8_t> bytes_of(const std::string& text) {
    auto types = classfile::assemble(text, "t.skasm");
    if (!types) FAIL(types.error().to_string());
    return classfile::write(types->at(0).file);
}

const std::string kAccount = R"(
.class public open bank.Account<T>
.extends bank.Base<[!0]>
.implements bank.Named
.field private mutable balance: i64
.field public static count: i64
.function public deposit(this: bank.Account<!0>, amount: i64, note: !0?) i64
    ret r1
.end
.function public static make() void
    ret.void
.end
)";

struct World {
    Folder folder;
    TypeTable types;
    Loader loader{types, nullptr};
    World() {
        folder.write("bank/Account.skc", bytes_of(kAccount));
        REQUIRE(loader.add_path(folder.path.string()).ok());
    }
};

std::string error_of(Result<TypeDef*> result) {
    return result ? "" : result.error().to_string();
}

}  // namespace

TEST_CASE("a class from a folder, with its declaration in interned types") {
    World w;
    auto loaded = w.loader.load("bank.Account");
    if (!loaded) FAIL(loaded.error().to_string());
    TypeDef& def = **loaded;
    CHECK(def.name == "bank.Account");
    CHECK(def.module() == "bank");
    CHECK(def.file_name == (w.folder.path / "bank/Account.skc").string());
    CHECK(type_text(def.self) == "bank.Account<!0>");
    CHECK(type_text(def.super) == "bank.Base<[!0]>");
    REQUIRE(def.interfaces.size() == 1);
    CHECK(type_text(def.interfaces[0]) == "bank.Named");

    FieldDef* balance = def.find_field("balance");
    REQUIRE(balance);
    CHECK(balance->type == w.types.simple(TypeKind::I64));
    CHECK(balance->is_mutable());
    CHECK_FALSE(balance->is_static());
    CHECK(def.find_field("count")->is_static());
    CHECK(def.find_field("none") == nullptr);

    FunctionDef* deposit = def.find_function("deposit");
    REQUIRE(deposit);
    CHECK(deposit->is_instance());
    CHECK(deposit->qualified_name() == "bank.Account.deposit");
    REQUIRE(deposit->params.size() == 3);
    CHECK(deposit->params[0] == def.self);
    CHECK(type_text(deposit->params[2]) == "!0?");
    CHECK_FALSE(def.find_function("make")->is_instance());

    CHECK(*w.loader.load("bank.Account") == &def);
    auto resolved = Loader::resolve(def.self);
    REQUIRE(resolved.ok());
    CHECK(*resolved == &def);
    CHECK(Loader::try_resolve(def.super) == nullptr);
}

TEST_CASE("a missing class: where it was looked for, and what may have been meant") {
    World w;
    CHECK_THAT(error_of(w.loader.load("bank.Acount")), Contains("bank.Acount was not found") &&
                                                           Contains(w.folder.path.string()) &&
                                                           Contains("did you mean bank.Account?"));
    CHECK_THAT(error_of(w.loader.load("other.Thing")), Contains("check --class-path"));
    CHECK_THAT(error_of(w.loader.load("../../etc/passwd")), Contains("is not the name of a class"));
    CHECK_THAT(error_of(w.loader.load("")), Contains("is not the name of a class"));
    TypeTable types;
    Loader empty(types, nullptr);
    CHECK_THAT(error_of(empty.load("a.B")), Contains("the class path is empty"));
}

TEST_CASE("what is missing stays missing, and what is bad stays bad") {
    World w;
    CHECK(w.loader.try_load("bank.Late") == nullptr);
    const auto late = bytes_of(".class public bank.Late\n");
    w.folder.write("bank/Late.skc", late);
    CHECK(w.loader.try_load("bank.Late") == nullptr);
    auto defined = w.loader.define(late, "late");
    REQUIRE_FALSE(defined.ok());
    CHECK_THAT(defined.error().message, Contains("found missing"));

    w.folder.write("bank/Torn.skc", {0x7F, 'S', 'K'});
    CHECK_THAT(error_of(w.loader.load("bank.Torn")),
               Contains("not a Skua class file") && Contains("bank/Torn.skc"));
    CHECK_THAT(error_of(w.loader.load("bank.Torn")), Contains("F001"));
    CHECK(w.loader.try_load("bank.Torn") == nullptr);
}

TEST_CASE("files that are not what their place says") {
    World w;
    w.folder.write("bank/Moved.skc", bytes_of(".class public bank.Other\n"));
    CHECK_THAT(error_of(w.loader.load("bank.Moved")),
               Contains("declares bank.Other") && Contains("bank/Other.skc"));
    fs::create_directories(w.folder.path / "bank/Dir.skc");
    CHECK_THAT(error_of(w.loader.load("bank.Dir")), Contains("directory"));
    REQUIRE(::mkfifo((w.folder.path / "bank/Pipe.skc").c_str(), 0600) == 0);
    CHECK_THAT(error_of(w.loader.load("bank.Pipe")), Contains("not a regular file"));
    w.folder.write("bank/Empty.skc", {});
    CHECK_THAT(error_of(w.loader.load("bank.Empty")), Contains("the file is empty"));
}

TEST_CASE("class path elements that do not exist or are no archives") {
    World w;
    auto missing = w.loader.add_path("/no/such/folder");
    REQUIRE_FALSE(missing.ok());
    CHECK_THAT(missing.error().to_string(), Contains("/no/such/folder") && Contains("No such file"));
    w.folder.write("text.ska", {'h', 'i'});
    CHECK_FALSE(w.loader.add_path((w.folder.path / "text.ska").string()).ok());
}

TEST_CASE("an archive is searched like a folder") {
    World w;
    classfile::ArchiveWriter writer;
    REQUIRE(writer.add_class(bytes_of(".class public shop.Cart\n"), "Cart.skc").ok());
    REQUIRE(writer.add_class(bytes_of(".class public bank.Account\n"), "Account.skc").ok());
    auto packed = writer.finish();
    REQUIRE(packed.ok());
    w.folder.write("app.ska", *packed);
    REQUIRE(w.loader.add_path((w.folder.path / "app.ska").string()).ok());
    auto cart = w.loader.load("shop.Cart");
    if (!cart) FAIL(cart.error().to_string());
    CHECK_THAT((*cart)->file_name, Contains("app.ska!shop/Cart.skc"));
    CHECK((*w.loader.load("bank.Account"))->type_param_count() == 1);  // the folder comes first
    CHECK_THAT(error_of(w.loader.load("shop.Card")), Contains("did you mean shop.Cart?"));

    auto in_memory = classfile::Archive::from_bytes(*packed, "memory");
    REQUIRE(in_memory.ok());
    TypeTable types;
    Loader other(types, nullptr);
    REQUIRE(other.add_archive(*in_memory, "memory").ok());
    REQUIRE(other.load("shop.Cart").ok());
    CHECK((*other.load("shop.Cart"))->file_name == "memory!shop/Cart.skc");
}

TEST_CASE("a child loader's names are the parent's where the parent has them") {
    World w;
    Loader child(w.types, &w.loader);
    REQUIRE(child.define(bytes_of(".class public app.Main\n.extends bank.Account<i64>\n"), "main").ok());
    TypeDef& main = **child.load("app.Main");
    CHECK(main.super->loader == &w.loader);
    CHECK(main.self->loader == &child);
    CHECK(Loader::try_resolve(main.super) == w.loader.try_load("bank.Account"));
    CHECK(w.loader.try_load("app.Main") == nullptr);
    CHECK(child.types().named(child, "bank.Account", {}) == w.types.named(w.loader, "bank.Account", {}));

    CHECK_THAT(error_of(child.define(bytes_of(kAccount), "mine")), Contains("parent loader"));
    CHECK_THAT(error_of(child.define(bytes_of(".class public app.Main\n"), "again")),
               Contains("loaded already"));
    // The child has asked for app.Main: the parent can no longer bring one.
    CHECK_FALSE(w.loader.define(bytes_of(".class public app.Main\n"), "late").ok());
}

TEST_CASE("a type table whose types are exponentially large is refused") {
    classfile::ClassFile file;
    std::string type = "i64";
    // (T,T) nested: 2^n parts from n entries.
    std::string text = ".module m\n.function f() void\n.regs r0: ";
    for (int i = 0; i < 14; ++i) type = "(" + type + "," + type + ")";
    auto types = classfile::assemble(text + type + "\nret.void\n.end\n", "t");
    if (!types) return;  // the format itself has a limit
    TypeTable table;
    Loader loader(table, nullptr);
    CHECK_FALSE(loader.define(classfile::write(types->at(0).file), "t").ok());
}
