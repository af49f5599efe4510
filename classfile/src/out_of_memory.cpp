#include "skua/classfile/out_of_memory.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <unistd.h>

namespace skua::classfile {
namespace {

void write_text(const char* text) {
    if (::write(STDERR_FILENO, text, std::strlen(text)) < 0) return;  // nobody is there to be told
}

void terminate() {
    try {
        if (std::current_exception()) std::rethrow_exception(std::current_exception());
        // There may be no memory for the exception itself, or it was thrown where none may pass: nothing else
        // is thrown through our programs than a missing piece of memory.
        if (std::uncaught_exceptions() > 0 || std::malloc(256) == nullptr) std::_Exit(tell_no_memory());
    } catch (const std::bad_alloc&) {
        std::_Exit(tell_no_memory());
    } catch (const std::exception& error) {
        write_text("internal error: ");
        write_text(error.what());
        write_text("\n");
    } catch (...) {
        write_text("internal error\n");
    }
    std::abort();
}

// Before objects of static storage are made, which may ask for memory as well. Only programs that link this
// file have it.
[[gnu::constructor(101)]] void install() {
    std::set_terminate(terminate);
}

}  // namespace

int tell_no_memory() {
    write_text(program_invocation_short_name);
    write_text(": the system gives no more memory\n");
    return kExitNoMemory;
}

void end_when_memory_is_missing() {
    install();
}

}  // namespace skua::classfile
