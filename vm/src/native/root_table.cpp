#include "native/root_table.h"

#include "skua/gc/heap.h"

namespace skua::vm {

RootTable::~RootTable() {
    for (auto& block : blocks_) gc::remove_root_range(block.get());
}

SkRoot* RootTable::add(void* reference) {
    const std::lock_guard guard(lock_);
    if (free_.empty()) {
        free_.reserve((blocks_.size() + 1) * kBlock);  // so that remove never allocates
        blocks_.push_back(std::make_unique<SkRoot[]>(kBlock));
        SkRoot* block = blocks_.back().get();
        gc::add_root_range(block, block + kBlock);
        for (std::size_t i = kBlock; i > 0; i--) free_.push_back(block + i - 1);
    }
    SkRoot* root = free_.back();
    free_.pop_back();
    root->reference = reference;
    return root;
}

void RootTable::remove(SkRoot* root) {
    const std::lock_guard guard(lock_);
    root->reference = nullptr;
    free_.push_back(root);
}

}  // namespace skua::vm
