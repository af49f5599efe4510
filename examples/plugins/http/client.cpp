// The client's natives, on libcurl.
//
// One exchange at a time on a client, whose connections are kept for the next. Redirects are the module's
// matter, since each asks for its own `net`. No proxies or cookies, and nothing is read from the environment.
// The transfer runs in the calling thread, and looks now and then whether the program is to end.
#include <algorithm>
#include <cstring>
#include <curl/curl.h>
#include <memory>
#include <mutex>

#include "http_plugin.hpp"

namespace http {

namespace {

// What curl keeps for a connection and its TLS state, rounded up.
constexpr std::size_t kClientBytes = 256 * 1024;
constexpr int kLookMilliseconds = 100;
constexpr std::size_t kChunk = 64 * 1024;

struct Client {
    std::mutex lock;
    CURL* easy = curl_easy_init();
    CURLM* multi = curl_multi_init();
    std::string certificates;
    // Of the last exchange.
    std::vector<std::string> headers;  // name, value, name, value, ...
    std::string body, redirect;

    ~Client() {
        curl_easy_cleanup(easy);
        curl_multi_cleanup(multi);
    }
};

const SkHandleType kClient = {"HTTP client", [](void* p) { delete static_cast<Client*>(p); }};

// One transfer, as curl's callbacks see it.
struct Transfer {
    SkEnv* env;
    Client& client;
    SkObject* sink;
    std::size_t most;
    std::size_t received = 0;
    bool too_large = false;

    bool store(std::string_view part) {
        received += part.size();
        if (received > most) {
            too_large = true;
            return false;
        }
        client.body.append(part);
        return sink == nullptr || client.body.size() < kChunk || pass_on();
    }

    bool pass_on() {  // what has come so far to the guest
        if (sink == nullptr || client.body.empty()) return true;
        SkArray* bytes = env->api->array_new(env, SK_U8, client.body.size());
        if (bytes == nullptr) return false;
        std::memcpy(env->api->array_data(env, bytes), client.body.data(), client.body.size());
        client.body.clear();
        SkValue argument;
        argument.array = bytes;
        return env->api->call_function(env, sink, "([u8])->void", &argument, nullptr);
    }
};

std::string_view trimmed(std::string_view s) {
    while (!s.empty() && std::strchr(" \t\r\n", s.front()) != nullptr) s.remove_prefix(1);
    while (!s.empty() && std::strchr(" \t\r\n", s.back()) != nullptr) s.remove_suffix(1);
    return s;
}

std::size_t on_body(char* data, std::size_t, std::size_t n, void* pointer) {
    auto* transfer = static_cast<Transfer*>(pointer);
    return guarded(transfer->env, [&] { return transfer->store({data, n}); }) ? n : 0;
}

// At most 300 KiB of them, as curl sees to.
std::size_t on_header(char* data, std::size_t, std::size_t n, void* pointer) {
    auto* transfer = static_cast<Transfer*>(pointer);
    return guarded(transfer->env, [&]() -> std::size_t {
        const std::string_view line = trimmed({data, n});
        // A status line begins the headers: those before were of an interim answer.
        if (line.substr(0, 5) == "HTTP/") transfer->client.headers.clear();
        const std::size_t colon = line.find(':');
        if (colon != std::string_view::npos && line.substr(0, 5) != "HTTP/") {
            transfer->client.headers.emplace_back(trimmed(line.substr(0, colon)));
            transfer->client.headers.emplace_back(trimmed(line.substr(colon + 1)));
        }
        return n;
    });
}

std::int64_t new_client(SkEnv* env, SkObject* owner, SkString* certificates) {
    return guarded(env, [&]() -> std::int64_t {
        auto client = std::make_unique<Client>();
        if (client->easy == nullptr || client->multi == nullptr) throw std::bad_alloc();
        if (certificates != nullptr) client->certificates = skua::view(env, certificates);
        const std::int64_t handle = env->api->handle_new_sized(env, &kClient, client.get(), kClientBytes);
        if (handle != 0) (void)client.release();
        return owned(env, owner, &kClient, handle);
    });
}

void close_client(SkEnv* env, SkObject* owner, std::int64_t handle) {
    env->api->handle_close(env, &kClient, handle);
    keep(owner);
}

struct UrlPart {
    UrlPart(CURLU* url, CURLUPart part, unsigned flags = 0) { curl_url_get(url, part, &text, flags); }
    ~UrlPart() { curl_free(text); }
    char* text = nullptr;
};

// The URL in curl's form, whose host and port have been granted; empty with an error pending.
std::string checked_url(SkEnv* env, const char* text) {
    const std::unique_ptr<CURLU, void (*)(CURLU*)> url(curl_url(), curl_url_cleanup);
    const CURLUcode code = url ? curl_url_set(url.get(), CURLUPART_URL, text, 0) : CURLUE_OUT_OF_MEMORY;
    if (code != CURLUE_OK) {
        env->api->throw_format(env, "std.core.ArgumentError", "'%.200s' is no URL: %s", text,
                               curl_url_strerror(code));
        return {};
    }
    const UrlPart scheme(url.get(), CURLUPART_SCHEME), host(url.get(), CURLUPART_HOST),
        whole(url.get(), CURLUPART_URL);
    const UrlPart port(url.get(), CURLUPART_PORT, CURLU_DEFAULT_PORT), user(url.get(), CURLUPART_USER);
    const std::string_view how = scheme.text == nullptr ? "" : scheme.text;
    if ((how != "http" && how != "https") || host.text == nullptr || port.text == nullptr ||
        whole.text == nullptr) {
        env->api->throw_format(env, "std.core.ArgumentError",
                               "'%.200s' is no URL that begins with http:// or https://", text);
        return {};
    }
    if (user.text != nullptr) {
        env->api->throw_error(env, "std.core.ArgumentError",
                              "a name and password in a URL are not used; say them in a header");
        return {};
    }
    return may_reach(env, host.text, std::strtol(port.text, nullptr, 10)) ? whole.text : std::string();
}

// False if this libcurl cannot do what is wanted.
bool set_up(Transfer& transfer, const std::string& url, const char* method, curl_slist* headers,
            SkArray* body, std::int64_t milliseconds, char* why) {
    CURL* easy = transfer.client.easy;
    SkEnv* env = transfer.env;
    curl_easy_reset(easy);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_PROXY, "");  // not even one that the environment names
    curl_easy_setopt(easy, CURLOPT_URL, url.c_str());
    curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, method);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "");  // whatever curl can expand
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, why);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(milliseconds));
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(milliseconds));
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, &transfer);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, &transfer);
    if (std::strcmp(method, "HEAD") == 0) curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
    const std::size_t length = env->api->array_len(env, body);
    if (length > 0 || std::strcmp(method, "POST") == 0 || std::strcmp(method, "PUT") == 0) {
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(length));
        curl_easy_setopt(easy, CURLOPT_POSTFIELDS, static_cast<const char*>(env->api->array_data(env, body)));
        curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, method);
    }
    if (!transfer.client.certificates.empty()) {
        curl_blob blob = {transfer.client.certificates.data(), transfer.client.certificates.size(),
                          CURL_BLOB_NOCOPY};
        return curl_easy_setopt(easy, CURLOPT_CAINFO_BLOB, &blob) == CURLE_OK;
    }
    return true;
}

// To the end, or until the program is to end.
CURLcode run(SkEnv* env, Client& client) {
    CURLMcode code = curl_multi_add_handle(client.multi, client.easy);
    CURLcode result = CURLE_OK;
    int running = code == CURLM_OK ? 1 : 0;
    while (running > 0 && code == CURLM_OK) {
        code = curl_multi_perform(client.multi, &running);
        if (env->api->has_pending(env)) break;  // an error of the guest's function
        if (running > 0 && code == CURLM_OK)
            code = curl_multi_poll(client.multi, nullptr, 0, kLookMilliseconds, nullptr);
        if (env->api->interrupted(env)) {
            env->api->throw_errno(env, "HTTP was interrupted", EINTR);
            break;
        }
    }
    if (code != CURLM_OK) result = CURLE_FAILED_INIT;
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(client.multi, &left))
        if (message->msg == CURLMSG_DONE) result = message->data.result;
    curl_multi_remove_handle(client.multi, client.easy);
    return result;
}

// fn exchange(owner, handle, method, url, headers: [string], body, milliseconds, most, sink, why: [string]):
// int The status, or below 0 curl's error, of which `why` gets the text; -1000: more than `most` bytes came.
std::int64_t exchange(SkEnv* env, SkObject* owner, std::int64_t handle, SkString* method, SkString* url,
                      SkArray* headers, SkArray* body, std::int64_t milliseconds, std::int64_t most,
                      SkObject* sink, SkArray* why) {
    return guarded(env, [&]() -> std::int64_t {
        const char* verb = env->api->string_cstr(env, method);
        const char* target = verb == nullptr ? nullptr : env->api->string_cstr(env, url);
        if (target == nullptr) return 0;
        const std::string checked = checked_url(env, target);
        if (checked.empty()) return 0;
        const skua::Handle<Client> client(env, &kClient, handle);
        if (!client) return 0;
        std::unique_lock<std::mutex> lock(client->lock, std::try_to_lock);
        if (!lock) {
            env->api->throw_error(env, "std.core.StateError",
                                  "this client is in the middle of an exchange; use another");
            return 0;
        }
        client->headers.clear();
        client->body.clear();
        client->redirect.clear();
        std::unique_ptr<curl_slist, void (*)(curl_slist*)> list(nullptr, curl_slist_free_all);
        for (const std::string& line : texts_of(env, headers)) {
            curl_slist* longer = curl_slist_append(list.get(), line.c_str());
            if (longer == nullptr) throw std::bad_alloc();
            (void)list.release();
            list.reset(longer);
        }
        char reason[CURL_ERROR_SIZE] = "";
        Transfer transfer{env, *client.get(), sink, static_cast<std::size_t>(most)};
        if (!set_up(transfer, checked, verb, list.get(), body, milliseconds, reason)) {
            env->api->throw_error(env, "std.core.StateError",
                                  "this libcurl takes no certificates but the system's");
            return 0;
        }
        env->api->trace_output(env, env->api->array_data(env, body), env->api->array_len(env, body));
        const CURLcode code = run(env, *client.get());
        std::int64_t status = 0;
        if (env->api->has_pending(env)) return 0;
        if (transfer.too_large) {
            status = -1000;
        } else if (code != CURLE_OK) {
            status = -static_cast<std::int64_t>(code);
            SkString* text = network_text(env, reason[0] != 0 ? reason : curl_easy_strerror(code));
            if (text != nullptr) env->api->array_set(env, why, 0, text);
        } else {
            long number = 0;
            char* redirect = nullptr;
            curl_easy_getinfo(client->easy, CURLINFO_RESPONSE_CODE, &number);
            curl_easy_getinfo(client->easy, CURLINFO_REDIRECT_URL, &redirect);
            if (redirect != nullptr) client->redirect = redirect;
            if (!transfer.pass_on()) return 0;
            status = number;
        }
        // Nothing of this frame is left behind in curl.
        curl_easy_reset(client->easy);
        keep(owner);
        return status;
    });
}

// The headers of the last exchange, and at the end, if it is a redirect, where to.
SkArray* last_headers(SkEnv* env, SkObject* owner, std::int64_t handle) {
    return guarded(env, [&]() -> SkArray* {
        const skua::Handle<Client> client(env, &kClient, handle);
        if (!client) return nullptr;
        std::vector<std::string> all = client->headers;
        if (!client->redirect.empty()) all.push_back(client->redirect);
        SkArray* array = network_texts(env, all);
        keep(owner);
        return array;
    });
}

SkArray* last_body(SkEnv* env, SkObject* owner, std::int64_t handle) {
    return guarded(env, [&]() -> SkArray* {
        const skua::Handle<Client> client(env, &kClient, handle);
        if (!client) return nullptr;
        SkArray* bytes = env->api->array_new(env, SK_U8, client->body.size());
        if (bytes != nullptr && !client->body.empty())
            std::memcpy(env->api->array_data(env, bytes), client->body.data(), client->body.size());
        std::string().swap(client->body);
        keep(owner);
        return bytes;
    });
}

// fn originOf(url: string): string -- "https://example.org:443", or "" if it is no URL
SkString* origin_of(SkEnv* env, SkString* text) {
    return guarded(env, [&]() -> SkString* {
        const char* target = env->api->string_cstr(env, text);
        if (target == nullptr) return nullptr;
        const std::unique_ptr<CURLU, void (*)(CURLU*)> url(curl_url(), curl_url_cleanup);
        if (!url || curl_url_set(url.get(), CURLUPART_URL, target, 0) != CURLUE_OK)
            return skua::new_string(env, "");
        const UrlPart scheme(url.get(), CURLUPART_SCHEME), host(url.get(), CURLUPART_HOST);
        const UrlPart port(url.get(), CURLUPART_PORT, CURLU_DEFAULT_PORT);
        if (scheme.text == nullptr || host.text == nullptr || port.text == nullptr)
            return skua::new_string(env, "");
        std::string origin = std::string(scheme.text) + "://" + host.text + ":" + port.text;
        std::transform(origin.begin(), origin.end(), origin.begin(),
                       [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
        return network_text(env, origin);
    });
}

}  // namespace

std::vector<SkNative> client_natives() {
    return {
        skua::native<new_client>("http.newClient", "(http.Client,string?)i64"),
        skua::native<close_client>("http.closeClient", "(http.Client,i64)void"),
        skua::native<exchange>(
            "http.exchange",
            "(http.Client,i64,string,string,[string],[u8],i64,i64,(([u8])->void)?,[string])i64"),
        skua::native<last_headers>("http.lastHeaders", "(http.Client,i64)[string]"),
        skua::native<last_body>("http.lastBody", "(http.Client,i64)[u8]"),
        skua::native<origin_of>("http.originOf", "(string)string"),
    };
}

}  // namespace http
