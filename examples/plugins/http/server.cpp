// The server's natives, on libmicrohttpd.
//
// The daemon has no threads of its own: it runs while the guest waits in `nextEvent`, in the guest's thread.
// When a request has arrived as a whole, its connection is suspended and the request put into a queue, from
// which the guest takes it; the answer lets the connection go on. So no guest code runs within the daemon's
// callbacks, and a handler may do what it likes. Bodies that are made piece by piece work the same way: when
// one piece has been sent, the guest hears that more is wanted.
#include <arpa/inet.h>
#include <cstring>
#include <deque>
#include <map>
#include <memory>
#include <microhttpd.h>
#include <mutex>
#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include "http_plugin.hpp"

namespace http {

namespace {

constexpr std::size_t kConnectionMemory = 32 * 1024;  // for a request's line and headers: more is 431
constexpr int kLookMilliseconds = 100;
constexpr std::size_t kPieceBytes = 64 * 1024;

enum class State { Reading, Waiting, Answered, Sending, Dead };
enum Kind { kRequest = 1, kWantsMore = 2, kGone = 3 };

struct Server;

// A request and its answer.
struct Exchange {
    Server* server = nullptr;
    std::int64_t id = 0;  // 0 until the guest hears of it
    std::string target;   // as sent: path and query
    std::string method, peer;
    std::vector<std::string> headers;
    std::string body;
    bool begun = false, suspended = false, too_large = false, refused = false;
    std::size_t discarded = 0;
    State state = State::Reading;
    MHD_Connection* connection = nullptr;
    int status = 0;
    MHD_Response* response = nullptr;
    // Of a body in pieces.
    bool in_pieces = false, ended = false, wanted = false;
    std::string piece;
    std::size_t sent = 0;

    ~Exchange() {
        if (response != nullptr) MHD_destroy_response(response);
    }
};

struct Event {
    Kind kind;
    std::int64_t id;
};

struct Server {
    std::mutex lock;
    MHD_Daemon* daemon = nullptr;
    std::map<std::int64_t, Exchange*> exchanges;  // those that the guest knows
    std::deque<Event> events;
    std::int64_t last_id = 0;
    std::size_t most_body = 0;
    int port = 0;
    std::size_t connections = 0;
    bool quiet = false;

    void suspend(Exchange& e) {
        e.suspended = true;
        MHD_suspend_connection(e.connection);
    }
    void resume(Exchange& e) {
        if (!e.suspended) return;
        e.suspended = false;
        MHD_resume_connection(e.connection);
    }

    // On the guest's thread, or on the collector's when nobody has closed it.
    ~Server() {
        if (daemon == nullptr) return;
        // The daemon cannot stop with suspended connections.
        for (auto& [id, exchange] : exchanges) {
            exchange->state = State::Dead;
            resume(*exchange);
        }
        MHD_run(daemon);
        MHD_stop_daemon(daemon);
    }
};

const SkHandleType kServer = {"HTTP server", [](void* p) { delete static_cast<Server*>(p); }};

// The server behind a handle, held against other threads of the guest for as long as this lives.
class Held {
public:
    Held(SkEnv* env, std::int64_t handle) : server_(env, &kServer, handle) {
        if (server_) lock_ = std::unique_lock(server_->lock);
    }
    explicit operator bool() const { return bool(server_); }  // false: an error is pending
    Server* operator->() const { return server_.get(); }
    Server& operator*() const { return *server_.get(); }

private:
    skua::Handle<Server> server_;
    std::unique_lock<std::mutex> lock_;  // let go before the handle is
};

MHD_Result answer_shortly(MHD_Connection* connection, unsigned status, const char* text) {
    MHD_Response* response =
        MHD_create_response_from_buffer(std::strlen(text), const_cast<char*>(text), MHD_RESPMEM_PERSISTENT);
    if (response == nullptr) return MHD_NO;
    MHD_add_response_header(response, "Content-Type", "text/plain; charset=utf-8");
    MHD_add_response_header(response, "Connection", "close");
    const MHD_Result result = MHD_queue_response(connection, status, response);
    MHD_destroy_response(response);
    return result;
}

// Before anything else is known of a request: its target as it was sent.
void* on_target(void*, const char* target, MHD_Connection*) {
    auto* exchange = new (std::nothrow) Exchange;
    try {
        if (exchange != nullptr) exchange->target = target;
    } catch (const std::bad_alloc&) {
        delete exchange;
        exchange = nullptr;
    }
    return exchange;
}

MHD_Result note_header(void* pointer, MHD_ValueKind, const char* name, const char* value) {
    auto* headers = static_cast<std::vector<std::string>*>(pointer);
    headers->emplace_back(name);
    headers->emplace_back(value == nullptr ? "" : value);
    return MHD_YES;
}

std::string peer_of(MHD_Connection* connection) {
    const MHD_ConnectionInfo* info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    char host[INET6_ADDRSTRLEN + 20] = "";
    if (info == nullptr) return host;
    const sockaddr* address = info->client_addr;
    const socklen_t length = address->sa_family == AF_INET6 ? sizeof(sockaddr_in6) : sizeof(sockaddr_in);
    ::getnameinfo(address, length, host, sizeof host, nullptr, 0, NI_NUMERICHOST);
    return host;
}

constexpr const char* kTooLarge = "the body is larger than this server accepts\n";

// Called when the headers are there, for each part of the body, at its end, and after each resumption.
MHD_Result on_request(Server& server, MHD_Connection* connection, const char* method, const char* upload,
                      std::size_t* size, Exchange& e) {
    if (e.state == State::Dead) return MHD_NO;
    if (!e.begun) {
        e.begun = true;
        e.server = &server;
        e.connection = connection;
        e.method = method;
        MHD_get_connection_values(connection, MHD_HEADER_KIND, note_header, &e.headers);
        const char* length = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Content-Length");
        if (length != nullptr && std::strtoull(length, nullptr, 10) > server.most_body) {
            e.refused = true;
            return answer_shortly(connection, MHD_HTTP_CONTENT_TOO_LARGE, kTooLarge);
        }
        return MHD_YES;
    }
    if (e.refused) {
        *size = 0;
        return MHD_YES;
    }
    if (*size > 0) {
        if (e.too_large || e.body.size() + *size > server.most_body) {
            // Of no stated length. It is read to its end, within bounds, so that the client hears why.
            std::string().swap(e.body);
            e.too_large = true;
            e.discarded += *size;
            if (e.discarded > server.most_body + (std::size_t(16) << 20)) return MHD_NO;
        } else {
            e.body.append(upload, *size);
        }
        *size = 0;
        return MHD_YES;
    }
    if (e.too_large) return answer_shortly(connection, MHD_HTTP_CONTENT_TOO_LARGE, kTooLarge);
    if (e.state == State::Reading) {
        e.state = State::Waiting;
        e.peer = peer_of(connection);
        e.id = ++server.last_id;
        server.exchanges[e.id] = &e;
        server.events.push_back({kRequest, e.id});
        server.suspend(e);
        return MHD_YES;
    }
    if (e.state == State::Answered) {
        e.state = State::Sending;
        return MHD_queue_response(connection, static_cast<unsigned>(e.status), e.response);
    }
    return MHD_YES;
}

MHD_Result handle_request(void* server, MHD_Connection* connection, const char*, const char* method,
                          const char*, const char* upload, std::size_t* size, void** pointer) {
    auto* exchange = static_cast<Exchange*>(*pointer);
    if (exchange == nullptr) return MHD_NO;
    try {
        return on_request(*static_cast<Server*>(server), connection, method, upload, size, *exchange);
    } catch (const std::bad_alloc&) {
        return MHD_NO;
    }
}

void on_completed(void* pointer, MHD_Connection*, void** exchange, MHD_RequestTerminationCode) {
    const std::unique_ptr<Exchange> e(static_cast<Exchange*>(*exchange));
    *exchange = nullptr;
    auto* server = static_cast<Server*>(pointer);
    if (e == nullptr || e->id == 0) return;
    server->exchanges.erase(e->id);
    try {
        if (e->in_pieces || e->state == State::Waiting) server->events.push_back({kGone, e->id});
    } catch (const std::bad_alloc&) {
    }
}

void on_connection(void* pointer, MHD_Connection*, void**, MHD_ConnectionNotificationCode code) {
    auto* server = static_cast<Server*>(pointer);
    if (code == MHD_CONNECTION_NOTIFY_STARTED)
        server->connections++;
    else
        server->connections--;
}

// What a body in pieces has ready; if nothing, the guest is asked, and the connection waits.
ssize_t next_part(void* pointer, std::uint64_t, char* out, std::size_t room) {
    auto& e = *static_cast<Exchange*>(pointer);
    if (e.state == State::Dead) return MHD_CONTENT_READER_END_WITH_ERROR;
    if (e.sent < e.piece.size()) {
        const std::size_t n = std::min(room, e.piece.size() - e.sent);
        std::memcpy(out, e.piece.data() + e.sent, n);
        e.sent += n;
        return static_cast<ssize_t>(n);
    }
    if (e.ended) return MHD_CONTENT_READER_END_OF_STREAM;
    try {
        if (!e.wanted) e.server->events.push_back({kWantsMore, e.id});
    } catch (const std::bad_alloc&) {
        return MHD_CONTENT_READER_END_WITH_ERROR;
    }
    e.wanted = true;
    if (!e.suspended) e.server->suspend(e);
    return 0;
}

// A listening socket; -1 with an error pending.
int listen_at(SkEnv* env, const char* host, int port, int* bound) {
    addrinfo hints{}, *list = nullptr;
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_PASSIVE;
    const int code = ::getaddrinfo(host, std::to_string(port).c_str(), &hints, &list);
    if (code != 0) {
        env->api->throw_format(env, "std.core.IOError", "cannot listen at '%.200s': %s", host,
                               gai_strerror(code));
        return -1;
    }
    const int fd =
        ::socket(list->ai_family, list->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, list->ai_protocol);
    const int on = 1;
    sockaddr_storage address{};
    socklen_t length = sizeof address;
    bool good = fd >= 0 && ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
                ::bind(fd, list->ai_addr, list->ai_addrlen) == 0 && ::listen(fd, 511) == 0 &&
                ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &length) == 0;
    const int error = errno;
    ::freeaddrinfo(list);
    if (!good) {
        if (fd >= 0) ::close(fd);
        env->api->throw_errno(
            env, ("cannot listen at " + std::string(host) + ":" + std::to_string(port)).c_str(), error);
        return -1;
    }
    *bound = ntohs(address.ss_family == AF_INET6 ? reinterpret_cast<sockaddr_in6&>(address).sin6_port
                                                 : reinterpret_cast<sockaddr_in&>(address).sin_port);
    return fd;
}

// fn newServer(owner: Server, host: string, port: int, mostBody: int, mostConnections: int, idleSeconds:
// int): int
std::int64_t new_server(SkEnv* env, SkObject* owner, SkString* host, std::int64_t port,
                        std::int64_t most_body, std::int64_t most_connections, std::int64_t idle_seconds) {
    return guarded(env, [&]() -> std::int64_t {
        const char* name = env->api->string_cstr(env, host);
        if (name == nullptr || !may_reach(env, name, static_cast<long>(port))) return 0;
        auto server = std::make_unique<Server>();
        server->most_body = static_cast<std::size_t>(most_body);
        const int fd = listen_at(env, name, static_cast<int>(port), &server->port);
        if (fd < 0) return 0;
        server->daemon = MHD_start_daemon(
            MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME, 0, nullptr, nullptr, handle_request, server.get(),
            MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_URI_LOG_CALLBACK, on_target, nullptr,
            MHD_OPTION_NOTIFY_COMPLETED, on_completed, server.get(), MHD_OPTION_NOTIFY_CONNECTION,
            on_connection, server.get(), MHD_OPTION_CONNECTION_MEMORY_LIMIT, kConnectionMemory,
            MHD_OPTION_CONNECTION_LIMIT, static_cast<unsigned>(most_connections),
            MHD_OPTION_CONNECTION_TIMEOUT, static_cast<unsigned>(idle_seconds), MHD_OPTION_END);
        if (server->daemon == nullptr) {
            ::close(fd);
            env->api->throw_error(env, "std.core.IOError", "libmicrohttpd cannot start a server");
            return 0;
        }
        // A body may be as large on every connection, but that many at a time are a matter of the heap's
        // limit, too.
        const std::int64_t handle =
            env->api->handle_new_sized(env, &kServer, server.get(), std::size_t(1) << 20);
        if (handle != 0) (void)server.release();
        return owned(env, owner, &kServer, handle);
    });
}

void close_server(SkEnv* env, SkObject* owner, std::int64_t handle) {
    env->api->handle_close(env, &kServer, handle);
    keep(owner);
}

std::int64_t server_port(SkEnv* env, SkObject* owner, std::int64_t handle) {
    const Held server(env, handle);
    keep(owner);
    return server ? server->port : 0;
}

// fn quiesce(owner, handle): takes no new connections, and gives how many there are
std::int64_t quiesce(SkEnv* env, SkObject* owner, std::int64_t handle) {
    const Held server(env, handle);
    keep(owner);
    if (!server) return 0;
    if (!server->quiet) {
        server->quiet = true;
        const int fd = MHD_quiesce_daemon(server->daemon);
        if (fd >= 0) ::close(fd);
    }
    return static_cast<std::int64_t>(server->exchanges.size());
}

// fn nextEvent(owner, handle, nanos: int, what: [int]): bool
// Serves until something happens, at most so long: what[0] is its kind, what[1] the exchange's number.
bool next_event(SkEnv* env, SkObject* owner, std::int64_t handle, std::int64_t nanos, SkArray* what) {
    return guarded(env, [&] {
        const Held server(env, handle);
        if (!server) return false;
        const std::int64_t end = env->api->clock_nanos(env, false) + nanos;
        MHD_run_wait(server->daemon, 0);
        while (server->events.empty()) {
            const std::int64_t left = (end - env->api->clock_nanos(env, false)) / 1000000;
            if (left <= 0) return false;
            MHD_run_wait(server->daemon,
                         static_cast<std::int32_t>(std::min<std::int64_t>(left, kLookMilliseconds)));
            if (env->api->interrupted(env)) {
                env->api->throw_errno(env, "serving was interrupted", EINTR);
                return false;
            }
        }
        auto* out = skua::elements<std::int64_t>(env, what);
        out[0] = server->events.front().kind;
        out[1] = server->events.front().id;
        server->events.pop_front();
        keep(owner);
        return true;
    });
}

Exchange* find(Server& server, std::int64_t id) {
    const auto found = server.exchanges.find(id);
    return found == server.exchanges.end() ? nullptr : found->second;
}

// fn requestTexts(owner, handle, id): [string] -- method, target, client, then names and values of headers;
// empty: it is gone
SkArray* request_texts(SkEnv* env, SkObject* owner, std::int64_t handle, std::int64_t id) {
    return guarded(env, [&]() -> SkArray* {
        const Held server(env, handle);
        if (!server) return nullptr;
        std::vector<std::string> texts;
        if (const Exchange* e = find(*server, id)) {
            texts = {e->method, e->target, e->peer};
            texts.insert(texts.end(), e->headers.begin(), e->headers.end());
        }
        keep(owner);
        return network_texts(env, texts);
    });
}

SkArray* request_body(SkEnv* env, SkObject* owner, std::int64_t handle, std::int64_t id) {
    return guarded(env, [&]() -> SkArray* {
        const Held server(env, handle);
        if (!server) return nullptr;
        Exchange* e = find(*server, id);
        SkArray* bytes = env->api->array_new(env, SK_U8, e == nullptr ? 0 : e->body.size());
        if (bytes != nullptr && e != nullptr) {
            if (!e->body.empty())
                std::memcpy(env->api->array_data(env, bytes), e->body.data(), e->body.size());
            std::string().swap(e->body);
        }
        keep(owner);
        return bytes;
    });
}

// fn answer(owner, handle, id, status, headers: [string], body: [u8], inPieces: bool): bool -- false: the
// client is gone
bool answer(SkEnv* env, SkObject* owner, std::int64_t handle, std::int64_t id, std::int64_t status,
            SkArray* headers, SkArray* body, bool in_pieces) {
    return guarded(env, [&] {
        const Held server(env, handle);
        Exchange* e = server ? find(*server, id) : nullptr;
        keep(owner);
        if (e == nullptr || e->state != State::Waiting) return false;
        const std::size_t length = env->api->array_len(env, body);
        MHD_Response* response =
            in_pieces
                ? MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, kPieceBytes, next_part, e, nullptr)
                : MHD_create_response_from_buffer(length, env->api->array_data(env, body),
                                                  MHD_RESPMEM_MUST_COPY);
        if (response == nullptr) throw std::bad_alloc();
        const std::vector<std::string> lines = texts_of(env, headers);
        for (std::size_t i = 0; i + 1 < lines.size(); i += 2) {
            if (MHD_add_response_header(response, lines[i].c_str(), lines[i + 1].c_str()) == MHD_YES)
                continue;
            MHD_destroy_response(response);
            env->api->throw_format(env, "std.core.ArgumentError",
                                   "the header '%.100s' has a value that cannot be sent", lines[i].c_str());
            return false;
        }
        env->api->trace_output(env, env->api->array_data(env, body), length);
        e->status = static_cast<int>(status);
        e->response = response;
        e->in_pieces = in_pieces;
        e->state = State::Answered;
        server->resume(*e);
        return true;
    });
}

// fn feed(owner, handle, id, piece: [u8], last: bool): the next piece of a body
void feed(SkEnv* env, SkObject* owner, std::int64_t handle, std::int64_t id, SkArray* piece, bool last) {
    guarded(env, [&] {
        const Held server(env, handle);
        Exchange* e = server ? find(*server, id) : nullptr;
        keep(owner);
        if (e == nullptr || !e->in_pieces) return;
        env->api->trace_output(env, env->api->array_data(env, piece), env->api->array_len(env, piece));
        e->piece.assign(static_cast<const char*>(env->api->array_data(env, piece)),
                        env->api->array_len(env, piece));
        e->sent = 0;
        e->ended = last;
        e->wanted = false;
        server->resume(*e);
    });
}

// fn abandon(owner, handle, id): ends a connection in the middle of its answer
void abandon(SkEnv* env, SkObject* owner, std::int64_t handle, std::int64_t id) {
    guarded(env, [&] {
        const Held server(env, handle);
        Exchange* e = server ? find(*server, id) : nullptr;
        keep(owner);
        if (e == nullptr) return;
        e->state = State::Dead;
        server->resume(*e);
    });
}

}  // namespace

std::vector<SkNative> server_natives() {
#define S "http_server.Server"
    return {
        skua::native<new_server>("http_server.newServer", "(" S ",string,i64,i64,i64,i64)i64"),
        skua::native<close_server>("http_server.closeServer", "(" S ",i64)void"),
        skua::native<server_port>("http_server.serverPort", "(" S ",i64)i64"),
        skua::native<quiesce>("http_server.quiesce", "(" S ",i64)i64"),
        skua::native<next_event>("http_server.nextEvent", "(" S ",i64,i64,[i64])bool"),
        skua::native<request_texts>("http_server.requestTexts", "(" S ",i64,i64)[string]"),
        skua::native<request_body>("http_server.requestBody", "(" S ",i64,i64)[u8]"),
        skua::native<answer>("http_server.answer", "(" S ",i64,i64,i64,[string],[u8],bool)bool"),
        skua::native<feed>("http_server.feed", "(" S ",i64,i64,[u8],bool)void"),
        skua::native<abandon>("http_server.abandon", "(" S ",i64,i64)void"),
    };
#undef S
}

}  // namespace http
