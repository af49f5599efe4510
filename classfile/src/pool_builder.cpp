#include "skua/classfile/pool_builder.h"

namespace skua::classfile {

namespace {

std::size_t mix(std::size_t h, std::size_t v) {
    return (h ^ v) * 0x9E3779B97F4A7C15u + (h >> 29);
}

std::size_t mix_all(std::size_t h, const std::vector<TypeIndex>& list) {
    h = mix(h, list.size());
    for (TypeIndex t : list) h = mix(h, t);
    return h;
}

template <typename Map, typename Table, typename Key>
std::uint32_t intern(Map& map, Table& table, Key&& key) {
    auto [it, fresh] = map.try_emplace(key, static_cast<std::uint32_t>(table.size()));
    if (fresh) table.push_back(std::forward<Key>(key));
    return it->second;
}

}  // namespace

std::size_t ClassFileBuilder::Hash::operator()(const TypeDesc& t) const {
    return mix_all(mix(mix(static_cast<std::size_t>(t.kind) + 1, t.name), t.index), t.args);
}

std::size_t ClassFileBuilder::Hash::operator()(const FieldPath& p) const {
    std::size_t h = p.steps.size();
    for (const FieldStep& s : p.steps) h = mix(mix(mix(h, s.owner), s.name), s.type);
    return h;
}

std::size_t ClassFileBuilder::Hash::operator()(const MethodRef& r) const {
    return mix(mix_all(mix_all(mix(mix(1, r.owner), r.name), r.type_args), r.params), r.result);
}

StrIndex ClassFileBuilder::str(std::string_view text) {
    if (auto it = strings_.find(text); it != strings_.end()) return it->second;
    const auto index = static_cast<StrIndex>(file_.strings.size());
    file_.strings.emplace_back(text);
    strings_.emplace(text, index);
    return index;
}

TypeIndex ClassFileBuilder::type(TypeDesc desc) {
    return intern(types_, file_.types, std::move(desc));
}

FieldIndex ClassFileBuilder::field_path(FieldPath path) {
    return intern(field_paths_, file_.field_paths, std::move(path));
}

MethodIndex ClassFileBuilder::method_ref(MethodRef ref) {
    return intern(method_refs_, file_.method_refs, std::move(ref));
}

Result<ClassFile> ClassFileBuilder::finish() {
    ClassFile file = std::move(file_);
    *this = ClassFileBuilder();
    return canonicalise(std::move(file));
}

}  // namespace skua::classfile
