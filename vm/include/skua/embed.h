/* Skua inside another program: the C API of libskua.
 *
 * Pure C11, no other Skua header than native.h.
 *
 * -- Versions --------------------------------------------------------------------------------
 * SKUA_EMBED_VERSION changes only when a host built against an older header could no longer work; it is part
 * of the library's file name (SONAME) too. Functions are added, never changed.
 */
#ifndef SKUA_EMBED_H
#define SKUA_EMBED_H

#include "skua/native.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SKUA_EMBED_VERSION 0u

/* SKUA_EMBED_VERSION of the library that runs. */
SK_EXPORT uint32_t skua_embed_version(void);
/* "0.1.0", of the library that runs. Static. */
SK_EXPORT const char* skua_version(void);

#ifdef __cplusplus
}
#endif

#endif /* SKUA_EMBED_H */
