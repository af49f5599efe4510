/* What the two files of the plugin share: on whose behalf SQLite is running, and its view of files. */
#ifndef SQLITE_PLUGIN_H
#define SQLITE_PLUGIN_H

#include <sqlite3.h>

#include "skua/native.h"

/* While SQLite runs for a native, its system calls ask that native's SkEnv. Visits nest: the collector may
 * close a handle in the middle of one; it has no SkEnv, and then no path is opened or removed at all. Outside
 * of visits, SQLite belongs to somebody else in this process, and works as ever. */
typedef struct Visit {
    SkEnv* env;
    bool inside;
} Visit;

Visit begin_visit(SkEnv* env); /* gives what was before, for end_visit */
void end_visit(Visit before);
SkEnv* visitor(void); /* NULL outside, or if nobody can be asked */

/* Puts the functions of files.c in the place of SQLite's own. False if this SQLite cannot do that. */
bool replace_system_calls(void);

/* The name of a VFS whose clock is the machine's. */
const char* skua_vfs(void);

/* Asks for the file that the guest has named, so that a refusal names it as the guest did. False: an error is
 * pending. Whether it exists is SQLite's matter. */
bool may_open(SkEnv* env, const char* path, bool writing);

#endif
