// vmar: makes, lists, unpacks and checks archives of class files.
#include "vmar.h"

#include <CLI/CLI.hpp>
#include <cstdio>

#include "skua/classfile/output_file.h"

namespace {

using namespace skua::vmar;

constexpr const char* kFooter = R"(Examples:
  vmar create app.ska build/classes --main demo     pack a program
  vmar create lib.ska build/classes --name util --version 1.2.0
  vmar list --long app.ska                          sizes and digests
  vmar list --manifest app.ska                      name, version, main, capabilities
  vmar extract app.ska -o out demo/Main.skc         unpack one class
  vmar verify app.ska                               check every byte

Exit codes: 0 done, 64 wrong command line, 65 a bad archive or class file, 66 an
input that cannot be read, 73 an output that cannot be written, 74 standard
output closed or full.)";

int finish(const Outcome& outcome, const std::string& out) {
    const bool printed = std::fwrite(out.data(), 1, out.size(), stdout) == out.size();
    if (outcome) {
        std::fprintf(stderr, "vmar: %s\n", outcome->message.c_str());
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
    std::fprintf(stderr, "vmar: %s; 'vmar --help' shows what can be said\n", error.what());
    return kUsage;
}

}  // namespace

int main(int argc, char** argv) {
    skua::classfile::make_signals_write_errors();
    CLI::App app("Makes, lists, unpacks and checks archives (.ska) of Skua class files.", "vmar");
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

    ExtractOptions extract_options;
    CLI::App* extract_command = app.add_subcommand("extract", "Unpack entries of an archive");
    extract_command->add_option("ARCHIVE", extract_options.archive, "The archive to read")->required();
    extract_command->add_option("ENTRY", extract_options.entries, "Entries to unpack; all if none is named");
    extract_command->add_option("-o,--output", extract_options.folder, "Folder to unpack into")
        ->type_name("DIR")
        ->capture_default_str();

    std::vector<std::string> verify_archives;
    CLI::App* verify_command =
        app.add_subcommand("verify", "Check structure, digests and class files of archives");
    verify_command->add_option("ARCHIVE", verify_archives, "The archives to check")->required();

    const auto named = [&](const CLI::App* sub) { return argc > 1 && sub->get_name() == argv[1]; };
    if (argc > 1 && argv[1][0] != '-' && app.get_subcommands(named).empty()) {
        std::fprintf(stderr,
                     "vmar: there is no command '%s'; the commands are create, list, extract and verify\n",
                     argv[1]);
        return kUsage;
    }
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return usage_error(app, error);
    }
    create_options.manifest.capabilities = capabilities;
    std::string out;
    Outcome outcome;
    if (*create_command)
        outcome = create(create_options);
    else if (*list_command)
        outcome = list(list_options, out);
    else if (*extract_command)
        outcome = extract(extract_options);
    else
        outcome = verify(verify_archives, out);
    return finish(outcome, out);
}
