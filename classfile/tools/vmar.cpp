// vmar: makes, signs, compares, unpacks and checks archives of class files.
#include "vmar.h"

#include <CLI/CLI.hpp>
#include <cstdio>

#include "skua/classfile/out_of_memory.h"
#include "skua/classfile/output_file.h"

namespace {

using namespace skua::vmar;

constexpr const char* kFooter = R"(Examples:
  vmar create app.ska build/classes --main demo     pack a program
  vmar create lib.ska build/classes --name util --version 1.2.0
  vmar list --long app.ska                          sizes and digests
  vmar list --manifest app.ska                      name, version, main, capabilities
  vmar extract app.ska -o out demo/Main.skc         unpack one class
  vmar verify app.ska --key release.pub             check every byte, and who signed it
  vmar keygen release                               make release and release.pub
  vmar sign app.ska --key release                   add a signature
  vmar deps app.ska --lock                          find what it depends on, write skua.lock
  vmar diff json-1.0.0.ska json-1.1.0.ska           do old callers still link?

Exit codes: 0 done, 1 'vmar diff' found that old callers do not link, 64 wrong command
line, 65 a bad archive or class file, 66 an input that cannot be read, 71 no memory from
the system, 73 an output that cannot be written, 74 standard output closed or full.)";

int finish(const Outcome& outcome, const std::string& out) {
    const bool printed = std::fwrite(out.data(), 1, out.size(), stdout) == out.size();
    if (outcome) {
        if (!outcome->message.empty()) std::fprintf(stderr, "vmar: %s\n", outcome->message.c_str());
        std::fflush(stdout);
        return outcome->code;
    }
    if (!printed || std::fflush(stdout) != 0) {
        std::fprintf(stderr, "vmar: standard output: could not be written\n");
        return kCantPrint;
    }
    return kDone;
}

// CLI11's own messages name no program and have exit codes of their own.
int usage_error(const CLI::App& app, const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) {
        std::string text;
        if (dynamic_cast<const CLI::CallForVersion*>(&error) != nullptr)
            text = std::string(error.what()) + "\n";
        else {
            text = app.help();
            for (const CLI::App* sub : app.get_subcommands()) text = sub->help("vmar");
        }
        return finish({}, text);
    }
    std::string command = "vmar";
    for (const CLI::App* sub : app.get_subcommands()) command += " " + sub->get_name();
    std::fprintf(stderr, "vmar: %s; '%s --help' shows what can be said\n", error.what(), command.c_str());
    return kUsage;
}

}  // namespace

static int program(int argc, char** argv) {
    skua::classfile::make_signals_write_errors();
    CLI::App app("Makes, signs, compares, unpacks and checks archives (.ska) of Skua class files.", "vmar");
    app.set_version_flag("--version", "vmar (Skua) " SKUA_VERSION, "Show the version and exit");
    app.set_help_flag("-h,--help", "Show this help and exit");
    app.footer(kFooter);
    app.require_subcommand(1);

    CreateOptions create_options;
    std::vector<std::string> capabilities;
    CLI::App* create_command =
        app.add_subcommand("create", "Pack class files and data files into an archive");
    create_command->add_option("ARCHIVE", create_options.archive, "The archive to write")->required();
    create_command->add_option("INPUT", create_options.inputs, "Folders of class files, or class files")
        ->required();
    create_command
        ->add_option("--main", create_options.manifest.main, "Module whose main() 'vmrun ARCHIVE' starts")
        ->type_name("MODULE");
    create_command->add_option("--name", create_options.manifest.name, "Name of the program or library")
        ->type_name("NAME");
    create_command->add_option("--version", create_options.manifest.version, "Its version")
        ->type_name("VERSION");
    create_command
        ->add_option("--requires", capabilities, "Capability that the program needs, as for vmrun --allow")
        ->type_name("CAP")
        ->allow_extra_args(false);
    create_command
        ->add_option(
            "--passes", create_options.manifest.passes,
            "Capability of the program that an archive it depends on may use as well: ARCHIVE/CAP[:SCOPE]")
        ->type_name("ARCHIVE/CAP")
        ->allow_extra_args(false);
    std::vector<std::string> dependencies;
    create_command
        ->add_option("--dependency", dependencies, "Another archive that it needs, for example 'json ^1.2'")
        ->type_name("'NAME RANGE'")
        ->allow_extra_args(false);
    std::vector<std::string> plugins;
    create_command
        ->add_option("--plugin", plugins, "A native plugin that it needs, for example 'sqlite ^1.0'")
        ->type_name("'NAME RANGE'")
        ->allow_extra_args(false);
    create_command->add_flag("--store", create_options.store, "Do not compress: larger, loads faster");
    create_command->footer(
        "Class files are named by what they hold; other files of a folder keep their paths.\n"
        "Hidden files are left out. The same input gives the same bytes.\n\n"
        "Example: vmar create app.ska build/classes --main demo --requires fs.read:data");

    ListOptions list_options;
    CLI::App* list_command = app.add_subcommand("list", "Show what an archive holds");
    list_command->add_option("ARCHIVE", list_options.archive, "The archive to read")->required();
    list_command->add_flag("-l,--long", list_options.with_sizes,
                           "Also size, packed size and SHA-256 of each entry");
    list_command->add_flag("-m,--manifest", list_options.manifest, "The manifest instead of the entries");
    list_command->footer(
        "With --long: size, packed size, SHA-256 of the packed bytes, name.\n\n"
        "Example: vmar list --long app.ska");

    ExtractOptions extract_options;
    CLI::App* extract_command = app.add_subcommand("extract", "Unpack entries of an archive");
    extract_command->add_option("ARCHIVE", extract_options.archive, "The archive to read")->required();
    extract_command->add_option("ENTRY", extract_options.entries, "Entries to unpack; all if none is named");
    extract_command->add_option("-o,--output", extract_options.folder, "Folder to unpack into")
        ->type_name("DIR")
        ->capture_default_str();
    extract_command->footer(
        "Each entry is compared with its digest before it is unpacked; nothing is written outside of DIR.\n\n"
        "Example: vmar extract app.ska -o out demo/Main.skc");

    VerifyOptions verify_options;
    CLI::App* verify_command =
        app.add_subcommand("verify", "Check structure, digests, class files and signatures of archives");
    verify_command->add_option("ARCHIVE", verify_options.archives, "The archives to check")->required();
    verify_command
        ->add_option("--key", verify_options.keys,
                     "Public key, or file of one, that must have signed each (repeatable: any of them)")
        ->type_name("KEY")
        ->allow_extra_args(false);

    verify_command->footer(
        "Every byte of an archive counts. Code is checked against other classes when it runs, or by\n"
        "'vmdis --verify'.\n\n"
        "Example: vmar verify app.ska --key release.pub");

    std::string key_file;
    CLI::App* keygen_command = app.add_subcommand("keygen", "Make a key to sign with");
    keygen_command->add_option("FILE", key_file, "File for the secret key; the public one goes to FILE.pub")
        ->required();
    std::string key_passphrase;
    const auto add_passphrase = [](CLI::App* command, std::string& file) {
        command
            ->add_option(
                "--passphrase-file", file,
                "File whose first line is the passphrase; a pipe will do, for example <(pass show key)")
            ->type_name("FILE");
    };
    add_passphrase(keygen_command, key_passphrase);
    keygen_command->footer(
        "The secret key is encrypted with the passphrase, which is asked for on a terminal. Without one,\n"
        "or with an empty one, it is not: keep its file where only you can read it.");

    SignOptions sign_options;
    CLI::App* sign_command = app.add_subcommand("sign", "Sign an archive, beside those who have");
    sign_command->add_option("ARCHIVE", sign_options.archive, "The archive to sign")->required();
    sign_command->add_option("--key", sign_options.key, "File of the secret key ('vmar keygen' makes one)")
        ->required()
        ->type_name("FILE");
    add_passphrase(sign_command, sign_options.passphrase_file);
    sign_command
        ->add_option("-o,--output", sign_options.output, "Write this file instead of replacing ARCHIVE")
        ->type_name("FILE");
    sign_command->footer(
        "The same archive and key give the same bytes. The archive's SHA-256 changes: write lock\n"
        "files after signing.\n\nExample: vmar sign app.ska --key release");

    DepsOptions deps_options;
    CLI::App* deps_command = app.add_subcommand("deps", "Show which archives an archive runs with");
    deps_command->add_option("ARCHIVE", deps_options.archive, "The archive to start from")->required();
    deps_command
        ->add_option("--archive-path", deps_options.archive_path,
                     "Folders to look in, separated by ':' (default: $SKUA_ARCHIVES, or ARCHIVE's "
                     "folder and archives/ in it)")
        ->type_name("PATH");
    deps_command
        ->add_option("--class-path", deps_options.class_path,
                     "An archive that is there in any case (repeatable)")
        ->type_name("ARCHIVE")
        ->allow_extra_args(false);
    deps_command->add_flag("--lock", deps_options.lock,
                           "Write their versions and digests to skua.lock beside ARCHIVE");
    deps_command->footer(
        "Without --lock, a skua.lock that is there is obeyed. A line for each archive: name, version,\n"
        "SHA-256, path; below it, who wants which versions.\n\n"
        "Exit codes: 0 all found, 65 nothing fits or goes in a circle, 66 one is missing.");

    DiffOptions diff_options;
    std::string diff_format = "text";
    CLI::App* diff_command =
        app.add_subcommand("diff", "Compare API and capabilities of two versions of an archive");
    diff_command->add_option("OLD", diff_options.before, "The version that callers were compiled against")
        ->required();
    diff_command->add_option("NEW", diff_options.after, "The version that they would run with")->required();
    diff_command->add_option("--message-format", diff_format, "text, or json: one object a line")
        ->check(CLI::IsMember({"text", "json"}))
        ->type_name("FORMAT")
        ->capture_default_str();
    diff_command->footer(
        "Exit codes: 0 old callers still link, 1 they do not (if they use what has changed), 65 and 66\n"
        "as with all commands. Capabilities and dependencies are shown, and do not count.\n\n"
        "Example: vmar diff json-1.0.0.ska json-1.1.0.ska --message-format=json");

    const auto named = [&](const CLI::App* sub) { return argc > 1 && sub->get_name() == argv[1]; };
    if (argc > 1 && argv[1][0] != '-' && app.get_subcommands(named).empty()) {
        std::fprintf(stderr,
                     "vmar: there is no command '%s'; the commands are create, list, extract, verify, "
                     "keygen, sign, deps and diff\n",
                     argv[1]);
        return kUsage;
    }
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return usage_error(app, error);
    }
    create_options.manifest.capabilities = capabilities;
    // Who needs a plugin needs the capability to load it.
    for (const std::string& plugin : plugins)
        create_options.manifest.capabilities.push_back("plugin:" + plugin.substr(0, plugin.find(' ')));
    std::string out;
    Outcome outcome;
    if (*create_command) {
        outcome = parse_dependencies(dependencies, create_options.manifest.dependencies);
        if (!outcome) outcome = parse_dependencies(plugins, create_options.manifest.plugins);
        if (!outcome) outcome = create(create_options);
    }
    if (*list_command)
        outcome = list(list_options, out);
    else if (*extract_command)
        outcome = extract(extract_options);
    else if (*verify_command)
        outcome = verify(verify_options, out);
    else if (*keygen_command)
        outcome = keygen(key_file, key_passphrase, out);
    else if (*sign_command)
        outcome = sign(sign_options, out);
    else if (*deps_command)
        outcome = deps(deps_options, out);
    else if (*diff_command) {
        diff_options.json = diff_format == "json";
        outcome = diff(diff_options, out);
    }
    return finish(outcome, out);
}

int main(int argc, char** argv) {
    return skua::classfile::run_program([&] { return program(argc, argv); });
}
