// Signatures: what they cover, and that no change of an archive passes for the archive that was signed.
#include "skua/classfile/signature.h"

using namespace skua;
using namespace skua::classfile;

namespace {

using Bytes = std::vector<std::uint8_t>;

std::shared_ptr<Archive> in_memory(Bytes bytes) {
    auto a = Archive::from_bytes(std::move(bytes), "s.ska");
    REQUIRE(a.ok());
    return *a;
}

Bytes archive_of(const std::vector<std::pair<const char*, const char*>>& entries,
                 const char* version = "1.0.0") {
    ArchiveWriter w;
    for (const auto& [name, text] : entries) {
        const std::string_view t = text;
        REQUIRE(w.add(name, Bytes(t.begin(), t.end())).ok());
    }
    Manifest m;
    m.name = "signed";
    m.version = version;
    w.set_manifest(m);
    auto out = w.finish();
    REQUIRE(out.ok());
    return std::move(*out);
}

const std::vector<std::pair<const char*, const char*>> kEntries = {
    {"Aa.txt", "in front of META"},
    {"b.txt", "second"},
    {"c.txt", "cccccccccccccccccccccccccccccccccccccccccc"}};

std::string text_of(const Archive& archive, std::string_view entry) {
    auto data = archive.read_entry(entry);
    REQUIRE(data.ok());
    return {data->bytes().begin(), data->bytes().end()};
}

std::string rule_of(const Result<std::vector<PublicKey>>& result) {
    return result ? "none" : result.error().rule;
}

}  // namespace

TEST_CASE("an archive that is signed is the same archive with one entry more") {
    const auto key = SecretKey::generate();
    const auto plain = in_memory(archive_of(kEntries));
    CHECK(signers(*plain)->empty());
    auto bytes = sign(*plain, key);
    REQUIRE(bytes.ok());
    const auto archive = in_memory(*bytes);
    CHECK(archive->verify().ok());
    CHECK(*signers(*archive) == std::vector{key.public_key()});
    CHECK(archive->entries().size() == plain->entries().size() + 1);
    for (const auto& [name, text] : kEntries) CHECK(text_of(*archive, name) == text);
    CHECK(*sign(*archive, key) == *bytes);
    const PublicKey keys[] = {key.public_key()};
    CHECK(require_signature(*archive, keys).ok());
    CHECK(require_signature(*plain, keys).error().rule == "A027");
}

TEST_CASE("several can sign, in any order, and one of those wanted is enough") {
    const auto first = SecretKey::generate();
    const auto second = SecretKey::generate();
    const auto plain = in_memory(archive_of(kEntries));
    auto one = sign(*in_memory(*sign(*plain, first)), second);
    auto other = sign(*in_memory(*sign(*plain, second)), first);
    CHECK(*one == *other);
    const auto both = in_memory(*one);
    CHECK(signers(*both)->size() == 2);
    const PublicKey stranger = SecretKey::generate().public_key();
    for (const PublicKey& key : {first.public_key(), second.public_key()}) {
        const PublicKey keys[] = {stranger, key};
        CHECK(require_signature(*both, keys).ok());
    }
    CHECK(require_signature(*both, std::span(&stranger, 1)).error().rule == "A027");
}

TEST_CASE("A026: a signature of another archive") {
    const auto key = SecretKey::generate();
    const std::string signature =
        text_of(*in_memory(*sign(*in_memory(archive_of(kEntries)), key)), kSignatureEntry);
    auto other = kEntries;
    const auto refused = [&](const Bytes& bytes) {
        return rule_of(signers(*in_memory(*in_memory(bytes)->with_signature(signature)))) == "A026";
    };
    CHECK_FALSE(refused(archive_of(kEntries)));
    CHECK(refused(archive_of(kEntries, "1.0.1")));  // the manifest
    other[1].second = "seconD";
    CHECK(refused(archive_of(other)));  // contents
    other = kEntries;
    other.pop_back();
    CHECK(refused(archive_of(other)));  // one less
    other = kEntries;
    other.emplace_back("d.txt", "");
    CHECK(refused(archive_of(other)));  // one more
    other = kEntries;
    other[1].first = "bb.txt";
    CHECK(refused(archive_of(other)));  // a name
    other = kEntries;
    std::swap(other[1].second, other[2].second);
    CHECK(refused(archive_of(other)));  // exchanged
}

TEST_CASE("no change of a bit of a signed archive goes unnoticed") {
    const auto key = SecretKey::generate();
    const PublicKey keys[] = {key.public_key()};
    const Bytes good = *sign(*in_memory(archive_of(kEntries)), key);
    for (std::size_t i = 0; i < good.size() * 8; i += 3) {
        Bytes bad = good;
        bad[i / 8] ^= static_cast<std::uint8_t>(1u << i % 8);
        auto archive = Archive::from_bytes(bad, "s.ska");
        const bool passed = archive.ok() && require_signature(**archive, keys).ok();
        INFO("bit " << i);
        REQUIRE_FALSE(passed);
    }
}

TEST_CASE("A025: malformed signatures") {
    const auto plain = in_memory(archive_of(kEntries));
    const std::string good = text_of(*in_memory(*sign(*plain, SecretKey::generate())), kSignatureEntry);
    const std::string line = good.substr(good.find('\n') + 1);
    for (const std::string& bad :
         {std::string(), std::string("skua-signature 2\n") + line, std::string("skua-signature 1\n"),
          good + line, good.substr(0, good.size() - 1), good + "\n", good + "ed25519:00 00\n",
          "skua-signature 1\nrsa" + line})
        CHECK(rule_of(signers(*in_memory(*plain->with_signature(bad)))) == "A025");
}

TEST_CASE("keys as text") {
    const auto key = SecretKey::generate();
    const PublicKey open = key.public_key();
    CHECK(*PublicKey::parse(open.to_text()) == open);
    CHECK(*PublicKey::parse(open.to_file()) == open);
    auto again = SecretKey::parse(key.to_file());
    REQUIRE(again.ok());
    CHECK(again->public_key() == open);
    CHECK(again->to_file() == key.to_file());
    CHECK(PublicKey::parse(key.to_file()).error().message ==
          "this is a secret key, where a public one is wanted");
    CHECK(SecretKey::parse(open.to_file()).error().message ==
          "this is a public key, where a secret one is wanted");
    for (const std::string& bad :
         {std::string(), open.to_text() + "0", "ed25519:" + std::string(64, 'G'), open.to_text().substr(8)})
        CHECK_FALSE(PublicKey::parse(bad).ok());
    // The first test of RFC 8032, section 7.1: seed and public key.
    auto known = SecretKey::parse(
        "skua-secret-key 1\n"
        "ed25519:9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60\n");
    REQUIRE(known.ok());
    CHECK(known->public_key().to_text() ==
          "ed25519:d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
}
