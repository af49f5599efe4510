// Bytes as a class that a machine loads: loading and verifying every function never crashes.
#include <cstdint>
#include <span>

#include "skua/vm/loader.h"
#include "skua/vm/verifier.h"

using namespace skua;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    vm::TypeTable types;
    vm::Loader loader(types, nullptr);
    auto type = loader.define(std::span<const std::uint8_t>(data, size), "fuzz.skc");
    if (!type) return 0;
    for (const Diagnostic& error : vm::verify_all(**type)) (void)error.to_string();
    return 0;
}
