// In place of skua-plugin-host: a process that a hostile plugin has taken over. It keeps to the protocol just
// enough to be listened to, and says anything at all, from HOSTILE_SEED.
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <pthread.h>
#include <string>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "isolate/lane_layout.h"
#include "isolate/turn.h"

namespace {

using namespace skua::isolate;

struct Lane {
    std::uint8_t* memory;
    LaneSizes sizes;
    std::uint64_t state;

    [[nodiscard]] LaneHeader& header() const { return *reinterpret_cast<LaneHeader*>(memory); }

    std::uint64_t next() {
        std::uint64_t z = state += 0x9E3779B97F4A7C15;
        z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9;
        z = (z ^ z >> 27) * 0x94D049BB133111EB;
        return z ^ z >> 31;
    }
    std::uint64_t below(std::uint64_t n) { return next() % n; }
    bool one_in(std::uint64_t n) { return below(n) == 0; }

    // A number that may mean something, or just lies beyond what does.
    std::uint64_t word() {
        switch (below(12)) {
            case 0:
                return next();
            case 1:
                return sizes.total() - below(16);
            case 2:
                return sizes.lower_start() + below(4096);
            case 3:
                return UINT64_MAX - below(4);
            case 4:
                return std::uint64_t{1} << below(64);
            case 5:
            case 6:
                return kHeaderBytes + below(256);
            default:
                return below(10);
        }
    }

    // A text that the machine knows, or none; words at and at + 1.
    void text(Message& message, unsigned at) {
        static constexpr const char* kTexts[] = {"std.core.IOError",
                                                 "std.core.PluginError",
                                                 "std.core.LimitError",
                                                 "(i64)->i64",
                                                 "([u8])->void",
                                                 "fs.read",
                                                 "/etc/passwd",
                                                 "no such class",
                                                 "\xFF\xC0 bad",
                                                 "std.core.string",
                                                 "",
                                                 "thing"};
        const char* chosen = kTexts[below(std::size(kTexts))];
        const std::uint64_t offset = kHeaderBytes + below(64);
        std::memcpy(memory + offset, chosen, std::strlen(chosen) + 1);
        message.words[at] = offset;
        message.words[at + 1] = std::strlen(chosen);
    }

    Message anything() {
        Message message;
        for (auto& each : message.words) each = word();
        constexpr auto kLast = static_cast<std::uint64_t>(Op::Refuse);
        message.op = static_cast<Op>(one_in(20) ? next() : below(kLast + 2));
        if (message.op == Op::ExitProgram || message.op == Op::Refuse) message.op = Op::Changes;
        if (message.op == Op::SleepNanos) message.words[0] = below(1000);
        if (one_in(2)) text(message, message.op == Op::CallFunction ? 1 : 0);
        if (one_in(2)) text(message, 2);
        if (message.op == Op::CallFunction && one_in(2)) message.words[3] = 1;
        if (message.op == Op::ArrayNew && one_in(2)) message.words[1] = below(5000);
        return message;
    }

    void scribble() {
        auto* bytes = memory + 64 * (1 + below(90));
        for (std::uint64_t i = below(64); i > 0; i--) bytes[below(2048)] = static_cast<std::uint8_t>(next());
        auto* lower = memory + sizes.lower_start();
        for (std::uint64_t i = below(256); i > 0; i--) lower[below(8192)] = static_cast<std::uint8_t>(next());
        for (ArrayChange& change : header().changes) change = {below(12), word(), word()};
        if (one_in(2))
            for (ArrayChange& change : header().changes) change = {below(8), below(8), below(400)};
    }

    void say(Message message) {
        header().message = message;
        if (one_in(10)) header().turn = static_cast<std::uint32_t>(next());
        give_turn(header().turn, kMachine);  // or both would wait for ever, as for a plugin's endless loop
    }

    Message hear() {
        Patience patience;
        while (!patience.spin(header().turn, kMachine)) sleep_while(header().turn, kMachine, 100);
        if ((header().turn.load() & kWhose) == kDead) _exit(0);
        return header().message;
    }

    std::string table() {
        std::string out;
        const auto add = [&](std::string_view text) {
            const auto length = static_cast<std::uint32_t>(text.size());
            out.append(reinterpret_cast<const char*>(&length), sizeof length);
            out += text;
        };
        for (const char* text : {"hostile", "1.0"}) add(text);
        static constexpr const char* kRows[][2] = {{"ints", "(i64)i64"},
                                                   {"text", "(string)string"},
                                                   {"bytes", "([u8],[u8])[u8]"},
                                                   {"bools", "([bool],[char])void"},
                                                   {"object", "(std.core.Error)std.core.Error"},
                                                   {"call", "((i64)->i64,[u8])i64"},
                                                   {"texts", "([string])[string]"},
                                                   {"letter", "(char)char"}};
        for (const auto& row : kRows) {
            add(std::string("hostilenatives.") + row[0]);
            add(row[1]);
            add("");
        }
        if (one_in(25)) out[below(out.size())] = static_cast<char>(next());
        if (one_in(40)) out.resize(below(out.size()));
        return out;
    }

    // What comes is answered sooner or later; calls come within calls, and are answered all at once.
    void serve() {
        while (true) {
            const Message heard = hear();
            if (heard.op == Op::End) return;
            Message done;
            done.op = Op::Done;
            if (heard.op == Op::Load) {
                const std::string rows = table();
                std::memcpy(memory + kHeaderBytes, rows.data(), rows.size());
                done.words[0] = !one_in(50);
                done.words[1] = one_in(50) ? word() : kHeaderBytes;
                done.words[2] = one_in(50) ? word() : rows.size();
                say(done);
                continue;
            }
            if (one_in(60)) std::abort();
            if (one_in(60)) _exit(static_cast<int>(below(256)));
            if (one_in(60)) kill(getpid(), SIGKILL);
            if (one_in(3)) scribble();
            if (one_in(3)) {
                for (auto& each : done.words) each = word();
                if (one_in(2)) done.words[1] = below(5);
                say(done);
            } else {
                say(anything());
            }
        }
    }
};

void* run(void* data) {
    static_cast<Lane*>(data)->serve();
    return nullptr;
}

}  // namespace

int main(int argc, char** argv) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (argc != 3 || getppid() != std::atoi(argv[2])) return 1;
    const char* seed = std::getenv("HOSTILE_SEED");
    std::uint64_t state = seed != nullptr ? std::strtoull(seed, nullptr, 10) * 1000003 : 1;
    state += static_cast<std::uint64_t>(getpid());
    while (true) {
        LaneSizes sizes;
        iovec part{&sizes, sizeof sizes};
        alignas(cmsghdr) char control[CMSG_SPACE(2 * sizeof(int))] = {};
        msghdr message{};
        message.msg_iov = &part;
        message.msg_iovlen = 1;
        message.msg_control = control;
        message.msg_controllen = sizeof control;
        if (recvmsg(3, &message, 0) <= 0) return 0;
        int descriptors[2];
        std::memcpy(descriptors, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof descriptors);
        void* memory = mmap(nullptr, sizes.total(), PROT_READ | PROT_WRITE, MAP_SHARED, descriptors[0], 0);
        // The machine's end would fault if the memory became smaller.
        if (memory == MAP_FAILED || ftruncate(descriptors[0], 4096) == 0) return 2;
        pthread_t thread;
        pthread_create(&thread, nullptr, run, new Lane{static_cast<std::uint8_t*>(memory), sizes, state++});
    }
}
