#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

struct Record {
    int group;
    double score;
    int id;
};

static std::vector<Record> make_records(int count) {
    std::vector<Record> records;
    records.reserve(static_cast<std::size_t>(count));
    long seed = 42;
    for (int i = 0; i < count; i++) {
        seed = seed * 16807 % 2147483647;
        int group = static_cast<int>(seed % 100);
        seed = seed * 16807 % 2147483647;
        records.push_back({group, static_cast<double>(seed % 100000) / 8, i});
    }
    return records;
}

static bool by_group(const Record& a, const Record& b) {
    if (a.group != b.group) return a.group < b.group;
    if (a.score != b.score) return a.score > b.score;
    return a.id < b.id;
}

static bool by_score(const Record& a, const Record& b) {
    if (a.score != b.score) return a.score < b.score;
    return a.id > b.id;
}

static long checksum(const std::vector<Record>& records) {
    long sum = 0;
    for (const Record& r : records) sum = (sum * 31 + r.id) % 1000003;
    return sum;
}

static std::string workload(bool small) {
    const std::vector<Record> records = make_records(small ? 1500 : 300000);
    std::vector<Record> grouped = records, scored = records;
    // Lambdas, so that the calls of the comparison are inlined.
    std::sort(grouped.begin(), grouped.end(),
              [](const Record& a, const Record& b) { return by_group(a, b); });
    std::sort(scored.begin(), scored.end(), [](const Record& a, const Record& b) { return by_score(a, b); });
    return std::to_string(checksum(records)) + " " + std::to_string(checksum(grouped)) + " " +
           std::to_string(checksum(scored)) + "\n";
}

int main(int argc, char** argv) {
    int rounds = argc > 1 ? std::atoi(argv[1]) : 1;
    std::string output;
    for (int round = 0; round == 0 || round < rounds; round++) {
        auto start = std::chrono::steady_clock::now();
        std::string text = workload(rounds == 0);
        std::chrono::nanoseconds spent = std::chrono::steady_clock::now() - start;
        if (argc > 1) std::fprintf(stderr, "%lld\n", static_cast<long long>(spent.count()));
        if (round > 0 && text != output) return 1;
        output = text;
    }
    std::fputs(output.c_str(), stdout);
    return 0;
}
