// Letters from threads of a plugin's process that have no lane: read from the control socket by a thread that
// runs no guest code, and is told of the process's end that way, too.
//
// A native that knows of a letter has happened after it: who is told by a message that there are more than
// have been read, reads them first (catch_up). Any thread may call.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <pthread.h>
#include <string_view>

#include "isolate/lane_layout.h"

namespace skua::vm {

class PluginMail {
public:
    struct Handlers {
        // False: no honest process sends that. One at a time.
        std::function<bool(const isolate::Letter&, std::string_view)> letter;
        std::function<void()> dishonest;
        std::function<void()> ended;  // the process has closed its end, or is dead; on the thread alone
    };
    // Null if there is no thread to be had. `socket` is copied.
    static std::unique_ptr<PluginMail> start(int socket, Handlers handlers);
    // Handlers are not called any more; unless this is the end of one of them.
    ~PluginMail();
    PluginMail(const PluginMail&) = delete;
    PluginMail& operator=(const PluginMail&) = delete;

    // Handles what has arrived, if that is not `count` yet.
    void catch_up(std::uint32_t count);

private:
    struct State;
    PluginMail() = default;
    std::shared_ptr<State> state_;  // the thread's as well
    pthread_t thread_{};
};

}  // namespace skua::vm
