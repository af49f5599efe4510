#include "skua/classfile/reader.h"

#include <algorithm>
#include <string>

#include "section.h"
#include "skua/classfile/byte_reader.h"
#include "skua/classfile/limits.h"

namespace skua::classfile {

namespace {

std::string section_name(std::uint32_t id) {
    static constexpr std::string_view names[] = {
        "",          "strings", "types", "field paths", "method references", "declaration", "fields",
        "functions", "code",    "debug", "end"};
    if (id >= kStrings && id <= kEnd) return "section '" + std::string(names[id]) + "'";
    if (id == kCustom) return "a custom section";
    return "section " + std::to_string(id);
}

class Reader {
public:
    Reader(std::span<const std::uint8_t> bytes, std::string_view file_name)
        : in_(bytes), bytes_(bytes), file_name_(file_name) {}

    Result<ClassFile> run() {
        if (bytes_.size() > kMaxFileBytes) return failure("F008", "the file is larger than 64 MiB", {});
        SKUA_TRY(header());
        sections();
        if (!in_.ok()) return located(in_.error());
        if (auto checked = check_structure(file_); !checked) return located(checked.error());
        return std::move(file_);
    }

private:
    Diagnostic located(Diagnostic d) const {
        d.file = file_name_;
        if (d.hint.empty())
            d.hint = "the file is damaged, or was not made by a correct compiler; make it anew";
        return d;
    }

    Diagnostic failure(std::string_view rule, std::string message, std::string hint) const {
        Diagnostic d;
        d.message = std::move(message);
        d.rule = rule;
        d.offset = 0;
        d.hint = std::move(hint);
        return located(std::move(d));
    }

    Result<> header() {
        if (bytes_.size() < 4 || !std::equal(kMagic, kMagic + 4, bytes_.begin()))
            return failure("F001", bytes_.empty() ? "the file is empty" : "this is not a Skua class file",
                           "class files are made by vmc and end in .skc");
        (void)in_.bytes(4, "the magic number");
        file_.major = static_cast<std::uint16_t>(in_.fixed(2, "the version"));
        file_.minor = static_cast<std::uint16_t>(in_.fixed(2, "the version"));
        if (!in_.ok()) return located(in_.error());
        if (file_.major != kVersionMajor) {
            const std::string found = std::to_string(file_.major) + "." + std::to_string(file_.minor);
            const std::string ours = std::to_string(kVersionMajor) + "." + std::to_string(kVersionMinor);
            return failure(
                "F003",
                "the class file has format version " + found + ", but this program reads version " + ours,
                file_.major > kVersionMajor ? "use a newer Skua, or compile the source with this one"
                                            : "compile the source again with this Skua");
        }
        const std::uint32_t flags = in_.uleb("the file flags");
        if (in_.ok() && flags != 0 && !newer_minor()) in_.fail("F019", "unknown file flags");
        return {};
    }

    [[nodiscard]] bool newer_minor() const { return file_.minor > kVersionMinor; }
    [[nodiscard]] bool has_end() const { return file_.minor >= kMinorWithEnd; }

    void sections() {
        std::uint32_t previous = 0;
        bool declared = false;
        while (in_.ok() && in_.remaining() > 0) {
            const std::size_t start = in_.offset();
            const std::uint32_t id = in_.uleb("a section number");
            const std::uint32_t size = in_.uleb("a section's size");
            if (!in_.ok()) return;
            const bool known = (id >= kStrings && id <= (has_end() ? kEnd : kDebug)) || id == kCustom;
            if (!known && !(newer_minor() && id < kCustom)) {
                fail_at(start, "F005",
                        "section " + std::to_string(id) + " is unknown in version " +
                            std::to_string(file_.major) + "." + std::to_string(file_.minor));
                return;
            }
            if (id < previous || (id == previous && id != kCustom)) {
                fail_at(start, "F005", section_name(id) + " is out of order or repeated");
                return;
            }
            previous = id;
            declared = declared || id == kDeclaration;
            if (size > in_.remaining()) {
                in_.fail("F002", "the input ends inside " + section_name(id));
                return;
            }
            const std::size_t payload_start = in_.offset();
            ByteReader payload(in_.bytes(size, "a section"), payload_start);
            if (known) section(id, payload);
            if (known && payload.ok() && payload.remaining() != 0)
                payload.fail("F006", section_name(id) + " has " + std::to_string(payload.remaining()) +
                                         " bytes too many");
            if (known && !payload.ok()) {
                fail_with(payload.error());
                return;
            }
            if (known && id == kEnd && !check_end(start)) return;
        }
        if (in_.ok() && has_end() && !seen_end_)
            in_.fail("F036", "the file is cut off: it ends before its section 'end'");
        if (in_.ok() && !declared) in_.fail("F007", "the declaration section is missing");
        if (in_.ok() && !seen_code_)
            for (const Function& f : file_.functions)
                if (f.has_code) {
                    in_.fail("F007", "the code section is missing");
                    break;
                }
    }

    // What follows is as long as the section 'end', which begins at `start`, says.
    bool check_end(std::size_t start) {
        seen_end_ = true;
        const std::size_t behind = in_.remaining();
        if (behind == announced_) return true;
        fail_at(start, "F036",
                behind < announced_
                    ? "the file is cut off: " + std::to_string(announced_ - behind) + " bytes are missing"
                    : "the file has " + std::to_string(behind - announced_) + " bytes too many at its end");
        return false;
    }

    void fail_at(std::size_t offset, std::string_view rule, std::string message) {
        in_.fail(rule, std::move(message));
        Diagnostic d = in_.error();
        d.offset = static_cast<std::int64_t>(offset);
        fail_with(std::move(d));
    }

    void fail_with(Diagnostic d) { in_.fail_with(std::move(d)); }

    void section(std::uint32_t id, ByteReader& in) {
        switch (id) {
            case kStrings:
                table(in, file_.strings, 1, "the number of strings", [&](std::string& s) { string(in, s); });
                break;
            case kTypes:
                table(in, file_.types, 1, "the number of types", [&](TypeDesc& t) { type(in, t); });
                break;
            case kFieldPaths:
                table(in, file_.field_paths, 4, "the number of field paths",
                      [&](FieldPath& p) { field_path(in, p); });
                break;
            case kMethodRefs:
                table(in, file_.method_refs, 5, "the number of method references",
                      [&](MethodRef& r) { method_ref(in, r); });
                break;
            case kDeclaration:
                declaration(in);
                break;
            case kFields:
                table(in, file_.fields, 4, "the number of fields", [&](Field& f) { field(in, f); });
                break;
            case kFunctions:
                table(in, file_.functions, 7, "the number of functions",
                      [&](Function& f) { function(in, f); });
                break;
            case kCode:
                seen_code_ = true;
                for (Function& f : file_.functions)
                    if (f.has_code) code(in, f);
                if (in.ok() && in.remaining() == 0 && no_code()) in.fail("F005", "the code section is empty");
                break;
            case kDebug:
                debug(in);
                break;
            case kEnd:
                announced_ = in.uleb("the number of bytes that follow");
                break;
            case kCustom:
                custom(in);
                break;
            default:
                break;
        }
    }

    [[nodiscard]] bool no_code() const {
        return std::none_of(file_.functions.begin(), file_.functions.end(),
                            [](const Function& f) { return f.has_code; });
    }

    template <typename Table, typename Entry>
    void table(ByteReader& in, Table& table, std::size_t min_bytes, std::string_view what, Entry&& entry) {
        const std::uint32_t n = in.count(min_bytes, what);
        if (in.ok() && n == 0) in.fail("F005", "a section without entries must be left out");
        if (!in.ok()) return;
        table.resize(n);
        for (std::uint32_t i = 0; i < n && in.ok(); ++i) entry(table[i]);
    }

    static std::uint32_t optional(ByteReader& in, std::string_view what) {
        const std::uint32_t v = in.uleb(what);
        return v == 0 ? kNone : v - 1;
    }

    static void list(ByteReader& in, std::vector<std::uint32_t>& out, std::string_view what) {
        const std::uint32_t n = in.count(1, what);
        out.resize(n);
        for (std::uint32_t i = 0; i < n; ++i) out[i] = in.uleb(what);
    }

    static void string(ByteReader& in, std::string& s) {
        const std::uint32_t size = in.uleb("the length of a string");
        const auto bytes = in.bytes(size, "a string");
        s.assign(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    }

    static void type(ByteReader& in, TypeDesc& t) {
        const std::uint8_t kind = in.u8("a type");
        if (kind > static_cast<std::uint8_t>(TypeKind::Void)) {
            in.fail("F011", "type kind " + std::to_string(kind) + " does not exist");
            return;
        }
        t.kind = static_cast<TypeKind>(kind);
        switch (t.kind) {
            case TypeKind::Array:
            case TypeKind::Nullable:
                t.args.push_back(in.uleb("an element type"));
                break;
            case TypeKind::Named:
                t.name = in.uleb("a type name");
                list(in, t.args, "type arguments");
                break;
            case TypeKind::ClassVar:
            case TypeKind::FuncVar:
                t.index = in.uleb("a type variable");
                break;
            case TypeKind::Function: {
                list(in, t.args, "parameter types");
                t.args.push_back(in.uleb("a result type"));
                break;
            }
            case TypeKind::Tuple:
                list(in, t.args, "tuple components");
                break;
            default:
                break;
        }
    }

    static void field_path(ByteReader& in, FieldPath& p) {
        const std::uint32_t n = in.count(3, "the length of a field path");
        p.steps.resize(n);
        for (FieldStep& s : p.steps) {
            s.owner = in.uleb("the owner of a field");
            s.name = in.uleb("a field name");
            s.type = in.uleb("a field type");
        }
    }

    static void method_ref(ByteReader& in, MethodRef& r) {
        r.owner = in.uleb("the owner of a method");
        r.name = in.uleb("a method name");
        list(in, r.type_args, "type arguments");
        list(in, r.params, "parameter types");
        r.result = in.uleb("a result type");
    }

    static void type_params(ByteReader& in, std::vector<TypeParam>& params) {
        const std::uint32_t n = in.count(2, "the number of type parameters");
        params.resize(n);
        for (TypeParam& p : params) {
            p.name = in.uleb("the name of a type parameter");
            list(in, p.bounds, "bounds");
        }
    }

    void declaration(ByteReader& in) {
        const std::uint8_t kind = in.u8("a declaration kind");
        if (kind > static_cast<std::uint8_t>(DeclKind::Extension)) {
            in.fail("F019", "declaration kind " + std::to_string(kind) + " does not exist");
            return;
        }
        file_.kind = static_cast<DeclKind>(kind);
        file_.flags = in.uleb("the flags of a type");
        file_.name = in.uleb("the name of a type");
        file_.module = in.uleb("the name of a module");
        type_params(in, file_.type_params);
        file_.super = optional(in, "a superclass");
        list(in, file_.interfaces, "interfaces");
        file_.doc = optional(in, "a doc comment");
    }

    static void field(ByteReader& in, Field& f) {
        f.name = in.uleb("a field name");
        f.type = in.uleb("a field type");
        f.flags = in.uleb("the flags of a field");
        f.doc = optional(in, "a doc comment");
    }

    void function(ByteReader& in, Function& f) {
        f.name = in.uleb("a function name");
        f.flags = in.uleb("the flags of a function");
        type_params(in, f.type_params);
        const std::uint32_t n = in.count(3, "the number of parameters");
        f.params.resize(n);
        for (Param& p : f.params) {
            p.name = in.uleb("a parameter name");
            p.type = in.uleb("a parameter type");
            const std::uint8_t flags = in.u8("the flags of a parameter");
            if (flags > kParamHasDefault && !newer_minor())
                in.fail("F034", "a parameter's flag is neither 0 nor 1");
            p.has_default = (flags & kParamHasDefault) != 0;
        }
        f.result = in.uleb("a result type");
        f.native_library = optional(in, "a native library");
        f.doc = optional(in, "a doc comment");
        f.has_code = (f.flags & (kAbstract | kNative)) == 0;
    }

    static void code(ByteReader& in, Function& f) {
        const std::uint32_t locals = in.count(1, "the number of registers");
        f.code.registers.reserve(f.params.size() + locals);
        for (const Param& p : f.params) f.code.registers.push_back(p.type);
        for (std::uint32_t i = 0; i < locals; ++i)
            f.code.registers.push_back(in.uleb("the type of a register"));
        const std::uint32_t handlers = in.count(5, "the number of handlers");
        f.code.handlers.resize(handlers);
        for (Handler& h : f.code.handlers) {
            h.start = in.uleb("a handler's start");
            h.end = in.uleb("a handler's end");
            h.target = in.uleb("a handler's target");
            h.type = in.uleb("a handler's type");
            h.reg = in.uleb("a handler's register");
        }
        const std::uint32_t size = in.count(1, "the size of code");
        const auto bytes = in.bytes(size, "code");
        f.code.bytes.assign(bytes.begin(), bytes.end());
    }

    void debug(ByteReader& in) {
        file_.source_file = optional(in, "a source file name");
        bool empty = file_.source_file == kNone;
        for (Function& f : file_.functions) {
            if (!f.has_code) continue;
            lines(in, f.code.lines);
            const std::uint32_t n = in.count(2, "the number of local names");
            f.code.locals.resize(n);
            for (LocalName& l : f.code.locals) {
                l.reg = in.uleb("the register of a local");
                l.name = in.uleb("the name of a local");
            }
            empty = empty && f.code.lines.empty() && n == 0;
        }
        if (in.ok() && empty) in.fail("F005", "a section without entries must be left out");
    }

    static void lines(ByteReader& in, std::vector<LineEntry>& out) {
        const std::uint32_t n = in.count(3, "the number of line entries");
        out.resize(n);
        std::uint64_t instruction = 0;
        std::int64_t line = 0;
        for (LineEntry& e : out) {
            instruction += in.uleb("an instruction of the line table");
            const std::int64_t delta = in.sleb("a line");
            if (delta < -0xFFFFFFFFll || delta > 0xFFFFFFFFll || line + delta < 0 ||
                line + delta > 0xFFFFFFFFll || instruction > 0xFFFFFFFF) {
                in.fail("F027", "a line number exceeds 32 bits");
                return;
            }
            line += delta;
            e.instruction = static_cast<std::uint32_t>(instruction);
            e.line = static_cast<std::uint32_t>(line);
            e.column = in.uleb("a column");
        }
    }

    void custom(ByteReader& in) {
        CustomSection section;
        string(in, section.name);
        const auto rest = in.bytes(in.remaining(), "a custom section");
        section.bytes.assign(rest.begin(), rest.end());
        file_.custom.push_back(std::move(section));
    }

    ByteReader in_;
    std::span<const std::uint8_t> bytes_;
    std::string file_name_;
    ClassFile file_;
    bool seen_code_ = false;
    bool seen_end_ = false;
    std::size_t announced_ = 0;  // bytes behind the section 'end'
};

}  // namespace

Result<ClassFile> read(std::span<const std::uint8_t> bytes, std::string_view file_name) {
    return Reader(bytes, file_name).run();
}

}  // namespace skua::classfile
