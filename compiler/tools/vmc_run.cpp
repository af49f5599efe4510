#include "vmc_run.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include "skua/classfile/archive.h"

namespace skua::compiler {
namespace {

Result<std::vector<std::uint8_t>> make_archive(const Compilation& compilation) {
    classfile::ArchiveWriter writer;
    for (const OutputFile& file : compilation.outputs) SKUA_TRY(writer.add(file.path, file.bytes));
    classfile::Manifest manifest;
    manifest.name = compilation.main_module.empty() ? "program" : compilation.main_module;
    manifest.main = compilation.main_module;
    manifest.capabilities = compilation.capabilities;
    manifest.plugins = compilation.plugins;
    writer.set_manifest(std::move(manifest));
    return writer.finish(classfile::ArchiveWriter::Packing::Store);
}

// A file without a name that holds the bytes, open for reading; -1 if there can be none.
int memory_file(const std::vector<std::uint8_t>& bytes) {
    const int fd = ::memfd_create("skua-program", 0);
    if (fd < 0) return -1;
    std::size_t done = 0;
    while (done < bytes.size()) {
        const ssize_t n = ::write(fd, bytes.data() + done, bytes.size() - done);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) {
            ::close(fd);
            return -1;
        }
        done += static_cast<std::size_t>(n);
    }
    return fd;
}

}  // namespace

std::string program_folder() {
    std::string path(4096, '\0');
    const ssize_t n = ::readlink("/proc/self/exe", path.data(), path.size());
    if (n <= 0) return {};
    path.resize(static_cast<std::size_t>(n));
    return path.substr(0, path.rfind('/'));
}

// A module without declarations has no class file.
static bool has_class_file(const Compilation& compilation) {
    const std::string path = classfile::class_entry_name(compilation.main_module);
    return std::any_of(compilation.outputs.begin(), compilation.outputs.end(),
                       [&](const OutputFile& file) { return file.path == path; });
}

int open_program_archive(const Compilation& compilation, Failure& failure) {
    auto archive = make_archive(compilation);
    if (!archive) {
        failure = {kExitBadInput, archive.error().to_string()};
        return -1;
    }
    const int fd = memory_file(*archive);
    if (fd < 0)
        failure = {kExitNoOutput,
                   fmt::format("no memory for the compiled program: {}", std::strerror(errno))};
    return fd;
}

std::vector<std::string> vmrun_command(const Compilation& compilation, const RunRequest& request,
                                       const std::string& first) {
    std::vector<std::string> command{program_folder() + "/vmrun"};
    for (const std::string& capability : compilation.capabilities) command.push_back("--allow=" + capability);
    command.insert(command.end(), request.options.begin(), request.options.end());
    if (!request.library.empty()) command.push_back("--std=" + request.library);
    std::string class_path = first;
    for (const std::string& entry : request.class_path) class_path += (class_path.empty() ? "" : ":") + entry;
    if (!class_path.empty()) command.push_back("--class-path=" + class_path);
    return command;
}

std::vector<char*> exec_words(std::vector<std::string>& command) {
    std::vector<char*> words;
    words.reserve(command.size() + 1);
    for (std::string& word : command) words.push_back(word.data());
    words.push_back(nullptr);
    return words;
}

Failure run_program(const Compilation& compilation, const RunRequest& request) {
    if (!has_class_file(compilation))
        return {kExitBadInput, fmt::format("{}: has no function `main`", compilation.files.front()->path())};
    Failure failure;
    const int fd = open_program_archive(compilation, failure);
    if (fd < 0) return failure;
    std::vector<std::string> command = vmrun_command(compilation, request, "");
    command.push_back(fmt::format("/proc/self/fd/{}", fd));
    command.insert(command.end(), request.args.begin(), request.args.end());
    ::execv(command[0].c_str(), exec_words(command).data());
    return {kExitNoInput, fmt::format("{}: cannot be started: {}; vmrun lies beside vmc", command[0],
                                      std::strerror(errno))};
}

}  // namespace skua::compiler
