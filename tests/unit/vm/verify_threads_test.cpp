// Verification by several threads at once; TSan runs it, too.
#include <thread>
#include <vector>

#include "verify_world.h"

using namespace skua;
using namespace skua::vm;

TEST_CASE("threads that verify the same classes agree") {
    for (int round = 0; round < 20; ++round) {
        VerifyWorld w;
        std::string text;
        // Each class needs the next one's supertypes, the last one the first one's.
        for (int i = 0; i < 30; ++i) {
            const std::string name = "t.C" + std::to_string(i), other = "t.C" + std::to_string((i + 1) % 30);
            text += ".class public open " + name + "\n.implements t.I" + std::to_string(i) + "\n" +
                    ".field public mutable next: " + other + "?\n" + ".function public static f(a: " + other +
                    ") t.I" + std::to_string((i + 1) % 30) + "\n.regs r1: t.C0\n" +
                    (i == 7 ? "move r1, r0\n" : "nop\n") + "ret r0\n.end\n" + ".interface public t.I" +
                    std::to_string(i) + "\n";
        }
        w.define(text);
        std::vector<int> accepted(4);
        std::vector<std::thread> threads;
        for (int t = 0; t < 4; ++t) {
            threads.emplace_back([&, t] {
                for (int i = 0; i < 30; ++i) {
                    auto def = w.loader.load("t.C" + std::to_string((i * 7 + t * 11) % 30));
                    if (def && verify_function((*def)->functions[0])) ++accepted[static_cast<std::size_t>(t)];
                }
            });
        }
        for (auto& thread : threads) thread.join();
        CHECK(accepted == std::vector<int>(4, 29));
    }
}
