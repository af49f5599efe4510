// Memory for compiling: pieces of a size class are used again, and all of it once nothing is left.
#include "ir/scratch.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdint>
#include <thread>

using namespace skua::jit;

TEST_CASE("scratch: what is released serves the next allocation of its class") {
    Scratch scratch;
    void* kept = scratch.allocate(8);
    void* first = scratch.allocate(100);
    scratch.release(first, 100);
    CHECK(scratch.allocate(60) != first);
    CHECK(scratch.allocate(128) == first);
    CHECK(scratch.allocate(128) != first);
    scratch.release(kept, 8);
}

TEST_CASE("scratch: begins anew when nothing is allocated any more") {
    Scratch scratch;
    void* first = scratch.allocate(16);
    void* large = scratch.allocate(std::size_t{5} << 20);  // more than is kept
    scratch.release(first, 16);
    scratch.release(large, std::size_t{5} << 20);
    void* again = scratch.allocate(4000);
    CHECK(again == first);
    std::fill_n(static_cast<char*>(again), 4000, 'x');
    scratch.release(again, 4000);
}

TEST_CASE("scratch: pieces do not overlap, whatever their size") {
    Scratch scratch;
    std::vector<std::pair<unsigned char*, std::size_t>> pieces;
    for (std::size_t i = 1; i < 3000; ++i) {
        const std::size_t size = i * i % 70000 + 1;
        auto* p = static_cast<unsigned char*>(scratch.allocate(size));
        REQUIRE(reinterpret_cast<std::uintptr_t>(p) % 16 == 0);
        std::fill_n(p, size, static_cast<unsigned char>(i));
        pieces.emplace_back(p, size);
        if (i % 3 != 0) continue;
        auto& gone = pieces[i % pieces.size()];
        scratch.release(gone.first, gone.second);
        gone = pieces.back();
        pieces.pop_back();
    }
    const auto whole = [](const auto& piece) {
        return std::all_of(piece.first, piece.first + piece.second,
                           [&](unsigned char c) { return c == piece.first[0]; });
    };
    CHECK(std::all_of(pieces.begin(), pieces.end(), whole));
    for (auto [p, size] : pieces) scratch.release(p, size);
}

TEST_CASE("scratch: each thread has its own") {
    Scratch* const mine = &Scratch::of_thread();
    Scratch* others = nullptr;
    std::thread([&] { others = &Scratch::of_thread(); }).join();
    CHECK(mine == &Scratch::of_thread());
    CHECK(mine != others);
}
