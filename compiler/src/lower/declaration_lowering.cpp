#include "lower/declaration_lowering.h"

#include <algorithm>

namespace skua::compiler {

using namespace ast;

namespace {

bool is_closure(const FunctionSymbol& f) {
    return f.role == FunctionRole::Lambda || f.role == FunctionRole::LocalFunction;
}

Expr* body_of(const FunctionSymbol& f) {
    if (f.lambda != nullptr) return f.lambda->body;
    if (f.test != nullptr) return f.test->body;
    return f.decl != nullptr ? f.decl->body : nullptr;
}

classfile::DeclKind decl_kind(TypeSymbolKind kind) {
    switch (kind) {
        case TypeSymbolKind::Class:
            return classfile::DeclKind::Class;
        case TypeSymbolKind::Interface:
            return classfile::DeclKind::Interface;
        case TypeSymbolKind::Struct:
            return classfile::DeclKind::Struct;
        case TypeSymbolKind::Enum:
            return classfile::DeclKind::Enum;
        case TypeSymbolKind::Extension:
            return classfile::DeclKind::Extension;
    }
    return classfile::DeclKind::Class;
}

}  // namespace

bool DeclarationLowering::has_module_file(const ModuleSymbol& module) {
    return !module.functions.empty() || !module.globals.empty() || !module.extension_functions.empty() ||
           !module.tests.empty();
}

Result<classfile::ClassFile> DeclarationLowering::run() {
    header();
    if (type_ != nullptr) {
        fields(type_->fields);
        if (type_->constructor != nullptr && type_->constructor->owner == type_) {
            const bool made = type_->is_class() || (type_->is_struct() && type_->has_init);
            if (made) function(*type_->constructor);
        }
        for (const FunctionSymbol* f : type_->functions) function(*f);
        static_init(type_->fields);
    } else {
        fields(module_.globals);
        for (const FunctionSymbol* f : module_.functions) function(*f);
        for (const FunctionSymbol* f : module_.extension_functions) function(*f);
        for (const FunctionSymbol* f : module_.tests) function(*f);
        static_init(module_.globals);
    }
    requested();
    if (file_.failure()) return *file_.failure();
    return file_.builder().finish();
}

void DeclarationLowering::header() {
    classfile::ClassFile& out = file_.builder().file();
    out.module = file_.str(module_.name);
    out.source_file = file_.str(module_.ast->file->base_name());
    auto set_doc = [&](std::string_view doc) {
        if (!doc.empty()) out.doc = file_.str(doc);
    };
    if (type_ == nullptr) {
        out.kind = classfile::DeclKind::Module;
        out.flags = classfile::kPublic;
        out.name = file_.str(module_.name);
        set_doc(module_.ast->doc);
        return;
    }
    out.kind = decl_kind(type_->type_kind);
    out.flags = type_->flags;
    if (type_->is_interface())
        out.flags &= ~static_cast<std::uint32_t>(classfile::kOpen | classfile::kAbstract);
    out.name = file_.str(type_->qualified_name);
    out.type_params = file_.type_params(type_->type_params);
    if (type_->super != nullptr) out.super = file_.type(type_->super);
    for (const Type* interface : type_->interfaces) out.interfaces.push_back(file_.type(interface));
    if (!type_->cases.empty()) {
        classfile::CustomSection cases{"skua.enum", {}};
        for (const CaseSymbol* c : type_->cases) {
            cases.bytes.insert(cases.bytes.end(), c->name.begin(), c->name.end());
            cases.bytes.push_back('\n');
        }
        out.custom.push_back(std::move(cases));
    }
    set_doc(type_->doc);
}

void DeclarationLowering::fields(std::span<FieldSymbol* const> fields) {
    for (const FieldSymbol* field : fields) {
        classfile::Field out;
        out.name = file_.str(field->name);
        out.type = file_.type(field->type);
        out.flags = field->flags;
        if (!field->doc.empty()) out.doc = file_.str(field->doc);
        file_.builder().file().fields.push_back(out);
    }
}

// ---- functions -----------------------------------------------------------------------------------

std::uint32_t DeclarationLowering::function_flags(const FunctionSymbol& f) const {
    std::uint32_t flags = f.flags;
    if (is_closure(f)) flags = classfile::kSynthetic | classfile::kPrivate;
    if (f.role == FunctionRole::StructNew) flags |= classfile::kSynthetic;
    const bool receiver = FileLowering::receiver_type(f) != nullptr && !is_closure(f);
    if (!receiver && type_ != nullptr) flags |= classfile::kStatic;
    if (type_ == nullptr) flags &= ~static_cast<std::uint32_t>(classfile::kStatic);
    // A method with type parameters is never dispatched.
    if (!f.type_params.empty()) flags &= ~static_cast<std::uint32_t>(classfile::kOpen);
    return flags;
}

classfile::Function DeclarationLowering::signature(const FunctionSymbol& f) {
    classfile::Function out;
    out.name = file_.str(f.link_name);
    out.flags = function_flags(f);
    out.type_params = file_.type_params(f.type_params);
    const bool constructor = f.role == FunctionRole::Constructor;
    out.result = constructor || f.result == nullptr ? file_.void_type() : file_.type(f.result);
    if (const Type* receiver = FileLowering::receiver_type(f); receiver != nullptr && !is_closure(f)) {
        out.params.push_back({file_.str("this"), file_.type(receiver), false});
    }
    for (const ParamSymbol& param : f.params) {
        out.params.push_back({file_.str(param.name), file_.type(param.type), param.has_default});
    }
    for (const LocalSymbol* capture : f.captures) {
        out.params.push_back({file_.str(capture->name), file_.type(file_.storage_type(*capture)), false});
    }
    if (!f.doc.empty()) out.doc = file_.str(f.doc);
    return out;
}

void DeclarationLowering::function(const FunctionSymbol& f) {
    classfile::Function out = signature(f);
    if (f.has(classfile::kNative)) {
        out.native_library = file_.str(f.native_library);
    } else if (!f.has(classfile::kAbstract) || body_of(f) != nullptr) {
        lower_body(f, out);
    }
    file_.add_function(std::move(out));
    default_values(f);
}

void DeclarationLowering::lower_body(const FunctionSymbol& f, classfile::Function& out) {
    const bool constructor = f.role == FunctionRole::Constructor;
    FunctionLowering body(file_, f.link_name, constructor ? nullptr : f.result);
    std::vector<Reg> regs;
    if (const Type* receiver = FileLowering::receiver_type(f); receiver != nullptr && !is_closure(f)) {
        body.add_parameter(f.this_local, receiver, "this");
    }
    for (const ParamSymbol& param : f.params) {
        const LocalSymbol* local = param.local;
        if (local == nullptr && param.decl != nullptr) local = param.decl->symbol;
        regs.push_back(body.add_parameter(local, param.type, param.name));
    }
    for (const LocalSymbol* capture : f.captures) body.add_capture(*capture);
    body.enter();
    if (f.lambda != nullptr) {
        for (std::size_t i = 0; i < f.lambda->params.size() && i < regs.size(); ++i) {
            const LambdaParam& param = f.lambda->params[i];
            body.bind_parameter(param, regs[i]);
        }
    }
    if (constructor) {
        body.set_initialiser();
        constructor_body(body, f);
    } else if (f.role == FunctionRole::StructNew) {
        make_body(body, f);
    } else if (Expr* expr = body_of(f)) {
        body.body(expr);
    }
    out.has_code = body.finish(out.code);
}

void DeclarationLowering::constructor_body(FunctionLowering& body, const FunctionSymbol& f) {
    TypeDecl* decl = type_->decl;
    body.place(decl->name.range, true);
    if (decl->super_call != nullptr) body.call_super_init(*decl->super_call, 0);
    for (std::size_t i = 0; i < decl->ctor_params.size() && i < f.params.size(); ++i) {
        const CtorParam& param = decl->ctor_params[i];
        if (param.field == nullptr) continue;
        const LocalSymbol* local = f.params[i].local != nullptr ? f.params[i].local : param.param.symbol;
        const Reg r = local != nullptr ? body.read_local(*local) : static_cast<Reg>(i + 1);
        body.put_field(0, *param.field, type_->self, r);
    }
    for (Decl* member : decl->members) {
        if (auto* field = as<VariableDecl>(member); field != nullptr && field->symbol != nullptr) {
            if (!field->symbol->is_static() && field->init != nullptr) {
                body.put_this_field(*field->symbol, type_->self, 0, field->init);
            }
        } else if (auto* init = as<InitDecl>(member); init != nullptr && init->body != nullptr) {
            body.statement_effect(init->body);
        }
    }
}

// make$ of a struct: runs the init blocks, in which the fields are the parameters, then packs these.
void DeclarationLowering::make_body(FunctionLowering& body, const FunctionSymbol& f) {
    TypeDecl* decl = type_->decl;
    FunctionBuilder& code = body.code();
    body.place(decl->name.range, true);
    for (Decl* member : decl->members) {
        if (auto* init = as<InitDecl>(member); init != nullptr && init->body != nullptr)
            body.statement_effect(init->body);
    }
    const Reg self = code.fresh(file_.type(type_->self));
    std::vector<std::int64_t> operands{self, static_cast<std::int64_t>(f.params.size())};
    for (std::size_t i = 0; i < f.params.size(); ++i) {
        const LocalSymbol* local = f.params[i].local;
        if (local == nullptr && f.params[i].decl != nullptr) local = f.params[i].decl->symbol;
        operands.push_back(local != nullptr ? body.read_local(*local) : static_cast<Reg>(i));
    }
    code.emit(Op::Pack, operands);
    code.emit(Op::Ret, {self});
}

void DeclarationLowering::default_values(const FunctionSymbol& f) {
    for (std::size_t i = 0; i < f.params.size(); ++i) {
        const ParamSymbol& param = f.params[i];
        if (!param.has_default || param.decl == nullptr || param.decl->default_value == nullptr) continue;
        const std::string name = FileLowering::default_name(f, i);
        classfile::Function out;
        out.name = file_.str(name);
        out.flags = classfile::kSynthetic | (f.flags & (classfile::kPublic | classfile::kPrivate));
        const Type* receiver = FileLowering::receiver_type(f);
        if (receiver == nullptr && type_ != nullptr) out.flags |= classfile::kStatic;
        out.type_params = file_.type_params(f.type_params);
        out.result = file_.type(param.type);
        FunctionLowering body(file_, name, param.type);
        if (receiver != nullptr) {
            out.params.push_back({file_.str("this"), file_.type(receiver), false});
            body.add_parameter(f.this_local, receiver, "this");
        }
        for (std::size_t k = 0; k < i; ++k) {
            out.params.push_back({file_.str(f.params[k].name), file_.type(f.params[k].type), false});
            const LocalSymbol* local = f.params[k].local;
            if (local == nullptr && f.params[k].decl != nullptr) local = f.params[k].decl->symbol;
            body.add_parameter(local, f.params[k].type, f.params[k].name);
        }
        body.enter();
        body.body(param.decl->default_value);
        out.has_code = body.finish(out.code);
        file_.add_function(std::move(out));
    }
}

// Initial values of static fields or globals, in the order of declaration.
void DeclarationLowering::static_init(std::span<FieldSymbol* const> fields) {
    if (std::none_of(fields.begin(), fields.end(), [](const FieldSymbol* field) {
            return field->is_static() && field->decl != nullptr && field->decl->init != nullptr;
        })) {
        return;
    }
    classfile::Function out;
    out.name = file_.str("static$init");
    out.flags = classfile::kSynthetic | (type_ != nullptr ? classfile::kStatic : 0u);
    out.result = file_.void_type();
    FunctionLowering body(file_, "static$init", nullptr);
    body.set_initialiser();
    for (const FieldSymbol* field : fields) {
        if (field->is_static() && field->decl != nullptr && field->decl->init != nullptr) {
            body.put_static(*field, type_ != nullptr ? type_->self : nullptr, field->decl->init);
        }
    }
    out.has_code = body.finish(out.code);
    file_.add_function(std::move(out));
}

// Lambdas and local functions met so far, and those inside them.
void DeclarationLowering::requested() {
    while (!file_.failure() && !file_.requested().empty()) {
        const FunctionSymbol* f = file_.requested().front();
        file_.requested().pop_front();
        function(*f);
    }
}

}  // namespace skua::compiler
