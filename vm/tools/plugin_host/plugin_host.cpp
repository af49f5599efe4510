// skua-plugin-host: the process in which a machine has a plugin run (vmrun --isolate-plugins). Started by
// machines only, with a socket as descriptor 3, over which lanes arrive; see vm/src/isolate/lane_layout.h.
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "remote_lane.h"
#include "remote_plugin.h"

namespace {

using namespace skua;
using namespace skua::remote;

constexpr int kControl = 3;
constexpr std::size_t kStack = 64u << 20;  // addresses only: pages come when they are touched

// What costs nothing and helps against accidents. It is no prison: docs/isolation.md.
void restrict_process(const char* parent) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != std::atoi(parent)) _exit(0);  // it has ended meanwhile
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    const rlimit none{0, 0};
    setrlimit(RLIMIT_CORE, &none);
    // As in the machine's process: a closed pipe is an error of write(2), and the wake-up signal only
    // interrupts system calls. Interrupts of the terminal are the machine's to answer.
    signal(SIGPIPE, SIG_IGN);
    signal(SIGINT, SIG_IGN);
    struct sigaction wake {};
    wake.sa_handler = [](int) {};
    sigemptyset(&wake.sa_mask);
    sigaction(SIGURG, &wake, nullptr);
}

void* run_lane(void* data) {
    auto* lane = static_cast<RemoteLane*>(data);
    lane->serve();
    delete lane;
    return nullptr;
}

void start_lane(const isolate::LaneSizes& sizes, int memory, int socket) {
    RemoteLane* lane = RemoteLane::open(sizes, memory, socket);
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attributes, kStack);
    pthread_t thread;
    if (pthread_create(&thread, &attributes, run_lane, lane) != 0) _exit(71);
    pthread_attr_destroy(&attributes);
}

// Ends with the machine, which then closes its end.
void receive_lanes() {
    while (true) {
        isolate::Control sent;
        iovec part{&sent, sizeof sent};
        alignas(cmsghdr) char control[CMSG_SPACE(2 * sizeof(int))] = {};
        msghdr message{};
        message.msg_iov = &part;
        message.msg_iovlen = 1;
        message.msg_control = control;
        message.msg_controllen = sizeof control;
        const ssize_t n = recvmsg(kControl, &message, MSG_CMSG_CLOEXEC);
        if (n < 0 && errno == EINTR) continue;
        if (n != static_cast<ssize_t>(sizeof sent)) return;
        int descriptors[2] = {-1, -1};
        const cmsghdr* header = CMSG_FIRSTHDR(&message);
        const bool has_two = header != nullptr && header->cmsg_len == CMSG_LEN(2 * sizeof(int));
        if (has_two) std::memcpy(descriptors, CMSG_DATA(header), sizeof descriptors);
        const bool is_lane =
            sent.kind == isolate::ControlKind::Lane || sent.kind == isolate::ControlKind::AttachedLane;
        if (is_lane && !has_two) _exit(71);  // this process has too many open
        if (sent.kind == isolate::ControlKind::Lane)
            start_lane(sent.sizes, descriptors[0], descriptors[1]);
        else
            deliver(sent, descriptors);
    }
}

}  // namespace

int main(int argc, char** argv) {
    int type = 0;
    socklen_t length = sizeof type;
    if (argc != 3 || getsockopt(kControl, SOL_SOCKET, SO_TYPE, &type, &length) != 0 ||
        type != SOCK_SEQPACKET) {
        std::fputs("skua-plugin-host: is started by vmrun --isolate-plugins, not by hand\n", stderr);
        return 64;
    }
    restrict_process(argv[2]);
    fcntl(kControl, F_SETFD, FD_CLOEXEC);
    set_plugin_file(argv[1]);
    receive_lanes();
    _exit(0);
}
