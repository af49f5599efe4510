// C functions for operations of floating point that are rare in loops. They take and return plain values,
// never throw, never collect.
#pragma once

namespace skua::jit::leaf {

const void* fmin();  // f64, f64 to f64: NaN wins, -0 < +0
const void* fmax();
const void* u64_to_f64();
const void* u64_to_f32();
const void* f64_to_u64();  // saturating, NaN to 0
const void* f64_to_u32();

}  // namespace skua::jit::leaf
