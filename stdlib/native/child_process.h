// A program that was started: its ends of pipes, waiting for it, ending it.
//
// Each process is reaped exactly once, here: until then its number cannot become another's, so signals reach
// nobody else. Any thread may call anything.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

#include "descriptor.h"
#include "skua/native.h"

namespace skua::stdlib {

// What one of a program's standard streams is.
enum class Stream { Inherit, Pipe, Null, WithOutput };

struct Program {
    std::string path;               // absolute
    std::vector<std::string> args;  // the first is the program's name
    std::vector<std::string> env;   // "NAME=value"
    std::string folder;             // "": that of this process
    Stream streams[3] = {Stream::Inherit, Stream::Inherit, Stream::Inherit};
};

class ChildProcess {
public:
    // Starts a program; `error` is an errno if there is none. The program gets its three streams and no other
    // descriptor of this process.
    static std::unique_ptr<ChildProcess> start(const Program& program, int& error);

    ChildProcess(const ChildProcess&) = delete;
    ChildProcess& operator=(const ChildProcess&) = delete;
    // Does not end the process: who forgets a program leaves it alone. It is reaped later.
    ~ChildProcess();

    [[nodiscard]] pid_t id() const { return id_; }

    // Waits until the process has ended, at most `nanos` if that is not negative. The exit code, or minus the
    // number of the signal that ended it; nothing if it still runs, or with `error` set.
    // EINTR: the program that waits is to end.
    std::optional<std::int64_t> wait(SkEnv* env, std::int64_t nanos, int& error);

    // Reaps the process if it has ended.
    void reap();

    // Sends a signal; false if the process has ended.
    bool signal(int number, int& error);

    // Writes `input` to the process while gathering what it writes, both as it comes, until it has ended;
    // after `nanos`, if that is not negative, it is killed. False if it was. A stream of more than `limit`
    // bytes is EFBIG. EINTR, and it is killed as well: the program that waits is to end.
    bool exchange(SkEnv* env, std::string_view input, std::int64_t nanos, std::size_t limit, int& error);

    Descriptor pipes[3];      // our ends of those streams that are pipes
    std::string gathered[2];  // by `exchange`: output, errors

private:
    explicit ChildProcess(pid_t id) : id_(id) {}
    bool look(int& error);  // has it ended? Under the lock.

    const pid_t id_;
    std::mutex mutex_;
    bool ended_ = false;
    int status_ = 0;
    int lost_ = 0;  // why the system does not tell how it ended, an errno
};

}  // namespace skua::stdlib
