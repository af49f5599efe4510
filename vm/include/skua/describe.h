/* What a plugin says of itself beside the table of its natives, for people and for `vmc bindgen`, which
 * writes the Skua side of the plugin from it: names of parameters, documentation, types. Optional; the
 * machine never reads it, so it costs nothing when a program runs.
 *
 *     static const SkNativeNote notes[] = {
 *         {"checksum.crc32", "data", "CRC-32 of bytes.", NULL, 0},
 *         {"checksum.open", "", NULL, "Stream.init", 0},
 *         {"checksum.feed", "handle, data", "Adds data.", "Stream.add", 0},
 *         {"checksum.shut", "handle", NULL, "Stream.close", 0},
 *     };
 *     static const SkTypeNote types[] = {
 *         {"checksum.Stream", NULL, "A checksum of data that comes in pieces.", NULL},
 *     };
 *     SK_EXPORT const SkDescription skua_plugin_description =
 *         SK_DESCRIPTION("Checksums.", notes, 4, types, 1);
 *
 * Pure C11, and data only: nothing of it is called. Text is UTF-8; documentation is what follows `///` in
 * Skua, lines separated by '\n'. docs/plugin-tools.md shows what becomes of it.
 */
#ifndef SKUA_DESCRIBE_H
#define SKUA_DESCRIBE_H

#include "skua/native.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Flags of SkNativeNote. */
#define SK_NOTE_HIDDEN 1u /* not `pub`: for the module's own code */

/* About one native. Natives without a note are `pub`, with parameters a, b, c. */
typedef struct SkNativeNote {
    const char* name; /* as in SkNative: "checksum.feed" */
    const char*
        parameters;     /* their names: "handle, data". NULL: a, b, c. Of a native that is an instance's
                           method ("m.Type.f", whose first parameter is that type) without that first one */
    const char* doc;    /* NULL: none */
    const char* method; /* NULL, or the method of a class around a handle that calls this native:
                           "Stream.init"    makes the handle: (...)i64. The class has its parameters
                           "Stream.add"     calls it with the handle as first argument
                           "get Stream.sum" the same as a property
                           "Stream.close"   closes the handle: (i64)void
                           The class is Closeable; such natives are not `pub` themselves. */
    uint32_t flags;
} SkNativeNote;

/* About a type of the plugin's modules: one that signatures or methods name. */
typedef struct SkTypeNote {
    const char* name;        /* "geometry.Point" */
    const char* declaration; /* how it begins in Skua: "pub struct Point(x: float, y: float)". NULL: of a
                                class around a handle, "pub class Stream : Closeable" */
    const char* doc;         /* NULL: none */
    const char* members; /* NULL, or Skua for its braces, lines separated by '\n', before what natives are */
} SkTypeNote;

/* All of it. The sizes tell a later machine which fields an earlier plugin has: fields are only added, at the
 * ends of the structs. */
typedef struct SkDescription {
    uint32_t size;        /* sizeof(SkDescription) */
    uint32_t native_size; /* sizeof(SkNativeNote) */
    uint32_t type_size;   /* sizeof(SkTypeNote) */
    uint32_t reserved;    /* 0 */
    const char* doc;      /* of the module that is named like the plugin; NULL: none */
    const SkNativeNote* natives;
    size_t native_count;
    const SkTypeNote* types;
    size_t type_count;
} SkDescription;

#define SK_DESCRIPTION(doc, natives, native_count, types, type_count)                                   \
    {                                                                                                   \
        sizeof(SkDescription), sizeof(SkNativeNote), sizeof(SkTypeNote), 0, doc, natives, native_count, \
            types, type_count                                                                           \
    }

/* The one object that a plugin may export beside `skua_plugin`. */
SK_EXPORT extern const SkDescription skua_plugin_description;

#ifdef __cplusplus
}
#endif

#endif /* SKUA_DESCRIBE_H */
