// The pass `pack`: which stores become one, which must not, and that random loops do afterwards what they did
// before (the oracle: evaluator.h).
#include <bit>
#include <random>

#include "evaluator.h"
#include "ir_support.h"
#include "opt/passes.h"

using namespace skua::jit;
using namespace skua::jit::test;

namespace {

// Two arrays, a float; i goes from 0 to below the third parameter in steps of two.
std::string packed_loop(const std::string& body) {
    return "graph f(i64, i64, i64, f64) -> (i64)\nblock0:\n v1 = Param #0\n v2 = Param #1\n v3 = Param #2\n"
           "v7 = Param.f64 #3\n Jump block1\n"
           "block1 <- block0, block2:\n v4 = Phi 0, v5\n v6 = Add v4, 1\n" +
           body +
           "v5 = Add v4, 2\n v9 = Lt v5, v3\n Branch v9, block2, block3\n"
           "block2 <- block1:\n Jump block1\nblock3 <- block1:\n Return v5\n";
}

void keeps(const std::string& body) {
    check_pass(pack, packed_loop(body), packed_loop(body));
}

const char* const kElement = "element.f64";

std::string load(int v, int array, int index, const char* kind = kElement) {
    return "v" + std::to_string(v) + " = Load.f64 [v" + std::to_string(array) + " + v" +
           std::to_string(index) + "*8 + 16] " + kind + "\n";
}
std::string packed_store(int array, int index, int v) {
    return "Store [v" + std::to_string(array) + " + v" + std::to_string(index) + "*8 + 16] " + kElement +
           ", v" + std::to_string(v) + "\n";
}

}  // namespace

TEST_CASE("neighbouring elements that are made alike are made at once") {
    check_pass(pack,
               packed_loop(load(10, 2, 4) + "v11 = FMul.f64 v7, v10\n" + load(12, 1, 4) +
                           "v13 = FAdd.f64 v12, v11\n" + packed_store(1, 4, 13) + load(20, 2, 6) +
                           "v21 = FMul.f64 v7, v20\n" + load(22, 1, 6) + "v23 = FAdd.f64 v22, v21\n" +
                           packed_store(1, 6, 23)),
               "graph f(i64, i64, i64, f64) -> (i64)\nblock0:\n v1 = Param #0\n v2 = Param #1\n"
               "v3 = Param #2\n v7 = Param.f64 #3\n Jump block1\nblock1 <- block0, block2:\n v4 = Phi 0, v5\n"
               "v10 = Load.f64x2 [v1 + v4*8 + 16] element.f64\n v11 = Splat.f64x2 v7\n"
               "v12 = Load.f64x2 [v2 + v4*8 + 16] element.f64\n v13 = FMul.f64x2 v11, v12\n"
               "v14 = FAdd.f64x2 v10, v13\n Store [v1 + v4*8 + 16] element.f64, v14\n"
               "v5 = Add v4, 2\n v9 = Lt v5, v3\n Branch v9, block2, block3\n"
               "block2 <- block1:\n Jump block1\nblock3 <- block1:\n Return v5\n");
}

TEST_CASE("an array may be shifted down, not up") {
    // a[i] = a[i + 1]: what is loaded has not been written yet.
    check_pass(pack,
               packed_loop("v10 = Add v4, 2\n" + load(11, 1, 6) + packed_store(1, 4, 11) + load(12, 1, 10) +
                           packed_store(1, 6, 12)),
               packed_loop("v11 = Load.f64x2 [v1 + v6*8 + 16] element.f64\n"
                           "Store [v1 + v4*8 + 16] element.f64, v11\n"));
    // a[i + 1] = a[i]: it has been.
    keeps("v10 = Add v4, 2\n" + load(11, 1, 4) + packed_store(1, 6, 11) + load(12, 1, 6) +
          packed_store(1, 10, 12));
}

TEST_CASE("what could be noticed is not packed") {
    const std::string first = load(10, 2, 4) + packed_store(1, 4, 10),
                      second = load(11, 2, 6) + packed_store(1, 6, 11);
    // A guard that may throw between the stores.
    keeps(first + "v12 = DivCheck v3, !1\n" + second);
    // An access in between that may be to the same array, at an index of its own.
    keeps(first + "v12 = Load.f64 [v2 + v3*8 + 16] element.f64\n" + second +
          "v13 = CallRuntime v3, @effect, !2\n Store [v1 + v3*8 + 16] element.f64, v12\n");
    // The value is wanted elsewhere, too.
    keeps(first + second + "Store [v2 + v3*8 + 16] element.f64, v10\n");
    // Made differently.
    keeps(load(10, 2, 4) + "v12 = FNeg.f64 v10\n" + packed_store(1, 4, 12) + second);
    // Not neighbours.
    keeps("v14 = Add v4, 3\n" + load(10, 2, 4) + packed_store(1, 4, 10) + load(11, 2, 6) +
          packed_store(1, 14, 11));
}

namespace {

// A loop whose stores may or may not be packed.
class Body {
public:
    explicit Body(std::uint64_t seed) : random_(seed) {}

    std::string text() {
        out_ =
            "graph f(i64, i64, i64, f64, i64) -> (i64)\nblock0:\n v1 = Param #0\n v2 = Param #1\n"
            "v3 = Param #2\n v7 = Param.f64 #3\n v8 = Param #4\n Jump block1\n"
            "block1 <- block0, block2:\n v4 = Phi 0, v5\n";
        for (int k = 1; k < 6; ++k)
            out_ += "v" + std::to_string(10 + k) + " = Add v4, " + std::to_string(k) + "\n";
        // Elements of four bytes and of eight are never of one array.
        small_ = pick(3) == 0;
        const int groups = 1 + pick(3);
        for (int g = 0; g < groups; ++g) group();
        out_ +=
            "v5 = Add v4, 2\n v9 = Lt v5, v3\n Branch v9, block2, block3\n"
            "block2 <- block1:\n Jump block1\nblock3 <- block1:\n Return v5\n";
        return out_;
    }

private:
    int pick(int n) { return static_cast<int>(random_() % static_cast<std::uint64_t>(n)); }
    // A step of a recipe; the lanes follow the same one, or nearly so.
    struct Step {
        int kind, array, shift;
    };

    std::string index(int lane) {
        const int k = std::min(lane, 5);
        return k == 0 ? "v4" : "v" + std::to_string(10 + k);
    }

    void group() {
        kind_ = small_ ? 2 : pick(2);
        const int lanes = kind_ == 2 ? 4 : 2, target = 1 + pick(2), shift = pick(2);
        std::vector<Step> recipe;
        for (int i = 0; i < 1 + pick(4); ++i) recipe.push_back({pick(5), 1 + pick(2), pick(3)});
        std::vector<std::string> rows;
        for (int lane = 0; lane < lanes; ++lane) {
            auto own = recipe;
            if (pick(8) == 0) own[0].shift = pick(3);
            if (pick(12) == 0) own.push_back({pick(5), 1 + pick(2), pick(3)});
            std::string row;
            std::string value = load(row, own[0].array, lane + own[0].shift);
            for (std::size_t i = 1; i < own.size(); ++i) value = combine(row, own[i], lane, value);
            row += "Store [v" + std::to_string(target) + " + " + index(lane + shift) + "*" + size() +
                   " + 16] element." + rep() + ", " + value + "\n";
            rows.push_back(row);
        }
        if (pick(4) == 0) std::swap(rows[0], rows[1]);
        for (const std::string& row : rows) out_ += row;
    }
    const char* rep() const { return kind_ == 0 ? "w64" : kind_ == 1 ? "f64" : "f32"; }
    const char* type() const { return kind_ == 0 ? "" : kind_ == 1 ? ".f64" : ".f32"; }
    const char* size() const { return kind_ == 2 ? "4" : "8"; }
    std::string made(std::string& row, const std::string& what) {
        const std::string name = "v" + std::to_string(next_++);
        row += name + " = " + what + "\n";
        return name;
    }
    std::string load(std::string& row, int array, int lane) {
        return made(row, std::string("Load") + type() + " [v" + std::to_string(array) + " + " + index(lane) +
                             "*" + size() + " + 16] element." + rep());
    }
    std::string combine(std::string& row, const Step& step, int lane, const std::string& value) {
        static constexpr const char* kInteger[] = {"Add", "Sub", "And", "Or", "Xor"};
        static constexpr const char* kFloat[] = {"FAdd", "FSub", "FMul", "FDiv", "FAdd"};
        std::string other;
        if (step.shift == 2) {
            other = kind_ == 0              ? (pick(2) ? "v8" : "77")
                    : kind_ == 1 && pick(2) ? "v7"
                    : kind_ == 1            ? "2.5:f64"
                                            : "1.5:f32";
        } else {
            other = load(row, step.array, lane + step.shift);
        }
        if (kind_ != 0 && pick(6) == 0) other = made(row, std::string("FAbs") + type() + " " + other);
        const char* op = kind_ == 0 ? kInteger[step.kind] : kFloat[step.kind];
        return made(row, std::string(op) + type() + " " + value + ", " + other);
    }

    std::mt19937_64 random_;
    std::string out_;
    bool small_ = false;
    int kind_ = 0, next_ = 20;  // of elements: w64, f64, f32
};

Outcome run_variant(const Graph& graph, std::uint64_t variant) {
    Memory memory;
    std::mt19937_64 random(variant + 5);
    std::vector<std::int64_t> arguments;
    for (int i = 0; i < 2; ++i) {
        arguments.push_back(memory.allocate_array(symbols().find("Array"), 24));
        auto* words = reinterpret_cast<std::uint64_t*>(arguments.back());
        for (int w = 0; w < 24; ++w) {
            words[2 + w] = variant % 2
                               ? std::bit_cast<std::uint64_t>(static_cast<double>(random() % 100) / 4 + 1)
                               : random() % 1000;
        }
    }
    if (variant % 3 == 0) arguments[1] = arguments[0];
    arguments.push_back(static_cast<std::int64_t>(random() % 16));
    arguments.push_back(std::bit_cast<std::int64_t>(3.25));
    arguments.push_back(12345);
    return evaluate(graph, arguments, memory);
}

}  // namespace

TEST_CASE("random loops do the same when packed") {
    int packed = 0;
    for (std::uint64_t seed = 1; seed <= 1500; ++seed) {
        const std::string text = Body(seed).text();
        const auto before = graph_of(text);
        const auto after = graph_of(text);
        pack(*after);
        const std::string changed = print(*after, {&symbols(), false});
        INFO("seed " << seed << "\n" << text << changed);
        REQUIRE(verify_graph(*after) == "");
        packed += changed.find("x2") != std::string::npos || changed.find("x4") != std::string::npos;
        for (std::uint64_t variant = 0; variant < 6; ++variant) {
            const Outcome expected = run_variant(*before, variant);
            REQUIRE(expected.end == Outcome::End::Returned);
            REQUIRE(run_variant(*after, variant) == expected);
        }
    }
    CHECK(packed > 300);   // it is about something
    CHECK(packed < 1300);  // and refuses something
}
