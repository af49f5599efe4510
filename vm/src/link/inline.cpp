// Inlining of small callees into linked code.
//
// A callee's frame begins at the caller's window, where the arguments already are. So its body can be
// copied with every slot moved up by the window's position, returns becoming a move and a jump; what
// is saved is the call, the return and their checks. Traces name inlined functions through
// LinkedBody::inlined.
#include "link/linked_effects.h"
#include "link/translator.h"

namespace skua::vm {
namespace {

constexpr std::size_t kMaxCalleeBytes = 96;  // of portable code: linking more to find out is not worth it
constexpr std::size_t kMaxCalleeWords = 20;
constexpr std::uint32_t kMaxCallerWords = 2000;
constexpr int kMaxLinkDepth = 3;  // of callees linked because a caller wants to inline them

// Another thread may be replacing the op.
Instr read(const Instr& in) {
    Instr copy;
    copy.op = static_cast<std::uint16_t>(plain_op(__atomic_load_n(&in.op, __ATOMIC_RELAXED)));
    copy.a = in.a;
    copy.b = in.b;
    copy.c = in.c;
    return copy;
}

bool is_return(LOp op) {
    return op == LOp::Ret || op == LOp::RetN || op == LOp::Ret0;
}

int& link_depth() {
    thread_local int depth = 0;
    return depth;
}

}  // namespace

bool LinkedBuilder::inline_body(const LinkedBody& body, std::uint32_t base, std::uint32_t result) {
    const auto count = static_cast<std::uint32_t>(body.code.size());
    // Where each word goes: only returns change their length.
    std::vector<std::uint32_t> moved(count + 1, 0);
    std::uint32_t at = position();
    for (std::uint32_t i = 0; i < count;) {
        const Instr in = read(body.code[i]);
        const auto op = static_cast<LOp>(in.op);
        if (op == LOp::SwitchDense || op == LOp::SwitchSparse) return false;
        const unsigned words = linked_row(op).words;
        for (unsigned w = 0; w < words; ++w) moved[i + w] = at + w;
        const bool last = i + words == count;
        if (is_return(op)) {
            at += (op == LOp::Ret0 ? 0u : 1u) + (last ? 0u : 1u);
        } else {
            at += words;
        }
        i += words;
    }
    moved[count] = at;

    const std::uint32_t start = position();
    for (std::uint32_t i = 0; i < count;) {
        const Instr in = read(body.code[i]);
        const auto op = static_cast<LOp>(in.op);
        const LinkedRow& row = linked_row(op);
        const bool last = i + row.words == count;
        if (is_return(op)) {
            if (op == LOp::Ret) emit(LOp::Mov, result, base + in.b, 0);
            if (op == LOp::RetN) emit(LOp::MovN, result, base + in.b, in.c);
            if (!last) {
                const std::uint32_t from = position();
                emit(LOp::Jmp, 0, 0, 0);
                code_.back().hi = moved[count] - from;
            }
        } else {
            const std::uint32_t from = position();
            emit(op, row.reads_a || row.writes_a ? base + in.a : in.a, row.b ? base + in.b : in.b,
                 row.c ? base + in.c : in.c);
            if (row.short_branch) {
                const auto target = static_cast<std::uint32_t>(static_cast<std::int64_t>(i) + in.sc());
                code_.back().c = static_cast<std::uint16_t>(moved[target] - from);
            }
            if (row.long_branch) {
                const auto target = static_cast<std::uint32_t>(static_cast<std::int64_t>(i) + in.imm32());
                code_.back().hi = moved[target] - from;
            }
            if (row.wide_immediate) code_.back().hi = in.hi;
            for (unsigned w = 1; w < row.words; ++w) code_.push_back(body.code[i + w]);
            if (row.reads_second || row.writes_second)
                code_.back().op = static_cast<std::uint16_t>(code_.back().op + base);
        }
        i += row.words;
    }
    auto move_positions = [&](const std::vector<LinkedBody::Position>& positions) {
        std::vector<LinkedBody::Position> out;
        out.reserve(positions.size());
        for (const auto& p : positions) out.push_back({moved[p.word], p.instruction});
        return out;
    };
    for (const auto& inner : body.inlined) {
        inlined_.push_back(
            {moved[inner.start], moved[inner.end], inner.function, move_positions(inner.positions)});
    }
    inlined_.push_back({start, position(), body.function, move_positions(body.positions)});
    return true;
}

bool Translator::try_inline(Function& callee, std::uint32_t result) {
    if (&callee == &function_ || !callee.def || !callee.def->decl->has_code ||
        out_.position() > kMaxCallerWords)
        return false;
    const auto& code = callee.def->decl->code;
    if (code.bytes.size() > kMaxCalleeBytes || !code.handlers.empty()) return false;
    const LinkedBody* body = callee.body.load(std::memory_order_acquire);
    if (!body) {
        if (callee.linking || link_depth() >= kMaxLinkDepth) return false;
        ++link_depth();
        const bool linked = link_function(thread_, callee);
        --link_depth();
        if (!linked) thread_.pending = nullptr;  // its own first call will tell
        body = callee.body.load(std::memory_order_acquire);
        if (!linked || !body) return false;
    }
    if (body->code.size() > kMaxCalleeWords || !body->handlers.empty()) return false;
    if (!out_.inline_body(*body, window_, result)) return false;
    need_window(callee.frame_slots.load(std::memory_order_relaxed));
    return true;
}

}  // namespace skua::vm
