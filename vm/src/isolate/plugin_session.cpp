#include "isolate/plugin_session.h"

#include <cstring>

#include "native/host_support.h"
#include "native/native_error.h"
#include "skua/gc/heap.h"

namespace skua::vm {

using isolate::Message;
using isolate::Op;

namespace {

constexpr unsigned kServicePatience = 10'000;  // milliseconds for closing, hooks, loading
constexpr std::size_t kMostTable = 16u << 20;

Message lane_message(Op op, std::initializer_list<std::uint64_t> words = {}) {
    Message message;
    message.op = op;
    std::copy(words.begin(), words.end(), message.words);
    return message;
}

// Texts behind their lengths, as the other side has written them.
class TableReader {
public:
    explicit TableReader(std::string bytes) : bytes_(std::move(bytes)) {}
    std::string text() {
        std::uint32_t length = 0;
        if (bytes_.size() - at_ < sizeof length) return failed();
        std::memcpy(&length, bytes_.data() + at_, sizeof length);
        at_ += sizeof length;
        if (length > bytes_.size() - at_) return failed();
        at_ += length;
        return repaired_utf8(bytes_.substr(at_ - length, length));
    }
    [[nodiscard]] bool at_end() const { return at_ == bytes_.size(); }
    [[nodiscard]] bool good() const { return good_; }

private:
    std::string failed() {
        good_ = false;
        at_ = bytes_.size();
        return {};
    }
    std::string bytes_;
    std::size_t at_ = 0;
    bool good_ = true;
};

struct RemoteHandle {
    std::weak_ptr<PluginSession> session;
    std::int64_t number = 0;
};

}  // namespace

Result<std::shared_ptr<PluginSession>> PluginSession::start(Vm& vm, const std::string& host,
                                                            const std::string& file, Table& table) {
    auto process = PluginProcess::start(host, file);
    if (!process) return std::move(process).error();
    std::shared_ptr<PluginSession> session(new PluginSession(vm));
    session->process_ = *std::move(process);
    pthread_sigmask(SIG_SETMASK, nullptr, &session->guest_mask_);
    session->add_hook(0, 0);  // the first, and so the last that runs
    SKUA_TRY(session->load(file, table));
    return session;
}

PluginSession::~PluginSession() {
    process_->kill("was ended with the machine");
    mailbox_ = nullptr;
    mail_.reset();
    bury();
}

void PluginSession::adopt(Lane& lane) {
    lane.catch_up = [this](std::uint32_t letters) {
        if (PluginMail* mail = mailbox_) mail->catch_up(letters);
    };
}

bool PluginSession::ask(const Message& message, Message& done) {
    if (is_dead()) return false;
    const auto serve = [this](Lane& lane, const Message& request, Message& reply) {
        return serve_plugin_request(*this, lane, request, reply);
    };
    if (Lane* lane = Lane::current(*process_)) return lane->converse(message, done, serve);
    const std::lock_guard guard(service_lock_);
    if (!service_) {
        service_ = Lane::open(*process_, nullptr);
        if (service_) adopt(*service_);
    }
    return service_ && service_->converse(message, done, serve, kServicePatience);
}

Result<void> PluginSession::load(const std::string& file, Table& table) {
    const std::string why = "cannot load the plugin " + file + ": ";
    Message done;
    const bool answered =
        ask(lane_message(Op::Load, {isolate::kProtocol, vm_.determinism() != nullptr, vm_.tracer() != nullptr,
                                    gc::heap_limit(), vm_.options().args.size()}),
            done);
    if (!answered) return native_error(why + "its process " + process_->how_it_ended());
    const char* said = service_->upper(done.words[1], done.words[2]);
    if (said == nullptr || done.words[2] > kMostTable) return native_error(why + "its table is damaged");
    TableReader reader(std::string(said, done.words[2]));
    if (done.words[0] != 1) return native_error(reader.text());
    name_ = table.name = reader.text();
    table.version = reader.text();
    while (!reader.at_end()) {
        Row row;
        row.name = reader.text();
        row.signature = reader.text();
        row.capability = reader.text();
        row.has_capability = !row.capability.empty();
        table.rows.push_back(std::move(row));
    }
    if (!reader.good()) return native_error(why + "its table is damaged");
    return {};
}

Lane* PluginSession::lane_of(Thread& thread) {
    const std::lock_guard guard(lock_);
    auto& lane = lanes_[&thread];
    if (!lane) {
        lane = Lane::open(*process_, &thread);
        if (lane) adopt(*lane);
    }
    if (lane) return lane.get();
    lanes_.erase(&thread);
    return nullptr;
}

void PluginSession::thread_ends(Thread& thread) {
    std::unique_ptr<Lane> lane;
    {
        const std::lock_guard guard(lock_);
        const auto it = lanes_.find(&thread);
        if (it == lanes_.end()) return;
        lane = std::move(it->second);
        lanes_.erase(it);
    }
    if (!is_dead()) lane->tell(lane_message(Op::End));
}

void PluginSession::bury() {
    std::unordered_map<std::uint64_t, SkRoot*> roots;
    std::unordered_map<std::int64_t, const SkHandleType*> handles;
    std::unordered_map<std::uint64_t, Begun> completions;
    {
        const std::lock_guard guard(lock_);
        buried_ = true;
        roots.swap(roots_);
        handles.swap(handles_);
        completions.swap(completions_);
    }
    for (const auto& [number, root] : roots) vm_.natives().roots().remove(root);
    for (const auto& [handle, type] : handles) vm_.natives().handles().close(type, handle);
    if (completions.empty()) return;
    const std::string why =
        "plugin '" + name_ + "' " + process_->how_it_ended() + " before it had completed this";
    for (const auto& [number, begun] : completions)
        host_api().complete_error(begun.completion, "std.core.PluginError", why.c_str());
}

void PluginSession::unload() {
    Message done;
    ask(lane_message(Op::Unload), done);
    process_->kill("was ended with the machine");
    mailbox_ = nullptr;
    mail_.reset();
    bury();
}

// ---- what it has
// -------------------------------------------------------------------------------------------

std::uint64_t PluginSession::add_root(SkEnv* env, Object* object) {
    const std::lock_guard guard(lock_);
    if (roots_.size() >= kMostRoots) {
        throw_error(thread_of(env), "std.core.OutOfMemoryError", "an isolated plugin may have 1048576 roots");
        return 0;
    }
    if (buried_) return 0;  // nobody hears it
    SkRoot* root = env->api->root_new(env, object);
    if (root == nullptr) return 0;
    roots_[++last_root_] = root;
    return last_root_;
}

SkRoot* PluginSession::root(std::uint64_t number) {
    const std::lock_guard guard(lock_);
    const auto it = roots_.find(number);
    return it != roots_.end() ? it->second : nullptr;
}

void PluginSession::free_root(SkEnv* env, std::uint64_t number) {
    const std::lock_guard guard(lock_);
    const auto it = roots_.find(number);
    if (it == roots_.end()) return;
    env->api->root_free(env, it->second);
    roots_.erase(it);
}

const SkHandleType* PluginSession::handle_type(std::uint64_t address, const std::string* name) {
    const std::lock_guard guard(lock_);
    if (const auto it = types_.find(address); it != types_.end()) return it->second.get();
    if (name == nullptr || types_.size() >= kMostTypes) return nullptr;
    auto type = std::make_unique<RemoteType>();
    type->text = repaired_utf8(*name);
    type->name = type->text.c_str();
    type->close = [](void* pointer) {
        const std::unique_ptr<RemoteHandle> handle(static_cast<RemoteHandle*>(pointer));
        const auto session = handle->session.lock();
        if (!session || handle->number == 0) return;
        session->forget_handle(handle->number);
        Message done;
        session->ask(lane_message(Op::CloseHandle, {static_cast<std::uint64_t>(handle->number)}), done);
    };
    return (types_[address] = std::move(type)).get();
}

std::int64_t PluginSession::add_handle(SkEnv* env, const SkHandleType* type, std::size_t bytes) {
    auto remote = std::make_unique<RemoteHandle>();
    remote->session = weak_from_this();
    const std::int64_t handle = env->api->handle_new_sized(env, type, remote.get(), bytes);
    if (handle == 0) return 0;
    (void)std::exchange(remote->number, handle);
    (void)remote.release();
    const std::lock_guard guard(lock_);
    handles_[handle] = type;
    return handle;
}

void PluginSession::forget_handle(std::int64_t handle) {
    const std::lock_guard guard(lock_);
    handles_.erase(handle);
}

std::uint64_t PluginSession::number_of(Known what, const void* pointer) {
    const std::lock_guard guard(lock_);
    if (const auto it = known_numbers_.find(pointer); it != known_numbers_.end()) return it->second;
    if (pointer == nullptr || known_.size() >= kMostKnown) return 0;
    known_.emplace_back(what, pointer);
    return known_numbers_[pointer] = known_.size();
}

const void* PluginSession::known(Known what, std::uint64_t number) {
    const std::lock_guard guard(lock_);
    const bool is_one = number > 0 && number <= known_.size() && known_[number - 1].first == what;
    return is_one ? known_[number - 1].second : nullptr;
}

bool PluginSession::add_hook(std::uint64_t function, std::uint64_t data) {
    {
        const std::lock_guard guard(lock_);
        if (hooks_ >= kMostHooks) return false;
        hooks_++;
    }
    struct Hook {
        std::weak_ptr<PluginSession> session;
        Message message;
    };
    const Op op = function != 0 ? Op::RunHook : Op::Flush;
    vm_.natives().at_exit(
        [](void* pointer) {
            const std::unique_ptr<Hook> hook(static_cast<Hook*>(pointer));
            Message done;
            const auto session = hook->session.lock();
            if (!session) return;
            session->ask(hook->message, done);
            // The last hook of the plugin's, since it is the first that was registered: the program is over.
            if (hook->message.op == Op::Flush) session->process_->kill_and_wait("was ended with the program");
        },
        new Hook{weak_from_this(), lane_message(op, {function, data})});
    return true;
}

}  // namespace skua::vm
