// Natives of std.process: ending this one, starting and watching others.
//
// A program is looked for here, not by the child: what the door was asked for is what runs, whatever folder
// it runs in. The capability is asked for the program as the guest names it.
#include <cstdlib>
#include <cstring>
#include <limits.h>
#include <sys/stat.h>

#include "child_process.h"
#include "native_support.h"
#include "open_file.h"
#include "outside_text.h"

extern char** environ;

namespace skua::stdlib {
namespace {

void exit_program(SkEnv* env, std::int64_t code) {
    env->api->exit_program(env, static_cast<int>(code & 0xFF));
}

std::int64_t process_id(SkEnv* env) {
    if (!env->api->require(env, "process", nullptr)) return 0;
    return env->api->deterministic(env) ? 1 : ::getpid();
}

// ---- what is started ----------------------------------------------------------------------------------

// `path`, from the folder of this process if it is relative. Empty, with errno set, if there is no such
// folder.
std::string absolute(std::string path) {
    if (path.starts_with('/')) return path;
    char folder[PATH_MAX];
    return ::getcwd(folder, sizeof folder) == nullptr ? std::string() : folder + ("/" + path);
}

// The file that runs when `name` is called: itself if it has a slash, else the first program of that name in
// the folders of PATH. `error` is an errno if there is none.
std::string find_program(const std::string& name, int& error) {
    if (name.find('/') != std::string::npos) {
        std::string path = absolute(name);
        if (path.empty()) error = errno;
        return path;
    }
    error = ENOENT;
    const char* const variable = std::getenv("PATH");
    std::string_view folders = variable == nullptr ? "/usr/local/bin:/usr/bin:/bin" : variable;
    while (!name.empty()) {
        const std::size_t colon = folders.find(':');
        std::string path(folders.substr(0, colon));
        if (path.empty()) path = ".";
        path = absolute(path.append("/").append(name));
        struct stat info {};
        if (!path.empty() && ::stat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode)) {
            if (::access(path.c_str(), X_OK) == 0) return error = 0, path;
            error = EACCES;
        }
        if (colon == std::string_view::npos) break;
        folders.remove_prefix(colon + 1);
    }
    return {};
}

// False with an error pending.
bool add_texts(SkEnv* env, SkArray* texts, std::vector<std::string>& out) {
    for (std::size_t i = 0; i < env->api->array_len(env, texts); i++) {
        SkString* element = elements<SkString*>(env, texts)[i];
        if (element == nullptr) {
            env->api->throw_format(env, kNullError, "element %zu of the texts is null", i);
            return false;
        }
        const char* text = env->api->string_cstr(env, element);
        if (text == nullptr) return false;
        out.emplace_back(text);
    }
    return true;
}

// Those of this process, if they are wanted, whose names are not among `own`; then `own`.
std::vector<std::string> environment(const std::vector<std::string>& own, bool inherit) {
    const auto name_of = [](std::string_view entry) { return entry.substr(0, entry.find('=')); };
    std::vector<std::string> out;
    for (char** entry = environ; inherit && *entry != nullptr; entry++)
        if (std::none_of(own.begin(), own.end(),
                         [&](const auto& o) { return name_of(o) == name_of(*entry); }))
            out.emplace_back(*entry);
    out.insert(out.end(), own.begin(), own.end());
    return out;
}

const SkHandleType kChild = {"process", [](void* pointer) { delete static_cast<ChildProcess*>(pointer); }};

// `streams`: two bits for each of input, output and errors, a Stream.
std::int64_t start_program(SkEnv* env, SkObject* owner, SkString* name, SkArray* args, SkString* folder,
                           SkArray* variables, bool inherit, std::int64_t streams) {
    return guarded(env, [&]() -> std::int64_t {
        const char* asked = env->api->string_cstr(env, name);
        if (asked == nullptr || !env->api->require(env, "process", asked)) return 0;
        Program program;
        program.args.emplace_back(asked);
        std::vector<std::string> own;
        if (!add_texts(env, args, program.args) || !add_texts(env, variables, own)) return 0;
        program.env = environment(own, inherit);
        const std::string start = std::string("cannot start '") + asked + "'";
        if (folder != nullptr) {
            const char* path = env->api->string_cstr(env, folder);
            if (path == nullptr) return 0;
            program.folder = path;
            struct stat info {};
            const int wrong = ::stat(path, &info) != 0 ? errno : S_ISDIR(info.st_mode) ? 0 : ENOTDIR;
            if (wrong != 0)
                return env->api->throw_errno(env, (start + " in '" + path + "'").c_str(), wrong), 0;
        }
        for (int i = 0; i < 3; i++) program.streams[i] = static_cast<Stream>(streams >> (2 * i) & 3);
        int error = 0;
        program.path = find_program(asked, error);
        std::unique_ptr<ChildProcess> child;
        if (error == 0) child = ChildProcess::start(program, error);
        if (child == nullptr) {
            const bool searched = error == ENOENT && program.path.empty();
            env->api->throw_errno(env, (start + (searched ? ": it is in no folder of PATH" : "")).c_str(),
                                  error);
            return 0;
        }
        return owned_handle(env, owner, &kChild, std::move(child), sizeof(ChildProcess));
    });
}

// ---- what runs ------------------------------------------------------------------------------------------

template <typename Work>
auto with_child(SkEnv* env, SkObject* owner, std::int64_t handle, const char* doing, Work&& work) {
    using R = decltype(work(std::declval<ChildProcess&>(), std::declval<int&>()));
    return guarded(env, [&]() -> R {
        const OwnedHandle<ChildProcess> child(env, &kChild, owner, handle);
        if (!child) return R();
        int error = 0;
        R result = work(*child.get(), error);
        if (error == 0) return result;
        env->api->throw_errno(env, doing, error);
        return R();
    });
}

std::int64_t child_id(SkEnv* env, SkObject* owner, std::int64_t handle) {
    return with_child(env, owner, handle, "",
                      [](ChildProcess& child, int&) { return std::int64_t{child.id()}; });
}

// Our end of stream 0, 1 or 2 as the handle of a File, once; 0 if it is no pipe.
std::int64_t child_file(SkEnv* env, SkObject* owner, std::int64_t handle, std::int64_t stream,
                        SkString* name) {
    return with_child(env, owner, handle, "", [&](ChildProcess& child, int&) -> std::int64_t {
        Descriptor pipe = std::move(child.pipes[stream]);
        return pipe.get() < 0 ? 0
                              : file_handle(env, std::move(pipe), stream == 0, std::string(view(env, name)));
    });
}

constexpr std::int64_t kStillRuns = INT64_MIN;

std::int64_t wait_for(SkEnv* env, SkObject* owner, std::int64_t handle, std::int64_t nanos) {
    return with_child(env, owner, handle, "cannot wait for a process", [&](ChildProcess& child, int& error) {
        return child.wait(env, nanos, error).value_or(kStillRuns);
    });
}

bool send_signal(SkEnv* env, SkObject* owner, std::int64_t handle, std::int64_t number) {
    return with_child(env, owner, handle, "cannot send a signal", [&](ChildProcess& child, int& error) {
        return child.signal(static_cast<int>(number), error);
    });
}

// 0: it has ended by itself; 1: its time was over; 2: it wrote more than the limit.
std::int64_t exchange(SkEnv* env, SkObject* owner, std::int64_t handle, SkArray* input, std::int64_t nanos,
                      std::int64_t limit) {
    const auto work = [&](ChildProcess& child, int& error) -> std::int64_t {
        const std::string_view bytes(elements<char>(env, input), env->api->array_len(env, input));
        const std::size_t most = std::min(static_cast<std::size_t>(limit), max_text(env));
        env->api->trace_output(env, bytes.data(), bytes.size());
        const bool by_itself = child.exchange(env, bytes, nanos, most, error);
        if (error != EFBIG) return by_itself ? 0 : 1;
        error = 0;
        return 2;
    };
    return with_child(env, owner, handle, "cannot exchange data with a process", work);
}

// What `exchange` gathered of stream 1 or 2, once.
SkArray* gathered(SkEnv* env, SkObject* owner, std::int64_t handle, std::int64_t stream) {
    return with_child(env, owner, handle, "", [&](ChildProcess& child, int&) -> SkArray* {
        const std::string all = std::move(child.gathered[stream - 1]);
        SkArray* bytes = env->api->array_new(env, SK_U8, all.size());
        if (bytes != nullptr) std::memcpy(elements<char>(env, bytes), all.data(), all.size());
        return bytes;
    });
}

SkString* signal_name(SkEnv* env, std::int64_t number) {
    const char* name = ::sigabbrev_np(static_cast<int>(number));
    return name == nullptr ? nullptr : new_string(env, name);
}

const SkNative kProcessNatives[] = {
    native<exit_program>("std.process.exitProgram", "(i64)void"),
    native<process_id>("std.process.processId", "()i64"),
    native<start_program>("std.process.startProgram",
                          "(std.process.Child,string,[string],string?,[string],bool,i64)i64"),
    native<child_id>("std.process.childId", "(std.process.Child,i64)i64"),
    native<child_file>("std.process.childFile", "(std.process.Child,i64,i64,string)i64"),
    native<wait_for>("std.process.childEnd", "(std.process.Child,i64,i64)i64"),
    native<send_signal>("std.process.sendSignal", "(std.process.Child,i64,i64)bool"),
    native<exchange>("std.process.exchange", "(std.process.Child,i64,[u8],i64,i64)i64"),
    native<gathered>("std.process.gathered", "(std.process.Child,i64,i64)[u8]"),
    native<signal_name>("std.process.signalName", "(i64)string?"),
};

}  // namespace

SKUA_PLUGIN(std_process, "std.process", "0.1.0", kProcessNatives)

}  // namespace skua::stdlib
