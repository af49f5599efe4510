// Interning of types: one open-addressing table from structure to the one Type that has it.
//
// Lookups, by far the most frequent operation, take the lock shared; an insertion takes it
// exclusively. Types and what they point to are carved from chunks that are never moved or freed
// before the table dies.
#include <array>
#include <cstring>
#include <memory>
#include <mutex>
#include <new>
#include <shared_mutex>
#include <vector>

#include "skua/vm/layout.h"
#include "skua/vm/loader.h"
#include "skua/vm/type.h"

namespace skua::vm {

namespace {

struct Key {
    TypeKind kind;
    std::uint32_t index = 0;
    Loader* loader = nullptr;
    std::string_view name;
    std::span<const Type* const> args;
};

std::size_t mix(std::size_t h, std::size_t v) {
    h ^= v + 0x9E3779B97F4A7C15u + (h << 6) + (h >> 2);
    h *= 0xFF51AFD7ED558CCDu;
    return h ^ (h >> 33);
}

std::size_t hash_of(const Key& k) {
    std::size_t h = mix(static_cast<std::size_t>(k.kind), k.index);
    if (k.kind == TypeKind::Named) {
        h = mix(h, std::hash<std::string_view>{}(k.name));
        h = mix(h, reinterpret_cast<std::size_t>(k.loader));
    }
    for (const Type* arg : k.args) h = mix(h, reinterpret_cast<std::size_t>(arg));
    return h;
}

bool same(const Type& t, const Key& k) {
    return t.kind == k.kind && t.index == k.index && t.loader == k.loader && t.args.size() == k.args.size() &&
           std::equal(k.args.begin(), k.args.end(), t.args.begin()) && t.name == k.name;
}

}  // namespace

// Memory that lives as long as the table.
class TypeArena {
public:
    void* allocate(std::size_t bytes, std::size_t align) {
        std::size_t start = (used_ + align - 1) & ~(align - 1);
        if (chunks_.empty() || start + bytes > capacity_) {
            const std::size_t capacity = bytes > kChunk ? bytes : kChunk;
            chunks_.push_back(std::make_unique_for_overwrite<std::byte[]>(capacity));
            capacity_ = capacity;
            start = 0;
        }
        used_ = start + bytes;
        return chunks_.back().get() + start;
    }

private:
    static constexpr std::size_t kChunk = 32u << 10;
    std::vector<std::unique_ptr<std::byte[]>> chunks_;
    std::size_t used_ = 0, capacity_ = 0;
};

struct TypeTable::Impl {
    std::shared_mutex lock;
    TypeArena arena;
    std::vector<const Type*> slots = std::vector<const Type*>(1024);
    std::size_t count = 0;
    std::array<Type, static_cast<std::size_t>(TypeKind::Void) + 1> simple;

    const Type* find(const Key& key, std::size_t hash) const {
        const std::size_t mask = slots.size() - 1;
        for (std::size_t i = hash & mask; slots[i]; i = (i + 1) & mask)
            if (slots[i]->hash == hash && same(*slots[i], key)) return slots[i];
        return nullptr;
    }

    static void place(std::vector<const Type*>& slots, const Type* type) {
        const std::size_t mask = slots.size() - 1;
        std::size_t i = type->hash & mask;
        while (slots[i]) i = (i + 1) & mask;
        slots[i] = type;
    }

    const Type* insert(const Key& key, std::size_t hash) {
        auto* type = new (arena.allocate(sizeof(Type), alignof(Type))) Type();
        type->kind = key.kind;
        type->index = key.index;
        type->loader = key.loader;
        type->hash = hash;
        if (!key.name.empty()) {
            auto* text = static_cast<char*>(arena.allocate(key.name.size(), 1));
            std::memcpy(text, key.name.data(), key.name.size());
            type->name = {text, key.name.size()};
        }
        if (!key.args.empty()) {
            auto* args =
                static_cast<const Type**>(arena.allocate(key.args.size_bytes(), alignof(const Type*)));
            std::copy(key.args.begin(), key.args.end(), args);
            type->args = {args, key.args.size()};
        }
        measure(*type);
        if (++count * 2 > slots.size()) {
            std::vector<const Type*> larger(slots.size() * 2);
            for (const Type* t : slots)
                if (t) place(larger, t);
            slots = std::move(larger);
        }
        place(slots, type);
        return type;
    }

    static void measure(Type& type) {
        std::uint64_t size = 1;
        unsigned depth = 0;
        if (type.kind == TypeKind::ClassVar) type.class_vars = static_cast<std::uint16_t>(type.index + 1);
        if (type.kind == TypeKind::FuncVar) type.func_vars = static_cast<std::uint16_t>(type.index + 1);
        for (const Type* arg : type.args) {
            size += arg->size;
            depth = std::max<unsigned>(depth, arg->depth);
            type.class_vars = std::max(type.class_vars, arg->class_vars);
            type.func_vars = std::max(type.func_vars, arg->func_vars);
        }
        type.size = static_cast<std::uint32_t>(std::min<std::uint64_t>(size, UINT32_MAX));
        type.depth = static_cast<std::uint8_t>(std::min(depth + 1, 255u));
        type.open = type.class_vars != 0 || type.func_vars != 0;
    }

    static constexpr std::size_t kTypeBytes =
        sizeof(Type) + 192;  // with its layout and its place in the table
    std::atomic<std::size_t> bytes{0};

    const Type* intern(const Key& key) {
        const std::size_t hash = hash_of(key);
        {
            std::shared_lock guard(lock);
            if (const Type* found = find(key, hash)) return found;
        }
        std::unique_lock guard(lock);
        if (const Type* found = find(key, hash)) return found;
        bytes.fetch_add(kTypeBytes + 8 * key.args.size(), std::memory_order_relaxed);
        return insert(key, hash);
    }
};

void TypeTable::count(std::size_t bytes) {
    impl_->bytes.fetch_add(bytes, std::memory_order_relaxed);
}

std::size_t TypeTable::bytes() const {
    return impl_->bytes.load(std::memory_order_relaxed);
}

TypeTable::TypeTable() : impl_(std::make_unique<Impl>()) {
    for (std::size_t i = 0; i < impl_->simple.size(); ++i) impl_->simple[i].kind = static_cast<TypeKind>(i);
}

TypeTable::~TypeTable() {
    // Each type's own (layout.cpp).
    for (const Type* type : impl_->slots)
        if (type) delete type->layout.load(std::memory_order_relaxed);
    for (const Type& type : impl_->simple) delete type.layout.load(std::memory_order_relaxed);
}

const Type* TypeTable::simple(TypeKind kind) const {
    return &impl_->simple[static_cast<std::size_t>(kind)];
}

const Type* TypeTable::array(const Type* element) {
    return impl_->intern({TypeKind::Array, 0, nullptr, {}, {&element, 1}});
}

const Type* TypeTable::nullable(const Type* inner) {
    return impl_->intern({TypeKind::Nullable, 0, nullptr, {}, {&inner, 1}});
}

const Type* TypeTable::tuple(std::span<const Type* const> components) {
    return impl_->intern({TypeKind::Tuple, 0, nullptr, {}, components});
}

const Type* TypeTable::function(std::span<const Type* const> params, const Type* result) {
    std::vector<const Type*> args(params.begin(), params.end());
    args.push_back(result);
    return impl_->intern({TypeKind::Function, 0, nullptr, {}, args});
}

const Type* TypeTable::named(Loader& loader, std::string_view name, std::span<const Type* const> args) {
    return impl_->intern({TypeKind::Named, 0, &loader.home_of(name), name, args});
}

const Type* TypeTable::class_var(std::uint32_t index) {
    return impl_->intern({TypeKind::ClassVar, index, nullptr, {}, {}});
}

const Type* TypeTable::func_var(std::uint32_t index) {
    return impl_->intern({TypeKind::FuncVar, index, nullptr, {}, {}});
}

const Type* TypeTable::substitute(const Type* type, std::span<const Type* const> class_args,
                                  std::span<const Type* const> func_args) {
    if (!type->open) return type;
    if (type->kind == TypeKind::ClassVar)
        return type->index < class_args.size() ? class_args[type->index] : type;
    if (type->kind == TypeKind::FuncVar)
        return type->index < func_args.size() ? func_args[type->index] : type;
    if (type->depth > kMaxTypeDepth || type->size > kMaxTypeSize) return nullptr;

    // Few types have many arguments: the usual ones need no allocation.
    std::array<const Type*, 8> few;
    std::vector<const Type*> many;
    const Type** args = few.data();
    if (type->args.size() > few.size()) {
        many.resize(type->args.size());
        args = many.data();
    }
    std::uint64_t size = 1;
    bool changed = false;
    for (std::size_t i = 0; i < type->args.size(); ++i) {
        const Type* arg = substitute(type->args[i], class_args, func_args);
        if (!arg || arg->depth >= kMaxTypeDepth) return nullptr;
        size += arg->size;
        if (size > kMaxTypeSize) return nullptr;
        changed |= arg != type->args[i];
        args[i] = arg;
    }
    if (!changed) return type;
    return impl_->intern({type->kind, type->index, type->loader, type->name, {args, type->args.size()}});
}

namespace {

void append_list(std::string& out, std::span<const Type* const> types, std::size_t limit);

// `limit` bounds the text of hostile types: what comes after it is an ellipsis.
void append_text(std::string& out, const Type* type, std::size_t limit) {
    static constexpr std::string_view kNames[] = {"i8",  "i16", "i32", "i64",  "u8",   "u16",   "u32",
                                                  "u64", "f32", "f64", "bool", "char", "string"};
    if (out.size() > limit) {
        if (!out.ends_with("...")) out += "...";
        return;
    }
    switch (type->kind) {
        case TypeKind::Array:
            out += '[';
            append_text(out, type->elem(), limit);
            out += ']';
            break;
        case TypeKind::Named:
            out += type->name;
            if (!type->args.empty()) {
                out += '<';
                append_list(out, type->args, limit);
                out += '>';
            }
            break;
        case TypeKind::ClassVar:
            out += '!' + std::to_string(type->index);
            break;
        case TypeKind::FuncVar:
            out += "!!" + std::to_string(type->index);
            break;
        case TypeKind::Function:
            out += '(';
            append_list(out, type->fn_params(), limit);
            out += ")->";
            append_text(out, type->fn_result(), limit);
            break;
        case TypeKind::Nullable: {
            const bool parentheses = type->elem()->is(TypeKind::Function);
            if (parentheses) out += '(';
            append_text(out, type->elem(), limit);
            out += parentheses ? ")?" : "?";
            break;
        }
        case TypeKind::Tuple:
            out += '(';
            append_list(out, type->args, limit);
            out += ')';
            break;
        case TypeKind::Void:
            out += "void";
            break;
        default:
            out += kNames[static_cast<std::size_t>(type->kind)];
            break;
    }
}

void append_list(std::string& out, std::span<const Type* const> types, std::size_t limit) {
    for (std::size_t i = 0; i < types.size(); ++i) {
        if (i) out += ',';
        append_text(out, types[i], limit);
    }
}

}  // namespace

std::string type_text(const Type* type) {
    std::string out;
    if (!type) return "?";
    append_text(out, type, 4000);
    return out;
}

}  // namespace skua::vm
