#include "skua/embed.h"

uint32_t skua_embed_version() {
    return SKUA_EMBED_VERSION;
}

const char* skua_version() {
    return SKUA_VERSION;
}
