// A random program: a small hierarchy of types, functions over them, and a main that prints what they say.
#include <memory>

#include "bytecode_function.h"
#include "program.h"
#include "skua/classfile/check.h"
#include "skua/classfile/writer.h"

namespace skua::differential {

namespace cf = classfile;

namespace {

constexpr std::uint32_t kMember = cf::kPublic | cf::kMutable;

class ProgramMaker {
public:
    explicit ProgramMaker(std::uint64_t seed) : random_(seed), small_(random_.percent(60)) {
        world_.module = module_of(Kind::Bytecode, seed);
    }

    std::vector<cf::ClassFile> make() {
        declare_types();
        declare_palette();
        File& module = file(world_.module, cf::DeclKind::Module, cf::kPublic);
        statics(module);
        fixed_functions(module);
        closure_targets(module);
        for (std::size_t n = 1 + random_.below(2); n > 0; --n) module_function(module, n);
        type_files();
        library_calls();
        for (std::size_t n = 1 + random_.below(3); n > 0; --n) module_function(module, 10 + n);
        main_function(module);
        std::vector<cf::ClassFile> made;
        for (auto& f : files_) made.push_back(f->finish());
        return made;
    }

private:
    Types& types() { return world_.types; }
    Ty prim(TypeKind kind) { return types().primitive(kind); }

    File& file(const std::string& name, cf::DeclKind kind, std::uint32_t flags) {
        files_.push_back(std::make_unique<File>(types(), name, world_.module, kind, flags));
        return *files_.back();
    }

    Ty any_primitive() { return prim(static_cast<TypeKind>(random_.below(12))); }

    Ty field_type() {
        switch (random_.below(10)) {
            case 0:
                return types().string();
            case 1:
                return types().nullable(any_primitive());
            case 2:
                return types().array(any_primitive());
            case 3:
                return s0_;
            default:
                return any_primitive();
        }
    }

    void declare_types() {
        const std::string p = world_.module + ".";
        world_.module_type = types().declared(Shape::Class, world_.module);
        i_ = types().declared(Shape::Interface, p + "I");
        s0_ = types().declared(Shape::Struct, p + "S0");
        s1_ = types().declared(Shape::Struct, p + "S1");
        for (std::size_t n = 1 + random_.below(4); n > 0; --n) {
            const Ty t = random_.percent(15) ? types().string() : any_primitive();
            types()[s0_].members.push_back({"x" + std::to_string(n), t, t});
        }
        types()[s0_].interfaces = {i_};
        for (std::size_t n = 1 + random_.below(4); n > 0; --n) {
            const Ty t = field_type();
            types()[s1_].members.push_back({"y" + std::to_string(n), t, t});
        }
        tuple_ =
            types().tuple({any_primitive(), random_.percent(50) ? s0_ : types().string(), any_primitive()});
        for (const char* name : {"A", "B", "C", "D", "E"})
            classes_.push_back(types().declared(Shape::Class, p + name));
        const auto [a, b, c, d, e] =
            std::tuple(classes_[0], classes_[1], classes_[2], classes_[3], classes_[4]);
        types()[b].super = a;
        types()[c].super = b;
        types()[d].super = a;
        types()[a].interfaces = types()[e].interfaces = {i_};
        types()[a].subclasses = {a, b, c, d};
        types()[b].subclasses = {b, c};
        types()[c].subclasses = {c};
        types()[d].subclasses = {d};
        types()[e].subclasses = {e};
        types()[i_].subclasses = {a, b, c, d, e, s0_};
        for (int k = 0; k < 12; ++k) {
            const Ty t = prim(static_cast<TypeKind>(k));
            types()[a].members.push_back({"a" + std::to_string(k), t, t});
        }
        for (const Ty owner : classes_)
            for (std::size_t n = random_.below(4); n > 0; --n) {
                const Ty t = random_.percent(15)   ? types().nullable(a)
                             : random_.percent(15) ? s1_
                                                   : field_type();
                types()[owner].members.push_back({"m" + std::to_string(n), t, t});
            }
        for (const Ty arg : {prim(TypeKind::I64), prim(TypeKind::F32), types().string(), s0_}) {
            const Ty g = types().declared(Shape::Class, p + "G", {arg});
            types()[g].members = {{"v", arg, types().variable(TypeKind::ClassVar, 0)}};
            types()[g].subclasses = {g};
            generics_.push_back(g);
        }
        world_.objects = classes_;
        world_.objects.insert(world_.objects.end(), generics_.begin(), generics_.end());
        display_ = types().declared(Shape::Interface, "std.core.Display");
        types()[display_].subclasses = {prim(TypeKind::I64),  prim(TypeKind::I32), prim(TypeKind::U8),
                                        prim(TypeKind::F64),  prim(TypeKind::F32), prim(TypeKind::Bool),
                                        prim(TypeKind::Char), prim(TypeKind::U64), types().string()};
        world_.interfaces = {i_, display_};
        for (const char* name :
             {"Error", "IndexError", "ArithmeticError", "NullError", "CastError", "ArgumentError"})
            world_.errors.push_back(types().declared(Shape::Class, std::string("std.core.") + name));
        world_.error_type = world_.errors.front();
    }

    void declare_palette() {
        auto& p = world_.palette;
        for (int k = 0; k < 12; ++k)
            p.insert(p.end(), k == 3 || k == 2 || k == 9 ? 3 : 1, prim(static_cast<TypeKind>(k)));
        p.insert(p.end(), {types().string(), types().string(), s0_, s1_, tuple_, i_, display_});
        for (const Ty t : world_.objects) p.push_back(t);
        for (int k = 0; k < 12; ++k) p.push_back(types().array(prim(static_cast<TypeKind>(k))));
        for (const Ty t : {types().string(), s0_, s1_, tuple_, classes_[0],
                           types().array(prim(TypeKind::I64)), types().nullable(prim(TypeKind::I32)), i_})
            p.push_back(types().array(t));
        for (const Ty t : {prim(TypeKind::I64), prim(TypeKind::F64), prim(TypeKind::U8), prim(TypeKind::Bool),
                           s0_, tuple_, types().string(), classes_[0], classes_[1],
                           types().nullable(prim(TypeKind::I64)), types().array(prim(TypeKind::U8))})
            p.push_back(types().nullable(t));
        const Ty f0 = types().function({prim(TypeKind::I64)}, prim(TypeKind::I64));
        const Ty f1 = types().function({prim(TypeKind::F64), s0_}, prim(TypeKind::I64));
        // More arguments than there are registers of either kind, and a result of several slots.
        std::vector<Ty> many;
        for (std::size_t n = 5 + random_.below(8); n > 0; --n)
            many.push_back(
                random_.percent(40) ? prim(random_.pick({TypeKind::F64, TypeKind::F32}))
                : random_.percent(80)
                    ? prim(random_.pick({TypeKind::I64, TypeKind::I32, TypeKind::U8, TypeKind::Bool}))
                    : random_.pick({s0_, types().string(), types().nullable(prim(TypeKind::I64))}));
        const Ty f2 =
            types().function(many, random_.pick({prim(TypeKind::F64), prim(TypeKind::I64), tuple_}));
        const Ty f3 = types().function({}, random_.pick({s0_, types().string(), prim(TypeKind::F32)}));
        world_.function_types = {{f0, 0.0}, {f1, 0.0}, {f2, 0.0}, {f3, 0.0}};
        p.insert(p.end(), {f0, f1, f2, f3});
    }

    void statics(File& module) {
        const Ty i64 = prim(TypeKind::I64);
        module.add_field("sum", i64, kMember | cf::kStatic);
        for (std::size_t n = 2 + random_.below(5); n > 0; --n) {
            const Ty t = captured_type();
            const std::string name = "g" + std::to_string(n);
            module.add_field(name, t, kMember | cf::kStatic);
            world_.statics.push_back({world_.module_type, {name, t, t}});
        }
    }

    // A callable of this file's own variables, without generics.
    Callable plain(Op op, Ty owner, const std::string& name, std::vector<Ty> params, Ty result, double cost) {
        return {op, owner, name, {}, params, params, result, result, cost, false, false};
    }

    void generate(File& where, const std::string& name, std::uint32_t flags, const std::vector<Ty>& params,
                  Ty result, double budget, int statements, double& cost, std::vector<Callable> own = {},
                  bool depth = false) {
        FunctionGenerator generator(world_, where, random_, budget);
        generator.own_calls = std::move(own);
        where.builder.file().functions.push_back(
            generator.make(name, flags, params, result, depth, statements));
        cost = std::max(cost, generator.cost());
    }

    // Many programs are small: they are quickly compared, and a difference in one is quickly understood.
    int size() {
        if (small_) return 1 + static_cast<int>(random_.below(4));
        if (random_.percent(3)) return 80 + static_cast<int>(random_.below(120));
        return 2 + static_cast<int>(random_.below(9));
    }

    void module_function(File& module, std::size_t number) {
        const std::string name = "f" + std::to_string(number);
        std::vector<Ty> params;
        for (std::size_t n = random_.below(random_.percent(10) ? 12 : 5); n > 0; --n)
            params.push_back(random_.pick(world_.palette));
        const Ty result = random_.percent(50)   ? prim(TypeKind::I64)
                          : random_.percent(10) ? types().void_type()
                                                : random_.pick(world_.palette);
        const bool depth = random_.percent(25);
        if (depth) params.insert(params.begin(), prim(TypeKind::I64));
        Callable self = plain(Op::Call, world_.module_type, name, params, result, 0);
        self.depth = depth;
        double cost = 0;
        if (!depth) {
            generate(module, name, cf::kPublic | cf::kStatic, params, result, 3000, size(), cost);
        } else {
            recursive(module, self, cost);
        }
        self.cost = cost;
        world_.callables.push_back(self);
    }

    // Recursion: each level does its own work and calls itself once or twice with a smaller depth. The
    // call is in a helper f$next, so that the depth that is passed on comes from no random value.
    void recursive(File& module, const Callable& self, double& cost) {
        Callable next = self;
        next.name = self.name + "$next";
        next.cost = 500;  // times 2^3 levels stays in bounds, since the budget allows two of them
        next.depth = false;
        generate(module, self.name, cf::kPublic | cf::kStatic, self.params, self.result, 1500, size() / 2,
                 cost, {next}, true);
        // Its parameter 0 is whatever the caller has: only bits 0 and 1 count, and one level is taken off.
        const Ty i64 = prim(TypeKind::I64);
        cf::Function f = module.function(next.name, cf::kPublic | cf::kStatic, self.params, self.result);
        CodeBuilder code;
        f.has_code = true;
        const std::int64_t first = static_cast<std::int64_t>(self.params.size());
        for (const Ty t : {i64, i64, i64, self.result == types().void_type() ? i64 : self.result})
            f.code.registers.push_back(module.index(t));
        // if static depth budget is used up: return default
        const auto spent = module.path(world_.module_type, {"left", i64, i64});
        const auto out = code.new_label();
        code.emit(Op::GetStatic, {first, spent});
        code.emit(Op::ConstInt, {first + 1, 1});
        code.emit(Op::SubI64, {first, first, first + 1});
        code.emit(Op::BrLtI64, {first, first + 2, out.id});
        code.emit(Op::PutStatic, {spent, first});
        code.emit(Op::ConstInt, {first + 1, 3});
        code.emit(Op::AndI64, {0, 0, first + 1});
        std::vector<std::int64_t> operands{self.result == types().void_type() ? -1 : first + 3,
                                           module.method(self.owner, self.name, {}, self.params, self.result),
                                           first};
        for (std::int64_t i = 0; i < first; ++i) operands.push_back(i);
        code.emit(Op::Call, operands);
        code.bind(out);
        if (self.result == types().void_type())
            code.emit(Op::RetVoid, {});
        else
            code.emit(Op::Ret, {first + 3});
        f.code.bytes = code.finish();
        module.builder.file().functions.push_back(std::move(f));
        if (!has_left_) module.add_field("left", i64, kMember | cf::kStatic);
        has_left_ = true;
        cost *= 6;
    }

    // Not a function: values that call each other in turn might never end.
    Ty captured_type() {
        for (;;)
            if (const Ty t = random_.pick(world_.palette); types()[t].shape != Shape::Function) return t;
    }

    void closure_targets(File& module) {
        for (std::size_t i = 0; i < 7; ++i) {
            auto& [type, cost] = world_.function_types[i % 4];
            std::vector<Ty> params = types()[type].parts;
            const Ty result = params.back();
            params.pop_back();
            for (std::size_t n = random_.below(random_.percent(20) ? 9 : 4); n > 0; --n)
                params.push_back(captured_type());
            const std::string name = "k" + std::to_string(i);
            // A function value made here may refer to targets made before: no recursion.
            const double before = cost;
            double own = 0;
            generate(module, name, cf::kPublic | cf::kStatic, params, result, 300 + before,
                     1 + static_cast<int>(random_.below(5)), own);
            cost = std::max(before, own);
            Callable target = plain(Op::Call, world_.module_type, name, params, result, own);
            target.closable = true;
            world_.callables.push_back(target);
        }
        // Whoever calls a function value may get the dearest of both.
        for (auto& [type, cost] : world_.function_types) cost += 50;
    }

    void fixed_function(File& where, const std::string& name, std::uint32_t flags, std::vector<Ty> params,
                        Ty result, std::vector<Ty> registers, std::size_t type_params,
                        const CodeBuilder& code, std::vector<cf::TypeParam> declared = {}) {
        cf::Function f = where.function(name, flags, params, result);
        f.has_code = true;
        for (const Ty t : registers) f.code.registers.push_back(where.index(t));
        f.code.bytes = code.finish();
        f.type_params = std::move(declared);
        if (f.type_params.empty() && type_params > 0) f.type_params.push_back({where.builder.str("U"), {}});
        where.builder.file().functions.push_back(std::move(f));
    }

    void fixed_functions(File& module);
    void type_files();
    void library_calls();
    void main_function(File& module);

    Random random_;
    const bool small_;
    World world_;
    std::vector<std::unique_ptr<File>> files_;
    Ty i_ = 0, s0_ = 0, s1_ = 0, tuple_ = 0, display_ = 0;
    std::vector<Ty> classes_, generics_;
    bool has_left_ = false;
};

void ProgramMaker::fixed_functions(File& module) {
    const Ty i64 = prim(TypeKind::I64), text = types().string(), boolean = prim(TypeKind::Bool);
    const Ty u = types().variable(TypeKind::FuncVar, 0);
    {  // hashText(sum, text): null-safe
        CodeBuilder c;
        const auto head = c.new_label(), out = c.new_label(), null = c.new_label();
        c.emit(Op::Wrap, {2, 1});
        c.emit(Op::BrNull, {2, null.id});
        c.emit(Op::StrLen, {3, 1});
        c.emit(Op::ConstInt, {7, 31});
        c.emit(Op::ConstInt, {8, 1});
        c.bind(head);
        c.emit(Op::BrLeI64, {3, 4, out.id});
        c.emit(Op::StrByte, {5, 1, 4});
        c.emit(Op::ZextU32I64, {6, 5});
        c.emit(Op::MulI64, {0, 0, 7});
        c.emit(Op::AddI64, {0, 0, 6});
        c.emit(Op::AddI64, {4, 4, 8});
        c.emit(Op::Br, {head.id});
        c.bind(out);
        c.emit(Op::Ret, {0});
        c.bind(null);
        c.emit(Op::NotI64, {0, 0});
        c.emit(Op::Ret, {0});
        fixed_function(module, "hashText", cf::kPublic | cf::kStatic, {i64, text}, i64,
                       {types().nullable(text), i64, i64, prim(TypeKind::U8), i64, i64, i64}, 0, c);
    }
    {  // pick<U>(which, a, b)
        CodeBuilder c;
        const auto second = c.new_label();
        c.emit(Op::BrFalse, {0, second.id});
        c.emit(Op::Ret, {1});
        c.bind(second);
        c.emit(Op::Ret, {2});
        fixed_function(module, "pick", cf::kPublic | cf::kStatic, {boolean, u, u}, u, {}, 1, c);
    }
    {  // same<U>(a, b)
        CodeBuilder c;
        c.emit(Op::Equals, {2, 0, 1});
        c.emit(Op::Ret, {2});
        fixed_function(module, "same", cf::kPublic | cf::kStatic, {u, u}, boolean, {boolean}, 1, c);
    }
    {  // pair<U>(a, n): (U, i64)? through a tuple, and back
        CodeBuilder c;
        const Ty pair = types().tuple({u, i64});
        c.emit(Op::Pack, {2, 2, 0, 1});
        c.emit(Op::Wrap, {3, 2});
        c.emit(Op::Unwrap, {2, 3});
        c.emit(Op::Extract, {0, 2, module.path(pair, {"0", u, u})});
        c.emit(Op::Ret, {0});
        fixed_function(module, "pair", cf::kPublic | cf::kStatic, {u, i64}, u, {pair, types().nullable(pair)},
                       1, c);
    }
    {  // fill<U>(x, n): [U] of n mod 8 elements, all x; the last one
        CodeBuilder c;
        c.emit(Op::ConstInt, {3, 7});
        c.emit(Op::AndI64, {1, 1, 3});
        c.emit(Op::ArrayNew, {2, 1});
        c.emit(Op::ArrayFill, {2, 4, 1, 0});
        c.emit(Op::ConstInt, {3, 1});
        c.emit(Op::SubI64, {1, 1, 3});
        c.emit(Op::ArrayGet, {0, 2, 1});
        c.emit(Op::Ret, {0});
        fixed_function(module, "fill", cf::kPublic | cf::kStatic, {u, i64}, u, {types().array(u), i64, i64},
                       1, c);
    }
    {  // cmp<U: Comparable<U>>(a, b)
        const Ty comparable = types().declared(Shape::Interface, "std.core.Comparable", {u});
        const Ty v = types().variable(TypeKind::ClassVar, 0);
        const Ty open = types().declared(Shape::Interface, "std.core.Comparable", {v});
        CodeBuilder c;
        c.emit(Op::CallConstrained, {2, module.method(comparable, "compareTo", {}, {open, v}, i64), 2, 0, 1});
        c.emit(Op::Ret, {2});
        std::vector<cf::TypeParam> params{{module.builder.str("U"), {module.index(comparable)}}};
        fixed_function(module, "cmp", cf::kPublic | cf::kStatic, {u, u}, i64, {i64}, 1, c, std::move(params));
    }
    for (int i = 0; i < 4; ++i) {
        const Ty t = random_.pick(world_.palette);
        world_.callables.push_back({Op::Call,
                                    world_.module_type,
                                    "pick",
                                    {t},
                                    {boolean, t, t},
                                    {boolean, u, u},
                                    t,
                                    u,
                                    4,
                                    false,
                                    false});
        world_.callables.push_back(
            {Op::Call, world_.module_type, "same", {t}, {t, t}, {u, u}, boolean, boolean, 40, false, false});
        world_.callables.push_back(
            {Op::Call, world_.module_type, "pair", {t}, {t, i64}, {u, i64}, t, u, 8, false, false});
        world_.callables.push_back(
            {Op::Call, world_.module_type, "fill", {t}, {t, i64}, {u, i64}, t, u, 60, false, false});
    }
    for (const Ty t : {i64, prim(TypeKind::U8), prim(TypeKind::F64), text, prim(TypeKind::Char)})
        world_.callables.push_back(
            {Op::Call, world_.module_type, "cmp", {t}, {t, t}, {u, u}, i64, i64, 20, false, false});
}

void ProgramMaker::type_files() {
    const Ty i64 = prim(TypeKind::I64);
    const std::string p = world_.module + ".";
    const auto [a, b, c, d, e] = std::tuple(classes_[0], classes_[1], classes_[2], classes_[3], classes_[4]);
    double f_cost = 20, m_cost = 20, k_cost = 0, own_cost = 0;
    const std::uint32_t open = cf::kPublic | cf::kOpen, over = cf::kPublic | cf::kOverride;

    File& interface = file(p + "I", cf::DeclKind::Interface, cf::kPublic);
    interface.builder.file().functions.push_back(
        interface.function("f", cf::kPublic | cf::kAbstract, {i_, i64}, i64));

    File& s0 = file(p + "S0", cf::DeclKind::Struct, cf::kPublic);
    s0.builder.file().interfaces = {s0.index(i_)};
    for (const Member& m : types()[s0_].members) s0.add_field(m.name, m.type, kMember);
    generate(s0, "f", cf::kPublic, {s0_, i64}, i64, 600, 1 + static_cast<int>(random_.below(6)), f_cost);
    File& s1 = file(p + "S1", cf::DeclKind::Struct, cf::kPublic);
    for (const Member& m : types()[s1_].members) s1.add_field(m.name, m.type, kMember);

    const auto class_file = [&](const char* name, Ty self, std::uint32_t flags) -> File& {
        File& made = file(p + name, cf::DeclKind::Class, cf::kPublic | flags);
        if (types()[self].super != 0) made.builder.file().super = made.index(types()[self].super);
        for (const Ty i : types()[self].interfaces) made.builder.file().interfaces.push_back(made.index(i));
        for (const Member& m : types()[self].members) made.add_field(m.name, m.type, kMember);
        return made;
    };
    const auto body = [&](File& where, const char* name, std::uint32_t flags, Ty self, double& cost,
                          std::vector<Callable> own = {}) {
        generate(where, name, flags, {self, i64}, i64, 600,
                 1 + static_cast<int>(random_.below(small_ ? 3 : 8)), cost, std::move(own));
    };
    File& fa = class_file("A", a, cf::kOpen);
    body(fa, "m", open, a, m_cost);
    body(fa, "f", open, a, f_cost);
    body(fa, "k", cf::kPublic, a, k_cost);
    // Past the override only on objects of the own class (rule V054).
    const Callable super_m{Op::Call, a, "m", {}, {b, i64}, {a, i64}, i64, i64, m_cost, false, false};
    File& fb = class_file("B", b, cf::kOpen);
    body(fb, "m", over | cf::kOpen, b, m_cost, {super_m});
    body(fb, "f", over | cf::kOpen, b, f_cost);
    const Callable super_b{Op::Call, b, "m", {}, {c, i64}, {b, i64}, i64, i64, m_cost, false, false};
    File& fc = class_file("C", c, 0);
    body(fc, "m", over, c, m_cost, {super_b});
    body(fc, "own", cf::kPublic, c, own_cost);
    File& fd = class_file("D", d, 0);
    body(fd, random_.percent(50) ? "m" : "f", over, d, m_cost);
    File& fe = class_file("E", e, 0);
    body(fe, "f", cf::kPublic, e, f_cost);
    f_cost = std::max(f_cost, m_cost);  // D has overridden either

    // The default method of the interface.
    CodeBuilder code;
    const auto f_ref = interface.method(i_, "f", {}, {i_, i64}, i64);
    code.emit(Op::CallInterface, {2, f_ref, 2, 0, 1});
    code.emit(Op::AddI64, {1, 1, 2});
    code.emit(Op::CallInterface, {2, f_ref, 2, 0, 1});
    code.emit(Op::Ret, {2});
    fixed_function(interface, "g", cf::kPublic, {i_, i64}, i64, {i64}, 0, code);

    File& g = file(p + "G", cf::DeclKind::Class, cf::kPublic);
    g.builder.file().type_params.push_back({g.builder.str("T"), {}});
    const Ty v = types().variable(TypeKind::ClassVar, 0);
    const Ty g_self = types().declared(Shape::Class, p + "G", {v});
    g.add_field("v", v, kMember);
    const auto path = g.path(g_self, {"v", v, v});
    CodeBuilder get, put;
    get.emit(Op::GetField, {1, 0, path});
    get.emit(Op::Ret, {1});
    fixed_function(g, "get", cf::kPublic, {g_self}, v, {v}, 0, get);
    put.emit(Op::GetField, {2, 0, path});
    put.emit(Op::PutField, {0, path, 1});
    put.emit(Op::Ret, {2});
    fixed_function(g, "swap", cf::kPublic, {g_self, v}, v, {v}, 0, put);
    for (const Ty made : generics_) {
        const Ty arg = types()[made].parts[0];
        world_.callables.push_back({Op::Call, made, "get", {}, {made}, {g_self}, arg, v, 3, false, false});
        world_.callables.push_back(
            {Op::Call, made, "swap", {}, {made, arg}, {g_self, v}, arg, v, 4, false, false});
    }

    // A static whose initialiser may fail.
    const Ty z = types().declared(Shape::Class, p + "Z");
    File& fz = file(p + "Z", cf::DeclKind::Class, cf::kPublic);
    const Ty zt = captured_type();
    fz.add_field("z", zt, kMember | cf::kStatic);
    double init_cost = 0;
    generate(fz, "static$init", cf::kStatic, {}, types().void_type(), 300, 3, init_cost);
    world_.statics.push_back({z, {"z", zt, zt}});

    world_.callables.push_back(plain(Op::CallVirtual, a, "m", {a, i64}, i64, m_cost));
    world_.callables.push_back(plain(Op::CallVirtual, b, "m", {b, i64}, i64, m_cost));
    world_.callables.push_back(plain(Op::CallVirtual, a, "f", {a, i64}, i64, f_cost));
    world_.callables.push_back(plain(Op::CallInterface, i_, "f", {i_, i64}, i64, f_cost));
    world_.callables.push_back(plain(Op::CallInterface, i_, "g", {i_, i64}, i64, 2 * f_cost + 4));
    world_.callables.push_back(plain(Op::Call, a, "k", {a, i64}, i64, k_cost));
    world_.callables.push_back(plain(Op::Call, c, "own", {c, i64}, i64, own_cost));
    world_.callables.push_back(plain(Op::Call, c, "m", {c, i64}, i64, m_cost));
    world_.callables.push_back(plain(Op::Call, s0_, "f", {s0_, i64}, i64, f_cost));
    world_.callables.push_back(
        {Op::CallConstrained, i_, "f", {}, {s0_, i64}, {i_, i64}, i64, i64, f_cost, false, false});
    world_.callables.push_back(
        {Op::CallConstrained, i_, "g", {}, {s0_, i64}, {i_, i64}, i64, i64, 2 * f_cost + 4, false, false});
}

void ProgramMaker::library_calls() {
    const Ty i64 = prim(TypeKind::I64), text = types().string(), v = types().variable(TypeKind::ClassVar, 0);
    const Ty open = types().declared(Shape::Interface, "std.core.Comparable", {v});
    for (const Ty t : {i64, prim(TypeKind::I8), prim(TypeKind::U64), prim(TypeKind::F64), prim(TypeKind::F32),
                       prim(TypeKind::Char), text}) {
        const Ty comparable = types().declared(Shape::Interface, "std.core.Comparable", {t});
        world_.callables.push_back({Op::CallConstrained,
                                    comparable,
                                    "compareTo",
                                    {},
                                    {t, t},
                                    {open, v},
                                    i64,
                                    i64,
                                    20,
                                    false,
                                    false});
    }
    for (const Ty t : {prim(TypeKind::I32), prim(TypeKind::F64), text})
        world_.callables.push_back(
            {Op::CallConstrained, display_, "toString", {}, {t}, {display_}, text, text, 30, false, false});
    world_.callables.push_back(plain(Op::CallInterface, display_, "toString", {display_}, text, 30));
}

// Calls a few functions and prints what they return or throw. The last one may be left uncaught.
void ProgramMaker::main_function(File& module) {
    const Ty i64 = prim(TypeKind::I64), u = types().variable(TypeKind::FuncVar, 0);
    const std::size_t tops = (small_ ? 1 : 2) + random_.below(2);
    for (std::size_t i = 0; i < tops; ++i) {
        double cost = 0;
        generate(module, "top" + std::to_string(i), cf::kPublic | cf::kStatic, {}, i64, 12000,
                 (small_ ? 2 : 4) + size(), cost);
    }
    cf::Function f = module.function("main", cf::kPublic | cf::kStatic, {}, types().void_type());
    f.has_code = true;
    for (const Ty t : {i64, world_.error_type, i64, i64}) f.code.registers.push_back(module.index(t));
    const Ty io = types().declared(Shape::Class, "std.io");
    const auto println = [&](Ty t) { return module.method(io, "println", {t}, {u}, types().void_type()); };
    CodeBuilder code;
    std::uint32_t line = 1;
    const bool uncaught = random_.percent(60);
    for (std::size_t i = 0; i < tops; ++i) {
        if (i + 1 == tops) {
            code.emit(Op::GetStatic, {0, module.path(world_.module_type, {"sum", i64, i64})});
            code.emit(Op::Call, {-1, println(i64), 1, 0});
        }
        f.code.lines.push_back({code.position(), line++, 1});
        const auto handler = code.new_label(), after = code.new_label(), again = code.new_label();
        const std::uint32_t start = code.position() + 1;
        code.emit(Op::ConstInt, {2, static_cast<std::int64_t>(random_.percent(50))});
        code.bind(again);
        if (has_left_) {
            code.emit(Op::ConstInt, {3, 6});
            code.emit(Op::PutStatic, {module.path(world_.module_type, {"left", i64, i64}), 3});
        }
        code.emit(Op::Call,
                  {0, module.method(world_.module_type, "top" + std::to_string(i), {}, {}, i64), 0});
        code.emit(Op::Call, {-1, println(i64), 1, 0});
        const std::uint32_t end = code.position();
        code.emit(Op::Br, {after.id});
        code.bind(handler);
        const std::uint32_t target = code.position();
        code.emit(Op::Call, {-1, println(world_.error_type), 1, 1});
        code.bind(after);
        code.emit(Op::ConstInt, {3, 1});
        code.emit(Op::SubI64, {2, 2, 3});
        code.emit(Op::ConstInt, {3, 0});
        code.emit(Op::BrEqI64, {2, 3, again.id});
        if (i + 1 < tops || !uncaught)
            f.code.handlers.push_back({start, end, target, module.index(world_.error_type), 1});
    }
    code.emit(Op::GetStatic, {0, module.path(world_.module_type, {"sum", i64, i64})});
    code.emit(Op::Call, {-1, println(i64), 1, 0});
    code.emit(Op::RetVoid, {});
    f.code.bytes = code.finish();
    module.builder.file().functions.push_back(std::move(f));
}

}  // namespace

std::vector<cf::ClassFile> generate_classes(std::uint64_t seed) {
    return ProgramMaker(seed).make();
}

Program generate_bytecode(std::uint64_t seed) {
    Program program;
    program.module = module_of(Kind::Bytecode, seed);
    for (const cf::ClassFile& file : generate_classes(seed)) program.files.push_back(cf::write(file));
    return program;
}

}  // namespace skua::differential
