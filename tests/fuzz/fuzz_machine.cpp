// Bytes as a program: class files that a machine loads, verifies, links and runs, first interpreted, then
// compiled.
//
// What must hold, whatever the bytes are: a class file is refused with an error that says which file and
// where, or its functions are refused by the verifier with a rule, or they run, within their limits, and both
// tiers give the same results, errors, traces, output and counts of instructions. Checks of the machine's own
// (SKUA_CHECK), sanitizers and asserted eliminations (jit) look on meanwhile.
//
// Every function that can be called with arguments made here is: main or not. Mutants are made of decoded
// class files (class_mutator.h) and of the random valid programs of tests/differential.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <sys/mman.h>
#include <unistd.h>

#include "class_mutator.h"
#include "link/linker.h"
#include "native/native_registry.h"
#include "program.h"
#include "program_bytes.h"
#include "skua/classfile/archive.h"
#include "skua/classfile/check.h"
#include "skua/classfile/reader.h"
#include "skua/classfile/writer.h"
#include "skua/gc/heap.h"
#include "skua/native.h"
#include "skua/vm/layout.h"
#include "skua/vm/verifier.h"
#include "skua/vm/vm.h"
#ifdef SKUA_FUZZ_JIT
#include "skua/jit/jit.h"
#endif
#ifdef SKUA_FUZZ_MALLOC_HEAP
#include "malloc_heap.h"
#endif

using namespace skua;

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);

namespace {

constexpr std::uint64_t kInstructions = 5000;  // for one function
constexpr std::size_t kMostCalls = 48;
constexpr std::size_t kStack = 4u << 20, kHeap = 256u << 20;

// What a run of a program did, as text.
struct Outcome {
    std::string text;
    std::string counts;    // of instructions, a line for each call
    bool limited = false;  // some function did not come to its end
    bool tight = false;    // the heap was nearly full: what is freed in time is each tier's own matter
};

enum class Tier { Interpreter, Compiled, CompiledCounted };

struct World {
    std::shared_ptr<classfile::Archive> library;
    std::string prelude;
    int output = -1;  // a file in memory, in place of standard output
};

World world;

[[noreturn]] void report(const std::string& text) {
    std::fprintf(stderr, "%s\n", text.c_str());
    std::abort();
}

std::string taken_output() {
    const off_t size = lseek(world.output, 0, SEEK_END);
    std::string text(static_cast<std::size_t>(std::max<off_t>(0, size)), 0);
    SKUA_CHECK(pread(world.output, text.data(), text.size(), 0) == size);
    SKUA_CHECK(ftruncate(world.output, 0) == 0);
    lseek(world.output, 0, SEEK_SET);
    return text;
}

class Run {
public:
    Run(const std::vector<fuzz::Bytes>& files, Tier tier, unsigned variant) : vm_(options(tier)) {
        std::size_t count = 0;
        const SkPluginEntry* entries = skua_stdlib_plugins(&count);
        for (std::size_t i = 0; i < count; ++i)
            SKUA_CHECK(vm_.natives().add_plugin(entries[i], "built in").ok());
        SKUA_CHECK(vm_.boot_loader().add_archive(world.library, "std.ska").ok());
#ifdef SKUA_FUZZ_JIT
        if (tier != Tier::Interpreter) {
            jit::Options with;
            with.threshold = variant % 3 == 0 ? 20 : 0;
            with.background = false;
            with.registers = variant % 5 == 0 ? 3 : 0;
            with.check_eliminated = variant % 2 == 0;
            with.code_cache = 4u << 20;
            std::string why_not;
            auto made = jit::make_tier(vm_, with, why_not);
            SKUA_CHECK(made != nullptr);
            vm_.set_tier(std::move(made));
        }
#else
        (void)tier, (void)variant;
#endif
        for (const fuzz::Bytes& file : files) define(file);
    }

    Outcome outcome() {
        auto thread = vm_.attach_thread();
        SKUA_CHECK(thread != nullptr);
        thread_ = thread.get();
        for (vm::TypeDef* type : types_)
            for (vm::FunctionDef& f : type->functions) call(*type, f);
        // What the output's own flushing runs is no business of the program.
        restart(vm::kMaxInstructions);
        if (auto io = vm_.boot_loader().load("std.io")) {
            auto flush = vm::function_of(vm_, *(*io)->find_function("flush"), (*io)->self, {});
            if (flush) (void)vm::invoke(*thread_, **flush, {}, nullptr);
        }
        outcome_.text += "--- output\n" + taken_output();
        return std::move(outcome_);
    }

private:
    static vm::VmOptions options(Tier tier) {
        vm::VmOptions made;
        made.max_stack_bytes = kStack;
        if (tier != Tier::Compiled) made.max_instructions = kInstructions;
        return made;
    }

    void restart(std::uint64_t limit) {
        if (vm_.instructions().counts()) vm_.instructions().restart(limit, thread_->fuel);
    }

    void define(const fuzz::Bytes& bytes) {
        auto type = vm_.app_loader().define(bytes, "fuzz.skc");
        if (!type) {
            const Diagnostic& d = type.error();
            if (d.message.empty() || d.file != "fuzz.skc")
                report("refused without a place: " + d.to_string());
            return;
        }
        types_.push_back(*type);
        // On half of the programs functions are linked without anybody having looked at the whole type.
        if (bytes.size() % 2 == 0) return;
        for (const Diagnostic& d : vm::verify_all(**type))
            if (d.message.empty() || d.file != "fuzz.skc" || d.type.empty())
                report("rejected without a place: " + d.to_string());
    }

    // An argument of this type; false if the machine cannot make one.
    bool argument(const vm::Type* type, std::vector<vm::Slot>& args) {
        auto layout = vm::layout_of(vm_.types(), type);
        if (!layout) return false;
        const std::size_t first = args.size();
        args.resize(first + (*layout)->slots());
        ++made_;
        const auto object = [&](const void* made) { args[first] = reinterpret_cast<vm::Slot>(made); };
        switch (type->kind) {
            case vm::TypeKind::I8:
            case vm::TypeKind::I16:
            case vm::TypeKind::I32:
            case vm::TypeKind::I64:
            case vm::TypeKind::U8:
            case vm::TypeKind::U16:
            case vm::TypeKind::U32:
            case vm::TypeKind::U64:
                args[first] = made_ % 7;
                break;
            case vm::TypeKind::Bool:
                args[first] = made_ % 2;
                break;
            case vm::TypeKind::Char:
                args[first] = 'a' + made_ % 26;
                break;
            case vm::TypeKind::String:
                object(vm::new_string(*thread_, "text"));
                break;
            case vm::TypeKind::Array: {
                auto cls = vm::class_of(vm_, type);
                if (!cls) return false;
                object(vm::new_array(*thread_, **cls, 3));
                break;
            }
            case vm::TypeKind::Named: {
                vm::TypeDef* def = vm::Loader::try_resolve(type);
                if (!def || def->kind != classfile::DeclKind::Class || def->has(classfile::kAbstract)) break;
                auto cls = vm::class_of(vm_, type);
                if (!cls) return false;
                object(vm::new_object(*thread_, **cls));
                break;
            }
            default:
                break;  // null, zero
        }
        thread_->pending = nullptr;
        return true;
    }

    // int for every type parameter, if nothing is asked of them.
    bool arguments_of(const std::vector<classfile::TypeParam>& params, std::vector<const vm::Type*>& out) {
        for (const classfile::TypeParam& param : params) {
            if (!param.bounds.empty()) return false;
            out.push_back(vm_.types().simple(vm::TypeKind::I64));
        }
        return true;
    }

    void call(vm::TypeDef& type, vm::FunctionDef& f) {
        if (f.is_abstract() || f.is_native() || !f.decl->has_code || f.name == "static$init" ||
            calls_ >= kMostCalls)
            return;
        if (!vm::verify_function(f).ok()) return;
        std::vector<const vm::Type*> class_args, func_args;
        if (!arguments_of(type.file.type_params, class_args) || !arguments_of(f.decl->type_params, func_args))
            return;
        const vm::Type* owner = vm_.types().substitute(type.self, class_args, {});
        if (!owner) return;
        auto function = vm::function_of(vm_, f, owner, func_args);
        if (!function) return;
        auto cls = vm::class_of(vm_, owner);
        if (!cls) return;
        std::vector<vm::Slot> args;
        made_ = 0;
        for (const vm::Type* param : (*function)->param_types)
            if (!argument(param, args)) return;
        ++calls_;
        outcome_.text += "--- " + f.qualified_name() + "\n";
        restart(kInstructions);
        std::vector<vm::Slot> results((*function)->result_slots + 1);
        const bool done =
            vm::ensure_initialized(*thread_, **cls) && vm::invoke(*thread_, **function, args, results.data());
        if (vm_.instructions().counts()) {
            const std::uint64_t left = vm_.instructions().left(thread_->fuel);
            if (left == 0) outcome_.limited = true;
            outcome_.counts += f.qualified_name() + ": " + std::to_string(kInstructions - left) + "\n";
        }
        vm::Object* error = thread_->pending;
        thread_->pending = nullptr;
        restart(vm::kMaxInstructions);
        if (!done) {
            SKUA_CHECK(error != nullptr);
            outcome_.text += vm::describe_error(*thread_, error);
        } else {
            SKUA_CHECK(error == nullptr);
            const vm::Type* result = (*function)->result_type;
            if (classfile::is_primitive(result->kind)) {
                const vm::String* text = vm::text_of(*thread_, result, results.data());
                if (text) outcome_.text += std::string(text->view()) + "\n";
            } else if (result->is(vm::TypeKind::String) && results[0] != 0) {
                outcome_.text += std::string(reinterpret_cast<const vm::String*>(results[0])->view()) + "\n";
            }
        }
        thread_->pending = nullptr;
    }

    vm::Vm vm_;
    vm::Thread* thread_ = nullptr;
    std::vector<vm::TypeDef*> types_;
    Outcome outcome_;
    std::size_t calls_ = 0;
    std::uint64_t made_ = 0;
};

Outcome run(const std::vector<fuzz::Bytes>& files, Tier tier, unsigned variant) {
    Outcome outcome;
    {
        Run one(files, tier, variant);
        outcome = one.outcome();
        outcome.tight = gc::stats().live_bytes > kHeap / 2;
    }
#ifdef SKUA_FUZZ_MALLOC_HEAP
    gc::release_all();
#endif
    return outcome;
}

#ifdef SKUA_FUZZ_JIT
// How much stack and memory a tier takes for the same is its own matter.
bool is_comparable(const Outcome& outcome) {
    return !outcome.tight && outcome.text.find("StackOverflowError") == std::string::npos &&
           outcome.text.find("OutOfMemoryError") == std::string::npos;
}

// Hashes of objects come from their addresses, which differ from run to run; so programs that hash are not
// compared. By the instruction, by a method of that name, or in a collection.
bool may_hash(const fuzz::Bytes& bytes) {
    const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    if (text.find("hash") != text.npos || text.find("std.collections") != text.npos) return true;
    const auto file = classfile::read(bytes, "fuzz.skc");
    if (!file) return false;
    for (const classfile::Function& f : file->functions) {
        if (!f.has_code) continue;
        const auto code =
            classfile::decode(f.code.bytes, static_cast<std::uint32_t>(f.code.registers.size()));
        if (!code) continue;
        for (const classfile::Instruction& in : code->instructions) {
            if (in.op != classfile::Op::Hash) continue;
            const auto r = static_cast<std::size_t>(code->operand(in, 1));
            const classfile::TypeKind kind = file->types[f.code.registers[r]].kind;
            if (!classfile::is_primitive(kind) && kind != classfile::TypeKind::String) return true;
        }
    }
    return false;
}

void compare(const std::vector<fuzz::Bytes>& files, const Outcome& interpreted, unsigned variant) {
    const bool counted = interpreted.limited || variant % 4 == 0;
    const Outcome compiled = run(files, counted ? Tier::CompiledCounted : Tier::Compiled, variant);
    if (!is_comparable(interpreted) || !is_comparable(compiled)) return;
    if (compiled.text == interpreted.text && (!counted || compiled.counts == interpreted.counts)) return;
    if (std::any_of(files.begin(), files.end(), may_hash)) return;
    report("interpreted:\n" + interpreted.counts + interpreted.text + "\ncompiled:\n" + compiled.counts +
           compiled.text);
}
#endif

}  // namespace

extern "C" int LLVMFuzzerInitialize(int*, char***) {
    const char* library = std::getenv("SKUA_FUZZ_LIBRARY");
    auto archive = classfile::Archive::open(library ? library : SKUA_FUZZ_DEFAULT_LIBRARY);
    if (!archive) report(archive.error().to_string());
    world.library = std::move(*archive);
    world.prelude = fuzz::read_file(SKUA_FUZZ_PRELUDE);
    world.output = memfd_create("output", MFD_CLOEXEC);
    SKUA_CHECK(world.output >= 0 && !world.prelude.empty());
    // standalone_main and libFuzzer say what they have to say on standard error, or after this.
    SKUA_CHECK(dup2(world.output, 1) == 1);
    gc::Options heap;
    heap.max_heap = kHeap;
    SKUA_CHECK(gc::initialize(heap));
#ifdef SKUA_FUZZ_MALLOC_HEAP
    gc::remember_objects();
#endif
    return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::vector<fuzz::Bytes> files = fuzz::unpack_program({data, size}, world.prelude);
    if (files.empty()) return 0;
    const Outcome interpreted = run(files, Tier::Interpreter, 0);
#ifdef SKUA_FUZZ_JIT
    unsigned variant = static_cast<unsigned>(size);
    for (std::size_t i = 0; i < size; i += 13) variant = variant * 31 + data[i];
    compare(files, interpreted, variant);
#else
    (void)interpreted;
#endif
    return 0;
}

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size,
                                               unsigned seed) {
    fuzz::ClassMutator mutator(seed);
    if (mutator.below(40) == 0) return LLVMFuzzerMutate(data, size, max_size);
    std::vector<fuzz::Bytes> files = fuzz::unpack_program({data, size}, world.prelude);
    if (files.empty() || mutator.below(60) == 0) {
        files.clear();
        for (const classfile::ClassFile& file : differential::generate_classes(seed | 1))
            files.push_back(classfile::write(file));
    }
    for (int tries = 0; tries < 8; ++tries) {
        fuzz::Bytes& victim = files[mutator.below(files.size())];
        auto file = classfile::read(victim, "fuzz.skc");
        if (!file) continue;
        auto mutant = mutator.mutated(std::move(*file));
        if (!mutant) continue;
        victim = classfile::write(*mutant);
        break;
    }
    const fuzz::Bytes packed = fuzz::pack_program(files);
    if (packed.size() > max_size) return size;
    std::memcpy(data, packed.data(), packed.size());
    return packed.size();
}
