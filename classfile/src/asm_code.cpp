#include "asm_code.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <limits>

#include "skua/classfile/limits.h"

namespace skua::classfile {

namespace {

bool parse_all(std::string_view text, std::int64_t& value) {
    const bool negative = !text.empty() && text[0] == '-';
    const std::string_view digits = text.substr(negative ? 1 : 0);
    if (digits.size() > 2 && digits[0] == '0' && (digits[1] == 'x' || digits[1] == 'X')) {
        std::uint64_t bits = 0;
        const auto [end, error] = std::from_chars(digits.data() + 2, digits.data() + digits.size(), bits, 16);
        if (error != std::errc() || end != digits.data() + digits.size()) return false;
        value = static_cast<std::int64_t>(negative ? 0 - bits : bits);
        return true;
    }
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && end == text.data() + text.size();
}

template <typename Float>
bool parse_float(std::string_view text, Float& value) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && end == text.data() + text.size();
}

}  // namespace

AsmCodeParser::AsmCodeParser(AsmLexer& lexer, ClassFileBuilder& builder, Function& function,
                             AssembledFunction& lines)
    : lex_(lexer), builder_(builder), types_(lexer, builder), function_(function), lines_(lines) {
    for (const Param& p : function.params) function_.code.registers.push_back(p.type);
}

void AsmCodeParser::body() {
    const std::uint32_t header = lex_.line();
    while (lex_.next_line()) {
        if (lex_.is_word(".end")) {
            lex_.advance();
            lex_.expect_end();
            finish();
            return;
        }
        line();
        lex_.expect_end();
        if (!lex_.ok()) return;
    }
    lex_.fail(lex_.line(), 1,
              "the function that starts in line " + std::to_string(header) + " has no '.end'");
}

void AsmCodeParser::line() {
    while (lex_.token().kind == TokenKind::Word && lex_.lookahead().kind == TokenKind::Punct &&
           lex_.lookahead().text == ":") {
        const Token word = lex_.token();
        auto [it, fresh] = labels_.try_emplace(word.text);
        if (fresh) it->second = code_.new_label();
        if (code_.is_bound(it->second)) {
            lex_.fail(lex_.line(), word.column, "label '" + word.text + "' is already defined");
            return;
        }
        code_.bind(it->second);
        lex_.advance();
        lex_.advance();
    }
    if (lex_.at_end()) return;
    if (lex_.token().kind == TokenKind::Word && lex_.token().text[0] == '.') {
        const std::string word = lex_.token().text;
        directive(word);
        return;
    }
    instruction();
}

void AsmCodeParser::directive(const std::string& word) {
    const auto advance = [&] { lex_.advance(); };
    if (word == ".regs") return advance(), regs();
    if (word == ".local") return advance(), local();
    if (word == ".line") return advance(), source_line();
    if (word == ".handler") return advance(), handler();
    if (word == ".doc") {
        lex_.advance();
        if (lex_.token().kind != TokenKind::String) return lex_.expected("a text in quotes");
        function_.doc = builder_.str(lex_.token().text);
        return lex_.advance();
    }
    lex_.expected("an instruction, a label, .regs, .local, .line, .handler, .doc or .end");
}

// .regs r1: i64, r2..r5: string
void AsmCodeParser::regs() {
    do {
        const Token first = lex_.token();
        const auto declared = function_.code.registers.size();
        const auto numbered = [&](Token token) -> std::size_t {
            std::int64_t value = -1;
            if (token.kind != TokenKind::Word || token.text[0] != 'r' ||
                !parse_all(std::string_view(token.text).substr(1), value) || value < 0 ||
                value >= kMaxRegisters)
                return kMaxRegisters;
            return static_cast<std::size_t>(value);
        };
        if (numbered(first) != declared) return lex_.expected("register r" + std::to_string(declared));
        lex_.advance();
        std::size_t last = declared;
        if (lex_.accept("..")) {
            last = numbered(lex_.token());
            if (last < declared || last >= kMaxRegisters)
                return lex_.expected("the last register of the range");
            lex_.advance();
        }
        lex_.expect(":");
        const TypeIndex type = types_.type();
        for (std::size_t i = declared; i <= last && lex_.ok(); ++i) function_.code.registers.push_back(type);
    } while (lex_.ok() && lex_.accept(","));
}

// .local r1 = count
void AsmCodeParser::local() {
    LocalName local;
    local.reg = reg();
    lex_.expect("=");
    local.name = types_.name("the name of a local");
    function_.code.locals.push_back(local);
}

// .line 12:5
void AsmCodeParser::source_line() {
    LineEntry entry;
    entry.instruction = code_.position();
    entry.line = types_.number("a line number");
    if (lex_.accept(":")) entry.column = types_.number("a column");
    auto& lines = function_.code.lines;
    if (!lines.empty() && lines.back().instruction == entry.instruction) lines.pop_back();
    lines.push_back(entry);
}

// .handler L1..L2 -> L3, std.core.Error, r4
void AsmCodeParser::handler() {
    PendingHandler h{};
    h.start = label();
    lex_.expect("..");
    h.end = label(true);
    lex_.expect("->");
    h.target = label();
    lex_.expect(",");
    h.type = types_.type();
    lex_.expect(",");
    h.reg = reg();
    handlers_.push_back(h);
}

void AsmCodeParser::instruction() {
    const Token word = lex_.token();
    const auto op = word.kind == TokenKind::Word ? op_from_mnemonic(word.text) : std::nullopt;
    if (!op) return lex_.expected("an instruction");
    if (!function_.has_code) return lex_.expected("'.end', since an abstract or native function has no code");
    lex_.advance();
    std::vector<std::int64_t> operands;
    bool first = true;
    for (const Operand& column : op_info(*op).operand_list()) {
        if (!first) lex_.expect(",");
        first = false;
        operand(column.kind, operands);
        if (!lex_.ok()) return;
    }
    code_.emit(*op, operands);
    lines_.instruction_lines.push_back(lex_.line());
}

void AsmCodeParser::operand(OperandKind kind, std::vector<std::int64_t>& out) {
    switch (kind) {
        case OperandKind::Write:
        case OperandKind::Read:
            out.push_back(reg());
            break;
        case OperandKind::Result:
            if (lex_.is_word("_")) {
                lex_.advance();
                out.push_back(-1);
            } else {
                out.push_back(reg());
            }
            break;
        case OperandKind::Regs: {
            lex_.expect("(");
            const std::size_t count_at = out.size();
            out.push_back(0);
            if (lex_.accept(")")) break;
            do out.push_back(reg());
            while (lex_.ok() && lex_.accept(","));
            out[count_at] = static_cast<std::int64_t>(out.size() - count_at - 1);
            lex_.expect(")");
            break;
        }
        case OperandKind::Imm:
            out.push_back(integer());
            break;
        case OperandKind::F64Bits:
            out.push_back(float_bits(true));
            break;
        case OperandKind::F32Bits:
            out.push_back(float_bits(false));
            break;
        case OperandKind::Str:
            if (lex_.token().kind != TokenKind::String) return lex_.expected("a text in quotes");
            out.push_back(builder_.str(lex_.token().text));
            lex_.advance();
            break;
        case OperandKind::Type:
            out.push_back(types_.type());
            break;
        case OperandKind::Field:
            out.push_back(types_.field_path());
            break;
        case OperandKind::Method:
            out.push_back(types_.method_ref());
            break;
        case OperandKind::Label:
            out.push_back(label().id);
            break;
        case OperandKind::DenseTable: {  // 10: [L1, L2] else L3
            out.push_back(integer());
            lex_.expect(":");
            lex_.expect("[");
            const std::size_t count_at = out.size();
            out.push_back(0);
            if (!lex_.accept("]")) {
                do out.push_back(label().id);
                while (lex_.ok() && lex_.accept(","));
                lex_.expect("]");
            }
            out[count_at] = static_cast<std::int64_t>(out.size() - count_at - 1);
            if (!lex_.is_word("else")) return lex_.expected("'else'");
            lex_.advance();
            out.push_back(label().id);
            break;
        }
        case OperandKind::SparseTable: {  // [-100: L1, 7: L2] else L3
            lex_.expect("[");
            const std::size_t count_at = out.size();
            out.push_back(0);
            if (!lex_.accept("]")) {
                do {
                    const std::size_t n = out.size();
                    const Token at = lex_.token();
                    out.push_back(integer());
                    if (n > count_at + 1 && out[n] <= out[n - 2])
                        return lex_.fail(lex_.line(), at.column, "the values of a sparse switch must ascend");
                    lex_.expect(":");
                    out.push_back(label().id);
                } while (lex_.ok() && lex_.accept(","));
                lex_.expect("]");
            }
            out[count_at] = static_cast<std::int64_t>((out.size() - count_at - 1) / 2);
            if (!lex_.is_word("else")) return lex_.expected("'else'");
            lex_.advance();
            out.push_back(label().id);
            break;
        }
    }
}

Reg AsmCodeParser::reg() {
    const Token token = lex_.token();
    std::int64_t value = -1;
    if (token.kind != TokenKind::Word || token.text[0] != 'r' ||
        !parse_all(std::string_view(token.text).substr(1), value) || value < 0) {
        lex_.expected("a register");
        return 0;
    }
    if (static_cast<std::uint64_t>(value) >= function_.code.registers.size()) {
        lex_.fail(lex_.line(), token.column, "register " + token.text + " is not declared",
                  "parameters are r0 and up; '.regs' declares the registers behind them");
        return 0;
    }
    lex_.advance();
    return static_cast<Reg>(value);
}

std::int64_t AsmCodeParser::integer() {
    std::int64_t value = 0;
    if (lex_.token().kind != TokenKind::Word || !parse_all(lex_.token().text, value))
        lex_.expected("a 64-bit integer");
    else
        lex_.advance();
    return value;
}

std::int64_t AsmCodeParser::float_bits(bool wide) {
    const std::string text = lex_.token().kind == TokenKind::Word ? lex_.token().text : std::string();
    std::int64_t bits = 0;
    bool good = false;
    if (text.size() > 2 && text[0] == '0' && text[1] == 'x') {
        good = parse_all(text, bits) && (wide || (bits >= 0 && bits <= 0xFFFFFFFFll));
    } else if (wide) {
        double value = std::numeric_limits<double>::quiet_NaN();
        good = text == "nan" || parse_float(text, value);
        bits = text == "nan" ? 0x7FF8'0000'0000'0000 : std::bit_cast<std::int64_t>(value);
    } else {
        float value = 0;
        good = text == "nan" || parse_float(text, value);
        bits = text == "nan" ? 0x7FC0'0000 : static_cast<std::int64_t>(std::bit_cast<std::uint32_t>(value));
    }
    if (!good)
        lex_.expected("a floating-point number, inf, -inf, nan or its bits as 0x...");
    else
        lex_.advance();
    return bits;
}

CodeBuilder::Label AsmCodeParser::label(bool may_be_end) {
    const Token token = lex_.token();
    if (token.kind != TokenKind::Word) {
        lex_.expected("a label");
        return {};
    }
    auto [it, fresh] = labels_.try_emplace(token.text);
    if (fresh) it->second = code_.new_label();
    references_.push_back({it->second, token.text, lex_.line(), token.column, may_be_end});
    lex_.advance();
    return it->second;
}

void AsmCodeParser::finish() {
    if (!lex_.ok() || !function_.has_code) return;
    if (code_.instructions().empty()) return lex_.fail(lex_.line(), 1, "the function has no instructions");
    for (const Reference& r : references_) {
        if (!code_.is_bound(r.label))
            return lex_.fail(r.line, r.column, "label '" + r.name + "' is not defined");
        if (code_.resolve(r.label) >= code_.position() && !r.may_be_end)
            return lex_.fail(r.line, r.column, "label '" + r.name + "' stands behind the last instruction");
    }
    if (!op_info(code_.instructions().back().op).has(EndsBlock))
        return lex_.fail(lines_.instruction_lines.back(), 1,
                         "control would leave the function after its last instruction",
                         "the last instruction must be a ret, br, switch or throw");
    for (const PendingHandler& h : handlers_)
        function_.code.handlers.push_back(
            {code_.resolve(h.start), code_.resolve(h.end), code_.resolve(h.target), h.type, h.reg});
    auto& locals = function_.code.locals;
    std::stable_sort(locals.begin(), locals.end(),
                     [](const LocalName& a, const LocalName& b) { return a.reg < b.reg; });
    function_.code.bytes = code_.finish();
}

}  // namespace skua::classfile
