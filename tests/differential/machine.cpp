#include "machine.h"

#include <algorithm>
#include <cstdio>
#include <sys/mman.h>
#include <unistd.h>

#include "link/linker.h"
#include "native/native_registry.h"
#include "random.h"
#include "skua/classfile/archive.h"
#include "skua/classfile/assembler.h"
#include "skua/classfile/check.h"
#include "skua/classfile/disassembler.h"
#include "skua/classfile/reader.h"
#include "skua/classfile/writer.h"
#include "skua/gc/heap.h"
#include "skua/native.h"
#include "skua/vm/verifier.h"
#include "skua/vm/vm.h"
#include "tier.h"

namespace skua::differential {

namespace cf = classfile;

namespace {

constexpr std::uint64_t kPlenty = vm::kMaxInstructions;
constexpr std::size_t kSmallStack = 64 << 10;

}  // namespace

// Puts a file in memory in place of a standard stream.
class Machine::Captured {
public:
    explicit Captured(int stream) : file_(memfd_create("captured", 0)) {
        SKUA_CHECK(file_ >= 0 && dup2(file_, stream) == stream);
    }
    std::string take() {
        const off_t size = lseek(file_, 0, SEEK_END);
        std::string text(static_cast<std::size_t>(size), 0);
        SKUA_CHECK(pread(file_, text.data(), text.size(), 0) == size);
        SKUA_CHECK(ftruncate(file_, 0) == 0);
        lseek(file_, 0, SEEK_SET);
        constexpr std::size_t kMost = 64 << 10;
        if (text.size() > kMost) text.resize(kMost);
        return text;
    }

private:
    int file_;
};

struct Machine::State {
    Configuration configuration;
    Captured out{1}, err{2};
    vm::Vm vm;
    std::unique_ptr<vm::Thread, void (*)(vm::Thread*)> thread{nullptr, nullptr};
    vm::Function* flush = nullptr;

    explicit State(const Configuration& c) : configuration(c), vm(options(c)) {}

    static vm::VmOptions options(const Configuration& c) {
        vm::VmOptions made;
        if (c.counted) {
            made.max_instructions = kPlenty;
            made.exact_stack = true;
            made.max_stack_bytes = kSmallStack;
        }
        return made;
    }

    std::string define(const Program& program, bool check) {
        if (configuration.delivery == Delivery::Archive) {
            cf::ArchiveWriter writer;
            for (const auto& bytes : program.files)
                if (auto added = writer.add_class(bytes, program.module); !added)
                    return added.error().to_string();
            auto packed = writer.finish();
            if (!packed) return packed.error().to_string();
            auto archive = cf::Archive::from_bytes(std::move(*packed), program.module + ".ska");
            if (!archive) return archive.error().to_string();
            if (auto added = vm.app_loader().add_archive(*archive, program.module + ".ska"); !added)
                return added.error().to_string();
            return {};
        }
        std::vector<vm::TypeDef*> defined;
        for (const auto& bytes : program.files) {
            std::vector<std::uint8_t> again;
            if (configuration.delivery == Delivery::Text) {
                auto file = cf::read(bytes, program.module);
                if (!file) return file.error().to_string();
                auto text = cf::disassemble(*file);
                if (!text) return text.error().to_string();
                auto types = cf::assemble(*text, program.module);
                if (!types) return types.error().to_string();
                again = cf::write(types->front().file);
                if (again != bytes) return "the text does not give the same bytes again";
            } else {
                again = bytes;
            }
            auto type = vm.app_loader().define(again, program.module + ".skc");
            if (!type) return type.error().to_string();
            defined.push_back(*type);
        }
        if (check)
            for (vm::TypeDef* type : defined)
                for (const Diagnostic& d : vm::verify_all(*type)) return "rejected: " + d.to_string();
        return {};
    }
};

Machine::Machine(const Configuration& configuration, const std::string& library) {
    gc::Options heap;
    heap.stress_every_n = configuration.gc_stress;
    SKUA_CHECK(gc::initialize(heap));
    state_ = std::make_unique<State>(configuration);
    vm::Vm& machine = state_->vm;
    use_tier(machine, configuration);
    std::size_t count = 0;
    const SkPluginEntry* entries = skua_stdlib_plugins(&count);
    for (std::size_t i = 0; i < count; ++i)
        SKUA_CHECK(machine.natives().add_plugin(entries[i], "built in").ok());
    SKUA_CHECK(machine.boot_loader().add_path(library).ok());
    state_->thread = machine.attach_thread();
    SKUA_CHECK(state_->thread != nullptr);
    auto io = machine.boot_loader().load("std.io");
    SKUA_CHECK(io.ok());
    auto flush = vm::function_of(machine, *(*io)->find_function("flush"), (*io)->self, {});
    SKUA_CHECK(flush.ok());
    state_->flush = *flush;
}

Machine::~Machine() = default;

std::string Machine::run(const Program& program, bool check) {
    if (!program.failure.empty()) return "not made: " + program.failure;
    if (std::string wrong = state_->define(program, check); !wrong.empty()) return wrong;
    std::string text;
    vm::Vm& machine = state_->vm;
    vm::InstructionBudget& budget = machine.instructions();
    std::int64_t& fuel = state_->thread->fuel;
    std::uint64_t limit = kPlenty;
    const bool counted = state_->configuration.counted;
    for (int round = 0; round < 2; ++round) {
        if (counted) budget.restart(limit, fuel);
        auto code = machine.run_main(*state_->thread, program.module);
        if (counted) {
            const std::uint64_t used = limit - budget.left(fuel);
            text += "--- instructions " + std::to_string(used) + "\n";
            // The first round has initialised whatever the program uses; the second one ends somewhere in the
            // middle, and sometimes just before or at the end.
            Random random(used);
            limit = random.percent(10) ? used - random.below(2) : 1 + random.below(used);
            budget.restart(kPlenty, fuel);
        }
        if (!vm::invoke(*state_->thread, *state_->flush, {}, nullptr))
            text += "the output cannot be flushed\n";
        text += state_->out.take();
        text += "--- errors\n" + state_->err.take();
        text += code ? "--- exit " + std::to_string(*code) + "\n" : code.error().to_string() + "\n";
    }
    return text;
}

}  // namespace skua::differential
