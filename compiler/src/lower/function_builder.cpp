#include "lower/function_builder.h"

#include <cassert>

namespace skua::compiler {

using namespace classfile;

namespace {

constexpr std::size_t kKnownValues = 128;  // forgetting is always right, and long functions stay linear

}  // namespace

template <typename Operands, typename F>
void FunctionBuilder::for_each_label(const Item& item, Operands& operands, F f) {
    const OpInfo& info = op_info(item.op);
    if (!info.has(Branch)) return;
    const unsigned last = info.operand_count - 1u;  // a label or a table is the last column
    auto* at = operands.data() + item.first + last;
    switch (info.operands[last].kind) {
        case OperandKind::DenseTable:
            for (std::int64_t i = 0; i <= at[1]; ++i) f(at[2 + i]);
            break;
        case OperandKind::SparseTable:
            for (std::int64_t i = 0; i < at[0]; ++i) f(at[2 + 2 * i]);
            f(at[1 + 2 * at[0]]);
            break;
        default:
            f(at[0]);
            break;
    }
}

// ---- registers -----------------------------------------------------------------------------

Reg FunctionBuilder::fresh(TypeIndex type) {
    registers_.push_back(type);
    return static_cast<Reg>(registers_.size() - 1);
}

Reg FunctionBuilder::local(TypeIndex type, StrIndex name) {
    const Reg r = fresh(type);
    names_.push_back({r, name});
    return r;
}

Reg FunctionBuilder::temp(TypeIndex type) {
    auto& free = free_temps_[type];
    Reg r = 0;
    if (free.empty()) {
        r = fresh(type);
    } else {
        r = free.back();
        free.pop_back();
    }
    live_temps_.push_back(r);
    return r;
}

void FunctionBuilder::release(std::size_t mark) {
    while (live_temps_.size() > mark) {
        const Reg r = live_temps_.back();
        live_temps_.pop_back();
        free_temps_[registers_[r]].push_back(r);
    }
}

// ---- code ----------------------------------------------------------------------------------

FunctionBuilder::Label FunctionBuilder::new_label() {
    labels_.emplace_back();
    return {static_cast<std::uint32_t>(labels_.size() - 1)};
}

void FunctionBuilder::bind(Label label) {
    LabelState& state = labels_[label.id];
    assert(state.position == kNoLabel);
    state.position = position();
    if (state.references == 0) return;
    reachable_ = true;
    while (!known_.empty() && known_.back().position >= state.first_reference) known_.pop_back();
}

void FunctionBuilder::bind_loop(Label label, bool entered) {
    bind(label);
    if (entered) reachable_ = true;
    std::erase_if(known_, [](const Known& k) { return k.assigned; });
}

void FunctionBuilder::bind_handler(Label target, std::uint32_t since) {
    bind(target);
    reachable_ = true;
    while (!known_.empty() && known_.back().position >= since) known_.pop_back();
}

void FunctionBuilder::enter_loop() {
    if (loop_depth_++ > 0) return;
    before_loop_ = position();
    emit(Op::Nop, {});
}

Reg FunctionBuilder::loop_constant(Op op, TypeIndex type, std::int64_t bits) {
    if (loop_depth_ == 0 || !reachable_) {
        const Reg r = fresh(type);
        emit(op, {r, bits});
        return r;
    }
    for (std::size_t i = hoisted_.size(); i-- > 0 && hoisted_[i].at == before_loop_;) {
        const Hoisted& h = hoisted_[i];
        if (h.op == op && h.type == type && h.bits == bits) return h.reg;
    }
    const Reg r = fresh(type);
    hoisted_.push_back({before_loop_, op, type, bits, r});
    return r;
}

// ---- known values --------------------------------------------------------------------------

void FunctionBuilder::remember(const void* variable, const void* key, Reg value, bool assigned) {
    if (!reachable_) return;
    if (known_.size() == kKnownValues) known_.erase(known_.begin(), known_.begin() + kKnownValues / 2);
    known_.push_back({variable, key, value, position(), assigned});
}

std::optional<Reg> FunctionBuilder::recall(const void* variable, const void* key) const {
    for (const Known& known : known_) {
        if (known.variable == variable && known.key == key) return known.value;
    }
    return std::nullopt;
}

void FunctionBuilder::forget(const void* variable) {
    std::erase_if(known_, [&](const Known& k) { return k.variable == variable; });
}

void FunctionBuilder::set_place(std::uint32_t line, std::uint32_t column, bool statement) {
    place_ = {line, column};
    statement_pending_ = statement_pending_ || statement;
}

void FunctionBuilder::emit(Op op, std::span<const std::int64_t> operands) {
    if (!reachable_) return;
    if (code_.size() >= limit_) {
        overflow_ = true;
        return;
    }
    const OpInfo& info = op_info(op);
    if (place_ != last_place_ && place_.line != 0 && (statement_pending_ || info.has(Throws))) {
        lines_.push_back({position(), place_.line, place_.column});
        last_place_ = place_;
    }
    statement_pending_ = false;
    code_.push_back(
        {op, static_cast<std::uint32_t>(operands_.size()), static_cast<std::uint32_t>(operands.size())});
    operands_.insert(operands_.end(), operands.begin(), operands.end());
    if (info.has(Branch)) {
        for_each_label(code_.back(), operands_, [&](std::int64_t& id) {
            LabelState& label = labels_[static_cast<std::size_t>(id)];
            if (label.references++ == 0) label.first_reference = position();
        });
    }
    if (info.has(EndsBlock)) reachable_ = false;
}

void FunctionBuilder::add_handler(std::uint32_t start, std::uint32_t end, Label target, TypeIndex type,
                                  Reg reg) {
    if (can_throw(start, end)) handlers_.push_back({start, end, target, type, reg});
}

bool FunctionBuilder::can_throw(std::uint32_t start, std::uint32_t end) const {
    for (std::uint32_t i = start; i < end; ++i) {
        if (may_throw(i)) return true;
    }
    return false;
}

// A loop's back edge may be interrupted.
bool FunctionBuilder::may_throw(std::uint32_t i) const {
    if (op_info(code_[i].op).has(Throws)) return true;
    bool back = false;
    for_each_label(code_[i], operands_, [&](const std::int64_t& id) {
        back = back || labels_[static_cast<std::size_t>(id)].position <= i;  // not bound: kNoLabel
    });
    return back;
}

// ---- completion ----------------------------------------------------------------------------

template <typename F>
void FunctionBuilder::for_each_register(const Item& item, F f) {
    const OpInfo& info = op_info(item.op);
    std::int64_t* at = operands_.data() + item.first;
    for (unsigned i = 0; i < info.operand_count; ++i) {
        switch (info.operands[i].kind) {
            case OperandKind::Write:
            case OperandKind::Read:
                f(at[i]);
                break;
            case OperandKind::Result:
                if (at[i] >= 0) f(at[i]);
                break;
            case OperandKind::Regs:  // the last column
                for (std::int64_t k = 1; k <= at[i]; ++k) f(at[i + k]);
                break;
            default:
                break;
        }
    }
}

void FunctionBuilder::thread_jumps() {
    for (const Item& item : code_) {
        for_each_label(item, operands_, [&](std::int64_t& id) {
            for (int hops = 0; hops < 8; ++hops) {
                const std::uint32_t at = labels_[static_cast<std::size_t>(id)].position;
                if (at >= code_.size() || code_[at].op != Op::Br) break;
                const std::int64_t next = operands_[code_[at].first];
                if (next == id) break;
                id = next;
            }
        });
    }
}

std::vector<bool> FunctionBuilder::live_code() {
    std::vector<bool> live(code_.size(), false);
    std::vector<std::uint32_t> work;
    auto visit = [&](std::uint32_t at) {
        if (at < code_.size() && !live[at]) work.push_back(at);
    };
    visit(0);
    std::vector<bool> handler_seen(handlers_.size(), false);
    for (;;) {
        while (!work.empty()) {
            std::uint32_t at = work.back();
            work.pop_back();
            while (at < code_.size() && !live[at]) {
                live[at] = true;
                for_each_label(code_[at], operands_, [&](std::int64_t& id) {
                    visit(labels_[static_cast<std::size_t>(id)].position);
                });
                if (op_info(code_[at].op).has(EndsBlock)) break;
                ++at;
            }
        }
        for (std::size_t h = 0; h < handlers_.size(); ++h) {
            if (handler_seen[h]) continue;
            for (std::uint32_t i = handlers_[h].start; i < handlers_[h].end; ++i) {
                if (!live[i] || !may_throw(i)) continue;
                handler_seen[h] = true;
                visit(labels_[handlers_[h].target.id].position);
                break;
            }
        }
        if (work.empty()) break;
    }
    std::vector<HandlerItem> kept;
    for (std::size_t h = 0; h < handlers_.size(); ++h) {
        if (handler_seen[h]) kept.push_back(handlers_[h]);
    }
    handlers_ = std::move(kept);
    return live;
}

void FunctionBuilder::compact_code() {
    std::vector<bool> keep = live_code();
    // A placeholder stays if constants are loaded in its stead.
    std::vector<bool> loads(code_.size(), false);
    for (const Hoisted& h : hoisted_) {
        if (keep[h.at]) loads[h.at] = true;
    }
    for (std::uint32_t i = 0; i < code_.size(); ++i) {
        if (code_[i].op == Op::Nop && !loads[i]) keep[i] = false;
    }
    // A jump to the next instruction that stays is no jump. From the back, so that chains go too.
    std::uint32_t next = static_cast<std::uint32_t>(code_.size());
    for (std::uint32_t i = next; i-- > 0;) {
        if (!keep[i]) continue;
        if (code_[i].op == Op::Br) {
            const std::uint32_t target =
                labels_[static_cast<std::size_t>(operands_[code_[i].first])].position;
            if (target > i && target <= next && next < code_.size()) {
                keep[i] = false;
                continue;
            }
        }
        next = i;
    }
    std::vector<std::uint32_t> moved(code_.size() + 1);
    std::vector<Item> kept;
    for (std::uint32_t i = 0; i < code_.size(); ++i) {
        moved[i] = static_cast<std::uint32_t>(kept.size());
        if (loads[i]) {
            for (const Hoisted& h : hoisted_) {
                if (h.at != i) continue;
                kept.push_back({h.op, static_cast<std::uint32_t>(operands_.size()), 2});
                operands_.insert(operands_.end(), {static_cast<std::int64_t>(h.reg), h.bits});
            }
        } else if (keep[i]) {
            kept.push_back(code_[i]);
        }
    }
    moved[code_.size()] = static_cast<std::uint32_t>(kept.size());
    for (LabelState& label : labels_) {
        if (label.position != kNoLabel) label.position = moved[label.position];
    }
    for (HandlerItem& handler : handlers_) {
        handler.start = moved[handler.start];
        handler.end = moved[handler.end];
    }
    std::vector<LineEntry> lines;
    for (LineEntry entry : lines_) {
        entry.instruction = moved[entry.instruction];
        if (entry.instruction >= kept.size()) continue;
        if (!lines.empty() && lines.back().instruction == entry.instruction) lines.pop_back();
        if (!lines.empty() && lines.back().line == entry.line && lines.back().column == entry.column)
            continue;
        lines.push_back(entry);
    }
    lines_ = std::move(lines);
    code_ = std::move(kept);
}

std::vector<Reg> FunctionBuilder::compact_registers(std::uint32_t parameters, Code& code) {
    std::vector<bool> used(registers_.size(), false);
    for (std::uint32_t i = 0; i < parameters; ++i) used[i] = true;
    for (const Item& item : code_) {
        for_each_register(item, [&](std::int64_t& r) { used[static_cast<std::size_t>(r)] = true; });
    }
    for (const HandlerItem& handler : handlers_) used[handler.reg] = true;
    std::vector<Reg> number(registers_.size(), 0);
    for (std::size_t i = 0; i < registers_.size(); ++i) {
        if (!used[i]) continue;
        number[i] = static_cast<Reg>(code.registers.size());
        code.registers.push_back(registers_[i]);
    }
    for (const LocalName& name : names_) {
        if (used[name.reg]) code.locals.push_back({number[name.reg], name.name});
    }
    return number;
}

Code FunctionBuilder::finish(std::uint32_t parameters) {
    assert(!reachable_);
    thread_jumps();
    compact_code();
    Code code;
    const std::vector<Reg> number = compact_registers(parameters, code);

    CodeBuilder out;
    std::vector<CodeBuilder::Label> labels;
    labels.reserve(labels_.size());
    for (std::size_t i = 0; i < labels_.size(); ++i) labels.push_back(out.new_label());
    std::vector<std::vector<std::uint32_t>> bound(code_.size() + 1);
    for (std::uint32_t i = 0; i < labels_.size(); ++i) {
        if (labels_[i].position != kNoLabel) bound[labels_[i].position].push_back(i);
    }
    for (std::uint32_t i = 0; i < code_.size(); ++i) {
        for (std::uint32_t id : bound[i]) out.bind(labels[id]);
        for_each_register(code_[i], [&](std::int64_t& r) { r = number[static_cast<std::size_t>(r)]; });
        for_each_label(code_[i], operands_,
                       [&](std::int64_t& id) { id = labels[static_cast<std::size_t>(id)].id; });
        out.emit(code_[i].op, std::span(operands_.data() + code_[i].first, code_[i].count));
    }
    for (std::uint32_t id : bound[code_.size()]) out.bind(labels[id]);
    for (const HandlerItem& handler : handlers_) {
        code.handlers.push_back({handler.start, handler.end, labels_[handler.target.id].position,
                                 handler.type, number[handler.reg]});
    }
    code.lines = std::move(lines_);
    code.bytes = out.finish();
    return code;
}

}  // namespace skua::compiler
