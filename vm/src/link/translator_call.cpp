// Calls and closures; the driver over all instruction groups.
#include <charconv>

#include "link/translator.h"
#include "link/translator_operands.h"
#include "skua/vm/verifier.h"

namespace skua::vm {

namespace {

std::string signature_text(std::span<const Type* const> params, const Type* result) {
    std::string text = "(";
    for (std::size_t i = 0; i < params.size(); ++i) {
        if (i) text += ",";
        text += type_text(params[i]);
    }
    return text + ")" + type_text(result);
}

}  // namespace

// What the compiler calls a function that it made says nothing to who reads the error.
Diagnostic Translator::no_function(TypeDef& owner, std::string_view name) const {
    constexpr std::string_view kDefault = "$default$";
    if (const std::size_t at = name.find(kDefault); at != std::string_view::npos && at > 0) {
        const std::string_view of = name.substr(0, at);
        const std::string_view digits = name.substr(at + kDefault.size());
        std::size_t i = 0;
        const bool numbered =
            std::from_chars(digits.data(), digits.data() + digits.size(), i).ec == std::errc();
        if (const FunctionDef* f = owner.find_function(of); f && numbered && i < f->decl->params.size())
            return missing_member(owner, "no default value for parameter '" +
                                             std::string(owner.file.str(f->decl->params[i].name)) + "' of '" +
                                             std::string(of) + "'");
        if (!owner.find_function(of)) name = of;
    }
    return missing_member(owner, "no function '" + std::string(name) + "'");
}

Diagnostic Translator::missing_member(const TypeDef& owner, const std::string& what) const {
    Diagnostic d = link_error(std::string(owner.name) + " has " + what + " in " + owner.file_name);
    d.hint = "compile " + std::string(def_.owner->module()) +
             " again with that version, or run it with the version it was compiled with";
    return d;
}

Translator::Translator(Vm& vm, Thread& thread, Function& function)
    : vm_(vm), thread_(thread), function_(function), def_(*function.def), code_(function.def->code) {}

const Type* Translator::close(const Type* open) {
    return vm_.types().substitute(open, function_.owner->args, function_.type_args);
}

Result<const Type*> Translator::close_index(classfile::TypeIndex index) {
    const Type* closed = close(def_.owner->pool_type(index));
    if (!closed) return link_error("a type is nested too deeply");
    return closed;
}

void Translator::emit_move(std::uint32_t dst, std::uint32_t src, std::uint32_t count) {
    if (dst == src || count == 0) return;
    if (count == 1) {
        out_.emit(LOp::Mov, dst, src, 0);
    } else {
        out_.emit(LOp::MovN, dst, src, count);
    }
}

std::uint32_t Translator::emit_arguments(std::span<const std::int64_t> registers,
                                         std::uint32_t first_offset) {
    std::uint32_t total = first_offset;
    for (std::int64_t r : registers) total += regs_[static_cast<std::size_t>(r)].layout->slots();
    need_window(total);
    std::uint32_t at = window_ + first_offset;
    // A move that waits for the next one, so that two become one instruction.
    std::uint32_t waiting_at = kUnknown, waiting_from = 0;
    auto flush = [&] {
        if (waiting_at != kUnknown) out_.emit(LOp::Mov, waiting_at, waiting_from, 0);
        waiting_at = kUnknown;
    };
    for (std::int64_t r : registers) {
        const RegInfo& reg = regs_[static_cast<std::size_t>(r)];
        const std::uint32_t from = slot_of(reg), count = reg.layout->slots();
        if (reg.is_constant && constant_reaches(reg, current_)) {
            flush();
            out_.emit_load(at, reg.constant);
        } else if (count == 1 && from != at) {
            if (waiting_at != kUnknown && waiting_at + 1 == at) {
                out_.emit(LOp::Mov2, waiting_at, waiting_from, from);
                waiting_at = kUnknown;
            } else {
                flush();
                waiting_at = at, waiting_from = from;
            }
        } else {
            flush();
            emit_move(at, from, count);
        }
        at += count;
    }
    flush();
    return total;
}

std::uint32_t Translator::result_slot(const Instruction& in) {
    return operand(in, 0) >= 0 ? slot(in, 0) : window_;
}

void Translator::emit_fail(const Diagnostic& why) {
    LinkFailure& failure = vm_.linker().failures.emplace_back();
    failure.error_class = error_class_of(why);
    failure.message = failure_text(why);
    out_.emit_pointer(LOp::LinkFail, 0, 0, 0, &failure);
}

Result<Translator::Callee> Translator::resolve_method(classfile::MethodIndex index) {
    const classfile::ClassFile& file = def_.owner->file;
    const classfile::MethodRef& ref = file.method_refs[index];
    const std::string_view name = file.str(ref.name);
    auto owner = close_index(ref.owner);
    if (!owner) return std::move(owner).error();
    auto owner_def = Loader::resolve(*owner);
    if (!owner_def) return std::move(owner_def).error();
    SKUA_TRY(check_declaration(**owner_def));
    if ((*owner_def)->type_param_count() != (*owner)->args.size()) {
        return link_error(type_text(*owner) + " has a wrong number of type arguments");
    }
    FunctionDef* def = (*owner_def)->find_function(name);
    if (!def) return no_function(**owner_def, name);
    // The caller was compiled against this signature; the definition may have moved on.
    std::vector<const Type*> params;
    for (auto p : ref.params) params.push_back(def_.owner->pool_type(p));
    const Type* result = def_.owner->pool_type(ref.result);
    if (params != def->params || result != def->result ||
        ref.type_args.size() != def->decl->type_params.size()) {
        return link_error(def->qualified_name() + " is now " + signature_text(def->params, def->result) +
                          ", but this code was compiled when it was " + signature_text(params, result) +
                          "; compile it again");
    }
    Callee callee{def, *owner, {}};
    for (auto t : ref.type_args) {
        auto closed = close_index(t);
        if (!closed) return std::move(closed).error();
        callee.type_args.push_back(*closed);
    }
    return callee;
}

Result<void> Translator::emit_static_call(const Instruction& in, Function& callee) {
    const std::uint32_t dst = result_slot(in);
    if (try_inline(callee, dst)) return {};
    out_.emit_pointer(LOp::Call, dst, window_, callee.arg_slots, &callee);
    need_window(std::max(callee.arg_slots, callee.result_slots));
    return {};
}

Result<void> Translator::translate_call(const Instruction& in, bool& handled) {
    handled = true;
    switch (in.op) {
        case Op::Call: {
            auto callee = resolve_method(static_cast<classfile::MethodIndex>(operand(in, 1)));
            if (!callee) return std::move(callee).error();
            auto function = function_of(vm_, *callee->def, callee->owner, callee->type_args);
            if (!function) return std::move(function).error();
            emit_arguments(code_.regs(in, 2));
            return emit_static_call(in, **function);
        }
        case Op::CallVirtual: {
            auto callee = resolve_method(static_cast<classfile::MethodIndex>(operand(in, 1)));
            if (!callee) return std::move(callee).error();
            auto cls = class_of(vm_, callee->owner);
            if (!cls) return std::move(cls).error();
            const auto& vtable = (*cls)->vtable;
            std::uint32_t index = 0;
            while (index < vtable.size() && vtable[index]->def->name != callee->def->name) ++index;
            if (index == vtable.size())
                return link_error(callee->def->qualified_name() + " is not an open method");
            CallSite& site = vm_.linker().sites.emplace_back();
            site.vtable_index = index;
            site.shape = vtable[index]->shape;
            emit_arguments(code_.regs(in, 2));
            need_window(vtable[index]->result_slots);
            out_.emit_pointer(LOp::CallV, result_slot(in), window_, index, &site);
            return {};
        }
        case Op::CallInterface:
        case Op::CallConstrained: {
            auto callee = resolve_method(static_cast<classfile::MethodIndex>(operand(in, 1)));
            if (!callee) return std::move(callee).error();
            auto selector = selector_of(vm_, callee->owner, *callee->def);
            if (!selector) return std::move(selector).error();
            const auto registers = code_.regs(in, 2);
            const RegInfo& receiver = regs_[static_cast<std::size_t>(registers[0])];
            auto declared = function_of(vm_, *callee->def, callee->owner, {});  // for its slot counts
            if (!declared) return std::move(declared).error();
            need_window((*declared)->result_slots);
            bool dynamic = in.op == Op::CallInterface;
            if (!dynamic && receiver.type->kind == TypeKind::Named) {
                auto def = Loader::resolve(receiver.type);
                if (!def) return std::move(def).error();
                dynamic = (*def)->kind == classfile::DeclKind::Interface ||
                          (*def)->kind == classfile::DeclKind::Class;
            }
            if (dynamic) {
                CallSite& site = vm_.linker().sites.emplace_back();
                site.selector = *selector;
                site.shape = (*declared)->shape;
                const std::uint32_t slots = emit_arguments(registers);
                out_.emit_pointer(LOp::CallI, result_slot(in), window_, slots, &site);
                return {};
            }
            bool needs_box = false;
            auto target = implementation_for(vm_, receiver.type, **selector, needs_box);
            if (!target) return std::move(target).error();
            const std::uint32_t slots = emit_arguments(registers);
            if (needs_box) {
                auto box = box_class_of(vm_, receiver.type);
                if (!box) return std::move(box).error();
                const std::uint32_t n = receiver.layout->slots();
                out_.emit_pointer(LOp::BoxNew, window_, window_, 0, *box);
                emit_move(window_ + 1, window_ + n, slots - n);
            }
            return emit_static_call(in, **target);
        }
        case Op::CallClosure: {
            const RegInfo& closure = reg(in, 1);
            const std::uint32_t slots = emit_arguments(code_.regs(in, 2));
            auto result = layout_of(vm_.types(), closure.type->fn_result());
            if (!result) return std::move(result).error();
            need_window(std::max(slots, (*result)->slots()));
            CallSite& site = vm_.linker().sites.emplace_back();
            site.argument_slots = slots;
            for (const Type* param : closure.type->fn_params())
                append_leaf_kinds(vm_.types(), param, site.shape.params);
            append_leaf_kinds(vm_.types(), closure.type->fn_result(), site.shape.results);
            out_.emit_pointer(LOp::CallC, result_slot(in), window_, slot_of(closure), &site);
            return {};
        }
        case Op::Closure: {
            auto callee = resolve_method(static_cast<classfile::MethodIndex>(operand(in, 1)));
            if (!callee) return std::move(callee).error();
            auto function = function_of(vm_, *callee->def, callee->owner, callee->type_args);
            if (!function) return std::move(function).error();
            function = function_for_value(vm_, **function, def_.owner->source);
            if (!function) return std::move(function).error();
            const auto captures = code_.regs(in, 2);
            const auto params = static_cast<std::uint32_t>((*function)->param_types.size() - captures.size());
            auto cls = closure_class_of(vm_, **function, params);
            if (!cls) return std::move(cls).error();
            const std::uint32_t slots = emit_arguments(captures);
            if (slots == 0) {  // always the same value: made once
                Object* object = new_object(thread_, **cls);
                if (!object) {
                    thread_.pending = nullptr;
                    return link_error("no memory for a function value");
                }
                Slot* root = new_root(vm_);
                *root = reinterpret_cast<Slot>(object);
                out_.emit_pointer(LOp::LdStr, slot(in, 0), 0, 0, root);
                return {};
            }
            out_.emit_pointer(LOp::ClosureNew, slot(in, 0), window_, slots, *cls);
            return {};
        }
        default:
            handled = false;
            return {};
    }
}

Result<void> Translator::translate(std::uint32_t index) {
    const Instruction& in = code_.instructions[index];
    std::string trouble;
    for_each_register_operand(code_, in, [&](std::int64_t r, bool, unsigned, int) {
        const RegInfo& reg = regs_[static_cast<std::size_t>(r)];
        if (!reg.layout) trouble = reg.trouble;
    });
    if (!trouble.empty()) return link_error(std::move(trouble));

    if (fuses_with_branch(index)) return {};
    bool handled = false;
    using Part = Result<void> (Translator::*)(const Instruction&, bool&);
    for (Part part :
         {&Translator::translate_scalar, &Translator::translate_branch, &Translator::translate_value,
          &Translator::translate_object, &Translator::translate_array, &Translator::translate_call}) {
        auto done = (this->*part)(in, handled);
        if (handled || !done) return done;
    }
    return link_error("instruction " + std::string(classfile::op_info(in.op).mnemonic) + " cannot be linked");
}

}  // namespace skua::vm
