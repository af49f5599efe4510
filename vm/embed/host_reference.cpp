#include "host_reference.h"

#include <new>

#include "call_scope.h"
#include "host_error.h"
#include "host_thread.h"
#include "native/native_registry.h"

namespace skua::embed {
namespace {

vm::Object* object_of(const SkuaRef* ref) {
    return ref == nullptr ? nullptr : static_cast<vm::Object*>(ref->root->reference);
}

}  // namespace

SkuaRef* make_reference(SkuaVm& vm, vm::Object* object) {
    try {
        auto ref = std::make_unique<SkuaRef>(SkuaRef{&vm, nullptr});
        ref->root = vm.machine->natives().roots().add(object);
        return ref.release();
    } catch (const std::bad_alloc&) {
        return nullptr;
    }
}

}  // namespace skua::embed

using skua::embed::object_of;
namespace vm = skua::vm;

const char* skua_ref_type(const SkuaRef* ref) {
    const vm::Object* object = object_of(ref);
    return object == nullptr ? "" : ref->vm->machine->natives().text_of(*object->cls->type);
}

void* skua_ref_elements(const SkuaRef* ref, SkKind* element, std::size_t* len) {
    vm::Object* object = object_of(ref);
    if (object == nullptr || object->cls->kind != vm::ClassKind::Array) return nullptr;
    const vm::TypeKind kind = object->cls->element_type->kind;
    if (!skua::classfile::is_primitive(kind)) return nullptr;
    auto& array = *static_cast<vm::Array*>(object);
    if (element != nullptr) *element = static_cast<SkKind>(kind);
    if (len != nullptr) *len = array.length;
    return array.data();
}

const char* skua_ref_text(const SkuaRef* ref, std::size_t* len) {
    const vm::Object* object = object_of(ref);
    if (object == nullptr || object->cls->kind != vm::ClassKind::String) return nullptr;
    const auto& text = *static_cast<const vm::String*>(object);
    if (len != nullptr) *len = text.length;
    return text.chars();
}

SkuaRef* skua_ref_copy(const SkuaRef* ref) {
    vm::Object* object = object_of(ref);
    return object == nullptr ? nullptr : skua::embed::make_reference(*ref->vm, object);
}

bool skua_ref_same(const SkuaRef* a, const SkuaRef* b) {
    return object_of(a) == object_of(b);
}

void skua_ref_free(SkuaRef* ref) {
    if (ref == nullptr) return;
    ref->vm->machine->natives().roots().remove(ref->root);
    delete ref;
}

SkuaStatus skua_array_new(SkuaVm* vm, SkKind element, std::size_t len, SkuaRef** array, SkuaError** error) {
    using namespace skua::embed;
    if (vm == nullptr || array == nullptr)
        return fail(error, SKUA_BAD_USE, "skua_array_new: an argument is NULL");
    if (element > SK_CHAR)
        return fail(error, SKUA_BAD_USE, "skua_array_new makes arrays of numbers, bools and chars");
    return guarded(error, [&] {
        vm::Thread* thread = nullptr;
        if (const SkuaStatus status = attach(*vm, thread, error)) return status;
        const CallScope scope(*vm, *thread);
        if (!scope) return fail(error, SKUA_NO_RESOURCE, "the system gives no thread to watch over the time");
        auto* env = reinterpret_cast<SkEnv*>(&thread->native_env);
        SkArray* made = env->api->array_new(env, element, len);
        if (made == nullptr) return hand_over(error, take_error(*thread));
        *array = make_reference(*vm, reinterpret_cast<vm::Object*>(made));
        return *array != nullptr ? SKUA_OK
                                 : fail(error, SKUA_NO_RESOURCE, "there is no memory for a reference");
    });
}
