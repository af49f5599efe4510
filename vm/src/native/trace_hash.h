// A digest of what a program did, for comparing two runs (VmOptions::trace_hash): docs/determinism.md says
// exactly what goes into it.
//
// Each event becomes bytes, the same on every machine, and the digest becomes the SHA-256 of the digest so
// far and these bytes. Events of one guest thread are in order; of several, in the order in which they
// happen.
#pragma once

#include <array>
#include <cstdint>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "native/native_registry.h"

namespace skua::vm {

class TraceHash {
public:
    // Before a native runs: its name, how many instructions have run, its arguments, those of structs one by
    // one.
    void call(std::string_view name, std::uint64_t instructions, std::span<const NativeKind> kinds,
              const Slot* args);
    // After it: its result or the error that it threw, and what its array arguments hold now.
    void returned(std::span<const NativeKind> kinds, const Slot* args,
                  std::span<const NativeKind> result_kinds, const Slot* result, const Object* error);
    // Bytes that leave for the world.
    void output(std::string_view bytes);
    // When the program ends.
    [[nodiscard]] std::string finish(std::uint64_t instructions);

private:
    std::mutex lock_;
    std::array<std::uint8_t, 32> digest_{};
};

}  // namespace skua::vm
