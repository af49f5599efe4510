// One run of an isolated plugin: its process, the lanes of the guest threads that call it, and what it has of
// the machine's: roots, handles, hooks. Ends with the process; the next call starts another one.
#pragma once

#include <atomic>
#include <csignal>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "isolate/lane.h"
#include "isolate/plugin_mail.h"
#include "native/native_registry.h"

namespace skua::vm {

class PluginSession : public std::enable_shared_from_this<PluginSession> {
public:
    // A row of the plugin's table.
    struct Row {
        std::string name, signature, capability;
        bool has_capability = false;
        bool operator==(const Row&) const = default;
    };
    struct Table {
        std::string name, version;
        std::vector<Row> rows;
        bool operator==(const Table&) const = default;
    };

    // Starts `host` and has it load the plugin in `file`.
    static Result<std::shared_ptr<PluginSession>> start(Vm& vm, const std::string& host,
                                                        const std::string& file, Table& table);
    ~PluginSession();

    [[nodiscard]] Vm& vm() { return vm_; }
    [[nodiscard]] PluginProcess& process() { return *process_; }
    [[nodiscard]] bool is_dead() const { return process_->is_dead(); }

    // The thread's lane; null if there is no memory, or the process is dead.
    Lane* lane_of(Thread& thread);
    void thread_ends(Thread& thread);

    // After its end: gives back what it had of the machine's, and fails what it was to complete. Any thread.
    void bury();
    // With the machine: unloads the plugin and ends the process. Nothing of this session's touches the
    // machine after that.
    void unload();

    // ---- threads of its own, and completions (session_threads.cpp) ----
    // Has letters read from now on. False: OutOfMemoryError is pending.
    bool read_letters(SkEnv* env);
    std::uint64_t add_completion(SkCompletion* completion);
    // Takes it, since it ends; null: there is none.
    SkCompletion* take_completion(std::uint64_t number, std::string* parts = nullptr);
    // What a letter, or a request like it, says of a completion. False: there is none, or it makes no sense.
    bool end_completion(isolate::LetterKind how, std::uint64_t number, std::uint64_t word,
                        std::string_view text);
    bool completion_wanted(std::uint64_t number, bool& wanted);
    // Takes an attached thread's lane, which is over.
    std::unique_ptr<Lane> take_lane(Thread& thread);

    // ---- what it has ----
    static constexpr std::size_t kMostCompletions = 1u << 20;
    static constexpr std::size_t kMostRoots = 1u << 20, kMostHooks = 4096, kMostTypes = 4096;
    std::uint64_t add_root(SkEnv* env, Object* object);  // 0: an error is pending
    SkRoot* root(std::uint64_t number);                  // null: there is none
    void free_root(SkEnv* env, std::uint64_t number);
    // A kind of handle of the plugin's, by the address that it has there; made if there is none, with a name
    // given. Null: too many, or none.
    const SkHandleType* handle_type(std::uint64_t address, const std::string* name);
    std::int64_t add_handle(SkEnv* env, const SkHandleType* type, std::size_t bytes);
    void forget_handle(std::int64_t handle);
    bool add_hook(std::uint64_t function, std::uint64_t data);
    // Types, fields and methods that it has been told of. 0: null, or too many.
    enum class Known : std::uint8_t { Type, Field, Method };
    static constexpr std::size_t kMostKnown = 1u << 18;
    std::uint64_t number_of(Known what, const void* pointer);
    const void* known(Known what, std::uint64_t number);  // null: there is none

private:
    explicit PluginSession(Vm& vm) : vm_(vm) {}
    struct Begun {
        SkCompletion* completion = nullptr;
        std::string parts;  // of its text, so far
    };
    bool read_letter(const isolate::Letter& letter, std::string_view text);
    bool attach(std::uint64_t token);
    bool refuse_attach(std::uint64_t token, int error);
    void run_attached(std::uint64_t token);
    void adopt(Lane& lane);
    struct RemoteType : SkHandleType {
        std::string text;
    };
    // Has the other side do something without a guest thread: on the lane of the calling thread, if it has
    // one.
    bool ask(const isolate::Message& message, isolate::Message& done);
    Result<void> load(const std::string& file, Table& table);

    Vm& vm_;
    std::unique_ptr<PluginProcess> process_;
    static constexpr int kMostAttached = 256;  // a descriptor each
    std::atomic<int> attached_{0};
    std::string name_;       // of the plugin
    sigset_t guest_mask_{};  // signals that guest threads block
    std::mutex lock_;        // of all below
    bool buried_ = false;
    SkVm* identity_ = nullptr;  // of the machine; once letters are read
    std::unordered_map<std::uint64_t, Begun> completions_;
    std::uint64_t last_completion_ = 0;
    std::size_t parts_ = 0;  // bytes of all parts
    std::unique_ptr<PluginMail> mail_;
    std::atomic<PluginMail*> mailbox_{nullptr};  // that, once it is there
    std::unordered_map<Thread*, std::unique_ptr<Lane>> lanes_;
    std::unordered_map<std::uint64_t, SkRoot*> roots_;
    std::uint64_t last_root_ = 0;
    std::unordered_map<std::uint64_t, std::unique_ptr<RemoteType>> types_;
    std::unordered_map<std::int64_t, const SkHandleType*> handles_;
    std::size_t hooks_ = 0;
    std::vector<std::pair<Known, const void*>> known_;
    std::unordered_map<const void*, std::uint64_t> known_numbers_;
    std::recursive_mutex service_lock_;  // of the lane without a thread
    std::unique_ptr<Lane> service_;
};

// Serves a request of the plugin's process (plugin_requests.cpp); see Lane::Server.
bool serve_plugin_request(PluginSession& session, Lane& lane, const isolate::Message& request,
                          isolate::Message& reply);

// May this reference stand where the type is declared? As the verifier would ask of guest code.
bool reference_fits(Vm& vm, const Object* object, const Type* type);

}  // namespace skua::vm
