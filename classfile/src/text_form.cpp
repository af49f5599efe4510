#include "skua/classfile/text_form.h"

#include "skua/classfile/structure.h"

namespace skua::classfile {

namespace {

void append_list(std::string& out, const ClassFile& file, const TypeIndex* begin, const TypeIndex* end) {
    for (const TypeIndex* t = begin; t != end; ++t) {
        if (t != begin) out += ',';
        append_type_text(out, file, *t);
    }
}

// Words that mean a built-in type; a class of such a name is written in quotes.
bool reserved(std::string_view name) {
    for (std::string_view s : kScalarNames)
        if (s == name) return true;
    return name == "void";
}

bool plain(char c) {
    const auto u = static_cast<unsigned char>(c);
    return (u >= 'a' && u <= 'z') || (u >= 'A' && u <= 'Z') || (u >= '0' && u <= '9') || c == '_' ||
           c == '$' || u >= 0x80;
}

}  // namespace

std::string type_name_text(std::string_view name) {
    bool simple = !reserved(name) && name[0] != '-';
    for (char c : name) simple = simple && (plain(c) || c == '.' || c == '-');
    return simple ? std::string(name) : quoted(name);
}

void append_type_text(std::string& out, const ClassFile& file, TypeIndex index) {
    const TypeDesc& t = file.types[index];
    const TypeIndex* begin = t.args.data();
    const TypeIndex* end = begin + t.args.size();
    switch (t.kind) {
        case TypeKind::Array:
            out += '[';
            append_type_text(out, file, *begin);
            out += ']';
            break;
        case TypeKind::Named:
            out += type_name_text(file.strings[t.name]);
            if (begin != end) {
                out += '<';
                append_list(out, file, begin, end);
                out += '>';
            }
            break;
        case TypeKind::ClassVar:
            out += '!' + std::to_string(t.index);
            break;
        case TypeKind::FuncVar:
            out += "!!" + std::to_string(t.index);
            break;
        case TypeKind::Function:
            out += '(';
            append_list(out, file, begin, end - 1);
            out += ")->";
            append_type_text(out, file, *(end - 1));
            break;
        case TypeKind::Nullable: {
            // A function type would take the question mark as part of its result.
            const bool parens = file.types[*begin].kind == TypeKind::Function;
            if (parens) out += '(';
            append_type_text(out, file, *begin);
            if (parens) out += ')';
            out += '?';
            break;
        }
        case TypeKind::Tuple:
            out += '(';
            append_list(out, file, begin, end);
            out += ')';
            break;
        case TypeKind::Void:
            out += "void";
            break;
        default:
            out += kScalarNames[static_cast<std::size_t>(t.kind)];
            break;
    }
}

std::string type_text(const ClassFile& file, TypeIndex type) {
    std::string out;
    append_type_text(out, file, type);
    return out;
}

std::string field_path_text(const ClassFile& file, const FieldPath& path) {
    std::string out;
    for (const FieldStep& s : path.steps) {
        if (!out.empty()) out += '/';
        append_type_text(out, file, s.owner);
        out += "::" + name_text(file.strings[s.name]) + ":";
        append_type_text(out, file, s.type);
    }
    return out;
}

std::string method_ref_text(const ClassFile& file, const MethodRef& ref) {
    std::string out = type_text(file, ref.owner) + "::" + name_text(file.strings[ref.name]);
    if (!ref.type_args.empty()) {
        out += '<';
        append_list(out, file, ref.type_args.data(), ref.type_args.data() + ref.type_args.size());
        out += '>';
    }
    out += '(';
    append_list(out, file, ref.params.data(), ref.params.data() + ref.params.size());
    out += ')';
    append_type_text(out, file, ref.result);
    return out;
}

std::string signature_text(const ClassFile& file, const Function& function) {
    std::string out = "(";
    for (std::size_t i = 0; i < function.params.size(); ++i) {
        if (i > 0) out += ',';
        append_type_text(out, file, function.params[i].type);
    }
    out += ')';
    append_type_text(out, file, function.result);
    return out;
}

std::string name_text(std::string_view name) {
    bool simple = !name.empty() && name[0] != '-';
    for (char c : name) simple = simple && (plain(c) || c == '-');
    return simple ? std::string(name) : quoted(name);
}

std::string quoted(std::string_view text) {
    static constexpr char hex[] = "0123456789abcdef";
    const bool utf8 = is_utf8(text);
    std::string out = "\"";
    for (char c : text) {
        const auto u = static_cast<unsigned char>(c);
        switch (c) {
            case '"':
                out += "\\\"";
                break;
            case '\\':
                out += "\\\\";
                break;
            case '\n':
                out += "\\n";
                break;
            case '\t':
                out += "\\t";
                break;
            case '\r':
                out += "\\r";
                break;
            default:
                if (u < 0x20 || u == 0x7F || (u >= 0x80 && !utf8)) {
                    out += "\\x";
                    out += hex[u >> 4];
                    out += hex[u & 15];
                } else {
                    out += c;
                }
        }
    }
    return out + "\"";
}

}  // namespace skua::classfile
