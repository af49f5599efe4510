#include "link/linked_effects.h"

#include <string_view>

#include "skua/vm/class.h"

namespace skua::vm {
namespace {

constexpr bool has(std::string_view format, char letter) {
    return format.find(letter) != std::string_view::npos;
}

constexpr LinkedRow make_row(unsigned words, std::string_view f) {
    return {static_cast<std::uint8_t>(words),
            has(f, 'x') || has(f, 'm'),
            has(f, 'a') || has(f, 'm'),
            has(f, 'b'),
            has(f, 'c'),
            has(f, 's'),
            has(f, 'd'),
            has(f, 'j'),
            has(f, 'J'),
            has(f, 'i')};
}

constexpr LinkedRow kRows[] = {
#define SKUA_LOP(Name, words, format, doc) make_row(words, format),
#include "skua/vm/linked_ops.def"
#undef SKUA_LOP
};

std::uint32_t type_slots(const void* type) {
    return static_cast<const Type*>(type)->layout.load(std::memory_order_acquire)->slots();
}

void call_effects(const Instr* pc, std::size_t arguments, std::size_t results, std::uint32_t slots,
                  LinkedEffects& out) {
    out.reads.push_back({pc->b, static_cast<std::uint32_t>(pc->b + arguments)});
    out.writes.push_back({pc->b == 0 ? 0u : pc->b - 1u, slots});
    out.writes.push_back({pc->a, static_cast<std::uint32_t>(pc->a + results)});
    out.single_result = results == 1;
}

}  // namespace

const LinkedRow& linked_row(LOp op) {
    return kRows[static_cast<std::size_t>(op)];
}

bool is_pure(LOp op) {
    if (op == LOp::Mov) return true;
    if (op < LOp::Add || op > LOp::NotB) return false;
    if (op >= LOp::AddChecked && op <= LOp::MulCheckedU32) return false;
    switch (op) {
        case LOp::Div:
        case LOp::Rem:
        case LOp::DivU:
        case LOp::RemU:
        case LOp::Div32:
        case LOp::Rem32:
        case LOp::DivU32:
        case LOp::RemU32:
        case LOp::CharCheck:
        case LOp::FToI64Trap:
        case LOp::FToU64Trap:
            return false;
        default:
            return true;
    }
}

void linked_effects(const Instr* pc, std::uint32_t slots, LinkedEffects& out) {
    out.clear();
    const auto op = static_cast<LOp>(pc->op);
    const std::uint32_t a = pc->a, b = pc->b, c = pc->c;
    const auto range = [&](std::uint32_t first, std::size_t count) {
        out.reads.push_back({first, static_cast<std::uint32_t>(first + count)});
    };
    const auto result = [&](std::size_t count = 1) {
        out.writes.push_back({a, static_cast<std::uint32_t>(a + count)});
        out.single_result = count == 1;
    };
    switch (op) {
        case LOp::Mov2:
            range(b, 1), range(c, 1), result(2);
            out.b_renames = out.c_renames = out.removable = true;
            return;
        case LOp::MovN:
            range(b, c), result(c);
            out.removable = true;
            out.single_result = false;
            return;
        case LOp::Zero:
            result(b);
            out.removable = true;
            out.single_result = false;
            return;
        case LOp::StrConcat:
        case LOp::ClosureNew:
            range(b, c), result();
            return;
        case LOp::ALit:
            range(b, c * static_cast<const Class*>(pc[1].pointer)->element->slots()), result();
            return;
        case LOp::ACopy:
            range(b, 5);
            return;
        case LOp::AFill:
            range(b, 3 + static_cast<const Class*>(pc[1].pointer)->element->slots());
            return;
        case LOp::BoxNew:
            range(b, static_cast<const Class*>(pc[1].pointer)->element->slots()), result();
            return;
        case LOp::ToStr:
        case LOp::HashOf:
            range(b, type_slots(pc[1].pointer)), result();
            return;
        case LOp::EqualsOf:
            range(b, type_slots(pc[1].pointer)), range(c, type_slots(pc[1].pointer)), result();
            return;
        case LOp::RetN:
            range(b, c);
            return;
        case LOp::Call: {
            const auto* callee = static_cast<const Function*>(pc[1].pointer);
            call_effects(pc, callee->arg_slots, callee->result_slots, slots, out);
            return;
        }
        case LOp::CallV:
        case LOp::CallVPoly:
        case LOp::CallI:
        case LOp::CallIPoly:
        case LOp::CallC: {
            const auto* site = static_cast<const CallSite*>(pc[1].pointer);
            call_effects(pc, site->shape.params.size(), site->shape.results.size(), slots, out);
            if (op == LOp::CallC) {
                range(c, 1);
                out.c_renames = true;
            }
            return;
        }
        default:
            break;
    }
    const LinkedRow& row = linked_row(op);
    if (row.reads_a) range(a, 1), out.a_renames = !row.writes_a;
    if (row.b) range(b, 1), out.b_renames = true;
    if (row.c) range(c, 1), out.c_renames = true;
    if (row.reads_second) range(pc[1].op, 1);
    if (row.writes_a) result();
    if (row.writes_second) out.writes.push_back({pc[1].op, pc[1].op + 1u});
    if (row.reads_a || row.writes_second) out.single_result = false;
    out.removable = op == LOp::LdI || op == LOp::LdC || op == LOp::LdStr || is_pure(op);
}

void linked_successors(const std::vector<Instr>& code, std::uint32_t word, std::vector<std::uint32_t>& out) {
    out.clear();
    const Instr& in = code[word];
    const auto op = static_cast<LOp>(in.op);
    const LinkedRow& row = linked_row(op);
    const auto at = [&](std::int64_t offset) { out.push_back(static_cast<std::uint32_t>(word + offset)); };
    switch (op) {
        case LOp::Ret:
        case LOp::RetN:
        case LOp::Ret0:
        case LOp::Throw:
        case LOp::LinkFail:
            return;
        case LOp::SwitchDense:
        case LOp::SwitchSparse: {
            const auto* table = static_cast<const SwitchTable*>(code[word + 1].pointer);
            for (auto offset : table->offsets) at(offset);
            at(table->default_offset);
            return;
        }
        default:
            break;
    }
    if (row.long_branch) {
        at(in.imm32());
        return;
    }
    if (row.short_branch) at(in.sc());
    at(row.words);
}

}  // namespace skua::vm
