// Machine code written by hand where the compiler's would stand, and a machine whose tier runs it.
#pragma once

#include <asmjit/x86.h>
#include <cstring>

#include "run/code_cache.h"
#include "run/frame_walk.h"
#include "run/trampolines.h"
#include "skua/vm/tier.h"
#include "vm_fixture.h"

namespace skua::jit::test {

namespace x86 = asmjit::x86;

// Compiles nothing by itself; remembers what it was told is hot.
class HandTier final : public WalkableTier {
public:
    HandTier() { REQUIRE(cache.reserve(1 << 20)); }
    std::uint32_t tick_quantum() const override { return 16; }
    void on_linked(vm::Thread&, vm::Function&) override {}
    void on_hot(vm::Thread&, vm::Function& function) override { hot.push_back(&function); }
    const void* osr_entry(vm::Thread&, vm::Function&, const vm::Instr*) override { return loop_code; }
    bool enter(vm::Thread& thread, const void* code, vm::Slot* frame) override {
        return skua_jit_enter(&thread, code, frame);
    }
    [[nodiscard]] const CodeCache& code() const override { return cache; }

    CodeCache cache;
    std::vector<vm::Function*> hot;
    const void* loop_code = nullptr;
};

class HandMachine : public vm::test::VmFixture {
public:
    explicit HandMachine(std::string_view program, std::size_t stack_bytes = 1 << 20)
        : VmFixture((vm::Function::bridge_entry = reinterpret_cast<const void*>(&skua_jit_bridge), program),
                    stack_bytes) {
        auto made = std::make_unique<HandTier>();
        tier = made.get();
        vm.set_tier(std::move(made));
    }

    vm::Function& linked(vm::Thread& thread, std::string_view name) {
        vm::Function& function = this->function("t", name);
        REQUIRE(vm::link_function(thread, function));
        return function;
    }

    // Writes code into the cache. `emit` may fill in the calls of the range.
    template <typename F>
    const std::uint8_t* code(std::uint32_t frame_size, F&& emit) {
        asmjit::CodeHolder holder;
        holder.init(asmjit::Environment::host());
        x86::Assembler a(&holder);
        auto range = std::make_unique<CodeRange>();
        range->frame_size = frame_size;
        emit(a, *range);
        const auto size = holder.codeSize();
        const CodeCache::Place place = tier->cache.allocate(size);
        REQUIRE(place.run != nullptr);
        std::memcpy(place.write, holder.textSection()->data(), size);
        range->start = place.run;
        range->size = static_cast<std::uint32_t>(size);
        tier->cache.add(std::move(range));
        return place.run;
    }

    // From now on, `function` is code that calls `callee`, of the same signature, and gives its results.
    // It has one guest frame, at the first instruction of the linked body.
    void forward(vm::Function& function, vm::Function& callee) {
        constexpr std::uint32_t kFrame = 24;
        const std::uint8_t* start = code(kFrame, [&](x86::Assembler& a, CodeRange& range) {
            a.sub(x86::rsp, kFrame);
            a.mov(x86::qword_ptr(x86::rsp), x86::rdi);
            a.mov(x86::r11, x86::rdi);
            load_arguments(a, callee.shape.params);
            a.mov(x86::rax, reinterpret_cast<std::uint64_t>(&callee));
            a.call(x86::qword_ptr(x86::rax, offsetof(vm::Function, compiled_entry)));
            range.calls.push_back({static_cast<std::uint32_t>(a.offset()), 0, 1});
            range.frames.push_back(function.body.load()->code.data());
            a.mov(x86::r11, x86::qword_ptr(x86::rsp));
            store_results(a, callee.shape.results);
            a.add(x86::rsp, kFrame);
            a.ret();
        });
        publish(function, start);
    }

    static void publish(vm::Function& function, const void* interp_entry) {
        function.interp_entry = interp_entry;
        function.compiled_stub[0].op = static_cast<std::uint16_t>(vm::LOp::CompiledStub);
        function.compiled_stub[1].pointer = &function;
        function.code = function.compiled_stub;
    }

    HandTier* tier = nullptr;

private:
    static constexpr int kArgs = offsetof(vm::Thread, compiled) + offsetof(vm::Thread::Compiled, args);
    static constexpr int kResults = offsetof(vm::Thread, compiled) + offsetof(vm::Thread::Compiled, results);

    static void load_arguments(x86::Assembler& a, const std::vector<vm::LeafKind>& kinds) {
        const x86::Gp integers[] = {x86::rdi, x86::rsi, x86::rdx, x86::rcx, x86::r8, x86::r9};
        std::size_t used = 0;
        std::uint32_t floats = 0;
        for (std::size_t i = 0; i < kinds.size(); ++i) {
            const auto at = static_cast<int>(8 * i);
            if (kinds[i] == vm::LeafKind::Slot && used < std::size(integers)) {
                a.mov(integers[used++], x86::qword_ptr(x86::r11, at));
            } else if (kinds[i] != vm::LeafKind::Slot && floats < 8) {
                a.movsd(x86::xmm(floats), x86::qword_ptr(x86::r11, at));
                // Nothing can be assumed of the bits above a float.
                if (kinds[i] == vm::LeafKind::F32) a.punpckldq(x86::xmm(floats), x86::xmm(floats));
                ++floats;
            } else {
                a.mov(x86::rax, x86::qword_ptr(x86::r11, at));
                a.mov(x86::qword_ptr(x86::r15, kArgs + at), x86::rax);
            }
        }
    }

    static void store_results(x86::Assembler& a, const std::vector<vm::LeafKind>& kinds) {
        if (kinds.empty()) return;
        if (kinds[0] == vm::LeafKind::F64) a.movq(x86::rax, x86::xmm0);
        if (kinds[0] == vm::LeafKind::F32) a.movd(x86::eax, x86::xmm0);
        a.mov(x86::qword_ptr(x86::r11), x86::rax);
        for (std::size_t i = 1; i < kinds.size(); ++i) {
            a.mov(x86::rax, x86::qword_ptr(x86::r15, kResults + static_cast<int>(8 * i)));
            a.mov(x86::qword_ptr(x86::r11, static_cast<int>(8 * i)), x86::rax);
        }
    }
};

}  // namespace skua::jit::test
