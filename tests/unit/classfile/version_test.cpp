#include "skua/classfile/version.h"

using namespace skua;
using namespace skua::classfile;

namespace {

bool fits(std::string_view range, std::string_view version) {
    auto r = VersionRange::parse(range);
    auto v = Version::parse(version);
    REQUIRE(r.ok());
    REQUIRE(v.ok());
    return r->contains(*v);
}

}  // namespace

TEST_CASE("versions are ordered as semver.org says") {
    // Each is less than the next: the example of semver.org 2.0.0, section 11, and more.
    const char* const order[] = {"0.0.1",
                                 "0.9",
                                 "1.0.0-1",
                                 "1.0.0-2",
                                 "1.0.0-10",
                                 "1.0.0-alpha",
                                 "1.0.0-alpha.1",
                                 "1.0.0-alpha.beta",
                                 "1.0.0-beta",
                                 "1.0.0-beta.2",
                                 "1.0.0-beta.11",
                                 "1.0.0-rc.1",
                                 "1.0.0",
                                 "1.0.1",
                                 "1.2",
                                 "1.10.0",
                                 "2",
                                 "999999999999999999.0.0"};
    for (std::size_t i = 0; i < std::size(order); ++i)
        for (std::size_t j = 0; j < std::size(order); ++j)
            CHECK((*Version::parse(order[i]) <=> *Version::parse(order[j])) == (i <=> j));
    CHECK(*Version::parse("1.0.0+a") == *Version::parse("1.0.0+b.7"));
    CHECK(*Version::parse("1") == *Version::parse("1.0.0"));
}

TEST_CASE("what is no version is refused") {
    for (const char* text :
         {"", "a", "1.", ".1", "1.2.3.4", "01.2.3", "1.02.3", "-1", "1.2.3-", "1.2.3-a..b", "1.2.3-01",
          "1.2.3+", "1.2-rc", "1.2.3 ", "v1.2.3", "1.2.3-a_b", "1000000000000000000.0.0", "1.x"}) {
        CHECK_FALSE(Version::parse(text).ok());
    }
    CHECK_FALSE(Version::parse(std::string(100000, '1')).ok());
}

TEST_CASE("ranges of versions") {
    struct Row {
        const char* range;
        std::vector<const char*> in, out;
    };
    const Row rows[] = {
        {"", {"0.0.1", "9"}, {"1.0.0-rc"}},
        {"*", {"0.0.1", "9"}, {"1.0.0-rc"}},
        {"^1.2.3", {"1.2.3", "1.9.0"}, {"1.2.2", "2.0.0", "2.0.0-rc", "1.3.0-rc"}},
        {"1.2.3", {"1.2.3", "1.9.0"}, {"1.2.2", "2.0.0"}},
        {"^1", {"1.0.0", "1.9"}, {"0.9", "2"}},
        {"^0.2.3", {"0.2.3", "0.2.9"}, {"0.2.2", "0.3.0"}},
        {"^0.0.3", {"0.0.3"}, {"0.0.2", "0.0.4"}},
        {"^0.0", {"0.0.0", "0.0.9"}, {"0.1.0"}},
        {"^0", {"0.0.0", "0.9.9"}, {"1.0.0"}},
        {"~1.2.3", {"1.2.3", "1.2.9"}, {"1.2.2", "1.3.0"}},
        {"~1.2", {"1.2.0", "1.2.9"}, {"1.3.0"}},
        {"~1", {"1.0.0", "1.9.0"}, {"2.0.0"}},
        {">=1.2 <2", {"1.2.0", "1.99.0"}, {"1.1.9", "2.0.0"}},
        {">1.2.3", {"1.2.4"}, {"1.2.3"}},
        {">1.2", {"1.3.0"}, {"1.2.9"}},
        {"<=1.2", {"1.2.9", "1.0"}, {"1.3.0"}},
        {"<=1.2.3", {"1.2.3"}, {"1.2.4"}},
        {"=1.2.3", {"1.2.3", "1.2.3+build"}, {"1.2.4"}},
        {"=1.2", {"1.2.0", "1.2.7"}, {"1.3.0", "1.1.9"}},
        {">=1.0.0-rc.2", {"1.0.0-rc.2", "1.0.0-rc.10", "1.0.0", "2.0.0"}, {"1.0.0-rc.1", "1.1.0-rc.3"}},
        {"^1.2.3-beta", {"1.2.3-beta", "1.2.3-rc", "1.5.0"}, {"1.2.3-alpha", "1.2.4-beta", "2.0.0"}},
        {">=1  <3", {"1", "2"}, {"3"}},
    };
    for (const Row& row : rows) {
        for (const char* version : row.in) {
            INFO(row.range << " has " << version);
            CHECK(fits(row.range, version));
        }
        for (const char* version : row.out) {
            INFO(row.range << " lacks " << version);
            CHECK_FALSE(fits(row.range, version));
        }
    }
    for (const char* text :
         {"^", ">=", "^x", ">=1,<2", "1 - 2", "1 || 2", "^^1", "=>1", "1.2.*", "~>1", "!1"})
        CHECK_FALSE(VersionRange::parse(text).ok());
}
