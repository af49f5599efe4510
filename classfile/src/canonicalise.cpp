// Brings a class file's tables into canonical order: unused entries dropped, the rest sorted, all
// indices rewritten. The order is that of docs/classfile-format.md, "Canonical form".
#include <algorithm>
#include <numeric>

#include "encode.h"
#include "skua/classfile/instruction.h"
#include "skua/classfile/limits.h"
#include "skua/classfile/pool_builder.h"

namespace skua::classfile {

namespace {

Diagnostic internal_error(std::string message) {
    Diagnostic d;
    d.message = std::move(message);
    d.hint = "the program that made this class file has a bug";
    return d;
}

// old index -> new index of one table. Phase one marks the used entries, phase two assigns.
struct Remap {
    std::vector<std::uint32_t> to;  // kNone: unused, 0: used; later the new index

    void reset(std::size_t n) { to.assign(n, kNone); }
    [[nodiscard]] bool used(std::uint32_t i) const { return to[i] != kNone; }
    void apply(std::uint32_t& i) const {
        if (i != kNone) i = to[i];
    }
};

class Canonicaliser {
public:
    explicit Canonicaliser(ClassFile file) : file_(std::move(file)) {}

    Result<ClassFile> run() {
        SKUA_TRY(check_types());
        SKUA_TRY(decode_all());
        strings_.reset(file_.strings.size());
        types_.reset(file_.types.size());
        fields_.reset(file_.field_paths.size());
        methods_.reset(file_.method_refs.size());
        bool good = true;
        visit_all([&](Remap& table, std::uint32_t& i) {
            if (i == kNone) return;
            if (i < table.to.size())
                table.to[i] = 0;
            else
                good = false;
        });
        if (!good || !mark_tables()) return internal_error("an index is outside its table");
        sort_strings();
        sort_types();
        sort_table(file_.field_paths, fields_, [&](FieldPath& p) {
            for (FieldStep& s : p.steps) {
                types_.apply(s.owner);
                strings_.apply(s.name);
                types_.apply(s.type);
            }
        });
        sort_table(file_.method_refs, methods_, [&](MethodRef& r) {
            types_.apply(r.owner);
            strings_.apply(r.name);
            for (TypeIndex& t : r.type_args) types_.apply(t);
            for (TypeIndex& t : r.params) types_.apply(t);
            types_.apply(r.result);
        });
        visit_all([](Remap& table, std::uint32_t& i) { table.apply(i); });
        encode_all();
        std::sort(file_.custom.begin(), file_.custom.end(),
                  [](const CustomSection& a, const CustomSection& b) { return a.name < b.name; });
        return std::move(file_);
    }

private:
    Result<> check_types() {
        for (std::size_t i = 0; i < file_.types.size(); ++i)
            for (TypeIndex arg : file_.types[i].args)
                if (arg >= i) return internal_error("a type refers to a later type");
        return {};
    }

    Result<> decode_all() {
        for (Function& f : file_.functions) {
            if (!f.has_code) continue;
            auto decoded = decode(f.code.bytes, static_cast<std::uint32_t>(f.code.registers.size()));
            if (!decoded) {
                Diagnostic d = decoded.error();
                if (f.name < file_.strings.size()) d.function = file_.strings[f.name];
                return d;
            }
            code_.push_back(std::move(*decoded));
        }
        return {};
    }

    // Calls visit(table, index) for every index outside the four tables.
    template <typename Visit>
    void visit_all(Visit&& visit) {
        auto str = [&](StrIndex& i) { visit(strings_, i); };
        auto type = [&](TypeIndex& i) { visit(types_, i); };
        auto type_params = [&](std::vector<TypeParam>& list) {
            for (TypeParam& p : list) {
                str(p.name);
                for (TypeIndex& b : p.bounds) type(b);
            }
        };
        str(file_.name);
        str(file_.module);
        type_params(file_.type_params);
        type(file_.super);
        for (TypeIndex& t : file_.interfaces) type(t);
        for (Field& f : file_.fields) {
            str(f.name);
            type(f.type);
            str(f.doc);
        }
        std::size_t next_code = 0;
        for (Function& f : file_.functions) {
            str(f.name);
            type_params(f.type_params);
            for (Param& p : f.params) {
                str(p.name);
                type(p.type);
            }
            type(f.result);
            str(f.native_library);
            str(f.doc);
            if (!f.has_code) continue;
            for (TypeIndex& t : f.code.registers) type(t);
            for (Handler& h : f.code.handlers) type(h.type);
            for (LocalName& l : f.code.locals) str(l.name);
            visit_code(code_[next_code++], visit);
        }
        str(file_.source_file);
        str(file_.doc);
    }

    template <typename Visit>
    void visit_code(DecodedCode& code, Visit&& visit) {
        for (const Instruction& instruction : code.instructions) {
            const OpInfo& info = op_info(instruction.op);
            for (unsigned i = 0; i < info.operand_count; ++i) {
                Remap* table = nullptr;
                switch (info.operands[i].kind) {
                    case OperandKind::Str:
                        table = &strings_;
                        break;
                    case OperandKind::Type:
                        table = &types_;
                        break;
                    case OperandKind::Field:
                        table = &fields_;
                        break;
                    case OperandKind::Method:
                        table = &methods_;
                        break;
                    default:
                        continue;
                }
                std::int64_t& operand = code.operands[instruction.first + i];
                auto index = static_cast<std::uint32_t>(operand);
                visit(*table, index);
                operand = index;
            }
        }
    }

    // Marks what the used entries of the tables refer to, later tables first.
    bool mark_tables() {
        bool good = true;
        auto mark = [&](Remap& table, std::uint32_t i) {
            if (i < table.to.size())
                table.to[i] = 0;
            else
                good = false;
        };
        for (std::size_t i = 0; i < file_.method_refs.size(); ++i) {
            if (methods_.to[i] == kNone) continue;
            const MethodRef& r = file_.method_refs[i];
            mark(types_, r.owner);
            mark(strings_, r.name);
            for (TypeIndex t : r.type_args) mark(types_, t);
            for (TypeIndex t : r.params) mark(types_, t);
            mark(types_, r.result);
        }
        for (std::size_t i = 0; i < file_.field_paths.size(); ++i) {
            if (fields_.to[i] == kNone) continue;
            for (const FieldStep& s : file_.field_paths[i].steps) {
                mark(types_, s.owner);
                mark(strings_, s.name);
                mark(types_, s.type);
            }
        }
        for (std::size_t i = file_.types.size(); i-- > 0;) {
            if (types_.to[i] == kNone) continue;
            for (TypeIndex t : file_.types[i].args) mark(types_, t);
            if (file_.types[i].kind == TypeKind::Named) mark(strings_, file_.types[i].name);
        }
        return good;
    }

    void sort_strings() {
        const auto order = sorted_used(
            strings_, [&](std::uint32_t a, std::uint32_t b) { return file_.strings[a] < file_.strings[b]; });
        renumber(file_.strings, strings_, order);
    }

    // By depth first, so that arguments come before what they are arguments of.
    void sort_types() {
        std::vector<std::uint32_t> depth(file_.types.size(), 1);
        std::uint32_t deepest = 0;
        for (std::size_t i = 0; i < file_.types.size(); ++i) {
            for (TypeIndex arg : file_.types[i].args) depth[i] = std::max(depth[i], depth[arg] + 1);
            if (types_.used(static_cast<std::uint32_t>(i))) deepest = std::max(deepest, depth[i]);
            if (file_.types[i].kind == TypeKind::Named) {
                if (types_.used(static_cast<std::uint32_t>(i))) strings_.apply(file_.types[i].name);
            } else {
                file_.types[i].name = 0;
            }
        }
        std::vector<std::vector<std::uint32_t>> levels(deepest + 1);
        for (std::uint32_t i = 0; i < depth.size(); ++i)
            if (types_.used(i)) levels[depth[i]].push_back(i);
        std::vector<TypeDesc> sorted;
        for (auto& level : levels) {
            for (std::uint32_t i : level)
                for (TypeIndex& arg : file_.types[i].args) types_.apply(arg);
            std::sort(level.begin(), level.end(), [&](std::uint32_t a, std::uint32_t b) {
                return type_less(file_.types[a], file_.types[b]);
            });
            for (std::uint32_t i : level) {
                if (sorted.empty() || !(sorted.back() == file_.types[i])) sorted.push_back(file_.types[i]);
                types_.to[i] = static_cast<std::uint32_t>(sorted.size() - 1);
            }
        }
        file_.types = std::move(sorted);
    }

    template <typename Table, typename Rewrite>
    void sort_table(Table& table, Remap& remap, Rewrite&& rewrite) {
        for (std::uint32_t i = 0; i < table.size(); ++i)
            if (remap.used(i)) rewrite(table[i]);
        const auto order = sorted_used(
            remap, [&](std::uint32_t a, std::uint32_t b) { return entry_less(table[a], table[b]); });
        renumber(table, remap, order);
    }

    template <typename Less>
    static std::vector<std::uint32_t> sorted_used(const Remap& remap, Less&& less) {
        std::vector<std::uint32_t> order;
        for (std::uint32_t i = 0; i < remap.to.size(); ++i)
            if (remap.used(i)) order.push_back(i);
        std::sort(order.begin(), order.end(), less);
        return order;
    }

    template <typename Table>
    static void renumber(Table& table, Remap& remap, const std::vector<std::uint32_t>& order) {
        Table sorted;
        sorted.reserve(order.size());
        for (std::uint32_t i : order) {
            if (sorted.empty() || !(sorted.back() == table[i])) sorted.push_back(std::move(table[i]));
            remap.to[i] = static_cast<std::uint32_t>(sorted.size() - 1);
        }
        table = std::move(sorted);
    }

    void encode_all() {
        std::size_t next = 0;
        for (Function& f : file_.functions) {
            if (!f.has_code) continue;
            const DecodedCode& code = code_[next++];
            f.code.bytes.clear();
            for (const Instruction& instruction : code.instructions)
                encode(instruction.op, code.operands.data() + instruction.first, f.code.bytes,
                       [](std::int64_t target) { return target; });
        }
    }

    ClassFile file_;
    std::vector<DecodedCode> code_;  // of the functions that have code, in order
    Remap strings_, types_, fields_, methods_;
};

}  // namespace

Result<ClassFile> canonicalise(ClassFile file) {
    return Canonicaliser(std::move(file)).run();
}

}  // namespace skua::classfile
