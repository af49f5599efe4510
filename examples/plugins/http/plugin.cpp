// The plugin's table, and what client and server share.
#include <curl/curl.h>

#include "http_plugin.hpp"

namespace http {

namespace {

bool is_utf8(std::string_view s) {
    for (std::size_t i = 0; i < s.size();) {
        const auto c = static_cast<unsigned char>(s[i]);
        const std::size_t more = c < 0x80                ? 0
                                 : c >= 0xC2 && c < 0xE0 ? 1
                                 : c >= 0xE0 && c < 0xF0 ? 2
                                 : c >= 0xF0 && c < 0xF5 ? 3
                                                         : 9;
        if (more == 9 || i + more >= s.size()) return false;
        std::uint32_t point = more == 0 ? c : c & (0x3Fu >> more);
        for (std::size_t k = 1; k <= more; k++) {
            const auto next = static_cast<unsigned char>(s[i + k]);
            if ((next & 0xC0) != 0x80) return false;
            point = point << 6 | (next & 0x3F);
        }
        if ((more == 2 && (point < 0x800 || (point >= 0xD800 && point < 0xE000))) ||
            (more == 3 && (point < 0x10000 || point > 0x10FFFF)))
            return false;
        i += more + 1;
    }
    return true;
}

}  // namespace

SkString* network_text(SkEnv* env, std::string_view bytes) {
    if (is_utf8(bytes)) return skua::new_string(env, bytes);
    std::string text;
    for (const char byte : bytes) {
        const auto c = static_cast<unsigned char>(byte);
        if (c >= 0x80) text += static_cast<char>(0xC0 | c >> 6);
        text += static_cast<char>(c >= 0x80 ? 0x80 | (c & 0x3F) : c);
    }
    return skua::new_string(env, text);
}

SkArray* network_texts(SkEnv* env, const std::vector<std::string>& texts) {
    SkArray* array = env->api->array_new(env, SK_STRING, texts.size());
    for (std::size_t i = 0; array != nullptr && i < texts.size(); i++) {
        SkString* text = network_text(env, texts[i]);
        if (text == nullptr) return nullptr;
        env->api->array_set(env, array, i, text);
    }
    return array;
}

std::vector<std::string> texts_of(SkEnv* env, SkArray* array) {
    std::vector<std::string> result;
    SkString** texts = skua::elements<SkString*>(env, array);
    for (std::size_t i = 0; i < env->api->array_len(env, array); i++)
        result.emplace_back(skua::view(env, texts[i]));
    return result;
}

bool may_reach(SkEnv* env, std::string host, long port) {
    for (char& c : host)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    if (!host.empty() && host.back() == '.') host.pop_back();
    return env->api->require(env, "net", (host + ":" + std::to_string(port)).c_str());
}

}  // namespace http

extern "C" SK_EXPORT const SkPlugin* skua_plugin(const SkHost* host) {
    // Older machines lack what is used here.
    if (host->api->size < offsetof(SkApi, trace_output) + sizeof host->api->trace_output) return nullptr;
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) return nullptr;
    static const std::vector<SkNative> natives = [] {
        std::vector<SkNative> all = http::client_natives();
        for (const SkNative& n : http::server_natives()) all.push_back(n);
        return all;
    }();
    static const SkPlugin plugin = {SK_ABI_VERSION, "http", "1.0", natives.data(), natives.size(), nullptr};
    return &plugin;
}
