#include "interp/guest_coverage.h"

#ifdef SKUA_GUEST_COVERAGE
extern "C" {
__attribute__((section("__libfuzzer_extra_counters"))) std::uint8_t skua_guest_counters[65536];
bool skua_guest_coverage = false;
}
#endif
