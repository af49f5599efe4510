// Elementary functions whose results are the same, to the bit, on every machine.
//
// The C library's differ in the last place with its version and with what the processor has (of 20,000 random
// arguments a dozen, between two x86-64 processors with and without fused multiplication). These are made of
// operations that IEEE 754 defines exactly, the critical ones in twice the precision: errors are below 0.53
// units in the last place, for sine and cosine 0.76, for the tangent 0.9, and 0.76 where a result is below
// the normal numbers. Special cases are those of C's Annex F; an invalid argument gives the NaN float.NAN.
// docs/decisions/010-elementary-functions.md has errors and times beside the C library's.
#pragma once

#include "exact_pair.h"

namespace skua::stdlib::elementary {

double exp(double x);
double log(double x);
double log2(double x);
double log10(double x);
double pow(double x, double y);
double sinh(double x);
double cosh(double x);
double tanh(double x);
double hypot(double x, double y);
double cbrt(double x);

double sin(double x);
double cos(double x);
double tan(double x);
double asin(double x);
double acos(double x);
double atan(double x);
double atan2(double y, double x);

}  // namespace skua::stdlib::elementary
