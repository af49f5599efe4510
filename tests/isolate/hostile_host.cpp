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
                                                 "((char,string))->(string,i64)",
                                                 "std.core.Error",
                                                 "message",
                                                 "hostilenatives.Place",
                                                 "init",
                                                 "(char,string?)void",
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
        if (message.op == Op::CompletionWait) message.words[2] = below(1000);
        if (message.op == Op::CompletionEnd && one_in(2)) message.words[0] = below(10);
        if (one_in(12)) message.op = one_in(2) ? Op::CompletionBegin : Op::Threads;
        message.native = one_in(3) ? static_cast<std::uint32_t>(below(20)) : 0;
        const bool of_function = message.op == Op::CallFunction || message.op == Op::FunctionShapes;
        if (one_in(2)) text(message, of_function ? 1 : 0);
        if (one_in(2)) text(message, 2);
        if (message.op == Op::CallFunction && one_in(2)) message.words[3] = 1;
        if (message.op == Op::ArrayNew && one_in(2)) message.words[1] = below(5000);
        return message;
    }

    void exact_text(Message& message, unsigned at, const char* chosen) {
        const std::uint64_t offset = kHeaderBytes + 512 + 64 * at;
        std::memcpy(memory + offset, chosen, std::strlen(chosen) + 1);
        message.words[at] = offset;
        message.words[at + 1] = std::strlen(chosen);
    }

    // A value: numbers of objects, small ones and others.
    std::uint64_t value() {
        const std::uint64_t offset = kHeaderBytes + 1024;
        for (unsigned at = 0; at < 64; at += 8) {
            const std::uint64_t part = one_in(8) ? word() : below(5);
            std::memcpy(memory + offset + at, &part, sizeof part);
        }
        return offset;
    }

    // Nearly what an honest one would ask for.
    Message plausible() {
        static constexpr Op kOps[] = {
            Op::Threads,      Op::CompletionBegin, Op::CompletionEnd,  Op::CompletionValue, Op::ArrayPut,
            Op::ElementShape, Op::Fetch,           Op::FunctionShapes, Op::CallFunction,    Op::NativeShapes,
            Op::TypeFind,     Op::MethodFind,      Op::FieldFind,      Op::ObjectNew,       Op::Changes,
            Op::ArrayNewOf,   Op::HandleIsOpen,    Op::CompletionNew};
        Message message;
        message.op = kOps[below(std::size(kOps))];
        auto* words = message.words;
        words[0] = 1 + below(3);
        switch (message.op) {
            case Op::CompletionEnd:
                words[0] = 1 + below(8);
                words[1] = 1 + below(3);
                words[2] = below(30);
                text(message, 3);
                break;
            case Op::CompletionValue:
                words[1] = one_in(3) ? below(4) : value();
                break;
            case Op::ArrayPut:
                words[1] = below(4);
                words[2] = one_in(6) ? 0 : value();
                break;
            case Op::FunctionShapes:
            case Op::CallFunction:
                exact_text(message, 1, "((char,string))->(string,i64)");
                words[4] = one_in(6) ? 0 : value();
                break;
            case Op::TypeFind:
                exact_text(message, 0, "hostilenatives.Place");
                break;
            case Op::MethodFind:
                exact_text(message, 1, "init");
                exact_text(message, 3, "(string)void");
                break;
            case Op::FieldFind:
                exact_text(message, 1, one_in(2) ? "letter" : "name");
                exact_text(message, 3, one_in(2) ? "char" : "string?");
                break;
            case Op::ObjectNew:
                words[4] = value();
                break;
            case Op::ArrayNewOf:
                words[1] = below(2000);
                break;
            case Op::Changes:
                words[0] = one_in(3) ? 1 : 0;
                header().changes[0] = {1 + below(3), 0, 8 + below(64)};
                break;
            default:
                break;
        }
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

    // What a thread without a lane might say.
    void write_letter() {
        struct {
            Letter letter;
            char text[kLetterBytes + 8];
        } sent;
        sent.letter.kind = static_cast<LetterKind>(one_in(20) ? next() : below(9));
        sent.letter.length = static_cast<std::uint32_t>(one_in(4) ? below(kLetterBytes + 8) : below(40));
        sent.letter.completion = word();
        sent.letter.word = one_in(3) ? word() : next();
        std::memset(sent.text, static_cast<int>(next()), sizeof sent.text);
        std::size_t size = sizeof sent.letter + sent.letter.length;
        if (one_in(10)) size = below(size + 8);
        if (one_in(10)) sent.letter.length = static_cast<std::uint32_t>(next());
        (void)send(3, &sent, size, MSG_NOSIGNAL | MSG_DONTWAIT);
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
        static constexpr const char* kRows[][2] = {
            {"ints", "(i64)i64"},
            {"text", "(string)string"},
            {"bytes", "([u8],[u8])[u8]"},
            {"bools", "([bool],[char])void"},
            {"object", "(std.core.Error)std.core.Error"},
            {"call", "((i64)->i64,[u8])i64"},
            {"texts", "([string])[string]"},
            {"pair", "((i64,string))(string,char)"},
            {"maybe", "((string,bool)?)(char,string?)?"},
            {"places", "([hostilenatives.Place])[hostilenatives.Place]"},
            {"swap", "(((char,string))->(string,i64))i64"},
            {"later", "(std.native.Completion<(string,char)>)void"},
            {"soon", "(std.native.Completion<string>)void"},
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

    // A result that has a place, perhaps.
    void fill_places(const Message& called) {
        for (unsigned i = 0; i < 3; i++) {
            const std::uint64_t place = called.words[i];
            if (place < sizes.lower_start() || place > sizes.total() - 256) continue;
            for (unsigned at = 0; at < 40; at += 8) {
                const std::uint64_t value = one_in(2) ? below(6) : word();
                if (!one_in(3)) std::memcpy(memory + place + at, &value, sizeof value);
            }
        }
    }

    // What comes is answered sooner or later; calls come within calls, and are answered all at once.
    void serve(bool attached) {
        if (attached) say(anything());
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
            if (one_in(15)) write_letter();
            if (one_in(15)) {
                const Letter attach{LetterKind::Attach, 0, 0, 1 + below(9)};
                (void)send(3, &attach, sizeof attach, MSG_NOSIGNAL | MSG_DONTWAIT);
            }
            if (heard.op == Op::CallValues && one_in(2)) fill_places(heard);
            if (one_in(6)) scribble();
            if (attached && one_in(20)) done.op = Op::Detach;
            if (one_in(3)) {
                for (auto& each : done.words) each = word();
                done.words[1] = one_in(4) ? below(5) : 0;
                if (!one_in(4)) done.words[0] = below(9);
                done.native = 0;
                say(done);
            } else {
                say(one_in(4) ? anything() : plausible());
            }
        }
    }
};

struct Started {
    Lane lane;
    bool attached;
};

void* run(void* data) {
    auto* started = static_cast<Started*>(data);
    started->lane.serve(started->attached);
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
        Control sent;
        iovec part{&sent, sizeof sent};
        alignas(cmsghdr) char control[CMSG_SPACE(2 * sizeof(int))] = {};
        msghdr message{};
        message.msg_iov = &part;
        message.msg_iovlen = 1;
        message.msg_control = control;
        message.msg_controllen = sizeof control;
        if (recvmsg(3, &message, 0) <= 0) return 0;
        const LaneSizes& sizes = sent.sizes;
        const bool attached = sent.kind == ControlKind::AttachedLane;
        if (!attached && sent.kind != ControlKind::Lane) continue;
        int descriptors[2];
        std::memcpy(descriptors, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof descriptors);
        void* memory = mmap(nullptr, sizes.total(), PROT_READ | PROT_WRITE, MAP_SHARED, descriptors[0], 0);
        // The machine's end would fault if the memory became smaller.
        if (memory == MAP_FAILED || ftruncate(descriptors[0], 4096) == 0) return 2;
        pthread_t thread;
        pthread_create(&thread, nullptr, run,
                       new Started{{static_cast<std::uint8_t*>(memory), sizes, state++}, attached});
    }
}
