#include "link/class_memory.h"

#include <mutex>
#include <new>
#include <unordered_map>

namespace skua::vm {
namespace {

// What is left of a class: how to mark objects of it.
struct FormerClass : gc::ClassHeader {
    FormerClass* next = nullptr;
};
static_assert(sizeof(FormerClass) <= sizeof(Class) && alignof(Class) <= alignof(std::max_align_t));

struct FormerClasses {
    std::mutex lock;
    std::unordered_map<std::uintptr_t, FormerClass*> by_descriptor;  // also of what is in use: then null
};

// Never destroyed: machines may end after the program's static objects.
FormerClasses& former_classes() {
    static auto* instance = new FormerClasses();
    return *instance;
}

void* memory_for(std::uintptr_t mark_descriptor) {
    FormerClasses& former = former_classes();
    const std::lock_guard guard(former.lock);
    FormerClass*& first = former.by_descriptor[mark_descriptor];
    if (first == nullptr) return ::operator new(sizeof(Class));
    void* memory = first;
    first = first->next;
    return memory;
}

}  // namespace

OwnedClass make_class(std::uintptr_t mark_descriptor) {
    OwnedClass cls(new (memory_for(mark_descriptor)) Class());
    cls->mark_descriptor = mark_descriptor;
    return cls;
}

void ClassDeleter::operator()(Class* cls) const noexcept {
    const std::uintptr_t mark_descriptor = cls->mark_descriptor;
    cls->~Class();
    auto* kept = new (cls) FormerClass();
    kept->mark_descriptor = mark_descriptor;
    FormerClasses& former = former_classes();
    const std::lock_guard guard(former.lock);
    FormerClass*& first = former.by_descriptor.find(mark_descriptor)->second;
    kept->next = first;
    first = kept;
}

}  // namespace skua::vm
