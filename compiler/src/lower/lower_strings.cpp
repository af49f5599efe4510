// Text: interpolation and concatenation as one str.concat over all parts.
#include "lower/function_lowering.h"

namespace skua::compiler {

using namespace ast;

namespace {

bool is_text(const Expr* expr) {
    while (const auto* paren = as<ParenExpr>(expr)) expr = paren->inner;
    if (is<InterpolationExpr>(expr)) return true;
    const auto* binary = as<BinaryExpr>(expr);
    return binary != nullptr && binary->meaning == OperatorKind::Concat;
}

}  // namespace

void FunctionLowering::flush_text(std::vector<Reg>& parts, std::string& pending) {
    if (pending.empty()) return;
    const Reg r = fresh(file_.program().types->string);
    load_string(r, pending);
    parts.push_back(r);
    pending.clear();
}

Reg FunctionLowering::text_of(Expr* expr) {
    if (expr->type->is(TypeKind::String)) return argument(expr);
    const Reg text = fresh(file_.program().types->string);
    TempScope scope(code_);
    const Reg r = exact(expr);
    emit_at(expr->range, Op::ToStr, {text, r});
    return text;
}

// Appends what `expr` (a string) is made of; literal text collects in `pending`.
void FunctionLowering::collect_text(Expr* expr, std::vector<Reg>& parts, std::string& pending, bool last) {
    if (expr->constant != nullptr && expr->constant->kind == Constant::Kind::String) {
        pending += expr->constant->text;
        return;
    }
    // A long chain of + leans to the left: walk down it without recursion.
    std::vector<Expr*> chain;
    for (;;) {
        while (auto* paren = as<ParenExpr>(expr)) expr = paren->inner;
        auto* binary = as<BinaryExpr>(expr);
        if (binary == nullptr || binary->meaning != OperatorKind::Concat || binary->constant != nullptr)
            break;
        chain.push_back(binary->right);
        expr = binary->left;
    }
    if (!chain.empty()) {
        chain.push_back(expr);
        std::size_t assigning = chain.size();  // the last operand that may assign; they come back to front
        for (std::size_t i = chain.size(); i-- > 0;) {
            if (may_assign(chain[i])) assigning = i;
        }
        for (std::size_t i = chain.size(); i-- > 0;)
            collect_text(chain[i], parts, pending, last && i <= assigning);
        return;
    }
    if (auto* text = as<InterpolationExpr>(expr); text != nullptr && text->constant == nullptr) {
        std::size_t assigning = 0;  // the last part that may assign
        for (std::size_t i = 0; i < text->parts.size(); ++i) {
            if (may_assign(text->parts[i].value)) assigning = i;
        }
        for (std::size_t i = 0; i < text->parts.size(); ++i) {
            pending += text->texts[i];
            const InterpolationPart& part = text->parts[i];
            const bool more = !last || i < assigning;
            if (part.format_call != nullptr) {
                flush_text(parts, pending);
                const Reg r = fresh(file_.program().types->string);
                call(*part.format_call, part.value->range, r);
                parts.push_back(r);
            } else if (part.value->type->is(TypeKind::String)) {
                collect_text(part.value, parts, pending, !more);
            } else {
                flush_text(parts, pending);
                parts.push_back(text_of(part.value));
            }
        }
        pending += text->texts.back();
        return;
    }
    flush_text(parts, pending);
    if (expr->constant != nullptr) {
        pending += expr->constant->text;
        return;
    }
    parts.push_back(stable(expr, !last));
}

void FunctionLowering::concat_into(Expr* expr, Reg dst) {
    TempScope scope(code_);
    std::vector<Reg> parts;
    std::string pending;
    // "${x}": the text of x itself, without a copy.
    if (auto* text = as<InterpolationExpr>(expr);
        text != nullptr && text->parts.size() == 1 && text->texts[0].empty() && text->texts[1].empty()) {
        const InterpolationPart& part = text->parts[0];
        if (part.format_call != nullptr) return call(*part.format_call, part.value->range, dst);
        if (!is_text(part.value)) {
            if (part.value->type->is(TypeKind::String)) return into(part.value, dst);
            const Reg r = exact(part.value);
            emit_at(part.value->range, Op::ToStr, {dst, r});
            return;
        }
    }
    collect_text(expr, parts, pending, true);
    if (parts.empty()) return load_string(dst, pending);
    flush_text(parts, pending);
    place(expr->range, false);
    emit_list(Op::StrConcat, {dst}, parts);
}

}  // namespace skua::compiler
