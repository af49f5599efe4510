// Roots that natives register: cells outside of the heap that the collector scans.
//
// Any thread may call. Cells have stable addresses; freed ones are used again.
#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "skua/native.h"

struct SkRoot {
    void* reference;
};

namespace skua::vm {

class RootTable {
public:
    ~RootTable();

    SkRoot* add(void* reference);  // may throw std::bad_alloc
    void remove(SkRoot* root);

private:
    static constexpr std::size_t kBlock = 128;
    std::mutex lock_;
    std::vector<std::unique_ptr<SkRoot[]>> blocks_;
    std::vector<SkRoot*> free_;
};

}  // namespace skua::vm
