#include "program.h"
#include "random.h"
namespace skua::differential {
std::string generate_source(std::uint64_t seed) { Random r(seed); return "fn main() { println(" + std::to_string(r.below(100)) + ") }\n"; }
}
