#include "run/compiler.h"

#include <cstdio>
#include <ctime>

#include "build/build.h"
#include "opt/passes.h"

namespace skua::jit {
namespace {

// "bank.Account.deposit", or with " loop at 17" (in words of linked code).
std::string title(const vm::Function& function, const vm::Instr* osr_header) {
    if (!osr_header) return function.display_name;
    const vm::LinkedBody* body = function.body.load(std::memory_order_acquire);
    return function.display_name + " loop at " + std::to_string(osr_header - body->code.data());
}

// Of this thread, which on a busy machine shares its processor with others.
double processor_milliseconds() {
    timespec t{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return static_cast<double>(t.tv_sec) * 1e3 + static_cast<double>(t.tv_nsec) / 1e6;
}

void log(const std::string& line) {
    const std::string text = "[jit] " + line + "\n";
    std::fputs(text.c_str(), stderr);
}

}  // namespace

Compiler::Compiler(const Options& options, CodeCache& cache, vm::Vm* machine)
    : options_(options), cache_(cache), machine_(machine) {
    if (options.perf_map && !perf_.open()) std::fputs("[jit] /tmp/perf-PID.map cannot be written\n", stderr);
}

void Compiler::announce(const std::string& name, const Emitted& code) {
    const std::uint8_t* start = code.interp_entry;
    if (code.entry && code.entry < start) start = code.entry;
    gdb_.add(start, code.bytes, name);
    perf_.add(start, code.bytes, name);
}

void Compiler::optimize(Graph& graph, const std::string& name) const {
    PassOptions passes;
    passes.print_after = options_.print_ir;
    passes.assert_eliminated = options_.check_eliminated;
    passes.print = [&name](std::string_view pass, const Graph& g) {
        const std::string text = "; " + name + ", after " + std::string(pass) + "\n" + print(g) + "\n";
        std::fputs(text.c_str(), stderr);
    };
    if (options_.print_ir == "all" || options_.print_ir == "build") passes.print("build", graph);
    jit::optimize(graph, passes);
}

CompileResult Compiler::compile(vm::Function& function, const vm::Instr* osr_header) {
    const double start = options_.log ? processor_milliseconds() : 0;
    const std::string name = title(function, osr_header);
    CompileResult result;
    BuildOptions options;
    options.vm = machine_;
    BuildResult built = build_graph(function, osr_header, options);
    if (!built.graph) {
        result.why_not = built.why_not.empty() ? "it cannot be translated" : built.why_not;
    } else {
        optimize(*built.graph, name);
        result.callees = std::move(built.callees);
        // Whoever compiles in the foreground tests the compiler. With a handful of registers there are
        // instructions whose operands do not fit.
        const bool strict = !options_.background && options_.registers == 0;
        const EmitOptions emit_options{options_.registers, options_.print_asm, strict};
        if (emit(*built.graph, cache_, thunks_, emit_options, result.code, result.why_not))
            announce(name, result.code);
    }
    if (!options_.log) return result;
    if (!result.why_not.empty()) {
        log(name + ": not compiled: " + result.why_not);
        return result;
    }
    char numbers[120];
    std::snprintf(numbers, sizeof numbers, ": %zu bytes of linked code, %u nodes, %u bytes, %.3f ms",
                  built.linked_words * sizeof(vm::Instr), built.graph->node_count(), result.code.bytes,
                  processor_milliseconds() - start);
    log(name + numbers);
    return result;
}

}  // namespace skua::jit
