// Linked code: what the interpreter executes and the compiled tier translates.
//
// A function body is an array of 8-byte words. Names are pointers, generics are substituted,
// values are flattened to 64-bit slots. Instructions never change after publication, except
// that an op may be replaced by another of the same length (quickening: SGetInit to SGet, CallV to
// CallVPoly; mark_loop_compiled); such stores are atomic and idempotent, so threads need no lock.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "skua/vm/object.h"

namespace skua::vm {

struct Class;
struct Function;
struct Selector;
struct Type;

enum class LOp : std::uint16_t {
#define SKUA_LOP(Name, ...) Name,
#include "skua/vm/linked_ops.def"
#undef SKUA_LOP
    Count
};

// Does the value fit the 16 bits of a signed immediate?
[[nodiscard]] constexpr bool fits16(std::int64_t value) {
    return value >= INT16_MIN && value <= INT16_MAX;
}

union Instr {
    struct {
        std::uint16_t op, a, b, c;
    };
    std::uint64_t word;
    const void* pointer;
    struct {
        std::uint32_t lo, hi;
    };

    [[nodiscard]] std::int16_t sb() const { return static_cast<std::int16_t>(b); }
    [[nodiscard]] std::int16_t sc() const { return static_cast<std::int16_t>(c); }
    [[nodiscard]] std::int32_t imm32() const { return static_cast<std::int32_t>(hi); }
};
static_assert(sizeof(Instr) == 8);

// A loop header for which there is compiled code has its op raised by LOp::Count: whoever comes there in the
// interpreter leaves it (ExecutionTier::osr_entry). Everybody else who reads published code reads ops by
// plain_op.
[[nodiscard]] inline LOp plain_op(std::uint16_t op) {
    constexpr auto kCount = static_cast<std::uint16_t>(LOp::Count);
    return static_cast<LOp>(op < kCount ? op : op - kCount);
}
inline void mark_loop_compiled(const Instr* header) {
    std::uint16_t& op = const_cast<Instr*>(header)->op;
    const std::uint16_t now = __atomic_load_n(&op, __ATOMIC_RELAXED);
    if (now < static_cast<std::uint16_t>(LOp::Count))
        __atomic_store_n(&op, static_cast<std::uint16_t>(now + static_cast<std::uint16_t>(LOp::Count)),
                         __ATOMIC_RELEASE);
}

// Second word of a switch. Offsets are in words from the switch instruction.
struct SwitchTable {
    std::int64_t lo = 0;  // dense
    std::int32_t default_offset = 0;
    std::vector<std::int64_t> values;  // sparse, ascending
    std::vector<std::int32_t> offsets;
};

// How a leaf crosses a call of compiled code: in an integer register as a slot, or in a floating one.
enum class LeafKind : std::uint8_t { Slot, F64, F32 };
struct CallShape {
    std::vector<LeafKind> params, results;  // one per slot
};

// What a virtual, interface or closure call site has seen: the inline cache and the profile. Entries
// are immutable once published.
struct SiteEntry {
    Class* cls;
    Function* function;
};
struct CallSite {
    static constexpr int kWays = 4;
    const Selector* selector = nullptr;  // interface calls
    std::uint32_t vtable_index = 0;      // virtual calls
    std::uint32_t argument_slots = 0;    // closure calls: captures follow the arguments
    CallShape shape;                     // closure calls: without the captures
    std::atomic<const SiteEntry*> last{nullptr};
    std::atomic<const SiteEntry*> seen[kWays] = {};
    std::atomic<std::uint32_t> misses{0};  // beyond kPolymorphic the site stops profiling
    static constexpr std::uint32_t kPolymorphic = 64;
};

struct LinkedHandler {
    std::uint32_t start, end, target;  // words
    Class* type;
    std::uint16_t slot;
    // Slot ranges [first, end) of registers that nothing reads any more once the handler runs.
    std::vector<std::pair<std::uint32_t, std::uint32_t>> dead;
};

struct LinkedBody {
    std::vector<Instr> code;
    std::vector<LinkedHandler> handlers;
    struct Position {
        std::uint32_t word, instruction;  // first word made for a portable instruction
    };
    std::vector<Position> positions;  // ascending
    // Small callees copied into this body: their words, so that traces still name them. An inner
    // range comes before the one around it.
    struct Inlined {
        std::uint32_t start, end;
        const Function* function;
        std::vector<Position> positions;  // words of this body, instructions of the callee
    };
    std::vector<Inlined> inlined;
    Function* function = nullptr;
    std::uint32_t window = 0;  // first slot of the window: what lies above is dead at a handler
};

// The body that contains an instruction, or null. Takes a lock; for slow paths.
const LinkedBody* body_at(const Instr* pc);

// One line per instruction, for --print-linked and debugging.
std::string print_linked(const LinkedBody& body);

}  // namespace skua::vm
