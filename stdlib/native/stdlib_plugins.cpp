// The list of the library's native modules, for the programs that run guest code.
#include <iterator>

#include "skua/native.h"

extern "C" {
const SkPlugin* skua_plugin_std_core(const SkHost* host);
const SkPlugin* skua_plugin_std_text(const SkHost* host);
const SkPlugin* skua_plugin_std_math(const SkHost* host);
const SkPlugin* skua_plugin_std_io(const SkHost* host);
const SkPlugin* skua_plugin_std_fs(const SkHost* host);
const SkPlugin* skua_plugin_std_env(const SkHost* host);
const SkPlugin* skua_plugin_std_process(const SkHost* host);
const SkPlugin* skua_plugin_std_time(const SkHost* host);
const SkPlugin* skua_plugin_std_random(const SkHost* host);
const SkPlugin* skua_plugin_std_regex(const SkHost* host);
const SkPlugin* skua_plugin_std_compress(const SkHost* host);
const SkPlugin* skua_plugin_std_hash(const SkHost* host);
const SkPlugin* skua_plugin_std_unicode(const SkHost* host);
const SkPlugin* skua_plugin_std_native(const SkHost* host);

const SkPluginEntry* skua_stdlib_plugins(size_t* count) {
    static const SkPluginEntry entries[] = {
        skua_plugin_std_core,    skua_plugin_std_text,   skua_plugin_std_math,     skua_plugin_std_io,
        skua_plugin_std_fs,      skua_plugin_std_env,    skua_plugin_std_process,  skua_plugin_std_time,
        skua_plugin_std_random,  skua_plugin_std_regex,  skua_plugin_std_compress, skua_plugin_std_hash,
        skua_plugin_std_unicode, skua_plugin_std_native,
    };
    *count = std::size(entries);
    return entries;
}
}
