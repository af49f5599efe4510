// Threads that plugins attach: what they may do, and the end of the machine while they run.
#include <atomic>
#include <cerrno>
#include <thread>

#include "native/native_registry.h"
#include "vm_fixture.h"

namespace skua::vm::test {
namespace {

constexpr const char* kThreadsText = R"(
.module t
.function public static spin() i64
    .regs r0: i64
a:
    br a
.end
.function public static twice(x: i64) i64
    add.i64 r0, r0, r0
    ret r0
.end
)";

struct World : VmFixture {
    World() : VmFixture(kThreadsText), thread(vm.attach_thread()) {
        REQUIRE(thread != nullptr);
        define(vm.boot_loader(), kNativeErrors);
    }
    SkEnv* env() { return reinterpret_cast<SkEnv*>(&thread->native_env); }
    SkVm* identity() { return host_api().vm_of(env()); }
    std::unique_ptr<Thread, void (*)(Thread*)> thread;
};

Thread& thread_of(SkEnv* env) {
    return *reinterpret_cast<Thread::NativeEnv*>(env)->thread;
}

}  // namespace

TEST_CASE("an attached thread has an SkEnv of its own, until it has detached as often") {
    World w;
    SkVm* vm = w.identity();
    CHECK(vm == w.identity());
    CHECK(host_api().thread_attach(vm) == w.env());  // the machine's own thread
    host_api().thread_detach(w.env());
    Function& twice = w.function("t", "twice");
    std::atomic<Slot> sum{0};
    std::vector<std::thread> threads;
    for (Slot n = 0; n < 4; n++) {
        threads.emplace_back([&, n] {
            SkEnv* own = host_api().thread_attach(vm);
            if (own == nullptr || own == w.env() || host_api().thread_attach(vm) != own) return;
            host_api().thread_detach(own);
            Slot result = 0;
            if (invoke(thread_of(own), twice, {&n, 1}, &result)) sum += result;
            host_api().thread_detach(own);
        });
    }
    for (std::thread& thread : threads) thread.join();
    CHECK(sum == 12);
    CHECK(w.vm.close(std::chrono::milliseconds(0)));
    CHECK_FALSE(w.vm.limits().reached());  // there was nobody to interrupt
}

TEST_CASE("the end of the machine ends what attached threads run, and nobody attaches any more") {
    SkVm* vm = nullptr;
    {
        World w;
        vm = w.identity();
        Function& spin = w.function("t", "spin");
        std::atomic<bool> started{false};
        std::string error;
        std::thread other([&] {
            SkEnv* own = host_api().thread_attach(vm);
            started = true;
            Slot result = 0;
            if (own != nullptr && !invoke(thread_of(own), spin, {}, &result))
                error = describe_error(thread_of(own), thread_of(own).pending);
            if (own != nullptr) host_api().thread_detach(own);
        });
        while (!started) std::this_thread::yield();
        CHECK(w.vm.close(std::chrono::seconds(60)));
        other.join();
        CHECK(error.find("std.core.LimitError: the program has ended") != std::string::npos);
        CHECK(host_api().thread_attach(vm) == nullptr);
        CHECK(errno == ESHUTDOWN);
    }
    CHECK(host_api().thread_attach(vm) == nullptr);
    CHECK(errno == ESHUTDOWN);
}

TEST_CASE("a hook ends a plugin's thread before the machine is gone") {
    static std::atomic<int> stage;
    static std::thread other;
    stage = 0;
    {
        World w;
        SkVm* vm = w.identity();
        other = std::thread([vm] {
            SkEnv* own = host_api().thread_attach(vm);
            stage = 1;
            while (stage < 2) std::this_thread::yield();
            host_api().thread_detach(own);
        });
        while (stage < 1) std::this_thread::yield();
        w.vm.natives().at_exit(
            [](void*) {
                stage = 2;
                other.join();
            },
            nullptr);
    }
    CHECK(stage == 2);
    CHECK_FALSE(other.joinable());
}

TEST_CASE("a thread that stays attached is told of") {
    World w;
    SkVm* vm = w.identity();
    std::atomic<int> stage{0};
    std::thread other([&] {
        SkEnv* own = host_api().thread_attach(vm);
        stage = 1;
        while (stage < 2) std::this_thread::yield();
        host_api().thread_detach(own);
    });
    while (stage < 1) std::this_thread::yield();
    CHECK_FALSE(w.vm.close(std::chrono::milliseconds(20)));
    stage = 2;
    CHECK(w.vm.close(std::chrono::seconds(60)));
    other.join();
}

}  // namespace skua::vm::test
