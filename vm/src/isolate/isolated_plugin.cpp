#include "isolate/isolated_plugin.h"

#include <cstring>
#include <utility>

#include "native/host_support.h"
#include "native/value_call.h"

namespace skua::vm {

using isolate::Message;
using isolate::Op;

namespace {

// Calls of one plugin within each other on one thread, through callbacks: its stack takes more.
constexpr unsigned kMostNested = 1000;

// The registry wants functions; these are never called.
void not_here() {}

void throw_plugin_error(Thread& thread, const std::string& message) {
    throw_error(thread, "std.core.PluginError", message);
}

}  // namespace

Result<std::unique_ptr<IsolatedPlugin>> IsolatedPlugin::load(Vm& vm, const std::string& host,
                                                             const std::string& file) {
    std::unique_ptr<IsolatedPlugin> plugin(new IsolatedPlugin(vm));
    plugin->host_ = host;
    plugin->file_ = file;
    auto session = PluginSession::start(vm, host, file, plugin->texts_);
    if (!session) return std::move(session).error();
    plugin->session_ = *std::move(session);
    for (const PluginSession::Row& row : plugin->texts_.rows)
        plugin->natives_.push_back({row.name.c_str(), row.signature.c_str(), not_here,
                                    row.has_capability ? row.capability.c_str() : nullptr});
    plugin->plugin_ = {};
    plugin->plugin_.abi_version = SK_ABI_VERSION;
    plugin->plugin_.name = plugin->texts_.name.c_str();
    plugin->plugin_.version = plugin->texts_.version.c_str();
    plugin->plugin_.natives = plugin->natives_.data();
    plugin->plugin_.native_count = plugin->natives_.size();
    return plugin;
}

IsolatedPlugin::~IsolatedPlugin() {
    if (session_) session_->unload();
}

void IsolatedPlugin::thread_ends(Thread& thread) {
    std::shared_ptr<PluginSession> session;
    {
        const std::lock_guard guard(lock_);
        session = session_;
    }
    session->thread_ends(thread);
}

std::shared_ptr<PluginSession> IsolatedPlugin::running(Thread& thread) {
    const std::lock_guard guard(lock_);
    if (!session_->is_dead()) return session_;
    session_->bury();  // handles that it had are closed before the new one is there
    PluginSession::Table texts;
    auto session = PluginSession::start(vm_, host_, file_, texts);
    if (!session) {
        throw_plugin_error(
            thread, "plugin '" + texts_.name + "' cannot be started again: " + session.error().message);
        return nullptr;
    }
    if (texts != texts_) {
        throw_plugin_error(thread, "plugin '" + texts_.name + "' cannot be started again: the file " + file_ +
                                       " is another one now");
        return nullptr;
    }
    session_ = *std::move(session);
    return session_;
}

Slot IsolatedPlugin::wrong_result(Thread& thread, const NativeFunction& native, const std::string& what) {
    throw_plugin_error(thread,
                       "plugin '" + texts_.name + "' returned " + what + " from " + native.declaration->name);
    return 0;
}

[[gnu::noinline]] Slot IsolatedPlugin::value_result(Thread& thread, const NativeFunction& native, Lane& lane,
                                                    std::uint64_t place, Slot memory) {
    const ValueShape& shape = native.values->result;
    alignas(8) std::uint8_t value[kMaxValueBytes];
    lane.take_room(place, shape, value);
    if (!numbers_to_objects(lane.refs(), shape, value))
        return wrong_result(thread, native, "an object that it was not given");
    if (const std::string wrong = value_wrong(shape, value); !wrong.empty())
        return wrong_result(thread, native, "a " + type_text(shape.type) + " that " + wrong);
    std::memcpy(reinterpret_cast<void*>(memory), value, shape.layout->size);
    return 0;
}

Slot IsolatedPlugin::result(Thread& thread, const Function& function, const NativeFunction& native,
                            Lane& lane, std::uint64_t word) {
    const NativeKind kind = native.plan.signature.result;
    const auto wrong = [&](const std::string& what) { return wrong_result(thread, native, what); };
    if (is_reference_kind(kind)) {
        Object* object = word != 0 ? lane.refs().object(word) : nullptr;
        if (word != 0 && object == nullptr) return wrong("an object that it was not given");
        if (reference_fits(vm_, object, function.result_type)) return reinterpret_cast<Slot>(object);
        return wrong(object == nullptr ? "null" : "a " + type_text(object->cls->type));
    }
    const Slot slot = canonical_slot(kind, word);
    if (kind == NativeKind::Char && (slot > 0x10FFFF || (slot >= 0xD800 && slot <= 0xDFFF)))
        return wrong("what is no character");
    return slot;
}

Slot IsolatedPlugin::call(Thread& thread, const Function& function, const NativeFunction& native,
                          const Slot* args) {
    const std::shared_ptr<PluginSession> session = running(thread);
    if (!session) return 0;
    const auto died = [&]() -> Slot {
        throw_plugin_error(thread, "plugin '" + texts_.name + "' " + session->process().how_it_ended() +
                                       " in " + native.declaration->name);
        session->bury();
        return 0;
    };
    Lane* lane = session->lane_of(thread);
    if (lane == nullptr) {
        if (session->is_dead()) return died();
        throw_error(thread, "std.core.OutOfMemoryError",
                    "there is no memory for calls of an isolated plugin");
        return 0;
    }
    if (lane->depth() >= kMostNested) {
        throw_error(thread, "std.core.StackOverflowError",
                    "calls through the isolated plugin '" + texts_.name + "' are nested too deeply");
        return 0;
    }
    auto* env = reinterpret_cast<SkEnv*>(&thread.native_env);
    const Lane::Mark mark = lane->mark();
    Message message, done;
    const ValuePlan* values = native.values;
    message.op = values != nullptr ? Op::CallValues : Op::Call;
    message.native = static_cast<std::uint32_t>(native.declaration - natives_.data());
    const NativeSignature& signature = native.plan.signature;
    const bool has_place = values != nullptr && values->result.kind == NativeKind::Value;
    bool fits = true;
    for (unsigned i = 0; i < signature.param_count && fits; i++) {
        message.words[i] = args[i];
        if (is_reference_kind(signature.params[i])) {
            message.words[i] = i;
            fits = lane->put(env, i, reinterpret_cast<Object*>(args[i]));
        } else if (signature.params[i] == NativeKind::Value) {
            message.words[i] =
                i < values->params.size()
                    ? lane->put_value(env, values->params[i].shape, reinterpret_cast<const void*>(args[i]))
                    : lane->put_room(env, values->result);
            fits = message.words[i] != 0;
        }
    }
    Slot slot = 0;
    if (fits) {
        if (lane->depth() > 0) message.words[kMaxNativeParams] = lane->refresh();
        const auto serve = [&session](Lane& on, const Message& request, Message& reply) {
            return serve_plugin_request(*session, on, request, reply);
        };
        const ValuePlan* outer = std::exchange(lane->called, values);
        bool alive = lane->converse(message, done, serve);
        lane->called = outer;
        for (unsigned i = 0; alive && i < done.words[1]; i++) {
            const std::string wrong = i < isolate::kMaxChanges ? lane->merge(lane->change(i)) : "lost count";
            if (!wrong.empty()) session->process().kill("was stopped, since it " + wrong);
            alive = wrong.empty();
        }
        if (!alive) {
            slot = died();
        } else if (thread.pending == nullptr && has_place) {
            const unsigned last = signature.param_count - 1u;
            slot = value_result(thread, native, *lane, message.words[last], args[last]);
        } else if (thread.pending == nullptr) {
            slot = result(thread, function, native, *lane, done.words[0]);
        }
    }
    lane->back_to(mark);
    return slot;
}

}  // namespace skua::vm
