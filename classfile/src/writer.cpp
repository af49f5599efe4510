#include "skua/classfile/writer.h"

#include "section.h"
#include "skua/classfile/leb128.h"

namespace skua::classfile {

namespace {

using Bytes = std::vector<std::uint8_t>;

void optional(Bytes& out, std::uint32_t index) {
    append_uleb(out, index == kNone ? 0 : std::uint64_t{index} + 1);
}

void list(Bytes& out, const std::vector<std::uint32_t>& indices) {
    append_uleb(out, indices.size());
    for (std::uint32_t i : indices) append_uleb(out, i);
}

void text(Bytes& out, const std::string& s) {
    append_uleb(out, s.size());
    out.insert(out.end(), s.begin(), s.end());
}

void section(Bytes& out, Section id, const Bytes& payload) {
    append_uleb(out, id);
    append_uleb(out, payload.size());
    out.insert(out.end(), payload.begin(), payload.end());
}

template <typename Table, typename Entry>
void table_section(Bytes& out, Section id, const Table& table, Entry&& entry) {
    if (table.empty()) return;
    Bytes payload;
    append_uleb(payload, table.size());
    for (const auto& e : table) entry(payload, e);
    section(out, id, payload);
}

void type_desc(Bytes& out, const TypeDesc& t) {
    out.push_back(static_cast<std::uint8_t>(t.kind));
    switch (t.kind) {
        case TypeKind::Array:
        case TypeKind::Nullable:
            append_uleb(out, t.args[0]);
            break;
        case TypeKind::Named:
            append_uleb(out, t.name);
            list(out, t.args);
            break;
        case TypeKind::ClassVar:
        case TypeKind::FuncVar:
            append_uleb(out, t.index);
            break;
        case TypeKind::Function:
            append_uleb(out, t.args.size() - 1);
            for (TypeIndex a : t.args) append_uleb(out, a);
            break;
        case TypeKind::Tuple:
            list(out, t.args);
            break;
        default:
            break;
    }
}

void type_params(Bytes& out, const std::vector<TypeParam>& params) {
    append_uleb(out, params.size());
    for (const TypeParam& p : params) {
        append_uleb(out, p.name);
        list(out, p.bounds);
    }
}

void function(Bytes& out, const Function& f) {
    append_uleb(out, f.name);
    append_uleb(out, f.flags);
    type_params(out, f.type_params);
    append_uleb(out, f.params.size());
    for (const Param& p : f.params) {
        append_uleb(out, p.name);
        append_uleb(out, p.type);
        out.push_back(p.has_default ? kParamHasDefault : 0);
    }
    append_uleb(out, f.result);
    optional(out, f.native_library);
    optional(out, f.doc);
}

void code(Bytes& out, const Function& f) {
    const Code& c = f.code;
    append_uleb(out, c.registers.size() - f.params.size());
    for (std::size_t i = f.params.size(); i < c.registers.size(); ++i) append_uleb(out, c.registers[i]);
    append_uleb(out, c.handlers.size());
    for (const Handler& h : c.handlers) {
        append_uleb(out, h.start);
        append_uleb(out, h.end);
        append_uleb(out, h.target);
        append_uleb(out, h.type);
        append_uleb(out, h.reg);
    }
    append_uleb(out, c.bytes.size());
    out.insert(out.end(), c.bytes.begin(), c.bytes.end());
}

void debug(Bytes& out, const Code& c) {
    append_uleb(out, c.lines.size());
    std::uint32_t instruction = 0;
    std::int64_t line = 0;
    for (const LineEntry& e : c.lines) {
        append_uleb(out, e.instruction - instruction);
        append_sleb(out, e.line - line);
        append_uleb(out, e.column);
        instruction = e.instruction;
        line = e.line;
    }
    append_uleb(out, c.locals.size());
    for (const LocalName& l : c.locals) {
        append_uleb(out, l.reg);
        append_uleb(out, l.name);
    }
}

void code_sections(Bytes& out, const ClassFile& file) {
    Bytes code_bytes;
    Bytes debug_bytes;
    optional(debug_bytes, file.source_file);
    bool has_debug = file.source_file != kNone;
    for (const Function& f : file.functions) {
        if (!f.has_code) continue;
        code(code_bytes, f);
        debug(debug_bytes, f.code);
        has_debug = has_debug || !f.code.lines.empty() || !f.code.locals.empty();
    }
    if (!code_bytes.empty()) section(out, kCode, code_bytes);
    if (has_debug) section(out, kDebug, debug_bytes);
}

}  // namespace

std::vector<std::uint8_t> write(const ClassFile& file) {
    Bytes out(kMagic, kMagic + 4);
    for (std::uint16_t v : {file.major, file.minor}) {
        out.push_back(static_cast<std::uint8_t>(v));
        out.push_back(static_cast<std::uint8_t>(v >> 8));
    }
    append_uleb(out, 0);  // flags of the file, none are defined
    table_section(out, kStrings, file.strings, text);
    table_section(out, kTypes, file.types, type_desc);
    table_section(out, kFieldPaths, file.field_paths, [](Bytes& o, const FieldPath& p) {
        append_uleb(o, p.steps.size());
        for (const FieldStep& s : p.steps)
            for (std::uint32_t v : {s.owner, s.name, s.type}) append_uleb(o, v);
    });
    table_section(out, kMethodRefs, file.method_refs, [](Bytes& o, const MethodRef& r) {
        append_uleb(o, r.owner);
        append_uleb(o, r.name);
        list(o, r.type_args);
        list(o, r.params);
        append_uleb(o, r.result);
    });

    Bytes declaration;
    declaration.push_back(static_cast<std::uint8_t>(file.kind));
    append_uleb(declaration, file.flags);
    append_uleb(declaration, file.name);
    append_uleb(declaration, file.module);
    type_params(declaration, file.type_params);
    optional(declaration, file.super);
    list(declaration, file.interfaces);
    optional(declaration, file.doc);
    section(out, kDeclaration, declaration);

    table_section(out, kFields, file.fields, [](Bytes& o, const Field& f) {
        append_uleb(o, f.name);
        append_uleb(o, f.type);
        append_uleb(o, f.flags);
        optional(o, f.doc);
    });
    table_section(out, kFunctions, file.functions, function);
    code_sections(out, file);
    Bytes custom;
    for (const CustomSection& c : file.custom) {
        Bytes payload;
        text(payload, c.name);
        payload.insert(payload.end(), c.bytes.begin(), c.bytes.end());
        section(custom, kCustom, payload);
    }
    if (file.minor >= kMinorWithEnd) {
        Bytes end;
        append_uleb(end, custom.size());
        section(out, kEnd, end);
    }
    out.insert(out.end(), custom.begin(), custom.end());
    return out;
}

}  // namespace skua::classfile
