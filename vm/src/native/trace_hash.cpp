#include "native/trace_hash.h"

#include <bit>

#include "native/host_support.h"
#include "runtime/canonical_nan.h"
#include "runtime/runtime.h"
#include "skua/classfile/archive.h"
#include "skua/vm/class.h"

namespace skua::vm {
namespace {

enum Event : std::uint8_t { kCall = 1, kReturn = 2, kThrow = 3, kEnd = 4, kOutput = 5 };
enum Value : std::uint8_t { kNumber = 1, kNull = 2, kText = 3, kNumbers = 4, kTexts = 5, kOpaque = 6 };

// A builder's buffer goes to a native with each piece that is added: of what is long, both ends count, or
// hashing would take time in the square of its length.
constexpr std::uint64_t kEnds = 2048, kStringsAtEnds = 32;

class Record {
public:
    explicit Record(const std::array<std::uint8_t, 32>& before) : bytes_(before.begin(), before.end()) {}

    void byte(std::uint8_t value) { bytes_.push_back(value); }
    void number(std::uint64_t value, unsigned size = 8) {
        for (unsigned i = 0; i < size; i++) bytes_.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
    }
    void text(std::string_view value) {
        number(value.size());
        if (value.size() <= 2 * kEnds) return raw(value);
        raw(value.substr(0, kEnds));
        raw(value.substr(value.size() - kEnds));
    }
    void raw(std::string_view value) { bytes_.insert(bytes_.end(), value.begin(), value.end()); }
    [[nodiscard]] classfile::Sha256 digest() const { return classfile::sha256(bytes_); }

    void value(NativeKind kind, Slot slot) {
        if (is_reference_kind(kind)) return reference(reinterpret_cast<const Object*>(slot));
        byte(kNumber);
        if (kind == NativeKind::F64)
            slot = canonical_nan(slot);
        else if (kind == NativeKind::F32)
            slot = canonical_nan32(slot);
        number(slot);
    }

    void reference(const Object* object) {
        if (object == nullptr) return byte(kNull);
        const Class& cls = *object->cls;
        if (cls.kind == ClassKind::String) {
            byte(kText);
            return text(static_cast<const String*>(object)->view());
        }
        if (cls.kind == ClassKind::Array && is_plain(*cls.element_type))
            return array(*static_cast<const Array*>(object));
        // Its fields are the guest's affair, its address the heap's.
        byte(kOpaque);
        text(type_text(cls.type));
    }

private:
    static bool is_plain(const Type& element) {
        return element.kind <= TypeKind::Char || element.kind == TypeKind::String;
    }

    void array(const Array& array) {
        const Class& cls = *array.cls;
        auto& elements = const_cast<Array&>(array);
        if (cls.element_type->kind == TypeKind::String) {
            byte(kTexts);
            number(array.length);
            return each(array.length, kStringsAtEnds,
                        [&](std::uint64_t i) { reference(elements.elements<String*>()[i]); });
        }
        byte(kNumbers);
        number(array.length);
        const unsigned size = cls.element->size;
        each(array.length, kEnds / size, [&](std::uint64_t i) {
            if (size == 1)
                byte(elements.elements<std::uint8_t>()[i]);
            else if (size == 2)
                number(elements.elements<std::uint16_t>()[i], 2);
            else if (cls.element_type->kind == TypeKind::F32)
                number(canonical_nan32(elements.elements<std::uint32_t>()[i]), 4);
            else if (size == 4)
                number(elements.elements<std::uint32_t>()[i], 4);
            else if (cls.element_type->kind == TypeKind::F64)
                number(canonical_nan(elements.elements<std::uint64_t>()[i]));
            else
                number(elements.elements<std::uint64_t>()[i]);
        });
    }

    // The first `ends` indices and the last ones; all, if there are no more.
    template <typename F>
    static void each(std::uint64_t count, std::uint64_t ends, F&& f) {
        const bool all = count <= 2 * ends;
        for (std::uint64_t i = 0; i < (all ? count : ends); i++) f(i);
        for (std::uint64_t i = all ? count : count - ends; i < count; i++) f(i);
    }

    std::vector<std::uint8_t> bytes_;
};

}  // namespace

void TraceHash::call(std::string_view name, std::uint64_t instructions, std::span<const NativeKind> kinds,
                     const Slot* args) {
    const std::lock_guard guard(lock_);
    Record record(digest_);
    record.byte(kCall);
    record.text(name);
    record.number(instructions);
    for (std::size_t i = 0; i < kinds.size(); i++) record.value(kinds[i], args[i]);
    digest_ = record.digest();
}

void TraceHash::returned(std::span<const NativeKind> kinds, const Slot* args,
                         std::span<const NativeKind> result_kinds, const Slot* result, const Object* error) {
    const std::lock_guard guard(lock_);
    Record record(digest_);
    record.byte(error == nullptr ? kReturn : kThrow);
    if (error != nullptr)
        record.text(error_text(error));
    else
        for (std::size_t i = 0; i < result_kinds.size(); i++) record.value(result_kinds[i], result[i]);
    for (std::size_t i = 0; i < kinds.size(); i++) {
        if (!is_reference_kind(kinds[i]) || args[i] == 0) continue;
        const auto* object = reinterpret_cast<const Object*>(args[i]);
        if (object->cls->kind == ClassKind::Array) record.reference(object);
    }
    digest_ = record.digest();
}

void TraceHash::output(std::string_view bytes) {
    const std::lock_guard guard(lock_);
    Record record(digest_);
    record.byte(kOutput);
    record.number(bytes.size());
    record.raw(bytes);
    digest_ = record.digest();
}

std::string TraceHash::finish(std::uint64_t instructions) {
    const std::lock_guard guard(lock_);
    Record record(digest_);
    record.byte(kEnd);
    record.number(instructions);
    return classfile::hex(record.digest());
}

}  // namespace skua::vm
